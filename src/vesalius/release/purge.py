"""Purge a patient: hidden when one person asks, destroyed when a second one confirms. The one deed that destroys."""

import uuid

from django.utils import timezone

from vesalius.audit.trail import record
from vesalius.catalog.changes import count_change, take_turn
from vesalius.catalog.models import Patient, Purge
from vesalius.catalog.tombstones import tombstone_name
from vesalius.catalog.visible import OPEN_PURGES
from vesalius.errors import BadInput, Conflict, NotAllowed, NotFound
from vesalius.jobs import queue
from vesalius.release.cells import refill_cells
from vesalius.release.refresh import releases_of
from vesalius.settings.routing import on_archive


def ask(holding: str, patient_id: str, reason: str, person: str, deed_id: uuid.UUID | None = None) -> Purge:
    """Hide a patient of a collection from everybody, at once; nothing is destroyed before `confirm`.

    holding: short title; deed_id: of the deed on the intake side, where there is one. NotFound without such a
    patient; Conflict if it was asked already; BadInput if the reason, which stays, names the patient.
    """
    if patient_id in reason:
        raise BadInput("The reason stays after the purge and may not name the patient.")
    with on_archive():
        take_turn()
        patients = Patient.objects.select_related("holding")
        patient = patients.filter(holding__short_title=holding, patient_id=patient_id).first()
        if patient is None:
            raise NotFound("There is no such patient.")
        if Purge.objects.filter(patient=patient, state__in=OPEN_PURGES).exists():
            raise Conflict("The purge of this patient was asked already.")
        purge = Purge.objects.create(
            holding=patient.holding,
            patient=patient,
            reason=reason,
            asked_by=person,
            deed_id=deed_id or uuid.uuid4(),
        )
        _follow(purge)
        write_down("purge.ask", purge, person)
    return purge


def take_back(purge_id: int, person: str) -> Purge:
    """Show the patient again; Conflict once it was confirmed."""
    with on_archive():
        take_turn()
        purge = _asked(purge_id)
        purge.state = Purge.State.TAKEN_BACK
        purge.save(update_fields=["state"])
        _follow(purge)
        write_down("purge.take-back", purge, person)
    return purge


def confirm(purge_id: int, person: str) -> Purge:
    """Destroy, as a job; NotAllowed for the person who asked, Conflict when it is confirmed or taken back."""
    with on_archive():
        take_turn()
        purge = _asked(purge_id)
        if person == purge.asked_by:
            raise NotAllowed("A purge is confirmed by another person than the one who asked for it.")
        purge.state, purge.confirmed_by, purge.confirmed_at = Purge.State.CONFIRMED, person, timezone.now()
        purge.save(update_fields=["state", "confirmed_by", "confirmed_at"])
        queue.enqueue("purge-patient", {"purge": purge.pk}, key=f"purge {purge.pk}", priority=10)
        write_down("purge.confirm", purge, person)
    return purge


def write_down(deed: str, purge: Purge, person: str, detail: dict[str, int] | None = None) -> None:
    """The audit entry of a step of a purge; it names the patient by keyed digest alone."""
    if purge.patient is None:
        raise Conflict("The patient of this purge is gone.")
    record(
        deed,
        person=person,
        target_kind="patient",
        target=tombstone_name(purge.patient),
        detail={"purge": purge.pk, **(detail or {})},
        deed_id=purge.deed_id,
    )


def _asked(purge_id: int) -> Purge:
    """The purge, while a person may still decide about it."""
    purge = Purge.objects.filter(pk=purge_id).first()
    if purge is None:
        raise NotFound("There is no such purge.")
    if purge.state != Purge.State.ASKED:
        raise Conflict("This purge was confirmed or taken back already.")
    return purge


def _follow(purge: Purge) -> None:
    """Counts and pages no longer know the patient, or know it again."""
    patients = [] if purge.patient_id is None else [purge.patient_id]
    refill_cells(releases_of(patients))
    count_change(patients)
