"""The first page and the help page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vesalius.access.permit import Visible
from vesalius.catalog.models import Holding, Release
from vesalius.catalog.visible import current_revisions, holdings
from vesalius.pages.public.asker import visible
from vesalius.pages.public.holding.counts import listed
from vesalius.pages.public.images import strip
from vesalius.search.find import total
from vesalius.search.query import Query

NEWEST = 6


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """GET /: what this is, what it holds, what is new."""
    judged = visible(request)
    newest = _newest(judged)
    return render(
        request,
        "public/home.html",
        {
            "strip": strip(current_revisions().order_by("-first_release__published_at", "pk"), judged),
            "sums": total(Query(), judged),
            "holding_count": holdings(judged).filter(kind=Holding.Kind.COLLECTION).count(),
            "newest": listed(newest, judged),
        },
    )


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """GET /help/: short, and true of this archive."""
    return render(request, "public/help.html")


def _newest(judged: Visible) -> list[Holding]:
    found = holdings(judged).filter(current_release__state=Release.State.PUBLISHED)
    return list(
        found.select_related("current_release").order_by("-current_release__published_at", "pk")[:NEWEST]
    )
