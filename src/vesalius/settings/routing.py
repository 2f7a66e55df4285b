"""Which side a row belongs to, and how code names it.

A process's `default` database holds its own accounts and sessions: the archive database in a public process, the
intake database in a staff process, which also knows the archive. Code names sides, never aliases.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from vesalius.errors import ArchiveError


class Side(StrEnum):
    """The two sides of the wall."""

    ARCHIVE = "archive"
    INTAKE = "intake"


class SideNotNamed(ArchiveError):
    """A table that stands on both sides was asked without saying which side is meant."""


class SideAbsent(ArchiveError):
    """This process was started without that side."""


ONE_SIDE = {"catalog": Side.ARCHIVE, "intake": Side.INTAKE}  # app label -> the side where its tables stand
MUST_NAME = frozenset({"jobs", "audit"})  # on both sides; raise unless the side is named
_named: ContextVar[Side | None] = ContextVar("named side", default=None)


def alias_of(side: Side) -> str:
    """The database alias of a side in this process; SideAbsent where it has none."""
    own: Side = settings.VESALIUS_OWN_SIDE
    if side is own:
        return DEFAULT_DB_ALIAS
    if side.value in settings.DATABASES:
        return side.value
    raise SideAbsent(f"this process knows nothing of the {side.value} side")


def connection_of(side: Side) -> BaseDatabaseWrapper:
    """The open connection of a side."""
    return connections[alias_of(side)]


@contextmanager
def named(side: Side) -> Iterator[None]:
    """Name the side for reading tables that stand on both; opens no transaction."""
    token = _named.set(side)
    try:
        yield
    finally:
        _named.reset(token)


@contextmanager
def on(side: Side) -> Iterator[None]:
    """One transaction on `side`, which is also the side named for tables that stand on both."""
    with named(side), transaction.atomic(using=alias_of(side)):  # noqa: TID251 - the one place that may
        yield


@contextmanager
def on_archive() -> Iterator[None]:
    """One transaction on the archive side."""
    with on(Side.ARCHIVE):
        yield


@contextmanager
def on_intake() -> Iterator[None]:
    """One transaction on the intake side."""
    with on(Side.INTAKE):
        yield


def named_side() -> Side:
    """The side named at this moment; SideNotNamed without one."""
    side = _named.get()
    if side is None:
        raise SideNotNamed("name the side first: on_archive(), on_intake() or named(side)")
    return side


def require_transaction(side: Side) -> None:
    """Refuse a deed that must share a transaction with what it records."""
    if not connection_of(side).in_atomic_block:
        raise SideNotNamed(f"this may only be done inside a transaction of the {side.value} side")


class TwoSides:
    """Django's router: every model has its side."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str:
        """The alias that holds this model's rows."""
        label = model._meta.app_label  # noqa: SLF001 - Django's documented meta API
        if label in ONE_SIDE:
            return alias_of(ONE_SIDE[label])
        instance = hints.get("instance")
        # A person's roles, grants and tokens stand where the person stands.
        if instance is not None and instance._state.db and instance._meta.app_label == label:  # noqa: SLF001
            return str(instance._state.db)  # noqa: SLF001
        return alias_of(named_side()) if label in MUST_NAME else DEFAULT_DB_ALIAS

    db_for_write = db_for_read

    def allow_relation(self, one: models.Model, other: models.Model, **_: Any) -> bool:
        """No relation crosses the wall."""
        return side_of(one) == side_of(other)

    def allow_migrate(self, db: str, app_label: str, **_: Any) -> bool:
        """A one-sided app has tables on its side alone; all others on both."""
        if app_label not in ONE_SIDE:
            return True
        try:
            return db == alias_of(ONE_SIDE[app_label])
        except SideAbsent:
            return False


def side_of(row: models.Model) -> str:
    """The side (or, for tables on both, the database) on which a row stands."""
    label = row._meta.app_label  # noqa: SLF001
    return ONE_SIDE[label].value if label in ONE_SIDE else str(row._state.db)  # noqa: SLF001
