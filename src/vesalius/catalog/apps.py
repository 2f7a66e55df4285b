"""Rows of the archive side."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Rows of the archive side."""

    name = "vesalius.catalog"
    label = "catalog"
