"""Facets and totals equal a count by hand, for the public and for a collaborator."""

from collections import Counter

import pytest
from tests.search.catalog import (
    GRANTED,
    PUBLIC,
    asks_facets_alone,
    current_by_hand,
    found_by_hand,
    make_catalog,
    random_query,
    value_of,
)

from vesalius.access import people
from vesalius.access.models import Grant
from vesalius.access.permit import visible_to
from vesalius.search.facets import count_facets
from vesalius.search.find import find_patients, find_series, find_studies, total
from vesalius.search.query import Query, parse
from vesalius.settings.routing import Side

QUESTIONS = 200


def _collaborator():
    people.create_person("collaborator", None, side=Side.INTAKE, by="administrator")
    for title in sorted(GRANTED):
        people.grant(
            "collaborator", Grant.Scope.HOLDING, title, Grant.Deed.FETCH, side=Side.INTAKE, by="administrator"
        )
    return people.person_named("collaborator", side=Side.INTAKE)


@pytest.mark.slow
def test_counts_equal_a_count_by_hand_over_200_random_questions_for_the_public_and_a_collaborator(house):
    catalog = make_catalog()
    every = current_by_hand()
    askers = [(visible_to(None), PUBLIC), (visible_to(_collaborator()), PUBLIC | GRANTED)]
    answered = Counter()
    for number in range(QUESTIONS):
        query = random_query(catalog, every)
        for asker, (visible, titles) in enumerate(askers):
            found = found_by_hand(every, query, titles)
            answered[asker, bool(found), asks_facets_alone(query)] += 1
            _check_totals(query, visible, found)
            _check_facets(query, visible, every, titles)
            if number % 4 == 0:
                _check_rows(query, visible, found)
    for asker in range(2):  # the questions were such that an answer could have been wrong
        assert all(
            answered[asker, found, alone] >= 3 for found in (True, False) for alone in (True, False)
        ), answered
    assert (
        len(found_by_hand(every, Query(), PUBLIC))
        < len(found_by_hand(every, Query(), PUBLIC | GRANTED))
        < len(every)
    )


def _check_totals(query, visible, found):
    totals = total(query, visible)
    assert totals.subject_count == len({row.series.study.patient_id for row in found}), query
    assert totals.study_count == len({row.series.study_id for row in found}), query
    assert totals.series_count == len(found), query
    assert totals.image_count == sum(row.image_count for row in found), query
    assert totals.size == sum(row.size for row in found), query


def _check_facets(query, visible, every, titles):
    for facet in count_facets(query, visible):
        name = facet.element.name
        rest = query.without(facet.element)
        rows = found_by_hand(every, rest, titles)
        by_hand = Counter(value_of(row, name) for row in rows)
        shown = [value for value in facet.values if value.count]
        assert {value.value: value.count for value in shown} == by_hand, (name, query)
        studies = Counter(value for value, _ in {(value_of(row, name), row.series.study_id) for row in rows})
        assert {value.value: value.studies for value in shown} == studies, (name, query)
        patients = {(value_of(row, name), row.series.study.patient_id) for row in rows}
        assert {value.value: value.patients for value in shown} == Counter(value for value, _ in patients)
        assert {value.value for value in facet.values if value.chosen} == set(query.chosen(facet.element))


def _check_rows(query, visible, found):
    page = find_series(query, visible, size=1000)
    assert {row.pk for row in page.rows} == {row.pk for row in found}
    assert page.total == len(page.rows) == len(found)
    patients = find_patients(query, visible, size=1000)
    by_patient = Counter(
        (row.series.study.patient.holding.short_title, row.series.study.patient.patient_id) for row in found
    )
    assert {
        (row["collection"], row["patient_id"]): row["series_count"] for row in patients.rows
    } == by_patient
    studies = find_studies(query, visible, size=1000)
    by_study = Counter(row.series.study.study_instance_uid for row in found)
    assert {row["study_instance_uid"]: row["series_count"] for row in studies.rows} == by_study
    assert sum(row["size"] for row in studies.rows) == sum(row.size for row in found)
    assert parse(query.parameters()) == query, "each question is one URL"
