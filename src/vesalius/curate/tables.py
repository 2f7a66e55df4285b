"""A person's verdict on a clinical table, and what they decide about a column that nobody declared."""

from collections.abc import Mapping, Sequence
from itertools import islice

from django.db.models import QuerySet
from django.utils import timezone

from vesalius.audit.trail import record
from vesalius.deid.tables.dictionary import AGE, DATE, DROP, ID, KEEP
from vesalius.deid.tables.reading import records
from vesalius.errors import BadRequest, Conflict, NotFound
from vesalius.intake.bytes import intake_store
from vesalius.intake.models import CleanedTable, Disposition, ReleasePlan, Review, Submission, SubmittedFile
from vesalius.intake.steps import Step, require_next
from vesalius.jobs.models import Job, State
from vesalius.jobs.queue import enqueue
from vesalius.settings.routing import Side, named, on_intake

CHOICES = {
    DROP: "Leave it out",
    KEEP: "Take it in as it is",
    DATE: "Take it in as a date, moved",
    AGE: "Take it in as an age, over 89 as 90",
}
UNDONE = (State.WAITING, State.RUNNING)
STILL = (Step.DUPLICATE, Step.QUARANTINED)  # files that do not go along with their table


def table_of(table_id: int) -> CleanedTable:
    """One cleaned table, else NotFound."""
    found = CleanedTable.objects.select_related("submission__site", "superseded_by").filter(pk=table_id)
    row = found.first()
    if row is None:
        raise NotFound("There is no such table.")
    return row


def current(submission: Submission) -> QuerySet[CleanedTable]:
    """The newest cleaning of each table of a submission."""
    return submission.tables.filter(superseded_by=None).order_by("name", "pk")


def first_rows(table: CleanedTable, count: int) -> list[tuple[str, ...]]:
    """The first rows of the cleaned table, without its header."""
    with intake_store().open(table.blob_id) as file:
        return [record.fields for record in islice(records(file), 1, count + 1)]


def accept(table_id: int, *, person: str, saw: str) -> Review:
    """Let a table go on to the next release.

    saw: digest of what the person looked at. Conflict when it has changed since, or while a finding is open.
    """
    with on_intake():
        table = _locked(table_id, saw)
        if table.findings.filter(settled_at=None, blocks=True).exists():
            raise Conflict("settle the open findings of this table first")
        return _judge(table, Step.ACCEPTED, Review.Verdict.ACCEPT, person=person, reason="")


def exclude(table_id: int, *, person: str, saw: str, reason: str) -> Review:
    """Keep a table out of releases; BadRequest without a reason."""
    if not reason.strip():
        raise BadRequest("say why the table is excluded")
    with on_intake():
        table = _locked(table_id, saw)
        return _judge(table, Step.EXCLUDED, Review.Verdict.EXCLUDE, person=person, reason=reason.strip())


def undo(table_id: int, *, person: str) -> None:
    """Take the last verdict back, until the table is planned for a release that was confirmed."""
    with on_intake():
        table = _locked(table_id)
        review = table.reviews.filter(undone_at=None).last()
        if review is None:
            raise Conflict("there is no verdict to take back")
        if table.plans.exclude(plan__state__in=[ReleasePlan.State.DRAFT, ReleasePlan.State.DROPPED]).exists():
            raise Conflict("the table stands in a release that was confirmed")
        table.plans.all().delete()
        review.undone_at, review.undone_by = timezone.now(), person
        review.save(update_fields=["undone_at", "undone_by"])
        _move(table, Step.IN_REVIEW)
        _record("table.undo", table, person, {"verdict": review.verdict})


def open_choices(table: CleanedTable) -> dict[str, dict[str, str]]:
    """What a person may say about each column: everything where only people have spoken, else to leave it out."""
    told = Disposition.objects.filter(collection=table.collection, element_path__startswith=f"{table.name}/")
    spoken = set(told.values_list("element_path", flat=True))
    return {
        column: CHOICES if not action or _path(table, column) in spoken else {DROP: CHOICES[DROP]}
        for column, action in table.actions.items()
        if action != ID and (action != DROP or _path(table, column) in spoken)
    }


def decide(table_id: int, decisions: Mapping[str, str], *, person: str) -> None:
    """Say what becomes of columns (column -> action); the table is cleaned again, once for all of them.

    BadRequest for no column, or another action than those of CHOICES; Conflict for one that `open_choices` does
    not leave open.
    """
    if not decisions or not set(decisions.values()) <= set(CHOICES):
        raise BadRequest("a column is taken in, as it is, as a date or as an age, or left out")
    with on_intake():
        table = _locked(table_id)
        choices = open_choices(table)
        if not all(action in choices.get(column, {}) for column, action in decisions.items()):
            raise Conflict("this column is decided")
        for column, action in decisions.items():
            Disposition.objects.create(
                collection=table.collection,
                element_path=_path(table, column),
                action=action,
                decided_by=person,
            )
            _record("table.decide", table, person, {"column": column, "action": action})
        _clean_again(table)


def is_being_cleaned(table: CleanedTable) -> bool:
    """Whether a job is about to make a newer cleaning of this table."""
    with named(Side.INTAKE):
        return Job.objects.filter(kind="clean-table", key=str(table.pk), state__in=UNDONE).exists()


def newest(table: CleanedTable) -> CleanedTable:
    """The same table as it was cleaned last."""
    while table.superseded_by is not None:
        table = table.superseded_by
    return table


def _path(table: CleanedTable, column: str) -> str:
    return f"{table.name}/{column}"[:300]


def clean_again(table_id: int, *, person: str) -> None:
    """Clean a table in review once more, as after images of more patients came in."""
    with on_intake():
        table = _locked(table_id)
        _clean_again(table)
        _record("table.clean-again", table, person, {})


def with_its_files(tables: Sequence[CleanedTable]) -> QuerySet[SubmittedFile]:
    """The received files of tables and their dictionaries that go along with them."""
    ids = [pk for table in tables for pk in (table.file_id, table.dictionary_file_id) if pk]
    return SubmittedFile.objects.filter(pk__in=ids).exclude(step__in=STILL)


def _clean_again(table: CleanedTable) -> None:
    if table.step != Step.IN_REVIEW:
        raise Conflict("only a table in review is cleaned again: take the verdict back first")
    enqueue("clean-table", {"table": table.pk}, key=str(table.pk), priority=5)


def _locked(table_id: int, saw: str | None = None) -> CleanedTable:
    table = CleanedTable.objects.select_for_update().filter(pk=table_id).first()
    if table is None:
        raise NotFound("there is no such table")
    if table.superseded_by_id is not None or (saw is not None and table.digest != saw):
        raise Conflict("the table was cleaned again since you looked at it")
    return table


def _judge(table: CleanedTable, step: Step, verdict: str, *, person: str, reason: str) -> Review:
    _move(table, step)
    review = Review.objects.create(
        table=table, verdict=verdict, reason=reason[:300], person=person, saw_content=table.digest
    )
    _record(f"table.{verdict}", table, person, {"digest": table.digest, "reason": reason})
    return review


def _move(table: CleanedTable, step: Step) -> None:
    require_next(table.step, step)
    table.step = step
    table.save(update_fields=["step"])
    with_its_files([table]).update(step=step)


def _record(deed: str, table: CleanedTable, person: str, detail: dict[str, str]) -> None:
    record(
        deed,
        person=person,
        target_kind="table",
        target=str(table.pk),
        detail={"submission": table.submission_id, **detail},
    )
