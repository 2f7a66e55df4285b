"""The page of one series: its pictures, what it is, its versions, its bytes."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from vesalius.access.permit import visible_to
from vesalius.catalog.models import Release, SeriesRevision
from vesalius.catalog.relations import LABELS
from vesalius.catalog.visible import SeriesPage, published_revisions, revision_to_fetch, series_page
from vesalius.deliver.basket import holds
from vesalius.deliver.fetches import send_series
from vesalius.deliver.manifest import MEDIA_TYPE, manifest_name, manifest_text
from vesalius.deliver.pictures import Pictures, pictures
from vesalius.pages.public.access import access_of
from vesalius.pages.public.addresses import address_of, patient_address
from vesalius.pages.public.asker import basket_owner, by_token, visible
from vesalius.pages.public.content.related import related
from vesalius.pages.public.export import as_file
from vesalius.pages.public.holding.citing import citation
from vesalius.pages.public.images import ELSEWHERE, in_version, none_word
from vesalius.pages.public.paging import whole_number
from vesalius.pages.public.wording import age, body_part, series_title, sex
from vesalius.pages.templatetags.words import count, day, size

RUN_BY = {"site": "The sending site", "archive": "This archive", "curator": "A curator of this archive"}
NO_FRAMES = frozenset(
    {"SR", "RTSTRUCT", "RTPLAN", "PR", "KO", "ANN", "REG", "SM"}
)  # a slide has its own viewer
KEYS = (  # of the viewer, as static/viewer/input.js obeys them
    ("↑ ↓ ← →", "Previous or next image"), ("Page ↑ ↓", "Ten images"), ("Home End", "First or last image"),
    ("Space", "Play or stop"), ("1 … 9", "Window of that number"), ("W N", "Wider or narrower window"),
    ("B D", "Brighter or darker"), ("I", "Invert"), ("+ −", "Closer or farther"), ("Shift ↑ ↓ ← →", "Move the picture"),
    ("0", "Fit"), ("R", "Reset"), ("O", "Labels on or off"), ("C", "Crosshair: read a pixel"),
    ("H J K L", "Move the crosshair"), ("T", "Turn by a quarter"), ("V", "Flip left and right"),
    ("M", "Measure a distance"), ("A", "Measure an angle"), ("S", "Measure a rectangle"), ("E", "Measure an ellipse"),
    ("Enter", "Set a point at the crosshair"), ("Esc", "Give up what was begun"),
    ("Delete", "Delete the last measurement"), ("F", "Full screen"),
)  # fmt: skip


@require_safe
def series(request: HttpRequest, uid: str) -> HttpResponse:
    """GET /series/UID/: the newest revision, or that of `?version=N` of its dataset."""
    judged = visible(request)
    version = whole_number(request, "version")
    page = series_page(uid, judged, version)
    revision = page.revision
    drawn = pictures(revision) if page.may_fetch else None
    owner = basket_owner(request)
    holding = revision.home_download.holding
    told_of = _release_of(page, version)
    return render(
        request,
        "public/series.html",
        {
            "revision": revision,
            "uid": uid,
            "title": series_title(revision),
            "address": f"/series/{uid}/",
            "version": version,
            "in_version": in_version(version),
            "page": page,
            "access": access_of(revision.home_download, judged),
            "trail": _trail(revision),
            "cover": drawn.cover if drawn else None,
            "images": drawn.drawn[-1].number if drawn and drawn.drawn else 0,
            "noun": _noun(revision),
            "viewable": page.may_fetch and viewable(revision, drawn),
            "tiles": _tiles(drawn, revision, version),
            "none": ELSEWHERE if revision.held_at else none_word(drawn, may_fetch=page.may_fetch),
            "facts": _facts(revision),
            "terms": _terms(revision),
            "history": _history(revision),
            "chain": [_run(run) for run in revision.deid_runs],
            "citation": citation(holding, told_of, told_of.doi, part=f"series {uid}"),
            "held": bool(owner) and holds(owner or "", uid),
            "keys": KEYS,
            "compare_address": f"{patient_address(revision.series.study.patient)}compare/?series={uid}",
        }
        | related(revision, told_of, judged),
    )


@require_safe
def download(request: HttpRequest, uid: str) -> HttpResponseBase:
    """GET /series/UID/download/: the ZIP, byte for byte that of `?version=N` where one is asked for.

    Programs send a token in `Authorization` for limited data: addresses in manifests hold none.
    """
    asker = by_token(request)
    revision = revision_to_fetch(uid, visible_to(asker), whole_number(request, "version"))
    return send_series(request, revision, person=asker, way="page")


@require_safe
def manifest(request: HttpRequest, uid: str) -> HttpResponse:
    """GET /series/UID/manifest.tcia: this one series for a retriever."""
    revision_to_fetch(uid, visible(request))
    made = manifest_name(timezone.now())
    return as_file(made, manifest_text([uid], name=made), MEDIA_TYPE)


def _release_of(page: SeriesPage, version: int | None) -> Release:
    """The release that a citation names: the one asked for, else the newest that holds this revision."""
    return next((one for one in page.releases if one.number == version), page.releases[-1])


def _trail(revision: SeriesRevision) -> list[tuple[str, str]]:
    study = revision.series.study
    holding = study.patient.holding
    when = day(study.study_date)
    return [
        (address_of(holding), holding.short_title),
        (patient_address(study.patient), study.patient.patient_id),
        (f"/studies/{study.study_instance_uid}/", f"Study of {when}" if when else "Study"),
    ]


def viewable(revision: SeriesRevision, drawn: Pictures | None) -> bool:
    """Whether there may be frames: what was drawn, or is of a kind that can be while nobody has tried."""
    return revision.modality not in NO_FRAMES and (drawn is None or bool(drawn.drawn))


def _noun(revision: SeriesRevision) -> str:
    """What the files of a series are: a segmentation is one file of many pictures, a report one of none."""
    return "file" if revision.modality in LABELS else "image"


def _tiles(drawn: Pictures | None, revision: SeriesRevision, version: int | None) -> list[dict[str, Any]]:
    uid = revision.series.series_instance_uid
    return [
        {
            "number": one.number,
            "image": f"/series/{uid}/thumbnail/{one.number}/{in_version(version)}",
            "header": f"/series/{uid}/header/?instance={one.number}"
            + (f"&version={version}" if version else ""),
            "place": "" if one.location is None else f"{one.location:.1f}".replace("-", "−"),
        }
        for one in (drawn.drawn if drawn else ())
    ]


def _facts(revision: SeriesRevision) -> list[dict[str, Any]]:
    uid = revision.series.series_instance_uid
    study = revision.series.study
    holding = revision.home_download.holding
    license_ = revision.home_download.license
    rows: list[tuple[str, str, dict[str, Any]]] = [
        ("Subject", study.patient.patient_id, {"address": patient_address(study.patient)}),
        (
            "Study",
            study.study_description or "Open the study",
            {"address": f"/studies/{study.study_instance_uid}/"},
        ),
        (str(holding.get_kind_display()).capitalize(), holding.short_title, {"address": address_of(holding)}),
        ("Modality", revision.modality, {}),
        ("Body part", body_part(revision.body_part_examined), {}),
        (f"{_noun(revision).capitalize()}s", count(revision.image_count), {}),
        ("Size", size(revision.size), {}),
        ("Licence", license_.short_title, {"address": license_.url}),
        ("Series Instance UID", uid, {"long": True, "to_copy": uid}),
    ]
    return [{"name": name, "value": value} | more for name, value, more in rows if value]


def _terms(revision: SeriesRevision) -> list[tuple[str, str]]:
    """What the images are, in the words of their headers."""
    facts = revision.facts
    rows = [
        ("Study date (moved)", day(revision.study_date)),
        ("Age at study", age(revision.patient_age)),
        ("Sex", sex(revision.patient_sex)),
        ("Manufacturer", revision.manufacturer),
        ("Model", revision.manufacturer_model_name),
        ("Software", revision.software_versions.replace("\\", ", ")),
        ("Protocol", revision.protocol_name),
        ("Series number", "" if revision.series_number is None else str(revision.series_number)),
        ("Matrix", f"{facts['Rows']} × {facts['Columns']}" if {"Rows", "Columns"} <= facts.keys() else ""),
        ("Pixel spacing", _millimetres(revision.pixel_spacing)),
        ("Slice thickness", _millimetres(revision.slice_thickness)),
        ("Convolution kernel", str(facts.get("ConvolutionKernel", ""))),
        ("Tube voltage", f"{facts['KVP']:g} kV" if isinstance(facts.get("KVP"), int | float) else ""),
        ("Contrast agent", str(facts.get("ContrastBolusAgent", ""))),
        ("Sending site", revision.site),
    ]
    return [(name, value) for name, value in rows if value]


def _millimetres(told: str) -> str:
    """Numbers apart by commas, such as "0.976562, 1.250000", as "0.9766 mm, 1.25 mm"."""
    try:
        return ", ".join(f"{float(one):.4g} mm" for one in told.split(",") if one.strip())
    except ValueError:
        return ""


def _history(revision: SeriesRevision) -> list[dict[str, Any]]:
    """Every published revision of the series, newest first, with the versions of its dataset that hold it."""
    rows = published_revisions().filter(series=revision.series_id, home_download=revision.home_download_id)
    rows = rows.prefetch_related("in_releases__release").order_by("-number")
    told = []
    for row in rows:
        releases = sorted(
            (one.release for one in row.in_releases.all() if one.release.published_at), key=lambda r: r.number
        )
        told.append({"revision": row, "releases": releases, "shown": row.pk == revision.pk})
    return told


def _run(run: dict[str, Any]) -> dict[str, Any]:
    return {
        "by": RUN_BY.get(str(run.get("by")), str(run.get("by", ""))),
        "software": run.get("software", ""),
        "recipe": run.get("recipe", ""),
        "options": _spoken(run.get("options") or ()),
        "at": parse_datetime(str(run.get("at", ""))),
    }


def _spoken(options: Iterable[str]) -> str:
    """Names such as "clean_descriptors" in plain letters."""
    return ", ".join(str(name).replace("_", " ") for name in options)
