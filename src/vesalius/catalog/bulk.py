"""Many rows at once: what an index of a million series needs and Django's objects are too slow for.

Rows are written as they are given: no default of Python's, no signal, no check but the database's own.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final, TypeAlias

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from vesalius.settings.routing import Side, connection_of, require_transaction

Row: TypeAlias = Sequence[Any]
_BATCH: Final = 20_000
_ASKED_AT_ONCE: Final = 5_000
_ROOM_KIB: Final = 400_000


def new_ids(model: type[Model], count: int) -> list[int]:
    """Primary keys that no other row of this table will get, ascending; inside the transaction that uses them."""
    require_transaction(Side.ARCHIVE)
    connection = connection_of(Side.ARCHIVE)
    return _IDS[connection.vendor](connection, model._meta.db_table, count)  # noqa: SLF001 - Django's meta API


def write_rows(model: type[Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows whose cells follow `columns`: text, numbers, flags, None, days as ISO text, JSON as text."""
    require_transaction(Side.ARCHIVE)
    connection = connection_of(Side.ARCHIVE)
    quote = connection.ops.quote_name
    names = ", ".join(quote(name) for name in columns)
    _WRITERS[connection.vendor](
        connection, f"{quote(model._meta.db_table)} ({names})", len(columns), rows  # noqa: SLF001
    )  # fmt: skip


def read_rows(model: type[Model], name: str, values: Sequence[Any], columns: Sequence[str]) -> Iterator[Row]:
    """Rows whose column `name` is one of the values: that column, then the others, in no order."""
    connection = connection_of(Side.ARCHIVE)
    quote = connection.ops.quote_name
    table, told = quote(model._meta.db_table), ", ".join(map(quote, (name, *columns)))  # noqa: SLF001
    with connection.cursor() as cursor:
        for at in range(0, len(values), _ASKED_AT_ONCE):
            some = values[at : at + _ASKED_AT_ONCE]
            places = ", ".join(["%s"] * len(some))
            cursor.execute(f"SELECT {told} FROM {table} WHERE {quote(name)} IN ({places})", some)  # noqa: S608
            yield from cursor.fetchall()


@contextmanager
def with_room() -> Iterator[None]:
    """Give SQLite memory for the indexes that many rows in no order are written into."""
    connection = connection_of(Side.ARCHIVE)
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA cache_size")
        before = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA cache_size = -{_ROOM_KIB}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA cache_size = {before}")


def _next_in_sqlite(connection: BaseDatabaseWrapper, table: str, count: int) -> list[int]:
    """The transaction holds the one write lock, so what follows the highest id is free."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
    first = (found[0] if found else 0) + 1
    return list(range(first, first + count))


def _next_in_postgresql(connection: BaseDatabaseWrapper, table: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
        )
        return sorted(row[0] for row in cursor.fetchall())


def _write_to_sqlite(connection: BaseDatabaseWrapper, into: str, width: int, rows: Iterable[Row]) -> None:
    places, left = ", ".join(["%s"] * width), iter(rows)
    with connection.cursor() as cursor:
        while batch := list(islice(left, _BATCH)):
            cursor.executemany(f"INSERT INTO {into} VALUES ({places})", batch)  # noqa: S608 - our own names


def _write_to_postgresql(connection: BaseDatabaseWrapper, into: str, width: int, rows: Iterable[Row]) -> None:
    del width
    with connection.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


_IDS: Final[dict[str, Callable[[BaseDatabaseWrapper, str, int], list[int]]]] = {
    "sqlite": _next_in_sqlite,
    "postgresql": _next_in_postgresql,
}
_WRITERS: Final[dict[str, Callable[[BaseDatabaseWrapper, str, int, Iterable[Row]], None]]] = {
    "sqlite": _write_to_sqlite,
    "postgresql": _write_to_postgresql,
}
