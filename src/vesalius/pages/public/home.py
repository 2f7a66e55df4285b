"""The first page."""

from collections import defaultdict
from itertools import chain, zip_longest
from typing import Any

from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vesalius.access.permit import Visible
from vesalius.catalog.models import Holding, Release, SeriesRevision
from vesalius.catalog.relations import LABELS
from vesalius.catalog.visible import current_revisions, fetchable, findable, holdings
from vesalius.deliver.pictures import pictures
from vesalius.pages.public.addresses import address_of
from vesalius.pages.public.asker import visible
from vesalius.pages.public.demonstration import demo_progress
from vesalius.pages.public.holding.counts import listed
from vesalius.pages.public.images import address_of as address_of_series
from vesalius.pages.public.images import said, strip
from vesalius.search.find import total
from vesalius.search.query import Query

NEWEST = 6
TILES, ACROSS = 9, 3
LOOKED_AT = 36  # series whose pictures are looked for
KINDS = Holding.Kind


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """GET /: what this is, what it holds, what is new."""
    judged = visible(request)
    kinds = list(holdings(judged).values_list("kind", flat=True))
    newest = _newest(judged)
    return render(
        request,
        "public/home.html",
        {
            "mosaic": mosaic(judged),
            "sums": total(Query(), judged),
            "collection_count": kinds.count(KINDS.COLLECTION),
            "analysis_count": kinds.count(KINDS.ANALYSIS_RESULT),
            "newest": listed(newest, judged),
            "cited": address_of(newest[0]) if newest else "",
            "progress": demo_progress(),
        },
    )


def mosaic(judged: Visible) -> list[dict[str, Any]]:
    """Pictures of as many kinds as there are: by turns of each modality, of other collections and then other patients.

    Of a few series, several images; rows of ACROSS are full where there are that many pictures.
    """
    shown = fetchable(findable(current_revisions(), judged), judged).exclude(modality__in=LABELS).order_by()
    chosen = _by_turns(_newest_of_each(shown, "home_download__holding"))
    if len(chosen) < TILES:
        chosen = list(dict.fromkeys(chosen + _by_turns(_newest_of_each(shown, "series__study__patient"))))
    revisions = SeriesRevision.objects.select_related("series").in_bulk(chosen)
    ready = [revisions[key] for key in chosen if (drawn := pictures(revisions[key])) and drawn.drawn][:TILES]
    keys = [revision.pk for revision in ready]
    more = strip(shown.filter(pk__in=keys), judged, tiles=TILES - len(ready)) if keys else []
    tiles = [*map(_tile, ready), *more]
    return tiles[: max(len(tiles) // ACROSS * ACROSS, ACROSS)]


def _newest_of_each(shown: QuerySet[SeriesRevision], kind: str) -> list[tuple[str, int]]:
    """The modality and key of the newest series of each modality in each holding, or patient; LOOKED_AT at most."""
    groups = shown.values("modality", kind).annotate(last=Max("pk")).order_by("-last")
    return list(groups.values_list("modality", "last")[:LOOKED_AT])


def _by_turns(found: list[tuple[str, int]]) -> list[int]:
    by_modality = defaultdict(list)
    for modality, key in found:
        by_modality[modality].append(key)
    turns = chain.from_iterable(zip_longest(*by_modality.values()))
    return [key for key in turns if key is not None]


def _tile(revision: SeriesRevision) -> dict[str, Any]:
    address = address_of_series(revision)
    return {
        "address": address,
        "image": f"{address}thumbnail/",
        "alt": said(revision),
        "corner": revision.modality,
    }


def _newest(judged: Visible) -> list[Holding]:
    found = holdings(judged).filter(current_release__state=Release.State.PUBLISHED)
    return list(
        found.select_related("current_release").order_by("-current_release__published_at", "pk")[:NEWEST]
    )
