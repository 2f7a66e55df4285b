"""One view for every endpoint of the table; on these addresses NBIA's own texts and statuses win."""

import json
import logging
from collections.abc import Callable
from typing import Final

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from vesalius.errors import ArchiveError
from vesalius.nbia.public.asked import MissingParameter, read
from vesalius.nbia.public.bearer import BadToken
from vesalius.nbia.public.images import UNABLE, ImageRefused, send_image
from vesalius.nbia.public.table.endpoints import Endpoint, Image, Table
from vesalius.nbia.public.table.formats import FORMATS, Rows
from vesalius.nbia.public.table.rows import Row, rows_of
from vesalius.nbia.public.table.versions import Version

View = Callable[[HttpRequest], HttpResponseBase]
JSON, PLAIN = "application/json", "text/plain; charset=UTF-8"
SENTENCES: Final = (MissingParameter, ImageRefused)  # bare sentences that NBIA types as JSON
FOR_ANY_SITE: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Range",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Expose-Headers": "Content-Type, Content-Length, Content-Disposition, Content-Range, ETag, Link",
}
log = logging.getLogger(__name__)


def view_of(endpoint: Endpoint, version: Version) -> View:
    """The view that answers one endpoint in one version."""

    def ask(request: HttpRequest) -> HttpResponseBase:
        asked = read(request, endpoint, version)
        if isinstance(endpoint, Image):
            return send_image(asked, endpoint)
        if not isinstance(endpoint, Table):
            raise TypeError(endpoint.name)
        rows = rows_of(endpoint, version, asked.given, asked.visible)
        return _rendered(endpoint, version, rows, asked.value("format"))

    return in_their_words(ask, endpoint.method)


def in_their_words(ask: View, method: str) -> View:
    """A view for programs of any site, whose errors are told as NBIA tells them."""
    methods = ["GET", "HEAD", "OPTIONS"] if method == "GET" else [method, "OPTIONS"]

    @csrf_exempt  # a token speaks for the asker, never a cookie
    def view(request: HttpRequest) -> HttpResponseBase:
        if request.method == "OPTIONS":
            response: HttpResponseBase = _nothing(200)
        elif request.method in methods:
            response = _answer(ask, request)
        else:
            response = HttpResponseNotAllowed(methods)
        for name, value in FOR_ANY_SITE.items():
            response.headers[name] = value
        return response

    return view


def _answer(ask: View, request: HttpRequest) -> HttpResponseBase:
    try:
        return ask(request)
    except BadToken as error:
        refusal = _text(json.dumps(error.shape), error.status, JSON)
        refusal.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        return refusal
    except (SuspiciousOperation, MultiPartParserError):  # too many fields, a broken form
        return _text(UNABLE, 400, PLAIN)
    except ArchiveError as error:
        if error.status < 500:
            return _text(str(error), error.status, JSON if isinstance(error, SENTENCES) else PLAIN)
        log.exception("%s failed", request.path)
    except Exception:
        log.exception("%s failed", request.path)
    return _text(UNABLE, 500, PLAIN)


def _rendered(table: Table, version: Version, rows: list[Row], asked_format: str) -> HttpResponse:
    if not rows:
        return _nothing(table.none_status)
    render = FORMATS.get((asked_format or table.form).upper())
    if render is None:
        return _text(UNABLE, 400, PLAIN)
    found = render(
        Rows(columns=table.columns[version.name], rows=rows, version=version, strings=table.strings)
    )
    # Without a charset, clients take text for ISO 8859-1.
    charset = "; charset=UTF-8" if found.media_type.startswith("text/") else ""
    response = _text(found.text, 200, f"{found.media_type}{charset}")
    if found.filename:
        response.headers["Content-Disposition"] = f'attachment; filename="{found.filename}"'
    return response


def _text(text: str, status: int, content_type: str) -> HttpResponse:
    body = text.encode()
    headers = {"Content-Length": str(len(body)), "Vary": "Authorization"}
    return HttpResponse(body, status=status, content_type=content_type, headers=headers)


def _nothing(status: int) -> HttpResponse:
    """An empty body, and no word about its type; nor about its length with a 204 (RFC 9110 8.6)."""
    response = _text("", status, PLAIN)
    for name in ("Content-Type", "Content-Length") if status == 204 else ("Content-Type",):
        del response.headers[name]
    return response
