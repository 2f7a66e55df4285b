"""How to cite a holding, a version, a series: in words, with the DOI said plainly as what it is."""

from dataclasses import dataclass

from django.conf import settings

from vesalius.catalog.models import Holding, Release

TEST_PREFIX = "10.5072"  # DataCite's: resolves nowhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """One citation and the DOI in it."""

    text: str
    doi: str
    draft: bool  # reserved here, and registered nowhere


def citation(holding: Holding, release: Release, doi: str, *, part: str = "") -> Cited:
    """Title (version) [data set]. Archive. DOI; `part` names a series within."""
    year = f" ({release.published_at.year})" if release.published_at else ""
    within = f", {part}" if part else ""
    draft = doi.startswith(f"{TEST_PREFIX}/")
    where = f"draft DOI {doi}" if draft else f"https://doi.org/{doi}"
    text = (
        f"{holding.title}{year}. Version {release.number}{within} [Data set]. "
        f"{settings.VESALIUS.name}. {where if doi else settings.VESALIUS.public_url}"
    )
    return Cited(text=text, doi=doi, draft=draft)
