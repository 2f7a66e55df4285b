"""What hangs on a series: labels drawn on it, and for a label the images that it was drawn on.

Derived objects stand under the patient of their source, whoever made them, and name in their header what they were
made from; `facts["references"]` of a revision holds those names.
"""

from collections.abc import Collection

from django.db.models import QuerySet

from vesalius.catalog.models import Instance, Series, SeriesRevision
from vesalius.catalog.visible import WITH_CONTEXT, Judged, current_revisions, findable

LABELS = frozenset({"SEG", "RTSTRUCT", "SR", "RTDOSE", "RTPLAN", "PR", "KO", "ANN", "REG", "M3D"})
LOOKED_AT = 2000  # references of one label that are followed: any of them names its source


def labels_on(revision: SeriesRevision, visible: Judged) -> list[SeriesRevision]:
    """Current labels, of this holding or of others, that refer to images of a series and that the asker may find."""
    uid = revision.series.series_instance_uid
    images = set(revision.series.instances.values_list("sop_instance_uid", flat=True))
    found = _beside(revision, visible).filter(modality__in=LABELS)
    return [
        one
        for one in found
        if uid in _named(one, "SeriesInstanceUID") or not images.isdisjoint(_named(one, "SOPInstanceUID"))
    ]


def sources_of(revision: SeriesRevision, visible: Judged) -> list[SeriesRevision]:
    """Current series that a label refers to and that the asker may find; none of what is no label."""
    if revision.modality not in LABELS:
        return []
    return list(_beside(revision, visible).filter(series__in=_sources(revision)))


def in_same_space(
    revision: SeriesRevision, visible: Judged, modalities: Collection[str] = ("SEG",)
) -> list[SeriesRevision]:
    """Current labels of the patient in the frame of reference of a series, drawn on it or on another one."""
    space = revision.facts.get("FrameOfReferenceUID")
    found = _beside(revision, visible).filter(modality__in=modalities)
    return [one for one in found if space and space in _spaces(one)]


def _spaces(label: SeriesRevision) -> set[str]:
    """Frames of reference that a label lies in: a structure set says them of its regions."""
    return {str(label.facts.get("FrameOfReferenceUID", "")), *_named(label, "FrameOfReferenceUID")}


def neighbours(revision: SeriesRevision, visible: Judged) -> list[SeriesRevision]:
    """The other current series of a study that the asker may find."""
    return list(_beside(revision, visible).filter(series__study=revision.series.study_id))


def _beside(revision: SeriesRevision, visible: Judged) -> QuerySet[SeriesRevision]:
    """Other series of the patient."""
    of_patient = findable(current_revisions(), visible).filter(
        series__study__patient=revision.series.study.patient_id
    )
    others = of_patient.exclude(series=revision.series_id).select_related(*WITH_CONTEXT)
    return others.order_by("modality", "series_number", "pk")


def _sources(label: SeriesRevision) -> set[int]:
    """Ids of the series that the label's header names, by their images or by themselves."""
    images = Instance.objects.filter(sop_instance_uid__in=_named(label, "SOPInstanceUID")[:LOOKED_AT])
    series = Series.objects.filter(series_instance_uid__in=_named(label, "SeriesInstanceUID")[:LOOKED_AT])
    by_image = images.values_list("series", flat=True).distinct()
    return {*by_image, *series.values_list("pk", flat=True)} - {label.series_id}


def _named(label: SeriesRevision, keyword: str) -> list[str]:
    """UIDs of this keyword that a label refers to."""
    return list(label.facts.get("references", {}).get(keyword, ()))
