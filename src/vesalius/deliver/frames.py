"""Frames for the viewer: stored ones by their place in a file, the others decoded by a job when first asked for.

Beside the pictures of a revision lie, made by jobs and disposable: `frames.json`, what a viewer is told; `spans.json`,
where a frame lies that is sent as it is stored; `frames/N.gz`, the samples of one that had to be decoded, or
`frames/N.refused` where that cannot be done. A web process decodes nothing.
"""

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.utils import timezone

from vesalius.access.models import Person
from vesalius.catalog.bytes import archive_store
from vesalius.catalog.models import RevisionInstance, SeriesRevision
from vesalius.catalog.pictures import pictures_of
from vesalius.catalog.visible import revision_contents
from vesalius.deliver.describing import Described, Packing, describe, pack
from vesalius.deliver.fetches import still_allowed
from vesalius.deliver.frame_room import FRAMES, SUFFIX, has_room, make_room, note_size, note_use, require_room
from vesalius.deliver.plan import FileSpan, SendPlan, blob_plan
from vesalius.errors import BadInput, NotFound, Unavailable
from vesalius.jobs.dispatch import Work, handles
from vesalius.jobs.models import Job, State
from vesalius.jobs.queue import enqueue
from vesalius.settings.routing import Side, named, on_archive
from vesalius.store.derived import write_derived

DESCRIBE, DECODE = "describe-frames", "decode-frames"  # kinds of job
TOLD, SPANS = "frames.json", "spans.json"
FILES_PER_TASK: Final = 50
BLOCK: Final = 16  # frames that are decoded together: a reader scrolls on
SOMEBODY_WAITS: Final = 8  # priority
TRIED_AGAIN_AFTER: Final = timedelta(minutes=10)  # of a job that gave up


class CannotBeShown(BadInput):
    """A frame that no decoder here can read."""

    hint = "The image cannot be shown; its file can still be downloaded."


@dataclass(frozen=True, slots=True)
class Pending:
    """It is being made."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame, ready to be sent."""

    plan: SendPlan
    encoding: str  # Content-Encoding; "" for samples as they are stored


def description(revision: SeriesRevision) -> bytes | Pending:
    """What a viewer must know of a revision, as JSON; Pending while that is read from the files."""
    try:
        return (pictures_of(revision) / TOLD).read_bytes()
    except FileNotFoundError:
        return ordered(DESCRIBE, revision, {})


