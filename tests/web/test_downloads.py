"""What a client gets: the whole, parts, and the answers of RFC 9110 about both."""

import io
import os
import shutil
import subprocess
import sys
import threading
import time
import zipfile

import numpy as np
import pytest

pytestmark = [
    pytest.mark.slow,  # most start a server of their own
    pytest.mark.parametrize("way", ["wire", "messages"], indirect=True),
]

BLOB = np.random.default_rng(6).bytes(527_000)


def until(true, seconds=10):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def head_and_body(link):
    """The head of the answer, and how many bytes of body come until the connection ends."""
    link.settimeout(20)
    head, _, body = link.recv(1 << 16).partition(b"\r\n\r\n")
    count = len(body)
    try:
        while block := link.recv(1 << 16):
            count += len(block)
    except ConnectionResetError:
        pass
    return head, count


def promised(head):
    return next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"content-length")
    )


def get(path):
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def test_the_whole_zip_is_what_its_headers_promise(site):
    answer = site.ask("/zip")
    assert answer.status == 200
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-disposition"] == "attachment; filename*=utf-8''chest%20_CT_%20%C3%A4_.zip"
    assert "server" not in answer.headers
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            assert archive.read(name) == (site.folder / name).read_bytes()


def test_unzip_takes_the_download(site, tmp_path):
    if not shutil.which("unzip"):
        pytest.skip("unzip is not installed")
    (tmp_path / "a.zip").write_bytes(site.ask("/zip").body)
    assert subprocess.run(["unzip", "-tqq", tmp_path / "a.zip"], check=False).returncode == 0


def test_random_ranges_equal_the_slice_of_the_whole(site):
    whole = site.ask("/zip")
    dice = np.random.default_rng(7)
    for _ in range(200):
        start, last = sorted(int(at) for at in dice.integers(0, len(whole.body), 2))
        part = site.ask("/zip", Range=f"bytes={start}-{last}", If_Range=whole.headers["etag"])
        assert part.status == 206
        assert part.headers["content-range"] == f"bytes {start}-{last}/{len(whole.body)}"
        assert part.body == whole.body[start : last + 1]
    assert site.ask("/zip", Range="bytes=-1000").body == whole.body[-1000:]
    assert site.ask("/zip", Range="bytes=1000-").body == whole.body[1000:]


@pytest.mark.parametrize(
    "headers",
    [{"Range": "bytes=1-2,5-6"}, {"Range": "bytes=5-9", "If_Range": '"older"'}, {"Range": "bytes=5-9", "If_Range": "W/{etag}"},
     {"Range": "bytes=5-9", "If_Range": "Sun, 06 Nov 1994 08:49:37 GMT"}, {"If_None_Match": '"older"'}, {"If_Match": "{etag}"}],
)  # fmt: skip
def test_the_whole_is_sent_when_a_part_would_not_fit(site, headers):
    etag = site.ask("/zip", "HEAD").headers["etag"]
    answer = site.ask("/zip", **{name: value.format(etag=etag) for name, value in headers.items()})
    assert answer.status == 200
    assert len(answer.body) == int(answer.headers["content-length"])


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"If_None_Match": "{etag}"}, 304), ({"If_None_Match": '"x", W/{etag}'}, 304), ({"If_None_Match": "*"}, 304),
     ({"If_None_Match": "{etag}", "Range": "bytes=0-5"}, 304), ({"If_Match": '"older"'}, 412), ({"If_Match": "W/{etag}"}, 412),
     ({"Range": "bytes=99999999-"}, 416), ({"Range": "bytes=-0"}, 416)],
)  # fmt: skip
def test_what_need_not_or_cannot_be_sent_has_no_body(site, headers, status):
    head = site.ask("/zip", "HEAD").headers
    answer = site.ask("/zip", **{name: value.format(etag=head["etag"]) for name, value in headers.items()})
    assert (answer.status, answer.body) == (status, b"")
    assert answer.headers["etag"] == head["etag"]
    if status == 416:
        assert answer.headers["content-range"] == f"bytes */{head['content-length']}"


def test_head_tells_what_get_would_and_knows_no_ranges(site):
    whole = site.ask("/zip").headers
    asked = site.ask("/zip", "HEAD", Range="bytes=0-5")
    assert (asked.status, asked.body) == (200, b"")
    assert {name: asked.headers[name] for name in whole if name != "date"} == {
        name: whole[name] for name in whole if name != "date"
    }


def test_a_connection_serves_one_download_after_the_other(site):
    two = get("/blob/d.dcm") + get("/blob/c.dcm").replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    said = site.raw(two)
    assert said.count(b"HTTP/1.1 200 OK") == 2
    assert said.endswith((site.folder / "c.dcm").read_bytes())


def test_downloads_asked_for_at_once_come_in_their_order(site):
    names = ["f", "a", "e", "d", "b", "f"]
    said = b"".join(get(f"/blob/{name}.dcm") for name in names) + get("/echo").replace(
        b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"
    )
    with site.connect(said) as link:
        time.sleep(0.5)  # the socket is full: the rest waits for this reader
        link.settimeout(20)
        heard = b"".join(iter(lambda: link.recv(50_000), b""))
    for name in names:
        head, _, heard = heard.partition(b"\r\n\r\n")
        content = (site.folder / f"{name}.dcm").read_bytes()
        assert promised(head) == len(content)
        assert heard[: len(content)] == content
        heard = heard[len(content) :]
    assert heard.startswith(b"HTTP/1.1 200 OK")


def test_bytes_that_must_come_from_the_disk_are_the_same(start_site):
    site = start_site({f"{name}.dcm": BLOB for name in "abc"})
    whole = site.ask("/zip").body
    for blob in site.folder.glob("*.dcm"):
        with blob.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    assert site.ask("/zip").body == whole


