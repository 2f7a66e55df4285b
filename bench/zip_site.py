"""The archive that bench.zip asks: one published collection with one CT series, in a data folder of its own."""

import importlib
import json
import os
import sys
from typing import Any

FILES, SIZE = 200, 530_000  # a CT series: slices of 512 x 512 x 16 bit and their headers


def main(data: str) -> None:
    """Make the archive under `data`; one line of JSON tells the series' UID and the SHA-256 of its files in order."""
    os.environ |= {
        "VESALIUS_DATA": data,
        "VESALIUS_SIDE": "staff",
        "DJANGO_SETTINGS_MODULE": "vesalius.settings.django",
    }
    from vesalius.web.process import prepare

    prepare("staff")
    importlib.import_module("vesalius.release.work")
    from tests.factories import (
        make_holding,
        make_patient,
        make_release,
        make_revision,
        make_series,
        make_study,
    )

    holding = make_holding("Bench")
    series = make_series(make_study(make_patient(holding)))
    revision = make_revision(series, images=FILES)
    names = _fill(revision)
    make_release(holding, revisions=[revision])
    json.dump({"uid": series.series_instance_uid, "names": names}, sys.stdout)


def _fill(revision: Any) -> list[str]:
    """Put files of noise, which nothing on the way can make smaller, where the revision has rows alone."""
    from vesalius.catalog.bytes import archive_store
    from vesalius.catalog.digests import revision_digest
    from vesalius.catalog.models import Blob

    contents = list(revision.contents.select_related("instance").order_by("position"))
    for content in contents:
        facts = archive_store().put(os.urandom(SIZE), md5=True)
        content.blob = Blob.objects.create(
            sha256=facts.sha256, size=facts.size, md5=facts.md5, crc32=facts.crc32
        )
        content.save()
    revision.size = FILES * SIZE
    revision.digest = revision_digest(
        (content.instance.sop_instance_uid, content.blob.sha256) for content in contents
    )
    revision.save()
    return [content.blob.sha256 for content in contents]


if __name__ == "__main__":
    main(sys.argv[1])
