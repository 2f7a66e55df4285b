"""Lookup tables: new IDs that people chose, IDs that are one person's, dates from which days are counted."""

import re
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vesalius.deid import DomainKey, Identity, IdentityError, Recipe
from vesalius.deid.patient.lookup import LookupTable, LookupTableError

RECIPE = Recipe(name="r", version="1")
KEY = DomainKey(bytes(range(32)))


def table(text, name="lookup.properties"):
    return LookupTable.read(name, text)


def identity(text, name="lookup.csv", recipe=RECIPE):
    return Identity(KEY).looked_up(table(text, name), recipe)


PROPERTIES = r"""
# IDs of the trial; ! begins a comment too
! so
ptid/MRN123=ABC-001
  ptid/MRN\ 7 \
     = ABC-002
ptid/A\=B\:C : ABC\u002D003
..ptid/MRN9	ABC-004
ptid/J\u00FCrgen = ABC\
    -005
acc/1 = @ptid/MRN123
"""


@pytest.mark.parametrize(
    ("original", "new"),
    [
        ("MRN123", "ABC-001"),
        ("MRN 7", "ABC-002"),
        ("A=B:C", "ABC-003"),
        ("MRN9", "ABC-004"),
        ("Jürgen", "ABC-005"),
    ],
)
def test_a_properties_file_is_read_as_ctp_reads_it(original, new):
    assert table(PROPERTIES).value("ptid", original) == new
    assert Identity(KEY).looked_up(table(PROPERTIES), RECIPE).patient_id("any issuer", original) == new


def test_a_value_may_point_to_another_entry_but_not_for_ever():
    assert table(PROPERTIES).value("acc", "1") == "ABC-001"
    assert table("a/1=@a/1").value("a", "1") is None
    assert table("a/1=@b/2").value("a", "1") is None


@settings(deadline=None)  # of a machine with other work
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=12))
def test_any_key_can_be_written_in_the_escapes_of_java(original):
    original = unicodedata.normalize("NFC", original).strip()
    units = original.encode("utf-16-be")
    written = "".join(f"\\u{units[place : place + 2].hex()}" for place in range(0, len(units), 2))
    assert not original or table(f"ptid/{written}=NEW").value("ptid", original) == "NEW"


def test_a_csv_table_names_patients_by_issuer_where_it_has_the_column():
    named = identity("\ufeffid_old,issuer,id_new\r\nMRN1,A,CASE-1\r\nMRN1,B,CASE-2\r\nMRN2,,CASE-3\r\n\r\n")
    assert named.patient_id("A", "MRN1") == "CASE-1"
    assert named.patient_id("B", "MRN1") == "CASE-2"
    assert named.patient_id("B", "MRN2") == "CASE-3"
    assert named.unnamed([("C", "MRN1"), ("", "MRN2"), ("C", "MRN1"), ("", "")]) == (("C", "MRN1"),)


def test_a_csv_of_two_columns_without_a_header_is_taken_as_ctp_means_it():
    assert identity('MRN1,CASE-1\n"MRN,2",CASE-2\n').patient_id("", "MRN,2") == "CASE-2"


def test_a_recipe_says_which_key_type_names_patients():
    text = "ptid/MRN1=A\ntrial/MRN1=B"
    of_trial = Recipe(name="r", version="1", patient_keys="trial")
    assert identity(text, "x.properties").patient_id("", "MRN1") == "A"
    assert identity(text, "x.properties", of_trial).patient_id("", "MRN1") == "B"


def test_without_a_table_nobody_is_missing_from_it():
    assert Identity(KEY).unnamed([("", "MRN1")]) == ()


MERGED = "id_old,id_new,same_as,reason\nMRN1,CASE-1,,\nMRN2,,MRN1,registered twice on 3 March\nMRN3,,MRN2,the same\n"


def test_two_ids_of_one_person_get_one_new_id_and_one_day_offset():
    plain, merged = Identity(KEY), identity(MERGED)
    assert plain.day_offset("", "MRN1") != plain.day_offset("", "MRN2")
    for other in ("MRN2", "MRN3"):
        assert merged.patient_id("", other) == "CASE-1"
        assert merged.day_offset("", other) == plain.day_offset("", "MRN1")
    assert merged.unnamed([("", "MRN2"), ("", "MRN3")]) == ()


def test_a_correction_holds_where_the_key_names_patients_too():
    merged = identity("id_old,same_as,reason\nMRN2,MRN1,one person\n")
    assert (
        merged.patient_id("A", "MRN2")
        == merged.patient_id("A", "MRN1")
        == Identity(KEY).patient_id("A", "MRN1")
    )
    assert merged.patient_id("A", "MRN3") == Identity(KEY).patient_id("A", "MRN3")


