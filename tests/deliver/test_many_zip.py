"""Many series as one ZIP: every byte of it, any range of it, and what it costs to plan."""

import hashlib
import io
import time
import tracemalloc
import zipfile
import zlib

import numpy as np
import pytest
from tests.factories import make_holding, make_patient, make_release, make_revision, make_series, make_study

from vesalius.catalog.models import Blob, Instance, RevisionInstance, SeriesRevision
from vesalius.deliver import many_zip
from vesalius.deliver.answer import read_pieces
from vesalius.deliver.column_zip import ColumnZip
from vesalius.deliver.many_zip import TooMuchForOneZip, many_plan
from vesalius.deliver.plan import FileSpan
from vesalius.deliver.stored_zip import Entry, StoredZip
from vesalius.errors import NotFound
from vesalius.settings.routing import on_archive

pytestmark = pytest.mark.slow

PAPERS = {"citations.txt": "Cite Lung.\n", "metadata.csv": "a,b\n"}


def plan_of(revisions=None, papers=PAPERS):
    rows = SeriesRevision.objects.all() if revisions is None else revisions
    return many_plan(rows, filename="basket.zip", papers=papers, still_allowed=lambda: True)


def content(plan, start=0, stop=None) -> bytes:
    return b"".join(read_pieces(plan.pieces(start, plan.length if stop is None else stop)))


@pytest.fixture
def lung(house) -> list[SeriesRevision]:
    """Two patients, one of a name that no disk can hold; three series of 3, 1 and 2 files."""
    holding, other = make_holding("Lung"), make_holding("Masks", spdx="CC-BY-NC-4.0")
    first, second = make_patient(holding, "LUNG-1"), make_patient(holding, "CON/2: *")
    rows = [
        make_revision(make_series(make_study(first)), images=3, real=True),
        make_revision(make_series(make_study(second)), images=1, real=True),
    ]
    masks = make_revision(make_series(rows[0].series.study, other), images=2, real=True)
    make_release(holding, rows)
    make_release(other, [masks])
    return [*rows, masks]


def test_the_layout_is_collection_patient_study_series(lung):
    files = zipfile.ZipFile(io.BytesIO(content(plan_of())))
    assert files.testzip() is None
    names = files.namelist()
    assert names[:4] == [
        "LICENSES/CC-BY-4.0.txt",
        "LICENSES/CC-BY-NC-4.0.txt",
        "citations.txt",
        "metadata.csv",
    ]
    series = lung[0].series
    folder = f"Lung/LUNG-1/{series.study.study_instance_uid}/{series.series_instance_uid}/"
    own = [name.removeprefix(folder) for name in names if name.startswith(folder)]
    assert own == ["00000001.dcm", "00000002.dcm", "00000003.dcm", "md5hashes.csv"]
    assert "- Masks\n" in files.read("LICENSES/CC-BY-NC-4.0.txt").decode()
    (odd,) = {name.split("/")[1] for name in names if name.startswith("Lung/") and "LUNG-1" not in name}
    assert odd.startswith("CON_2_ _~")


def test_files_are_the_very_bytes_of_their_blobs_and_their_hashes_are_told(lung):
    files = zipfile.ZipFile(io.BytesIO(content(plan_of())))
    for revision in lung:
        inside = [name for name in files.namelist() if revision.series.series_instance_uid in name]
        blobs = revision.contents.order_by("position").values_list("blob_id", flat=True)
        assert [hashlib.sha256(files.read(name)).hexdigest() for name in inside[:-1]] == list(blobs)
        told = dict(line.split(",") for line in files.read(inside[-1]).decode().splitlines()[1:])
        assert told == {
            name.rpartition("/")[2]: hashlib.md5(files.read(name)).hexdigest() for name in inside[:-1]
        }


def test_any_range_is_the_same_bytes(lung):
    plan = plan_of()
    whole = content(plan)
    assert len(whole) == plan.length
    dice = np.random.default_rng(7)
    for start, stop in np.sort(dice.integers(0, plan.length + 1, (300, 2)), axis=1).tolist():
        assert content(plan, start, stop) == whole[start:stop]


def test_columns_and_objects_lay_out_the_same_zip(lung):
    whole = content(plan_of())
    listed = zipfile.ZipFile(io.BytesIO(whole))
    entries = [Entry.of_bytes(name, listed.read(name)) for name in listed.namelist()]
    assert b"".join(read_pieces(StoredZip(entries).pieces(0, len(whole)))) == whole


