"""The mosaic of a dataset: real pictures that show how varied it is, each a way to its series."""

from collections import defaultdict
from itertools import zip_longest

from django.db.models import QuerySet

from vesalius.access.permit import Visible
from vesalius.catalog.models import SeriesRevision
from vesalius.catalog.relations import LABELS
from vesalius.catalog.visible import WITH_CONTEXT, fetchable
from vesalius.deliver.drawing import Drawn
from vesalius.deliver.pictures import pictures
from vesalius.pages.public.images import Tile, address_of, beneath, said, strip

TILES = 12
ROW = 6  # tiles beside each other on a wide page
CANDIDATES = 400  # series among which pictures are looked for, those of most images first
LOOKED_AT = 36  # of them, whose pictures are looked for on disk


def mosaic(revisions: QuerySet[SeriesRevision], visible: Visible) -> list[Tile]:
    """Pictures of up to 12 series: by turns of every modality, each of another subject as long as there are any.

    Labels are shown where there is nothing else. Of fewer than six series several images each, in one row.
    """
    shown = fetchable(revisions, visible)
    ids = (_varied(shown.exclude(modality__in=LABELS)) or _varied(shown))[:LOOKED_AT]
    rows = SeriesRevision.objects.select_related(*WITH_CONTEXT).in_bulk(ids)
    tiles: list[Tile] = []
    for pk in ids:
        found = pictures(rows[pk])
        if found and found.cover:
            tiles.append(_tile(rows[pk], found.cover, visible))
        if len(tiles) == TILES:
            return tiles
    if len(tiles) < ROW:
        return strip(revisions.filter(pk__in=ids).order_by("-image_count", "pk"), visible, tiles=ROW)
    return tiles[: len(tiles) // ROW * ROW]


def _varied(revisions: QuerySet[SeriesRevision]) -> list[int]:
    """Ids of series: modalities by turns, new subjects before the second series of a known one."""
    rows = revisions.order_by("-image_count", "pk").values_list("pk", "modality", "series__study__patient")
    seen: dict[tuple[str, object], int] = defaultdict(int)
    by_modality: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for pk, modality, patient in rows[:CANDIDATES]:
        by_modality[modality].append((seen[modality, patient], pk))
        seen[modality, patient] += 1
    turns = zip_longest(
        *([pk for _, pk in sorted(one, key=lambda pair: pair[0])] for one in by_modality.values())
    )
    return [pk for turn in turns for pk in turn if pk is not None]


def _tile(revision: SeriesRevision, cover: Drawn, visible: Visible) -> Tile:
    address = address_of(revision)
    return {
        "address": address,
        "image": f"{address}thumbnail/{cover.number}/",
        "beneath": beneath(cover, visible),
        "alt": f"{said(revision)}, subject {revision.series.study.patient.patient_id}",
    }
