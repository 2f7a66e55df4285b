"""The first set of demonstration data, written as hospitals would send it and then carried through the archive.

Everything follows from one seed: the same seed writes the same bytes.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import imagecodecs
import numpy as np
from numpy.random import default_rng
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, JPEGLosslessSV1

from vesalius.demo import headers, people
from vesalius.demo.captures import dose_report, ultrasound
from vesalius.demo.headers import Study
from vesalius.demo.phantom import Build, Chest, axial
from vesalius.demo.plan import GROUPS, PLAN, PatientPlan, SeriesPlan, StudyPlan
from vesalius.demo.writing import SEED, HospitalFile, written

Progress = Callable[[int, int, int], None]  # files written, files in all, bytes written

_CT: Final = "1.2.840.10008.5.1.4.1.1.2"
_SECONDARY_CAPTURE: Final = "1.2.840.10008.5.1.4.1.1.7"
_ULTRASOUND: Final = "1.2.840.10008.5.1.4.1.1.6.1"
_PADDING: Final = -2000


def first_set(seed: int = SEED, groups: tuple[str, ...] | None = None) -> Iterator[HospitalFile]:
    """All files of the first set, made one by one: the first patient's first series comes first."""
    for plan in PLAN:
        if groups is None or plan.group in groups:
            yield from _patient(plan, seed)
    if groups is None or "in-review" in groups:
        yield HospitalFile("in-review", 0, "README.txt", _README.encode())


def write_first_set(
    folder: Path, progress: Progress | None = None, *, seed: int = SEED, groups: tuple[str, ...] | None = None
) -> dict[str, dict[str, Any]]:
    """Write the first set under `folder`, one folder a group; what was written, by group. Overwrites what is there."""
    chosen = [group for group in GROUPS if groups is None or group.name in groups]
    total, done, size = count_files(groups), 0, 0
    summary: dict[str, dict[str, Any]] = {
        group.name: {
            "collection": group.collection, "title": group.title, "access": group.access,
            "folder": str(folder / group.name), "patients": sum(plan.group == group.name for plan in PLAN),
            "files": 0, "bytes": 0,
        }
        for group in chosen
    }  # fmt: skip
    for file in first_set(seed, groups):
        path = folder / file.group / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
        done, size = done + 1, size + len(file.content)
        summary[file.group]["files"] += 1
        summary[file.group]["bytes"] += len(file.content)
        if progress:
            progress(done, total, size)
    return summary


def count_files(groups: tuple[str, ...] | None = None) -> int:
    """How many files `first_set` makes."""
    chosen = [plan for plan in PLAN if groups is None or plan.group in groups]
    studies = [study for plan in chosen for study in plan.studies]
    slices = sum(series.slices for study in studies for series in study.series)
    extra = sum(3 for study in studies if study.captures)  # dose report, ultrasound, a damaged slice
    return slices + extra + (groups is None or "in-review" in groups)


def _patient(plan: PatientPlan, seed: int) -> Iterator[HospitalFile]:
    person, site = people.person(plan.person), people.site(plan.site)
    for wanted in plan.studies:
        study = Study(
            person=person, site=site, uid=headers.uid(plan.person + 1, wanted.number), date=wanted.date,
            time=wanted.time, accession=f"{site.station[:3]}{wanted.date[2:]}{plan.person + 17:04d}",
            study_id=f"{wanted.date[2:4]}{plan.person + 1:02d}{wanted.number:02d}",
            description=wanted.description, remarks=wanted.remarks,
        )  # fmt: skip
        build = Build(
            seed=seed + plan.person,
            sex="F" if person.sex == "F" else "M",
            age=person.age_on(wanted.date),
            tumour=wanted.tumour,
            **plan.build,
        )
        where = f"EXPORT/PA{plan.patient:06d}/ST{wanted.number:06d}"
        for series in wanted.series:
            for index, content in enumerate(_series(plan, wanted, series, study, Chest(build)), 1):
                path = f"{where}/SE{series.number:06d}/IM{index:06d}"
                yield HospitalFile(plan.group, plan.patient, path, content)
        if wanted.captures:
            for path, content in _captures(study, default_rng((seed, 77))):
                yield HospitalFile(plan.group, plan.patient, f"{where}/{path}", content)
            damaged = _cut(plan, wanted, study, Chest(build))
            yield HospitalFile(plan.group, plan.patient, f"{where}/SE000002/IM000099", damaged)


