"""Every row of the tables of PS3.15 Annex E, held to what the words of its action say.

The expectations are written from Table E.1-1a, per kind of action and of value; only Types and rows are read as data.
"""

import io
import struct
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.datadict import dictionary_VR, keyword_for_tag
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from vesalius.deid import Recipe
from vesalius.deid.output import stamps
from vesalius.deid.resources import load_rows
from vesalius.dicom import read
from vesalius.dicom.standard import load_json
from vesalius.dicom.structure import check

pytestmark = pytest.mark.slow

CT = "1.2.840.10008.5.1.4.1.1.2"
SR = "1.2.840.10008.5.1.4.1.1.88.33"
UNKNOWN = "1.2.840.10008.5.1.4.1.1.999999"  # no IOD is known, so the strictest Type of all holds
FULL, SHIFTED = "retain_longitudinal_full_dates", "retain_longitudinal_modified_dates"
ROWS = load_json("ps3.15_e1-1.json")["rows"]
PATTERNS = {"(50xx,xxxx)", "(60xx,3000)", "(60xx,4000)", "(gggg,eeee) where gggg is odd"}
COLUMNS = [
    "basic", "clean_descriptors", "clean_graphics", "clean_structured_content", "retain_device_identity",
    "retain_institution_identity", "retain_patient_characteristics", "retain_safe_private", "retain_uids", FULL, SHIFTED,
]  # fmt: skip
# Table E.1-1a: the first of the compound's actions that keeps the object valid, for Type 1, 2 and 3. X alone gives way
# to a dummy where the object would not be valid without the attribute (E.1.1 step 2, note 1).
BY_TYPE = {
    "X": ("D", "Z", "X"), "Z/D": ("D", "Z", "Z"), "X/Z": ("Z", "Z", "X"), "X/D": ("D", "D", "X"), "X/Z/D": ("D", "Z", "X"),
    "X/Z/U*": ("U", "Z", "X"),
}  # fmt: skip
# Attributes whose new value is not the table's: the patient's new ID, and what tells of the de-identification itself.
OWN_RULES = {"(0010,0010)", "(0010,0020)"}
WORD = "CHEST"  # what no cleaner takes for a sign of anybody


def tag_of(row):
    return int(row["tag"][1:5] + row["tag"][6:10], 16)


def single_rows():
    """Rows of one attribute of a data set each; three tags have two rows, which agree."""
    rows = {tag_of(row): row for row in ROWS if row["tag"] not in PATTERNS | OWN_RULES}
    return {tag: row for tag, row in rows.items() if tag >= 0x00080000}


def collected():
    """Attributes that pass 1 takes identifiers from: their values may stand nowhere; dates move."""
    return {int(row["tag"], 16) for row in load_rows("identifiers.csv") if row["kind"] != "date"}


def plain(tag, vr):
    """A value of the VR: words that may stay, except where the value itself becomes an identifier."""
    number = tag % 9973
    inner = Dataset()
    inner.PatientName, inner.Rows = "Doe^Jane", 4
    return {
        "SQ": Sequence([inner]), "UI": f"1.2.3.{number}.77", "DA": "20200102", "DT": "20200102101112",
        "TM": "101112", "PN": f"Q{number}z^X{number}z", "AS": "040Y", "DS": "1.5", "IS": "7", "FD": 1.5, "FL": 1.5,
        "SL": 7, "SS": 7, "UL": 7, "US": 7, "AT": 0x00100010, "OB": b"\1\2\3\4", "OW": b"\1\2\3\4", "OF": b"\1\2\3\4",
        "OV": b"\1\2\3\4\5\6\7\1", "UN": b"\1\2\3\4", "UR": f"http://q{number}.example",
    }.get(vr, f"Q{number}z" if tag in collected() else WORD)  # fmt: skip


def vr_of(tag):
    """The dictionary's VR; for attributes that are newer than the dictionary a text."""
    return dictionary_VR(tag).split(" or ")[0] if keyword_for_tag(tag) else "LO"


