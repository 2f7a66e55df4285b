"""A purge is asked by one person, confirmed by another, and leaves nothing but a tombstone without values."""

from datetime import date

import pytest
from tests.factories import (
    make_holding,
    make_patient,
    make_release,
    make_revision,
    make_series,
    make_study,
    make_table,
)

from vesalius import release as releases
from vesalius.access.permit import visible_to
from vesalius.audit.models import AuditEntry
from vesalius.catalog.models import (
    Basket,
    BasketItem,
    Blob,
    DownloadCount,
    Manifest,
    Patient,
    Purge,
    RefusedContent,
    SavedSearch,
    SearchHistory,
    Series,
    SharedList,
    SharedListItem,
    Succession,
    Tombstone,
)  # fmt: skip
from vesalius.catalog.pictures import pictures_of
from vesalius.errors import BadInput, Conflict, NotAllowed, NotFound, Unavailable
from vesalius.jobs.dispatch import Work
from vesalius.jobs.models import Job, State
from vesalius.release.destruction import destroy
from vesalius.search.find import total
from vesalius.search.query import Query
from vesalius.settings.routing import Side, connection_of, named

pytestmark = pytest.mark.slow

CANARY = "CANARY-7310"
REASON = "the site asks for it"


def _deeds() -> list[tuple[str, str]]:
    with named(Side.ARCHIVE):
        entries = AuditEntry.objects.filter(deed__startswith="purge.")
        return list(entries.values_list("deed", "person"))


def _subjects_seen() -> int:
    return total(Query(), visible_to(None)).subject_count


@pytest.fixture
def lung(house):
    """The canary and another patient, two versions, and a third party's segmentation of the canary."""
    holding, derived = make_holding("Lung"), make_holding("Derived", kind="analysis-result")
    study, other = (make_study(make_patient(holding, name)) for name in (CANARY, "P2"))
    told = {"PatientName": CANARY, "StudyID": CANARY}
    series = make_series(study)
    first = make_revision(series, real=True, facts=told, series_description=CANARY)
    make_release(holding, [first, make_revision(make_series(other), real=True)])
    held = [row.revision for row in holding.current_release.contents.order_by("pk")]
    make_release(holding, [make_revision(series, real=True, facts=told), held[1]])
    seg = make_series(study, derived, "SEG")
    make_release(
        derived,
        [make_revision(seg, real=True, facts=told), make_revision(make_series(other, derived, "SEG"))],
    )
    return holding


def test_asking_hides_the_patient_at_once_and_destroys_nothing(lung):
    blobs = Blob.objects.count()
    purge = releases.purge.ask("Lung", CANARY, REASON, "curator")
    assert _subjects_seen() == 1
    assert Blob.objects.count() == blobs
    with pytest.raises(Conflict):
        releases.purge.ask("Lung", CANARY, REASON, "curator")
    releases.purge.take_back(purge.pk, "curator")
    assert _subjects_seen() == 2
    with pytest.raises(Conflict):
        releases.purge.confirm(purge.pk, "administrator")
    assert _deeds() == [("purge.ask", "curator"), ("purge.take-back", "curator")]


def test_the_person_who_asked_cannot_confirm(lung):
    purge = releases.purge.ask("Lung", CANARY, REASON, "curator")
    with pytest.raises(NotAllowed):
        releases.purge.confirm(purge.pk, "curator")
    releases.purge.confirm(purge.pk, "administrator")
    with pytest.raises(Conflict):
        releases.purge.confirm(purge.pk, "releaser")
    with pytest.raises(Conflict):
        releases.purge.take_back(purge.pk, "curator")
    assert _deeds() == [("purge.ask", "curator"), ("purge.confirm", "administrator")]


def test_the_reason_stays_and_may_not_name_the_patient(lung):
    with pytest.raises(BadInput):
        releases.purge.ask("Lung", CANARY, f"{CANARY} asks for it", "curator")
    with pytest.raises(NotFound):
        releases.purge.ask("Lung", "nobody", REASON, "curator")
    assert _deeds() == []


