"""Our side of bench.intake, in a process and a data folder of its own: receive, check, de-identify, account for."""

import hashlib
import importlib
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pydicom


def main(data: str, source: str) -> None:
    """Take `source` into a fresh archive under `data`; one line of JSON tells what it took and what came of it."""
    os.environ |= {
        "VESALIUS_DATA": data,
        "VESALIUS_SIDE": "staff",
        "DJANGO_SETTINGS_MODULE": "vesalius.settings.django",
    }
    from vesalius.web.process import prepare

    prepare("staff")
    importlib.import_module("vesalius.submit.work")  # no pictures: Orthanc makes none either
    from django.conf import settings

    from vesalius.catalog.making import NewHolding, make_holding
    from vesalius.intake.bytes import intake_store
    from vesalius.jobs.hands import open_hands
    from vesalius.submit import tasks

    make_holding(NewHolding(short_title="Bench", title="Bench"), person="bench")
    count = settings.VESALIUS.hand_count
    with open_hands("processes", count) as hands:
        intake_store()
        root = str(settings.VESALIUS.intake_blobs)
        for started in [hands.submit(tasks.inspect, root, []) for _ in range(4 * count)]:
            started.result()  # the children of a running server are there already
        stages = _carry(hands, Path(source), count)
    json.dump(stages | _found(), sys.stdout)


def _carry(hands: Executor, source: Path, count: int) -> dict[str, float]:
    """Deliver, and wait until the curators could begin: seconds, whole and by stage."""
    from vesalius.intake.models import Submission
    from vesalius.store.sources import gather
    from vesalius.submit.receive import Delivery, close, open_submission, receive

    marks = {"begun": time.perf_counter()}
    sources = gather([source])
    delivery = Delivery(
        site="Hospital",
        collection="Bench",
        origin=Submission.Origin.IDENTIFIABLE,
        person="bench",
        not_cleaned_acknowledged=True,
    )
    submission = open_submission(delivery, sources)
    receive(submission, sources)
    close(submission, "bench")
    marks["received"] = time.perf_counter()
    with _dispatching(hands, count):
        while submission.state != Submission.State.READY:
            time.sleep(0.005)
            submission.refresh_from_db(fields=["state"])
            if (
                "inspected" not in marks
                and not submission.files.filter(step="received", patient=None).exists()
            ):
                marks["inspected"] = time.perf_counter()
    marks["ready"] = time.perf_counter()
    begun = marks["begun"]
    return {
        "seconds": marks["ready"] - begun,
        "receive": marks["received"] - begun,
        "inspect": marks["inspected"] - marks["received"],
        "clean": marks["ready"] - marks["inspected"],
    }


@contextmanager
def _dispatching(hands: Executor, count: int) -> Iterator[None]:
    """The dispatcher as `vesalius serve` runs it."""
    from vesalius.jobs.dispatch import Dispatcher
    from vesalius.settings.routing import Side

    dispatcher = Dispatcher(Side.INTAKE, hands, threads=count)
    thread = threading.Thread(target=dispatcher.run)
    thread.start()
    try:
        yield
    finally:
        dispatcher.stop()
        thread.join()


def _found() -> dict[str, Any]:
    """Digest of the pixels of every cleaned file, read from the store with pydicom; and whether the count holds."""
    from vesalius.intake.bytes import intake_store
    from vesalius.intake.models import CleanedInstance, Submission
    from vesalius.submit.balance import balance

    store = intake_store()
    names = CleanedInstance.objects.filter(series__superseded_by=None).values_list("blob_id", flat=True)
    pixels = [hashlib.sha256(pydicom.dcmread(store.path(name)).PixelData).hexdigest() for name in names]
    return {"pixels": pixels, "holds": balance(Submission.objects.get()).holds}
