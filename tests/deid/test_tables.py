"""The tables as shipped: whole, of the edition they claim, and the words that a text may keep."""

import hashlib
import json
import re

import pytest

from vesalius.deid import PatientContext
from vesalius.deid.annex import private, table
from vesalius.deid.resources import load_words
from vesalius.deid.text import is_harmless
from vesalius.dicom.standard import load_json, load_rows

NOBODY = PatientContext(issuer="", patient_id="")


def test_table_e_1_1_is_whole():
    assert len(load_json("ps3.15_e1-1.json")["rows"]) == 657
    assert table.edition() == "2026d"
    # three tags stand in two rows each; the rows agree
    assert len(table.rows()) + len(table.patterns()) == len(
        {row["tag"] for row in load_json("ps3.15_e1-1.json")["rows"]}
    )
    assert len(table.options()) == 10


def test_rows_that_name_one_tag_twice_agree():
    seen = {}
    for row in load_json("ps3.15_e1-1.json")["rows"]:
        codes = (row["basic_profile"], row["options"])
        assert seen.setdefault(row["tag"], codes) == codes


@pytest.mark.parametrize(
    "name",
    [
        "ps3.15_e1-1.json",
        "ps3.15_e1-1a_action_codes.json",
        "ps3.15_e3-10-1_safe_private.json",
        "ps3.16_cid7050.json",
    ],
)
def test_a_table_has_the_digest_under_which_it_was_published(name):
    published = load_json(name)
    canonical = json.dumps(published["rows"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(canonical.encode()).hexdigest() == published["content_sha256"]


def test_every_code_of_the_table_has_a_meaning():
    known = {row["code"] for row in load_json("ps3.15_e1-1a_action_codes.json")["rows"]}
    used = {row["basic_profile"] for row in load_json("ps3.15_e1-1.json")["rows"]}
    assert used <= known


def test_every_storage_class_has_modules():
    iods = {row["iod"] for row in load_rows("iod_modules.csv")}
    assert {row["iod"] for row in load_rows("sop_class_to_iod.csv")} <= iods


def test_the_safe_private_list_is_whole():
    assert len(private.allowed("ps3.15_e3-10-1")) == 479


def test_the_words_hold_no_long_numbers_and_no_capitals():
    words = load_words("words.txt")
    assert 1000 < len(words) < 3000
    assert not [word for word in words if re.search(r"\d{5}", word) or re.search(r"\d[/.:]\d", word)]


# Names that are frequent, months, and forms of dates and numbers
@pytest.mark.parametrize(
    "text",
    [
        "smith",
        "jones",
        "mueller",
        "garcia",
        "nguyen",
        "kim",
        "lee",
        "wang",
        "maria",
        "john",
        "anna",
        "mohammed",
        "foley",
        "baker",
        "january",
        "february",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "univ",
        "university",
        "19700102",
        "1970-01-02",
        "01/02/1970",
        "12.03.45",
        "5551234",
        "555-1234",
        "123-45-6789",
        "jane@example.org",
        "http://example.org",
        "10.0.0.1",
        "mrn12345",
        "w1a1aa",
    ],
)
def test_no_name_date_or_number_passes_for_a_word_of_medicine(text):
    assert not is_harmless(text, NOBODY)
    assert not is_harmless(f"CHEST {text}", NOBODY)
    assert not is_harmless(f"CHEST_{text.upper()}_CT", NOBODY)


@pytest.mark.parametrize(
    "text",
    [
        "CT CHEST W/O CONTRAST", "Thorax 1.5mm B30f", "AX T1 SE 5MM", "T2 FLAIR", "ABD_PELVIS", "FAT-SAT", "LT BREAST MLO",
        "C-SPINE", "HEAD/NECK", "ARTERIAL PHASE", "3D TOF", "LUNG WINDOW", "PET/CT", "WB FDG", "",
    ],
)  # fmt: skip
def test_usual_descriptions_pass(text):
    assert is_harmless(text, NOBODY)
