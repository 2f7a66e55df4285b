"""Withdraw hides and keeps, leaving a tombstone; restore takes it back."""

import uuid

from django.db.models import Q, QuerySet
from django.utils import timezone

from vesalius.audit.trail import record
from vesalius.catalog.changes import count_change, take_turn
from vesalius.catalog.models import Holding, Patient, Release, Series, SeriesRevision, Study, Tombstone
from vesalius.catalog.tombstones import tombstone_name
from vesalius.errors import BadRequest, Conflict, NotFound
from vesalius.release.cells import refill_cells
from vesalius.settings.routing import on_archive

LEVELS = {  # level -> path from SeriesRevision to what is named
    "holding": "series__holding",
    "patient": "series__study__patient",
    "study": "series__study",
    "series": "series",
}


def withdraw(level: str, name: str, reason: str, person: str) -> Tombstone:
    """Hide a holding, patient, study or series from everybody in all releases; every byte is kept.

    name: the short title, "short title/patient ID" or UID; reason: for the reader, without any value.
    NotFound if it is not there; Conflict if it is withdrawn already.
    """
    with on_archive():
        take_turn()
        holding, target = _find(level, name)
        buried = _open_tombstones().filter(level=level, name=tombstone_name(target))
        if buried.exists():
            raise Conflict("This is withdrawn already.")
        tombstone = Tombstone.objects.create(
            kind=Tombstone.Kind.WITHDRAWN,
            level=level,
            name=tombstone_name(target),
            holding=holding,
            reason=reason,
            deed_id=uuid.uuid4(),
        )
        revisions = _under(level, target)
        hidden = revisions.filter(withdrawn_at=None).update(withdrawn_at=timezone.now())
        _follow(f"{level}.withdraw", tombstone, revisions, hidden, person)
    return tombstone


def restore(level: str, name: str, reason: str, person: str) -> Tombstone:
    """Show again what was withdrawn, but for what another withdrawal still covers; NotFound if it was not."""
    with on_archive():
        take_turn()
        _, target = _find(level, name)
        tombstone = _open_tombstones().filter(level=level, name=tombstone_name(target)).first()
        if tombstone is None:
            raise NotFound("This is not withdrawn.")
        tombstone.lifted_at = timezone.now()
        tombstone.save(update_fields=["lifted_at"])
        revisions = _under(level, target)
        withdrawn = _withdrawn_names()
        freed = [row.pk for row in _with_names(revisions) if not _covered(row, withdrawn)]
        SeriesRevision.objects.filter(pk__in=freed).update(withdrawn_at=None)
        _follow(f"{level}.restore", tombstone, revisions, len(freed), person, reason=reason)
    return tombstone


def hide_what_is_withdrawn(release: Release) -> None:
    """Hide the new revisions of what was withdrawn: a correction does not lift a withdrawal by itself."""
    withdrawn = _withdrawn_names()
    if withdrawn:
        revisions = SeriesRevision.objects.filter(in_releases__release=release, withdrawn_at=None)
        hidden = [row.pk for row in _with_names(revisions) if _covered(row, withdrawn)]
        SeriesRevision.objects.filter(pk__in=hidden).update(withdrawn_at=timezone.now())


def _find(level: str, name: str) -> tuple[Holding, Holding | Patient | Study | Series]:
    """The holding that keeps the tombstone, and what the name means."""
    if level not in LEVELS:
        raise BadRequest(f"One withdraws a {', '.join(LEVELS)}; a single instance goes with a new release.")
    short_title, _, patient_id = name.partition("/")
    target: Holding | Patient | Study | Series | None
    match level:
        case "holding":
            target = Holding.objects.filter(short_title=name).first()
        case "patient":
            patients = Patient.objects.select_related("holding")
            target = patients.filter(holding__short_title=short_title, patient_id=patient_id).first()
        case "study":
            target = Study.objects.select_related("patient__holding").filter(study_instance_uid=name).first()
        case _:
            target = Series.objects.select_related("holding").filter(series_instance_uid=name).first()
    if target is None:
        raise NotFound(f"There is no such {level}.")
    return _holding_of(target), target


def _holding_of(target: Holding | Patient | Study | Series) -> Holding:
    match target:
        case Holding():
            return target
        case Study():
            return target.patient.holding
        case _:
            return target.holding


def _under(level: str, target: Holding | Patient | Study | Series) -> QuerySet[SeriesRevision]:
    return SeriesRevision.objects.filter(Q((LEVELS[level], target.pk)))


def _open_tombstones() -> QuerySet[Tombstone]:
    return Tombstone.objects.filter(kind=Tombstone.Kind.WITHDRAWN, lifted_at=None)


def _withdrawn_names() -> frozenset[tuple[str, str]]:
    return frozenset(_open_tombstones().values_list("level", "name"))


def _with_names(revisions: QuerySet[SeriesRevision]) -> QuerySet[SeriesRevision]:
    return revisions.select_related("series__holding", "series__study__patient__holding")


def _covered(revision: SeriesRevision, withdrawn: frozenset[tuple[str, str]]) -> bool:
    """Whether any of these withdrawals reaches the revision."""
    series = revision.series
    above: dict[str, Holding | Patient | Study | Series] = {
        "holding": series.holding,
        "patient": series.study.patient,
        "study": series.study,
        "series": series,
    }
    return any((level, tombstone_name(target)) in withdrawn for level, target in above.items())


def _follow(
    deed: str,
    tombstone: Tombstone,
    revisions: QuerySet[SeriesRevision],
    count: int,
    person: str,
    reason: str = "",
) -> None:
    """Counts, change counter and audit entry of a withdrawal or its end."""
    refill_cells(Release.objects.filter(contents__revision__in=revisions.values("pk")).distinct())
    count_change(set(revisions.values_list("series__study__patient_id", flat=True)))
    record(
        deed,
        person=person,
        target_kind=tombstone.level,
        target=tombstone.name,
        detail={"reason": reason or tombstone.reason, "revisions": count},
        deed_id=tombstone.deed_id,
    )
