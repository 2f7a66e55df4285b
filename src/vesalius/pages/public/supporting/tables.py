"""The page of a clinical table: its rows, filtered and sorted, and its data dictionary."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vesalius.access.permit import Visible
from vesalius.catalog.models import Patient, SupportingFile
from vesalius.catalog.supporting import file_of, file_to_fetch
from vesalius.catalog.visible import current_revisions, findable
from vesalius.deliver.table_rows import BROWSED, Row, names, patients_of, rows_of
from vesalius.errors import NotFound
from vesalius.pages.public.addresses import address_of, patient_address
from vesalius.pages.public.asker import visible
from vesalius.pages.public.export import as_csv
from vesalius.pages.public.named import named
from vesalius.pages.public.paging import page_number, pager, whole_number
from vesalius.pages.public.supporting.shown import heading, shown

PER_PAGE = 50
LONGEST_FILTER = 200  # characters


@require_safe
def table_page(request: HttpRequest, name: str, file: str, kind: str) -> HttpResponse:
    """GET .../tables/FILE/: its rows for those who may fetch it, its dictionary for all who may find it."""
    judged = visible(request)
    holding = named(name, judged, kind)
    version = whole_number(request, "version")
    table = _table(file_of(holding, file, judged, version))
    told = shown(table, judged, version)
    open_ = told.access.may_fetch and table.blob.size <= BROWSED
    rows = _asked_rows(request, table) if open_ else []
    page = Paginator(rows, PER_PAGE).get_page(page_number(request))
    context = {
        "holding": holding,
        "address": address_of(holding),
        "table": table,
        "told": told,
        "version": version,
        "open": open_,
        "columns": [_column(request, column) for column in table.columns],
        "rows": _cells(table, list(page.object_list), judged),
        "found": len(rows),
        "pager": pager(request, page, "rows") if rows else None,
        "text": _text(request),
        "sort": request.GET.get("sort", ""),
        "clear": _address(request, q="", page=""),
        "as_csv": _address(request, at="rows.csv", page=""),
        "as_json": _address(request, at="rows.json", page=""),
    }
    return render(request, "public/table.html", context)


@require_safe
def table_csv(request: HttpRequest, name: str, file: str, kind: str) -> HttpResponse:
    """GET .../tables/FILE/rows.csv: the rows that the page shows, all of them."""
    table = _to_fetch(request, name, file, kind)
    rows = _asked_rows(request, table)
    return as_csv(f"{table.name.removesuffix('.csv')} rows.csv", names(table), (row.cells for row in rows))


@require_safe
def table_json(request: HttpRequest, name: str, file: str, kind: str) -> HttpResponse:
    """GET .../tables/FILE/rows.json: the same, with the dictionary."""
    table = _to_fetch(request, name, file, kind)
    columns = names(table)
    rows = [dict(zip(columns, row.cells, strict=True)) for row in _asked_rows(request, table)]
    told = {"name": table.name, "title": table.title, "columns": table.columns, "count": len(rows)}
    return JsonResponse(told | {"rows": rows}, json_dumps_params={"indent": 1})


def _to_fetch(request: HttpRequest, name: str, file: str, kind: str) -> SupportingFile:
    judged = visible(request)
    version = whole_number(request, "version")
    return _table(file_to_fetch(named(name, judged, kind), file, judged, version))


def _table(file: SupportingFile) -> SupportingFile:
    if not file.is_table:
        raise NotFound("There is no such table.")
    return file


def _text(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:LONGEST_FILTER]


def _asked_rows(request: HttpRequest, table: SupportingFile) -> list[Row]:
    return rows_of(table, text=_text(request), sort=request.GET.get("sort", ""))


def _column(request: HttpRequest, column: dict[str, Any]) -> dict[str, Any]:
    """A column with its heading and the way to sort by it, upwards first."""
    name, sort = column["name"], request.GET.get("sort", "")
    order = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
    turned = f"-{name}" if order == "ascending" else name
    return {
        **column,
        "heading": heading(column),
        "numeric": column["type"] in {"integer", "number"},
        "order": order,
        "by": _address(request, sort=turned, page=""),
    }


def _cells(table: SupportingFile, rows: list[Row], judged: Visible) -> list[list[dict[str, Any]]]:
    """Rows as cells; the patient's ID leads to the patient's page where there is one."""
    patients = patients_of(table, rows)
    pages = _with_pages(patients, judged)
    told = _told(table)
    return [
        [
            {
                "value": value,
                "column": column,
                "names": _is_named(value, patients.get(row.number)),
                "address": patient_address(pages[row.number])
                if _is_named(value, pages.get(row.number))
                else "",
            }
            for value, column in zip(row.cells, told, strict=True)
        ]
        for row in rows
    ]


def _told(table: SupportingFile) -> list[dict[str, Any]]:
    return [
        {"heading": heading(column), "numeric": column["type"] in {"integer", "number"}}
        for column in table.columns
    ]


def _with_pages(patients: dict[int, Patient], judged: Visible) -> dict[int, Patient]:
    seen = findable(current_revisions(), judged).filter(series__study__patient__in=patients.values())
    shown = Patient.objects.filter(pk__in=seen.values("series__study__patient"))
    known = {patient.pk for patient in shown}
    return {number: patient for number, patient in patients.items() if patient.pk in known}


def _is_named(value: str, patient: Patient | None) -> bool:
    return patient is not None and value == patient.patient_id


def _address(request: HttpRequest, at: str = "", **changed: str) -> str:
    """This question with other parameters; "" takes one out."""
    kept = {name: request.GET.get(name, "") for name in ("version", "q", "sort", "page")} | changed
    question = urlencode({name: value for name, value in kept.items() if value})
    return f"{at or '.'}{'?' if question else ''}{question}" if at else f"?{question}"
