"""Chest CT as hospitals export it, drawn one slice after the other.

Everything follows from one seed: the same seed writes the same bytes.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
from pydicom.dataset import Dataset

from vesalius.demo import headers, people, reading
from vesalius.demo.encoding import put_pixels
from vesalius.demo.headers import Study
from vesalius.demo.labels.workstation import without_pixels
from vesalius.demo.phantom import Build, Chest, axial
from vesalius.demo.plan import CHEST_CT, PatientPlan, SeriesPlan, StudyPlan
from vesalius.demo.reading import Picture
from vesalius.demo.writing import HospitalFile, written

CT: Final = "1.2.840.10008.5.1.4.1.1.2"
_PADDING: Final = -2000


def patient_files(group: str, patient: int, plan: PatientPlan, seed: int) -> Iterator[HospitalFile]:
    """All files of one patient of a delivery: the slices of every series, then what readers added."""
    for wanted in plan.studies:
        scan = Scan(plan, wanted, seed)
        seen: list[Picture] = []
        for series in wanted.series:
            for index in range(1, series.slices + 1):
                picture = scan.picture(series, index)
                path = f"{folder(patient, wanted.number, series.number)}/IM{index:06d}"
                yield HospitalFile(group, patient, path, written(picture.dataset, series.syntax))
                if wanted.labelled and series is wanted.series[0]:
                    seen.append(replace(picture, dataset=without_pixels(picture.dataset)))
        if seen:
            for label in reading.labels(seen, scan.chest, plan.person, wanted):
                path = f"{folder(patient, wanted.number, label.SeriesNumber)}/IM000001"
                yield HospitalFile(group, patient, path, written(label))


def folder(patient: int, study: int, series: int) -> str:
    """Where an export puts a series."""
    return f"EXPORT/PA{patient:06d}/ST{study:06d}/SE{series:06d}"


class Scan:
    """One patient on the table of one scanner on one day."""

    def __init__(self, plan: PatientPlan, wanted: StudyPlan, seed: int) -> None:
        """Take the patient's build and the day's tumour."""
        person = people.person(plan.person)
        self.plan, self.wanted = plan, wanted
        self.study: Study = headers.study(
            plan.person, wanted.number, wanted.date, wanted.time, wanted.description, CHEST_CT,
            step="CT CHEST", remarks=wanted.remarks,
        )  # fmt: skip
        self.chest = Chest(
            Build(
                seed=seed + plan.person,
                sex="F" if person.sex == "F" else "M",
                age=person.age_on(wanted.date),
                tumour=wanted.tumour,
                others=wanted.others,
                **plan.build,
            )
        )

    def slice(self, series: SeriesPlan, index: int) -> Dataset:
        """One slice with its pixels; scanners number from the head down, from 1."""
        return self.picture(series, index).dataset

    def picture(self, series: SeriesPlan, index: int) -> Picture:
        """One slice with its place in the body."""
        step = series.step or series.thickness
        height = series.start + (series.slices - index) * step / self.plan.tall
        build = self.chest.build
        ds = headers.starting(self.study, "CT")
        self._ct(ds, series)
        ds.SOPClassUID = CT
        ds.SOPInstanceUID = f"{self.study.uid}.{series.number}.{index}"
        ds.SeriesInstanceUID = f"{self.study.uid}.{series.number}"
        ds.FrameOfReferenceUID = f"{self.study.uid}.900"
        ds.InstanceNumber = index
        ds.AcquisitionNumber = 1
        z = round(height * self.plan.tall - 300, 2)
        corner = -build.size / 2 * build.spacing
        ds.ImagePositionPatient = [f"{corner:.3f}", f"{corner - 12.5:.3f}", f"{z:.2f}"]
        ds.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
        ds.SliceLocation = f"{z:.2f}"
        hu = axial(self.chest, height, thickness=series.thickness, kernel=series.kernel)
        _pixels(ds, series, np.rint(hu).astype(np.int16), build)
        return Picture(ds, height, hu)

    def _ct(self, ds: Dataset, series: SeriesPlan) -> None:
        """CT Series and CT Image (PS3.3 A.3)."""
        lung, build = series.kernel == "lung", self.chest.build
        ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        ds.Modality = "CT"
        ds.SeriesNumber = series.number
        ds.SeriesDescription = series.description
        ds.ProtocolName = self.wanted.protocol
        ds.BodyPartExamined = "CHEST"
        ds.PatientPosition = "HFS"
        ds.KVP = "120" if build.contrast else "100"
        ds.XRayTubeCurrent = 210 if build.contrast else 60
        ds.ExposureTime = 500
        ds.ConvolutionKernel = self.study.site.machines["CT"].kernels[lung]
        ds.SliceThickness = f"{series.thickness:g}"
        ds.SpacingBetweenSlices = f"{series.step or series.thickness:g}"
        ds.DataCollectionDiameter = "500"
        ds.ReconstructionDiameter = f"{build.spacing * build.size:g}"
        ds.GantryDetectorTilt = "0"
        ds.TableHeight = "148.5"
        ds.RotationDirection = "CW"
        ds.ScanOptions = "HELICAL MODE"
        ds.FilterType = "BODY FILTER"
        if build.contrast:
            ds.ContrastBolusAgent = "IODINE"
            ds.ContrastBolusRoute = "IV"
        ds.PositionReferenceIndicator = "SN"
        ds.WindowCenter, ds.WindowWidth = (["-600"], ["1500"]) if lung else (["40", "-600"], ["400", "1500"])
        ds.BurnedInAnnotation = "NO"


def _pixels(ds: Dataset, series: SeriesPlan, hu: np.ndarray, build: Build) -> None:
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.Rows = ds.Columns = build.size
    ds.PixelSpacing = [f"{build.spacing:g}"] * 2
    ds.BitsAllocated = 16
    ds.RescaleSlope = "1"
    ds.RescaleType = "HU"
    if series.signed:
        stored = np.where(hu == -1024, _PADDING, hu).astype("<i2")  # outside of the circle
        ds.BitsStored, ds.HighBit, ds.PixelRepresentation, ds.RescaleIntercept = 16, 15, 1, "0"
        ds.PixelPaddingValue = _PADDING
    else:
        stored = np.clip(hu + 1024, 0, 4095).astype("<u2")
        ds.BitsStored, ds.HighBit, ds.PixelRepresentation, ds.RescaleIntercept = 12, 11, 0, "-1024"
    put_pixels(ds, stored, series.syntax)
