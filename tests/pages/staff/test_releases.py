"""Releases through the pages: plan, confirm, publish, withdraw, recipe, purge; each deed is written down."""

import re
from html import unescape
from pathlib import Path

import pytest
from tests.pages.staff.conftest import deeds

import vesalius
from vesalius.catalog.models import Holding, Patient, Purge, Release, SeriesRevision
from vesalius.curate import review
from vesalius.curate.gates import GATES
from vesalius.intake.models import Recipe, ReleasePlan
from vesalius.jobs.models import Job
from vesalius.pages.staff.house.jobs import WORK
from vesalius.pages.staff.releases.plans import OPEN_GATES
from vesalius.release import publish
from vesalius.settings.routing import Side, named

pytestmark = pytest.mark.slow

AT = "/releases/Test-Chest/"


def test_from_accepted_series_to_a_published_version(house, series, curator, releaser):
    review.accept(series[0].pk, person="curator", saw=series[0].digest, pixels_clean=True)
    assert curator.post(f"{AT}plan/").status_code == 403
    address = releaser.post(f"{AT}plan/", {"notes": "The first."}).headers["Location"]
    shown = releaser.get(address)
    assert shown.context["outlook"].added == 1
    assert shown.context["ready"]
    review.accept(series[1].pk, person="curator", saw=series[1].digest, pixels_clean=True)
    releaser.post(f"{address}take-in/")
    assert releaser.get(address).context["outlook"].added == 2
    assert releaser.post(f"{address}publish/").status_code == 409, "nothing is admitted yet"
    releaser.post(f"{address}confirm/")
    assert "Copying" in releaser.get(address).content.decode()
    house.work()
    assert "Release version 1 of Test-Chest" in releaser.get(address).content.decode()
    assert "Release version 1" not in curator.get(address).content.decode()
    releaser.post(f"{address}publish/")
    plan = ReleasePlan.objects.get()
    assert plan.state == ReleasePlan.State.PUBLISHED
    assert plan.published_at == Release.objects.get().published_at
    for side in Side:
        assert [entry.deed_id for entry in deeds(side, "release.publish")] == [plan.deed_id]
    for deed in ("release.plan", "release.take-in", "release.confirm"):
        assert len(deeds(Side.INTAKE, deed)) == 1


def test_publishing_twice_changes_nothing(admitted, releaser):
    for _ in range(2):
        assert releaser.post(f"/releases/plans/{admitted.pk}/publish/").status_code == 302
    for side in Side:
        assert len(deeds(side, "release.publish")) == 1


def test_a_publication_that_broke_off_between_the_sides_is_finished_by_asking_again(admitted, releaser):
    publish(Release.objects.get().pk, "releaser")
    assert releaser.post(f"/releases/plans/{admitted.pk}/publish/").status_code == 302
    admitted.refresh_from_db()
    assert admitted.state == ReleasePlan.State.PUBLISHED
    for side in Side:
        assert len(deeds(side, "release.publish")) == 1


def test_a_shut_gate_says_why_and_keeps_the_plan_from_being_confirmed(house, series, releaser):
    address = releaser.post(f"{AT}plan/").headers["Location"]
    assert "The release would change nothing" in releaser.get(address).content.decode()
    assert releaser.post(f"{address}confirm/").status_code == 409
    assert deeds(Side.INTAKE, "release.confirm") == []
    releaser.post(f"{address}drop/")
    assert len(deeds(Side.INTAKE, "release.drop")) == 1


def test_a_series_is_withdrawn_and_shown_again(admitted, releaser):
    releaser.post(f"/releases/plans/{admitted.pk}/publish/")
    uid = SeriesRevision.objects.first().series.series_instance_uid
    told = {"level": "series", "name": uid, "reason": "wrong side marked"}
    assert releaser.post(f"{AT}withdrawn/", {**told, "reason": " "}).status_code == 400
    assert releaser.post(f"{AT}withdrawn/", told).status_code == 302
    assert SeriesRevision.objects.filter(withdrawn_at=None).count() == 1
    assert "wrong side marked" in releaser.get(AT).content.decode()
    assert releaser.post(f"{AT}restored/", told).status_code == 302
    assert SeriesRevision.objects.filter(withdrawn_at=None).count() == 2
    assert [entry.person for entry in deeds(Side.ARCHIVE, "series.withdraw")] == ["releaser"]
    assert len(deeds(Side.ARCHIVE, "series.restore")) == 1


def test_a_subject_is_withdrawn_by_its_id(admitted, releaser):
    releaser.post(f"/releases/plans/{admitted.pk}/publish/")
    patient = Patient.objects.first()
    told = {"level": "patient", "name": patient.patient_id, "reason": "asked by the site"}
    assert releaser.post(f"{AT}withdrawn/", told).status_code == 302
    assert len(deeds(Side.ARCHIVE, "patient.withdraw")) == 1


