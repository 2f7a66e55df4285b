"""Files made to deceive: each is refused with a reason, early and cheaply."""

import io
import itertools
import struct
import time
import tracemalloc
import zlib
from pathlib import Path

import pytest
from pydicom.data import get_charset_files

from vesalius import dicom
from vesalius.dicom import DicomError, DicomFile, Limits, check, walk

pytestmark = pytest.mark.slow

EXPLICIT, DEFLATED, JPEG = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.50"
IMPLICIT, BIG = "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"
LONG = {"OB", "OW", "SQ", "UN", "UT", "OV"}
CT = "1.2.840.10008.5.1.4.1.1.2"
UNDEFINED = 0xFFFFFFFF


def element(tag: int, vr: str, value: bytes, length: int | None = None) -> bytes:
    """One element in explicit VR little endian; `length` may lie."""
    size = len(value) if length is None else length
    head = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr.encode())
    return head + (struct.pack("<HI", 0, size) if vr in LONG else struct.pack("<H", size)) + value


def text(tag: int, vr: str, value: str) -> bytes:
    raw = value.encode()
    return element(tag, vr, raw + (b"\0" if vr == "UI" else b" ") * (len(raw) % 2))


def item(body: bytes, length: int | None = None) -> bytes:
    return struct.pack("<HHI", 0xFFFE, 0xE000, len(body) if length is None else length) + body


SEQUENCE_END = struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
ITEM_END = struct.pack("<HHI", 0xFFFE, 0xE00D, 0)


def us(tag: int, number: int) -> bytes:
    return element(tag, "US", struct.pack("<H", number))


def header() -> dict[int, bytes]:
    """The elements of a small CT image, without its pixels."""
    return {
        0x00080005: text(0x00080005, "CS", "ISO_IR 100"),
        0x00080016: text(0x00080016, "UI", CT),
        0x00080018: text(0x00080018, "UI", "1.2.3.4"),
        0x00100010: text(0x00100010, "PN", "Canary^Patient"),
        0x0020000D: text(0x0020000D, "UI", "1.2.3.1"),
        0x0020000E: text(0x0020000E, "UI", "1.2.3.2"),
        0x00280002: us(0x00280002, 1),
        0x00280004: text(0x00280004, "CS", "MONOCHROME2"),
        0x00280010: us(0x00280010, 4),
        0x00280011: us(0x00280011, 4),
        0x00280100: us(0x00280100, 16),
        0x00280101: us(0x00280101, 12),
        0x00280102: us(0x00280102, 11),
        0x00280103: us(0x00280103, 0),
        0x7FE00010: element(0x7FE00010, "OW", bytes(32)),
    }


def meta(syntax: str = EXPLICIT, instance: str = "1.2.3.4") -> bytes:
    body = b"".join(
        (
            element(0x00020001, "OB", b"\0\1"),
            text(0x00020002, "UI", CT),
            text(0x00020003, "UI", instance),
            text(0x00020010, "UI", syntax),
            text(0x00020012, "UI", "1.2.3.9"),
        )
    )
    return element(0x00020000, "UL", struct.pack("<I", len(body))) + body


def image(
    *, syntax: str = EXPLICIT, preamble: bytes = bytes(128), more: bytes = b"", **changes: bytes | None
) -> bytes:
    """A whole small CT; `t00280010=...` puts other bytes for an element, None leaves it out."""
    elements: dict[int, bytes | None] = {**header()}
    for name, value in changes.items():
        elements[int(name[1:], 16)] = value
    body = b"".join(value for _, value in sorted(elements.items()) if value is not None) + more
    return preamble + b"DICM" + meta(syntax) + body


def read(data: bytes, limits: Limits | None = None) -> DicomFile:
    return dicom.read(io.BytesIO(data), limits)


def outcome(data: bytes, limits: Limits | None = None) -> set[str]:
    """The reasons against a file: that of the refusal, or those of the fatal problems."""
    try:
        problems = check(read(data, limits))
    except DicomError as error:
        said, reasons = str(error), {error.reason.value}
    else:
        said = " ".join(problem.sentence for problem in problems)
        reasons = {problem.reason.value for problem in problems if problem.fatal}
    assert "Canary" not in said
    return reasons


