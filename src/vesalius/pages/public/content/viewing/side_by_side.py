"""Series of one patient side by side: two to four viewers that are linked, and the studies to choose from, by time."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vesalius.access.permit import Visible
from vesalius.catalog.models import SeriesRevision, Study
from vesalius.catalog.visible import patient_of
from vesalius.deliver.pictures import pictures
from vesalius.errors import NotFound
from vesalius.pages.public.addresses import patient_address
from vesalius.pages.public.asker import visible
from vesalius.pages.public.content.patient import shown_series, trail_of
from vesalius.pages.public.content.series import viewable
from vesalius.pages.public.content.viewing.frames import LAID
from vesalius.pages.public.images import address_of, thumb
from vesalius.pages.public.wording import age, series_title
from vesalius.pages.templatetags.words import day

MOST: Final = 4  # series at once
SUGGESTED: Final = 6  # kinds of series that are offered over time
WIDE: Final = 1000  # units of the drawn time line
_THICKNESS: Final = re.compile(r"\b\d+(?:[.,]\d+)?\s*mm\b", re.IGNORECASE)  # in a description


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One study on the time line."""

    x: float
    label: str  # days since the first study


@require_safe
def side_by_side(request: HttpRequest, collection: str, patient_id: str) -> HttpResponse:
    """GET /patients/COLLECTION/ID/compare/?series=UID&series=UID: up to four series; without any, what there is."""
    judged = visible(request)
    patient = patient_of(collection, patient_id, judged)
    series = [
        one for one in shown_series(judged, series__study__patient=patient) if _can_be_seen(one, judged)
    ]
    by_uid = {one.series.series_instance_uid: one for one in series}
    asked = list(dict.fromkeys(request.GET.getlist("series")))
    if any(uid not in by_uid for uid in asked):
        raise NotFound("This subject has no such series that can be seen.")
    chosen = asked[:MOST]
    studies = list(dict.fromkeys(one.series.study for one in series))
    return render(
        request,
        "public/side_by_side.html",
        {
            "patient": patient,
            "trail": [*trail_of(patient, judged), (patient_address(patient), patient.patient_id)],
            "viewers": [_viewer(by_uid[uid], at, studies) for at, uid in enumerate(chosen, 1)],
            "left_out": len(asked) - len(chosen),
            "points": _points(studies),
            "wide": WIDE,
            "studies": [_study(study, studies, series, chosen, judged) for study in studies],
            "suggestions": _suggestions(series),
        },
    )


def _can_be_seen(revision: SeriesRevision, judged: Visible) -> bool:
    here = judged.may_fetch(revision.home_download_id) and not revision.held_at
    return here and revision.modality not in LAID and viewable(revision, pictures(revision))


def _viewer(revision: SeriesRevision, at: int, studies: list[Study]) -> dict[str, Any]:
    drawn = pictures(revision)
    cover = drawn.cover if drawn else None
    study = revision.series.study
    return {
        "at": at,
        "address": address_of(revision),
        "title": series_title(revision),
        "study": ", ".join(filter(None, (day(study.study_date), _since(study, studies)))),
        "cover": cover,
    }


def _study(
    study: Study, studies: list[Study], series: list[SeriesRevision], chosen: list[str], judged: Visible
) -> dict[str, Any]:
    own = [one for one in series if one.series.study_id == study.pk]
    tiles = [thumb(one, judged, caption=series_title(one)) for one in own]
    uids = [one.series.series_instance_uid for one in own]
    return {
        "study": study,
        "since": _since(study, studies),
        "age": age(own[0].patient_age),
        "series": [
            {"uid": uid, "thumb": tile, "chosen": uid in chosen}
            for uid, tile in zip(uids, tiles, strict=True)
        ],
    }


def _since(study: Study, studies: list[Study]) -> str:
    """Days since the first study in words; nothing for a study without a date."""
    days = _days(study, studies)
    if days is None:
        return ""
    return "first study" if days == 0 else f"{days} day{'' if days == 1 else 's'} later"


def _days(study: Study, studies: list[Study]) -> int | None:
    first: date | None = min((one.study_date for one in studies if one.study_date), default=None)
    return (study.study_date - first).days if study.study_date and first else None


def _points(studies: list[Study]) -> list[Point]:
    """Where the studies stand on the time line; none where fewer than two have a date."""
    days = sorted({days for one in studies if (days := _days(one, studies)) is not None})
    if len(days) < 2:
        return []
    return [
        Point(x=60 + (WIDE - 120) * day_ / days[-1], label=f"+{day_} d" if day_ else "first") for day_ in days
    ]


def _suggestions(series: list[SeriesRevision]) -> list[tuple[str, str]]:
    """Series of one kind in several studies, whatever their slices: what one compares over time."""
    kinds: dict[tuple[str, str], dict[int, str]] = {}
    for one in series:
        kind = (one.modality, " ".join(_THICKNESS.sub("", one.series_description).split()))
        kinds.setdefault(kind, {}).setdefault(one.series.study_id, one.series.series_instance_uid)
    found = [
        (f"{modality} {description}".strip(), [*uids.values()])
        for (modality, description), uids in kinds.items()
        if len(uids) > 1
    ]
    return [
        (f"{title}, {len(uids[:MOST])} studies", "?" + urlencode({"series": uids[:MOST]}, doseq=True))
        for title, uids in found[:SUGGESTED]
    ]
