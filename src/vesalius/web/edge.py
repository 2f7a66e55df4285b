"""The serving edge: an ASGI application that reads a request whole, lets Django answer it on one of a few
lasting threads, and sends what the view planned when Django has finished.

Django's own ASGI handler holds a thread and a database connection for every request until its last byte is
sent. Here a slow client, uploading or downloading, holds a socket and nothing else.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from logging import getLogger
from time import perf_counter
from typing import Any, Final

from vesalius.deliver.answer import HANDOFF, Sending
from vesalius.errors import ArchiveError, TooLarge, Unavailable
from vesalius.web.environ import Scope, announced_length, check_request, environ_of
from vesalius.web.sender import Broken, Sender

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

ABORT: Final = (
    "vesalius.abort"  # key in the scope's state under our server: ends the connection now, whatever is unsent
)
WIRE: Final = "vesalius.wire"  # key beside it: the bare socket of this answer, where there is one
LEFT: Final = 499  # what the log says of a client that did not wait for its answer
_BODY_RATE: Final = 16_000  # bytes a second that a body must keep up on top of its first seconds
_LINGER_SECONDS: Final = 2
_HELD_LIMIT: Final = 1 << 28  # bytes of all bodies in memory at once

log = getLogger("vesalius.web.access")


class TooSlow(ArchiveError):
    """The request did not arrive in time."""

    status = 408
    hint = "Send it again over a faster connection, or in smaller parts."


class ClientLeft(Exception):
    """The connection ended before the request was whole or the answer ready."""


@dataclass(slots=True)
class _Answer:
    """What Django said: the start message, a page, and what a view handed off."""

    start: dict[str, Any] = field(default_factory=dict)
    page: bytes = b""
    sending: Sending | None = None


class Edge:
    """ASGI around a WSGI application (Django's handler); one thread hop for each view."""

    def __init__(
        self,
        django: Wsgi,
        *,
        slots: int = 4,
        waiting_limit: int = 512,
        body_limit: int = 4 << 20,
        body_seconds: float = 30,
        recheck_seconds: float = 30,
        stall_seconds: float = 120,
    ) -> None:
        """`slots`: threads for views, each with a lasting database connection; `body_limit` in bytes."""
        self._django = django
        self._limit = body_limit
        self._seconds = body_seconds
        self._most = slots + waiting_limit
        self._asked = 0  # requests that wait for a view or are in one
        self._held = 0  # bytes of request bodies in memory
        self._views = ThreadPoolExecutor(slots, "view")
        self._readers = ThreadPoolExecutor(8, "reader")
        self._sender = Sender(
            readers=self._readers,
            views=self._views,
            recheck_seconds=recheck_seconds,
            stall_seconds=stall_seconds,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or follow the server's start and end."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        begun = perf_counter()
        status, sent = LEFT, 0
        try:
            status, sent = await self._exchange(scope, receive, send)
        except ArchiveError as error:
            status = error.status
            await _refuse(receive, send, error)
        except ClientLeft:
            pass
        finally:
            took = perf_counter() - begun
            # The path still percent-encoded, so without line breaks; no query, which may name a person.
            path = scope["raw_path"].decode("ascii", "replace")
            log.info("%s %s %d %d bytes %.3f s", scope["method"], path, status, sent, took)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._views.shutdown(wait=False, cancel_futures=True)
        self._readers.shutdown(wait=False, cancel_futures=True)
        await send({"type": "lifespan.shutdown.complete"})

    async def _exchange(self, scope: Scope, receive: Receive, send: Send) -> tuple[int, int]:
        """Read, ask, send; returns status and bytes of body sent."""
        check_request(scope)
        body = bytearray()
        try:
            await self._read(scope, receive, body)
            gone = asyncio.ensure_future(receive())
            try:
                answer = await self._ask(scope, bytes(body), gone)
            except BaseException:
                gone.cancel()
                raise
        finally:
            self._held -= len(body)
        try:
            await send(answer.start)
            sent = await self._give(answer, scope, send, gone)
        finally:
            gone.cancel()
        return answer.start["status"], sent

    async def _read(self, scope: Scope, receive: Receive, body: bytearray) -> None:
        """Read the body into `body`. TooLarge, TooSlow, Unavailable when all bodies together are too many."""
        if announced_length(scope) > self._limit:
            raise TooLarge("the request's body is larger than this address takes")
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            async with asyncio.timeout(self._seconds) as patience:
                more = True
                while more:
                    more = self._keep(await receive(), body)
                    patience.reschedule(begun + self._seconds + len(body) / _BODY_RATE)
        except TimeoutError:
            raise TooSlow("the request's body did not arrive in time") from None

    def _keep(self, message: dict[str, Any], body: bytearray) -> bool:
        """Take one message of a body; returns whether more will come."""
        if message["type"] == "http.disconnect":
            raise ClientLeft
        block = message.get("body", b"")
        body += block
        self._held += len(block)
        if len(body) > self._limit:
            raise TooLarge("the request's body is larger than this address takes")
        if self._held > _HELD_LIMIT:
            raise Unavailable("too many requests are being sent at once")
        return bool(message.get("more_body"))

    async def _ask(self, scope: Scope, body: bytes, gone: asyncio.Future[Any]) -> _Answer:
        """Django's answer, from one of the lasting threads. Who leaves before is not asked for."""
        if self._asked >= self._most:
            raise Unavailable("too many requests are waiting")
        self._asked += 1
        try:
            view = asyncio.get_running_loop().run_in_executor(self._views, self._call, scope, body)
            await asyncio.wait({view, gone}, return_when=asyncio.FIRST_COMPLETED)
            if gone.done() and not view.done():
                view.cancel()
                raise ClientLeft
            return view.result()
        finally:
            self._asked -= 1

    def _call(self, scope: Scope, body: bytes) -> _Answer:
        """Run the view, in its thread, to the very end of Django's part."""
        answer = _Answer()

        def hand_off(sending: Sending) -> None:
            answer.sending = sending

        def begin(status: str, headers: list[tuple[str, str]], _exc_info: object = None) -> None:
            answer.start = {
                "type": "http.response.start",
                "status": int(status[:3]),
                "headers": [
                    (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers
                ],
            }

        response = self._django(environ_of(scope, body) | {HANDOFF: hand_off}, begin)
        try:
            answer.page = b"".join(response)
        finally:
            if hasattr(response, "close"):
                response.close()  # PEP 3333; Django ends its request here
        return answer

    async def _give(self, answer: _Answer, scope: Scope, send: Send, gone: asyncio.Future[Any]) -> int:
        """Send the body: the page, or what was handed off if the answer still promises it."""
        if answer.sending is None or answer.page or not _promises(answer.start, answer.sending):
            await send({"type": "http.response.body", "body": answer.page, "more_body": False})
            return len(answer.page)
        try:
            wire = scope.get("state", {}).get(WIRE)
            return await self._sender.send(answer.sending, send, gone, wire)
        except Broken as reason:
            log.warning("a download was cut: %s", reason)
            _abort(scope)
            raise ClientLeft from reason


def _promises(start: dict[str, Any], sending: Sending) -> bool:
    """Whether the headers announce just these bytes: a middleware may have answered something else."""
    length = str(sending.stop - sending.start).encode()
    return start["status"] in {200, 206} and (b"content-length", length) in start["headers"]


def _abort(scope: Scope) -> None:
    """Cut the connection. Under another server, leaving the body unfinished does the same."""
    abort = scope.get("state", {}).get(ABORT)
    if abort is not None:
        abort()


async def _refuse(receive: Receive, send: Send, error: ArchiveError) -> None:
    """The one shape of an error, and the end of the connection."""
    page = {"status": error.status, "code": error.code, "sentence": str(error), "hint": error.hint}
    body = json.dumps(page).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    await _let_finish(receive)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _let_finish(receive: Receive) -> None:
    """Read on for a moment: closing on bytes unread would reset the connection before the client saw the answer."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_LINGER_SECONDS):
            while (await receive()).get("more_body"):
                pass
