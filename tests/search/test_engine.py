"""The columns answer as the rows do, whatever is asked, and follow every change; no reader sees half a file."""

import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from django.conf import settings
from tests.factories import (
    make_holding,
    make_patient,
    make_release,
    make_revision,
    make_revisions,
    make_series,
    make_study,
)
from tests.search.catalog import GRANTED, PUBLIC, Catalog, current_by_hand, make_catalog
from tests.search.oracle import ASKED, Oracle, random_condition, raw, singles

from vesalius import release as releases
from vesalius.access import people
from vesalius.access.models import Grant
from vesalius.access.permit import visible_to
from vesalius.catalog.derived import columns_folder
from vesalius.errors import BadRequest
from vesalius.search.answers.columns import open_columns
from vesalius.search.conditions import Compare, Operator, Words
from vesalius.search.elements import BY_NAME, element_of
from vesalius.search.facets import why_nothing
from vesalius.search.find import find_series, find_studies, total, values
from vesalius.search.query import Query
from vesalius.search.segments import keeping
from vesalius.settings.routing import Side, alias_of

QUESTIONS = 400


def _askers():
    people.create_person("collaborator", None, side=Side.INTAKE, by="administrator")
    for title in sorted(GRANTED):
        people.grant(
            "collaborator", Grant.Scope.HOLDING, title, Grant.Deed.FETCH, side=Side.INTAKE, by="administrator"
        )
    person = people.person_named("collaborator", side=Side.INTAKE)
    return [(visible_to(None), PUBLIC), (visible_to(person), PUBLIC | GRANTED)]


def _oracles(askers):
    rows = current_by_hand()
    return [
        (visible, Oracle([row for row in rows if row.home_download.holding.short_title in titles]))
        for visible, titles in askers
    ]


def _change_much(catalog: Catalog) -> None:
    """Changes that are each a segment of their own: patients leave and come back, series come anew."""
    for title in ("Open", "Hidden", "Embargo-over"):
        releases.withdraw("patient", f"{title}/P-0", "to come back", "releaser")
        open_columns()
        releases.restore("patient", f"{title}/P-0", "come back", "releaser")
        open_columns()
    releases.withdraw("patient", "Counted/P-2", "gone", "releaser")
    open_columns()
    kept = [row.revision for row in catalog.holdings[0].current_release.contents.order_by("pk")]
    make_release(catalog.holdings[0], [*kept, *make_revisions(catalog.holdings[0], 2, 1, 2, 1)])
    open_columns()


def _found(condition, visible) -> set[int]:
    return set(open_columns().select([condition], visible.findable).revisions().tolist())


@pytest.mark.slow
@pytest.mark.parametrize("in_segments", [False, True], ids=["one base", "many segments"])
def test_random_questions_are_answered_as_the_rows_answer_them(house, in_segments):
    catalog = make_catalog(seed=11)
    open_columns()
    if in_segments:
        _change_much(catalog)
    oracles = _oracles(_askers())
    told = Counter()
    for _ in range(QUESTIONS):
        condition = random_condition(catalog, oracles[1][1].rows)
        for visible, oracle in oracles:
            expected = oracle.answer(condition)
            assert _found(condition, visible) == expected, condition
            told[bool(expected), len(expected) == len(oracle.rows)] += 1
    assert min(told[True, False], told[False, False]) > QUESTIONS / 8, (
        "the questions were such as tell rows apart"
    )
    assert (len(open_columns().parts) > 1) == in_segments


@pytest.mark.slow
def test_pages_of_any_column_go_on_from_one_to_the_next_over_segments(house):
    catalog = make_catalog(seed=12)
    open_columns()
    _change_much(catalog)
    (visible, oracle), _ = _oracles(_askers())
    assert len(open_columns().parts) > 1
    for name in ASKED:
        for sort in (name, f"-{name}"):
            pages = [
                find_series(Query(), visible, sort=sort, page=page, size=7) for page in (1, 2, 3, 4, 5, 6, 7)
            ]
            rows = [row for page in pages for row in page.rows]
            assert len({row.pk for row in rows}) == len(rows) == min(49, len(oracle.rows))
            assert {page.total for page in pages} == {len(oracle.rows)}
            _check_order(rows, name, descending=sort != name)


