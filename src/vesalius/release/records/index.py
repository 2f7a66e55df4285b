"""The series index of a release: a table with one row per series, the same for pages, CSV and Croissant."""

from collections.abc import Iterator
from typing import Any, Final

from vesalius.catalog.models import Release
from vesalius.catalog.visible import Judged, findable, revisions_of

CHUNK: Final = 2000  # rows held at a time
PATIENT: Final = "series__study__patient__"

# name, kind of a column, what it says, its path from SeriesRevision
COLUMNS: Final = (
    ("collection", "text", "Collection of the subject", f"{PATIENT}holding__short_title"),
    ("patient_id", "text", "Patient ID (0010,0020), a pseudonym", f"{PATIENT}patient_id"),
    ("patient_sex", "text", "Patient's Sex (0010,0040): F, M or O", "patient_sex"),
    ("patient_age", "text", "Patient's Age (0010,1010), such as 061Y", "patient_age"),
    ("study_instance_uid", "text", "Study Instance UID (0020,000D)", "series__study__study_instance_uid"),
    ("study_date", "date", "Study Date (0008,0020), moved by whole days", "study_date"),
    ("study_description", "text", "Study Description (0008,1030)", "study_description"),
    ("series_instance_uid", "text", "Series Instance UID (0020,000E)", "series__series_instance_uid"),
    ("revision", "integer", "Revision of the series: 1, 2, 3 ...", "number"),
    ("modality", "text", "Modality (0008,0060)", "modality"),
    ("body_part_examined", "text", "Body Part Examined (0018,0015)", "body_part_examined"),
    ("series_description", "text", "Series Description (0008,103E)", "series_description"),
    ("manufacturer", "text", "Manufacturer (0008,0070)", "manufacturer"),
    ("manufacturer_model_name", "text", "Model Name (0008,1090)", "manufacturer_model_name"),
    ("pixel_spacing", "text", "Pixel Spacing (0028,0030) in mm", "pixel_spacing"),
    ("slice_thickness", "text", "Slice Thickness (0018,0050) in mm", "slice_thickness"),
    ("image_count", "integer", "Instances in the series", "image_count"),
    ("size", "integer", "Bytes of the series", "size"),
    ("license", "text", "Licence, as an SPDX identifier", "home_download__license__spdx"),
)
NAMES: Final = tuple(name for name, *_ in COLUMNS)
PATHS: Final = tuple(path for *_, path in COLUMNS)


def index_rows(release: Release, visible: Judged) -> Iterator[tuple[Any, ...]]:
    """The series of a release that the asker may find, by subject and UID, as values in the order of COLUMNS."""
    found = findable(revisions_of(release), visible)
    ordered = found.order_by(f"{PATIENT}patient_id", "series__series_instance_uid")
    return ordered.values_list(*PATHS).iterator(chunk_size=CHUNK)
