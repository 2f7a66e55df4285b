"""What the hands do for a clinical table: a pure task for a child process, without Django or a database."""

import unicodedata
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from vesalius import deid
from vesalius.deid.tables.cleaning import CleanedRows, Named, clean_table
from vesalius.deid.tables.dictionary import Dictionary, published_dictionary, read_dictionary
from vesalius.deid.tables.reading import LARGEST, TableError
from vesalius.errors import BadInput
from vesalius.store import BlobFacts, FolderStore, open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOrder:
    """Clean this table, by the dictionary beside it."""

    store_root: str
    table: str  # SHA-256
    dictionary: str  # SHA-256
    origin: deid.Origin
    identity: deid.Identity
    known: Mapping[str, tuple[str, ...]]  # normal patient ID of a row -> the issuers under which it is known
    contexts: Mapping[tuple[str, str], str]  # (issuer, normal patient ID) -> deid.PatientContext as JSON
    decisions: Mapping[str, str]  # column -> action, where a person chose


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFacts:
    """The cleaned table, or why it could not be cleaned."""

    refused: str = ""  # the sentence that quarantines it
    blob: BlobFacts | None = None
    dictionary_blob: BlobFacts | None = None
    title: str = ""
    description: str = ""
    columns: list[dict[str, Any]] = field(default_factory=list)
    actions: dict[str, str] = field(default_factory=dict)
    row_count: int = 0
    patient_ids: tuple[str, ...] = ()
    findings: tuple[tuple[str, str, str], ...] = ()  # (kind, sentence, column)
    summary: dict[str, Any] = field(default_factory=dict)


def normal(patient_id: str) -> str:
    """A patient ID as identities compare it."""
    return unicodedata.normalize("NFC", patient_id).strip(" \0")


def clean_order(order: TableOrder) -> TableFacts:
    """Clean one table; on return it and its dictionary are durable in the store."""
    store = open_store(Path(order.store_root), create=False)
    try:
        if store.size(order.table) > LARGEST:
            raise TableError(f"the table is larger than {LARGEST // 1_000_000} MB")
        with store.open(order.dictionary) as file:
            dictionary = read_dictionary(file)
        with store.open(order.table) as file:
            rows, blob = _clean(store, file, dictionary, order)
    except BadInput as error:
        return TableFacts(refused=str(error))
    columns = [column.as_published() for column in rows.columns]
    told = store.put(published_dictionary(dictionary.title, dictionary.description, columns))
    return TableFacts(
        blob=blob,
        dictionary_blob=told,
        title=dictionary.title,
        description=dictionary.description,
        columns=columns,
        actions=rows.actions,
        row_count=rows.row_count,
        patient_ids=rows.patient_ids,
        findings=rows.findings,
        summary=rows.summary,
    )


def _clean(
    store: FolderStore, file: IO[bytes], dictionary: Dictionary, order: TableOrder
) -> tuple[CleanedRows, BlobFacts]:
    """The cleaned rows and their blob: the received one itself where nothing was to be changed."""
    with store.writer() as writer:
        rows = clean_table(
            file,
            dictionary,
            origin=order.origin,
            decisions=order.decisions,
            name_of=_names(order),
            write=writer.write,
        )
        blob = writer.finish()
    if rows.unchanged:
        store.discard([blob])
        return rows, _received(store, order.table)
    store.commit([blob])
    return rows, blob


def _received(store: FolderStore, name: str) -> BlobFacts:
    """The facts of a blob that is its own cleaned form."""
    with store.open(name) as file:
        content = file.read()
    return BlobFacts(sha256=name, size=len(content), crc32=zlib.crc32(content))


def _names(order: TableOrder) -> Callable[[str], Named]:
    identity = order.identity

    def name_of(original: str) -> Named:
        issuers = order.known.get(normal(original), ())
        if order.origin != "identifiable":
            return Named(original, 0, bool(issuers))
        if len(issuers) > 1:
            raise TableError("a patient ID of the table belongs to patients of several issuers")
        issuer = issuers[0] if issuers else ""
        told = order.contexts.get((issuer, normal(original)))
        return Named(
            identity.patient_id(issuer, original),
            identity.day_offset(issuer, original),
            bool(issuers),
            deid.PatientContext.from_json(told) if told else None,
        )

    return name_of
