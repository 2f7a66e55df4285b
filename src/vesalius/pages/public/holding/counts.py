"""How much a holding holds, for one or for many at once."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Sum

from vesalius.access.permit import Visible
from vesalius.catalog.models import Download, Holding
from vesalius.catalog.visible import current_revisions, findable
from vesalius.pages.public.access import Access, access_of
from vesalius.pages.public.addresses import address_of
from vesalius.pages.public.images import covers
from vesalius.search.query import Query

HOME = "home_download__holding"


def listed(holdings: Sequence[Holding], visible: Visible) -> list[dict[str, Any]]:
    """These holdings as rows and cards, in a fixed number of questions to the database."""
    found = findable(current_revisions(), visible).filter(home_download__holding__in=holdings).order_by()
    sums = {
        row[HOME]: row
        for row in found.values(HOME).annotate(
            subjects=Count("series__study__patient", distinct=True),
            studies=Count("series__study", distinct=True),
            series=Count("pk"),
            images=Sum("image_count", default=0),
            size=Sum("size", default=0),
        )
    }
    modalities = _values(found.values_list(HOME, "modality").distinct())
    parts = _values(found.values_list(HOME, "body_part_examined").distinct())
    accesses = _accesses(holdings, visible)
    pictures = covers(holdings, visible)
    nothing: dict[str, Any] = dict.fromkeys(("subjects", "studies", "series", "images", "size"), 0)
    return [
        {
            "holding": holding,
            "address": address_of(holding),
            "query": Query(holdings=(holding.short_title,)).url(),
            **pictures.get(holding.pk, {}),
            "modalities": modalities[holding.pk],
            "body_parts": parts[holding.pk],
            "access": _strictest(accesses[holding.pk]),
            **(sums.get(holding.pk) or nothing),
        }
        for holding in holdings
    ]


def _values(pairs: Any) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for holding, value in sorted(pairs):
        if value:
            found[holding].append(value)
    return found


def _accesses(holdings: Sequence[Holding], visible: Visible) -> dict[int, list[Access]]:
    found: dict[int, list[Access]] = defaultdict(list)
    for download in Download.objects.filter(holding__in=holdings, pk__in=visible.findable):
        found[download.holding_id].append(access_of(download, visible))
    return found


def _strictest(found: list[Access]) -> Access | None:
    """The one to show on a card: what is not open says so."""
    return next((one for one in found if not one.open), found[0] if found else None)
