"""Rows of a batch, by the million: what is known is looked up, what is new is written at once."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from django.db.models import Model
from django.utils import timezone

from vesalius.catalog.bulk import new_ids, read_rows, write_rows
from vesalius.catalog.columns import years
from vesalius.catalog.models import Patient, ReleaseRevision, Series, SeriesRevision, Study
from vesalius.release.fronting.reading import Batch

_AT_ONCE: Final = 2000  # names in one question
_TAKEN: Final = "StudyInstanceUID belongs to another patient"
_HELD: Final = "SeriesInstanceUID belongs to another dataset"
Name = TypeVar("Name", bound=Any)

# column of SeriesRevision <- word of a mapping
_TEXTS: Final = {
    "held_at": "Location",
    "modality": "Modality",
    "body_part_examined": "BodyPartExamined",
    "manufacturer": "Manufacturer",
    "manufacturer_model_name": "ManufacturerModelName",
    "software_versions": "SoftwareVersions",
    "protocol_name": "ProtocolName",
    "series_description": "SeriesDescription",
    "series_number": "SeriesNumber",
    "series_date": "SeriesDate",
    "sop_class_uid": "SOPClassUID",
    "pixel_spacing": "PixelSpacing",
    "slice_thickness": "SliceThickness",
    "patient_sex": "PatientSex",
    "patient_age": "PatientAge",
    "study_date": "StudyDate",
    "study_description": "StudyDescription",
}
_FIXED: Final = {"site": "", "redacted": False, "annotated": False, "deid_runs": "[]"}
_ROW: Final = (
    "series_id", "digest", "home_download_id", "third_party", "number", "image_count", "size",
    "patient_age_years", "facts", *_TEXTS,
)  # fmt: skip


@dataclass(slots=True)
class Revisions:
    """The revisions of a dataset's next version: those that stand already, and rows of those to be written."""

    kept: list[int] = field(default_factory=list)
    new: list[tuple[Any, ...]] = field(default_factory=list)  # cells of _ROW
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.kept) + len(self.new)


def patients(batch: Batch, collections: dict[str, int]) -> list[int]:
    """The patient of each series; `collections` are ids of holdings by name."""
    wanted = [
        (collections[name], patient_id)
        for name, patient_id in zip(batch.columns["Collection"], batch.columns["PatientID"], strict=True)
    ]
    stand = Patient.objects.filter(holding__in=collections.values())
    known = {(holding, name): pk for pk, holding, name in stand.values_list("pk", "holding_id", "patient_id")}
    sexes = dict(zip(wanted, batch.columns["PatientSex"], strict=True))
    new = [name for name in dict.fromkeys(wanted) if name not in known]
    species = dict.fromkeys(collections.values(), ("Homo sapiens", "337915000"))
    ids = _write(
        Patient,
        (
            "holding_id",
            "patient_id",
            "sex",
            "patient_name",
            "ethnic_group",
            "species",
            "species_code",
            "phantom",
        ),
        [(holding, name, sexes[holding, name], "", "", *species[holding], False) for holding, name in new],
    )
    known |= dict(zip(new, ids, strict=True))
    return [known[name] for name in wanted]


def studies(batch: Batch, patient_of: Sequence[int]) -> list[int | None]:
    """The study of each series; None where it is another patient's."""
    uids = batch.columns["StudyInstanceUID"]
    owner: dict[str, int] = {}
    first: dict[str, int] = {}
    for at, (uid, patient) in enumerate(zip(uids, patient_of, strict=True)):
        if uid not in owner:
            owner[uid], first[uid] = patient, at
    known = {}
    for uid, pk, patient in _known(Study, "study_instance_uid", owner, "id", "patient_id"):
        known[uid], owner[uid] = pk, patient
    new = [uid for uid in owner if uid not in known]
    cells = (batch.columns[word] for word in ("StudyDate", "StudyDescription", "PatientAge"))
    days, descriptions, ages = cells
    columns = (
        "study_instance_uid", "patient_id", "study_date", "study_description", "patient_age", "study_time", "study_id",
        "admitting_diagnoses_description", "longitudinal_event_type",
    )  # fmt: skip
    made = [
        (uid, owner[uid], days[first[uid]], descriptions[first[uid]], ages[first[uid]], "", "", "", "")
        for uid in new
    ]
    known |= dict(zip(new, _write(Study, columns, made), strict=True))
    return [
        known[uid] if owner[uid] == patient else None for uid, patient in zip(uids, patient_of, strict=True)
    ]


