"""The pages of a patient ("subject") and of a study."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vesalius.access.permit import Visible
from vesalius.catalog.models import Patient, SeriesRevision, Study
from vesalius.catalog.visible import (
    WITH_CONTEXT,
    current_revisions,
    findable,
    holding_of,
    patient_of,
    study_of,
)
from vesalius.errors import NotFound
from vesalius.pages.public.addresses import address_of, patient_address
from vesalius.pages.public.asker import visible
from vesalius.pages.public.images import thumb
from vesalius.pages.public.supporting.shown import about_patient
from vesalius.pages.public.wording import age, series_title, sex
from vesalius.pages.templatetags.words import count, day, size
from vesalius.search.query import Query

MOST_SERIES = 500  # of one patient on one page; the search shows the rest


@require_safe
def patient_page(request: HttpRequest, collection: str, patient_id: str) -> HttpResponse:
    """GET /patients/COLLECTION/ID/: studies in order of time, each with its series."""
    judged = visible(request)
    patient = patient_of(collection, patient_id, judged)
    revisions = shown_series(judged, series__study__patient=patient)
    query = Query(collections=(collection,), patient_ids=(patient_id,))
    return render(
        request,
        "public/patient.html",
        {
            "patient": patient,
            "trail": trail_of(patient, judged),
            "studies": _by_study(revisions, judged),
            "facts": _patient_facts(patient, revisions, query),
            "query": query.url(),
            "uids": [one.series.series_instance_uid for one in revisions],
            "ready": sum(one.size for one in revisions if judged.may_fetch(one.home_download_id)),
            "clinical": about_patient(patient, judged),
        },
    )


@require_safe
def study_page(request: HttpRequest, uid: str) -> HttpResponse:
    """GET /studies/UID/: the series of one study."""
    judged = visible(request)
    study = study_of(uid, judged)
    revisions = shown_series(judged, series__study=study)
    patient = study.patient
    return render(
        request,
        "public/study.html",
        {
            "study": study,
            "trail": [*trail_of(patient, judged), (patient_address(patient), patient.patient_id)],
            "thumbs": [_captioned(revision, judged) for revision in revisions],
            "facts": _study_facts(study, revisions),
            "query": Query(study_uids=(uid,)).url(),
            "uids": [one.series.series_instance_uid for one in revisions],
            "ready": sum(one.size for one in revisions if judged.may_fetch(one.home_download_id)),
        },
    )


def shown_series(judged: Visible, **of: Any) -> list[SeriesRevision]:
    """The current series of a patient or study that the asker may find, in order of time."""
    found = findable(current_revisions(), judged).filter(**of).select_related(*WITH_CONTEXT)
    order = ("series__study__study_date", "series__study__study_instance_uid", "series_number", "pk")
    return list(found.order_by(*order)[:MOST_SERIES])


def trail_of(patient: Patient, judged: Visible) -> list[tuple[str, str]]:
    """Collections, and the patient's collection where it may itself be found."""
    name = patient.holding.short_title
    try:
        own = [(address_of(holding_of(name, judged)), name)]
    except NotFound:  # a third party's series of a patient whose own collection is hidden
        own = []
    return [("/collections/", "Collections"), *own]


def _captioned(revision: SeriesRevision, judged: Visible) -> dict[str, Any]:
    return thumb(revision, judged, caption=series_title(revision))


def _by_study(revisions: list[SeriesRevision], judged: Visible) -> list[dict[str, Any]]:
    studies: dict[int, dict[str, Any]] = {}
    for revision in revisions:
        study = revision.series.study
        told = studies.setdefault(study.pk, {"study": study, "age": age(revision.patient_age), "thumbs": []})
        told["thumbs"].append(_captioned(revision, judged))
    return list(studies.values())


def _patient_facts(patient: Patient, revisions: list[SeriesRevision], query: Query) -> list[dict[str, Any]]:
    found = f"/search/?{query.url()}"
    stated = patient.sex or next((one.patient_sex for one in revisions if one.patient_sex), "")
    studies = {one.series.study_id for one in revisions}
    return _facts(
        ("Subject (Patient ID)", patient.patient_id, {"long": True, "to_copy": patient.patient_id}),
        ("Sex", sex(stated), {}),
        ("Species", patient.species, {}),
        ("Phantom", "Yes" if patient.phantom else "", {}),
        ("Studies", count(len(studies)), {"address": f"{found}&view=studies"}),
        ("Series", count(len(revisions)), {"address": found}),
        ("Images", count(sum(one.image_count for one in revisions)), {}),
        ("Size", size(sum(one.size for one in revisions)), {}),
    )


def _study_facts(study: Study, revisions: list[SeriesRevision]) -> list[dict[str, Any]]:
    first = revisions[0] if revisions else None
    found = f"/search/?{Query(study_uids=(study.study_instance_uid,)).url()}"
    return _facts(
        ("Subject", study.patient.patient_id, {"address": patient_address(study.patient)}),
        ("Study date (moved)", day(study.study_date), {}),
        ("Age at study", age(study.patient_age or (first.patient_age if first else "")), {}),
        ("Modalities", ", ".join(sorted({one.modality for one in revisions})), {}),
        ("Series", count(len(revisions)), {"address": found}),
        ("Images", count(sum(one.image_count for one in revisions)), {}),
        ("Size", size(sum(one.size for one in revisions)), {}),
        ("Study Instance UID", study.study_instance_uid, {"long": True, "to_copy": study.study_instance_uid}),
    )  # fmt: skip


def _facts(*rows: tuple[str, str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"name": name, "value": value} | more for name, value, more in rows if value]
