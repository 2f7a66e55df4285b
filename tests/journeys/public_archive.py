"""Fill a data folder with two small collections and an account, as a public process sees them; run by its test.

python public_archive.py FOLDER      prints what a test needs to know, as JSON
"""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

PASSWORD = "a long password"


def main(folder: str) -> None:
    os.environ |= {
        "VESALIUS_DATA": folder, "VESALIUS_SIDE": "public", "DJANGO_SETTINGS_MODULE": "vesalius.settings.django",
    }  # fmt: skip
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from vesalius.web.process import prepare

    prepare("public")
    print(json.dumps(fill()))


def fill() -> dict[str, object]:
    from tests.factories import (
        make_holding,
        make_patient,
        make_release,
        make_revision,
        make_series,
        make_study,
    )

    from vesalius.access.people import create_person, grant
    from vesalius.jobs.dispatch import Dispatcher
    from vesalius.settings.routing import Side
    from vesalius.web.public_side import WORK

    for module in WORK:
        import_module(module)
    lung = make_holding(
        "Lung", title="Lung CT", summary="Thin slices of the chest.", abstract="A few small images."
    )
    study = make_study(make_patient(lung, "LUNG-1", sex="F"), study_description="CT CHEST")
    shared = {"body_part_examined": "CHEST", "manufacturer": "ACME", "series_description": "THIN LUNG"}
    first = make_revision(make_series(study), images=12, real=True, **shared)
    other = make_revision(
        make_series(study), images=3, real=True, body_part_examined="ABDOMEN", series_description="LIVER"
    )
    make_release(lung, revisions=[first, other])
    second = make_revision(first.series, images=12, real=True, **shared)
    make_release(lung, revisions=[second, other])
    brain = make_holding("Brain", title="Brain MR, limited", fetch="granted")
    limited = make_release(brain, images=4, real=True).contents.get().revision
    with ThreadPoolExecutor(1) as hands:
        Dispatcher(Side.ARCHIVE, hands, threads=1).run_until_idle()
    create_person("collaborator", PASSWORD, side=Side.ARCHIVE, by="administrator")
    grant("collaborator", "holding", "Brain", "fetch", side=Side.ARCHIVE, by="administrator")
    return {
        "series": first.series.series_instance_uid,
        "other": other.series.series_instance_uid,
        "limited": limited.series.series_instance_uid,
        "study": study.study_instance_uid,
        "password": PASSWORD,
        "blobs": list(second.contents.order_by("position").values_list("blob_id", flat=True)),
        "old_blobs": list(first.contents.order_by("position").values_list("blob_id", flat=True)),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
