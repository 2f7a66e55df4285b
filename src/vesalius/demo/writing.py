"""Files as a scanner or a workstation exports them: a path without a name, a Part 10 file (PS3.10)."""

import io
from dataclasses import dataclass
from typing import Final

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from vesalius.demo import headers

SEED: Final = 1543  # the year of De humani corporis fabrica


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
