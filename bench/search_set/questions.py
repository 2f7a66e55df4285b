"""Random questions as people ask them, each as a Query and as SQL."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from bench.search_set.rows import DAYS, FACETS, NUMBERS, Rows, random_row

from vesalius.search.conditions import Compare, Every, Operator
from vesalius.search.query import Query

SIZE: Final = 25
_SORTS: Final = ("image_count", "size", "study_date")
_ELEMENTS: Final = {  # column: name of its element
    "image_count": "image_count",
    "size": "size",
    "series_number": "SeriesNumber",
    "patient_age_years": "age",
    "study_date": "study_date",
    "series_date": "SeriesDate",
}


@dataclass(frozen=True)
class Faceted:
    """A few values of a few facets."""

    query: Query
    chosen: dict[int, list[int]]  # place of the facet: codes

    def sql(self, counted: str, table: str) -> str:
        """Counts of all facets, each without its own values, in one statement over the coded table."""
        parts = []
        for place in range(len(FACETS)):
            others = [
                f"c{other} IN ({','.join(map(str, codes))})"
                for other, codes in self.chosen.items()
                if other != place
            ]
            where = f" WHERE {' AND '.join(others)}" if others else ""
            parts.append(f"SELECT {place}, c{place}, {counted} FROM {table}{where} GROUP BY c{place}")
        return " UNION ALL ".join(parts)


@dataclass(frozen=True)
class Dynamic:
    """Two ranges and two sets of values, a sort, a page."""

    query: Query
    where: str
    sort: str  # path from SeriesRevision, "-" before it turns it round
    page: int

    def sql(self, table: str) -> tuple[str, str]:
        """The values that the page is sorted by, and the total."""
        column = self.sort.removeprefix("-")
        turn = "DESC" if self.sort.startswith("-") else "ASC"
        order = f"{column} {turn} NULLS LAST, uid"
        start = (self.page - 1) * SIZE
        rows = f"SELECT {column} FROM {table} WHERE {self.where} ORDER BY {order} LIMIT {SIZE} OFFSET {start}"
        return rows, f"SELECT count(*) FROM {table} WHERE {self.where}"


def faceted(rows: Rows, rng: np.random.Generator) -> Faceted:
    """None to three facets, mostly one; most often one value of each."""
    places = rng.choice(len(FACETS), rng.choice(4, p=(0.15, 0.4, 0.3, 0.15)), replace=False)
    at = int(rng.integers(len(rows)))
    names = list(FACETS)
    asked: dict[str, Any] = {}
    chosen: dict[int, list[int]] = {}
    for place in sorted(int(one) for one in places):
        more = [int(rng.integers(len(rows))) for _ in range(int(rng.choice((0, 0, 1, 2))))]
        codes = sorted({rows.coded[f"c{place}"][one].as_py() for one in (at, *more)})
        chosen[place] = codes
        asked[names[place]] = tuple(rows.values[names[place]][code] for code in codes)
    return Faceted(Query(**asked), chosen)


def dynamic(rows: Rows, rng: np.random.Generator) -> Dynamic:
    """Ranges between two values that stand there, sets of two values."""
    conditions, where = [], []
    for name in rng.choice((*NUMBERS, *DAYS), 2, replace=False):
        found = [random_row(rows, rng, str(name)) for _ in range(2)]
        low, high = sorted(one if one is not None else _least(str(name)) for one in found)
        conditions.append(Compare(_ELEMENTS[str(name)], Operator.BETWEEN, (low, high)))
        where.append(f"{name} BETWEEN {_literal(low)} AND {_literal(high)}")
    for name in rng.choice(("modalities", "body_parts", "manufacturers", "sexes"), 2, replace=False):
        values = tuple(sorted({str(random_row(rows, rng, str(name))) for _ in range(2)}))
        conditions.append(Compare(str(name), Operator.ANY_OF, values))
        where.append(f"{name} IN ({', '.join(map(_literal, values))})")
    sort = str(rng.choice(("", "-"))) + str(rng.choice(_SORTS))
    page = int(rng.choice((1, 1, 2, 11)))
    return Dynamic(Query(where=Every(tuple(conditions))), " AND ".join(where), sort, page)


def _least(name: str) -> Any:
    return date(1990, 1, 1) if name in DAYS else 1


def _literal(value: Any) -> str:
    if isinstance(value, (int, float)):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"
