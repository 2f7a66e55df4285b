"""Everything that is not one plain element at the root: nesting, repeating groups, private elements, encodings."""

import io
import struct

import pydicom
import pytest
from pydicom.dataset import Dataset

from vesalius.dicom import read

CT = "1.2.840.10008.5.1.4.1.1.2"
SAFE = "retain_safe_private"


def nested(depth, **attributes):
    """A data set with the attributes, inside of `depth` sequences that no row of the table names."""
    inner = Dataset()
    for keyword, value in attributes.items():
        setattr(inner, keyword, value)
    for _ in range(depth):
        outer = Dataset()
        outer.CTExposureSequence = [inner]
        inner = outer
    return inner


@pytest.mark.parametrize("depth", [1, 2, 7, 30])
@pytest.mark.parametrize("syntax", ["explicit", "implicit", "big endian", "deflated"])
def test_the_table_holds_at_any_depth_and_in_every_encoding(new, outcome, identity, depth, syntax):
    # PS3.15 E.1.1: attributes of the table are treated wherever they stand, also inside of sequences
    found = nested(
        depth, PatientName="Doe^Jane", PatientID="MRN0001", StudyDate="20200102", ReferringPhysicianName="Roe"
    )
    dataset = new(CT, CTExposureSequence=found.CTExposureSequence, Rows=3, ImageComments="about Doe")
    result = outcome(dataset, syntax=syntax).dataset
    assert result.Rows == 3
    assert "ImageComments" not in result
    for _ in range(depth):
        result = result.CTExposureSequence[0]
    assert result.PatientID == identity.patient_id("", "MRN0001")
    assert result.StudyDate == ""
    assert result.ReferringPhysicianName == ""


@pytest.mark.parametrize("undefined", [True, False])
def test_lengths_of_sequences_and_items_are_right_whether_defined_or_not(new, outcome, undefined):
    dataset = new(CT, CTExposureSequence=nested(2, PatientName="A" * 33, KVP=120).CTExposureSequence, Rows=7)
    for sequence in (dataset["CTExposureSequence"], dataset.CTExposureSequence[0]["CTExposureSequence"]):
        sequence.is_undefined_length = undefined
        sequence.value[0].is_undefined_length_sequence_item = undefined
    result = outcome(dataset)
    again = read(io.BytesIO(result.data)).dataset
    inner = again[0x00189321].items[0].dataset[0x00189321].items[0].dataset
    assert inner.text(0x00180060) == "120.0"
    assert again.ints(0x00280010) == [7]
    assert (again[0x00189321].length is None) is undefined


def test_curves_go_with_every_repeating_group(new, outcome):
    # row (50xx,xxxx): X
    dataset = new(CT)
    for group in (0x5000, 0x5002, 0x501E):
        dataset.add_new(group << 16 | 0x0010, "US", 100)
        dataset.add_new(group << 16 | 0x3000, "OW", b"\1\2")
    result = outcome(dataset)
    assert not [element.tag for element in result.dataset if element.tag.group >> 8 == 0x50]
    assert result.change("(501E,3000)").action == "X"


def test_an_overlay_goes_as_a_whole(new, outcome):
    # rows (60xx,3000) and (60xx,4000): X; an overlay plane without data is none (PS3.3 C.9.2)
    dataset = new(CT, Rows=2)
    for group in (0x6000, 0x6004):
        dataset.add_new(group << 16 | 0x0010, "US", 2)
        dataset.add_new(group << 16 | 0x0022, "LO", "of Doe")
        dataset.add_new(group << 16 | 0x3000, "OW", b"\1\2")
        dataset.add_new(group << 16 | 0x4000, "LT", "Doe")
    result = outcome(dataset).dataset
    assert not [element.tag for element in result if element.tag.group >> 8 == 0x60]
    assert result.Rows == 2


def test_an_overlay_in_the_unused_bits_of_the_pixels_stays_described(new, outcome):
    dataset = new(CT)
    dataset.add_new(0x60000010, "US", 2)
    dataset.add_new(0x60004000, "LT", "Doe")
    result = outcome(dataset).dataset
    assert (0x6000, 0x0010) in result
    assert (0x6000, 0x4000) not in result


@pytest.mark.parametrize("vr", ["LO", "UN"])
def test_a_name_written_under_another_vr_is_a_name_all_the_same(new, outcome, vr):
    dataset = new(CT, Manufacturer="for Roentgen")
    dataset.add_new(0x00142006, vr, b"Roentgen" if vr == "UN" else "Roentgen")
    result = outcome(dataset)
    assert b"Roentgen" not in result.data


def test_private_elements_go_with_the_basic_profile(new, outcome):
    # row (gggg,eeee) where gggg is odd: X
    dataset = new(CT)
    dataset.private_block(0x0019, "GEMS_ACQU_01", create=True).add_new(0x23, "DS", "1.5")
    result = outcome(dataset)
    assert not [element for element in result.dataset if element.tag.is_private]
    assert {change.path for change in result.cleaned.changes} >= {"(0019,0010)", "(0019,1023)"}


