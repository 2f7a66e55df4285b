"""What the documents say exists, exists."""

import re
import subprocess
from pathlib import Path

import pytest

from vesalius.cli.main import COMMANDS

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"(?<!!)\[[^\]]+\]\((?P<target>[^)\s]+)\)")
CODE = re.compile(r"```[^\n]*\n(?P<block>.*?)```|`(?P<span>[^`\n]+)`", re.DOTALL)
MAKE = re.compile(r"(?:^|[;&|]\s*|\n)make (?P<target>[a-z][a-z-]*)")
VESALIUS = re.compile(r"(?:^|[;&|]\s*|\n|bin/)vesalius (?P<command>[a-z]+)")
# Folders of the checkout as documents write them; what a run makes (data/, build/) is not in the repository.
TRACKED = re.compile(r"(?:src|tests|docs|scripts|bench)/[\w./-]*\w")


def code_of(document: Path) -> list[str]:
    return [found["block"] or found["span"] for found in CODE.finditer(document.read_text())]


def anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def make_targets() -> set[str]:
    named = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    benches = {path.stem.replace("_", "-") for path in (ROOT / "bench").glob("[!_]*.py")}
    return named | {f"bench-{name}" for name in benches}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_document_leads_somewhere(document: Path) -> None:
    dead = []
    for link in LINK.finditer(document.read_text()):
        path, _, anchor = link["target"].partition("#")
        if ":" in path:
            continue
        target = document.parent / path if path else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link["target"])
    assert dead == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_command_of_a_document_exists(document: Path) -> None:
    named = {found["target"] for code in code_of(document) for found in MAKE.finditer(code)}
    assert named <= make_targets()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_of_the_archive_that_a_document_names_exists(document: Path) -> None:
    named = {found["command"] for code in code_of(document) for found in VESALIUS.finditer(code)}
    assert named <= set(COMMANDS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_that_a_document_names_exists(document: Path) -> None:
    named = {found for code in code_of(document) for found in TRACKED.findall(code)}
    assert {path for path in named if not (ROOT / path).exists()} == set()


def test_the_readme_begins_with_two_commands() -> None:
    blocks = re.findall(r"```[^\n]*\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    commands = [line.partition("#")[0].strip() for line in blocks[0].splitlines()]
    assert commands == ["make demo", "make test"]


def test_make_help_names_every_target_for_people() -> None:
    answer = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    shown = set(re.findall(r"^  make (\S+) ", answer.stdout, re.MULTILINE))
    assert {"help", "demo", "test", "check", "soak", "bench-%", "lock", "clean"} <= shown
