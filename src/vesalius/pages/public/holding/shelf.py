"""The datasets of a list as rows, with all that they can be filtered and sorted by; a fixed number of questions."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Exists, OuterRef

from vesalius.access.permit import Visible
from vesalius.catalog.models import Download, Holding
from vesalius.catalog.visible import holdings, shown_files
from vesalius.pages.public.holding.counts import listed

ANNOTATIONS, TABLES, FILES, LINKS, ANALYSES = (
    "Annotations",
    "Tables",
    "Other files",
    "Links to other sites",
    "Analyses by others",
)
_ANNOTATING = frozenset({"ANN", "RTSTRUCT", "SEG", "SR"})  # modalities that the filter calls so
TABULAR = frozenset({"text/csv", "text/tab-separated-values"})
Row = dict[str, Any]


def rows_of(kind: str, visible: Visible) -> list[Row]:
    """Every holding of a kind that the asker may find, as `counts.listed` makes them, and more."""
    found = list(holdings(visible).filter(kind=kind).select_related("current_release"))
    licences = _licences(found, visible)
    supporting = _supporting(found, visible)
    rows = listed(found, visible)
    for row in rows:
        holding = row["holding"]
        row["licences"] = licences[holding.pk]
        row["supporting"] = sorted(supporting[holding.pk] | _annotations(row["modalities"]))
        row["status"] = "Complete" if holding.complete else "Ongoing"
        row["access_word"] = row["access"].word if row["access"] else ""
        row["released"] = holding.current_release.published_at
    return rows


def _annotations(modalities: Iterable[str]) -> set[str]:
    return {ANNOTATIONS} if _ANNOTATING.intersection(modalities) else set()


def _licences(found: Sequence[Holding], visible: Visible) -> dict[int, list[str]]:
    pairs = Download.objects.filter(holding__in=found, pk__in=visible.findable)
    licences: dict[int, list[str]] = defaultdict(list)
    for holding, licence in sorted(set(pairs.values_list("holding", "license__short_title"))):
        licences[holding].append(licence)
    return licences


def _supporting(found: Sequence[Holding], visible: Visible) -> dict[int, set[str]]:
    """What stands beside the images of each holding, besides annotations among its own series."""
    kinds: dict[int, set[str]] = defaultdict(set)
    files = shown_files().filter(
        in_releases__release__current_of__in=found, home_download__in=visible.findable
    )
    for holding, media_type in files.values_list("holding", "media_type").distinct():
        kinds[holding].add(TABLES if media_type in TABULAR else FILES)
    links = Download.objects.filter(holding__in=found, pk__in=visible.findable, kind=Download.Kind.LINK)
    for holding in links.values_list("holding", flat=True):
        kinds[holding].add(LINKS)
    derived = holdings(visible).filter(derived_from=OuterRef("pk"))
    analysed = Holding.objects.filter(Exists(derived), pk__in=[holding.pk for holding in found])
    for holding in analysed.values_list("pk", flat=True):
        kinds[holding].add(ANALYSES)
    return kinds
