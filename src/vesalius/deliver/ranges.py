"""One byte range of RFC 9110 section 14, read strictly; what is not understood is ignored."""

import re
from typing import Final

from vesalius.errors import ArchiveError

# [0-9], not \d: other scripts' digits are none here. 40 digits are more bytes than there are; more is noise.
_ONE_RANGE: Final = re.compile(r"bytes=[ \t]*([0-9]{0,40})-([0-9]{0,40})[ \t]*", re.IGNORECASE)


class RangeNotSatisfiable(ArchiveError):
    """The range begins past the end (RFC 9110 15.5.17)."""

    status = 416
    hint = "Ask for the length first: the answer's Content-Range names it."


def one_range(header: str | None, length: int) -> tuple[int, int] | None:
    """(start, stop) of a single byte range, stop excluded; None means the whole.

    Several ranges, other units and malformed ones also mean the whole (RFC 9110 14.2).
    RangeNotSatisfiable: it begins past the end.
    """
    found = _ONE_RANGE.fullmatch(header or "")
    if found is None or not length:
        return None
    first, last = found.groups()
    if not first:
        return _suffix(last, length)
    start = int(first)
    stop = int(last) + 1 if last else length
    if last and stop <= start:
        return None
    if start >= length:
        raise RangeNotSatisfiable("the range begins past the end")
    return start, min(stop, length)


def _suffix(last: str, length: int) -> tuple[int, int] | None:
    """The range `bytes=-N`: the last N bytes."""
    if not last:
        return None
    count = int(last)
    if not count:
        raise RangeNotSatisfiable("a suffix of no bytes")
    return max(length - count, 0), length