def planted(sop_class, new):
    dataset = new(sop_class)
    for tag in single_rows():
        dataset.add_new(tag, vr_of(tag), plain(tag, vr_of(tag)))
    dataset.SOPClassUID = sop_class
    return dataset


def strictest_types():
    """The strictest Type, 1 to 3, that any module of the standard gives an attribute at its root."""
    modules = load_json("module_attributes.json")
    found = {}
    for node in set(modules["modules"].values()):
        for tag, attribute_type, *_ in modules["nodes"][node]:
            if "x" not in tag:
                number = int(tag, 16)
                found[number] = min(found.get(number, 3), {"1": 1, "2": 2}.get(attribute_type[0], 3))
    return found


def code_of(row, chosen):
    """The code that holds under the chosen options: clean over keep, keep over the basic profile."""
    said = {code for option, code in row["options"].items() if option in chosen}
    return "C" if "C" in said else "K" if "K" in said else row["basic_profile"]


def action_of(row, chosen, attribute_type, vr):
    code = code_of(row, chosen)
    if code == "X" and vr == "SQ" and attribute_type == 1:
        return "X"  # all items of a sequence go (Table E.1-1a)
    return BY_TYPE[code][attribute_type - 1] if code in BY_TYPE else code


def holds(action, basic, element, before, tag, vr, attribute_type, days, identity):  # noqa: PLR0911 - one a word
    """Whether an attribute is as the words of its action say; `element` is None where it is gone."""
    if action == "C" and (tag in collected() or vr in {"PN", "OB", "OW"}):
        # nobody can clean bytes or a name, and no identifier is kept: the basic action stands in, or a dummy for X
        stands_in = BY_TYPE.get(basic, (basic,) * 3)[attribute_type - 1]
        action = stands_in if element is None or element.value != before else "never kept"
    if action == "X":
        return element is None
    if element is None:
        return False
    if vr == "SQ":
        return {"Z": not element.value, "D": len(element.value) == 1}.get(action, len(element.value) == 1)
    value = element.value
    if action == "Z":  # zero length, or a dummy where the Type forbids that
        return element.is_empty or (attribute_type == 1 and value != before)
    if action == "D" and vr == "UI":
        return value == identity.uid(before)
    if action == "D":
        return not element.is_empty and value != before
    if action == "U":
        return value == identity.uid(before)
    if action == "C":
        moved = {"DA": days, "DT": f"{days}101112", "TM": before}
        return value == moved.get(vr, before)
    return value == before


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("nested", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_every_row_of_table_e_1_1_under_every_column(new, outcome, identity, column, nested):
    hold_every_row({column} - {"basic"}, new, outcome, identity, nested=nested)


@pytest.mark.slow
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=st.sets(st.sampled_from(COLUMNS[1:]), min_size=2), nested=st.booleans())
def test_every_row_of_table_e_1_1_under_any_set_of_options(new, outcome, identity, chosen, nested):
    hold_every_row(chosen, new, outcome, identity, nested=nested)


def hold_every_row(chosen, new, outcome, identity, *, nested):
    """Clean a data set with every attribute of the table under the chosen options, and judge each of them."""
    dataset = planted(UNKNOWN, new)
    types = {} if nested else strictest_types()
    if nested:  # inside of a sequence of which no row speaks every attribute is unknown to its place
        inner, dataset = dataset, new(UNKNOWN, StudyDate="20200102")
        dataset.CTExposureSequence = Sequence([inner])
    # the day to which this patient's dates move; at the root the patient has an issuer too
    known = {} if nested else {"IssuerOfPatientID": plain(0x00100021, "LO")}
    days = outcome(new(CT, StudyDate="20200102", **known), SHIFTED).dataset.StudyDate
    result = outcome(dataset, *chosen)
    assert not [problem for problem in check(read(io.BytesIO(result.data))) if problem.fatal]
    place = result.dataset.CTExposureSequence[0] if nested else result.dataset
    wrong, seen = [], Counter()
    for tag, row in single_rows().items():
        vr, attribute_type = vr_of(tag), types.get(tag, 3)
        action, element = action_of(row, chosen, attribute_type, vr), place.get(tag)
        seen[action] += 1
        basic, before = row["basic_profile"], plain(tag, vr)
        if not holds(action, basic, element, before, tag, vr, attribute_type, days, identity):
            wrong.append((row["tag"], row["name"], code_of(row, chosen), attribute_type, vr))
    assert not wrong
    outside = {row["tag"] for row in ROWS if row["tag"][1:5] in {"0000", "0002", "0004"}}
    assert seen.total() == len({row["tag"] for row in ROWS} - PATTERNS - OWN_RULES - outside)


