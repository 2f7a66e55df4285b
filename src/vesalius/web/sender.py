"""The byte sender: follows a plan after the view has ended, block by block, fair to others on the loop."""

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from concurrent.futures import Executor
from contextlib import aclosing
from logging import getLogger
from typing import Any, Final

from django.db import close_old_connections

from vesalius.deliver.answer import BLOCK, Sending
from vesalius.deliver.plan import BrokenBlob, FileSpan, Piece, open_span

log = getLogger(__name__)

# Linux: read what is in memory, never wait for a disk. Elsewhere every read goes to a thread.
_NOWAIT: Final[int | None] = getattr(os, "RWF_NOWAIT", None)

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Broken(Exception):
    """The connection must end short of what was promised; the text says why."""


class Sender:
    """Sends bodies. A client that stops reading or loses its right is cut off, never ended politely."""

    def __init__(
        self, *, readers: Executor, views: Executor, recheck_seconds: float = 30, stall_seconds: float = 120
    ) -> None:
        """`readers` wait for disks; `views` ask the permission again, on their database connections."""
        self._readers = readers
        self._views = views
        self._recheck_seconds = recheck_seconds
        self._stall_seconds = stall_seconds

    async def send(self, sending: Sending, send: Send, gone: asyncio.Future[Any]) -> int:
        """Send the body after its headers; returns bytes sent. Broken: the connection is to be cut.

        `gone` is done when the client has left. The last, empty message is sent only when every byte was.
        """
        body = _Body(sending, send, gone, self._readers)
        flow = asyncio.ensure_future(body.flow())
        guard = asyncio.ensure_future(self._guard(body))
        try:
            await asyncio.wait({flow, guard}, return_when=asyncio.FIRST_COMPLETED)
            if not flow.done():
                guard.result()
            return await flow
        finally:
            flow.cancel()
            guard.cancel()
            await asyncio.gather(flow, guard, return_exceptions=True)

    async def _guard(self, body: "_Body") -> None:
        """Ends by Broken, when the reader stalls or may not have the bytes any longer."""
        loop = asyncio.get_running_loop()
        rest = min(self._recheck_seconds, self._stall_seconds)
        checked = moved = loop.time()
        sent = 0
        while True:
            await asyncio.sleep(rest)
            if body.sent != sent:
                sent, moved = body.sent, loop.time()
            if loop.time() - moved >= self._stall_seconds:
                raise Broken("the client reads nothing")
            if loop.time() - checked >= self._recheck_seconds:
                checked = loop.time()
                if not await loop.run_in_executor(self._views, _allowed, body.sending):
                    raise Broken("the permission has ended")


class _Body:
    """One body on its way."""

    def __init__(self, sending: Sending, send: Send, gone: asyncio.Future[Any], readers: Executor) -> None:
        self.sending = sending
        self.sent = 0  # bytes handed to the connection
        self._send = send
        self._gone = gone
        self._readers = readers

    async def flow(self) -> int:
        """Send every block, then the end; stops at once when the client has left."""
        try:
            async with aclosing(read_blocks(self.sending.pieces(), self._readers)) as blocks:
                async for block in blocks:
                    await self._send({"type": "http.response.body", "body": block, "more_body": True})
                    self.sent += len(block)
                    # To a fast client `send` never waits: without this every page waits for whole downloads.
                    await asyncio.sleep(0)
                    if self._gone.done():
                        return self.sent
        except BrokenBlob as error:
            raise Broken(str(error)) from error
        if self.sent != self.sending.stop - self.sending.start:
            raise Broken("the plan's pieces do not add up to its length")
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        return self.sent


async def read_blocks(pieces: Iterable[Piece], readers: Executor) -> AsyncGenerator[bytes | bytearray, None]:
    """The bytes of the pieces in blocks of about 64 KiB; short pieces travel with what follows them."""
    head = b""
    for piece in pieces:
        if isinstance(piece, bytes):
            head += piece
            for at in range(0, len(head) - BLOCK, BLOCK):
                yield head[at : at + BLOCK]
            head = head[(max(len(head), 1) - 1) // BLOCK * BLOCK :]
            continue
        async with aclosing(_span_blocks(head, piece, readers)) as blocks:
            async for block in blocks:
                yield block
        head = b""
    if head:
        yield head


async def _span_blocks(head: bytes, span: FileSpan, readers: Executor) -> AsyncGenerator[bytearray, None]:
    """The bytes of one file, the first block behind `head`."""
    loop = asyncio.get_running_loop()
    descriptor = open_span(span)
    try:
        at, end = span.offset, span.offset + span.count
        while at < end:
            block = bytearray(len(head) + min(BLOCK, end - at))
            block[: len(head)] = head
            got = _read_cached(descriptor, block, len(head), at)
            if not got:
                got = await loop.run_in_executor(readers, _read, descriptor, block, len(head), at, 0)
            if not got:
                raise BrokenBlob("a stored file became shorter while it was read")
            del block[len(head) + got :]
            at, head = at + got, b""
            yield block
    finally:
        os.close(descriptor)


def _read(descriptor: int, block: bytearray, into: int, at: int, flags: int) -> int:
    """Fill `block` from its byte `into` on with what stands at `at` in the file; returns the count."""
    with memoryview(block) as view, view[into:] as rest:
        return os.preadv(descriptor, [rest], at, flags)


def _read_cached(descriptor: int, block: bytearray, into: int, at: int) -> int:
    """As `_read`, but 0 where the bytes are not in memory or the file system cannot tell."""
    if _NOWAIT is None:
        return 0
    try:
        return _read(descriptor, block, into, at, _NOWAIT)
    except OSError:
        return 0


def _allowed(sending: Sending) -> bool:
    """Whether the right still stands; a question that cannot be answered counts as no."""
    try:
        close_old_connections()  # outside a request nobody else drops a connection that has died
        return sending.plan.still_allowed()
    except Exception:
        log.exception("a permission could not be checked again; the download is cut")
        return False
