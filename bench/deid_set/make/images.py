"""Images of every modality of the set, with and without words burned into them."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from bench.deid_set.make import pixels
from bench.deid_set.make.subject import Subject
from bench.deid_set.planting import FILLED, MAPPED, Burned, Node, Planted, gone, stays
from pydicom.uid import (
    UID,
    ComputedRadiographyImageStorage,
    CTImageStorage,
    DigitalMammographyXRayImageStorageForPresentation,
    DigitalXRayImageStorageForPresentation,
    MRImageStorage,
    NuclearMedicineImageStorage,
    PositronEmissionTomographyImageStorage,
    SecondaryCaptureImageStorage,
    UltrasoundImageStorage,
    UltrasoundMultiFrameImageStorage,
    VLWholeSlideMicroscopyImageStorage,
)

_STACK_SYNTAXES: Final = ("explicit", "implicit", "deflated", "jpeg-ls", "jpeg 2000", "rle", "big endian")
_SIZE: Final = 96
_MATRIX: Final = {
    "VOLUME": (256, 256),
    "LABEL": (220, 300),
    "OVERVIEW": (300, 900),
}  # rows and columns of a slide's


def ct(subject: Subject, count: int) -> list[Planted]:
    """A small stack of slices, each in another transfer syntax."""
    return _stack(subject, CTImageStorage, "CT", count, _ct)


def large_ct(subject: Subject, count: int) -> list[Planted]:
    """A series of 512 x 512, uncompressed, as its speed is measured."""
    return _stack(subject, CTImageStorage, "CT", count, _ct, size=512, syntaxes=("explicit",))


def mr(subject: Subject, count: int) -> list[Planted]:
    """A small stack of slices."""
    return _stack(subject, MRImageStorage, "MR", count, _mr)


def pt(subject: Subject, count: int) -> list[Planted]:
    """A small stack of slices."""
    return _stack(subject, PositronEmissionTomographyImageStorage, "PT", count, _pt)


def _stack(
    subject: Subject,
    sop_class: UID,
    modality: str,
    count: int,
    extra: Callable[[Node], None],
    *,
    size: int = _SIZE,
    syntaxes: tuple[str, ...] = _STACK_SYNTAXES,
) -> list[Planted]:
    series, number = subject.uid(), 2 + len(subject.files)
    made = []
    for index in range(count):
        file = subject.start(sop_class, modality, series, number)
        root = file.root
        root.put("FrameOfReferenceUID", subject.frame_of_reference, FILLED, MAPPED)
        root.put("PositionReferenceIndicator", "")
        root.put("PatientPosition", "HFS", stays("DICOM-IOD-1"))
        root.put("AcquisitionNumber", 1)
        root.put("ImageType", ["ORIGINAL", "PRIMARY", "AXIAL"], stays("DICOM-IOD-1", "ORIGINAL"))
        root.put("ImagePositionPatient", [-120.0, -120.0, 2.5 * index], stays("DICOM-IOD-1", "-120"))
        root.put("ImageOrientationPatient", [1, 0, 0, 0, 1, 0], FILLED)
        root.put("PixelSpacing", [2.5, 2.5], FILLED)
        root.put("SliceThickness", "2.5", stays("DICOM-IOD-1"))
        extra(root)
        if made:
            subject.refer(root, "ReferencedImageSequence", made[0])
        subject.private(root)
        usual = [syntax for syntax in syntaxes if subject.hard or syntax != "big endian"]
        syntax = usual[(index + number) % len(usual)]
        _finish(file, pixels.texture(subject.rng, size, size)[None], 12, syntax)
        made.append(file)
    return made


def _ct(root: Node) -> None:
    root.put("KVP", "120", stays("DICOM-IOD-1"))
    root.put("RescaleIntercept", "-1024", stays("DICOM-IOD-1"))
    root.put("RescaleSlope", "1", stays("DICOM-IOD-1"))
    root.put("ConvolutionKernel", "B31f", stays("DICOM-IOD-1"))
    root.put("ContrastBolusAgent", "Ultravist 300", stays("TCIA-P15-DESC-C"))
    root.put("BodyPartExamined", "CHEST", stays("DICOM-IOD-1"))


def _mr(root: Node) -> None:
    root.put("ScanningSequence", "SE", stays("DICOM-IOD-1"))
    root.put("SequenceVariant", "SK", stays("DICOM-IOD-1"))
    root.put("ScanOptions", "")
    root.put("MRAcquisitionType", "2D")
    root.put("EchoTime", "4.6", stays("DICOM-IOD-1"))
    root.put("RepetitionTime", "2300", stays("DICOM-IOD-1"))
    root.put("EchoTrainLength", "1")
    root.put("BodyPartExamined", "BRAIN", stays("DICOM-IOD-1"))


def _pt(root: Node) -> None:
    root.put("Units", "BQML", stays("DICOM-IOD-1"))
    root.put("CountsSource", "EMISSION")
    root.put("SeriesType", ["STATIC", "IMAGE"])
    root.put("DecayCorrection", "START", stays("DICOM-IOD-1"))
    root.put("CorrectedImage", ["DECY", "ATTN"])
    root.put("RescaleIntercept", "0")
    root.put("RescaleSlope", "1.25", stays("DICOM-IOD-1"))
    root.put("FrameReferenceTime", "1000")
    root.put("ImageIndex", 1)
    drug = root.item("RadiopharmaceuticalInformationSequence")
    drug.put("Radiopharmaceutical", "Fluorodeoxyglucose", stays("TCIA-P15-DESC-C"))
    drug.put("RadionuclideTotalDose", "312000000", stays("TCIA-P15-DESC-C"))


def nuclear(subject: Subject) -> Planted:
    """A planar bone scan of two detectors, in two frames."""
    file = subject.start(NuclearMedicineImageStorage, "NM", subject.uid(), 2 + len(subject.files))
    root = file.root
    root.put("ImageType", ["ORIGINAL", "PRIMARY", "STATIC", "EMISSION"], stays("DICOM-IOD-1", "STATIC"))
    root.put("FrameIncrementPointer", [0x00540010, 0x00540020])
    root.put("NumberOfEnergyWindows", 1)
    root.put("EnergyWindowVector", [1, 1])
    root.put("NumberOfDetectors", 2)
    root.put("DetectorVector", [1, 2])
    root.put("ActualFrameDuration", "300000", stays("DICOM-IOD-1"))
    root.put("CountsAccumulated", "812000", stays("DICOM-IOD-1"))
    drug = root.item("RadiopharmaceuticalInformationSequence")
    drug.put("RadionuclideCodeSequence", [])
    drug.put("Radiopharmaceutical", "Technetium Tc99m medronate", stays("TCIA-P15-DESC-C"))
    root.put("PixelSpacing", [4.8, 4.8], FILLED)
    for empty in ("PatientOrientationCodeSequence", "PatientGantryRelationshipCodeSequence"):
        root.put(empty, [])
    for angle in ("0", "180"):
        detector = root.item("DetectorInformationSequence")
        detector.put("CollimatorType", "PARA")
        detector.put("StartAngle", angle)
        detector.put("ImageOrientationPatient", [1, 0, 0, 0, 0, -1])
        detector.put("ImagePositionPatient", [-150, 0, 300])
    window = root.item("EnergyWindowInformationSequence")
    window.put("EnergyWindowName", "Tc99m", stays("TCIA-P15-DESC-C"))
    root.put("BodyPartExamined", "WHOLEBODY", stays("DICOM-IOD-1"))
    subject.private(root)
    _finish(file, np.stack([pixels.texture(subject.rng, 128, 64) for _ in range(2)]), 16, "explicit")
    return file


def projection(subject: Subject, modality: str, *, words: bool) -> Planted:
    """One radiograph: CR, DX or MG, with the patient's name in a corner or clean."""
    classes = {
        "CR": ComputedRadiographyImageStorage,
        "DX": DigitalXRayImageStorageForPresentation,
        "MG": DigitalMammographyXRayImageStorageForPresentation,
    }
    file = subject.start(classes[modality], modality, subject.uid(), 2 + len(subject.files))
    root = file.root
    root.put("ImageType", ["ORIGINAL", "PRIMARY"], stays("DICOM-IOD-1", "PRIMARY"))
    root.put("BodyPartExamined", "BREAST" if modality == "MG" else "CHEST", stays("DICOM-IOD-1"))
    root.put("ViewPosition", "CC" if modality == "MG" else "PA", stays("DICOM-IOD-1"))
    if modality != "CR":
        root.put("ImageLaterality", "L" if modality == "MG" else "U")
        root.put("PresentationIntentType", "FOR PRESENTATION", stays("DICOM-IOD-1"))
        root.put("PatientOrientation", ["L", "F"])
        root.put("DetectorType", "DIRECT")
        root.put("BurnedInAnnotation", "NO" if subject.hard and words else "YES" if words else "NO")
    subject.private(root)
    picture = pixels.texture(subject.rng, 280, 360)
    burned = _write(subject, picture) if words else []
    syntax = ("implicit", "jpeg-ls", "explicit", "jpeg 2000", "rle")[len(subject.files) % 5]
    _finish(file, picture[None], 12, syntax, burned)
    if words and len(subject.files) % 2:
        _overlay(file.root, 280, 360)
    return file


