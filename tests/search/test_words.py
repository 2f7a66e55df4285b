"""Text search: words as scanners write them, typing errors, synonyms, the best answers first."""

import pytest
from tests.factories import make_holding, make_patient, make_release, make_revision, make_series, make_study

from vesalius.access.permit import visible_to
from vesalius.search.find import find_series
from vesalius.search.query import Query
from vesalius.search.text.index import TEXTS
from vesalius.search.text.synonyms import terms
from vesalius.search.text.tokens import tokens

DESCRIPTIONS = (
    "FLAIR_AX", "T2 FLAIR sag", "t2w tse", "ThorRoutine 3.0mm B50f", "Lung nodule", "lung nodules follow-up",
    "Abdomen arterial phase", "HEAD", "SCOUT", "Prostata ADC", "Bréast MLO left",
)  # fmt: skip


def _found(text: str) -> list[str]:
    page = find_series(Query(words=tuple(text.split())), visible_to(None), sort="relevance", size=100)
    return [row.series_description for row in page.rows]


@pytest.fixture
def described(house):
    """A series of each description, all CT but the last, which is a mammogram."""
    holding = make_holding("Lung")
    study = make_study(make_patient(holding))
    kinds = ["CT"] * (len(DESCRIPTIONS) - 1) + ["MG"]
    make_release(
        holding,
        [
            make_revision(
                make_series(study, modality=kind), series_description=text, body_part_examined="CHEST"
            )
            for text, kind in zip(DESCRIPTIONS, kinds, strict=True)
        ],
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("FLAIR_AX", {"flair", "ax"}),
        (
            "ThorRoutine 3.0mm B50f",
            {"thorroutine", "thor", "routine", "3", "0mm", "0", "mm", "b50f", "b50", "f"},
        ),
        ("T2FLAIR", {"t2flair", "t2", "flair"}),
        ("Bréast", {"breast"}),
        ("%%", set()),
    ],
)
def test_a_description_is_found_under_each_of_its_words(text, words):
    assert tokens(text) == words


def test_typed_words_stand_as_they_are_and_names_of_several_words_are_one():
    asked = terms("T2 weighted apparent diffusion coefficient liv")
    assert [term.written for term in asked] == ["T2 weighted", "apparent diffusion coefficient", "liv"]
    assert ("adc",) in asked[1].others
    assert [term.last for term in asked] == [False, False, True]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("flair", {"FLAIR_AX", "T2 FLAIR sag"}),
        ("flair axial", {"FLAIR_AX"}),
        ("t2 flair", {"T2 FLAIR sag"}),
        ("t2flair", {"T2 FLAIR sag"}),
        ("T2 weighted", {"t2w tse", "T2 FLAIR sag"}),
        ("nodle", {"Lung nodule"}),
        ("abdomne", {"Abdomen arterial phase"}),
        ("localizer", {"SCOUT"}),
        ("apparent diffusion coefficient", {"Prostata ADC"}),
        ("mammography left", {"Bréast MLO left"}),
        ("breast", {"Bréast MLO left"}),
        ("rout", {"ThorRoutine 3.0mm B50f"}),
        ("flair nodule", set()),
        ("zzzzzz", set()),
        ("xyz", set()),
    ],
)
def test_words_find_what_people_mean(described, text, found):
    assert set(_found(text)) == found


def test_the_best_answers_come_first(described):
    assert _found("nodule") == ["Lung nodule", "lung nodules follow-up"], (
        "as it is written before a beginning"
    )
    assert _found("ax") == ["FLAIR_AX"]
    assert _found("chest head")[0] == "HEAD", "a rare word says more than one that all have"


def test_every_text_that_is_looked_through_is_a_column():
    assert len(TEXTS) == len(set(TEXTS))
