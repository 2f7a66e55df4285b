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
from vesalius.web.wire import Wire, in_memory, read, read_cached

# Bytes of a file that go to a bare socket before others on the loop have their turn: a CT slice takes three turns.
STRETCH: Final = 3 << 16

log = getLogger(__name__)

Read = Callable[[int, memoryview, int], int]
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

    async def send(
        self, sending: Sending, send: Send, gone: asyncio.Future[Any], wire: Wire | None = None
    ) -> int:
        """Send the body after its headers; returns bytes sent. Broken: the connection is to be cut.

        `gone` is done when the client has left. The last, empty message is sent only when every byte was. Over a
        `wire` the bytes go to the socket, else through `send`.
        """
        body = _Body(sending, self._readers)
        flow = asyncio.ensure_future(body.flow(send, wire))
        guard = asyncio.ensure_future(self._guard(body))
        try:
            await asyncio.wait({flow, guard, gone}, return_when=asyncio.FIRST_COMPLETED)
            if flow.done():
                flow.result()
            elif guard.done():
                guard.result()
            return body.sent
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

    def __init__(self, sending: Sending, readers: Executor) -> None:
        self.sending = sending
        self.sent = 0  # bytes handed to the connection
        self._promised = sending.stop - sending.start
        self._readers = readers

    async def flow(self, send: Send, wire: Wire | None) -> None:
        """Send every block, then the end."""
        try:
            await (self._through(send) if wire is None else self._over(wire))
        except BrokenBlob as error:
            raise Broken(str(error)) from error
        except (ConnectionError, TimeoutError):
            return  # the client has left
        if self.sent != self._promised:
            raise Broken("the plan's pieces do not add up to its length")
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _through(self, send: Send) -> None:
        """By messages to the server, which copies them to wherever the connection leads."""
        async with aclosing(read_blocks(self.sending.pieces(), self._readers)) as blocks:
            async for block in blocks:
                await send({"type": "http.response.body", "body": block, "more_body": True})
                self.sent += len(block)
                # To a fast client `send` never waits: without this every page waits for whole downloads.
                await asyncio.sleep(0)

    async def _over(self, wire: Wire) -> None:
        """To the bare socket; let go of before the server ends the answer, which would not close it else."""
        try:
            with wire:
                await wire.head_sent()
                for piece in self.sending.pieces():
                    await (
                        self._send_bytes(wire, piece)
                        if isinstance(piece, bytes)
                        else self._send_span(wire, piece)
                    )
        except (ConnectionError, TimeoutError):
            wire.abort()
            await asyncio.sleep(0)  # the server hears of it in its next turn
            raise

    async def _send_bytes(self, wire: Wire, piece: bytes) -> None:
        rest = memoryview(piece)
        while rest:
            block = rest[:BLOCK]
            self._check(len(block))
            sent = await wire.send(block, more=self.sent + len(block) < self._promised)
            self.sent, rest = self.sent + sent, rest[sent:]
            if rest:
                await asyncio.sleep(0)

    async def _send_span(self, wire: Wire, span: FileSpan) -> None:
        descriptor = open_span(span)
        try:
            at, end = span.offset, span.offset + span.count
            while at < end:
                at += await self._send_stretch(wire, descriptor, at, min(STRETCH, end - at))
                await asyncio.sleep(0)
        finally:
            os.close(descriptor)

    async def _send_stretch(self, wire: Wire, descriptor: int, at: int, count: int) -> int:
        """Some of it: from the page cache, or from a disk that a thread waits for; returns how many bytes."""
        self._check(count)
        if in_memory(descriptor, at, count):
            sent = await wire.send_file(descriptor, at, count)
            self.sent += sent
        else:
            loop = asyncio.get_running_loop()
            block = await loop.run_in_executor(self._readers, os.pread, descriptor, min(count, BLOCK), at)
            await self._send_bytes(wire, block)
            sent = len(block)
        if not sent:
            raise BrokenBlob("a stored file became shorter while it was read")
        return sent

    def _check(self, count: int) -> None:
        """The server does not watch what goes to the bare socket."""
        if self.sent + count > self._promised:
            raise Broken("the plan's pieces do not add up to its length")


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
            got = _fill(read_cached, descriptor, block, len(head), at)
            if not got:
                got = await loop.run_in_executor(readers, _fill, read, descriptor, block, len(head), at)
            if not got:
                raise BrokenBlob("a stored file became shorter while it was read")
            del block[len(head) + got :]
            at, head = at + got, b""
            yield block
    finally:
        os.close(descriptor)


def _fill(how: Read, descriptor: int, block: bytearray, into: int, at: int) -> int:
    """Fill `block` from its byte `into` on with what stands at `at` in the file; returns the count."""
    with memoryview(block) as view, view[into:] as rest:
        return how(descriptor, rest, at)


def _allowed(sending: Sending) -> bool:
    """Whether the right still stands; a question that cannot be answered counts as no."""
    try:
        close_old_connections()  # outside a request nobody else drops a connection that has died
        return sending.plan.still_allowed()
    except Exception:
        log.exception("a permission could not be checked again; the download is cut")
        return False
