"""MR series of a head as hospitals export them: protocols of several makers, geometry and pixels."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import default_rng
from pydicom.dataset import Dataset
from pydicom.uid import UID, JPEGLSLossless

from vesalius.demo import headers
from vesalius.demo.encoding import put_pixels
from vesalius.demo.headers import Study
from vesalius.demo.phantom.brain import Floats, Head, Planes, Reception, cut, receive

MR: Final = "1.2.840.10008.5.1.4.1.1.4"
_LARMOR: Final = 42.577  # MHz per tesla, of hydrogen


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighting:
    """How a contrast is acquired; times in ms, angles in degrees. PS3.3 C.8.3.1 tells the defined terms."""

    sequence: tuple[str, ...]
    variant: tuple[str, ...]
    kind: str  # MR Acquisition Type
    repetition: float
    echo: float
    inversion: float | None
    flip: float
    train: int
    bright: float  # of the window's upper end, as a share of a signal of 1


WEIGHTINGS: Final = {
    "T1": Weighting(
        sequence=("SE",), variant=("SP",), kind="2D", repetition=560, echo=9.4, inversion=None, flip=90, train=1,
        bright=0.82,
    ),
    "T1 3D": Weighting(
        sequence=("GR", "IR"), variant=("SK", "SP", "MP"), kind="3D", repetition=2200, echo=2.46, inversion=900, flip=8,
        train=1, bright=0.72,
    ),
    "T1 Gd": Weighting(
        sequence=("SE",), variant=("SP",), kind="2D", repetition=560, echo=9.4, inversion=None, flip=90, train=1,
        bright=0.9,
    ),
    "T2": Weighting(
        sequence=("SE",), variant=("SK", "SP"), kind="2D", repetition=4600, echo=98, inversion=None, flip=150, train=15,
        bright=1.0,
    ),
    "FLAIR": Weighting(
        sequence=("SE", "IR"), variant=("SK", "SP", "MP"), kind="2D", repetition=9000, echo=112, inversion=2500,
        flip=150, train=16, bright=0.8,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What a scanner writes and how its images look."""

    tesla: float
    reception: Reception
    image_type: tuple[str, ...]
    coil: str
    slope: float = 1.0  # of the rescale that the maker adds; 1 writes none
    highest_first: bool = False  # slices numbered from the head down


