"""ZIPs of many series over the wire of a real public site: exact, resumable, and closed to whom they are closed."""

import hashlib
import http.client
import io
import re
import zipfile
from urllib.parse import urlsplit

import pytest
from tests.clients.shown import lung

pytestmark = pytest.mark.slow


@pytest.fixture
def ask(house, base):
    def ask_one(path, method="GET", **headers):
        connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)
        connection.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, response.headers, body

    return ask_one


def test_a_collection_is_one_zip_of_exact_length_that_resumes(ask):
    revisions = lung()
    status, headers, body = ask("/collections/Lung/download/")
    assert (status, headers["Content-Length"]) == (200, str(len(body)))
    assert re.search(r'filename="?Lung\.zip', headers["Content-Disposition"])
    files = zipfile.ZipFile(io.BytesIO(body))
    assert files.testzip() is None
    sent = sorted(
        hashlib.sha256(files.read(name)).hexdigest() for name in files.namelist() if name.endswith(".dcm")
    )
    assert sent == sorted(
        name for one in revisions for name in one.contents.values_list("blob_id", flat=True)
    )
    for start in (1, len(body) // 3, len(body) - 40):
        status, part, rest = ask(
            "/collections/Lung/download/", Range=f"bytes={start}-", If_Range=headers["ETag"]
        )
        assert (status, rest) == (206, body[start:])
        assert part["ETag"] == headers["ETag"]
    status, head, nothing = ask("/collections/Lung/download/", "HEAD")
    assert (status, head["Content-Length"], nothing) == (200, str(len(body)), b"")


def test_hidden_and_limited_collections_send_nothing(ask):
    lung("Hidden", find="granted", fetch="granted")
    lung("Listed", fetch="granted")
    assert ask("/collections/Hidden/download/")[0] == ask("/collections/Nowhere/download/")[0] == 404
    assert ask("/collections/Listed/download/")[0] == 403
    assert ask("/patients/Hidden/Hidden-0/download/")[0] == 404
