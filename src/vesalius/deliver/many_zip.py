"""Many series as one ZIP: `{collection}/{patient}/{study}/{series}/`, planned from columns, built by nobody.

Beside the files stand `LICENSES/`, one notice per licence, each series' `md5hashes.csv`, and the papers that the
caller gives: citations, a table of what is in it.
"""

import hashlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from django.db.models import QuerySet, Sum
from numpy.typing import NDArray

from vesalius.catalog.bytes import archive_store
from vesalius.catalog.models import RevisionInstance, SeriesRevision
from vesalius.deliver.column_zip import ColumnZip
from vesalius.deliver.plan import FileSpan, SendPlan
from vesalius.deliver.stored_zip import Entry, safe_name
from vesalius.dicom.disk_names import disk_name
from vesalius.errors import Conflict, NotFound, TooLarge
from vesalius.store import FolderStore

MOST_BYTES: Final = 50 * 10**9
MOST_FILES: Final = 100_000
AT_ONCE: Final = 500  # revisions in one question to the database
ORDER: Final = (
    "series__study__patient__holding__short_title",
    "series__study__patient__patient_id",
    "series__study__study_instance_uid",
    "series__series_instance_uid",
)
_MD5_HEAD: Final = "Filename,MD5Hash\n"
_NAME: Final = len("00000001.dcm")
_MD5_LINE: Final = _NAME + len(",") + 32 + len("\n")


class Chosen(NamedTuple):
    """What a ZIP needs to know of one series; plain values, since a basket holds thousands."""

    revision: int  # its id
    collection: str
    patient_id: str
    study_uid: str
    uid: str
    image_count: int
    holding: str
    spdx: str
    license: str
    license_url: str

    @property
    def folder(self) -> str:
        """`{collection}/{patient}/{study}/{series}/`, safe on any disk."""
        steps = (self.collection, self.patient_id, self.study_uid, self.uid)
        return "".join(f"{disk_name(step)}/" for step in steps)


COLUMNS: Final = (  # of Chosen, in its order
    "pk",
    *ORDER,
    "image_count",
    "home_download__holding__short_title",
    "home_download__license__spdx",
    "home_download__license__title",
    "home_download__license__url",
)


class TooMuchForOneZip(TooLarge):
    """More than one ZIP should carry."""

    hint = (
        "Download the manifest and give it to `vesalius get` or another retriever: it goes on after a break."
    )


class ChangedMeanwhile(Conflict):
    """What was asked for changed between two looks at it."""

    hint = "Ask again."


def fits(image_count: int, size: int) -> bool:
    """Whether so many files of so many bytes go into one ZIP."""
    return image_count <= MOST_FILES and size <= MOST_BYTES


def many_plan(
    revisions: QuerySet[SeriesRevision],
    *,
    filename: str,
    papers: Mapping[str, str],
    still_allowed: Callable[[], bool],
    public: bool = False,
) -> SendPlan:
    """The plan that sends these revisions; the caller has judged who asks. papers: name -> text, first in the ZIP.

    NotFound: none. TooMuchForOneZip: past MOST_FILES or MOST_BYTES. Equal revisions and papers have equal bytes
    and an equal ETag.
    """
    sums = revisions.order_by().aggregate(files=Sum("image_count"), size=Sum("size"))
    if not sums["files"]:
        raise NotFound("There is nothing to download.")
    if not fits(sums["files"], sums["size"]):
        raise TooMuchForOneZip(
            f"One ZIP holds at most {MOST_FILES:,} files and {MOST_BYTES // 10**9} GB; these are "
            f"{sums['files']:,} files and {sums['size'] / 1e9:,.0f} GB."
        )
    chosen = [Chosen(*row) for row in revisions.order_by(*ORDER).values_list(*COLUMNS)]
    licences = license_notices((one.spdx, one.license, one.license_url, one.holding) for one in chosen)
    entries = SeriesEntries(chosen, licences | dict(papers))
    zipped = ColumnZip(entries)
    return zipped.plan(etag=entries.etag, filename=filename, still_allowed=still_allowed, public=public)


