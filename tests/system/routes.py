"""Every address of the public site as data: what a reader needs for it, and how it answers who may not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from django.urls import URLPattern, URLResolver

from vesalius.deliver.manifests import FORMATS as MANIFESTS
from vesalius.nbia.public.table.endpoints import ENDPOINTS
from vesalius.pages.assets import ASSETS
from vesalius.web.public_side import urlpatterns


class Needs(Enum):
    """What the asker must be allowed to do with the thing that the address names."""

    NOTHING = "nothing"
    ACCOUNT = "account"
    FIND = "find"
    FETCH = "fetch"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One address: {title}, {patient}, {study}, {series} and {sop} stand for those of a holding."""

    url: str
    needs: Needs = Needs.NOTHING
    good: int = 200
    known: int = 0  # to those who are signed in already, where that differs
    hidden: int = 404  # where the asker may not find it: the same as where it does not exist
    refused: int = 403  # where the asker may find it and not fetch it
    form: dict[str, str] = field(default_factory=dict)  # of a POST; a GET without one
    post: bool = False
    heard: bool = True  # whether the address listens to who asks
    lists: bool = False  # names every holding that the asker may find
    repeats: bool = False  # shows the asker what they asked before, in their own words
    analysis: bool = False  # of an analysis result, not of a collection


def page(url: str, needs: Needs = Needs.NOTHING, **more) -> Case:
    return Case(url=url, needs=needs, **more)


RECORDS = (
    "datacite.json", "schema.jsonld", "croissant.json", "CITATION.cff", "cite/bibtex", "cite/ris", "cite/text",
    "linkset.json",
)  # fmt: skip


def _of_holdings(place: str, *, analysis: bool) -> dict[str, Case]:
    told = {"analysis": analysis}
    return {
        f"{place}/": page(f"/{place}/", lists=True, **told),
        f"{place}.csv": page(f"/{place}.csv", lists=True, **told),
        f"{place}.json": page(f"/{place}.json", lists=True, **told),
        f"{place}/<str:name>/": page(f"/{place}/{{title}}/", Needs.FIND, **told),
        f"{place}/<str:name>/manifest.tcia": page(f"/{place}/{{title}}/manifest.tcia", Needs.FETCH, refused=404, **told),
        f"{place}/<str:name>/download/": page(f"/{place}/{{title}}/download/", Needs.FETCH, **told),
        f"{place}/<str:name>/files/<str:file>": page(f"/{place}/{{title}}/files/clinical.csv", Needs.FETCH, **told),
        f"{place}/<str:name>/tables/<str:file>/": page(f"/{place}/{{title}}/tables/clinical.csv/", Needs.FIND, **told),
        f"{place}/<str:name>/tables/<str:file>/rows.csv": page(
            f"/{place}/{{title}}/tables/clinical.csv/rows.csv", Needs.FETCH, **told
        ),
        f"{place}/<str:name>/tables/<str:file>/rows.json": page(
            f"/{place}/{{title}}/tables/clinical.csv/rows.json", Needs.FETCH, **told
        ),
        f"{place}/<str:name>/versions/<int:number>/": page(f"/{place}/{{title}}/versions/1/", Needs.FIND, **told),
        f"{place}/<str:name>/versions/<int:number>/manifest.json": page(
            f"/{place}/{{title}}/versions/1/manifest.json", Needs.FIND, **told
        ),
        f"{place}/<str:name>/versions/<int:number>/series.csv": page(
            f"/{place}/{{title}}/versions/1/series.csv", Needs.FIND, **told
        ),
        **{
            f"{place}/<str:name>/versions/<int:number>/manifest.{form}": page(
                f"/{place}/{{title}}/versions/1/manifest.{form}", Needs.FETCH, refused=404, **told
            )
            for form in ("tcia", "aria2", "txt")
        },
        f"{place}/<str:name>/versions/<int:number>/manifest.csv": page(
            f"/{place}/{{title}}/versions/1/manifest.csv", Needs.FIND, **told
        ),
        f"{place}/<str:name>/versions/<int:number>/manifest.s5cmd": page(
            f"/{place}/{{title}}/versions/1/manifest.s5cmd", Needs.FIND, good=404, **told
        ),
        **{  # of a dataset with one version: 400 where it may be found
            f"{place}/<str:name>/versions/{one}": page(
                f"/{place}/{{title}}/versions/{one}", Needs.FIND, good=400, **told
            )
            for one in ("compare/", "compare.csv", "compare.json")
        },
        **{
            f"{place}/<str:name>/{one}": page(f"/{place}/{{title}}/{one}", Needs.FIND, **told) for one in RECORDS
        },
        **{
            f"{place}/<str:name>/versions/<int:number>/{one}": page(
                f"/{place}/{{title}}/versions/1/{one}", Needs.FIND, **told
            )
            for one in RECORDS
        },
    }  # fmt: skip