def _mention(uids: list[str], others: list[str]) -> None:
    """Leave the patient's name and UIDs wherever a reader can leave them."""
    basket = Basket.objects.create(owner="person:researcher")
    shared = SharedList.objects.create(name="mine", owner="researcher", description=f"Scans of {CANARY}.")
    SharedList.objects.create(name=f"scans of {CANARY}", owner="researcher", title="Scans")
    for uid in (*uids, *others):
        BasketItem.objects.create(basket=basket, series_instance_uid=uid)
        SharedListItem.objects.create(shared_list=shared, series_instance_uid=uid)
        DownloadCount.objects.create(day=date(2026, 1, 1), series_instance_uid=uid, way="page", count=1)
    Manifest.objects.create(name="m", series_instance_uids=[*uids, *others])
    for number, query in enumerate(
        [
            {"patient_ids": [CANARY]},
            {"series_uids": uids},
            {"words": f"a {CANARY}"},
            {"modalities": ["CT"]},
            {"parameters": [["where", f'PatientID = "{CANARY.lower()}"']]},
        ]
    ):
        SavedSearch.objects.create(owner="researcher", name=str(number), query=query)
    SavedSearch.objects.create(owner="researcher", name=f"about {CANARY}", query={"modalities": ["MR"]})
    SavedSearch.objects.create(owner="list", name="f" * 32, query={"ids": [CANARY, "others"]})
    asked = ([["patient", CANARY]], [["list", "f" * 32]], [["modality", "CT"]])
    SearchHistory.objects.create(
        owner="person:researcher", searches=[{"parameters": one, "at": ""} for one in asked]
    )
    holding = Series.objects.get(series_instance_uid=uids[0]).holding
    Succession.objects.create(
        level="series", old_uid="2.25.1", new_uid=uids[0], reason="split", release=holding.current_release
    )
    releases.withdraw("series", uids[0], "wrong laterality", "releaser")


def _uids_and_hashes(patient_id: str) -> tuple[list[str], list[str], list[str]]:
    """Series UIDs, all UIDs, and blob names of a patient."""
    patient = Patient.objects.get(patient_id=patient_id)
    series = Series.objects.filter(study__patient=patient)
    uids = [str(one) for one in series]
    instances = [str(instance) for one in series for instance in one.instances.all()]
    every = [*uids, *instances, *(str(study) for study in patient.studies.all())]
    blobs = Blob.objects.filter(used_by__revision__series__in=series).distinct()
    return uids, every, [blob.sha256 for blob in blobs]


def _destroy(house) -> Purge:
    purge = releases.purge.ask("Lung", CANARY, REASON, "curator")
    releases.purge.confirm(purge.pk, "administrator")
    house.work()
    purge.refresh_from_db()
    return purge


def test_nothing_of_a_purged_patient_remains(house, lung):
    uids, every, hashes = _uids_and_hashes(CANARY)
    others, _, kept = _uids_and_hashes("P2")
    _mention(uids, others)
    picture = pictures_of(Series.objects.get(series_instance_uid=uids[0]).revisions.first()) / "0.webp"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(CANARY.encode())
    digests = {str(release): release.digest for release in lung.releases.all()}

    purge = _destroy(house)

    assert purge.state == Purge.State.DONE
    assert (
        purge.counts | {"series": 2, "revisions": 3, "blobs": 6, "pictures": 1, "releases": 3} == purge.counts
    )
    assert not any(house.archive.has(name) for name in hashes)
    assert all(house.archive.has(name) for name in kept if Blob.objects.get(pk=name).md5 != "0" * 32)
    assert not picture.parent.exists()
    assert _subjects_seen() == 1
    for release in lung.releases.all():
        assert release.redacted_at is not None
        assert release.digest != digests[str(release)]
    assert BasketItem.objects.count() == SharedListItem.objects.count() == len(others)
    assert Manifest.objects.get().series_instance_uids == others
    assert SavedSearch.objects.get().query == {"modalities": ["CT"]}
    assert SearchHistory.objects.get().searches == [{"parameters": [["modality", "CT"]], "at": ""}]
    assert set(SharedList.objects.values_list("description", "title")) == {("", "")}
    assert not Succession.objects.exists()
    stone = Tombstone.objects.get(kind=Tombstone.Kind.PURGED)
    assert (stone.level, stone.reason, stone.deed_id) == ("patient", REASON, purge.deed_id)
    assert stone.name.startswith("Lung/")
    assert _deeds() == [
        ("purge.ask", "curator"),
        ("purge.confirm", "administrator"),
        ("purge.done", "archive"),
    ]
    _assert_absent(house, [CANARY, *every, *hashes])


