"""Where a call is worked out: the script, the element at hand, and what the run knows beside the file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from vesalius.deid.ctp.elements import Reference, reference
from vesalius.deid.ctp.errors import ScriptError
from vesalius.deid.ctp.functions.counters import Counters
from vesalius.deid.ctp.script.parts import Parts
from vesalius.dicom import Dataset, Element


class Refused(Exception):
    """A call that can give no value: the file waits for a person. The sentence holds no value of the file."""


Registered = Callable[[tuple[str, ...], Dataset, int], str]
"""A site's own function for `@call`: the arguments after the id, the data set at hand, the tag; the new text."""


def _no_table(_key_type: str, _key: str) -> str | None:
    return None


@dataclass(kw_only=True)
class Surroundings:
    """What scripts ask for that stands in no file.

    `lookup` answers a key type and a key with what stands for it, or None; `missing` gathers the keys, which are
    original values, that it did not know. `now` is the moment that `@date` and `@time` write.
    """

    lookup: Callable[[str, str], str | None] = _no_table
    counters: Counters = field(default_factory=Counters)
    now: datetime | None = None
    registered: Mapping[str, Registered] = field(default_factory=dict)
    missing: set[tuple[str, str]] = field(default_factory=set)


@dataclass
class Scope:
    """One element under its line; `process` is set when the line asks to go into a sequence."""

    script: Parts
    around: Surroundings
    dataset: Dataset
    meta: Dataset | None
    tag: int
    process: bool = False
    depth: int = 0

    @property
    def element(self) -> Element | None:
        """The element at hand; None where it is to be made."""
        return self.dataset.get(self.tag)

    def named(self, name: str) -> Reference | None:
        """The element that an argument names, `this` too; None where nothing has that name."""
        if name.strip() == "this":
            return Reference((self.tag,))
        try:
            return reference(name, self.script.names)
        except ScriptError:
            return None

    def text(self, name: str) -> str | None:
        """The text of the element that an argument names; None where there is none."""
        found = self.named(name)
        return None if found is None else found.text(self.dataset, self.meta)

    def looked_up(self, key_type: str, key: str) -> str | None:
        """What the lookup table says; a key that it does not know is noted for a person."""
        key_type, key = key_type.strip(), key.strip()
        found = self.around.lookup(key_type, key)
        if found is None:
            self.around.missing.add((key_type, key))
        return found

    def parameter(self, argument: str) -> str | None:
        """The value of `@NAME` or `$NAME`, None where there is no such parameter; any other text stands for itself."""
        argument = argument.strip()
        if argument[:1] in {"@", "$"}:
            return self.script.parameters.get(argument[1:])
        return argument


def needed(value: str | None, what: str) -> str:
    """The value; Refused with what is missing where it is None."""
    if value is None:
        raise Refused(what)
    return value
