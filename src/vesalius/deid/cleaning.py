"""Pass 2 over one file: from the tree, the recipe and the patient's context to edits, changes, findings and facts."""

from dataclasses import dataclass
from typing import Any, Final

from vesalius.deid.output import stamps
from vesalius.deid.output.edits import Edit
from vesalius.deid.output.facts import facts_after
from vesalius.deid.output.head import new_head, transfer_syntax
from vesalius.deid.patient.context import ContextError, PatientContext, patient_of
from vesalius.deid.patient.event import OFFSET, days_from_event
from vesalius.deid.patient.identity import Identity
from vesalius.deid.profile.recipe import Recipe
from vesalius.deid.profile.rules import root_place
from vesalius.deid.record import Change, FindingFact, Origin
from vesalius.deid.suspicions import suspicions
from vesalius.deid.values import encode
from vesalius.deid.values.treatment import Patient
from vesalius.deid.walker import Walker
from vesalius.dicom import Dataset, DicomFile, tag_text

_SOP_CLASS: Final = 0x00080016
_SOP_INSTANCE: Final = 0x00080018


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What pass 2 found and decided about one file; `write` makes the cleaned file of it.

    `edits` is empty for origin `site`, whose files are never changed. `facts` are those of the cleaned file.
    """

    edits: tuple[Edit, ...]
    changes: tuple[Change, ...]
    findings: tuple[FindingFact, ...]
    facts: dict[str, Any]


def clean(
    file: DicomFile,
    *,
    recipe: Recipe,
    identity: Identity,
    context: PatientContext,
    origin: Origin = "identifiable",
) -> Cleaned:
    """De-identify one file by PS3.15 Annex E, or verify it (origin `site`). Nothing is written or kept.

    Raises ContextError where the file is not of the context's patient.
    """
    root = file.dataset
    if patient_of(root) != (context.issuer, context.patient_id):
        raise ContextError("the file is of another patient than the context")
    patient = Patient(identity.named_by(recipe), context)
    counted = bool(recipe.event) and origin == "identifiable"
    days = days_from_event(root, identity, patient_of(root)) if counted else None
    vouched = stamps.Vouched(undone=stamps.undone(root), days=days)
    codes = stamps.missing_items(root, recipe, origin, vouched) if origin != "site" else b""
    walker = Walker(recipe, patient, origin, codes, stamps.tags(vouched))
    place = root_place(recipe, root.text(_SOP_CLASS), frozenset(root.elements))
    walker.data_set(root, place, "", file.body, file.size)
    if origin == "site":
        _object_to_stamps(root, walker)
    else:
        _stamp(file, walker, codes, vouched)
    if counted and days is None:
        walker.findings.append(FindingFact("event", tag_text(OFFSET), "the date of the patient's event is unknown"))
    return Cleaned(
        tuple(sorted(walker.edits, key=lambda edit: (edit.start, edit.end))),
        tuple(walker.changes),
        tuple(sorted({*walker.findings, *suspicions(root)})),
        facts_after(root, walker.root_after, _syntax(file, origin), walker.references),
    )


def _syntax(file: DicomFile, origin: Origin) -> str:
    return file.transfer_syntax if origin == "site" else transfer_syntax(file)


def _object_to_stamps(root: Dataset, walker: Walker) -> None:
    for tag in stamps.missing(root):
        sentence = "a de-identified file carries this stamp (PS3.15 E.1.1)"
        walker.findings.append(FindingFact("stamp_missing", tag_text(tag), sentence))


def _stamp(file: DicomFile, walker: Walker, codes: bytes, vouched: stamps.Vouched) -> None:
    """Set the stamps in the root data set and put a new head before it."""
    root = file.dataset
    method = root.get(stamps.METHOD)
    betrayed = method is not None and walker.patient.betrayed_by(method)
    wanted = list(stamps.texts(root, walker.recipe, walker.origin, betrayed=betrayed, vouched=vouched))
    if codes and stamps.METHOD_CODES not in root:
        wanted.append(stamps.Stamp(stamps.METHOD_CODES, "SQ", codes))
    for stamp in sorted(wanted, key=lambda stamp: stamp.tag):
        _set(file, walker, stamp)
    sop_class = root.text(_SOP_CLASS)
    after = walker.root_after.get(_SOP_INSTANCE)
    instance = after[1].decode("latin-1").rstrip("\0") if after else root.text(_SOP_INSTANCE)
    # in front of the list: of edits at one offset the first comes first, and an inflated data set begins at 0
    walker.edits.insert(0, Edit(0, file.body, new_head(file, sop_class, instance)))


def _set(file: DicomFile, walker: Walker, stamp: stamps.Stamp) -> None:
    """Write one root element in its place, over the one that is there."""
    root = file.dataset
    element = root.get(stamp.tag)
    value = encode.padded(stamp.vr, stamp.value)
    written = encode.element(stamp.tag, stamp.vr, value, implicit=root.implicit, big_endian=root.big_endian)
    if element is not None:
        start, end = element.start, element.end
        before = element.text() if walker.origin == "identifiable" else None
    else:
        start = end = next((other.start for other in root if other.tag > stamp.tag), file.size)
        before = None
    walker.edits.append(Edit(start, end, written))
    walker.root_after[stamp.tag] = (stamp.vr, value)
    after = None if stamp.vr in {"SQ", "FD"} else stamp.value.decode("latin-1")
    if before is None or before != after:
        walker.changes.append(Change(tag_text(stamp.tag), stamp.vr, "D", before, after))
