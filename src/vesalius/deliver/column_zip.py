"""A computed ZIP of very many entries: their sizes stand in columns, and an entry is made when it is sent.

A hundred thousand files take megabytes, not the hundreds that their headers would take; each byte is that of
`StoredZip`.
"""

from collections.abc import Callable, Iterator
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from vesalius.deliver.plan import Piece, SendPlan
from vesalius.deliver.stored_zip import (
    MAX32,
    Entry,
    central_record,
    closing_records,
    local_record,
    part_of,
    size_of,
)

_LOCAL: Final = 30  # bytes of a local header without its name (APPNOTE 4.3.7)
_CENTRAL: Final = 46  # of a central one (4.3.12)


class Entries(Protocol):
    """Entries whose sizes are known before they are made; their names are safe, and each stands there once."""

    @property
    def names(self) -> NDArray[np.int64]:
        """Bytes of each name in UTF-8."""

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Bytes of each content."""

    def entry(self, at: int) -> Entry:
        """One of them; from memory, since it is called while bytes are sent."""


class ColumnZip:
    """The layout of a ZIP; any range of it can be named."""

    def __init__(self, entries: Entries) -> None:
        """Lay the entries out in order, ZIP64 where it is needed (4.5.3)."""
        self._entries = entries
        wide = entries.sizes >= MAX32
        self._starts = _edges(_LOCAL + entries.names + 20 * wide + entries.sizes)
        far = self._starts[:-1] >= MAX32
        extra = 4 * (wide | far) + 16 * wide + 8 * far
        self._records = int(self._starts[-1]) + _edges(_CENTRAL + entries.names + extra)
        begin, end = int(self._records[0]), int(self._records[-1])
        self._closing = closing_records(len(entries.sizes), end - begin, begin)
        self.length = end + len(self._closing)  # bytes

    def pieces(self, start: int, stop: int) -> Iterator[Piece]:
        """What stands in [start, stop)."""
        for begin, piece in self._parts(start):
            if begin >= stop:
                return
            found = part_of(piece, max(start - begin, 0), min(stop - begin, size_of(piece)))
            if size_of(found) > 0:
                yield found

    def plan(self, *, etag: str, filename: str, still_allowed: Callable[[], bool], public: bool) -> SendPlan:
        """The plan that sends this ZIP; equal tags must mean equal bytes."""
        return SendPlan(
            length=self.length,
            etag=etag,
            content_type="application/zip",
            filename=filename,
            pieces=self.pieces,
            still_allowed=still_allowed,
            public=public,
        )

    def _parts(self, start: int) -> Iterator[tuple[int, Piece]]:
        """Parts of the file and where they begin, from that on in which `start` lies."""
        for at in range(_before(self._starts, start), len(self._starts) - 1):
            entry, begin = self._entries.entry(at), int(self._starts[at])
            header = local_record(entry, entry.name.encode())
            yield begin, header
            yield begin + len(header), entry.source
        for at in range(_before(self._records, start), len(self._records) - 1):
            entry = self._entries.entry(at)
            yield (
                int(self._records[at]),
                central_record(entry, entry.name.encode(), int(self._starts[at])),
            )
        yield int(self._records[-1]), self._closing


def _edges(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])


def _before(edges: NDArray[np.int64], start: int) -> int:
    """The part in which `start` lies: the first one where it lies before all, past the last where it lies after."""
    return max(int(np.searchsorted(edges, start, side="right")) - 1, 0)
