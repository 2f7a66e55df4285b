"""What the hands do for a delivery: pure tasks for child processes, without Django or a database.

A task gets names of blobs and a derived key, writes blobs, and returns facts.
"""

import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vesalius import deid
from vesalius.deid.faces import Slice, face_stands_out, volume_of
from vesalius.deid.patient.event import date_of_event
from vesalius.deid.proof import FATAL, prove
from vesalius.dicom import DicomError, DicomFile, Reason, check, read, tag_text
from vesalius.errors import BadInput
from vesalius.store import BlobFacts, FolderStore, open_store

if TYPE_CHECKING:
    from vesalius.deid.pixels import Reader

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


def event_dates(store_root: str, recipe: str, files: list[str]) -> list[str]:
    """What files, by SHA-256, say of the true date of the recipe's event: YYYY-MM-DD, for those that say one."""
    store = open_store(Path(store_root), create=False)
    told, found = deid.Recipe.from_json(recipe), []
    for name in files:
        with read(store.path(name)) as file:
            found.append(date_of_event(file.dataset, told))
    return [day.isoformat() for day in found if day]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesOrder:
    """Clean these files of one series, in this way; a long series is several orders."""

    store_root: str
    files: tuple[tuple[int, str], ...]  # (file id, SHA-256)
    origin: deid.Origin
    recipe: str  # deid.Recipe as JSON
    context: str  # deid.PatientContext as JSON
    identity: deid.Identity
    read_pixels: bool = False  # by the extra `ocr`, where it is installed and the recipe cleans pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedFile:
    """One file as pass 2 left it, or why it could not be cleaned."""

    file: int
    refused: tuple[str, str, str] = ("", "", "")  # (kind, sentence, element path) of what quarantines it
    blob: BlobFacts | None = None
    changes: bytes = b""  # JSON: [[element path, VR, action, before, after], ...]
    facts: dict[str, Any] = field(default_factory=dict)
    offsets: dict[str, Any] = field(default_factory=dict)
    pixel_digest: str = ""
    findings: tuple[tuple[str, str, str], ...] = ()  # (kind, sentence, element path)


Values = dict[tuple[str, str, str, str, str], int]
"""(element path without item numbers, VR, action, before, after) -> how often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedPart:
    """What became of the files of one order, in its order, and the distinct changes of all of them."""

    files: list[CleanedFile]
    values: Values


def clean_series(order: SeriesOrder) -> CleanedPart:
    """Pass 2 over a series or a part of it: the cleaned files are durable in the store on return."""
    store = open_store(Path(order.store_root), create=False)
    recipe, context = deid.Recipe.from_json(order.recipe), deid.PatientContext.from_json(order.context)
    values: Counter[tuple[str, str, str, str, str]] = Counter()
    cleaned = [_clean_one(store, order, recipe, context, file, name, values) for file, name in order.files]
    store.commit(one.blob for one in cleaned if one.blob and one.blob.staged)
    return CleanedPart(files=cleaned, values=dict(values))


def _clean_one(
    store: FolderStore,
    order: SeriesOrder,
    recipe: deid.Recipe,
    context: deid.PatientContext,
    file_id: int,
    name: str,
    values: Counter[tuple[str, str, str, str, str]],
) -> CleanedFile:
    try:
        with read(store.path(name)) as file:
            done = deid.clean(
                file,
                recipe=recipe,
                identity=order.identity,
                context=context,
                origin=order.origin,
                reader=_reader(order, recipe),
            )
            refusal = next((one for one in done.findings if one.kind == "quarantine"), None)
            if refusal is not None:
                return CleanedFile(file=file_id, refused=("quarantine", refusal.sentence, refusal.path))
            blob = _unchanged(store, name) if order.origin == "site" else _written(store, file, done)
            flaw = _flaw(store, blob, file, order, recipe, context) if blob.staged else None
            if flaw is not None:
                return CleanedFile(file=file_id, refused=(flaw.kind, flaw.sentence, flaw.path))
            pixel_digest, offsets = _pixels(store, blob, file, done.edits)
    except BadInput as error:
        return CleanedFile(file=file_id, refused=("quarantine", str(error), ""))
    values.update(_distinct(one) for one in done.changes)
    rows = [(one.path, one.vr, one.action, one.before, one.after) for one in done.changes]
    return CleanedFile(
        file=file_id,
        blob=blob,
        changes=json.dumps(rows, separators=(",", ":")).encode(),
        facts=done.facts,
        offsets=offsets,
        pixel_digest=pixel_digest,
        findings=tuple((one.kind, one.sentence, one.path) for one in done.findings),
    )


def _reader(order: SeriesOrder, recipe: deid.Recipe) -> "Reader | None":
    """What reads text in pixels, one for all files of this process."""
    if not order.read_pixels or not recipe.reads_text:
        return None
    from vesalius.deid.pixels import open_reader  # noqa: PLC0415 - loads models

    return open_reader()


def _pixels(
    store: FolderStore, blob: BlobFacts, file: DicomFile, edits: tuple[deid.Edit, ...]
) -> tuple[str, dict[str, Any]]:
    """Digest and offsets of the pixels as they were written, which are the source's unless something was blanked."""
    element = next(filter(None, (file.dataset.get(tag) for tag in PIXEL_DATA)), None)
    if element is None or all(edit.end <= element.start or element.end <= edit.start for edit in edits):
        return _pixel_digest(file), _offsets(file, edits)
    with store.open_staged(blob) if blob.staged else store.open(blob.sha256) as opened:
        written = read(opened)
        return _pixel_digest(written), _offsets(written, ())


