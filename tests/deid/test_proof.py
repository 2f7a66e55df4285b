"""The proof of a cleaned file: it says nothing of a good one, and names what is wrong with a spoilt one."""

import dataclasses
import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pydicom
import pytest
from bench.deid_set.make.whole import make_set
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, RLELossless

from vesalius.deid import PatientContext, Recipe, clean, collect, write
from vesalius.deid.proof import FATAL, prove
from vesalius.deid.recipes.recipe import BUILTIN
from vesalius.dicom import read

TCIA = Recipe.builtin("tcia")
SECRET = "Zebrowski"
OLD_UID = "1.2.3.4.5"
NEEDS_DCIODVFY = pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dicom3tools is not installed")


@pytest.fixture
def proven(new, encoded, identity):
    """Clean a data set, spoil the cleaned one by hand, and prove what is then there."""

    def run(spoil=None, *, recipe=TCIA, syntax="explicit", source=None, raw=None):
        data = source if isinstance(source, bytes) else encoded(source or image(new), syntax)
        file = read(io.BytesIO(data))
        context = PatientContext.of([collect(file)])
        out = io.BytesIO()
        write(file, clean(file, recipe=recipe, identity=identity, context=context).edits, out)
        written = raw(out.getvalue()) if raw else out.getvalue()
        if spoil is not None:
            dataset, spoilt = pydicom.dcmread(io.BytesIO(written)), io.BytesIO()
            with pydicom.config.disable_value_validation():
                spoil(dataset)
                dataset.save_as(spoilt)
            written = spoilt.getvalue()
        return prove(file, read(io.BytesIO(written)), recipe=recipe, identity=identity, context=context)

    return run


def image(new):
    dataset = new(
        CTImageStorage, PatientName=f"{SECRET}^Ada", PatientID="MRN-77120", StudyDate="20200102",
        AccessionNumber="A9917734", PatientSex="F", StudyID="1", Rows=2, Columns=2, BitsAllocated=16,
        BitsStored=12, HighBit=11, PixelRepresentation=0, SamplesPerPixel=1, ImageType=["ORIGINAL", "PRIMARY", "AXIAL"],
        PhotometricInterpretation="MONOCHROME2", RescaleIntercept=0, RescaleSlope=1,
        PixelData=bytes(8), SpecificCharacterSet="ISO_IR 192",
    )  # fmt: skip
    dataset["PixelData"].VR = "OW"
    return dataset


def private(dataset, vr, value):
    dataset.private_block(0x0029, "SOMEBODY", create=True).add_new(1, vr, value)


def fragments(dataset, value):
    private(dataset, "OB", pydicom.encaps.encapsulate([value]))
    dataset[0x0029, 0x1001].is_undefined_length = True


def nested(dataset, keyword, value):
    item = Dataset()
    setattr(item, keyword, value)
    dataset.ReferencedImageSequence = [item]


LEAKS = {
    "a description": lambda one: setattr(one, "SeriesDescription", f"for {SECRET}"),
    "other case": lambda one: setattr(one, "SeriesDescription", f"for {SECRET.upper()}"),
    "a person's name": lambda one: setattr(one, "OperatorsName", f"{SECRET}^Ada"),
    "a nested text": lambda one: nested(one, "PurposeOfReferenceCodeSequence", [text_item(SECRET)]),
    "private text": lambda one: private(one, "LO", SECRET),
    "unknown bytes": lambda one: private(one, "UN", b"\1\2" + SECRET.encode() + b"\0\3"),
    "private bytes": lambda one: private(one, "OB", b"\1\2" + SECRET.encode() + b"\0\3\4"),
    "wide letters": lambda one: private(one, "OB", b"\1\0\2\0" + SECRET.encode("utf-16-le")),
    "wide letters, the other end first": lambda one: private(one, "OB", b"\1\0" + SECRET.encode("utf-16-be")),
    "fragments of a private element": lambda one: fragments(one, SECRET.encode() + b"\0"),
    "deep inside of many bytes": lambda one: private(one, "OB", bytes(1 << 21) + SECRET.encode() + b"\0"),
    "a date that is none": lambda one: one.add_new(0x00181012, "DA", SECRET),
    "an encapsulated document": lambda one: one.add_new(0x00420011, "OB", b"<p>" + SECRET.encode() + b"</p>"),
    "an accession number": lambda one: setattr(one, "SeriesDescription", "see A9917734"),
}


def named_elsewhere(dataset):
    dataset.SeriesDescription = "Saint Ambrose"


def text_item(value):
    item = Dataset()
    item.CodeMeaning = value
    return item


