"""Patients whose names are words: of the body, of a month, of a disease. The person goes, the word stays."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vesalius.deid import PatientContext
from vesalius.deid.text import clean_text

ORGANS = ["liver", "lung", "heart", "brain", "kidney", "bone", "neck", "hand", "foot", "chest", "colon", "breast", "pelvis", "spine"]  # fmt: skip
MONTHS = ["March", "May"]  # the others are no other words, and go as elements of dates
EPONYMS = ["Hodgkin lymphoma", "Baker cyst", "Paget disease", "Parkinson disease", "Graves disease", "Foley catheter", "Ewing sarcoma", "Wilson disease", "Crohn disease", "Bell palsy", "Turner syndrome", "Cushing syndrome", "Barrett esophagus"]  # fmt: skip
GIVEN = ["Wilhelmina", "Zoltan", "Ottoline", "Peregrine"]
AS_PERSON = [
    "{given} {family}", "{family}, {given}", "{family}^{given}", "Mrs. {family}", "patient: {family}", "Dr. {family}",
    "{family} {given}", "{initial}. {family}",
]  # fmt: skip
AS_ORGAN = ["mass in the {organ}", "{organ} CT with contrast", "the {organ} is enlarged", "MRI {organ} left", "no lesion of the {organ}"]  # fmt: skip
AS_MONTH = ["biopsy in {month} showed fibrosis", "stable since {month}", "surgery planned for next {month}"]
AS_TERM = ["known {term}", "{term}, stable", "{term} since childhood", "staging of {term} before therapy"]

organs, months, terms = st.sampled_from(ORGANS), st.sampled_from(MONTHS), st.sampled_from(EPONYMS)


def context_of(family, given):
    return PatientContext(issuer="", patient_id="HVD-7712345", identifiers=(("name", f"{family}^{given}"),))


def written(form, family, given):
    return form.format(family=family, given=given, initial=given[0])


def cleaned(kept, person, context, order):
    """The text with the remark and the person in either order, and what is left of it."""
    text = f"{kept}. {person}" if order else f"{person}; {kept}"
    return clean_text(text, context, mark="[removed]").text


def holds(text, kept):
    return all(
        word in text.split() or word in re.findall(r"[\w']+", text) for word in re.findall(r"[\w']+", kept)
    )


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(organs, st.sampled_from(GIVEN), st.sampled_from(AS_ORGAN), st.sampled_from(AS_PERSON), st.booleans())
def test_a_patient_named_like_an_organ_goes_and_the_organ_stays(organ, first, said, form, order):
    family, kept = organ.title(), said.format(organ=organ)
    person = written(form, family, first)
    left = cleaned(kept, person, context_of(family, first), order)
    assert holds(left, kept), left
    assert left.casefold().count(organ) == kept.casefold().count(organ), left
    assert first not in left


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(months, st.sampled_from(GIVEN), st.sampled_from(AS_MONTH), st.sampled_from(AS_PERSON), st.booleans())
def test_a_patient_named_like_a_month_goes_and_the_month_stays(month, first, said, form, order):
    kept = said.format(month=month)
    left = cleaned(kept, written(form, month, first), context_of(month, first), order)
    assert left.count(month) == 1, left
    assert holds(left, kept), left
    assert first not in left


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(terms, st.sampled_from(GIVEN), st.sampled_from(AS_TERM), st.sampled_from(AS_PERSON), st.booleans())
def test_a_patient_named_like_an_eponym_goes_and_the_term_stays(term, first, said, form, order):
    family, kept = term.split()[0], said.format(term=term)
    left = cleaned(kept, written(form, family, first), context_of(family, first), order)
    assert left.count(family) == 1, left
    assert holds(left, kept), left
    assert first not in left


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Dr. Doe Lung 5.0", "Lung 5.0"),
        ("Post-treatment study, Dr. Doe", "Post-treatment study"),
        ("PET WB AC 10 April 23, 2016", "PET WB AC 10"),
        ("T2_TSE_181 2013/06/04", "T2_TSE_181"),
        ("Chest 3_0_I40f_2 03.10.22", "Chest 3_0_I40f_2"),
        ("seen by Lars Okonkwobe", "seen by"),
        ("Kartagener syndrome; Dr. Kartagener", "Kartagener syndrome"),
        ("von Hippel-Lindau disease", "von Hippel-Lindau disease"),
        ("tse2d1, pet1petct, 40s6i2mm", "tse2d1, pet1petct, 40s6i2mm"),
    ],
)
def test_what_stands_beside_a_name_or_a_date_stays(said, left):
    assert clean_text(said, context_of("Doe", "Jane")).text.strip() == left
