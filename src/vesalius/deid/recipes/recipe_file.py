"""A recipe as people read and write it: one TOML file, in the standard's own names.

The page `docs/reference/recipes.md` tells of every setting. An error names the line that it is about.
"""

import difflib
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from vesalius.deid.annex import options
from vesalius.errors import BadInput

Path: TypeAlias = tuple[str, ...]

# Where a field of `Recipe` stands in the file; the tables in the order in which they are written.
SETTINGS: Final[Mapping[Path, str]] = {
    ("name",): "name",
    ("version",): "version",
    ("options",): "options",
    ("private", "list"): "private",
    ("identity", "uid_root"): "uid_root",
    ("identity", "patient_id_prefix"): "patient_id_prefix",
    ("identity", "patient_keys"): "patient_keys",
    ("text", "unknown_words"): "unknown_words",
    ("files", "filter"): "filter",
    ("pixels", "rules"): "pixel_rules",
    ("event", "name"): "event",
    ("event", "attribute"): "event_attribute",
    ("event", "keys"): "event_keys",
    ("ctp", "script"): "script",
    ("dispositions",): "dispositions",
}
_TABLES: Final = frozenset(path[0] for path in SETTINGS if len(path) > 1) | {"dispositions"}
_PLACE: Final = re.compile(r"\(at line (\d+), column \d+\)")
_FENCES: Final = ('"""', "'''")


class RecipeError(BadInput):
    """The recipe asks for something that does not exist.

    `setting` is the field of `Recipe` that is wrong, `part` the option or path in it, `line` its line in a file.
    """

    hint = "Compare the recipe with docs/reference/recipes.md and mend what the sentence names."

    def __init__(self, sentence: str, *, setting: str = "", part: str = "", line: int = 0) -> None:
        super().__init__(sentence)
        self.setting, self.part, self.line = setting, part, line


def read(text: str) -> dict[str, Any]:
    """Fields of a `Recipe` out of a file's text. RecipeError with the line for what no recipe can say."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _no_toml(text, error) from None
    return dict(_field(text, path, value) for path, value in _settings(tree))


def located(error: RecipeError, text: str) -> RecipeError:
    """The same error with the line of the file that gives rise to it."""
    path = next((path for path, field in SETTINGS.items() if field == error.setting), ())
    return _error(text, str(error), path, error.part)


def write(fields: Mapping[str, Any]) -> str:
    """The file's text for these fields of a `Recipe`; `read` gives them back. Fields left out stay unsaid."""
    lines: list[str] = []
    table = ""
    for path, field in SETTINGS.items():
        if field not in fields:
            continue
        if path == ("ctp", "script") and (written := _script_table(fields[field])):
            lines += ["", written.rstrip()]
            continue
        if path[0] in _TABLES and path[0] != table:
            table = path[0]
            lines += ["", f"[{table}]"]
        lines += _lines(path, fields[field])
    return "\n".join(lines) + "\n"


