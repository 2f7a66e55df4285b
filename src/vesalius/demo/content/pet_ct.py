"""PET/CT with fluorodeoxyglucose of two patients with lung cancer: one of the whole body, one of the trunk."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import JPEGLSLossless

from vesalius.demo import headers
from vesalius.demo.encoding import Stored, put_pixels
from vesalius.demo.headers import Code
from vesalius.demo.hospital import CT, folder
from vesalius.demo.phantom import Build, Chest, Tumour, axial
from vesalius.demo.phantom.canvas import Floats
from vesalius.demo.phantom.pet import ABOVE, BELOW, HotSpot, uptake
from vesalius.demo.phantom.whole import low_dose
from vesalius.demo.writing import SEED, HospitalFile, written

GROUP: Final = "pet-ct"
PET: Final = "1.2.840.10008.5.1.4.1.1.128"
HALF_LIFE: Final = 6586.2  # s, of fluorine-18
_MOST: Final = 32767
_PROCEDURE: Final = Code("81551-0", "LN", "PET+CT Whole body")
_FLUORINE: Final = Code("77004003", "SCT", "^18^Fluorine")
_GLUCOSE: Final = Code("35321007", "SCT", "Fluorodeoxyglucose F^18^")
_RECUMBENT: Final = Code("102538003", "SCT", "recumbent")
_SUPINE: Final = Code("40199007", "SCT", "supine")
_HEAD_FIRST: Final = Code("102540001", "SCT", "headfirst")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """Slices of one modality: pixels, and planes from the lowest upwards; millimetres."""

    size: int
    spacing: float
    slices: int
    thickness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One patient: what was found, how much was injected, which part of the body was scanned."""

    person: int
    date: str
    injected: int  # s since midnight
    scanned: int  # s since midnight: decay is corrected to this moment
    dose: float  # Bq, when injected
    words: str
    lowest: float  # mm of the standard body
    pet: Stack
    ct: Stack
    tall: float
    build: dict[str, Any]
    tumour: Tumour
    spots: tuple[HotSpot, ...]
    left_wall: float  # uptake of the left ventricle


PLAN: Final = (
    Plan(
        person=25, date="20220523", injected=33720, scanned=37440, dose=3.07e8, words="WHOLE BODY", lowest=-352,
        pet=Stack(size=168, spacing=4.07283, slices=178, thickness=5),
        ct=Stack(size=256, spacing=1.953125, slices=111, thickness=8),
        tall=1.0, build={"width": 1.02, "depth": 1.03, "fat": 6.0},
        tumour=Tumour(centre=(-70.0, -16.0, 198.0), radius=15.0),
        spots=(
            HotSpot(centre=(-70, -16, 198), radius=15, uptake=12.5, core=6),
            HotSpot(centre=(-32, 6, 158), radius=8, uptake=8.5),
            HotSpot(centre=(12, -6, 182), radius=6.5, uptake=6.0),
        ),
        left_wall=6.5,
    ),
    Plan(
        person=24, date="20201112", injected=47100, scanned=51240, dose=2.61e8, words="TRUNK", lowest=-46,
        pet=Stack(size=128, spacing=5.46875, slices=100, thickness=3.27),
        ct=Stack(size=256, spacing=1.953125, slices=65, thickness=5),
        tall=0.96, build={"width": 0.98, "depth": 1.0, "fat": 9.0},
        tumour=Tumour(centre=(76.0, 34.0, 148.0), radius=19.0),
        spots=(
            HotSpot(centre=(76, 34, 148), radius=19, uptake=14, core=4.5),
            HotSpot(centre=(46, 10, 166), radius=9, uptake=9),
            HotSpot(centre=(-104, -8, 62), radius=9, uptake=7.5),
        ),
        left_wall=3.2,
    ),
)  # fmt: skip
PATIENTS: Final = len(PLAN)


def files(patient: int, seed: int = SEED) -> Iterator[HospitalFile]:
    """The files of one patient: the CT, then the PET, both from the head down."""
    scan = Scan(PLAN[patient - 1], seed)
    for number, slices in ((2, scan.ct()), (3, scan.pet())):
        for index, ds in enumerate(slices, 1):
            path = f"{folder(patient, 1, number)}/IM{index:06d}"
            yield HospitalFile(GROUP, patient, path, written(ds, JPEGLSLossless))


