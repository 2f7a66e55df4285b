"""What differs between the versions of NBIA REST, as data."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

NOT_PUBLIC: Final = "Image with given SeriesInstanceUID,{uid}, is not in public domain."
NOT_GRANTED: Final = (
    "The user has not been granted the access to image with given SeriesInstanceUID,{uid}."
    " Please contact System Admin to resolve this issue."
)


def american(moment: date) -> str:
    """`MM-DD-YYYY`, of a day or of the day of a moment."""
    return moment.strftime("%m-%d-%Y")


def timestamp(moment: date) -> str:
    """As Java prints a timestamp: `2006-09-07 00:00:00.0`."""
    at = moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001 - a day has no zone
    return f"{at:%Y-%m-%d %H:%M:%S}.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of the interface."""

    name: str  # "v1", as addresses say it
    heard: bool  # whether a Bearer token widens what is seen
    strict: bool  # whether an unknown parameter is refused
    day: Callable[[date], str]  # how a day is written
    day_class: str  # its Java class, for XML
    refusal: str  # of an image, with the series' UID for {uid}

    @property
    def way(self) -> str:
        """What the counts of downloads call it."""
        return f"{self.name}API"


V1 = Version(
    name="v1", heard=False, strict=False, day=timestamp, day_class="java.sql.Timestamp", refusal=NOT_PUBLIC
)
V2 = Version(
    name="v2", heard=True, strict=False, day=timestamp, day_class="java.sql.Timestamp", refusal=NOT_GRANTED
)
V4 = Version(
    name="v4", heard=True, strict=True, day=american, day_class="java.lang.String", refusal=NOT_GRANTED
)
VERSIONS = {version.name: version for version in (V1, V2, V4)}
