"""What a line of a script decides about one element."""

import re
from typing import Final, Literal, NamedTuple

from vesalius.deid.ctp.functions import dates, hashes
from vesalius.deid.ctp.functions.evaluation import KEEP, evaluate
from vesalius.deid.ctp.functions.scope import Scope
from vesalius.deid.ctp.script.parts import ElementLine

_BLANK: Final = re.compile(r"@blank\(([^)]*)\)?")
_MOST_BLANKS: Final = 55
# What Java takes off both ends of a text.
_TRIMMED: Final = "".join(map(chr, range(33)))


class Outcome(NamedTuple):
    """Keep, remove, go into the sequence, or write the text, which may be empty."""

    deed: Literal["keep", "remove", "process", "write"]
    text: str = ""


def outcome(line: ElementLine, scope: Scope) -> Outcome:
    """The decision of one line about the element at hand. Raises Refused."""
    text = evaluate(line.script, scope).strip(_TRIMMED)
    if hashes.REMOVE in text:
        return Outcome("remove")
    if text == KEEP:
        return Outcome("process" if scope.process else "keep")
    blank = _BLANK.match(text)
    if blank is not None:
        count = int(re.sub(r"\D", "", blank[1])[:4] or "0")
        return Outcome("write", " " * min(count, _MOST_BLANKS))
    return Outcome("write", "" if text == dates.EMPTY else text)
