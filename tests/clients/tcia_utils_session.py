"""Everything that the unmodified tcia_utils is asked, in an environment of its own.

python tcia_utils_session.py BASE FOLDER MANIFEST: asks BASE in place of the hosts that the client has in its code, saves
under FOLDER, and prints one JSON object: answers, the SHA-256 of what was saved, and what the client logged.
"""

import hashlib
import json
import logging
import sys
from pathlib import Path

import plotly.io
import requests.adapters
from plotly.io.base_renderers import ExternalRenderer

BASE, FOLDER, MANIFEST = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
HOST = "https://nbia.cancerimagingarchive.net/"
plain_send = requests.adapters.HTTPAdapter.send
refused: list[str] = []
complaints: list[str] = []


def redirected_send(self, request, **options):
    if not request.url.startswith(HOST):
        refused.append(request.url)
        raise requests.exceptions.ConnectionError("this host is not the test's: " + request.url)
    request.url = BASE + "/" + request.url.removeprefix(HOST)
    return plain_send(self, request, **options)


def only_here(event, arguments):
    """No connection but to the test's site, whatever library asks for it."""
    if event == "socket.connect" and isinstance(arguments[1], tuple) and arguments[1][0] != "127.0.0.1":
        refused.append(str(arguments[1]))
        raise ConnectionRefusedError(arguments[1])


class Complaints(logging.Handler):
    def emit(self, record):
        complaints.append(f"{record.levelname} {record.name}: {record.getMessage()}")


class NoWindow(ExternalRenderer):
    def render(self, fig):
        charts.append(len(fig["data"]))


charts: list[int] = []
plotly.io.renderers["none"] = NoWindow()
plotly.io.renderers.default = "none"
requests.adapters.HTTPAdapter.send = redirected_send
sys.addaudithook(only_here)
logging.getLogger().addHandler(Complaints(level=logging.WARNING))

from tcia_utils import nbia  # noqa: E402 - redirected first


def saved(folder):
    return {
        path.relative_to(FOLDER / folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((FOLDER / folder).rglob("*"))
        if path.is_file()
    }


series = nbia.getSeries(collection="Lung")
uids = [one["SeriesInstanceUID"] for one in series]
first = uids[0]
sops = [one["SOPInstanceUID"] for one in nbia.getSopInstanceUids(first)]
listed = nbia.getSeriesList(uids)
downloaded = nbia.downloadSeries(series, path=str(FOLDER / "plain"), format="df")
nbia.downloadSeries(uids, input_type="list", path=str(FOLDER / "hashed"), hash="y")
nbia.downloadSeries(MANIFEST, input_type="manifest", path=str(FOLDER / "manifest"))
nbia.downloadSeries(uids[:1], input_type="list", path=str(FOLDER / "zipped"), as_zip=True)
nbia.downloadImage(first, sops[0], path=str(FOLDER / "single"))
nbia.reportSeriesReleaseDate(series)
answers = {
    "collections": nbia.getCollections(),
    "body_parts": nbia.getBodyPart(collection="Lung", modality="CT"),
    "modalities": nbia.getModality(collection="Lung", bodyPart="CHEST"),
    "manufacturers": nbia.getManufacturer(collection="Lung", modality="CT", bodyPart="CHEST"),
    "patients": nbia.getPatient(collection="Lung"),
    "studies": nbia.getStudy(collection="Lung"),
    "study": nbia.getStudy(collection="Lung", patientId=series[0]["PatientID"]),
    "series": series,
    "one_series": nbia.getSeries(seriesUid=first),
    "narrow": nbia.getSeries(
        collection="lung", modality="ct", bodyPart="Chest", manufacturer="acme", manufacturerModel="one"
    ),
    "none": nbia.getSeries(collection="No such collection"),
    "frame": list(nbia.getSeries(collection="Lung", format="df").columns),
    "list": json.loads(listed.to_json(orient="records")),
    "downloaded": sorted(downloaded["SeriesInstanceUID"]),
    "size": nbia.getSeriesSize(first),
    "sops": sops,
    "manifest": nbia.manifestToList(MANIFEST),
    "summary": json.loads(nbia.reportCollectionSummary(series).to_json(orient="records")),
    "summary_of_list": json.loads(nbia.reportCollectionSummary(uids, "list").to_json(orient="records")),
    "summary_of_manifest": json.loads(
        nbia.reportDataSummary(MANIFEST, input_type="manifest").to_json(orient="records")
    ),
    "report": {
        name: int(nbia.makeSeriesReport(series, format="var")[name])
        for name in ("subjects", "studies", "series", "images")
    },
}
seen = {"complaints": list(complaints), "refused": list(refused)}
nbia.downloadSeries(["1.2.3"], input_type="list", path=str(FOLDER / "wrong"))
nbia.getCollections(api_url="nlst")
print(
    json.dumps(
        {
            "answers": answers,
            "saved": {name: saved(name) for name in ("plain", "hashed", "manifest", "zipped", "single")},
            "charts": charts,
            **seen,
            "provoked": {"complaints": len(complaints), "refused": len(refused)},
        }
    )
)