PAGES: dict[str, Case] = {
    "healthz": page("/healthz"),
    "static/<path:path>": page(ASSETS.url("site.css")),
    "": page("/"),
    "theme/": page("/theme/", post=True, form={"theme": "dark"}, good=302),
    "help/": page("/help/"),
    "help/guides/<slug:name>/": page("/help/guides/public/"),
    "help/reference/<slug:name>/": page("/help/reference/recipes/"),
    "help/accessibility/": page("/help/accessibility/"),
    "help/usage/": page("/help/usage/"),
    "help/privacy/": page("/help/privacy/"),
    **_of_holdings("collections", analysis=False),
    **_of_holdings("analysis-results", analysis=True),
    "search/": page("/search/?collection={title}"),
    "search.csv": page("/search.csv", lists=True),
    "search.json": page("/search.json", lists=True),
    "search.parquet": page("/search.parquet"),
    "search/advanced/": page("/search/advanced/"),
    "search.atom": page("/search.atom", lists=True),
    **{f"search/manifest.{form}": page(f"/search/manifest.{form}") for form in MANIFESTS if form != "s5cmd"},
    "search/manifest.s5cmd": page("/search/manifest.s5cmd", good=404),
    "searches/": page("/searches/", repeats=True),
    "searches/save/": page("/searches/save/", Needs.ACCOUNT, post=True, good=400),  # under no name
    "searches/undo/": page("/searches/undo/", Needs.ACCOUNT, post=True, good=302),
    "searches/history/clear/": page("/searches/history/clear/", Needs.ACCOUNT, post=True, good=302),
    "searches/history/keep/": page(
        "/searches/history/keep/", Needs.ACCOUNT, post=True, form={"kept": "no"}, good=302
    ),
    "searches/<int:number>/": page("/searches/999999/", Needs.ACCOUNT, good=404),
    "searches/<int:number>/new/": page("/searches/999999/new/", Needs.ACCOUNT, good=404),
    **{
        f"searches/<int:number>/{deed}/": page(f"/searches/999999/{deed}/", Needs.ACCOUNT, post=True, form=form, good=404)
        for deed, form in (
            ("looked", {"until": "2026-01-01T00:00:00Z"}),
            ("rename", {"name": "tried"}),
            ("delete", {}),
        )
    },
    "lists/": page("/lists/"),
    "lists/new/": page("/lists/new/", Needs.ACCOUNT),
    "lists/<str:name>/": page("/lists/no-list/", good=404),
    "lists/<str:name>/download/": page("/lists/no-list/download/", good=404),
    "lists/<str:name>/basket/": page("/lists/no-list/basket/", post=True, good=404),
    "lists/<str:name>/change/": page("/lists/no-list/change/", Needs.ACCOUNT, good=404),
    "lists/<str:name>/access/": page(
        "/lists/no-list/access/", Needs.ACCOUNT, post=True, form={"public": "yes"}, good=404
    ),
    "lists/<str:name>/delete/": page("/lists/no-list/delete/", Needs.ACCOUNT, post=True, good=404),
    **{
        f"lists/<str:name>/manifest.{form}": page(f"/lists/no-list/manifest.{form}", good=404)
        for form in MANIFESTS
    },
    **{
        f"lists/<str:name>/citations.{end}": page(f"/lists/no-list/citations.{end}", good=404)
        for end in ("txt", "bib", "ris")
    },
    "patients/<str:collection>/<path:patient_id>/download/": page("/patients/{title}/{patient}/download/", Needs.FETCH),
    "patients/<str:collection>/<path:patient_id>/": page("/patients/{title}/{patient}/", Needs.FIND),
    "patients/<str:collection>/<path:patient_id>/compare/": page("/patients/{title}/{patient}/compare/", Needs.FIND),
    "studies/<uid:uid>/": page("/studies/{study}/", Needs.FIND),
    "studies/<uid:uid>/download/": page("/studies/{study}/download/", Needs.FETCH),
    "series/<uid:uid>/": page("/series/{series}/", Needs.FIND),
    "series/<uid:uid>/header/": page("/series/{series}/header/", Needs.FETCH),
    "series/<uid:uid>/thumbnail/": page("/series/{series}/thumbnail/", Needs.FETCH),
    "series/<uid:uid>/thumbnail/<int:number>/": page("/series/{series}/thumbnail/1/", Needs.FETCH),
    "series/<uid:uid>/frames/": page("/series/{series}/frames/", Needs.FETCH),
    "series/<uid:uid>/frames/<int:number>/": page("/series/{series}/frames/1/", Needs.FETCH),
    "series/<uid:uid>/sheet/": page("/series/{series}/sheet/", Needs.FETCH),
    "series/<uid:uid>/cine/": page("/series/{series}/cine/", Needs.FETCH),
    "series/<uid:uid>/contours/": page("/series/{series}/contours/", Needs.FETCH, good=202),
    "series/<uid:uid>/view.png": page("/series/{series}/view.png", Needs.FETCH, good=202),
    "series/<uid:uid>/download/": page("/series/{series}/download/", Needs.FETCH),
    "series/<uid:uid>/manifest.tcia": page("/series/{series}/manifest.tcia", Needs.FETCH),
    "basket/": page("/basket/"),
    "basket/add/": page("/basket/add/", Needs.FIND, post=True, form={"series": "{series}"}, good=302),
    "basket/remove/": page("/basket/remove/", post=True, form={"series": "{series}"}, good=302),
    # of what basket/add/, asked before, put into it
    **{f"basket/manifest.{form}": page(f"/basket/manifest.{form}") for form in MANIFESTS if form != "s5cmd"},
    "basket/manifest.s5cmd": page("/basket/manifest.s5cmd", good=404),  # nothing of it lies in a bucket
    "basket/undo/": page("/basket/undo/", post=True, good=302),
    "basket/settle/": page("/basket/settle/", post=True, good=302),
    "basket/download/": page("/basket/download/"),  # the same
    "basket/metadata.csv": page("/basket/metadata.csv"),
    "basket/citations.txt": page("/basket/citations.txt"),
    "basket/citations.bib": page("/basket/citations.bib"),
    "account/": page("/account/", Needs.ACCOUNT),
    "account/login/": page("/account/login/", known=302),
    "account/logout/": page("/account/logout/", post=True, good=302),
    "account/tokens/": page("/account/tokens/", Needs.ACCOUNT, post=True, form={"label": "tried", "days": "30"}),
    "account/tokens/<int:token_id>/revoke/": page(
        "/account/tokens/999999/revoke/", Needs.ACCOUNT, post=True, good=404
    ),
}  # fmt: skip