@pytest.mark.parametrize("block", [0x10, 0x11, 0xFE])
@pytest.mark.parametrize("syntax", ["explicit", "implicit", "big endian"])
def test_a_safe_private_element_stays_with_its_creator_in_whatever_block(new, outcome, block, syntax):
    # Table E.3.10-1: (0019,xx23) GEMS_ACQU_01 Table Speed
    dataset = new(CT)
    dataset.add_new(0x00190000 | block, "LO", "GEMS_ACQU_01")
    dataset.add_new(0x00190000 | block << 8 | 0x23, "DS", "1.5")
    dataset.add_new(0x00190000 | block << 8 | 0x99, "LO", "not listed")
    result = outcome(dataset, SAFE, syntax=syntax).dataset
    kept = result.private_block(0x0019, "GEMS_ACQU_01")
    assert kept.block_start == block << 8
    value = kept[0x23].value
    assert float(value.decode() if isinstance(value, bytes) else value) == 1.5
    assert [element.tag for element in result if element.tag.is_private] == [
        0x00190000 | block, 0x00190000 | block << 8 | 0x23,
    ]  # fmt: skip


def test_the_same_number_under_another_creator_goes(new, outcome):
    dataset = new(CT)
    dataset.private_block(0x0019, "SOMEBODY ELSE", create=True).add_new(0x23, "DS", "1.5")
    assert not [element for element in outcome(dataset, SAFE).dataset if element.tag.is_private]


def test_a_private_element_without_a_creator_goes(new, outcome):
    dataset = new(CT)
    dataset.add_new(0x00191023, "DS", "1.5")
    dataset.add_new(0x00190002, "DS", "1.5")
    assert not [element for element in outcome(dataset, SAFE).dataset if element.tag.is_private]


def test_an_element_whose_vr_contradicts_the_list_goes(new, outcome):
    # Table Speed is DS in Table E.3.10-1; a text in its place is not what the list calls safe
    dataset = new(CT)
    dataset.private_block(0x0019, "GEMS_ACQU_01", create=True).add_new(0x23, "LO", "Doe")
    assert not [element for element in outcome(dataset, SAFE).dataset if element.tag.is_private]


def test_a_safe_private_element_written_as_un_stays(new, outcome):
    dataset = new(CT)
    dataset.private_block(0x0019, "GEMS_ACQU_01", create=True).add_new(0x23, "UN", b"1.5 ")
    result = outcome(dataset, SAFE).dataset
    assert result[0x0019, 0x1023].value in (b"1.5 ", 1.5)


def test_a_safe_private_text_with_an_identifier_goes(new, outcome):
    # (0019,xx9E) GEMS_ACQU_01 Internal Pulse Sequence Name
    dataset = new(CT)
    block = dataset.private_block(0x0019, "GEMS_ACQU_01", create=True)
    block.add_new(0x9E, "LO", "for MRN0001")
    assert (0x0019, 0x109E) not in outcome(dataset, SAFE).dataset


def test_a_private_sequence_that_stays_is_walked_like_any_other(new, outcome, identity):
    # (2001,xx5F) Philips Imaging DD 001 Stack Sequence, with a listed, an unlisted and standard elements inside
    inner = Dataset()
    inner.PatientName, inner.StudyDate, inner.Rows = "Doe^Jane", "20200102", 4
    inner.FrameOfReferenceUID = "1.2.3.77"
    block = inner.private_block(0x2001, "Philips Imaging DD 001", create=True)
    block.add_new(0x2D, "SS", 12)
    block.add_new(0xEE, "LO", "unlisted")
    dataset = new(CT)
    dataset.private_block(0x2001, "Philips Imaging DD 001", create=True).add_new(0x5F, "SQ", [inner])
    stays = outcome(dataset, SAFE).dataset.private_block(0x2001, "Philips Imaging DD 001")[0x5F].value[0]
    assert stays.PatientName == identity.patient_id("", "MRN0001")
    assert stays.StudyDate == ""
    assert stays.Rows == 4
    assert stays.FrameOfReferenceUID == identity.uid("1.2.3.77")
    assert stays.private_block(0x2001, "Philips Imaging DD 001")[0x2D].value == 12
    assert (0x2001, 0x10EE) not in stays


def test_a_disposition_may_keep_a_private_element_by_its_creator(new, outcome):
    dataset = new(CT)
    block = dataset.private_block(0x0019, "OURS", create=True)
    block.add_new(0x01, "DS", "2")
    block.add_new(0x02, "UI", "1.2.3.9")
    block.add_new(0x03, "DS", "3")
    result = outcome(dataset, dispositions={'(0019,"OURS",01)': "K", '(0019,"OURS",02)': "U"}).dataset
    assert result[0x0019, 0x1001].value == 2
    assert result[0x0019, 0x1002].value.startswith("2.25.")
    assert (0x0019, 0x0010) in result
    assert (0x0019, 0x1003) not in result


