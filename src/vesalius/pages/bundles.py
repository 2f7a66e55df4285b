"""Scripts that import others, put together into one file each: a browser asks once, not for every module in turn.

It knows the imports and exports that our modules use, and no others: `import { a, b } from "./x.js";` and `export`
before a function, class or const, both at the beginning of a line.
"""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from vesalius.errors import Misconfigured

SUFFIX = ".bundle.js"
_IMPORT = re.compile(r'^import \{ ([\w, ]+) \} from "(\.{1,2}/[\w./-]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b", re.MULTILINE)


def bundles(folder: Path) -> dict[str, bytes]:
    """Name ("x.bundle.js" for "x.js") and content of the bundle of each script that imports and is not imported."""
    texts = {
        path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in sorted(folder.rglob("*.js"))
    }
    imports = {
        name: [beside(name, found[2]) for found in _IMPORT.finditer(text)] for name, text in texts.items()
    }
    imported = {inner for inside in imports.values() for inner in inside}
    return {
        name.removesuffix(".js") + SUFFIX: _bundle(name, texts, imports)
        for name, inside in imports.items()
        if inside and name not in imported
    }


def beside(name: str, reference: str) -> str:
    """The file that a reference in another one is about."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), reference))


def _bundle(name: str, texts: dict[str, str], imports: dict[str, list[str]]) -> bytes:
    order = list(dict.fromkeys(_first_to_last(name, imports, ())))
    return "".join(_module(one, at, texts[one], order) for at, one in enumerate(order)).encode()


def _first_to_last(name: str, imports: dict[str, list[str]], inside: tuple[str, ...]) -> Iterator[str]:
    """Modules after all that they import."""
    if name in inside or name not in imports:
        raise Misconfigured(f"script {name}, named in {inside[-1]}, is missing or imports itself")
    for inner in imports[name]:
        yield from _first_to_last(inner, imports, (*inside, name))
    yield name


def _module(name: str, at: int, text: str, order: list[str]) -> str:
    """One module as a function of its own, whose answer is what it exports."""
    exported = _EXPORT.findall(text)
    body = _EXPORT.sub("", text)
    body = _IMPORT.sub(
        lambda found: f"const {{ {found[1]} }} = m{order.index(beside(name, found[2]))};", body
    )
    if _OTHER.search(body):
        raise Misconfigured(f"script {name} imports or exports in a way that cannot be bundled")
    return f"const m{at} = (() => {{ // {name}\n{body}return {{ {', '.join(exported)} }};\n}})();\n"