def encapsulated(*fragments: bytes, table: bytes = b"", end: bytes = SEQUENCE_END) -> bytes:
    return element(0x7FE00010, "OB", item(table) + b"".join(map(item, fragments)) + end, length=UNDEFINED)


def frames(number: str) -> bytes:
    return text(0x00280008, "IS", number)


LIES = {
    "a length past the end of the file": (image(t7FE00010=element(0x7FE00010, "OW", bytes(32), 4096)), "truncated"),
    "pixels cut short but consistent": (image(t7FE00010=element(0x7FE00010, "OW", bytes(30))), "pixel_length"),
    "pixels too long": (image(t7FE00010=element(0x7FE00010, "OW", bytes(36))), "pixel_length"),
    "dimensions without pixels to match": (image(t00280010=us(0x00280010, 65535)), "pixel_length"),
    "two billion frames": (image(t00280008=frames("2147483647")), "pixel_length"),
    "no rows": (image(t00280010=us(0x00280010, 0)), "pixel_description"),
    "Rows as UL": (image(t00280010=element(0x00280010, "UL", struct.pack("<I", 4))), "wrong_vr"),
    "more bits stored than allocated": (image(t00280101=us(0x00280101, 20)), "pixel_description"),
    "13 bits allocated": (image(t00280100=us(0x00280100, 13)), "pixel_description"),
    "frames that are no number": (image(t00280008=frames("many")), "pixel_description"),
    "an image without pixels": (image(t7FE00010=None), "missing"),
    "an unknown VR": (image(t00100020=element(0x00100020, "ZZ", b"1234")), "illegal_vr"),
    "a date as a number": (image(t00080020=us(0x00080020, 7)), "wrong_vr"),
    "a transfer syntax of nobody": (image(syntax="1.2.3.4.5"), "transfer_syntax"),
    "implicit body under an explicit syntax": (
        image()[: 132 + len(meta())] + struct.pack("<HHI", 8, 5, 10) + b"ISO_IR 100", "vr_mismatch",
    ),
    "explicit body under the implicit syntax": (image(syntax=IMPLICIT), "vr_mismatch"),
    "little endian under the big endian syntax": (image(syntax=BIG), "truncated"),
    "an unknown character set": (image(t00080005=text(0x00080005, "CS", "KLINGON")), "charset"),
    "a path for an identifier": (image(t00080018=text(0x00080018, "UI", "../../etc/passwd")), "uid"),
    "an identifier of 66 characters": (image(t0020000E=text(0x0020000E, "UI", "1." + "2" * 64)), "uid"),
    "two values for an identifier": (image(t0020000D=text(0x0020000D, "UI", "1.2\\1.3")), "uid"),
    "no study": (image(t0020000D=None), "missing"),
    "an empty series": (image(t0020000E=text(0x0020000E, "UI", "")), "missing"),
    "another instance than the meta group's": (image(t00080018=text(0x00080018, "UI", "1.2.3.5")), "meta_mismatch"),
    "a program for a preamble": (image(preamble=b"MZ".ljust(128, b"\0")), "polyglot"),
    "a page for a preamble": (image(preamble=b"<html>".ljust(128, b" ")), "polyglot"),
    "a repeated element": (
        image(t00100010=text(0x00100010, "PN", "Canary") + text(0x00100010, "PN", "Other")), "repeated",
    ),
    "elements out of order": (image(t00100010=text(0x00100020, "LO", "A") + text(0x00100010, "PN", "B")), "tag_order"),
    "a meta element in the data set": (image(t00080019=text(0x00020016, "AE", "X")), "illegal_group"),
    "two files glued": (image() + image(), "trailing_data"),
    "bytes after the end": (image() + b"#", "trailing_data"),
    "zeros after the end": (image() + bytes(512), "trailing_data"),
    "a bare prefix": (bytes(128) + b"DICM", "missing"),
    "no Part 10 header": (image()[132 + len(meta()) :], "no_meta"),
    "nothing": (b"", "not_dicom"),
    "a document": (b"%PDF-1.7 and so on, at some length", "not_dicom"),
    "a stray item delimiter": (image(t00100020=ITEM_END), "bad_item"),
    "a sequence that holds no items": (image(t00081140=element(0x00081140, "SQ", bytes(16))), "bad_item"),
    "an item longer than its sequence": (
        image(t00081140=element(0x00081140, "SQ", item(b"", 64))), "overrun",
    ),
    "an element longer than its item": (
        image(t00081140=element(0x00081140, "SQ", item(element(0x00081150, "UI", b"1.2\0", 400)))), "overrun",
    ),
    "a sequence that is never closed": (
        image(t00081140=None, more=element(0x7FE10010, "SQ", item(b""), UNDEFINED)), "truncated",
    ),
    "an item that is never closed": (
        image(more=element(0x7FE10010, "SQ", item(b"", UNDEFINED), UNDEFINED)), "truncated",
    ),
    "an implicit item in an explicit file": (
        image(t00081140=element(0x00081140, "SQ", item(struct.pack("<HHI", 8, 0x1155, 4) + b"1.2\0"))),
        "implicit_item",
    ),
    "text of undefined length": (image(t00081190=element(0x00081190, "UT", b"x" * 8, UNDEFINED)), "undefined_length"),
    "encapsulated pixels under a native syntax": (image(t7FE00010=encapsulated(b"\xff\xd8")), "fragments"),
    "native pixels under an encapsulated syntax": (image(syntax=JPEG), "fragments"),
    "fragments never closed": (image(syntax=JPEG, t7FE00010=encapsulated(b"\xff\xd8", end=b"")), "truncated"),
    "fewer fragments than frames": (
        image(syntax=JPEG, t00280008=frames("3"), t7FE00010=encapsulated(b"\xff\xd8")), "fragments",
    ),
    "an offset table that points nowhere": (
        image(syntax=JPEG, t7FE00010=encapsulated(b"\xff\xd8", table=struct.pack("<I", 400))), "offset_table",
    ),
    "an offset table of too many frames": (
        image(syntax=JPEG, t7FE00010=encapsulated(b"ab", b"cd", table=struct.pack("<II", 0, 10))), "offset_table",
    ),
    "an extended offset table that lies": (
        image(
            syntax=JPEG,
            t7FE00001=element(0x7FE00001, "OV", struct.pack("<Q", 1 << 40)),
            t7FE00010=encapsulated(b"\xff\xd8"),
        ),
        "offset_table",
    ),
    "a palette shorter than promised": (
        image(
            t00281101=element(0x00281101, "US", struct.pack("<HHH", 256, 0, 16)),
            t00281201=element(0x00281201, "OW", bytes(16)),
        ),
        "palette",
    ),
}  # fmt: skip


