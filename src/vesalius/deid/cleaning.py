"""Pass 2 over one file: from the tree, the recipe and the patient's context to edits, changes, findings and facts."""

from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from vesalius.deid import scripted
from vesalius.deid.annex import private
from vesalius.deid.ctp import Script, Surroundings, expressions
from vesalius.deid.memory import OfPatients, Remembered
from vesalius.deid.output import stamps
from vesalius.deid.output.edits import Edit
from vesalius.deid.output.facts import facts_after, referred
from vesalius.deid.output.head import new_head, transfer_syntax
from vesalius.deid.patient.context import ContextError, PatientContext, patient_of
from vesalius.deid.patient.event import OFFSET, days_from_event
from vesalius.deid.patient.identity import Identity
from vesalius.deid.profile.rules import root_place
from vesalius.deid.recipes.recipe import Recipe
from vesalius.deid.record import Change, FindingFact, Origin, WordCount
from vesalius.deid.suspicions import suspicions
from vesalius.deid.values import encode
from vesalius.deid.values.treatment import Patient
from vesalius.deid.walker import Outcome, Walker
from vesalius.dicom import Dataset, DicomFile, tag_text

if TYPE_CHECKING:
    from vesalius.deid.pixels import Drawn, Hidden, Reader

_PIXELS: Final = "clean_pixel_data"
_GRAPHICS: Final = "clean_graphics"
_OVERLAYS: Final = 0x60
_SOP_CLASS: Final = 0x00080016
_SOP_INSTANCE: Final = 0x00080018


@dataclass(slots=True)
class _Memory:
    """What is remembered of one patient's values: what became of them, and the facts that they tell."""

    identity: Identity
    outcomes: Remembered[bytes, Outcome] = field(default_factory=Remembered)
    facts: Remembered[tuple[str, str, bytes], Any] = field(default_factory=Remembered)


_MEMORIES: Final = OfPatients(_Memory)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What pass 2 found and decided about one file; `write` makes the cleaned file of it.

    `edits` is empty for origin `site`, whose files are never changed. `facts` are those of the cleaned file.
    `words` counts the words of the texts that were cleaned.
    """

    edits: tuple[Edit, ...]
    changes: tuple[Change, ...]
    findings: tuple[FindingFact, ...]
    facts: dict[str, Any]
    words: WordCount = field(default_factory=WordCount)


def clean(
    file: DicomFile,
    *,
    recipe: Recipe,
    identity: Identity,
    context: PatientContext,
    origin: Origin = "identifiable",
    reader: "Reader | None" = None,
    around: Surroundings | None = None,
) -> Cleaned:
    """De-identify one file by PS3.15 Annex E, or verify it (origin `site`). Nothing is written or kept.

    `reader` reads text in pixels where the recipe cleans them; without one, what may show text waits for a person.
    `around` is what a recipe's script asks for beside the file; without it, it looks new patient IDs up alone.
    Raises ContextError where the file is not of the context's patient.
    """
    root = file.dataset
    if patient_of(root) != (context.issuer, context.patient_id):
        raise ContextError("the file is of another patient than the context")
    if recipe.script and origin == "identifiable":
        hidden = _hidden(file, recipe, context, reader, origin)
        return _by_script(file, recipe, around or _looking_up(identity, recipe, context), hidden)
    memory = _MEMORIES.of(context, identity, recipe, origin)
    patient = Patient(memory.identity, context, recipe.unknown_words)
    counted = bool(recipe.event) and origin == "identifiable"
    days = days_from_event(root, identity, patient_of(root)) if counted else None
    hidden = _hidden(file, recipe, context, reader, origin)
    done = frozenset({_PIXELS}) if hidden and hidden.cleaned else frozenset()
    vouched = stamps.Vouched(done=done, undone=frozenset() if done else stamps.undone(root), days=days)
    codes = stamps.missing_items(root, recipe, origin, vouched) if origin != "site" else b""
    drawn = _drawn(file, recipe, context, reader)
    overlays = drawn.kept if drawn else frozenset()
    walker = Walker(recipe, patient, origin, codes, stamps.tags(vouched), memory.outcomes, overlays)
    place = root_place(recipe, root.text(_SOP_CLASS), frozenset(root.elements))
    walker.root(root, place, file.body, file.size)
    if origin == "site":
        _object_to_stamps(root, walker)
    else:
        _stamp(file, walker, codes, vouched, hidden)
    if counted and days is None:
        walker.findings.append(
            FindingFact("event", tag_text(OFFSET), "the date of the patient's event is unknown")
        )
    doubts = (*suspicions(root, pixels=hidden is None), *_left_out(file, recipe))
    looked = [part for part in (hidden, drawn if origin != "site" else None) if part]
    return Cleaned(
        _joined(walker.edits, tuple(edit for part in looked for edit in part.edits)),
        (*walker.changes, *(change for part in looked for change in part.changes)),
        tuple(sorted({*walker.findings, *doubts, *(hidden.findings if hidden else ())})),
        facts_after(
            root, walker.after, _syntax(file, origin, hidden), referred(walker.references), memory.facts
        ),
        WordCount(patient.tally.kept, patient.tally.removed),
    )


def _by_script(file: DicomFile, recipe: Recipe, around: Surroundings, hidden: "Hidden | None") -> Cleaned:
    """The same by a script of CTP's, which says itself what it stamps; only what was done to pixels is added."""
    attributes = hidden.attributes if hidden else ()
    settled = frozenset(stamp.tag for stamp in attributes)
    made = scripted.run(file, _script(recipe.script), around, private.allowed(recipe.private), settled)
    for stamp in attributes:
        _set(file, made, stamp, "identifiable")
    _put_head(file, made, hidden)
    doubts = (*suspicions(file.dataset, pixels=hidden is None), *_left_out(file, recipe))
    return Cleaned(
        _joined(made.edits, hidden.edits if hidden else ()),
        (*made.changes, *(hidden.changes if hidden else ())),
        tuple(sorted({*made.findings, *doubts, *(hidden.findings if hidden else ())})),
        facts_after(file.dataset, made.after, _syntax(file, "identifiable", hidden), made.references),
    )


