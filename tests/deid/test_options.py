"""The ten option columns of Table E.1-1, alone and together; clean wins over retain, retain over basic."""

import pytest

CT = "1.2.840.10008.5.1.4.1.1.2"
DATES = "retain_longitudinal_modified_dates"
FULL = "retain_longitudinal_full_dates"

ALONE = [
    # (row of Table E.1-1, option, keyword, value, what stands afterwards; None for removed)
    ("Patient's Age", "retain_patient_characteristics", "PatientAge", "050Y", "050Y"),
    ("Patient's Sex", "retain_patient_characteristics", "PatientSex", "F", "F"),
    ("Patient's Weight", "retain_patient_characteristics", "PatientWeight", 70, 70),
    ("Pregnancy Status", "retain_patient_characteristics", "PregnancyStatus", 1, 1),
    ("Patient's Sex Neutered", "retain_patient_characteristics", "PatientSexNeutered", "ALTERED", "ALTERED"),
    ("Patient's Sex", "retain_device_identity", "PatientSex", "F", ""),
    ("Station Name", "retain_device_identity", "StationName", "CT1", "CT1"),
    ("Device Serial Number", "retain_device_identity", "DeviceSerialNumber", "SN77", "SN77"),
    ("Device Serial Number", "retain_institution_identity", "DeviceSerialNumber", "SN77", None),
    ("Institution Name", "retain_institution_identity", "InstitutionName", "St Elsewhere", "St Elsewhere"),
    ("Institution Address", "retain_institution_identity", "InstitutionAddress", "1 High St", "1 High St"),
    ("Institution Name", "retain_device_identity", "InstitutionName", "St Elsewhere", None),
    ("Study Date", FULL, "StudyDate", "20200102", "20200102"),
    ("Series Date", FULL, "SeriesDate", "20200102", "20200102"),
    ("Study Time", FULL, "StudyTime", "101010", "101010"),
    ("Study Time", DATES, "StudyTime", "101010", "101010"),
    ("Patient's Birth Date", FULL, "PatientBirthDate", "19700102", ""),
    ("Patient's Birth Date", DATES, "PatientBirthDate", "19700102", ""),
    ("SOP Instance UID", "retain_uids", "SOPInstanceUID", "1.2.3.4.5", "1.2.3.4.5"),
    ("Study Instance UID", "retain_uids", "StudyInstanceUID", "1.2.3.4", "1.2.3.4"),
    ("Frame of Reference UID", "retain_uids", "FrameOfReferenceUID", "1.2.3.8", "1.2.3.8"),
    ("Study Description", "clean_descriptors", "StudyDescription", "CT CHEST W/O CONTRAST", "CT CHEST W/O CONTRAST"),
    ("Study Description", "clean_descriptors", "StudyDescription", "CT chest for Dr Roe", "CT chest for"),
    ("Series Description", "clean_descriptors", "SeriesDescription", "Thorax 1.5mm B30f", "Thorax 1.5mm B30f"),
    ("Series Description", "clean_descriptors", "SeriesDescription", "Thorax 12.03.1970", "Thorax"),
    ("Series Description", "clean_descriptors", "SeriesDescription", "Thorax 5551234", "Thorax"),
    ("Protocol Name", "clean_descriptors", "ProtocolName", "ABD_PELVIS", "ABD_PELVIS"),
    ("Contrast/Bolus Agent", "clean_descriptors", "ContrastBolusAgent", "IV CONTRAST", "IV CONTRAST"),
    ("Contrast/Bolus Agent", "clean_descriptors", "ContrastBolusAgent", "Zebrowski 7731234", ""),
    ("Patient Comments", "clean_descriptors", "PatientComments", "Zebrowski, 12 Mill Street", None),
    ("Study Description", "clean_graphics", "StudyDescription", "CHEST", None),
    ("Study Description", "clean_structured_content", "StudyDescription", "CHEST", None),
    ("Study Description", "retain_safe_private", "StudyDescription", "CHEST", None),
]  # fmt: skip


@pytest.mark.parametrize(("row", "option", "keyword", "value", "expected"), ALONE)
def test_an_option_speaks_for_its_own_column(new, outcome, row, option, keyword, value, expected):
    result = outcome(new(CT, **{keyword: value}), option).dataset
    if expected is None:
        assert keyword not in result, row
    else:
        assert (result[keyword].value or "") == expected, row


def test_clean_wins_over_retain(new, outcome, identity):
    # Date of Last Calibration: device identity K, modified dates C
    calibrated = new(CT, DateOfLastCalibration="20200301")
    kept = outcome(calibrated, "retain_device_identity").dataset
    assert kept.DateOfLastCalibration == "20200301"
    moved = outcome(calibrated, "retain_device_identity", DATES).dataset
    assert moved.DateOfLastCalibration not in {"", "20200301"}


def test_modified_dates_win_over_full_dates(new, outcome):
    result = outcome(new(CT, StudyDate="20200102"), FULL, DATES).dataset
    assert result.StudyDate not in {"", "20200102"}
    assert result.LongitudinalTemporalInformationModified == "MODIFIED"


