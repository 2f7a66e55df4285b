"""Screening and diagnostic mammography of six women, by the machines of four makers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from pydicom.dataset import Dataset
from pydicom.uid import UID, JPEG2000Lossless, JPEGLSLossless

from vesalius.demo import headers
from vesalius.demo.encoding import put_pixels
from vesalius.demo.headers import Code, Study
from vesalius.demo.hospital import folder
from vesalius.demo.phantom.breast import Breast, Density, Finding, View
from vesalius.demo.phantom.canvas import Floats
from vesalius.demo.writing import SEED, HospitalFile, written

GROUP: Final = "mammography"
FOR_PRESENTATION: Final = "1.2.840.10008.5.1.4.1.1.1.2"
Side = Literal["L", "R"]

_SCREENING: Final = Code("24606-6", "LN", "MG Breast Screening")
_DIAGNOSTIC: Final = Code("24605-8", "LN", "MG Breast Diagnostic")
_BREAST: Final = Code("76752008", "SCT", "Breast")
_VIEWS: Final[dict[View, Code]] = {
    "CC": Code("399162004", "SCT", "cranio-caudal"),
    "MLO": Code("399368009", "SCT", "medio-lateral oblique"),
}
# Along a row and down a column (PS3.3 C.7.6.1.1.1): left breasts point to the right of the picture.
_ORIENTATION: Final[dict[tuple[Side, View], list[str]]] = {
    ("L", "CC"): ["A", "R"], ("R", "CC"): ["P", "L"], ("L", "MLO"): ["A", "FR"], ("R", "MLO"): ["P", "FL"],
}  # fmt: skip
_SIDES: Final[dict[Side, str]] = {"L": "LEFT", "R": "RIGHT"}
_BRIGHTEST: Final = 4095


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """What a maker's machine writes; spacing in mm."""

    rows: int
    columns: int
    spacing: float
    kind: Literal["DIRECT", "SCINTILLATOR"]
    photometric: Literal["MONOCHROME1", "MONOCHROME2"]
    syntax: UID
    window: tuple[int, int, str]  # center, width, VOI LUT Function, of brightness
    target: str  # of the anode
    filters: str


