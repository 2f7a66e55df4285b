"""The other tools of the de-identification benchmark: where each is found, and how it is told to clean a folder."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
VENV: Final = ROOT / ".venv-peers"
# An environment variable: a folder with DAT.jar, the command line of CTP's anonymizer, which no registry carries.
CTP_TOOL: Final = "CTP_TOOL"
CTP_SCRIPT: Final = "CTP_SCRIPT"  # another script than the tool's own
_PEER_ROOT: Final = "1.2.826.0.1.3680043.8.498.45"
_ONE_FOLDER: Final = """
import sys
from pathlib import Path
from dicomanonymizer import anonymize_dicom_file
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        anonymize_dicom_file(str(path), str(Path(sys.argv[2]) / path.name), delete_private_tags=True)
    except Exception as error:
        print(path.name, type(error).__name__, file=sys.stderr)
"""


@dataclass(frozen=True)
class Peer:
    """Another tool. `command` cleans one flat folder (first argument) into another, or in place."""

    name: str
    absent: Callable[[], str]  # why it cannot run here; empty where it can
    command: Callable[[Path, Path], list[str]]
    in_place: bool = False
    home: str = ""  # an environment variable that names the folder where it must be started

    def clean(self, source: Path, output: Path) -> None:
        """Clean a flat folder into a new one; a tool that fails on files leaves them out."""
        if self.in_place:
            shutil.copytree(source, output)
        else:
            output.mkdir(parents=True)
        home = os.environ[self.home] if self.home else output.parent
        subprocess.run(self.command(source, output), cwd=home, capture_output=True, check=False)


def install() -> None:
    """Bring the peers' own environment to its lock."""
    subprocess.run([ROOT / "scripts" / "install", VENV.name, "requirements-peers.lock"], check=True)


def flat(source: Path, target: Path) -> Path:
    """The files of a tree as links in one folder, since not every tool walks a tree."""
    target.mkdir(parents=True)
    for path in source.rglob("*"):
        if path.is_file():
            (target / "__".join(path.relative_to(source).parts)).hardlink_to(path)
    return target


def unfold(folder: Path) -> None:
    """The tree again, in place."""
    for path in list(folder.iterdir()):
        if path.is_file():
            target = folder.joinpath(*path.name.split("__"))
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)


def _python() -> str:
    return str(VENV / "bin" / "python")


def _dicognito(_source: Path, output: Path) -> list[str]:
    options = ["--in-place", "--quiet", "--assume-burned-in-annotation", "never"]
    return [_python(), "-m", "dicognito", *options, str(output)]


def _dicom_anonymizer(source: Path, output: Path) -> list[str]:
    return [_python(), "-c", _ONE_FOLDER, str(source), str(output)]


def _gdcmanon(source: Path, output: Path) -> list[str]:
    options = [
        "--de-identify",
        "--continue",
        "-r",
        "--root-uid",
        _PEER_ROOT,
        "-c",
        str(_certificate(output.parent)),
    ]
    return ["gdcmanon", *options, "-i", str(source), "-o", str(output)]


@cache
def _certificate(folder: Path) -> Path:
    """A certificate for gdcmanon, which seals the original values in each file."""
    path = folder / "certificate.pem"
    make = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=bench -keyout /dev/null -out"
    subprocess.run([*make.split(), str(path)], check=True, capture_output=True)
    return path


def _ctp(source: Path, output: Path) -> list[str]:
    tool = Path(os.environ[CTP_TOOL])
    script = tool / "dicom-anonymizer.script"
    return [
        "java",
        "-jar",
        str(tool / "DAT.jar"),
        "-in",
        str(source),
        "-out",
        str(output),
        "-da",
        str(script),
        "-n",
        "1",
    ]


def _no_gdcm() -> str:
    lacking = [name for name in ("gdcmanon", "openssl") if not shutil.which(name)]
    return f"not installed: {', '.join(lacking)}" if lacking else ""


def _no_ctp() -> str:
    if not shutil.which("java"):
        return "there is no Java"
    tool = os.environ.get(CTP_TOOL)
    return "" if tool and (Path(tool) / "DAT.jar").is_file() else f"{CTP_TOOL} names no folder with DAT.jar"


def _no_venv() -> str:
    return "" if VENV.exists() else f"{VENV.name} is not there"


PEERS: Final = (
    Peer("dicognito", _no_venv, _dicognito, in_place=True),
    Peer("dicom-anonymizer", _no_venv, _dicom_anonymizer),
    Peer("gdcmanon", _no_gdcm, _gdcmanon),
    Peer("ctp", _no_ctp, _ctp, home=CTP_TOOL),
)


def ours(source: Path, output: Path, maps: Path, workers: int = 1, recipe: str = "tcia") -> list[str]:
    """Our own command."""
    command = [sys.executable, "-m", "vesalius.cli.main", "deidentify", str(source), str(output)]
    return [*command, "--recipe", recipe, "--maps", str(maps), "--workers", str(workers)]
