"""From a typed question to its tree of conditions, by recursive descent.

question = either;  either = every {OR every};  every = one {[AND] one}
    one = NOT one | ( either ) | comparison | words
comparison = name sign value | name sign [low]..[high] | name [NOT] in ( value, ... ) | name all ( value, ... )
           | name contains | starts [with] | ends [with] | like value | name is [not] value | name [is] [not] present
"""

from collections.abc import Callable
from typing import Final

from vesalius.search.conditions import (
    Compare,
    Condition,
    Identified,
    Not,
    Operator,
    Together,
    Value,
    Words,
    either,
    every,
)
from vesalius.search.elements import Element
from vesalius.search.language.comparing import compared, in_range, read_value, studies
from vesalius.search.language.named import Asked, name_at_end, nearest_at_end
from vesalius.search.language.operators import BEFORE_LISTS, JOINING, OPERATOR_WORDS, SIGNS, VERBS
from vesalius.search.language.problem import QuestionError
from vesalius.search.language.tokens import Token, tokens_of

DEEPEST: Final = 40  # parentheses and NOTs in each other


def read_question(text: str) -> Condition:
    """The tree of a typed question; of an empty one `Every(())`. Raises QuestionError."""
    reader = _Reader(text)
    if reader.now.kind == "end":
        return every(())
    found = reader.either()
    if reader.now.kind != "end":
        raise QuestionError("this closes or parts what nothing opened.", reader.now.place)
    return found


