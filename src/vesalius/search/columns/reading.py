"""Current revisions as columns, streamed from the rows: plain tuples in chunks, no model instances."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from functools import cache
from typing import Any, Final

import numpy as np
from django.db.models import CharField, F, Model, QuerySet
from django.db.models.functions import Cast
from numpy.typing import NDArray

from vesalius.catalog.models import SeriesRevision
from vesalius.catalog.visible import current_revisions
from vesalius.search.columns.coding import Coded, NumberPieces, TextPieces
from vesalius.search.columns.layout import DOWNLOAD, FACTS, NO, SMALL, YES, Source, is_fact, sources
from vesalius.settings.routing import Side, connection_of

AT_ONCE: Final = 20_000  # rows
IDS_AT_ONCE: Final = 2_000  # in one question
REVISION, FACTS_COLUMN = "pk", "facts"


@dataclass(slots=True)
class Rows:
    """Rows as columns: ids, and coded values by path."""

    revision: NDArray[np.int64]
    patient: NDArray[np.int64]
    study: NDArray[np.int64]
    coded: dict[str, Coded]


@dataclass(slots=True)
class _Reading:
    """Columns that are being read."""

    ids: dict[str, list[NDArray[np.int64]]] = field(default_factory=dict)  # of revisions and of SMALL
    pieces: dict[str, Any] = field(default_factory=dict)
    rows: int = 0

    def take(self, chunk: Sequence[Sequence[Any]]) -> None:
        columns = dict(zip(_asked(), zip(*chunk, strict=True), strict=True))
        for path in (REVISION, *SMALL):
            ids = columns[SMALL.get(path, path)]
            self.ids.setdefault(path, []).append(np.array(ids, np.float64).astype(np.int64))
        self.rows += len(chunk)
        for source in sources():
            if not source.small:
                self.pieces.setdefault(source.path, _pieces(source)).add(_told(source, columns[source.path]))
        self._add_facts(columns[FACTS_COLUMN])

    def _add_facts(self, told: Sequence[str]) -> None:
        facts = json.loads(f"[{','.join(told)}]")
        for keyword in sorted({key for one in facts for key in one}):
            if keyword != "references" and is_fact(keyword):
                texts = self.pieces.setdefault(f"{FACTS}{keyword}", TextPieces())
                texts.pad(self.rows - len(facts))
                texts.add(_fact_texts([one.get(keyword, "") for one in facts]))

    def whole(self) -> Rows:
        coded = {source.path: _pieces(source).whole() for source in sources() if not source.small}
        for path, pieces in self.pieces.items():
            pieces.pad(self.rows)
            coded[path] = pieces.whole()
        none = np.empty(0, np.int64)
        ids = {path: np.concatenate([none, *self.ids.get(path, ())]) for path in (REVISION, *SMALL)}
        for path in SMALL:
            coded |= _looked_up(path, ids[path])
        downloads = NumberPieces()
        downloads.add(ids[DOWNLOAD].astype(np.float64))
        coded[DOWNLOAD] = downloads.whole()
        return Rows(ids[REVISION], ids["series__study__patient"], ids["series__study"], coded)


def read(patients: Iterable[int] | None = None) -> Rows:
    """Every current revision, or those of some patients."""
    reading = _Reading()
    for revisions in _wanted(patients):
        for chunk in _stream(revisions):
            reading.take(chunk)
    return reading.whole()


def _wanted(patients: Iterable[int] | None) -> Iterator[QuerySet[SeriesRevision]]:
    if patients is None:
        yield current_revisions()
        return
    ids = sorted(patients)
    for start in range(0, len(ids), IDS_AT_ONCE):
        yield current_revisions().filter(series__study__patient__in=ids[start : start + IDS_AT_ONCE])


def fact_text(value: Any) -> str:
    """A header fact as a column has it: several values with a backslash between, as DICOM writes them."""
    match value:
        case str():
            return value
        case None | {}:
            return ""
        case list():
            return "\\".join(map(fact_text, value))
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)


@cache
def _asked() -> tuple[str, ...]:
    """What is read of each revision, in order."""
    return (REVISION, FACTS_COLUMN, *SMALL.values(), *(one.path for one in sources() if not one.small))


def _stream(revisions: QuerySet[SeriesRevision]) -> Iterator[list[tuple[Any, ...]]]:
    """The rows in chunks, as the database has them: Django would make values of each one."""
    days = {source.path for source in sources() if source.kept == "day"}
    columns = {
        f"column_{number}": Cast(F(path), CharField()) if path in days else F(path)
        for number, path in enumerate(_asked())
    }
    asked = revisions.order_by().values_list(*columns.values())
    connection = connection_of(Side.ARCHIVE)
    sql, params = asked.query.get_compiler(connection=connection).as_sql()
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, params)
        while chunk := cursor.fetchmany(AT_ONCE):
            yield chunk


def _pieces(source: Source) -> TextPieces | NumberPieces:
    return NumberPieces() if source.kept == "number" else TextPieces()


def _told(source: Source, values: Sequence[Any]) -> Sequence[Any]:
    """Values as the pieces of a column take them."""
    match source.kept:
        case "flag":
            return [YES if value else NO for value in values]
        case "moment":
            return [value and value.astimezone(UTC).date().isoformat() for value in values]
        case "day":
            return [value and str(value) for value in values]
        case _:
            return values


def _fact_texts(values: Sequence[Any]) -> Sequence[str]:
    if all(type(value) is str for value in values):
        return values
    return [fact_text(value) for value in values]


def _looked_up(path: str, ids: NDArray[np.int64]) -> dict[str, Coded]:
    """The columns of a small table, by the ids of its rows."""
    wanted = [source for source in sources() if source.small == path]
    distinct, places = np.unique(ids, return_inverse=True)
    table = _table(path, [source.beyond for source in wanted], distinct.tolist())
    nothing = (None,) * len(wanted)
    rows = [table.get(pk, nothing) for pk in distinct.tolist()]
    coded = {}
    for number, source in enumerate(wanted):
        pieces = _pieces(source)
        pieces.add(_told(source, [row[number] for row in rows]))
        coded[source.path] = pieces.whole().taken(places)
    return coded


def _table(path: str, columns: Sequence[str], ids: list[int]) -> dict[int, tuple[Any, ...]]:
    """Columns of the rows with these ids; of many ids, of the whole table."""
    model: type[Model] = SeriesRevision
    for name in path.split("__"):
        model = model._meta.get_field(name).related_model  # type: ignore[assignment]  # noqa: SLF001
    rows = model._default_manager.order_by()  # noqa: SLF001 - Django's documented manager
    if len(ids) <= IDS_AT_ONCE:
        rows = rows.filter(pk__in=ids)
    return {pk: told for pk, *told in rows.values_list("pk", *columns).iterator(chunk_size=AT_ONCE)}