def _overlay(root: Node, rows: int, columns: int) -> None:
    """An overlay plane that shows a frame."""
    plane = np.zeros((rows, columns), dtype=np.uint8)
    plane[4:6, 4:-4] = 1
    root.add(0x60000010, "US", rows)
    root.add(0x60000011, "US", columns)
    root.add(0x60000040, "CS", "G")
    root.add(0x60000050, "SS", [1, 1])
    root.add(0x60000100, "US", 1)
    root.add(0x60000102, "US", 0)
    root.add(0x60003000, "OW", np.packbits(plane, bitorder="little").tobytes())


def ultrasound(subject: Subject, *, frames: int, syntax: str) -> Planted:
    """A colour image or a short cine with a banner of identifiers, as ultrasound devices send them."""
    sop_class = UltrasoundMultiFrameImageStorage if frames > 1 else UltrasoundImageStorage
    file = subject.start(sop_class, "US", subject.uid(), 2 + len(subject.files))
    root = file.root
    root.put("ImageType", ["ORIGINAL", "PRIMARY"], stays("DICOM-IOD-1", "PRIMARY"))
    if frames > 1:
        root.put("FrameTime", "33.3", stays("DICOM-IOD-1"))
        root.put("FrameIncrementPointer", 0x00181063)
    grey = pixels.texture(subject.rng, 240, 320)
    grey[:60] = 0.02
    burned = _write(subject, grey, at=(6, 6))
    cine = np.repeat(np.stack([grey, grey, np.clip(grey * 1.02, 0, 1)], axis=-1)[None], frames, axis=0)
    for index in range(1, frames):
        cine[index, 120:] = np.roll(cine[index, 120:], 3 * index, axis=1)
    _finish(file, cine, 8, syntax, burned)
    return file


