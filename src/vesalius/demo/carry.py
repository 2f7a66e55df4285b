"""Carry the demonstration through the real pipeline, each deed by a named demonstration account.

The files are made as a hospital would send them, submitted, cleaned, looked at by the account "curator", released by
the account "releaser". What was carried is remembered, so that a second start goes on where the first one stopped.
"""

import json
import os
import secrets
import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from vesalius.access import people
from vesalius.access.models import Grant, Person, Role
from vesalius.catalog.making import NewDownload, NewHolding, add_download, make_holding
from vesalius.catalog.models import Citation, Download, Holding, Release
from vesalius.curate import plan as planning
from vesalius.curate import review, tables
from vesalius.demo import third_party
from vesalius.demo.drawing import Drawn, drawing
from vesalius.demo.holdings import AUTHORS, DRAWN, HOLDINGS, LIMITED, MASKS, DemoHolding
from vesalius.demo.parcels import PARCELS, Parcel
from vesalius.demo.progress import Progress, Tell
from vesalius.errors import Unavailable
from vesalius.release import publish
from vesalius.settings.routing import Side, alias_of, on_archive
from vesalius.store.sources import gather
from vesalius.submit import receive

BY: Final = "demonstration"
PATIENCE: Final = 1800.0  # seconds for the workers to clean or admit one delivery
DRAWERS: Final = 2  # processes
READ: Final = "Read from end to end: codes, numbers and references; nothing that names a person."
NOBODYS_FACE: Final = "Drawn from the average of many heads: nobody has this face."
HOMES: Final = {"images": "Images", "files": "Clinical data"}  # title of the row of data access
Wait = Callable[[], None]
ACCOUNTS: Final = {
    "curator": (Side.INTAKE, [Role.Name.CURATOR, Role.Name.PHI_REVIEWER]),
    "releaser": (Side.INTAKE, [Role.Name.RELEASER, Role.Name.CURATOR]),
    "administrator": (Side.INTAKE, list(Role.Name)),
    "researcher": (Side.ARCHIVE, []),
    "collaborator": (Side.ARCHIVE, []),
}


def carry(tell: Tell, wait: Wait = lambda: time.sleep(0.3), parcels: tuple[Parcel, ...] = PARCELS) -> None:
    """Do what is left to do of the demonstration; `wait` is called while workers are to get on with it."""
    make_accounts(tell)
    make_holdings()
    secret = frozenset(one.short_title for one in HOLDINGS if one.access == "limited" or one.embargo_days)
    progress = Progress(settings.VESALIUS.archive_folder, tell, parcels, secret)
    left = []
    for parcel in parcels:
        if _mark(parcel).exists():
            progress.finish(parcel)
        else:
            left.append(parcel)
    with drawing([(parcel, _place(parcel)) for parcel in left], DRAWERS) as drawn:
        for parcel, patients in zip(left, drawn, strict=True):
            progress.begin(parcel)
            _await_drawing(patients, tell)
            if parcel.origin == "derived":
                third_party.write(_place(parcel))
            _carry_parcel(parcel, tell, wait)
            _mark(parcel).touch()
            progress.finish(parcel)
    tell("The demonstration is complete.")


def make_accounts(tell: Tell) -> None:
    """Accounts named after their roles; passwords are random, shown once here and kept in demo-accounts.json."""
    path: Path = settings.VESALIUS.data / "demo-accounts.json"
    known: dict[str, dict[str, str]] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    for name, (side, _) in ACCOUNTS.items():
        site = settings.VESALIUS.public_url if side is Side.ARCHIVE else settings.VESALIUS.staff_url
        known.setdefault(name, {"site": site, "password": secrets.token_urlsafe(12)})
    # Before the accounts: a crash between must not lock us out.
    _write_secret(path, json.dumps(known, indent=2))
    for name, (side, roles) in ACCOUNTS.items():
        if Person.objects.using(alias_of(side)).filter(name=name).exists():
            continue
        people.create_person(name, known[name]["password"], side=side, by=BY)
        people.set_roles(name, roles, side=side, by=BY)
        tell(f"Account {name}: {known[name]['site']} password {known[name]['password']}")


