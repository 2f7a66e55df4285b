"""A series as a ZIP, as retrievers know it."""

import hashlib
import io
import zipfile

import pytest
from tests.conftest import House
from tests.factories import make_holding, make_patient, make_revision, make_series, make_study

from vesalius.catalog.models import RevisionInstance, SeriesRevision
from vesalius.deliver.answer import read_pieces
from vesalius.deliver.manifest import manifest_text
from vesalius.deliver.series_zip import series_plan


@pytest.fixture
def revision(house: House) -> SeriesRevision:
    holding = make_holding("Lung")
    return make_revision(make_series(make_study(make_patient(holding))), images=3, real=True)


def unzip(revision: SeriesRevision, **form) -> zipfile.ZipFile:
    plan = series_plan(revision, still_allowed=lambda: True, **form)
    return zipfile.ZipFile(io.BytesIO(b"".join(read_pieces(plan.pieces(0, plan.length)))))


def test_a_series_unpacks_to_the_very_bytes_of_its_blobs(revision):
    files = unzip(revision)
    assert files.namelist() == ["LICENSE", "00000001.dcm", "00000002.dcm", "00000003.dcm"]
    unpacked = [hashlib.sha256(files.read(name)).hexdigest() for name in files.namelist()[1:]]
    assert unpacked == list(revision.contents.order_by("position").values_list("blob_id", flat=True))
    assert files.testzip() is None


def test_the_licence_names_collection_licence_and_address(revision):
    told = unzip(revision).read("LICENSE").decode()
    assert all(word in told for word in ("Lung", "CC-BY-4.0", "https://spdx.org/licenses/CC-BY-4.0"))


def test_md5_hashes_stand_last_and_are_those_of_the_files(revision):
    files = unzip(revision, md5=True, licence=False)
    assert files.namelist()[-1] == "md5hashes.csv"
    lines = files.read("md5hashes.csv").decode().split("\n")
    told = dict(line.split(",") for line in lines[1:-1])
    assert lines[0] == "Filename,MD5Hash"
    assert told == {name: hashlib.md5(files.read(name)).hexdigest() for name in files.namelist()[:-1]}


def test_new_names_count_acquisitions_and_the_images_in_each(revision):
    for position, (acquisition, number) in enumerate([(7, 2), (None, 1), (7, 3)]):
        RevisionInstance.objects.filter(revision=revision, position=position).update(
            acquisition_number=acquisition, instance_number=number
        )
    assert unzip(revision, names="new").namelist() == ["LICENSE", "1-1.dcm", "2-1.dcm", "2-2.dcm"]


def test_each_form_has_its_own_tag_and_the_same_form_the_same(revision):
    plans = [
        series_plan(revision, still_allowed=lambda: True, **form)
        for form in ({}, {"names": "new"}, {"md5": True}, {"licence": False})
    ]
    assert len({plan.etag for plan in plans}) == len(plans)
    assert series_plan(revision, still_allowed=lambda: True).etag == plans[0].etag


def test_a_manifest_is_six_lines_and_one_series_per_line(house):
    text = manifest_text(["1.2.3", "1.2.4", "1.2.3"], name="manifest-1.tcia")
    lines = text.split("\n")
    assert lines[0].endswith("/nbia-download/servlet/DownloadServlet")
    assert lines[1:6] == [
        "includeAnnotation=true", "noOfrRetry=4", "databasketId=manifest-1.tcia", "manifestVersion=3.0",
        "ListOfSeriesToDownload=",
    ]  # fmt: skip
    assert lines[6:] == ["1.2.3", "1.2.4", ""]
