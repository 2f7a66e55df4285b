"""The reader's choice of theme, in a cookie: pages are drawn in it at once, with or without JavaScript."""

from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from vesalius.errors import BadRequest

COOKIE: Final = "vesalius_theme"
THEMES: Final = {"auto": "As the device", "light": "Light", "dark": "Dark"}
YEAR: Final = 365 * 24 * 3600  # seconds


def theme_of(request: HttpRequest) -> str:
    """The theme in which this reader wants the pages: a key of THEMES."""
    chosen = request.COOKIES.get(COOKIE, "")
    return chosen if chosen in THEMES else "auto"


@csrf_exempt  # another site could at most turn the lights off, and the form needs no cookie of its own
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """POST /theme/: keep the choice in this browser, and go back to the page; BadRequest for an unknown theme."""
    theme = request.POST.get("theme", "")
    if theme not in THEMES:
        raise BadRequest(f"A theme is one of {', '.join(THEMES)}.")
    response = HttpResponseRedirect(_page_before(request))
    if theme == "auto":
        response.delete_cookie(COOKIE, samesite="Lax")
    else:
        response.set_cookie(
            COOKIE, theme, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    return response


def _page_before(request: HttpRequest) -> str:
    """Where the form stood, on this site: the path alone is taken, so that nobody is led elsewhere."""
    before = urlsplit(request.headers.get("Referer", ""))
    path = "/" + before.path.lstrip("/\\")
    return f"{path}?{before.query}" if before.query else path