def _written(store: FolderStore, file: DicomFile, done: deid.Cleaned) -> BlobFacts:
    with store.writer() as writer:
        for block in deid.blocks(file, done.edits):
            writer.write(block)
        return writer.finish()


def _flaw(
    store: FolderStore,
    blob: BlobFacts,
    source: DicomFile,
    order: SeriesOrder,
    recipe: deid.Recipe,
    context: deid.PatientContext,
) -> deid.FindingFact | None:
    """Why a cleaned file may not stay, by the bytes that were written; they are dropped then."""
    try:
        with store.open_staged(blob) as opened:
            found = prove(
                source,
                read(opened),
                recipe=recipe,
                identity=order.identity,
                context=context,
                origin=order.origin,
            )
        flaw = next((one for one in found if one.kind in FATAL), None)
    except BadInput as error:
        flaw = deid.FindingFact("conformance", "", str(error))
    if flaw is not None:
        store.discard([blob])
    return flaw


def _unchanged(store: FolderStore, name: str) -> BlobFacts:
    """The facts of a received blob that is its own cleaned form."""
    crc32, size = 0, 0
    with store.open(name) as source:
        while block := source.read(BLOCK):
            crc32 = zlib.crc32(block, crc32)
            size += len(block)
    return BlobFacts(sha256=name, size=size, crc32=crc32)


def _offsets(file: DicomFile, edits: tuple[deid.Edit, ...]) -> dict[str, Any]:
    """Where the pixels lie in a cleaned file: first byte and length of all, and of each encapsulated fragment."""
    element = next(filter(None, (file.dataset.get(tag) for tag in PIXEL_DATA)), None)
    if element is None or (file.deflated and not edits):  # a site's deflated file stays deflated
        return {}
    place = deid.moved(edits, element.value_start, element.end)
    if place is None:
        return {}
    start, end = place
    growth = start - element.value_start
    fragments = [[first + growth, length] for first, length in element.fragments]
    return {"pixels": [start, end - start]} | ({"fragments": fragments} if fragments else {})


def face_in(store_root: str, images: list[tuple[dict[str, Any], str]]) -> bool:
    """Whether a face stands out of (header facts, SHA-256) in slice order; True where nobody can tell."""
    from vesalius.dicom.frames import frame  # noqa: PLC0415 - decoders are loaded where pixels are looked at

    store = open_store(Path(store_root), create=False)
    slices: list[Slice] = []
    try:
        for facts, name in images:
            with read(store.path(name)) as file:
                slices.append(Slice(facts, frame(file, 0)))
    except DicomError:
        return True
    found = volume_of(slices) if slices else None
    return found is None or face_stands_out(*found, str(slices[0].facts.get("Modality")))


def pack(changes: Iterable[bytes]) -> bytes:
    """The changes of the files of a series, one record for each file, as one blob."""
    return zlib.compress(b"[" + b",".join(changes) + b"]", level=1)


def unpack(packed: bytes) -> list[list[tuple[str, str, str, str | None, str | None]]]:
    """For each file in its order the changes as (element path, VR, action, before, after)."""
    return [[tuple(row) for row in record] for record in json.loads(zlib.decompress(packed))]


def _distinct(one: deid.Change) -> tuple[str, str, str, str, str]:
    """A change as people judge it; a remapped UID is one of a kind and nobody judges it by its value."""
    before, after = ("", "") if one.action == "U" else (one.before or "", one.after or "")
    return _without_items(one.path), one.vr, one.action, before, after


@lru_cache(maxsize=4096)
def _without_items(path: str) -> str:
    return "[]".join(part.split("]", 1)[-1] for part in path.split("["))


def _pixel_digest(file: DicomFile) -> str:
    """BLAKE2b (256 bits) of the stored pixel data; "" without. It names no blob, so the quickest safe one will do."""
    digest = hashlib.blake2b(digest_size=32)
    found = [file.dataset.get(tag) for tag in PIXEL_DATA]
    for element in filter(None, found):
        file.source.seek(element.value_start)
        left = element.end - element.value_start
        while left and (block := file.source.read(min(BLOCK, left))):
            digest.update(block)
            left -= len(block)
    return digest.hexdigest() if any(found) else ""
