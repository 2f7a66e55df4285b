"""Damaged and hostile files: refused with the reason, or cleaned so that the proof holds; in bounded time and memory."""

import io
import struct
import time
import tracemalloc
import zlib
from pathlib import Path

import pydicom.data
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.data import get_testdata_file

from vesalius.deid import DomainKey, Identity, PatientContext, Recipe, clean, collect, write
from vesalius.deid.proof import prove
from vesalius.dicom import Limits, check, read
from vesalius.errors import BadInput

IDENTITY = Identity(DomainKey.generate(bytes(range(32))))
RECIPES = [Recipe.builtin(name) for name in ("basic", "tcia", "strict")]
SECRET = b"Zebrowski^Ada "
STATE = b"1.2.840.10008.5.1.4.1.1.11.1"  # a presentation state has no pixels
REFUSED = {"quarantine", "identity"}


def element(tag, vr, value, length=None):
    group, number = tag >> 16, tag & 0xFFFF
    length = len(value) if length is None else length
    if vr in {b"OB", b"OW", b"SQ", b"UN", b"UT", b"UC"}:
        return struct.pack("<HH2sHI", group, number, vr, 0, length) + value
    return struct.pack("<HH2sH", group, number, vr, length) + value


def head(syntax=b"1.2.840.10008.1.2.1\0", preamble=bytes(128)):
    group = b"".join(
        (
            element(0x00020001, b"OB", b"\0\1"),
            element(0x00020002, b"UI", STATE),
            element(0x00020003, b"UI", b"1.2.3.4\0"),
            element(0x00020010, b"UI", syntax),
            element(0x00020012, b"UI", b"1.2.3\0"),
        )
    )
    return preamble + b"DICM" + element(0x00020000, b"UL", struct.pack("<I", len(group))) + group


def body(*more):
    """A data set of one patient with more elements, in the order of their tags."""
    always = {
        0x00080016: element(0x00080016, b"UI", STATE),
        0x00080018: element(0x00080018, b"UI", b"1.2.3.4\0"),
        0x00100010: element(0x00100010, b"PN", SECRET),
        0x00100020: element(0x00100020, b"LO", b"MRN-77120 "),
        0x0020000D: element(0x0020000D, b"UI", b"1.2.3\0"),
        0x0020000E: element(0x0020000E, b"UI", b"1.2.3.5\0"),
    }
    parts = [*always.values(), *more]
    return b"".join(sorted(parts, key=lambda part: struct.unpack_from("<HH", part)))


def item(content, length=None):
    return struct.pack("<HHI", 0xFFFE, 0xE000, len(content) if length is None else length) + content


def outcome(data, recipe=RECIPES[1]):
    """What becomes of one file: the reason why it is refused, or "" for one that is cleaned and proven."""
    try:
        file = read(io.BytesIO(data))
        fatal = next((problem for problem in check(file) if problem.fatal), None)
        if fatal is not None:
            return fatal.sentence
        context = PatientContext.of([collect(file)])
        done = clean(file, recipe=recipe, identity=IDENTITY, context=context)
        refusal = next((finding for finding in done.findings if finding.kind in REFUSED), None)
        if refusal is not None:
            return refusal.sentence
        out = io.BytesIO()
        write(file, done.edits, out)
    except BadInput as error:
        return str(error)
    proof = prove(file, read(io.BytesIO(out.getvalue())), recipe=recipe, identity=IDENTITY, context=context)
    assert not proof, proof
    assert SECRET.strip() not in out.getvalue()
    return ""


def nested(depth, *, undefined=False):
    content = element(0x00081030, b"LO", b"for Zebrowski ")
    for _ in range(depth):
        length = 0xFFFFFFFF if undefined else None
        inner = item(content + (b"\xfe\xff\x0d\xe0\0\0\0\0" if undefined else b""), length)
        inner += b"\xfe\xff\xdd\xe0\0\0\0\0" if undefined else b""
        content = element(0x00081140, b"SQ", inner, length)
    return content


