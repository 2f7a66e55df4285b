"""An answer as a file: CSV, JSON or Parquet of every state, made row by row; a long one is written to disk first."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from io import BytesIO, StringIO
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from vesalius.access.permit import Visible
from vesalius.catalog.changes import change_count
from vesalius.catalog.derived import columns_folder, columns_locked
from vesalius.deliver.answer import answer
from vesalius.deliver.plan import FileSpan, blob_plan
from vesalius.pages.public.asker import visible
from vesalius.pages.public.export import cell
from vesalius.pages.public.finding.asked import SORT, Asked, read_question
from vesalius.pages.public.finding.rows import value_of_path
from vesalius.search.elements import Element
from vesalius.search.facets import count_facets
from vesalius.search.find import MOST_ROWS, total, values

AT_ONCE: Final = 2000  # rows of one piece
MOST_FILES: Final = 100  # long answers kept on disk; the oldest go
ANSWER: Final = "answer"  # how their names end
Rows = Iterable[tuple[Any, ...]]


@require_safe
def search_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """GET /search.csv, .json and .parquet: all rows of an answer; `page` asks for one of 10,000 rows alone."""
    asked, judged = read_question(request), visible(request)
    written = FORMS[form]
    paged = "page" in request.GET
    if paged or _length(asked, judged) <= MOST_ROWS:
        content = b"".join(written.write(asked, judged, paged))
        return HttpResponse(content, content_type=written.media_type, headers=_named(asked, form))
    path = _kept(asked, judged, form, written)
    plan = blob_plan(
        FileSpan(str(path), 0, path.stat().st_size),
        etag=f'"{path.stem}"',
        content_type=written.media_type,
        filename=_name(asked, form),
        still_allowed=lambda: True,
    )
    return answer(request, plan)


def _name(asked: Asked, form: str) -> str:
    return f"vesalius-{asked.view.name}.{form}"


def _named(asked: Asked, form: str) -> dict[str, str]:
    if form == "json":
        return {}
    return {"Content-Disposition": content_disposition_header(True, _name(asked, form)) or "attachment"}  # noqa: FBT003


def _length(asked: Asked, judged: Visible) -> int:
    """How many rows an answer has at most."""
    return total(asked.query, judged).series_count


def _kept(asked: Asked, judged: Visible, form: str, written: "Form") -> Path:
    """The file of a long answer, made once until something is published or the asker may find something else.

    It stands among the columns of the search, which are dropped together where what is published has changed.
    """
    told = (form, asked.address(), sorted(judged.findable), change_count())
    path = columns_folder() / f"{hashlib.sha256(repr(told).encode()).hexdigest()[:40]}.{ANSWER}"
    if not path.exists():
        new = path.with_suffix(f".{uuid4().hex}")
        with new.open("wb") as file:
            file.writelines(written.write(asked, judged, False))  # noqa: FBT003
        with columns_locked() as folder:
            new.replace(path)
            for old in sorted(folder.glob(f"*.{ANSWER}"), key=lambda one: one.stat().st_mtime)[:-MOST_FILES]:
                old.unlink()
    return path


def rows_of(asked: Asked, judged: Visible, *, paged: bool = False) -> Rows:
    """The rows of an answer as plain values, in the order of its view's columns."""
    view = asked.view
    paths = view.paths(asked.columns)
    if paths is not None and not paged:
        sort = "" if asked.sort == SORT else asked.sort
        yield from values(asked.query, judged, *paths, sort=sort)
        return
    number = asked.page if paged else 1
    while True:
        page = view.find(asked.query, judged, sort=asked.sort, page=number, size=MOST_ROWS)
        yield from (_flat(row, asked) for row in page.rows)
        if paged or number >= page.last:
            return
        number += 1


def _flat(row: Any, asked: Asked) -> tuple[Any, ...]:
    paths = asked.view.paths(asked.columns)
    if paths is None:
        return tuple(row[name] for name in asked.view.columns)
    return tuple(value_of_path(row, path) for path in paths)


def _csv(asked: Asked, judged: Visible, paged: bool) -> Iterator[bytes]:  # noqa: FBT001
    """RFC 4180, UTF-8; lists are joined by "; "."""
    headings = asked.view.headings(asked.columns)
    for rows in _batches(chain([headings], rows_of(asked, judged, paged=paged))):
        out = StringIO()
        csv.writer(out).writerows([cell(value) for value in row] for row in rows)
        yield out.getvalue().encode()


