"""One whole journey of a delivery, written so that it can be killed at any moment and started again.

Run as `python driver.py FOLDER COLLECTION` with VESALIUS_DATA set; it ends with "done" when the release is published.
"""

import importlib
import os
import sys
from pathlib import Path


def main(folder: str, collection: str) -> None:
    os.environ["VESALIUS_SIDE"] = "staff"
    os.environ["DJANGO_SETTINGS_MODULE"] = "vesalius.settings.django"
    import django

    django.setup()
    from vesalius.cli.staff import do_jobs

    with do_jobs() as work:
        deliver(Path(folder), collection)
        work()
        accept_all()
        release(collection, work)
    print("done", flush=True)


def deliver(folder: Path, collection: str) -> None:
    from vesalius.store.sources import gather
    from vesalius.submit import receive

    sources = gather([folder])
    delivery = receive.Delivery(
        site="Hospital",
        collection=collection,
        origin="identifiable",
        person="sender",
        not_cleaned_acknowledged=True,
    )
    submission = receive.open_submission(delivery, sources)
    if submission.state == submission.State.OPEN:
        receive.receive(submission, sources)
        receive.close(submission, "sender")


def accept_all() -> None:
    from vesalius.curate import review

    models = importlib.import_module("vesalius.intake.models")
    for series in models.CleanedSeries.objects.filter(step="in-review", superseded_by=None):
        review.accept(series.pk, person="curator", saw=series.digest, pixels_clean=True)


def release(collection: str, work) -> None:
    from vesalius.catalog.models import Release
    from vesalius.curate import plan as planning
    from vesalius.release import publish

    models = importlib.import_module("vesalius.intake.models")
    plan = models.ReleasePlan.objects.filter(holding=collection).first()
    if plan is None:
        plan = planning.draft(collection, person="releaser")
    if plan.state == plan.State.DRAFT:
        planning.confirm(plan.pk, person="releaser")
    work()
    plan.refresh_from_db()
    publish(Release.objects.get(deed_id=plan.deed_id).pk, "releaser")
    if plan.state == plan.State.ADMITTED:
        planning.published(plan.pk, person="releaser")
    work()


if __name__ == "__main__":
    main(*sys.argv[1:])