def test_a_cleaned_file_is_proven(proven):
    for name in ("basic", "tcia", "keep-dates", "strict"):
        assert proven(recipe=Recipe.builtin(name)) == ()


@pytest.mark.parametrize("place", LEAKS)
def test_an_identifier_is_found_wherever_it_stands(proven, place):
    found = proven(LEAKS[place])
    assert "leak" in {finding.kind for finding in found}
    assert SECRET.casefold() not in repr(found).casefold(), "a finding names the tag and never the value"


@pytest.mark.parametrize("codec", ["latin-1", "utf-8", "utf-16-le"])
def test_an_identifier_is_found_in_any_character_set(new, proven, codec):
    name = "Müllerström"
    source = image(new)
    source.PatientName = f"{name}^Ada"
    found = proven(lambda one: private(one, "OB", b"\1\2" + name.encode(codec) + b"\0\0"), source=source)
    assert [finding.kind for finding in found] == ["leak"]


def test_the_head_and_bytes_between_elements_are_searched_too(proven):
    def in_preamble(data):
        return SECRET.encode().ljust(128, b"\0") + data[128:]

    assert [finding.kind for finding in proven(raw=in_preamble)] == ["leak"]

    def twice(data):
        element = b"\x20\0\x10\0SH\x02\x001 "
        at = data.index(element)
        again = b"\x20\0\x10\0SH\x0a\0" + SECRET.encode() + b" "
        return data[: at + len(element)] + again + data[at + len(element) :]

    source = Recipe(name="test", version="1", options=frozenset(), dispositions={"(0020,0010)": "K"})
    assert "leak" in {finding.kind for finding in proven(raw=twice, recipe=source)}


@pytest.mark.parametrize(
    "deed",
    [
        lambda one: setattr(one, "SOPInstanceUID", OLD_UID),
        lambda one: nested(one, "ReferencedSOPInstanceUID", OLD_UID),
        lambda one: setattr(one, "FrameOfReferenceUID", "1.2.3.4.1"),
        lambda one: private(one, "UI", OLD_UID),
    ],
)
def test_a_uid_of_the_source_is_found(proven, deed):
    found = proven(deed)
    assert any(finding.kind == "leak" and "UID" in finding.sentence for finding in found)


def test_an_institution_that_an_option_retains_is_no_leak(new, proven):
    source = image(new)
    source.InstitutionName = "Saint Ambrose"
    recipe = Recipe(name="test", version="1", options=frozenset({"retain_institution_identity"}))
    assert proven(recipe=recipe, source=source) == ()
    assert [finding.kind for finding in proven(named_elsewhere, recipe=recipe, source=source)] == ["leak"]


@pytest.mark.parametrize(
    ("deed", "kind", "path"),
    [
        (lambda one: delattr(one, "PatientIdentityRemoved"), "stamp_missing", "(0012,0062)"),
        (lambda one: delattr(one, "LongitudinalTemporalInformationModified"), "stamp_missing", "(0028,0303)"),
        (lambda one: delattr(one, "DeidentificationMethodCodeSequence"), "stamp_missing", "(0012,0064)"),
        (lambda one: delattr(one, "PatientSex"), "conformance", "(0010,0040)"),
        (lambda one: delattr(one, "ImageType"), "conformance", "(0008,0008)"),
        (lambda one: setattr(one, "ImageType", ""), "conformance", "(0008,0008)"),
        (lambda one: setattr(one, "PatientSex", "REMOVED"), "conformance", "(0010,0040)"),
        (lambda one: setattr(one, "StudyDate", "REMOVED"), "conformance", "(0008,0020)"),
        (lambda one: setattr(one, "StudyID", "a study of more than sixteen"), "conformance", "(0020,0010)"),
        (lambda one: setattr(one, "RescaleSlope", ["1", "2"]), "conformance", "(0028,1053)"),
        (lambda one: setattr(one, "Rows", 3), "conformance", "(7FE0,0010)"),
    ],
)
def test_a_missing_stamp_and_a_new_error_are_found(proven, deed, kind, path):
    found = proven(deed)
    assert (kind, path) in {(finding.kind, finding.path) for finding in found}
    assert kind in FATAL


def test_an_error_that_came_with_the_source_is_none_of_the_pass(new, proven):
    source = image(new)
    with pydicom.config.disable_value_validation():
        del source.ImageType
        source.ImageType = "original and primary"
        source.KVP = ""
        del source.RescaleSlope
    assert proven(source=source) == ()