def test_the_tag_follows_content_and_papers(lung):
    tag = plan_of().etag
    assert plan_of().etag == tag
    assert plan_of(papers={}).etag != tag
    assert plan_of(SeriesRevision.objects.exclude(pk=lung[2].pk)).etag != tag
    corrected = make_revision(lung[0].series, images=3, real=True)
    rows = SeriesRevision.objects.filter(pk__in=[corrected.pk, lung[1].pk, lung[2].pk])
    assert plan_of(rows).etag != tag


def test_too_much_for_one_zip_is_said_with_the_way_out(lung, monkeypatch):
    monkeypatch.setattr(many_zip, "MOST_FILES", 5)
    with pytest.raises(TooMuchForOneZip, match="at most 5 files") as refused:
        plan_of()
    assert "vesalius get" in refused.value.hint


def test_nothing_is_not_a_zip(house):
    with pytest.raises(NotFound):
        plan_of()


class Huge:
    """Entries of five gigabytes and more that lie in one sparse file."""

    def __init__(self, path, sizes):
        self.path, self.sizes = path, np.array(sizes, np.int64)
        self.names = np.full(len(sizes), len("00000.dcm"), np.int64)

    def entry(self, at):
        size = int(self.sizes[at])
        return Entry(name=f"{at:05}.dcm", source=FileSpan(str(self.path), 0, size), crc32=at, digest="")


def test_zip64_begins_where_four_gigabytes_end(tmp_path):
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(6 * 10**9)
    huge = Huge(path, [10, 5 * 10**9, 0, 2**32 - 2, 2**32 - 1, 7, 6 * 10**9])
    columns, objects = ColumnZip(huge), StoredZip(huge.entry(at) for at in range(7))
    assert columns.length == objects.length
    for start in (0, 40, columns.length - 2000, 5 * 10**9 + 20):
        ours, theirs = (list(one.pieces(start, start + 2000)) for one in (columns, objects))
        assert b"".join(read_pieces(ours)) == b"".join(read_pieces(theirs))
    assert len(zipfile.ZipFile(Sparse(columns)).infolist()) == 7


class Sparse(io.RawIOBase):
    """A ZIP as a file that can be sought in, of which only what is read is made."""

    def __init__(self, zipped):
        self.zipped, self.at = zipped, 0

    def seekable(self):
        return True

    def seek(self, offset, whence=0):
        self.at = offset + (0, self.at, self.zipped.length)[whence]
        return self.at

    def tell(self):
        return self.at

    def read(self, size=-1):
        stop = self.zipped.length if size < 0 else min(self.at + size, self.zipped.length)
        data = b"".join(read_pieces(self.zipped.pieces(self.at, stop)))
        self.at += len(data)
        return data


@pytest.mark.slow
def test_a_hundred_thousand_files_are_planned_in_moments_and_little_memory(house):
    holding = make_holding("Large")
    patient = make_patient(holding)
    data = b"x" * 100
    facts = house.archive.put(data, md5=True)
    blob = Blob.objects.create(
        sha256=facts.sha256, size=100, md5=hashlib.md5(data).hexdigest(), crc32=zlib.crc32(data)
    )
    study = make_study(patient)
    first = make_revision(make_series(study), images=1)
    with on_archive():
        for number in range(100):
            series = make_series(study)
            revision = SeriesRevision.objects.create(
                series=series, number=1, digest=f"{number:064}", home_download=first.home_download,
                image_count=1000, size=100 * 1000, modality="CT", sop_class_uid=first.sop_class_uid,
            )  # fmt: skip
            uids = [Instance(series=series, sop_instance_uid=f"2.25.9{number}{at:04}") for at in range(1000)]
            RevisionInstance.objects.bulk_create(
                RevisionInstance(
                    revision=revision, position=at, instance=one, blob=blob, sop_class_uid=first.sop_class_uid,
                    transfer_syntax_uid="1.2",
                )
                for at, one in enumerate(Instance.objects.bulk_create(uids))
            )  # fmt: skip
    tracemalloc.start()
    began = time.perf_counter()
    plan = plan_of(SeriesRevision.objects.exclude(pk=first.pk))
    seconds = time.perf_counter() - began
    kept, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"planned in {seconds:.1f} s (traced), {kept / 1e6:.1f} MB kept, {most / 1e6:.1f} MB at most")
    assert kept < 15e6
    assert most < 60e6
    tail = content(plan, plan.length - 70_000)
    assert tail[-22:-18] == b"PK\x05\x06"
    assert b"PK\x06\x06" in tail  # 100,102 entries need ZIP64
