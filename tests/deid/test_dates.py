"""Modified dates (PS3.15 E.3.6): whole days, one offset for each patient, everything else of a value stays."""

from datetime import date, timedelta

import pytest

CT = "1.2.840.10008.5.1.4.1.1.2"
ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2.1"
DATES = "retain_longitudinal_modified_dates"


@pytest.fixture
def days(identity):
    return identity.day_offset("", "MRN0001")


def moved(text, days):
    day = date(int(text[:4]), int(text[4:6]), int(text[6:8])) + timedelta(days=days)
    return day.strftime("%Y%m%d")


def test_the_offset_lies_between_one_and_ten_years_back(identity):
    offsets = [identity.day_offset("", f"P{number}") for number in range(300)]
    assert all(-3650 <= offset <= -365 for offset in offsets)
    assert len(set(offsets)) > 250


@pytest.mark.parametrize(
    "keyword", ["StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate", "InstanceCreationDate"]
)
def test_a_date_moves_by_the_patients_offset(new, outcome, days, keyword):
    result = outcome(new(CT, **{keyword: "20200229"}), DATES).dataset
    assert result[keyword].value == moved("20200229", days)


@pytest.mark.parametrize(
    ("value", "tail"),
    [
        ("20200102101010", "101010"),
        ("20200102101010.123456+0130", "101010.123456+0130"),
        ("2020010210", "10"),
        ("20200102-0500", "-0500"),
        ("20200102", ""),
    ],
)
def test_a_datetime_keeps_its_time_and_zone(new, outcome, days, value, tail):
    result = outcome(new(CT, AcquisitionDateTime=value), DATES).dataset
    assert result.AcquisitionDateTime == moved("20200102", days) + tail


def test_a_datetime_of_a_month_stays_a_month(new, outcome, days):
    result = outcome(new(CT, AcquisitionDateTime="202003"), DATES).dataset
    assert result.AcquisitionDateTime == moved("20200301", days)[:6]


def test_an_empty_date_stays_empty_and_is_no_change(new, outcome):
    result = outcome(new(CT, StudyDate=""), DATES)
    assert result.dataset.StudyDate == ""
    assert result.change("(0008,0020)") is None


@pytest.mark.parametrize("value", ["20201345", "last May", "2020010", "00010101"])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_is_no_date_is_removed_or_emptied_as_its_type_allows(new, outcome, value):
    import pydicom.config

    with pydicom.config.disable_value_validation():
        dataset = new(CT, StudyDate=value, SeriesDate=value)
        result = outcome(dataset, DATES).dataset
    assert result.StudyDate == "", "Study Date: Z"
    assert "SeriesDate" not in result, "Series Date: X/D at Type 3"


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_retired_form_and_a_range_are_moved_too(new, outcome, days):
    import pydicom.config

    with pydicom.config.disable_value_validation():
        dotted = outcome(new(CT, StudyDate="2020.01.02"), DATES).dataset
        ranged = outcome(new(CT, StudyDate="20200102-20200105"), DATES).dataset
        assert dotted.StudyDate == moved("20200102", days)
        assert ranged.StudyDate == f"{moved('20200102', days)}-{moved('20200105', days)}"


def test_every_value_of_a_date_moves(new, outcome, days):
    dates = ["20200102", "20200301"]
    result = outcome(new(CT, DateOfLastCalibration=dates), DATES).dataset
    assert list(result.DateOfLastCalibration) == [moved(value, days) for value in dates]


def test_nested_dates_move_by_the_same_offset(new, outcome, days):
    from pydicom.dataset import Dataset

    frame = Dataset()
    frame.FrameAcquisitionDateTime = "20200102101010"
    group = Dataset()
    group.FrameContentSequence = [frame]
    result = outcome(new(ENHANCED_CT, PerFrameFunctionalGroupsSequence=[group]), DATES).dataset
    inner = result.PerFrameFunctionalGroupsSequence[0].FrameContentSequence[0]
    assert inner.FrameAcquisitionDateTime == moved("20200102", days) + "101010"


def test_a_date_of_which_no_row_speaks_is_treated_like_the_others(new, outcome, days):
    # Secondary Review Date (0014,0102) stands in no row of Table E.1-1
    dataset = new(CT, SecondaryReviewDate="20200102", SecondaryReviewerName="Roe^Al")
    assert outcome(dataset, DATES).dataset.SecondaryReviewDate == moved("20200102", days)
    basic = outcome(dataset).dataset
    assert "SecondaryReviewDate" not in basic
    assert "SecondaryReviewerName" not in basic


def test_two_patients_move_by_different_offsets(identity):
    assert identity.day_offset("", "MRN0001") != identity.day_offset("", "MRN0002")
    assert identity.day_offset("A", "MRN0001") != identity.day_offset("B", "MRN0001")
