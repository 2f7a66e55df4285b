"""What every form of document answers."""

from typing import NamedTuple

from vesalius.errors import BadInput


class DocumentError(BadInput):
    """A document that cannot be read without a doubt; the sentence holds nothing of it."""

    hint = "Look at the file itself: it waits where it came from."


class Stripped(NamedTuple):
    """A document without what it said beside its data, and the names of what went."""

    data: bytes
    removed: tuple[str, ...]
