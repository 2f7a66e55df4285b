"""One choice among the datasets of a list: words, filters and an order; each state of it is one URL."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from vesalius.errors import BadRequest
from vesalius.pages.public.holding.shelf import Row
from vesalius.pages.public.wording import body_part

WORDS, SORT = "q", "sort"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One filter: a dataset may have several values of it."""

    parameter: str  # in a URL
    label: str  # on pages
    values: Callable[[Row], Iterable[str]]


FILTERS = (
    Filter(parameter="cancer_type", label="Cancer type", values=lambda row: row["holding"].cancer_types),
    Filter(parameter="location", label="Cancer site", values=lambda row: row["holding"].cancer_locations),
    Filter(parameter="species", label="Species", values=lambda row: [row["holding"].species]),
    Filter(parameter="modality", label="Modality", values=lambda row: row["modalities"]),
    Filter(parameter="supporting", label="Supporting data", values=lambda row: row["supporting"]),
    Filter(parameter="license", label="Licence", values=lambda row: row["licences"]),
    Filter(parameter="status", label="Status", values=lambda row: [row["status"]]),
    Filter(parameter="access", label="Access", values=lambda row: [row["access_word"]]),
)
_BY_PARAMETER = {one.parameter: one for one in FILTERS}
_NEVER = datetime.min.replace(tzinfo=UTC)

SORTS: dict[str, tuple[str, Callable[[Row], Any]]] = {  # name in a URL -> (words, key of a row)
    "title": ("Title", lambda row: row["holding"].title.casefold()),
    "subjects": ("Subjects", lambda row: row["subjects"]),
    "series": ("Series", lambda row: row["series"]),
    "images": ("Images", lambda row: row["images"]),
    "size": ("Size", lambda row: row["size"]),
    "released": ("Released", lambda row: row["released"] or _NEVER),
}
RISING = frozenset({"title"})  # at the first click; of all others the largest and newest come first


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is asked of a list, and in which order."""

    place: str  # address of the list, "/collections/"
    words: tuple[str, ...] = ()  # each stands somewhere in what a dataset says of itself
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # parameter -> any of these values
    sort: str = "title"  # "-" before it turns it round

    @property
    def narrows(self) -> bool:
        """Whether anything is asked at all."""
        return bool(self.words or any(self.chosen.values()))

    def toggled(self, parameter: str, value: str) -> "Choice":
        """The same with one value more, or less where it was chosen."""
        now = self.chosen.get(parameter, ())
        then = tuple(one for one in now if one != value) if value in now else (*now, value)
        return replace(self, chosen={**self.chosen, parameter: then})

    def sorted_by(self, name: str) -> "Choice":
        """The same in this order; the other way round where it is in it already."""
        first, second = (name, f"-{name}") if name in RISING else (f"-{name}", name)
        return replace(self, sort=second if self.sort == first else first)

    def parameters(self, *, sort: bool = True, words: bool = True) -> list[tuple[str, str]]:
        """The canonical parameters, in the order of the table of filters."""
        pairs = [(WORDS, " ".join(self.words))] if words and self.words else []
        pairs += [(f.parameter, value) for f in FILTERS for value in sorted(self.chosen.get(f.parameter, ()))]
        return pairs + ([(SORT, self.sort)] if sort and self.sort != "title" else [])

    def without_word(self, word: str) -> "Choice":
        """The same with one word less."""
        return replace(self, words=tuple(other for other in self.words if other != word))

    def address(self, form: str = "") -> str:
        """The canonical address of this choice; `form` is ".csv" or ".json" for the file of the same rows."""
        pairs = self.parameters()
        place = f"{self.place.removesuffix('/')}{form}" if form else self.place
        return f"{place}?{urlencode(pairs)}" if pairs else place


def read_choice(given: QueryDict, place: str) -> Choice:
    """The choice in the parameters of a URL; BadRequest for an unknown parameter or order."""
    if set(given) - {WORDS, SORT, *_BY_PARAMETER}:
        raise BadRequest("One of the parameters is none of this list's.")
    sort = given.get(SORT) or "title"
    if sort.removeprefix("-") not in SORTS:
        raise BadRequest(f"One sorts by {', '.join(SORTS)}.")
    chosen = {
        name: tuple(dict.fromkeys(value for value in given.getlist(name) if value)) for name in _BY_PARAMETER
    }
    words = tuple(dict.fromkeys(given.get(WORDS, "").lower().split()))
    return Choice(place=place, words=words, chosen=chosen, sort=sort)


def choose(rows: Iterable[Row], choice: Choice) -> list[Row]:
    """The rows that fit, in order; ties follow the title."""
    found = sorted((row for row in rows if fits(row, choice)), key=SORTS["title"][1])
    name = choice.sort.removeprefix("-")
    found.sort(key=SORTS[name][1], reverse=choice.sort.startswith("-"))
    return found


def fits(row: Row, choice: Choice, *, but_for: str = "") -> bool:
    """Whether a row has every word and, of every filter but one, a chosen value."""
    for one in FILTERS:
        asked = choice.chosen.get(one.parameter, ())
        if asked and one.parameter != but_for and not set(asked).intersection(one.values(row)):
            return False
    text = _text(row) if choice.words else ""
    return all(word in text for word in choice.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One value of a filter, and the choice after a click on it."""

    value: str
    count: int  # datasets that have it, whatever else is chosen of this filter
    chosen: bool
    toggled: Choice


def counted(rows: list[Row], choice: Choice, one: Filter) -> list[Counted]:
    """The values of a filter, the most frequent first; a chosen value stays even without any dataset."""
    now = choice.chosen.get(one.parameter, ())
    counts = Counter(dict.fromkeys(now, 0))
    for row in rows:
        if fits(row, choice, but_for=one.parameter):
            counts.update(set(one.values(row)) - {""})
    return [
        Counted(
            value=value,
            count=counts[value],
            chosen=value in now,
            toggled=choice.toggled(one.parameter, value),
        )
        for value in sorted(counts, key=lambda value: (-counts[value], value))
    ]


def _text(row: Row) -> str:
    """All that a dataset says of itself, in lower case."""
    holding = row["holding"]
    parts = [holding.short_title, holding.title, holding.summary, holding.abstract, holding.concept_doi]
    parts += [*map(body_part, row["body_parts"]), *(value for one in FILTERS for value in one.values(row))]
    return "\n".join(parts).lower()
