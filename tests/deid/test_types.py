"""Compound actions of Table E.1-1 resolved by the attribute's Type in the IOD (PS3.15 E.1.1, PS3.3)."""

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID

CT = "1.2.840.10008.5.1.4.1.1.2"
ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2.1"
DX = "1.2.840.10008.5.1.4.1.1.1.1"
XA = "1.2.840.10008.5.1.4.1.1.12.1"
PET = "1.2.840.10008.5.1.4.1.1.128"
BASIC_SR = "1.2.840.10008.5.1.4.1.1.88.11"
GSPS = "1.2.840.10008.5.1.4.1.1.11.1"
SEG = "1.2.840.10008.5.1.4.1.1.66.4"
RT_PLAN = "1.2.840.10008.5.1.4.1.1.481.5"
RT_RECORD = "1.2.840.10008.5.1.4.1.1.481.4"
RT_SUMMARY = "1.2.840.10008.5.1.4.1.1.481.7"
PDF = "1.2.840.10008.5.1.4.1.1.104.1"
UNKNOWN = "1.2.840.10008.5.1.4.1.1.999999"

REMOVED, EMPTY, DUMMY = "removed", "empty", "dummy"


def item(**attributes):
    dataset = Dataset()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return Sequence([dataset])


REFERENCE = item(ReferencedSOPClassUID=CT, ReferencedSOPInstanceUID="1.2.3.9")
CODE = item(CodeValue="X1", CodingSchemeDesignator="99LOCAL", CodeMeaning="Site code")

