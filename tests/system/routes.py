"""Every address of the public site as data: what a reader needs for it, and how it answers who may not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from django.urls import URLPattern, URLResolver

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
    "basket/manifest.tcia": page("/basket/manifest.tcia"),  # of what basket/add/, asked before, put into it
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
