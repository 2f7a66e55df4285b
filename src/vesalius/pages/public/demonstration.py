"""How far the demonstration has been carried: what its maker wrote, as pages show it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings

FILE = "demo-progress.json"  # in the archive's folder: {"done", "total", "now", "collections": {short title: state}}
STATES = {"waiting": "waits", "under way": "under way", "done": "done"}
STANDS_STILL = timedelta(minutes=10)  # without news: whoever carries it has probably been stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What is done of the demonstration and what goes on."""

    done: int
    total: int
    now: str  # in words
    collections: tuple[tuple[str, str], ...]  # (short title, one of STATES' words)
    since: datetime  # of the last news
    still: bool  # no news for STANDS_STILL


def demo_progress() -> Progress | None:
    """The progress of a demonstration that is not complete; None where there is none, or it cannot be read."""
    path = settings.VESALIUS.archive_folder / FILE
    try:
        written = json.loads(path.read_bytes())
        since = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        done, total, now = int(written["done"]), int(written["total"]), str(written["now"])
        states = tuple((str(name), STATES[state]) for name, state in written["collections"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # absent, or half written: a page is no place to complain of it
    if done >= total:
        return None
    still = datetime.now(UTC) - since > STANDS_STILL
    return Progress(done=done, total=total, now=now, collections=states, since=since, still=still)
