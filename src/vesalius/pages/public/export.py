"""Rows as files for programs and spreadsheets."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from vesalius.deliver.spreadsheet import cell

__all__ = ["as_csv", "as_file", "cell"]


def as_csv(filename: str, columns: Sequence[str], rows: Iterable[Iterable[object]]) -> HttpResponse:
    """Rows as CSV (RFC 4180, UTF-8); lists are joined by "; "."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([cell(value) for value in row] for row in rows)
    return as_file(filename, out.getvalue(), "text/csv; charset=utf-8")


def as_file(filename: str, text: str, media_type: str) -> HttpResponse:
    """Text as a file to keep."""
    disposition = content_disposition_header(as_attachment=True, filename=filename) or "attachment"
    return HttpResponse(text, content_type=media_type, headers={"Content-Disposition": disposition})
