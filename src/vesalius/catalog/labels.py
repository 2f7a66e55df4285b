"""What hangs on many series at once, for lists: labels drawn on each, and for a label what it was made from."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from vesalius.catalog.models import Instance, Series, SeriesRevision
from vesalius.catalog.relations import LABELS
from vesalius.catalog.visible import WITH_CONTEXT, Judged, current_revisions, findable

MOST_LABELS: Final = 1000  # of all subjects of a list
LOOKED_AT: Final = 5  # images that a label names, where it names no series


@dataclass(slots=True)
class Hanging:
    """By the id of a series: what was drawn on it, and what it was drawn on."""

    labels: dict[int, list[SeriesRevision]] = field(default_factory=lambda: defaultdict(list))
    sources: dict[int, list[SeriesRevision]] = field(default_factory=lambda: defaultdict(list))


def hanging(rows: Sequence[SeriesRevision], visible: Judged) -> Hanging:
    """Labels and sources of the series of a list, as far as the asker may find them; a few questions for all."""
    shown = findable(current_revisions(), visible).select_related(*WITH_CONTEXT)
    patients = {row.series.study.patient_id for row in rows}
    # By their ids: a database may else begin with every label that it has.
    beside = Series.objects.filter(study__patient__in=patients, modality__in=LABELS).order_by("pk")
    ids = list(beside.values_list("pk", flat=True)[:MOST_LABELS])
    labels = list(shown.filter(series__in=ids).order_by("pk"))
    named = _named(labels)
    listed = {row.series_id for row in rows}
    wanted = {source for label in labels if label.series_id in listed for source in named[label.pk]}
    sources = {one.series_id: one for one in shown.filter(series__in=wanted)}
    found = Hanging()
    for label in labels:
        for source in named[label.pk]:
            if source in listed:
                found.labels[source].append(label)
            if label.series_id in listed and source in sources:
                found.sources[label.series_id].append(sources[source])
    return found


def _named(labels: Sequence[SeriesRevision]) -> dict[int, set[int]]:
    """Ids of the series that each label names, by themselves or by some of their images."""
    series = dict(
        Series.objects.filter(series_instance_uid__in=_all(labels, "SeriesInstanceUID")).values_list(
            "series_instance_uid", "pk"
        )
    )
    images = dict(
        Instance.objects.filter(sop_instance_uid__in=_all(labels, "SOPInstanceUID", LOOKED_AT)).values_list(
            "sop_instance_uid", "series"
        )
    )
    return {
        label.pk: (
            {series[uid] for uid in _of(label, "SeriesInstanceUID") if uid in series}
            or {images[uid] for uid in islice(_of(label, "SOPInstanceUID"), LOOKED_AT) if uid in images}
        )
        - {label.series_id}
        for label in labels
    }


def _all(labels: Iterable[SeriesRevision], keyword: str, most: int | None = None) -> set[str]:
    return {uid for label in labels for uid in islice(_of(label, keyword), most)}


def _of(label: SeriesRevision, keyword: str) -> Sequence[str]:
    found: Sequence[str] = label.facts.get("references", {}).get(keyword, ())
    return found
