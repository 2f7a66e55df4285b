"""The three origins of a submission: identifiable is cleaned, a site's is verified, derived keeps its identity."""

import io

import pytest
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from vesalius.deid import header_facts
from vesalius.dicom import read

CT = "1.2.840.10008.5.1.4.1.1.2"
SEG = "1.2.840.10008.5.1.4.1.1.66.4"
DATES = "retain_longitudinal_modified_dates"


def objections(result):
    return {(finding.kind, finding.path) for finding in result.cleaned.findings}


@pytest.fixture
def clean_by_site(new):
    """What a site sends that did all of its work."""
    return new(
        CT, PatientName="CASE-1", PatientID="CASE-1", StudyDate="", AccessionNumber="",
        PatientIdentityRemoved="YES", DeidentificationMethod="CTP", LongitudinalTemporalInformationModified="REMOVED",
    )  # fmt: skip


def test_a_sites_file_is_never_changed(clean_by_site, encoded, outcome):
    clean_by_site.PatientComments = "left behind"
    result = outcome(clean_by_site, origin="site")
    assert result.data == encoded(clean_by_site)
    assert not result.cleaned.changes
    assert not result.cleaned.edits


def test_a_site_that_did_its_work_meets_no_objection(clean_by_site, outcome):
    assert objections(outcome(clean_by_site, origin="site")) == set()


@pytest.mark.parametrize(
    ("keyword", "value", "kind", "path"),
    [
        ("PatientComments", "lives by the mill", "not_removed", "(0010,4000)"),
        ("OtherPatientIDs", "MRN1", "not_removed", "(0010,1000)"),
        ("InstitutionName", "St Elsewhere", "not_removed", "(0008,0080)"),
        ("AccessionNumber", "ACC1", "not_emptied", "(0008,0050)"),
        ("PatientBirthDate", "19700102", "not_emptied", "(0010,0030)"),
        ("ReferringPhysicianName", "Roe^Al", "not_emptied", "(0008,0090)"),
        ("SeriesDate", "20200102", "not_removed", "(0008,0021)"),
    ],
)
def test_what_the_profile_removes_or_empties_is_objected_to(
    clean_by_site, outcome, keyword, value, kind, path
):
    setattr(clean_by_site, keyword, value)
    assert objections(outcome(clean_by_site, origin="site")) == {(kind, path)}


def test_an_objection_names_the_nested_path_and_never_the_value(clean_by_site, outcome):
    inner = Dataset()
    inner.PatientComments = "lives by the mill"
    clean_by_site.CTExposureSequence = [Dataset(), inner]
    result = outcome(clean_by_site, origin="site")
    assert objections(result) == {("not_removed", "(0018,9321)[1].(0010,4000)")}
    assert "mill" not in repr(result.cleaned.findings)


def test_a_description_of_more_than_known_words_is_objected_to(clean_by_site, outcome):
    clean_by_site.StudyDescription = "CHEST for Zebrowski"
    clean_by_site.SeriesDescription = "CHEST 5MM"
    result = outcome(clean_by_site, "clean_descriptors", origin="site")
    assert objections(result) == {("not_cleaned", "(0008,1030)")}


def test_private_elements_of_no_list_are_objected_to(clean_by_site, outcome):
    block = clean_by_site.private_block(0x0019, "GEMS_ACQU_01", create=True)
    block.add_new(0x23, "DS", "1.5")
    block.add_new(0x99, "LO", "x")
    assert objections(outcome(clean_by_site, "retain_safe_private", origin="site")) == {
        ("not_removed", "(0019,1099)")
    }


def test_missing_stamps_are_objected_to(new, outcome):
    result = outcome(new(CT, PatientName="CASE-1", PatientID="CASE-1"), origin="site")
    assert objections(result) == {
        ("stamp_missing", "(0012,0062)"),
        ("stamp_missing", "(0012,0063)"),
        ("stamp_missing", "(0028,0303)"),
    }


def test_derived_data_keep_uids_ids_and_dates(new, outcome):
    source = Dataset()
    source.ReferencedSOPClassUID, source.ReferencedSOPInstanceUID = CT, "2.25.7"
    series = Dataset()
    series.SeriesInstanceUID, series.ReferencedInstanceSequence = "2.25.8", [source]
    dataset = new(
        SEG, PatientID="LUNG-1", PatientName="LUNG-1", StudyDate="20150101", ContentDate="20150103",
        ReferencedSeriesSequence=[series], ContentCreatorName="Roe^Al", InstitutionName="University of Elsewhere",
        LongitudinalTemporalInformationModified="MODIFIED",
    )  # fmt: skip
    result = outcome(dataset, DATES, origin="derived")
    kept = result.dataset
    assert (kept.SOPInstanceUID, kept.PatientID, kept.PatientName) == ("1.2.3.4.5", "LUNG-1", "LUNG-1")
    assert (kept.StudyDate, kept.ContentDate) == ("20150101", "20150103")
    assert "InstitutionName" not in kept
    assert kept.ContentCreatorName != "Roe^Al"
    assert kept.LongitudinalTemporalInformationModified == "MODIFIED"
    assert [item.CodeValue for item in kept.DeidentificationMethodCodeSequence] == ["113100"]
    assert result.cleaned.facts["references"] == {
        "SOPInstanceUID": ["2.25.7"], "SeriesInstanceUID": ["2.25.8"], "StudyInstanceUID": [],
        "FrameOfReferenceUID": [],
    }  # fmt: skip


def test_before_values_are_recorded_for_identifiable_data_only(new, outcome):
    dataset = new(CT, PatientComments="about her")
    identifiable = outcome(dataset).change("(0010,4000)")
    assert (identifiable.before, identifiable.after, identifiable.action) == ("about her", None, "X")
    derived = outcome(dataset, origin="derived")
    assert {change.before for change in derived.cleaned.changes} == {None}


def test_a_change_names_path_vr_action_and_both_values(new, outcome, identity):
    inner = Dataset()
    inner.PatientID = "MRN0001"
    change = outcome(new(CT, CTExposureSequence=[inner])).change("(0018,9321)[0].(0010,0020)")
    assert change == ("(0018,9321)[0].(0010,0020)", "LO", "D", "MRN0001", identity.patient_id("", "MRN0001"))


@pytest.mark.parametrize("origin", ["identifiable", "derived", "site"])
def test_the_facts_are_those_of_the_file_as_written(new, outcome, origin):
    dataset = new(
        CT, PatientSex="F", PatientAge="050Y", StudyDate="20200102", StudyDescription="CHEST", SeriesNumber=3,
        InstanceNumber=9, Rows=512, Columns=256, PixelSpacing=[0.7, 0.8], SliceThickness=1.25,
        WindowCenter=[40, 50], ImagePositionPatient=[1, 2, 3.5], SoftwareVersions=["a", "b"], EthnicGroup="x",
    )  # fmt: skip
    dataset.add(DataElement(0x00180060, "DS", "nan", validation_mode=0))
    result = outcome(dataset, DATES, "clean_descriptors", "retain_patient_characteristics", origin=origin)
    facts = header_facts(read(io.BytesIO(result.data)))
    assert result.cleaned.facts == facts
    assert facts["Rows"] == 512
    assert facts["PixelSpacing"] == [0.7, 0.8]
    assert facts["WindowCenter"] == [40.0, 50.0]
    assert facts["SoftwareVersions"] == ["a", "b"]
    assert facts["StudyDescription"] == "CHEST"
    assert "KVP" not in facts, "not a number is no fact"
    assert facts["TransferSyntaxUID"] == "1.2.840.10008.1.2.1"
