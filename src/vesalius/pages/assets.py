"""Static files: each is named by its content, so browsers keep it for ever and never see a stale one."""

import hashlib
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from vesalius.errors import Misconfigured

FOLDER = Path(__file__).parent / "static"
PREFIX = "/static/"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}
_REFERENCE = re.compile(
    rb"""(?<=["'])(\.{1,2}/[\w./-]+)(?=["'])"""
)  # "./vendor/x.woff2" in CSS, "../x.js" in modules
_REFERRING = {".css", ".js"}
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """One file as it is sent."""

    address: str  # "vendor/icons.5a883bee.svg", below PREFIX
    content: bytes  # references to other static files already carry their hashes
    media_type: str
    etag: str  # quoted SHA-256 of the content, RFC 9110 8.8.3


class Assets:
    """All static files of a folder, by name and by address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._by_name: dict[str, StaticFile] = {}
        for path in sorted(folder.rglob("*")):
            if path.suffix in TYPES:
                self._add(path.relative_to(folder).as_posix(), ())
        self.by_address: Mapping[str, StaticFile] = MappingProxyType(
            {file.address: file for file in self._by_name.values()}
        )

    def url(self, name: str) -> str:
        """The address of a file, such as "/static/site.1a2b3c4d.css"; Misconfigured when there is none."""
        if name not in self._by_name:
            raise Misconfigured(f"no static file is called {name}")
        return PREFIX + self._by_name[name].address

    def modules(self, name: str) -> list[str]:
        """The addresses of a module and of all that it imports, each once: a browser asks for them at the same time."""
        found: dict[str, None] = {self.url(name): None}
        for reference in _REFERENCE.findall((self._folder / name).read_bytes()):
            inner = _name(name, reference)
            if inner.endswith(".js"):
                found |= dict.fromkeys(self.modules(inner))
        return list(found)

    def _address(self, name: str, inside: tuple[str, ...]) -> bytes:
        return (PREFIX + self._add(name, inside).address).encode()

    def _add(self, name: str, inside: tuple[str, ...]) -> StaticFile:
        """Index one file after all that it refers to: their hashes are part of its content."""
        if name in self._by_name:
            return self._by_name[name]
        path = self._folder / name
        if name in inside or not path.is_file() or path.suffix not in TYPES:
            raise Misconfigured(f"static file {name}, named in {inside[-1]}, is missing or refers back to it")
        content = path.read_bytes()
        if path.suffix in _REFERRING:
            content = _REFERENCE.sub(
                lambda found: self._address(_name(name, found[1]), (*inside, name)),
                content,
            )
        digest = hashlib.sha256(content).hexdigest()
        file = StaticFile(
            address=f"{name.removesuffix(path.suffix)}.{digest[:8]}{path.suffix}",
            content=content,
            media_type=TYPES[path.suffix],
            etag=f'"{digest}"',
        )
        self._by_name[name] = file
        return file


def _name(inside: str, reference: bytes) -> str:
    """The file that a reference in another one is about."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(inside), reference.decode()))


ASSETS = Assets(FOLDER)


@require_safe
def static_file(request: HttpRequest, path: str) -> HttpResponseBase:
    """Send one indexed file, kept by browsers for a year; anything else is not found."""
    file = ASSETS.by_address.get(path)
    if file is None:
        return HttpResponseNotFound("No such file.\n", content_type="text/plain; charset=utf-8")
    response = HttpResponse(
        file.content,
        content_type=file.media_type,
        headers={"Cache-Control": _FOREVER, "ETag": file.etag, "X-Content-Type-Options": "nosniff"},
    )
    return get_conditional_response(request, etag=file.etag, response=response) or response
