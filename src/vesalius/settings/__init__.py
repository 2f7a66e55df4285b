"""Every setting of an archive, read once from the data folder and the environment into one frozen object."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from vesalius.errors import Misconfigured

FILE_NAME = "vesalius.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this archive is set up; each name can be given in `vesalius.toml` or as VESALIUS_NAME."""

    data: Path  # the data folder
    name: str = "Vesalius"  # what the pages call this archive
    contact: str = ""  # how to reach the operator, an e-mail address or a web address: pages show it
    public_url: str = "http://127.0.0.1:8000"  # what links and manifests say; never the Host header
    staff_url: str = "http://127.0.0.1:8001"
    host: str = "127.0.0.1"  # the address that both sites listen on
    public_port: int = 8000
    staff_port: int = 8001
    web_workers: int = 2  # processes of the public site
    hands: str = "processes"  # who does the heavy work: child processes of this machine
    hand_count: int = 2
    hand_memory: int = 3 << 30  # bytes of address space that one task may take
    archive_database: str = ""  # "" is SQLite in the data folder; else postgresql://user@host:port/name
    intake_database: str = ""
    archive_store: str = ""  # "" is a folder in the data folder; else a folder's path
    intake_store: str = ""
    doi_prefix: str = "10.5072"  # DataCite's prefix for tests
    frames_limit: int = (
        20_000_000_000  # bytes of decoded frames that are kept, but at most a tenth of the disk
    )
    disk_reserve: int = 2_000_000_000  # bytes of the disk that decoded frames leave free
    idle_close_minutes: int = 60  # a delivery without news closes by itself
    access_log: bool = False  # a line on the terminal for every request
    synthetic: bool = False  # all data is synthetic: every page says so
    read_pixels: bool = (
        True  # the extra `ocr`, where it is there, reads text in the pixels of what is not synthetic
    )

    @property
    def archive_folder(self) -> Path:
        """Everything that the public process may read and write, but for derived pictures."""
        return self.data / "archive"

    @property
    def intake_folder(self) -> Path:
        """Everything that may hold PHI; mode 0700."""
        return self.data / "intake"

    @property
    def archive_blobs(self) -> Path:
        """Folder of the archive store."""
        return Path(self.archive_store) if self.archive_store else self.archive_folder / "blobs"

    @property
    def intake_blobs(self) -> Path:
        """Folder of the intake store."""
        return Path(self.intake_store) if self.intake_store else self.intake_folder / "blobs"

    @property
    def archive_pictures(self) -> Path:
        """Thumbnails of the public site; disposable."""
        return self.data / "derived" / "archive"

    @property
    def intake_pictures(self) -> Path:
        """Thumbnails of the staff site; disposable, PHI."""
        return self.data / "derived" / "intake"


def default_data_folder(environ: Mapping[str, str]) -> Path:
    """VESALIUS_DATA, else the user's data home."""
    if given := environ.get("VESALIUS_DATA"):
        return Path(given)
    return Path(environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "vesalius"


def load(data: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read `vesalius.toml` of the data folder, then VESALIUS_NAME from the environment, which wins.

    Misconfigured for a name that does not exist or a value of the wrong form.
    """
    settings = Settings(data=(data or default_data_folder(environ)).absolute())
    written = _read_file(settings.data / FILE_NAME)
    known = {field.name: field.type for field in fields(Settings) if field.name != "data"}
    if strange := sorted(set(written) - set(known)):
        raise Misconfigured(f"{FILE_NAME} names a setting that does not exist: {strange[0]}")
    spoken = {
        name: environ[f"VESALIUS_{name.upper()}"] for name in known if f"VESALIUS_{name.upper()}" in environ
    }
    chosen: dict[str, Any] = {
        name: _convert(name, value, known[name]) for name, value in {**written, **spoken}.items()
    }
    settings = replace(settings, **chosen)
    # Until an address is given, the sites are where they listen: on this machine.
    here: dict[str, Any] = {
        "public_url": f"http://127.0.0.1:{settings.public_port}",
        "staff_url": f"http://127.0.0.1:{settings.staff_port}",
    }
    return replace(settings, **{**here, **chosen})


def _read_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"{FILE_NAME} is not TOML: {error}") from error


def _convert(name: str, value: object, kind: object) -> object:
    if kind is bool:
        if str(value).lower() in {"1", "true", "yes", "on"}:
            return True
        if str(value).lower() in {"0", "false", "no", "off", ""}:
            return False
        raise Misconfigured(f"the setting {name} is neither true nor false")
    if kind is int:
        try:
            return int(str(value))
        except ValueError:
            raise Misconfigured(f"the setting {name} is not a whole number") from None
    return str(value)
