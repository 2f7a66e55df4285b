"""How to learn that a site answers; imports no server, so whoever waits stays small."""

import http.client
import time

from vesalius.errors import Unavailable


def wait_until_ready(host: str, port: int, *, path: str = "/healthz", seconds: float = 30) -> None:
    """Return when a GET of `path` answers 200. Unavailable: it did not within `seconds`."""
    end = time.monotonic() + seconds
    while not answers(host, port, path):
        if time.monotonic() > end:
            raise Unavailable(f"the server at {host}:{port} did not answer in {seconds:.0f} s")
        time.sleep(0.05)


def answers(host: str, port: int, path: str = "/healthz") -> bool:
    """Whether a GET of `path` answers 200 now; waits at most 5 s."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
