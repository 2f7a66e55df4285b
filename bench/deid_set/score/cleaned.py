"""A cleaned set as the scorer sees it: files by their path, read by pydicom, indexed by MIDI-B's paths."""

import csv
import hashlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import pydicom
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileDataset

_PIXELS: Final = ("Pixel Data", "Overlay Data", "File Meta Information Version")


@dataclass(frozen=True)
class Maps:
    """What the tool says it made of UIDs and patient IDs."""

    uids: dict[str, str]
    patients: dict[str, str]

    @classmethod
    def read(cls, folder: Path) -> "Maps":
        """From `uid_map.csv` and `patient_map.csv`, each with the header id_old,id_new."""
        return cls(_read(folder / "uid_map.csv"), _read(folder / "patient_map.csv"))

    def write(self, folder: Path) -> None:
        """As `read` reads them, and as NCI's script wants them."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, pairs in (("uid_map.csv", self.uids), ("patient_map.csv", self.patients)):
            with (folder / name).open("w", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(("id_old", "id_new"))
                writer.writerows(pairs.items())


def _read(path: Path) -> dict[str, str]:
    with path.open(newline="") as file:
        return {row["id_old"]: row["id_new"] for row in csv.DictReader(file)}


class CleanedFile:
    """One file of the output."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def dataset(self) -> FileDataset:
        """As pydicom reads it."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return pydicom.dcmread(self.path, force=True)

    @cached_property
    def values(self) -> dict[str, str]:
        """The text of every element by MIDI-B's path, in lower case, as NCI's script makes it."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return dict(_values(self.dataset, ""))

    @cached_property
    def digest(self) -> str:
        """MD5 of Pixel Data; empty where there is none."""
        data = self.dataset.get("PixelData")
        return hashlib.md5(data).hexdigest() if data is not None else ""


def instances(folder: Path) -> dict[str, CleanedFile]:
    """Every file under the folder that names an instance, by its SOP Instance UID."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            file = CleanedFile(path)
            uid = file.dataset.get("SOPInstanceUID")
            if uid:
                found[str(uid)] = file
    return found


def _values(dataset: Dataset, prefix: str) -> Iterator[tuple[str, str]]:
    for element in dataset:
        path = f"{prefix}<{_label(element)}>"
        yield (
            path,
            "<REMOVED>"
            if element.name in _PIXELS
            else str(element.value).strip()
            if element.value is not None
            else "",
        )
        if element.VR == "SQ":
            for index, item in enumerate(element.value):
                yield from _values(item, f"{path}[<{index:04}>]")


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _label(element: DataElement) -> str:
    tag = element.tag
    if tag.is_private and element.private_creator:
        return f'({tag.group:04x},"{element.private_creator.lower()}",{tag.element & 0xFF:02x})'
    return f"({tag.group:04x},{tag.element:04x})"
