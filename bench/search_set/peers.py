"""The databases that search is measured against, tuned, on the same rows."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb
import psycopg
import pyarrow as pa
from bench.harness import free_port
from bench.search_set.rows import FACETS, Rows

_USER: Final = "postgres"
_TUNED: Final = (
    "-c shared_buffers=3GB -c work_mem=256MB -c effective_cache_size=8GB -c max_wal_size=8GB "
    "-c maintenance_work_mem=1GB -c random_page_cost=1.1 -c jit=off"
)
_TYPES: Final = {pa.string(): "text", pa.int64(): "bigint", pa.float64(): "float8", pa.bool_(): "boolean"}


class Postgres:
    """A narrow table of codes and a wide one, both with indexes."""

    name = "PostgreSQL"
    key = "postgres"

    def __init__(self, address: str) -> None:
        self._connection = psycopg.connect(address, autocommit=True)

    def load(self, rows: Rows) -> None:
        """Make the tables, their indexes and their statistics."""
        self._make("narrow", rows.coded)
        self._make("wide", rows.table)
        for column in rows.coded.column_names:
            self._connection.execute(f"CREATE INDEX ON narrow ({column})")
        for column in rows.table.column_names:
            self._connection.execute(f"CREATE INDEX ON wide ({column})")
        self._connection.execute("VACUUM ANALYZE")

    def add(self, rows: Rows) -> None:
        """More rows, in one transaction, in every index when it ends."""
        with self._connection.transaction():
            self._copy("narrow", rows.coded)
            self._copy("wide", rows.table)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """All rows of an answer."""
        return self._connection.execute(sql).fetchall()

    def _make(self, name: str, table: pa.Table) -> None:
        columns = ", ".join(f"{field.name} {_sql_type(field.type)}" for field in table.schema)
        self._connection.execute(f"CREATE TABLE {name} ({columns})")
        self._copy(name, table)

    def _copy(self, name: str, table: pa.Table) -> None:
        columns = [column.to_pylist() for column in table.columns]
        with self._connection.cursor().copy(f"COPY {name} FROM STDIN") as copy:
            for row in zip(*columns, strict=True):
                copy.write_row(row)


class Duck:
    """The same tables as DuckDB keeps them."""

    name = "DuckDB"
    key = "duckdb"

    def __init__(self, path: Path) -> None:
        self._connection = duckdb.connect(str(path))
        self._connection.execute("SET threads = 2")

    def load(self, rows: Rows) -> None:
        """Make the tables."""
        for name, table in (("narrow", rows.coded), ("wide", rows.table)):
            self._connection.register("given", table)
            self._connection.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
            self._connection.unregister("given")
        self._connection.execute("CHECKPOINT")

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """All rows of an answer."""
        return self._connection.execute(sql).fetchall()


def counts(rows: Rows, answer: Sequence[tuple[int, int, int]]) -> dict[str, dict[object, int]]:
    """A peer's answer to a question about facets, as ours is told."""
    found: dict[str, dict[object, int]] = {name: {} for name in FACETS}
    names = list(FACETS)
    for place, code, count in answer:
        found[names[place]][rows.values[names[place]][code]] = count
    return found


def _sql_type(kind: pa.DataType) -> str:
    if pa.types.is_date(kind):
        return "date"
    if pa.types.is_integer(kind):
        return "bigint" if kind.bit_width > 32 else "integer"
    return _TYPES[kind]


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a server of our own with one empty database; it ends with the block."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not folders:
        sys.exit("PostgreSQL is not installed; scripts/debian-packages bench installs it on Debian")
    programs, port = folders[-1], free_port()
    home = Path(tempfile.mkdtemp(prefix="vesalius-bench-postgresql-"))
    if os.getuid() == 0:
        shutil.chown(home, _USER)
    data = home / "data"
    _run(programs / "initdb", "-D", data, "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
    options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 {_TUNED}"
    _run(programs / "pg_ctl", "-D", data, "-o", options, "-l", home / "log", "-w", "start")
    try:
        yield f"postgresql://{_USER}@127.0.0.1:{port}/postgres"
    finally:
        _run(programs / "pg_ctl", "-D", data, "-m", "fast", "-w", "stop")
        shutil.rmtree(home, ignore_errors=True)


def _run(*command: object) -> None:
    """As the user postgres where we are root: the server refuses to run as root."""
    lead = ["setpriv", f"--reuid={_USER}", f"--regid={_USER}", "--clear-groups"] if os.getuid() == 0 else []
    subprocess.run([*lead, *map(str, command)], check=True, cwd="/", stdout=subprocess.DEVNULL, timeout=300)
