"""What the hands do for a delivery: pure tasks for child processes, without Django or a database.

A task gets names of blobs and a derived key, writes blobs, and returns facts.
"""

import hashlib
import json
import zlib
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from vesalius import deid
from vesalius.dicom import DicomError, DicomFile, Reason, check, read, tag_text
from vesalius.errors import BadInput
from vesalius.store import BlobFacts, FolderStore, open_store

PIXEL_DATA = (0x7FE00010, 0x7FE00008, 0x7FE00009)
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """What pass 1 says of one file: whose it is, or why it must wait for a person."""

    file: int  # id of the SubmittedFile
    kind: str = ""  # of the finding; "" is a good file
    sentence: str = ""
    element_path: str = ""
    collected: str = ""  # deid.Collected as JSON


def inspect(store_root: str, files: list[tuple[int, str]]) -> list[Inspected]:
    """Pass 1 over (file id, SHA-256): strict check first, then identifiers and references."""
    store = open_store(Path(store_root), create=False)
    return [_inspect_one(store, file, name) for file, name in files]


def _inspect_one(store: FolderStore, file_id: int, name: str) -> Inspected:
    try:
        with read(store.path(name)) as file:
            fatal = next((problem for problem in check(file) if problem.fatal), None)
            if fatal is not None:
                path = tag_text(fatal.tag) if fatal.tag is not None else ""
                return Inspected(file=file_id, kind="structure", sentence=fatal.sentence, element_path=path)
            collected = deid.collect(file)
    except DicomError as error:
        kind = "not_dicom" if error.reason is Reason.NOT_DICOM else "structure"
        path = tag_text(error.tag) if error.tag is not None else ""
        return Inspected(file=file_id, kind=kind, sentence=str(error), element_path=path)
    if not collected.patient_id:
        sentence = "Patient ID (0010,0020) is empty: nobody can say whose file it is"
        return Inspected(file=file_id, kind="identity", sentence=sentence, element_path="(0010,0020)")
    return Inspected(file=file_id, collected=collected.to_json())


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesOrder:
    """Clean these files of one series, in this way."""

    store_root: str
    files: tuple[tuple[int, str], ...]  # (file id, SHA-256)
    origin: deid.Origin
    recipe: str  # deid.Recipe as JSON
    context: str  # deid.PatientContext as JSON
    identity: deid.Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedFile:
    """One file as pass 2 left it, or why it could not be cleaned."""

    file: int
    refused: tuple[str, str, str] = ("", "", "")  # (kind, sentence, element path) of what quarantines it
    blob: BlobFacts | None = None
    changes: BlobFacts | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    offsets: dict[str, Any] = field(default_factory=dict)
    pixel_digest: str = ""
    findings: tuple[tuple[str, str, str], ...] = ()  # (kind, sentence, element path)
    values: dict[tuple[str, str, str, str, str], int] = field(default_factory=dict)
    # ^ (element path without item numbers, VR, action, before, after) -> how often


def clean_series(order: SeriesOrder) -> list[CleanedFile]:
    """Pass 2 over one series: cleaned files and packed changes are durable in the store on return."""
    store = open_store(Path(order.store_root), create=False)
    recipe, context = deid.Recipe.from_json(order.recipe), deid.PatientContext.from_json(order.context)
    staged: list[BlobFacts] = []
    cleaned = [_clean_one(store, order, recipe, context, file, name, staged) for file, name in order.files]
    store.commit(staged)
    return [replace(one, offsets=_offsets(store, one.blob)) if one.blob else one for one in cleaned]


def _clean_one(
    store: FolderStore,
    order: SeriesOrder,
    recipe: deid.Recipe,
    context: deid.PatientContext,
    file_id: int,
    name: str,
    staged: list[BlobFacts],
) -> CleanedFile:
    try:
        with read(store.path(name)) as file:
            done = deid.clean(
                file, recipe=recipe, identity=order.identity, context=context, origin=order.origin
            )
            refusal = next((one for one in done.findings if one.kind == "quarantine"), None)
            if refusal is not None:
                return CleanedFile(file=file_id, refused=("quarantine", refusal.sentence, refusal.path))
            with store.writer(md5=True) as writer:
                deid.write(file, done.edits, writer)
                blob = writer.finish()
            pixel_digest = _pixel_digest(file)
    except BadInput as error:
        return CleanedFile(file=file_id, refused=("quarantine", str(error), ""))
    with store.writer() as writer:
        writer.write(_pack(done.changes))
        changes = writer.finish()
    staged += [blob, changes]
    return CleanedFile(
        file=file_id,
        blob=blob,
        changes=changes,
        facts=done.facts,
        pixel_digest=pixel_digest,
        findings=tuple((one.kind, one.sentence, one.path) for one in done.findings),
        values=_values(done.changes),
    )


def _offsets(store: FolderStore, blob: BlobFacts) -> dict[str, Any]:
    """Where the pixels lie in a cleaned file: first byte and length of all, and of each encapsulated fragment."""
    with read(store.path(blob.sha256)) as file:
        element = next(filter(None, (file.dataset.get(tag) for tag in PIXEL_DATA)), None)
        if element is None:
            return {}
        pixels = [element.value_start, element.end - element.value_start]
        fragments = [list(fragment) for fragment in element.fragments or ()]
    return {"pixels": pixels} | ({"fragments": fragments} if fragments else {})


def _pack(changes: tuple[deid.Change, ...]) -> bytes:
    rows = [[one.path, one.vr, one.action, one.before, one.after] for one in changes]
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode())


def unpack(packed: bytes) -> list[tuple[str, str, str, str | None, str | None]]:
    """The changes of one file as (element path, VR, action, before, after)."""
    return [tuple(row) for row in json.loads(zlib.decompress(packed))]


def _values(changes: tuple[deid.Change, ...]) -> dict[tuple[str, str, str, str, str], int]:
    """Distinct changes with counts; a remapped UID is one of a kind and nobody judges it by its value."""
    counts: Counter[tuple[str, str, str, str, str]] = Counter()
    for one in changes:
        before, after = ("", "") if one.action == "U" else (one.before or "", one.after or "")
        counts[(_without_items(one.path), one.vr, one.action, before, after)] += 1
    return dict(counts)


def _without_items(path: str) -> str:
    return "[]".join(part.split("]", 1)[-1] for part in path.split("["))


def _pixel_digest(file: DicomFile) -> str:
    """SHA-256 of the stored pixel data; "" without."""
    digest = hashlib.sha256()
    found = [file.dataset.get(tag) for tag in PIXEL_DATA]
    for element in filter(None, found):
        file.source.seek(element.value_start)
        left = element.end - element.value_start
        while left and (block := file.source.read(min(BLOCK, left))):
            digest.update(block)
            left -= len(block)
    return digest.hexdigest() if any(found) else ""
