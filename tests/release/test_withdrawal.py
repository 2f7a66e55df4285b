"""Withdraw hides and keeps, leaving a tombstone."""

import pytest
from tests.factories import make_holding, make_patient, make_release, make_revision, make_series, make_study

from vesalius import release as releases
from vesalius.access.permit import visible_to
from vesalius.audit.models import AuditEntry
from vesalius.catalog import visible as catalog
from vesalius.catalog.changes import change_count
from vesalius.catalog.models import Blob, Cell, Tombstone
from vesalius.errors import BadRequest, Conflict, NotFound
from vesalius.search.facets import count_facets
from vesalius.search.find import total
from vesalius.search.query import Query
from vesalius.settings.routing import Side, named

pytestmark = pytest.mark.slow

REASON = "wrong laterality"


def _deeds() -> list[tuple[str, str, str]]:
    with named(Side.ARCHIVE):
        entries = AuditEntry.objects.exclude(deed="release.publish")
        return [(entry.deed, entry.person, entry.target) for entry in entries]


def _series_seen() -> int:
    """How many series the public sees; facets of the cube and rows must agree."""
    seen = total(Query(), visible_to(None)).series_count
    for facet in count_facets(Query(), visible_to(None)):
        assert sum(value.count for value in facet.values) == seen
    return seen


@pytest.fixture
def lung(house):
    """Two patients of two series each."""
    holding = make_holding("Lung")
    patients = [make_patient(holding, name) for name in ("P1", "P2")]
    studies = [make_study(patient) for patient in patients]
    make_release(holding, [make_revision(make_series(study)) for study in studies for _ in range(2)])
    return holding


def _names(lung) -> dict[str, tuple[str, int]]:
    """Level -> the name of one thing on it, and how many series are left without it."""
    study = lung.patients.get(patient_id="P1").studies.get()
    return {
        "holding": ("Lung", 0),
        "patient": ("Lung/P1", 2),
        "study": (str(study), 2),
        "series": (str(study.series.first()), 3),
    }


@pytest.mark.parametrize("level", ["holding", "patient", "study", "series"])
def test_what_is_withdrawn_is_hidden_and_kept_until_it_is_restored(lung, level):
    name, left = _names(lung)[level]
    blobs, changes = Blob.objects.count(), change_count()
    tombstone = releases.withdraw(level, name, REASON, "releaser")
    assert _series_seen() == left
    assert (Blob.objects.count(), change_count()) == (blobs, changes + 1)
    assert list(catalog.tombstones(lung)) == [tombstone]
    with pytest.raises(Conflict):
        releases.withdraw(level, name, REASON, "releaser")
    releases.restore(level, name, "it was right", "administrator")
    assert _series_seen() == 4
    assert not catalog.tombstones(lung)
    with pytest.raises(NotFound):
        releases.restore(level, name, "again", "administrator")
    assert _deeds() == [
        (f"{level}.withdraw", "releaser", tombstone.name),
        (f"{level}.restore", "administrator", tombstone.name),
    ]


def test_a_withdrawn_series_is_gone_from_older_releases_too(lung):
    uid, _ = _names(lung)["series"]
    releases.withdraw("series", uid, REASON, "releaser")
    for number in (None, 1):
        with pytest.raises(NotFound):
            catalog.revision_of(uid, visible_to(None), number)
    assert len(releases.release_manifest(lung.current_release, visible_to(None)).series) == 3


def test_a_tombstone_of_a_patient_holds_no_patient_id(lung):
    releases.withdraw("patient", "Lung/P1", REASON, "releaser")
    assert "P1" not in Tombstone.objects.get().name
    assert "P1" not in _deeds()[0][2].removeprefix("Lung/")


def test_restoring_one_withdrawal_leaves_what_another_still_covers(lung):
    uid, _ = _names(lung)["series"]
    releases.withdraw("series", uid, REASON, "releaser")
    releases.withdraw("patient", "Lung/P1", REASON, "releaser")
    releases.restore("patient", "Lung/P1", "it was right", "releaser")
    assert _series_seen() == 3
    releases.restore("series", uid, "it was right", "releaser")
    assert _series_seen() == 4
    assert len(_deeds()) == 4


def test_a_correction_does_not_lift_a_withdrawal(lung):
    releases.withdraw("patient", "Lung/P1", REASON, "releaser")
    held = [row.revision for row in lung.current_release.contents.order_by("pk")]
    corrected = [make_revision(revision.series) for revision in held]
    make_release(lung, corrected)
    assert _series_seen() == 2
    releases.restore("patient", "Lung/P1", "corrected", "releaser")
    assert _series_seen() == 4
    assert [deed for deed, *_ in _deeds()] == ["patient.withdraw", "patient.restore"]


def test_the_cells_of_every_release_follow(lung):
    first = lung.current_release
    make_release(lung, [row.revision for row in first.contents.all()])
    releases.withdraw("patient", "Lung/P1", REASON, "releaser")
    assert {cell.release_id: cell.series_count for cell in Cell.objects.all()} == {
        first.pk: 2,
        lung.current_release.pk: 2,
    }
    assert [deed for deed, *_ in _deeds()] == ["patient.withdraw"]


def test_what_is_not_there_or_no_level_is_refused(lung):
    for level in ("holding", "patient", "study", "series"):
        with pytest.raises(NotFound):
            releases.withdraw(level, "Nothing/there", REASON, "releaser")
    with pytest.raises(BadRequest):
        releases.withdraw("instance", "2.25.1", REASON, "releaser")
    assert _deeds() == []
