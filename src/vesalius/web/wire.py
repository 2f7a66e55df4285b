"""The bare socket under an answer: stored bytes go to it out of the page cache and never pass through this process."""

import asyncio
import os
import socket
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Final, Protocol, Self

# Linux can say whether bytes are in memory, and its sendfile (2) says how much it took.
_NOWAIT: Final[int | None] = getattr(os, "RWF_NOWAIT", None) if sys.platform == "linux" else None
_STEP: Final = (
    1 << 16
)  # bytes between two looks into the page cache, which is filled and emptied in long runs

_LOOK: Final = bytearray(1)  # what was seen does not matter


class Cycle(Protocol):
    """What uvicorn remembers of one answer."""

    expected_content_length: int  # bytes of body still owed


class Wire:
    """Sends the body of one answer whose head uvicorn has written, and tells uvicorn how much of it is done.

    As a context it holds a descriptor of its own: the transport may close at any moment, and the number of its
    descriptor may then be that of another reader's connection.
    """

    def __init__(self, transport: asyncio.Transport, cycle: Cycle) -> None:
        self._transport = transport
        self._cycle = cycle
        self._socket: socket.socket

    def __enter__(self) -> Self:
        """ConnectionError: the connection has ended."""
        if self._transport.is_closing():
            raise ConnectionAbortedError
        number = self._transport.get_extra_info("socket").fileno()
        self._socket = socket.socket(fileno=os.dup(number))
        self._socket.settimeout(0)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._socket.close()

    async def head_sent(self) -> None:
        """Return when nothing that uvicorn has written waits any longer: what is sent here comes behind it."""
        await asyncio.sleep(0)  # uvloop writes at the end of its turn
        while self._transport.get_write_buffer_size() and not self._transport.is_closing():
            await self._room()

    async def send(self, block: bytes | memoryview, *, more: bool) -> int:
        """Send some of `block`; returns how many bytes. more: others follow at once and may share its packet."""
        return await self._give(self._socket.send, block, socket.MSG_MORE if more else 0)

    async def send_file(self, descriptor: int, at: int, count: int) -> int:
        """Send at most `count` bytes of an open file from byte `at` on; returns how many, 0 at the file's end."""
        return await self._give(os.sendfile, self._socket.fileno(), descriptor, at, count)

    def abort(self) -> None:
        """End the connection: a transport that does not read does not learn that its client has left."""
        self._transport.abort()

    async def _give(self, call: Callable[..., int], *words: object) -> int:
        """What `call` took, as soon as it takes anything."""
        while True:
            try:
                count = call(*words)
            except BlockingIOError:
                await self._room()
            else:
                self._cycle.expected_content_length -= count
                return count

    async def _room(self) -> None:
        """Until the client has read some of what it was sent, or has left."""
        loop = asyncio.get_running_loop()
        room = loop.create_future()
        loop.add_writer(self._socket.fileno(), _settle, room)
        try:
            await room
        finally:
            loop.remove_writer(self._socket.fileno())


def wire_of(transport: asyncio.Transport, cycle: Cycle) -> Wire | None:
    """The wire of an answer; None where bytes must be encrypted, or the system cannot send files without waiting."""
    plain = transport.get_extra_info("sslcontext") is None
    return Wire(transport, cycle) if plain and _NOWAIT is not None else None


def read(descriptor: int, buffer: bytearray | memoryview, at: int) -> int:
    """Fill `buffer` with what stands at `at`, as far as the file goes; may wait for a disk. Returns the count."""
    return os.preadv(descriptor, [buffer], at)


def read_cached(descriptor: int, buffer: bytearray | memoryview, at: int) -> int:
    """As `read`, but never waits: 0 where that is not in memory or the file system cannot tell."""
    if _NOWAIT is None:
        return 0
    try:
        return os.preadv(descriptor, [buffer], at, _NOWAIT)
    except OSError:
        return 0


def in_memory(descriptor: int, at: int, count: int) -> bool:
    """Whether `count` bytes from `at` on are in the page cache, as far as a look at every 128 KiB tells."""
    last = at + count - 1
    return all(read_cached(descriptor, _LOOK, place) for place in (*range(at, last, _STEP), last))


def _settle(room: asyncio.Future[None]) -> None:
    if not room.done():
        room.set_result(None)
