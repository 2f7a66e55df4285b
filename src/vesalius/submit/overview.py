"""What staff ask about deliveries: who sent what, where its files stand, how far its cleaning is."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from vesalius.audit.trail import record
from vesalius.errors import NotFound
from vesalius.intake.models import Submission, SubmittedFile
from vesalius.intake.steps import PART, Step
from vesalius.jobs.models import Job, State
from vesalius.settings.routing import Side, named, on_intake
from vesalius.submit.balance import Balance, balance

OPEN = (State.WAITING, State.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionLine:
    """One delivery in a list."""

    submission: Submission
    balance: Balance
    size: int  # bytes received
    steps: dict[str, int]  # series by step, newest cleaning of each
    tables: dict[str, int]  # clinical tables, the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How far one kind of work on a submission is."""

    id: str
    title: str
    done: int
    total: int
    words: str


def submission_of(submission_id: int) -> Submission:
    """One delivery, else NotFound."""
    found = Submission.objects.select_related("site").filter(pk=submission_id).first()
    if found is None:
        raise NotFound("There is no such submission.")
    return found


def line_of(submission: Submission) -> SubmissionLine:
    """One delivery with its counts."""
    series = submission.series.filter(superseded_by=None).values_list("step").annotate(count=Count("pk"))
    tables = submission.tables.filter(superseded_by=None).values_list("step").annotate(count=Count("pk"))
    return SubmissionLine(
        submission=submission,
        balance=balance(submission),
        size=submission.files.aggregate(size=Sum("size", default=0))["size"],
        steps={str(step): count for step, count in series},
        tables={str(step): count for step, count in tables},
    )


def submissions(step: str = "") -> list[SubmissionLine]:
    """All deliveries, newest first; those with a series or file at `step` where one is named."""
    rows = Submission.objects.select_related("site")
    if step:
        series = Q(series__step=step, series__superseded_by=None)
        tables = Q(tables__step=step, tables__superseded_by=None)
        rows = rows.filter(series | tables | Q(files__step=step)).distinct()
    return [line_of(row) for row in rows]


def files_at(submission: Submission, part: str) -> QuerySet[SubmittedFile]:
    """Files of one part of the equation ("accepted", "open" ...), of one step, or all where `part` is ""."""
    files = submission.files.select_related("cleaned_series", "duplicate_of")
    steps = [step.value for step, name in PART.items() if part in (name, step.value)]
    return files.filter(step__in=steps) if part else files


def file_of(file_id: int) -> SubmittedFile:
    """One received file, else NotFound."""
    found = (
        SubmittedFile.objects.select_related("submission__site", "cleaned_series").filter(pk=file_id).first()
    )
    if found is None:
        raise NotFound("There is no such file.")
    return found


def tell_paths(files: Sequence[SubmittedFile], *, submission: int, person: str) -> dict[int, str]:
    """What the sender called these files, which may name a patient: each look is written down."""
    with on_intake():
        record(
            "paths.view",
            person=person,
            target_kind="submission",
            target=str(submission),
            detail={"files": len(files)},
        )
    return {file.pk: file.path for file in files}


def under_way(submission: Submission) -> list[Bar]:
    """The work that is still going on, in its order; empty when all is done."""
    files = submission.files.exclude(step=Step.DUPLICATE)
    total = files.count()
    if submission.state == Submission.State.OPEN:
        expected = max(submission.expected_files, total)
        return [Bar(id="receiving", title="Receiving", done=total, total=expected, words="files")]
    if submission.kind == Submission.Kind.FILES:
        done = files.exclude(step=Step.RECEIVED).count()
        bars = [Bar(id="cleaning", title="Cleaning tables", done=done, total=total, words="files")]
        return [bar for bar in bars if bar.done < bar.total]
    unseen = files.filter(step=Step.RECEIVED, patient=None).count()
    dirty = files.filter(step=Step.RECEIVED).count()
    bars = [
        Bar(id="inspecting", title="Checking", done=total - unseen, total=total, words="files"),
        Bar(id="cleaning", title="De-identifying", done=total - dirty, total=total, words="files"),
        _pictures(submission),
    ]
    return [bar for bar in bars if bar.done < bar.total]


def _pictures(submission: Submission) -> Bar:
    series = list(submission.series.filter(superseded_by=None).values_list("pk", flat=True))
    with named(Side.INTAKE):
        waiting = Job.objects.filter(
            kind="preview-series", key__in=[str(pk) for pk in series], state__in=OPEN
        ).count()
    return Bar(id="pictures", title="Drawing", done=len(series) - waiting, total=len(series), words="series")
