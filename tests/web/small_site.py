"""A tiny site behind the real edge: what the tests ask for is made of the files in the folder SMALL_SITE names."""

import os
import time
from pathlib import Path

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path, re_path

from vesalius.deliver.answer import answer
from vesalius.deliver.plan import FileSpan, SendPlan, blob_plan
from vesalius.deliver.stored_zip import Entry, StoredZip
from vesalius.web.edge import WIRE, Edge

FOLDER = Path(os.environ["SMALL_SITE"])

settings.configure(
    SECRET_KEY="only in tests", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, USE_TZ=True, DATABASES={},
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    LOGGING={
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"file": {"class": "logging.FileHandler", "filename": FOLDER / "log"}},
        "root": {"handlers": ["file"], "level": "INFO"},
    },
)  # fmt: skip


def still_allowed() -> bool:
    (FOLDER / "asked").touch()
    return not (FOLDER / "revoked").exists()


def entry(blob: Path) -> Entry:
    # The row of a blob is written when it is whole; what happens to the file later does not change it.
    size, crc32 = (int(word) for word in blob.with_suffix(".row").read_text().split())
    return Entry(name=blob.name, source=FileSpan(str(blob), 0, size), crc32=crc32, digest=blob.name)


def zip_plan() -> SendPlan:
    stored = StoredZip(entry(blob) for blob in sorted(FOLDER.glob("*.dcm")))
    return stored.plan(filename='chest "CT" ä\n.zip', still_allowed=still_allowed)


def zip_view(request: HttpRequest) -> HttpResponse:
    return answer(request, zip_plan())


def blob_view(request: HttpRequest, name: str) -> HttpResponse:
    found = entry(FOLDER / name)
    assert isinstance(found.source, FileSpan)
    plan = blob_plan(
        found.source, etag=f'"{name}"', content_type="application/dicom", filename=name,
        still_allowed=still_allowed, public=True,
    )  # fmt: skip
    return answer(request, plan)


def many_view(request: HttpRequest) -> HttpResponse:
    """The same blob under many names: gigabytes that take no room."""
    one = entry(FOLDER / "a.dcm")
    stored = StoredZip(
        Entry(name=f"{at}.dcm", source=one.source, crc32=one.crc32, digest=one.digest) for at in range(1000)
    )
    return answer(request, stored.plan(filename="many.zip", still_allowed=still_allowed))


def replaced_view(request: HttpRequest) -> HttpResponse:
    """A plan was handed off, and then something else is answered after all."""
    answer(request, zip_plan())
    return HttpResponse("no", status=403)


def echo_view(request: HttpRequest) -> HttpResponse:
    meta = {
        key: value for key, value in request.META.items() if key.startswith(("HTTP_", "REMOTE_", "QUERY"))
    }
    return JsonResponse(
        {"path": request.path, "body": len(request.body), "meta": meta, "scheme": request.scheme}
    )


def fail_view(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a view failed")


def healthz_view(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


def slow_view(request: HttpRequest) -> HttpResponse:
    time.sleep(float(request.GET["seconds"]))
    return HttpResponse("slept")


urlpatterns = [
    path("healthz", healthz_view),
    path("zip", zip_view),
    path("blob/<str:name>", blob_view),
    path("many", many_view),
    path("replaced", replaced_view),
    path("fail", fail_view),
    path("slow", slow_view),
    re_path("^echo/.*", echo_view),
    path("echo", echo_view),
]


def application_of(options: dict[str, float]) -> Edge:
    import django

    django.setup()
    return Edge(WSGIHandler(), **options)


class WithoutWire:
    """The same edge under a server that gives it no bare socket, as where bytes are encrypted."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "http":
            del scope["state"][WIRE]
        await self._edge(scope, receive, send)


# What a test sets on the edge: "body_seconds=1 recheck_seconds=0.2"
application = application_of(
    {name: int(value) if value.isdigit() else float(value)
     for name, value in (word.split("=") for word in os.environ.get("SMALL_SITE_EDGE", "").split())}
)  # fmt: skip
if os.environ.get("SMALL_SITE_WAY") == "messages":
    application = WithoutWire(application)
