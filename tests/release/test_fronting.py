"""The index of another archive: its series are found here, with counts and licences, and fetched there."""

import csv
import subprocess
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
from tests.factories import make_holding

from vesalius.access.permit import visible_to
from vesalius.audit.models import AuditEntry
from vesalius.catalog.models import Download, Holding, Patient, SeriesRevision
from vesalius.catalog.visible import revision_to_fetch
from vesalius.errors import BadInput, Conflict, NotAllowed
from vesalius.jobs.models import Job
from vesalius.release.fronting.loading import Loaded, load
from vesalius.release.fronting.mapping import Mapping, read_mapping
from vesalius.release.fronting.reading import read_index
from vesalius.search.find import find_series, total
from vesalius.search.query import Query
from vesalius.settings.routing import Side, named

EVERYBODY = None


def row(collection: str, patient: str, series: str, **cells: Any) -> dict[str, Any]:
    """One series as the Imaging Data Commons tells it."""
    return {
        "collection_id": collection,
        "analysis_result_id": None,
        "PatientID": patient,
        "StudyInstanceUID": f"2.25.1{series[5:]}",
        "SeriesInstanceUID": series,
        "source_DOI": "10.7937/abcd",
        "license_short_name": "CC BY 4.0",
        "Modality": "CT",
        "StudyDate": "1997-09-17",
        "PatientAge": "061Y",
        "SeriesNumber": "501",
        "instanceCount": 50,
        "series_size_MB": 26.4,
        "crdc_series_uuid": f"uuid of {series}",
        "series_aws_url": f"s3://idc-open-data/{series[5:]}/*",
        "PhotometricInterpretation": "MONOCHROME2",
    } | cells