def test_a_correction_may_lead_to_another_issuer():
    merged = identity(
        "id_old,issuer,same_as,same_as_issuer,reason\n7,OLD,MRN1,NEW,the hospitals became one\n"
    )
    assert merged.patient_id("OLD", "7") == Identity(KEY).patient_id("NEW", "MRN1")
    assert merged.patient_id("NEW", "7") == Identity(KEY).patient_id("NEW", "7")


def test_the_correction_keeps_its_reason():
    [first, _] = table(MERGED, "x.csv").corrections().values()
    assert (first.same_as, first.reason) == (("", "MRN1"), "registered twice on 3 March")


REFUSED = [
    ("id_old,id_new\nMRN1,CASE-1\nMRN2,CASE-1\n", "lines 2 and 3 give one new patient ID"),
    ("id_old,issuer,id_new\nMRN1,A,CASE-1\nMRN1,B,CASE-1\n", "lines 2 and 3 give one new patient ID"),
    ("id_old,id_new\nMRN1,CASE-1\nMRN1,CASE-2\n", "lines 2 and 3 say different things"),
    ("id_old,same_as\nMRN2,MRN1\n", "line 2 says that two IDs are one person's and gives no reason"),
    ("id_old,same_as,reason\nMRN2,MRN1,x\nMRN1,MRN2,y\n", "round in a circle"),
    ("id_old,id_new,same_as,reason\nMRN2,CASE-2,MRN1,x\nMRN1,CASE-1,,\n", "line 2 names an ID"),
    ("id_old,id_new\nMRN1\n", "line 2 has 1 fields and not 2"),
    ("id_old,id_new\n,CASE-1\n", "line 2 names no original"),
    ('id_old,id_new\n"MRN1,CASE-1', "not quoted"),
    ("id_old,event\nMRN1,31.12.2019\n", "line 2 dates an event"),
    ("id_old,event\nMRN1,13/31/2019\n", "line 2 dates an event"),
]


@pytest.mark.parametrize(("text", "sentence"), REFUSED)
def test_a_table_that_nobody_can_follow_is_refused_with_its_lines(text, sentence):
    with pytest.raises(LookupTableError, match=sentence) as caught:
        identity(text).patient_id("", "MRN1")
    assert "MRN" not in str(caught.value)


@pytest.mark.parametrize("text", ["ptid=ABC", "MRN1 ABC", "ptid/=ABC", r"ptid/\u12G4=ABC"])
def test_a_properties_line_without_a_key_is_refused(text):
    with pytest.raises(LookupTableError, match="line 2"):
        table("# first\n" + text)


def test_one_new_id_for_two_originals_is_fine_once_they_are_recorded_as_one_person():
    merged = identity("id_old,id_new,same_as,reason\nMRN1,CASE-1,,\nMRN2,CASE-1,MRN1,married\n")
    assert merged.patient_id("", "MRN2") == "CASE-1"
    assert merged.day_offset("", "MRN2") == merged.day_offset("", "MRN1")


def test_an_identity_itself_refuses_one_new_id_for_two_originals():
    with pytest.raises(IdentityError):
        Identity(KEY, lookup={("", "MRN1"): "CASE-1", ("", "MRN2"): "CASE-1"})


@pytest.mark.parametrize("written", ["2019-03-04", "20190304", "3/4/2019", " 03/04/2019 "])
def test_the_date_of_an_event_is_read_as_people_and_ctp_write_it(written):
    dated = identity(f"id_old,event,same_as,reason\nMRN1,{written},,\nMRN2,,MRN1,x\n")
    assert dated.event_date("A", "MRN1") == date(2019, 3, 4)
    assert dated.event_date("A", "MRN2") == date(2019, 3, 4)
    assert dated.event_date("A", "MRN3") is None


def test_a_table_shows_no_original_in_a_log():
    named = identity(MERGED)
    assert "MRN" not in repr(named) + repr(table(MERGED, "x.csv"))


def test_the_examples_of_the_page_say_what_the_page_says():
    page = (Path(__file__).parents[2] / "docs" / "reference" / "identity.md").read_text("utf-8")
    named = identity(re.search(r"```properties\n(.*?)```", page, re.DOTALL)[1], "x.properties")
    assert named.patient_id("", "MRN123") == "LUNG-001"
    assert named.patient_id("", "MRN 7") == "LUNG-002"
    assert named.event_date("", "MRN123") == date(2019, 3, 4)
    told = identity(re.search(r"```csv\n(.*?)```", page, re.DOTALL)[1])
    assert told.patient_id("HOSPITAL-B", "MRN7") == "LUNG-002"
    assert told.patient_id("", "MRN888") == "LUNG-001"
