"""The current tcia_utils, unmodified, against a real public site."""

import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.clients.shown import lung
from tests.conftest import House

from vesalius.catalog.models import SeriesRevision
from vesalius.deliver.manifest import manifest_text

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-clients" / "bin" / "python"
SCRIPT = Path(__file__).with_name("tcia_utils_session.py")


def hashes(revision: SeriesRevision) -> list[str]:
    return list(revision.contents.order_by("position").values_list("blob_id", flat=True))


@pytest.fixture
def session(house: House, base: str, tmp_path: Path) -> SimpleNamespace:
    """One session of the client with a public and a hidden collection: what it got and what it saved."""
    revisions = lung()
    lung("Hidden", find="granted", fetch="granted")
    manifest = tmp_path / "chosen.tcia"
    chosen = [revision.series.series_instance_uid for revision in revisions[:2]]
    manifest.write_text(manifest_text(chosen, name="chosen.tcia"))
    done = subprocess.run(
        [PYTHON, SCRIPT, base, tmp_path, manifest],
        capture_output=True, text=True, timeout=240, check=False, cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    told = json.loads(done.stdout.splitlines()[-1])
    return SimpleNamespace(revisions=revisions, chosen=chosen, **told)


def test_the_client_finds_lists_and_downloads_without_a_complaint(session):
    assert session.complaints == []
    assert session.refused == []
    assert session.provoked == {"complaints": 2, "refused": 1}, "the test hears what the client says"
    check_values(session.answers)
    check_series(session)
    check_reports(session)
    check_files(session)


def check_values(answers):
    assert answers["collections"] == [{"Collection": "Lung"}]
    assert answers["body_parts"] == [{"BodyPartExamined": "CHEST"}]
    assert answers["modalities"] == [{"Modality": "CT"}]
    assert answers["manufacturers"] == [{"Manufacturer": "ACME"}, {"Manufacturer": "ACME, LTD"}]
    assert [one["PatientId"] for one in answers["patients"]] == ["Lung-0", "Lung-1"]
    assert [(one["PatientID"], one["SeriesCount"]) for one in answers["studies"]] == [
        ("Lung-0", 2), ("Lung-1", 1),
    ]  # fmt: skip
    assert answers["study"] == answers["studies"][:1]
    assert answers["none"] is None


def check_series(session):
    answers = session.answers
    assert {one["SeriesInstanceUID"]: one["FileSize"] for one in answers["series"]} == {
        revision.series.series_instance_uid: sum(c.blob.size for c in revision.contents.all())
        for revision in session.revisions
    }
    first = answers["series"][0]
    assert answers["one_series"] == [first]
    assert [one["Manufacturer"] for one in answers["narrow"]] == ["Acme"] * 2
    assert first["DataDescriptionURI"] == "https://doi.org/10.5072/Vesalius.Lung"
    assert first["Site"] == "Ürün"
    assert answers["size"] == [{"TotalSizeInBytes": first["FileSize"], "ObjectCount": 3}]
    mine = next(r for r in session.revisions if r.series.series_instance_uid == first["SeriesInstanceUID"])
    assert answers["sops"] == [c.instance.sop_instance_uid for c in mine.contents.order_by("position")]
    by_uid = {one["SeriesInstanceUID"]: one for one in answers["list"]}
    assert set(by_uid) == {one["SeriesInstanceUID"] for one in answers["series"]}
    for one in answers["series"]:
        shared = one.keys() & by_uid[one["SeriesInstanceUID"]].keys() - {"SeriesNumber"}
        assert len(shared) > 20
        assert {name: one[name] for name in shared} == {
            name: by_uid[one["SeriesInstanceUID"]][name] for name in shared
        }
    assert answers["downloaded"] == sorted(by_uid)
    assert answers["manifest"] == session.chosen
    assert {"SeriesInstanceUID", "FileSize", "DateReleased", "Authorized"} <= set(answers["frame"])


def check_reports(session):
    answers = session.answers
    images = sum(revision.image_count for revision in session.revisions)
    assert answers["report"] == {"subjects": 2, "studies": 2, "series": 3, "images": images}
    (row,) = answers["summary"]
    assert (row["Collection"], row["DOIs"]) == ("Lung", "https://doi.org/10.5072/vesalius.lung")
    assert (row["Subjects"], row["Studies"], row["Series"], row["Images"]) == (2, 2, 3, images)
    assert row["File Size"] == sum(revision.size for revision in session.revisions)
    assert row["UniqueDateReleased"] == datetime.now(UTC).date().isoformat()
    assert answers["summary_of_list"] == answers["summary"]
    assert answers["summary_of_manifest"][0]["Series"] == 2
    assert session.charts == [1]


def check_files(session):
    plain, hashed, manifest = {}, {}, {}
    for revision in session.revisions:
        uid = revision.series.series_instance_uid
        plain |= {f"{uid}/1-{at}.dcm": name for at, name in enumerate(hashes(revision), 1)}
        hashed |= {f"{uid}/{at:08}.dcm": name for at, name in enumerate(hashes(revision), 1)}
        if uid in session.chosen:
            manifest |= {f"{uid}/1-{at}.dcm": name for at, name in enumerate(hashes(revision), 1)}
    assert images_of(session.saved["plain"]) == plain
    assert images_of(session.saved["hashed"]) == hashed
    assert images_of(session.saved["manifest"]) == manifest
    assert sum(name.endswith("/LICENSE") for name in session.saved["plain"]) == 3
    assert sum(name.endswith("/md5hashes.csv") for name in session.saved["hashed"]) == 3
    assert not any(name.endswith("/LICENSE") for name in session.saved["hashed"])
    first = session.answers["series"][0]["SeriesInstanceUID"]
    assert list(session.saved["zipped"]) == [f"{first}.zip"]
    assert session.saved["single"] == {f"{first}/{session.answers['sops'][0]}.dcm": plain[f"{first}/1-1.dcm"]}


def images_of(files):
    return {name: digest for name, digest in files.items() if name.endswith(".dcm")}