def _cut(plan: PatientPlan, wanted: StudyPlan, study: Study, chest: Chest) -> bytes:
    """A slice whose transfer broke off inside its pixels."""
    whole = _slice(plan, wanted, wanted.series[0], study, chest, wanted.series[0].slices + 1)
    return whole[: len(whole) * 3 // 5]


def _series(
    plan: PatientPlan, wanted: StudyPlan, series: SeriesPlan, study: Study, chest: Chest
) -> Iterator[bytes]:
    # Scanners number from the head down; each slice is made from its height alone.
    for index in range(1, series.slices + 1):
        yield _slice(plan, wanted, series, study, chest, index)


def _slice(
    plan: PatientPlan, wanted: StudyPlan, series: SeriesPlan, study: Study, chest: Chest, index: int
) -> bytes:
    height = series.start + (series.slices - index) * series.thickness / plan.tall
    hu = axial(chest, height, thickness=series.thickness, kernel=series.kernel)
    ds = Dataset()
    headers.patient(ds, study)
    headers.general_study(ds, study)
    headers.equipment(ds, study)
    _ct(ds, wanted, series, chest.build)
    ds.SOPClassUID = _CT
    ds.SOPInstanceUID = f"{study.uid}.{series.number}.{index}"
    ds.SeriesInstanceUID = f"{study.uid}.{series.number}"
    ds.FrameOfReferenceUID = f"{study.uid}.900"
    ds.InstanceNumber = index
    ds.AcquisitionNumber = 1
    z = round(height * plan.tall - 300, 2)
    corner = -chest.build.size / 2 * chest.build.spacing
    ds.ImagePositionPatient = [f"{corner:.3f}", f"{corner - 12.5:.3f}", f"{z:.2f}"]
    ds.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    ds.SliceLocation = f"{z:.2f}"
    _ct_pixels(ds, series, np.rint(hu).astype(np.int16), chest.build)
    return written(ds, series.syntax)


def _ct(ds: Dataset, wanted: StudyPlan, series: SeriesPlan, build: Build) -> None:
    """CT Series and CT Image (PS3.3 A.3)."""
    lung = series.kernel == "lung"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.Modality = "CT"
    ds.SeriesNumber = series.number
    ds.SeriesDescription = series.description
    ds.ProtocolName = wanted.protocol
    ds.BodyPartExamined = "CHEST"
    ds.PatientPosition = "HFS"
    ds.KVP = "120" if build.contrast else "100"
    ds.XRayTubeCurrent = 210 if build.contrast else 60
    ds.ExposureTime = 500
    ds.SliceThickness = f"{series.thickness:g}"
    ds.SpacingBetweenSlices = f"{series.thickness:g}"
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


def _ct_pixels(ds: Dataset, series: SeriesPlan, hu: np.ndarray, build: Build) -> None:
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
    if series.syntax == JPEGLosslessSV1:
        stream = bytes(imagecodecs.jpeg8_encode(stored, lossless=True, bitspersample=12, predictor=1))
        ds.PixelData = encapsulate([stream])
        ds["PixelData"].VR = "OB"
    else:
        ds.PixelData = stored.tobytes()
        ds["PixelData"].VR = "OW"


def _captures(study: Study, rng: np.random.Generator) -> Iterator[tuple[str, bytes]]:
    for number, modality, sop_class, picture, description in (
        (99, "OT", _SECONDARY_CAPTURE, dose_report(study), "Dose Report Lindqvaard"),
        (5, "US", _ULTRASOUND, ultrasound(study, rng), "US LIVER"),
    ):
        ds = Dataset()
        headers.patient(ds, study)
        headers.general_study(ds, study)
        headers.equipment(ds, study)
        ds.SOPClassUID = sop_class
        ds.SOPInstanceUID = f"{study.uid}.{number}.1"
        ds.SeriesInstanceUID = f"{study.uid}.{number}"
        ds.Modality = modality
        ds.SeriesNumber = number
        ds.SeriesDescription = description
        ds.InstanceNumber = 1
        ds.PatientOrientation = ""
        if modality == "US":
            ds.ImageType = ["ORIGINAL", "PRIMARY", "ABDOMINAL", "0001"]
            ds.BurnedInAnnotation = "YES"
            ds.BodyPartExamined = "LIVER"
        else:
            ds.ImageType = ["DERIVED", "SECONDARY"]
            ds.ConversionType = "WSD"
        ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "RGB", 0
        ds.Rows, ds.Columns = picture.shape[:2]
        ds.BitsAllocated = ds.BitsStored = 8
        ds.HighBit, ds.PixelRepresentation = 7, 0
        ds.PixelData = picture.tobytes()
        ds["PixelData"].VR = "OB"
        yield f"SE{number:06d}/IM000001", written(ds, ExplicitVRLittleEndian)


_README: Final = """\
Export of Havndal Universitetshospital, Røntgenafdeling Z.
Patient Lindqvaard, Matthias, HVD-77120394: CT of 11 April 2024 with dose report and ultrasound.
Invented from end to end: there is no such hospital and no such patient.
"""
