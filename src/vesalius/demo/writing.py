"""Files as a scanner or a workstation exports them: a path without a name, a Part 10 file (PS3.10)."""

import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from vesalius.demo import headers

SEED: Final = 1543  # the year of De humani corporis fabrica
STAMP: Final = 1_542_000_000  # modification time of every file: a delivery that was cut off resumes


@dataclass(frozen=True, slots=True)
class HospitalFile:
    """One file of a delivery; `path` is relative to the folder of its delivery."""

    group: str
    patient: int  # counts from 1 within the group; 0 for what belongs to no patient
    path: str
    content: bytes


def written(ds: Dataset, syntax: UID = ExplicitVRLittleEndian) -> bytes:
    """The bytes of a data set whose pixels are already in `syntax`."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = ds.SOPClassUID
    meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    meta.TransferSyntaxUID = syntax
    meta.ImplementationClassUID = UID(f"{headers.ROOT}.0.1")
    meta.ImplementationVersionName = "SYNTHETIC_1"
    meta.SourceApplicationEntityTitle = str(ds.get("StationName", ""))
    ds.file_meta = meta
    out = io.BytesIO()
    ds.save_as(out, enforce_file_format=True)
    return out.getvalue()


def put(file: HospitalFile, folder: Path) -> None:
    """Write a file below `folder`; written again it is the same, to the second of its time."""
    path = folder / file.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(file.content)
    os.utime(path, (STAMP, STAMP))
