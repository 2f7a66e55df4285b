"""Which tables of the intake side speak of a patient, and how they go."""

from django.db.models import QuerySet

from vesalius.catalog.models import Holding
from vesalius.catalog.refusal import keyed_digest
from vesalius.intake.models import CleanedTable, Finding, PlannedTable, SubmittedFile


def tables_naming(collection: str, digest: str) -> list[CleanedTable]:
    """Every cleaning of every table with a row of the patient whose "collection/ID" has this keyed digest.

    A derived holding's tables speak of the patients of its sources.
    """
    derived = Holding.objects.filter(derived_from__short_title=collection)
    collections = [collection, *derived.values_list("short_title", flat=True)]
    return [
        table
        for table in CleanedTable.objects.filter(collection__in=collections)
        if any(keyed_digest(f"{collection}/{one}") == digest for one in table.patient_ids)
    ]


def blobs_of_tables(files: QuerySet[SubmittedFile]) -> list[str]:
    """Every blob, received or cleaned, that only the tables of these files use."""
    ids = list(files.values_list("pk", flat=True))
    gone = CleanedTable.objects.filter(file__in=ids)
    names = set(SubmittedFile.objects.filter(tables__in=gone).values_list("blob_id", flat=True))
    names |= set(gone.values_list("blob_id", flat=True)) | set(
        gone.values_list("dictionary_blob_id", flat=True)
    )
    stay = CleanedTable.objects.exclude(file__in=ids)
    others = SubmittedFile.objects.exclude(pk__in=ids).filter(blob_id__in=names)
    kept = set(others.values_list("blob_id", flat=True))
    kept |= set(stay.filter(blob_id__in=names).values_list("blob_id", flat=True))
    told = stay.filter(dictionary_blob_id__in=names)
    kept |= set(told.values_list("dictionary_blob_id", flat=True))
    return sorted(names - kept)


def delete_tables(files: QuerySet[SubmittedFile]) -> None:
    """The rows of the tables of these files, in plans too."""
    gone = CleanedTable.objects.filter(file__in=list(files.values_list("pk", flat=True)))
    PlannedTable.objects.filter(table__in=gone).delete()
    Finding.objects.filter(table__in=gone).delete()
    gone.delete()
