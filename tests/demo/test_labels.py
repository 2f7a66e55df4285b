"""Labels are drawn on real slices of a known shape: what is written can be read, measured and traced back."""

import io

import highdicom
import numpy as np
import pytest
from PIL import Image, ImageDraw
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code as Concept

from vesalius.deliver.outlines import outlines_of
from vesalius.deliver.view.placing import contours_on
from vesalius.demo import headers
from vesalius.demo.headers import Code
from vesalius.demo.labels import contours, measures
from vesalius.demo.labels.rtstruct import Roi, structure_set
from vesalius.demo.labels.seg import NEOPLASM, Segment, segmentation
from vesalius.demo.labels.sr import Lesion, measurement_report
from vesalius.demo.labels.workstation import Label
from vesalius.demo.writing import written
from vesalius.dicom import check, read

pytestmark = pytest.mark.slow

EXAM = Code("24627-2", "LN", "Chest CT")
SIZE, SLICES, RADIUS, SPACING, BETWEEN = 64, 5, 12, 2.0, 6.0
LABEL = Label(number=100, description="TUMOR SEGMENTATION", date="20210319", time="101010")


def picture(index: int) -> Dataset:
    ds = headers.starting(headers.study(0, 1, "20210318", "091522", "CT CHEST", EXAM), "CT")
    ds.Modality, ds.SOPClassUID = "CT", "1.2.840.10008.5.1.4.1.1.2"
    ds.SeriesInstanceUID, ds.FrameOfReferenceUID = f"{ds.StudyInstanceUID}.2", f"{ds.StudyInstanceUID}.900"
    ds.SOPInstanceUID, ds.InstanceNumber = f"{ds.SeriesInstanceUID}.{index}", index
    ds.ImagePositionPatient = [-64, -64, -BETWEEN * index]
    ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing, ds.SliceThickness = [SPACING, SPACING], BETWEEN
    ds.Rows = ds.Columns = SIZE
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    return ds


@pytest.fixture(scope="module")
def sources() -> list[Dataset]:
    return [picture(index) for index in range(1, SLICES + 1)]


@pytest.fixture(scope="module")
def segment() -> Segment:
    """A disc in the middle slices of a stack whose ends are empty."""
    y, x = np.mgrid[:SIZE, :SIZE]
    disc = (x - 20) ** 2 + (y - 40) ** 2 <= RADIUS**2
    mask = np.stack([disc & (0 < index < SLICES - 1) for index in range(SLICES)])
    return Segment(
        mask=mask, label="Tumor", kind=NEOPLASM, site=Code("39607008", "SCT", "Lung"),
        tracking_id="1", tracking_uid="2.999.9.1",
    )  # fmt: skip


@pytest.fixture(scope="module")
def made(sources, segment) -> dict[str, bytes]:
    seg = segmentation(sources, [segment], LABEL)
    report = measurement_report(
        sources, seg, [Lesion(segment=segment, number=1)], EXAM,
        Label(number=101, description="MEASUREMENTS", date="20210319", time="101500"),
    )  # fmt: skip
    structures = structure_set(
        sources, [Roi(mask=segment.mask, name="GTV", colour=(255, 0, 0), kind=NEOPLASM, interpreted="GTV")],
        Label(number=102, description="STRUCTURES", date="20210320", time="090000"),
    )  # fmt: skip
    return {"SEG": written(seg), "SR": written(report), "RTSTRUCT": written(structures)}


def test_a_segmentation_gives_back_the_voxels_and_the_images_they_lie_on(made, sources, segment):
    seg = highdicom.seg.segread(io.BytesIO(made["SEG"]))
    assert seg.NumberOfFrames == SLICES - 2
    volume = seg.get_pixels_by_source_instance(
        [source.SOPInstanceUID for source in sources], combine_segments=True
    )
    assert np.array_equal(volume.astype(bool), segment.mask)
    assert seg.get_segment_description(1).segmented_property_type == Concept("108369006", "SCT", "Neoplasm")
    assert seg.ReferencedSeriesSequence[0].SeriesInstanceUID == sources[0].SeriesInstanceUID


