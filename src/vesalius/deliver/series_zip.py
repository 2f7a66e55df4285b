"""A series as a ZIP: its licence, its files under the names that retrievers know, their MD5 where asked."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from vesalius.catalog.bytes import archive_store
from vesalius.catalog.models import RevisionInstance, SeriesRevision
from vesalius.catalog.visible import revision_contents
from vesalius.deliver.plan import FileSpan, SendPlan
from vesalius.deliver.stored_zip import Entry, StoredZip

Names: TypeAlias = Literal["counter", "new"]  # "00000001.dcm" in stored order | "A-II.dcm" by acquisition

LICENSE_TEXT: Final = (
    "The images of the collection {collection} may be used under the licence {license} ({url}).\n"
)
NOT_SPECIFIED: Final = "Not Specified"


def series_plan(
    revision: SeriesRevision,
    *,
    names: Names = "counter",
    md5: bool = False,
    licence: bool = True,
    still_allowed: Callable[[], bool],
    public: bool = False,
) -> SendPlan:
    """The plan that sends one revision as `<SeriesInstanceUID>.zip`; the caller has judged who asks.

    names: of the files; md5: `md5hashes.csv` stands last; licence: `LICENSE` stands first; public: shared caches may
    keep it. Equal revisions in equal form have equal bytes and an equal ETag.
    """
    zipped = StoredZip(series_entries(revision, names=names, md5=md5, licence=licence))
    uid = revision.series.series_instance_uid
    return zipped.plan(filename=f"{uid}.zip", still_allowed=still_allowed, public=public)


def series_entries(
    revision: SeriesRevision,
    *,
    names: Names = "counter",
    md5: bool = False,
    licence: bool = True,
    folder: str = "",
) -> list[Entry]:
    """The entries of one revision in their order; `folder` is "" or ends with a slash."""
    named = named_contents(revision, names)
    entries = [_license_entry(revision, folder)] if licence else []
    entries += [_file_entry(f"{folder}{name}", content) for name, content in named]
    if md5:
        entries.append(_md5_entry(named, folder))
    return entries


def named_contents(revision: SeriesRevision, names: Names = "counter") -> list[tuple[str, RevisionInstance]]:
    """Each instance of a revision with the name of its file, in the order of the ZIP."""
    contents = list(revision_contents(revision))
    if names == "counter":
        return [(f"{number:08}.dcm", content) for number, content in enumerate(contents, 1)]
    ordered = sorted(contents, key=lambda content: (content.instance_number or 0, content.position))
    return list(zip(_new_names(ordered), ordered, strict=True))


def license_text(revision: SeriesRevision) -> str:
    """The notice that goes with the files of a revision."""
    license_ = revision.home_download.license
    return LICENSE_TEXT.format(
        collection=revision.series.study.patient.holding.short_title,
        license=license_.short_title or NOT_SPECIFIED,
        url=license_.url or NOT_SPECIFIED,
    )


def _new_names(ordered: Sequence[RevisionInstance]) -> list[str]:
    """`A-II.dcm`: A counts changes of Acquisition Number, II the images since the last change, both zero-padded."""
    numbers = list(_acquisition_and_image(ordered))
    if not numbers:
        return []
    wide, wider = (len(str(max(column))) for column in zip(*numbers, strict=True))
    return [f"{acquisition:0{wide}}-{image:0{wider}}.dcm" for acquisition, image in numbers]


def _acquisition_and_image(ordered: Sequence[RevisionInstance]) -> Iterable[tuple[int, int]]:
    acquisition, image = 1, 1
    yield from [(acquisition, image)] if ordered else []
    for before, content in pairwise(ordered):
        changed = (before.acquisition_number or 0) != (content.acquisition_number or 0)
        acquisition, image = (acquisition + 1, 1) if changed else (acquisition, image + 1)
        yield acquisition, image


def _license_entry(revision: SeriesRevision, folder: str) -> Entry:
    return Entry.of_bytes(f"{folder}LICENSE", license_text(revision).encode())


def _file_entry(name: str, content: RevisionInstance) -> Entry:
    blob = content.blob
    path = str(archive_store().path(blob.sha256))
    return Entry(name=name, source=FileSpan(path, 0, blob.size), crc32=blob.crc32, digest=blob.sha256)


def _md5_entry(named: Iterable[tuple[str, RevisionInstance]], folder: str) -> Entry:
    lines = ["Filename,MD5Hash", *(f"{name},{content.blob.md5}" for name, content in named)]
    return Entry.of_bytes(f"{folder}md5hashes.csv", "".join(f"{line}\n" for line in lines).encode())
