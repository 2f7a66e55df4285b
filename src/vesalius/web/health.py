"""Whether this process can do its work."""

from django.db import connections
from django.http import HttpRequest, HttpResponse


def healthz(_: HttpRequest) -> HttpResponse:
    """200 when every database of this process answers."""
    for alias in connections:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")
