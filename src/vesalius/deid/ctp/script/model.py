"""An anonymizer script as a value: read from its file or from a recipe, merged, warned about, written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from vesalius.deid.ctp.elements import Private, Step, reference
from vesalius.deid.ctp.errors import ScriptError
from vesalius.deid.ctp.script import table
from vesalius.deid.ctp.script.dangers import dangers_of
from vesalius.deid.ctp.script.parts import REMOVALS, ElementLine, Parts, Warned, target_text
from vesalius.deid.ctp.script.reading import Line, lines_of

_GROUP: Final = "group"
_SAFE: Final = "safeprivateelements"


@dataclass(frozen=True, kw_only=True)
class Script(Parts):
    """A CTP DicomAnonymizer script."""

    @classmethod
    def parse(cls, text: str, *, strict: bool = False) -> "Script":
        """Read a script's file, XML or Java properties.

        Raises ScriptError where it cannot be read, and under `strict` also where it is not safe.
        """
        script = cls(**_Gathered(lines_of(text)).fields())
        if not (script.elements or script.remove):
            raise ScriptError("the script says nothing of any element")
        if strict and script.warnings:
            more = f" (and {len(script.warnings) - 1} more)" if len(script.warnings) > 1 else ""
            raise ScriptError(f"the script is not safe: {script.warnings[0]}{more}")
        return script

    @classmethod
    def from_table(cls, mapping: Mapping[str, Any]) -> "Script":
        """The script that the table `[ctp]` of a recipe says. Raises ScriptError, which names the key."""
        return cls(**table.parts_of(mapping))

    @cached_property
    def warnings(self) -> tuple[Warned, ...]:
        """Where the script is not safe or says nothing that CTP would understand, in the order of its lines.

        What no line says comes last.
        """
        return tuple(sorted({*self.slips, *dangers_of(self)}, key=lambda warned: (warned.line == 0, warned)))

    def merged(self, overlay: "Script") -> "Script":
        """This script with a profile laid over it: what the profile says of an element replaces what stood there."""
        said = {line.target for line in (*overlay.elements, *overlay.disabled)}
        return Script(
            parameters={**self.parameters, **overlay.parameters},
            elements=(*(line for line in self.elements if line.target not in said), *overlay.elements),
            names={**self.names, **overlay.names},
            keep_groups=self.keep_groups | overlay.keep_groups,
            keep_safe_private=self.keep_safe_private or overlay.keep_safe_private,
            remove=self.remove - overlay.spared | overlay.remove,
            spared=self.spared | overlay.spared,
            disabled=(*self.disabled, *overlay.disabled),
            slips=(*self.slips, *overlay.slips),
        )

    def to_toml(self) -> str:
        """The table `[ctp]` of a recipe."""
        return table.toml_of(self)

    def to_xml(self) -> str:
        """The script as CTP's XML."""
        named = {step: name for name, step in self.names.items()}
        lines = [f"<p t={quoteattr(name)}>{escape(value)}</p>" for name, value in self.parameters.items()]
        lines += [_xml_element(line, named.get(line.target, line.name)) for line in self.elements]
        lines += [f'<k en="T" t="{group:04x}"></k>' for group in sorted(self.keep_groups)]
        lines += [f'<k en="T" t="{_SAFE}"></k>'] * self.keep_safe_private
        lines += [f'<r en="T" t="{what}"></r>' for what in REMOVALS if what in self.remove]
        return "\n".join(["<script>", *(f" {line}" for line in lines), "</script>", ""])


def imported(text: str, name: str, profiles: Iterable[str] = ()) -> str:
    """A script's file, with profiles laid over it, as the text of a recipe called `name`.

    Warnings stand in comments above it. Raises ScriptError where a file cannot be read.
    """
    script = Script.parse(text)
    for profile in profiles:
        script = script.merged(Script.parse(profile))
    notes = "".join(f"# {warned}\n" for warned in script.warnings)
    return f'{notes}name = {table.quoted(name)}\nversion = "1"\n\n{script.to_toml()}'


def _xml_element(line: ElementLine, name: str) -> str:
    if isinstance(line.target, Private):
        low = "" if line.target.low is None else f"{line.target.low:02x}"
        spelled = f"{line.target.group:04x}[{line.target.creator}]{low}"
    else:
        spelled = f"{line.target:08x}"
    return f'<e en="T" t={quoteattr(spelled)} n={quoteattr(name)}>{escape(line.text)}</e>'


class _Gathered:
    """The lines of a file, sorted into the parts of a script."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.parameters: dict[str, str] = {}
        self.elements: dict[Step, ElementLine] = {}
        self.names: dict[str, Step] = {}
        self.groups: set[int] = set()
        self.safe = False
        self.remove: set[str] = set()
        self.spared: set[str] = set()
        self.disabled: list[ElementLine] = []
        self.slips: list[Warned] = []
        deeds = {"param": self._parameter, "set": self._element, "keep": self._keep, "remove": self._remove}
        for line in lines:
            deeds[line.kind](line)

    def fields(self) -> dict[str, Any]:
        return {
            "parameters": self.parameters,
            "elements": tuple(self.elements.values()),
            "names": self.names,
            "keep_groups": frozenset(self.groups),
            "keep_safe_private": self.safe,
            "remove": frozenset(self.remove),
            "spared": frozenset(self.spared),
            "disabled": tuple(self.disabled),
            "slips": tuple(self.slips),
        }

    def _parameter(self, line: Line) -> None:
        self.parameters[line.what] = line.text

    def _element(self, line: Line) -> None:
        try:
            (target,) = reference(f"({line.what})").steps
        except (ScriptError, ValueError):
            self._slip(line, f"{line.what} names no element: the line does nothing")
            return
        element = ElementLine(target, line.text, line.name, line.number)
        if not line.enabled:
            self.disabled.append(element)
            return
        before = self.elements.pop(target, None)
        if before is not None and before.text != element.text:
            self._slip(
                line, f"{target_text(target)} was said before at line {before.line}: the last line counts"
            )
        self.elements[target] = element
        if line.name and (isinstance(target, Private) or target & 0x10000):
            self.names[line.name] = target

    def _keep(self, line: Line) -> None:
        if not line.enabled:
            return
        if line.what == _SAFE:
            self.safe = True
            return
        try:
            self.groups.add(int(line.what.removeprefix(_GROUP).strip(), 16))
        except ValueError:
            self._slip(line, "a group to keep has four hexadecimal digits: the line does nothing")

    def _remove(self, line: Line) -> None:
        if line.what in REMOVALS:
            (self.remove if line.enabled else self.spared).add(line.what)
        else:
            self._slip(line, f"there is nothing to remove of this name; there are {', '.join(REMOVALS)}")

    def _slip(self, line: Line, sentence: str) -> None:
        if line.enabled:
            self.slips.append(Warned(line.number, sentence))
