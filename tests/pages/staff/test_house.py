"""Accounts, jobs and the audit trail through the pages."""

import csv
import io

from django.test import Client
from tests.pages.staff.conftest import PASSWORD, deeds

from vesalius.access import people
from vesalius.access.models import Grant
from vesalius.jobs.models import Job, State
from vesalius.jobs.queue import enqueue
from vesalius.settings.routing import Side, named, on


def test_signing_in_and_out_are_written_down(house):
    people.create_person("ada", PASSWORD, side=Side.INTAKE, by="operator")
    people.set_roles("ada", ["curator"], side=Side.INTAKE, by="operator")
    client = Client(headers={"accept": "text/html"})
    told = {"username": "ada", "password": "wrong", "next": "/jobs/"}
    assert "do not belong together" in client.post("/account/login/", told).content.decode()
    assert client.post("/account/login/", {**told, "password": PASSWORD}).headers["Location"] == "/jobs/"
    assert client.get("/").status_code == 200
    assert client.post("/account/logout/").status_code == 302
    assert client.get("/").status_code == 302
    assert len(deeds(Side.INTAKE, "person.sign-in")) == len(deeds(Side.INTAKE, "person.sign-out")) == 1


def test_signing_in_never_leads_to_another_site(house):
    people.create_person("ada", PASSWORD, side=Side.INTAKE, by="operator")
    told = {"username": "ada", "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert Client().post("/account/login/", told).headers["Location"] == "/"


def test_an_account_of_the_public_site_cannot_sign_in_here(house):
    people.create_person("ada", PASSWORD, side=Side.ARCHIVE, by="operator")
    assert Client().post("/account/login/", {"username": "ada", "password": PASSWORD}).status_code == 200
    assert deeds(Side.INTAKE, "person.sign-in") == []


def test_jobs_of_both_sides_are_retried_and_cancelled(curator, releaser):
    for side in Side:
        with on(side):
            waiting = enqueue("nothing-does-this", {})
            parked = enqueue("nothing-does-that", {})
            Job.objects.filter(pk=parked.pk).update(state=State.PARKED, error="Unavailable: away", attempts=3)
        shown = curator.get(f"/jobs/?side={side.value}").content.decode()
        assert "Unavailable: away" in shown
        assert f"Cancel job {waiting.pk}" not in releaser.get(f"/jobs/?side={side.value}").content.decode()
        assert curator.post(f"/jobs/{side.value}/{parked.pk}/retry/").status_code == 302
        assert curator.post(f"/jobs/{side.value}/{waiting.pk}/cancel/").status_code == 302
        assert curator.post(f"/jobs/{side.value}/{waiting.pk}/cancel/").status_code == 409
        with named(side):
            assert set(Job.objects.values_list("pk", "state")) == {
                (waiting.pk, "cancelled"),
                (parked.pk, "waiting"),
            }
        assert [len(deeds(side, deed)) for deed in ("job.retry", "job.cancel")] == [1, 1]


def test_the_audit_trail_is_filtered_and_given_as_csv(administrator, signed_in):
    signed_in("curator")
    rows = administrator.get("/audit/?deed=person.create").context["rows"]
    assert {row.deed for row in rows} == {"person.create"}
    assert administrator.get("/audit/?target=curator").context["page"]["total"] == 2
    assert administrator.get("/audit/?until=2000-01-01").context["page"]["total"] == 0
    assert administrator.get("/audit/?since=yesterday").status_code == 400
    table = administrator.get("/audit/?deed=person.create&format=csv").content.decode()
    assert [row["deed"] for row in csv.DictReader(io.StringIO(table))] == ["person.create", "person.create"]


def test_an_administrator_makes_an_account_and_sets_its_roles(administrator):
    told = {"site": "staff", "name": "ada", "password": PASSWORD, "role": ["curator"]}
    assert administrator.post("/people/create/", {**told, "password": "password1234"}).status_code == 422
    assert administrator.post("/people/create/", told).headers["Location"] == "/people/staff/ada/"
    administrator.post("/people/staff/ada/roles/", {"role": ["releaser"]})
    ada = people.person_named("ada", side=Side.INTAKE)
    assert list(ada.roles.values_list("name", flat=True)) == ["releaser"]
    assert deeds(Side.INTAKE, "person.set-roles")[-1].person == "administrator"
    administrator.post("/people/staff/ada/active/", {"active": "no"})
    administrator.post("/people/staff/ada/password/", {"password": "another good word"})
    for deed in ("person.create", "person.close", "person.set-password"):
        assert deeds(Side.INTAKE, deed)[-1].target == "ada"


def test_nobody_locks_themselves_out(administrator):
    assert administrator.post("/people/staff/administrator/roles/", {"role": ["curator"]}).status_code == 400
    assert administrator.post("/people/staff/administrator/active/", {"active": "no"}).status_code == 400


def test_a_grant_is_given_on_the_public_side_and_taken_back(administrator, collection):
    administrator.post("/people/create/", {"site": "public", "name": "ada", "password": PASSWORD})
    told = {"holding": collection.short_title, "deed": "fetch", "days": "30"}
    assert administrator.post("/people/public/ada/grant/", told).status_code == 302
    grant = people.person_named("ada", side=Side.ARCHIVE).grants.get()
    assert (grant.name, grant.deed, grant.given_by) == ("Test-Chest", Grant.Deed.FETCH, "administrator")
    assert grant.until is not None
    assert "Test-Chest" in administrator.get("/people/public/ada/").content.decode()
    administrator.post(
        "/people/public/ada/take-back/", {"scope": "holding", "what": "Test-Chest", "deed": "fetch"}
    )
    assert not people.person_named("ada", side=Side.ARCHIVE).grants.exists()
    assert len(deeds(Side.ARCHIVE, "grant.give")) == len(deeds(Side.ARCHIVE, "grant.take-back")) == 1
