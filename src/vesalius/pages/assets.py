"""Static files: each is named by its content, so browsers keep it for ever and never see a stale one."""

import hashlib
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
from vesalius.pages.bundles import beside, bundles

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
        for name, content in bundles(folder).items():
            self._by_name[name] = _static_file(name, content)
        self.by_address: Mapping[str, StaticFile] = MappingProxyType(
            {file.address: file for file in self._by_name.values()}
        )

    def url(self, name: str) -> str:
        """The address of a file, such as "/static/site.1a2b3c4d.css"; Misconfigured when there is none."""
        if name not in self._by_name:
            raise Misconfigured(f"no static file is called {name}")
        return PREFIX + self._by_name[name].address

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
                lambda found: self._address(beside(name, found[1].decode()), (*inside, name)),
                content,
            )
        self._by_name[name] = _static_file(name, content)
        return self._by_name[name]


def _static_file(name: str, content: bytes) -> StaticFile:
    digest = hashlib.sha256(content).hexdigest()
    stem, dot, kind = name.rpartition(".")
    return StaticFile(
        address=f"{stem}.{digest[:8]}{dot}{kind}",
        content=content,
        media_type=TYPES[dot + kind],
        etag=f'"{digest}"',
    )


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
