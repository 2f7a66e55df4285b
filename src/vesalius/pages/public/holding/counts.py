"""How much a holding holds, for one or for many at once."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from vesalius.access.permit import Visible
from vesalius.catalog.models import Download, Holding
from vesalius.pages.public.access import Access, access_of
from vesalius.pages.public.addresses import address_of
from vesalius.pages.public.images import covers
from vesalius.search.elements import BY_NAME
from vesalius.search.facets import sums_by_holding, values_by_holding
from vesalius.search.find import Totals
from vesalius.search.query import Query

NOTHING = Totals(subject_count=0, study_count=0, series_count=0, image_count=0, size=0)


def listed(holdings: Sequence[Holding], visible: Visible) -> list[dict[str, Any]]:
    """These holdings as rows and cards, in a fixed number of questions to the database."""
    sums = sums_by_holding(visible)
    modalities = values_by_holding(BY_NAME["modalities"], visible)
    parts = values_by_holding(BY_NAME["body_parts"], visible)
    accesses = _accesses(holdings, visible)
    pictures = covers(holdings, visible)
    return [
        {
            "holding": holding,
            "address": address_of(holding),
            "query": Query(holdings=(holding.short_title,)).url(),
            **pictures.get(holding.pk, {}),
            "modalities": modalities.get(holding.short_title, []),
            "body_parts": parts.get(holding.short_title, []),
            "access": _strictest(accesses[holding.pk]),
            **_counts(sums.get(holding.short_title, NOTHING)),
        }
        for holding in holdings
    ]


def _counts(sums: Totals) -> dict[str, int]:
    return {
        "subjects": sums.subject_count,
        "studies": sums.study_count,
        "series": sums.series_count,
        "images": sums.image_count,
        "size": sums.size,
    }


def _accesses(holdings: Sequence[Holding], visible: Visible) -> dict[int, list[Access]]:
    found: dict[int, list[Access]] = defaultdict(list)
    for download in Download.objects.filter(holding__in=holdings, pk__in=visible.findable):
        found[download.holding_id].append(access_of(download, visible))
    return found


def _strictest(found: list[Access]) -> Access | None:
    """The one to show on a card: what is not open says so."""
    return next((one for one in found if not one.open), found[0] if found else None)
