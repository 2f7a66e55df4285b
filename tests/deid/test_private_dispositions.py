"""TCIA's private dispositions (docs/decisions/0009): by creator, place and VR, in sequences, and under UN."""

import io
import struct
from collections import Counter, defaultdict

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from vesalius.dicom import read
from vesalius.dicom.standard import load_rows

CT = "1.2.840.10008.5.1.4.1.1.2"
SAFE, SHIFTED, FULL = (
    "retain_safe_private",
    "retain_longitudinal_modified_dates",
    "retain_longitudinal_full_dates",
)
WORDS = "clean_descriptors"


@pytest.fixture
def tcia(outcome):
    """Clean under TCIA's lists, dates moved and words cleaned, or under other options."""

    def run(dataset, *options, **more):
        options = options or (SAFE, SHIFTED, WORDS)
        return outcome(dataset, *options, private="tcia", **more)

    return run


def with_private(new, group, creator, low, vr, value):
    dataset = new(CT)
    dataset.private_block(group, creator, create=True).add_new(low, vr, value)
    return dataset


def private_of(result, group, creator, low):
    block = result.dataset.private_block(group, creator)
    return block[low].value if low in block else None


def is_there(result, group, low):
    return group << 16 | 0x1000 | low in result.dataset


def days(identity):
    return identity.day_offset("", "MRN0001")


def test_k_keeps(new, tcia):
    # (0019,"SIEMENS MR HEADER",0c) IS B Value: k, in no list of the standard under GE's or Philips' name
    result = tcia(with_private(new, 0x0019, "SIEMENS MR HEADER", 0x0C, "IS", "800"))
    assert private_of(result, 0x0019, "SIEMENS MR HEADER", 0x0C) == 800


def test_d_deletes_though_the_standards_list_keeps(new, tcia, outcome):
    # (2001,"Philips Imaging DD 001",6e) SH Series Type: Table E.3.10-1, and d
    dataset = with_private(new, 0x2001, "Philips Imaging DD 001", 0x6E, "SH", "BODY")
    assert is_there(outcome(dataset, SAFE), 0x2001, 0x6E)
    assert not is_there(tcia(dataset), 0x2001, 0x6E)


def test_h_gives_the_new_uid_also_to_one_that_is_written_as_text(new, tcia, identity):
    # (0009,"GEMS_PETD_01",0a) Scan ID: h under UI and LO
    for vr in ("UI", "LO"):
        result = tcia(with_private(new, 0x0009, "GEMS_PETD_01", 0x0A, vr, "1.2.3.77"))
        assert private_of(result, 0x0009, "GEMS_PETD_01", 0x0A) == identity.uid("1.2.3.77")
    kept = tcia(with_private(new, 0x0009, "GEMS_PETD_01", 0x0A, "UI", "1.2.3.77"), SAFE, "retain_uids")
    assert private_of(kept, 0x0009, "GEMS_PETD_01", 0x0A) == "1.2.3.77"


@pytest.mark.parametrize("vr", ["DT", "LO"])
def test_o_moves_a_date_by_the_days_of_all_others(new, tcia, vr):
    # (0009,"GEMS_PETD_01",0d) Scan Date Time
    dataset = with_private(new, 0x0009, "GEMS_PETD_01", 0x0D, vr, "20200102101112.50")
    dataset.StudyDate = "20200102"
    result = tcia(dataset)
    assert private_of(result, 0x0009, "GEMS_PETD_01", 0x0D) == f"{result.dataset.StudyDate}101112.50"
    assert not is_there(tcia(dataset, SAFE), 0x0009, 0x0D), "without an option about dates none stays"
    assert private_of(tcia(dataset, SAFE, FULL), 0x0009, "GEMS_PETD_01", 0x0D) == "20200102101112.50"


def test_a_date_that_nobody_can_read_goes(new, tcia):
    # (0019,"GEMS_ACQU_01",9d) SH Pulse Sequence Date: o
    assert not is_there(
        tcia(with_private(new, 0x0019, "GEMS_ACQU_01", 0x9D, "SH", "Jan 2 2020")), 0x0019, 0x9D
    )


