"""`vesalius serve` as a whole: what it starts, replaces and stops, and what it says when it cannot."""

import socket
import sqlite3
from contextlib import closing

import psutil
import pytest
from tests.archives import run, until
from tests.system.reader import Reader

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("system")]

PASSWORD = "correct horse battery"
DUTIES = [("public", "site"), ("public", "work"), ("staff", "site"), ("staff", "work")]


def _ended(pids: set[int]) -> bool:
    return not [
        pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    ]


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def test_both_sites_answer_and_a_killed_process_is_replaced(archive, serve):
    served = serve(archive)
    for place in (served.public, served.staff):
        assert Reader(place).ask("/healthz").status == 200
    assert served.public in served.said
    assert served.staff in served.said
    before = {duty: served.member(*duty).pid for duty in DUTIES}
    for side, duty in (("public", "work"), ("public", "site")):
        served.member(side, duty).kill()
        until(
            lambda at=(side, duty): (found := served.member(*at)) and found.pid != before[at],
            f"another {side} {duty} process was started",
        )
        assert f"The {side} {duty} process was ended by SIGKILL; starting it again." in served.said
    until(lambda: _answers(served.public), "the public site answered again")
    assert served.member("staff", "site").pid == before["staff", "site"]


def _answers(site: str) -> bool:
    try:
        return Reader(site).ask("/").status == 200
    except OSError:
        return False


def test_sigterm_stops_every_process_and_frees_the_ports(archive, serve):
    served = serve(archive)
    assert served.stop() == 0
    assert _ended(served.seen)
    assert _free(served.public_port)
    assert _free(served.staff_port)
    assert "Traceback" not in served.said


def test_no_process_outlives_a_supervisor_that_is_killed(archive, serve):
    served = serve(archive)
    assert len(served.seen) >= 6
    served.process.kill()
    served.process.wait()
    until(lambda: _ended(served.seen), "all its processes had ended")
    assert _free(served.public_port)
    assert _free(served.staff_port)


def test_requests_leave_no_line_on_the_terminal_unless_they_are_wanted(archive, serve):
    quiet = serve(archive)
    assert Reader(quiet.public).ask("/collections/").status == 200
    quiet.stop()
    assert "/collections/" not in quiet.said
    (archive / "vesalius.toml").write_text("access_log = true\n")
    told = serve(archive)
    assert Reader(told.public).ask("/collections/?q=secret").status == 200
    told.stop()
    assert "GET /collections/ 200" in told.said
    assert "secret" not in told.said


def test_a_taken_port_is_named_before_anything_is_started(archive):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        done = run(archive, "serve", "--public-port", str(port))
    assert done.returncode == 3
    assert done.stderr == (
        f"Port {port} of 127.0.0.1 is taken.\n"
        "Stop what listens there, or choose another port with --public-port or --staff-port.\n"
    )


def test_the_public_side_starts_on_a_machine_that_never_had_an_intake_side(tmp_path, serve):
    data = tmp_path / "data"
    served = serve(data, "--public")
    assert Reader(served.public).ask("/").status == 200
    assert not (data / "intake").exists()
    assert {one.cmdline()[-2] for one in psutil.Process(served.process.pid).children()} == {"public"}


def test_sessions_and_tokens_of_one_side_are_worthless_on_the_other(archive, serve):
    for site in ("public", "staff"):
        words = ["--role", "administrator"] if site == "staff" else []
        made = run(
            archive, "user", "create", f"{site}-person", "--site", site, *words, "--password", PASSWORD
        )
        assert made.returncode == 0, made.stderr
    token = run(archive, "token", "create", "public-person").stdout.strip()
    served = serve(archive)
    public, staff = Reader(served.public), Reader(served.staff)
    assert not Reader(served.public).sign_in("staff-person", PASSWORD)
    assert not Reader(served.staff).sign_in("public-person", PASSWORD)
    assert public.sign_in("public-person", PASSWORD)
    assert staff.sign_in("staff-person", PASSWORD)
    assert public.ask("/account/").status == 200
    assert staff.ask("/").status == 200
    for ours, other, address in ((public, served.staff, "/"), (staff, served.public, "/account/")):
        stranger = Reader(other)
        for cookie in ours.cookies:
            for side in ("public", "staff"):  # the value under either side's name
                cookie.name = cookie.name.replace("public", side).replace("staff", side)
                stranger.cookies.set_cookie(cookie)
        answer = stranger.ask(address)
        assert answer.status == 302
        assert "/account/login/" in answer.headers["location"]
    assert Reader(served.staff, token).ask("/").status == 302
    keys = {(archive / side / "keys" / "signing.key").read_bytes() for side in ("archive", "intake")}
    assert len(keys) == 2


def test_a_second_start_changes_nothing_in_the_databases(archive, serve):
    serve(archive).stop()
    before = _schema(archive)
    serve(archive).stop()
    assert _schema(archive) == before


def _schema(data) -> list[tuple]:
    rows = []
    for side in ("archive", "intake"):
        with closing(sqlite3.connect(data / side / f"{side}.sqlite3")) as connection:
            rows += connection.execute(
                "select app, name, applied from django_migrations order by id"
            ).fetchall()
    return rows
