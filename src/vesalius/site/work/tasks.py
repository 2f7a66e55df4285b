"""What a child process does for a run: read files for whose they are, then clean, prove and write them."""

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Self, cast

from vesalius import deid
from vesalius.deid.output.facts import REFERENCES
from vesalius.deid.patient.event import date_of_event
from vesalius.deid.patient.lookup import LookupTable
from vesalius.deid.proof import prove
from vesalius.dicom import DicomError, DicomFile, Reason, check, read, tag_text
from vesalius.dicom.disk_names import disk_name
from vesalius.errors import ArchiveError
from vesalius.site.out.durable import Batch, OutFailed
from vesalius.site.work.hands import allow_processor_time, limited
from vesalius.site.work.heads import facts_for_heads
from vesalius.site.work.opening import IN_MEMORY, opened
from vesalius.site.work.scripts import keep_counters, surroundings
from vesalius.site.work.verdicts import Judge, Weight
from vesalius.store.sources import Source

if TYPE_CHECKING:
    from vesalius.deid.pixels import Reader

DIRECTORY: Final = "1.2.840.10008.1.3.10"  # Media Storage Directory Storage: a DICOMDIR (PS3.10 8)
_MEDIA_CLASS: Final = 0x00020002
_LONGEST_RECORDED: Final = 1024
_UIDS: Final = {"SOPInstanceUID": 0x00080018, "StudyInstanceUID": 0x0020000D, "SeriesInstanceUID": 0x0020000E}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What pass 1 says of one file: whose it is, or why it goes no further."""

    name: str
    state: str = ""  # "" is a sound file; else not_dicom or quarantined
    kind: str = ""
    sentence: str = ""
    path: str = ""  # of the element
    collected: str = ""  # deid.Collected as JSON
    event: str = ""  # the day of the patient's event, where the recipe finds it in the files
    head: str = ""  # header facts for the question about faces as JSON, where a face may be there


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectTask:
    """Pass 1 over these files."""

    sources: tuple[Source, ...]
    recipe: deid.Recipe
    aside: str | None  # folder for what is too long to hold in memory; None is the system's

    def single(self) -> Sequence[Self]:
        """The same, one file each."""
        return [replace(self, sources=(source,)) for source in self.sources]


def collect_files(task: CollectTask) -> list[Seen]:
    """Whose each file is and which identifiers stand in it; the strict check comes first."""
    allow_processor_time(len(task.sources))
    return [_collect_one(source, task) for source in task.sources]


def _collect_one(source: Source, task: CollectTask) -> Seen:
    try:
        with limited(), opened(source, task.aside) as file:
            return _seen(source, file, task.recipe)
    except DicomError as error:
        if error.reason is Reason.NOT_DICOM:
            return Seen(name=source.name, state="not_dicom", kind="not_dicom", sentence=str(error))
        return _refused(source, "structure", str(error), tag_text(error.tag) if error.tag is not None else "")
    except Exception as error:  # noqa: BLE001 - whatever one file does to the reader, the others go on
        return _refused(source, "structure", sentence_of(error))


def _seen(source: Source, file: DicomFile, recipe: deid.Recipe) -> Seen:
    if file.meta.text(_MEDIA_CLASS) == DIRECTORY:
        sentence = "the directory of a medium names its patients, and is not copied"
        return Seen(name=source.name, state="not_dicom", kind="directory", sentence=sentence)
    fatal = next((problem for problem in check(file) if problem.fatal), None)
    if fatal is not None:
        path = tag_text(fatal.tag) if fatal.tag is not None else ""
        return _refused(source, "structure", fatal.sentence, path)
    collected = deid.collect(file)
    if not collected.patient_id:
        sentence = "Patient ID (0010,0020) is empty: nobody can say whose file it is"
        return _refused(source, "identity", sentence, "(0010,0020)")
    day = date_of_event(file.dataset, recipe)
    head = facts_for_heads(file.dataset)
    return Seen(
        name=source.name,
        collected=collected.to_json(),
        event=day.isoformat() if day else "",
        head=json.dumps(head) if head else "",
    )


def _refused(source: Source, kind: str, sentence: str, path: str = "") -> Seen:
    return Seen(name=source.name, state="quarantined", kind=kind, sentence=sentence, path=path)


def sentence_of(error: BaseException) -> str:
    """What a person may read of an error; the text of a foreign one may hold a value of the file."""
    if isinstance(error, ArchiveError):
        return str(error)
    return f"the file cannot be read or cleaned ({type(error).__name__})"


def lost_reading(task: CollectTask) -> list[Seen]:
    """What is said of a file whose reading ended its process."""
    return [_refused(source, "structure", "reading the file ended its process") for source in task.sources]


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanTask:
    """Pass 2 over files of one patient."""

    sources: tuple[Source, ...]
    targets: tuple[str, ...]  # path in OUT for each; "" where it is to be named by its new UIDs
    accepted: tuple[frozenset[str], ...]  # kinds of findings that a person has settled, for each
    out: str  # folder; "" writes nothing
    aside: str | None  # folder for what is too long to hold in memory; None is the system's
    recipe: deid.Recipe
    identity: deid.Identity
    context: str  # deid.PatientContext as JSON
    lookup: LookupTable | None = None  # what a script may ask for
    counters: str = ""  # file of a script's counters

    def single(self) -> Sequence[Self]:
        """The same, one file each."""
        return [
            replace(self, sources=(source,), targets=(target,), accepted=(accepted,))
            for source, target, accepted in zip(self.sources, self.targets, self.accepted, strict=True)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What pass 2 made of one file."""

    name: str
    state: str = "written"  # or quarantined, waiting
    out: str = ""  # path in OUT
    findings: tuple[tuple[str, str, str], ...] = ()  # (kind, element path, sentence), the reason first
    kept: int = 0  # words of cleaned texts
    removed: int = 0
    record: bytes = b""  # see `packed`
    facts: tuple[dict[str, Any], dict[str, Any]] | None = (
        None  # before and after, for the proof of references
    )
    missing: tuple[tuple[str, str], ...] = ()  # (key type, original) that a script did not find


