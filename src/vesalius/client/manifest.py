"""What to fetch and from where: `.tcia` manifests and lists of Series Instance UIDs."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Series, and the archive that a manifest names for them."""

    uids: tuple[str, ...]  # each once
    address: str = ""  # "" where none is named


def is_uid(text: str) -> bool:
    """Whether a text is a UID (PS3.5 9.1)."""
    return len(text) <= 64 and _UID.fullmatch(text) is not None


def read_manifest(text: str) -> Wanted:
    """The series of a manifest (Java properties, then UIDs) or of a bare list. NotAManifest: any other text."""
    address, uids, strange = "", [], 0
    for line in text.lstrip("\ufeff").splitlines():
        word = line.strip().strip(",")
        if not word or word.startswith(("#", "!")):
            continue
        if is_uid(word):
            uids.append(word)
        elif key := _KEY.fullmatch(word):
            if key[1] == "downloadServerUrl":
                address = archive_address(key[2].strip().replace("\\", ""))
        else:
            strange += 1
    if strange or not uids:
        raise NotAManifest(
            "This names no series." if not strange else "This is neither a manifest nor a list of UIDs."
        )
    return Wanted(uids=tuple(dict.fromkeys(uids)), address=address)


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
