"""The same rows, migrations and questions on PostgreSQL: the suites below run again on a cluster of their own."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__)
PROJECT = HERE.parents[2]
SUITES = (
    "tests/rows",
    "tests/search",
    "tests/release",
    "tests/access",
    "tests/jobs/test_queue.py",
    "tests/submit/test_delivery.py",
    "tests/submit/test_origins.py",
    "tests/curate/test_review_and_release.py",
    "tests/nbia/test_behaviour.py",
)
USER = "postgres"
DATABASES = ("archive", "intake")
MINUTES = 15


def _programs() -> Path:
    """The newest PostgreSQL of Debian or of the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not folders:
        pytest.fail("PostgreSQL is not installed: `make test` installs it on Debian; else put initdb there.")
    return folders[-1]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _run(*command: object) -> None:
    """As the user postgres where we are root: the server refuses to run as root."""
    lead = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"] if os.getuid() == 0 else []
    subprocess.run([*lead, *map(str, command)], check=True, cwd="/", stdout=subprocess.DEVNULL, timeout=120)


@pytest.fixture(scope="module")
def cluster() -> Iterator[int]:
    """The port of a PostgreSQL server with two empty databases."""
    programs, port = _programs(), _free_port()
    with tempfile.TemporaryDirectory(prefix="vesalius-postgresql-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        if os.getuid() == 0:
            subprocess.run(["chown", USER, home], check=True)
        data = home / "data"
        _run(programs / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c fsync=off"
        _run(programs / "pg_ctl", "-D", data, "-o", options, "-l", home / "log", "-w", "start")
        try:
            for database in DATABASES:
                _run(programs / "createdb", "-h", "127.0.0.1", "-p", port, "-U", USER, database)
            yield port
        finally:
            _run(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


@pytest.mark.slow
def test_every_question_of_the_rows_has_the_same_answer_on_postgresql(cluster):
    url = f"postgresql://{USER}@127.0.0.1:{cluster}"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("VESALIUS_", "PYTEST_"))
    }
    for database in DATABASES:
        environment[f"VESALIUS_{database.upper()}_DATABASE"] = f"{url}/{database}"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *SUITES, f"--ignore={HERE}"]
    done = subprocess.run(
        command,
        check=False,
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=MINUTES * 60,
    )
    print(done.stdout[-5000:], done.stderr[-2000:])
    assert done.returncode == 0
    for database in DATABASES:  # it was this cluster that answered
        assert _tables(cluster, database) > 20


def _tables(port: int, database: str) -> int:
    question = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    address = ["-h", "127.0.0.1", "-p", str(port), "-U", USER, database]
    return int(subprocess.check_output([_programs() / "psql", *address, "-Atc", question], text=True))
