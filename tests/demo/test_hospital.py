"""The first set is what hospitals send: identity everywhere, several makers and encodings, two files that are no images."""

import io
from itertools import islice

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGLosslessSV1

from vesalius.deid import PatientContext
from vesalius.deid.values.words import is_harmless
from vesalius.demo.hospital import count_files, first_set, write_first_set
from vesalius.demo.people import person
from vesalius.demo.plan import GROUPS, PLAN
from vesalius.dicom import DicomError, check, read
from vesalius.dicom.frames import frame

pytestmark = pytest.mark.slow  # drawing bodies takes its time


@pytest.fixture(scope="module")
def first():
    return list(islice(first_set(), 2))


def test_the_first_file_is_an_image_of_the_first_patient(first):
    assert first[0].path == "EXPORT/PA000001/ST000001/SE000002/IM000001"
    with read(io.BytesIO(first[0].content)) as file:
        assert not check(file)
        pixels = frame(file, 0)
    assert pixels.shape == (512, 512)
    assert 0 <= pixels.min() < 100 < pixels.max() <= 4095


def test_the_same_seed_writes_the_same_bytes(first):
    assert next(first_set()) == first[0]
    assert next(first_set(seed=7)).content != first[0].content


def test_identity_stands_at_the_top_nested_and_in_private_elements(first):
    ds, patient = dcmread(io.BytesIO(first[0].content)), person(0)
    assert ds.PatientName == patient.name
    assert ds.OtherPatientIDsSequence[0].PatientID == patient.other_id
    assert ds.RequestAttributesSequence[0].AccessionNumber == ds.AccessionNumber
    private = ds.private_block(0x0029, "ALDERMOOR MEDICAL CT HEADER")
    assert patient.id in private[0x10].value
    assert private[0x30].value[0].PatientID == patient.id
    assert all(part.isdigit() for part in ds.SOPInstanceUID.split("."))


def test_slices_follow_each_other_along_the_patient(first):
    one, two = (dcmread(io.BytesIO(file.content)) for file in first)
    step = np.array(two.ImagePositionPatient, float) - np.array(one.ImagePositionPatient, float)
    assert step.tolist() == pytest.approx([0, 0, -float(one.SpacingBetweenSlices)], abs=0.011)
    assert one.FrameOfReferenceUID == two.FrameOfReferenceUID


def test_what_the_public_pages_show_is_made_of_words_that_may_stay():
    nobody = PatientContext(issuer="", patient_id="")
    for plan in PLAN:
        for study in plan.studies:
            shown = [study.protocol, *(series.description for series in study.series)]
            shown += [study.description] if plan.group != "in-review" else []
            assert [text for text in shown if not is_harmless(text, nobody)] == []
            assert all(is_harmless(text, nobody) is False for text in study.remarks.values())


def test_the_plan_has_two_time_points_two_kernels_and_three_encodings():
    studies = [study for plan in PLAN for study in plan.studies]
    series = [each for study in studies for each in study.series]
    assert max(len(plan.studies) for plan in PLAN) == 2
    assert {each.kernel for study in studies for each in study.series} == {"soft", "lung"}
    assert {each.syntax for each in series} == {
        ExplicitVRLittleEndian,
        ImplicitVRLittleEndian,
        JPEGLosslessSV1,
    }
    assert [plan.group for plan in PLAN].count("chest-ct") == 3
    assert {group.name for group in GROUPS} == {plan.group for plan in PLAN}


@pytest.mark.slow
def test_the_delivery_in_review_holds_what_must_be_quarantined(tmp_path):
    seen = []
    summary = write_first_set(tmp_path, lambda *now: seen.append(now), groups=("in-review",))
    files = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert len(files) == count_files(("in-review",)) == summary["in-review"]["files"] == seen[-1][0]
    refused, modalities = [], set()
    for path in files:
        try:
            with read(path) as file:
                assert not check(file)
                frame(file, 0)
                modalities.add(file.dataset.text(0x00080060))
        except DicomError:
            refused.append(path.name)
    assert sorted(refused) == ["IM000099", "README.txt"]
    assert modalities == {"CT", "OT", "US"}


@pytest.mark.slow
def test_the_whole_first_set_is_small_and_every_image_is_sound(tmp_path):
    summary = write_first_set(tmp_path)
    assert sum(group["bytes"] for group in summary.values()) < 120_000_000
    assert sum(group["files"] for group in summary.values()) == count_files()
    for path in (tmp_path / "chest-ct").rglob("IM*"):
        with read(path) as file:
            assert not check(file)
            assert frame(file, 0).shape == (512, 512)
