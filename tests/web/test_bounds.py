"""What a server must not let a client do: be late, be long, be two-faced."""

import json
import os
import signal
import threading
import time

import pytest

pytestmark = pytest.mark.slow  # each starts a server of its own


def closed_after(link):
    """Seconds until the server ends the connection."""
    begun = time.monotonic()
    link.settimeout(10)
    try:
        while link.recv(1 << 16):
            pass
    except ConnectionResetError:
        pass
    return time.monotonic() - begun


def seconds_of_dripping(link, drop):
    """Seconds until the server refuses to hear more; 10 if it never does."""
    begun = time.monotonic()
    try:
        while time.monotonic() - begun < 10:
            link.sendall(drop)
            time.sleep(0.1)
    except ConnectionError:
        pass
    return time.monotonic() - begun


@pytest.mark.parametrize(
    "said", [b"", b"GET / HT", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ", b"\r\n\r\n"]
)
def test_half_a_head_is_not_waited_for(start_site, said):
    site = start_site({}, head_seconds=1)
    with site.connect(said) as link:
        assert 0.5 < closed_after(link) < 3


@pytest.mark.parametrize("drop", [b"a", b"\r\n"])
def test_a_head_that_drips_is_not_waited_for(start_site, drop):
    site = start_site({}, head_seconds=1)
    start = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: " if drop == b"a" else b""
    with site.connect(start) as link:
        assert seconds_of_dripping(link, drop) < 4


def test_line_breaks_after_an_answer_do_not_hold_the_connection(start_site):
    site = start_site({}, head_seconds=1)
    with site.connect(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n") as link:
        link.recv(1 << 16)
        assert seconds_of_dripping(link, b"\r\n") < 4


def test_a_view_that_takes_longer_than_a_head_may_is_waited_for(start_site):
    site = start_site({}, head_seconds=0.5)
    assert site.ask("/slow?seconds=1.5").body == b"slept"


def test_a_body_that_does_not_come_is_answered_408(start_site):
    site = start_site({}, edge="body_seconds=1")
    said = site.raw(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc")
    head, _, page = said.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    assert json.loads(page)["code"] == "TooSlow"


@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_that_is_too_long_is_answered_413(start_site, chunked):
    site = start_site({}, edge="body_limit=100000")
    head = b"POST /echo HTTP/1.1\r\nHost: x\r\n"
    if chunked:
        said = site.raw(
            head + b"Transfer-Encoding: chunked\r\n\r\n" + (b"8000\r\n" + bytes(0x8000) + b"\r\n") * 4
        )
    else:
        said = site.raw(head + b"Content-Length: 100001\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 413 ")
    assert site.ask("/echo", "POST", bytes(100_000)).status == 200


def test_a_body_arrives_whole(site):
    assert json.loads(site.ask("/echo", "POST", bytes(2_000_000)).body)["body"] == 2_000_000


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /echo/a%00b HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /echo/%zz HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /echo/\xc0\xae HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /echo?a=\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /echo HTTP/1.1\r\n\r\n",
        b"GET /echo HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        b"GET /echo HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\n\r\n",
        b"GET /echo HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n",
        b"GET /echo HTTP/1.1\r\nHost: x\r\nX A: b\r\n\r\n",
        b"GET /echo HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET echo HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http://x HTTP/1.1\r\nHost: x\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -3\r\n\r\n",
        b"GET /echo HTTP/9.9\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_a_malformed_request_is_answered_400_and_the_connection_ends(site, request_bytes):
    assert site.raw(request_bytes).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "head",
    [b"X-A: " + b"a" * 1_000_000, b"X-A: a\r\n" * 50_000, b"X-A: " + b"a" * 100_000 + b"\r\n\r\n"],
)
def test_a_head_that_is_too_long_is_refused(start_site, head):
    site = start_site({})
    with site.connect(b"GET /echo HTTP/1.1\r\nHost: x\r\n") as link:
        try:
            link.sendall(head)
            assert link.recv(1 << 16).startswith(b"HTTP/1.1 4")
        except ConnectionError:
            pass  # closed while we were still talking: as good
    assert "GET /echo" not in site.log()


def test_an_absolute_target_names_the_same_page(site):
    said = site.raw(b"GET http://x/echo/a?b=c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert json.loads(said.partition(b"\r\n\r\n")[2])["path"] == "/echo/a"


def test_a_path_reaches_django_as_the_bytes_that_were_sent(site):
    assert json.loads(site.ask("/echo/%C3%A4%20%25").body)["path"] == "/echo/ä %"


def test_headers_that_speak_for_a_proxy_count_for_nothing(site):
    forged = {"X_Forwarded_For": "1.2.3.4", "X_Forwarded_Proto": "https", "X_Forwarded_Host": "evil", "Forwarded": "for=1.2.3.4",
              "X_Real_IP": "1.2.3.4", "Proxy": "http://evil"}  # fmt: skip
    told = json.loads(site.ask("/echo", **forged).body)
    assert told["meta"]["REMOTE_ADDR"] == "127.0.0.1"
    assert told["scheme"] == "http"
    assert "evil" not in json.dumps(told)
    assert "1.2.3.4" not in json.dumps(told)


def test_a_trusted_proxy_speaks_for_its_client(start_site):
    site = start_site({}, trusted_proxies=("127.0.0.1",))
    told = json.loads(site.ask("/echo", X_Forwarded_For="1.2.3.4", X_Forwarded_Proto="https").body)
    assert told["meta"]["REMOTE_ADDR"] == "1.2.3.4"
    assert told["scheme"] == "https"


def test_an_underscore_does_not_pass_for_a_hyphen(site):
    said = site.raw(
        b"GET /echo HTTP/1.1\r\nHost: x\r\nX_User: evil\r\nX-User: good\r\nConnection: close\r\n\r\n"
    )
    assert json.loads(said.partition(b"\r\n\r\n")[2])["meta"]["HTTP_X_USER"] == "good"


def test_repeated_headers_are_joined(site):
    said = site.raw(
        b"GET /echo HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nX-A: 2\r\nCookie: a=1\r\nCookie: b=2\r\nConnection: close\r\n\r\n"
    )
    meta = json.loads(said.partition(b"\r\n\r\n")[2])["meta"]
    assert (meta["HTTP_X_A"], meta["HTTP_COOKIE"]) == ("1,2", "a=1; b=2")


def test_a_view_that_fails_tells_nothing_of_why(site):
    answer = site.ask("/fail")
    assert answer.status == 500
    assert b"a view failed" not in answer.body


def test_a_log_line_names_the_path_and_never_the_question(site):
    site.ask("/echo/page?PatientName=DOE")
    site.ask("/echo/line%0Abreak")
    assert "GET /echo/page 200" in site.log()
    assert "GET /echo/line%0Abreak 200" in site.log()
    assert "DOE" not in site.log()


def test_more_requests_than_can_wait_are_answered_503(start_site):
    site = start_site({}, edge="slots=1 waiting_limit=2")
    answers = []
    clients = [
        threading.Thread(target=lambda: answers.append(site.ask("/slow?seconds=1").status)) for _ in range(6)
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert sorted(answers) == [200, 200, 200, 503, 503, 503]
    assert site.ask("/healthz").status == 200


def test_who_leaves_before_a_thread_is_free_is_not_served(start_site):
    site = start_site({}, edge="slots=1")
    first = threading.Thread(target=lambda: site.ask("/slow?seconds=1.5"))
    first.start()
    time.sleep(0.3)
    for _ in range(5):
        site.connect(b"GET /slow?seconds=9 HTTP/1.1\r\nHost: x\r\n\r\n").close()
    begun = time.monotonic()
    assert site.ask("/healthz").status == 200
    first.join()
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_running_downloads_end_and_then_the_server(start_site, workers, number):
    site = start_site({"a.dcm": bytes(30_000_000)}, workers=workers)
    with site.connect(b"GET /zip HTTP/1.1\r\nHost: x\r\n\r\n") as link:
        read = len(link.recv(1 << 16))
        os.kill(site.process.pid, number)
        time.sleep(1)
        link.settimeout(10)
        while block := link.recv(1 << 16):
            read += len(block)
    assert read > 30_000_000
    assert site.process.wait(10) == 0


def test_a_reader_without_end_does_not_outlive_the_grace(start_site):
    site = start_site({"a.dcm": bytes(30_000_000)}, grace_seconds=1)
    with site.connect(b"GET /zip HTTP/1.1\r\nHost: x\r\n\r\n"):
        time.sleep(0.3)
        site.process.terminate()
        assert site.process.wait(10) == 0