def test_a_connection_that_ended_leaves_no_descriptor(start_site):
    site = start_site({"a.dcm": BLOB})
    site.ask("/zip")
    before = site.processes()[0].num_fds()
    for _ in range(5):
        with site.connect(get("/many")) as link:
            link.recv(100_000)
        site.ask("/zip")
    until(lambda: site.processes()[0].num_fds() <= before)


def test_without_an_edge_the_same_bytes_are_streamed(site):
    part = site.ask("/zip", Range="bytes=100-3000000").body
    code = (
        "import sys, small_site; from django.test import Client; "
        "answer = Client().get('/zip', headers={'Range': 'bytes=100-3000000'}); "
        "assert answer.streaming and answer.status_code == 206; "
        "sys.stdout.buffer.write(b''.join(answer.streaming_content))"
    )
    here = os.environ | {"SMALL_SITE": str(site.folder), "PYTHONPATH": os.path.dirname(__file__)}
    done = subprocess.run([sys.executable, "-c", code], env=here, capture_output=True, check=True)
    assert done.stdout == part


def test_a_single_blob_is_sent_whole_and_in_part(site):
    content = (site.folder / "f.dcm").read_bytes()
    whole, part = site.ask("/blob/f.dcm"), site.ask("/blob/f.dcm", Range="bytes=70000-2999998")
    assert (whole.status, whole.body) == (200, content)
    assert (part.status, part.body) == (206, content[70_000:2_999_999])
    assert whole.headers["cache-control"] == "public, no-cache"
    assert whole.headers["content-disposition"] == 'attachment; filename="f.dcm"'
    assert site.ask("/blob/b.dcm").body == b""


def test_an_answer_that_replaced_the_download_is_the_answer(site):
    answer = site.ask("/replaced")
    assert (answer.status, answer.body) == (403, b"no")


def test_a_resumed_download_survives_the_server(start_site, tmp_path):
    first = start_site({"a.dcm": BLOB, "b.dcm": BLOB})
    whole = first.ask("/zip")
    first.process.kill()
    first.process.wait()
    second = start_site({})
    rest = second.ask("/zip", Range="bytes=600000-", If_Range=whole.headers["etag"])
    assert (rest.status, whole.body[:600_000] + rest.body) == (206, whole.body)


def test_a_client_that_left_is_noticed(start_site):
    site = start_site({"a.dcm": BLOB})
    site.ask("/zip")
    before = site.bytes_read()
    for _ in range(10):
        with site.connect(get("/many")) as link:
            link.recv(100_000)
    time.sleep(1)
    assert site.bytes_read() - before < 100_000_000, (
        "ten clients that left cost their first megabytes, not 5.3 GB"
    )
    until(lambda: site.log().count("GET /many 200") + site.log().count("GET /many 499") == 10)
    assert all(file.path != str(site.folder / "a.dcm") for file in site.processes()[0].open_files())


def test_a_right_lost_midway_breaks_the_connection(start_site):
    site = start_site({"a.dcm": BLOB}, edge="recheck_seconds=0.2")
    with site.connect(get("/many")) as link:
        link.recv(1)
        until((site.folder / "asked").exists)
        (site.folder / "revoked").touch()
        until(lambda: "the permission has ended" in site.log())
        _, count = head_and_body(link)
    assert count < 527_000_000
    assert site.ask("/healthz").status == 200


def test_a_reader_that_stands_still_is_cut(start_site):
    site = start_site({"a.dcm": BLOB}, edge="stall_seconds=0.5")
    with site.connect(get("/many")):
        until(lambda: "the client reads nothing" in site.log())


def test_a_slow_reader_that_goes_on_reading_is_not_cut(start_site):
    site = start_site({"a.dcm": BLOB * 8}, edge="stall_seconds=1 recheck_seconds=0.3")
    with site.connect(get("/blob/a.dcm")) as link:
        read = 0
        while block := link.recv(30_000):
            read += len(block)
            if read >= len(BLOB) * 8:
                break
            time.sleep(0.01)
    assert read > len(BLOB) * 8
    assert "cut" not in site.log()


@pytest.mark.parametrize("harm", ["shorter", "missing"])
def test_a_blob_that_is_not_what_its_row_says_breaks_the_connection(start_site, harm):
    site = start_site({"a.dcm": BLOB, "b.dcm": BLOB, "c.dcm": BLOB})
    if harm == "shorter":
        os.truncate(site.folder / "b.dcm", 1_000)
    else:
        (site.folder / "b.row").rename(site.folder / "kept")
        (site.folder / "b.dcm").unlink()
        (site.folder / "b.dcm").mkdir()
        (site.folder / "kept").rename(site.folder / "b.row")
    with site.connect(get("/zip")) as link:
        head, count = head_and_body(link)
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert len(BLOB) < count < promised(head) - len(BLOB)
    curl = ["curl", "-s", "-o", os.devnull, f"http://127.0.0.1:{site.port}/zip"]
    if shutil.which("curl"):
        assert subprocess.run(curl, check=False).returncode == 18, "curl sees a partial file"


def test_memory_stays_low_while_gigabytes_are_sent(start_site):
    site = start_site({"a.dcm": BLOB})
    site.ask("/zip")
    before, high = site.memory(), 0
    done = []

    def read_all():
        with site.connect(get("/many").replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")) as link:
            done.append(head_and_body(link)[1])

    clients = [threading.Thread(target=read_all) for _ in range(4)]
    for client in clients:
        client.start()
    while any(client.is_alive() for client in clients):
        high = max(high, site.memory())
        time.sleep(0.05)
    assert sum(done) > 2_000_000_000
    assert high - before < 50_000_000
