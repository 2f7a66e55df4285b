"""Archives that lie, stumble or are old: what of theirs is taken, and what is refused whole."""

import hashlib
import io
import json
import threading
import time
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from vesalius.client.archive import Archive
from vesalius.client.folder import Folder
from vesalius.client.manifest import archive_address, read_manifest
from vesalius.client.problems import BadAddress, BadDownload, NoAnswer, NotAManifest
from vesalius.client.retrieve import retrieve

pytestmark = pytest.mark.slow

UID = "1.2.3.4"
OBJECTS = {"1-1.dcm": b"a" * 1000, "1-2.dcm": b"b" * 2000}


def zipped(members: dict[str, bytes], *, hashes: bool = True, deflated: bool = False) -> bytes:
    out = io.BytesIO()
    way = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
    with zipfile.ZipFile(out, "w", way) as file:
        for name, content in members.items():
            file.writestr(name, content)
        if hashes:
            lines = [f"{name},{hashlib.md5(content).hexdigest()}" for name, content in members.items()]
            file.writestr("md5hashes.csv", "\n".join(["Filename,MD5Hash", *lines]) + "\n")
    return out.getvalue()


class OldArchive(ThreadingHTTPServer):
    """An NBIA of the time before v4: no ranges, no entity tags; it sends whatever it is given."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.body = zipped(OBJECTS)
        self.facts: dict[str, str] = {"Number of Images": "2", "File Size": "3000"}
        self.v4 = False
        self.length = True
        self.stumbles: list[tuple[int, dict[str, str]]] = []
        self.asked: list[str] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_: object) -> None:
        """A client that hangs up on a lie is right."""

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: OldArchive

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if "/v4/" in self.path and not self.server.v4:
            self.answer(404, b"<html>no</html>")
        elif self.server.stumbles:
            status, headers = self.server.stumbles.pop(0)
            self.answer(status, b"busy", **headers)
        elif "getSeriesMetaData" in self.path:
            row = {"Series UID": UID, "Collection": "Old", "Subject ID": "P1", "Study UID": "1.2.3"}
            self.answer(200, json.dumps([row | self.server.facts]).encode())
        else:
            self.answer(200, self.server.body, told=self.server.length)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def answer(self, status: int, body: bytes, *, told: bool = True, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if told:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Silent:
    def begin(self, series, size):
        pass

    def bytes(self, count):
        pass

    def done(self, facts, tally):
        pass

    def failed(self, uid, error):
        pass


@pytest.fixture
def old() -> Iterator[OldArchive]:
    server = OldArchive()
    yield server
    server.shutdown()
    server.server_close()


def fetch(old: OldArchive, to: Path):
    return retrieve(Archive(old.base), Folder(to), [UID], Silent())


def left(to: Path) -> list[str]:
    """Everything that lies in the folder, but the lock."""
    return sorted(p.relative_to(to).as_posix() for p in to.rglob("*") if p.is_file() and p.name != "lock")


def test_an_old_archive_is_enough(old, tmp_path):
    done = fetch(old, tmp_path)
    assert done.whole == [UID]
    assert {name: (tmp_path / "Old/P1/1.2.3" / UID / name).read_bytes() for name in OBJECTS} == OBJECTS
    assert any("/v2/getImageWithMD5Hash" in path for path in old.asked)


def test_an_archive_that_tells_neither_length_nor_hashes_is_checked_by_what_it_told_before(old, tmp_path):
    old.length, old.body = False, zipped(OBJECTS, hashes=False, deflated=True)
    assert fetch(old, tmp_path).whole == [UID]


@pytest.mark.parametrize(
    ("what", "body"),
    {
        "slip": zipped({"../../evil.dcm": b"x" * 1000, "1-2.dcm": b"b" * 2000}),
        "absolute": zipped({"/tmp/evil.dcm": b"x" * 1000, "1-2.dcm": b"b" * 2000}),
        "backslash": zipped({"..\\evil.dcm": b"x" * 1000, "1-2.dcm": b"b" * 2000}),
        "device": zipped({"NUL.dcm": b"x" * 1000, "1-2.dcm": b"b" * 2000}),
        "hidden": zipped({".bashrc": b"x" * 1000, "1-2.dcm": b"b" * 2000}),
        "twice": zipped({"A.dcm": b"x" * 1000, "a.dcm": b"b" * 2000}),
        "bomb": zipped({"1-1.dcm": bytes(50_000_000), "1-2.dcm": b"b" * 2000}, deflated=True),
        "bomb of hashes": zipped(OBJECTS | {"LICENSE": bytes(70_000_000)}, deflated=True),
        "too few": zipped({"1-1.dcm": b"a" * 3000}),
        "too many": zipped(OBJECTS | {"1-3.dcm": b""}),
        "another size": zipped({"1-1.dcm": b"a" * 1000, "1-2.dcm": b"b" * 1999}),
        "wrong md5": zipped(OBJECTS).replace(hashlib.md5(b"a" * 1000).hexdigest().encode(), b"0" * 32),
        "damaged": zipped(OBJECTS).replace(b"aaaa", b"aaxa", 1),
        "cut": zipped(OBJECTS)[:-30],
        "a page": b"<html>Please sign in</html>",
        "nothing": b"",
        "endless": zipped(OBJECTS) + bytes(200_000),
    }.items(),
)
def test_a_zip_that_is_not_what_was_promised_leaves_nothing(old, tmp_path, what, body):
    old.body = body
    outcome = fetch(old, tmp_path / "out")
    assert isinstance(outcome.failed[UID], BadDownload)
    assert left(tmp_path) == []


@pytest.mark.parametrize("length", [True, False])
def test_what_arrives_is_bounded_by_what_was_told(old, tmp_path, length):
    old.body, old.length = bytes(5_000_000), length
    assert isinstance(fetch(old, tmp_path).failed[UID], BadDownload)


def test_an_archive_that_is_busy_is_asked_again_when_it_says(old, tmp_path):
    old.stumbles = [(429, {"Retry_After": "2"})]  # without it we would ask again after 0.75 s at the latest
    began = time.monotonic()
    assert fetch(old, tmp_path).whole == [UID]
    assert time.monotonic() - began >= 2


def test_an_archive_that_stays_busy_is_given_up_and_reading_stops_at_once(old, tmp_path, monkeypatch):
    monkeypatch.setattr("vesalius.client.archive.ATTEMPTS", 2)
    old.stumbles = [(503, {})] * 9
    with pytest.raises(NoAnswer, match="answered 503"):
        fetch(old, tmp_path)


def test_a_collection_named_like_a_path_stays_in_the_folder(old, tmp_path):
    old.facts |= {"Collection": "../../evil", "Subject ID": "/etc/passwd", "Study UID": ".."}
    assert fetch(old, tmp_path / "out").whole == [UID]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_full_disk_is_said_before_it_is_filled(old, tmp_path):
    from vesalius.client.problems import NoRoom

    old.facts["File Size"] = str(10**18)
    with pytest.raises(NoRoom, match="are free on this disk"):
        fetch(old, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "downloadServerUrl=https\\://a.org/nbia-download/servlet/DownloadServlet\r\nmanifestVersion=3.0\r\nListOfSeriesToDownload=\r\n1.2.3\r\n1.2.4\r\n1.2.3\r\n",
        "\ufeffListOfSeriesToDownload=\n1.2.3\ndownloadServerUrl=https://a.org/nbia-download/servlet/DownloadServlet\n1.2.4",
        "1.2.3,\n# note\n1.2.4\n",
    ],
)
def test_manifests_of_every_maker_are_read(text):
    wanted = read_manifest(text)
    assert wanted.uids == ("1.2.3", "1.2.4")
    assert wanted.address in {"https://a.org", ""}


@pytest.mark.parametrize(
    "text", ["", "<html></html>", "ListOfSeriesToDownload=\n", "1.2.3\nhello\n", "\0\1\2"]
)
def test_what_is_no_manifest_is_refused(text):
    with pytest.raises(NotAManifest):
        read_manifest(text)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://a.org/", "https://a.org"),
        ("https://a.org:8443/data/nbia-api/services/v4/getSeries", "https://a.org:8443/data"),
        ("http://[::1]:8000/nbia-download/servlet/DownloadServlet", "http://[::1]:8000"),
    ],
)
def test_the_address_of_an_archive_is_found_in_any_of_its_own(url, address):
    assert archive_address(url) == address


@pytest.mark.parametrize(
    "url", ["ftp://a.org", "file:///etc/passwd", "https://u:p@a.org", "http://", "a.org", "http://a:x/"]
)
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(BadAddress):
        archive_address(url)