def capture(subject: Subject, *, words: bool) -> Planted:
    """A secondary capture: a page of text, or a clean screen."""
    file = subject.start(
        SecondaryCaptureImageStorage, "OT" if words else "CT", subject.uid(), 2 + len(subject.files), "sc"
    )
    root = file.root
    root.put("ConversionType", "WSD", stays("DICOM-IOD-1"))
    root.put("ImageType", ["DERIVED", "SECONDARY"], stays("DICOM-IOD-1", "DERIVED"))
    picture = pixels.texture(subject.rng, 256, 400)
    if words:
        picture *= 0.15
    burned = _write(subject, picture, at=(10, 12)) if words else []
    _finish(file, picture[None], 8, "rle" if subject.hard else "explicit", burned)
    return file


def slide(subject: Subject) -> list[Planted]:
    """A slide: the tissue in tiles, its label with the patient's name, and an overview with the label at one end."""
    series, container = subject.uid(), f"SL-{subject.person.accession}"
    tissue = subject.start(VLWholeSlideMicroscopyImageStorage, "SM", series, 2 + len(subject.files))
    _slide(subject, tissue, container, "VOLUME")
    tile = pixels.texture(subject.rng, 128, 128)
    tiles = np.stack(
        [
            np.stack([1 - tile * 0.2, 1 - np.roll(tile, 7 * at) * 0.6, 1 - tile * 0.3], axis=-1)
            for at in range(4)
        ]
    )
    _finish(tissue, tiles, 8, "jpeg")
    label = subject.start(VLWholeSlideMicroscopyImageStorage, "SM", series, tissue.dataset.SeriesNumber)
    _slide(subject, label, container, "LABEL")
    paper = np.full(_MATRIX["LABEL"], 0.93) + subject.rng.normal(0, 0.01, _MATRIX["LABEL"])
    how = pixels.look(subject.rng, hard=False)
    dark = 1 - paper
    burned = pixels.burn(dark, _lines(subject), how, (14, 30))
    paper = np.clip(1 - dark, 0, 1)
    _finish(label, np.repeat(paper[None, ..., None], 3, axis=-1), 8, "explicit", burned)
    overview = subject.start(VLWholeSlideMicroscopyImageStorage, "SM", series, tissue.dataset.SeriesNumber)
    _slide(subject, overview, container, "OVERVIEW")
    rows, columns = _MATRIX["OVERVIEW"]
    glass = np.full((rows, columns), 0.06) + subject.rng.normal(0, 0.01, (rows, columns))
    glass[60:240, 380:520] += pixels.texture(subject.rng, 180, 140) * 0.5
    at = (14, 40) if subject.rng.random() < 0.5 else (columns - 300, 40)
    burned = pixels.burn(glass, _lines(subject), how, at)
    seen = np.clip(1 - glass, 0, 1)
    _finish(overview, np.repeat(seen[None, ..., None], 3, axis=-1), 8, "explicit", burned)
    return [tissue, label, overview]


