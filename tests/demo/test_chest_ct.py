"""Chest CT as hospitals send it: sound files, slices that follow each other, labels that fit, identity everywhere."""

import io
from dataclasses import replace
from itertools import islice, pairwise

import highdicom
import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import ImplicitVRLittleEndian

from vesalius.deid import DomainKey, Identity, PatientContext, Recipe, clean, collect, write
from vesalius.deid.text import is_harmless
from vesalius.demo import hospital, people
from vesalius.demo.content import chest_ct, embargoed_ct, limited_ct, listed_ct
from vesalius.demo.phantom import Build, Chest, Tumour, axial, lung_mask, tumour_mask
from vesalius.demo.plan import PatientPlan
from vesalius.demo.writing import HospitalFile
from vesalius.dicom import check, read
from vesalius.dicom.frames import frame

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("chest_ct")]  # drawn once
MODULES = (chest_ct, embargoed_ct, limited_ct, listed_ct)
NOBODY = PatientContext(issuer="", patient_id="")


def cut_short(plan: PatientPlan, slices: int, start: float) -> PatientPlan:
    """The plan with a few slices of its first examination's first series."""
    study = plan.studies[0]
    series = replace(study.series[0], slices=slices, start=start)
    return replace(plan, studies=(replace(study, series=(series,)),))


@pytest.fixture(scope="module")
def sent() -> list[HospitalFile]:
    """Five slices through the first patient's tumour, and what readers made of them."""
    return list(hospital.patient_files("chest-ct", 1, cut_short(chest_ct.PLAN[0], 5, 182.0), 1543))


@pytest.fixture(scope="module")
def slices(sent) -> list[Dataset]:
    return [dcmread(io.BytesIO(file.content)) for file in sent[:5]]


@pytest.fixture(scope="module")
def labels(sent) -> dict[str, bytes]:
    return {dcmread(io.BytesIO(file.content)).Modality: file.content for file in sent[5:]}


def test_the_first_file_is_an_image_of_the_first_patient():
    file = next(chest_ct.files(1))
    assert file.path == "EXPORT/PA000001/ST000001/SE000002/IM000001"
    assert file == next(chest_ct.files(1))
    assert file.content != next(chest_ct.files(1, seed=7)).content
    assert dcmread(io.BytesIO(file.content)).PatientName == people.person(0).name


def test_every_file_is_sound_and_its_pixels_can_be_decoded(sent):
    for file in sent:
        with read(io.BytesIO(file.content)) as opened:
            assert not check(opened)
    for file in sent[:5]:
        with read(io.BytesIO(file.content)) as opened:
            pixels = frame(opened, 0)
        assert pixels.shape == (512, 512)
        assert 0 <= pixels.min() < 100 < pixels.max() <= 4095


def test_slices_follow_each_other_along_the_patient(slices):
    for one, two in pairwise(slices):
        step = np.array(two.ImagePositionPatient, float) - np.array(one.ImagePositionPatient, float)
        assert step.tolist() == pytest.approx([0, 0, -float(one.SpacingBetweenSlices)], abs=0.011)
        assert one.FrameOfReferenceUID == two.FrameOfReferenceUID


def test_labels_refer_to_slices_of_the_same_delivery(slices, labels):
    known = {ds.SOPInstanceUID for ds in slices}
    assert set(labels) == {"SEG", "SR", "RTSTRUCT"}
    seg = highdicom.seg.segread(io.BytesIO(labels["SEG"]))
    sources = {uid for _, _, uid in seg.get_source_image_uids()}
    assert sources
    assert sources <= known
    report = highdicom.sr.srread(io.BytesIO(labels["SR"]))
    evidence = report.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
    told = {item.ReferencedSOPInstanceUID for series in evidence for item in series.ReferencedSOPSequence}
    assert told == sources | {seg.SOPInstanceUID}
    structures = dcmread(io.BytesIO(labels["RTSTRUCT"]))
    assert structures.FrameOfReferenceUID == slices[0].FrameOfReferenceUID
    for roi in structures.ROIContourSequence:
        for contour in roi.ContourSequence:
            assert contour.ContourImageSequence[0].ReferencedSOPInstanceUID in known


