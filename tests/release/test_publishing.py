"""Publishing flips one row of the holding, and everything else follows in the same transaction."""

import pytest
from django.test.utils import CaptureQueriesContext
from tests.factories import (
    PUBLISHER,
    make_holding,
    make_patient,
    make_release,
    make_revision,
    make_series,
    make_study,
)

from vesalius import release as releases
from vesalius.access.permit import visible_to
from vesalius.audit.models import AuditEntry
from vesalius.catalog import visible as catalog
from vesalius.catalog.changes import change_count
from vesalius.catalog.models import Cell, Patient
from vesalius.errors import Conflict, NotAllowed, NotFound
from vesalius.jobs.models import Job
from vesalius.search.find import find_series, total
from vesalius.search.query import Query
from vesalius.settings.routing import Side, connection_of, named


def _deeds() -> list[str]:
    with named(Side.ARCHIVE):
        return list(AuditEntry.objects.values_list("deed", flat=True))


def test_an_admitted_release_is_seen_by_nobody_until_it_is_published(house):
    holding = make_holding()
    release = make_release(holding, series=2, publish=False)
    assert total(Query(), visible_to(None)).series_count == 0
    assert not catalog.holdings(visible_to(None)).exists()
    before = change_count()
    releases.publish(release.pk, "releaser")
    assert total(Query(), visible_to(None)).series_count == 2
    assert catalog.holding_of("Lung", visible_to(None)).current_release == release
    assert change_count() == before + 1
    with named(Side.ARCHIVE):
        entry = AuditEntry.objects.get()
        assert Job.objects.filter(kind="make-thumbnails").count() == 2
    release.refresh_from_db()
    assert (entry.deed, entry.person, entry.target) == ("release.publish", "releaser", "Lung version 1")
    assert entry.deed_id == release.deed_id
    assert entry.detail["digest"] == release.digest
    assert release.doi.startswith("10.5072/")


def test_publishing_twice_changes_nothing(house):
    release = make_release(make_holding())
    count = change_count()
    assert releases.publish(release.pk, "somebody").published_at == release.published_at
    assert change_count() == count
    assert _deeds() == ["release.publish"]


def test_versions_are_published_in_order(house):
    holding = make_holding()
    make_release(holding, publish=False)
    second = make_release(holding, publish=False)
    with pytest.raises(Conflict):
        releases.publish(second.pk, PUBLISHER)
    with pytest.raises(NotFound):
        releases.publish(10**6, PUBLISHER)
    assert _deeds() == []


@pytest.fixture
def two_versions(house):
    """Version 2 revises one series, leaves one out and adds one."""
    holding = make_holding()
    study = make_study(make_patient(holding, "P1"))
    kept, revised, left_out, added = (make_series(study) for _ in range(4))
    first = [make_revision(series) for series in (kept, revised, left_out)]
    make_release(holding, first)
    make_release(
        holding, [first[0], make_revision(revised, series_description="again"), make_revision(added)]
    )
    return holding, kept, revised, left_out, added


def test_a_bare_uid_means_its_newest_published_revision_and_older_ones_are_fetched_by_version(two_versions):
    _, kept, revised, left_out, added = two_versions
    visible = visible_to(None)
    assert catalog.revision_of(str(revised), visible).number == 2
    assert catalog.revision_of(str(revised), visible, 1).number == 1
    assert catalog.revision_of(str(left_out), visible).number == 1, "still cited by Version 1"
    for uid, number in ((left_out, 2), (added, 1), (kept, 3)):
        with pytest.raises(NotFound):
            catalog.revision_of(str(uid), visible, number)
    shown = catalog.series_page(str(kept), visible)
    assert [release.number for release in shown.releases] == [1, 2]
    assert shown.newest
    assert not catalog.series_page(str(revised), visible, 1).newest
    found = {row.series.series_instance_uid for row in find_series(Query(), visible).rows}
    assert found == {str(kept), str(revised), str(added)}


def test_revisions_know_their_first_and_last_release(two_versions):
    _, kept, revised, left_out, added = two_versions
    spans = {
        (str(revision.series), revision.number): (revision.first_release.number, revision.last_release.number)
        for series in (kept, revised, left_out, added)
        for revision in series.revisions.all()
    }
    assert spans == {
        (str(kept), 1): (1, 2),
        (str(revised), 1): (1, 1),
        (str(revised), 2): (2, 2),
        (str(left_out), 1): (1, 1),
        (str(added), 1): (2, 2),
    }


