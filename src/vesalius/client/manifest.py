"""What to fetch and from where: `.tcia` manifests, lists of Series Instance UIDs or addresses, aria2 input, tables."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from vesalius.client.problems import BadAddress, NotAManifest

SERVLET: Final = "nbia-download/servlet/DownloadServlet"
LARGEST: Final = 16 << 20  # bytes of a manifest
_UID: Final = re.compile(r"[0-9]+(?:\.[0-9]+)+", re.ASCII)
_KEY: Final = re.compile(r"(\w+)\s*=(.*)", re.ASCII)
_SERIES_PAGE: Final = re.compile(
    r"(?P<archive>https?://\S+)/series/(?P<uid>[0-9.]{1,64})/(?:download/)?(?P<version>\?version=\d+)?",
    re.ASCII,
)
_OPTION: Final = re.compile(r"\s+[a-z][a-z-]*=.*")  # of aria2, below an address
_HEADINGS: Final = frozenset({"seriesinstanceuid", "seriesuid"})
_OF_A_VERSION: Final = (
    "This names series as they stand in a certain version, which is fetched by aria2c or wget; "
    "take the .tcia for the newest."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Series, and the archive that a manifest names for them."""

    uids: tuple[str, ...]  # each once
    address: str = ""  # "" where none is named


def is_uid(text: str) -> bool:
    """Whether a text is a UID (PS3.5 9.1)."""
    return len(text) <= 64 and _UID.fullmatch(text) is not None


def read_manifest(text: str) -> Wanted:
    """The series of a manifest: Java properties and UIDs, a bare list, addresses of series, or a table.

    NotAManifest: any other text, addresses of several archives, or of an older version, which a retriever cannot ask.
    """
    lines = text.lstrip("\ufeff").splitlines()
    if lines and (column := _column_of_uids(lines[0])) is not None:
        rows = csv.reader(lines[1:])
        lines = [row[column] for row in rows if len(row) > column]
    addresses, uids, strange = set(), [], 0
    for line in lines:
        word = line.strip().strip(",")
        if not word or word.startswith(("#", "!")) or _OPTION.fullmatch(line):
            continue
        if is_uid(word):
            uids.append(word)
        elif page := _SERIES_PAGE.fullmatch(word):
            if page["version"]:
                raise NotAManifest(_OF_A_VERSION)
            addresses.add(archive_address(page["archive"]))
            uids.append(page["uid"])
        elif key := _KEY.fullmatch(word):
            if key[1] == "downloadServerUrl":
                addresses.add(archive_address(key[2].strip().replace("\\", "")))
        else:
            strange += 1
    if strange or not uids:
        raise NotAManifest(
            "This names no series." if not strange else "This is neither a manifest nor a list of UIDs."
        )
    if len(addresses) > 1:
        raise NotAManifest("This names series of several archives; give each its own manifest.")
    return Wanted(uids=tuple(dict.fromkeys(uids)), address="".join(addresses))


def _column_of_uids(head: str) -> int | None:
    """Which column of a table holds Series Instance UIDs; None where the line is no head of such a table."""
    names = [re.sub(r"[^a-z]", "", name.casefold()) for name in next(csv.reader([head]), [])]
    return next((at for at, name in enumerate(names) if name in _HEADINGS), None)


def write_manifest(uids: Iterable[str], address: str) -> str:
    """A manifest of these series, as every retriever reads it."""
    head = (
        f"downloadServerUrl={address}/{SERVLET}",
        "includeAnnotation=true",
        "noOfrRetry=4",
        "databasketId=manifest.tcia",
        "manifestVersion=3.0",
        "ListOfSeriesToDownload=",
    )
    return "".join(f"{line}\n" for line in (*head, *uids))


def archive_address(url: str) -> str:
    """The root of an archive, without a slash, from its page or from any address of its NBIA services.

    BadAddress: it is no HTTP address, or carries a name and a password.
    """
    try:
        parts = urlsplit(url.strip())
        port, host = parts.port, parts.hostname
    except ValueError:
        raise BadAddress("The address of the archive cannot be read.") from None
    if parts.scheme not in {"http", "https"} or not host or "@" in parts.netloc:
        raise BadAddress("The address of the archive is no HTTP address.")
    root = re.split(r"/nbia-(?:download|api)(?:/|$)", parts.path)[0].rstrip("/")
    named = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{named}{f':{port}' if port else ''}{root}"
