"""What is new in an answer: series that were published, or corrected, since somebody looked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import groupby
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from vesalius.catalog.models import Patient, Release, SeriesRevision
from vesalius.catalog.visible import WITH_CONTEXT, Judged, current_revisions, findable
from vesalius.search.answers.columns import open_columns
from vesalius.search.conditions import Compare, Operator
from vesalius.search.find import find_series
from vesalius.search.query import Query

LOOKED_AT: Final = 1_000  # series, of which the newest groups are made
MOST_SHOWN: Final = 500  # series of a page of news


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What one release brought of one patient."""

    release: Release
    patient: Patient
    revisions: tuple[SeriesRevision, ...]

    @property
    def corrected(self) -> int:
        """How many of them were published before, with other content."""
        return sum(one.number > 1 for one in self.revisions)


def new_since(query: Query, visible: Judged, since: datetime) -> NDArray[Any]:
    """Ids of the revisions of an answer that were first published after a moment."""
    day = since.astimezone(UTC).date()
    asked = [condition for _, condition in query.parts()]
    recent = Compare("released", Operator.GREATER_OR_EQUAL, (day,))
    found = open_columns().select([*asked, recent], visible.findable).revisions()
    # the columns know days: what was published on that day before the moment is looked up
    morning = datetime.combine(day, time(), UTC)
    earlier = Release.objects.filter(published_at__gte=morning, published_at__lte=since)
    seen = SeriesRevision.objects.filter(first_release__in=earlier).values_list("pk", flat=True)
    return found[~np.isin(found, np.fromiter(seen, dtype=np.int64))]


def news(ids: NDArray[Any], visible: Judged) -> list[Group]:
    """The first of these revisions by release and patient, the newest release first."""
    newest_first = np.sort(ids)[::-1][:MOST_SHOWN].tolist()
    found = findable(current_revisions(), visible).filter(pk__in=newest_first)
    return _groups(found.select_related(*WITH_CONTEXT))


def newest(query: Query, visible: Judged, most: int) -> list[Group]:
    """What was published last of an answer, by release and patient: at most so many, the newest first."""
    page = find_series(query, visible, sort="-released", size=LOOKED_AT)
    groups = _groups(page.rows)
    if page.total > LOOKED_AT and len(groups) > 1:  # the last one may be cut off
        last = _place(page.rows[-1])[:3]
        groups = [group for group in groups if _place(group.revisions[0])[:3] != last]
    return groups[:most]


def _groups(rows: Iterable[SeriesRevision]) -> list[Group]:
    """Rows by release and patient, the newest release first."""
    ordered = sorted(rows, key=_place)
    return [
        Group(release=release, patient=patient, revisions=tuple(group))
        for (release, patient), group in groupby(
            ordered, key=lambda one: (one.first_release, one.series.study.patient)
        )
        if release is not None
    ]


def _place(row: SeriesRevision) -> tuple[Any, ...]:
    release, patient = row.first_release, row.series.study.patient
    published = release.published_at.timestamp() if release and release.published_at else 0.0
    return (-published, patient.holding.short_title, patient.patient_id, row.series.series_instance_uid)
