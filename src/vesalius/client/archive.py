"""One archive over HTTP: questions that are asked again when it stumbles, and refusals in its own words."""

import email.utils
import ipaddress
import secrets
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError, MaxRetryError, NameResolutionError

from vesalius import __version__
from vesalius.client.problems import NoAnswer, NoSuchHost, NotAManifest, Refused, Stopped, TokenInTheOpen

ATTEMPTS: Final = 6
LONGEST_WAIT: Final = 300  # seconds that an archive may ask us to wait
STUMBLES: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_TIMEOUT: Final = urllib3.Timeout(connect=15, read=60)
_REDIRECTS: Final = urllib3.Retry(
    total=3, connect=0, read=0, status=0, other=0, redirect=3, respect_retry_after_header=False
)  # which `Archive.wait` respects

Response = urllib3.BaseHTTPResponse


class Stumble(Exception):
    """Something that may go better the next time; `wait` is how long the archive asks to wait, in seconds."""

    def __init__(self, sentence: str, wait: float = 0) -> None:
        """Say what happened."""
        super().__init__(sentence)
        self.wait = wait


class Archive:
    """One archive at `address`; threads share it."""

    def __init__(
        self, address: str, token: str = "", *, connections: int = 4, insecure: bool = False
    ) -> None:
        """Nothing is asked yet. TokenInTheOpen: it would go over plain HTTP, and `insecure` does not allow that."""
        parts = urlsplit(address)
        if token and parts.scheme != "https" and not insecure and not _is_here(parts.hostname or ""):
            raise TokenInTheOpen(f"Your token was not sent: the way to {parts.hostname} is not encrypted.")
        self.address = address
        self.stopping = threading.Event()
        self._headers = {"User-Agent": f"vesalius/{__version__}", "Accept-Encoding": "identity"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._pool = _pool(address, connections)

    @contextmanager
    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        fields: Mapping[str, str] | None = None,
        fine: frozenset[int] = frozenset({200}),
    ) -> Iterator[Response]:
        """One answer, its body still to be read. Stumble, NoSuchHost; Refused: a status that is not `fine`.

        What goes wrong with the connection inside of the block is a Stumble as well.
        """
        body: dict[str, Any] = {"encode_multipart": False} if method == "POST" else {}
        try:
            response = self._pool.request(
                method,
                f"{self.address}/{path}",
                fields=dict(fields or {}),
                headers=self._headers | dict(headers or {}),
                preload_content=False,
                **body,
            )
        except HTTPError as error:
            raise _lost(error, self.address) from None
        try:
            if response.status not in fine:
                raise _complaint(response)
            yield response
        except HTTPError as error:
            raise _lost(error, self.address) from None
        finally:
            response.close()  # a body that was not read to its end is not worth reading

    def text(self, path: str, **how: object) -> tuple[int, str]:
        """Status and body of an answer that is small, asked again when the archive stumbles. NoAnswer."""
        attempt = 0
        while True:
            try:
                with self.ask(path, **how) as response:  # type: ignore[arg-type]
                    return response.status, response.read().decode("utf-8", "replace")
            except Stumble as error:
                attempt += 1
                self.wait(attempt, error)

    def wait(self, attempt: int, error: Stumble) -> None:
        """Wait before the next attempt, longer each time. NoAnswer: there have been enough. Stopped."""
        if attempt >= ATTEMPTS:
            raise NoAnswer(f"{error} {ATTEMPTS} attempts were made.")
        jitter = 0.5 + secrets.randbelow(1000) / 1000
        if self.stopping.wait(min(max(2 ** (attempt - 1) * jitter / 2, error.wait), LONGEST_WAIT)):
            raise Stopped("The work was stopped.")


def fetch_text(url: str, largest: int) -> str:
    """The text at a URL, such as a manifest; never with a token. NoSuchHost, NoAnswer, NotAManifest: too large."""
    parts = urlsplit(url)
    archive = Archive(f"{parts.scheme}://{parts.netloc}", connections=1)
    target = parts.path.lstrip("/") + (f"?{parts.query}" if parts.query else "")
    try:
        with archive.ask(target) as response:
            content = response.read(largest + 1)
    except Stumble as error:
        raise NoAnswer(str(error)) from None
    if len(content) > largest:
        raise NotAManifest("What stands at this address is too large for a manifest.")
    return content.decode("utf-8", "replace")


def _is_here(host: str) -> bool:
    """Whether a host is this very machine."""
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _pool(address: str, connections: int) -> urllib3.PoolManager:
    """Connections to an archive, through the proxy that the environment names for it."""
    parts = urlsplit(address)
    how: dict[str, Any] = {"maxsize": connections, "timeout": _TIMEOUT, "retries": _REDIRECTS}
    proxy = urllib.request.getproxies().get(parts.scheme)
    if proxy and not _is_here(parts.hostname or "") and not urllib.request.proxy_bypass(parts.hostname or ""):
        return urllib3.ProxyManager(proxy, **how)
    return urllib3.PoolManager(**how)


def _lost(error: HTTPError, address: str) -> Exception:
    cause = error.reason if isinstance(error, MaxRetryError) else error
    host = urlsplit(address).hostname
    if isinstance(cause, NameResolutionError):
        return NoSuchHost(f"There is no host {host}.")
    return Stumble(f"The connection to {host} failed ({type(cause).__name__}).")


def _complaint(response: Response) -> Exception:
    status = response.status
    if status in STUMBLES:
        return Stumble(f"The archive answered {status}.", _seconds(response.headers.get("Retry-After", "")))
    said = response.read(2000).decode("utf-8", "replace").strip()
    plain = "" if "<" in said else " ".join("".join(filter(str.isprintable, said)).split())[:200]
    return Refused(f"The archive answered {status}{f': {plain}' if plain else '.'}")


def _seconds(retry_after: str) -> float:
    """Retry-After (RFC 9110 10.2.3) as seconds from now; 0 where it says nothing."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:6])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time())
    except ValueError:
        return 0.0