def _settings(tree: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """Every setting with its place; the tables that are one setting each stay whole."""
    for name, value in tree.items():
        if name in _TABLES and isinstance(value, dict) and not _is_whole(name, value):
            yield from (((name, key), inner) for key, inner in value.items())
        else:
            yield (name,), value


def _is_whole(name: str, table: dict[str, Any]) -> bool:
    return name == "dispositions" or (name == "ctp" and "script" not in table)


def _field(text: str, path: Path, value: Any) -> tuple[str, Any]:
    if path == ("ctp",) and isinstance(value, dict):
        return "script", _script(text, value)
    if path not in SETTINGS:
        raise _error(text, f"there is no setting {'.'.join(path)}{_meant(path)}", path)
    field = SETTINGS[path]
    if field == "options":
        return field, frozenset(_option(text, path, name) for name in _texts(text, path, value))
    if field == "dispositions":
        if not isinstance(value, dict):
            raise _error(text, "dispositions are a table: an element path and an action letter a line", path)
        wrong = next((key for key, letter in value.items() if not isinstance(letter, str)), None)
        if wrong is not None:
            raise _error(text, "an action is one letter in quotes", path, wrong)
        return field, value
    if not isinstance(value, str):
        raise _error(text, f"{'.'.join(path)} is a text in quotes", path)
    _check_language(text, path, value)
    return field, value


def _script(text: str, table: dict[str, Any]) -> str:
    """The anonymizer script that the table says element by element."""
    from vesalius.deid.ctp import Script, ScriptError  # noqa: PLC0415 - scripts know recipes

    try:
        return Script.from_table(table).to_xml()
    except ScriptError as error:
        raise _error(text, f"ctp: {error}", ("ctp",)) from None


def _check_language(text: str, path: Path, value: str) -> None:
    """Refuse a script that CTP's own languages do not allow."""
    from vesalius.deid.ctp import Script, ScriptError, expressions, pixel_script  # noqa: PLC0415

    readers: dict[Path, Callable[[str], object]] = {
        ("ctp", "script"): Script.parse,
        ("pixels", "rules"): pixel_script.parse,
        ("files", "filter"): expressions.parse,
    }
    try:
        if value and path in readers:
            readers[path](value)
    except ScriptError as error:
        raise _error(text, f"{'.'.join(path)}: {error}", path) from None


def _texts(text: str, path: Path, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _error(text, f"{'.'.join(path)} is a list of names in quotes", path)
    return value


def _option(text: str, path: Path, name: str) -> str:
    keys = {title: key for key, title in options.names().items()}
    if name not in keys:
        raise _error(text, f"there is no option {name}{_near(name, keys)}", path, name)
    return keys[name]


def _meant(path: Path) -> str:
    return _near(".".join(path), [".".join(known) for known in SETTINGS])


def _near(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _no_toml(text: str, error: tomllib.TOMLDecodeError) -> RecipeError:
    found = _PLACE.search(str(error))
    line = int(found[1]) if found else len(text.splitlines())
    reason = str(error).partition(" (at ")[0]
    return RecipeError(f"line {line}: this is no TOML: {reason[:1].lower()}{reason[1:]}", line=line)


def _error(text: str, sentence: str, path: Path, part: str = "") -> RecipeError:
    line = _line_of(text, path, part)
    where = f"line {line}: " if line else ""
    return RecipeError(f"{where}{sentence}", setting=SETTINGS.get(path, ""), part=part, line=line)


def _line_of(text: str, path: Path, part: str) -> int:
    """Line of the key at `path`, or of `part` below or after it; 0 where the file says nothing of it."""
    keys = list(_keys(text))
    exact = next((line for key, line in keys if key == (*path, part)), 0)
    if exact:
        return exact
    first = next((line for key, line in keys if path and key[: len(path)] == path), 0)
    if not (part and first):
        return first
    following = enumerate(text.splitlines()[first - 1 :], first)
    return next((number for number, line in following if json.dumps(part) in line), first)


def _keys(text: str) -> Iterator[tuple[Path, int]]:
    """Every key and every table's header with its line; the lines inside of a text of several are passed over."""
    table: Path = ()
    fence = ""
    for number, line in enumerate(text.splitlines(), 1):
        if fence:
            fence = "" if fence in line else fence
            continue
        if line.lstrip().startswith("["):
            table = _path_in(line) or table
            yield table, number
        else:
            key = _key_of(line)
            if key:
                yield (*table, *key), number
        fence = next((mark for mark in _FENCES if line.count(mark) % 2), "")


def _key_of(line: str) -> Path:
    ends = [place for place, sign in enumerate(line) if sign == "="]
    return next(filter(None, (_path_in(f"{line[:end]}= 0") for end in ends)), ())


def _path_in(line: str) -> Path:
    """The key of one line that is TOML by itself; () for any other."""
    try:
        tree: Any = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return ()
    path: list[str] = []
    while isinstance(tree, dict) and tree:
        name, tree = next(iter(tree.items()))
        path.append(name)
    return tuple(path)


def _lines(path: Path, value: Any) -> list[str]:
    if path == ("dispositions",):
        return [f"{_quoted(key)} = {_quoted(letter)}" for key, letter in sorted(value.items())]
    if path == ("options",):
        chosen = [name for key, name in options.names().items() if key in value]
        return [f"{path[-1]} = [", *(f"    {_quoted(name)}," for name in chosen), "]"]
    return [f"{path[-1]} = {_text(value)}"]


def _script_table(script: str) -> str:
    """The script as a table to read and edit; "" where that would not say the very same."""
    from vesalius.deid.ctp import Script, ScriptError  # noqa: PLC0415

    try:
        written = Script.parse(script).to_toml()
        return written if Script.from_table(tomllib.loads(written)["ctp"]).to_xml() == script else ""
    except (ScriptError, tomllib.TOMLDecodeError):
        return ""


def _text(value: str) -> str:
    fenced = f"'''\n{value}'''"
    return fenced if "\n" in value and _says(fenced, value) else _quoted(value)


def _quoted(value: str) -> str:
    literal = f"'{value}'"
    if '"' in value and _says(literal, value):
        return literal
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _says(written: str, value: str) -> bool:
    try:
        return bool(tomllib.loads(f"x = {written}")["x"] == value)
    except tomllib.TOMLDecodeError:
        return False
