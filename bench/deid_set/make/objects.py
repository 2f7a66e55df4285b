"""Objects that refer to images: structures, segmentations, reports, selections, presentations, documents."""

from typing import Final

import numpy as np
from bench.deid_set.make.subject import Subject
from bench.deid_set.make.texts import POOLS
from bench.deid_set.planting import FILLED, MAPPED, Node, Planted, gone, shifted, stays
from pydicom.dataset import Dataset
from pydicom.uid import (
    UID,
    BasicTextSRStorage,
    ComprehensiveSRStorage,
    EncapsulatedPDFStorage,
    ExplicitVRLittleEndian,
    GrayscaleSoftcopyPresentationStateStorage,
    ImplicitVRLittleEndian,
    KeyObjectSelectionDocumentStorage,
    RTStructureSetStorage,
    SegmentationStorage,
    SpatialRegistrationStorage,
)

_DESCRIPTION: Final = "TCIA-P15-DESC-C"


def structures(subject: Subject, images: list[Planted]) -> Planted:
    """An RT Structure Set on a stack: labels with names in them, contours on every slice."""
    file = started(subject, RTStructureSetStorage, "RTSTRUCT", ImplicitVRLittleEndian)
    root, words = file.root, subject.person.words
    root.put("StructureSetLabel", "PLAN1", FILLED)
    root.put("StructureSetDate", subject.later(9), shifted())
    root.put("StructureSetTime", "101010")
    root.put("StructureSetDescription", *subject.writer.long())
    frame = root.item("ReferencedFrameOfReferenceSequence")
    frame.put("FrameOfReferenceUID", subject.frame_of_reference, MAPPED)
    study = frame.item("RTReferencedStudySequence")
    study.put("ReferencedSOPClassUID", "1.2.840.10008.3.1.2.3.1")
    study.put("ReferencedSOPInstanceUID", subject.study, MAPPED)
    series = study.item("RTReferencedSeriesSequence")
    series.put("SeriesInstanceUID", images[0].dataset.SeriesInstanceUID, MAPPED)
    for image in images:
        subject.refer(series, "ContourImageSequence", image)
    for number, roi in enumerate(subject.rng.choice(POOLS["rois"], 3, replace=False), 1):
        structure = root.item("StructureSetROISequence")
        structure.put("ROINumber", number)
        structure.put("ReferencedFrameOfReferenceUID", subject.frame_of_reference, MAPPED)
        structure.put("ROIGenerationAlgorithm", "MANUAL")
        if number == 1:
            structure.put("ROIName", *subject.writer.label(str(roi)))
        else:
            structure.put("ROIName", str(roi), stays(_DESCRIPTION))
        contours = root.item("ROIContourSequence")
        contours.put("ReferencedROINumber", number)
        contour = contours.item("ContourSequence")
        subject.refer(contour, "ContourImageSequence", images[number % len(images)])
        contour.put("ContourGeometricType", "CLOSED_PLANAR")
        contour.put("NumberOfContourPoints", 3)
        contour.put("ContourData", [1, 1, 0, 5, 1, 0, 5, 5, 0], stays("DICOM-IOD-1", "5"))
        observation = root.item("RTROIObservationsSequence")
        observation.put("ObservationNumber", number)
        observation.put("ReferencedROINumber", number)
        observation.put("RTROIInterpretedType", "ORGAN")
        observation.put("ROIInterpreter", subject.person.operator, gone("HIPAA-A"))
    if subject.hard:
        root.put("ReviewDate", subject.later(10), shifted())
        root.put("ReviewerName", subject.person.reader, gone("HIPAA-A"))
        root.put("StructureSetName", f"RS {words['accession']}", gone("HIPAA-H", words["accession"]))
    return file


