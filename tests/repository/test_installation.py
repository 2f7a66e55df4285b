"""The scripts behind make: which Python is taken, and what is said when one thing is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "scripts" / script, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def program(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_the_python_that_was_named_is_taken() -> None:
    answer = run("find-python", PYTHON=sys.executable)
    assert answer.stdout.strip() == sys.executable


def test_a_python_that_does_not_fit_is_refused_in_one_sentence(tmp_path: Path) -> None:
    program(tmp_path / "bin", "old-python", "exit 1")
    answer = run("find-python", PYTHON=str(tmp_path / "bin" / "old-python"))
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert "3.11, 3.12 or 3.13" in answer.stderr


def test_the_newest_python_that_fits_is_preferred(tmp_path: Path) -> None:
    for name in ("python3.13", "python3.11"):
        program(tmp_path / "bin", name, "exit 0")
    answer = run("find-python", PYTHON="", PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    assert answer.stdout.strip() == str(tmp_path / "bin" / "python3.13")


@pytest.mark.slow
def test_an_environment_without_ensurepip_pip_and_apt_names_the_one_missing_package(tmp_path: Path) -> None:
    real = Path(sys.executable).resolve()
    bare = f'case "$*" in *ensurepip*|*"-m pip"*) exit 1;; esac; exec {real} "$@"'
    program(tmp_path / "bin", "python3", bare)
    program(tmp_path / "bin", "apt-get", "exit 100")
    answer = run(
        "make-venv",
        str(tmp_path / "environment"),
        PYTHON=str(tmp_path / "bin" / "python3"),
        PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}",
    )
    assert answer.returncode == 1
    assert answer.stderr.splitlines()[-1].endswith("install the Debian package python3-venv.")
    assert not (tmp_path / "environment").exists()


def test_debian_packages_that_are_there_need_no_apt(tmp_path: Path) -> None:
    scripts = tmp_path / "scripts"
    copy_with_list(scripts, "a-package sh test for this test\n")
    program(scripts, "apt-get", f"touch {tmp_path / 'apt-was-called'}")
    answer = run_copy(scripts)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
    assert not (tmp_path / "apt-was-called").exists()


def test_a_missing_debian_package_is_named_to_one_who_may_not_install_it(tmp_path: Path) -> None:
    scripts = tmp_path / "scripts"
    copy_with_list(scripts, "a-package sh test x\nanother no-such-program test x\nthird no-such bench x\n")
    program(scripts, "id", "echo 1000")
    program(scripts, "sudo", "exit 1")
    program(scripts, "apt-get", f"touch {tmp_path / 'apt-was-called'}")
    answer = run_copy(scripts)
    assert answer.returncode == 1
    assert answer.stderr == "Please install these Debian packages first: sudo apt-get install another\n"
    assert not (tmp_path / "apt-was-called").exists()


def copy_with_list(scripts: Path, rows: str) -> None:
    scripts.mkdir()
    (scripts / "debian-packages").write_bytes((ROOT / "scripts" / "debian-packages").read_bytes())
    (scripts / "debian-packages").chmod(0o755)
    (scripts / "debian-packages.list").write_text(rows)


def run_copy(scripts: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{scripts}:{os.environ['PATH']}"}
    return subprocess.run(
        [scripts / "debian-packages", "test"], env=environment, capture_output=True, text=True, check=False
    )
