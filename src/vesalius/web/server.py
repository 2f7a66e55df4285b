"""The embedded server of either side: uvicorn with the bounds it lacks."""

import asyncio
import resource
import signal
from functools import partial
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from vesalius.web.edge import ABORT, WIRE
from vesalius.web.wire import wire_of

HEAD_LIMIT: Final = 1 << 16  # bytes of request line and headers
_DESCRIPTORS: Final = 65_536  # two for each download


class HeadTooLarge(Exception):
    """Request line and headers are longer than anybody needs."""


class BoundedProtocol(HttpToolsProtocol):
    """HTTP/1.1 whose request line and headers must be complete in time and in size."""

    def __init__(self, *, head_seconds: float, **options: Any) -> None:
        super().__init__(**options)
        self._head_seconds = head_seconds
        self._head = 0  # bytes of a head that is not complete
        self._late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection that says nothing is as late as one that says half."""
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Count what may be a head: the parser keeps the whole of an unfinished header."""
        if self.cycle is None or self.cycle.response_complete:
            self._expect_head()
        if self._late is not None:
            self._head += len(data)
        super().data_received(data)
        if self._late is not None and self._head > HEAD_LIMIT and not self.transport.is_closing():
            self.send_400_response("Request head too large.")

    def on_message_begin(self) -> None:
        """The first byte of a request line."""
        super().on_message_begin()
        self._expect_head()

    def on_headers_complete(self) -> None:
        """The head is whole: measure it, and let the edge cut this connection."""
        self._rest()
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_LIMIT:
            raise HeadTooLarge
        super().on_headers_complete()
        # The application starts in the loop's next turn. Of several requests sent at once each has its own cycle.
        self.scope["state"] |= {ABORT: self.transport.abort, WIRE: wire_of(self.transport, self.cycle)}

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more is expected."""
        self._rest()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(self._head_seconds, self.transport.close)

    def _rest(self) -> None:
        self._head = 0
        if self._late is not None:
            self._late.cancel()
            self._late = None


def serve(
    app_import: str,
    *,
    host: str = "127.0.0.1",
    port: int,
    workers: int = 2,
    head_seconds: float = 10,
    grace_seconds: int = 30,
    trusted_proxies: tuple[str, ...] = (),
) -> None:
    """Serve the ASGI application named "package.module:name" until SIGTERM or SIGINT; prints nothing.

    Each of `workers` processes imports it anew. On a signal no new request is taken, running ones have
    `grace_seconds`, then the process exits with 0. X-Forwarded-* headers count only from `trusted_proxies` (addresses).
    """
    _raise_descriptors()
    # These hold before uvicorn's own handlers and after them: it raises the signal again when it has stopped.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    uvicorn.run(
        app_import,
        host=host,
        port=port,
        workers=workers,
        interface="asgi3",
        loop="uvloop",
        http=partial(BoundedProtocol, head_seconds=head_seconds),  # type: ignore[arg-type]
        ws="none",
        lifespan="on",
        backlog=4096,
        limit_concurrency=5000,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=grace_seconds,
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
    )


def _raise_descriptors() -> None:
    """As many open files as the system lets us have, up to what a full server needs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(_DESCRIPTORS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _end(_number: int, _frame: object) -> None:
    """Being told to stop is no failure."""
    raise SystemExit(0)