@pytest.mark.parametrize("syntax", ["explicit", "implicit", "big endian"])
def test_oi_moves_seconds_by_as_many_days(new, outcome, identity, syntax):
    # (0009,"GEMS_IDEN_01",27) SL Image Actual Date; (0023,"GEMS_STDY_01",70) FD Start Time
    dataset = with_private(new, 0x0009, "GEMS_IDEN_01", 0x27, "SL", 1_577_959_872)
    dataset.private_block(0x0023, "GEMS_STDY_01", create=True).add_new(0x70, "FD", 1_577_959_872.0)
    result = outcome(dataset, SAFE, SHIFTED, private="tcia", syntax=syntax)
    moved = 1_577_959_872 + days(identity) * 86_400
    again = read(io.BytesIO(result.data)).dataset
    assert again.ints(0x00091027) == [moved]
    assert again.floats(0x00231070) == [float(moved)]


def test_an_unset_time_stays_unset(new, tcia):
    result = tcia(with_private(new, 0x0009, "GEMS_IDEN_01", 0x27, "SL", 0))
    assert private_of(result, 0x0009, "GEMS_IDEN_01", 0x27) == 0


def test_one_signature_under_two_vrs_has_two_dispositions(new, tcia):
    # (0019,"SIEMENS MR HEADER",27) B Matrix: FD k, OB d
    kept = with_private(new, 0x0019, "SIEMENS MR HEADER", 0x27, "FD", [1.0, 2.0])
    assert is_there(tcia(kept), 0x0019, 0x27)
    bare = with_private(new, 0x0019, "SIEMENS MR HEADER", 0x27, "OB", struct.pack("<2d", 1, 2))
    assert not is_there(tcia(bare), 0x0019, 0x27)


def test_what_nobody_disposed_of_goes(new, tcia):
    assert not is_there(tcia(with_private(new, 0x0019, "SIEMENS MR HEADER", 0xEE, "DS", "1")), 0x0019, 0xEE)
    assert not is_there(tcia(with_private(new, 0x0019, "SOMEBODY", 0x0C, "IS", "800")), 0x0019, 0x0C)


def test_k_of_the_knowledge_base_is_safe_and_its_other_letters_are_not(new, tcia):
    # (0019,"GEMS_ACQU_01",..) rows K have dispositions too; these two have none
    rows = [row for row in load_rows("tcia_private_kb.csv") if row["vr"] == "DS" and row["group"] == "0045"]
    letters = Counter(row["wustl"] for row in rows)
    assert letters, "the group is in the knowledge base"
    assert not is_there(
        tcia(with_private(new, 0x0029, "SIEMENS MEDCOM HEADER", 0x54, "DS", "1")), 0x0029, 0x54
    )


def test_words_that_a_list_keeps_are_cleaned(new, tcia):
    # (0051,"SIEMENS MR HEADER",09) LO: k
    kept = tcia(with_private(new, 0x0051, "SIEMENS MR HEADER", 0x09, "LO", "CHEST"))
    assert private_of(kept, 0x0051, "SIEMENS MR HEADER", 0x09) == "CHEST"
    for options in ((), (SAFE,)):
        gone = tcia(with_private(new, 0x0051, "SIEMENS MR HEADER", 0x09, "LO", "CHEST Doe"), *options)
        assert b"Doe" not in gone.data


@pytest.mark.parametrize("value", [b"CHEST MRN0001 ", b"\1\2MRN0001\0\0\0", b"\1\2\x001.2.3.4.5.6.7777\0"])
@pytest.mark.parametrize("options", [(), (SAFE,)])
def test_bytes_stay_without_an_identifier_and_without_a_uid(new, tcia, value, options):
    # (0019,"GEMS_ACQU_01",02) OB: k
    result = tcia(with_private(new, 0x0019, "GEMS_ACQU_01", 0x02, "OB", value), *options)
    assert b"MRN0001" not in result.data
    assert b"1.2.3.4.5.6.7777" not in result.data
    stays = tcia(with_private(new, 0x0019, "GEMS_ACQU_01", 0x02, "OB", b"\1\2\3\4"), *options)
    assert private_of(stays, 0x0019, "GEMS_ACQU_01", 0x02) == b"\1\2\3\4"


