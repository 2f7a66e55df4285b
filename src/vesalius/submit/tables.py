"""Deliveries of clinical tables: each is cleaned by the dictionary beside it, or set apart with a reason."""

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Final, cast

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

import vesalius
from vesalius import deid
from vesalius.audit.trail import ARCHIVE_ITSELF, record
from vesalius.catalog.models import Holding, Patient
from vesalius.deid.tables.dictionary import SUFFIX
from vesalius.intake.models import (
    CleanedTable,
    DeidRun,
    Disposition,
    Finding,
    PatientContext,
    PatientMapping,
    ReceivedBlob,
    Submission,
    SubmittedFile,
)
from vesalius.intake.steps import Step
from vesalius.jobs.dispatch import Work, handles
from vesalius.settings.routing import Side
from vesalius.store import BlobFacts
from vesalius.submit.domains import domain_of, identity_of
from vesalius.submit.inspect import quarantine, settle_if_ready
from vesalius.submit.pairs import TABLES, Pair, pairs_of
from vesalius.submit.recipes import current_recipe, of_row
from vesalius.submit.table_tasks import TableFacts, TableOrder, clean_order, normal

_PUBLIC_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,90}\.csv")
_LEFT: Final = (Step.EXCLUDED, Step.DUPLICATE)  # files that no longer move


@handles("clean-tables", Side.INTAKE)
def clean_tables(work: Work) -> None:
    """Clean every table of a submission of which a part has just come in, then set apart what belongs to none."""
    submission = Submission.objects.select_related("site").get(pk=work.args["submission"])
    files = submission.files.exclude(step=Step.EXCLUDED).filter(TABLES).order_by("pk")
    pairs = [pair for pair in pairs_of(files) if _is_new(pair)]
    for count, pair in enumerate(pairs, 1):
        if pair.dictionary is None or not _PUBLIC_NAME.fullmatch(pair.name):
            continue
        facts = work.hand(clean_order, _order(submission, pair)).result()
        with work.saving():
            _save(submission, pair, facts)
        work.report(count, len(pairs))
    with work.finishing():
        _set_apart_the_rest(submission, pairs)
        settle_if_ready(submission)


@handles("clean-table", Side.INTAKE)
def clean_table_again(work: Work) -> None:
    """Clean one table once more, with what people decided about its columns and whom the archive knows by now."""
    table = CleanedTable.objects.select_related("submission__site", "file", "dictionary_file").get(
        pk=work.args["table"]
    )
    if table.superseded_by_id is not None or table.dictionary_file is None:
        return
    pair = Pair(table.file, table.dictionary_file, table.name)
    facts = work.hand(clean_order, _order(table.submission, pair)).result()
    with work.finishing():
        # looked at anew: somebody may have judged it while it was cleaned
        waits = CleanedTable.objects.filter(pk=table.pk, step=Step.IN_REVIEW, superseded_by=None)
        if waits.select_for_update().exists():
            _save(table.submission, pair, facts)


def _is_new(pair: Pair) -> bool:
    return any(file is not None and file.step == Step.RECEIVED for file in (pair.table, pair.dictionary))


def _decisions(collection: str, name: str) -> dict[str, str]:
    """What people decided about columns of tables of this name, the last word of each."""
    told = Disposition.objects.filter(collection=collection, element_path__startswith=f"{name}/")
    return {one.element_path.removeprefix(f"{name}/"): one.action for one in told.order_by("pk")}


def _order(submission: Submission, pair: Pair) -> TableOrder:
    assert pair.dictionary is not None
    identity = identity_of(domain_of(submission))
    if submission.origin == Submission.Origin.IDENTIFIABLE:
        identity = identity.named_by(of_row(current_recipe(submission.collection)))
    return TableOrder(
        store_root=str(settings.VESALIUS.intake_blobs),
        table=pair.table.blob_id,
        dictionary=pair.dictionary.blob_id,
        origin=cast("deid.Origin", submission.origin),
        identity=identity,
        known=_known(submission),
        contexts=_contexts(submission),
        decisions=_decisions(submission.collection, pair.name),
    )


def _known(submission: Submission) -> dict[str, tuple[str, ...]]:
    """Whom a row may speak of: patients of this site and collection by their original ID, or, of data without
    identity, patients of the collection and of those that it was derived from by their public one.
    """
    if submission.origin == Submission.Origin.IDENTIFIABLE:
        known: dict[str, tuple[str, ...]] = {}
        mappings = PatientMapping.objects.filter(domain=domain_of(submission))
        for original, issuer in mappings.values_list("original_id", "issuer"):
            known[normal(original)] = (*known.get(normal(original), ()), issuer)
        return known
    holding = Holding.objects.get(short_title=submission.collection)
    published = Patient.objects.filter(Q(holding=holding) | Q(holding__in=holding.derived_from.all()))
    coming = PatientMapping.objects.filter(domain__collection=submission.collection)
    ids = {*published.values_list("patient_id", flat=True), *coming.values_list("patient_id", flat=True)}
    return {normal(one): ("",) for one in ids}