def series(batch: Batch, study_of: Sequence[int | None], holding: int) -> list[tuple[int | None, str]]:
    """The row of each series, or None and why there is none."""
    uids, modalities = batch.columns["SeriesInstanceUID"], batch.columns["Modality"]
    known = {}
    for uid, pk, study, held in _known(Series, "series_instance_uid", uids, "id", "study_id", "holding_id"):
        known[uid] = (pk, study, held)
    new = [at for at, uid in enumerate(uids) if uid not in known and study_of[at] is not None]
    ids = _write(
        Series,
        ("study_id", "holding_id", "series_instance_uid", "modality"),
        [(study_of[at], holding, uids[at], modalities[at]) for at in new],
    )
    known |= {uids[at]: (pk, study_of[at], holding) for at, pk in zip(new, ids, strict=True)}
    return [_row(known.get(uid), study, holding) for uid, study in zip(uids, study_of, strict=True)]


def _row(known: tuple[int, Any, int] | None, study: int | None, holding: int) -> tuple[int | None, str]:
    if known is None or study is None or known[1] != study:
        return None, _TAKEN
    return (known[0], "") if known[2] == holding else (None, _HELD)


def revisions(
    batch: Batch, rows: Sequence[tuple[int | None, str]], downloads: dict[tuple[str, str], int]
) -> Revisions:
    """What the next version holds; a revision is named by its series and by what the index calls its content."""
    found = Revisions()
    told = batch.columns
    ids = [pk for pk, _ in rows if pk is not None]
    numbers: Counter[int] = Counter()
    stand: dict[str, int] = {}
    for series_id, pk, digest, number in _known(SeriesRevision, "series_id", ids, "id", "digest", "number"):
        stand[digest] = pk
        numbers[series_id] = max(numbers[series_id], number)
    homes = [downloads[pair] for pair in zip(told["License"], told["DOI"], strict=True)]
    ages = {age: years(age) for age in set(told["PatientAge"])}
    texts = zip(*(told[word] for word in _TEXTS.values()), strict=True)
    facts = zip(rows, told["SeriesInstanceUID"], told["Content"], homes, batch.facts, texts, strict=True)
    counts = zip(told["InstanceCount"], told["Size"], told["PatientAge"], strict=True)
    for ((pk, why), uid, content, home, more, text), (images, size, age) in zip(facts, counts, strict=True):
        if pk is None:
            found.left_out[why] += 1
            continue
        digest = hashlib.sha256(f"held elsewhere {uid} {content}\n".encode()).hexdigest()
        if digest in stand:
            found.kept.append(stand[digest])
            continue
        row = (pk, digest, home, batch.analysis_result, numbers[pk] + 1)
        found.new.append((*row, images or 0, size or 0, ages[age], more, *text))
    return found


def write(found: Revisions, release: int) -> None:
    """Write what is new, and let all of it stand in a release."""
    now = timezone.now().isoformat()
    fixed = {"first_release_id": release, "last_release_id": release, "admitted_at": now} | _FIXED
    values = tuple(fixed.values())
    ids = _write(SeriesRevision, (*_ROW, *fixed), [(*row, *values) for row in found.new])
    for some in _chunks(found.kept):
        SeriesRevision.objects.filter(pk__in=some).update(last_release=release)
    _write(ReleaseRevision, ("release_id", "revision_id"), [(release, pk) for pk in (*found.kept, *ids)])


def _write(model: type[Model], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> list[int]:
    ids = new_ids(model, len(rows))
    write_rows(model, ("id", *columns), ((pk, *row) for pk, row in zip(ids, rows, strict=True)))
    return ids


def _known(model: type[Model], name: str, values: Iterable[Any], *columns: str) -> Iterator[Sequence[Any]]:
    """Rows of a table whose column `name` is one of the values: that column and others."""
    if not model._default_manager.exists():  # noqa: SLF001 - Django's documented manager
        return iter(())
    return read_rows(model, name, list(dict.fromkeys(values)), columns)


def _chunks(values: Sequence[Name]) -> Iterator[Sequence[Name]]:
    return (values[at : at + _AT_ONCE] for at in range(0, len(values), _AT_ONCE))
