"""A CTP configuration: the stages of its pipelines, and the recipe that says what a pipeline does to a file."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from xml.parsers import expat

from vesalius.deid.ctp import expressions, pixel_script
from vesalius.deid.ctp.errors import ScriptError
from vesalius.deid.ctp.script import Script
from vesalius.deid.ctp.script.table import block, quoted

_NEEDLESS: Final = "needs no setting: here every run does it"
# What becomes of a stage whose work is no setting of a recipe, by the last part of its class.
_NOTES: Final[Mapping[str, str]] = {
    "LookupTableChecker": _NEEDLESS,
    "DicomAuditLogger": _NEEDLESS,
    "IDMap": _NEEDLESS,
    "DicomDifferenceLogger": _NEEDLESS,
    "DicomDecompressor": "is not needed: pixels are blanked in every transfer syntax",
    "DicomCorrector": "is not done: what its dictionary contradicts is quarantined",
}


class Stage(NamedTuple):
    """One stage: the line where it stands, the last part of its class, and its attributes."""

    line: int
    kind: str
    attributes: Mapping[str, str]

    @property
    def called(self) -> str:
        """The stage as a person finds it in the file."""
        return f"line {self.line}: the stage {self.attributes.get('name') or self.kind}"


class Pipeline(NamedTuple):
    """One pipeline with its stages in their order."""

    name: str
    stages: tuple[Stage, ...]


def pipelines(text: str) -> list[Pipeline]:
    """The pipelines of a configuration file. Raises ScriptError, which names the line."""
    found: list[tuple[str, list[Stage]]] = []
    path: list[str] = []
    parser = expat.ParserCreate()

    def start(tag: str, attributes: dict[str, str]) -> None:
        path.append(tag)
        if path[1:] == ["Pipeline"]:
            found.append((attributes.get("name", ""), []))
        elif len(path) == 3 and path[1] == "Pipeline":
            kind = attributes.get("class", "").rpartition(".")[2]
            found[-1][1].append(Stage(parser.CurrentLineNumber, kind, attributes))

    def refuse(*_: object) -> None:
        raise ScriptError(f"line {parser.CurrentLineNumber}: a configuration has no document type")

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: path.pop()
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(text.removeprefix("\ufeff").encode(), True)  # noqa: FBT003 - the parser takes no keyword
    except expat.ExpatError as error:
        raise ScriptError(f"line {error.lineno}: the configuration is no well-formed XML") from None
    return [Pipeline(name, tuple(stages)) for name, stages in found]


def imported(pipeline: Pipeline, read: Callable[[str], str]) -> str:
    """The text of a recipe that does what the pipeline does to DICOM files.

    `read` gives the text of a file that a stage names. Raises ScriptError for what no recipe can say.
    """
    gathered = _Gathered(read)
    for stage in pipeline.stages:
        gathered.take(stage)
    return gathered.text(pipeline.name)


@dataclass
class _Gathered:
    """What the stages ask for, as parts of a recipe."""

    read: Callable[[str], str]
    notes: list[str] = field(default_factory=list)
    filters: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    scripts: list[Script] = field(default_factory=list)

    def take(self, stage: Stage) -> None:
        deed = _DEEDS.get(stage.kind)
        if deed is not None:
            deed(self, stage)
        elif stage.kind.startswith("Dicom") or stage.kind in _NOTES:
            self.notes.append(f"{stage.called} {_NOTES.get(stage.kind, 'is not part of a recipe')}")

    def filter(self, stage: Stage) -> None:
        self._add_filter(self._file(stage, "script"), stage)

    def pixels(self, stage: Stage) -> None:
        if stage.attributes.get("dicomScript"):
            self.notes.append(
                f"{stage.called} asks its dicomScript first; here the rules hold for every file"
            )
        text = self._file(stage, "script")
        pixel_script.parse(text)
        self.rules.append(text)

    def anonymizer(self, stage: Stage) -> None:
        if self.scripts:
            raise ScriptError(f"{stage.called} is a second DicomAnonymizer; a recipe has one script")
        if stage.attributes.get("dicomScript"):
            self.notes.append(
                f"{stage.called} lets files pass that its dicomScript does not match; here they wait"
            )
            self._add_filter(self._file(stage, "dicomScript"), stage)
        if stage.attributes.get("lookupTable"):
            self.notes.append(f"{stage.called} has a lookup table: name it with --lookup")
        self.scripts.append(Script.parse(self._file(stage, "script")))

    def _add_filter(self, text: str, stage: Stage) -> None:
        try:
            expressions.parse(text)
        except ScriptError as error:
            raise ScriptError(f"{stage.called}: {error}") from None
        self.filters.append(text)

    def _file(self, stage: Stage, attribute: str) -> str:
        name = stage.attributes.get(attribute, "")
        if not name:
            raise ScriptError(f"{stage.called} names no {attribute}")
        return self.read(name)

    def text(self, name: str) -> str:
        if not (self.scripts or self.rules or self.filters):
            raise ScriptError("no stage of the pipeline says anything that a recipe can say")
        warned = [str(one) for script in self.scripts for one in script.warnings]
        parts = ["".join(f"# {note}\n" for note in (*self.notes, *warned))]
        parts.append(f'name = {quoted(name or "pipeline")}\nversion = "1"\n')
        parts += ['options = ["Clean Pixel Data"]\n'] * bool(self.rules)
        parts += [f"\n[files]\nfilter = {block(_all_of(self.filters))}\n"] * bool(self.filters)
        parts += [f"\n[pixels]\nrules = {block(chr(10).join(self.rules))}\n"] * bool(self.rules)
        parts += [f"\n{script.to_toml()}" for script in self.scripts]
        return "".join(parts)


def _all_of(filters: Iterable[str]) -> str:
    """Several expressions as one; each may end with a comment."""
    found = list(filters)
    return found[0] if len(found) == 1 else " * ".join(f"(\n{text}\n)" for text in found)


_DEEDS: Final[Mapping[str, Callable[[_Gathered, Stage], None]]] = {
    "DicomFilter": _Gathered.filter,
    "DicomPixelAnonymizer": _Gathered.pixels,
    "DicomAnonymizer": _Gathered.anonymizer,
}