def test_the_report_of_the_tumour_is_of_the_size_that_was_planned(labels):
    report = highdicom.sr.srread(io.BytesIO(labels["SR"]))
    group = report.content.get_volumetric_roi_measurement_groups()[0]
    told = {item.name.meaning: float(item.value) for item in group.get_measurements()}
    radius = (
        chest_ct.PLAN[0].studies[0].tumour.radius * 0.93
    )  # this patient is narrower than the standard body
    assert 1.7 * radius < told["Long Axis"] < 2.9 * radius
    assert 3 < told["Volume"] < 25


def test_a_label_is_as_identifiable_as_its_images(slices, labels):
    for content in labels.values():
        label = dcmread(io.BytesIO(content))
        for keyword in (
            "PatientName",
            "PatientID",
            "PatientBirthDate",
            "AccessionNumber",
            "StudyInstanceUID",
        ):
            assert label[keyword].value == slices[0][keyword].value


def _device(report: bytes) -> bytes:
    """UID of the workstation that measured, which Retain Device Identity keeps (PS3.15 Table E.3.4-1)."""
    items = dcmread(io.BytesIO(report)).ContentSequence
    uid = next(item.UID for item in items if item.ConceptNameCodeSequence[0].CodeValue == "121012")
    return str(uid).encode()


def test_cleaned_labels_refer_to_the_cleaned_slices_and_name_nobody(sent):
    identity = Identity(DomainKey.generate(bytes(range(32))))
    opened = [read(io.BytesIO(file.content)) for file in sent]
    context = PatientContext.of([collect(file) for file in opened])
    released = []
    for file in opened:
        out = io.BytesIO()
        cleaned = clean(
            file, recipe=Recipe.builtin("tcia"), identity=identity, context=context, origin="identifiable"
        )
        write(file, cleaned.edits, out)
        released.append(out.getvalue())
    person = people.person(0)
    for data in released:
        for token in (person.id, person.name.split("^")[0], person.other_id, "Keroualin", "2.999.1543"):
            assert token.encode() not in data.replace(_device(sent[6].content), b"")
    images = {dcmread(io.BytesIO(data)).SOPInstanceUID for data in released[:5]}
    seg = highdicom.seg.segread(io.BytesIO(released[5]))
    assert {uid for _, _, uid in seg.get_source_image_uids()} <= images
    assert seg.SegmentSequence[0].SegmentedPropertyTypeCodeSequence[0].CodeMeaning == "Neoplasm, Primary"
    report = highdicom.sr.srread(io.BytesIO(released[6]))
    values = report.content.get_volumetric_roi_measurement_groups()[0].get_measurements()
    assert [item.unit.value for item in values] == ["mm", "ml"]
    structures = dcmread(io.BytesIO(released[7]))
    assert [roi.ROIName for roi in structures.StructureSetROISequence] == ["GTV", "LUNG RIGHT", "LUNG LEFT"]
    assert all(ds.SyntheticData == "YES" for ds in (dcmread(io.BytesIO(data)) for data in released))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.GROUP)
def test_what_public_pages_show_is_made_of_words_that_may_stay(module):
    for plan in module.PLAN:
        for study in plan.studies:
            shown = [study.description, study.protocol, *(series.description for series in study.series)]
            assert [text for text in shown if not is_harmless(text, NOBODY)] == []


def test_no_patient_belongs_to_two_deliveries():
    taken = [plan.person for module in MODULES for plan in module.PLAN]
    assert len(set(taken)) == len(taken)
    assert [module.PATIENTS for module in MODULES] == [len(module.PLAN) for module in MODULES]


