"""Addresses of the public site."""

from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter

from vesalius.catalog.models import Holding
from vesalius.deliver.manifests import FORMATS as MANIFESTS
from vesalius.pages.assets import static_file
from vesalius.pages.public.content import patient, pictures, series
from vesalius.pages.public.content.headers import page as header
from vesalius.pages.public.content.viewing import browsing, contours, frames, side_by_side, view
from vesalius.pages.public.finding import files as search_files
from vesalius.pages.public.finding import search
from vesalius.pages.public.finding.advanced.page import advanced
from vesalius.pages.public.help import pages as help_pages
from vesalius.pages.public.holding import compare, lists, page, records, version
from vesalius.pages.public.home import home
from vesalius.pages.public.lists import urls as shared_lists
from vesalius.pages.public.own import account, basket, zips
from vesalius.pages.public.own import urls as own
from vesalius.pages.public.supporting import files, tables
from vesalius.pages.theme import choose_theme
from vesalius.release.records import FORMATS


class Uid(StringConverter):
    """A DICOM UID (PS3.5 9.1)."""

    regex = "[0-9][0-9.]{0,63}"


register_converter(Uid, "uid")


def _of_holdings(place: str, kind: Holding.Kind) -> list[URLPattern]:
    told = {"kind": kind.value}
    return [
        path(f"{place}/", lists.browse, told),
        path(f"{place}.csv", lists.as_csv_file, told),
        path(f"{place}.json", lists.as_json_file, told),
        path(f"{place}/<str:name>/", page.holding_page, told),
        path(f"{place}/<str:name>/manifest.tcia", page.holding_manifest, told),
        path(f"{place}/<str:name>/download/", zips.holding_zip, told),
        path(f"{place}/<str:name>/versions/<int:number>/", version.version_page, told),
        path(f"{place}/<str:name>/versions/<int:number>/manifest.json", version.version_manifest, told),
        path(f"{place}/<str:name>/versions/<int:number>/series.csv", version.version_index, told),
        *_manifests(f"{place}/<str:name>/versions/<int:number>/", told),
        path(f"{place}/<str:name>/versions/compare/", compare.compare_page, told),
        path(f"{place}/<str:name>/versions/compare.csv", compare.compare_csv, told),
        path(f"{place}/<str:name>/versions/compare.json", compare.compare_json, told),
        path(f"{place}/<str:name>/files/<str:file>", files.supporting_file, told),
        path(f"{place}/<str:name>/tables/<str:file>/", tables.table_page, told),
        path(f"{place}/<str:name>/tables/<str:file>/rows.csv", tables.table_csv, told),
        path(f"{place}/<str:name>/tables/<str:file>/rows.json", tables.table_json, told),
        *_of_records(f"{place}/<str:name>/", told),
        *_of_records(f"{place}/<str:name>/versions/<int:number>/", told),
    ]


def _manifests(page_: str, told: dict[str, str]) -> list[URLPattern]:
    """The series of a version, for programs that fetch."""
    view = version.version_for_programs
    return [path(f"{page_}manifest.{form}", view, told | {"form": form}) for form in MANIFESTS]


def _of_records(page_: str, told: dict[str, str]) -> list[URLPattern]:
    """What machines are told of a dataset, or of one version of it."""
    formats = [path(f"{page_}{place}", records.record, told | {"place": place}) for place in FORMATS]
    return [*formats, path(f"{page_}linkset.json", records.signposts, told)]


urlpatterns: list[URLPattern] = [
    path("static/<path:path>", static_file, name="static"),
    path("", home),
    path("theme/", choose_theme),
    path("help/", help_pages.help_page),
    path("help/guides/<slug:name>/", help_pages.guide, {"shelf": "guides"}),
    path("help/reference/<slug:name>/", help_pages.guide, {"shelf": "reference"}),
    path("help/accessibility/", help_pages.accessibility),
    path("help/usage/", help_pages.usage),
    path("help/privacy/", help_pages.privacy),
    *_of_holdings("collections", Holding.Kind.COLLECTION),
    *_of_holdings("analysis-results", Holding.Kind.ANALYSIS_RESULT),
    path("search/", search.search),
    path("search/advanced/", advanced),
    *(path(f"search.{form}", search_files.search_file, {"form": form}) for form in search_files.FORMS),
    path("patients/<str:collection>/<path:patient_id>/download/", zips.patient_zip),
    path("patients/<str:collection>/<path:patient_id>/compare/", side_by_side.side_by_side),
    path("patients/<str:collection>/<path:patient_id>/", patient.patient_page),
    path("studies/<uid:uid>/", patient.study_page),
    path("studies/<uid:uid>/download/", zips.study_zip),
    path("series/<uid:uid>/", series.series),
    path("series/<uid:uid>/header/", header.header),
    path("series/<uid:uid>/thumbnail/", pictures.thumbnail),
    path("series/<uid:uid>/thumbnail/<int:number>/", pictures.thumbnail),
    path("series/<uid:uid>/frames/", frames.description),
    path("series/<uid:uid>/frames/<int:number>/", frames.frame),
    path("series/<uid:uid>/sheet/", browsing.sheet),
    path("series/<uid:uid>/cine/", browsing.cine),
    path("series/<uid:uid>/contours/", contours.description),
    path("series/<uid:uid>/view.png", view.picture),
    path("series/<uid:uid>/download/", series.download),
    path("series/<uid:uid>/manifest.tcia", series.manifest),
    path("basket/", basket.basket_page),
    path("basket/add/", basket.add),
    path("basket/remove/", basket.remove),
    path("basket/undo/", basket.put_back),
    path("basket/settle/", basket.settle),
    path("basket/download/", zips.basket_zip),
    path("basket/metadata.csv", basket.basket_csv),
    path("basket/citations.txt", basket.basket_citations),
    path("basket/citations.bib", basket.basket_bibtex),
    *own.urlpatterns,
    *shared_lists.urlpatterns,
    path("account/", account.account),
    path("account/login/", account.SignIn.as_view()),
    path("account/logout/", account.SignOut.as_view()),
    path("account/tokens/", account.make_token),
    path("account/tokens/<int:token_id>/revoke/", account.end_token),
]
