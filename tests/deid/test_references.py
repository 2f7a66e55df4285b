"""References of every object that refers: what resolved over a set of files resolves once it is cleaned."""

import io

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import (
    CTImageStorage,
    GrayscaleSoftcopyPresentationStateStorage,
    KeyObjectSelectionDocumentStorage,
    RTDoseStorage,
    RTPlanStorage,
    RTStructureSetStorage,
    SegmentationStorage,
    SpatialRegistrationStorage,
)

from vesalius.deid import PatientContext, Recipe, clean, collect, header_facts, write
from vesalius.deid.proof import prove, unresolved
from vesalius.dicom import read

COMPREHENSIVE_SR = "1.2.840.10008.5.1.4.1.1.88.33"
FRAME_OF_REFERENCE = "1.2.3.4.99.1"
IMAGE = "1.2.3.4.5.1001"
PLAN = "1.2.3.4.5.1003"
STRUCTURES = "1.2.3.4.5.1002"


def item(**attributes):
    dataset = Dataset()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


def named(sop_class=CTImageStorage, instance=IMAGE):
    return item(ReferencedSOPClassUID=sop_class, ReferencedSOPInstanceUID=instance)


def evidence():
    series = item(SeriesInstanceUID="1.2.3.4.1", ReferencedSOPSequence=[named()])
    return [item(StudyInstanceUID="1.2.3.4", ReferencedSeriesSequence=[series])]


def structures(new):
    series = item(SeriesInstanceUID="1.2.3.4.1", ContourImageSequence=[named()])
    study = item(**{**vars_of(named()), "RTReferencedSeriesSequence": [series]})
    study.ReferencedSOPInstanceUID = "1.2.3.4"
    frame = item(FrameOfReferenceUID=FRAME_OF_REFERENCE, RTReferencedStudySequence=[study])
    region = item(ROINumber=1, ReferencedFrameOfReferenceUID=FRAME_OF_REFERENCE, ROIName="GTV")
    contour = item(ContourImageSequence=[named()], ContourGeometricType="POINT", NumberOfContourPoints=1)
    contour.ContourData = [0.0, 0.0, 0.0]
    return new(
        RTStructureSetStorage, Modality="RTSTRUCT", SOPInstanceUID=STRUCTURES, StructureSetLabel="RTSTRUCT",
        ReferencedFrameOfReferenceSequence=[frame], StructureSetROISequence=[region],
        ROIContourSequence=[item(ReferencedROINumber=1, ContourSequence=[contour])],
    )  # fmt: skip


def vars_of(dataset):
    return {element.keyword: element.value for element in dataset}


def members(new):
    """One image and one of each kind of object that refers to it or to each other."""
    frame = item(DerivationImageSequence=[item(SourceImageSequence=[named()])])
    matrix = item(FrameOfReferenceUID=FRAME_OF_REFERENCE, ReferencedImageSequence=[named()])
    content = item(ValueType="IMAGE", RelationshipType="CONTAINS", ReferencedSOPSequence=[named()])
    place = {"FrameOfReferenceUID": FRAME_OF_REFERENCE}
    return {
        "CT": new(CTImageStorage, SOPInstanceUID=IMAGE, **place),
        "SEG": new(
            SegmentationStorage, Modality="SEG", SOPInstanceUID="1.2.3.4.5.1009", **place,
            ReferencedSeriesSequence=[item(SeriesInstanceUID="1.2.3.4.1", ReferencedInstanceSequence=[named()])],
            PerFrameFunctionalGroupsSequence=[frame],
        ),
        "RTSTRUCT": structures(new),
        "RTPLAN": new(
            RTPlanStorage, Modality="RTPLAN", SOPInstanceUID=PLAN, RTPlanGeometry="PATIENT", **place,
            ReferencedStructureSetSequence=[named(RTStructureSetStorage, STRUCTURES)],
        ),
        "RTDOSE": new(
            RTDoseStorage, Modality="RTDOSE", SOPInstanceUID="1.2.3.4.5.1004", **place,
            ReferencedRTPlanSequence=[named(RTPlanStorage, PLAN)],
        ),
        "SR": new(
            COMPREHENSIVE_SR, Modality="SR", SOPInstanceUID="1.2.3.4.5.1005", ValueType="CONTAINER",
            CurrentRequestedProcedureEvidenceSequence=evidence(), ContentSequence=[content],
        ),
        "KO": new(
            KeyObjectSelectionDocumentStorage, Modality="KO", SOPInstanceUID="1.2.3.4.5.1006",
            CurrentRequestedProcedureEvidenceSequence=evidence(), ContentSequence=[content],
        ),
        "PR": new(
            GrayscaleSoftcopyPresentationStateStorage, Modality="PR", SOPInstanceUID="1.2.3.4.5.1007",
            ReferencedSeriesSequence=[item(SeriesInstanceUID="1.2.3.4.1", ReferencedImageSequence=[named()])],
        ),
        "REG": new(
            SpatialRegistrationStorage, Modality="REG", SOPInstanceUID="1.2.3.4.5.1008", **place,
            RegistrationSequence=[matrix],
            ReferencedSeriesSequence=[item(SeriesInstanceUID="1.2.3.4.1", ReferencedInstanceSequence=[named()])],
        ),
    }  # fmt: skip


