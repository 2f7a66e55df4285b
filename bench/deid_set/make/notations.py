"""How hospitals write one date, one telephone number, one place: a notation is drawn for each."""

import calendar
from collections.abc import Callable
from datetime import date
from typing import Final

import numpy as np

# Notations of a day in digits: %d and the like as `date` formats them; {d} {m} {y} without leading zeros.
IN_DIGITS: Final = (
    "%d.%m.%Y", "%m/%d/%Y", "%Y-%m-%d", "%Y%m%d", "%d/%m/%y", "%d-%m-%Y", "%Y/%m/%d", "%Y.%m.%d", "%d%m%Y", "%d.%m.%y",
    "{d}.{m}.{y}", "{m}/{d}/{y}", "{d}/{m}/{y}", "{y}-{m}-{d}", "%d %m %Y", "%Y_%m_%d",
)  # fmt: skip
IN_WORDS: Final[tuple[Callable[[date], str], ...]] = (
    lambda day: f"{day.day} {calendar.month_name[day.month]} {day.year}",
    lambda day: f"{calendar.month_name[day.month]} {day.day}, {day.year}",
    lambda day: f"{day.day:02}-{calendar.month_abbr[day.month].upper()}-{day.year}",
    lambda day: f"{day.day}{_ordinal(day.day)} of {calendar.month_name[day.month]} {day.year}",
    lambda day: f"{calendar.month_abbr[day.month]} {day.day} {day.year}",
    lambda day: f"{calendar.month_abbr[day.month]}. {day.day}{_ordinal(day.day)}, {day.year}",
    lambda day: f"{day.day}. {_GERMAN[day.month - 1]} {day.year}",
    lambda day: f"{day.day} {_FRENCH[day.month - 1]} {day.year}",
    lambda day: f"{day.day} de {_SPANISH[day.month - 1]} de {day.year}",
    lambda day: f"{day.day}{calendar.month_abbr[day.month].upper()}{day:%y}",
    lambda day: f"{day.year} {calendar.month_name[day.month]} {day.day}",
)
PHONES: Final = (
    "({a}) 555-{n}", "+{c} {a} 555-{n}", "{a}-555-{n}", "{a}.555.{n}", "+{c}({a})555{n}", "0{a}/555{n}",
    "00{c} {a} 555{n}", "1-{a}-555-{n}", "{a} 555 {n}",
)  # fmt: skip
STREETS: Final = (
    "{n} {name} Street", "{n} {name} Lane", "{n} {name} Avenue", "{n} {name} Road", "{name}allee {n}", "{name}weg {n}",
    "Calle {name} {n}", "Rue {name} {n}", "Via {name} {n}", "{name}laan {n}", "Plaza {name} {n}",
)  # fmt: skip
TOWNS: Final = (
    "{z} {name}heim",
    "{z} {name}ville",
    "{name}burg",
    "{name} Falls",
    "{z} {name}stad",
    "Little {name}ton",
)
HOSPITALS: Final = (
    "{name} Medical Center", "{name} General Hospital", "St. {name} Klinikum", "Universitätsklinikum {name}feld",
    "Hospital Santa {name}", "Clinique {name}", "Ospedale San {name}", "{name} Royal Infirmary",
    "{name} Cancer Institute", "{name} Memorial Hospital", "Centre Hospitalier {name}", "{name} Imaging Center",
)  # fmt: skip
_GERMAN: Final = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
    "Dezember",
)  # fmt: skip
_FRENCH: Final = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip
_SPANISH: Final = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
    "diciembre",
)  # fmt: skip


def drawn(rng: np.random.Generator, forms: tuple[str, ...], **parts: object) -> str:
    """One of the forms, filled."""
    return forms[int(rng.integers(len(forms)))].format(**parts)


def day_in_digits(rng: np.random.Generator, day: date) -> str:
    """The day in one notation of digits alone."""
    return drawn(rng, tuple(day.strftime(form) for form in IN_DIGITS), d=day.day, m=day.month, y=day.year)


def day_in_words(rng: np.random.Generator, day: date) -> str:
    """The day with its month by name."""
    return IN_WORDS[int(rng.integers(len(IN_WORDS)))](day)


def _ordinal(day: int) -> str:
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10 if day not in {11, 12, 13} else 0, "th")
