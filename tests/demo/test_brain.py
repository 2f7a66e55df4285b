"""The synthetic head is a head: what lies where, how bright in each contrast, and files as scanners write them."""

import io
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless

from vesalius.deid import PatientContext
from vesalius.deid.text import is_harmless
from vesalius.demo import headers
from vesalius.demo.content import brain_mr
from vesalius.demo.content.brain_mr import MR_BRAIN, PATIENTS, PLAN
from vesalius.demo.mr import MACHINES, WEIGHTINGS, Volume, images
from vesalius.demo.phantom.brain import CONTRASTS, Build, Glioma, Head, Planes, Reception, cut
from vesalius.demo.phantom.brain import receive as received
from vesalius.demo.writing import written
from vesalius.dicom import check, read
from vesalius.dicom.frames import frame
from vesalius.intake.steps import Step
from vesalius.store.sources import gather
from vesalius.submit.receive import close, open_submission, receive

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("brain")]  # drawn once

TUMOUR = Glioma(centre=(30, 14, 24), radius=17, oedema=14)
PLAIN = Build(seed=3, age=45)
ORIGIN = np.array([0, -18, 8], float)  # of the scanner, in mm of the atlas


def signal(head: Head, contrast: str, *atlas_mm: float) -> float:
    """The mean signal within 3 mm of a place of the atlas, in an unbent head."""
    steps = np.arange(-3, 4, 1.5)
    cube = np.stack(np.meshgrid(steps, steps, steps)).reshape(3, -1)
    places = (np.array(atlas_mm) - ORIGIN)[:, None] + cube
    return float(head.scan(places.astype(np.float32), (contrast,))[0].mean())


@pytest.fixture(scope="module")
def head() -> Head:
    return Head(PLAIN)


@pytest.fixture(scope="module")
def ill() -> Head:
    return Head(replace(PLAIN, lesion=TUMOUR))


WHITE, EYE, SKULL, OUTSIDE = (26, -20, 34), (33, 61, -34), (0, -113, 25), (0, 0, 120)


@pytest.mark.parametrize("place", [SKULL, OUTSIDE])
def test_bone_and_air_are_dark_in_every_contrast(head, place):
    assert all(signal(head, contrast, *place) < 0.35 for contrast in CONTRASTS)


def test_fluid_is_bright_in_t2_alone(head):
    assert signal(head, "T2", *EYE) > 0.7
    assert signal(head, "FLAIR", *EYE) < 0.4
    assert signal(head, "T1", *EYE) < 0.4


def test_white_matter_is_brighter_than_grey_in_t1_and_darker_in_t2(head):
    _, y, x = np.indices((1, 121, 121))
    places = np.stack([x - 60.0, y - 78.0, np.full_like(x, 26.0)]).reshape(3, -1).astype(np.float32)
    t1, t2 = head.scan(places, ("T1", "T2"))[0]
    brain = (t1 > 0.38) & (t1 < 0.6)
    assert np.corrcoef(t1[brain], t2[brain])[0, 1] < -0.7


def test_a_tumour_enhances_at_its_rim_around_a_dark_core(ill):
    assert signal(ill, "T1 Gd", *TUMOUR.centre) < 0.5
    planes = Planes(
        rows=80, columns=80, pixel=1, slices=1, thickness=1, spacing=1, along_row=(1, 0, 0), along_column=(0, 1, 0),
        centre=tuple((np.array(TUMOUR.centre) - ORIGIN) * [-1, -1, 1]),
    )  # fmt: skip
    slice_ = cut(ill, planes, 0, ("T1", "T1 Gd", "FLAIR"), parts=1)
    core, rim, oedema = slice_.lesion > 0.5
    t1, enhanced, flair = slice_.signals
    assert rim.sum() > 150
    assert core.sum() > 150
    assert oedema.sum() > 300
    assert enhanced[rim].mean() > 1.7 * t1[rim].mean()
    assert flair[oedema].mean() > 1.3 * np.median(flair)
    assert not (core & rim).any()


