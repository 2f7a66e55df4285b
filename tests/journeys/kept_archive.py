"""The small archive of journeys, with what readers kept in it: a list that has drifted, searches with news, series held
elsewhere; run by its test.

python kept_archive.py FOLDER      prints what a test needs to know, as JSON
"""

import json
import os
import sys
from datetime import timedelta
from pathlib import Path


def main(folder: str) -> None:
    os.environ |= {
        "VESALIUS_DATA": folder, "VESALIUS_SIDE": "public", "DJANGO_SETTINGS_MODULE": "vesalius.settings.django",
    }  # fmt: skip
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from tests.journeys.public_archive import fill

    from vesalius.web.process import prepare

    prepare("public")
    known = fill()
    print(json.dumps(known | keep(known)))


def keep(known: dict[str, object]) -> dict[str, object]:
    from django.utils import timezone
    from tests.factories import (
        make_holding,
        make_patient,
        make_release,
        make_revision,
        make_series,
        make_study,
    )

    from vesalius.catalog.models import Download, SavedSearch, SeriesRevision
    from vesalius.deliver.lists.keeping import About, make

    elsewhere = make_holding(
        "Commons", fetch="nobody", summary="Found here, fetched from the Imaging Data Commons."
    )
    Download.objects.filter(holding=elsewhere).update(kind="link", url="https://doi.org/10.7937/abcd")
    study = make_study(make_patient(elsewhere, "AWAY-1"), study_description="CHEST PET/CT")
    away = make_revision(
        make_series(study), held_at="s3://idc-open-data/31/*", series_description="ATTENUATION", real=True
    )
    make_release(elsewhere, [away])
    first = SeriesRevision.objects.get(series__series_instance_uid=known["series"], number=1)
    other = SeriesRevision.objects.get(series__series_instance_uid=known["other"])
    about = About(
        title="Scans of the reading study",
        description="Read by two radiologists in the spring.\n\nSee the paper.",
    )
    chosen = {one.series.series_instance_uid: one.digest for one in (first, other, away)}
    make("collaborator", "reading", about, chosen, public=True)
    make("collaborator", "pilot", About(title="A pilot of five"), chosen, public=False)
    for name, parameters in (
        ("Chests", [["body_part", "CHEST"]]),
        ("All CT", [["modality", "CT"]]),
        ("MR", [["modality", "MR"]]),
    ):
        SavedSearch.objects.create(
            owner="person:collaborator",
            name=name,
            query={"parameters": parameters},
            looked_at=timezone.now() - timedelta(days=40 if name == "All CT" else 0),
        )
    return {"away": away.series.series_instance_uid}


if __name__ == "__main__":
    main(*sys.argv[1:])
