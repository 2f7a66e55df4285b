"""Invented people: all that identifies one, in the spellings in which hospitals write it."""

import json
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from bench.deid_set.make import notations

_POOLS: Final = json.loads(Path(__file__).with_name("people.json").read_text(encoding="utf-8"))
_BORNE: Final = json.loads(Path(__file__).with_name("names.json").read_text(encoding="utf-8"))
_SCRIPTS: Final = ("western", "cyrillic", "utf8", "japanese", "western", "greek", "korean", "latin2")
_FROM_LISTS: Final = 0.75  # how often a name or place is drawn anew, and is none of people.json
_LETTERS: Final[dict[str, str]] = _POOLS["letters"]


def transliterated(text: str) -> str:
    """Latin letters without marks, as a scanner's keyboard has them."""
    parts = []
    for letter in text:
        low = letter.lower()
        plain = "".join(c for c in unicodedata.normalize("NFD", low) if not unicodedata.combining(c))
        new = _LETTERS.get(low) if low in _LETTERS else "".join(_LETTERS.get(c, c) for c in plain)
        parts.append(new.capitalize() if letter != low else new)
    return "".join(parts)


@dataclass(frozen=True)
class Person:
    """One patient with the staff and the hospital around; every text here identifies."""

    name: str  # PN with its component groups
    charset: list[str]
    remark: str  # medical words that hold a word of the name; "" where the name is no medical word
    patient_id: str
    issuer: str
    sex: str
    born: date
    studied: date
    accession: str
    study_id: str
    phone: str
    mail: str
    ssn: str
    insurance: str
    street: str
    town: str
    hospital: str
    department: str
    referrer: str
    operator: str
    reader: str
    stranger: str  # stands in no attribute of any file

    @cached_property
    def latin(self) -> tuple[str, str]:
        """Family and given name of the first component group."""
        family, _, given = self.name.split("=")[0].partition("^")
        return family, given.split("^")[0]

    @cached_property
    def local(self) -> str:
        """The name in the patient's own script, family name first; the same as in `latin` where there is one."""
        groups = self.name.split("=")
        return groups[1].replace("^", "") if len(groups) > 1 else " ".join(self.latin)

    @cached_property
    def words(self) -> dict[str, str]:
        """What fills the slots of a text."""
        family, given = self.latin
        apart = self.patient_id[:3] + "-" + self.patient_id[3:5] + " " + self.patient_id[5:]
        rng = np.random.default_rng(int(self.ssn.replace("-", "")))
        names = (
            f"{given} {family}", f"{family}, {given}", f"{family} {given}", f"{given[0]}. {family}",
            f"{family},{given}", f"{family} {given[0]}.", f"{given.upper()} {family.upper()}",
            f"{family.upper()} {given}",
        )  # fmt: skip
        return {
            "name": names[int(rng.integers(len(names)))],
            "family": family,
            "upper_family": transliterated(family).upper(),
            "upper_name": f"{family} {given}".upper(),
            "name_run": f"{transliterated(family)}{transliterated(given)}".replace(" ", ""),
            "translit": f"{transliterated(given)} {transliterated(family)}",
            "translit_family": transliterated(family),
            "initials": f"{given[0]}. {family}",
            "id": self.patient_id,
            "spaced_id": apart,
            "accession": self.accession,
            "dob": notations.day_in_digits(rng, self.born),
            "dob2": notations.day_in_digits(rng, self.born),
            "date": notations.day_in_digits(rng, self.studied),
            "date2": notations.day_in_digits(rng, self.studied),
            "word_date": notations.day_in_words(rng, self.studied),
            "born_words": notations.day_in_words(rng, self.born),
            "phone": self.phone,
            "phone2": self.phone.replace(" ", "").replace("-", ""),
            "mail": self.mail,
            "mail2": self.mail.upper(),
            "ssn": self.ssn,
            "insurance": self.insurance,
            "street": self.street,
            "town": self.town,
            "hospital": self.hospital,
            "referrer": self.referrer.split("^")[0],
            "stranger": self.stranger,
            "stranger_family": self.stranger.split(" ")[1],
            "relative": f"{self.stranger.split(' ')[0]} {family}",
            "host": "records." + self.mail.split("@")[1],
            "ip": f"192.168.{self.studied.day}.{self.born.day + 100}",
            "plate": f"{transliterated(family)[:2].upper()}-{self.accession[-4:]}",
        }

    @cached_property
    def traces(self) -> frozenset[str]:
        """Whatever of the person may stand in no byte of the output, in any encoding; case-folded.

        Words of fewer than four letters say nothing alone. Of a name that is a medical word only the whole is sought.
        """
        family, given = self.latin
        whole = {
            f"{family}^{given}",
            f"{given} {family}",
            f"{family}, {given}",
            f"{family} {given}",
            self.local,
        }
        words = {given} if self.remark else {family, given}
        words |= {transliterated(word) for word in words}
        for staff in (self.referrer, self.operator, self.reader):
            words.add(staff.split("^")[0])
            whole.add(staff)
        numbers = {
            self.patient_id,
            self.accession,
            self.ssn,
            self.insurance,
            self.phone,
            self.words["phone2"],
        }
        places = {self.street, self.hospital, self.department, self.mail, self.words["host"], self.stranger}
        dates = {self.words["dob"], f"{self.born:%Y%m%d}"}
        long = {word for word in words if len(word) >= 4 or not word.isascii()}
        return frozenset(text.casefold() for text in long | whole | numbers | places | dates if len(text) > 1)


