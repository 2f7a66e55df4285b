"""Addresses of the staff site."""

from django.urls import URLPattern, path

from vesalius.pages.assets import static_file

urlpatterns: list[URLPattern] = [path("static/<path:path>", static_file, name="static")]
