"""Each table stands where it should, and code must name the side that it means."""

import pytest
from django.apps import apps
from django.db import connections

from vesalius.audit.models import AuditEntry
from vesalius.audit.trail import record
from vesalius.jobs import queue
from vesalius.jobs.models import Job
from vesalius.settings.routing import ONE_SIDE, Side, SideNotNamed, alias_of, named, on_archive, on_intake


def _tables(side: Side) -> set[str]:
    return set(connections[alias_of(side)].introspection.table_names())


def test_each_table_stands_in_exactly_the_databases_it_should(house):
    for model in apps.get_models(include_auto_created=True):
        label, table = model._meta.app_label, model._meta.db_table
        wanted = {ONE_SIDE[label]} if label in ONE_SIDE else set(Side)
        assert {side for side in Side if table in _tables(side)} == wanted, table


def test_a_table_on_both_sides_raises_unless_the_side_is_named(house):
    with pytest.raises(SideNotNamed):
        Job.objects.count()
    with named(Side.ARCHIVE):
        assert Job.objects.count() == 0


def test_a_job_is_refused_outside_a_transaction_of_its_side(house):
    with named(Side.INTAKE), pytest.raises(SideNotNamed):
        queue.enqueue("anything")
    with on_archive(), named(Side.INTAKE), pytest.raises(SideNotNamed):
        queue.enqueue("anything")


def test_a_job_and_its_cause_are_rolled_back_together_on_either_side(house):
    for on in (on_archive, on_intake):
        with pytest.raises(RuntimeError), on():
            queue.enqueue("anything")
            record("test.deed", person="someone", target_kind="test", target="1")
            raise RuntimeError
    for side in Side:
        with named(side):
            assert Job.objects.count() == AuditEntry.objects.count() == 0


def test_an_entry_of_one_side_does_not_stand_on_the_other(house):
    with on_archive():
        record("test.deed", person="someone", target_kind="test", target="1")
    with named(Side.ARCHIVE):
        assert AuditEntry.objects.count() == 1
    with named(Side.INTAKE):
        assert AuditEntry.objects.count() == 0