def make_holdings() -> None:
    """The demonstration's collections and analysis result, and the collaborator's grant."""
    for wanted in HOLDINGS:
        if not Holding.objects.filter(short_title=wanted.short_title).exists():
            _make_holding(wanted)
    people.grant("collaborator", Grant.Scope.HOLDING, LIMITED, Grant.Deed.FETCH, side=Side.ARCHIVE, by=BY)


def _make_holding(wanted: DemoHolding) -> None:
    with on_archive():
        about = {
            "summary": wanted.summary,
            "abstract": wanted.abstract,
            "detail": DRAWN,
            "authors": [{"name": AUTHORS}],
            "cancer_types": list(wanted.cancer_types),
            "cancer_locations": list(wanted.cancer_locations),
            "complete": wanted.complete,
            "synthetic": True,
        }
        new = NewHolding(
            short_title=wanted.short_title,
            title=wanted.title,
            license=wanted.license,
            access=wanted.access,
            kind=wanted.kind,
            about=about,
        )
        holding = make_holding(new, person=BY)
        if wanted.embargo_days:
            end = timezone.now() + timedelta(days=wanted.embargo_days)
            holding.downloads.update(embargo_until=end)
        if wanted.tables:
            add_download(wanted.short_title, NewDownload(title=HOMES["files"]), person=BY)
        for title, spdx, address, terms in wanted.links:
            link = NewDownload(
                title=title, kind=Download.Kind.LINK, license=spdx, access="public", url=address, terms=terms
            )
            add_download(wanted.short_title, link, person=BY)
        holding.derived_from.set(Holding.objects.filter(short_title__in=wanted.derived_from))
        Citation.objects.bulk_create(
            [Citation(holding=holding, kind="acknowledgement", text=text) for text in wanted.thanks]
        )


def _place(parcel: Parcel) -> Path:
    folder: Path = settings.VESALIUS.intake_folder / "demo"
    return folder / f"{parcel.content}-{'-'.join(map(str, parcel.patients))}"


def _mark(parcel: Parcel) -> Path:
    return _place(parcel).with_suffix(".done")


def _await_drawing(patients: Drawn, tell: Tell) -> None:
    for number, patient in enumerate(patients, 1):
        files = patient.result()
        tell(f"  {files} files drawn, patient {number} of {len(patients)}")


def _carry_parcel(parcel: Parcel, tell: Tell, wait: Wait) -> None:
    sources = gather([_place(parcel)])
    submission = receive.open_submission(
        receive.Delivery(
            site="Demonstration Hospital" if parcel.origin == "identifiable" else "Demonstration Laboratory",
            collection=parcel.holding,
            download=HOMES[parcel.kind],
            origin=parcel.origin,
            kind=parcel.kind,
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
        _release(parcel.holding, submission, parcel.notes, wait)
        kind = "analysis-results" if parcel.holding == MASKS else "collections"
        tell(f"  released: {settings.VESALIUS.public_url}/{kind}/{parcel.holding}/")
    shutil.rmtree(_place(parcel))


def _release(collection: str, submission: Any, notes: str, wait: Wait) -> None:
    """Accept what is in review, plan, confirm, admit, publish: as people do, by the same functions."""
    for series in submission.series.filter(superseded_by=None, step="in-review"):
        for finding in series.findings.filter(settled_at=None, kind="structured_content"):
            review.settle(finding.pk, person="curator", settlement=READ)
        for finding in series.findings.filter(settled_at=None, kind="face"):
            review.settle(finding.pk, person="curator", settlement=NOBODYS_FACE, verdict="accepted")
        review.accept(series.pk, person="curator", saw=series.digest, pixels_clean=True)
    for table in tables.current(submission):
        tables.accept(table.pk, person="curator", saw=table.digest)
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
