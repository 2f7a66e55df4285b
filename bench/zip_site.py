"""The smallest site that serves a computed ZIP through our edge: one view, one plan, blobs of the folder BENCH_ZIP."""

import os
import zlib
from pathlib import Path

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path

from vesalius.deliver.answer import answer
from vesalius.deliver.plan import FileSpan
from vesalius.deliver.stored_zip import Entry, StoredZip
from vesalius.web.edge import Edge

FOLDER = Path(os.environ["BENCH_ZIP"])

settings.configure(SECRET_KEY="bench", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, DATABASES={})


def rows() -> list[tuple[str, int, int]]:
    """(file name, size, CRC-32) of each blob, as a database would know them."""
    blobs = sorted(FOLDER.glob("*.dcm"))
    return [(blob.name, blob.stat().st_size, zlib.crc32(blob.read_bytes())) for blob in blobs]


ROWS = rows()


def series_zip(request: HttpRequest) -> HttpResponseBase:
    """Plan anew for every request, as the real view does."""
    stored = StoredZip(
        Entry(name=name, source=FileSpan(str(FOLDER / name), 0, size), crc32=crc32, digest=name)
        for name, size, crc32 in ROWS
    )
    return answer(request, stored.plan(filename="series.zip", still_allowed=lambda: True))


urlpatterns = [path("series.zip", series_zip)]
django.setup()
application = Edge(WSGIHandler())
