"""The archive that bench.view opens: one published collection with one CT series, its pictures made."""

import importlib
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def main(data: str, slices: str) -> None:
    """Make the archive under `data` of the files in `slices`; one line of JSON tells the series' UID."""
    os.environ |= {
        "VESALIUS_DATA": data,
        "VESALIUS_SIDE": "staff",
        "DJANGO_SETTINGS_MODULE": "vesalius.settings.django",
    }
    from vesalius.web.process import prepare

    prepare("staff")
    from vesalius.web.public_side import WORK

    for module in WORK:
        importlib.import_module(module)
    import pydicom
    from tests.factories import make_holding, make_patient, make_release, make_study
    from tests.images import make_images

    from vesalius.jobs.dispatch import Dispatcher
    from vesalius.settings.routing import Side

    holding = make_holding("Bench")
    images = [pydicom.dcmread(path) for path in sorted(Path(slices).rglob("*.dcm"))]
    revision = make_images(make_study(make_patient(holding)), images)
    make_release(holding, revisions=[revision])
    with ThreadPoolExecutor(1) as hands:
        Dispatcher(Side.ARCHIVE, hands, threads=1).run_until_idle()
    json.dump({"uid": revision.series.series_instance_uid}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
