"""The rules of the house that a machine can hold: sizes, names, floors, and what no file may mention."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
WRITTEN = [path for path in SOURCES if "migrations" not in path.parts]
LONGEST_FILE, LONGEST_BODY = 500, 60
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "services", "misc"}
# A path of one machine, or a word of the place where something was written, means nothing to the reader.
# `tmp/` with a fixed name is as bad in shipped code, and is ruff's S108.
OF_ONE_MACHINE = re.compile(
    r"(?<![\w.:/-])/(work|farm|root|home/[a-z][\w-]*|Users/[A-Za-z][\w-]*)/"  # absolute folders
    r"|\.\./shared\b"
    r"|\bissues? (show|note)\b"
    r"|\b[Ii]ssue [1-9]\b"
)


def tracked_files() -> list[Path]:
    answer = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    names = answer.stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function from its first statement after the docstring to its last."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def functions(source: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in WRITTEN}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    lengths = {
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}": body_lines(function)
        for path in WRITTEN
        for function in functions(path.read_text())
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_BODY} == {}


def test_a_body_is_counted_without_its_docstring() -> None:
    [function] = functions('def f():\n    """One.\n\n    Two.\n    """\n    a = 1\n    return a\n')
    assert body_lines(function) == 2


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [str(path) for path in tracked_files() if path.stem in VAGUE_NAMES] == []


def test_no_tracked_file_speaks_of_the_machine_it_was_written_on() -> None:
    found = []
    for path in tracked_files():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        found += [f"{path.relative_to(ROOT)}: {hit.group()}" for hit in OF_ONE_MACHINE.finditer(text)]
    assert found == []


@pytest.mark.parametrize(
    "text", ["see /" + "work/main", "in '/" + "root/x'", "../" + "shared/x", "Is" + "sue 2"]
)
def test_a_path_of_one_machine_is_noticed(text: str) -> None:
    assert OF_ONE_MACHINE.search(text)


@pytest.mark.parametrize(
    "text", ["https://example.org/work/x", "src/work/x", "pydicom issue 1625", "issue 15"]
)
def test_an_address_or_a_relative_path_is_not_taken_for_one(text: str) -> None:
    assert not OF_ONE_MACHINE.search(text)


@pytest.mark.slow
def test_imports_go_down_only_and_nothing_reaches_over_the_wall() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    answer = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout
