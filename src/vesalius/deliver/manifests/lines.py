"""What a manifest says of one series, whoever holds its bytes."""

from collections import Counter
from enum import StrEnum
from typing import Final, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import QuerySet

from vesalius.catalog.models import SeriesRevision
from vesalius.catalog.visible import Judged
from vesalius.deliver.many_zip import ORDER
from vesalius.dicom.disk_names import disk_name
from vesalius.errors import TooLarge

MOST: Final = 200_000  # series of one manifest


class Kind(StrEnum):
    """Where the bytes of a series are."""

    HERE = "here"  # and the asker may fetch them
    BUCKET = "bucket"  # held by another archive, under an address of S3
    WEB = "web"  # the same, under an address of HTTP
    AWAY = "away"  # held by another archive under some other address, or not to be had by the asker


class Line(NamedTuple):
    """One series of a manifest; plain values, since there may be hundreds of thousands."""

    kind: Kind
    collection: str
    patient_id: str
    study_uid: str
    uid: str
    modality: str
    image_count: int
    size: int  # bytes
    license: str
    held_at: str  # "" for this archive
    version: int  # of its dataset, in which it stands

    @property
    def folder(self) -> str:
        """`{collection}/{patient}/{study}/{series}`, safe on any disk."""
        steps = (self.collection, self.patient_id, self.study_uid, self.uid)
        return "/".join(disk_name(step) for step in steps)

    def address(self, *, fixed: bool) -> str:
        """Where to fetch it, "" of what is not here; `fixed`: these very bytes, whatever a later version has."""
        if self.kind is Kind.WEB:
            return self.held_at
        if self.kind is not Kind.HERE:
            return ""
        asked = f"?{urlencode({'version': self.version})}" if fixed else ""
        return f"{settings.VESALIUS.public_url.rstrip('/')}/series/{self.uid}/download/{asked}"


_COLUMNS: Final = (
    *ORDER, "modality", "image_count", "size", "home_download__license__spdx", "held_at", "last_release__number",
    "home_download",
)  # fmt: skip


def kind_of(held_at: str, *, may_fetch: bool) -> Kind:
    """Where the bytes of a revision are, by its address; one that no command line can hold is as none."""
    if not held_at:
        return Kind.HERE if may_fetch else Kind.AWAY
    if not held_at.isprintable() or any(sign.isspace() for sign in held_at):
        return Kind.AWAY
    if held_at.startswith("s3://"):
        return Kind.BUCKET
    return Kind.WEB if held_at.startswith(("https://", "http://")) else Kind.AWAY


def lines_of(revisions: QuerySet[SeriesRevision], visible: Judged) -> list[Line]:
    """A line for each of these published revisions that the asker may find, by collection, patient, study and UID.

    TooLarge past MOST.
    """
    rows = revisions.filter(home_download__in=visible.findable).order_by(*ORDER)
    found = [_line(*row, visible=visible) for row in rows.values_list(*_COLUMNS)[: MOST + 1]]
    if len(found) > MOST:
        raise TooLarge(f"A manifest holds at most {MOST:,} series; narrow the question.")
    return found


def counts(revisions: QuerySet[SeriesRevision], visible: Judged) -> Counter[Kind]:
    """How many of these revisions are held where, as `lines_of` tells."""
    rows = revisions.filter(home_download__in=visible.findable).order_by()
    told = rows.values_list("held_at", "home_download")
    return Counter(kind_of(at, may_fetch=home in visible.fetchable) for at, home in told.iterator())


def _line(*row: object, visible: Judged) -> Line:
    *told, home = row
    held_at = str(told[-2])
    return Line(kind_of(held_at, may_fetch=home in visible.fetchable), *told)  # type: ignore[arg-type]