CASES = [
    # Z/D: Type 2 or 3 Z, Type 1 D
    ("Z/D type 2C: General Image, PS3.3 C.7.6.1", CT, "ContentDate", "20200102", EMPTY),
    ("Z/D type 2C: General Image, PS3.3 C.7.6.1", CT, "ContentTime", "101010", EMPTY),
    ("Z/D type 1: SR Document General, PS3.3 C.17.2", BASIC_SR, "ContentDate", "20200102", DUMMY),
    ("Z/D type 1: SR Document General, PS3.3 C.17.2", BASIC_SR, "ContentTime", "101010", DUMMY),
    ("Z/D type 2: Contrast/Bolus, PS3.3 C.7.6.4", CT, "ContrastBolusAgent", "Omni 300", EMPTY),
    ("Z/D type 2: Content Identification, PS3.3 10.9", GSPS, "ContentCreatorName", "Roe^Al", EMPTY),
    # X/Z: Type 3 X, Type 2 or 1 Z
    ("X/Z type 3: General Acquisition, PS3.3 C.7.10.1", CT, "AcquisitionDate", "20200102", REMOVED),
    ("X/Z type 2: PET Image, PS3.3 C.8.9.4", PET, "AcquisitionDate", "20200102", EMPTY),
    ("X/Z type 2: PET Image, PS3.3 C.8.9.4", PET, "AcquisitionTime", "101010", EMPTY),
    ("X/Z type 3: General Study, PS3.3 C.7.2.1", CT, "ReferencedStudySequence", REFERENCE, REMOVED),
    ("X/Z type 2: Acquisition Context, PS3.3 C.7.6.14", DX, "AcquisitionContextSequence", CODE, EMPTY),
    ("X/Z unknown to the IOD", CT, "AcquisitionContextSequence", CODE, REMOVED),
    ("X/Z type 2C: Patient Study carried, PS3.3 C.7.2.2", CT, "PatientSexNeutered", "ALTERED", EMPTY),
    # X/D: Type 3 X, else D, for X would be illegal at Type 2
    ("X/D type 3: General Series, PS3.3 C.7.3.1", CT, "SeriesDate", "20200102", REMOVED),
    ("X/D type 3: General Series, PS3.3 C.7.3.1", CT, "ProtocolName", "Dr Roe protocol", REMOVED),
    ("X/D type 1: PET Series, PS3.3 C.8.9.1", PET, "SeriesDate", "20200102", DUMMY),
    ("X/D type 1: PET Series, PS3.3 C.8.9.1", PET, "SeriesTime", "101010", DUMMY),
    ("X/D type 2: RT General Plan, PS3.3 C.8.8.9", RT_PLAN, "RTPlanDate", "20200102", DUMMY),
    ("X/D type 2: RT Treatment Summary, PS3.3 C.8.8.23", RT_SUMMARY, "FirstTreatmentDate", "20200102", DUMMY),
    (
        "X/D type 1C: SR Document Content, PS3.3 C.17.3",
        BASIC_SR,
        "ObservationDateTime",
        "20200102101010",
        DUMMY,
    ),
    # X/Z/D: Type 3 X, Type 2 Z, Type 1 D
    ("X/Z/D type 3: General Equipment, PS3.3 C.7.5.1", CT, "InstitutionName", "St Elsewhere", REMOVED),
    ("X/Z/D type 3: General Equipment, PS3.3 C.7.5.1", CT, "StationName", "CT1", REMOVED),
    ("X/Z/D type 3: General Equipment, PS3.3 C.7.5.1", CT, "DeviceSerialNumber", "SN77", REMOVED),
    ("X/Z/D type 1: Enhanced General Equipment, C.7.5.2", ENHANCED_CT, "DeviceSerialNumber", "SN77", DUMMY),
    ("X/Z/D type 3: General Series, PS3.3 C.7.3.1", CT, "OperatorsName", "Roe^Al", REMOVED),
    ("X/Z/D type 2: RT Series, PS3.3 C.8.8.1", RT_PLAN, "OperatorsName", "Roe^Al", EMPTY),
    ("X/Z/D type 3: General Acquisition", CT, "AcquisitionDateTime", "20200102101010", REMOVED),
    ("X/Z/D type 1C: CT/MR Enhanced, C.8.15.2", ENHANCED_CT, "AcquisitionDateTime", "20200102101010", DUMMY),
    ("X/Z/D type 2: Encapsulated Document, C.24.2", PDF, "AcquisitionDateTime", "20200102101010", EMPTY),
    ("X/Z/D type 3: General Series", CT, "ReferencedPerformedProcedureStepSequence", REFERENCE, REMOVED),
    (
        "X/Z/D type 2: SR Series, C.17.1",
        BASIC_SR,
        "ReferencedPerformedProcedureStepSequence",
        REFERENCE,
        EMPTY,
    ),
    ("X/Z/D unknown class: strictest of all", UNKNOWN, "DeviceSerialNumber", "SN77", DUMMY),
    ("X/D unknown class: strictest of all", UNKNOWN, "SeriesDate", "20200102", DUMMY),
    # X alone: where the object needs the attribute a dummy or nothing takes its place (PS3.15 E.1.1 step 2, note 1)
    (
        "X type 1: Presentation State Identification, C.11.10",
        GSPS,
        "PresentationCreationDate",
        "20200102",
        DUMMY,
    ),
    (
        "X type 1: Presentation State Identification, C.11.10",
        GSPS,
        "PresentationCreationTime",
        "101010",
        DUMMY,
    ),
    ("X unknown to the IOD", CT, "PresentationCreationDate", "20200102", REMOVED),
    ("X type 2C: Patient, PS3.3 C.7.1.1", CT, "ResponsiblePerson", "Roe^Al", EMPTY),
    # other plain codes do not look at the Type
    ("Z", CT, "StudyDate", "20200102", EMPTY),
    ("Z", CT, "AccessionNumber", "ACC1", EMPTY),
    ("Z", CT, "PatientBirthDate", "19700102", EMPTY),
    ("X", CT, "PatientAge", "050Y", REMOVED),
    ("X", CT, "StudyDescription", "CHEST", REMOVED),
    ("D", CT, "ClinicalTrialProtocolID", "P-7", DUMMY),
    ("D", RT_PLAN, "RTPlanLabel", "Doe boost", DUMMY),
]


@pytest.mark.parametrize(("clause", "sop_class", "keyword", "value", "expected"), CASES)
def test_a_compound_code_becomes_the_first_action_that_keeps_the_object_valid(
    new, outcome, clause, sop_class, keyword, value, expected
):
    result = outcome(new(sop_class, **{keyword: value})).dataset
    assert became(result, keyword, value) == expected, clause


def became(dataset, keyword, value):
    """What happened to an attribute, in the words of the cases."""
    if keyword not in dataset:
        return REMOVED
    if dataset[keyword].is_empty:
        return EMPTY
    return DUMMY if dataset[keyword].value != value else "kept"