def test_a_recipe_is_adopted_as_text(series, curator):
    page = curator.get(f"{AT}recipe/").content.decode()
    text = unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[1]).strip()
    assert "Retain Safe Private" in text
    assert curator.post(f"{AT}recipe/adopt/", {"text": text}).status_code == 302
    assert Recipe.objects.count() == 1
    strange = curator.post(f"{AT}recipe/adopt/", {"text": text + "\n[text]\nunknown_words = 'none'\n"})
    assert strange.status_code == 422
    assert "to mask or to review" in strange.content.decode()
    changed = text.replace("\n", "\r\n") + "\r\n[text]\r\nunknown_words = 'review'\r\n"
    curator.post(f"{AT}recipe/adopt/", {"text": changed})
    row = Recipe.objects.latest("version")
    assert (row.version, row.content["unknown_words"], row.content["version"]) == (2, "review", "2")
    elsewhere = text.replace("[identity]", "[identity]\nuid_root = '1.2.3'")
    moved = curator.post(f"{AT}recipe/adopt/", {"text": elsewhere})
    assert moved.status_code == 409


def test_a_recipe_is_adopted_by_its_options(series, curator, releaser):
    row = Recipe.objects.get(name="Test-Chest")
    options = [*row.content["options"], "retain_institution_identity"]
    options.remove("retain_device_identity")
    assert releaser.post(f"{AT}recipe/adopt/", {"option": options}).status_code == 403
    assert curator.post(f"{AT}recipe/adopt/", {"option": options, "prefix": "TC-"}).status_code == 409
    curator.post(f"{AT}recipe/adopt/", {"option": options})
    newest = Recipe.objects.order_by("-version").first()
    assert newest.version == row.version + 1
    assert newest.content["options"] == sorted(options)
    assert newest.content["patient_id_prefix"] == "Test-Chest-"
    assert newest.content["dispositions"] == row.content["dispositions"]
    assert [one.person for one in deeds(Side.INTAKE, "recipe.adopt")][-1] == "curator"
    curator.post(f"{AT}recipe/adopt/", {"option": options})
    assert Recipe.objects.count() == newest.version, "the same once more is no new version"


def test_a_purge_needs_a_second_person_and_the_word_that_it_is_understood(
    house, admitted, signed_in, releaser
):
    releaser.post(f"/releases/plans/{admitted.pk}/publish/")
    patient = Patient.objects.first()
    first, second = signed_in("administrator", name="first"), signed_in("administrator", name="second")
    told = {"holding": "Test-Chest", "patient_id": patient.patient_id, "reason": "a name in the pixels"}
    assert first.post("/purges/ask/", {**told, "reason": f"it is {patient.patient_id}"}).status_code == 422
    first.post("/purges/ask/", told)
    purge = Purge.objects.get()
    confirm = f"/purges/{purge.pk}/confirm/"
    assert first.post(confirm, {"understood": "yes"}).status_code == 403
    assert second.post(confirm).status_code == 400
    assert deeds(Side.ARCHIVE, "purge.confirm") == []
    with named(Side.INTAKE):
        asked = Job.objects.filter(kind="forget-patient").exclude(state="cancelled")
        assert not asked.exists(), "the intake side was not asked either"
    assert "cannot be undone" in second.get("/purges/").content.decode()
    second.post(confirm, {"understood": "yes"})
    house.work()
    purge.refresh_from_db()
    assert purge.state == Purge.State.DONE
    assert len(deeds(Side.ARCHIVE, "purge.ask")) == len(deeds(Side.ARCHIVE, "purge.done")) == 1
    forgotten = deeds(Side.INTAKE, "patient.forget")
    assert [entry.deed_id for entry in forgotten] == [purge.deed_id]
    assert second.get("/purges/").status_code == 200


def test_a_purge_is_taken_back(house, admitted, releaser):
    releaser.post(f"/releases/plans/{admitted.pk}/publish/")
    told = {"holding": "Test-Chest", "patient_id": Patient.objects.first().patient_id, "reason": "a mistake"}
    releaser.post("/purges/ask/", told)
    releaser.post(f"/purges/{Purge.objects.get().pk}/take-back/")
    assert Purge.objects.get().state == Purge.State.TAKEN_BACK
    assert len(deeds(Side.ARCHIVE, "purge.take-back")) == 1


def test_a_dataset_is_made(administrator, house):
    told = {
        "short_title": "New-Brain",
        "title": "Brain MR",
        "license": "CC-BY-4.0",
        "access": "limited",
        "kind": "collection",
    }
    assert administrator.post("/holdings/make/", told).headers["Location"] == "/releases/New-Brain/"
    assert Holding.objects.get().downloads.get().find == "granted"
    assert len(deeds(Side.ARCHIVE, "holding.make")) == 1
    assert administrator.post("/holdings/make/", told).status_code == 409
    assert administrator.post("/holdings/make/", {**told, "short_title": "../x"}).status_code == 422


def test_every_gate_says_in_words_what_holds_while_it_is_open():
    assert list(OPEN_GATES) == [name for name, *_ in GATES]


def test_every_job_is_told_in_words():
    told = Path(vesalius.__file__).parent.rglob("*.py")
    kinds = {kind for file in told for kind in re.findall(r'@handles\("([a-z-]+)"', file.read_text())}
    assert "clean-table" in kinds
    assert kinds <= set(WORK)
