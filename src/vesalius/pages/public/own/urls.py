"""Addresses of searches that readers keep, of feeds and of manifests."""

from django.urls import URLPattern, path

from vesalius.deliver.manifests import FORMATS
from vesalius.pages.public.own import feed, manifests, searches

urlpatterns: list[URLPattern] = [
    path("search.atom", feed.search_feed),
    path("searches/", searches.searches_page),
    path("searches/save/", searches.save),
    path("searches/undo/", searches.put_back),
    path("searches/history/clear/", searches.clear_history),
    path("searches/history/keep/", searches.keep_history),
    path("searches/<int:number>/", searches.run),
    path("searches/<int:number>/new/", searches.new),
    path("searches/<int:number>/looked/", searches.looked),
    path("searches/<int:number>/rename/", searches.rename),
    path("searches/<int:number>/delete/", searches.delete),
    *(path(f"basket/manifest.{form}", manifests.of_basket, {"form": form}) for form in FORMATS),
    *(path(f"search/manifest.{form}", manifests.of_answer, {"form": form}) for form in FORMATS),
]
