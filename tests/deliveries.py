"""What the tests of deliveries share: a collection, and files as a hospital would send them."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pydicom.data import get_testdata_file

from vesalius.catalog.models import Download, Holding, License
from vesalius.intake.models import Submission
from vesalius.settings.routing import on_archive
from vesalius.submit import work  # noqa: F401 - registers the handlers
from vesalius.submit.receive import Delivery


@pytest.fixture
def collection(house) -> Holding:
    with on_archive():
        terms = License.objects.create(
            spdx="CC-BY-4.0",
            title="Creative Commons Attribution 4.0",
            short_title="CC BY 4.0",
            url="https://creativecommons.org/licenses/by/4.0/",
        )
        holding = Holding.objects.create(short_title="Test-Chest", title="A test collection")
        Download.objects.create(holding=holding, license=terms)
    return holding


@pytest.fixture
def delivery(collection: Holding) -> Delivery:
    return Delivery(
        site="Hospital",
        collection=collection.short_title,
        origin=Submission.Origin.IDENTIFIABLE,
        person="sender",
        not_cleaned_acknowledged=True,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two sound DICOM files of two patients, one text file, one damaged DICOM file, one file twice."""
    place = tmp_path / "delivery"
    place.mkdir()
    shutil.copy(get_testdata_file("CT_small.dcm"), place / "ct.dcm")
    shutil.copy(get_testdata_file("CT_small.dcm"), place / "ct-again.dcm")
    shutil.copy(get_testdata_file("MR_small.dcm"), place / "mr.dcm")
    (place / "README.txt").write_text("no image")
    (place / "cut.dcm").write_bytes(Path(get_testdata_file("CT_small.dcm")).read_bytes()[:-1000])
    return place


@pytest.fixture
def delivery_as(delivery: Delivery) -> Callable[[str], Delivery]:
    """The delivery with another origin."""
    return lambda origin: replace(delivery, origin=origin)
