"""The whole line as people walk it: a hospital's files, a curator, a releaser, a reader, an unmodified client.

Real processes, real pages, real clicks; at the end nothing that named a patient is found anywhere on the public side.
"""

import hashlib
import json
import os
import re
import sqlite3
import subprocess
import zipfile
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect
from pydicom import dcmread
from tests.archives import Served, run, until
from tests.system.reader import Reader
from tests.system.routes import case_of, routes

from vesalius.demo.content import limited_ct, planted

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / ".venv-clients" / "bin" / "python"
COLLECTION = "Journey-Chest"
PASSWORD = "correct horse battery"
TEXT_IN_PIXELS = ("OT", "US")  # captures that carry the patient's name: a curator leaves them out
NAMES_OF_PEOPLE = ("PN",)
# Not the devices: the recipe keeps them (PS3.15 E.3.8, Retain Device Identity), and says so in the files.
IDENTIFYING = (
    "PatientID", "PatientBirthDate", "OtherPatientIDs", "PatientAddress", "PatientTelephoneNumbers", "InstitutionName",
    "InstitutionAddress", "AccessionNumber", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID",
    "FrameOfReferenceUID",
)  # fmt: skip
DUE = """
select kind from jobs_job where state in ('waiting', 'running') and (run_after is null or run_after < datetime('now'))
"""
CONTENTS = """
select s.series_instance_uid, c.blob_id, t.study_instance_uid, p.patient_id, i.sop_instance_uid
from catalog_revisioninstance c join catalog_instance i on i.id = c.instance_id
join catalog_series s on s.id = i.series_id join catalog_study t on t.id = s.study_id
join catalog_patient p on p.id = t.patient_id order by s.id, c.position
"""


@pytest.fixture(scope="module")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as hospitals send it: two patients' CT, and a patient whose captures show his name."""
    folder = tmp_path_factory.mktemp("delivery")
    for file in (*limited_ct.files(1), *planted.files(0), *planted.files(1)):
        path = folder / file.group / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    return folder


@pytest.fixture
def served(tmp_path: Path, serve) -> Served:
    """An empty archive that serves, with a collection and its two people."""
    data = tmp_path / "data"
    for words in (
        ["init"],
        ["collection", "create", COLLECTION, "--title", "A chest on its way", "--summary", "Synthetic."],
        ["user", "create", "cora", "--site", "staff", "--role", "curator", "--password", PASSWORD],
        ["user", "create", "rolf", "--site", "staff", "--role", "releaser", "--password", PASSWORD],
    ):
        done = run(data, *words)
        assert done.returncode == 0, done.stderr
    return serve(data)


def test_a_hospitals_files_become_a_researchers_download(served: Served, delivery: Path, open_page, tmp_path):
    _submit(served, delivery)
    _review(open_page(), served, delivery)
    _release(open_page(), served)
    contents = _contents(served)
    page = open_page()
    uid = _find(page, served)
    zipped = _download_zip(page, {row[1] for row in contents if row[0] == uid})
    manifest = _fill_basket(page, served, uid, tmp_path)
    _fetch_as_program(served, manifest, contents, uid, tmp_path / "fetched")
    known = _identifiers(delivery)
    assert len(known) > 80
    _is_nowhere(known, "the ZIP", zipped)
    _is_nowhere_on_pages(known, served, contents)
    for path in sorted((served.data / "archive").rglob("*")):
        if path.is_file():
            _is_nowhere(known, path.name, path.read_bytes())


def _submit(served: Served, delivery: Path) -> None:
    """By the command, while the archive serves; its workers clean."""
    words = (
        "submit",
        str(delivery),
        "--collection",
        COLLECTION,
        "--site",
        "Havndal",
        "--origin",
        "identifiable",
        "--yes",
    )
    sent = run(served.data, *words, VESALIUS_STAFF_PORT=str(served.staff_port))
    assert sent.returncode == 0, sent.stderr
    assert f"{served.staff}/submissions/1/" in sent.stdout
    _until_idle(served)


def _until_idle(served: Served) -> None:
    for side in ("intake", "archive"):
        until(lambda on=side: not _due(served.data / on / f"{on}.sqlite3"), f"the {side} jobs were done")


def _due(database: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(database, timeout=30)) as rows:
        return rows.execute(DUE).fetchall()


