"""How to cite a holding, a version, a series: in words, with the DOI said plainly as what it is."""

from dataclasses import dataclass

from django.conf import settings

from vesalius.catalog.models import Holding, Release
from vesalius.pages.public.addresses import address_of
from vesalius.release.records.citation import citation_text
from vesalius.release.records.describing import work_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """One citation and the DOI in it."""

    text: str
    doi: str
    draft: bool  # reserved here, and registered nowhere


def page_of(holding: Holding) -> str:
    """The page of a holding, from https:// on."""
    return settings.VESALIUS.public_url.rstrip("/") + address_of(holding)


def citation(holding: Holding, release: Release, doi: str, *, part: str = "") -> Cited:
    """Authors (year). Title (version) [data set]. Archive. DOI; `part` names a series within.

    doi: that of the release, or the holding's, which stands for every version.
    """
    work = work_of(release, page_of(holding), of_version=doi == release.doi)
    return Cited(text=citation_text(work, part=part), doi=work.doi, draft=work.draft)
