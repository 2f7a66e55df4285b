"""Typed questions: what they mean, how they are spelled back, and what is said of those that mean nothing."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vesalius.search.conditions import (
    Compare,
    Either,
    Every,
    Identified,
    Not,
    Operator,
    Studies,
    Together,
    Words,
    either,
    every,
)
from vesalius.search.elements import TABLE, element_of
from vesalius.search.language import QuestionError, operators_of, read_question, text_of

CT = Compare("modalities", Operator.EQUALS, ("CT",))
THIN = Compare("slice_thickness", Operator.LESS, (1.5,))
YEAR = (date(2020, 1, 1), date(2020, 12, 31))


def _compare(name, operator, *values):
    return Compare(name, operator, values)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        (
            'Modality = CT and SliceThickness < 1.5 and (body part: chest or "lung") and not Manufacturer ~ GE*',
            Every(
                (
                    CT,
                    THIN,
                    Either((_compare("body_parts", Operator.EQUALS, "chest"), Words("lung"))),
                    Not(_compare("manufacturers", Operator.LIKE, "GE*")),
                )
            ),
        ),
        ("", Every(())),
        ("T2 FLAIR", Words("T2 FLAIR")),
        ("slice thickness < 1.5 mm", THIN),
        ("slicethickness<1.5", THIN),
        ("(0018,0050) < 1.5", THIN),
        ("lung slice thickness < 1.5 brain", Every((Words("lung"), THIN, Words("brain")))),
        ("Modality = CT OR lung AND Slice Thickness < 1.5", Either((CT, Every((Words("lung"), THIN))))),
        ("Age = 30..40", _compare("age", Operator.BETWEEN, 30.0, 40.0)),
        ("Age = 30..", _compare("age", Operator.GREATER_OR_EQUAL, 30.0)),
        ("Age = ..40 lung", Every((_compare("age", Operator.LESS_OR_EQUAL, 40.0), Words("lung")))),
        ("Age between 30 and 40", _compare("age", Operator.BETWEEN, 30.0, 40.0)),
        ("Patient Age < 006M", _compare("age", Operator.LESS, 0.5)),
        ("Study date = 2020", _compare("study_date", Operator.BETWEEN, *YEAR)),
        ("Study date > 2020", _compare("study_date", Operator.GREATER, YEAR[1])),
        ("Study date < 2020", _compare("study_date", Operator.LESS, YEAR[0])),
        ("Study date = 2020-01..2020-12", _compare("study_date", Operator.BETWEEN, *YEAR)),
        ("StudyDate = 20200101", _compare("study_date", Operator.EQUALS, YEAR[0])),
        ("modality in (CT, MR)", _compare("modalities", Operator.ANY_OF, "CT", "MR")),
        ("modality: (CT, MR)", _compare("modalities", Operator.ANY_OF, "CT", "MR")),
        ("modality not in (CT)", Not(_compare("modalities", Operator.ANY_OF, "CT"))),
        ("Modality all (CT, PT)", Together("modalities", ("CT", "PT"))),
        ('description contains "head and neck"', _compare("SeriesDescription", Operator.CONTAINS, "head and neck")),
        ("Description starts with AX", _compare("SeriesDescription", Operator.STARTS, "AX")),
        ("Description like AX*", _compare("SeriesDescription", Operator.LIKE, "AX*")),
        ("Manufacturer = GE*", _compare("manufacturers", Operator.LIKE, "GE*")),
        ('Manufacturer = "GE*"', _compare("manufacturers", Operator.EQUALS, "GE*")),
        ('Sex = ""', _compare("sexes", Operator.ANY_OF, "")),
        ('Sex != ""', Compare("sexes", Operator.PRESENT)),
        ("Sex is absent", Not(Compare("sexes", Operator.PRESENT))),
        ("contrast absent", Not(Compare("ContrastBolusAgent", Operator.PRESENT))),
        ("third party is no", _compare("third_party", Operator.EQUALS, False)),
        ("Modality is not CT", _compare("modalities", Operator.NOT_EQUALS, "CT")),
        ("studies >= 2", Studies(2)),
        ("StudyDates > 2", Studies(3, "dates")),
        ("id in (1.2.3, P-1)", Identified(("1.2.3", "P-1"))),
        ("Window Center > -400", _compare("WindowCenter", Operator.GREATER, -400.0)),
        ("tumour size in lung", Words("tumour size in lung")),
        ("NOT (lung OR brain)", Not(Either((Words("lung"), Words("brain"))))),
    ],
)  # fmt: skip
def test_a_typed_question_means_this_and_says_it_again(text, tree):
    assert read_question(text) == tree
    assert read_question(text_of(tree)) == tree


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("CT SliceThicknes < 2", 3, "Did you mean SliceThickness"),
        ("Manufactrer contains GE", 0, "Did you mean Manufacturer"),
        ("xyzzy = 3", 0, "nothing is called “xyzzy”"),
        ("Slice thickness = thin", 18, "SliceThickness takes a number (mm)"),
        ("Slice thickness contains 1", 16, "does not go with SliceThickness, which is a number"),
        ("study date = yesterday", 13, "takes a day such as"),
        ("study date = 2020-02-30", 13, "takes a day such as"),
        ("third party = maybe", 14, "yes or no"),
        ("(lung or brain", 14, ") is expected here"),
        ("lung)", 4, "nothing opened"),
        ("Modality =", 10, "a value is expected here"),
        ("Modality = and lung", 11, "a value is expected here"),
        ("lung and", 8, "a name, a word or ( is expected"),
        ("not", 3, "a name, a word or ( is expected"),
        ('lung "brain', 5, "quotes are not closed"),
        ("studies < 3", 8, "at least"),
        ("id > 3", 3, "identifier"),
        ("lung\0", 4, "no text has"),
        ("Age = ..", 6, "a range has at least one end"),
        ("(" * 50 + "a" + ")" * 50, 40, "parentheses"),
    ],
)
def test_what_cannot_be_read_is_answered_with_the_place_and_what_was_expected(text, place, says):
    with pytest.raises(QuestionError) as caught:
        read_question(text)
    assert caught.value.place == place
    assert says in str(caught.value)


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)
VALUES = {
    "text": TEXT.filter(bool),
    "uid": TEXT.filter(bool),
    "number": st.floats(allow_nan=False, allow_infinity=False).map(lambda value: value or 0.0),
    "day": st.dates(),
    "flag": st.booleans(),
}


@st.composite
def compares(draw):
    element = draw(st.sampled_from(TABLE))
    operator = draw(st.sampled_from([one.operator for one in operators_of(element)]))
    value = VALUES[element.kind]
    if operator is Operator.ANY_OF:
        one = value if element.kind == "flag" else value | st.just("")
        return Compare(
            element.name, operator, tuple(draw(st.lists(one, min_size=1, max_size=4, unique=True)))
        )
    count = {Operator.PRESENT: 0, Operator.BETWEEN: 2}.get(operator, 1)
    return Compare(element.name, operator, tuple(draw(value) for _ in range(count)))


PARTS = (
    compares()
    | TEXT.map(Words)
    | st.builds(Together, st.sampled_from(["modalities", "body_parts"]), st.lists(TEXT.filter(bool), min_size=1, unique=True).map(tuple))
    | st.builds(Studies, st.integers(1, 100), st.sampled_from(["dates", "uids"]))
    | st.lists(TEXT, min_size=1, unique=True).map(lambda ids: Identified(tuple(ids)))
)  # fmt: skip
TREES = st.recursive(
    PARTS,
    lambda inner: (
        st.lists(inner, min_size=2, max_size=4).map(every)
        | st.lists(inner, min_size=2, max_size=4).map(either)
        | inner.map(Not)
    ),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # the first draw of text loads tables of characters
@given(TREES)
def test_a_printed_condition_is_read_as_the_same_tree(tree):
    assert read_question(text_of(tree)) == tree


@given(st.text(max_size=60) | st.lists(st.sampled_from(
    ["Modality", "lung", "=", "!=", "<", "(", ")", ",", "..", "and", "or", "not", "in", "all", "is", "present",
     "contains", "between", '"a b"', "2020", "1.5", "Age", "study", "date", "id", "studies", ">=", "~", "GE*", '"', "\\"]
), max_size=12).map(" ".join))  # fmt: skip
def test_whatever_is_typed_is_read_or_refused_with_a_place(text):
    try:
        tree = read_question(text)
    except QuestionError as error:
        place = error.place
    else:
        place = 0
        assert read_question(text_of(tree)) == tree
    assert 0 <= place <= len(text)


REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "search.md"


def test_what_the_reference_says_can_be_asked_can_be_asked():
    text = REFERENCE.read_text("utf-8")
    line = re.search(r"```text\n(.*?)\n```", text)[1]
    forms, names = text.split("\n## Names\n")[0], text.split("\n## Names\n")[1].split("\n## ")[0]
    examples = [
        code
        for row in re.findall(r"^\| (`.*?`) \|", forms, re.MULTILINE)
        for code in re.findall("`(.*?)`", row)
    ]
    whole = [code for code in examples if " " in code]
    assert len(whole) > 15
    for question in (line, *whole):
        assert read_question(text_of(read_question(question))) == read_question(question)
    plain = [
        name
        for row in re.findall(r"^\| (`.*?) \|", names, re.MULTILINE)
        for name in re.findall("`(.*?)`", row)
    ]
    assert len(plain) > 15
    assert all(element_of(name) for name in plain)
