"""Each question is one URL, and what no search understands is refused."""

from datetime import date
from urllib.parse import parse_qsl

import pytest
from tests.factories import make_holding, make_patient, make_release, make_revision, make_series, make_study

from vesalius.access.permit import visible_to
from vesalius.errors import BadRequest
from vesalius.search.elements import BY_NAME, ELEMENTS
from vesalius.search.facets import count_facet
from vesalius.search.find import find_series
from vesalius.search.query import Query, Range, chips, parse

FULL = Query(
    collections=("Lung", "Brain & Spine"),
    body_parts=("", "CHEST"),
    third_party=(False,),
    words=("Thin", "50%"),
    ranges=(Range("released", date(2026, 1, 31)),),
)


def test_a_question_and_its_url_say_the_same_whatever_the_order():
    assert parse(parse_qsl(FULL.url())) == FULL
    assert parse(reversed(parse_qsl(FULL.url()))) == FULL
    assert FULL.url(page=2) == (
        "collection=Brain+%26+Spine&collection=Lung&body_part=not-specified&body_part=CHEST&third_party=no"
        "&released_from=2026-01-31&text=thin+50%25&page=2"
    )


def test_every_element_of_the_table_survives_a_url():
    for element in ELEMENTS:
        value = True if element.flag else "a/b &=é"
        query = Query(**{element.name: (value,)})
        assert parse(parse_qsl(query.url())) == query, element.name


def test_a_field_left_blank_asks_nothing():
    assert parse([("modality", ""), ("text", "  "), ("page", "3"), ("sort", "-size")]) == Query()


@pytest.mark.parametrize(
    "pairs",
    [
        [("colour", "red")],
        [("third_party", "perhaps")],
        [("released_since", "yesterday")],
        [("text", "a"), ("text", "b")],
        [("modality", "C\0T")],
    ],
)
def test_a_parameter_that_cannot_be_meant_is_refused(pairs):
    with pytest.raises(BadRequest):
        parse(pairs)


def test_each_chip_takes_one_thing_back():
    told = chips(FULL)
    assert [(chip.label, chip.value) for chip in told] == [
        ("Collection", "Brain & Spine"),
        ("Collection", "Lung"),
        ("Body part", "Not specified"),
        ("Body part", "CHEST"),
        ("Third-party analysis", "No"),
        ("Released", "from 2026-01-31"),
        ("Text", "thin"),
        ("Text", "50%"),
    ]
    assert all(len(chips(chip.without)) == len(told) - 1 for chip in told)


def _catalog():
    study = make_study(make_patient(make_holding("Lung"), "P1"))
    for body_part, images in (("CHEST", 3), ("", 1), ("CHEST", 2)):
        yield make_revision(make_series(study), images=images, body_part_examined=body_part)


def test_rows_come_sorted_and_in_pages(house):
    revisions = list(_catalog())
    make_release(revisions[0].series.holding, revisions)
    visible = visible_to(None)
    page = find_series(Query(), visible, sort="-images", size=2)
    assert [row.image_count for row in page.rows] == [3, 2]
    assert (page.total, page.last) == (3, 2)
    assert [r.image_count for r in find_series(Query(), visible, sort="-images", size=2, page=2).rows] == [1]
    for wrong in ({"sort": "colour"}, {"page": 0}, {"size": 0}, {"size": 10**6}):
        with pytest.raises(BadRequest):
            find_series(Query(), visible, **wrong)


def test_a_chosen_value_stays_in_its_facet_and_an_empty_one_has_a_name(house):
    revisions = list(_catalog())
    make_release(revisions[0].series.holding, revisions)
    query = Query(body_parts=("BRAIN",))
    facet = count_facet(BY_NAME["body_parts"], query, visible_to(None))
    assert [(value.label, value.count, value.chosen) for value in facet.values] == [
        ("CHEST", 2, False),
        ("Not specified", 1, False),
        ("BRAIN", 0, True),
    ]
    assert [value.toggled.body_parts for value in facet.values] == [("BRAIN", "CHEST"), ("", "BRAIN"), ()]
