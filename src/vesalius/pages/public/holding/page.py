"""The page of one holding: what it is, who may have it, its versions, how to cite it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from vesalius.access.permit import Visible
from vesalius.catalog.models import Download, Holding
from vesalius.catalog.visible import (
    current_revisions,
    fetchable,
    findable,
    holding_of,
    supporting_files,
    tombstones,
)
from vesalius.deliver.manifest import MEDIA_TYPE, manifest_name, manifest_text
from vesalius.errors import NotFound
from vesalius.pages.public.asker import visible
from vesalius.pages.public.export import as_file
from vesalius.pages.public.holding.access import access_of
from vesalius.pages.public.holding.citing import citation
from vesalius.pages.public.holding.counts import address_of
from vesalius.pages.public.images import strip
from vesalius.pages.public.wording import value_word
from vesalius.pages.templatetags.words import count, day, size
from vesalius.release import versions
from vesalius.search.elements import BY_NAME
from vesalius.search.facets import Facet, count_facet
from vesalius.search.find import Totals, total
from vesalius.search.query import Query

SHOWN_FACETS = ("modalities", "body_parts", "manufacturers", "sexes")


@require_safe
def holding_page(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """GET /collections/NAME/ and /analysis-results/NAME/; 404 for what is hidden as for what is not there."""
    judged = visible(request)
    holding = named(name, judged, kind)
    query = Query(holdings=(name,))
    found = findable(current_revisions(), judged).filter(home_download__holding=holding)
    facets = [count_facet(BY_NAME[one], query, judged) for one in SHOWN_FACETS]
    release = holding.current_release
    assert release is not None
    return render(
        request,
        "public/holding.html",
        {
            "holding": holding,
            "address": address_of(holding),
            "list": ("/collections/", "Collections")
            if holding.kind == Holding.Kind.COLLECTION
            else ("/analysis-results/", "Analysis results"),
            "query": query.url(),
            "facts": _facts(holding, total(query, judged), facets, query),
            "facets": [_shares(facet) for facet in facets if facet.values],
            "strip": strip(found.order_by("-image_count", "pk"), judged),
            "downloads": [_row(download, judged) for download in _downloads(holding, judged)],
            "files": supporting_files(release, judged.findable),
            "versions": versions(holding, judged),
            "tombstones": tombstones(holding),
            "citation": citation(holding, release, holding.concept_doi),
            "citations": holding.citations.all(),
        },
    )


@require_safe
def holding_manifest(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """GET .../manifest.tcia: the newest version's series that the asker may fetch, or of one `?download=`."""
    judged = visible(request)
    holding = named(name, judged, kind)
    found = fetchable(current_revisions(), judged).filter(home_download__holding=holding)
    if request.GET.get("download"):
        found = found.filter(home_download__title=request.GET["download"])
    uids = list(
        found.order_by("series__series_instance_uid").values_list("series__series_instance_uid", flat=True)
    )
    if not uids:
        raise NotFound("There are no series here that this account may download.")
    made = manifest_name(timezone.now())
    return as_file(made, manifest_text(uids, name=made), MEDIA_TYPE)


def named(name: str, judged: Visible, kind: str) -> Holding:
    """The holding of this name and kind, else NotFound."""
    holding = holding_of(name, judged)
    if holding.kind != kind:
        raise NotFound("There is no such dataset.")
    return holding


def _downloads(holding: Holding, judged: Visible) -> list[Download]:
    return list(holding.downloads.filter(pk__in=judged.findable).select_related("license"))


def _row(download: Download, judged: Visible) -> dict[str, Any]:
    access = access_of(download, judged)
    return {"download": download, "access": access, "kind": download.get_kind_display()}


def _facts(holding: Holding, sums: Totals, facets: list[Facet], query: Query) -> list[dict[str, Any]]:
    """The facts box: every number that counts data leads to that data."""
    found = f"/search/?{query.url()}"
    values = {
        facet.element.name: [value_word(facet.element.name, one.label) for one in facet.values if one.value]
        for facet in facets
    }
    release = holding.current_release
    rows: list[tuple[str, str, dict[str, Any]]] = [
        ("Subjects", count(sums.subject_count), {"address": f"{found}&view=subjects"}),
        ("Studies", count(sums.study_count), {"address": f"{found}&view=studies"}),
        ("Series", count(sums.series_count), {"address": found}),
        ("Images", count(sums.image_count), {}),
        ("Size", size(sums.size), {}),
        ("Modalities", ", ".join(values["modalities"]), {}),
        ("Body parts", ", ".join(values["body_parts"]), {}),
        ("Cancer types", ", ".join(holding.cancer_types), {}),
        ("Cancer sites", ", ".join(holding.cancer_locations), {}),
        ("Species", holding.species, {}),
        (
            "Version",
            f"{release.number} of {day(release.published_at)}" if release else "",
            {"address": "#versions"},
        ),
        ("DOI (draft)", holding.concept_doi, {"to_copy": holding.concept_doi, "long": True}),
    ]
    return [{"name": name, "value": value} | more for name, value, more in rows if value]


def _shares(facet: Facet) -> dict[str, Any]:
    """A facet as a small table with bars: each bar is a part of the most frequent value."""
    most = max(value.count for value in facet.values)
    return {
        "title": facet.element.label,
        "rows": [
            {
                "label": value_word(facet.element.name, value.label),
                "count": value.count,
                "address": f"/search/?{value.toggled.url()}",
                "part": 100 * value.count / most if most else 0,
            }
            for value in facet.values[:8]
        ],
    }
