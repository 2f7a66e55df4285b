"""A head whose face can be known again does not go out unseen: it waits, until a person says why it may go."""

import shutil
import sqlite3

import pytest
from tests.site.hospital import ct, head, write

pytestmark = pytest.mark.slow


@pytest.fixture
def with_head(site):
    for number, image in enumerate(head(1), 1):
        write(image, site.source / "head" / f"{number:03}.dcm")
    write(ct(1, 1), site.source / "chest" / "one.dcm")
    return site


def test_a_series_with_a_face_waits_and_the_summary_says_so(with_head):
    done = with_head.run()
    assert done.returncode == 3
    assert "1 series of heads wait, because a face could be drawn of their images" in done.stdout
    assert list(with_head.written()) == ["chest/one.dcm"]
    assert with_head.report()["faces"] == {"series": 1, "held_back": 1, "reason": ""}
    assert {row["kind"] for row in with_head.table("waiting.csv")} == {"face"}
    again = with_head.run()
    assert again.returncode == 3
    assert "Looking for faces" not in again.stderr, "what was seen once is known"
    assert list(with_head.written()) == ["chest/one.dcm"]


def test_a_reason_lets_faces_out_and_stands_in_the_report(with_head):
    count = sum(1 for _ in (with_head.source / "head").iterdir())
    done = with_head.run("--faces", "accept", "--reason", "agreement 12 of the ethics board")
    assert done.returncode == 0, done.stdout
    assert len(with_head.written()) == count + 1
    assert "1 series of heads go out" in done.stdout
    assert with_head.report()["faces"]["reason"] == "agreement 12 of the ethics board"
    assert with_head.report()["findings"]["face"] == count
    assert with_head.run().returncode == 0, "the word holds"
    write(next(head(1, SliceThickness=3)), with_head.source / "head" / "001.dcm")
    assert with_head.run().returncode == 3, "until a file changes"


def test_a_face_that_came_later_is_taken_back_out_of_out(site):
    images = list(head(1))
    for number, image in enumerate(images[:5], 1):
        write(image, site.source / f"{number:03}.dcm")
    assert site.run().returncode == 0, "five slices draw no face"
    assert len(site.written()) == 5
    for number, image in enumerate(images, 1):
        write(image, site.source / f"{number:03}.dcm")
    assert site.run().returncode == 3
    assert site.written() == {}


def test_a_head_without_a_face_goes_out(site):
    for number, image in enumerate(head(1, "defaced"), 1):
        write(image, site.source / f"{number:03}.dcm")
    done = site.run()
    assert done.returncode == 0, done.stdout
    assert site.report()["faces"] == {"series": 0, "held_back": 0, "reason": ""}


@pytest.mark.parametrize(
    "words", [("--faces", "accept"), ("--reason", "because"), ("--faces", "accept", "--reason", " ")]
)
def test_accepting_faces_and_a_reason_go_together(site, words):
    write(ct(1, 1), site.source / "one.dcm")
    done = site.run(*words)
    assert done.returncode == 2
    assert "say why faces may go out" in done.stderr
    assert not site.out.exists()


def test_a_journal_of_an_older_release_reads_its_files_again(with_head):
    write(ct(2, 1), with_head.source / "other" / "one.dcm")
    shutil.rmtree(with_head.source / "head")
    assert with_head.run().returncode == 0
    with sqlite3.connect(with_head.maps / "journal.sqlite3") as rows:
        rows.execute("alter table file drop column head")
    for number, image in enumerate(head(1), 1):
        write(image, with_head.source / "head" / f"{number:03}.dcm")
    assert with_head.run().returncode == 3
    assert with_head.report()["faces"]["held_back"] == 1
