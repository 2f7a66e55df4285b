"""From ASGI to WSGI: a request that is well formed, as the environ that PEP 3333 describes."""

import io
import re
import sys
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from vesalius.errors import BadRequest

_PATH: Final = re.compile(rb"/(?:[!-$&-~]|%(?!00)[0-9A-Fa-f]{2})*")
_QUERY: Final = re.compile(rb"[!-~]*")

# A header that speaks for the client's address or scheme is the proxy's to say; where one is trusted the
# server has already taken it into the scope. A body's length is what arrived, never what was announced.
_IGNORED: Final = frozenset({b"forwarded", b"x-real-ip", b"content-length", b"transfer-encoding", b"proxy"})

Scope = dict[str, Any]


def check_request(scope: Scope) -> None:
    """BadRequest for a target or headers that two readers could read in two ways (RFC 9112 3.2)."""
    if not _PATH.fullmatch(scope["raw_path"]) or not _QUERY.fullmatch(scope["query_string"]):
        raise BadRequest("the address holds signs that may not stand there")
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    if len(hosts) > 1 or (not hosts and scope["http_version"] == "1.1"):
        raise BadRequest("a request names its host once")
    codings = [value for name, value in scope["headers"] if name == b"content-encoding"]
    if any(value.lower() != b"identity" for value in codings):
        raise BadRequest("a request's body may not be compressed")


def announced_length(scope: Scope) -> int:
    """Bytes of body that the client announces; 0 where it does not say."""
    return next((int(value) for name, value in scope["headers"] if name == b"content-length"), 0)


def environ_of(scope: Scope, body: bytes) -> dict[str, Any]:
    """The environ of one request whose body is here whole."""
    host, port = scope.get("server") or ("localhost", 80)
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("ascii"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        _add_header(environ, name, value.decode("latin-1"))
    return environ


def _add_header(environ: dict[str, Any], name: bytes, value: str) -> None:
    """One header; those that come again are joined as RFC 9110 5.3 says, cookies as RFC 6265 5.4."""
    # "x_y" would read as "x-y" in an environ, and pass for a header that something before us has checked.
    if b"_" in name or name in _IGNORED or name.startswith(b"x-forwarded-"):
        return
    key = name.decode("latin-1").upper().replace("-", "_")
    key = key if key == "CONTENT_TYPE" else f"HTTP_{key}"
    joint = "; " if key == "HTTP_COOKIE" else ","
    environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value
