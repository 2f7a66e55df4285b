"""A lookup table of a domain: it names patients, joins IDs of one person, dates events; and is never half taken."""

import json
from dataclasses import replace
from importlib.util import find_spec

import pytest
from click.testing import CliRunner
from django.conf import settings
from pydicom import dcmread
from pydicom.data import get_testdata_file
from tests.clinical import CT, MR, deliver

from vesalius import deid
from vesalius.audit.models import AuditEntry
from vesalius.cli.accounts import collection
from vesalius.deid.patient.lookup import LookupTable, LookupTableError
from vesalius.errors import Conflict, NotFound
from vesalius.intake.models import (
    CleanedInstance,
    CleanedSeries,
    DeidRun,
    Finding,
    IdentityDomain,
    PatientContext,
    PatientMapping,
)
from vesalius.intake.steps import Step
from vesalius.jobs.queue import enqueue
from vesalius.settings.routing import Side, named, on_intake
from vesalius.submit import domains, recipes

pytestmark = pytest.mark.slow

HEADER = "id_old,id_new,event,same_as,reason\n"
MERGED = f"{HEADER}{CT},CASE-1,2004-01-09,,\n{MR},,,{CT},registered twice\n"


@pytest.fixture
def domain(house, delivery):
    return domains.domain_at(delivery.site, delivery.collection)


def table(text):
    return LookupTable.read("lookup.csv", text)


def test_two_ids_of_one_person_become_one_patient(house, domain, delivery, folder):
    domains.take_lookup(domain, table(MERGED), "curator")
    submission = deliver(house, delivery, folder)
    assert not submission.findings.filter(kind=Finding.Kind.IDENTITY).exists()
    assert dict(PatientMapping.objects.values_list("original_id", "patient_id")) == {
        CT: "CASE-1",
        MR: "CASE-1",
    }
    assert PatientMapping.objects.exclude(same_as=None).count() == 1
    assert set(CleanedSeries.objects.values_list("patient_id", flat=True)) == {"CASE-1"}
    [one, other] = [json.dumps(row.content["identifiers"]) for row in PatientContext.objects.all()]
    assert one == other, "what names the person under one ID is sought under the other too"
    domain.refresh_from_db()
    assert domain.corrections[f"\t{MR}"] == {
        "same_as": f"\t{CT}",
        "reason": "registered twice",
        "by": "curator",
    }
    with named(Side.INTAKE):
        detail = AuditEntry.objects.get(deed="domain.lookup").detail
    assert detail == {"lookup": 1, "corrections": 1, "events": 1}


def test_without_a_correction_two_originals_never_share_an_id(house, domain):
    with pytest.raises(LookupTableError, match="lines 2 and 3"):
        domains.take_lookup(domain, table(f"{HEADER}{CT},CASE-1,,,\n{MR},CASE-1,,,\n"), "curator")
    domain.refresh_from_db()
    assert domain.lookup == {}


def test_a_patient_whose_images_are_here_keeps_the_id(house, domain, delivery, folder):
    deliver(house, delivery, folder)
    with pytest.raises(Conflict, match="another ID"):
        domains.take_lookup(domain, table(MERGED), "curator")
    kept = PatientMapping.objects.get(original_id=CT).patient_id
    domains.take_lookup(domain, table(f"{HEADER}{CT},{kept},2004-01-09,,\nANOTHER,CASE-2,,,\n"), "curator")
    assert IdentityDomain.objects.get(pk=domain.pk).lookup == {f"\t{CT}": kept, "\tANOTHER": "CASE-2"}


def test_the_days_from_an_event_stand_in_each_file(house, domain, delivery, folder):
    now = recipes.of_row(recipes.current_recipe(delivery.collection))
    recipes.adopt(delivery.collection, replace(now, event="DIAGNOSIS"), "curator")
    domains.take_lookup(domain, table(MERGED), "curator")
    deliver(house, delivery, folder)
    blob = CleanedInstance.objects.get(series__modality="CT").blob_id
    with house.intake.open(blob) as file:
        cleaned = dcmread(file)
    assert cleaned.LongitudinalTemporalOffsetFromEvent == 10  # the study is of 2004-01-19
    assert cleaned.LongitudinalTemporalEventType == "DIAGNOSIS"


