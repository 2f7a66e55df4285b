"""DOIs of holdings and releases, through an adapter; drafts under DataCite's test prefix need no network."""

from typing import Protocol

from django.conf import settings

from vesalius.catalog.models import Holding, Release


class Registry(Protocol):
    """Whoever gives out DOIs."""

    def draft(self, suffix: str) -> str:
        """A DOI with this suffix, reserved and not yet findable; the same one when it is asked again."""


class Drafts:
    """Gives out DOIs that exist in this archive alone."""

    def __init__(self, prefix: str) -> None:
        """`prefix`: such as 10.5072, which DataCite keeps for tests."""
        self.prefix = prefix

    def draft(self, suffix: str) -> str:
        """The prefix and the suffix; nobody is asked."""
        return f"{self.prefix}/{suffix}"


def registry() -> Registry:
    """The registry that the settings name."""
    return Drafts(settings.VESALIUS.doi_prefix)


def concept_doi(holding: Holding) -> str:
    """The DOI of a holding whatever its version; opaque, since a DOI knows no upper and lower case."""
    return registry().draft(f"vesalius.{holding.pk}")


def version_doi(release: Release) -> str:
    """The DOI of one release."""
    return registry().draft(f"vesalius.{release.holding_id}.v{release.number}")
