"""Series of real images for tests of pictures and viewers: pydicom's own files and ones made here, as archive rows.

series = make_images(study, [corpus("CT_small.dcm")])       # a SeriesRevision, its files in the archive store
label = make_images(study, [segmentation(series)])
"""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from pydicom import Dataset, dcmread, dcmwrite
from pydicom.data import get_testdata_file
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, RTStructureSetStorage, SegmentationStorage
from tests.factories import make_uid

from vesalius.catalog.bytes import archive_store
from vesalius.catalog.columns import revision_columns
from vesalius.catalog.digests import revision_digest
from vesalius.catalog.models import Blob, Holding, Instance, RevisionInstance, Series, SeriesRevision, Study
from vesalius.deid import header_facts
from vesalius.dicom import read

SPACING = (0.8, 0.5)  # mm between rows, and between columns


def corpus(name: str) -> FileDataset:
    """A file that comes with pydicom."""
    path = get_testdata_file(name)
    assert isinstance(path, str)
    return dcmread(path)


def ct_slice(number: int = 0, *, rows: int = 32, columns: int = 48, signed: bool = True) -> Dataset:
    """A CT image with a value of its own in every pixel, `number` slices of 2.5 mm up."""
    image = Dataset()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.SOPClassUID, image.Modality = CTImageStorage, "CT"
    image.Rows, image.Columns, image.SamplesPerPixel = rows, columns, 1
    image.PhotometricInterpretation = "MONOCHROME2"
    image.BitsAllocated, image.BitsStored, image.HighBit = 16, 12, 11
    image.PixelRepresentation = int(signed)
    image.RescaleSlope, image.RescaleIntercept = 2, -24
    image.PixelSpacing = list(SPACING)
    image.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    image.ImagePositionPatient = [-12.0, -16.0, 2.5 * number]
    image.FrameOfReferenceUID = "2.25.777"
    image.InstanceNumber = number + 1
    image.SeriesDescription = "MADE FOR TESTS"
    values = np.arange(rows * columns).reshape(rows, columns) % 1800 + number - (600 if signed else 0)
    image.PixelData = values.astype("<i2" if signed else "<u2").tobytes()
    return image


def segmentation(
    images: SeriesRevision, *, on: int = 0, labels: Sequence[str] = ("Lesion", "Vessel"), named: bool = True
) -> Dataset:
    """A binary segmentation of one image: one frame per segment, a square each, from the corner outwards.

    named: each frame names its image; else all images of the series, so that only its place tells.
    """
    sources = [dcmread(archive_store().path(one.blob_id)) for one in images.contents.order_by("position")]
    source = sources[on]
    label = Dataset()
    label.file_meta = FileMetaDataset()
    label.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    label.SOPClassUID, label.Modality, label.SegmentationType = SegmentationStorage, "SEG", "BINARY"
    label.Rows, label.Columns, label.NumberOfFrames = source.Rows, source.Columns, len(labels)
    label.SamplesPerPixel, label.PhotometricInterpretation = 1, "MONOCHROME2"
    label.BitsAllocated = label.BitsStored = 1
    label.HighBit = label.PixelRepresentation = 0
    label.FrameOfReferenceUID, label.SeriesDescription = source.FrameOfReferenceUID, "Two labels"
    label.SegmentSequence = [_segment(at, name) for at, name in enumerate(labels)]
    label.SharedFunctionalGroupsSequence = [_shared(source)]
    label.PerFrameFunctionalGroupsSequence = [
        _of_frame(source, at + 1, [source] if named else sources) for at in range(len(labels))
    ]
    masks = np.zeros((len(labels), source.Rows, source.Columns), np.uint8)
    for at in range(len(labels)):
        masks[at, 8 * at : 8 * at + 8, 8 * at : 8 * at + 8] = 1
    label.PixelData = np.packbits(masks.ravel(), bitorder="little").tobytes()
    return label


def structure_set(
    images: SeriesRevision,
    contours: Sequence[tuple[str, tuple[int, int, int], int, Sequence[tuple[float, float]], bool]],
) -> Dataset:
    """An RT structure set of closed contours: (name, colour, image from 0, points in (column, row), image named).

    Points are as PS3.3 C.7.6.2.1.1 counts: whole numbers are the middles of pixels.
    """
    sources = [dcmread(archive_store().path(one.blob_id)) for one in images.contents.order_by("position")]
    names = list(dict.fromkeys(name for name, *_ in contours))
    label = Dataset()
    label.file_meta = FileMetaDataset()
    label.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    label.SOPClassUID, label.Modality = RTStructureSetStorage, "RTSTRUCT"
    label.SeriesDescription = label.StructureSetLabel = "Plan contours"
    label.StructureSetROISequence, label.ROIContourSequence = [], []
    for number, name in enumerate(names, 1):
        region, drawn = Dataset(), Dataset()
        region.ROINumber, region.ROIName, region.ROIGenerationAlgorithm = number, name, "MANUAL"
        region.ReferencedFrameOfReferenceUID = sources[0].FrameOfReferenceUID
        drawn.ReferencedROINumber = number
        own = [one for one in contours if one[0] == name]
        drawn.ROIDisplayColor = list(own[0][1])
        drawn.ContourSequence = [_contour(sources[at], points, named) for _, _, at, points, named in own]
        label.StructureSetROISequence.append(region)
        label.ROIContourSequence.append(drawn)
    return label


