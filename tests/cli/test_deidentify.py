"""`vesalius deidentify` and `vesalius inspect` as commands: their words, their exit codes, their files."""

import csv
import json
import stat
import subprocess

import pytest
from tests.archives import VESALIUS, environ
from tests.site import hospital
from tests.site.conftest import said
from tests.site.hospital import capture, id_of, name_of, write

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path):
    hospital.export(tmp_path / "in", patients=1)
    write(capture(1), tmp_path / "in" / "screen.dcm")
    (tmp_path / "in" / "notes.bin").write_bytes(b"nothing")
    return tmp_path / "in"


def test_inspect_shows_what_may_tell_most_first(folder):
    done = said("inspect", str(folder), "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert name_of(1).partition("^")[0][:8] in done.stdout, "values are shown to the person at the terminal"
    assert done.stdout.index("identifier") < done.stdout.index("free text") < done.stdout.index("date ")
    assert "May show text in their pixels: 1" in done.stdout
    assert "screen.dcm" in done.stdout


def test_inspect_writes_files_that_its_owner_alone_can_read(folder, tmp_path):
    names = {kind: tmp_path / f"found.{kind}" for kind in ("csv", "json", "html")}
    words = [word for kind, path in names.items() for word in (f"--{kind}", str(path))]
    assert said("inspect", str(folder), "--workers", "1", *words).returncode == 0
    assert {stat.S_IMODE(path.stat().st_mode) for path in names.values()} == {0o600}
    told = json.loads(names["json"].read_text())
    assert (told["files"], told["not_dicom"], told["levels"]["patients"]) == (8, 1, 1)
    attributes = {one["element"]: one for one in told["attributes"]}
    assert attributes["(0010,0020)"]["values"] == {id_of(1): 7}
    assert attributes["(0010,0020)"]["risk"] == "identifier"
    assert attributes["(0008,103E)"]["risk"] == "free text"
    assert attributes["(3006,0039)[].(3006,0040)[].(3006,0016)[].(0008,1155)"]["risk"] == "UID"
    assert attributes["(0028,0010)"]["risk"] == "none"
    with names["csv"].open(newline="") as file:
        assert (id_of(1), "7") in {(row["value"], row["count"]) for row in csv.DictReader(file)}


@pytest.mark.parametrize(("kind", "shows"), [("whole", True), ("defaced", False)])
def test_inspect_names_heads_whose_face_can_be_known_again(tmp_path, kind, shows):
    for number, image in enumerate(hospital.head(1, kind), 1):
        write(image, tmp_path / "in" / f"{number:03}.dcm")
    done = said("inspect", str(tmp_path / "in"), "--workers", "1", "--json", str(tmp_path / "found.json"))
    assert f"Series with a recognisable face: {int(shows)}" in done.stdout
    [seen] = json.loads((tmp_path / "found.json").read_text())["heads"]
    assert seen["face"] is shows


def test_a_value_that_is_html_is_shown_as_text(folder, tmp_path):
    write(hospital.ct(1, 8, SeriesDescription="<script>alert(1)</script>"), folder / "x.dcm")
    page = tmp_path / "found.html"
    said("inspect", str(folder), "--workers", "1", "--html", str(page))
    assert "&lt;script&gt;" in page.read_text()
    assert "<script>" not in page.read_text()


def test_the_report_names_action_and_rule_and_holds_values_for_the_site_alone(folder, tmp_path):
    maps = tmp_path / "maps"
    (folder / "screen.dcm").unlink()
    words = ("--recipe", "tcia", "--maps", str(maps), "--workers", "1")
    assert said("deidentify", str(folder), str(tmp_path / "out"), *words).returncode == 0
    report = json.loads((maps / "report" / "report.json").read_text())
    assert report["words"]["kept"] >= 6, "CHEST AXIAL stands in three files"
    lines = {one["path"]: one for one in report["attributes"]}
    name = lines["(0010,0010)"]
    assert (name["name"], name["rule"]) == ("Patient's Name", "Basic Profile: Z")
    assert name["examples"][0][0] == name_of(1)
    assert lines["(0008,0020)"]["rule"] == "Retain Longitudinal Temporal Information Modified Dates"
    assert (lines["(0012,0062)"]["deed"], lines["(0012,0062)"]["examples"][0][1]) == ("set", "YES")
    assert lines["(0008,0018)"]["action"] == "U"
    assert lines["(0008,0018)"]["examples"] == [], "a UID is in the map, and nobody judges it by its value"
    page = (maps / "report" / "report.html").read_text()
    assert "It is for the site alone" in page
    assert "src=" not in page
    assert "http" not in page.split("</style>")[1]


@pytest.mark.parametrize(
    "words", [["deidentify"], ["deidentify", "no-such-folder", "out", "--recipe", "tcia"], ["inspect"]]
)
def test_wrong_usage_ends_with_two(words):
    done = subprocess.run([*VESALIUS, *words], capture_output=True, text=True, check=False, env=environ())
    assert done.returncode == 2
    assert "Error: " in done.stderr
    assert "Traceback" not in done.stderr
