"""What help says about a page, and which page it is about: both are data of each site."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest

PLACE = "/help/"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a reader does, in words, and as a browser does it to prove that the words are true."""

    words: str
    deed: str  # "press", "open" or "mark" a control, "type" into one, "choose" in one
    control: str  # its role, or "summary", and the name that it has for everybody: "button Ask"
    value: str = ""  # what is typed or chosen; {words} stand for names of the archive that is tried
    then: str = ""  # what the page says afterwards, as a reader sees it
    place: str = ""  # what the address then holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something that readers come to do, step by step."""

    title: str  # "Save a search": an imperative
    start: str  # where it begins
    steps: tuple[Step, ...]
    account: bool = False  # whether it needs one


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Help about one kind of page."""

    title: str
    sentences: tuple[str, ...]  # plain text, each a paragraph
    tasks: tuple[Task, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()  # (key, what it does) on this kind of page
    links: tuple[tuple[str, str], ...] = ()  # (address, words): where to read on


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """All help of one site."""

    by_name: Mapping[str, Topic]
    places: Mapping[str, str]  # beginning of a route, as the URLconf spells it -> name of its topic

    def about(self, route: str) -> str:
        """The topic of a route: that of the longest beginning that stands in the table; "" for none."""
        if route in self.places:
            return self.places[route]
        beginnings = [place for place in self.places if place and route.startswith(place)]
        return self.places[max(beginnings, key=len)] if beginnings else ""

    def address(self, request: HttpRequest) -> str:
        """Where help about the page of this request stands."""
        match = request.resolver_match
        name = self.about(match.route) if match else ""
        return f"{PLACE}?{urlencode({'about': name})}" if name else PLACE