MACHINES: Final = {
    "Achieva dStream": Machine(
        tesla=3.0, reception=Reception(scale=820, noise=0.014, shading=0.22, matrix=(0.82, 0.96)), slope=1.4652,
        image_type=("ORIGINAL", "PRIMARY", "M_SE", "M", "SE"), coil="MULTI COIL",
    ),
    "MAGNETOM Sola": Machine(
        tesla=1.5, reception=Reception(scale=560, noise=0.017, shading=0.1, matrix=(0.78, 0.95)),
        image_type=("ORIGINAL", "PRIMARY", "M", "NORM", "DIS2D"), coil="HeadNeck_20",
    ),
    "Vantage Orian": Machine(
        tesla=1.5, reception=Reception(scale=1650, noise=0.016, shading=0.14, matrix=(0.75, 0.9)),
        image_type=("ORIGINAL", "PRIMARY", "OTHER"), coil="HEAD SPEEDER", highest_first=True,
    ),
    "Skyra": Machine(
        tesla=3.0, reception=Reception(scale=640, noise=0.013, shading=0.26, matrix=(0.85, 0.97)),
        image_type=("ORIGINAL", "PRIMARY", "M", "ND", "NORM"), coil="Head_32",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One series of a study."""

    number: int
    contrast: str  # of vesalius.demo.phantom.brain
    description: str
    syntax: UID = JPEGLSLossless


@dataclass(frozen=True, slots=True)
class Volume:
    """All slices of some planes through a head, before noise."""

    planes: Planes
    contrasts: tuple[str, ...]
    signals: Floats  # contrasts, slices, rows, columns
    lesion: Floats  # parts, slices, rows, columns

    @classmethod
    def through(cls, head: Head, planes: Planes, contrasts: tuple[str, ...]) -> "Volume":
        """Cut a head; a quarter of a second a thick slice."""
        parts = 2 if planes.thickness > 3 else 1
        slices = [cut(head, planes, index, contrasts, parts=parts) for index in range(planes.slices)]
        return cls(
            planes,
            contrasts,
            np.stack([one.signals for one in slices], 1),
            np.stack([one.lesion for one in slices], 1),
        )


def numbering(study: Study, planes: Planes) -> list[int]:
    """Which slice of the planes comes first, second ... among the images of this study's scanner."""
    step = -1 if MACHINES[study.site.machines["MR"].model].highest_first else 1
    return list(range(planes.slices))[::step]


def images(study: Study, series: Series, volume: Volume, seed: int) -> Iterator[Dataset]:
    """The images of one series with their pixels, in the order of their numbers."""
    machine = MACHINES[study.site.machines["MR"].model]
    for number, index in enumerate(numbering(study, volume.planes), 1):
        ds = headers.starting(study, "MR")
        ds.SOPClassUID = MR
        ds.SeriesInstanceUID = f"{study.uid}.{series.number}"
        ds.SOPInstanceUID = f"{study.uid}.{series.number}.{number}"
        ds.SeriesNumber, ds.InstanceNumber, ds.AcquisitionNumber = series.number, number, 1
        _acquisition(ds, series, machine, volume.planes)
        _place(ds, study, volume.planes, index)
        signal = volume.signals[volume.contrasts.index(series.contrast), index]
        rng = default_rng((seed, series.number, index))
        stored = receive(signal, volume.planes.places(index), machine.reception, rng)
        _pixels(ds, machine, series, stored)
        yield ds


def _acquisition(ds: Dataset, series: Series, machine: Machine, planes: Planes) -> None:
    """MR Image (PS3.3 C.8.3.1)."""
    how, matrix = WEIGHTINGS[series.contrast], machine.reception.matrix
    ds.Modality = "MR"
    ds.ImageType = list(machine.image_type)
    ds.SeriesDescription = ds.ProtocolName = series.description
    ds.BodyPartExamined = "BRAIN"
    ds.PatientPosition = "HFS"
    ds.ScanningSequence, ds.SequenceVariant = list(how.sequence), list(how.variant)
    ds.ScanOptions = ""
    ds.MRAcquisitionType = how.kind
    ds.AngioFlag = "N"
    ds.RepetitionTime, ds.EchoTime = f"{how.repetition:g}", f"{how.echo:g}"
    if how.inversion is not None:
        ds.InversionTime = f"{how.inversion:g}"
    ds.FlipAngle, ds.EchoTrainLength = f"{how.flip:g}", how.train
    ds.NumberOfAverages, ds.EchoNumbers = "1", 1
    ds.MagneticFieldStrength = f"{machine.tesla:g}"
    ds.ImagingFrequency, ds.ImagedNucleus = f"{machine.tesla * _LARMOR:.4f}", "1H"
    ds.SliceThickness, ds.SpacingBetweenSlices = f"{planes.thickness:g}", f"{planes.spacing:g}"
    ds.NumberOfPhaseEncodingSteps = int(planes.rows * matrix[0])
    ds.AcquisitionMatrix = [0, int(planes.columns * matrix[1]), int(planes.rows * matrix[0]), 0]
    ds.InPlanePhaseEncodingDirection = "COL"
    ds.PercentSampling, ds.PercentPhaseFieldOfView = f"{100 * matrix[0]:g}", "100"
    ds.PixelBandwidth = "180"
    ds.ReceiveCoilName, ds.TransmitCoilName = machine.coil, "BODY"
    if series.contrast == "T1 Gd":
        ds.ContrastBolusAgent, ds.ContrastBolusRoute = "GADOLINIUM", "IV"


def _place(ds: Dataset, study: Study, planes: Planes, index: int) -> None:
    """Image Plane (PS3.3 C.7.6.2)."""
    position = planes.position(index)
    ds.FrameOfReferenceUID = f"{study.uid}.999"
    ds.PositionReferenceIndicator = ""
    ds.ImageOrientationPatient = [f"{part:.7g}" for part in (*planes.along_row, *planes.along_column)]
    ds.ImagePositionPatient = [f"{part:.5f}" for part in position]
    ds.SliceLocation = f"{float(position @ planes.normal):.4f}"
    ds.PixelSpacing = [f"{planes.pixel:g}"] * 2


def _pixels(ds: Dataset, machine: Machine, series: Series, stored: np.ndarray) -> None:
    top = WEIGHTINGS[series.contrast].bright * machine.reception.scale * machine.slope
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = stored.shape
    ds.BitsAllocated, ds.PixelRepresentation = 16, 0
    ds.BitsStored = 16 if series.syntax == JPEGLSLossless else 12
    ds.HighBit = ds.BitsStored - 1
    if machine.slope != 1:
        ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = "0", f"{machine.slope:g}", "normalized"
    ds.WindowCenter, ds.WindowWidth = f"{top / 2:.0f}", f"{top:.0f}"
    ds.BurnedInAnnotation = "NO"
    put_pixels(ds, stored.astype("<u2"), series.syntax)
