"""How much decoded frames may take, and which of them go when it is more: those that nobody looked at for longest.

Only samples go, never pictures nor what a viewer is told; whoever asks for them again has them decoded again. Who
reads one at that moment holds its file open and gets it whole.
"""

import os
import shutil
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Final, NamedTuple

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from vesalius.catalog.models import DecodedFrames, SeriesRevision
from vesalius.catalog.pictures import pictures_of
from vesalius.errors import Unavailable
from vesalius.settings.routing import on_archive

FRAMES: Final = "frames"  # the folder beside the pictures of a revision
SUFFIX: Final = ".gz"
SUFFIX_OF_VIEWS: Final = ".png"  # pictures of views lie with the frames
SHARE_OF_DISK: Final = 10  # a tenth of it, however much the setting allows
NOTED_EVERY: Final = timedelta(seconds=5)
IN_USE: Final = timedelta(seconds=10)  # longer than from a look at a file to its opening
ABANDONED_SECONDS: Final = 3600  # a file half written for so long belongs to a process that ended


class NoRoomForFrames(Unavailable):
    """The disk holds no more decoded images."""

    hint = "The files can still be downloaded; the operator must make room on the disk."


class _File(NamedTuple):
    written: float  # seconds since 1970
    path: Path
    size: int  # bytes


def note_use(revision: SeriesRevision) -> None:
    """Somebody looks at decoded frames of this revision now."""
    now = timezone.now()
    known = DecodedFrames.objects.filter(revision=revision)
    used_at = known.values_list("used_at", flat=True).first()
    if used_at is None:
        note_size(revision)
    elif now - used_at > NOTED_EVERY:
        with on_archive():
            known.update(used_at=now)


def note_size(revision: SeriesRevision) -> None:
    """Measure what lies there of this revision, which is in use now; nothing for one that is gone."""
    told = {"size": _size(revision), "used_at": timezone.now()}
    with on_archive():
        if SeriesRevision.objects.filter(pk=revision.pk).exists():
            DecodedFrames.objects.update_or_create(revision=revision, defaults=told)


def has_room() -> bool:
    """Whether some frame may be decoded now, if need be after all others were dropped."""
    return _allowed() > 0


def require_room() -> None:
    """NoRoomForFrames where there is none."""
    if not has_room():
        raise NoRoomForFrames("The disk of the archive is too full to make this image ready.")


def make_room(revision: SeriesRevision, fresh: Collection[Path] = ()) -> None:
    """Drop frames until the rest may stay: series by series, then older ones of `revision`, never the `fresh`."""
    idle = DecodedFrames.objects.filter(size__gt=0, used_at__lt=timezone.now() - IN_USE)
    others = idle.exclude(revision=revision).order_by("used_at").select_related("revision")
    for other in others if _over() > 0 else ():
        _drop(other.revision, _droppable(other.revision))
        if _over() <= 0:
            return
    over = _over()
    if over > 0:
        own = [one for one in _droppable(revision) if one.path not in fresh]
        _drop(revision, _oldest(own, over))


def held() -> int:
    """Bytes of all decoded frames."""
    return DecodedFrames.objects.aggregate(held=Sum("size", default=0))["held"] or 0


def measured(folder: Path) -> tuple[int, int]:
    """Bytes of everything below a folder of derived files, and of the decoded frames among them."""
    every = frames = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                size = Path(place, name).stat().st_size
                every += size
                frames += size * (Path(place).name == FRAMES)
    return every, frames


def most() -> int:
    """Bytes that they may take at most, on a disk that is not full."""
    total, _ = _disk()
    return min(settings.VESALIUS.frames_limit, total // SHARE_OF_DISK)


def _over() -> int:
    return held() - _allowed()


def _allowed() -> int:
    """Bytes that they may take now; 0 or less where the disk lacks its reserve even without them."""
    _, free = _disk()
    return min(most(), held() + free - settings.VESALIUS.disk_reserve)


def _disk() -> tuple[int, int]:
    """Bytes of the disk on which they lie, and those of it that are free."""
    ours = settings.VESALIUS
    total, _, free = shutil.disk_usage(ours.archive_pictures if ours.archive_pictures.exists() else ours.data)
    return total, free


def _drop(revision: SeriesRevision, files: Iterable[_File]) -> None:
    """A purge, or another process, may take the same ones at the same time."""
    for one in files:
        one.path.unlink(missing_ok=True)
    with on_archive():
        DecodedFrames.objects.filter(revision=revision).update(size=_size(revision))


def _droppable(revision: SeriesRevision) -> list[_File]:
    """Samples, and what a process left half written when it ended; that a frame is undecodable stays known."""
    ended = time.time() - ABANDONED_SECONDS
    return [
        one
        for one in _files(revision)
        if one.path.suffix in (SUFFIX, SUFFIX_OF_VIEWS)
        or (one.path.name.startswith(".") and one.written < ended)
    ]


def _oldest(files: Collection[_File], size: int) -> Iterator[_File]:
    """The oldest of these that take so many bytes together."""
    for one in sorted(files):
        if size <= 0:
            return
        size -= one.size
        yield one


def _size(revision: SeriesRevision) -> int:
    return sum(one.size for one in _files(revision))


def _files(revision: SeriesRevision) -> Iterator[_File]:
    """What lies in the folder of a revision's frames; others may take and add files meanwhile."""
    try:
        listed = list(os.scandir(pictures_of(revision) / FRAMES))
    except FileNotFoundError:
        return
    for entry in listed:
        with suppress(FileNotFoundError):
            facts = entry.stat()
            yield _File(facts.st_mtime, Path(entry.path), facts.st_size)