def test_the_collection_is_as_varied_as_it_should_be():
    studies = [study for plan in chest_ct.PLAN for study in plan.studies]
    series = [each for study in studies for each in study.series]
    homes = [people.site(people.person(plan.person).home) for plan in chest_ct.PLAN]
    assert chest_ct.PATIENTS >= 8
    assert [len(plan.studies) for plan in chest_ct.PLAN].count(2) >= 3
    assert sum(study.structures for study in studies) >= 2
    assert {site.machines["CT"].maker.split()[0] for site in homes} >= {"GE", "SIEMENS", "Philips", "Canon"}
    assert {each.kernel for each in series} == {"soft", "lung"}
    assert len({each.syntax for each in series}) >= 5
    assert len({each.thickness for each in series}) >= 5
    assert {people.person(plan.person).sex for plan in chest_ct.PLAN} == {"F", "M"}


def test_slices_may_lie_further_apart_than_they_are_thick():
    plan = chest_ct.PLAN[2]
    scan = hospital.Scan(plan, plan.studies[0], 1543)
    series = plan.studies[0].series[1]
    assert series.syntax == ImplicitVRLittleEndian
    one, two = (scan.slice(series, index) for index in (3, 4))
    assert float(one.ImagePositionPatient[2]) - float(two.ImagePositionPatient[2]) == pytest.approx(
        30, abs=0.011
    )
    assert (one.SliceThickness, one.SpacingBetweenSlices) == (1, 30)


def test_a_tumours_mask_is_where_the_tumour_is_drawn():
    build = Build(seed=3, sex="M", age=60, size=256, spacing=1.5)
    tumour = Tumour(centre=(-70.0, -16.0, 198.0), radius=15.0, strands=0)
    ill, well = Chest(replace(build, tumour=tumour)), Chest(build)
    mask = tumour_mask(ill, 198)
    grown = (axial(ill, 198) - axial(well, 198)) > 350
    assert 300 < mask.sum() * 1.5**2 < 1400
    assert (mask & grown).sum() / (mask | grown).sum() > 0.85
    assert not tumour_mask(ill, 150).any()


def test_lungs_are_two_and_leave_out_the_airways_and_the_gas_of_the_stomach():
    chest = Chest(Build(seed=3, sex="M", age=60, size=256, spacing=1.5))
    for z in (170, 75):
        hu = axial(chest, z)
        right, left = (lung_mask(chest, z, hu, side) for side in (-1, 1))
        assert not (right & left).any()
        assert np.nonzero(right)[1].mean() < 128 < np.nonzero(left)[1].mean()
        assert -950 < np.median(hu[right]) < -700
    assert 0.5 < left.sum() / right.sum() < 2
    gas = hu < -960
    body = np.abs(chest.grid[1]) + np.abs(chest.grid[0]) * 0 < 60
    assert (gas & body & (chest.grid[0] > 30) & (chest.grid[0] < 110) & ~left).sum() > 20


def test_the_liver_lies_on_the_patients_right_and_there_is_only_one():
    plan = chest_ct.PLAN[0]
    scan = hospital.Scan(plan, plan.studies[0], 1543)
    picture = scan.picture(replace(plan.studies[0].series[0], start=52.0, slices=1), 1)
    liver = np.abs(picture.hu - 104) < 25
    columns = picture.dataset.Columns
    assert picture.dataset.ImageOrientationPatient == [1, 0, 0, 0, 1, 0]  # columns run from right to left
    assert liver[:, : columns // 2].sum() > 2.2 * liver[:, columns // 2 :].sum()


@pytest.mark.parametrize(
    "plan", [plan for module in MODULES for plan in module.PLAN], ids=lambda plan: str(plan.person)
)
def test_each_patients_first_file_is_sound(plan):
    for file in islice(hospital.patient_files("x", 1, cut_short(plan, 1, 150.0), 1543), 1):
        with read(io.BytesIO(file.content)) as opened:
            assert not check(opened)
            assert frame(opened, 0).shape == (512, 512)