def _assert_absent(house, traces: list[str]) -> None:
    """Not in any row of any table of the archive, nor in any byte of any file under its folders."""
    connection = connection_of(Side.ARCHIVE)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            text = repr(cursor.fetchall())
            assert [trace for trace in traces if trace in text] == [], table
    data = house.settings.data
    for path in [*data.glob("archive/**/*"), *data.glob("derived/archive/**/*")]:
        assert not [trace for trace in traces if trace in path.name], "no file is named by it"
        if path.is_file():
            content = path.read_bytes()
            assert [trace for trace in traces if trace.encode() in content] == [], path.name


def test_purged_content_is_refused_for_good(house, lung):
    _, _, hashes = _uids_and_hashes(CANARY)
    _, _, kept = _uids_and_hashes("P2")
    assert not releases.refused(hashes[0])
    _destroy(house)
    assert all(releases.refused(name) for name in hashes)
    assert releases.refused_among([*hashes, *kept]) == set(hashes)
    assert not RefusedContent.objects.filter(digest__in=hashes).exists(), "only keyed digests are kept"
    key = house.settings.archive_folder / "keys" / "refusal.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(_deeds()) == 3


def test_a_blob_that_something_else_uses_is_kept(house, lung):
    shared = (
        Series.objects.filter(study__patient__patient_id=CANARY).first().revisions.first().contents.first()
    )
    other = (
        Series.objects.filter(study__patient__patient_id="P2", modality="CT")
        .get()
        .revisions.get()
        .contents.first()
    )
    other.blob = shared.blob
    other.save()
    _destroy(house)
    assert house.archive.has(shared.blob_id)
    assert Blob.objects.filter(pk=shared.blob_id).exists()
    assert len(_deeds()) == 3


def test_an_interrupted_purge_is_finished_by_the_next_attempt(house, lung):
    """The first attempt dies after the blobs: a folder that cannot be removed stands in the way of the pictures."""
    _, every, hashes = _uids_and_hashes(CANARY)
    revision = Series.objects.filter(study__patient__patient_id=CANARY).first().revisions.first()
    obstacle = pictures_of(revision)
    obstacle.parent.mkdir(parents=True)
    obstacle.symlink_to(house.settings.data, target_is_directory=True)  # rmtree refuses a link
    purge = _destroy(house)
    assert purge.state == Purge.State.CONFIRMED
    assert _subjects_seen() == 1, "still hidden"
    assert house.settings.data.exists()
    obstacle.unlink()
    with named(Side.ARCHIVE):
        Job.objects.filter(kind="purge-patient", state=State.WAITING).update(run_after=None)
    house.work()
    purge.refresh_from_db()
    assert purge.state == Purge.State.DONE
    _assert_absent(house, [CANARY, *every, *hashes])
    assert len(_deeds()) == 3


class _AdmittedMeanwhile(Work):
    """A purge at work, while which a table with a row of the patient is admitted."""

    def report(self, items: int, *_: int, **__: int) -> None:
        if items == 1:
            make_table(Patient.objects.get(patient_id=CANARY).holding.current_release)


def test_a_table_that_comes_in_while_a_purge_is_at_work_loses_its_rows_too(house, lung):
    purge = releases.purge.ask("Lung", CANARY, REASON, "curator")
    releases.purge.confirm(purge.pk, "administrator")
    with named(Side.ARCHIVE):
        job = Job.objects.get(kind="purge-patient")
    with pytest.raises(Unavailable):
        destroy(_AdmittedMeanwhile(job, Side.ARCHIVE, house.hands))
    house.work()
    purge.refresh_from_db()
    assert (purge.state, purge.counts["table rows"]) == (Purge.State.DONE, 1)
    _assert_absent(house, [CANARY])
