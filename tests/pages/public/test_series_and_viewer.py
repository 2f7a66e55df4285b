"""The page of a series, what hangs on it, its frames and its header, as readers of several kinds get them."""

import csv
import io
import re
from importlib.resources import files

import numpy as np
import pytest
from pydicom.datadict import keyword_dict
from tests.factories import make_holding, make_patient, make_release, make_study
from tests.images import corpus, ct_slice, make_images, segmentation

from vesalius.audit.models import AuditEntry
from vesalius.catalog.models import Holding, SeriesRevision
from vesalius.deliver import frames as _handlers  # noqa: F401 - registers the handlers
from vesalius.release.withdrawal import withdraw
from vesalius.settings.routing import Side, named

pytestmark = pytest.mark.slow


def released(holding: Holding, *revisions: SeriesRevision) -> None:
    make_release(holding, revisions=list(revisions))


@pytest.fixture
def stack(house) -> SeriesRevision:
    """Three slices of an open collection."""
    study = make_study(make_patient(make_holding("Lung"), "P1"))
    revision = make_images(study, [ct_slice(number) for number in range(3)])
    released(revision.series.holding, revision)
    return revision


@pytest.fixture
def label(stack: SeriesRevision) -> SeriesRevision:
    """A segmentation of the stack, under a limited dataset of its own."""
    derived = make_holding("Lesions", kind="analysis-result", find="granted", fetch="granted")
    revision = make_images(stack.series.study, [segmentation(stack)], holding=derived, third_party=True)
    released(derived, revision)
    return revision


def address(revision: SeriesRevision, part: str = "") -> str:
    return f"/series/{revision.series.series_instance_uid}/{part}"


def described(client, house, revision: SeriesRevision) -> dict:
    """The description, after its job."""
    assert client.get(address(revision, "frames/")).status_code == 202
    house.work()
    return client.get(address(revision, "frames/")).json()


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_frames_come_with_exact_samples_and_may_be_kept_for_a_while(client, house, stack):
    told = described(client, house, stack)
    assert (told["modality"], len(told["frames"]), told["overlays"]) == ("CT", 3, [])
    answer = client.get(told["frame_address"].replace("NUMBER", "2"), {"revision": told["revision"]})
    expected = ct_slice(1).pixel_array
    np.testing.assert_array_equal(np.frombuffer(body(answer), "<i2").reshape(expected.shape), expected)
    assert answer["Cache-Control"] == "public, max-age=600"
    assert "Content-Encoding" not in answer


def test_a_decoded_frame_says_that_it_is_squeezed(client, house):
    study = make_study(make_patient(make_holding("Brain")))
    revision = make_images(study, [corpus("MR_small_RLE.dcm")])
    released(revision.series.holding, revision)
    described(client, house, revision)
    waiting = client.get(address(revision, "frames/1/"))
    assert (waiting.status_code, waiting["Retry-After"], waiting["Cache-Control"]) == (202, "1", "no-store")
    house.work()
    assert client.get(address(revision, "frames/1/"))["Content-Encoding"] == "gzip"


def test_frames_of_another_revision_are_refused(client, house, stack):
    described(client, house, stack)
    assert client.get(address(stack, "frames/1/"), {"revision": 2}).status_code == 409
    assert client.get(address(stack, "frames/4/")).status_code == 404


def test_a_withdrawn_series_has_no_frames_though_they_were_made(client, house, stack):
    described(client, house, stack)
    withdraw("series", stack.series.series_instance_uid, reason="a test", person="releaser")
    for part in ("", "frames/", "frames/1/", "header/"):
        assert client.get(address(stack, part)).status_code == 404


def test_a_limited_label_is_named_only_to_those_who_may_find_it(client, house, stack, label, sign_in):
    page = client.get(address(stack)).content.decode()
    assert "Two labels" not in page
    assert "No segmentation" in page
    assert described(client, house, stack)["overlays"] == []
    assert client.get(address(label, "frames/")).status_code == 404
    sign_in("Lesions")
    page = client.get(address(stack)).content.decode()
    assert f'<a href="{address(label)}">Two labels</a>' in page
    (overlay,) = client.get(address(stack, "frames/")).json()["overlays"]
    uid = label.series.series_instance_uid
    told = {"address": address(label, "frames/"), "title": "Two labels", "holding": "Lesions"}
    assert overlay == told | {"here": True, "kind": "frames", "series": uid}


def test_a_label_is_laid_over_other_series_of_the_same_space_too(client, house, stack, label, sign_in):
    beside, elsewhere = (make_images(stack.series.study, [ct_slice(number)]) for number in (1, 2))
    elsewhere.facts["FrameOfReferenceUID"] = "2.25.888"
    elsewhere.save()
    released(stack.series.holding, stack, beside, elsewhere)
    sign_in("Lesions")
    assert [one["here"] for one in described(client, house, beside)["overlays"]] == [False]
    assert client.get(address(elsewhere, "frames/")).json()["overlays"] == []
    assert "Two labels</a>" not in client.get(address(beside)).content.decode().split("Other series")[0]


def test_frames_of_a_limited_series_are_audited_once_in_a_session(client, house, stack, label, sign_in):
    sign_in("Lesions")
    described(client, house, label)
    for number in (1, 2, 1):
        answer = client.get(address(label, f"frames/{number}/"))
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "private, no-store"
    with named(Side.ARCHIVE):
        entries = list(AuditEntry.objects.filter(deed="series.fetch"))
    assert [(one.person, one.detail["way"]) for one in entries] == [("collaborator", "viewer")]