def telling(place: str) -> str:
    """The words of an address or of a hospital's name without those that every place shares."""
    return " ".join(word for word in place.split(" ") if word.casefold() not in _POOLS["generic"])


@cache
def _pool(script: str) -> dict[str, Any]:
    return dict(_POOLS[script])


def people(rng: np.random.Generator, count: int, *, hard: bool) -> list[Person]:
    """`count` people of different names; hard: also such whose names are medical words, or in no list of names."""
    found: list[Person] = []
    while len(found) < count:
        person = _person(rng, len(found), hard=hard)
        if person.name not in {other.name for other in found}:
            found.append(person)
    return found


def _person(rng: np.random.Generator, index: int, *, hard: bool) -> Person:
    name, charset, remark = _name(rng, index, hard=hard)
    born = date(1931, 1, 1) + timedelta(days=int(rng.integers(24_000)))
    digits = "".join(str(digit) for digit in rng.integers(0, 10, 40))
    family = transliterated(name.split("=")[0].split("^")[0]).lower().replace(" ", "").replace("'", "")
    hospital = _place(rng, "hospitals", notations.HOSPITALS)
    department = str(rng.choice(_POOLS["departments"]))
    street, town = _place(rng, "streets", notations.STREETS), _place(rng, "towns", notations.TOWNS)
    if charset[-1] not in {"ISO_IR 100", "ISO_IR 192"}:
        hospital, department, street, town = (
            transliterated(text) for text in (hospital, department, street, town)
        )
    return Person(
        name=name,
        charset=charset,
        remark=remark,
        patient_id=("MRN", "K", "P0", "ZX")[index % 4] + "7" + digits[:7] + str(index),
        issuer="" if index % 3 else transliterated(hospital).upper().replace(" ", "_")[:16],
        sex="FMO"[int(rng.integers(2))],
        born=born,
        studied=date(2011, 2, 1) + timedelta(days=int(rng.integers(4600))),
        accession="A" + digits[7:15] if index % 2 else "9" + digits[7:16],
        study_id="S" + digits[16:21],
        phone=notations.drawn(rng, notations.PHONES, a=digits[21:24], c=49, n=digits[26:30]),
        mail=f"{family}.{digits[30:33]}@{('mailbox', 'kettleford', 'postfach')[index % 3]}.example",
        ssn=f"{digits[33:36]}-{digits[36:38]}-{digits[29:33]}",
        insurance=f"{'QRX'[index % 3]}{digits[3:12]}",
        street=street,
        town=town,
        hospital=hospital,
        department=department,
        referrer=_invented(rng) + "^" + _invented(rng) + "^^Dr.",
        operator=_invented(rng) + "^" + _invented(rng),
        reader=_invented(rng) + "^" + _invented(rng) + "^^^MD",
        stranger=_stranger(rng),
    )


def _name(rng: np.random.Generator, index: int, *, hard: bool) -> tuple[str, list[str], str]:
    if hard and index % 3 == 0:
        names = _pool("medical")["names"]
        name, remark = names[int(rng.integers(len(names)))]
        return name, ["ISO_IR 100"], remark
    if hard and index % 3 == 1:
        return f"{_invented(rng)}^{_invented(rng)}", ["ISO_IR 192"], ""
    script = _SCRIPTS[(index // 3 if hard else index) % len(_SCRIPTS)]
    pool = _pool(script)
    charset = pool["charset"].split("\\")
    if "names" in pool:
        return str(rng.choice(pool["names"])), charset, ""
    more = _BORNE[script] if rng.random() < _FROM_LISTS else pool
    return f"{rng.choice(more['family'])}^{rng.choice(more['given'])}", charset, ""


def _stranger(rng: np.random.Generator) -> str:
    """Given and family name of somebody whom no attribute names, invented or borne by people."""
    if rng.random() < 0.5:
        return _invented(rng) + " " + _invented(rng)
    western = _BORNE["western"]
    return " ".join(transliterated(str(rng.choice(western[kind]))) for kind in ("given", "family"))


def _place(rng: np.random.Generator, pool: str, forms: tuple[str, ...]) -> str:
    """A place of the list, or one that is called by a name that is in none."""
    if rng.random() < _FROM_LISTS:
        number, code = int(rng.integers(2, 400)), int(rng.integers(10_000, 99_000))
        return notations.drawn(rng, forms, n=number, z=code, name=_invented(rng))
    return str(rng.choice(_POOLS[pool]))


def _invented(rng: np.random.Generator) -> str:
    """A name of two to four syllables that stands in no list; ever long enough to be no part of another word."""
    return "".join(str(one) for one in rng.choice(_POOLS["syllables"], int(rng.integers(3, 5)))).capitalize()