@pytest.fixture
def cleaned_set(new, encoded, identity):
    """The set cleaned under a recipe: facts before, facts after, and the cleaned files."""

    def run(recipe, sets=None):
        data = {name: encoded(dataset) for name, dataset in (sets or members(new)).items()}
        files = {name: read(io.BytesIO(content)) for name, content in data.items()}
        context = PatientContext.of([collect(file) for file in files.values()])
        after, written = {}, {}
        for name, file in files.items():
            done = clean(file, recipe=recipe, identity=identity, context=context)
            out = io.BytesIO()
            write(file, done.edits, out)
            written[name] = out.getvalue()
            after[name] = header_facts(read(io.BytesIO(written[name])))
            assert after[name]["references"] == done.facts["references"]
            proof = prove(
                file, read(io.BytesIO(written[name])), recipe=recipe, identity=identity, context=context
            )
            assert not proof, (name, proof)
        return {name: header_facts(file) for name, file in files.items()}, after, written

    return run


@pytest.mark.parametrize("name", ["basic", "tcia", "keep-dates", "strict"])
def test_every_reference_that_resolved_resolves(cleaned_set, identity, name):
    before, after, _ = cleaned_set(Recipe.builtin(name))
    assert unresolved(before.values(), after.values(), identity) == []
    for kind in ("SEG", "RTSTRUCT", "RTPLAN", "RTDOSE", "SR", "KO", "PR", "REG"):
        assert after[kind]["references"]["SOPInstanceUID"], f"{kind} still refers"


@pytest.mark.parametrize("name", ["tcia", "keep-dates"])
def test_no_reference_is_lost_where_references_stay(cleaned_set, identity, name):
    before, after, _ = cleaned_set(Recipe.builtin(name))
    for kind, facts in before.items():
        for keyword, uids in facts["references"].items():
            assert {identity.uid(uid) for uid in uids} == set(after[kind]["references"][keyword]), (
                kind,
                keyword,
            )


def test_a_missing_file_and_an_old_uid_are_told_with_who_refers_to_them(cleaned_set, identity):
    before, after, _ = cleaned_set(Recipe.builtin("tcia"))
    missing = [facts for kind, facts in after.items() if kind != "RTPLAN"]
    broken = unresolved(before.values(), missing, identity)
    assert [(one.sop_instance, one.uid, one.stale) for one in broken] == [
        (after["RTDOSE"]["SOPInstanceUID"], identity.uid(PLAN), False)
    ]
    stale = {**after["RTDOSE"], "references": {"SOPInstanceUID": [PLAN]}}
    [one] = unresolved(before.values(), [*(facts for facts in after.values()), stale], identity)
    assert (one.keyword, one.uid, one.stale) == ("SOPInstanceUID", PLAN, True)


def test_references_out_of_the_set_and_of_kept_uids_are_no_fault(cleaned_set, new, identity):
    lone = {"SEG": members(new)["SEG"]}
    before, after, _ = cleaned_set(Recipe.builtin("tcia"), lone)
    assert unresolved(before.values(), after.values(), identity) == []
    assert unresolved(before.values(), before.values(), None) == []


def test_uids_in_texts_and_private_elements_get_the_same_new_names_or_go(cleaned_set, new, identity):
    image = members(new)["CT"]
    image.SoftwareVersions = f"made from {IMAGE}.7.8.9 and 1.2.3"
    image.SOPInstanceUID = f"{IMAGE}.7.8.9"
    block = image.private_block(0x0019, "SOMEBODY", create=True)
    block.add_new(0x01, "UI", image.SOPInstanceUID)
    block.add_new(0x02, "UN", image.SOPInstanceUID.encode() + b"\0")
    block.add_new(0x03, "LO", f"see {image.SOPInstanceUID}")
    dispositions = {f'(0019,"SOMEBODY",0{number})': "K" for number in (1, 2, 3)}
    recipe = Recipe(
        name="test", version="1", options=frozenset({"retain_device_identity"}), dispositions=dispositions
    )
    _, after, written = cleaned_set(recipe, {"CT": image})
    assert image.SOPInstanceUID.encode() not in written["CT"]
    cleaned = pydicom.dcmread(io.BytesIO(written["CT"]))
    assert cleaned.SoftwareVersions == f"made from {after['CT']['SOPInstanceUID']} and 1.2.3"
