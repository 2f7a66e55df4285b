"""What machines are told of a dataset: records in many formats, and signposts that lead to them."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from vesalius.access.permit import Visible
from vesalius.catalog.models import Release
from vesalius.pages.public.asker import visible
from vesalius.pages.public.holding.citing import page_of
from vesalius.pages.public.named import named, release_of
from vesalius.release.records import FORMATS, Format, Record, describe
from vesalius.release.records.signposting import LINKSET, Link, header, links_of, linkset

NEGOTIATED = (
    "schema.jsonld",
    "datacite.json",
    "cite/bibtex",
    "cite/ris",
    "CITATION.cff",
)  # the page by Accept


@require_safe
def record(request: HttpRequest, name: str, kind: str, place: str, number: int | None = None) -> HttpResponse:
    """GET .../datacite.json and the other formats: of the dataset, or of its version `number`."""
    judged = visible(request)
    release = release_of(named(name, judged, kind), number)
    return written(record_of(release, judged, number), FORMATS[place])


@require_safe
def signposts(request: HttpRequest, name: str, kind: str, number: int | None = None) -> HttpResponse:
    """GET .../linkset.json: the typed links of the page as a linkset (RFC 9264)."""
    judged = visible(request)
    release = release_of(named(name, judged, kind), number)
    told = record_of(release, judged, number)
    return JsonResponse(linkset(told, links(told)), content_type=LINKSET, json_dumps_params={"indent": 1})


def record_of(release: Release, judged: Visible, number: int | None) -> Record:
    """The record of a version where a number is asked for, else of the dataset."""
    return describe(release, judged, page_of, of_version=number is not None)


def written(told: Record, form: Format) -> HttpResponse:
    """A record in one format; a citation as a file to keep."""
    signs = [Link(rel="describes", href=told.work.address, media_type="text/html")]
    headers = {"Link": header(signs), "Access-Control-Allow-Origin": "*"}
    if form.cites:
        filename = "CITATION.cff" if form.extension == "cff" else f"{_file_name(told)}.{form.extension}"
        disposition = content_disposition_header(as_attachment=True, filename=filename)
        headers["Content-Disposition"] = disposition or "attachment"
    return HttpResponse(form.write(told), content_type=f"{form.media_type}; charset=utf-8", headers=headers)


def _file_name(told: Record) -> str:
    version = f"-v{told.work.version}" if told.of_version else ""
    return f"{told.work.name.replace(' ', '-')}{version}"


def links(told: Record) -> list[Link]:
    """The signposts of a page."""
    return links_of(told, [form.link(told.work.address) for form in FORMATS.values()])


def negotiated(request: HttpRequest, told: Record) -> HttpResponse | None:
    """The record that a program asks for at the address of the page by its Accept; None for the page itself."""
    by_type = {FORMATS[place].media_type: FORMATS[place] for place in reversed(NEGOTIATED)}
    wanted = request.get_preferred_type(["text/html", *by_type])
    form = by_type.get(wanted or "")
    if form is None:
        return None
    answer = written(told, form)
    answer.headers["Vary"] = "Accept"
    return answer


def signposted(answer: HttpResponse, told: Record) -> HttpResponse:
    """A page with its signposts in the Link header."""
    answer.headers["Link"] = header(links(told))
    answer.headers["Vary"] = "Accept, Cookie"
    return answer
