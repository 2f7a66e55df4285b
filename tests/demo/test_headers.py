"""Headers of invented patients: identity everywhere, in many scripts, and the word that all of it is synthetic."""

import io

import pytest
from pydicom import dcmread
from pydicom.uid import SecondaryCaptureImageStorage

from vesalius.deid import DomainKey, Identity, PatientContext, Recipe, clean, collect, write
from vesalius.demo import headers, people
from vesalius.demo.writing import written
from vesalius.dicom import read

CASES = [
    (index, modality)
    for index in range(people.count())
    for modality in sorted(people.site(people.person(index).home).machines)
]
EXAM = headers.Code("24627-2", "LN", "Chest CT")


@pytest.mark.parametrize(("index", "modality"), CASES)
def test_every_patient_can_be_written_in_the_charset_of_the_hospital(index, modality):
    study = headers.study(index, 1, "20210318", "091522", "CT CHEST", EXAM)
    ds = headers.starting(study, modality)
    ds.SOPClassUID, ds.SOPInstanceUID = SecondaryCaptureImageStorage, "2.999.1"
    read = dcmread(io.BytesIO(written(ds)))
    person = people.person(index)
    assert read.PatientName == person.name
    assert read.PatientAddress == person.address
    assert read.InstitutionName == study.site.institution
    assert read.OtherPatientIDsSequence[0].PatientID == person.other_id
    assert read.RequestAttributesSequence[0].AccessionNumber == read.AccessionNumber
    export = read.private_block(0x0029, "HOSPITAL PACS EXPORT")
    assert person.id in export[0x10].value
    assert export[0x30].value[0].PatientID == person.id


def test_no_two_patients_share_a_name_or_an_identifier():
    everyone = [people.person(index) for index in range(people.count())]
    for keyword in ("name", "id", "other_id", "address", "phone"):
        assert len({getattr(person, keyword) for person in everyone}) == len(everyone)


@pytest.mark.parametrize("recipe", ["basic", "tcia"])
def test_a_cleaned_file_still_says_that_it_is_synthetic_and_no_longer_who_it_is(recipe):
    study = headers.study(0, 1, "20210318", "091522", "CT CHEST", EXAM)
    ds = headers.starting(study, "CT")
    ds.SOPClassUID, ds.SOPInstanceUID, ds.SeriesInstanceUID = (
        SecondaryCaptureImageStorage,
        "2.999.1",
        "2.999.2",
    )
    file = read(io.BytesIO(written(ds)))
    cleaned = clean(
        file,
        recipe=Recipe.builtin(recipe),
        identity=Identity(DomainKey.generate(bytes(32))),
        context=PatientContext.of([collect(file)]),
        origin="identifiable",
    )
    out = io.BytesIO()
    write(file, cleaned.edits, out)
    released = dcmread(io.BytesIO(out.getvalue()))
    assert released.SyntheticData == "YES"
    assert "no such patient" in released.ContributingEquipmentSequence[0].ManufacturerModelName
    for token in (study.person.id, "Duboisi", "Lavergnolle", study.accession, "Montferrand"):
        assert token.encode() not in out.getvalue()
