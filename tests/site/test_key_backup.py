"""The key's backup: sealed, restored where no other key stands, and told from another."""

import json
import stat

import pytest
from click.testing import CliRunner

from vesalius.cli.site import site
from vesalius.deid import DomainKey
from vesalius.site.kept.key_backup import BackupError, OtherKey, back_up, opened, restore

pytestmark = pytest.mark.slow  # each guess costs what it must
PASSPHRASE = "correct horse battery"


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "site.key"
    path.write_bytes(bytes(range(32)))
    return path


@pytest.fixture(scope="module")
def backup_text(tmp_path_factory):
    folder = tmp_path_factory.mktemp("backup")
    (folder / "site.key").write_bytes(bytes(range(32)))
    back_up(folder / "site.key", folder / "key.backup", PASSPHRASE)
    return (folder / "key.backup").read_text()


def run(*arguments, typed=""):
    return CliRunner().invoke(site, ["key", *map(str, arguments)], input=typed)


def test_a_backup_brings_the_key_back(key_file, tmp_path):
    saved = tmp_path / "key.backup"
    result = run("backup", key_file, saved, typed=f"{PASSPHRASE}\n{PASSPHRASE}\n")
    assert result.exit_code == 0, result.output
    fingerprint = DomainKey(bytes(range(32))).fingerprint
    assert fingerprint in result.output
    assert PASSPHRASE not in result.output
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    again = tmp_path / "again.key"
    assert run("restore", saved, again, typed=f"{PASSPHRASE}\n").exit_code == 0
    assert again.read_bytes() == key_file.read_bytes()
    assert stat.S_IMODE(again.stat().st_mode) == 0o600
    assert run("check", again, "--fingerprint", fingerprint).exit_code == 0


def test_the_key_does_not_stand_in_its_backup(backup_text):
    told = json.loads(backup_text)
    assert told["fingerprint"] == DomainKey(bytes(range(32))).fingerprint
    assert bytes(range(32)).hex() not in backup_text
    assert "AAECAwQFBgcICQ" not in backup_text


def test_another_key_is_never_written_over(key_file, backup_text, tmp_path):
    saved = tmp_path / "key.backup"
    saved.write_text(backup_text)
    assert restore(saved, key_file, PASSPHRASE).secret == key_file.read_bytes()
    key_file.write_bytes(bytes(32))
    with pytest.raises(OtherKey):
        restore(saved, key_file, PASSPHRASE)
    assert key_file.read_bytes() == bytes(32)


def test_a_backup_is_never_written_over(key_file, tmp_path):
    saved = tmp_path / "key.backup"
    saved.write_text("something of theirs")
    with pytest.raises(OtherKey):
        back_up(key_file, saved, PASSPHRASE)
    assert saved.read_text() == "something of theirs"
    assert {path.name for path in tmp_path.iterdir()} == {"site.key", "key.backup"}


@pytest.mark.parametrize(
    ("name", "value"), [("fingerprint", "0" * 16), ("sealed", "AAAA"), ("salt", "?"), ("n", 2), ("nonce", 7)]
)
def test_a_changed_backup_is_refused(backup_text, name, value):
    with pytest.raises(BackupError):
        opened(json.dumps(json.loads(backup_text) | {name: value}), PASSPHRASE)


@pytest.mark.parametrize("text", ["", "[]", '{"format": "another"}', "\0"])
def test_what_is_no_backup_is_refused(text):
    with pytest.raises(BackupError, match="no backup"):
        opened(text, PASSPHRASE)


def test_a_wrong_passphrase_opens_nothing(backup_text):
    with pytest.raises(BackupError, match="passphrase is wrong"):
        opened(backup_text, PASSPHRASE + "!")


def test_a_passphrase_that_could_be_guessed_is_refused(key_file, tmp_path):
    with pytest.raises(BackupError, match="12 characters"):
        back_up(key_file, tmp_path / "key.backup", "short")
    assert not (tmp_path / "key.backup").exists()


def test_a_key_of_another_print_is_told(key_file):
    result = run("check", key_file, "--fingerprint", "0123456789abcdef")
    assert isinstance(result.exception, OtherKey)
    key_file.write_bytes(b"cut")
    assert isinstance(run("check", key_file).exception, BackupError)
