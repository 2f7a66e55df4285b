"""The page of one holding: what it is, who may have it, what is in it, its versions, how to cite it."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from vesalius.access.permit import Visible
from vesalius.catalog.models import Holding, License
from vesalius.catalog.visible import current_revisions, fetchable, findable, holdings, tombstones
from vesalius.deliver.manifest import MEDIA_TYPE, manifest_name, manifest_text
from vesalius.errors import NotFound
from vesalius.pages.public.addresses import address_of
from vesalius.pages.public.asker import visible
from vesalius.pages.public.export import as_file
from vesalius.pages.public.holding.charts import drawn
from vesalius.pages.public.holding.citing import citation
from vesalius.pages.public.holding.downloads import Row, access_rows
from vesalius.pages.public.holding.mosaic import mosaic
from vesalius.pages.public.holding.policy import in_plain_words
from vesalius.pages.public.holding.records import negotiated, record_of, signposted
from vesalius.pages.public.named import named, release_of
from vesalius.pages.public.supporting.shown import files_shown
from vesalius.pages.public.wording import value_word
from vesalius.pages.templatetags.words import count, day, size
from vesalius.release import versions
from vesalius.release.records import FORMATS, Record
from vesalius.release.records.citation import citation_text
from vesalius.search.card import Chart, card
from vesalius.search.query import Query

LISTS = {
    Holding.Kind.COLLECTION: ("/collections/", "Collections"),
    Holding.Kind.ANALYSIS_RESULT: ("/analysis-results/", "Analysis results"),
}


@require_safe
def holding_page(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """GET /collections/NAME/ and /analysis-results/NAME/; 404 for what is hidden as for what is not there."""
    judged = visible(request)
    holding = named(name, judged, kind)
    release = release_of(holding)
    told = record_of(release, judged, None)
    if answer := negotiated(request, told):
        return answer
    query = Query(holdings=(name,))
    rows = access_rows(holding, release, judged)
    charts = card(holding, judged)
    found = findable(current_revisions(), judged).filter(home_download__holding=holding)
    shown = {
        "holding": holding,
        "address": address_of(holding),
        "list": LISTS[Holding.Kind(holding.kind)],
        "query": query.url(),
        "facts": _facts(holding, told, charts, rows),
        "mosaic": mosaic(found, judged),
        "rows": rows,
        "tables": files_shown(release, judged),
        "charts": [drawn(chart) for chart in charts],
        "versions": versions(holding, judged),
        "tombstones": tombstones(holding),
        "citation": citation(holding, release, holding.concept_doi),
        "source_texts": [citation_text(source) for source in told.sources],
        "formats": FORMATS.values(),
        "jsonld": FORMATS["schema.jsonld"].write(told),
        "licences": [(one, in_plain_words(one)) for one in _licences(rows)],
        "related": _related(holding, judged),
        **_citations(holding),
    }
    return signposted(render(request, "public/holding.html", shown), told)


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


def _licences(rows: list[Row]) -> list[License]:
    return list({row.download.license.pk: row.download.license for row in rows}.values())


def _citations(holding: Holding) -> dict[str, Any]:
    told: dict[str, list[Any]] = {"data": [], "publication": [], "acknowledgement": []}
    for one in holding.citations.all():
        told.setdefault(one.kind, []).append(one)
    return {
        "also_cite": told["data"],
        "publications": told["publication"],
        "acknowledgements": told["acknowledgement"],
    }


def _related(holding: Holding, judged: Visible) -> list[dict[str, Any]]:
    """Datasets that this one is made from, and those that are made from it, as far as the asker may find them."""
    groups: list[tuple[str, QuerySet[Holding]]] = [
        ("Made from", holding.derived_from.all()),
        ("Made from this dataset", holding.derived.all()),
    ]
    known = holdings(judged).values("pk")
    return [
        {"title": title, "holdings": [(one, address_of(one)) for one in found]}
        for title, others in groups
        if (found := list(others.filter(pk__in=known)))
    ]


def _facts(holding: Holding, told: Record, charts: Sequence[Chart], rows: list[Row]) -> list[dict[str, Any]]:
    """The facts box: every number that counts data leads to that data."""
    found = f"/search/?{Query(holdings=(holding.short_title,)).url()}"
    values = {
        chart.name: ", ".join(value_word(chart.name, bar.label) for bar in chart.bars) for chart in charts
    }
    counts = told.counts
    work = told.work
    facts: list[tuple[str, str, dict[str, Any]]] = [
        ("Subjects", count(counts["subjects"]), {"address": f"{found}&view=subjects"}),
        ("Studies", count(counts["studies"]), {"address": f"{found}&view=studies"}),
        ("Series", count(counts["series"]), {"address": found}),
        ("Images", count(counts["images"]), {"address": f"{found}&sort=-images"}),
        ("Size", size(counts["bytes"]), {}),
        ("Modalities", values.get("modalities", ""), {}),
        ("Body parts", values.get("body_parts", ""), {}),
        ("Cancer types", ", ".join(holding.cancer_types), {}),
        ("Cancer sites", ", ".join(holding.cancer_locations), {}),
        ("Species", holding.species, {}),
        ("Licence", ", ".join(one.short_title for one in _licences(rows)), {"address": "#policy"}),
        ("Version", f"{work.version} of {day(work.published)}", {"address": "#versions"}),
        ("DOI (draft)" if work.draft else "DOI", work.doi, {"to_copy": work.doi, "long": True}),
    ]
    return [{"name": name, "value": value} | more for name, value, more in facts if value]
