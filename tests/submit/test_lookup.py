"""A lookup table of a domain: it names patients, joins IDs of one person, dates events; and is never half taken."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from tests.clinical import CT, MR, deliver

from vesalius import deid
from vesalius.audit.models import AuditEntry
from vesalius.cli.accounts import collection
from vesalius.deid.patient.lookup import LookupTable, LookupTableError
from vesalius.errors import Conflict, NotFound
from vesalius.intake.models import (
    CleanedInstance,
    CleanedSeries,
    Finding,
    IdentityDomain,
    PatientContext,
    PatientMapping,
)
from vesalius.settings.routing import Side, named
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
        from pydicom import dcmread

        cleaned = dcmread(file)
    assert cleaned.LongitudinalTemporalOffsetFromEvent == 10  # the study is of 2004-01-19
    assert cleaned.LongitudinalTemporalEventType == "DIAGNOSIS"


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