def _contexts(submission: Submission) -> dict[tuple[str, str], str]:
    """What the images told of each patient of this site and collection, to clean texts by."""
    if submission.origin != Submission.Origin.IDENTIFIABLE:
        return {}
    rows = PatientContext.objects.filter(patient__domain=domain_of(submission)).order_by("pk")
    told = rows.values_list("patient__issuer", "patient__original_id", "content")
    return {(issuer, normal(original)): json.dumps(content) for issuer, original, content in told}


def _save(submission: Submission, pair: Pair, facts: TableFacts) -> None:
    """Rows of one table; what was cleaned before of the same file is superseded."""
    assert pair.dictionary is not None
    files = [file for file in (pair.table, pair.dictionary) if file.step not in _LEFT]
    if facts.blob is None or facts.dictionary_blob is None:
        for file in files:
            quarantine(file, Finding.Kind.TABLE, facts.refused)
        return
    _save_blobs([facts.blob, facts.dictionary_blob])
    table = CleanedTable.objects.create(
        submission=submission,
        file=pair.table,
        dictionary_file=pair.dictionary,
        collection=submission.collection,
        name=pair.name,
        title=facts.title[:300],
        description=facts.description,
        digest=hashlib.sha256(f"{facts.blob.sha256}\n{facts.dictionary_blob.sha256}\n".encode()).hexdigest(),
        blob_id=facts.blob.sha256,
        dictionary_blob_id=facts.dictionary_blob.sha256,
        columns=facts.columns,
        actions=facts.actions,
        summary=facts.summary,
        patient_ids=list(facts.patient_ids),
        row_count=facts.row_count,
        run=_run(submission, pair),
    )
    CleanedTable.objects.filter(file=pair.table, superseded_by=None).exclude(pk=table.pk).update(
        superseded_by=table
    )
    _save_findings(table, facts)
    waiting = Finding.objects.filter(file__in=files, kind=Finding.Kind.TABLE, settled_at=None)
    waiting.update(settled_at=timezone.now(), settled_by=ARCHIVE_ITSELF, settlement="read since")
    SubmittedFile.objects.filter(pk__in=[file.pk for file in files]).update(step=Step.IN_REVIEW, reason="")
    record(
        "table.clean",
        person=ARCHIVE_ITSELF,
        target_kind="table",
        target=str(table.pk),
        detail={"submission": submission.pk, "rows": table.row_count, "digest": table.digest},
    )


def _save_findings(table: CleanedTable, facts: TableFacts) -> None:
    Finding.objects.bulk_create(
        Finding(
            submission_id=table.submission_id,
            file_id=table.file_id,
            table=table,
            kind=kind,
            sentence=sentence[:400],
            element_path=column[:300],
        )
        for kind, sentence, column in facts.findings
    )


def _save_blobs(blobs: list[BlobFacts]) -> None:
    kind = ReceivedBlob.Kind.CLEANED
    ReceivedBlob.objects.bulk_create(
        [ReceivedBlob(sha256=blob.sha256, kind=kind, size=blob.size, crc32=blob.crc32) for blob in blobs],
        ignore_conflicts=True,  # a site's table is its own cleaned form, and has its row
    )


def _run(submission: Submission, pair: Pair) -> dict[str, object]:
    """The pass over this table, in the words of a series' DeidRun."""
    assert pair.dictionary is not None
    by_site = submission.origin == Submission.Origin.SITE
    return {
        "by": (DeidRun.By.SITE if by_site else DeidRun.By.ARCHIVE).value,
        "software": f"Vesalius {vesalius.__version__}",
        "recipe": "data dictionary",
        "recipe_digest": pair.dictionary.blob_id,
        "domain": domain_of(submission).fingerprint,
        "options": [],
        "at": timezone.now().isoformat(),
    }


def _set_apart_the_rest(submission: Submission, pairs: Iterable[Pair]) -> None:
    """No file stays without an answer: tables without a dictionary, dictionaries without a table, other files."""
    for pair in pairs:
        if submission.kind == Submission.Kind.IMAGES and pair.dictionary is None:
            continue  # pass 1 has set it apart among the images
        if not _PUBLIC_NAME.fullmatch(pair.name):
            sentence = "the name of the table cannot be published: letters, digits, space, dot, _ and - alone"
            _set_apart(submission, pair.table, sentence)
        elif pair.dictionary is None:
            _set_apart(submission, pair.table, f"there is no dictionary beside the table (NAME{SUFFIX})")
    waiting = submission.files.filter(step=Step.RECEIVED)
    if submission.kind == Submission.Kind.IMAGES:
        waiting = waiting.filter(path__iendswith=SUFFIX)
    for file in waiting:
        if file.path.lower().endswith(SUFFIX):
            _set_apart(submission, file, "there is no table beside this dictionary that could be cleaned")
        else:
            _set_apart(
                submission, file, "this is no clinical table (CSV or XLSX with a dictionary beside it)"
            )


def _set_apart(submission: Submission, file: SubmittedFile, sentence: str) -> None:
    if submission.files.filter(pk=file.pk, step=Step.RECEIVED).exists():
        quarantine(file, Finding.Kind.TABLE, sentence)
