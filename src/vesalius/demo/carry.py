"""Carry the first set through the real pipeline, each deed by a named demonstration account.

The files are made as a hospital would send them, submitted, cleaned, looked at by the account "curator", released by
the account "releaser". What was carried is remembered, so that a second start goes on where the first one stopped.
"""

import json
import os
import secrets
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from vesalius.access import people
from vesalius.access.models import Grant, Person, Role
from vesalius.catalog.making import NewHolding, make_holding
from vesalius.catalog.models import Holding, Release
from vesalius.curate import plan as planning
from vesalius.curate import review
from vesalius.demo.hospital import first_set
from vesalius.demo.plan import GROUPS
from vesalius.errors import Unavailable
from vesalius.release import publish
from vesalius.settings.routing import Side, alias_of
from vesalius.submit import receive
from vesalius.submit.sources import gather

BY: Final = "demonstration"
STAMP: Final = 1_542_000_000  # modification time of every file: a delivery that was cut off resumes
PATIENCE: Final = 1800.0  # seconds for the workers to clean or admit one delivery
Tell = Callable[[str], None]
Wait = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery of the demonstration."""

    group: str
    patients: tuple[int, ...]  # of the group; 0 is what belongs to no patient
    notes: str = ""  # of the release that it becomes; "" leaves it in review


PARCELS: Final = (
    Parcel("chest-ct", (1,), "First patient."),
    Parcel("chest-ct", (2, 3), "Two more patients, one with a second time point."),
    Parcel("limited-ct", (1, 2), "First version."),
    Parcel("in-review", (0, 1, 2)),
)
ACCOUNTS: Final = {
    "curator": (Side.INTAKE, [Role.Name.CURATOR, Role.Name.PHI_REVIEWER]),
    "releaser": (Side.INTAKE, [Role.Name.RELEASER, Role.Name.CURATOR]),
    "administrator": (Side.INTAKE, list(Role.Name)),
    "researcher": (Side.ARCHIVE, []),
    "collaborator": (Side.ARCHIVE, []),
}
LIMITED: Final = "Vesalius-Limited-CT"
ABOUT: Final[dict[str, dict[str, Any]]] = {
    "Vesalius-Chest-CT": {
        "summary": "Synthetic chest CT of invented patients, for trying the archive.",
        "abstract": "Every image of this collection was drawn by a program from a seed: the anatomy, the tumours and "
        "the noise. The patients, hospitals and dates were invented, sent to the archive as identifiable files, and "
        "de-identified, reviewed and released by the same steps as real data. Use it to learn the archive and to test "
        "software; conclude nothing about medicine from it.",
        "cancer_types": ["Lung cancer"],
        "cancer_locations": ["Lung"],
    },
    LIMITED: {
        "summary": "Synthetic chest CT that only named collaborators find.",
        "abstract": "A small collection with limited access: it is found and fetched by those alone who hold a grant, "
        "such as the demonstration account of the collaborator.",
        "cancer_types": ["Lung cancer"],
        "cancer_locations": ["Lung"],
    },
}


def carry(tell: Tell, wait: Wait = lambda: time.sleep(0.3)) -> None:
    """Do what is left to do of the demonstration; `wait` is called while workers are to get on with it."""
    make_accounts(tell)
    make_collections()
    for number, parcel in enumerate(PARCELS, 1):
        done = _place(parcel, number).with_suffix(".done")
        if done.exists():
            continue
        tell(f"Demonstration {number} of {len(PARCELS)}: {_said(parcel)}")
        _carry_parcel(parcel, number, tell, wait)
        done.touch()
    tell("The demonstration is complete.")


def make_accounts(tell: Tell) -> None:
    """Accounts named after their roles; passwords are random, shown once here and kept in demo-accounts.json."""
    path: Path = settings.VESALIUS.data / "demo-accounts.json"
    known: dict[str, dict[str, str]] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    for name, (side, _) in ACCOUNTS.items():
        site = settings.VESALIUS.public_url if side is Side.ARCHIVE else settings.VESALIUS.staff_url
        known.setdefault(name, {"site": site, "password": secrets.token_urlsafe(12)})
    _write_secret(
        path, json.dumps(known, indent=2)
    )  # before the accounts: a crash between must not lock us out
    for name, (side, roles) in ACCOUNTS.items():
        if Person.objects.using(alias_of(side)).filter(name=name).exists():
            continue
        people.create_person(name, known[name]["password"], side=side, by=BY)
        people.set_roles(name, roles, side=side, by=BY)
        tell(f"Account {name}: {known[name]['site']} password {known[name]['password']}")


def make_collections() -> None:
    """The demonstration's collections, and the collaborator's grant."""
    for group in GROUPS:
        if Holding.objects.filter(short_title=group.collection).exists():
            continue
        access = "limited" if group.collection == LIMITED else "public"
        about = ABOUT[group.collection] | {"synthetic": True}
        make_holding(
            NewHolding(short_title=group.collection, title=group.title, access=access, about=about), person=BY
        )
    people.grant("collaborator", Grant.Scope.HOLDING, LIMITED, Grant.Deed.FETCH, side=Side.ARCHIVE, by=BY)


def _said(parcel: Parcel) -> str:
    group = next(group for group in GROUPS if group.name == parcel.group)
    return f"{group.title} ({parcel.notes or 'stays in review for you'})"


def _place(parcel: Parcel, number: int) -> Path:
    folder: Path = settings.VESALIUS.intake_folder / "demo"
    return folder / f"{number}-{parcel.group}"


def _carry_parcel(parcel: Parcel, number: int, tell: Tell, wait: Wait) -> None:
    folder = _place(parcel, number)
    _write_files(parcel, folder, tell)
    collection = next(group.collection for group in GROUPS if group.name == parcel.group)
    sources = gather([folder])
    submission = receive.open_submission(
        receive.Delivery(
            site="Demonstration Hospital",
            collection=collection,
            origin="identifiable",
            person="site",
            not_cleaned_acknowledged=True,
        ),
        sources,
    )
    if submission.state == submission.State.OPEN:
        receive.receive(submission, sources)
        receive.close(submission, "site")
    _until(lambda: _is(submission, "state", submission.State.READY), wait)
    tell(f"  {len(sources)} files received and cleaned")
    if parcel.notes:
        _release(collection, submission, parcel.notes, wait)
        tell(f"  released: {settings.VESALIUS.public_url}/collections/{collection}/")
    shutil.rmtree(folder)


def _write_files(parcel: Parcel, folder: Path, tell: Tell) -> None:
    count = 0
    for file in first_set(groups=(parcel.group,)):
        if file.patient not in parcel.patients:
            continue
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
        os.utime(path, (STAMP, STAMP))
        count += 1
        if count % 20 == 0:
            tell(f"  {count} images drawn")


def _release(collection: str, submission: Any, notes: str, wait: Wait) -> None:
    """Accept what is in review, plan, confirm, admit, publish: as people do, by the same functions."""
    for series in submission.series.filter(superseded_by=None, step="in-review"):
        review.accept(series.pk, person="curator", saw=series.digest, pixels_clean=True)
    plan = planning.draft(collection, person="releaser", notes=notes)
    planning.confirm(plan.pk, person="releaser")
    _until(lambda: _is(plan, "state", plan.State.ADMITTED), wait)
    publish(Release.objects.get(deed_id=plan.deed_id).pk, "releaser")
    planning.published(plan.pk, person="releaser")


def _is(row: Any, name: str, value: str) -> bool:
    row.refresh_from_db()
    return bool(getattr(row, name) == value)


def _until(done: Callable[[], bool], wait: Wait) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > end:
            raise Unavailable("the workers did not get on: is `vesalius serve` running? see `vesalius jobs`")
        wait()


def _write_secret(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text + "\n")
