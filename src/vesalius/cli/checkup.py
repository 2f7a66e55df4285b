"""What `vesalius doctor` looks at: one short function per part, each yields remarks."""

import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec

from django.conf import settings
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from vesalius.catalog.bytes import archive_store
from vesalius.catalog.models import Blob, Release
from vesalius.curate import agreement
from vesalius.deliver import frame_room
from vesalius.jobs.models import Job, State
from vesalius.settings.routing import Side, named
from vesalius.store import FolderStore

LITTLE_SPACE = 5_000_000_000  # bytes
SWEEP_SECONDS = 86_400
EXTRAS = {  # extra -> (a module of it, what it would add)
    "server": ("uvicorn", "the sites"),
    "demo": ("scipy", "demonstration collections"),
    "postgres": ("psycopg", "PostgreSQL as the database"),
    "ocr": ("rapidocr", "reading text in pixels, so that only what is in doubt waits for a person"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that the operator should know."""

    sentence: str
    wrong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """How thorough the doctor is."""

    every_byte: bool = False  # read and hash every stored file
    sweep: bool = False  # destroy files that no row has known for a day


def space(_: Care) -> Iterator[Remark]:
    """There is room for more."""
    free = shutil.disk_usage(settings.VESALIUS.data).free
    if free < LITTLE_SPACE:
        yield Remark(wrong=True, sentence=f"only {free / 1e9:.1f} GB are free where the data folder lies")


def derived_files(_: Care) -> Iterator[Remark]:
    """How much the pictures and decoded frames of the public site take."""
    pictures = settings.VESALIUS.archive_pictures
    every, frames = frame_room.measured(pictures)
    yield Remark(
        sentence=f"derived files of the public site take {every / 1e9:.3f} GB, of which decoded frames "
        f"{frames / 1e9:.3f} GB of at most {frame_room.most() / 1e9:.1f}"
    )


def databases(_: Care) -> Iterator[Remark]:
    """Every database answers, is up to date and, where SQLite, durable."""
    for alias in connections:
        connection = connections[alias]
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            yield Remark(wrong=True, sentence=f"the {alias} database is not up to date: run `vesalius init`")
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                modes = [
                    cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
                ]
            if modes != ["wal", 2]:
                yield Remark(wrong=True, sentence=f"the {alias} database could lose commits in a power cut")


def extras(_: Care) -> Iterator[Remark]:
    """Which extras are absent, and what they would add."""
    for extra, (module, adds) in EXTRAS.items():
        if find_spec(module) is None:
            yield Remark(sentence=f"the extra {extra} is not installed; it would add {adds}")


def work(_: Care) -> Iterator[Remark]:
    """Jobs that gave up."""
    for side in Side:
        with named(side):
            parked = Job.objects.filter(state=State.PARKED).count()
        if parked:
            yield Remark(
                wrong=True, sentence=f"{parked} parked jobs on the {side.value} side: `vesalius jobs`"
            )


def archive_bytes(care: Care) -> Iterator[Remark]:
    """Each blob of the archive has its row, and each row its blob."""
    yield from _bytes(archive_store(), dict(Blob.objects.values_list("sha256", "size")), care)


def both_sides(_: Care) -> Iterator[Remark]:
    """What the intake side calls admitted stands on the archive side, and the other way round."""
    deeds = {str(deed) for deed in Release.objects.values_list("deed_id", flat=True)}
    for sentence in agreement.disagreements(deeds):
        yield Remark(wrong=True, sentence=sentence)


def intake_bytes(care: Care) -> Iterator[Remark]:
    """Each blob of the intake side has its bytes."""
    store, sizes = agreement.intake_blobs()
    yield from _bytes(store, sizes, care)


def _bytes(store: FolderStore, sizes: dict[str, int], care: Care) -> Iterator[Remark]:
    names = set(store.names())
    missing = [name for name in sizes if name not in names]
    wrong = [name for name, size in sizes.items() if name in names and store.size(name) != size]
    if care.every_byte:
        wrong += [name for name in names & set(sizes) if name not in wrong and not store.verify(name)]
    if missing or wrong:
        yield Remark(wrong=True, sentence=f"{len(missing)} files are missing and {len(wrong)} are damaged")
    orphans = names - set(sizes)
    if orphans and care.sweep:
        yield Remark(
            sentence=f"{_sweep(store, orphans)} of {len(orphans)} files without a row were destroyed"
        )
    elif orphans:
        yield Remark(
            sentence=f"{len(orphans)} files have no row, as an interrupted job leaves them; those of the intake "
            "side may identify patients: `vesalius doctor --sweep` destroys what has been so for a day"
        )


def _sweep(store: FolderStore, orphans: Iterable[str]) -> int:
    """Destroy files without a row that are older than any job that could still be writing the row."""
    old = [name for name in orphans if time.time() - store.path(name).stat().st_mtime > SWEEP_SECONDS]
    return sum(store.delete(name) for name in old)


Check = Callable[[Care], Iterable[Remark]]
CHECKS: dict[str, Check] = {
    "space": space,
    "derived files": derived_files,
    "databases": databases,
    "installed extras": extras,
    "jobs": work,
    "both sides agree": both_sides,
    "stored files of the archive side": archive_bytes,
    "stored files of the intake side": intake_bytes,
}
