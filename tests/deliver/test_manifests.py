"""Manifests in every format: held to the grammar of the program that takes them, and honest about what they leave out."""

import csv
import io
import re
import shlex
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from tests.factories import make_holding, make_patient, make_release, make_revision, make_series, make_study

from vesalius.access.permit import visible_to
from vesalius.catalog.visible import current_revisions, revisions_of
from vesalius.client.manifest import read_manifest
from vesalius.client.problems import NotAManifest
from vesalius.deliver.manifests import FORMATS, Kind, Line, counts, lines_of

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
BASE = settings.VESALIUS.public_url.rstrip("/")


def line(number: int, held_at: str = "", kind: Kind | None = None, patient: str = "LUNG 1") -> Line:
    kind = kind or (Kind.HERE if not held_at else Kind.BUCKET if held_at.startswith("s3") else Kind.WEB)
    return Line(
        kind=kind, collection="Lung", patient_id=patient, study_uid="2.25.1", uid=f"2.25.{number}", modality="CT",
        image_count=2, size=100, license="CC-BY-4.0", held_at=held_at, version=3,
    )  # fmt: skip


HERE, BUCKET, WEB = line(10), line(11, "s3://idc-open-data/uuid/*"), line(12, "https://example.org/12.zip")
PREFIX, LOCKED = line(13, "s3://other/prefix/", patient="a'b; rm"), line(14, kind=Kind.AWAY)
ALL = [HERE, BUCKET, WEB, PREFIX, LOCKED]


def text(name: str, lines=ALL, *, fixed: bool = False) -> str:
    return FORMATS[name].text(lines, fixed=fixed, at=AT)


def test_a_tcia_manifest_is_six_lines_and_a_uid_on_each_that_follows():
    assert text("tcia").split("\n") == [
        f"downloadServerUrl={BASE}/nbia-download/servlet/DownloadServlet",
        "includeAnnotation=true",
        "noOfrRetry=4",
        "databasketId=manifest-1767323045000.tcia",
        "manifestVersion=3.0",
        "ListOfSeriesToDownload=",
        "2.25.10",
        "",
    ]
    assert FORMATS["tcia"].media_type == "application/x-nbia-manifest-file"


def test_an_s5cmd_manifest_is_a_command_on_each_line():
    """s5cmd run: lines that begin with "# " are skipped, others are split as a shell does."""
    lines = text("s5cmd").splitlines()
    commands = [shlex.split(one) for one in lines if not one.startswith("# ")]
    assert commands == [
        ["cp", "s3://idc-open-data/uuid/*", "Lung/LUNG 1/2.25.1/2.25.11/"],
        ["cp", "s3://other/prefix/*", "Lung/a'b; rm/2.25.1/2.25.13/"],
    ]
    comments = [one for one in lines if one.startswith("# ")]
    assert comments[1:] == ["# 3 series not in a bucket, left out:", "# 2.25.10", "# 2.25.12", "# 2.25.14"]


def test_an_aria2_input_file_is_an_address_and_its_options_below():
    """aria2c(1), Input File: URIs on a line, then options on lines that begin with white space, one each."""
    lines = [one for one in text("aria2", fixed=True).splitlines() if not one.startswith("#")]
    assert lines == [
        f"{BASE}/series/2.25.10/download/?version=3",
        "  out=Lung/LUNG 1/2.25.1/2.25.10.zip",
        "https://example.org/12.zip",
        "  dir=Lung/LUNG 1/2.25.1/2.25.12",
    ]
    assert "# 3 series without an address of HTTP, left out:" in text("aria2")


def test_a_list_of_addresses_is_addresses_alone():
    assert text("txt").splitlines() == [f"{BASE}/series/2.25.10/download/", "https://example.org/12.zip"]
    assert all(urlsplit(one).scheme in {"http", "https"} for one in text("txt").splitlines())


def test_a_table_names_every_series_and_who_holds_it():
    rows = list(csv.DictReader(io.StringIO(text("csv", [*ALL, line(15, patient="=1+1")], fixed=True))))
    assert [row["series_instance_uid"] for row in rows] == [f"2.25.{n}" for n in (10, 11, 12, 13, 14, 15)]
    assert rows[0]["download_url"] == f"{BASE}/series/2.25.10/download/?version=3"
    assert [row["held_at"] for row in rows[1:4]] == [BUCKET.held_at, WEB.held_at, PREFIX.held_at]
    assert [row["download_url"] for row in rows[1:5]] == [""] * 4
    assert rows[5]["patient_id"] == "'=1+1", "a spreadsheet does not calculate it"


@pytest.mark.parametrize("name", ["tcia", "aria2", "txt"])
def test_our_retriever_reads_what_names_series_of_this_archive(name):
    wanted = read_manifest(text(name, [HERE, line(20)]))
    assert (wanted.uids, wanted.address) == (("2.25.10", "2.25.20"), BASE)


def test_our_retriever_reads_a_table_and_refuses_what_it_cannot_keep_to():
    assert read_manifest(text("csv", [HERE, line(20)])).uids == ("2.25.10", "2.25.20")
    assert read_manifest("PatientID,SeriesInstanceUID\nP1,2.25.3\n").uids == ("2.25.3",)
    for name, lines, fixed in (("txt", [HERE], True), ("txt", [WEB], False), ("s5cmd", [BUCKET], False)):
        with pytest.raises(NotAManifest):
            read_manifest(text(name, lines, fixed=fixed))
    with pytest.raises(NotAManifest):
        read_manifest("https://a.org/series/2.25.1/\nhttps://b.org/series/2.25.2/\n")


def test_lines_come_from_rows_in_order_and_know_what_the_asker_may_fetch(house):
    lung, limited = make_holding("Lung"), make_holding("Limited", fetch="granted")
    hidden = make_holding("Hidden", find="granted", fetch="granted")
    study = make_study(make_patient(lung, "LUNG-1"))
    away = {
        "s3://bucket/1/*": Kind.BUCKET,
        "https://x.org/1": Kind.WEB,
        "ftp://x.org/1": Kind.AWAY,
        "s3://a b": Kind.AWAY,
    }
    rows = [make_revision(make_series(study))] + [
        make_revision(make_series(study), held_at=at) for at in away
    ]
    make_release(lung, rows)
    make_release(limited, series=1)
    make_release(hidden, series=1)
    found = lines_of(current_revisions(), visible_to(None))
    assert [one.kind for one in found if one.collection == "Lung"] == [Kind.HERE, *away.values()]
    assert [one.kind for one in found if one.collection == "Limited"] == [Kind.AWAY]
    assert not [one for one in found if one.collection == "Hidden"]
    assert counts(current_revisions(), visible_to(None)) == {
        Kind.HERE: 1, Kind.BUCKET: 1, Kind.WEB: 1, Kind.AWAY: 3
    }  # fmt: skip


def test_a_fixed_address_names_the_last_version_that_holds_the_bytes(house):
    lung = make_holding("Lung")
    first = make_revision(make_series(make_study(make_patient(lung))))
    old = make_release(lung, [first])
    make_release(lung, [make_revision(first.series)])
    (one,) = lines_of(revisions_of(old), visible_to(None))
    assert re.search(r"[?]version=(\d+)$", one.address(fixed=True))[1] == "1"
    assert "version" not in one.address(fixed=False)