def _json(asked: Asked, judged: Visible, paged: bool) -> Iterator[bytes]:  # noqa: FBT001
    headings = asked.view.headings(asked.columns)
    head = json.dumps(_summary(asked, judged, paged=paged), default=_plain)
    yield f'{head[:-1]}, "rows": ['.encode()
    before = ""
    for rows in _batches(rows_of(asked, judged, paged=paged)):
        told = (json.dumps(dict(zip(headings, row, strict=True)), default=_plain) for row in rows)
        yield (before + ",\n".join(told)).encode()
        before = ",\n"
    yield b"]}\n"


def _summary(asked: Asked, judged: Visible, *, paged: bool) -> dict[str, Any]:
    """What the JSON says before its rows."""
    answer_ = asked.view.find(asked.query, judged, sort=asked.sort, page=1, size=1)
    return {
        "view": asked.view.name,
        "page": asked.page if paged else 1,
        "pages": max(1, -(-answer_.total // MOST_ROWS)) if paged else 1,
        "total": answer_.total,
        "totals": asdict(total(asked.query, judged)),
        "facets": {
            facet.element.parameter: [
                {"value": one.value, "series": one.count, "studies": one.studies, "subjects": one.patients}
                for one in facet.values
            ]
            for facet in count_facets(asked.query, judged)
        },
    }


def _parquet(asked: Asked, judged: Visible, paged: bool) -> Iterator[bytes]:  # noqa: FBT001
    """Typed columns: numbers as double, days as date, what may have several values as lists; zstd."""
    import pyarrow as pa  # noqa: PLC0415 - a large library, for this form alone
    from pyarrow import parquet  # noqa: PLC0415

    headings = asked.view.headings(asked.columns)
    kinds = [_type_of(pa, name, element) for name, element in zip(headings, _elements(asked), strict=True)]
    schema = pa.schema(list(zip(headings, kinds, strict=True)))
    out = BytesIO()
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        for rows in _batches(rows_of(asked, judged, paged=paged), 10 * AT_ONCE):
            columns = list(zip(*rows, strict=True))
            arrays = [
                pa.array([_typed(pa, kind, value) for value in one], kind)
                for kind, one in zip(kinds, columns, strict=True)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def _type_of(pa: Any, name: str, element: Element | None) -> Any:
    """The type of a column: of an element by its kind, of another by its name."""
    if element is None:
        counted = name.endswith("_count") or name == "size"
        return pa.int64() if counted else pa.date32() if name in {"study_date", "date"} else pa.string()
    kinds = {"number": pa.float64(), "day": pa.date32(), "flag": pa.bool_()}
    one = kinds.get(element.kind, pa.string())
    return pa.list_(one) if element.several else one


def _elements(asked: Asked) -> list[Element | None]:
    return list(asked.columns) if asked.view.name == "table" else [None] * len(asked.view.columns)


def _typed(pa: Any, kind: Any, value: Any) -> Any:
    """A value as its column takes it; nothing for what is absent or of another form."""
    if value in (None, ""):
        return None
    if pa.types.is_list(kind):
        several = (
            value
            if isinstance(value, list)
            else str(value).split(", " if pa.types.is_floating(kind.value_type) else "\\")
        )
        return [_typed(pa, kind.value_type, one) for one in several]
    try:
        if pa.types.is_floating(kind):
            return float(value)
        if pa.types.is_date(kind):
            return _day(value)
    except ValueError:
        return None
    return str(value) if pa.types.is_string(kind) else value


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _batches(rows: Iterable[Any], size: int = AT_ONCE) -> Iterator[list[Any]]:
    left = iter(rows)
    while some := list(islice(left, size)):
        yield some


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form of file: its media type, and who writes it piece by piece."""

    media_type: str
    write: Callable[[Asked, Visible, bool], Iterator[bytes]]


FORMS: Final = {
    "csv": Form(media_type="text/csv; charset=utf-8", write=_csv),
    "json": Form(media_type="application/json", write=_json),
    "parquet": Form(media_type="application/vnd.apache.parquet", write=_parquet),
}