def test_options_that_do_not_speak_of_a_row_leave_it_to_the_basic_profile(new, outcome):
    everything = (
        "retain_uids", "retain_device_identity", "retain_institution_identity", "retain_patient_characteristics",
        FULL, "clean_descriptors", "clean_structured_content", "clean_graphics", "retain_safe_private",
    )  # fmt: skip
    result = outcome(
        new(CT, OtherPatientIDs="X1", PatientMotherBirthName="Roe^Ann", AccessionNumber="ACC1"), *everything
    ).dataset
    assert "OtherPatientIDs" not in result
    assert "PatientMotherBirthName" not in result
    assert result.AccessionNumber == ""
    assert result.PatientName != "Doe^Jane"
    assert result.PatientID != "MRN0001"


def test_a_description_with_a_part_of_the_patients_name_is_never_kept(new, outcome):
    # the word list knows HEAD, but this patient is called so, and nothing beside the word says what it is
    named = new(CT, SeriesDescription="HEAD", StudyDescription="BRAIN")
    assert outcome(named, "clean_descriptors").dataset.SeriesDescription == "HEAD"
    named.PatientName = "Head^Jane"
    result = outcome(named, "clean_descriptors").dataset
    assert "SeriesDescription" not in result
    assert result.StudyDescription == "BRAIN"
    named.SeriesDescription = "HEAD CT"
    assert outcome(named, "clean_descriptors").dataset.SeriesDescription == "HEAD CT"


def test_a_number_that_is_an_identifier_of_the_patient_is_never_kept(new, outcome):
    series = new(CT, SeriesDescription="CHEST 17", PatientID="17")
    assert outcome(series, "clean_descriptors").dataset.SeriesDescription == "CHEST"


def test_a_kept_text_loses_an_identifier_though_no_row_names_it(new, outcome):
    # Manufacturer stands in no row of Table E.1-1
    result = outcome(new(CT, Manufacturer="MRN0001", ManufacturerModelName="ACME for MRN0001"))
    assert result.dataset.Manufacturer == ""
    assert result.dataset.ManufacturerModelName == "ACME for"
    assert result.change("(0008,1090)").action == "C"


def test_a_placeholder_is_nobodys_identifier(new, outcome):
    # an Accession Number NONE and a Patient's Name Anonymous^Patient say nothing of anybody
    dataset = new(
        CT,
        AccessionNumber="NONE",
        PatientName="Anonymous^Patient",
        PatientPosition="NONE",
        Manufacturer="Patient first",
    )
    result = outcome(dataset).dataset
    assert result.PatientPosition == "NONE"
    assert result.Manufacturer == "Patient first"


@pytest.mark.parametrize("written", ["19700102", "1970-01-02", "02.01.1970", "01/02/1970", "02/01/1970"])
def test_a_birth_date_is_found_however_it_is_written(new, outcome, written):
    # Manufacturer's Model Name stands in no row of Table E.1-1
    dataset = new(CT, PatientBirthDate="19700102", ManufacturerModelName=f"for {written}")
    assert "ManufacturerModelName" not in outcome(dataset).dataset


def test_in_a_sequence_under_clean_public_codes_stay_and_a_hospitals_own_words_do_not(new, outcome):
    from pydicom.dataset import Dataset

    def code(scheme, meaning):
        item = Dataset()
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "77", scheme, meaning
        return [item]

    kept = outcome(
        new(CT, AdmittingDiagnosesCodeSequence=code("DCM", "CT chest")), "clean_descriptors"
    ).dataset
    assert kept.AdmittingDiagnosesCodeSequence[0].CodeMeaning == "CT chest"
    own = new(CT, AdmittingDiagnosesCodeSequence=code("99ROE", "Roe protocol"))
    cleaned = outcome(own, "clean_descriptors").dataset
    assert "Roe" not in str(cleaned)
    assert "ROE" not in str(cleaned)
    assert len(cleaned.AdmittingDiagnosesCodeSequence) == 1


def test_a_disposition_of_the_holding_wins_over_the_table(new, outcome):
    dataset = new(CT, StudyDescription="Our own words", SeriesDescription="other words", Manufacturer="ACME")
    result = outcome(dataset, dispositions={"(0008,1030)": "K", "*.(0008,0070)": "X"}).dataset
    assert result.StudyDescription == "Our own words"
    assert "SeriesDescription" not in result
    assert "Manufacturer" not in result


def test_a_disposition_may_name_one_place_only(new, outcome):
    from pydicom.dataset import Dataset

    request = Dataset()
    request.ProtocolName = "inner"
    # Scanning procedure text inside of a sequence that no row of the table names
    dataset = new(CT, ProtocolName="outer", CTExposureSequence=[request])
    result = outcome(dataset, dispositions={"(0018,9321)[*].(0018,1030)": "K"}).dataset
    assert result.CTExposureSequence[0].ProtocolName == "inner"
    assert "ProtocolName" not in result


def test_an_attribute_that_no_edition_knows_is_removed(new, outcome):
    dataset = new(CT)
    dataset.add_new(0x00190000 | 0x00100000, "LO", "x")  # (0018..) neighbours stay; this one is private
    dataset.add_new(0x0008FFF0, "LO", "secret")
    result = outcome(dataset).dataset
    assert 0x0008FFF0 not in result
    assert result.Modality == "CT"