@pytest.mark.parametrize("written", ["latin-1", "utf-8", "utf-16-le"])
def test_a_name_in_bytes_is_found_in_whatever_character_set(new, tcia, written):
    dataset = with_private(new, 0x0019, "GEMS_ACQU_01", 0x02, "OB", "\0\1 Mørkved \0\0".encode(written))
    dataset.SpecificCharacterSet, dataset.PatientName = "ISO_IR 192", "Mørkved^Åse"
    assert not is_there(tcia(dataset), 0x0019, 0x02)


def test_words_in_bytes_are_cleaned_as_words(new, tcia):
    dataset = with_private(new, 0x0019, "GEMS_ACQU_01", 0x02, "OB", b"CHEST of Doe\0\0")
    assert private_of(tcia(dataset), 0x0019, "GEMS_ACQU_01", 0x02).rstrip(b"\0 ").startswith(b"CHEST")
    assert b"Doe" not in tcia(dataset).data


@pytest.mark.parametrize("syntax", ["explicit", "implicit"])
def test_an_unknown_vr_means_what_the_knowledge_base_says(new, encoded, syntax):
    # (0025,"SIEMENS MR EXTRACTED CSA HEADER",02) LO and 01 SQ stand in TCIA's knowledge base alone
    inner = struct.pack("<HHI", 0x0010, 0x0010, 8) + b"Doe^Jane"
    item = struct.pack("<HHI", 0xFFFE, 0xE000, len(inner)) + inner
    dataset = new(CT)
    block = dataset.private_block(0x0025, "SIEMENS MR EXTRACTED CSA HEADER", create=True)
    block.add_new(0x01, "UN", item)
    block.add_new(0x02, "UN", b"Text")
    found = read(io.BytesIO(encoded(dataset, syntax))).dataset
    assert found[0x00251002].vr == "LO"
    assert found[0x00251001].items[0].dataset.text(0x00100010) == "Doe^Jane"


def test_a_private_element_that_only_a_dictionary_calls_a_sequence_may_be_none(new, encoded):
    dataset = new(CT, Rows=7)
    block = dataset.private_block(0x0025, "SIEMENS MR EXTRACTED CSA HEADER", create=True)
    block.add_new(0x01, "OB", b"no items")
    found = read(io.BytesIO(encoded(dataset, "implicit"))).dataset
    assert found[0x00251001].vr == "UN"
    assert found.ints(0x00280010) == [7]


def test_standard_attributes_inside_of_a_private_sequence_stay_under_the_standards_table(new, tcia, identity):
    # (2005,"Philips MR Imaging DD 001",80) SQ Series PlanScan: k; (0008,1155) inside of it: h
    inner = Dataset()
    inner.ReferencedSOPInstanceUID, inner.PatientName, inner.Rows = "1.2.3.9", "Doe^Jane", 4
    result = tcia(with_private(new, 0x2005, "Philips MR Imaging DD 001", 0x80, "SQ", Sequence([inner])))
    stays = private_of(result, 0x2005, "Philips MR Imaging DD 001", 0x80)[0]
    assert stays.ReferencedSOPInstanceUID == identity.uid("1.2.3.9")
    assert stays.PatientName != "Doe^Jane"
    assert stays.Rows == 4


def test_lists_speak_only_where_safe_private_elements_are_retained(new, outcome):
    dataset = with_private(new, 0x0019, "SIEMENS MR HEADER", 0x0C, "IS", "800")
    assert not is_there(outcome(dataset, private="tcia"), 0x0019, 0x0C)


