"""The files in their folder: who finds them behind brings them up, under a lock; half a file is never seen.

`current.json` names the change that the segments speak of. A segment replaces, in those before it, the rows of each
patient that it was made for: so all current rows of a patient stand in one segment, and what is counted of patients
and studies adds up over segments.
"""

import json
import threading
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from vesalius.catalog.changes import NEVER, Change, latest_change, patients_changed_since
from vesalius.catalog.derived import LOCK, columns_folder, columns_locked
from vesalius.search.columns.layout import FORM, facets, sources
from vesalius.search.columns.pack import Damaged, map_pack, sync_folder, write_pack
from vesalius.search.columns.reading import read
from vesalius.search.segments.making import make
from vesalius.search.segments.merging import merged
from vesalius.search.segments.segment import Mask, Part, Segment

CURRENT: Final = "current.json"
MOST_SEGMENTS: Final = 8
MOST_ANEW: Final = 20_000  # patients read one by one; of more, all rows are read
ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class State:
    """What the folder holds."""

    change: Change
    layout: str
    segments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mapped:
    """All current series at one change."""

    change: Change
    parts: tuple[Part, ...]


_NOTHING: Final = State(NEVER, "", ())
_turn = threading.Lock()
_mapped: list[Mapped] = []  # the newest alone


def current() -> Mapped:
    """The columns of this moment: those that this process has mapped, where nothing has changed since."""
    change = latest_change()
    if _mapped and _mapped[0].change == change and _standing(_mapped[0]):
        return _mapped[0]
    with _turn:
        for _ in range(ATTEMPTS):
            state = _told(columns_folder())
            if not _speaks_of(state, latest_change()):
                with columns_locked() as folder:
                    state = _brought_up(folder)
            try:
                _mapped[:] = [_map(columns_folder(), state)]
            except FileNotFoundError:  # another process has merged them meanwhile
                continue
            except Damaged:
                (columns_folder() / CURRENT).unlink(missing_ok=True)
                continue
            return _mapped[0]
    raise Damaged("The columns of the search cannot be kept still.")


def rebuild() -> int:
    """Make the base anew from the rows; returns how many series stand in it."""
    with _turn, columns_locked() as folder:
        state = _base(folder)
        return sum(part.segment.rows for part in _map(folder, state).parts)


def layout() -> str:
    """What a file must have been made for to be read by this version."""
    told = (FORM, sorted(source.path for source in sources()), facets())
    return uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(told)).hex


def _standing(mapped: Mapped) -> bool:
    """Whether the files still stand: a purge destroys them, and nobody may go on reading."""
    return all((columns_folder() / part.segment.name).exists() for part in mapped.parts)


def _told(folder: Path) -> State:
    try:
        told = json.loads((folder / CURRENT).read_text("utf-8"))
        state = State(Change(**told["change"]), told["layout"], tuple(told["segments"]))
        return state if all((folder / name).exists() for name in state.segments) else _NOTHING
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return _NOTHING


def _speaks_of(state: State, change: Change) -> bool:
    return bool(state.segments) and state.layout == layout() and state.change == change


def _brought_up(folder: Path) -> State:
    """The state of the latest change; another process may have made it while we waited for the lock."""
    for _ in range(ATTEMPTS):
        state, change = _told(folder), latest_change()
        if _speaks_of(state, change):
            break
        known = bool(state.segments) and state.layout == layout()
        patients = patients_changed_since(state.change) if known else None
        if patients is None or len(patients) > MOST_ANEW:
            state = _base(folder)
        else:
            state = _further(folder, state, change, patients)
    return state


def _base(folder: Path) -> State:
    """One segment of all rows. What changes while they are read is brought up after it."""
    change = latest_change()
    name = _write(folder, make(read()))
    return _tell(folder, State(change, layout(), (name,)))


def _further(folder: Path, state: State, change: Change, patients: frozenset[int]) -> State:
    """A segment more, of the patients that changed; small ones are merged when they are many."""
    segments = state.segments
    if patients:
        segments = (*segments, _write(folder, make(read(patients), patients)))
    if len(segments) > MOST_SEGMENTS:
        segments = _merge(folder, segments)
    return _tell(folder, State(change, state.layout, segments))


def _merge(folder: Path, segments: Sequence[str]) -> tuple[str, ...]:
    """The small segments as one; with the base, once they are a good part of it."""
    parts = _map(folder, State(NEVER, "", tuple(segments))).parts
    base, small = parts[0], parts[1:]
    if sum(part.segment.rows for part in small) * 4 > base.segment.rows:
        return (_write(folder, make(merged(parts))),)
    replaced = {pk for part in small for pk in part.arrays["replaced"].tolist()}
    return segments[0], _write(folder, make(merged(small), replaced))


def _write(folder: Path, arrays: dict[str, np.ndarray]) -> str:
    name = f"{uuid.uuid4().hex}.columns"
    write_pack(folder / name, arrays)
    return name


def _tell(folder: Path, state: State) -> State:
    """Let everybody see this state, then drop the files that it does not name."""
    told = {"change": asdict(state.change), "layout": state.layout, "segments": state.segments}
    temporary = folder / f"{CURRENT}.part"
    temporary.write_text(json.dumps(told), "utf-8")
    temporary.replace(folder / CURRENT)
    sync_folder(folder)
    for path in folder.iterdir():
        if path.name not in {LOCK, CURRENT, *state.segments}:
            path.unlink()
    return state


def _map(folder: Path, state: State) -> Mapped:
    """The segments of a state, each without the rows that a later one replaces."""
    held = {part.segment.name: part for mapped in _mapped for part in mapped.parts}
    parts: list[Part] = []
    gone: set[int] = set()
    for name in reversed(state.segments):
        old = held.get(name)
        segment = old.segment if old else Segment(name, map_pack(folder / name))
        part = Part(segment, _alive(segment, gone))
        parts.append(old if old and _same(old.alive, part.alive) else part)
        gone.update(segment.arrays["replaced"].tolist())
    return Mapped(state.change, tuple(reversed(parts)))


def _alive(segment: Segment, gone: set[int]) -> Mask | None:
    dead = np.flatnonzero(np.isin(segment.arrays["patient:id"], np.array(sorted(gone), np.int64)))
    if not len(dead):
        return None
    alive = np.ones(segment.rows, bool)
    starts = segment.arrays["patient:starts"]
    for patient in dead.tolist():
        alive[starts[patient] : starts[patient + 1]] = False
    return alive


def _same(one: Mask | None, other: Mask | None) -> bool:
    return (one is None and other is None) or (
        one is not None and other is not None and np.array_equal(one, other)
    )
