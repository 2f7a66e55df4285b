"""What stays of a text when stretches of it are taken out: no double blanks, no marks that hang in the air."""

import re
from collections.abc import Iterable
from typing import Final

_HANGING: Final = " \t,;:=^/\\|_-.+&#@*~"
_HANGING_BEFORE: Final = " \t,;:=^/\\|_-@#&~"
_EMPTY_BRACKETS: Final = re.compile(r"[ \t]?(?:\(\s?\)|\[\s?\]|\{\s?\}|<\s?>|\"\s?\"|'\s?')")
_POSSESSIVE: Final = re.compile(r"\A['’]s\b")
_LONGEST_TAIL: Final = 16  # signs between two words of which one is chosen
_FIRST_LINE_END: Final = re.compile(r"\r\n|\r|\n|\f")


def merged(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches in order, those that touch or overlap joined."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def without(text: str, stretches: Iterable[tuple[int, int]], mark: str) -> str:
    """The text without the stretches; `mark` stands once where something was taken out."""
    pieces, position = [], 0
    for start, end in merged(stretches):
        pieces.append(text[position:start])
        position = end
    pieces.append(text[position:])
    return _marked(pieces, mark) if mark else _EMPTY_BRACKETS.sub("", _joined(pieces))


def _marked(pieces: list[str], mark: str) -> str:
    """Neighbours with nothing but blanks between them share one mark."""
    out = [pieces[0]]
    for piece in pieces[1:]:
        if len(out) > 1 and not out[-1].strip(_HANGING):
            out.pop()
            out.append(piece)
        else:
            out += [mark, piece]
    return "".join(out)


def _joined(pieces: list[str]) -> str:
    """The pieces in order; what hangs at the end of one and the beginning of the next becomes one sign."""
    last = pieces[0].rstrip(_HANGING_BEFORE) if pieces[1:] else pieces[0]
    tail, out = pieces[0][len(last) :], [last] if last else []
    for piece in pieces[1:]:
        rest = _POSSESSIVE.sub("", piece, count=1).lstrip(_HANGING)
        lead = piece[: len(piece) - len(rest)]
        if not rest:
            tail = (tail + lead)[:_LONGEST_TAIL]
            continue
        whole = rest.rstrip(_HANGING_BEFORE)
        out += [_joint(out[-1] if out else "", tail, lead, rest), whole]
        tail = rest[len(whole) :]
    return "".join(out)


def _joint(whole: str, tail: str, lead: str, rest: str) -> str:
    """What stands between two pieces that stay: one of the signs that stood there."""
    if not whole or whole[-1] in "\r\n" or _FIRST_LINE_END.match(rest):
        return ""
    if rest[0] in ")]}>" or whole[-1] in "([{<":
        return ""
    signs = tail + lead
    if " " in signs or not signs:
        return ". " if lead.startswith(".") and whole[-1].isalnum() else " "
    return signs[0]
