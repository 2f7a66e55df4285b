"""Review through the pages: verdicts, quarantine, and looks at what may identify a patient."""

import html

import pytest
from django.test import Client
from tests.pages.staff.conftest import deeds

from vesalius.intake.models import ChangeValue, Submission, SubmittedFile
from vesalius.intake.steps import Step
from vesalius.settings.routing import Side

pytestmark = pytest.mark.slow


def _verdict(client: Client, one, verdict: str, **told: str):
    told = {"submission": one.submission_id, "saw": one.digest, "verdict": verdict, **told}
    return client.post(f"/series/{one.series_instance_uid}/verdict/", told)


def test_the_equation_is_shown_and_each_number_leads_to_its_files(submission, curator):
    shown = curator.get(f"/submissions/{submission.pk}/").content.decode()
    for number, word in [
        (5, "received"),
        (0, "accepted"),
        (0, "excluded"),
        (1, "duplicate"),
        (2, "quarantined"),
        (2, "open"),
    ]:
        assert f"<b>{number}</b> <span>{word}</span>" in shown
        part = "" if word == "received" else f"?part={word}"
        listed = curator.get(f"/submissions/{submission.pk}/files/{part}").context["rows"]
        assert len(listed) == number


def test_accept_goes_on_to_the_next_series_and_then_to_the_submission(series, curator):
    first, second = series
    answer = _verdict(curator, first, "accept", pixels_clean="yes")
    assert (
        answer.headers["Location"]
        == f"/series/{second.series_instance_uid}/?submission={second.submission_id}"
    )
    answer = _verdict(curator, second, "accept", pixels_clean="yes")
    assert answer.headers["Location"] == f"/submissions/{second.submission_id}/"
    assert [entry.person for entry in deeds(Side.INTAKE, "series.accept")] == ["curator", "curator"]
    first.refresh_from_db()
    assert first.step == Step.ACCEPTED


def test_pixels_that_may_carry_text_are_not_accepted_unseen(series, curator):
    doubtful = next(one for one in series if one.pixel_text)
    assert _verdict(curator, doubtful, "accept").status_code == 400
    doubtful.refresh_from_db()
    assert doubtful.step == Step.IN_REVIEW
    assert deeds(Side.INTAKE, "series.accept") == []


def test_a_verdict_on_what_was_cleaned_again_since_is_refused(series, curator):
    assert _verdict(curator, series[0], "accept", pixels_clean="yes", saw="0" * 64).status_code == 409


def test_exclude_needs_a_reason_and_undo_takes_it_back(series, curator):
    one = series[0]
    assert _verdict(curator, one, "exclude").status_code == 400
    _verdict(curator, one, "exclude", reason="motion")
    one.refresh_from_db()
    assert one.step == Step.EXCLUDED
    assert deeds(Side.INTAKE, "series.exclude")[0].detail["reason"] == "motion"
    _verdict(curator, one, "undo")
    one.refresh_from_db()
    assert one.step == Step.IN_REVIEW
    assert len(deeds(Side.INTAKE, "series.undo")) == 1


def test_the_review_screen_shows_pictures_changes_runs_and_the_header(series, curator):
    one = series[0]
    address = f"/series/{one.series_instance_uid}/"
    shown = curator.get(address).content.decode()
    assert f"{address}preview/0/" in shown
    assert "Patient's Name (0010,0010)" in html.unescape(shown)
    assert "Vesalius 0" in shown, "the run's software"
    picture = curator.get(f"{address}preview/0/")
    assert picture.content[:3] == b"\xff\xd8\xff"
    assert (
        curator.get(f"{address}preview/0/", headers={"if-none-match": picture.headers["ETag"]}).status_code
        == 304
    )
    assert curator.get(f"{address}preview/99/").status_code == 404
    header = curator.get(f"{address}header/").content.decode()
    assert one.patient_id in header
    assert curator.get(f"{address}header/?image=9").status_code == 404