class _Reader:
    """One pass over the tokens of a question."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tuple(tokens_of(text))
        self.at = 0
        self.depth = 0

    @property
    def now(self) -> Token:
        return self.tokens[self.at]

    @property
    def then(self) -> Token:
        return self.tokens[min(self.at + 1, len(self.tokens) - 1)]

    def step(self) -> Token:
        token = self.now
        self.at += token.kind != "end"
        return token

    def either(self) -> Condition:
        parts = [self.every()]
        while self.now.says("or"):
            self.step()
            parts.append(self.every())
        return either(parts)

    def every(self) -> Condition:
        parts = [self.one()]
        while not (self.now.kind == "end" or self.now.signs(")", ",") or self.now.says("or")):
            if self.now.says("and"):
                self.step()
            parts.append(self.one())
        return every(parts)

    def one(self) -> Condition:
        if self.now.says("not"):
            return Not(self._deeper(self.one))
        if self.now.signs("("):
            return self._deeper(self._group)
        if self.now.kind not in {"word", "quoted"} or self.now.says(*JOINING):
            raise QuestionError("a name, a word or ( is expected here.", self.now.place)
        return self._comparison_or_words()

    def _deeper(self, read: Callable[[], Condition]) -> Condition:
        place = self.step().place
        self.depth += 1
        if self.depth > DEEPEST:
            raise QuestionError(f"more than {DEEPEST} parentheses stand in each other.", place)
        found = read()
        self.depth -= 1
        return found

    def _group(self) -> Condition:
        if self.now.signs(")"):
            self.step()
            return every(())
        found = self.either()
        self._expect(")")
        return found

    def _comparison_or_words(self) -> Condition:
        """Words up to an operator; those that are no part of the name before it are text to look for."""
        start = self.at
        if self.now.kind == "quoted" and not (self.then.kind == "sign" and self.then.text in SIGNS):
            return Words(self.step().text)
        while True:
            said = [token.text for token in self.tokens[start : self.at]]
            if said and self._at_operator():
                found = name_at_end(said)
                if found is not None:
                    return self._after_name(start, *found)
                self._refuse_near_name(start, said)
            if self.now.says(*JOINING) or (said and self.now.kind != "word"):
                return Words(" ".join(said))
            self.step()

    def _at_operator(self) -> bool:
        if self.now.kind == "sign":
            return self.now.text in SIGNS
        at = self.at + self.now.says("not")
        token, following = self.tokens[at], self.tokens[min(at + 1, len(self.tokens) - 1)]
        return token.says(*OPERATOR_WORDS) and (following.signs("(") or not token.says(*BEFORE_LISTS))

    def _refuse_near_name(self, start: int, said: list[str]) -> None:
        """An operator after what is no name: an error, but for a word of a text that could be an operator."""
        at, nearest = nearest_at_end(said)
        if self.now.kind == "sign" or nearest:
            name = " ".join(said[at:])
            raise QuestionError(f"nothing is called “{name}”.", self.tokens[start + at].place, nearest)

    def _after_name(self, start: int, at: int, asked: Element | Asked) -> Condition:
        if at:  # words before the name: they are a part of their own, and the name is read next
            self.at = start + at
            return Words(" ".join(token.text for token in self.tokens[start : self.at]))
        match asked:
            case Asked.IDENTIFIER:
                return self._identified()
            case Asked.STUDY_COUNT | Asked.STUDY_DATES:
                return self._studies(asked)
            case _:
                return self._comparison(asked)

    def _comparison(self, element: Element) -> Condition:
        token = self.step()
        if token.kind == "sign":
            return self._valued(element, SIGNS[token.text], token)
        if token.says("not"):
            return Not(self._comparison(element))
        return self._worded(element, token)

    def _worded(self, element: Element, token: Token) -> Condition:
        """What follows an operator that is a word."""
        present = Compare(element.name, Operator.PRESENT)
        match token.text.casefold():
            case "present":
                found: Condition = present
            case "absent":
                found = Not(present)
            case "in":
                found = Compare(element.name, Operator.ANY_OF, self._list(element))
            case "all":
                found = Together(element.name, self._list(element))
            case "between":
                found = self._between(element, token)
            case "is":
                found = self._is(element, token)
            case verb:
                if verb in {"starts", "ends"} and self.now.says("with"):
                    self.step()
                found = self._valued(element, VERBS[verb], token)
        return found

    def _between(self, element: Element, token: Token) -> Condition:
        low = self._value_token()
        if not self.now.says("and"):
            raise QuestionError("“and” is expected between two values.", self.now.place)
        self.step()
        return in_range(element, low, self._value_token(), token.place)

    def _is(self, element: Element, token: Token) -> Condition:
        negated = self.now.says("not")
        if negated:
            self.step()
        if self.now.says("present", "absent"):
            present = Compare(element.name, Operator.PRESENT)
            return present if self.step().says("present") is not negated else Not(present)
        return self._valued(element, Operator.NOT_EQUALS if negated else Operator.EQUALS, token)

    def _valued(self, element: Element, operator: Operator, sign: Token) -> Condition:
        """A value, a range of two, or a list of several behind a sign."""
        equal = operator in {Operator.EQUALS, Operator.NOT_EQUALS}
        if equal and self.now.signs("("):
            found: Condition = Compare(element.name, Operator.ANY_OF, self._list(element))
            return found if operator is Operator.EQUALS else Not(found)
        low = None if self.now.signs("..") else self._value_token()
        if equal and self.now.signs(".."):
            dots = self.step()
            adjacent = self.now.place == dots.place + 2 and self.now.kind in {"word", "quoted"}
            high = self._value_token() if adjacent else None
            found = in_range(element, low, high, dots.place)
            return found if operator is Operator.EQUALS else Not(found)
        if low is None:
            raise QuestionError("a value is expected here.", self.now.place)
        if element.unit and self.now.says(element.unit.casefold()):
            self.step()
        return compared(element, operator, low, sign.place)

    def _value_token(self) -> Token:
        if self.now.kind not in {"word", "quoted"} or self.now.says(*JOINING):
            raise QuestionError("a value is expected here; one with spaces stands in quotes.", self.now.place)
        return self.step()

    def _list(self, element: Element) -> tuple[Value, ...]:
        tokens = self._listed()
        return tuple(dict.fromkeys(read_value(element, token) for token in tokens))

    def _listed(self) -> list[Token]:
        self._expect("(")
        found = [self._value_token()]
        while self.now.signs(","):
            self.step()
            found.append(self._value_token())
        self._expect(")")
        return found

    def _expect(self, sign: str) -> None:
        if not self.now.signs(sign):
            raise QuestionError(f"{sign} is expected here.", self.now.place)
        self.step()

    def _identified(self) -> Condition:
        token = self.step()
        if token.says("in") or (token.signs("=", ":", "==") and self.now.signs("(")):
            found = self._listed()
        elif token.signs("=", ":", "=="):
            found = [self._value_token()]
        else:
            raise QuestionError("an identifier is asked by = or by in (…).", token.place)
        return Identified(tuple(dict.fromkeys(one.text for one in found)))

    def _studies(self, asked: Asked) -> Condition:
        sign = self.step()
        return studies(sign, self._value_token(), "dates" if asked is Asked.STUDY_DATES else "uids")
