"""What the project installs: named, explained, licensed, locked, and not older than its known holes."""

import csv
import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from vesalius.cli.checkup import EXTRAS

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = sorted(ROOT.glob("requirements*.lock"))
RUNTIME_EXTRAS = ("server", "demo")  # what `make demo` installs beside the core
BUILT_EXTRAS = (*RUNTIME_EXTRAS, "postgres", "ocr")  # the others are names that nothing uses yet
PIN = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[^ ]+)( ; (?P<marker>.+))?")


def requirements(*, groups: tuple[str, ...], extras: tuple[str, ...]) -> list[Requirement]:
    optional, developing = PROJECT["project"]["optional-dependencies"], PROJECT["dependency-groups"]
    lines = [line for extra in extras for line in optional[extra]]
    lines += [line for group in groups for line in developing[group]]
    return [Requirement(line) for line in lines]


def runtime_requirements() -> list[Requirement]:
    core = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
    return core + requirements(groups=(), extras=RUNTIME_EXTRAS)


def every_requirement() -> list[Requirement]:
    every_extra = tuple(PROJECT["project"]["optional-dependencies"])
    core = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
    return core + requirements(groups=tuple(PROJECT["dependency-groups"]), extras=every_extra)


def pins(lock: Path) -> dict[str, Version]:
    """The pins of one lock that apply to the Python that runs this test."""
    found = [PIN.fullmatch(line) for line in lock.read_text().splitlines()]
    return {
        pin["name"]: Version(pin["version"])
        for pin in found
        if pin and (pin["marker"] is None or Marker(pin["marker"]).evaluate())
    }


def table_rows() -> dict[str, list[str]]:
    """The rows of docs/dependencies.md by the name in their first cell."""
    lines = (ROOT / "docs" / "dependencies.md").read_text().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return {row[0]: row[1:] for row in rows if row[0] not in {"name", "---"}}


def debian_packages() -> set[str]:
    lines = (ROOT / "scripts" / "debian-packages.list").read_text().splitlines()
    return {line.split()[0] for line in lines if line and not line.startswith("#")}


def licence_of(package: str) -> str:
    metadata = importlib.metadata.metadata(package)
    named = metadata.get("License-Expression") or (metadata.get("License") or "").partition("\n")[0]
    return " ".join([named, *(c for c in metadata.get_all("Classifier") or [] if c.startswith("License"))])


def test_every_dependency_is_explained_and_no_other() -> None:
    named = {canonicalize_name(requirement.name) for requirement in every_requirement()}
    named |= {canonicalize_name(Requirement(line).name) for line in PROJECT["build-system"]["requires"]}
    named |= debian_packages() | {"editables"}
    assert set(table_rows()) == named


def test_every_dependency_has_its_use_its_licence_and_its_reason() -> None:
    incomplete = [name for name, cells in table_rows().items() if len(cells) != 3 or not all(cells)]
    assert incomplete == []


def test_an_extra_that_nothing_uses_yet_says_so() -> None:
    to_come = set(PROJECT["project"]["optional-dependencies"]) - set(EXTRAS)
    assert set(EXTRAS) == set(BUILT_EXTRAS)
    for extra in to_come:
        for requirement in requirements(groups=(), extras=(extra,)):
            assert table_rows()[canonicalize_name(requirement.name)][0] == f"extra {extra}, to come"


def test_nothing_that_make_demo_installs_is_under_the_gpl() -> None:
    licences = {name: licence_of(name) for name in pins(ROOT / "requirements.lock")}
    unnamed = [name for name, licence in licences.items() if not licence.strip()]
    strict = {
        name for name, licence in licences.items() if re.search(r"\bA?GPL|GNU (Affero )?General", licence)
    }
    assert (unnamed, strict) == ([], set())


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_is_a_list_of_exact_versions_and_names_no_host(lock: Path) -> None:
    lines = lock.read_text().splitlines()
    assert lines
    assert [line for line in lines if not PIN.fullmatch(line)] == []


@pytest.mark.parametrize(
    ("lock", "asked"),
    [
        ("requirements.lock", runtime_requirements()),
        ("requirements-clients.lock", requirements(groups=("clients",), extras=())),
        (
            "requirements-test.lock",
            requirements(groups=("test", "lint"), extras=BUILT_EXTRAS),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_lock_holds_what_the_project_asks_for(lock: str, asked: list[Requirement]) -> None:
    locked = pins(ROOT / lock)
    unmet = [str(r) for r in asked if locked.get(canonicalize_name(r.name), Version("0")) not in r.specifier]
    assert unmet == []


def test_the_tests_run_with_the_versions_that_are_served() -> None:
    tested = pins(ROOT / "requirements-test.lock")
    differing = {
        name: version
        for name, version in pins(ROOT / "requirements.lock").items()
        if tested.get(name) != version
    }
    assert differing == {}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_no_lock_is_older_than_a_known_hole(lock: Path) -> None:
    locked = pins(lock)
    assert {row["package"] for row in secure_versions() if too_old(row, locked.get(row["package"]))} == set()


def test_no_installed_package_is_older_than_a_known_hole() -> None:
    installed = {
        canonicalize_name(found.name): Version(found.version) for found in importlib.metadata.distributions()
    }
    assert {
        row["package"] for row in secure_versions() if too_old(row, installed.get(row["package"]))
    } == set()


def secure_versions() -> list[dict[str, str]]:
    with (Path(__file__).parent / "secure_versions.csv").open(newline="") as table:
        return list(csv.DictReader(table))


def too_old(row: dict[str, str], version: Version | None) -> bool:
    if version is None:
        return False
    return row["minimum"] == "never" or version < Version(row["minimum"])


def test_a_version_before_the_repair_and_a_banned_package_are_noticed() -> None:
    assert too_old({"package": "pydicom", "minimum": "3.0.2"}, Version("3.0.1"))
    assert not too_old({"package": "pydicom", "minimum": "3.0.2"}, Version("3.0.2"))
    assert too_old({"package": "gdcm", "minimum": "never"}, Version("3.0"))
