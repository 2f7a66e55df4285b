"""Which columns there are: a path from SeriesRevision for each, and how its values are kept."""

from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, TypeAlias

from django.db import models

from vesalius.catalog.models import SeriesRevision
from vesalius.search.elements import TABLE, element_of

FORM: Final = 2  # of the files; another one is made anew
Kept: TypeAlias = Literal["text", "number", "day", "moment", "flag"]
FACTS: Final = "facts__"
YES, NO = "yes", "no"  # how flags stand in a column
DOWNLOAD: Final = "home_download"  # column of ids: who may find a series hangs on it
COLLECTION: Final = "series__study__patient__holding__short_title"
PATIENT_ID: Final = "series__study__patient__patient_id"
STUDY_UID: Final = "series__study__study_instance_uid"
STUDY_DAY: Final = "series__study__study_date"
SERIES_UID: Final = "series__series_instance_uid"
IMAGES, SIZE = "image_count", "size"
# Of fewer rows than there are series: read once, and looked up by id instead of joined.
SMALL: Final = {  # path -> what of a revision leads there
    "home_download": "home_download_id",
    "first_release": "first_release_id",
    "series__study__patient": "series__study__patient_id",
    "series__study": "series__study_id",
}
_BESIDES: Final = (COLLECTION, PATIENT_ID, STUDY_UID, STUDY_DAY, SERIES_UID, IMAGES, SIZE)
_KEPT: Final[tuple[tuple[type[models.Field], Kept], ...]] = (  # type: ignore[type-arg]
    (models.BooleanField, "flag"),
    (models.DateTimeField, "moment"),
    (models.DateField, "day"),
    (models.IntegerField, "number"),
    (models.FloatField, "number"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where the values of one column come from."""

    path: str  # from SeriesRevision
    kept: Kept
    small: str = ""  # the prefix of SMALL that it goes through

    @property
    def beyond(self) -> str:
        """The rest of the path, from the small table on."""
        return self.path.removeprefix(f"{self.small}__")


@cache
def sources() -> tuple[Source, ...]:
    """Every column that stands in rows; header facts are added as they are found."""
    paths = [element.path for element in TABLE if not element.path.startswith(FACTS)]
    return tuple(_source(path) for path in dict.fromkeys((*paths, *_BESIDES)))


@cache
def facets() -> tuple[str, ...]:
    """Paths of the columns whose combinations are counted: all that is chosen by values, and the Download."""
    named = {PATIENT_ID, STUDY_UID, SERIES_UID}
    chosen = (element.path for element in TABLE if element.facet or element.simple == "values")
    return (DOWNLOAD, *(path for path in chosen if path not in named))


@cache
def is_fact(keyword: str) -> bool:
    """Whether a header fact has a column of its own; what stands in a column of the rows has that one."""
    element = element_of(keyword)
    return element is not None and element.path == f"{FACTS}{keyword}"


def _source(path: str) -> Source:
    small = next((prefix for prefix in SMALL if path.startswith(f"{prefix}__")), "")
    model: type[models.Model] = SeriesRevision
    *through, last = path.split("__")
    for name in through:
        model = model._meta.get_field(name).related_model  # type: ignore[assignment]  # noqa: SLF001
    field = model._meta.get_field(last)  # noqa: SLF001 - Django's documented meta API
    kept: Kept = next((kept for kind, kept in _KEPT if isinstance(field, kind)), "text")
    return Source(path, kept, small)
