"""Properties of cleaned text over random identifiers in random notations, and over texts made to take long."""

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vesalius.deid import PatientContext
from vesalius.deid.language.words import is_known, medical
from vesalius.deid.resources import load_words
from vesalius.deid.text import clean_text, without_identifiers

pytestmark = pytest.mark.slow

SURNAMES = ["Lindqvaard", "Müller", "O'Brien", "Smith-Jones", "García", "Nguyễn", "Okonjare", "Strauß", "Иванов", "Sørensen", "Li", "Kim"]  # fmt: skip
GIVEN = ["Änne", "Funmilola", "Matthias", "Zoë", "Пётр", "Jo", "Karl-Heinz", "Brianna"]
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]  # fmt: skip
VOCABULARY = sorted(
    word for word in medical() - load_words("words/small.txt") if word.isalpha() and len(word) > 3
)

people = st.fixed_dictionaries(
    {
        "family": st.sampled_from(SURNAMES),
        "given": st.sampled_from(GIVEN),
        "number": st.integers(1_000_000, 99_999_999),
        "phone": st.integers(1_000_000, 9_999_999),
        "birth": st.dates(min_value=date(1925, 1, 1), max_value=date(2015, 12, 28)),
    }
)  # fmt: skip


def context_of(person):
    return PatientContext(
        issuer="",
        patient_id=f"HVD-{person['number']:08}",
        identifiers=(
            ("birth_date", person["birth"].strftime("%Y%m%d")),
            ("name", f"{person['family']}^{person['given']}"),
            ("patient_id", f"HVD-{person['number']:08}"),
            ("phone", f"+99 {str(person['phone'])[:3]} {str(person['phone'])[3:]}"),
        ),
    )


def notations(person):
    """Ways to write what identifies a person."""
    family, given, birth = person["family"], person["given"], person["birth"]
    number, phone = f"{person['number']:08}", str(person["phone"])
    month = MONTHS[birth.month - 1]
    return [
        family, family.upper(), family.lower(), f"{given} {family}", f"{family}, {given}", f"{family}^{given}", f"{given[0]}. {family}",
        f"HVD-{number}", f"HVD{number}", f"hvd {number}", number, f"HVD_{number}",
        f"+99 {phone[:3]} {phone[3:]}", f"{phone[:3]}-{phone[3:]}", phone, f"{phone[:3]} {phone[3:5]} {phone[5:]}",
        f"{birth:%Y%m%d}", f"{birth:%Y-%m-%d}", f"{birth.day}.{birth.month}.{birth.year}", f"{birth:%d/%m/%Y}", f"{birth:%m/%d/%y}",
        f"{birth:%d%m%y}", f"{birth.day} {month} {birth.year}", f"{month} {birth.day}, {birth.year}", f"{birth.day}{month[:3].upper()}{birth.year}",
    ]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    person=people,
    words=st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=8),
    which=st.integers(0, 24),
    where=st.integers(0, 8),
    joint=st.sampled_from([" ", ", ", "_", "; ", " / "]),
    mark=st.sampled_from(["", "[removed]"]),
)
def test_what_is_planted_goes_and_the_words_around_it_stay(person, words, which, where, joint, mark):
    context, secret = context_of(person), notations(person)[which]
    where = min(where, len(words))
    text = joint.join([*words[:where], secret, *words[where:]])
    cleaned = clean_text(text, context, mark=mark)
    assert not context.betrayed_by(cleaned.text)
    assert secret not in cleaned.text
    left = cleaned.text.replace(mark, " ") if mark else cleaned.text
    for sign in ",_;/":
        left = left.replace(sign, " ")
    assert left.split() == [word for word in words if word in left.split()], (
        "nothing but words of the vocabulary is left"
    )
    lost = len(words) - len(left.split())
    assert lost <= (1 if is_known(person["family"].lower()) else 0) + (not left), text
    again = clean_text(cleaned.text, context, mark=mark)
    assert again.text == cleaned.text


@settings(max_examples=300, deadline=None)
@given(person=people, text=st.text(max_size=200), which=st.integers(0, 24), only=st.booleans())
def test_whatever_comes_back_is_not_betrayed(person, text, which, only):
    context, secret = context_of(person), notations(person)[which]
    for dirty in (text, text + secret, f"{secret} {text}"):
        for unknown in ("mask", "review"):
            assert not context.betrayed_by(clean_text(dirty, context, unknown).text)
        kept = without_identifiers(dirty, context, only_patient=only).text
        assert not context.betrayed_by(kept, only_patient=only)


@settings(max_examples=200, deadline=None)
@given(words=st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=30), person=people)
def test_words_of_the_vocabulary_stay(words, person):
    cleaned = clean_text(" ".join(words), context_of(person))
    assert cleaned.kept >= 0.995 * len(words)


LENGTHS = [128_000, pytest.param(1_000_000, marks=pytest.mark.soak)]
HOSTILE = {
    "letters": "a", "digits": "1", "dashes": "1-", "mail": "a@", "pairs": "1 ", "blanks": " ", "dots": "1.", "colons": "a:", "phones": "tel ",
    "dates": "1 mar ", "streets": "rue a ", "numbers": "1 a ", "hosts": "www.", "records": "mrn#", "titles": "Dr ", "plus": "+1",
    "brackets": "(1", "slashes": "12/", "camels": "Ab", "unreadable": "a\ufffd", "names": "Müller ", "marks": "u\u0308", "halves": "headneck",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("kind", HOSTILE)
def test_time_grows_with_the_length_of_a_text_and_not_faster(kind, length):
    context = context_of(
        {"family": "Müller", "given": "Änne", "number": 12345678, "phone": 5551234, "birth": date(1970, 3, 7)}
    )
    piece, times = HOSTILE[kind], []
    for size in (length // 16, length):
        text = (piece * (size // len(piece) + 1))[:size]
        begun = time.process_time()
        clean_text.__wrapped__(text, context)
        context.betrayed_by(text)
        times.append(time.process_time() - begun)
    assert times[1] < max(2.0, 16 * 4 * times[0])
    assert times[1] < 90