def _check_order(rows, name, *, descending):
    present = [singles(row, name) for row in rows if singles(row, name)]
    assert all(singles(row, name) for row in rows[: len(present)]), "absent values come last"
    if element_of(name).kind in {"text", "uid"}:
        told = [
            "\\".join(map(str, value)) if isinstance(value := raw(row, name), list) else value for row in rows
        ]
    else:
        told = [value[0] for value in present]
    told = told[: len(present)]
    assert told == sorted(told, reverse=descending), name
    ties = [(row.series.study.patient.holding.short_title, row.series.study.patient.patient_id,
             row.series.series_instance_uid) for row in rows[: len(present)]]  # fmt: skip
    for value in set(told):
        alike = [tie for tie, one in zip(ties, told, strict=True) if one == value]
        assert alike == sorted(alike)


def test_a_comparison_that_cannot_be_made_is_refused(house):
    make_release(make_holding("Lung"))
    visible = visible_to(None)
    for name, operator, asked in (
        ("age", Operator.LESS, ("old",)),
        ("study_date", Operator.EQUALS, ("yesterday",)),
        ("age", Operator.BETWEEN, (1.0,)),
        ("Manufacturer", Operator.EQUALS, ("a", "b")),
        ("no such thing", Operator.PRESENT, ()),
    ):
        with pytest.raises(BadRequest):
            _found(Compare(name, operator, asked), visible)


# -- freshness


def _series() -> int:
    visible = visible_to(None)
    counted = open_columns().facets((), visible.findable, [BY_NAME["modalities"]])["modalities"]
    found = total(Query(), visible).series_count
    assert sum(counts.series for counts in counted.values()) == found
    assert len(list(values(Query(), visible, "pk"))) == found
    assert find_studies(Query(), visible).total == total(Query(), visible).study_count
    return found


def test_publishing_withdrawing_restoring_and_purging_are_seen_at_once(house):
    holding = make_holding("Lung")
    visible = visible_to(None)
    assert _series() == 0
    first = make_release(holding, patients=3, series=2)
    assert _series() == 6
    files = set(columns_folder().glob("*.columns"))
    kept = [row.revision for row in first.contents.order_by("pk")]
    patient = kept[0].series.study.patient
    added = make_revision(make_series(make_study(patient)), series_description="quite new")
    make_release(holding, [*kept[1:], added])  # one left out, one more
    assert _series() == 6
    assert files < set(columns_folder().glob("*.columns")), "what stood before was not written anew"
    assert _found(Words("quite"), visible) == {added.pk}
    releases.withdraw("series", str(added.series), "wrong", "releaser")
    assert _series() == 5
    releases.restore("series", str(added.series), "right", "releaser")
    assert _series() == 6
    asked = releases.purge.ask("Lung", patient.patient_id, "asked for", "administrator")
    assert _series() == 4
    releases.purge.take_back(asked.pk, "administrator")
    assert _series() == 6


def test_small_segments_are_merged_when_they_are_many_and_say_the_same(house):
    make_release(make_holding("Base"), patients=40)
    assert _series() == 40
    most = 0
    for number in range(2 * keeping.MOST_SEGMENTS):
        make_release(make_holding(f"H{number}"), series=2)
        assert _series() == 40 + 2 * (number + 1)
        most = max(most, len(open_columns().parts))
    assert 2 < most <= keeping.MOST_SEGMENTS
    visible = visible_to(None)
    before = sorted(open_columns().select([], visible.findable).revisions().tolist())
    keeping.rebuild()
    assert len(open_columns().parts) == 1
    assert sorted(open_columns().select([], visible.findable).revisions().tolist()) == before


def test_nothing_of_a_purged_patient_is_left_in_the_files(house):
    holding = make_holding("Lung")
    patient = make_patient(holding, "SECRET-7")
    told = {"series_description": "unmistakable", "facts": {"ImageComments": "remarkable"}}
    make_release(holding, [make_revision(make_series(make_study(patient)), **told)])
    make_release(make_holding("Other"))
    assert _series() == 2
    assert all(_in_files(text) for text in (b"SECRET-7", b"unmistakable", b"remarkable"))
    asked = releases.purge.ask("Lung", "SECRET-7", "asked for", "administrator")
    assert _series() == 1
    releases.purge.confirm(asked.pk, "releaser")
    house.work()
    assert not any(_in_files(text) for text in (b"SECRET-7", b"unmistakable", b"remarkable"))
    assert _series() == 1
    assert not any(_in_files(text) for text in (b"SECRET-7", b"unmistakable", b"remarkable"))