# One value for each VR that says nothing about anybody, and what becomes of it, in the words of the decision.
PLAIN = {
    "": None, "AE": "CHEST", "AS": "040Y", "AT": 0x00100010, "CS": "CHEST", "DA": "20200102", "DS": "1.5",
    "DT": "20200102101112", "FD": 1.5, "FL": 1.5, "IS": "7", "LO": "CHEST", "LT": "CHEST", "OB": b"\1\2\3\4",
    "OF": b"\1\2\3\4", "OW": b"\1\2\3\4", "SH": "CHEST", "SL": 7, "SS": 7, "ST": "CHEST", "TM": "101112",
    "UI": "1.2.3.77", "UL": 7, "UN": b"", "US": 7, "UT": "CHEST", "PN": "Zed^Al",
}  # fmt: skip
DATED = {"LO": "20200102101112", "SH": "20200102", "OB": b"20200102", "UN": b"20200102"}
NUMBERS = {"AT", "DS", "FD", "FL", "IS", "SL", "SS", "UL", "US", "SQ"}
GONE = "removed"


def expected(disposition, vr, value, identity):
    """What stands afterwards, with dates moved and words cleaned."""
    if disposition == "d" or (disposition == "na" and vr not in NUMBERS):
        return GONE
    if vr == "UI" or disposition == "h":
        # what is no text is no UID that could be exchanged
        return (identity.uid(value) if isinstance(value, str) else GONE) if value else value
    if disposition == "oi":
        return value + days(identity) * 86_400
    if disposition == "o" or vr in {"DA", "DT"}:
        return "moved"
    return value


def leaves():
    """Every private element of the dispositions: place, group, creator, low byte, VR, disposition."""
    for row in load_rows("tcia_private_dispositions.csv"):
        for number in row["elements"].split():
            yield row["place"], row["group"], row["creator"], number, row["vr"], row["disposition"]


def test_there_are_as_many_dispositions_as_tcia_published():
    assert Counter(leaf[5] for leaf in leaves()) == {
        "d": 2784,
        "k": 1960,
        "na": 212,
        "h": 64,
        "o": 30,
        "oi": 3,
    }
    rows = load_rows("tcia_private_kb.csv")
    letters = Counter(letter for row in rows for letter in [row["wustl"]] * len(row["elements"].split()))
    # of 11,166 rows, 1,051 of them K, each element once for each VR and letter
    assert (sum(letters.values()), letters["K"]) == (11051, 1015)


def nest(new, place, elements):
    """A data set with the elements at a place, and the dispositions that open the sequences on the way there."""
    inner = Dataset()
    for group, creator, number, vr, value in elements:
        block = inner.private_block(int(group, 16), creator, create=True)
        block.add_new(int(number, 16), vr, value)
    steps = [step for step in place.split("[*].") if step]
    for step in reversed(steps):
        outer = Dataset()
        group, name = step[1:5], step[6:-1]
        if '"' in name:
            creator, low = name.rsplit(",", 1)
            outer.private_block(int(group, 16), creator.strip('"'), create=True).add_new(
                int(low, 16), "SQ", Sequence([inner])
            )
        else:
            outer.add_new(int(group + name, 16), "SQ", Sequence([inner]))
        inner = outer
    opened = {"[*].".join(steps[: depth + 1]): "K" for depth in range(len(steps))}
    dataset = new(CT)
    dataset.update(inner)
    return dataset, opened, steps


def reach(dataset, steps):
    for step in steps:
        group, name = int(step[1:5], 16), step[6:-1]
        if '"' in name:
            creator, low = name.rsplit(",", 1)
            dataset = dataset.private_block(group, creator.strip('"'))[int(low, 16)].value[0]
        else:
            dataset = dataset[group << 16 | int(name, 16)].value[0]
    return dataset


def is_planted(place, group, creator, number, vr, disposition):
    """Whether this is a value of a private element: no sequence, no attribute of the standard, nobody's element."""
    return bool(creator) and len(number) == 2 and vr not in {"", "SQ"}


