"""Manifests of the basket and of an answer."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from vesalius.catalog.models import SeriesRevision
from vesalius.catalog.visible import current_revisions
from vesalius.deliver import basket
from vesalius.deliver.manifests import FORMATS, lines_of
from vesalius.deliver.manifests.lines import MOST
from vesalius.errors import TooLarge
from vesalius.pages.public.asker import basket_owner, visible
from vesalius.pages.public.finding.asked import read_question
from vesalius.pages.public.manifests import manifest, told
from vesalius.search.find import selection

AT_ONCE = 10_000  # ids in one question to the database


@require_safe
def of_basket(request: HttpRequest, form: str) -> HttpResponse:
    """GET /basket/manifest.FORM."""
    owner = basket_owner(request)
    rows = basket.chosen(owner, visible(request)) if owner else SeriesRevision.objects.none()
    return manifest(request, rows, form)


@require_safe
def of_answer(request: HttpRequest, form: str) -> HttpResponse:
    """GET /search/manifest.FORM: of all that answers the question of the address."""
    judged = visible(request)
    ids = selection(read_question(request).query, judged).revisions().tolist()
    if len(ids) > MOST:
        raise TooLarge(f"A manifest holds at most {MOST:,} series; narrow the question.")
    parts = [current_revisions().filter(pk__in=ids[at : at + AT_ONCE]) for at in range(0, len(ids), AT_ONCE)]
    return told(FORMATS[form], [line for rows in parts for line in lines_of(rows, judged)])