def segmentation(subject: Subject, images: list[Planted]) -> Planted:
    """A binary segmentation of a stack, one frame for each slice."""
    file = started(subject, SegmentationStorage, "SEG", ExplicitVRLittleEndian)
    root, first = file.root, images[0].dataset
    root.put("FrameOfReferenceUID", subject.frame_of_reference, MAPPED)
    root.put("ImageType", ["DERIVED", "PRIMARY"], stays("DICOM-IOD-1", "DERIVED"))
    root.put("SegmentationType", "BINARY", stays("DICOM-IOD-1"))
    root.put("ContentLabel", "SEGMENT", stays(_DESCRIPTION))
    root.put("ContentDescription", "Tumor segmentation")
    root.put("ContentCreatorName", subject.person.reader, gone("HIPAA-A"))
    series = root.item("ReferencedSeriesSequence")
    series.put("SeriesInstanceUID", first.SeriesInstanceUID, MAPPED)
    for image in images:
        subject.refer(series, "ReferencedInstanceSequence", image)
    segment = root.item("SegmentSequence")
    segment.put("SegmentNumber", 1)
    segment.put("SegmentLabel", "Neoplasm", stays("DICOM-IOD-1"))
    segment.put("SegmentAlgorithmType", "MANUAL")
    _code(
        segment.item("SegmentedPropertyCategoryCodeSequence"),
        "49755003",
        "Morphologically abnormal structure",
    )
    _code(segment.item("SegmentedPropertyTypeCodeSequence"), "108369006", "Neoplasm")
    shared = root.item("SharedFunctionalGroupsSequence").item("PlaneOrientationSequence")
    shared.put("ImageOrientationPatient", [1, 0, 0, 0, 1, 0])
    organization = root.item("DimensionOrganizationSequence")
    dimension = subject.uid()
    organization.put("DimensionOrganizationUID", dimension, MAPPED)
    for index, image in enumerate(images):
        frame = root.item("PerFrameFunctionalGroupsSequence")
        derived = frame.item("DerivationImageSequence")
        source = subject.refer(derived, "SourceImageSequence", image)
        _code(
            source.item("PurposeOfReferenceCodeSequence"),
            "121322",
            "Source image for image processing operation",
            "DCM",
        )
        _code(derived.item("DerivationCodeSequence"), "113076", "Segmentation", "DCM")
        frame.item("PlanePositionSequence").put("ImagePositionPatient", [-120, -120, 2.5 * index], FILLED)
        frame.item("SegmentIdentificationSequence").put("ReferencedSegmentNumber", 1)
    _bits(file.dataset, first.Rows, first.Columns, len(images))
    return file