class Scan:
    """One patient between CT and PET: one table, one frame of reference."""

    def __init__(self, plan: Plan, seed: int) -> None:
        """Take the patient's build and the day's tumour."""
        self.plan, self.seed = plan, seed
        self.study = headers.study(
            plan.person, 1, plan.date, _time(plan.scanned), f"PET CT {plan.words} FDG", _PROCEDURE, "PET CT",
        )  # fmt: skip
        self.person = self.study.person

    def chest(self, stack: Stack) -> Chest:
        """The patient, in the pixels of a modality."""
        build = Build(
            seed=self.seed + self.plan.person,
            sex="F" if self.person.sex == "F" else "M",
            age=self.person.age_on(self.plan.date),
            size=stack.size,
            spacing=stack.spacing,
            contrast=False,
            tumour=self.plan.tumour,
            **self.plan.build,
        )
        return Chest(build)

    def heights(self, stack: Stack) -> list[float]:
        """Heights on the standard body, from the lowest slice upwards, mm."""
        return [self.plan.lowest + index * stack.thickness / self.plan.tall for index in range(stack.slices)]

    @cached_property
    def activity(self) -> float:
        """Becquerel that were left of the injection when the scan began."""
        waited = self.plan.scanned - self.plan.injected
        return float(self.plan.dose * 2 ** (-waited / HALF_LIFE))

    def ct(self) -> Iterator[Dataset]:
        """The CT of low dose, from the head down."""
        stack, chest = self.plan.ct, self.chest(self.plan.ct)
        for index, height in enumerate(reversed(self.heights(stack)), 1):
            inside = BELOW <= height <= ABOVE
            hu = axial(chest, height, thickness=stack.thickness) if inside else low_dose(chest, height)
            ds = self._starting(stack, 2, index, height)
            ds.SOPClassUID, ds.Modality = CT, "CT"
            _ct(ds, self.study.site.machines["PT"].kernels[0])
            ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
            ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = "-1024", "1", "HU"
            put_pixels(ds, np.clip(np.rint(hu) + 1024, 0, 4095).astype("<u2"), JPEGLSLossless)
            yield ds

    def pet(self) -> Iterator[Dataset]:
        """The PET corrected for attenuation, from the head down."""
        stack = self.plan.pet
        heights = self.heights(stack)
        suv = uptake(self.chest(stack), heights, self.plan.spots, left_wall=self.plan.left_wall)
        becquerel = suv * np.float32(self.activity / (self.person.weight * 1000))
        for index, (height, values) in enumerate(zip(reversed(heights), becquerel[::-1], strict=True), 1):
            ds = self._starting(stack, 3, index, height)
            ds.SOPClassUID, ds.Modality = PET, "PT"
            self._pet(ds, index)
            ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 1
            ds.RescaleSlope, stored = _scaled(values)
            ds.RescaleIntercept = "0"
            put_pixels(ds, stored, JPEGLSLossless)
            yield ds

    def _starting(self, stack: Stack, number: int, index: int, height: float) -> Dataset:
        """What CT and PET have in common, with the place of a slice."""
        ds = headers.starting(self.study, "PT")
        ds.SeriesInstanceUID = f"{self.study.uid}.{number}"
        ds.SOPInstanceUID = f"{self.study.uid}.{number}.{index}"
        ds.FrameOfReferenceUID = f"{self.study.uid}.900"
        ds.PositionReferenceIndicator = ""
        ds.SeriesNumber, ds.InstanceNumber, ds.AcquisitionNumber = number, index, 1
        ds.PatientPosition = "HFS"
        z = round(height * self.plan.tall - 300, 2)
        corner = (0.5 - stack.size / 2) * stack.spacing
        ds.ImagePositionPatient = [f"{corner:.3f}", f"{corner:.3f}", f"{z:.2f}"]
        ds.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
        ds.SliceLocation = f"{z:.2f}"
        ds.SliceThickness = f"{stack.thickness:g}"
        ds.PixelSpacing = [f"{stack.spacing:g}"] * 2
        ds.Rows = ds.Columns = stack.size
        ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
        ds.BurnedInAnnotation = "NO"
        ds.ProtocolName = f"PET CT {self.plan.words}"
        return ds

    def _pet(self, ds: Dataset, index: int) -> None:
        """PET Series, PET Isotope and PET Image (PS3.3 C.8.9.1, C.8.9.2, C.8.9.4)."""
        plan, stack = self.plan, self.plan.pet
        bed = (index - 1) // 36  # slices that one position of the table sees
        later = 150 * bed
        ds.ImageType = ["ORIGINAL", "PRIMARY"]
        ds.SeriesDescription = "PET ATTENUATION CORRECTED"
        ds.SeriesTime = _time(plan.scanned)
        ds.AcquisitionTime = ds.ContentTime = _time(plan.scanned + later)
        ds.SeriesType = ["WHOLE BODY", "IMAGE"]
        ds.Units, ds.CountsSource = "BQML", "EMISSION"
        ds.NumberOfSlices, ds.ImageIndex = stack.slices, index
        ds.CorrectedImage = ["DECY", "ATTN", "SCAT", "DTIM", "RAN", "NORM"]
        ds.DecayCorrection = "START"
        ds.DecayFactor = f"{2 ** (later / HALF_LIFE):.6g}"
        ds.RandomsCorrectionMethod = "DLYD"
        ds.AttenuationCorrectionMethod = "measured,CT"
        ds.ScatterCorrectionMethod = "Model-based"
        ds.ReconstructionMethod = "OSEM 3D 2i24s"
        ds.ConvolutionKernel = "GAUSSIAN 5.0"
        ds.CollimatorType = "NONE"
        ds.ActualFrameDuration = 150_000
        ds.FrameReferenceTime = f"{(later + 75) * 1000}"
        ds.DoseCalibrationFactor, ds.SliceSensitivityFactor = "1", "1"
        ds.RadiopharmaceuticalInformationSequence = [self._injection()]
        place = _RECUMBENT.item()
        place.PatientOrientationModifierCodeSequence = [_SUPINE.item()]
        ds.PatientOrientationCodeSequence = [place]
        ds.PatientGantryRelationshipCodeSequence = [_HEAD_FIRST.item()]

    def _injection(self) -> Dataset:
        plan = self.plan
        item = Dataset()
        item.Radiopharmaceutical = "FDG"
        item.RadiopharmaceuticalRoute = "Intravenous"
        item.RadiopharmaceuticalVolume = "4.2"
        item.RadiopharmaceuticalStartTime = _time(plan.injected)
        item.RadiopharmaceuticalStartDateTime = plan.date + _time(plan.injected)
        item.RadionuclideTotalDose = f"{plan.dose:.0f}"
        item.RadionuclideHalfLife = f"{HALF_LIFE}"
        item.RadionuclidePositronFraction = "0.967"
        item.RadionuclideCodeSequence = [_FLUORINE.item()]
        item.RadiopharmaceuticalCodeSequence = [_GLUCOSE.item()]
        return item


def _ct(ds: Dataset, kernel: str) -> None:
    """CT Image (PS3.3 C.8.2.1) of a scan that only corrects for attenuation and shows where."""
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.SeriesDescription = "CT LOW DOSE"
    ds.KVP, ds.XRayTubeCurrent, ds.ExposureTime = "120", 45, 500
    ds.ConvolutionKernel = kernel
    ds.ReconstructionDiameter = "500"
    ds.GantryDetectorTilt = "0"
    ds.WindowCenter, ds.WindowWidth = "40", "400"


def _scaled(values: Floats) -> tuple[str, Stored]:
    """Rescale Slope of a slice, and its stored values: each slice uses the whole range, as scanners write it."""
    slope = f"{max(float(values.max()), 1e-3) / _MOST:.8g}"
    return slope, np.rint(np.clip(values / float(slope), 0, _MOST)).astype("<i2")


def _time(seconds: int) -> str:
    """Seconds since midnight as a time of day (TM)."""
    return f"{seconds // 3600:02d}{seconds // 60 % 60:02d}{seconds % 60:02d}"
