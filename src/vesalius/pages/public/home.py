"""The first page."""

from collections import defaultdict
from itertools import chain, zip_longest
from typing import Any

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vesalius.access.permit import Visible
from vesalius.catalog.models import Holding, Release, SeriesRevision
from vesalius.catalog.visible import current_revisions, fetchable, findable, holdings
from vesalius.deliver.pictures import pictures
from vesalius.pages.public.asker import visible
from vesalius.pages.public.demonstration import demo_progress
from vesalius.pages.public.holding.counts import address_of, listed
from vesalius.pages.public.holding.shelf import ANNOTATING
from vesalius.pages.public.images import address_of as address_of_series
from vesalius.pages.public.images import said, strip
from vesalius.search.find import total
from vesalius.search.query import Query

NEWEST = 6
TILES = 9
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
    """Pictures of as many kinds as there are: by turns of each modality, each time of another collection.

    Of a few series, several images.
    """
    shown = fetchable(findable(current_revisions(), judged), judged).exclude(modality__in=ANNOTATING)
    groups = shown.order_by().values_list("modality", "home_download__holding").annotate(last=Max("pk"))
    by_modality = defaultdict(list)
    for modality, _, last in groups.order_by("modality", "-last"):
        by_modality[modality].append(last)
    turns = chain.from_iterable(zip_longest(*by_modality.values()))
    chosen = [key for key in turns if key is not None][: 2 * TILES]
    revisions = SeriesRevision.objects.select_related("series").in_bulk(chosen)
    ready = [revisions[key] for key in chosen if (drawn := pictures(revisions[key])) and drawn.drawn][:TILES]
    keys = [revision.pk for revision in ready]
    more = strip(shown.filter(pk__in=keys).order_by("pk"), judged, tiles=TILES - len(ready)) if keys else []
    return [*map(_tile, ready), *more]


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