def _sign_in(page: Page, site: str, name: str) -> None:
    page.goto(f"{site}/account/login/")
    page.get_by_label("Account name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()


def _review(page: Page, served: Served, delivery: Path) -> None:
    """The curator sees where every file stands, and judges each series with the keyboard."""
    _sign_in(page, served.staff, "cora")
    page.goto(f"{served.staff}/submissions/1/")
    files = [path for path in delivery.rglob("*") if path.is_file()]
    counts = [int(found.replace(",", "")) for found in page.locator(".equation b").all_inner_texts()]
    assert counts[0] == len(files)
    assert counts[0] == sum(counts[1:])
    judged = _judge_all(page)
    assert judged["excluded"] == len(TEXT_IN_PIXELS)
    assert judged["accepted"] == 2
    assert page.url.split("?")[0] == f"{served.staff}/submissions/1/"


def _judge_all(page: Page) -> dict[str, int]:
    judged = {"accepted": 0, "excluded": 0}
    page.locator("#sheet .thumb a").first.click()
    while page.locator("#accept").count():
        at = page.url
        expect(page.locator(".viewer img").first).to_be_visible()
        told = page.locator("header.lead").inner_text()
        if re.search(rf"\b({'|'.join(TEXT_IN_PIXELS)})\b", told):
            page.keyboard.press("x")
            page.keyboard.type("the picture shows the patient's name")
            page.keyboard.press("Enter")
            judged["excluded"] += 1
        else:
            if page.get_by_label("I looked at every image for text").count():
                page.get_by_label("I looked at every image for text").press("Space")
            page.keyboard.press("a")
            judged["accepted"] += 1
        page.wait_for_url(lambda url, before=at: url != before)
    return judged


def _release(page: Page, served: Served) -> None:
    """The releaser plans, confirms and publishes."""
    _sign_in(page, served.staff, "rolf")
    page.goto(f"{served.staff}/releases/{COLLECTION}/")
    page.get_by_label("What changes, for the reader").fill("The first patients.")
    page.get_by_role("button", name="Plan the next version").click()
    page.get_by_role("button", name="Confirm version 1").click()
    _until_idle(served)
    page.reload()
    page.get_by_role("button", name=f"Release version 1 of {COLLECTION}").click()
    expect(page.get_by_text("The world sees it")).to_be_visible()
    _until_idle(served)


def _contents(served: Served) -> list[tuple[str, ...]]:
    """Series UID, SHA-256, and the names around it, of every released file."""
    with closing(sqlite3.connect(served.data / "archive" / "archive.sqlite3")) as rows:
        return rows.execute(CONTENTS).fetchall()


def _find(page: Page, served: Served) -> str:
    """A reader finds the collection by a word, and comes to one series and its header."""
    page.goto(served.public)
    page.get_by_label("Search the archive").fill("chest CT")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/**")
    assert page.locator(".found li").count() == 2
    page.goto(f"{served.public}/collections/")
    page.get_by_role("link", name="A chest on its way").first.click()
    expect(page.get_by_role("heading", name="A chest on its way")).to_be_visible()
    page.get_by_role("link", name="Look through all series").click()
    page.locator(".found h2 a").first.click()
    uid = page.url.rstrip("/").rsplit("/", 1)[-1]
    pictures = page.locator("ol.contact img")
    assert pictures.count() >= 4
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", value=True)
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    page.get_by_role("link", name="Read the full header").click()
    expect(page.get_by_text("Patient Identity Removed")).to_be_visible()
    page.go_back()
    return uid


def _saved(download: Download) -> bytes:
    return Path(download.path()).read_bytes()


def _download_zip(page: Page, expected: set[str]) -> bytes:
    """Through the browser; every file in it is a file of the archive, byte for byte."""
    with page.expect_download() as told:
        page.get_by_role("link", name="Download ZIP").click()
    content = _saved(told.value)
    with zipfile.ZipFile(BytesIO(content)) as opened:
        assert opened.testzip() is None
        files = [opened.read(name) for name in opened.namelist() if name.endswith(".dcm")]
    assert {hashlib.sha256(file).hexdigest() for file in files} == expected
    return content


def _fill_basket(page: Page, served: Served, uid: str, folder: Path) -> Path:
    page.get_by_role("button", name="Add to basket").click()
    page.goto(f"{served.public}/basket/")
    with page.expect_download() as told:
        page.get_by_role("link", name="Download manifest").click()
    assert told.value.suggested_filename.endswith(".tcia")
    path = folder / "basket.tcia"
    path.write_bytes(_saved(told.value))
    lines = path.read_text().splitlines()
    assert lines[-1] == uid
    assert f"downloadServerUrl={served.public}/" in path.read_text()
    return path


def _fetch_as_program(served: Served, manifest: Path, contents, uid: str, folder: Path) -> None:
    """tcia_utils lists what the page listed and saves what the browser saved."""
    done = subprocess.run(
        [CLIENT, Path(__file__).with_name("tcia_download.py"), served.public, folder, COLLECTION, manifest],
        env={"PATH": os.environ["PATH"], "HOME": str(folder.parent)}, cwd=folder.parent,
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["complaints"] == []
    assert {one["SeriesInstanceUID"] for one in told["series"]} == {row[0] for row in contents}
    assert sorted(told["saved"]) == sorted(row[1] for row in contents if row[0] == uid)


def _identifiers(delivery: Path) -> set[str]:
    """Whatever in the files, as they were sent, names a person, a place or an examination."""
    found: set[str] = set()
    for path in delivery.rglob("*"):
        if path.is_file() and path.suffix not in {".txt", ".csv"}:
            image = dcmread(path, stop_before_pixels=True)
            for element in image.iterall():
                if element.VR in NAMES_OF_PEOPLE:
                    found |= set(re.split(r"[\^= ]", str(element.value)))
                elif element.keyword in IDENTIFYING:
                    found |= {str(element.value)}
    return {name for name in found if len(name) >= 6}


def _is_nowhere(known: set[str], where: str, content: bytes) -> None:
    small = content.lower()
    told = [
        name for name in known
        if any(name.lower().encode(coding, "replace") in small for coding in ("utf-8", "latin-1"))
    ]  # fmt: skip
    assert not told, f"{where} tells {len(told)} identifiers, such as {told[0]!r}"


def _is_nowhere_on_pages(known: set[str], served: Served, contents) -> None:
    reader = Reader(served.public)
    for number, uid in enumerate(dict.fromkeys(row[0] for row in contents)):
        _, _, study, patient, sop = next(row for row in contents if row[0] == uid)
        names = {"title": COLLECTION, "patient": patient, "study": study, "series": uid, "sop": sop}
        for route in sorted(routes()):
            case = case_of(route)
            if (
                "account" in route
                or (number and "{series}" not in case.url)
                or (number and "v4" not in route)
            ):
                continue
            form = {name: value.format_map(names) for name, value in case.form.items()} if case.post else None
            answer = reader.ask(case.url.format_map(names), form)
            _is_nowhere(known, route, answer.body)