def test_a_tumour_pushes_the_brain_and_not_the_skull(head, ill):
    opposite = signal(ill, "T1", -40, -30, 30), signal(head, "T1", -40, -30, 30)
    assert opposite[0] == pytest.approx(opposite[1], abs=0.02)
    y, x = np.mgrid[-60:60, -60:60]
    ring = np.stack([x.ravel(), y.ravel(), np.full(x.size, 16)]).astype(np.float32)
    difference = np.abs(ill.scan(ring, ("T1",))[0] - head.scan(ring, ("T1",))[0])[0]
    near = np.hypot(ring[0] - 30, ring[1] - 32) < 45
    assert difference[near].mean() > 10 * difference[np.hypot(ring[0] + 45, ring[1] + 30) < 20].mean()


def test_the_same_seed_gives_the_same_head_and_another_seed_another(head):
    places = np.random.default_rng(1).uniform(-60, 60, (3, 500)).astype(np.float32)
    one, other = (made.scan(places, ("T1",))[0] for made in (Head(PLAIN), Head(replace(PLAIN, seed=4))))
    assert np.array_equal(head.scan(places, ("T1",))[0], one)
    assert np.abs(one - other).mean() > 0.02


def test_the_noise_of_air_is_rician():
    reception = Reception(scale=1000, noise=0.02, shading=0, matrix=(1.5, 1.5))
    where = np.zeros((3, 64 * 64), np.float32)
    stored = received(np.zeros((64, 64), np.float32), where, reception, np.random.default_rng(2)).astype(
        float
    )
    assert stored.mean() == pytest.approx(0.02 * 1000 * np.sqrt(np.pi / 2), rel=0.05)


def test_the_atlas_carries_mcgills_notice():
    folder = files("vesalius.demo") / "data"
    with (folder / "brain.npz").open("rb") as file, np.load(file) as stored:
        notice = str(stored["notice"])
    assert notice == (folder / "brain.NOTICE.txt").read_text("utf-8")
    assert "the above copyright notice appear in all copies" in " ".join(notice.split())


def test_what_the_public_pages_show_is_made_of_words_that_may_stay():
    nobody = PatientContext(issuer="", patient_id="")
    for plan in PLAN:
        for visit in plan.visits:
            series = [one for one in (*visit.axial, visit.sagittal) if one]
            shown = [visit.description, *(one.description for one in series)]
            assert [text for text in shown if not is_harmless(text, nobody)] == []


def test_there_are_four_patients_in_four_contrasts_and_one_comes_back_after_the_operation():
    assert PATIENTS == len(PLAN) == 4
    for plan in PLAN:
        for visit in plan.visits:
            series = [one for one in (*visit.axial, visit.sagittal) if one]
            assert len({one.contrast for one in series}) == 4
            assert {one.contrast for one in series} <= set(WEIGHTINGS)
    assert [[visit.lesion.resected for visit in plan.visits] for plan in PLAN].count([False, True]) == 1
    sites = {
        headers.study(plan.person, 1, "20200101", "", "", MR_BRAIN).site.machines["MR"].model for plan in PLAN
    }
    assert sites <= set(MACHINES)
    assert len(sites) == 4


@pytest.fixture(scope="module")
def small(monkeypatch_module) -> list:
    """Patient 3 with few and coarse slices."""
    coarse = {"rows": 128, "columns": 128, "pixel": 1.75, "slices": 8, "spacing": 14}
    usual = brain_mr.planes
    monkeypatch_module.setattr(brain_mr, "planes", lambda visit: replace(usual(visit), **coarse))
    return list(brain_mr.files(3))


