"""A server of one page that shows every part of the look; run by its test in a process of its own.

python kitchen_sink.py      prints its port, then serves until its input is closed
"""

import io
import sys
import threading
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
import numpy as np
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from PIL import Image

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; script-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; connect-src 'self'"
)
UID = "1.3.6.1.4.1.14519.5.2.1.6279.6001.179049373636438705059720603192"


def with_policy(get_response):
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Content-Security-Policy"] = POLICY
        return response

    return middleware


def picture(request: HttpRequest, number: int) -> HttpResponse:
    """A body of ellipses, so that thumbnails have something to show."""
    y, x = np.mgrid[-1:1:256j, -1:1:256j]
    image = np.zeros((256, 256))
    for cx, cy, rx, ry, value in [
        (0, 0, 0.86, 0.66, 150),
        (-0.4, -0.05, 0.3, 0.42, 20),
        (0.4, -0.05, 0.28, 0.4, 24),
        (0.05, 0.1, 0.16, 0.2, 190),
        (0, 0.48, 0.1, 0.1, 240),
        (-0.45 + number / 30, -0.1, 0.05, 0.05, 170),
    ]:
        image[((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1] = value
    noisy = image + np.random.default_rng(number).normal(0, 6, image.shape) * (image > 0)
    out = io.BytesIO()
    Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(out, "PNG")
    return HttpResponse(out.getvalue(), content_type="image/png")


def thumb(number: int) -> dict[str, object]:
    return {
        "address": "#series", "image": f"/picture/{number}" if number < 5 else "", "alt": f"Chest CT, series {number + 1}",
        "modality": "CT", "count": 133 + number, "caption": "" if number % 2 else "Thin, lung kernel",
    }  # fmt: skip


def facet(title: str, *values: tuple[str, int, bool], more: str = "") -> dict[str, object]:
    rows = [
        {"label": label, "count": count, "address": "#q", "chosen": chosen} for label, count, chosen in values
    ]
    return {"title": title, "chosen": 1, "values": rows, "more": more}


PARTS = {
    "archive_name": "Vesalius", "software_version": "0.1.0", "archive_version": "of 22 Nov 2026", "synthetic": True,
    "search_address": "/search", "nav": [("/collections", "Collections"), ("/search", "Search")],
    "footer_links": [("/usage", "Usage policy")],
    "account": {"name": "Ada Marsh", "sign_out": "/out", "links": [("/account", "Your account"), ("/tokens", "Tokens")]},
    "basket": {"address": "/basket", "count": 1204, "bytes": 98_400_000_000},
    "question": "CT chest",
    "uid": UID,
    "trail": [("/collections", "Collections"), ("/collections/x", "Chest-CT-Demo")],
    "chips": [
        {"field": "collection", "label": "3 collections", "without": "#q"},
        {"field": "modality", "label": "CT", "without": "#q"},
        {"field": "body part", "label": "Chest", "without": "#q"},
    ],
    "clear": "#q",
    "sums": [(412, "subjects", "#s"), (1204, "series", "#s"), (160_233, "images", "")],
    "bytes": 98_400_000_000,
    "facets": [
        facet("Modality", ("CT", 1204, True), ("MR", 311, False), ("SEG", 96, False), more="#more"),
        facet("Body part examined", ("Chest", 1100, True), ("Abdomen", 104, False)),
        facet("Manufacturer", ("GE MEDICAL SYSTEMS", 700, False), ("Koninklijke Philips Electronics N.V.", 504, False)),
    ],
    "facts": [
        {"name": "Subjects", "value": "412", "address": "#s"},
        {"name": "Studies", "value": "433", "address": "#s"},
        {"name": "Series", "value": "1,204", "address": "#s"},
        {"name": "Size", "value": "98.4 GB"},
        {"name": "Modalities", "value": "CT, SEG"},
        {"name": "Licence", "value": "CC BY 4.0", "address": "#l"},
        {"name": "DOI", "value": "10.5072/vesalius.chest-ct-demo", "to_copy": "10.5072/vesalius.chest-ct-demo", "long": True},
    ],
    "terms": [
        ("Series description", "CHEST 1.25 MM LUNG"), ("Series Instance UID", UID), ("Study date", "1 Jan 2000 (moved)"),
    ],
    "cards": [
        {"title": "Chest CT demonstration", "address": "#c", "image": "/picture/1", "alt": "", "counts": "412 subjects · 1,204 series · 98.4 GB",
         "text": "Low-dose chest CT of a lung screening programme, each nodule outlined by four readers."},
        {"title": "Brain MR, limited", "address": "#c", "image": "/picture/2", "badge": ("limited", "Limited access"),
         "text": "Four-contrast brain MR with glioma.", "counts": "40 subjects · 160 series · 4.1 GB"},
        {"title": "Mammography with a long title that runs over two lines", "address": "#c", "counts": "No images yet"},
    ],
    "thumbs": [thumb(number) for number in range(6)],
    "rows": [(tag, vr, value) for tag, vr, value in [
        ("SliceThickness", "DS", "1.25"), ("Modality", "CS", "CT"), ("SeriesInstanceUID", "UI", UID), ("PixelData", "OW", ""),
    ] * 4],
    "page": {"first": 51, "last": 100, "total": 1204, "words": "series", "previous": "#p", "next": "#n"},
    "steps": [
        {"label": "Received", "count": 0, "address": "#1"}, {"label": "In review", "count": 1204, "address": "#2", "current": True},
        {"label": "Accepted", "count": 88, "address": "#3"}, {"label": "Quarantined", "count": 3, "address": "#4"},
    ],
    "progress": {"id": "p1", "title": "De-identifying", "done": 1204, "total": 3000, "words": "files",
                 "bytes_done": 12_000_000_000, "bytes_total": 40_100_000_000},
    "keys": [("A", "Accept"), ("X", "Exclude"), ("U", "Undo"), ("→", "Next series")],
}  # fmt: skip


def public(request: HttpRequest) -> HttpResponse:
    from django.contrib.messages import constants
    from django.contrib.messages.storage.base import Message

    said = [Message(constants.SUCCESS, "12 series added to the basket")]
    return render(request, "kitchen_sink.html", {**PARTS, "frame": "base_public.html", "messages": said})


def staff(request: HttpRequest) -> HttpResponse:
    return render(request, "kitchen_sink.html", {**PARTS, "frame": "base_staff.html", "rail": PARTS["steps"]})


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    settings.configure(
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["127.0.0.1"],
        SECRET_KEY="only for this test",
        INSTALLED_APPS=["vesalius.pages"],
        MIDDLEWARE=[f"{__name__}.with_policy"],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [Path(__file__).parent],
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": ["django.template.context_processors.request"],
                    "string_if_invalid": "",
                },
            }
        ],
    )
    django.setup()
    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_port, flush=True)
        sys.stdin.read()
        server.shutdown()


def _static(request: HttpRequest, path: str) -> HttpResponse:
    from vesalius.pages.assets import static_file

    return static_file(request, path)


urlpatterns = [
    path("", public),
    path("staff", staff),
    path("picture/<int:number>", picture),
    path("static/<path:path>", _static),
]

if __name__ == "__main__":
    main()
