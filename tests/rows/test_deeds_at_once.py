"""Deeds on the same releases at the same moment leave counts that equal the rows."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.db.models import Sum
from tests.factories import make_holding, make_patient, make_release, make_table

from vesalius import release as releases
from vesalius.audit.models import AuditEntry
from vesalius.catalog.bytes import archive_store
from vesalius.catalog.changes import change_count
from vesalius.catalog.models import Cell, Patient, Purge, Release
from vesalius.catalog.visible import revisions_of
from vesalius.errors import Conflict
from vesalius.release.table_rows import take_rows_out
from vesalius.settings.routing import Side, named

pytestmark = pytest.mark.slow

ROUNDS = 6


def _in_turn(uids: list[str]) -> int:
    """Withdraw and restore each series; returns how many deeds that were."""
    try:
        for uid in uids:
            releases.withdraw("series", uid, "wrong laterality", "releaser")
            releases.restore("series", uid, "it was right", "releaser")
        releases.withdraw("series", uids[0], "wrong laterality", "releaser")
        return 2 * len(uids) + 1
    finally:
        connections.close_all()


def test_cells_equal_the_rows_after_deeds_of_two_people_at_once(house):
    holding = make_holding()
    first = make_release(holding, series=2 * ROUNDS)
    held = [row.revision for row in first.contents.order_by("pk")]
    make_release(holding, held)
    third = make_release(holding, held, publish=False)
    uids = [str(revision.series) for revision in held]
    before = change_count()
    with ThreadPoolExecutor(3) as pool:
        deeds = [pool.submit(_in_turn, part) for part in (uids[:ROUNDS], uids[ROUNDS:])]
        publications = [pool.submit(_publish, third.pk)]
        done = sum(deed.result() for deed in deeds) + sum(one.result() for one in publications)
    for release in Release.objects.all():
        counted = Cell.objects.filter(release=release).aggregate(n=Sum("series_count"))["n"]
        assert counted == revisions_of(release).count() == 2 * ROUNDS - 2, release
    assert change_count() == before + done
    with named(Side.ARCHIVE):
        assert AuditEntry.objects.count() == 2 + done


def _publish(release_id: int) -> int:
    try:
        releases.publish(release_id, "releaser")
        return 1
    finally:
        connections.close_all()


def test_of_two_who_withdraw_the_same_series_one_is_told_of_a_conflict(house):
    uid = str(make_release(make_holding()).contents.get().revision.series)
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(_try_withdraw, [uid] * 2))
    assert sorted(told) == [False, True]
    with named(Side.ARCHIVE):
        assert AuditEntry.objects.filter(deed="series.withdraw").count() == 1


def _try_withdraw(uid: str) -> bool:
    try:
        releases.withdraw("series", uid, "wrong laterality", "releaser")
    except Conflict:
        return False
    else:
        return True
    finally:
        connections.close_all()


def test_two_purges_at_once_leave_the_rows_of_neither_patient_in_a_table(house):
    holding = make_holding()
    release = make_release(holding)
    people = [make_patient(holding) for _ in range(3)]
    rows = [(people[at % 3].patient_id, "F", str(at)) for at in range(600)]
    table = make_table(release, rows)
    gone, stays = people[:2], people[2]
    purges = [releases.purge.ask(f"{holding}", one.patient_id, "asked", "first") for one in gone]
    together = Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda one: _take_out(*one, together), zip(purges, gone, strict=True)))
    assert counts == [200, 200]
    table.refresh_from_db()
    content = archive_store().path(table.blob_id).read_text()
    assert [line.split(",")[0] for line in content.splitlines()[1:]] == [stays.patient_id] * 200
    for link in table.links.order_by("row"):
        row = content[link.start : link.start + link.length]
        assert row == f"{stays.patient_id},F,{3 * link.row - 1}\n"
    assert list(archive_store().names()).count(table.blob_id) == 1
    assert not [
        name
        for name in archive_store().names()
        if any(one.patient_id.encode() in archive_store().path(name).read_bytes() for one in gone)
    ]


def _take_out(purge: Purge, patient: Patient, together: Barrier) -> int:
    try:
        together.wait()
        return take_rows_out(purge, patient)
    finally:
        connections.close_all()