def test_a_known_sequence_written_as_un_of_undefined_length_is_walked_in_implicit_vr(new, outcome, encoded):
    # PS3.5 6.2.2: its items are in implicit VR little endian
    name = struct.pack("<HHI", 0x0010, 0x0010, 8) + b"Doe^Jane"
    item = struct.pack("<HHI", 0xFFFE, 0xE000, len(name)) + name
    unknown = (
        struct.pack("<HH2sHI", 0x0018, 0x9321, b"UN", 0, 0xFFFFFFFF)
        + item
        + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    )
    plain = encoded(new(CT, Rows=7))
    at = plain.index(struct.pack("<HH", 0x0020, 0x000D))
    result = outcome(plain[:at] + unknown + plain[at:])
    assert b"Doe" not in result.data
    again = read(io.BytesIO(result.data)).dataset
    assert again[0x00189321].items[0].dataset.text(0x00100010) == result.dataset.PatientID
    assert again.ints(0x00280010) == [7]


def test_bytes_that_belong_to_no_element_of_the_tree_never_pass(new, outcome, encoded):
    # a second Patient's Name behind the first: readers differ on which one counts
    plain = encoded(new(CT))
    again = struct.pack("<HH2sH", 0x0010, 0x0010, b"PN", 8) + b"Roe^Anna"
    at = plain.index(struct.pack("<HH2s", 0x0010, 0x0020, b"LO"))
    result = outcome(plain[:at] + again + plain[at:])
    assert b"Roe" not in result.data
    assert "quarantine" in result.kinds()


def test_group_lengths_padding_and_signatures_are_dropped(new, outcome):
    # PS3.15 E.1.1; rows (FFFC,FFFC), (FFFA,FFFA) and (0400,0561): X
    dataset = new(CT)
    dataset.add_new(0x00080000, "UL", 4)
    dataset.add_new(0xFFFCFFFC, "OB", b"Doe^Jane")
    signature = Dataset()
    signature.MACIDNumber = 1
    dataset.DigitalSignaturesSequence = [signature]
    original = Dataset()
    original.SourceOfPreviousValues = "St Elsewhere"
    dataset.OriginalAttributesSequence = [original]
    # what only signatures need, and what somebody can decrypt to the identity
    parameters, encrypted = Dataset(), Dataset()
    parameters.MACIDNumber = 1
    encrypted.EncryptedContent = b"\1\2"
    dataset.MACParametersSequence, dataset.EncryptedAttributesSequence = [parameters], [encrypted]
    result = outcome(dataset)
    tags = [element.tag for element in result.dataset]
    assert not {0x00080000, 0xFFFCFFFC, 0xFFFAFFFA, 0x04000561, 0x4FFE0001, 0x04000500} & set(tags)
    assert b"Doe" not in result.data
    assert b"Elsewhere" not in result.data


NAMES = {
    "ISO_IR 192": "Ørsted^Łukasz",
    "ISO_IR 100": "Müller^Änne",
    "ISO 2022 IR 87": "山田^太郎",
    "GB18030": "王^小东",
    "ISO_IR 144": "Люкceмбypг",
}


@pytest.mark.parametrize("charset", NAMES)
def test_a_name_is_found_in_whatever_character_set_it_is_written(new, outcome, charset):
    term = ["", charset] if charset.startswith("ISO 2022") else charset
    dataset = new(CT, SpecificCharacterSet=term, PatientName=NAMES[charset])
    dataset.Manufacturer = f"for {dataset.PatientName.family_name}"
    result = outcome(dataset).dataset
    assert result.SpecificCharacterSet == term
    # General Equipment, PS3.3 C.7.5.1: Manufacturer is Type 2, so it is emptied where nothing but `for` is left
    assert result.Manufacturer == ""


def test_pixel_data_keep_their_bytes(new, outcome):
    pixels = bytes(range(256)) * 4096
    dataset = new(
        CT, Rows=512, Columns=1024, BitsAllocated=16, BitsStored=12, SamplesPerPixel=1, PixelData=pixels
    )
    dataset.add_new(0xFFFCFFFC, "OB", b"\0\0")
    result = outcome(dataset)
    assert result.dataset.PixelData == pixels
    assert result.data.endswith(pixels)


def test_encapsulated_fragments_keep_their_bytes(outcome):
    path = pydicom.data.get_testdata_file("JPEG2000.dcm")
    before = pydicom.dcmread(path)
    with open(path, "rb") as source:
        result = outcome(source.read()).dataset
    assert result.PixelData == before.PixelData
    assert result.file_meta.TransferSyntaxUID == before.file_meta.TransferSyntaxUID
