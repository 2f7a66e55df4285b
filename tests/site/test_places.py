"""Where a run may read and write, and what it refuses before it touches anything."""

import pytest
from tests.site.conftest import said
from tests.site.hospital import ct, write

from vesalius.site.kept.journal import Journal

pytestmark = pytest.mark.slow


@pytest.fixture
def one(site):
    write(ct(1, 1), site.source / "one.dcm")
    return site


@pytest.mark.parametrize("maps", ["in/maps", "out/maps", ".", "in", "out"])
def test_maps_that_would_lie_in_or_around_the_data_are_refused(one, snapshot, maps):
    before = snapshot(one.base)
    done = one.run("--maps", str(one.base / maps))
    assert done.returncode == 2
    assert "IN, OUT and the folder of maps lie apart" in done.stderr
    assert snapshot(one.base) == before


def test_without_maps_a_run_is_refused_with_what_to_do(one):
    done = said("deidentify", str(one.source), str(one.out), "--recipe", "tcia")
    assert done.returncode == 2
    assert "--maps" in done.stderr
    assert not one.out.exists()


def test_out_inside_of_in_is_refused(one):
    done = one.run("--maps", str(one.maps), source=one.base)
    assert done.returncode == 2
    assert "OUT lies in IN" in done.stderr


def test_an_out_that_holds_something_else_is_refused(one):
    one.out.mkdir()
    (one.out / "letter.txt").write_text("mine")
    assert one.run().returncode == 2
    assert (one.out / "letter.txt").read_text() == "mine"


def test_maps_of_another_out_or_key_are_refused(one, tmp_path):
    assert one.run().returncode == 0
    key = tmp_path / "other.key"
    key.write_bytes(bytes(range(32)))
    done = one.run("--key", str(key))
    assert done.returncode == 2
    assert "another key" in done.stderr


def test_a_key_that_is_cut_is_not_made_anew(one):
    one.maps.mkdir()
    (one.maps / "site.key").write_bytes(b"too short")
    done = one.run()
    assert done.returncode == 2
    assert (one.maps / "site.key").read_bytes() == b"too short"


def test_the_key_is_made_once_and_said_where_it_is(one):
    assert str(one.maps / "site.key") in one.run().stderr
    key = (one.maps / "site.key").read_bytes()
    assert len(key) == 32
    assert "new key" not in one.run().stderr
    assert (one.maps / "site.key").read_bytes() == key


def test_two_runs_at_once_with_the_same_maps_are_refused(one):
    assert one.run().returncode == 0
    with Journal(one.maps / "journal.sqlite3") as journal:
        journal.hold_to()
        done = one.run()
    assert done.returncode == 2
    assert "another run" in done.stderr
    assert one.run().returncode == 0


@pytest.mark.parametrize("recipe", ["nonsense", "missing.toml"])
def test_a_recipe_that_nobody_knows_is_named_with_those_that_there_are(one, recipe):
    done = one.run("--recipe", recipe)
    assert done.returncode == 2
    assert "keep-dates" in done.stderr
    assert not one.maps.exists()


def test_a_recipe_in_a_file_is_taken_and_its_errors_have_lines(one, tmp_path):
    recipe = tmp_path / "ours.toml"
    recipe.write_text('name = "ours"\nversion = "1"\noptions = ["Clean Descripters"]\n')
    done = one.run("--recipe", str(recipe))
    assert done.returncode == 2
    assert "line 3" in done.stderr
    recipe.write_text('name = "ours"\nversion = "1"\noptions = ["Retain UIDs"]\n')
    assert one.run("--recipe", str(recipe)).returncode == 0
    [image] = one.written().values()
    assert image.SOPInstanceUID == ct(1, 1).SOPInstanceUID


@pytest.mark.parametrize("content", [b"PK\x05\x06" + bytes(18), b"PK\x03\x04 and then the line was cut"])
def test_a_zip_that_is_damaged_or_empty_is_refused(one, tmp_path, content):
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    assert one.run(source=path).returncode == 2
    assert not one.out.exists()
