"""A series as a ZIP: its licence, its files under the names that retrievers know, their MD5 where asked."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Final, Literal, NamedTuple, TypeAlias

from vesalius.catalog.bytes import archive_store
from vesalius.catalog.models import RevisionInstance, SeriesRevision
from vesalius.deliver.plan import FileSpan, SendPlan
from vesalius.deliver.stored_zip import Entry, StoredZip
from vesalius.store import FolderStore

Names: TypeAlias = Literal["counter", "new"]  # "00000001.dcm" in stored order | "A-II.dcm" by acquisition

LICENSE_TEXT: Final = (
    "The images of the collection {collection} may be used under the licence {license} ({url}).\n"
)
NOT_SPECIFIED: Final = "Not Specified"


class Member(NamedTuple):
    """What a ZIP needs to know of one file; read as plain values, since a download plans thousands."""

    position: int
    instance_number: int | None
    acquisition_number: int | None
    sha256: str
    size: int  # bytes
    crc32: int
    md5: str


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
    named, store = named_members(revision, names), archive_store()
    entries = [_license_entry(revision, folder)] if licence else []
    entries += [_file_entry(f"{folder}{name}", member, store) for name, member in named]
    if md5:
        entries.append(_md5_entry(named, folder))
    return entries


def named_members(revision: SeriesRevision, names: Names = "counter") -> list[tuple[str, Member]]:
    """Each file of a revision with its name, in the order of the ZIP."""
    columns = (
        "position",
        "instance_number",
        "acquisition_number",
        "blob",
        "blob__size",
        "blob__crc32",
        "blob__md5",
    )
    rows = RevisionInstance.objects.filter(revision=revision).order_by("position").values_list(*columns)
    members = [Member(*row) for row in rows]
    if names == "counter":
        return [(f"{number:08}.dcm", member) for number, member in enumerate(members, 1)]
    ordered = sorted(members, key=lambda member: (member.instance_number or 0, member.position))
    return list(zip(_new_names(ordered), ordered, strict=True))


def license_text(revision: SeriesRevision) -> str:
    """The notice that goes with the files of a revision."""
    license_ = revision.home_download.license
    return LICENSE_TEXT.format(
        collection=revision.series.study.patient.holding.short_title,
        license=license_.short_title or NOT_SPECIFIED,
        url=license_.url or NOT_SPECIFIED,
    )


def _new_names(ordered: Sequence[Member]) -> list[str]:
    """`A-II.dcm`: A counts changes of Acquisition Number, II the images since the last change, both zero-padded."""
    numbers = list(_acquisition_and_image(ordered))
    if not numbers:
        return []
    wide, wider = (len(str(max(column))) for column in zip(*numbers, strict=True))
    return [f"{acquisition:0{wide}}-{image:0{wider}}.dcm" for acquisition, image in numbers]


def _acquisition_and_image(ordered: Sequence[Member]) -> Iterable[tuple[int, int]]:
    acquisition, image = 1, 1
    yield from [(acquisition, image)] if ordered else []
    for before, member in pairwise(ordered):
        changed = (before.acquisition_number or 0) != (member.acquisition_number or 0)
        acquisition, image = (acquisition + 1, 1) if changed else (acquisition, image + 1)
        yield acquisition, image


def _license_entry(revision: SeriesRevision, folder: str) -> Entry:
    return Entry.of_bytes(f"{folder}LICENSE", license_text(revision).encode())


def _file_entry(name: str, member: Member, store: FolderStore) -> Entry:
    span = FileSpan(str(store.path(member.sha256)), 0, member.size)
    return Entry(name=name, source=span, crc32=member.crc32, digest=member.sha256)


def _md5_entry(named: Iterable[tuple[str, Member]], folder: str) -> Entry:
    lines = ["Filename,MD5Hash", *(f"{name},{member.md5}" for name, member in named)]
    return Entry.of_bytes(f"{folder}md5hashes.csv", "".join(f"{line}\n" for line in lines).encode())
