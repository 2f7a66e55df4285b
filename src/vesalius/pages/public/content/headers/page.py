"""The full header of one instance of a series, row by row."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vesalius.access.permit import Visible
from vesalius.catalog.bytes import archive_store
from vesalius.catalog.models import RevisionInstance, SeriesRevision
from vesalius.catalog.visible import revision_contents, revision_to_fetch
from vesalius.dicom import read
from vesalius.errors import NotFound
from vesalius.pages.public.addresses import patient_address
from vesalius.pages.public.asker import visible
from vesalius.pages.public.content.headers.difference import differing, paired
from vesalius.pages.public.content.headers.rows import Row, file_rows
from vesalius.pages.public.content.patient import shown_series
from vesalius.pages.public.images import address_of, in_version
from vesalius.pages.public.paging import whole_number
from vesalius.pages.public.wording import series_title

MOST_ROWS = 20_000


@require_safe
def header(request: HttpRequest, uid: str) -> HttpResponse:
    """GET /series/UID/header/: of the first instance, or of `?instance=K`; of an older `?version=N` too.

    `?q=words` leaves only the elements in whose tag, name, value or explanation all the words occur. `?against=K`
    holds it against that of instance K, `?against=UID&against_instance=K` against that of another series.
    """
    if request.GET.get("against", "").strip():
        return _against(request, uid)
    version, asked = whole_number(request, "version"), whole_number(request, "instance")
    revision = revision_to_fetch(uid, visible(request), version)
    number = asked or 1
    content = _instance(revision, number)
    with read(archive_store().path(content.blob_id)) as file:
        rows = list(_limited(file_rows(file)))
    asked_for = request.GET.get("q", "").strip()
    found = list(_matching(rows, asked_for.lower().split()))
    study = revision.series.study
    return render(
        request,
        "public/header.html",
        {
            "title": series_title(revision),
            "address": address_of(revision, version=version),
            "version": version,
            "in_version": in_version(version),
            "number": number,
            "total": revision.image_count,
            "sop_instance_uid": content.instance.sop_instance_uid,
            "rows": found,
            "asked": asked_for,
            "found": sum(not row.item for row in found),
            "of": sum(not row.item for row in rows),
            "cut": len(rows) == MOST_ROWS,
            "patient": (patient_address(study.patient), study.patient.patient_id),
            "study": f"/studies/{study.study_instance_uid}/",
            "own": uid,
            "other_number": 1 if number > 1 else revision.image_count,
            "beside": _beside(revision, visible(request)),
        },
    )


def _against(request: HttpRequest, uid: str) -> HttpResponse:
    """What differs between two headers, or with `?all=1` all that they say."""
    judged = visible(request)
    version, asked = whole_number(request, "version"), request.GET["against"].strip()
    revision = revision_to_fetch(uid, judged, version)
    if _is_number(asked):
        other, other_number = revision, int(asked)
    else:
        other, other_number = revision_to_fetch(asked, judged), whole_number(request, "against_instance") or 1
    number = whole_number(request, "instance") or 1
    sides = [(revision, number), (other, other_number)]
    one, two = (archive_store().path(_instance(*side).blob_id) for side in sides)
    with read(one) as first, read(two) as second:
        pairs = paired(first, second, MOST_ROWS)
    found = differing(pairs)
    study = revision.series.study
    everything = request.GET.get("all") == "1"
    return render(
        request,
        "public/header_difference.html",
        {
            "title": series_title(revision),
            "address": address_of(revision),
            "in_version": in_version(version),
            "version": version,
            "number": number,
            "total": revision.image_count,
            "own": uid,
            "against": asked,
            "other_number": other_number,
            "sides": [_side(side, at, alone=other == revision) for side, at in sides],
            "within": other == revision,
            "everything": everything,
            "pairs": pairs if everything else found,
            "differ": sum(not (pair.row.item or not pair.differs) for pair in found),
            "of": sum(not pair.row.item for pair in pairs),
            "patient": (patient_address(study.patient), study.patient.patient_id),
            "study": f"/studies/{study.study_instance_uid}/",
            "beside": _beside(revision, judged),
        },
    )


def _is_number(told: str) -> bool:
    return told.isascii() and told.isdigit() and len(told) <= 6 and int(told) > 0


def _side(revision: SeriesRevision, number: int, *, alone: bool) -> dict[str, Any]:
    title = series_title(revision)
    named = f"Image {number}" if alone else f"Image {number} of {title}"
    return {"title": title, "address": address_of(revision), "number": number, "named": named}


def _beside(revision: SeriesRevision, judged: Visible) -> list[tuple[str, str]]:
    """Other series of the subject that this one may be held against: UID and title."""
    series = shown_series(judged, series__study__patient=revision.series.study.patient)
    others = [one for one in series if one.pk != revision.pk and judged.may_fetch(one.home_download_id)]
    return [(one.series.series_instance_uid, f"{series_title(one)} ({one.modality})") for one in others]


def _instance(revision: SeriesRevision, number: int) -> RevisionInstance:
    """The `number`th instance, from 1; for a multi-frame file the number of an image falls on the file around it."""
    contents = revision_contents(revision)
    content = contents.filter(position=number - 1).first()
    if content is None and number <= revision.image_count:
        content = contents.order_by("-position").first()
    if content is None:
        raise NotFound("The series has no such instance.")
    return content


def _limited(rows: Iterator[Row]) -> Iterator[Row]:
    for _, row in zip(range(MOST_ROWS), rows, strict=False):
        yield row


def _matching(rows: list[Row], words: list[str]) -> Iterator[Row]:
    """The elements that hold all words, each below the sequences and items that it stands in."""
    around: list[Row] = []
    for row in rows:
        while around and around[-1].depth >= row.depth:
            around.pop()
        keyword = row.name.replace(" ", "")
        text = f"{row.tag} {row.name} {keyword} {row.vr} {row.value} {row.words}".lower()
        if not row.item and all(word in text for word in words):
            yield from around
            around.clear()
            yield row
        elif row.item or row.vr == "SQ":
            around.append(row)