@pytest.mark.parametrize("column", COLUMNS)
def test_the_patients_name_and_id_become_the_new_id_under_every_column(new, outcome, identity, column):
    # (0010,0010) Z and (0010,0020) Z: no option keeps them
    result = outcome(new(CT), *([] if column == "basic" else [column])).dataset
    assert result.PatientName == result.PatientID == identity.patient_id("", "MRN0001")


def test_rows_of_groups_that_no_data_set_has_are_removed_from_one(new, outcome, encoded):
    # commands, the file's head and directories (PS3.7, PS3.10): the head is written anew
    plain_file = encoded(new(CT))
    at = plain_file.index(struct.pack("<HH2s", 0x0008, 0x0016, b"UI"))
    astray = struct.pack("<HH2sH", 0x0004, 0x1511, b"UI", 8) + b"1.2.3.71"
    result = outcome(plain_file[:at] + astray + plain_file[at:])
    assert (0x0004, 0x1511) not in result.dataset
    assert b"1.2.3.71" not in result.data
    assert result.dataset.file_meta.MediaStorageSOPInstanceUID == result.dataset.SOPInstanceUID


@pytest.mark.parametrize("column", COLUMNS)
def test_every_pattern_of_table_e_1_1_under_every_column(new, outcome, column):
    # curves, overlay data and overlay comments: X, C with Clean Graphics, which nothing vouches for in bitmaps
    dataset = new(CT)
    for tag, vr, value in (
        (0x50020010, "US", 2), (0x50023000, "OW", b"\1\2"), (0x60020010, "US", 2), (0x60023000, "OW", b"\1\2"),
        (0x60024000, "LT", WORD),
    ):  # fmt: skip
        dataset.add_new(tag, vr, value)
    dataset.private_block(0x0019, "NOBODY KNOWS", create=True).add_new(0x01, "DS", "1")
    result = outcome(dataset, *([] if column == "basic" else [column])).dataset
    left = [
        element.tag for element in result if element.tag.group >> 8 in {0x50, 0x60} or element.tag.is_private
    ]
    assert left == []


def test_only_options_of_the_table_are_columns_here():
    assert {option for row in ROWS for option in row["options"]} == set(COLUMNS) - {"basic"}


# --- Table E.3.4-1 ---

CONTENT = load_json("ps3.15_e3-4-1_structured_content.json")["rows"]
HELD_IN = {
    "TEXT": ("TextValue", "lesion"), "PNAME": ("PersonName", "Roe^Ann"), "DATE": ("Date", "20200102"),
    "TIME": ("Time", "101112"), "DATETIME": ("DateTime", "20200102101112"), "UIDREF": ("UID", "1.2.3.77"),
}  # fmt: skip
REFERRING = {"IMAGE", "COMPOSITE", "WAVEFORM"}


def coded(value, scheme, meaning):
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning[:64]
    return Sequence([item])


def content_item(row, scheme, value):
    item = Dataset()
    item.RelationshipType, item.ValueType = "CONTAINS", row["value_type"]
    item.ConceptNameCodeSequence = coded(value, scheme, "concept")
    if row["value_type"] in HELD_IN:
        keyword, content = HELD_IN[row["value_type"]]
        setattr(item, keyword, content)
    elif row["value_type"] in REFERRING:
        reference = Dataset()
        reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = CT, "1.2.3.78"
        item.ReferencedSOPSequence = Sequence([reference])
    elif row["value_type"] == "NUM":
        measured = Dataset()
        measured.NumericValue, measured.MeasurementUnitsCodeSequence = "40", coded("a", "UCUM", "year")
        item.MeasuredValueSequence = Sequence([measured])
    elif row["value_type"] == "CODE":
        item.ConceptCodeSequence = coded("M", "DCM", "Male")
    return item