def test_edited_pixels_that_cannot_be_decoded_are_found(new, proven):
    source = image(new)
    source.file_meta = pydicom.dataset.FileMetaDataset()
    source.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    source.compress(RLELossless, np.arange(4, dtype="<u2").reshape(2, 2))
    out = io.BytesIO()
    source.save_as(out, enforce_file_format=True)
    assert proven(source=out.getvalue()) == ()

    def cut(dataset):
        dataset.PixelData = pydicom.encaps.encapsulate([b"\x01" + bytes(63)])

    found = proven(cut, source=out.getvalue())
    assert ("conformance", "(7FE0,0010)") in {(finding.kind, finding.path) for finding in found}


def observer(new, uid):
    """A report that says which device observed, by a UID that Retain Device Identity keeps (PS3.15 E.3.4)."""
    concept, item = Dataset(), Dataset()
    concept.CodeValue, concept.CodingSchemeDesignator = "121012", "DCM"
    concept.CodeMeaning = "Device Observer UID"
    item.RelationshipType, item.ValueType, item.UID = "HAS OBS CONTEXT", "UIDREF", uid
    item.ConceptNameCodeSequence = [concept]
    return new(
        "1.2.840.10008.5.1.4.1.1.88.33", Modality="SR", ValueType="CONTAINER", ContinuityOfContent="SEPARATE",
        ContentSequence=[item],
    )  # fmt: skip


def test_a_uid_that_an_option_retains_in_a_report_is_no_leak(new, proven):
    kept = "1.2.3.4.777"
    assert proven(source=observer(new, kept)) == ()
    without = dataclasses.replace(TCIA, options=TCIA.options - {"retain_device_identity"})

    def put_back(dataset):
        dataset.ContentSequence[0].UID = kept

    found = proven(put_back, source=observer(new, kept), recipe=without)
    assert ("leak", "(0040,A730)[0].(0040,A124)") in {(one.kind, one.path) for one in found}


def test_an_enumerated_value_is_no_leak_whatever_the_patient_is_called(new, proven):
    source = image(new)
    source.PatientName, source.CompletionFlag = "Complete^Ada", "COMPLETE"

    def put_back(dataset):
        dataset.CompletionFlag = dataset.StudyDescription = "COMPLETE"

    found = {(one.kind, one.path) for one in proven(put_back, source=source)}
    assert found == {("leak", "(0008,1030)")}


@NEEDS_DCIODVFY
@pytest.mark.parametrize("name", ["keep-dates", "tcia"])
@pytest.mark.parametrize(
    "path",
    [
        "CT_small.dcm",
        "MR_small.dcm",
        "rtplan.dcm",
        "rtdose.dcm",
        "rtstruct.dcm",
        "JPEG2000.dcm",
        "liver_1frame.dcm",
    ],
)
def test_another_judge_sees_no_new_error_where_the_proof_sees_none(tmp_path, identity, path, name):
    source = get_testdata_file(path)
    if source is None:
        pytest.skip("pydicom keeps this file on a server")
    sees_no_new_error(Path(source), tmp_path / "cleaned.dcm", Recipe.builtin(name), identity)


@pytest.mark.slow
@NEEDS_DCIODVFY
def test_another_judge_sees_no_new_error_in_any_kind_of_object_under_any_recipe(tmp_path, identity):
    make_set(tmp_path, seed=11, subjects=8, hard=False)
    kinds = set()
    for path in sorted((tmp_path / "files").rglob("*")):
        if path.is_file():
            kinds.add(str(pydicom.dcmread(path, stop_before_pixels=True).SOPClassUID))
            for name in BUILTIN:
                sees_no_new_error(path, tmp_path / "cleaned.dcm", Recipe.builtin(name), identity)
    assert len(kinds) > 10


def sees_no_new_error(source, cleaned, recipe, identity):
    """Clean a file, prove it, and let dciodvfy compare."""
    with read(source) as file:
        context = PatientContext.of([collect(file)])
        done = clean(file, recipe=recipe, identity=identity, context=context)
        with cleaned.open("wb") as out:
            write(file, done.edits, out)
        with read(cleaned) as written:
            proof = prove(file, written, recipe=recipe, identity=identity, context=context)
    assert proof == (), source.name
    assert errors(cleaned) <= errors(source), (recipe.name, source.name)


def errors(path):
    """What dciodvfy objects to, without the values and offsets that it repeats."""
    said = subprocess.run(
        ["dciodvfy", str(path)], capture_output=True, text=True, errors="replace", check=False
    )
    lines = (said.stdout + said.stderr).splitlines()
    return {line.split(" = <")[0].split("value <")[0] for line in lines if line.startswith("Error")}
