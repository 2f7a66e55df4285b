"""What every answer of both sites has in common: security headers, one shape of error."""

import logging
import uuid
from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from vesalius.errors import ArchiveError, NotAllowed, NotFound

Answer = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger(__name__)

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def headers(get_response: Answer) -> Answer:
    """Put the security headers on every answer that has not set its own."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "private, no-cache"
        return response

    return middleware


class errors:  # noqa: N801 - Django calls middleware by name, as it would a function
    """Turn every error into its answer: a page for people, JSON for programs."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse:
        """The answer to an error that a view raised."""
        if isinstance(error, Http404):
            return error_answer(request, NotFound("There is nothing at this address."))
        if isinstance(error, PermissionDenied):
            return error_answer(request, NotAllowed("This page is not for this account."))
        if isinstance(error, ArchiveError) and error.status < 500:
            return error_answer(request, error)
        reference = uuid.uuid4().hex[:8]
        # The path may name a series; it never holds PHI. The sentence of a foreign error might.
        log.error(
            "%s %s failed: %s [%s]",
            request.method,
            request.path,
            type(error).__name__,
            reference,
            exc_info=error,
        )
        known = (
            error if isinstance(error, ArchiveError) else ArchiveError("Something went wrong on our side.")
        )
        return error_answer(request, known, reference)


def error_answer(request: HttpRequest, error: ArchiveError, reference: str = "") -> HttpResponse:
    """One shape of error: status, code, sentence, hint."""
    shape = {"status": error.status, "code": error.code, "sentence": str(error), "hint": error.hint}
    if reference:
        shape["reference"] = reference
    if not request.accepts("text/html"):
        return JsonResponse(shape, status=error.status)
    return render(request, "error.html", {"error": shape}, status=error.status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django names it
    """Django's handler404, in our shape."""
    return error_answer(request, NotFound("There is nothing at this address."))


def refused(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django names it
    """Django's CSRF failure, in our shape."""
    return error_answer(request, NotAllowed("This form was open too long, or came from another site."))