def test_the_honest_image_has_no_problem():
    assert check(read(image())) == ()


@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_refused_with_its_reason(name: str):
    data, reason = LIES[name]
    assert reason in outcome(data)


TOLERATED = {
    "no preamble": (image()[132:], "no_preamble"),
    "a preamble of TIFF": (image(preamble=b"II*\0".ljust(128, b"\0")), "preamble"),
    "an odd length": (image(t00100020=element(0x00100020, "LO", b"ABC")), "odd_length"),
    "half a number": (image(t00189073=element(0x00189073, "FD", bytes(10))), "value_length"),
    "a delimiter with a length": (
        image(t00081140=element(0x00081140, "SQ", struct.pack("<HHI", 0xFFFE, 0xE0DD, 8), UNDEFINED)), "delimiter",
    ),
    "a public element of no edition": (image(t00100017=element(0x00100017, "LO", b"AB")), "unknown_tag"),
    "zeros that lead a component": (image(t00080014=text(0x00080014, "UI", "1.2.03")), "uid_reference"),
    "a reference that is no UID": (
        image(t00081140=element(0x00081140, "SQ", item(text(0x00081155, "UI", "none")))), "uid_reference",
    ),
    "bytes outside UTF-8": (
        image(t00080005=text(0x00080005, "CS", "ISO_IR 192"), t00100010=element(0x00100010, "PN", b"\xe9\xe9")), "text",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TOLERATED)
def test_what_leaves_one_meaning_is_noted_and_let_in(name: str):
    data, reason = TOLERATED[name]
    problems = check(read(data))
    assert [problem.reason.value for problem in problems] == [reason]
    assert not problems[0].fatal


def test_every_prefix_of_a_file_is_refused():
    sequence = element(0x00081140, "SQ", item(text(0x00081155, "UI", "1.2.3")) + SEQUENCE_END, UNDEFINED)
    whole = image(t00081140=sequence, t00091001=element(0x00091001, "UN", b"abcd"))
    assert outcome(whole) == set()
    for cut in range(len(whole)):
        assert outcome(whole[:cut]), cut


def test_every_prefix_of_an_encapsulated_file_is_refused():
    whole = image(syntax=JPEG, t7FE00010=encapsulated(b"\xff\xd8\xff\xd9", b"\xff\xd8"))
    assert outcome(whole) == set()
    for cut in range(len(whole)):
        assert outcome(whole[:cut]), cut


def nested(depth: int, *, undefined: bool) -> bytes:
    """Sequences within sequences."""
    if undefined:
        opened = element(0x00081140, "SQ", item(b"", UNDEFINED), UNDEFINED)
        return opened * depth + (ITEM_END + SEQUENCE_END) * depth
    body = b""
    for _ in range(depth):
        body = element(0x00081140, "SQ", item(body))
    return body


@pytest.mark.parametrize("undefined", [True, False])
def test_64_levels_of_sequences_are_read_and_65_refused(undefined: bool):
    assert outcome(image(t00081140=nested(64, undefined=undefined))) == set()
    assert outcome(image(t00081140=nested(65, undefined=undefined))) == {"too_deep"}


def test_20000_levels_of_sequences_are_refused_at_once():
    assert outcome(image(t00081140=nested(20_000, undefined=True))) == {"too_deep"}


def many_elements(groups: int) -> bytes:
    numbers = itertools.product(range(groups), range(10_000))
    return image(more=b"".join(element(0x7FE10010 + (g << 17) + n, "LO", b"ab") for g, n in numbers))


def many_items(count: int) -> bytes:
    return image(more=element(0x7FE10010, "SQ", item(b"") * count))


@pytest.mark.slow
@pytest.mark.parametrize("data", [many_elements(10), many_items(50_000)], ids=["elements", "items"])
def test_100000_elements_or_50000_items_take_seconds_at_most(data: bytes):
    began = time.process_time()
    assert outcome(data) == set()
    assert time.process_time() - began < 10


@pytest.mark.parametrize("data", [many_elements(1), many_items(10_000)], ids=["elements", "items"])
def test_an_element_or_item_takes_less_than_a_kilobyte_of_memory(data: bytes):
    tracemalloc.start()
    outcome(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


def test_more_elements_than_the_limit_are_refused():
    items = element(0x7FE10010, "SQ", item(b"") * 2000)
    assert outcome(image(more=items), Limits(max_elements=1000)) == {"too_many"}
    fragments = encapsulated(*[b"ab"] * 2000)
    assert outcome(image(syntax=JPEG, t7FE00010=fragments), Limits(max_elements=1000)) == {"too_many"}


def deflated(body: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return bytes(128) + b"DICM" + meta(DEFLATED) + packer.compress(body) + packer.flush()


def test_a_deflate_bomb_is_refused_at_its_limit():
    bomb = deflated(element(0x00091001, "UN", bytes(64_000_000)))
    assert len(bomb) < 100_000
    tracemalloc.start()
    assert outcome(bomb, Limits(max_inflated=4_000_000)) == {"too_large"}
    assert tracemalloc.get_traced_memory()[1] < 16_000_000
    tracemalloc.stop()


def test_a_deflated_file_is_read_and_its_damage_is_named():
    whole = deflated(b"".join(header().values()))
    file = read(whole)
    assert check(file) == ()
    assert (file.deflated, file.body, file.dataset.text(0x00080018)) == (True, 0, "1.2.3.4")
    assert file.meta.text(0x00020003) == "1.2.3.4"
    assert outcome(whole + b"\0") == set()
    assert outcome(whole + b"more") == {"trailing_data"}
    assert outcome(whole[:-20]) == {"truncated"}
    assert outcome(whole[:360] + b"\xff\xff\xff\xff" + whole[364:]) == {"deflate"}


def test_problems_of_one_kind_are_told_at_most_twenty_times():
    odd = b"".join(element(0x00091000 + number, "LO", b"a") for number in range(200))
    problems = check(read(image(t00091000=odd)))
    assert [problem.reason.value for problem in problems] == ["odd_length"] * 20


def test_text_of_absurd_length_is_refused_without_being_read():
    data = image(more=element(0x7FE10010, "UT", bytes(20_000_000)))
    file = read(data)
    assert outcome(data) == {"too_large"}
    with pytest.raises(DicomError, match="numbers of more than"):
        file.dataset.text(0x7FE10010)


def test_a_character_set_of_thousands_of_terms_costs_nothing():
    terms = "\\".join(["ISO 2022 IR 6"] * 4000)
    name = b"\x1b(B" * 20_000
    data = image(t00080005=text(0x00080005, "CS", terms), t00100010=element(0x00100010, "PN", name))
    began = time.process_time()
    assert read(data).dataset.text(0x00100010) == ""
    outcome(data)
    assert time.process_time() - began < 2


def test_a_repeated_element_keeps_its_first_value():
    twice = text(0x00100010, "PN", "First") + text(0x00100010, "PN", "Second")
    assert read(image(t00100010=twice)).dataset.text(0x00100010) == "First"


def test_pixels_stay_in_the_file_until_asked_for():
    class Counting(io.BytesIO):
        taken = 0

        def read(self, size: int | None = -1) -> bytes:
            data = super().read(size)
            self.taken += len(data)
            return data

    pixels = element(0x7FE00010, "OW", bytes(8_000_000))
    source = Counting(image(t00280010=us(0x00280010, 2000), t00280011=us(0x00280011, 2000), t7FE00010=pixels))
    file = dicom.read(source)
    assert check(file) == ()
    assert sum(1 for _ in walk(file.dataset)) == 15
    assert source.taken < 100_000
    assert len(file.dataset[0x7FE00010].raw()) == 8_000_000


def test_an_unknown_of_undefined_length_holds_implicit_little_endian_items():
    inner = struct.pack("<HHI", 0x0008, 0x1155, 6) + b"1.2.3\0"
    unknown = element(0x00091001, "UN", item(inner) + SEQUENCE_END, UNDEFINED)
    file = read(image(t00091001=unknown))
    assert check(file) == ()
    sequence = file.dataset[0x00091001]
    assert (sequence.vr, sequence.written_vr, sequence.length) == ("SQ", "UN", None)
    assert sequence.items[0].dataset.implicit
    assert sequence.items[0].dataset.text(0x00081155) == "1.2.3"


def test_an_unknown_that_is_no_sequence_after_all_stays_bytes():
    file = read(image(t00081140=element(0x00081140, "UN", b"not a sequence..")))
    assert file.dataset[0x00081140].vr == "UN"
    assert [problem.reason.value for problem in check(file)] == ["bad_item"]


def test_japanese_names_are_read_with_their_code_extensions():
    with dicom.read(Path(get_charset_files("chrH31.dcm")[0])) as file:
        assert file.dataset.charsets == ("", "ISO 2022 IR 87")
        assert file.dataset.text(0x00100010) == "Yamada^Tarou=山田^太郎=やまだ^たろう"


def test_a_character_set_reaches_an_item_whose_parents_hold_nothing_before_it():
    # A private creator is read while the items around it are still empty.
    name = struct.pack("<HHI", 0x0010, 0x0010, 2) + "ß".encode()
    private = (
        struct.pack("<HHI", 0x0029, 0x0010, 4) + b"TEST" + struct.pack("<HHI", 0x0029, 0x1000, 2) + b"AB"
    )
    outer = item(struct.pack("<HHI", 8, 0x1111, len(item(name + private))) + item(name + private))
    body = struct.pack("<HHI", 8, 5, 10) + b"ISO_IR 192" + struct.pack("<HHI", 8, 0x1111, len(outer)) + outer
    file = read(bytes(128) + b"DICM" + meta(IMPLICIT) + body)
    inner = file.dataset[0x00081111].items[0].dataset[0x00081111].items[0].dataset
    assert inner.text(0x00100010) == "ß"