def test_values_before_are_told_to_the_phi_reviewer_alone_and_each_look_is_written_down(series, signed_in):
    one = series[0]
    before = ChangeValue.objects.get(series=one, element_path="(0010,0010)").before
    assert before
    address = f"/series/{one.series_instance_uid}/"
    reviewer, curator = signed_in("phi-reviewer"), signed_in("curator")
    for client in (reviewer, curator):
        assert before not in html.unescape(client.get(address).content.decode())
    assert curator.post(f"{address}values/").status_code == 403
    assert deeds(Side.INTAKE, "values.view") == []
    told = reviewer.post(f"{address}values/")
    assert before in html.unescape(told.content.decode())
    assert told.headers["Cache-Control"] == "no-store"
    assert [(one.person, one.target) for one in deeds(Side.INTAKE, "values.view")] == [
        ("phi-reviewer", one.series_instance_uid)
    ]


def test_values_of_a_site_that_deidentified_are_not_told(series, signed_in):
    Submission.objects.update(origin=Submission.Origin.SITE)
    told = signed_in("phi-reviewer").post(f"/series/{series[0].series_instance_uid}/values/")
    assert told.status_code == 403
    assert deeds(Side.INTAKE, "values.view") == []


def test_the_senders_names_of_files_are_told_to_the_phi_reviewer_alone(submission, signed_in):
    reviewer, curator = signed_in("phi-reviewer"), signed_in("curator")
    file = submission.files.get(path="cut.dcm")
    for address in (
        f"/submissions/{submission.pk}/",
        f"/files/{file.pk}/",
        f"/submissions/{submission.pk}/files/",
    ):
        for client in (reviewer, curator):
            assert "cut.dcm" not in client.get(address).content.decode()
    assert "cut.dcm" in reviewer.post(f"/submissions/{submission.pk}/paths/").content.decode()
    assert "cut.dcm" in reviewer.post(f"/files/{file.pk}/path/").content.decode()
    assert curator.post(f"/files/{file.pk}/path/").status_code == 403
    assert [entry.detail["files"] for entry in deeds(Side.INTAKE, "paths.view")] == [2, 1]


def test_a_quarantined_file_is_inspected_again_or_excluded(house, submission, curator):
    text, cut = (submission.files.get(path=name) for name in ("README.txt", "cut.dcm"))
    curator.post(f"/files/{cut.pk}/inspect/")
    assert SubmittedFile.objects.get(pk=cut.pk).step == Step.RECEIVED
    house.work()
    assert SubmittedFile.objects.get(pk=cut.pk).step == Step.QUARANTINED, "it is as damaged as before"
    assert curator.post(f"/files/{text.pk}/exclude/").status_code == 400
    curator.post(f"/files/{text.pk}/exclude/", {"reason": "no image"})
    curator.post("/files/exclude/", {"submission": submission.pk, "file": [cut.pk], "reason": "damaged"})
    assert set(SubmittedFile.objects.filter(pk__in=[text.pk, cut.pk]).values_list("step", flat=True)) == {
        "excluded"
    }
    assert len(deeds(Side.INTAKE, "file.inspect-again")) == 1
    assert len(deeds(Side.INTAKE, "file.exclude")) == 2


def test_a_finding_is_settled_with_a_reason(series, curator):
    one = series[0]
    finding = one.findings.create(submission=one.submission, kind="reference", sentence="a doubt")
    address = f"/series/{one.series_instance_uid}/"
    assert _verdict(curator, one, "accept", pixels_clean="yes").status_code == 409
    told = {"submission": one.submission_id, "finding": finding.pk, "settlement": "looked it up"}
    assert curator.post(f"{address}settle/", told).status_code == 302
    finding.refresh_from_db()
    assert finding.settled_by == "curator"
    assert len(deeds(Side.INTAKE, "finding.settle")) == 1


@pytest.mark.parametrize("role", ["phi-reviewer", "releaser", "administrator"])
def test_without_the_role_the_buttons_are_absent(series, signed_in, role):
    shown = signed_in(role).get(f"/series/{series[0].series_instance_uid}/").content.decode()
    assert "Accept this series" not in shown


def test_the_inbox_says_what_waits_for_whom(submission, curator, releaser):
    yours = {task.what for task in curator.get("/").context["yours"]}
    assert yours == {"series to review", "quarantined files to judge"}
    assert releaser.get("/").context["yours"] == []
