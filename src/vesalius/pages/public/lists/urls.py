"""Addresses of shared lists."""

from django.urls import URLPattern, path

from vesalius.deliver.manifests import FORMATS
from vesalius.pages.public.lists import making, page

urlpatterns: list[URLPattern] = [
    path("lists/", page.browse),
    path("lists/new/", making.new),
    path("lists/<str:name>/", page.list_page),
    path("lists/<str:name>/download/", page.list_zip),
    path("lists/<str:name>/basket/", page.to_basket),
    path("lists/<str:name>/change/", making.change),
    path("lists/<str:name>/access/", making.access),
    path("lists/<str:name>/delete/", making.delete),
    *(path(f"lists/<str:name>/manifest.{form}", page.list_manifest, {"form": form}) for form in FORMATS),
    *(path(f"lists/<str:name>/citations.{end}", page.list_citations, {"ending": end}) for end in page.MEDIA),
]