def clean_files(task: CleanTask) -> list[Done]:
    """Clean and prove each file in memory; those that may leave are then written together."""
    allow_processor_time(len(task.sources))
    done: list[Done] = []
    with Batch(Path(task.out)) as batch:
        for source, target, accepted in zip(task.sources, task.targets, task.accepted, strict=True):
            try:
                with limited():
                    done.append(_clean_one(task, source, target, accepted, batch))
            except OutFailed:
                raise
            except Exception as error:  # noqa: BLE001 - whatever one file does to the cleaner, the others go on
                done.append(_held(source, "quarantine", sentence_of(error)))
        batch.settle()
    keep_counters(task)
    return done


def lost_cleaning(task: CleanTask) -> list[Done]:
    """What is said of a file whose cleaning ended its process."""
    return [_held(source, "quarantine", "cleaning the file ended its process") for source in task.sources]


def _held(source: Source, kind: str, sentence: str) -> Done:
    return Done(name=source.name, state="quarantined", findings=((kind, "", sentence),))


def _clean_one(task: CleanTask, source: Source, target: str, accepted: frozenset[str], batch: Batch) -> Done:
    context = _context(task.context)
    how: dict[str, Any] = {"recipe": task.recipe, "identity": task.identity, "context": context}
    with opened(source, task.aside) as file, SpooledTemporaryFile(IN_MEMORY, dir=task.aside) as spool:
        written = cast("BinaryIO", spool)
        around = surroundings(task)
        cleaned = deid.clean(file, **how, reader=_reader(task.recipe), around=around)
        for block in deid.blocks(file, cleaned.edits):
            written.write(block)
        judge = Judge(task.recipe, accepted)
        findings = [*cleaned.findings]
        if all(judge.weight(one.kind) is not Weight.WRONG for one in findings):
            written.seek(0)
            findings += prove(file, read(written), **how, origin="identifiable")
        told = judge.in_order((one.kind, one.path, one.sentence) for one in findings)
        state = judge.state(told)
        facts = None
        if state == "written":
            target = target or named_by_uids(cleaned.facts)
            facts = _names_of(file), _linking(cleaned.facts)
            if task.out:
                batch.add(written, target)
        return Done(
            name=source.name,
            state=state,
            out=target if state == "written" else "",
            findings=told,
            kept=cleaned.words.kept,
            removed=cleaned.words.removed,
            record=packed(file, cleaned),
            facts=facts,
            missing=tuple(sorted(around.missing)) if around else (),
        )


def named_by_uids(facts: dict[str, Any]) -> str:
    """A path of new names alone: patient, study, series and instance."""
    levels = ("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
    return "/".join(disk_name(str(facts.get(keyword) or "none")) for keyword in levels) + ".dcm"


def _names_of(file: DicomFile) -> dict[str, Any]:
    """By which UIDs others may refer to a file as it came."""
    return {keyword: file.dataset.text(tag) for keyword, tag in _UIDS.items()}


def _linking(facts: dict[str, Any]) -> dict[str, Any]:
    """Of header facts, what tells which instances there are and to what they refer."""
    return {
        name: facts[name] for name in (*REFERENCES.values(), "SOPClassUID", "references") if name in facts
    }


def _reader(recipe: deid.Recipe) -> "Reader | None":
    """Who reads text in pixels, where the recipe asks for it and the extra is there; built once per process."""
    if not recipe.reads_text:
        return None
    from vesalius.deid.pixels import open_reader  # noqa: PLC0415 - loads models

    return open_reader()


@lru_cache(maxsize=4)
def _context(text: str) -> deid.PatientContext:
    """One object for all tasks of a patient: it remembers the patterns that it made."""
    return deid.PatientContext.from_json(text)


def packed(file: DicomFile, cleaned: deid.Cleaned) -> bytes:
    """The changes of a file for the report, and its UIDs and Patient IDs for the maps, as compressed JSON."""
    uids: dict[str, str] = {}
    for change in cleaned.changes:
        if change.action == "U" and change.before and change.after and len(change.before) < _LONGEST_RECORDED:
            uids.update(_pairs(change.before, change.after))
    changes = [
        (one.path, one.vr, one.action, None, None)
        if one.action == "U"
        else (one.path, one.vr, one.action, one.before, one.after)
        for one in cleaned.changes
    ]
    patient = [file.dataset.text(0x00100020), cleaned.facts.get("PatientID", "")]
    told = {"changes": changes, "uids": uids, "patient": patient}
    return zlib.compress(json.dumps(told, separators=(",", ":")).encode("utf-8", "backslashreplace"), level=1)


def _pairs(before: str, after: str) -> Iterator[tuple[str, str]]:
    old, new = before.split("\\"), after.split("\\")
    if len(old) == len(new):
        yield from ((one, other) for one, other in zip(old, new, strict=True) if one != other)
