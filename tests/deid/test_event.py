"""Days from an event, counted from true dates and written into each file."""

import io
from datetime import date

import pytest

from vesalius.deid import DomainKey, Identity, Recipe
from vesalius.deid.patient.event import date_of_event
from vesalius.deid.patient.lookup import LookupTable
from vesalius.dicom import read

CT = "1.2.840.10008.5.1.4.1.1.2"
DIAGNOSIS = Recipe(
    name="r", version="1", event="DIAGNOSIS", options=frozenset({"retain_longitudinal_modified_dates"})
)


def dated(text):
    return Identity(DomainKey(bytes(range(32)))).looked_up(LookupTable.read("x.csv", text), DIAGNOSIS)


@pytest.mark.parametrize("syntax", ["explicit", "implicit", "big endian", "deflated"])
def test_each_file_tells_the_days_since_the_event(new, outcome, syntax):
    identity = dated("id_old,event\nMRN0001,2020-01-01\n")
    dataset = new(CT, StudyDate="20200311", AcquisitionDate="20200312")
    result = outcome(dataset, syntax=syntax, recipe=DIAGNOSIS, identity=identity)
    assert result.dataset.LongitudinalTemporalOffsetFromEvent == 70
    assert result.dataset.LongitudinalTemporalEventType == "DIAGNOSIS"
    assert result.dataset.StudyDate not in {"20200311", ""}
    assert "event" not in result.kinds()


def test_days_before_the_event_are_less_than_none_and_what_stood_there_is_replaced(new, outcome):
    identity = dated("id_old,event\nMRN0001,3/11/2020\n")
    dataset = new(
        CT,
        StudyDate="20200310",
        LongitudinalTemporalOffsetFromEvent=4.5,
        LongitudinalTemporalEventType="ENROLLMENT",
    )
    result = outcome(dataset, recipe=DIAGNOSIS, identity=identity).dataset
    assert result.LongitudinalTemporalOffsetFromEvent == -1
    assert result.LongitudinalTemporalEventType == "DIAGNOSIS"


def test_a_patient_without_a_date_is_named_and_nothing_is_made_up(new, outcome):
    result = outcome(new(CT, StudyDate="20200310"), recipe=DIAGNOSIS, identity=dated("id_old,event\n"))
    assert "LongitudinalTemporalOffsetFromEvent" not in result.dataset
    assert "event" in result.kinds()
    undated = outcome(new(CT), recipe=DIAGNOSIS, identity=dated("id_old,event\nMRN0001,2020-01-01\n"))
    assert "LongitudinalTemporalOffsetFromEvent" not in undated.dataset


def test_a_recipe_without_an_event_writes_none(new, outcome):
    result = outcome(new(CT, StudyDate="20200310"), identity=dated("id_old,event\nMRN0001,2020-01-01\n"))
    assert "LongitudinalTemporalOffsetFromEvent" not in result.dataset
    assert "event" not in result.kinds()


def test_an_attribute_of_the_files_may_tell_the_date_and_the_earliest_counts(new, encoded, outcome):
    from dataclasses import replace

    recipe = replace(DIAGNOSIS, event_attribute="(0008,0020)")
    first, second = (new(CT, StudyDate=day) for day in ("20200310", "20200301"))
    told = [date_of_event(read(io.BytesIO(encoded(one))).dataset, recipe) for one in (first, second)]
    assert told == [date(2020, 3, 10), date(2020, 3, 1)]
    identity = dated("id_old\n").dated([(("", "MRN0001"), day) for day in told])
    assert outcome(first, recipe=recipe, identity=identity).dataset.LongitudinalTemporalOffsetFromEvent == 9
    assert outcome(second, recipe=recipe, identity=identity).dataset.LongitudinalTemporalOffsetFromEvent == 0
    corrected = dated("id_old,event\nMRN0001,2020-02-29\n").dated([(("", "MRN0001"), told[0])])
    assert outcome(second, recipe=recipe, identity=corrected).dataset.LongitudinalTemporalOffsetFromEvent == 1
