"""Pass 1 over a closed submission: which files are sound, and whose they are."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from django.conf import settings

from vesalius import deid
from vesalius.audit.trail import ARCHIVE_ITSELF, record
from vesalius.intake.models import Finding, IdentityDomain, PatientMapping, Submission, SubmittedFile
from vesalius.intake.steps import Step
from vesalius.jobs.dispatch import Work, handles
from vesalius.jobs.queue import enqueue
from vesalius.settings.routing import Side
from vesalius.submit.domains import domain_of, identity_of
from vesalius.submit.pairs import TABLES, pairs_of, whole
from vesalius.submit.recipes import current_recipe, of_row
from vesalius.submit.tasks import Inspected, inspect

FILES_PER_TASK = 50
PLACED = ("patient", "original_series_uid", "original_sop_uid", "collected")  # what pass 1 writes of a file
Thing = TypeVar("Thing")


@handles("inspect-submission", Side.INTAKE)
def inspect_submission(work: Work) -> None:
    """Check every received file and group the sound ones by patient; then each patient is cleaned."""
    submission = Submission.objects.select_related("site").get(pk=work.args["submission"])
    if submission.kind == Submission.Kind.FILES:
        with work.finishing():
            enqueue("clean-tables", {"submission": submission.pk}, key=str(submission.pk), priority=10)
        return
    domain = domain_of(submission)
    tables = _tables(submission)
    received = submission.files.filter(step=Step.RECEIVED, patient=None).exclude(pk__in=tables)
    to_do = list(received.values_list("pk", "blob_id").order_by("pk"))
    root = str(settings.VESALIUS.intake_blobs)
    futures = [work.hand(inspect, root, chunk) for chunk in chunks(to_do, FILES_PER_TASK)]
    seen = 0
    for future in futures:
        found: list[Inspected] = future.result()
        with work.saving():
            _save(submission, domain, found)
        seen += len(found)
        work.report(seen, len(to_do))
    with work.finishing():
        steps = Counter(submission.files.values_list("step", flat=True))
        record(
            "submission.inspect",
            person=ARCHIVE_ITSELF,
            target_kind="submission",
            target=str(submission.pk),
            detail={"files": sum(steps.values()), "quarantined": steps[Step.QUARANTINED]},
        )
        sound = submission.files.filter(step=Step.RECEIVED, patient__isnull=False)
        patients = sound.values_list("patient", flat=True)
        for patient in sorted(set(patients)):
            enqueue("clean-patient", {"patient": patient}, key=str(patient), priority=5)
        if tables:
            enqueue("clean-tables", {"submission": submission.pk}, key=str(submission.pk), priority=5)
        settle_if_ready(submission)


def _tables(submission: Submission) -> set[int]:
    """Ids of the clinical tables of a delivery and of their dictionaries: they are told by whom the images are of."""
    told = submission.files.exclude(step=Step.EXCLUDED).filter(TABLES)
    return whole(pairs_of(told.order_by("pk")))


def chunks(things: Sequence[Thing], size: int) -> Iterator[list[Thing]]:
    """Lists of `size` things each, the last one shorter."""
    for start in range(0, len(things), size):
        yield list(things[start : start + size])


def settle_if_ready(submission: Submission) -> None:
    """A closed submission without a file under way is ready for its curators."""
    under_way = submission.files.filter(step__in=[Step.RECEIVED, Step.CLEANED]).exists()
    if under_way:
        return
    ready = Submission.objects.filter(pk=submission.pk, state=Submission.State.CLOSED)
    if ready.update(state=Submission.State.READY):
        record("submission.ready", person=ARCHIVE_ITSELF, target_kind="submission", target=str(submission.pk))


def quarantine(file: SubmittedFile, kind: str, sentence: str, element_path: str = "") -> None:
    """Set a file apart with the reason; nothing of it goes on until a person decides."""
    SubmittedFile.objects.filter(pk=file.pk).update(step=Step.QUARANTINED, reason=sentence[:300])
    Finding.objects.create(
        submission_id=file.submission_id,
        file=file,
        kind=kind,
        sentence=sentence[:400],
        element_path=element_path[:300],
        blocks=False,  # the file itself is held back; the rest of the submission goes on
    )


def _save(submission: Submission, domain: IdentityDomain, found: list[Inspected]) -> None:
    """Rows of one chunk; a chunk that was saved before its job died is not saved again."""
    files = SubmittedFile.objects.in_bulk([one.file for one in found])
    good = {one.file: deid.Collected.from_json(one.collected) for one in found if not one.kind}
    unnamed = _unnamed(submission, domain, good.values())
    sop_uids = _taken(submission, {collected.sop_instance for collected in good.values()})
    patients: dict[tuple[str, str], PatientMapping | None] = {}
    placed: list[SubmittedFile] = []
    for one in found:
        file = files[one.file]
        if file.step != Step.RECEIVED or file.patient_id is not None:
            continue
        if one.kind:
            quarantine(file, one.kind, one.sentence, one.element_path)
            continue
        collected = good[one.file]
        if (collected.issuer, collected.patient_id) in unnamed:
            sentence = "the lookup table names no new ID for this Patient ID (0010,0020)"
            quarantine(file, Finding.Kind.LOOKUP, sentence, "(0010,0020)")
            continue
        if collected.sop_instance in sop_uids:
            sentence = "another file with this SOP Instance UID (0008,0018) and other content came before"
            quarantine(file, Finding.Kind.IDENTITY, sentence, "(0008,0018)")
            continue
        sop_uids.add(collected.sop_instance)
        named = collected.issuer, collected.patient_id
        if named not in patients:
            patients[named] = _mapping(submission, domain, collected)
        file.patient = patients[named]
        if file.patient is None:
            sentence = "Patient ID (0010,0020) belongs to another patient of this collection"
            quarantine(file, Finding.Kind.IDENTITY, sentence, "(0010,0020)")
            continue
        file.original_series_uid, file.original_sop_uid = collected.series, collected.sop_instance
        file.collected = json.loads(one.collected)
        placed.append(file)
    # All rows are there already: an upsert costs a tenth of what bulk_update does.
    SubmittedFile.objects.bulk_create(
        placed, update_conflicts=True, unique_fields=["id"], update_fields=PLACED
    )


def _taken(submission: Submission, sop_uids: set[str]) -> set[str]:
    """Those of these SOP Instance UIDs that files of the collection hold already."""
    files = SubmittedFile.objects.filter(
        submission__collection=submission.collection, original_sop_uid__in=sop_uids
    ).exclude(step__in=[Step.QUARANTINED, Step.EXCLUDED, Step.DUPLICATE])
    return set(files.values_list("original_sop_uid", flat=True))


def _unnamed(
    submission: Submission, domain: IdentityDomain, collected: Iterable[deid.Collected]
) -> set[tuple[str, str]]:
    """The patients whom the domain's lookup table ought to name and does not; they wait for one that does."""
    if submission.origin != Submission.Origin.IDENTIFIABLE:
        return set()
    return set(identity_of(domain).unnamed((one.issuer, one.patient_id) for one in collected))


def _mapping(
    submission: Submission, domain: IdentityDomain, collected: deid.Collected
) -> PatientMapping | None:
    """The patient of a file; None where the new ID is somebody else's already."""
    mapped = PatientMapping.objects.filter(
        domain=domain, issuer=collected.issuer, original_id=collected.patient_id
    ).first()
    if mapped is not None:
        return mapped
    new_id, same = collected.patient_id, None
    claimed = PatientMapping.objects.filter(domain__collection=submission.collection)
    if submission.origin == Submission.Origin.IDENTIFIABLE:
        identity = identity_of(domain).named_by(of_row(current_recipe(submission.collection)))
        new_id = identity.patient_id(collected.issuer, collected.patient_id)
        person = identity.person(collected.issuer, collected.patient_id)
        others = claimed.filter(domain=domain, patient_id=new_id, same_as=None)
        same = next((one for one in others if identity.person(one.issuer, one.original_id) == person), None)
    if same is None and claimed.filter(patient_id=new_id).exists():
        return None  # two originals on one ID, or one ID claimed by two sites
    return PatientMapping.objects.create(
        domain=domain,
        issuer=collected.issuer,
        original_id=collected.patient_id,
        patient_id=new_id,
        same_as=same,
    )
