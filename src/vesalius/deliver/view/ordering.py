"""Pictures of views: whether one is there, and the job that has it drawn.

They lie beside the decoded frames of their revision, in the same room: old ones go when it is full.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from vesalius.catalog.bytes import archive_store
from vesalius.catalog.models import SeriesRevision
from vesalius.catalog.pictures import pictures_of
from vesalius.catalog.visible import revision_contents
from vesalius.deliver import contours
from vesalius.deliver.frame_room import (
    FRAMES,
    SUFFIX_OF_VIEWS,
    has_room,
    make_room,
    note_size,
    note_use,
    require_room,
)
from vesalius.deliver.frames import (
    CannotBeShown,
    Pending,
    describe_revision,
    description_missing,
    forget_if_gone,
    frame_count,
    ordered,
    told_of,
)
from vesalius.deliver.view.asked import Shape, View
from vesalius.deliver.view.drawing import ViewDrawing, draw_view
from vesalius.deliver.view.layers import LineLayer, MaskLayer
from vesalius.deliver.view.placing import contours_on, masks_on
from vesalius.errors import NotFound, Unavailable
from vesalius.jobs.dispatch import Work, handles
from vesalius.jobs.models import Job, State
from vesalius.settings.routing import Side, named

DRAW: Final = "draw-view"  # kind of job
MOST_WAITING: Final = 200  # pictures that wait to be drawn: anybody may ask, and each view is another one


class TooManyViews(Unavailable):
    """Others wait for their pictures."""

    hint = "Ask again in a minute."


def picture_of_view(
    revision: SeriesRevision, view: View, labels: Sequence[SeriesRevision], words: Sequence[str]
) -> bytes | Pending:
    """The PNG of a view with what may lie over it and these paragraphs below; Pending while it is drawn.

    NotFound where the series has not so many images; CannotBeShown where it is known to be undecodable; Unavailable.
    """
    shown = [one for one in labels if view.labels and view.opacity > 0]
    args = {"view": asdict(view), "labels": [one.pk for one in shown], "words": list(words)}
    name = hashlib.sha256(json.dumps(args, sort_keys=True).encode()).hexdigest()[:32]
    if not description_missing(revision) and view.number > frame_count(revision):
        raise NotFound("The series has no such image.")
    note_use(revision)
    try:
        return _place(revision, name).read_bytes()
    except FileNotFoundError:
        if _refused(revision, view.number).exists():
            raise CannotBeShown("This image is stored in a way that cannot be decoded here.") from None
    require_room()
    _require_turn()
    return ordered(DRAW, revision, args | {"name": name}, part=name)


def _require_turn() -> None:
    with named(Side.ARCHIVE):
        waiting = Job.objects.filter(kind=DRAW, state=State.WAITING).count()
    if waiting >= MOST_WAITING:
        raise TooManyViews("Too many pictures wait to be drawn.")


def _place(revision: SeriesRevision, name: str) -> Path:
    return pictures_of(revision) / FRAMES / f"view-{name}{SUFFIX_OF_VIEWS}"


def _refused(revision: SeriesRevision, number: int) -> Path:
    return pictures_of(revision) / FRAMES / f"{number}.refused"


@handles(DRAW, Side.ARCHIVE)
def draw(work: Work) -> None:
    """Draw one view; without room nothing is done, and the reader is told so."""
    revision = SeriesRevision.objects.filter(pk=work.args["revision"]).first()
    if revision is None:
        return
    describe_revision(work, revision)
    view = _view(work.args["view"])
    if view.number > frame_count(revision):
        return
    make_room(revision)
    if not has_room():
        return
    target = _place(revision, work.args["name"])
    try:
        work.hand(draw_view, _drawing(work, revision, view, target)).result()
    finally:
        note_size(revision)
    make_room(revision, {target})
    forget_if_gone(revision)


def _drawing(work: Work, revision: SeriesRevision, view: View, target: Path) -> ViewDrawing:
    told = told_of(revision)
    image = told["frames"][view.number - 1]
    labels = SeriesRevision.objects.filter(pk__in=work.args["labels"]).select_related("series").order_by("pk")
    layers = [layer for label in labels for layer in _layers(work, told, view, label)]
    return ViewDrawing(
        source=_paths(revision)[image["instance"]],
        frame=image["within"] - 1,
        target=str(target),
        refused=str(_refused(revision, view.number)),
        view=view,
        masks=tuple(one for one in layers if isinstance(one, MaskLayer)),
        lines=tuple(one for one in layers if isinstance(one, LineLayer)),
        words=tuple(work.args["words"]),
    )


def _layers(
    work: Work, told: dict[str, Any], view: View, label: SeriesRevision
) -> Iterator[MaskLayer | LineLayer]:
    hidden = view.hidden.get(label.series.series_instance_uid, ())
    if label.modality == contours.MODALITY:
        contours.read_revision(work, label)
        yield from contours_on(told, view.number, contours.told_of(label), hidden)
    else:
        describe_revision(work, label)
        yield from masks_on(told, view.number, told_of(label), hidden, _paths(label))


def _paths(revision: SeriesRevision) -> list[str]:
    store = archive_store()
    return [str(store.path(content.blob_id)) for content in revision_contents(revision)]


def _view(told: dict[str, Any]) -> View:
    """The view that a job's arguments, as JSON gives them back, describe."""
    shapes = tuple(
        Shape(kind=one["kind"], points=tuple((x, y) for x, y in one["points"])) for one in told["shapes"]
    )
    pairs = {name: tuple(told[name]) if told[name] else None for name in ("window", "centre", "size")}
    return View(**told | pairs | {"shapes": shapes})
