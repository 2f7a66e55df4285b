"""From a row of the table of endpoints and what was asked to the rows of the answer."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.db.models import Aggregate, Exists, F, OuterRef, Q, QuerySet

from vesalius.catalog.models import SeriesRevision
from vesalius.catalog.visible import Judged, current_revisions, findable, published_revisions
from vesalius.nbia.public.table.columns import Column
from vesalius.nbia.public.table.endpoints import Parameter, Table
from vesalius.nbia.public.table.versions import Version

Row = tuple[Any, ...]
AT_ONCE: Final = 5_000  # values in one question to the database


def rows_of(table: Table, version: Version, given: Mapping[str, Sequence[str]], visible: Judged) -> list[Row]:
    """The rows that answer an endpoint, as its columns of this version say, in its order.

    given: the values of each parameter that was sent; one alone, but for those that take a list.
    """
    columns = table.columns[version.name]
    asked = _by_uid(visible) if table.by_uid else findable(current_revisions(), visible)
    return [
        tuple(_value(column, raw, version, strings=table.strings) for column, raw in zip(columns, row, strict=True))
        for some in _narrowed(asked, table, version, given)
        for row in _raw(some, columns, table.order)
    ]  # fmt: skip


def _by_uid(visible: Judged) -> QuerySet[SeriesRevision]:
    """What a bare Series UID means to this asker: who may only fetch must know the UID."""
    later = published_revisions().filter(series=OuterRef("series"), number__gt=OuterRef("number"))
    newest = published_revisions().filter(~Exists(later))
    return newest.filter(home_download__in=visible.findable | visible.fetchable)


def _narrowed(
    revisions: QuerySet[SeriesRevision], table: Table, version: Version, given: Mapping[str, Sequence[str]]
) -> Iterator[QuerySet[SeriesRevision]]:
    """The revisions that meet every parameter; of a long list one part after the other."""
    asked = Q()
    long: list[tuple[str, Sequence[str]]] = []
    for parameter in table.known(version.name):
        values = given.get(parameter.name, ())
        if not parameter.path or not values:
            continue
        if parameter.listed:
            long.append((parameter.path, values))
        else:
            asked &= _equals(parameter, values[0], version)
    found = revisions.filter(asked)
    if not long:
        yield found
    for path, values in long:
        for start in range(0, len(values), AT_ONCE):
            yield found.filter(Q((f"{path}__in", values[start : start + AT_ONCE])))


def _equals(parameter: Parameter, value: str, version: Version) -> Q:
    how = "exact" if version.name in parameter.exact else "iexact"
    return Q((f"{parameter.path}__{how}", value))


def _raw(
    revisions: QuerySet[SeriesRevision], columns: Sequence[Column], order: Sequence[str]
) -> Iterator[Row]:
    """One row per distinct combination of the columns' sources; None where a column has none."""
    alias = {column.name: f"column_{number}" for number, column in enumerate(columns)}
    plain: dict[str, Any] = {}
    counted: dict[str, Any] = {}
    for column in columns:
        if isinstance(column.source, Aggregate):
            counted[alias[column.name]] = column.source
        elif column.source is not None:
            source = F(column.source) if isinstance(column.source, str) else column.source
            plain[alias[column.name]] = source
    found = revisions.order_by().values(**plain).annotate(**counted).distinct()
    # Absent values last: SQLite and PostgreSQL would differ.
    sorted_rows = found.order_by(*(F(alias.get(name, name)).asc(nulls_last=True) for name in order))
    for row in sorted_rows.iterator(chunk_size=AT_ONCE):
        yield tuple(row.get(alias[column.name]) for column in columns)


def _value(column: Column, raw: Any, version: Version, *, strings: bool) -> Any:
    value = column.value(raw, version)
    return str(value) if strings and value is not None else value
