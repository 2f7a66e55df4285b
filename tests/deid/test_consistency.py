"""Properties over random trees and whole patients."""

import io

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset

from vesalius.deid import DomainKey, Identity, PatientContext, Recipe, clean, collect, write
from vesalius.dicom import read, walk
from vesalius.dicom.structure import check

IDENTITY = Identity(DomainKey.generate(b"\7" * 32))
CT = "1.2.840.10008.5.1.4.1.1.2"
UIDS = [f"1.2.3.{number}" for number in range(6)]
SECRET = "Zebrowski"

leaves = st.fixed_dictionaries(
    {},
    optional={
        "PatientName": st.just(f"{SECRET}^Ada"),
        "PatientComments": st.just(f"{SECRET} called"),
        "Manufacturer": st.sampled_from(["ACME", f"for {SECRET}"]),
        "StudyDate": st.sampled_from(["20200102", ""]),
        "AcquisitionDateTime": st.sampled_from(["20200102101112.5", ""]),
        "StudyDescription": st.sampled_from(["CHEST", f"CHEST {SECRET}", ""]),
        "ReferencedSOPInstanceUID": st.sampled_from(UIDS),
        "FrameOfReferenceUID": st.sampled_from(UIDS),
        "Rows": st.integers(0, 60000),
        "PixelSpacing": st.just([0.5, 0.5]),
    },
)
SEQUENCES = ["CTExposureSequence", "ReferencedImageSequence", "ContentSequence", "RequestAttributesSequence"]
trees = st.recursive(
    leaves.map(lambda attributes: (attributes, [])),
    lambda inner: st.tuples(
        leaves, st.lists(st.tuples(st.sampled_from(SEQUENCES), st.booleans(), inner), max_size=3)
    ),
    max_leaves=8,
)


def build(tree):
    attributes, inside = tree
    dataset = Dataset()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    for keyword, undefined, inner in inside:
        item = build(inner)
        item.is_undefined_length_sequence_item = undefined
        setattr(dataset, keyword, [item])
        dataset[keyword].is_undefined_length = undefined
    return dataset


def encode(dataset, syntax):
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = CT, dataset.SOPInstanceUID
    meta.TransferSyntaxUID = syntax
    file = FileDataset(
        "", dataset, preamble=bytes(128), file_meta=meta,
        is_implicit_VR=syntax.is_implicit_VR, is_little_endian=syntax.is_little_endian,
    )  # fmt: skip
    out = io.BytesIO()
    file.save_as(out, enforce_file_format=True)
    return out.getvalue()


def cleaned(data, recipe, context=None):
    file = read(io.BytesIO(data))
    context = context or PatientContext.of([collect(file)])
    result = clean(file, recipe=recipe, identity=IDENTITY, context=context)
    out = io.BytesIO()
    write(file, result.edits, out)
    return result, out.getvalue()


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(
    tree=trees,
    syntax=st.sampled_from(
        [
            pydicom.uid.ExplicitVRLittleEndian,
            pydicom.uid.ImplicitVRLittleEndian,
            pydicom.uid.ExplicitVRBigEndian,
        ]
    ),
    name=st.sampled_from(["basic", "tcia"]),
)
def test_any_tree_stays_sound_and_loses_the_name(tree, syntax, name):
    dataset = build(tree)
    dataset.SOPClassUID, dataset.SOPInstanceUID = CT, "1.2.9"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.PatientID = "1.2.7", "1.2.8", "MRN1"
    dataset.PatientName = f"{SECRET}^Ada"
    data = encode(dataset, syntax)
    recipe = Recipe.builtin(name)
    _result, once = cleaned(data, recipe)
    assert cleaned(data, recipe)[1] == once, "the same bytes every time"
    assert SECRET.encode() not in once
    assert b"MRN1" not in once
    again = read(io.BytesIO(once))
    assert not [
        problem for problem in check(again) if problem not in check(read(io.BytesIO(data))) and problem.fatal
    ]
    for _, element in walk(again.dataset):
        if element.vr == "UI":
            assert not element.text().startswith("1.2.3."), "every instance UID is mapped"


def test_references_resolve_over_all_files_of_a_patient():
    # an image, a segmentation of it, a presentation of both: in any order, under one context
    def instance(sop_class, number, *references):
        dataset = Dataset()
        dataset.SOPClassUID, dataset.SOPInstanceUID = sop_class, f"1.2.3.{number}"
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.7", f"1.2.8.{number}"
        dataset.PatientName, dataset.PatientID = f"{SECRET}^Ada", "MRN1"
        dataset.StudyDate = "20200102"
        dataset.ReferencedSeriesSequence = [series(reference) for reference in references]
        return encode(dataset, pydicom.uid.ExplicitVRLittleEndian)

    def series(number):
        image, item = Dataset(), Dataset()
        image.ReferencedSOPClassUID, image.ReferencedSOPInstanceUID = CT, f"1.2.3.{number}"
        item.SeriesInstanceUID, item.ReferencedInstanceSequence = f"1.2.8.{number}", [image]
        return item

    files = [
        instance(CT, 1),
        instance("1.2.840.10008.5.1.4.1.1.66.4", 2, 1),
        instance("1.2.840.10008.5.1.4.1.1.11.1", 3, 1, 2),
    ]
    context = PatientContext.of([collect(read(io.BytesIO(data))) for data in files])
    facts = [cleaned(data, Recipe.builtin("tcia"), context)[0].facts for data in reversed(files)]
    known = {one["SOPInstanceUID"]: one["SeriesInstanceUID"] for one in facts}
    for one in facts:
        assert set(one["references"]["SOPInstanceUID"]) <= set(known)
        assert set(one["references"]["SeriesInstanceUID"]) <= set(known.values())
    assert sorted(len(one["references"]["SOPInstanceUID"]) for one in facts) == [0, 1, 2]
    assert len({one["StudyDate"] for one in facts}) == 1
    assert len({one["PatientID"] for one in facts}) == 1


def test_an_identifier_of_one_file_is_removed_from_all_files_of_the_patient():
    def instance(number, **attributes):
        dataset = Dataset()
        dataset.SOPClassUID, dataset.SOPInstanceUID, dataset.PatientID = CT, f"1.2.3.{number}", "MRN1"
        for keyword, value in attributes.items():
            setattr(dataset, keyword, value)
        return encode(dataset, pydicom.uid.ExplicitVRLittleEndian)

    files = [
        instance(1, OperatorsName="Head^Rosa"),
        instance(2, SeriesDescription="HEAD", Manufacturer="Rosa"),
    ]
    alone = cleaned(files[1], Recipe.builtin("tcia"))[0].facts
    assert alone["SeriesDescription"] == "HEAD"
    assert alone["Manufacturer"] == "Rosa"
    context = PatientContext.of([collect(read(io.BytesIO(data))) for data in files])
    together = cleaned(files[1], Recipe.builtin("tcia"), context)[0].facts
    assert "SeriesDescription" not in together
    assert "Manufacturer" not in together