def test_who_may_find_and_not_fetch_sees_no_viewer_and_no_frames(client, house):
    holding = make_holding("Counted", fetch="granted")
    revision = make_images(make_study(make_patient(holding)), [ct_slice()])
    released(holding, revision)
    page = client.get(address(revision)).content.decode()
    assert "data-viewer" not in page
    assert client.get(address(revision, "frames/")).status_code == 403
    assert client.get(address(revision, "frames/1/")).status_code == 403


def test_a_label_leads_to_what_it_was_drawn_on(client, stack, label, sign_in):
    sign_in("Lesions", "Lung")
    page = client.get(address(label)).content.decode()
    assert "Drawn on" in page
    assert address(stack) in page


def test_the_page_names_dataset_licence_doi_and_a_permanent_address(client, house, stack):
    page = client.get(address(stack)).content.decode()
    assert f"{house.settings.public_url}{address(stack)}" in page
    assert 'rel="license">CC-BY-4.0</a>' in page
    assert stack.home_download.holding.current_release.doi in page
    assert "/collections/Lung/versions/1/" in page


def test_the_other_series_of_the_study_are_shown_as_far_as_they_may_be_found(client, stack, label, sign_in):
    open_one = make_images(stack.series.study, [ct_slice(7)])
    open_one.series_description = "ANOTHER RUN"
    open_one.save()
    released(stack.series.holding, stack, open_one)
    page = client.get(address(stack)).content.decode()
    assert "ANOTHER RUN" in page
    assert address(label) not in page


def test_what_holds_no_image_has_no_viewer(client, house):
    study = make_study(make_patient(make_holding("Reports")))
    revision = make_images(study, [corpus("test-SR.dcm")])
    released(revision.series.holding, revision)
    house.work()
    page = client.get(address(revision)).content.decode()
    assert "data-viewer" not in page
    assert "No image to show" in page


# The header ------------------------------------------------------------------------------------------------------


def elements(page: str) -> list[str]:
    return re.findall(r"<code>(\([0-9A-F]{4},[0-9A-F]{4}\))</code>", page)


def test_common_elements_are_explained_in_plain_words(client, stack):
    page = client.get(address(stack, "header/")).content.decode()
    assert "Hounsfield units" in page
    assert "How thick a slice is" not in page, "there is no such element"


@pytest.mark.parametrize(
    ("question", "tags"),
    [
        ("0028,1053", ["(0028,1053)"]),
        ("rescale slope", ["(0028,1052)", "(0028,1053)"]),
        ("coordinates laid over", ["(0020,0052)"]),
        ("no such thing", []),
    ],
)  # fmt: skip
def test_a_search_leaves_the_elements_that_hold_all_its_words(client, stack, question, tags):
    page = client.get(address(stack, "header/"), {"q": question}).content.decode()
    assert elements(page) == tags
    assert ("Nothing in this header matches" in page) == (not tags)


def test_an_element_found_inside_of_sequences_is_shown_with_them(client, stack, label, sign_in):
    sign_in("Lesions")
    page = client.get(address(label, "header/"), {"q": "SegmentLabel vessel"}).content.decode()
    assert elements(page) == ["(0062,0002)", "(0062,0005)"]
    assert "Item 2" in page
    assert "Item 1" not in page


def test_every_explanation_is_of_an_attribute_of_the_standard_and_one_sentence_long():
    rows = list(
        csv.DictReader(io.StringIO((files("vesalius.dicom.standard") / "explanations.csv").read_text()))
    )
    assert len(rows) >= 120
    assert len({row["keyword"] for row in rows}) == len(rows)
    for row in rows:
        assert row["keyword"] in keyword_dict
        assert row["words"].endswith(".")
        assert len(row["words"]) < 140


def test_a_search_that_leaves_nothing_shows_the_way_back(client, stack):
    page = client.get(address(stack, "header/"), {"q": "<b>", "instance": "2"}).content.decode()
    assert "&lt;b&gt;" in page
    assert 'href="?instance=2"' in page


# Pictures of views -----------------------------------------------------------------------------------------------


def pictured(client, house, revision: SeriesRevision, question: str = "image=1"):
    waiting = client.get(f"{address(revision, 'view.png')}?{question}")
    assert (waiting.status_code, waiting["Refresh"], waiting["Cache-Control"]) == (202, "1", "no-store")
    house.work()
    return client.get(f"{address(revision, 'view.png')}?{question}")


def test_a_picture_of_a_view_shows_only_labels_that_the_asker_may_have(client, house, stack, label, sign_in):
    public = pictured(client, house, stack)
    assert (public["Content-Type"], public["Cache-Control"]) == ("image/png", "public, max-age=600")
    sign_in("Lesions", "Lung")
    own = pictured(client, house, stack)
    assert own["Cache-Control"] == "private, no-store"
    assert own.content != public.content
    with named(Side.ARCHIVE):
        entries = list(AuditEntry.objects.filter(deed="series.fetch"))
    assert [(one.person, one.detail["way"]) for one in entries] == [("collaborator", "viewer")]
    client.logout()
    assert client.get(f"{address(stack, 'view.png')}?image=1").content == public.content


def test_a_picture_of_a_withdrawn_series_is_gone_though_it_was_drawn(client, house, stack):
    assert pictured(client, house, stack).status_code == 200
    withdraw("series", stack.series.series_instance_uid, reason="a test", person="releaser")
    assert client.get(f"{address(stack, 'view.png')}?image=1").status_code == 404


def test_programs_are_told_how_far_a_picture_is(client, house, stack):
    answer = client.get(address(stack, "view.png"), headers={"accept": "image/png"})
    assert (answer.status_code, answer["Retry-After"], answer.json()) == (202, "1", {"done": 0, "total": 0})
