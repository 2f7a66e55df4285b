"""From a plan to an HTTP answer: headers here, bytes by the sender after the view has ended.

The serving edge puts a callable into the request's environ under `HANDOFF`. `answer` calls it with what is to
be sent and returns headers alone, so that database connection and thread are free before the first
byte. Without an edge (Django's test client) the answer streams the same bytes itself.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header, parse_etags

from vesalius.deliver.plan import BrokenBlob, FileSpan, Piece, SendPlan, open_span
from vesalius.deliver.ranges import RangeNotSatisfiable, one_range

HANDOFF: Final = "vesalius.handoff"  # environ key: a callable that takes one Sending
BLOCK: Final = 1 << 16  # bytes: as fast as larger blocks, and a thousand readers cost little memory


@dataclass(frozen=True, slots=True)
class Sending:
    """The bytes [start, stop) of a plan, promised to a client by the headers already made."""

    plan: SendPlan
    start: int
    stop: int

    def pieces(self) -> Iterable[Piece]:
        """What is to be sent, in order."""
        return self.plan.pieces(self.start, self.stop)


def answer(request: HttpRequest, plan: SendPlan) -> HttpResponseBase:
    """The answer to a request for `plan`: 200, 206, 304, 412 or 416 (RFC 9110 13.2.2), GET and HEAD."""
    status = _precondition(request, plan.etag)
    if status:
        return _dressed(HttpResponse(status=status), plan)
    try:
        span = _asked_range(request, plan)
    except RangeNotSatisfiable as error:
        refusal = HttpResponse(status=error.status)
        refusal["Content-Range"] = f"bytes */{plan.length}"
        return _dressed(refusal, plan)
    sending = Sending(plan, *(span or (0, plan.length)))
    response = _body(request, sending, 206 if span else 200)
    if span:
        response["Content-Range"] = f"bytes {sending.start}-{sending.stop - 1}/{plan.length}"
    response["Content-Length"] = str(sending.stop - sending.start)
    response["Content-Type"] = plan.content_type
    response["Content-Disposition"] = _attachment(plan.filename)
    return _dressed(response, plan)


def read_pieces(pieces: Iterable[Piece]) -> Iterator[bytes]:
    """The bytes of the pieces, in blocks. BrokenBlob: a file is missing or short."""
    for piece in pieces:
        if isinstance(piece, bytes):
            yield piece
        else:
            yield from _read_span(piece)


def _read_span(span: FileSpan) -> Iterator[bytes]:
    descriptor = open_span(span)
    try:
        at, end = span.offset, span.offset + span.count
        while at < end:
            block = os.pread(descriptor, min(BLOCK, end - at), at)
            if not block:
                raise BrokenBlob("a stored file became shorter while it was read")
            at += len(block)
            yield block
    finally:
        os.close(descriptor)


def _precondition(request: HttpRequest, etag: str) -> int | None:
    """The status that If-Match (strong) or If-None-Match (weak comparison) demands, if any."""
    wanted = parse_etags(request.headers.get("If-Match", ""))
    if wanted and wanted != ["*"] and etag not in wanted:
        return 412
    held = [tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))]
    if held and (held == ["*"] or etag in held):
        return 304 if request.method in {"GET", "HEAD"} else 412
    return None


def _asked_range(request: HttpRequest, plan: SendPlan) -> tuple[int, int] | None:
    """Ranges are for GET alone (RFC 9110 14.2); an If-Range that is not our very tag asks for the whole."""
    if request.method != "GET" or request.headers.get("If-Range", plan.etag) != plan.etag:
        return None
    return one_range(request.headers.get("Range"), plan.length)


def _body(request: HttpRequest, sending: Sending, status: int) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse(status=status)
    hand_off = request.META.get(HANDOFF)
    if hand_off is None:
        return StreamingHttpResponse(read_pieces(sending.pieces()), status=status)
    hand_off(sending)
    return HttpResponse(status=status)


def _attachment(filename: str) -> str:
    """Content-Disposition (RFC 6266) with a name that holds no path and no control sign."""
    safe = "".join(sign if sign.isprintable() and sign not in '/\\"' else "_" for sign in filename)
    return content_disposition_header(as_attachment=True, filename=safe or "download") or "attachment"


def _dressed(response: HttpResponseBase, plan: SendPlan) -> HttpResponseBase:
    """The headers that every answer about a plan carries."""
    response["ETag"] = plan.etag
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "public, no-cache" if plan.public else "private, no-store"
    if not plan.public:
        response["Vary"] = "Authorization, Cookie"
    return response