# Those of NBIA by the endpoint's name: what is hidden is absent from a table, and its bytes cannot be sent.
_TABLE = {"needs": Needs.FIND, "hidden": 200}
_BYTES = {"needs": Needs.FETCH, "hidden": 400, "refused": 400}
NBIA: dict[str, Case] = {
    "getCollectionValues": page("", lists=True),
    "getModalityValues": page("?Collection={title}", **_TABLE),
    "getBodyPartValues": page("?Collection={title}", **_TABLE),
    "getManufacturerValues": page("?Collection={title}", **_TABLE),
    "getPatient": page("?Collection={title}", **_TABLE),
    "getPatientStudy": page("?Collection={title}", **_TABLE),
    "getSeries": page("?Collection={title}", **_TABLE),
    "getSeriesMetadata": page("", post=True, form={"list": "{series}"}, **_TABLE),
    "getSeriesMetaData": page("?SeriesInstanceUID={series}", needs=Needs.FIND, hidden=204),
    "getSeriesSize": page("?SeriesInstanceUID={series}", **_TABLE),
    "getSOPInstanceUIDs": page("?SeriesInstanceUID={series}", **_TABLE),
    "getImage": page("?SeriesInstanceUID={series}", **_BYTES),
    "getImageWithMD5Hash": page("?SeriesInstanceUID={series}", **_BYTES),
    "getSingleImage": page("?SeriesInstanceUID={series}&SOPInstanceUID={sop}", **_BYTES),
    "token": page("", post=True, form={"grant_type": "password", "username": "nbia_guest"}),
}
_NAMES = {endpoint.name for endpoint in ENDPOINTS}
DEAF = ("v1/", "v3/TCIA/", "v4/TCIA/")  # the versions that take no token: they answer everybody as the public


def case_of(route: str) -> Case | None:
    """The row of a route; None for one that nobody has thought about."""
    *_, name = route.rstrip("/").split("/")
    nbia = route.startswith(("nbia-api/", "services/"))
    if not nbia or name not in NBIA:
        return PAGES.get(route)
    row = NBIA[name]
    heard = not any(folder in route for folder in DEAF)
    return Case(**{**vars(row), "url": f"/{route}{row.url}", "heard": heard})


def routes(patterns: Iterable[URLPattern | URLResolver] = urlpatterns, before: str = "") -> Iterator[str]:
    """Every route of the public site, as its URLconf spells it."""
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, here)
        else:
            yield here
