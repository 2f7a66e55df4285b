"""Clinical tables of the chest CT and the brain MR patients, as a study nurse sends them: original IDs and dates.

Each table has its data dictionary beside it. What identifies a patient stands in columns that the dictionary drops.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from io import StringIO
from typing import Final

from vesalius.demo import people
from vesalius.demo.content import brain_mr, chest_ct
from vesalius.demo.holdings import BRAIN, CHEST
from vesalius.demo.writing import HospitalFile

GROUP: Final = "clinical"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lung:
    """What a chest clinic knows of a patient; dates count in days from the first CT."""

    smoking: str
    pack_years: int
    histology: str
    stage: str
    treatment: str
    diagnosed: int  # day of the biopsy; of a patient without tumour, of the scan
    treated: int | None  # day on which treatment began
    response: str
    seen: int  # day of the last contact
    dead: bool = False
    fev1: float  # litres


@dataclass(frozen=True, slots=True, kw_only=True)
class Glioma:
    """What a clinic of neurosurgery knows of a patient; dates count in days from the first MR."""

    diagnosis: str
    grade: int
    idh: str
    mgmt: str
    resection: str
    treatment: str
    operated: int
    progressed: int | None
    seen: int
    dead: bool = False
    kps: int  # Karnofsky performance status before the operation


# By person; they agree with what is drawn: tumours that shrink were treated, one that grows was only watched.
_LUNG: Final = {
    0: Lung(
        smoking="former", pack_years=18, histology="adenocarcinoma", stage="IB", treatment="systemic", diagnosed=6,
        treated=27, response="PR", seen=1290, fev1=2.1,
    ),
    1: Lung(
        smoking="current", pack_years=52, histology="squamous", stage="IIB", treatment="chemoradiation", diagnosed=9,
        treated=34, response="SD", seen=611, dead=True, fev1=1.4,
    ),
    2: Lung(
        smoking="never", pack_years=0, histology="none", stage="0", treatment="none", diagnosed=0, treated=None,
        response="NA", seen=420, fev1=2.8,
    ),
    3: Lung(
        smoking="former", pack_years=30, histology="adenocarcinoma", stage="IA2", treatment="surgery", diagnosed=332,
        treated=351, response="CR", seen=1875, fev1=2.6,
    ),
    4: Lung(
        smoking="former", pack_years=41, histology="adenocarcinoma", stage="IVA", treatment="systemic", diagnosed=4,
        treated=19, response="PD", seen=203, dead=True, fev1=1.7,
    ),
    5: Lung(
        smoking="never", pack_years=0, histology="adenocarcinoma", stage="IVA", treatment="immunotherapy", diagnosed=8,
        treated=30, response="PR", seen=905, fev1=2.4,
    ),
    6: Lung(
        smoking="never", pack_years=0, histology="carcinoid", stage="IA1", treatment="surgery", diagnosed=15,
        treated=40, response="CR", seen=312, fev1=2.9,
    ),
    7: Lung(
        smoking="current", pack_years=44, histology="squamous", stage="IIA", treatment="chemoradiation", diagnosed=7,
        treated=29, response="PR", seen=988, dead=True, fev1=1.9,
    ),
}  # fmt: skip
_GLIOMA: Final = {
    14: Glioma(
        diagnosis="glioblastoma", grade=4, idh="wildtype", mgmt="methylated", resection="gross total",
        treatment="chemoradiation", operated=12, progressed=318, seen=702, dead=True, kps=90,
    ),
    15: Glioma(
        diagnosis="glioblastoma", grade=4, idh="wildtype", mgmt="unmethylated", resection="subtotal",
        treatment="chemoradiation", operated=9, progressed=161, seen=397, dead=True, kps=70,
    ),
    16: Glioma(
        diagnosis="astrocytoma", grade=3, idh="mutant", mgmt="methylated", resection="subtotal",
        treatment="radiotherapy", operated=20, progressed=None, seen=814, kps=100,
    ),
    17: Glioma(
        diagnosis="glioblastoma", grade=4, idh="wildtype", mgmt="unknown", resection="biopsy",
        treatment="radiotherapy", operated=5, progressed=96, seen=188, dead=True, kps=60,
    ),
}  # fmt: skip


def files_for(holding: str, patients: Sequence[int]) -> Iterator[HospitalFile]:
    """The table of these patients of a holding (CHEST or BRAIN; they count from 1) and its data dictionary."""
    name, rows = _TABLES[holding]
    dictionary = (files("vesalius.demo") / "data" / f"{name}.dictionary.csv").read_text("utf-8")
    columns = [line["column"] for line in csv.DictReader(StringIO(dictionary)) if line["column"] != "*"]
    yield HospitalFile(GROUP, 0, f"{name}.csv", _csv([columns, *rows(patients)]))
    yield HospitalFile(GROUP, 0, f"{name}.dictionary.csv", dictionary.encode())


def _lung_rows(patients: Sequence[int]) -> Iterator[tuple[str, ...]]:
    for number in patients:
        plan = chest_ct.PLAN[number - 1]
        one, first = _LUNG[plan.person], _day(plan.studies[0].date)
        diagnosed = first + timedelta(days=one.diagnosed)
        treated = "" if one.treated is None else (first + timedelta(days=one.treated)).isoformat()
        yield (
            *_who(plan.person, diagnosed), one.smoking, str(one.pack_years), f"{one.fev1:.1f}",
            diagnosed.isoformat(), one.histology, one.stage, one.treatment, treated, one.response,
            *_outcome(plan.person, first + timedelta(days=one.seen), dead=one.dead),
        )  # fmt: skip


def _glioma_rows(patients: Sequence[int]) -> Iterator[tuple[str, ...]]:
    for number in patients:
        plan = brain_mr.PLAN[number - 1]
        one, first = _GLIOMA[plan.person], _day(plan.visits[0].date)
        operated = first + timedelta(days=one.operated)
        progressed = "" if one.progressed is None else (first + timedelta(days=one.progressed)).isoformat()
        yield (
            *_who(plan.person, operated), str(one.kps), operated.isoformat(), one.resection, one.diagnosis,
            str(one.grade), one.idh, one.mgmt, one.treatment, progressed,
            *_outcome(plan.person, first + timedelta(days=one.seen), dead=one.dead),
        )  # fmt: skip


def _who(index: int, diagnosed: date) -> tuple[str, ...]:
    person = people.person(index)
    name = person.name.split("=")[0].replace("^", " ").strip()
    age = person.age_on(diagnosed.strftime("%Y%m%d"))
    return person.id, name, _day(person.born).isoformat(), str(age), person.sex


def _outcome(index: int, seen: date, *, dead: bool) -> tuple[str, str, str]:
    family = people.person(index).name.split("^")[0]
    return seen.isoformat(), "dead" if dead else "alive", f"Letter about {family} sent to the family doctor"


def _day(told: str) -> date:
    return date(int(told[:4]), int(told[4:6]), int(told[6:]))


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    out = StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


_TABLES: Final = {
    CHEST: ("chest-ct-clinical", _lung_rows),
    BRAIN: ("brain-mr-clinical", _glioma_rows),
}
