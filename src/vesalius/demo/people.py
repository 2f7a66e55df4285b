"""Invented patients and hospitals; nobody here has ever lived."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Person:
    """What a hospital knows of a patient; DICOM formats throughout."""

    name: str
    birth_name: str
    mother: str
    sex: str
    born: str  # DA
    id: str
    other_id: str
    address: str
    phone: str
    occupation: str
    group: str
    weight: float  # kg
    height: float  # m
    charset: str  # Specific Character Set (0008,0005)

    def age_on(self, date: str) -> int:
        """Years on a date (DA)."""
        return int(date[:4]) - int(self.born[:4]) - (date[4:] < self.born[4:])


@dataclass(frozen=True, slots=True)
class Site:
    """A hospital, its staff and its scanner."""

    institution: str
    address: str
    department: str
    referring: str
    reading: str
    performing: str
    operator: str
    maker: str
    model: str
    serial: str
    software: str
    station: str
    kernels: tuple[str, str]  # soft, lung


@cache
def _data() -> dict[str, Any]:
    text = (files("vesalius.demo") / "data" / "people.json").read_text("utf-8")
    return dict(json.loads(text))


def person(index: int) -> Person:
    """One of the invented patients."""
    return Person(**_data()["patients"][index])


def site(name: str) -> Site:
    """One of the invented hospitals."""
    said = dict(_data()["sites"][name])
    return Site(**said | {"kernels": tuple(said["kernels"])})
