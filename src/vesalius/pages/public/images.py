"""Pictures as the templates take them: one per series, or a strip of several."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import OuterRef, QuerySet, Subquery

from vesalius.access.permit import Visible
from vesalius.catalog.models import Holding, RevisionInstance, SeriesRevision
from vesalius.catalog.visible import WITH_CONTEXT, current_revisions, fetchable, findable
from vesalius.deliver.drawing import Drawn
from vesalius.deliver.pictures import Pictures, pictures

Tile = dict[str, Any]
ELSEWHERE = "Held by another archive"
LOOKED_AT = 24  # series whose pictures are looked for, to fill one strip


def address_of(revision: SeriesRevision, *, version: int | None = None) -> str:
    """The page of a series, of a certain version of its dataset where one is asked for."""
    return f"/series/{revision.series.series_instance_uid}/" + in_version(version)


def in_version(version: int | None) -> str:
    """The query string that asks for one version."""
    return f"?{urlencode({'version': version})}" if version is not None else ""


def said(revision: SeriesRevision) -> str:
    """What a picture of a series shows, in words."""
    part = revision.body_part_examined.lower()
    return " ".join(word for word in (revision.modality, part, revision.series_description) if word)


def thumb(revision: SeriesRevision, visible: Visible, *, caption: str = "") -> Tile:
    """One series for thing/thumb.html: its picture where there is one and the asker may have it."""
    address = address_of(revision)
    may_fetch = visible.may_fetch(revision.home_download_id)
    drawn = pictures(revision) if may_fetch else None
    return {
        "address": address,
        "image": f"{address}thumbnail/" if drawn and drawn.cover else "",
        "play": " ".join(str(one.number) for one in drawn.drawn) if drawn and len(drawn.drawn) > 1 else "",
        "none": ELSEWHERE if revision.held_at else none_word(drawn, may_fetch=may_fetch),
        "alt": said(revision),
        "modality": revision.modality,
        "count": revision.image_count,
        "caption": caption,
    }


def none_word(drawn: Pictures | None, *, may_fetch: bool) -> str:
    """Why there is no picture."""
    if not may_fetch:
        return "Limited access"
    return "No picture yet" if drawn is None else "No image to show"


def strip(revisions: QuerySet[SeriesRevision], visible: Visible, *, tiles: int = 6) -> list[Tile]:
    """Up to `tiles` pictures of these series: one of each; of a few series, several images."""
    ready = [
        (revision, found)
        for revision in fetchable(revisions, visible).select_related(*WITH_CONTEXT)[:LOOKED_AT]
        if (found := pictures(revision)) and found.drawn
    ][:tiles]
    each, more = divmod(tiles, len(ready)) if ready else (0, 0)
    return [
        tile
        for at, (revision, found) in enumerate(ready)
        for tile in _some_of(revision, found, each + (at < more), visible)
    ]


def _some_of(revision: SeriesRevision, found: Pictures, count: int, visible: Visible) -> Iterable[Tile]:
    address = address_of(revision)
    for at in _spread(len(found.drawn), count):
        number = found.drawn[at].number
        yield {
            "address": address,
            "image": f"{address}thumbnail/{number}/",
            "beneath": beneath(found.drawn[at], visible),
            "alt": f"{said(revision)}, image {number} of {revision.image_count}",
        }


def beneath(mask: Drawn, visible: Visible) -> str:
    """The picture nearest to the image that a segmentation's frame was drawn on; empty where none may be shown."""
    shown = fetchable(current_revisions(), visible)
    held = RevisionInstance.objects.filter(revision__in=shown, instance__sop_instance_uid=mask.on)
    found = held.select_related("revision__series").first() if mask.on else None
    drawn = pictures(found.revision) if found else None
    if found is None or drawn is None or not drawn.drawn:
        return ""
    nearest = min(drawn.drawn, key=lambda one: abs(one.number - found.position - 1))
    return f"{address_of(found.revision)}thumbnail/{nearest.number}/"


def _spread(total: int, count: int) -> Sequence[int]:
    """`count` places in the inner four fifths of `total`, evenly spaced: the ends of a body say little."""
    if count >= total:
        return range(total)
    margin = total // 10
    inner = total - 2 * margin
    return [margin + (2 * at + 1) * inner // (2 * count) for at in range(count)]


def covers(holdings: Sequence[Holding], visible: Visible) -> dict[int, Tile]:
    """One picture, and what lies beneath it, for each of these holdings that has any, by the holding's id."""
    best = (
        findable(current_revisions(), visible)
        .filter(home_download__holding=OuterRef("pk"), home_download__in=visible.fetchable)
        .order_by("-image_count", "pk")
    )
    ids = dict(
        Holding.objects.filter(pk__in=[holding.pk for holding in holdings])
        .annotate(best=Subquery(best.values("pk")[:1]))
        .values_list("pk", "best")
    )
    revisions = SeriesRevision.objects.select_related("series").in_bulk([one for one in ids.values() if one])
    return {
        holding: {
            "image": f"{address_of(revisions[one])}thumbnail/",
            "beneath": beneath(found.cover, visible),
        }
        for holding, one in ids.items()
        if one in revisions and (found := pictures(revisions[one])) and found.cover
    }
