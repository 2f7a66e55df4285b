"""Small files made by hand, cleaned and read back by pydicom, which knows nothing of our rules."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pydicom
import pytest
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from vesalius.deid import (
    Cleaned,
    DomainKey,
    Identity,
    PatientContext,
    Recipe,
    Written,
    clean,
    collect,
    write,
)
from vesalius.dicom import read

KEY = DomainKey.generate(bytes(range(32)))
SYNTAXES = {
    "explicit": ExplicitVRLittleEndian,
    "implicit": ImplicitVRLittleEndian,
    "big endian": ExplicitVRBigEndian,
    "deflated": DeflatedExplicitVRLittleEndian,
}


@dataclass
class Outcome:
    """One file after cleaning: as pydicom reads it, its bytes, and what the pass said."""

    dataset: FileDataset
    data: bytes
    cleaned: Cleaned
    written: Written

    def change(self, path: str) -> Any:
        return next((change for change in self.cleaned.changes if change.path == path), None)

    def kinds(self) -> set[str]:
        return {finding.kind for finding in self.cleaned.findings}


def make(sop_class: str = CTImageStorage, **attributes: Any) -> Dataset:
    """The least data set of a class, with more attributes by keyword."""
    dataset = Dataset()
    dataset.SOPClassUID = sop_class
    dataset.SOPInstanceUID = "1.2.3.4.5"
    dataset.StudyInstanceUID = "1.2.3.4"
    dataset.SeriesInstanceUID = "1.2.3.4.1"
    dataset.PatientName = "Doe^Jane"
    dataset.PatientID = "MRN0001"
    dataset.Modality = "CT"
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


def encode(dataset: Dataset, syntax: str = "explicit") -> bytes:
    """A file of the data set, with a head as a scanner would write it."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.get("SOPClassUID", CTImageStorage)
    meta.MediaStorageSOPInstanceUID = dataset.get("SOPInstanceUID") or "1.2.3"
    meta.TransferSyntaxUID = SYNTAXES[syntax]
    meta.SourceApplicationEntityTitle = "HOSPITAL_CT1"
    meta.PrivateInformationCreatorUID = "1.2.3.999"
    meta.PrivateInformation = b"Doe^Jane"
    implicit, little = syntax == "implicit", syntax != "big endian"
    file = FileDataset(
        "",
        dataset,
        preamble=b"Doe^Jane".ljust(128, b"\0"),
        file_meta=meta,
        is_implicit_VR=implicit,
        is_little_endian=little,
    )
    out = io.BytesIO()
    file.save_as(out, enforce_file_format=True)
    return out.getvalue()


@pytest.fixture
def new() -> Callable[..., Dataset]:
    return make


@pytest.fixture
def encoded() -> Callable[..., bytes]:
    return encode


@pytest.fixture
def identity() -> Identity:
    return Identity(KEY)


@pytest.fixture
def outcome() -> Callable[..., Outcome]:
    """Clean a data set or bytes under options of Table E.1-1 or a whole recipe."""

    def run(
        source: Dataset | bytes,
        *options: str,
        syntax: str = "explicit",
        recipe: Recipe | None = None,
        origin: Any = "identifiable",
        identity: Identity | None = None,
        **decisions: Any,
    ) -> Outcome:
        data = source if isinstance(source, bytes) else encode(source, syntax)
        file = read(io.BytesIO(data))
        recipe = recipe or Recipe(name="test", version="1", options=frozenset(options), **decisions)
        context = PatientContext.of([collect(file)])
        cleaned = clean(
            file, recipe=recipe, identity=identity or Identity(KEY), context=context, origin=origin
        )
        out = io.BytesIO()
        written = write(file, cleaned.edits, out)
        return Outcome(pydicom.dcmread(io.BytesIO(out.getvalue())), out.getvalue(), cleaned, written)

    return run
