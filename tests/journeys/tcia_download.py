"""The unmodified tcia_utils: python tcia_download.py BASE FOLDER COLLECTION MANIFEST lists a collection and fetches a
manifest from BASE, and prints what it was told, the SHA-256 of what it saved, and what it complained of."""

import hashlib
import json
import logging
import sys
from pathlib import Path

import requests.adapters

BASE, FOLDER, COLLECTION, MANIFEST = sys.argv[1:]
HOST = "https://nbia.cancerimagingarchive.net/"
plain_send = requests.adapters.HTTPAdapter.send
complaints: list[str] = []


def redirected_send(self, request, **options):
    if not request.url.startswith(HOST):
        raise requests.exceptions.ConnectionError("this host is not the test's: " + request.url)
    request.url = BASE + "/" + request.url.removeprefix(HOST)
    return plain_send(self, request, **options)


class Complaints(logging.Handler):
    def emit(self, record):
        complaints.append(f"{record.levelname}: {record.getMessage()}")


requests.adapters.HTTPAdapter.send = redirected_send
logging.getLogger().addHandler(Complaints(level=logging.WARNING))

from tcia_utils import nbia  # noqa: E402 - redirected first

series = nbia.getSeries(collection=COLLECTION)
nbia.downloadSeries(MANIFEST, input_type="manifest", path=FOLDER)
saved = [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(Path(FOLDER).rglob("*.dcm"))]
print(json.dumps({"series": series, "saved": saved, "complaints": complaints}))
