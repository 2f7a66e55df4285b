"""Small makers of archive rows, for tests: a holding, a patient, a series, a release.

holding = make_holding("Lung", find="granted", fetch="granted")
release = make_release(holding, patients=2, series=3)                  # admitted and published
second = make_release(holding, revisions=[make_revision(series)])      # Version 2
make_release(holding, real=True)                                       # with DICOM files in the archive store
"""

import hashlib
import itertools
import uuid
from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from typing import Any

import numpy as np
from pydicom import Dataset, dcmwrite
from pydicom.dataset import FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from vesalius import release as releases
from vesalius.catalog.bytes import archive_store
from vesalius.catalog.digests import revision_digest
from vesalius.catalog.models import (
    Blob,
    Download,
    Holding,
    Instance,
    License,
    Patient,
    Release,
    ReleaseFile,
    ReleaseRevision,
    RevisionInstance,
    Series,
    SeriesRevision,
    Study,
    SupportingFile,
    SupportingFileLink,
)

PUBLISHER = "releaser"  # the person of every publication made here
_numbers = itertools.count(1)


def make_uid() -> str:
    """A UID that no other call has given."""
    return f"2.25.{10**30 + next(_numbers)}"


def make_license(spdx: str = "CC-BY-4.0") -> License:
    """The licence of this SPDX name."""
    told = {"title": spdx, "short_title": spdx, "url": f"https://spdx.org/licenses/{spdx}"}
    return License.objects.get_or_create(spdx=spdx, defaults=told)[0]


def make_holding(
    short_title: str = "Lung",
    *,
    find: str = "anyone",
    fetch: str = "anyone",
    embargo_until: datetime | None = None,
    spdx: str = "CC-BY-4.0",
    **columns: Any,
) -> Holding:
    """A holding with one Download "Images" of these rules."""
    holding = Holding.objects.create(short_title=short_title, **{"title": short_title} | columns)
    Download.objects.create(
        holding=holding, license=make_license(spdx), find=find, fetch=fetch, embargo_until=embargo_until
    )
    return holding


def make_patient(holding: Holding, patient_id: str = "", **columns: Any) -> Patient:
    """A patient of a collection."""
    return Patient.objects.create(
        holding=holding, patient_id=patient_id or f"P{next(_numbers):05d}", **columns
    )


def make_study(patient: Patient, **columns: Any) -> Study:
    """A study of a patient."""
    return Study.objects.create(patient=patient, study_instance_uid=make_uid(), **columns)


def make_series(study: Study, holding: Holding | None = None, modality: str = "CT") -> Series:
    """A series; `holding` is given where it is a third party's."""
    owner = holding or study.patient.holding
    return Series.objects.create(
        study=study, holding=owner, series_instance_uid=make_uid(), modality=modality
    )


def make_revision(
    series: Series, *, images: int = 2, real: bool = False, download: Download | None = None, **columns: Any
) -> SeriesRevision:
    """The next revision of a series; a later one has the same instances and other bytes.

    real: with tiny CT images in the archive store; else its blobs are rows alone.
    """
    home = download or series.holding.downloads.order_by("pk").first()
    instances = _instances(series, images)
    number = series.revisions.count() + 1
    blobs = [_blob(instance, number, real=real) for instance in instances]
    pairs = zip(instances, blobs, strict=True)
    revision = SeriesRevision.objects.create(
        series=series,
        number=number,
        digest=revision_digest((instance.sop_instance_uid, blob.sha256) for instance, blob in pairs),
        home_download=home,
        image_count=images,
        size=sum(blob.size for blob in blobs),
        **{"modality": series.modality, "sop_class_uid": CTImageStorage} | columns,
    )
    RevisionInstance.objects.bulk_create(
        RevisionInstance(
            revision=revision,
            position=position,
            instance=instance,
            blob=blob,
            sop_class_uid=revision.sop_class_uid,
            instance_number=position + 1,
            transfer_syntax_uid=ExplicitVRLittleEndian,
        )
        for position, (instance, blob) in enumerate(zip(instances, blobs, strict=True))
    )
    return revision


def make_release(
    holding: Holding,
    revisions: Iterable[SeriesRevision] | None = None,
    *,
    patients: int = 1,
    studies: int = 1,
    series: int = 1,
    images: int = 2,
    real: bool = False,
    publish: bool = True,
) -> Release:
    """The next release of a holding: of these revisions, or of new patients with so many studies of so many series."""
    held = (
        make_revisions(holding, patients, studies, series, images, real=real)
        if revisions is None
        else revisions
    )
    release = Release.objects.create(
        holding=holding, number=holding.releases.count() + 1, deed_id=uuid.uuid4()
    )
    ReleaseRevision.objects.bulk_create(ReleaseRevision(release=release, revision=one) for one in held)
    if publish:
        release = releases.publish(release.pk, PUBLISHER)
        holding.refresh_from_db()
    return release