class SeriesEntries:
    """The entries of many series: papers, then of each series its files and their hashes.

    A file takes 64 bytes of memory: its digests, size and CRC-32. ChangedMeanwhile: rows of a series are gone.
    """

    def __init__(self, chosen: Sequence[Chosen], papers: Mapping[str, str]) -> None:
        """Read the columns of all files of these series."""
        self._papers = [Entry.of_bytes(name, text.encode()) for name, text in papers.items()]
        self._folders = [one.folder for one in chosen]
        self._store: FolderStore = archive_store()
        self._read(chosen)
        counts = np.diff(self._firsts)
        self._begins = (len(papers) + self._firsts[:-1] + np.arange(len(chosen))).tolist()
        self.names: NDArray[np.int64] = np.concatenate(
            [
                np.array([len(safe_name(paper.name)) for paper in self._papers], np.int64),
                np.repeat([len(safe_name(f"{folder}00000001.dcm")) for folder in self._folders], counts + 1),
            ]
        )
        papers_sizes = np.array([paper.size for paper in self._papers], np.int64)
        at = self._firsts[1:]
        self.sizes: NDArray[np.int64] = np.concatenate(
            [papers_sizes, np.insert(self._sizes, at, len(_MD5_HEAD) + counts * _MD5_LINE)]
        )
        self.names[len(papers) + at + np.arange(len(chosen))] += len("md5hashes.csv") - _NAME
        self.etag = self._tag()

    def entry(self, at: int) -> Entry:
        """Paper, file or hashes, as it stands in the ZIP."""
        if at < len(self._papers):
            return self._papers[at]
        series = bisect_right(self._begins, at) - 1
        number, first = at - self._begins[series], int(self._firsts[series])
        if first + number == self._firsts[series + 1]:
            return self._hashes(series)
        file = first + number
        sha256 = self._sha256[32 * file : 32 * file + 32].hex()
        return Entry(
            name=f"{self._folders[series]}{number + 1:08}.dcm",
            source=FileSpan(str(self._store.path(sha256)), 0, int(self._sizes[file])),
            crc32=int(self._crc32[file]),
            digest=sha256,
        )

    def _hashes(self, series: int) -> Entry:
        first, end = self._firsts[series : series + 2].tolist()
        lines = (
            f"{number:08}.dcm,{self._md5[16 * file : 16 * file + 16].hex()}\n"
            for number, file in enumerate(range(first, end), 1)
        )
        return Entry.of_bytes(f"{self._folders[series]}md5hashes.csv", (_MD5_HEAD + "".join(lines)).encode())

    def _read(self, chosen: Sequence[Chosen]) -> None:
        sha256, md5 = bytearray(), bytearray()
        sizes: list[int] = []
        crc32: list[int] = []
        for part in _parts(chosen):
            rows = _rows(part)
            for one in part:
                found = rows[one.revision]
                if len(found) != one.image_count:
                    raise ChangedMeanwhile("Something of this was taken away at this very moment.")
                for name, size, crc, md5_hex in found:
                    sha256 += bytes.fromhex(name)
                    md5 += bytes.fromhex(md5_hex)
                    sizes.append(size)
                    crc32.append(crc)
        self._sha256, self._md5 = bytes(sha256), bytes(md5)
        self._sizes, self._crc32 = np.array(sizes, np.int64), np.array(crc32, np.int64)
        self._firsts = np.cumsum([0, *(one.image_count for one in chosen)])

    def _tag(self) -> str:
        tag = hashlib.sha256()
        for paper in self._papers:
            tag.update(f"{paper.name}\n{paper.digest}\n".encode())
        for folder in self._folders:
            tag.update(f"{folder}\n".encode())
        tag.update(self._firsts.tobytes() + self._sha256)
        return f'"{tag.hexdigest()[:32]}"'


def _parts(chosen: Sequence[Chosen]) -> Iterable[Sequence[Chosen]]:
    return (chosen[at : at + AT_ONCE] for at in range(0, len(chosen), AT_ONCE))


def _rows(chosen: Sequence[Chosen]) -> dict[int, list[tuple[str, int, int, str]]]:
    """Of each file of these series, in order: SHA-256, bytes, CRC-32, MD5."""
    found: dict[int, list[tuple[str, int, int, str]]] = defaultdict(list)
    rows = RevisionInstance.objects.filter(revision__in=[one.revision for one in chosen])
    columns = ("revision", "blob", "blob__size", "blob__crc32", "blob__md5")
    for revision, *file in rows.order_by("revision", "position").values_list(*columns).iterator():
        found[revision].append(tuple(file))
    return found


def license_notices(told: Iterable[tuple[str, str, str, str]]) -> dict[str, str]:
    """One notice per licence, with the datasets that are under it. told: SPDX, title, address, dataset."""
    under: dict[str, set[str]] = defaultdict(set)
    notices = {}
    for spdx, title, url, holding in told:
        under[spdx].add(holding)
        notices[spdx] = f"{title}\n{url}\n"
    return {
        f"LICENSES/{disk_name(spdx)}.txt": f"{notices[spdx]}\nThese datasets are under it:\n"
        + "".join(f"- {name}\n" for name in sorted(under[spdx]))
        for spdx in sorted(under)
    }