def content_action(row, column):
    """The row's action; of clean and keep under one option set clean wins, and X/D is D, valid in every template."""
    code = row["options"].get(column, row["basic_profile"])
    return "D" if code == "X/D" else code


def content_holds(action, item, row, days, identity):  # noqa: PLR0911 - a line for each word
    value_type = row["value_type"]
    if action == "X":
        return item is None
    if item is None:
        return False
    if value_type in REFERRING:
        uid = item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID
        return uid == ("1.2.3.78" if action == "K" else identity.uid("1.2.3.78"))
    if value_type not in HELD_IN:
        return action == "K"
    keyword, before = HELD_IN[value_type]
    value = str(item[keyword].value)
    if action == "K":
        return value == before
    if action == "D":
        return value == identity.uid(before) if value_type == "UIDREF" else value not in {"", before}
    return value == {"DATE": days, "DATETIME": f"{days}101112"}.get(value_type, before)


def concepts():
    """Rows with the codes that stand for their concept: today's, and for SNOMED CT those it had before."""
    for row in CONTENT:
        yield row, row["scheme_designator"], row["code_value"]
        if row["scheme_designator"] == "SCT":
            yield from ((row, scheme, row["retired_code"]) for scheme in ("SRT", "SNM3", "99SDM"))


@pytest.mark.parametrize("column", COLUMNS)
def test_every_row_of_table_e_3_4_1_under_every_column(new, outcome, identity, column):
    days = outcome(new(CT, StudyDate="20200102"), SHIFTED).dataset.StudyDate
    rows = list(concepts())
    items = [content_item(row, scheme, value) for row, scheme, value in rows]
    report = new(SR, Modality="SR", ValueType="CONTAINER", ContentSequence=Sequence(items))
    options = {"clean_structured_content"} | ({column} - {"basic"})
    left = list(outcome(report, *options).dataset.ContentSequence)
    wrong = []
    for row, scheme, value in rows:
        key = value, scheme, row["value_type"]
        item = left[0] if left and key == key_of(left[0]) else None
        if item is not None:
            left.pop(0)
        if not content_holds(content_action(row, column), item, row, days, identity):
            wrong.append((row["meaning"], *key, column))
    assert not wrong
    assert not left
    assert len(CONTENT) == 206


def key_of(item):
    name = item.ConceptNameCodeSequence[0]
    return name.CodeValue, name.CodingSchemeDesignator, item.ValueType


def test_every_concept_of_snomed_ct_has_the_code_it_had_before():
    assert all("retired_code" in row for row in CONTENT if row["scheme_designator"] == "SCT")


# --- CID 7050 ---

METHODS = {
    "113100": None, "113101": "clean_pixel_data", "113102": "clean_recognizable_visual_features",
    "113103": "clean_graphics", "113104": "clean_structured_content", "113105": "clean_descriptors", "113106": FULL,
    "113107": SHIFTED, "113108": "retain_patient_characteristics", "113109": "retain_device_identity",
    "113110": "retain_uids", "113111": "retain_safe_private", "113112": "retain_institution_identity",
}  # fmt: skip


def test_every_code_of_cid_7050_stands_for_one_option_and_for_nothing_that_was_not_done():
    rows = load_json("ps3.16_cid7050.json")["rows"]
    assert {row["code_value"] for row in rows} == set(METHODS)
    for code, option in METHODS.items():
        recipe = Recipe(name="test", version="1", options=frozenset({option} - {None}))
        of_pixels = code in {"113101", "113102"}
        done = stamps.Vouched(done=frozenset({option})) if of_pixels else stamps.Vouched()
        assert set(stamps.codes(recipe, "identifiable", done)) == {"113100", code}
        undone = stamps.Vouched(undone=frozenset({option}))
        assert option is None or stamps.codes(recipe, "identifiable", undone) == ("113100",)
