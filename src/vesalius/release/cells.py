"""The cube of a release: how much has each distinct combination of facet values."""

from collections.abc import Iterable

from django.db.models import Count, Sum

from vesalius.catalog.models import Cell, Release
from vesalius.catalog.visible import revisions_of
from vesalius.settings.routing import Side, require_transaction

DIMENSIONS = {  # column of Cell -> path from SeriesRevision
    "download_id": "home_download_id",
    "collection": "series__study__patient__holding__short_title",
    "modality": "modality",
    "body_part_examined": "body_part_examined",
    "manufacturer": "manufacturer",
    "manufacturer_model_name": "manufacturer_model_name",
    "patient_sex": "patient_sex",
    "species": "series__study__patient__species",
    "third_party": "third_party",
}
MEASURES = ("series_count", "image_count", "size")
BATCH = 500


def fill_cells(release: Release) -> int:
    """Count the shown revisions of a release anew; returns the number of cells.

    The release is locked, so that of two deeds on it the second counts what the first has left.
    """
    require_transaction(Side.ARCHIVE)
    Release.objects.select_for_update().get(pk=release.pk)
    Cell.objects.filter(release=release).delete()
    paths = tuple(DIMENSIONS.values())
    rows = revisions_of(release).order_by(*paths).values_list(*paths)
    counted = rows.annotate(series=Count("pk"), images=Sum("image_count"), bytes=Sum("size"))
    names = (*DIMENSIONS, *MEASURES)
    cells = [Cell(release=release, **dict(zip(names, row, strict=True))) for row in counted]
    Cell.objects.bulk_create(cells, batch_size=BATCH)
    return len(cells)


def refill_cells(releases: Iterable[Release]) -> None:
    """Count several releases anew, in the order of their ids: two such deeds cannot wait for each other."""
    for release in sorted(set(releases), key=lambda release: release.pk):
        fill_cells(release)