def make_table(
    release: Release,
    rows: Iterable[tuple[str, ...]] = (),
    *,
    name: str = "clinical.csv",
    download: Download | None = None,
) -> SupportingFile:
    """A clinical table in a release: ID, sex and score of its patients, or these rows; its bytes are in the store."""
    patients = Patient.objects.filter(studies__series__revisions__in_releases__release=release).distinct()
    told = list(rows) or [(one.patient_id, "F", str(place)) for place, one in enumerate(patients)]
    lines = [b"subject,sex,score\n", *(",".join(row).encode() + b"\n" for row in told)]
    facts = archive_store().put(b"".join(lines), md5=True)
    blob, _ = Blob.objects.get_or_create(
        sha256=facts.sha256, defaults={"size": facts.size, "md5": facts.md5, "crc32": facts.crc32}
    )
    file = SupportingFile.objects.create(
        holding=release.holding,
        home_download=download or release.holding.downloads.order_by("pk").first(),
        name=name,
        title="Clinical data",
        media_type="text/csv",
        blob=blob,
        row_count=len(told),
        columns=[
            {"name": "subject", "title": "Subject", "description": "", "unit": "", "type": "text", "values": []},
            {"name": "sex", "title": "Sex", "description": "As stated", "unit": "", "type": "code",
             "values": [["M", "male"], ["F", "female"]]},
            {"name": "score", "title": "Score", "description": "", "unit": "mm", "type": "number", "values": []},
        ],
    )  # fmt: skip
    ReleaseFile.objects.create(release=release, file=file)
    starts = itertools.accumulate(len(line) for line in lines)
    for number, (row, start) in enumerate(zip(told, starts, strict=False), 1):
        patient = Patient.objects.filter(holding=release.holding, patient_id=row[0]).first()
        SupportingFileLink.objects.create(
            file=file, row=number, start=start, length=len(lines[number]), patient=patient
        )
    return file


def make_revisions(
    holding: Holding, patients: int, studies: int, series: int, images: int, *, real: bool = False
) -> list[SeriesRevision]:
    """First revisions of new series: `patients` x `studies` x `series`."""
    made = [
        make_study(patient)
        for patient in [make_patient(holding) for _ in range(patients)]
        for _ in range(studies)
    ]
    return [
        make_revision(make_series(study), images=images, real=real) for study in made for _ in range(series)
    ]


def tiny_ct(*, sop_instance_uid: str, series: Series, number: int = 1) -> bytes:
    """A CT image of 8 x 8 pixels, Part 10, explicit VR little endian; `number` makes its pixels its own."""
    image = Dataset()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.SOPClassUID, image.SOPInstanceUID = CTImageStorage, sop_instance_uid
    image.PatientID = image.PatientName = series.study.patient.patient_id
    image.StudyInstanceUID = series.study.study_instance_uid
    image.SeriesInstanceUID, image.Modality = series.series_instance_uid, "CT"
    image.Rows = image.Columns = 8
    image.BitsAllocated, image.BitsStored, image.HighBit = 16, 12, 11
    image.PixelRepresentation, image.SamplesPerPixel = 0, 1
    image.PhotometricInterpretation = "MONOCHROME2"
    image.PixelData = (np.arange(64, dtype="<u2") + number).tobytes()
    file = BytesIO()
    dcmwrite(file, image, enforce_file_format=True)
    return file.getvalue()


def _instances(series: Series, count: int) -> list[Instance]:
    have = list(series.instances.order_by("pk")[:count])
    new = [Instance(series=series, sop_instance_uid=make_uid()) for _ in range(count - len(have))]
    return have + Instance.objects.bulk_create(new)


def _blob(instance: Instance, number: int, *, real: bool) -> Blob:
    uid = instance.sop_instance_uid
    if not real:
        name = hashlib.sha256(f"{uid} {number}".encode()).hexdigest()
        return Blob.objects.create(sha256=name, size=100 + next(_numbers) % 50, md5="0" * 32, crc32=0)
    content = tiny_ct(sop_instance_uid=uid, series=instance.series, number=number)
    facts = archive_store().put(content, md5=True)
    return Blob.objects.create(sha256=facts.sha256, size=facts.size, md5=facts.md5, crc32=facts.crc32)
