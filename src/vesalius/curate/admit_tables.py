"""The tables of a plan as they come to stand on the archive side: files, the row of each patient, the release."""

from collections.abc import Iterator, Sequence
from typing import Any

from vesalius.catalog.bytes import archive_store
from vesalius.catalog.models import (
    Download,
    Holding,
    Patient,
    Release,
    ReleaseFile,
    SupportingFile,
    SupportingFileLink,
)
from vesalius.deid.tables.dictionary import ID, SUFFIX
from vesalius.deid.tables.reading import records
from vesalius.intake.models import CleanedTable

CSV = "text/csv"
BATCH = 1000


def dictionary_name(name: str) -> str:
    """`clinical.dictionary.csv` of `clinical.csv`."""
    return f"{name.removesuffix('.csv')}{SUFFIX}"


def admit_tables(release: Release, holding: Holding, planned: Sequence[CleanedTable]) -> None:
    """Put the planned tables into a release, and every file of the current one whose name they do not take."""
    files = [file for table in planned for file in _admit(holding, table)]
    taken = {file.name for file in files}
    current = holding.current_release
    if current is not None:
        carried = SupportingFile.objects.filter(in_releases__release=current).exclude(name__in=taken)
        files += list(carried.order_by("pk"))
    ReleaseFile.objects.bulk_create([ReleaseFile(release=release, file=file) for file in files])


def _admit(holding: Holding, table: CleanedTable) -> Iterator[SupportingFile]:
    """The table and its dictionary: the files that stand there already, or new ones."""
    home = Download.objects.get(holding=holding, title=table.download)
    told = {"media_type": CSV, "site": table.submission.site.name}
    about = {"title": table.title, "description": table.description, "columns": table.columns}
    file, made = _file(
        holding,
        home,
        (table.name, table.blob_id),
        {**told, **about, "row_count": table.row_count, "deid_runs": [table.run]},
    )
    if made:
        _link(file, holding, next(name for name, action in table.actions.items() if action == ID))
    yield file
    about = {"title": f"Data dictionary of {table.name}", "columns": []}
    yield _file(holding, home, (dictionary_name(table.name), table.dictionary_blob_id), {**told, **about})[0]


def _file(
    holding: Holding, home: Download, content: tuple[str, str], told: dict[str, Any]
) -> tuple[SupportingFile, bool]:
    """The file of this name, blob, title and columns, and whether it was made now."""
    name, blob = content
    same = SupportingFile.objects.filter(holding=holding, home_download=home, name=name, blob_id=blob)
    for file in same.filter(title=told["title"]).order_by("pk"):
        if file.columns == told["columns"]:
            return file, False
    return SupportingFile.objects.create(
        holding=holding, home_download=home, name=name, blob_id=blob, **told
    ), True


def _link(file: SupportingFile, holding: Holding, id_column: str) -> None:
    """One link for each row: where its bytes lie, and whose they are; a patient without images is made here."""
    with archive_store().open(file.blob_id) as source:
        rows = records(source)
        place = next(rows).fields.index(id_column)
        told = [(row, row.fields[place].strip()) for row in rows]
    patients = _patients(holding, {patient_id for _, patient_id in told})
    SupportingFileLink.objects.bulk_create(
        [
            SupportingFileLink(
                file=file, row=row.number, start=row.start, length=row.length, patient=patients[patient_id]
            )
            for row, patient_id in told
        ],
        batch_size=BATCH,
    )


def _patients(holding: Holding, ids: set[str]) -> dict[str, Patient]:
    """Patients by ID: the holding's own, else those of the collections that it was derived from, else new ones."""
    sources = Patient.objects.filter(holding__in=holding.derived_from.all(), patient_id__in=ids)
    own = Patient.objects.filter(holding=holding, patient_id__in=ids)
    found = {patient.patient_id: patient for patient in [*sources, *own]}
    new = [Patient(holding=holding, patient_id=one) for one in sorted(ids - found.keys())]
    Patient.objects.bulk_create(new)
    return found | {patient.patient_id: patient for patient in new}
