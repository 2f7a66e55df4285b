"""What the proof finds holds a file back: quarantined with the reason, never admitted; and who refers to it is told."""

from pathlib import Path

import pytest
from pydicom import Dataset, dcmread
from pydicom.data import get_testdata_file

from vesalius import deid
from vesalius.curate.review import exclude_files
from vesalius.intake.models import CleanedInstance, Finding, Submission
from vesalius.intake.steps import Step
from vesalius.store.sources import gather
from vesalius.submit.receive import close, open_submission, receive
from vesalius.submit.recipes import adopt
from vesalius.submit.references import compare_references

pytestmark = pytest.mark.slow

CT = Path(get_testdata_file("CT_small.dcm"))
PLAN = "1.2.840.10008.5.1.4.1.1.11.1"  # a presentation state: it only refers


def _send(delivery, folder: Path) -> Submission:
    sources = gather([folder])
    submission = open_submission(delivery, sources)
    receive(submission, sources)
    close(submission, delivery.person)
    return submission


def _image(path: Path, number: int, *, spoilt: bool) -> str:
    """A slice; the one to be spoilt says how many frames it has, which the recipe makes none."""
    dataset = dcmread(CT)
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.4.5.{number}"
    dataset.PatientID = "MRN-77120"
    if spoilt:
        dataset.NumberOfFrames = 1
    dataset.save_as(path)
    return str(dataset.SOPInstanceUID)


def _state(path: Path, *instances: str) -> None:
    """A presentation state that refers to these images."""
    dataset = dcmread(CT)
    for tag in [element.tag for element in dataset if element.tag.group in {0x0028, 0x7FE0}]:
        del dataset[tag]
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = PLAN
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.3.4.5.900"
    dataset.PatientID, dataset.Modality = "MRN-77120", "PR"
    series = Dataset()
    series.SeriesInstanceUID, series.ReferencedImageSequence = dataset.SeriesInstanceUID, []
    dataset.SeriesInstanceUID = "1.2.3.4.5.9"
    for instance in instances:
        named = Dataset()
        named.ReferencedSOPClassUID, named.ReferencedSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", instance
        series.ReferencedImageSequence.append(named)
    dataset.ReferencedSeriesSequence = [series]
    dataset.save_as(path)


@pytest.fixture
def sent(house, delivery, tmp_path) -> Submission:
    """Two images, one of which the collection's recipe spoils, and a presentation state of both."""
    spoils = deid.Recipe(name="any", version="1", dispositions={"(0028,0008)": "D"})
    adopt(delivery.collection, spoils, "curator")
    instances = [_image(tmp_path / f"{number}.dcm", number, spoilt=number == 2) for number in (1, 2)]
    _state(tmp_path / "state.dcm", *instances)
    submission = _send(delivery, tmp_path)
    house.work()
    return submission


def test_a_file_whose_proof_fails_is_quarantined_with_the_reason_and_leaves_no_cleaned_bytes(house, sent):
    [file] = sent.files.filter(step=Step.QUARANTINED)
    assert file.path == "2.dcm"
    finding = file.findings.get()
    assert (finding.kind, finding.element_path) == (Finding.Kind.CONFORMANCE, "(0028,0008)")
    assert "77120" not in finding.sentence + file.reason
    assert {instance.file.path for instance in CleanedInstance.objects.all()} == {"1.dcm", "state.dcm"}
    assert not [*(house.intake.path("0" * 64).parents[1] / "incoming").iterdir()], "nothing waits to be kept"


def test_who_refers_to_a_file_that_is_held_back_waits_until_a_person_has_decided(house, sent):
    [series] = sent.series.filter(modality="PR")
    finding = series.findings.get(kind=Finding.Kind.REFERENCE)
    assert finding.blocks
    assert finding.settled_at is None
    assert not sent.series.get(modality="CT").findings.filter(kind=Finding.Kind.REFERENCE).exists()
    [file] = sent.files.filter(step=Step.QUARANTINED)
    exclude_files([file.pk], person="curator", reason="it is spoilt")
    patient = file.patient
    compare_references(patient, deid.Identity(deid.DomainKey(bytes(32))))
    finding.refresh_from_db()
    assert finding.settled_at is not None, "an excluded file is no part of the set any more"
