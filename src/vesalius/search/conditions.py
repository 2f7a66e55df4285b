"""What a question asks, as a tree of conditions on one series and, where it says so, on its patient.

How every evaluation reads it:

- Text is compared without regard to case (`str.casefold`), also by less and greater; `any_of` alone is exact, for it is
  what a click on a facet means. UIDs and times (HHMMSS) are text.
- An attribute of several values meets a comparison if any of its values does.
- An absent value (NULL, "" or no value at all) meets `any_of` with "" among its values, and no other comparison.
- `not_equals` is present and not equal: of several values none is equal. `Not` is the complement of the rows, so it
  includes the absent ones.
- `between` includes both ends. `like` matches the whole value: * is any text, ? any one character.
- Days are days: the moment of a publication counts as its day in UTC.
- `Every(())` is true of each series, `Either(())` of none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal, TypeAlias

Value: TypeAlias = str | float | bool | date  # as the kind of the element has it; "" is not specified


class Operator(StrEnum):
    """How the value of an element is compared."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    LESS = "less"
    LESS_OR_EQUAL = "less_or_equal"
    GREATER = "greater"
    GREATER_OR_EQUAL = "greater_or_equal"
    BETWEEN = "between"  # two values
    ANY_OF = "any_of"  # one or more values, exactly
    CONTAINS = "contains"
    STARTS = "starts"
    ENDS = "ends"
    LIKE = "like"
    PRESENT = "present"  # no value


@dataclass(frozen=True, slots=True)
class Compare:
    """One element against values: text "CT", a number 1.5, a day, a flag; as many as the operator takes."""

    element: str  # name of an Element
    operator: Operator
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """Text search over descriptions and headers: every word is found, near spellings and synonyms too."""

    text: str


@dataclass(frozen=True, slots=True)
class Together:
    """The patient has, for each of these values, a series that the asker may find and that has it, exactly."""

    element: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Studies:
    """The patient has at least so many studies that the asker may find, counted by different days or by UIDs."""

    least: int
    by: Literal["dates", "uids"] = "uids"


@dataclass(frozen=True, slots=True)
class Identified:
    """Patient ID, Study or Series Instance UID is one of these, exactly; there may be thousands."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """All series but those of a part."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class Every:
    """All parts hold; what is itself an Every is taken apart."""

    parts: "tuple[Condition, ...]"

    def __post_init__(self) -> None:
        flat = tuple(
            one for part in self.parts for one in (part.parts if isinstance(part, Every) else (part,))
        )
        object.__setattr__(self, "parts", flat)


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds; what is itself an Either is taken apart."""

    parts: "tuple[Condition, ...]"

    def __post_init__(self) -> None:
        flat = tuple(
            one for part in self.parts for one in (part.parts if isinstance(part, Either) else (part,))
        )
        object.__setattr__(self, "parts", flat)


Condition: TypeAlias = Compare | Words | Together | Studies | Identified | Not | Every | Either


def every(parts: Iterable[Condition]) -> Condition:
    """All of these; a single one stands for itself."""
    whole = Every(tuple(parts))
    return whole.parts[0] if len(whole.parts) == 1 else whole


def either(parts: Iterable[Condition]) -> Condition:
    """Any of these; a single one stands for itself."""
    whole = Either(tuple(parts))
    return whole.parts[0] if len(whole.parts) == 1 else whole
