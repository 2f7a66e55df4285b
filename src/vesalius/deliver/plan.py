"""What is to be sent, settled before the first byte: a view leaves a SendPlan, the sender follows it."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from vesalius.errors import ArchiveError


class BrokenBlob(ArchiveError):
    """A stored file is missing, or shorter than its row says."""

    status = 500
    hint = "Ask the operator to run `vesalius doctor`; the download can be resumed when the file is mended."


@dataclass(frozen=True, slots=True)
class FileSpan:
    """`count` bytes of the file at `path`, from byte `offset` on."""

    path: str
    offset: int
    count: int


Piece: TypeAlias = bytes | FileSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class SendPlan:
    """Bytes that one person may fetch: exact length, strong ETag, and what stands in any range of them."""

    length: int  # bytes
    etag: str  # with its quotes, as in RFC 9110 8.8.3; equal tags mean equal bytes
    content_type: str
    filename: str  # a suggestion to the reader's disk
    pieces: Callable[[int, int], Iterable[Piece]]  # (start, stop), 0 <= start <= stop <= length
    still_allowed: Callable[
        [], bool
    ]  # asked again and again while a long download runs, in a thread of Django's
    public: bool = False  # True lets shared caches keep the answer


def blob_plan(
    span: FileSpan,
    *,
    etag: str,
    content_type: str,
    filename: str,
    still_allowed: Callable[[], bool],
    public: bool = False,
) -> SendPlan:
    """The plan for a single stored file, or a part of one."""

    def pieces(start: int, stop: int) -> list[Piece]:
        return [FileSpan(span.path, span.offset + start, stop - start)]

    return SendPlan(
        length=span.count,
        etag=etag,
        content_type=content_type,
        filename=filename,
        pieces=pieces,
        still_allowed=still_allowed,
        public=public,
    )


def open_span(span: FileSpan) -> int:
    """A descriptor on the file of `span`, for the caller to close; BrokenBlob if it lacks bytes."""
    try:
        descriptor = os.open(span.path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise BrokenBlob("a stored file cannot be opened") from error
    if os.fstat(descriptor).st_size < span.offset + span.count:
        os.close(descriptor)
        raise BrokenBlob("a stored file is shorter than its row says")
    return descriptor
