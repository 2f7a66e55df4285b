"""What hangs on many series at once, for lists: labels drawn on each, and for a label what it was made from."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from django.db.models import QuerySet

from vesalius.catalog.models import Instance, Series, SeriesRevision
from vesalius.catalog.relations import LABELS
from vesalius.catalog.visible import Judged, current_revisions, findable

MOST_LABELS: Final = 1000  # of all subjects of a list
LOOKED_AT: Final = 5  # images that a label names, where it names no series
_TOLD: Final = ("series", "series__series_instance_uid", "modality", "home_download__holding__short_title")


@dataclass(frozen=True, slots=True)
class Hung:
    """A label, or what one was made from, as far as a list tells of it."""

    series: int  # id
    series_instance_uid: str
    modality: str
    dataset: str  # that it was published in


@dataclass(slots=True)
class Hanging:
    """By the id of a series: what was drawn on it, and what it was drawn on."""

    labels: dict[int, list[Hung]] = field(default_factory=lambda: defaultdict(list))
    sources: dict[int, list[Hung]] = field(default_factory=lambda: defaultdict(list))


def hanging(rows: Sequence[SeriesRevision], visible: Judged) -> Hanging:
    """Labels and sources of the series of a list, as far as the asker may find them; a few questions for all."""
    found = Hanging()
    patients = {row.series.study.patient_id for row in rows}
    # By their ids: a database may else begin with every label that it has.
    beside = Series.objects.filter(study__patient__in=patients, modality__in=LABELS).order_by("pk")
    ids = list(beside.values_list("pk", flat=True)[:MOST_LABELS])
    shown = findable(current_revisions(), visible)
    labels = (
        list(shown.filter(series__in=ids).order_by("pk").values_list(*_TOLD, "facts__references"))
        if ids
        else []
    )
    named = _named({label[0]: label[-1] or {} for label in labels})
    listed = {row.series_id for row in rows}
    sources = _told(shown, {one for label, of in named.items() if label in listed for one in of})
    for *told, _ in labels:
        label = Hung(*told)
        for source in named[label.series]:
            if source in listed:
                found.labels[source].append(label)
            if label.series in listed and source in sources:
                found.sources[label.series].append(sources[source])
    return found


def _told(shown: QuerySet[SeriesRevision], series: set[int]) -> dict[int, Hung]:
    rows = shown.filter(series__in=series).values_list(*_TOLD) if series else ()
    return {row[0]: Hung(*row) for row in rows}


def _named(references: dict[int, dict[str, Any]]) -> dict[int, set[int]]:
    """Ids of the series that each label names, by themselves or by some of their images."""
    if not references:
        return {}
    named = Series.objects.filter(series_instance_uid__in=_all(references.values(), "SeriesInstanceUID"))
    series = dict(named.values_list("series_instance_uid", "pk"))
    by_image = {label: of for label, of in references.items() if not of.get("SeriesInstanceUID")}
    shown = Instance.objects.filter(sop_instance_uid__in=_all(by_image.values(), "SOPInstanceUID", LOOKED_AT))
    images = dict(shown.values_list("sop_instance_uid", "series")) if by_image else {}
    return {
        label: {
            *(series[uid] for uid in of.get("SeriesInstanceUID", ()) if uid in series),
            *(images[uid] for uid in islice(of.get("SOPInstanceUID", ()), LOOKED_AT) if uid in images),
        }
        - {label}
        for label, of in references.items()
    }


def _all(references: Iterable[dict[str, Any]], keyword: str, most: int | None = None) -> set[str]:
    return {uid for one in references for uid in islice(one.get(keyword, ()), most)}