def _left_out(file: DicomFile, recipe: Recipe) -> tuple[FindingFact, ...]:
    if not recipe.filter or _filter(recipe.filter).matches(file.dataset, file.meta):
        return ()
    return (FindingFact("quarantine", "", "the recipe's filter leaves this file out"),)


@lru_cache(maxsize=8)
def _filter(text: str) -> expressions.Expression:
    return expressions.parse(text)


@lru_cache(maxsize=8)
def _script(text: str) -> Script:
    return Script.parse(text)


def _looking_up(identity: Identity, recipe: Recipe, context: PatientContext) -> Surroundings:
    """What a script can ask where nobody says more: the new ID of a patient."""

    def new_id(key_type: str, key: str) -> str | None:
        if key_type != recipe.patient_keys:
            return None
        return identity.lookup.get((context.issuer, key)) or identity.lookup.get(("", key))

    return Surroundings(lookup=new_id)


def _hidden(
    file: DicomFile, recipe: Recipe, context: PatientContext, reader: "Reader | None", origin: Origin
) -> "Hidden | None":
    if _PIXELS not in recipe.options:
        return None
    from vesalius.deid.pixels import hide  # noqa: PLC0415 - decoders are loaded where pixels are looked at

    return hide(file, recipe, context, reader, origin)


def _drawn(
    file: DicomFile, recipe: Recipe, context: PatientContext, reader: "Reader | None"
) -> "Drawn | None":
    if (
        _GRAPHICS not in recipe.options
        or reader is None
        or not any(tag >> 24 == _OVERLAYS for tag in file.dataset.elements)
    ):
        return None
    from vesalius.deid.pixels import planes  # noqa: PLC0415 - as above

    return planes(file, context, reader)


def _joined(edits: list[Edit], over: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """All edits in their order, those of the pixels instead of what the walk would do to the same bytes."""
    left = edits
    if over:
        left = [
            edit for edit in edits if not any(one.start < edit.end and edit.start < one.end for one in over)
        ]
    return tuple(sorted([*left, *over], key=itemgetter(0, 1)))


def _syntax(file: DicomFile, origin: Origin, hidden: "Hidden | None") -> str:
    if origin == "site":
        return file.transfer_syntax
    return (hidden.transfer_syntax if hidden else "") or transfer_syntax(file)


def _object_to_stamps(root: Dataset, walker: Walker) -> None:
    for tag in stamps.missing(root):
        sentence = "a de-identified file carries this stamp (PS3.15 E.1.1)"
        walker.findings.append(FindingFact("stamp_missing", tag_text(tag), sentence))


def _stamp(
    file: DicomFile, walker: Walker, codes: bytes, vouched: stamps.Vouched, hidden: "Hidden | None"
) -> None:
    """Set the stamps in the root data set and put a new head before it."""
    root = file.dataset
    method = root.get(stamps.METHOD)
    betrayed = method is not None and walker.patient.betrayed_by(method)
    wanted = list(stamps.texts(root, walker.recipe, walker.origin, betrayed=betrayed, vouched=vouched))
    if codes and stamps.METHOD_CODES not in root:
        wanted.append(stamps.Stamp(stamps.METHOD_CODES, "SQ", codes))
    wanted += hidden.attributes if hidden else ()
    for stamp in sorted(wanted, key=lambda stamp: stamp.tag):
        _set(file, walker, stamp, walker.origin)
    _put_head(file, walker, hidden)


def _put_head(file: DicomFile, walked: Walker | scripted.Scripted, hidden: "Hidden | None") -> None:
    sop_class, instance = (_text_after(file.dataset, walked, tag) for tag in (_SOP_CLASS, _SOP_INSTANCE))
    # in front of the list: of edits at one offset the first comes first, and an inflated data set begins at 0
    syntax = hidden.transfer_syntax if hidden else ""
    walked.edits.insert(0, Edit(0, file.body, new_head(file, sop_class, instance, syntax)))


def _text_after(root: Dataset, walked: Walker | scripted.Scripted, tag: int) -> str:
    if tag_text(tag) not in walked.after:
        return root.text(tag)
    after = walked.after[tag_text(tag)]
    return after[1].decode("latin-1").rstrip(" \0") if after else ""


def _place_of(tag: int, root: Dataset, file: DicomFile) -> int:
    """Where a root element that is not there belongs."""
    following = next((other for other in root.elements if other > tag), None)
    return file.size if following is None else root[following].start


def _set(file: DicomFile, walked: Walker | scripted.Scripted, stamp: stamps.Stamp, origin: Origin) -> None:
    """Write one root element in its place, over the one that is there."""
    root = file.dataset
    element = root.get(stamp.tag)
    value = encode.padded(stamp.vr, stamp.value)
    written = encode.element(stamp.tag, stamp.vr, value, implicit=root.implicit, big_endian=root.big_endian)
    if element is not None:
        start, end = element.start, element.end
        before = element.text() if origin == "identifiable" else None
    else:
        start = end = _place_of(stamp.tag, root, file)
        before = None
    walked.edits.append(Edit(start, end, written))
    walked.after[tag_text(stamp.tag)] = (stamp.vr, value)
    after = None if stamp.vr in {"SQ", "FD", "US", "SS"} else stamp.value.decode("latin-1")
    if before is None or before != after:
        walked.changes.append(Change(tag_text(stamp.tag), stamp.vr, "D", before, after))