def _slide(subject: Subject, file: Planted, container: str, flavor: str) -> None:
    root = file.root
    root.put("FrameOfReferenceUID", subject.frame_of_reference, MAPPED)
    root.put("ImageType", ["ORIGINAL", "PRIMARY", flavor, "NONE"], stays("DICOM-IOD-1", flavor))
    root.put("ContainerIdentifier", container, gone("HIPAA-H", subject.person.accession))
    rows, columns = _MATRIX[flavor]
    root.put("TotalPixelMatrixColumns", columns, stays("DICOM-IOD-1"))
    root.put("TotalPixelMatrixRows", rows, stays("DICOM-IOD-1"))
    root.put("NumberOfFrames", 4 if flavor == "VOLUME" else 1)
    root.put("DimensionOrganizationType", "TILED_FULL")
    root.put("SpecimenLabelInImage", "NO" if flavor == "VOLUME" else "YES")
    root.put("BurnedInAnnotation", "NO" if flavor == "VOLUME" else "YES")
    root.put("VolumetricProperties", "VOLUME")
    specimen = root.item("SpecimenDescriptionSequence")
    specimen.put("SpecimenIdentifier", container, gone("HIPAA-H", subject.person.accession))
    specimen.put("SpecimenUID", subject.uid(), MAPPED)
    specimen.put("SpecimenShortDescription", *subject.writer.label("Core biopsy"))


def _write(subject: Subject, picture: pixels.Pixels, at: tuple[int, int] | None = None) -> list[Burned]:
    how = pixels.look(subject.rng, hard=subject.hard)
    if at is None:
        down = int(subject.rng.integers(0, 2)) * (picture.shape[0] - 5 * how.size)
        at = (8, 6 + max(down - 6, 0))
    return pixels.burn(picture, _lines(subject), how, at)


def _lines(subject: Subject) -> list[str]:
    """What a device writes of the patient; in Latin letters, as its fonts have no others."""
    words, person = subject.person.words, subject.person
    plain = words["translit"].encode("ascii", "ignore").decode()
    lines = [
        [plain, person.patient_id],
        [person.patient_id, f"DOB: {words['dob']}"],
        [plain.upper(), words["date"]],
    ]
    return lines[int(subject.rng.integers(3))]


def _finish(file: Planted, frames: Any, bits: int, syntax: str, burned: list[Burned] | None = None) -> None:
    """Describe and encode the pixels, and say what is written in them."""
    photometric = "RGB" if frames.ndim == 4 else "MONOCHROME2"
    pixels.describe(file.dataset, frames, bits, photometric=photometric)
    file.syntax = str(pixels.encode(file.dataset, frames, bits, syntax))
    file.burned = burned or []
    for keyword in ("Rows", "Columns", "BitsAllocated", "SamplesPerPixel", "PhotometricInterpretation"):
        kept = [FILLED] if burned else [FILLED, stays("DICOM-IOD-1")]
        file.root.put(keyword, getattr(file.dataset, keyword), *kept)