def test_the_day_of_an_event_is_found_in_the_files_where_the_recipe_says_so(
    house, domain, delivery, folder, tmp_path
):
    now = recipes.of_row(recipes.current_recipe(delivery.collection))
    of_files = replace(now, event="FIRST STUDY", event_attribute="(0008,0020)")
    recipes.adopt(delivery.collection, of_files, "curator")
    deliver(house, delivery, folder)
    assert _offset(house) == 0, "the only study is the first"
    earlier = dcmread(get_testdata_file("CT_small.dcm"))
    earlier.StudyDate = "20031220"
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
        setattr(earlier, keyword, f"{earlier[keyword].value}.7")
    earlier.file_meta.MediaStorageSOPInstanceUID = earlier.SOPInstanceUID
    (tmp_path / "late").mkdir()
    earlier.save_as(tmp_path / "late" / "earlier.dcm")
    deliver(house, delivery, tmp_path / "late")
    offsets = {_offset(house, row.blob_id) for row in _current("CT")}
    assert offsets == {0, 30}, "what came before is counted anew from the earlier study"


def _current(modality):
    return CleanedInstance.objects.filter(series__modality=modality, series__superseded_by=None)


def _offset(house, blob=""):
    with house.intake.open(blob or _current("CT").get().blob_id) as file:
        return dcmread(file).LongitudinalTemporalOffsetFromEvent


def test_a_patient_whom_the_table_does_not_name_waits_for_a_table_that_does(house, domain, delivery, folder):
    domains.take_lookup(domain, table(f"{HEADER}{CT},CASE-1,,,\n"), "curator")
    submission = deliver(house, delivery, folder)
    [finding] = submission.findings.filter(kind=Finding.Kind.LOOKUP)
    assert finding.file.step == Step.QUARANTINED
    assert MR not in finding.sentence + finding.file.reason
    assert set(CleanedSeries.objects.values_list("patient_id", flat=True)) == {"CASE-1"}
    domains.take_lookup(domain, table(f"{HEADER}{CT},CASE-1,,,\n{MR},CASE-2,,,\n"), "curator")
    house.work()
    finding.refresh_from_db()
    assert finding.settled_by == "curator"
    assert set(CleanedSeries.objects.values_list("patient_id", flat=True)) == {"CASE-1", "CASE-2"}
    submission.refresh_from_db()
    assert submission.state == submission.State.READY


def test_a_run_knows_whether_text_in_pixels_was_read(house, delivery, folder, monkeypatch):
    deliver(house, delivery, folder)
    before = set(DeidRun.objects.values_list("conditions_digest", flat=True))
    now = settings.VESALIUS
    monkeypatch.setattr(settings, "VESALIUS", replace(now, read_pixels=not now.read_pixels))
    for patient in PatientMapping.objects.all():
        with on_intake():
            enqueue("clean-patient", {"patient": patient.pk}, key=str(patient.pk))
    house.work()
    after = set(DeidRun.objects.values_list("conditions_digest", flat=True))
    assert len(before) == 1
    assert len(after) == (2 if find_spec("rapidocr") else 1), (
        "what was cleaned without the reader is done again"
    )


def test_there_is_no_table_without_a_collection(house):
    with pytest.raises(NotFound, match="no such collection"):
        domains.domain_at("Hospital", "Nobody's")


def test_the_command_takes_a_table_from_a_file(house, domain, delivery, tmp_path, monkeypatch):
    monkeypatch.setattr("vesalius.cli.accounts.wake", lambda _: None)  # the test is awake
    file = tmp_path / "lookup.csv"
    file.write_text(MERGED)
    result = CliRunner().invoke(
        collection, ["lookup", delivery.collection, str(file), "--site", delivery.site]
    )
    assert result.exit_code == 0, result.output
    assert "names 1 patients" in result.output
    identity = domains.identity_of(IdentityDomain.objects.get(pk=domain.pk))
    assert identity.patient_id("", MR) == "CASE-1"
    assert isinstance(identity, deid.Identity)
    assert CT not in json.dumps(result.output)
