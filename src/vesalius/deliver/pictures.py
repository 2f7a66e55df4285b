"""Pictures of the public site: which there are, where they lie, and the job that has them made."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from vesalius.catalog.bytes import archive_store
from vesalius.catalog.models import SeriesRevision
from vesalius.catalog.pictures import pictures_of
from vesalius.catalog.visible import revision_contents
from vesalius.deliver.drawing import COVER_SIZE, Drawing, Drawn, draw, middle, most_telling, numbers_to_draw
from vesalius.deliver.frames import describe_revision
from vesalius.jobs.dispatch import Work, handles
from vesalius.settings.routing import Side
from vesalius.store.derived import write_derived

PER_TASK: Final = 10
TRUNK: Final = (2 / 5, 2 / 3)  # of a body from the feet upwards, where no organ but the heart takes up much
INDEX, COVER = "index.json", "cover.jpg"
_COLUMNS: Final = (
    "number",
    "location",
    "telling",
    "on",
)  # of the index; what was drawn long ago lacks the last


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """The pictures that were made of a revision."""

    drawn: tuple[Drawn, ...]  # by number; empty for what has no image

    @property
    def cover(self) -> Drawn | None:
        """The most telling of them, which also stands in a larger size."""
        return most_telling(self.drawn) if self.drawn else None


def pictures(revision: SeriesRevision) -> Pictures | None:
    """What was drawn of a revision; None while nobody has drawn it."""
    try:
        rows = json.loads((pictures_of(revision) / INDEX).read_bytes())
    except FileNotFoundError:
        return None
    return Pictures(drawn=tuple(Drawn(**dict(zip(_COLUMNS, row, strict=False))) for row in rows))


def read_picture(revision: SeriesRevision, number: int | None = None) -> bytes | None:
    """The JPEG of one image (from 1), or the cover; None where there is none."""
    name = COVER if number is None else _name(number)
    try:
        return (pictures_of(revision) / name).read_bytes()
    except FileNotFoundError:
        return None


@handles("make-thumbnails", Side.ARCHIVE)
def make_thumbnails(work: Work) -> None:
    """Draw a revision; one that is drawn or gone is left alone."""
    revision = SeriesRevision.objects.filter(pk=work.args["revision"]).first()
    if revision is None or pictures(revision) is not None:
        return
    drawings = list(_drawings(revision))
    parts = [drawings[start : start + PER_TASK] for start in range(0, len(drawings), PER_TASK)]
    futures = [work.hand(draw, part) for part in parts]
    drawn: dict[int, Drawn] = {}
    for done, future in enumerate(futures, 1):
        drawn |= {one.number: one for one in future.result()}
        work.report(min(done * PER_TASK, len(drawings)), len(drawings))
    in_order = [one for _, one in sorted(drawn.items())]
    planned = next((one.number for one in drawings if one.size == COVER_SIZE), None)
    if in_order and (best := most_telling(in_order).number) != planned:  # or it could not be decoded
        _draw_cover(work, revision, best)
    rows = [[getattr(one, column) for column in _COLUMNS] for one in in_order]
    write_derived(pictures_of(revision) / INDEX, json.dumps(rows).encode())
    describe_revision(work, revision)  # a viewer opens at once


def _draw_cover(work: Work, revision: SeriesRevision, number: int) -> None:
    images = _images(revision)
    if number <= len(images):
        work.hand(draw, [_cover(revision, number, images)]).result()


def _drawings(revision: SeriesRevision) -> Iterable[Drawing]:
    """The cover first: it is what the pages wait for."""
    images = _images(revision)
    numbers = numbers_to_draw(len(images))
    if numbers:
        yield _cover(revision, middle(numbers), images)
    for number in numbers:
        source, frame = images[number - 1]
        target = str(pictures_of(revision) / _name(number))
        central = TRUNK[0] <= number / len(images) <= TRUNK[1]
        yield Drawing(number=number, source=source, frame=frame, target=target, central=central)


def _cover(revision: SeriesRevision, number: int, images: list[tuple[str, int]]) -> Drawing:
    source, frame = images[number - 1]
    target = str(pictures_of(revision) / COVER)
    return Drawing(number=number, source=source, frame=frame, target=target, size=COVER_SIZE)


def _images(revision: SeriesRevision) -> list[tuple[str, int]]:
    """Every image of a revision in order: the path of its file and its frame within."""
    store = archive_store()
    return [
        (str(store.path(content.blob_id)), frame)
        for content in revision_contents(revision)
        for frame in range(max(1, content.frame_count))
    ]


def _name(number: int) -> str:
    return f"{number}.jpg"