DETECTORS: Final = {
    "FUJIFILM Corporation": Detector(
        rows=1580, columns=1180, spacing=0.15, kind="DIRECT", photometric="MONOCHROME1", syntax=JPEGLSLossless,
        window=(1500, 2700, "LINEAR"), target="TUNGSTEN", filters="RHODIUM",
    ),
    "HOLOGIC, Inc.": Detector(
        rows=1664, columns=1280, spacing=0.14, kind="DIRECT", photometric="MONOCHROME2", syntax=JPEG2000Lossless,
        window=(1540, 2800, "LINEAR"), target="TUNGSTEN", filters="SILVER",
    ),
    "SIEMENS": Detector(
        rows=1400, columns=1040, spacing=0.17, kind="DIRECT", photometric="MONOCHROME1", syntax=JPEG2000Lossless,
        window=(1480, 2640, "LINEAR"), target="TUNGSTEN", filters="RHODIUM",
    ),
    "GE MEDICAL SYSTEMS": Detector(
        rows=1434, columns=1196, spacing=0.16, kind="SCINTILLATOR", photometric="MONOCHROME2", syntax=JPEGLSLossless,
        window=(1480, 1650, "SIGMOID"), target="RHODIUM", filters="RHODIUM",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Woman:
    """One patient: who, when, of what breasts, and what was found on which side."""

    person: int
    date: str
    time: str
    density: Density
    depth: float  # mm
    width: float = 1.0
    sides: tuple[Side, ...] = ("R", "L")
    findings: tuple[tuple[Side, Finding], ...] = ()
    thickness: int = 55  # mm, compressed


_MASS = Finding(kind="spiculated", behind=48, lateral=20, up=18, radius=7.5)
_DEEP_MASS = Finding(kind="spiculated", behind=42, lateral=-12, up=16, radius=6)
_CYST = Finding(kind="round", behind=54, lateral=-16, up=-6, radius=8)
_CLUSTER = Finding(kind="calcifications", behind=38, lateral=14, up=12, radius=6.5)
_SECOND_CLUSTER = Finding(kind="calcifications", behind=46, lateral=22, up=20, radius=5)
PLAN: Final = (
    Woman(person=18, date="20190522", time="094112", density="B", depth=96, findings=(("L", _MASS),), thickness=58),
    Woman(
        person=19, date="20210914", time="150733", density="C", depth=88, sides=("R",), findings=(("R", _CLUSTER),),
        thickness=49,
    ),
    Woman(person=20, date="20180306", time="112540", density="A", depth=106, findings=(("L", _CYST),), thickness=66),
    Woman(
        person=21, date="20220118", time="083927", density="B", depth=92, sides=("L",), findings=(("L", _DEEP_MASS),),
        thickness=54,
    ),
    Woman(person=22, date="20240610", time="101658", density="D", depth=78, width=0.97, thickness=42),
    Woman(
        person=23, date="20171107", time="133015", density="B", depth=100, width=1.04, sides=("R",),
        findings=(("R", _MASS), ("R", _SECOND_CLUSTER)), thickness=61,
    ),
)  # fmt: skip
PATIENTS: Final = len(PLAN)


def files(patient: int, seed: int = SEED) -> Iterator[HospitalFile]:
    """The files of one patient: both views of each side, a series each."""
    woman = PLAN[patient - 1]
    both = len(woman.sides) == 2
    words = "SCREENING BILATERAL" if both else f"DIAGNOSTIC {_SIDES[woman.sides[0]]}"
    study = headers.study(
        woman.person, 1, woman.date, woman.time, f"MAMMOGRAPHY {words}", _SCREENING if both else _DIAGNOSTIC,
    )  # fmt: skip
    number = 0
    for side in woman.sides:
        for view in _VIEWS:
            number += 1
            content = _image(study, woman, side, view, number, seed)
            yield HospitalFile(GROUP, patient, f"{folder(patient, 1, number)}/IM000001", content)


def breast(woman: Woman, side: Side, seed: int) -> Breast:
    """One breast of a patient; her two are alike, not the same."""
    return Breast(
        seed=(seed + woman.person) * 2 + (side == "R"),
        density=woman.density,
        depth=woman.depth + (2.5 if side == "R" else 0),
        width=woman.width,
        findings=tuple(finding for where, finding in woman.findings if where == side),
    )


def _image(study: Study, woman: Woman, side: Side, view: View, number: int, seed: int) -> bytes:
    detector = DETECTORS[study.site.machines["MG"].maker]
    ds = headers.starting(study, "MG")
    ds.SOPClassUID = FOR_PRESENTATION
    ds.SeriesInstanceUID = f"{study.uid}.{number}"
    ds.SOPInstanceUID = f"{study.uid}.{number}.1"
    ds.Modality = "MG"
    ds.SeriesNumber, ds.InstanceNumber, ds.AcquisitionNumber = number, 1, number
    ds.SeriesDescription = f"{_SIDES[side]} {view}"
    ds.ProtocolName = "MAMMOGRAPHY"
    _positioning(ds, side, view)
    _exposure(ds, detector, woman, view)
    picture = breast(woman, side, seed).view(view, detector.rows, detector.columns, detector.spacing)
    picture = np.maximum(picture if side == "L" else picture[:, ::-1], _marker(detector, side, view))
    _pixels(ds, detector, picture)
    return written(ds, detector.syntax)


def _positioning(ds: Dataset, side: Side, view: View) -> None:
    """DX Anatomy Imaged, DX Positioning and Mammography Image (PS3.3 C.8.11.2, C.8.11.5, C.8.11.7)."""
    ds.ImageType = ["DERIVED", "PRIMARY"]
    ds.PresentationIntentType = "FOR PRESENTATION"
    ds.BodyPartExamined = "BREAST"
    ds.ImageLaterality = side
    ds.AnatomicRegionSequence = [_BREAST.item()]
    ds.ViewPosition = view
    code = _VIEWS[view].item()
    code.ViewModifierCodeSequence = []
    ds.ViewCodeSequence = [code]
    ds.PatientOrientation = _ORIENTATION[side, view]
    ds.PositionerType = "MAMMOGRAPHIC"
    ds.PositionerPrimaryAngle = "0" if view == "CC" else {"L": "-45", "R": "45"}[side]
    ds.OrganExposed = "BREAST"
    ds.BreastImplantPresent = "NO"
    ds.PartialView = "NO"
    ds.AcquisitionContextSequence = []


def _exposure(ds: Dataset, detector: Detector, woman: Woman, view: View) -> None:
    """X-Ray Acquisition Dose and DX Detector (PS3.3 C.8.7.8, C.8.11.4)."""
    thick = woman.thickness + (4 if view == "MLO" else 0)
    ds.KVP = str(26 + thick // 12)
    ds.XRayTubeCurrent = 100
    ds.ExposureTime = 480 + 9 * thick
    ds.Exposure = (480 + 9 * thick) // 10
    ds.ExposureInuAs = (480 + 9 * thick) * 100
    ds.EntranceDoseInmGy = f"{0.07 * thick:.2f}"
    ds.OrganDose = f"{0.00022 * thick:.5f}"
    ds.AnodeTargetMaterial = detector.target
    ds.FilterMaterial = detector.filters
    ds.FilterType = "STRIP"
    ds.FocalSpots = "0.3"
    ds.BodyPartThickness = str(thick)
    ds.CompressionForce = str(70 + thick % 37)
    ds.DistanceSourceToDetector, ds.DistanceSourceToPatient = "660", "640"
    ds.EstimatedRadiographicMagnificationFactor = "1.03"
    ds.DetectorType = detector.kind
    ds.DetectorConfiguration = "AREA"
    ds.FieldOfViewShape = "RECTANGLE"
    ds.FieldOfViewDimensions = [
        str(round(detector.rows * detector.spacing)), str(round(detector.columns * detector.spacing)),
    ]  # fmt: skip
    ds.ImagerPixelSpacing = [f"{detector.spacing:g}"] * 2
    ds.QualityControlImage = "NO"


def _marker(detector: Detector, side: Side, view: View) -> Floats:
    """The letters of lead that the radiographer lays beside the breast, towards the axilla."""
    high = detector.rows // 30
    sheet = Image.new("L", (detector.columns, detector.rows))
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(high)
    text = f"{side} {view}"
    wide = int(draw.textlength(text, font))
    margin = detector.columns // 14
    left = detector.columns - margin - wide if side == "L" else margin
    draw.text((left, margin), text, font=font, fill=255)
    return np.asarray(sheet, np.float32) / np.float32(255)


def _pixels(ds: Dataset, detector: Detector, picture: Floats) -> None:
    """12 bits in 16; in MONOCHROME1 the breast is dark in the stored values and bright on the screen."""
    center, width, function = detector.window
    stored: NDArray[np.uint16] = np.rint(picture * np.float32(_BRIGHTEST)).astype("<u2")
    inverse = detector.photometric == "MONOCHROME1"
    if inverse:
        stored, center = np.subtract(_BRIGHTEST, stored, dtype="<u2"), _BRIGHTEST - center
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = detector.photometric
    ds.PresentationLUTShape = "INVERSE" if inverse else "IDENTITY"
    ds.Rows, ds.Columns = stored.shape
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.PixelIntensityRelationship, ds.PixelIntensityRelationshipSign = "LOG", 1 if inverse else -1
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = "0", "1", "US"
    ds.WindowCenter, ds.WindowWidth, ds.VOILUTFunction = str(center), str(width), function
    ds.LossyImageCompression = "00"
    ds.BurnedInAnnotation = "NO"
    put_pixels(ds, stored, detector.syntax)