def rounds():
    """The dispositions in groups that one file can hold: one place, each element under one VR."""
    for place, of_place in grouped(leaves(), 0).items():
        left = defaultdict(list)
        for _, group, creator, number, vr, disposition in of_place:
            if is_planted(place, group, creator, number, vr, disposition):
                left[group, creator, number].append((vr, disposition))
        for turn in range(max(map(len, left.values()), default=0)):
            yield place, [(*key, *one[turn]) for key, one in left.items() if turn < len(one)]


def grouped(rows, index):
    found = defaultdict(list)
    for row in rows:
        found[row[index]].append(row)
    return found


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


@pytest.mark.slow
def test_every_disposition_does_what_its_letter_says(new, tcia, identity):
    counted = Counter()
    for place, elements in rounds():
        planted = [
            (group, creator, number, vr, DATED.get(vr, PLAIN[vr]) if disposition == "o" else PLAIN[vr])
            for group, creator, number, vr, disposition in elements
        ]
        dataset, opened, steps = nest(new, place, planted)
        dataset.StudyDate = "20200102"
        result = tcia(dataset, dispositions=opened)
        survived = reach(result.dataset, steps)
        for (group, creator, number, vr, disposition), plant in zip(elements, planted, strict=True):
            wanted = expected(disposition, vr, plant[4], identity)
            try:
                found = survived.private_block(int(group, 16), creator)[int(number, 16)].value or b""
            except KeyError:
                found = GONE
            if wanted == "moved":
                wanted = text(plant[4]).replace("20200102", result.dataset.StudyDate)
                found = text(found)
            assert found == wanted, (place, group, creator, number, vr, disposition)
            counted[disposition] += 1
    assert counted == Counter(leaf[5] for leaf in leaves() if is_planted(*leaf))


def test_what_belongs_to_no_creator_is_kept_by_no_list():
    # an element without a creator is removed whatever a list says
    nobodys = [leaf for leaf in leaves() if not leaf[2] and len(leaf[3]) == 2]
    assert nobodys
    assert {leaf[5] for leaf in nobodys} <= {"d", "na"}


def test_every_sequence_with_a_disposition_stays_or_goes(new, tcia):
    for place, group, creator, number, vr, disposition in leaves():
        if vr != "SQ" or place or not creator:
            continue
        inner = Dataset()
        inner.Rows = 4
        dataset = with_private(new, int(group, 16), creator, int(number, 16), "SQ", Sequence([inner]))
        stays = is_there(tcia(dataset), int(group, 16), int(number, 16))
        assert stays is (disposition in {"k", "na"}), (group, creator, number)


def test_every_row_of_the_standards_list_stays_with_a_harmless_value(new, outcome, identity):
    # Table E.3.10-1: kept (K), UIDs under their new name, dates moved
    from vesalius.dicom.standard import load_json

    rows = load_json("ps3.15_e3-10-1_safe_private.json")["rows"]
    dataset = new(CT, StudyDate="20200102")
    for row in rows:
        block = dataset.private_block(int(row["tag"][1:5], 16), row["private_creator"].strip(), create=True)
        value = Sequence([Dataset()]) if row["vr"] == "SQ" else PLAIN[row["vr"][:2]]
        block.add_new(int(row["tag"][8:10], 16), row["vr"][:2] or "UN", value)
    result = outcome(dataset, SAFE, SHIFTED, WORDS).dataset
    for row in rows:
        block = result.private_block(int(row["tag"][1:5], 16), row["private_creator"].strip())
        found, wanted = block[int(row["tag"][8:10], 16)].value, PLAIN.get(row["vr"][:2])
        if row["vr"] == "UI":
            wanted = identity.uid(wanted)
        elif row["vr"] in {"DA", "DT"}:
            wanted = wanted.replace("20200102", result.StudyDate)
        assert row["vr"] == "SQ" or found == wanted or not wanted, row
    gone = outcome(dataset).dataset
    assert not [element for element in gone if element.tag.is_private]
