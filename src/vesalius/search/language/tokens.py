"""The words and signs of a typed question."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from vesalius.search.language.problem import QuestionError

LONGEST: Final = 200_000  # characters: a few thousand pasted UIDs
_TOKEN: Final = re.compile(
    r"""\s*(?:
        (?P<tag>\([0-9A-Fa-f]{4},[0-9A-Fa-f]{4}\))
      | "(?P<quoted>(?:[^"\\]|\\.)*)"
      | (?P<sign><=|>=|!=|<>|==|\.\.|[()=<>~:,])
      | (?P<word>(?:(?!\.\.)[^\s"()=<>~:,!]|!(?!=))+)
    )""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word, quoted text or sign; `kind` is "word", "quoted", "sign" or "end"."""

    kind: str
    text: str
    place: int  # of its first character

    def says(self, *words: str) -> bool:
        """Whether it is one of these words, in whatever case."""
        return self.kind == "word" and self.text.casefold() in words

    def signs(self, *signs: str) -> bool:
        """Whether it is one of these signs."""
        return self.kind == "sign" and self.text in signs


def tokens_of(text: str) -> Iterator[Token]:
    """All tokens of a question, and one that says where it ends."""
    if len(text) > LONGEST:
        raise QuestionError(f"a question has at most {LONGEST} characters.", LONGEST)
    if "\0" in text:
        raise QuestionError("here is a character that no text has.", text.index("\0"))
    place = 0
    end = len(text.rstrip())
    while place < end:
        found = _TOKEN.match(text, place)
        if found is None:
            start = place + len(text[place:]) - len(text[place:].lstrip())
            raise QuestionError("these quotes are not closed.", start)
        kind = str(found.lastgroup)
        value = found[kind]
        start = found.start(kind) - (kind == "quoted")
        place = found.end()
        if kind == "quoted":
            value = re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL)
        yield Token("word" if kind == "tag" else kind, value, start)
    yield Token("end", "", end)
