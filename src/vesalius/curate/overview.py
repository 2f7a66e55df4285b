"""What staff ask while curating: what waits, what a series looks like, what was done to it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from vesalius.audit.trail import record
from vesalius.catalog.models import Holding, Release
from vesalius.curate.plan import OPEN
from vesalius.curate.previews import preview_path
from vesalius.dicom import Dataset, Element, read, walk
from vesalius.errors import NotAllowed, NotFound
from vesalius.intake.bytes import intake_store
from vesalius.intake.models import (
    ChangeValue,
    CleanedSeries,
    CleanedTable,
    Finding,
    ReleasePlan,
    Submission,
    SubmittedFile,
)
from vesalius.intake.steps import Step
from vesalius.settings.routing import on_intake

ACTIONS = {  # PS3.15 Table E.1-1a
    "D": "replaced by a dummy",
    "Z": "emptied",  # or a dummy, where the table allows either
    "X": "removed",
    "K": "kept",
    "C": "cleaned",
    "U": "replaced by a new UID",
}
LONGEST_VALUE = 200  # characters of a header's value that are shown
BYTES_SHOWN = 4096  # a longer value is told by its length


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetEntry:
    """A series on a contact sheet."""

    series: CleanedSeries
    picture: int | None  # position of the instance that stands for it; None before it is drawn
    open_findings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderLine:
    """One element of a header."""

    depth: int
    tag: int
    vr: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingLine:
    """A holding with what is published and what is planned."""

    holding: Holding
    plan: ReleasePlan | None
    accepted: int  # series and tables that wait for a plan
    in_review: int


def series_of(uid: str, submission: int | None = None) -> CleanedSeries:
    """The newest cleaning of a series, of one submission where named; NotFound without it."""
    found = CleanedSeries.objects.select_related("submission__site").filter(series_instance_uid=uid)
    if submission is not None:
        found = found.filter(submission=submission)
    row = found.order_by(F("superseded_by").asc(nulls_first=True), "-pk").first()
    if row is None:
        raise NotFound("There is no such series.")
    return row


def current(submission: Submission, step: str = "") -> QuerySet[CleanedSeries]:
    """The newest cleaning of each series of a submission, in its order."""
    rows = CleanedSeries.objects.filter(submission=submission, superseded_by=None)
    return (rows.filter(step=step) if step else rows).order_by(
        "patient_id", "study_instance_uid", "facts__SeriesNumber", "pk"
    )


def contact_sheet(submission: Submission, step: str = "") -> list[SheetEntry]:
    """One entry per series, by patient and study."""
    rows = list(current(submission, step))
    doubts = dict(
        Finding.objects.filter(series__in=rows, settled_at=None)
        .exclude(series__step=Step.EXCLUDED)
        .order_by("series")
        .values_list("series")
        .annotate(count=Count("pk"))
    )
    return [
        SheetEntry(series=row, picture=telling_picture(row), open_findings=doubts.get(row.pk, 0))
        for row in rows
    ]


def open_findings(submission: Submission) -> list[Finding]:
    """What nobody has settled yet about the series and tables of a submission that may still be published;
    quarantined files speak for themselves.
    """
    found = submission.findings.filter(
        Q(series__isnull=False, series__superseded_by=None)
        | Q(table__isnull=False, table__superseded_by=None),
        settled_at=None,
    )
    living = found.exclude(series__step=Step.EXCLUDED).exclude(table__step=Step.EXCLUDED)
    return list(living.select_related("series", "table"))


def telling_picture(series: CleanedSeries) -> int | None:
    """The middle image, where it is drawn; else any other that is."""
    middle = series.image_count // 2
    order = sorted(range(series.image_count), key=lambda position: abs(position - middle))
    return next((position for position in order[:5] if preview_path(series, position).exists()), None)


def picture(series: CleanedSeries, position: int) -> bytes:
    """The picture of one image as JPEG; NotFound where none is drawn."""
    try:
        return preview_path(series, position).read_bytes()
    except FileNotFoundError:
        raise NotFound("There is no picture of this image.") from None


def neighbours(series: CleanedSeries) -> tuple[CleanedSeries | None, CleanedSeries | None, int, int]:
    """The series before and after in its submission, its place from 1, and how many there are."""
    rows = list(current(series.submission))
    place = next((place for place, row in enumerate(rows) if row.pk == series.pk), None)
    if place is None:
        return None, None, 0, len(rows)
    before = rows[place - 1] if place else None
    after = rows[place + 1] if place + 1 < len(rows) else None
    return before, after, place + 1, len(rows)


def next_to_review(series: CleanedSeries) -> CleanedSeries | None:
    """The next series of the submission that waits for a verdict: after this one, else from the first on."""
    rows = list(current(series.submission))
    places = {row.pk: place for place, row in enumerate(rows)}
    here = places.get(series.pk, -1)
    waiting = [row for row in rows if row.step == Step.IN_REVIEW and row.pk != series.pk]
    return min(waiting, key=lambda row: (places[row.pk] < here, places[row.pk]), default=None)


def changes_of(series: CleanedSeries) -> list[ChangeValue]:
    """What was done to each element, one row per distinct change, without the values before."""
    return list(series.values.defer("before").order_by("element_path", "action", "pk"))


def tell_values_before(series: CleanedSeries, *, person: str) -> list[ChangeValue]:
    """The same with what stood there before, which may identify the patient: each look is written down.

    NotAllowed where the series did not come identifiable: nothing is kept of what a site removed.
    """
    if series.submission.origin != Submission.Origin.IDENTIFIABLE:
        raise NotAllowed("No values before are kept for this submission.")
    with on_intake():
        record(
            "values.view",
            person=person,
            target_kind="series",
            target=series.series_instance_uid,
            detail={"submission": series.submission_id},
        )
    return list(series.values.order_by("element_path", "action", "pk"))


def header_of(series: CleanedSeries, position: int) -> list[HeaderLine]:
    """Every element of one cleaned file, file meta first; NotFound without such an image."""
    instance = series.instances.filter(position=position).first()
    if instance is None:
        raise NotFound("There is no such image.")
    with read(intake_store().path(instance.blob_id)) as file:
        return [*_lines(file.meta), *_lines(file.dataset)]


def _lines(dataset: Dataset) -> Iterator[HeaderLine]:
    for path, element in walk(dataset):
        yield HeaderLine(depth=len(path) - 1, tag=element.tag, vr=element.vr, value=_shown(element))


def _shown(element: Element) -> str:
    if element.vr == "SQ":
        return f"{len(element.items)} item{'' if len(element.items) == 1 else 's'}"
    length = element.value_end - element.value_start
    if length > BYTES_SHOWN or element.fragments:
        return f"{length:,} bytes"
    values = element.values()
    if any(isinstance(value, bytes) for value in values):
        return f"{length:,} bytes"
    text = "\\".join(str(value) for value in values)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def holdings() -> list[HoldingLine]:
    """Every holding by name, with its open plan and what waits for one."""
    plans = {plan.holding: plan for plan in ReleasePlan.objects.filter(state__in=OPEN)}
    counts = _by_step()
    return [
        HoldingLine(
            holding=holding,
            plan=plans.get(holding.short_title),
            accepted=counts.get((holding.short_title, Step.ACCEPTED), 0),
            in_review=counts.get((holding.short_title, Step.IN_REVIEW), 0),
        )
        for holding in Holding.objects.select_related("current_release").order_by("short_title")
    ]


def _by_step() -> Counter[tuple[str, str]]:
    """Series and tables, by collection and step."""
    counts: Counter[tuple[str, str]] = Counter()
    for model in (CleanedSeries, CleanedTable):
        rows = model.objects.filter(superseded_by=None).order_by("collection", "step")
        for collection, step, count in rows.values_list("collection", "step").annotate(count=Count("pk")):
            counts[collection, step] += count
    return counts


def step_counts() -> dict[str, int]:
    """Series and tables by step over all submissions; of quarantine and receipt, where no series is made yet, files."""
    counts: dict[str, int] = {}
    for (_, step), count in _by_step().items():
        counts[step] = counts.get(step, 0) + count
    for step in (Step.RECEIVED, Step.QUARANTINED):
        counts[step] = SubmittedFile.objects.filter(step=step).count()
    return counts


def plan_of(plan_id: int) -> ReleasePlan:
    """One plan, else NotFound."""
    found = ReleasePlan.objects.filter(pk=plan_id).first()
    if found is None:
        raise NotFound("There is no such plan.")
    return found


def planned_series(plan: ReleasePlan) -> list[CleanedSeries]:
    """The series that a plan brings in, by patient."""
    return list(CleanedSeries.objects.filter(plans__plan=plan).order_by("patient_id", "series_instance_uid"))


def planned_tables(plan: ReleasePlan) -> list[CleanedTable]:
    """The tables that a plan brings in, by name."""
    found = CleanedTable.objects.filter(plans__plan=plan).select_related("submission")
    return list(found.order_by("name", "pk"))


def release_of(plan: ReleasePlan) -> Release | None:
    """What the plan has become on the archive side, once it is admitted."""
    return Release.objects.filter(deed_id=plan.deed_id).first()


def is_drawn(series: CleanedSeries, position: int) -> bool:
    """Whether there is a picture of this image."""
    return preview_path(series, position).exists()
