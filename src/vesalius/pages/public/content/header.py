"""The full header of one instance of a series, row by row."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from pydicom.datadict import keyword_dict

from vesalius.catalog.bytes import archive_store
from vesalius.catalog.models import RevisionInstance, SeriesRevision
from vesalius.catalog.visible import revision_contents, revision_to_fetch
from vesalius.dicom import Dataset, DicomFile, Element, read, tag_text
from vesalius.dicom.standard import load_rows
from vesalius.errors import NotFound
from vesalius.pages.public.addresses import patient_address
from vesalius.pages.public.asker import visible
from vesalius.pages.public.images import address_of, in_version
from vesalius.pages.public.paging import whole_number
from vesalius.pages.public.wording import series_title
from vesalius.pages.templatetags.words import size, tagtext

LONG_TEXT = 1024  # characters of a value that the page shows
MOST_ROWS = 20_000
BYTES = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})


@cache
def explanations() -> dict[int, str]:
    """What common attributes mean in plain language, by tag."""
    rows = load_rows("explanations.csv")
    return {keyword_dict[row["keyword"]]: row["words"] for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One element of a header, as the page shows it."""

    depth: int  # of sequences around it
    tag: str  # "(0018,0050)"
    name: str
    vr: str
    value: str
    words: str = ""  # what the attribute means, in plain language
    note: str = ""  # instead of a value: how much there is
    uid: bool = False
    item: bool = False  # the heading of a sequence's item, no element


@require_safe
def header(request: HttpRequest, uid: str) -> HttpResponse:
    """GET /series/UID/header/: of the first instance, or of `?instance=K`; of an older `?version=N` too.

    `?q=words` leaves only the elements in whose tag, name, value or explanation all the words occur.
    """
    version, asked = whole_number(request, "version"), whole_number(request, "instance")
    revision = revision_to_fetch(uid, visible(request), version)
    number = asked or 1
    content = _instance(revision, number)
    with read(archive_store().path(content.blob_id)) as file:
        rows = list(_limited(_file_rows(file)))
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
        },
    )


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


def _file_rows(file: DicomFile) -> Iterator[Row]:
    """The meta group, then the data set (PS3.10 7.1)."""
    yield from _rows(file.meta, 0)
    yield from _rows(file.dataset, 0)


def _rows(dataset: Dataset, depth: int) -> Iterator[Row]:
    for element in dataset:
        yield _row(element, depth)
        for number, item in enumerate(element.items, 1):
            yield Row(depth=depth + 1, tag="", name=f"Item {number}", vr="", value="", item=True)
            yield from _rows(item.dataset, depth + 2)


def _row(element: Element, depth: int) -> Row:
    name, tag = tagtext(element.tag).rsplit(" ", 1)
    words = explanations().get(element.tag, "")
    told: dict[str, Any] = {"depth": depth, "tag": tag, "name": name, "vr": element.vr, "words": words}
    octets = element.value_end - element.value_start
    if element.vr == "SQ":
        items = len(element.items)
        return Row(value="", note=f"{items} item{'' if items == 1 else 's'}", **told)
    if element.vr in BYTES or element.fragments:
        return Row(value="", note=size(octets) if octets else "empty", **told)
    if not octets:
        return Row(value="", note="empty", **told)
    if octets > 4 * LONG_TEXT:
        return Row(value="", note=size(octets), **told)
    value = _joined(element)
    return Row(
        value=value[:LONG_TEXT], note="…" if len(value) > LONG_TEXT else "", uid=element.vr == "UI", **told
    )


def _joined(element: Element) -> str:
    """All values as the file has them, apart as DICOM writes them (PS3.5 6.4)."""
    if element.vr in {"DS", "IS"}:
        return element.raw().decode("latin-1").strip(" \0")
    if element.vr == "AT":
        return "\\".join(tag_text(value) for value in element.values() if isinstance(value, int))
    return "\\".join(_told(value) for value in element.values())


def _told(value: object) -> str:
    if isinstance(value, bytes):
        return size(len(value))
    return f"{value:.8g}" if isinstance(value, float) else str(value)
