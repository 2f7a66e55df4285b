"""Invented patients and hospitals; nobody here has ever lived.

Who takes which patient: 0-9 chest CT; 10 limited, 11 and 12 embargoed and listed CT, 13 kept free; 14-17 brain MR;
18-23 mammography; 24 and 25 PET/CT; 26 and 27 the submission in review.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What a hospital knows of a patient; DICOM formats throughout."""

    name: str
    birth_name: str
    mother: str
    sex: str
    born: str  # DA
    home: str  # the site where this person is a patient; its staff's names can be written in the same charset
    id: str
    other_id: str
    address: str
    phone: str
    occupation: str
    weight: float  # kg
    height: float  # m
    charset: str  # Specific Character Set (0008,0005), several parted by backslashes

    def age_on(self, date: str) -> int:
        """Years on a date (DA)."""
        return int(date[:4]) - int(self.born[:4]) - (date[4:] < self.born[4:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A scanner of a hospital."""

    maker: str
    model: str
    serial: str
    software: str
    station: str
    kernels: tuple[str, str] = ("", "")  # CT: soft, lung


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A hospital, its staff and its scanners by modality."""

    code: str
    institution: str
    address: str
    department: str
    referring: str
    reading: str
    performing: str
    operator: str
    machines: Mapping[str, Machine]


@cache
def _data() -> dict[str, Any]:
    text = (files("vesalius.demo") / "data" / "people.json").read_text("utf-8")
    return dict(json.loads(text))


def count() -> int:
    """How many patients there are."""
    return len(_data()["patients"])


def person(index: int) -> Person:
    """One of the invented patients, from 0."""
    return Person(**_data()["patients"][index])


@cache
def site(name: str) -> Site:
    """One of the invented hospitals."""
    said = _data()["sites"][name]
    return Site(
        **said | {"machines": {modality: _machine(row) for modality, row in said["machines"].items()}}
    )


def _machine(row: dict[str, Any]) -> Machine:
    return Machine(**row | {"kernels": tuple(row.get("kernels", ("", "")))})
