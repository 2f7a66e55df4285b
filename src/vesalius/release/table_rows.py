"""The rows of a purged patient leave every published table: the file is written anew without them, in all releases.

The old bytes are refused before they lose their last mention, and a blob that is refused and used by nothing is
destroyed; so whatever interrupts this, a second run finds what is still to be done.
"""

from vesalius.catalog.bytes import archive_store
from vesalius.catalog.changes import take_turn
from vesalius.catalog.models import Blob, Patient, Purge, Release, SupportingFile, SupportingFileLink
from vesalius.catalog.refusal import refuse, refused_among
from vesalius.catalog.supporting import stretches
from vesalius.release.reissue import reissue
from vesalius.settings.routing import on_archive
from vesalius.store import BlobFacts

BLOCK = 1 << 20  # bytes copied at a time
BATCH = 1000


def take_rows_out(purge: Purge, patient: Patient) -> int:
    """Take the rows of a patient out of every table; returns how many there were."""
    count = 0
    tables = SupportingFile.objects.filter(links__patient=patient, links__start__isnull=False).distinct()
    for key in list(tables.order_by("pk").values_list("pk", flat=True)):
        with on_archive():
            take_turn()  # before the rows are looked up: another purge may be writing the same table anew
            count += _take_out_of(SupportingFile.objects.select_related("blob").get(pk=key), purge, patient)
    _destroy_unused()
    return count


def stands_in_tables(patient: Patient) -> bool:
    """Whether a row of a table speaks of the patient: it would lose its owner and not its bytes with the patient."""
    return SupportingFileLink.objects.filter(patient=patient, start__isnull=False).exists()


def _take_out_of(file: SupportingFile, purge: Purge, patient: Patient) -> int:
    rows = list(file.links.filter(patient=patient).order_by("start"))
    if rows:
        _replace(purge, file, _written_without(file, rows), rows)
    return len(rows)


def _written_without(file: SupportingFile, rows: list[SupportingFileLink]) -> BlobFacts:
    store = archive_store()
    with store.open(file.blob_id) as source, store.writer(md5=True) as writer:
        for kept in stretches(file.blob.size, rows):
            source.seek(kept.start)
            left = kept.length
            while left and (block := source.read(min(BLOCK, left))):
                writer.write(block)
                left -= len(block)
        facts = writer.finish()
    store.commit([facts])
    return facts


def _replace(purge: Purge, file: SupportingFile, facts: BlobFacts, rows: list[SupportingFileLink]) -> None:
    refuse(purge, [file.blob_id])
    blob, _ = Blob.objects.get_or_create(
        sha256=facts.sha256, defaults={"size": facts.size, "md5": facts.md5 or "", "crc32": facts.crc32}
    )
    SupportingFileLink.objects.filter(pk__in=[row.pk for row in rows]).delete()
    file.blob, file.row_count = blob, _place_anew(file, rows)
    file.save(update_fields=["blob", "row_count"])
    reissue(list(Release.objects.filter(files__file=file)))


def _place_anew(file: SupportingFile, gone: list[SupportingFileLink]) -> int:
    """Number and place the rows that stay as they lie in the new file; returns how many they are."""
    lengths = {row.start or 0: row.length or 0 for row in gone}
    places = sorted(lengths)
    stay = list(file.links.order_by("start"))
    passed, lost = 0, 0
    for number, row in enumerate(stay, 1):
        assert row.start is not None
        while passed < len(places) and places[passed] < row.start:
            lost += lengths[places[passed]]
            passed += 1
        row.row, row.start = number, row.start - lost
    SupportingFileLink.objects.bulk_update(stay, ["row", "start"], batch_size=BATCH)
    return len(stay)


def _destroy_unused() -> None:
    """Destroy what was refused and stands nowhere any more: the file first, then the row that names it."""
    unused = Blob.objects.filter(used_by=None, supportingfile=None).values_list("sha256", flat=True)
    for sha256 in sorted(refused_among(list(unused))):
        archive_store().delete(sha256)
        with on_archive():
            Blob.objects.filter(sha256=sha256).delete()
