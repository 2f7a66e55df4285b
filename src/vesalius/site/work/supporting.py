"""What lies among the images and is none: tables are cleaned, pictures and volumes stripped, documents wait."""

import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from vesalius import deid
from vesalius.deid.documents import clean_document
from vesalius.deid.tables.cleaning import CleanedRows, Named, clean_table
from vesalius.deid.tables.dictionary import SUFFIX, published_dictionary, read_dictionary
from vesalius.deid.tables.reading import LARGEST, TableError
from vesalius.site.out.durable import Batch, OutFailed
from vesalius.site.work.hands import limited
from vesalius.site.work.opening import unpacked
from vesalius.site.work.tasks import Done, sentence_of
from vesalius.store.sources import Source

TABLES: Final = (".csv", ".xlsx")
# Endings of files that people may have meant to send along; none of them is copied unseen.
DOCUMENTS: Final = frozenset(
    {
        ".csv", ".tsv", ".xls", ".xlsx", ".ods", ".doc", ".docx", ".odt", ".rtf", ".txt", ".pdf", ".xml", ".json",
        ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".svs", ".ndpi", ".mrxs", ".nii", ".gz", ".nrrd",
        ".mha", ".mhd", ".mat", ".npy", ".zip", ".mp4", ".avi",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class TableTask:
    """Clean this table by the dictionary beside it."""

    table: Source
    dictionary: Source
    target: str  # path in OUT
    accepted: frozenset[str]
    out: str  # folder; "" writes nothing
    identity: deid.Identity
    contexts: Mapping[tuple[str, str], str]  # (issuer, Patient ID) -> deid.PatientContext as JSON

    def single(self) -> Sequence[Self]:
        """It is one already."""
        return [self]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentTask:
    """Strip this document of what it says beside its data."""

    source: Source
    target: str  # path in OUT
    accepted: frozenset[str]
    out: str  # folder; "" writes nothing

    def single(self) -> Sequence[Self]:
        """It is one already."""
        return [self]


def pairs(sources: Iterable[Source]) -> Iterator[tuple[Source, Source]]:
    """Every table that has its dictionary beside it."""
    by_name = {source.name.casefold(): source for source in sources}
    for name, source in by_name.items():
        ending = next((ending for ending in TABLES if name.endswith(ending)), "")
        dictionary = by_name.get(f"{name.removesuffix(ending)}{SUFFIX}") if ending else None
        if dictionary is not None and not name.endswith(SUFFIX):
            yield source, dictionary


def is_document(source: Source) -> bool:
    """Whether somebody may have meant to send this along."""
    return Path(source.name).suffix.lower() in DOCUMENTS


def clean_tables(task: TableTask) -> list[Done]:
    """The table and its dictionary, cleaned and written together; or both wait, with the reasons."""
    try:
        with limited():
            return _cleaned(task)
    except OutFailed:
        raise
    except Exception as error:  # noqa: BLE001 - whatever one table does to the cleaner, the others go on
        return _waiting(task, (("table", "", sentence_of(error)),))


def lost_table(task: TableTask) -> list[Done]:
    """What is said of a table that ended its process."""
    return _waiting(task, (("table", "", "cleaning the table ended its process"),))


def clean_documents(task: DocumentTask) -> list[Done]:
    """A picture or a volume, which goes on once a person has said what it shows; any other document waits."""
    try:
        with limited():
            return [_stripped(task)]
    except OutFailed:
        raise
    except Exception as error:  # noqa: BLE001 - whatever one document does to the cleaner, the others go on
        return [_document(task, sentence_of(error))]


def lost_document(task: DocumentTask) -> list[Done]:
    """What is said of a document that ended its process."""
    return [_document(task, "looking into the document ended its process")]


def _document(task: DocumentTask, sentence: str) -> Done:
    return Done(name=task.source.name, state="waiting", findings=(("document", "", sentence),))


def _stripped(task: DocumentTask) -> Done:
    cleaned = clean_document(io.BytesIO(_content(task.source)))
    findings = tuple((one.kind, one.path, one.sentence) for one in cleaned.findings)
    if cleaned.data is None:
        return _document(task, findings[0][2])
    if {kind for kind, *_ in findings} - task.accepted:
        return Done(name=task.source.name, state="waiting", findings=findings)
    _write(task.out, {task.target: cleaned.data})
    return Done(name=task.source.name, out=task.target, findings=findings)


def _cleaned(task: TableTask) -> list[Done]:
    if task.table.size > LARGEST:
        raise TableError(f"the table is larger than {LARGEST // 1_000_000} MB")
    dictionary = read_dictionary(io.BytesIO(_content(task.dictionary)))
    written = io.BytesIO()
    rows = clean_table(
        io.BytesIO(_content(task.table)),
        dictionary,
        origin="identifiable",
        decisions={},
        name_of=_Names(task).named,
        write=written.write,
    )
    findings = tuple((kind, "", _of_column(sentence, column)) for kind, sentence, column in rows.findings)
    if {kind for kind, *_ in findings} - task.accepted:
        return _waiting(task, findings)
    target = str(Path(task.target).with_suffix(".csv").as_posix())
    beside = f"{target.removesuffix('.csv')}{SUFFIX}"
    told = _published(rows, dictionary.title, dictionary.description)
    _write(task.out, {target: written.getvalue(), beside: told})
    return [
        Done(name=task.table.name, out=target, findings=findings),
        Done(name=task.dictionary.name, out=beside),
    ]


def _published(rows: CleanedRows, title: str, description: str) -> bytes:
    return published_dictionary(title, description, [column.as_published() for column in rows.columns])


def _write(out: str, files: Mapping[str, bytes]) -> None:
    """Write files by their paths in OUT, those that do not stand there as they are; none where `out` is empty."""
    if not out:
        return
    with Batch(Path(out)) as batch:
        for path, data in files.items():
            there = Path(out) / path
            if not there.is_file() or there.read_bytes() != data:
                batch.add(io.BytesIO(data), path)
        batch.settle()


def _of_column(sentence: str, column: str) -> str:
    return f"column {column}: {sentence}" if column else sentence


def _waiting(task: TableTask, findings: tuple[tuple[str, str, str], ...]) -> list[Done]:
    return [
        Done(name=task.table.name, state="waiting", findings=findings),
        Done(name=task.dictionary.name, state="waiting", findings=(("table", "", "waits with its table"),)),
    ]


def _content(source: Source) -> bytes:
    if source.member:
        with unpacked(source) as stream:
            return stream.read()
    return source.path.read_bytes()


class _Names:
    """What the patients of a table are called, and what is known of them."""

    def __init__(self, task: TableTask) -> None:
        self._identity = task.identity
        self._contexts = task.contexts
        self._issuers: dict[str, list[str]] = {}
        for issuer, patient in task.contexts:
            self._issuers.setdefault(_normal(patient), []).append(issuer)

    def named(self, original: str) -> Named:
        """The new name of the patient of a row. TableError where nobody can say who is meant."""
        issuers = self._issuers.get(_normal(original), [])
        if len(issuers) > 1:
            raise TableError("a patient ID of the table belongs to patients of several issuers")
        issuer = issuers[0] if issuers else ""
        if self._identity.unnamed([(issuer, original)]):
            raise TableError("the lookup table names no new ID for a patient of the table")
        told = self._contexts.get((issuer, _normal(original)))
        return Named(
            self._identity.patient_id(issuer, original),
            self._identity.day_offset(issuer, original),
            bool(issuers),
            deid.PatientContext.from_json(told) if told else None,
        )


def _normal(patient_id: str) -> str:
    return unicodedata.normalize("NFC", patient_id).strip(" \0")