@pytest.fixture(scope="module")
def monkeypatch_module():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def test_every_file_is_sound_and_says_how_it_was_acquired(small):
    seen = set()
    for file in small:
        with read(io.BytesIO(file.content)) as made:
            assert not check(made)
            frame(made, 0)
        ds = dcmread(io.BytesIO(file.content))
        assert ds.SyntheticData == "YES"
        seen.add(ds.Modality)
        if ds.Modality == "MR":
            assert ds.file_meta.TransferSyntaxUID == JPEGLSLossless
            assert float(ds.ImagingFrequency) == pytest.approx(
                42.577 * float(ds.MagneticFieldStrength), abs=0.01
            )
            assert (ds.SeriesDescription == "FLAIR AX") == ("InversionTime" in ds)
            assert ("ContrastBolusAgent" in ds) == ds.SeriesDescription.endswith("GD")
            assert ds.BitsStored == 16
            assert ds.PixelRepresentation == 0
    assert seen == {"MR", "SEG"}
    assert len({file.path for file in small}) == len(small)


def test_slices_follow_each_other_along_one_oblique_normal(small):
    first, second = (dcmread(io.BytesIO(file.content)) for file in small[:2])
    step = np.subtract(*(np.array(ds.ImagePositionPatient, float) for ds in (second, first)))
    row, column = np.array(first.ImageOrientationPatient, float).reshape(2, 3)
    normal = np.cross(row, column)
    assert abs(normal[1]) > 0.05, "the planes are tilted"
    assert step == pytest.approx(-14 * normal, abs=1e-3), "this scanner numbers from the head down"


def test_the_segmentation_lies_where_the_contrast_does(small):
    sets = [dcmread(io.BytesIO(file.content)) for file in small]
    seg = next(ds for ds in sets if ds.Modality == "SEG")
    labels = {item.SegmentNumber: item.SegmentLabel for item in seg.SegmentSequence}
    assert set(labels.values()) <= {"Necrotic core", "Enhancing tumor", "Edema"}
    assert "Edema" in labels.values()
    flair = {ds.InstanceNumber: ds for ds in sets if ds.get("SeriesDescription") == "FLAIR AX"}
    enhanced = {ds.SOPInstanceUID: ds for ds in sets if ds.get("SeriesDescription") == "SE T1 AX GD"}
    inside, around = [], []
    for one, mask in zip(seg.PerFrameFunctionalGroupsSequence, seg.pixel_array, strict=True):
        if labels[one.SegmentIdentificationSequence[0].ReferencedSegmentNumber] != "Edema":
            continue
        source = one.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID
        picture = flair[enhanced[source].InstanceNumber].pixel_array
        inside.append(picture[mask > 0].mean())
        around.append(np.median(picture[picture > 0.2 * picture.max()]))
    assert np.mean(inside) > 1.2 * np.mean(around)


def test_a_sagittal_series_is_compressed_by_jpeg_2000(head):
    plan = PLAN[3]
    visit = plan.visits[0]
    planes = replace(brain_mr._SAGITTAL, rows=96, columns=96, pixel=2.6, slices=3, spacing=20)
    volume = Volume.through(head, planes, ("T1 3D",))
    study = headers.study(plan.person, 1, visit.date, visit.time, visit.description, MR_BRAIN)
    for ds in images(study, visit.sagittal, volume, 1):
        again = dcmread(io.BytesIO(written(ds, visit.sagittal.syntax)))
        assert again.file_meta.TransferSyntaxUID == JPEG2000Lossless
        assert again.MRAcquisitionType == "3D"
        assert again.BitsStored == 12
        assert again.ImageOrientationPatient == [0, 1, 0, 0, 0, -1]
        assert again.pixel_array.max() > 100


def test_every_file_is_cleaned_and_none_is_set_apart(house, delivery, small, tmp_path):
    for number, file in enumerate(small):
        (tmp_path / f"{number}.dcm").write_bytes(file.content)
    sources = gather([tmp_path])
    submission = open_submission(delivery, sources)
    receive(submission, sources)
    close(submission, delivery.person)
    house.work()
    assert set(submission.files.values_list("step", flat=True)) == {Step.IN_REVIEW}
    assert not submission.findings.filter(blocks=True).exists()
    assert submission.series.count() == len({file.path.rsplit("/", 1)[0] for file in small})
