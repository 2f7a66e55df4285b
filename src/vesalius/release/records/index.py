"""The series index of a release: a table with one row per series, the same for pages, CSV and Croissant."""

from collections.abc import Callable, Iterator

from vesalius.catalog.models import Release, SeriesRevision
from vesalius.catalog.visible import WITH_CONTEXT, Judged, findable, revisions_of

CHUNK = 2000  # rows held at a time

# name, kind of a column, what it says, how it is read
COLUMNS: tuple[tuple[str, str, str, Callable[[SeriesRevision], object]], ...] = (
    ("collection", "text", "Collection of the subject", lambda row: row.series.study.patient.holding.short_title),
    ("patient_id", "text", "Patient ID (0010,0020), a pseudonym", lambda row: row.series.study.patient.patient_id),
    ("patient_sex", "text", "Patient's Sex (0010,0040): F, M or O", lambda row: row.patient_sex),
    ("patient_age", "text", "Patient's Age (0010,1010), such as 061Y", lambda row: row.patient_age),
    ("study_instance_uid", "text", "Study Instance UID (0020,000D)", lambda row: row.series.study.study_instance_uid),
    ("study_date", "date", "Study Date (0008,0020), moved by whole days", lambda row: row.study_date),
    ("study_description", "text", "Study Description (0008,1030)", lambda row: row.study_description),
    ("series_instance_uid", "text", "Series Instance UID (0020,000E)", lambda row: row.series.series_instance_uid),
    ("revision", "integer", "Revision of the series: 1, 2, 3 ...", lambda row: row.number),
    ("modality", "text", "Modality (0008,0060)", lambda row: row.modality),
    ("body_part_examined", "text", "Body Part Examined (0018,0015)", lambda row: row.body_part_examined),
    ("series_description", "text", "Series Description (0008,103E)", lambda row: row.series_description),
    ("manufacturer", "text", "Manufacturer (0008,0070)", lambda row: row.manufacturer),
    ("manufacturer_model_name", "text", "Model Name (0008,1090)", lambda row: row.manufacturer_model_name),
    ("pixel_spacing", "text", "Pixel Spacing (0028,0030) in mm", lambda row: row.pixel_spacing),
    ("slice_thickness", "text", "Slice Thickness (0018,0050) in mm", lambda row: row.slice_thickness),
    ("image_count", "integer", "Instances in the series", lambda row: row.image_count),
    ("size", "integer", "Bytes of the series", lambda row: row.size),
    ("license", "text", "Licence, as an SPDX identifier", lambda row: row.home_download.license.spdx),
)  # fmt: skip
NAMES = tuple(name for name, *_ in COLUMNS)


def index_rows(release: Release, visible: Judged) -> Iterator[list[object]]:
    """The series of a release that the asker may find, by subject and UID, as values in the order of COLUMNS."""
    found = findable(revisions_of(release), visible).select_related(*WITH_CONTEXT)
    ordered = found.order_by("series__study__patient__patient_id", "series__series_instance_uid")
    for revision in ordered.iterator(chunk_size=CHUNK):
        yield [read(revision) for _, _, _, read in COLUMNS]
