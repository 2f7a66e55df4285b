"""The bytes of a supporting file."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from vesalius.catalog.supporting import file_to_fetch
from vesalius.deliver.supporting import send_supporting_file
from vesalius.pages.public.asker import person, visible
from vesalius.pages.public.named import named
from vesalius.pages.public.paging import whole_number


@require_safe
def supporting_file(request: HttpRequest, name: str, file: str, kind: str) -> HttpResponseBase:
    """GET .../files/FILE: as it was released, with ranges; that of `?version=N` where one is asked for."""
    judged = visible(request)
    found = file_to_fetch(named(name, judged, kind), file, judged, whole_number(request, "version"))
    return send_supporting_file(request, found, person=person(request))
