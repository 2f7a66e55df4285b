"""The tree against pydicom, element by element and value by value, over every file that pydicom ships."""

import io
import warnings
from pathlib import Path

import pydicom
import pytest
from pydicom.dataelem import RawDataElement
from pydicom.multival import MultiValue
from pydicom.valuerep import PersonName

from vesalius import dicom
from vesalius.dicom import Dataset, DicomError, Element, path_text, walk

SHIPPED = Path(pydicom.__file__).parent / "data"
FILES = {
    str(path.relative_to(SHIPPED)): path
    for path in sorted(SHIPPED.rglob("*"))
    if path.is_file() and path.suffix not in {".py", ".pyc", ".md", ".txt", ".json"}
}


def readable() -> list[str]:
    names = []
    for name, path in FILES.items():
        try:
            with dicom.read(path):
                names.append(name)
        except DicomError:
            continue
    return names


def lenient(path: Path) -> pydicom.Dataset:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pydicom.dcmread(path, force=True)


def plain(value: object) -> object:
    if isinstance(value, PersonName):
        return str(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, int):
        return int(value)
    return str(value) if isinstance(value, str) else value


def listed(value: object, raw: bytes) -> list[object]:
    if value is None or raw == b"":
        return []
    return [plain(part) for part in value] if isinstance(value, list | MultiValue) else [plain(value)]


def compare(ours: Dataset, theirs: pydicom.Dataset, seen: list[int]) -> None:
    assert sorted(ours.elements) == sorted(int(tag) for tag in theirs.keys())  # noqa: SIM118
    for element in ours:
        compare_element(element, theirs, seen)


def compare_element(element: Element, theirs: pydicom.Dataset, seen: list[int]) -> None:
    stored = theirs.get_item(element.tag)
    raw = stored.value if isinstance(stored, RawDataElement) else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = theirs[element.tag]
    name = f"{element!r}"
    seen.append(element.tag)
    assert element.vr == other.VR, name
    if element.vr == "SQ":
        assert len(element.items) == len(other.value), name
        for item, dataset in zip(element.items, other.value, strict=True):
            compare(item.dataset, dataset, seen)
        return
    ours = element.raw()
    if raw is not None:
        assert ours == (raw or b""), name
    assert element.values() == listed(other.value, ours), name


@pytest.mark.parametrize("name", readable())
def test_every_element_and_value_is_what_pydicom_reads(name: str):
    seen: list[int] = []
    with dicom.read(FILES[name]) as file:
        theirs = lenient(FILES[name])
        compare(file.dataset, theirs, seen)
        compare(file.meta, theirs.file_meta, [])
        assert len(seen) == sum(1 for _ in walk(file.dataset))
        assert file.preamble == (theirs.preamble or b"")


def test_extents_of_every_file_add_up_without_a_gap():
    for name in readable():
        with dicom.read(FILES[name]) as file:
            repeated = {note.reason for note in file.notes} & {"repeated"}
            position = file.body
            for element in file.dataset:
                if not repeated:
                    assert element.start == position, f"{name} {element!r}"
                position = element.end
            assert position == file.size, name


def test_a_path_reads_as_people_write_it():
    assert path_text(((0x00081140, 0), 0x00081155)) == "(0008,1140)[0].(0008,1155)"


def implicit(signed: int) -> bytes:
    """An implicit data set full of elements whose VR depends on others."""
    item = pydicom.Dataset()
    item.add_new(0x00280120, "SS" if signed else "US", 7)
    dataset = pydicom.Dataset()
    dataset.add_new(0x00082112, "SQ", [item])
    dataset.add_new(0x00090010, "LO", "GEMS_IDEN_01")
    dataset.add_new(0x00091001, "LO", "known to the dictionary")
    dataset.add_new(0x000910FE, "UN", b"unknown.")
    dataset.add_new(0x00280103, "US", signed)
    dataset.add_new(0x00280106, "SS" if signed else "US", 5)
    dataset.add_new(0x00283002, "SS" if signed else "US", [1, 0, 16])
    dataset.add_new(0x00283006, "US", 3)
    dataset.add_new(0x54001010, "OW", b"abcd")
    dataset.add_new(0x60023000, "OW", b"abcd")
    dataset.add_new(0x7FE00010, "OW", b"abcd")
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, dataset, implicit_vr=True, little_endian=True)
    return buffer.getvalue()


@pytest.mark.parametrize("signed", [0, 1])
def test_dictionary_choices_are_settled_by_the_elements_around(signed: int):
    # A meta group with its transfer syntax, in front of the bare data set.
    syntax = b"\2\0\x10\0UI\x12\x00" + b"1.2.840.10008.1.2\0"
    data = bytes(128) + b"DICM" + syntax + implicit(signed)
    file = dicom.read(io.BytesIO(data))
    compare(file.dataset, pydicom.dcmread(io.BytesIO(data)), [])
    number = "SS" if signed else "US"
    inner = file.dataset[0x00082112].items[0].dataset
    representations = {tag: file.dataset[tag].vr for tag in (0x00280106, 0x00283006, 0x60023000, 0x00091001)}
    assert inner[0x00280120].vr == number
    assert representations == {0x00280106: number, 0x00283006: "US", 0x60023000: "OW", 0x00091001: "LO"}