def test_a_report_gives_the_diameter_and_the_volume_of_what_was_segmented(made, sources, segment):
    report = highdicom.sr.srread(io.BytesIO(made["SR"]))
    group = report.content.get_volumetric_roi_measurement_groups(tracking_uid="2.999.9.1")[0]
    values = {item.name.meaning: (item.value, item.unit.value) for item in group.get_measurements()}
    discs = int(segment.mask[1].sum()) * (SLICES - 2)
    assert values["Volume"] == (pytest.approx(discs * SPACING**2 * BETWEEN / 1000, abs=0.01), "ml")
    length, unit = values["Long Axis"]
    assert (unit, abs(length - (2 * RADIUS + 1) * SPACING) < 1) == ("mm", True)
    evidence = report.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
    told = {item.ReferencedSOPInstanceUID for series in evidence for item in series.ReferencedSOPSequence}
    assert told == {source.SOPInstanceUID for source in sources[1:-1]} | {
        dcmread(io.BytesIO(made["SEG"])).SOPInstanceUID
    }


def test_contours_of_a_structure_set_lie_on_its_images_around_the_disc(made, sources):
    structures = dcmread(io.BytesIO(made["RTSTRUCT"]))
    contour = structures.ROIContourSequence[0].ContourSequence
    assert len(contour) == SLICES - 2
    assert [item.ContourImageSequence[0].ReferencedSOPInstanceUID for item in contour] == [
        source.SOPInstanceUID for source in sources[1:-1]
    ]
    points = np.array(contour[0].ContourData, float).reshape(-1, 3)
    assert set(points[:, 2]) == {-BETWEEN * 2}
    away = np.hypot(points[:, 0] - (20 * SPACING - 64), points[:, 1] - (40 * SPACING - 64))
    assert away.min() > (RADIUS - 0.5) * SPACING
    assert away.max() < (RADIUS + 1) * SPACING
    assert (
        structures.StructureSetROISequence[0].ReferencedFrameOfReferenceUID == sources[0].FrameOfReferenceUID
    )


def test_the_viewer_lays_contours_over_the_pixels_that_were_drawn_round(made, sources, segment, tmp_path):
    (tmp_path / "structures.dcm").write_bytes(made["RTSTRUCT"])
    found = outlines_of(str(tmp_path / "structures.dcm"))
    kind = {
        "rows": SIZE, "columns": SIZE, "orientation": [1, 0, 0, 0, 1, 0], "spacing": [SPACING, SPACING],
        "frame_of_reference": sources[0].FrameOfReferenceUID,
    }  # fmt: skip
    frames = [
        {"kind": 0, "instance": at, "within": 1, "position": list(source.ImagePositionPatient)}
        for at, source in enumerate(sources)
    ]
    images = {"frames": frames, "kinds": [kind], "instances": [source.SOPInstanceUID for source in sources]}
    for number in range(1, SLICES + 1):
        area = Image.new("1", (SIZE * 8, SIZE * 8))
        for line in contours_on(images, number, found, ()):
            ImageDraw.Draw(area).polygon([(x * 8, y * 8) for x, y in line.points], fill=1)
        inside = np.asarray(area).reshape(SIZE, 8, SIZE, 8).mean(axis=(1, 3)) > 0.5
        drawn = segment.mask[number - 1]
        assert (inside ^ drawn).sum() <= 0.03 * drawn.sum()


@pytest.mark.parametrize("kind", ["SEG", "SR", "RTSTRUCT"])
def test_a_label_is_sound_and_carries_the_identity_of_its_images(made, sources, kind):
    with read(io.BytesIO(made[kind])) as file:
        assert not check(file)
    label = dcmread(io.BytesIO(made[kind]))
    for keyword in (
        "PatientName",
        "PatientID",
        "AccessionNumber",
        "StudyInstanceUID",
        "InstitutionName",
        "StudyDate",
    ):
        assert label[keyword].value == sources[0][keyword].value
    assert (label.Modality, label.SyntheticData, label.SeriesDate[:6]) == (kind, "YES", "202103")


def test_the_same_label_is_written_twice_with_the_same_bytes(made, sources, segment):
    assert written(segmentation(sources, [segment], LABEL)) == made["SEG"]


def test_outlines_go_around_islands_and_holes():
    mask = np.zeros((20, 30), bool)
    mask[3:15, 4:16] = True
    mask[6:10, 7:12] = False
    mask[5:12, 20:27] = True
    areas = sorted(contours.area(loop) for loop in contours.outlines(mask, tolerance=0))
    assert areas == pytest.approx([-19.5, 48.5, 143.5])  # the corners are cut between two edges


def test_the_longest_diameter_is_found_in_the_slice_that_has_it():
    mask = np.zeros((3, 20, 20), bool)
    mask[0, 2:5, 2:5] = True
    mask[2, 4:7, 1:17] = True
    index, ends = measures.longest_diameter(mask)
    assert index == 2
    assert np.hypot(*(ends[1] - ends[0])) == pytest.approx(np.hypot(16, 3))