@pytest.mark.parametrize(
    ("sop_class", "keyword", "kept"),
    [
        (CT, "ReferencedImageSequence", False),  # X/Z/U*, General Reference type 3: X
        (CT, "SourceImageSequence", False),
        (XA, "ReferencedImageSequence", True),  # X-Ray Image type 1C, PS3.3 C.8.7.2: U on what is inside
    ],
)
def test_x_z_u_star_keeps_the_item_only_where_type_1_demands_it(
    new, outcome, identity, sop_class, keyword, kept
):
    result = outcome(new(sop_class, **{keyword: REFERENCE})).dataset
    assert (keyword in result) is kept
    if kept:
        assert result[keyword][0].ReferencedSOPInstanceUID == identity.uid("1.2.3.9")
        assert result[keyword][0].ReferencedSOPClassUID == CT, "a class UID names no instance"


@pytest.mark.parametrize("listed", [False, True])
def test_references_that_an_instance_lists_keep_their_items(new, outcome, identity, listed):
    # Common Instance Reference, PS3.3 C.12.2: a list of what an instance refers to wants references
    inner = item(SourceImageSequence=REFERENCE)
    dataset = new(SEG, PerFrameFunctionalGroupsSequence=item(DerivationImageSequence=inner))
    if listed:
        dataset.ReferencedSeriesSequence = item(
            SeriesInstanceUID="1.2.3.8", ReferencedInstanceSequence=REFERENCE
        )
    result = outcome(dataset).dataset
    sources = result.PerFrameFunctionalGroupsSequence[0].DerivationImageSequence[0].SourceImageSequence
    new_uid = identity.uid("1.2.3.9")
    assert [one.ReferencedSOPInstanceUID for one in sources] == ([new_uid] if listed else [])
    if listed:
        series = result.ReferencedSeriesSequence[0]
        assert series.ReferencedInstanceSequence[0].ReferencedSOPInstanceUID == new_uid


def test_x_z_u_star_empties_a_type_2_sequence_inside_of_functional_groups(new, outcome):
    # Derivation Image macro, PS3.3 C.7.6.16.2.6: Source Image Sequence is Type 2
    inner = item(DerivationDescription="x", SourceImageSequence=REFERENCE)
    groups = item(DerivationImageSequence=inner)
    result = outcome(new(ENHANCED_CT, PerFrameFunctionalGroupsSequence=groups)).dataset
    derivation = result.PerFrameFunctionalGroupsSequence[0].DerivationImageSequence[0]
    assert "SourceImageSequence" in derivation
    assert len(derivation.SourceImageSequence) == 0


def test_a_nested_attribute_has_the_type_of_its_place(new, outcome):
    # Treatment Machine Name is X/Z and Type 2 inside of Beam Sequence, PS3.3 C.8.8.14; unknown at the plan's root
    beams = item(TreatmentMachineName="LINAC-DOE")
    result = outcome(new(RT_PLAN, BeamSequence=beams, TreatmentMachineName="LINAC-DOE")).dataset
    assert result.BeamSequence[0]["TreatmentMachineName"].is_empty
    assert "TreatmentMachineName" not in result


def test_a_module_of_usage_u_counts_only_when_the_instance_carries_it(new, outcome):
    # Legacy Converted Enhanced CT: Enhanced General Equipment is U and makes Device Serial Number Type 1
    legacy = "1.2.840.10008.5.1.4.1.1.2.2"
    bare = new(legacy, DeviceSerialNumber="SN77", Manufacturer="ACME")
    assert "DeviceSerialNumber" not in outcome(bare).dataset
    whole = new(
        legacy,
        DeviceSerialNumber="SN77",
        Manufacturer="ACME",
        ManufacturerModelName="M",
        SoftwareVersions="1",
    )
    assert outcome(whole).dataset.DeviceSerialNumber not in {"", "SN77"}


def test_c_that_cannot_clean_falls_back_to_what_the_type_allows(new, outcome):
    # Contrast/Bolus Agent: Z/D with Clean Descriptors C, Type 2; Protocol Name: X/D with C, Type 3
    result = outcome(
        new(CT, ContrastBolusAgent="Roe Zebrowski", ProtocolName="Roe Zebrowski"), "clean_descriptors"
    ).dataset
    assert result["ContrastBolusAgent"].is_empty
    assert "ProtocolName" not in result


def test_a_private_sop_class_is_quarantined_and_cleaned_as_strictly_as_any(new, outcome):
    result = outcome(new("1.2.840.113619.4.30", SeriesDate="20200102"))
    assert "quarantine" in result.kinds()
    assert result.dataset.SeriesDate not in {"", "20200102"}
    assert UID(result.dataset.SOPClassUID) == "1.2.840.113619.4.30"
