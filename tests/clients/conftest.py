"""A real public site over the test's own archive, for clients that know nothing of this suite."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.conf import settings

from vesalius.web.ready import wait_until_ready

HOST = "127.0.0.1"


@pytest.fixture(scope="module")
def base(_migrated: None) -> Iterator[str]:
    """The address of a public site in a process of its own; it shows what the factories make."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    surroundings = os.environ | {
        "VESALIUS_DATA": str(settings.VESALIUS.data),
        "VESALIUS_PUBLIC_PORT": str(port),
        "VESALIUS_WEB_WORKERS": "1",
    }
    command = [sys.executable, "-m", "vesalius.web.process", "public", "site"]
    process = subprocess.Popen(command, env=surroundings)
    try:
        wait_until_ready(HOST, port, seconds=60)
        yield f"http://{HOST}:{port}"
    finally:
        process.terminate()
        process.wait(20)
