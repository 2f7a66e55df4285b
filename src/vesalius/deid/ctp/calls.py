"""The syntax of an element's script: literal text and calls `@name(arguments){clause}{clause}`."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

NAMES: Final = frozenset({
    "always", "append", "blank", "call", "contents", "date", "dateinterval", "decrypt", "empty", "encrypt", "hash",
    "hashdate", "hashname", "hashptid", "hashuid", "if", "incrementdate", "initials", "integer", "keep", "lookup",
    "lowercase", "modifydate", "param", "pathelement", "process", "quarantine", "remove", "require", "round",
    "select", "skip", "time", "truncate", "uppercase", "value",
})  # fmt: skip
"""Every function of the language; `blank`, `empty`, `keep` and `remove` stand for themselves in a result."""
_CLAUSES: Final = {"if": 2, "select": 2, "append": 1}
_BLANK: Final = re.compile(r"\s*")
# Deeper than anybody writes by hand, and far from the interpreter's own limit.
_DEEPEST: Final = 50
_OPENING, _CLOSING = "[(", "])"


@dataclass(frozen=True, slots=True)
class Call:
    """One call; arguments are as written but for backslashes, and a clause that is missing is empty."""

    name: str
    arguments: tuple[str, ...]
    clauses: tuple["Script", ...] = ()

    def argument(self, position: int) -> str:
        """An argument without its outer double quotes; empty where it is not given."""
        text = self.arguments[position] if position < len(self.arguments) else ""
        return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text

    def clause(self, position: int) -> "Script":
        """A clause; empty where it is not given."""
        return self.clauses[position] if position < len(self.clauses) else Script(())

    @property
    def written(self) -> str:
        """The call without its clauses, as it was written."""
        return f"@{self.name}({','.join(self.arguments)})"


Piece: TypeAlias = str | Call


@dataclass(frozen=True, slots=True)
class Script:
    """Literal texts and calls in their order; `slips` are sentences about what was lost while reading."""

    pieces: tuple[Piece, ...]
    slips: tuple[str, ...] = ()

    def calls(self) -> list[Call]:
        """Every call, those inside of clauses too."""
        found: list[Call] = []
        for piece in self.pieces:
            if isinstance(piece, Call):
                found.append(piece)
                found += [call for clause in piece.clauses for call in clause.calls()]
        return found


@lru_cache(maxsize=4096)
def parse(text: str) -> Script:
    """Read a script as CTP does: from a call that is not closed on, the rest is lost."""
    return _read(text, 0)


def _read(text: str, depth: int) -> Script:
    if depth > _DEEPEST:
        return Script((), ("clauses stand too deep in each other: they are dropped",))
    reader = _Reader(text, depth)
    return Script(tuple(reader.pieces()), tuple(reader.slips))


class _Reader:
    """Walks over one script from left to right."""

    def __init__(self, text: str, depth: int) -> None:
        self.text = text
        self.depth = depth
        self.position = 0
        self.slips: list[str] = []

    def pieces(self) -> list[Piece]:
        found: list[Piece] = []
        literal = ""
        while self.position < len(self.text):
            sign = self.text[self.position]
            self.position += 1
            if sign == "\\":
                literal += self.text[self.position : self.position + 1]
                self.position += 1
            elif sign != "@":
                literal += sign
            elif (call := self.call()) is None:
                break
            else:
                found += [literal, call] if literal else [call]
                literal = ""
        return [*found, literal] if literal else found

    def call(self) -> Call | None:
        """The call after an @; None where it has no parentheses, which ends the script."""
        opened = self.text.find("(", self.position)
        if opened < 0:
            self.slips.append("an @ is no call: the rest of the script is dropped")
            return None
        name = re.sub(r"\s", "", self.text[self.position : opened])
        self.position = opened + 1
        arguments: list[str] = []
        while (argument := self.argument()) is not None:
            arguments.append(argument)
        if self.position >= len(self.text):
            self.slips.append(f"@{name}( is not closed: the rest of the script is dropped")
            return None
        self.position += 1
        if name not in NAMES:
            self.slips.append(f"there is no function @{name}: its text stays in the value")
        return Call(name, tuple(arguments), self.clauses(name))

    def argument(self) -> str | None:
        """The next argument; None at the closing parenthesis or at the end of the text."""
        self.skip_blanks()
        if self.text[self.position : self.position + 1] in {")", ""}:
            return None
        out, escaped, quoted, depths = "", False, False, [0, 0]
        while self.position < len(self.text):
            sign = self.text[self.position]
            if sign in ",)" and not (escaped or quoted or any(depths)):
                self.position += sign == ","
                return out.strip()
            if sign == "\\" and not escaped:
                escaped = True
            else:
                out, escaped = out + sign, False
                quoted ^= sign == '"'
                if not quoted:
                    _nest(sign, depths)
            self.position += 1
        return None

    def clauses(self, name: str) -> tuple[Script, ...]:
        """The clauses of a call; where one is missing, the rest of the script is lost."""
        found: list[Script] = []
        for _ in range(_CLAUSES.get(name, 0)):
            start = self.position
            clause = self.clause()
            if clause is None:
                if self.text[start:].strip():
                    self.slips.append(f"@{name} lacks a clause: the rest of the script is dropped")
                self.position = len(self.text)
                break
            inner = _read(clause, self.depth + 1)
            self.slips += inner.slips
            found.append(inner)
        return tuple(found)

    def clause(self) -> str | None:
        self.skip_blanks()
        if self.text[self.position : self.position + 1] != "{":
            return None
        depth, start = 0, self.position + 1
        for position in range(self.position, len(self.text)):
            depth += {"{": 1, "}": -1}.get(self.text[position], 0)
            if depth == 0:
                self.position = position + 1
                return self.text[start:position].strip()
        return None

    def skip_blanks(self) -> None:
        blanks = _BLANK.match(self.text, self.position)
        self.position = blanks.end() if blanks else self.position


def _nest(sign: str, depths: list[int]) -> None:
    """Count brackets and parentheses; a closing one without its opening one counts for nothing."""
    if sign in _OPENING:
        depths[_OPENING.index(sign)] += 1
    elif sign in _CLOSING:
        kind = _CLOSING.index(sign)
        depths[kind] = max(depths[kind] - 1, 0)