def bomb(size):
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = body(element(0x00204000, b"UT", b"")) + struct.pack("<HH2sHI", 0x0021, 0x1001, b"UN", 0, size)
    packed = deflate.compress(content)
    for _ in range(size >> 20):
        packed += deflate.compress(bytes(1 << 20))
    return head(b"1.2.840.10008.1.2.1.99\0\0") + packed + deflate.flush()


REFUSALS = {
    "empty": b"",
    "text": b"Zebrowski wrote a letter " * 40,
    "nothing but a head": head(),
    "cut in a header": (head() + body())[:-20],
    "cut in a value": (head() + body(element(0x00204000, b"LT", SECRET * 40)))[:-200],
    "a PDF as well": head(preamble=b"%PDF-1.7 Zebrowski".ljust(128)) + body(),
    "a program as well": head(preamble=b"MZ Zebrowski".ljust(128)) + body(),
    "a VR of no standard": head() + body(element(0x00204000, b"ZZ", SECRET)),
    "implicit where explicit is said": head() + body(struct.pack("<HHI", 0x0020, 0x4000, 14) + SECRET),
    "a text of undefined length": head() + body(element(0x00204000, b"UT", SECRET, 0xFFFFFFFF)),
    "a sequence that is never closed": head() + body(element(0x00204000, b"SQ", item(SECRET), 0xFFFFFFFF)),
    "an item beyond its sequence": head() + body(element(0x00081140, b"SQ", item(b"", 4000))),
    "nested 100 deep": head() + body(nested(100)),
    "nested 100 deep without lengths": head() + body(nested(100, undefined=True)),
    "a tag twice": head() + body(element(0x00204000, b"LT", b"a "), element(0x00204000, b"LT", SECRET)),
    "a patient twice": head() + body(element(0x00100010, b"PN", b"Other^One ")),
    "no patient ID": head() + body().replace(element(0x00100020, b"LO", b"MRN-77120 "), b""),
    "another transfer syntax": head(b"1.2.3.4.5.6.7\0") + body(),
    "deflated and damaged": head(b"1.2.840.10008.1.2.1.99\0\0") + b"Zebrowski" * 9,
    "an unknown character set": head() + body(element(0x00080005, b"CS", b"ZEBROWSKI ")),
    "a length of 4 GB": head() + body(element(0x00204000, b"UN", SECRET, 0xFFFFFFF0)),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_file_that_nobody_can_trust_is_refused_with_a_reason_that_holds_no_value(kind):
    reason = outcome(REFUSALS[kind])
    assert reason
    assert "zebrowski" not in reason.casefold()
    assert "77120" not in reason


CLEANED = {
    "TIFF in the preamble": head(preamble=b"II*\0\x08\0\0\0".ljust(128, b"\0")) + body(),
    "odd lengths": head() + body(element(0x00204000, b"LT", b"for Zebrowski")),
    "nested 60 deep": head() + body(nested(60)),
    "nested 60 deep without lengths": head() + body(nested(60, undefined=True)),
    "private without a creator": head() + body(element(0x00211001, b"LO", SECRET)),
    "private below any block": head() + body(element(0x00210001, b"LO", SECRET)),
    "a date that is a name": head() + body(element(0x00080020, b"DA", SECRET)),
    "a number that is a name": head() + body(element(0x00200013, b"IS", SECRET)),
    "a real number that is a name": head() + body(element(0x00181151, b"DS", SECRET)),
    "an age that is a name": head() + body(element(0x00101010, b"AS", SECRET)),
    "a UID that is a name": head() + body(element(0x00200052, b"UI", SECRET)),
    "a class UID that is a name": head() + body(element(0x00081150, b"UI", SECRET)),
    "bytes outside the character set": head() + body(element(0x00204000, b"LT", b"\xff\xfe Zebrowski")),
    "an escape without end": head() + body(element(0x00204000, b"LT", b"\x1b$)CZebrowski\x1b")),
    "an unknown public tag": head() + body(element(0x00209991, b"LO", SECRET)),
    "half a number": head() + body(element(0x00280010, b"US", b"\1\2\3\4")),
    "a group length": head() + body(element(0x00200000, b"UL", b"Zebr")),
    "trailing padding": head() + body(element(0xFFFCFFFC, b"OB", SECRET)),
    "UN with the name": head() + body(element(0x00201070, b"UN", SECRET)),
    "a sequence as UN": head() + body(element(0x00081140, b"UN", item(struct.pack("<HHI", 0x0008, 0x1030, 14) + SECRET))),
}  # fmt: skip


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
@pytest.mark.parametrize("kind", CLEANED)
def test_a_file_with_a_flaw_is_cleaned_or_refused_and_never_leaks(kind, recipe):
    reason = outcome(CLEANED[kind], recipe)
    assert "zebrowski" not in reason.casefold()


@pytest.mark.parametrize(
    "kind", ["TIFF in the preamble", "odd lengths", "nested 60 deep", "private without a creator"]
)
def test_a_flaw_that_leaves_one_meaning_is_cleaned(kind):
    assert outcome(CLEANED[kind]) == ""


def many_elements():
    """A hundred thousand private elements, a hundred in each group."""
    tags = (0x00091001 + 0x20000 * group + at for group in range(1000) for at in range(100))
    return [element(tag, b"LO", b"a ") for tag in tags]


MANY = {
    "elements": many_elements(),
    "items": [element(0x00081140, b"SQ", item(element(0x00081155, b"UI", b"1.2.3.4.5.6\0")) * 50_000)],
    "empty items": [element(0x00081140, b"SQ", item(b"") * 100_000)],
    "words": [element(0x00204000, b"UT", b"word\\" * 200_000)],
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", MANY)
def test_many_elements_take_bounded_time(kind):
    data = head() + body(*MANY[kind])
    begun = time.process_time()
    outcome(data)
    assert time.process_time() - begun < 20


@pytest.mark.slow
def test_a_hundred_thousand_elements_take_bounded_memory():
    data = head() + body(*many_elements())
    tracemalloc.start()
    outcome(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 300e6


@pytest.mark.slow
def test_a_deflated_bomb_is_refused_before_it_fills_the_memory():
    data = bomb(400 << 20)
    assert len(data) < 1 << 20
    tracemalloc.start()
    reason = outcome(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "inflates to more than" in reason
    assert peak < 2.2 * Limits().max_inflated


SMALL = [
    "CT_small.dcm",
    "rtplan.dcm",
    "test-SR.dcm",
    "UN_sequence.dcm",
    "MR_small_bigendian.dcm",
    "reportsi.dcm",
]
CORPUS = {
    name: Path(found).read_bytes()[:40_000]
    for name in SMALL
    if (found := get_testdata_file(name, download=False)) is not None
}


def mutated(data, cuts):
    """The bytes with stretches overwritten, taken out or doubled."""
    for kind, at, length, filling in cuts:
        start = at % max(len(data), 1)
        if kind == "overwrite":
            data = data[:start] + filling + data[start + len(filling) :]
        elif kind == "take out":
            data = data[:start] + data[start + length :]
        elif kind == "double":
            data = data[: start + length] + data[start:]
        else:
            data = data[:start]
    return data


CUT = st.tuples(
    st.sampled_from(["overwrite", "overwrite", "take out", "double", "cut off"]),
    st.integers(0, 40_000),
    st.integers(1, 64),
    st.binary(min_size=1, max_size=8),
)


@pytest.mark.slow
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=st.sampled_from(sorted(CORPUS)),
    cuts=st.lists(CUT, min_size=1, max_size=4),
    recipe=st.sampled_from(RECIPES),
)
def test_any_damage_ends_in_a_reason_or_in_a_proven_file(name, cuts, recipe):
    data = mutated(CORPUS[name], cuts)
    try:
        file = read(io.BytesIO(data))
        context = PatientContext.of([collect(file)])
        done = clean(file, recipe=recipe, identity=IDENTITY, context=context)
        out = io.BytesIO()
        write(file, done.edits, out)
    except BadInput:
        return
    if any(problem.fatal for problem in check(file)) or {finding.kind for finding in done.findings} & REFUSED:
        return
    proof = prove(file, read(io.BytesIO(out.getvalue())), recipe=recipe, identity=IDENTITY, context=context)
    assert not proof, proof


def test_the_corpus_of_the_fuzz_is_there():
    assert len(CORPUS) > 3
    assert Path(pydicom.data.__file__).exists()