def _in_files(text: bytes) -> bool:
    return any(text in path.read_bytes() for path in columns_folder().iterdir())


def test_a_damaged_or_missing_file_is_made_anew(house):
    make_release(make_holding("Lung"), series=3)
    assert _series() == 3
    (path,) = columns_folder().glob("*.columns")
    path.unlink()
    assert _series() == 3
    (path,) = columns_folder().glob("*.columns")
    path.write_bytes(path.read_bytes()[:-100])
    keeping._mapped.clear()
    assert _series() == 3


def test_what_no_utf8_can_write_does_not_stop_the_search(house):
    holding = make_holding("Lung")
    odd = {"ImageComments": "half \ud83d of a pair", "ContrastBolusAgent": "with\0nul"}
    if settings.DATABASES[alias_of(Side.ARCHIVE)]["ENGINE"].endswith("postgresql"):
        odd = {"ImageComments": "half  of a pair"}
    made = make_revision(make_series(make_study(make_patient(holding))), facts=odd)
    make_release(holding, [made])
    assert _series() == 1
    assert _found(Words("half pair"), visible_to(None)) == {made.pk}


# -- other processes

PROCESS = """
import os, sys
import django; django.setup()
from vesalius.access.permit import visible_to
from vesalius.search.find import total
from vesalius.search.query import Query
print("ready", flush=True)
for line in sys.stdin:
    print(total(Query(), visible_to(None)).series_count, flush=True)
"""


@pytest.fixture
def another(house):
    """Another process of the same archive; `ask()` is how many series it finds."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROCESS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"

    def ask() -> int:
        process.stdin.write("?\n")
        process.stdin.flush()
        return int(process.stdout.readline())

    yield ask
    process.communicate(timeout=30)


@pytest.mark.slow
def test_two_processes_see_the_same_whoever_brings_the_columns_up(house, another):
    make_release(make_holding("Lung"), series=2)
    assert another() == 2
    assert _series() == 2
    make_release(make_holding("Brain"), series=3)
    assert _series() == another() == 5
    series = make_release(make_holding("Liver"), series=1).contents.get().revision.series
    assert another() == 6
    releases.withdraw("series", str(series), "wrong", "releaser")
    assert another() == _series() == 5
    assert len(list(columns_folder().glob("*.columns"))) == len(open_columns().parts)


KILLED = """
import os, sys
import django; django.setup()
from vesalius.search.segments import keeping
while True:
    keeping.rebuild()
    print("made", flush=True)
"""


@pytest.mark.slow
def test_a_process_killed_while_it_writes_leaves_nothing_that_anybody_takes_for_whole(house):
    make_release(make_holding("Lung"), patients=5, series=4)
    for number in range(12):
        process = subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE)
        assert process.stdout.readline() == b"made\n"
        time.sleep(0.004 * number)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        keeping._mapped.clear()
        assert _series() == 20
    make_release(make_holding("Brain"))
    assert _series() == 21
    names = {path.name for path in columns_folder().iterdir()}
    assert not any(name.endswith(".part") for name in names), "the next writer clears what was left"


# -- help


def test_a_question_without_an_answer_is_told_which_part_to_drop(house):
    holding = make_holding("Lung")
    study = make_study(make_patient(holding, "P-1"))
    ct = make_revision(make_series(study), body_part_examined="CHEST", series_description="thin slices")
    mr = make_revision(make_series(study, modality="MR"), body_part_examined="BRAIN")
    make_release(holding, [ct, mr])
    visible = visible_to(None)
    query = Query(modalities=("MR",), body_parts=("CHEST",), words=("thin",))
    assert total(query, visible).series_count == 0
    told = why_nothing(query, visible)
    assert [(one.without, one.series) for one in told] == [(Query(body_parts=("CHEST",), words=("thin",)), 1)]
    assert why_nothing(Query(modalities=("PT",), patient_ids=("nobody",)), visible) == []


def test_words_of_what_one_may_not_find_say_nothing(house):
    hidden = make_holding("Hidden", find="granted", fetch="granted")
    make_release(
        hidden, [make_revision(make_series(make_study(make_patient(hidden))), series_description="axiel")]
    )
    open_ = make_holding("Open")
    seen = make_revision(make_series(make_study(make_patient(open_))), series_description="axial")
    make_release(open_, [seen])
    assert _found(Words("axiel"), visible_to(None)) == {seen.pk}, "corrected as if nobody had written it so"
