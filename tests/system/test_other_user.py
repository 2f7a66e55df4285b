"""The public side as another user of the operating system, told nothing: no page or download needs the intake side.

The intake folder is mode 0700 and belongs to one user; the public site runs as another one, without any capability and
with an empty environment. As root the test makes two such users out of `nobody` and itself: where Python's own files
are closed to `nobody`, the intake folder is given to `nobody`, and the public side is user 0 stripped of every
capability, whom the kernel refuses like any other. A test that may not change users takes the folder away altogether.
"""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from tests.archives import VESALIUS
from tests.system.reader import Reader
from tests.system.routes import Needs, case_of, routes

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("system")]

NOBODY = 65534
PASSWORD = "correct horse battery"
NAMES = """
select h.short_title, p.patient_id, t.study_instance_uid, s.series_instance_uid, i.sop_instance_uid
from catalog_series s join catalog_study t on t.id = s.study_id join catalog_patient p on p.id = t.patient_id
join catalog_holding h on h.id = s.holding_id join catalog_instance i on i.series_id = s.id
where h.short_title = 'Open-Chest' order by s.id, i.id limit 1
"""
LOOK_AROUND = """
import importlib, json, os, sys
os.environ |= {"VESALIUS_SIDE": "public", "DJANGO_SETTINGS_MODULE": "vesalius.settings.django"}
import vesalius.web.asgi
side = importlib.import_module("vesalius.web.public_side")
for name in side.WORK:
    importlib.import_module(name)
from django.apps import apps
from django.db import connections
found = {
    "loaded": sorted(name for name in sys.modules if name.startswith(("vesalius.intake", "vesalius.submit", "vesalius.curate"))),
    "databases": list(connections), "apps": sorted(apps.app_configs),
}
for what, deed in {
    "model": lambda: importlib.import_module("vesalius.intake.models"),
    "connection": lambda: connections["intake"],
    "folder": lambda: os.listdir(os.environ["VESALIUS_DATA"] + "/intake"),
    "key": lambda: open(os.environ["VESALIUS_DATA"] + "/intake/keys/signing.key"),
}.items():
    try:
        deed()
    except Exception as error:
        found[what] = type(error).__name__
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Apart:
    """A data folder whose intake side the public user cannot read."""

    data: Path
    before: tuple[str, ...]  # what makes a command run as the public user
    user: int
    refusal: str  # how the system answers who looks into the intake folder


def _as_user(uid: int) -> tuple[str, ...]:
    nothing = ("--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs")
    return ("setpriv", f"--reuid={uid}", f"--regid={uid}", *nothing)


def _can_run_here(uid: int) -> bool:
    """Whether Python, its packages and our source are open to this user, who is to start processes himself."""
    again = "import django, vesalius.settings, subprocess, sys; subprocess.run([sys.executable, '-c', ''], check=True)"
    command = [*_as_user(uid), sys.executable, "-c", again]
    return subprocess.run(command, capture_output=True, check=False, env={}, cwd="/").returncode == 0


def _give(folder: Path, uid: int) -> None:
    for place in (folder, *folder.rglob("*")):
        os.chown(place, uid, uid)


@pytest.fixture
def apart(built: Path) -> Iterator[Apart]:
    place = Path(tempfile.mkdtemp(prefix="vesalius-apart-"))
    place.chmod(0o755)  # so that any user comes as far as the data folder
    data = shutil.copytree(built, place / "data")
    data.chmod(0o755)
    if os.geteuid() == 0:
        public = NOBODY if _can_run_here(NOBODY) else 0
        for folder in (data / "archive", data / "derived" / "archive"):
            _give(folder, public)
        _give(data / "intake", 0 if public else NOBODY)
        yield Apart(data, _as_user(public), public, "PermissionError")
    else:
        (data / "intake").rename(place / "away")
        (place / "away").chmod(0)
        yield Apart(data, (), os.geteuid(), "FileNotFoundError")
        (place / "away").chmod(0o700)
    shutil.rmtree(place)


@pytest.fixture
def names(apart: Apart) -> dict[str, str]:
    with closing(sqlite3.connect(apart.data / "archive" / "archive.sqlite3")) as rows:
        return dict(
            zip(("title", "patient", "study", "series", "sop"), rows.execute(NAMES).fetchone(), strict=True)
        )


def test_the_public_side_answers_everything_without_the_intake_side(apart: Apart, names, serve):
    mode = (apart.data / "intake").stat().st_mode & 0o777 if (apart.data / "intake").exists() else None
    assert mode in {0o700, None}
    served = serve(apart.data, "--public", before=apart.before, surroundings={})
    reader = Reader(served.public)
    wrong = []
    for route in sorted(routes()):
        case = case_of(route)
        if case is None or (case.analysis and "{title}" in case.url) or (case.post and "account" in route):
            continue
        if "clinical.csv" in case.url:  # these archives have no table; test_routes.py asks for one
            continue
        form = {name: value.format_map(names) for name, value in case.form.items()} if case.post else None
        answer = reader.ask(case.url.format_map(names), form)
        expected = 302 if case.needs is Needs.ACCOUNT else case.good
        if answer.status != expected:
            wrong.append((route, answer.status, expected))
    assert not wrong, wrong
    assert _sends_the_series(reader, names)
    _is_confined(served, apart)


def test_accounts_of_the_public_site_are_made_and_used_without_the_intake_side(apart: Apart, serve):
    def command(*words: str) -> str:
        made = subprocess.run(
            [*apart.before, *VESALIUS, *words], env={"VESALIUS_DATA": str(apart.data)}, cwd="/",
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()

    command("user", "create", "reader", "--password", PASSWORD)
    command("user", "grant", "reader", "Limited-Chest")
    token = command("token", "create", "reader")
    served = serve(apart.data, "--public", before=apart.before, surroundings={})
    reader = Reader(served.public)
    assert reader.ask("/collections/Limited-Chest/").status == 404
    assert reader.sign_in("reader", PASSWORD)
    assert reader.ask("/account/").status == 200
    assert reader.ask("/collections/Limited-Chest/").status == 200
    asked = "/nbia-api/services/v4/getPatient?Collection=Limited-Chest"
    assert Reader(served.public).ask(asked).body == b""
    assert b"Limited-Chest" in Reader(served.public, token).ask(asked).body


def test_a_public_process_has_no_way_to_the_intake_side(apart: Apart):
    looked = subprocess.run(
        [*apart.before, sys.executable, "-c", LOOK_AROUND],
        env={"VESALIUS_DATA": str(apart.data)}, capture_output=True, text=True, check=True, cwd="/",
    )  # fmt: skip
    found = json.loads(looked.stdout)
    assert found["loaded"] == []
    assert found["databases"] == ["default"]
    assert "intake" not in found["apps"]
    assert found["connection"] == "ConnectionDoesNotExist"
    assert found["model"] == "RuntimeError"  # Django: the model is of no installed application
    assert found["folder"] == found["key"] == apart.refusal


def _sends_the_series(reader: Reader, names: dict[str, str]) -> bool:
    """The ZIP is whole, the picture is a picture, the header is a header."""
    zipped = reader.ask(f"/series/{names['series']}/download/")
    picture = reader.ask(f"/series/{names['series']}/thumbnail/")
    header = reader.ask(f"/series/{names['series']}/header/")
    return (
        zipped.body[:4] == b"PK\3\4"
        and len(zipped.body) == int(zipped.headers["content-length"])
        and picture.body[:2] == b"\xff\xd8"
        and re.search(rb"Pixel\s*Data", header.body) is not None
    )


def _is_confined(served, apart: Apart) -> None:
    """Every process runs as the public user, holds no file of the intake side and was told nothing of it."""
    processes = [psutil.Process(served.process.pid), *served.family()]
    assert len(processes) >= 4
    closed = str(apart.data / "intake")
    for process in processes:
        proc = Path(f"/proc/{process.pid}")
        assert process.uids().effective == apart.user
        if apart.before:
            assert re.search(r"^CapEff:\s*0+$", (proc / "status").read_text(), re.MULTILINE)
        held = [os.readlink(one) for one in (proc / "fd").iterdir() if one.is_symlink()]
        assert not [path for path in held if path.startswith(closed)]
        assert closed not in (proc / "maps").read_text()
        assert b"intake" not in (proc / "environ").read_bytes().lower()