def test_versions_are_listed_and_compared(two_versions):
    holding, kept, revised, left_out, added = two_versions
    visible = visible_to(None)
    second, first = releases.versions(holding, visible)
    assert (first.current, second.current) == (False, True)
    assert (first.series_count, second.series_count, second.subject_count, second.image_count) == (3, 3, 1, 6)
    changes = releases.compare(second.release, first.release, visible)
    assert tuple(kind.uids() for kind in changes.kinds) == (
        (str(added),),
        (str(revised),),
        (str(left_out),),
    )
    assert releases.compare(first.release, first.release, visible).nothing
    manifest = releases.release_manifest(first.release, visible)
    assert {(line.series_instance_uid, line.revision) for line in manifest.series} == {
        (str(kept), 1), (str(revised), 1), (str(left_out), 1),
    }  # fmt: skip
    assert manifest.digest != releases.release_manifest(second.release, visible).digest


def test_the_contents_of_a_revision_come_in_order_with_their_blobs(house):
    release = make_release(make_holding(), images=3, real=True)
    revision = release.contents.get().revision
    with CaptureQueriesContext(connection_of(Side.ARCHIVE)) as asked:
        read = [
            (row.position, row.instance.sop_instance_uid, row.blob.sha256)
            for row in catalog.revision_contents(revision)
        ]
    assert len(asked) == 1
    assert [position for position, *_ in read] == [0, 1, 2]
    assert all(house.archive.verify(sha256) for *_, sha256 in read)


def test_patients_and_studies_are_told_by_their_current_revisions(house):
    holding = make_holding()
    patient = make_patient(holding, "P1")
    series = make_series(make_study(patient))
    told = {"PatientName": "P1", "EthnicGroup": "X" * 40, "LongitudinalTemporalOffsetFromEvent": "12.5"}
    make_release(holding, [make_revision(series, patient_sex="F", patient_age="061Y", facts=told)])
    patient.refresh_from_db()
    study = patient.studies.get()
    assert (patient.sex, patient.patient_name, patient.species) == ("F", "P1", "Homo sapiens")
    assert patient.ethnic_group == "X" * 16
    assert (study.patient_age, study.longitudinal_offset_days) == ("061Y", 12.5)
    make_release(holding, [make_revision(series, patient_sex="M")])
    patient.refresh_from_db()
    assert (patient.sex, patient.patient_name) == ("M", "")


def test_the_cells_of_other_holdings_follow_a_patient_whose_species_changed(house):
    source, derived = make_holding("Source"), make_holding("Derived", kind="analysis-result")
    study = make_study(make_patient(source, "P1"))
    first = make_series(study)
    make_release(source, [make_revision(first)])
    make_release(derived, [make_revision(make_series(study, derived, "SEG"), third_party=True)])
    make_release(source, [make_revision(first, facts={"PatientSpeciesDescription": "Mus musculus"})])
    assert Patient.objects.get().species == "Mus musculus"
    current = Cell.objects.filter(release__current_of__isnull=False)
    assert {(cell.third_party, cell.species) for cell in current} == {
        (True, "Mus musculus"),
        (False, "Mus musculus"),
    }


@pytest.mark.parametrize(
    ("rules", "found", "fetched"),
    [
        ({}, True, True),
        ({"find": "anyone", "fetch": "granted"}, True, NotAllowed),
        ({"find": "granted", "fetch": "granted"}, NotFound, NotFound),
        ({"find": "nobody", "fetch": "anyone"}, NotFound, True),  # NBIA's code 12
    ],
)
def test_finding_and_fetching_are_judged_apart(house, rules, found, fetched):
    uid = str(make_release(make_holding(**rules)).contents.get().revision.series)
    visible = visible_to(None)
    for look, wanted in ((catalog.series_page, found), (catalog.revision_to_fetch, fetched)):
        if wanted is True:
            assert look(uid, visible)
        else:
            with pytest.raises(wanted):
                look(uid, visible)
    allowed, left_out = catalog.revisions_to_fetch([uid, "2.25.1", uid], visible)
    assert [str(row.series) for row in allowed] == ([uid] if fetched is True else [])
    assert set(left_out) == {uid, "2.25.1"} - {str(row.series) for row in allowed}
