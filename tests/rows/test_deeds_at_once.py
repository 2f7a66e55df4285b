"""Deeds on the same releases at the same moment leave counts that equal the rows."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connections
from django.db.models import Sum
from tests.factories import make_holding, make_release

from vesalius import release as releases
from vesalius.audit.models import AuditEntry
from vesalius.catalog.changes import change_count
from vesalius.catalog.models import Cell, Release
from vesalius.catalog.visible import revisions_of
from vesalius.errors import Conflict
from vesalius.settings.routing import Side, named

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
