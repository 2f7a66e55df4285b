"""The help page of the public site, its guides and its statements."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vesalius.pages.help import views
from vesalius.pages.public.help.topics import TOPICS

BASE = "base_public.html"


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """GET /help/: short, and true of this archive; `about` names a kind of page."""
    return views.help_page(request, "public/help.html", TOPICS)


@require_safe
def guide(request: HttpRequest, shelf: str, name: str) -> HttpResponse:
    """GET /help/guides/NAME/, /help/reference/NAME/: one page of either."""
    return views.guide_page(request, shelf, name, BASE)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """GET /help/accessibility/: what these pages hold to, and what they do not reach."""
    return render(request, "help/accessibility.html", {"base": BASE})


@require_safe
def usage(request: HttpRequest) -> HttpResponse:
    """GET /help/usage/: what one may do with the data."""
    return render(request, "help/usage.html", {"base": BASE})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """GET /help/privacy/: what this site keeps of its readers, and what it did for the people in the images."""
    return render(request, "help/privacy.html", {"base": BASE})