def _contour(source: Dataset, points: Sequence[tuple[float, float]], named: bool) -> Dataset:
    one = Dataset()
    if named:
        one.ContourImageSequence = [_named(source)]
    one.ContourGeometricType, one.NumberOfContourPoints = "CLOSED_PLANAR", len(points)
    x, y, z = map(float, source.ImagePositionPatient)
    across, down = SPACING[1], SPACING[0]
    one.ContourData = [
        f"{value:.3f}" for column, row in points for value in (x + column * across, y + row * down, z)
    ]
    return one


def make_images(
    study: Study, images: Sequence[Dataset], *, holding: Holding | None = None, **columns: object
) -> SeriesRevision:
    """The first revision of a new series of these images, under names of the archive's own."""
    owner = holding or study.patient.holding
    series = Series.objects.create(
        study=study, holding=owner, series_instance_uid=make_uid(), modality=images[0].get("Modality", "OT")
    )
    rows = [_stored(image, series, at) for at, image in enumerate(images)]
    facts = [told for _, _, told in rows]
    revision = SeriesRevision.objects.create(
        series=series,
        number=1,
        digest=revision_digest((instance.sop_instance_uid, blob.sha256) for instance, blob, _ in rows),
        home_download=owner.downloads.order_by("pk").first(),
        image_count=sum(told.get("NumberOfFrames") or 1 for told in facts),
        size=sum(blob.size for _, blob, _ in rows),
        facts=facts[0],
        **revision_columns(facts) | columns,
    )
    RevisionInstance.objects.bulk_create(
        RevisionInstance(
            revision=revision, position=at, instance=instance, blob=blob, sop_class_uid=told["SOPClassUID"],
            instance_number=at + 1, frame_count=told.get("NumberOfFrames") or 1,
            transfer_syntax_uid=told["TransferSyntaxUID"],
        )
        for at, (instance, blob, told) in enumerate(rows)
    )  # fmt: skip
    return revision


def _stored(image: Dataset, series: Series, at: int) -> tuple[Instance, Blob, dict[str, object]]:
    image.PatientID = image.PatientName = series.study.patient.patient_id
    image.StudyInstanceUID, image.SeriesInstanceUID = (
        series.study.study_instance_uid, series.series_instance_uid,
    )  # fmt: skip
    image.SOPInstanceUID = make_uid()
    image.InstanceNumber = at + 1
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
    image.file_meta.MediaStorageSOPClassUID = image.SOPClassUID
    file = BytesIO()
    dcmwrite(file, image, enforce_file_format=True)
    stored = archive_store().put(file.getvalue(), md5=True)
    blob, _ = Blob.objects.get_or_create(
        sha256=stored.sha256, defaults={"size": stored.size, "md5": stored.md5, "crc32": stored.crc32}
    )
    instance = Instance.objects.create(series=series, sop_instance_uid=image.SOPInstanceUID)
    with read(archive_store().path(stored.sha256)) as opened:
        return instance, blob, header_facts(opened)


def _segment(at: int, name: str) -> Dataset:
    one, code = Dataset(), Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "1", "99TEST", "Tissue"
    one.SegmentNumber, one.SegmentLabel, one.SegmentAlgorithmType = at + 1, name, "MANUAL"
    one.SegmentedPropertyTypeCodeSequence = one.SegmentedPropertyCategoryCodeSequence = [code]
    return one


def _shared(source: Dataset) -> Dataset:
    groups, orientation, measures = Dataset(), Dataset(), Dataset()
    orientation.ImageOrientationPatient = source.ImageOrientationPatient
    measures.PixelSpacing = source.PixelSpacing
    groups.PlaneOrientationSequence, groups.PixelMeasuresSequence = [orientation], [measures]
    return groups


def _of_frame(source: Dataset, number: int, drawn_on: Sequence[Dataset]) -> Dataset:
    groups, position, segment, origin = (Dataset() for _ in range(4))
    position.ImagePositionPatient = source.ImagePositionPatient
    segment.ReferencedSegmentNumber = number
    origin.SourceImageSequence = [_named(image) for image in drawn_on]
    groups.PlanePositionSequence, groups.SegmentIdentificationSequence = [position], [segment]
    groups.DerivationImageSequence = [origin]
    return groups


def _named(image: Dataset) -> Dataset:
    name = Dataset()
    name.ReferencedSOPClassUID, name.ReferencedSOPInstanceUID = image.SOPClassUID, image.SOPInstanceUID
    return name
