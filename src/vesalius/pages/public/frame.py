"""The header and footer of the public site."""

from typing import Any

from django.http import HttpRequest

from vesalius.catalog.models import Holding
from vesalius.deliver.basket import sums
from vesalius.deliver.lists.keeping import public_lists
from vesalius.pages.public.asker import basket_owner, person, visible
from vesalius.pages.public.help.topics import TOPICS

COLLECTIONS = ("/collections/", "Collections")
SEARCH = ("/search/", "Search")
ANALYSIS_RESULTS = ("/analysis-results/", "Analysis results")
LISTS = ("/lists/", "Lists")
FOOTER = (
    ("/help/usage/", "Terms of use"),
    ("/help/privacy/", "Privacy"),
    ("/help/accessibility/", "Accessibility"),
    ("/help/", "Help"),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """What base.html expects of a public page."""
    return {
        "search_address": "/search/",
        "nav": _nav(),
        "help_address": TOPICS.address(request),
        "footer_links": FOOTER,
        "account": _account(request),
        "basket": _basket(request),
    }


def _nav() -> list[tuple[str, str]]:
    derived = Holding.objects.filter(kind=Holding.Kind.ANALYSIS_RESULT, current_release__isnull=False)
    results = [ANALYSIS_RESULTS] if derived.exists() else []
    return [COLLECTIONS, SEARCH, *results, *([LISTS] if public_lists().exists() else [])]


def _account(request: HttpRequest) -> dict[str, Any]:
    known = person(request)
    return {
        "name": known.full_name or known.name if known else "",
        "sign_in": "/account/login/",
        "sign_out": "/account/logout/",
        "links": [
            ("/searches/", "Your searches"),
            ("/lists/", "Shared lists"),
            ("/account/", "Your account"),
        ],
    }


def _basket(request: HttpRequest) -> dict[str, Any]:
    owner = basket_owner(request)
    held = sums(owner, visible(request)) if owner else None
    return {
        "address": "/basket/",
        "count": held.count if held else 0,
        "bytes": held.size if held else 0,
    }