def _bits(dataset: Dataset, rows: int, columns: int, frames: int) -> None:
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns, dataset.NumberOfFrames = rows, columns, frames
    dataset.BitsAllocated = dataset.BitsStored = 1
    dataset.HighBit = dataset.PixelRepresentation = 0
    mask = np.zeros((frames, rows, columns), dtype=np.uint8)
    mask[:, rows // 3 : rows // 2, columns // 3 : columns // 2] = 1
    packed = np.packbits(mask.ravel(), bitorder="little").tobytes()
    dataset.add_new(0x7FE00010, "OB", packed + b"\0" * (len(packed) % 2))


def report(subject: Subject, images: list[Planted]) -> Planted:
    """A structured report with sentences, a person, a date, measurements and images."""
    sop_class = ComprehensiveSRStorage if subject.hard else BasicTextSRStorage
    file = started(subject, sop_class, "SR", ExplicitVRLittleEndian)
    root = _document(file, subject, images, ("126000", "Imaging Measurement Report"))
    root.put("VerificationFlag", "VERIFIED")
    verified = root.item("VerifyingObserverSequence")
    verified.put("VerifyingOrganization", subject.person.hospital, gone("HIPAA-B", subject.person.hospital))
    verified.put("VerificationDateTime", f"{subject.later(1)}120000", gone("HIPAA-C"))
    verified.put("VerifyingObserverName", subject.person.reader, gone("HIPAA-A"))
    observer = _content(root, "HAS OBS CONTEXT", "PNAME", ("121008", "Person Observer Name"))
    observer.put("PersonName", subject.person.reader, gone("HIPAA-A"))
    when = _content(root, "HAS OBS CONTEXT", "DATE", ("111060", "Study Date"))
    when.put("Date", f"{subject.person.studied:%Y%m%d}", shifted())
    for code in (("121071", "Finding"), ("121077", "Conclusion")):
        section = _content(root, "CONTAINS", "CONTAINER", ("121070", "Findings"))
        section.put("ContinuityOfContent", "SEPARATE")
        _content(section, "CONTAINS", "TEXT", code).put("TextValue", *subject.writer.long())
    picture = _content(root, "CONTAINS", "IMAGE", ("121191", "Referenced Segment"))
    subject.refer(picture, "ReferencedSOPSequence", images[-1])
    tracked = _content(root, "CONTAINS", "UIDREF", ("112040", "Tracking Unique Identifier"))
    tracked.put("UID", subject.uid(), MAPPED)
    if subject.hard:
        measured = _content(root, "CONTAINS", "NUM", ("103339001", "Long Axis"))
        number = measured.item("MeasuredValueSequence")
        number.put("NumericValue", "23.4", stays(_DESCRIPTION))
        _code(number.item("MeasurementUnitsCodeSequence"), "mm", "millimeter", "UCUM")
        note = _content(measured, "HAS PROPERTIES", "TEXT", ("121106", "Comment"))
        note.put("TextValue", *subject.writer.long())
    return file


def selection(subject: Subject, images: list[Planted]) -> Planted:
    """A Key Object Selection of the first images."""
    file = started(subject, KeyObjectSelectionDocumentStorage, "KO", ExplicitVRLittleEndian)
    root = _document(file, subject, images[:2], ("113000", "Of Interest"))
    for image in images[:2]:
        item = _content(root, "CONTAINS", "IMAGE", None)
        subject.refer(item, "ReferencedSOPSequence", image)
    _content(root, "CONTAINS", "TEXT", ("113012", "Key Object Description")).put(
        "TextValue", *subject.writer.long()
    )
    return file


def presentation(subject: Subject, images: list[Planted]) -> Planted:
    """A presentation state with a text in the picture that names the patient."""
    file = started(subject, GrayscaleSoftcopyPresentationStateStorage, "PR", ExplicitVRLittleEndian)
    root, person = file.root, subject.person
    root.put("ContentLabel", "FINDING")
    root.put("ContentCreatorName", person.operator, gone("HIPAA-A"))
    root.put("PresentationCreationDate", subject.later(2), shifted())
    root.put("PresentationCreationTime", "111213")
    root.put("PresentationLUTShape", "IDENTITY")
    series = root.item("ReferencedSeriesSequence")
    series.put("SeriesInstanceUID", images[0].dataset.SeriesInstanceUID, MAPPED)
    subject.refer(series, "ReferencedImageSequence", images[0])
    area = root.item("DisplayedAreaSelectionSequence")
    area.put("DisplayedAreaTopLeftHandCorner", [1, 1])
    area.put("DisplayedAreaBottomRightHandCorner", [96, 96])
    area.put("PresentationSizeMode", "SCALE TO FIT")
    area.put("PresentationPixelAspectRatio", [1, 1])
    layer = root.item("GraphicLayerSequence")
    layer.put("GraphicLayer", "LAYER1")
    layer.put("GraphicLayerOrder", 1)
    annotation = root.item("GraphicAnnotationSequence")
    annotation.put("GraphicLayer", "LAYER1")
    text = annotation.item("TextObjectSequence")
    text.put("AnchorPointAnnotationUnits", "PIXEL")
    text.put("AnchorPoint", [10.0, 10.0])
    text.put("AnchorPointVisibility", "N")
    written = person.patient_id
    text.put("UnformattedTextValue", written, gone("HIPAA-H"))
    return file


def registration(subject: Subject, images: list[Planted]) -> Planted:
    """A registration of the stack to itself, which refers by frame of reference and by instance."""
    file = started(subject, SpatialRegistrationStorage, "REG", ExplicitVRLittleEndian)
    root = file.root
    root.put("FrameOfReferenceUID", subject.frame_of_reference, MAPPED)
    root.put("ContentLabel", "REGISTRATION")
    root.put("ContentCreatorName", subject.person.operator, gone("HIPAA-A"))
    series = root.item("ReferencedSeriesSequence")
    series.put("SeriesInstanceUID", images[0].dataset.SeriesInstanceUID, MAPPED)
    for image in images:
        subject.refer(series, "ReferencedInstanceSequence", image)
    item = root.item("RegistrationSequence")
    item.put("FrameOfReferenceUID", subject.frame_of_reference, MAPPED)
    subject.refer(item, "ReferencedImageSequence", images[0])
    matrix = item.item("MatrixRegistrationSequence").item("MatrixSequence")
    matrix.put("FrameOfReferenceTransformationMatrixType", "RIGID")
    matrix.put(
        "FrameOfReferenceTransformationMatrix", [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], FILLED
    )
    return file


def document(subject: Subject) -> Planted:
    """A PDF that names the patient. It can wait for a person: only what must not get out is held to account."""
    file = started(subject, EncapsulatedPDFStorage, "DOC", ExplicitVRLittleEndian)
    root, person = file.root, subject.person
    file.answers = [
        answer for answer in file.answers if answer.check.action in {"text_removed", "date_shifted"}
    ]
    root.put("DocumentTitle", f"Letter {person.accession}", gone("HIPAA-H", person.accession))
    root.put("BurnedInAnnotation", "YES")
    root.put("MIMETypeOfEncapsulatedDocument", "application/pdf")
    line = f"BT (Patient {person.words['translit']} {person.patient_id}) Tj ET".encode("latin-1", "replace")
    pdf = (
        b"%PDF-1.4\n1 0 obj<</Length "
        + str(len(line)).encode()
        + b">>stream\n"
        + line
        + b"\nendstream endobj\n%%EOF\n"
    )
    root.put("EncapsulatedDocument", pdf + b"\0" * (len(pdf) % 2))
    return file


def started(subject: Subject, sop_class: UID, modality: str, syntax: UID) -> Planted:
    """A new file of a series of its own."""
    file = subject.start(sop_class, modality, subject.uid(), 2 + len(subject.files))
    file.syntax = str(syntax)
    return file


def _document(file: Planted, subject: Subject, images: list[Planted], title: tuple[str, str]) -> Node:
    """The root of a document's content and the list of what it refers to."""
    root = file.root
    root.put("ContentTime", "120000")
    if file.dataset.Modality == "SR":
        root.put("CompletionFlag", "COMPLETE")
    root.put("ValueType", "CONTAINER", stays("DICOM-IOD-1"))
    root.put("ContinuityOfContent", "SEPARATE")
    _code(root.item("ConceptNameCodeSequence"), title[0], title[1], "DCM")
    study = root.item("CurrentRequestedProcedureEvidenceSequence")
    study.put("StudyInstanceUID", subject.study, MAPPED)
    series = study.item("ReferencedSeriesSequence")
    series.put("SeriesInstanceUID", images[0].dataset.SeriesInstanceUID, MAPPED)
    for image in images:
        subject.refer(series, "ReferencedSOPSequence", image)
    return root


def _content(node: Node, relationship: str, value_type: str, code: tuple[str, str] | None) -> Node:
    item = node.item("ContentSequence")
    item.put("RelationshipType", relationship)
    item.put("ValueType", value_type)
    if code is not None:
        _code(item.item("ConceptNameCodeSequence"), *code, "SCT" if len(code[0]) > 6 else "DCM")
    return item


def _code(node: Node, value: str, meaning: str, scheme: str = "SCT") -> None:
    node.put("CodeValue", value)
    node.put("CodingSchemeDesignator", scheme)
    node.put("CodeMeaning", meaning, stays(_DESCRIPTION))