def write(folder: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """An index as a Parquet file."""
    path = folder / f"{uuid.uuid4()}.parquet"
    pyarrow.parquet.write_table(pa.Table.from_pylist(list(rows)), path)
    return path


def loaded(folder: Path, *rows: dict[str, Any]) -> Loaded:
    return load(read_index(write(folder, rows), read_mapping("idc")), person="operator")


def test_series_of_an_index_are_found_with_all_that_it_tells(house, tmp_path):
    loaded(tmp_path, row("lung", "P1", "2.25.31", SeriesDescription="Thin", BodyPartExamined="LUNG"))
    (found,) = find_series(Query(collections=("lung",)), visible_to(EVERYBODY)).rows
    assert (found.series_description, found.series_number, found.image_count) == ("Thin", 501, 50)
    assert (found.size, found.patient_age_years) == (26_400_000, 61.0)
    assert str(found.study_date) == "1997-09-17"
    assert found.facts == {"PhotometricInterpretation": "MONOCHROME2"}
    assert found.home_download.license.spdx == "CC-BY-4.0"
    assert found.held_at == "s3://idc-open-data/31/*"


def test_nobody_can_fetch_here_what_another_archive_holds(house, tmp_path):
    loaded(tmp_path, row("lung", "P1", "2.25.31"))
    with pytest.raises(NotAllowed):
        revision_to_fetch("2.25.31", visible_to(EVERYBODY))
    assert Download.objects.get().url == "https://doi.org/10.7937/abcd"


def test_no_thumbnail_is_asked_for_what_is_not_here(house, tmp_path):
    loaded(tmp_path, row("lung", "P1", "2.25.31"))
    with named(Side.ARCHIVE):
        assert not Job.objects.filter(kind="make-thumbnails").exists()


def test_an_analysis_result_stands_under_the_patients_of_its_collection(house, tmp_path):
    label = row("lung", "P1", "2.25.32", analysis_result_id="contours", Modality="SEG", source_DOI="10.5/x")
    loaded(tmp_path, label, row("lung", "P1", "2.25.31"))
    assert Patient.objects.count() == 1
    holding = Holding.objects.get(short_title="contours")
    assert holding.kind == Holding.Kind.ANALYSIS_RESULT
    assert list(holding.derived_from.values_list("short_title", flat=True)) == ["lung"]
    found = find_series(Query(third_party=(True,)), visible_to(EVERYBODY)).rows
    assert [one.series.series_instance_uid for one in found] == ["2.25.32"]


def test_the_same_index_again_changes_nothing(house, tmp_path):
    rows = [row("lung", "P1", "2.25.31"), row("brain", "P1", "2.25.33")]
    assert loaded(tmp_path, *rows).datasets == 2
    again = loaded(tmp_path, *rows)
    assert (again.datasets, again.unchanged, again.series) == (0, 2, 2)
    assert SeriesRevision.objects.count() == 2
    with named(Side.ARCHIVE):
        assert AuditEntry.objects.filter(deed="index.load").count() == 2


def test_a_newer_index_makes_the_next_version_of_what_it_changed(house, tmp_path):
    kept, old, gone = (row("lung", f"P{n}", f"2.25.3{n}") for n in (1, 2, 3))
    other = row("brain", "P1", "2.25.41")
    loaded(tmp_path, kept, old, gone, other)
    new = old | {"crdc_series_uuid": "other bytes", "instanceCount": 51}
    after = loaded(tmp_path, kept, new, row("lung", "P4", "2.25.34"), other)
    assert (after.datasets, after.unchanged) == (1, 1)
    lung = Holding.objects.get(short_title="lung")
    assert lung.current_release is not None
    assert lung.current_release.number == 2
    found = find_series(Query(collections=("lung",)), visible_to(EVERYBODY), sort="series").rows
    assert [(one.series.series_instance_uid, one.number, one.image_count) for one in found] == [
        ("2.25.31", 1, 50),
        ("2.25.32", 2, 51),
        ("2.25.34", 1, 50),
    ]


def test_what_cannot_be_taken_is_counted_by_its_reason_and_the_rest_is_loaded(house, tmp_path):
    found = loaded(
        tmp_path,
        row("lung", "P1", "2.25.31"),
        row("lung", "P1", "2.25.31", Modality="MR"),
        row("lung", "P2", "2.25.32", StudyInstanceUID="2.25.131"),
        row("lung", "P3", "series 7", StudyInstanceUID="2.25.9"),
        row("lung", "", "2.25.33"),
        row("no/name", "P1", "2.25.34"),
    )
    assert found.series == 1
    assert found.left_out == {
        "SeriesInstanceUID stands twice": 1,
        "StudyInstanceUID belongs to another patient": 1,
        "SeriesInstanceUID is no UID": 1,
        "without PatientID": 1,
        "Collection is no short title of a dataset": 1,
    }


def test_an_index_of_which_nothing_can_be_taken_is_told_so(house, tmp_path):
    found = loaded(tmp_path, row("lung", "P3", "series 7"))
    assert (found.series, found.datasets, sum(found.left_out.values())) == (0, 0, 1)


def test_a_sign_that_no_text_may_hold_is_left_out(house, tmp_path):
    loaded(
        tmp_path, row("lung", "P1", "2.25.31", SeriesDescription="Thin\0", PhotometricInterpretation="RGB\0")
    )
    (found,) = find_series(Query(collections=("lung",)), visible_to(EVERYBODY)).rows
    assert (found.series_description, found.facts) == ("Thin", {"PhotometricInterpretation": "RGB"})


def test_an_index_never_takes_the_name_of_a_dataset_that_is_here(house, tmp_path):
    make_holding("lung")
    with pytest.raises(Conflict):
        loaded(tmp_path, row("lung", "P1", "2.25.31"))
    assert total(Query(), visible_to(EVERYBODY)).series_count == 0


def test_a_licence_that_nobody_knows_allows_no_commercial_use(house, tmp_path):
    loaded(tmp_path, row("lung", "P1", "2.25.31", license_short_name="Ask first"))
    licence = Download.objects.get().license
    assert (licence.spdx, licence.commercial_use) == ("LicenseRef-Ask-first", False)


def test_a_csv_with_columns_by_dicom_keyword_needs_no_mapping(house, tmp_path):
    path = tmp_path / "ours.csv"
    cells = {
        "Collection": "ours",
        "License": "CC0-1.0",
        "PatientID": "007",
        "StudyInstanceUID": "2.25.1",
        "SeriesInstanceUID": "2.25.2",
        "Modality": "MR",
        "EchoTime": "4.5",
    }
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, cells)
        writer.writeheader()
        writer.writerow(cells)
    load(read_index(path, Mapping(about="ours")), person="operator")
    (found,) = find_series(Query(patient_ids=("007",)), visible_to(EVERYBODY)).rows
    assert found.facts == {"EchoTime": 4.5}


@pytest.mark.parametrize(
    ("name", "text"),
    [("strange.toml", "colour = 1"), ("lacking.toml", "[series]\nPatientID = 'x'"), ("broken.toml", "[")],
)
def test_a_mapping_that_cannot_be_says_why(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(BadInput, match=r"mapping"):
        read_mapping(str(path))


@pytest.mark.parametrize("name", ["index.parquet", "index.csv"])
def test_a_file_that_is_no_index_is_refused(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"\x00\x01no index")
    with pytest.raises(BadInput):
        read_index(path, read_mapping("idc"))


@pytest.mark.slow
def test_the_command_tells_what_it_loaded_and_left_out(house, tmp_path):
    path = write(tmp_path, [row("lung", "P1", "2.25.31"), row("lung", "P2", "x", StudyInstanceUID="2.25.9")])
    command = [sys.executable, "-m", "vesalius.cli.main", "index", "load", str(path), "--mapping", "idc"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "1 series. 1 datasets got a version" in done.stderr
    assert "Left out: 1 series, SeriesInstanceUID is no UID." in done.stderr
