"""What an archive says of series before they are fetched: where they belong, and how much they are."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final
from urllib.parse import quote

from vesalius.client.archive import Archive
from vesalius.client.problems import Refused

AT_ONCE: Final = 500  # series in one question
V4: Final = "nbia-api/services/v4/getSeriesMetadata"
V2: Final = "nbia-api/services/v2/getSeriesMetaData"
# field of Facts -> its column in v4 and in v2
COLUMNS: Final = {
    "uid": ("SeriesInstanceUID", "Series UID"),
    "collection": ("Collection", "Collection"),
    "patient_id": ("PatientID", "Subject ID"),
    "study_uid": ("StudyInstanceUID", "Study UID"),
    "image_count": ("ImageCount", "Number of Images"),
    "size": ("FileSize", "File Size"),
    "license": ("LicenseName", "License Name"),
    "license_url": ("LicenseURI", "License URL"),
    "cite": ("DataDescriptionURI", "Data Description URI"),
    "released": ("DateReleased", "Date Released"),
    "submitted": ("MaxSubmissionTimestamp", "Max Submission Timestamp"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One series, in the archive's words."""

    uid: str
    collection: str
    patient_id: str
    study_uid: str
    image_count: int
    size: int  # bytes of its objects
    license: str
    license_url: str
    cite: str  # the DOI, or a page
    released: str
    submitted: str

    def edition(self) -> dict[str, Any]:
        """What changes when the series is corrected."""
        told = asdict(self)
        return {name: told[name] for name in ("image_count", "size", "released", "submitted")}


def facts_of(archive: Archive, uids: Sequence[str]) -> dict[str, Facts]:
    """The facts of those of these series that the archive knows and the asker may have. NoAnswer, Refused."""
    return {
        one.uid: one
        for at in range(0, len(uids), AT_ONCE)
        for one in _some(archive, uids[at : at + AT_ONCE])
        if one.uid in uids[at : at + AT_ONCE]
    }


def _some(archive: Archive, uids: Sequence[str]) -> Iterator[Facts]:
    fine = frozenset({200, 204, 404, 405})  # an archive without v4 has v2
    status, text = archive.text(V4, method="POST", fields={"list": ",".join(uids)}, fine=fine)
    if status in {200, 204}:
        yield from (_facts(row, 0) for row in csv.DictReader(io.StringIO(text)))
        return
    for uid in uids:
        status, text = archive.text(
            f"{V2}?SeriesInstanceUID={quote(uid)}&format=json", fine=frozenset({200, 204, 404})
        )
        if status == 200 and text.strip():
            yield from (_facts(row, 1) for row in _listed(text))


def _listed(text: str) -> list[Mapping[str, Any]]:
    try:
        told = json.loads(text)
    except ValueError:
        raise Refused("The archive's answer about a series cannot be read.") from None
    return told if isinstance(told, list) else [told]


def _facts(row: Mapping[str, Any], generation: int) -> Facts:
    told = {name: str(row.get(columns[generation]) or "").strip() for name, columns in COLUMNS.items()}
    numbers = {name: _number(told[name]) for name in ("image_count", "size")}
    return Facts(**{**told, **numbers})  # type: ignore[arg-type]


def _number(text: str) -> int:
    """A count; 0 where the archive says none."""
    try:
        return max(0, int(float(text)))
    except (ValueError, OverflowError):
        return 0