def frame_of(
    revision: SeriesRevision, number: int, person: Person | None, *, public: bool
) -> Frame | Pending:
    """The samples of frame `number` (from 1) for a person, `public` if for everybody; Pending while it is decoded.

    NotFound where there are not so many; CannotBeShown where it is known to be undecodable; NoRoomForFrames.
    """
    if description_missing(revision):
        return ordered(DESCRIBE, revision, {})
    folder = pictures_of(revision)
    spans = _spans(str(folder / SPANS))
    if not 1 <= number <= len(spans):
        raise NotFound("The series has no such image.")
    position, span = spans[number - 1]
    if span is not None:
        blob = _blobs(revision.pk, revision.digest)[position]
        place = FileSpan(str(archive_store().path(blob)), *span)
        return _ready(revision, number, person, place, "", public=public)
    if (folder / FRAMES / f"{number}.refused").exists():
        raise CannotBeShown("This image is stored in a way that cannot be decoded here.")
    note_use(revision)  # before the look: what is in use is not dropped
    path = folder / FRAMES / f"{number}{SUFFIX}"
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        require_room()
        return _block(revision, (number - 1) // BLOCK * BLOCK + 1)
    return _ready(revision, number, person, FileSpan(str(path), 0, size), "gzip", public=public)


def description_missing(revision: SeriesRevision) -> bool:
    """Whether nobody has read this revision's headers for a viewer yet."""
    return not (pictures_of(revision) / SPANS).exists()


def frame_count(revision: SeriesRevision) -> int:
    """How many frames a described revision has."""
    return len(_spans(str(pictures_of(revision) / SPANS)))


def told_of(revision: SeriesRevision) -> Described:
    """What a viewer is told of a described revision, as values."""
    told: Described = json.loads((pictures_of(revision) / TOLD).read_bytes())
    return told


def _ready(
    revision: SeriesRevision,
    number: int,
    person: Person | None,
    span: FileSpan,
    encoding: str,
    *,
    public: bool,
) -> Frame:
    plan = blob_plan(
        span,
        etag=f'"{revision.digest[:32]}-frame-{number}{"-gzip" if encoding else ""}"',
        content_type="application/octet-stream",
        filename=f"frame-{number}.raw",
        still_allowed=still_allowed(revision, person),
        public=public,
    )
    return Frame(plan, encoding)


def _block(revision: SeriesRevision, first: int) -> Pending:
    return ordered(DECODE, revision, {"first": first}, part=str(first))


def ordered(kind: str, revision: SeriesRevision, more: dict[str, Any], *, part: str = "") -> Pending:
    """How far a job of this kind is; it is begun unless it is under way. Unavailable for one that just gave up.

    part: tells it from other jobs of the kind about this revision.
    """
    key = f"revision {revision.pk} {part}".strip()
    with named(Side.ARCHIVE):
        last = Job.objects.filter(kind=kind, key=key).order_by("-pk").first()
    if last is not None and last.state in {State.WAITING, State.RUNNING}:
        return Pending(last.done_items, last.total_items)
    if last is not None and last.state == State.PARKED:
        parked = last.finished_at
        if parked is not None and timezone.now() - parked < TRIED_AGAIN_AFTER:
            raise Unavailable("These images could not be made ready.")
    with on_archive():
        enqueue(kind, {"revision": revision.pk} | more, key=key, priority=SOMEBODY_WAITS)
    return Pending(0, 0)


@lru_cache(maxsize=256)
def _spans(path: str) -> tuple[tuple[int, tuple[int, int] | None], ...]:
    """Position of the instance and place of the samples of every frame; a revision's never change."""
    rows = json.loads(Path(path).read_bytes())
    return tuple((position, tuple(span) if span else None) for position, span in rows)


@lru_cache(maxsize=64)
def _blobs(revision: int, _digest: str) -> dict[int, str]:
    """Names of the files by position; those of a digest never change."""
    rows = RevisionInstance.objects.filter(revision=revision)
    return dict(rows.values_list("position", "blob_id"))


# Jobs ------------------------------------------------------------------------------------------------------------


@handles(DESCRIBE, Side.ARCHIVE)
def describe_frames(work: Work) -> None:
    """Read the headers of a revision for its viewers."""
    revision = SeriesRevision.objects.filter(pk=work.args["revision"]).first()
    if revision is not None:
        describe_revision(work, revision)


def describe_revision(work: Work, revision: SeriesRevision) -> None:
    """Write down what a viewer must know of a revision, once."""
    if not description_missing(revision):
        return
    uid = revision.series.series_instance_uid
    contents = list(revision_contents(revision))
    store = archive_store()
    sources = [str(store.path(content.blob_id)) for content in contents]
    parts = [sources[at : at + FILES_PER_TASK] for at in range(0, len(sources), FILES_PER_TASK)]
    futures = [work.hand(describe, part) for part in parts]
    found: list[Described | None] = []
    for future in futures:
        found += future.result()
        work.report(len(found), len(sources))
    uids = [content.instance.sop_instance_uid for content in contents]
    told, spans = _assembled(found)
    told |= {
        "series": uid,
        "revision": revision.number,
        "digest": revision.digest[:32],
        "modality": revision.modality,
        "instances": uids,
    }
    folder = pictures_of(revision)
    write_derived(folder / TOLD, json.dumps(told, separators=(",", ":")).encode())
    write_derived(folder / SPANS, json.dumps(spans).encode())
    forget_if_gone(revision)


def _assembled(found: Iterable[Described | None]) -> tuple[Described, list[Any]]:
    """One description of all files, each kind of frame once, and the places of the frames."""
    kinds: dict[str, int] = {}
    told: Described = {"frames": [], "segments": [], "rate": None}
    spans = []
    for position, one in enumerate(found):
        if one is None:
            continue
        numbers = [kinds.setdefault(json.dumps(kind), len(kinds)) for kind in one["kinds"]]
        for within, frame in enumerate(one["frames"], 1):
            spans.append([position, frame.pop("span", None)])
            place = {"kind": numbers[frame["kind"]], "instance": position, "within": within}
            told["frames"].append(frame | place)
        told["segments"] += one["segments"]
        told["rate"] = told["rate"] or one["rate"]
    return told | {"kinds": [json.loads(kind) for kind in kinds]}, spans


@handles(DECODE, Side.ARCHIVE)
def decode_frames(work: Work) -> None:
    """Decode a block of frames, from number `first` on, that are neither stored plainly nor decoded already.

    Older ones make room for them; without room nothing is done, and the reader is told so.
    """
    revision = SeriesRevision.objects.filter(pk=work.args["revision"]).first()
    if revision is None or description_missing(revision):
        return
    make_room(revision)
    if not has_room():
        return
    packings = list(_packings(revision, work.args["first"]))
    try:
        futures = [work.hand(pack, [packing]) for packing in packings]
        for done, future in enumerate(futures, 1):
            future.result()
            work.report(done, len(packings))
    finally:
        note_size(revision)
    make_room(revision, {Path(packing.target) for packing in packings})
    forget_if_gone(revision)


def _packings(revision: SeriesRevision, first: int) -> Iterable[Packing]:
    folder = pictures_of(revision)
    spans = _spans(str(folder / SPANS))
    store = archive_store()
    blobs = dict(revision_contents(revision).values_list("position", "blob_id"))
    numbers = [at for at in range(first, first + BLOCK) if at <= len(spans)]
    for number in numbers:
        position, span = spans[number - 1]
        within = sum(other == position for other, _ in spans[: number - 1])
        target, refused = (folder / FRAMES / f"{number}{kind}" for kind in (SUFFIX, ".refused"))
        if span is None and not target.exists() and not refused.exists():
            source = str(store.path(blobs[position]))
            yield Packing(source=source, frame=within, target=str(target), refused=str(refused))


def forget_if_gone(revision: SeriesRevision) -> None:
    """For jobs that wrote: a purge that ran meanwhile has destroyed the folder before these files came into it."""
    if not SeriesRevision.objects.filter(pk=revision.pk).exists():
        shutil.rmtree(pictures_of(revision), ignore_errors=True)
