"""The supporting files of a Download as one ZIP, computed like all others; rows that are hidden now are not in it."""

import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from vesalius.access.models import Person
from vesalius.access.permit import visible_to
from vesalius.catalog.bytes import archive_store
from vesalius.catalog.models import SupportingFile
from vesalius.deliver.answer import answer, read_pieces
from vesalius.deliver.many_zip import MOST_BYTES, MOST_FILES, TooMuchForOneZip, fits, license_notices
from vesalius.deliver.plan import FileSpan
from vesalius.deliver.stored_zip import Entry, StoredZip
from vesalius.deliver.supporting import note_answer, shown_part, still_allowed
from vesalius.dicom.disk_names import disk_name

WAY = "zip"  # what the counts of downloads call it


def send_files(
    request: HttpRequest,
    files: Sequence[SupportingFile],
    *,
    person: Person | None,
    filename: str,
    papers: Mapping[str, str],
) -> HttpResponseBase:
    """The answer that sends these files as one ZIP; the caller has judged that this person may fetch them.

    papers: name -> text of what stands beside them. TooMuchForOneZip.
    """
    if not fits(len(files), sum(file.blob.size for file in files)):
        raise TooMuchForOneZip(f"One ZIP holds at most {MOST_FILES:,} files and {MOST_BYTES // 10**9} GB.")
    told = [Entry.of_bytes(name, text.encode()) for name, text in (_licences(files) | dict(papers)).items()]
    entries = [_entry(file) for file in files]
    questions = [still_allowed(file, person) for file in files]
    open_to_all = visible_to(None)
    limited = [file for file in files if not open_to_all.may_fetch(file.home_download_id)]
    plan = StoredZip([*told, *entries]).plan(
        filename=filename, still_allowed=lambda: all(ask() for ask in questions), public=not limited
    )
    response = answer(request, plan)
    sizes = {file: entry.size for file, entry in zip(files, entries, strict=True)}
    note_answer(request, response, sizes, limited, person=person, way=WAY)
    return response


def _licences(files: Sequence[SupportingFile]) -> dict[str, str]:
    licences = ((file.home_download.license, file.holding.short_title) for file in files)
    return license_notices((one.spdx, one.title, one.url, name) for one, name in licences)


def _entry(file: SupportingFile) -> Entry:
    kept, digest = shown_part(file)
    path = str(archive_store().path(file.blob_id))
    spans = tuple(FileSpan(path, one.start, one.length) for one in kept) or (b"",)
    whole = sum(one.length for one in kept) == file.blob.size
    return Entry(
        name=f"{disk_name(file.holding.short_title)}/{disk_name(file.name)}",
        source=spans[0],
        more=spans[1:],
        crc32=file.blob.crc32 if whole else _crc32(spans),
        digest=digest,
    )


@lru_cache(maxsize=256)
def _crc32(spans: tuple[FileSpan | bytes, ...]) -> int:
    """Of what is left of a stored file, which never changes."""
    value = 0
    for block in read_pieces(spans):
        value = zlib.crc32(block, value)
    return value
