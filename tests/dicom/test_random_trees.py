"""Random trees written by pydicom come back whole; random damage never does more than raise DicomError."""

import io
import time
import tracemalloc
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.dataset import FileMetaDataset
from pydicom.sequence import Sequence

from vesalius import dicom
from vesalius.dicom import Dataset, DicomError, Limits, check, walk

SHIPPED = Path(pydicom.__file__).parent / "data" / "test_files"
SYNTAXES = ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"]
WORDS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef 0123456789äöüéñß", min_size=1, max_size=40).map(str.strip)
SHORT = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789", min_size=1, max_size=16)
UIDS = st.lists(st.integers(1, 10**9), min_size=2, max_size=6).map(lambda parts: ".".join(map(str, parts)))


def few(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(values, max_size=4)


# Public elements of every kind of value, with lists of what they may hold.
PUBLIC = {
    0x00080008: ("CS", few(SHORT)),
    0x00080018: ("UI", few(UIDS)),
    0x00080020: ("DA", few(st.dates().map(lambda day: f"{day.year:04d}{day.month:02d}{day.day:02d}"))),
    0x00080030: ("TM", few(st.times().map(lambda time: time.strftime("%H%M%S")))),
    0x00081030: ("LO", few(WORDS)),
    0x00081070: ("PN", few(WORDS)),
    0x00080119: ("UC", few(WORDS)),
    0x00101020: ("DS", few(st.integers(-(10**6), 10**6).map(lambda number: number / 8))),
    0x00200013: ("IS", few(st.integers(-(2**31), 2**31 - 1))),
    0x00204000: ("LT", st.lists(WORDS, max_size=1)),
    0x00280009: ("AT", few(st.integers(0x00080000, 0x7FDFFFFF))),
    0x00280010: ("US", few(st.integers(0, 65535))),
    0x00189219: ("SS", few(st.integers(-32768, 32767))),
    0x00181138: ("DS", few(st.integers(-999, 999))),
    0x00182006: ("SS", few(st.integers(-32768, 32767))),
    0x00186020: ("SL", few(st.integers(-(2**31), 2**31 - 1))),
    0x00186016: ("UL", few(st.integers(0, 2**32 - 1))),
    0x00189073: ("FD", few(st.floats(allow_nan=False))),
    0x00081163: ("FD", few(st.floats(allow_nan=False, width=32))),
    0x00203080: ("OB", st.lists(st.binary(min_size=2, max_size=64).filter(lambda raw: len(raw) % 2 == 0), max_size=1)),
    0x00660129: ("OW", st.lists(st.binary(min_size=2, max_size=64).filter(lambda raw: len(raw) % 2 == 0), max_size=1)),
}  # fmt: skip
PUBLIC = {
    tag: kind for tag, kind in PUBLIC.items() if pydicom.datadict.dictionary_has_tag(tag)
    and pydicom.datadict.dictionary_VR(tag) == kind[0]
}  # fmt: skip
SEQUENCES = [0x00081111, 0x00081140, 0x00400275, 0x30060010]
PRIVATE = {"LO": few(WORDS), "FD": few(st.floats(allow_nan=False)), "UL": few(st.integers(0, 2**32 - 1))}


@st.composite
def trees(draw: st.DrawFn, depth: int = 2) -> pydicom.Dataset:
    dataset = pydicom.Dataset()
    for tag in draw(st.lists(st.sampled_from(sorted(PUBLIC)), max_size=6, unique=True)):
        vr, values = PUBLIC[tag]
        dataset.add_new(tag, vr, single(draw(values)))
    if draw(st.booleans()):
        block = dataset.private_block(0x0029, "VESALIUS TEST", create=True)
        for number, (vr, values) in enumerate(PRIVATE.items()):
            block.add_new(number, vr, single(draw(values)))
    if depth:
        for tag in draw(st.lists(st.sampled_from(SEQUENCES), max_size=2, unique=True)):
            sequence = Sequence(draw(st.lists(trees(depth=depth - 1), max_size=3)))
            sequence.is_undefined_length = draw(st.booleans())
            for item in sequence:
                item.is_undefined_length_sequence_item = draw(st.booleans())
            dataset.add_new(tag, "SQ", sequence)
            dataset[tag].is_undefined_length = sequence.is_undefined_length
    return dataset


def single(values: list) -> object:
    return values[0] if len(values) == 1 else values or None


def written(tree: pydicom.Dataset, syntax: str) -> bytes:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = syntax
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = "1.2.3", "1.2.4"
    tree.SpecificCharacterSet = "ISO_IR 192"
    tree.file_meta, tree.preamble = meta, bytes(128)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pydicom.dcmwrite(buffer, tree, enforce_file_format=True)
    return buffer.getvalue()


def same(ours: Dataset, theirs: pydicom.Dataset) -> None:
    assert list(ours.elements) == sorted(int(tag) for tag in theirs.keys())  # noqa: SIM118
    for element in ours:
        other = theirs[element.tag]
        if element.vr == "SQ":
            assert len(element.items) == len(other.value or [])
            for item, inner in zip(element.items, other.value or [], strict=True):
                same(item.dataset, inner)
        elif element.vr == "UN":
            # Private elements in implicit VR: nobody knows what the bytes mean, only that they are there.
            assert element.parent.implicit
            assert bool(element.raw()) == bool(plain(other.value))
        else:
            assert element.values() == plain(other.value), f"{element!r}"


def plain(value: object) -> list:
    if value is None or value in ("", b""):
        return []
    values = list(value) if isinstance(value, list | pydicom.multival.MultiValue) else [value]
    return [str(each) if isinstance(each, pydicom.valuerep.PersonName) else each for each in values]


@pytest.mark.slow
@pytest.mark.parametrize("syntax", SYNTAXES)
@given(tree=trees())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_random_tree_comes_back_whole(syntax: str, tree: pydicom.Dataset):
    file = dicom.read(io.BytesIO(written(tree, syntax)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        same(file.dataset, tree)
    structural = {problem.reason.value for problem in check(file) if problem.fatal}
    # Random trees lack identifiers and describe no image; everything else about them is in order.
    assert structural <= {"missing", "uid", "meta_mismatch"}
    assert file.dataset.elements == {} or next(reversed(list(file.dataset))).end == file.size


SMALL = {
    path.name: path.read_bytes()
    for path in sorted(SHIPPED.iterdir())
    if path.is_file() and path.suffix == ".dcm" and path.stat().st_size < 40_000
}


def exhaust(data: bytes) -> None:
    """Read, check and ask for everything, as a whole pipeline would, in less than a second of processor time."""
    began = time.process_time()
    ask_for_everything(data)
    assert time.process_time() - began < 1


def ask_for_everything(data: bytes) -> None:
    try:
        file = dicom.read(io.BytesIO(data), Limits(max_inflated=4_000_000))
        check(file)
        for dataset in (file.meta, file.dataset):
            for _, element in walk(dataset):
                element.values()
                element.text()
                element.parent.charsets  # noqa: B018
    except DicomError:
        return


@pytest.mark.slow
@given(name=st.sampled_from(sorted(SMALL)), data=st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_flipped_bits_raise_nothing_but_dicom_errors(name: str, data: st.DataObject):
    damaged = bytearray(SMALL[name])
    flips = st.tuples(st.integers(0, min(len(damaged), 4000) - 1), st.integers(0, 7))
    for place, bit in data.draw(st.lists(flips, min_size=1, max_size=16)):
        damaged[place] ^= 1 << bit
    exhaust(bytes(damaged))


@given(name=st.sampled_from(sorted(SMALL)), data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_cut_or_a_wrong_splice_raises_nothing_but_dicom_errors(name: str, data: st.DataObject):
    whole = SMALL[name]
    cut, resumed = (data.draw(st.integers(0, len(whole))) for _ in range(2))
    exhaust(whole[:cut])
    exhaust(whole[:cut] + whole[resumed:])


@given(body=st.binary(max_size=400), syntax=st.sampled_from(SYNTAXES))
@settings(max_examples=200, deadline=None)
def test_noise_behind_an_honest_meta_group_raises_nothing_but_dicom_errors(body: bytes, syntax: str):
    exhaust(written(pydicom.Dataset(), syntax)[:-18] + body)


def damaged_variants(count: int) -> Iterator[bytes]:
    chance = np.random.default_rng(20)
    names = sorted(SMALL)
    for _ in range(count):
        damaged = bytearray(SMALL[names[chance.integers(len(names))]])
        for place in chance.integers(0, min(len(damaged), 3000), size=chance.integers(1, 17)):
            damaged[place] ^= 1 << int(chance.integers(8))
        yield bytes(damaged)


@pytest.mark.slow
def test_10000_damaged_variants_raise_nothing_but_dicom_errors():
    for data in damaged_variants(10_000):
        exhaust(data)


def test_damaged_variants_cost_little_memory():
    tracemalloc.start()
    for data in damaged_variants(100):
        ask_for_everything(data)
    assert tracemalloc.get_traced_memory()[1] < 16_000_000
    tracemalloc.stop()
