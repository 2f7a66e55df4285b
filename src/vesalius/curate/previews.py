"""Pictures for curators: one small image per instance of a series, made by jobs in child processes."""

from pathlib import Path

from django.conf import settings

from vesalius.curate.drawing import draw
from vesalius.intake.bytes import intake_store
from vesalius.intake.models import CleanedSeries
from vesalius.jobs.dispatch import Work, handles
from vesalius.settings.routing import Side

SIZE = 256  # pixels of the longer side
LEGIBLE = 1024  # the same where a person has to look for text
PER_TASK = 20


def preview_path(series: CleanedSeries, position: int) -> Path:
    """Where the picture of one instance lies; it may hold PHI in its pixels."""
    root: Path = settings.VESALIUS.intake_pictures
    return root / series.digest[:2] / series.digest / f"{position}.jpg"


@handles("preview-series", Side.INTAKE)
def preview_series(work: Work) -> None:
    """Draw every instance of a cleaned series that has no picture yet."""
    series = CleanedSeries.objects.filter(pk=work.args["series"]).first()
    if series is None:
        return
    store = intake_store()
    images = [
        (str(store.path(name)), str(preview_path(series, position)))
        for position, name in series.instances.values_list("position", "blob_id")
        if not preview_path(series, position).exists()
    ]
    size = LEGIBLE if series.pixel_text else SIZE
    futures = [
        work.hand(draw, images[start : start + PER_TASK], size) for start in range(0, len(images), PER_TASK)
    ]
    for done, future in enumerate(futures):
        future.result()
        work.report(min((done + 1) * PER_TASK, len(images)), len(images))
