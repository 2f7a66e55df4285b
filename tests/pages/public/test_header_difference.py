"""Two headers held against each other: what differs between them, as pydicom sees it too."""

import html
import re

import pytest
from pydicom import Dataset
from tests.factories import make_holding, make_patient, make_release, make_study
from tests.images import ct_slice, make_images

from vesalius.catalog.models import SeriesRevision

pytestmark = pytest.mark.slow


def with_parts(number: int, *parts: str) -> Dataset:
    """A slice that says a sequence of anatomic regions."""
    image = ct_slice(number)
    image.AnatomicRegionSequence = []
    for part in parts:
        item = Dataset()
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "1", "SCT", part
        image.AnatomicRegionSequence.append(item)
    return image


@pytest.fixture
def stack(house) -> SeriesRevision:
    study = make_study(make_patient(make_holding("Lung"), "P1"))
    first = with_parts(0, "Chest", "Neck")
    first.KVP = "120"
    return make_images(study, [first, with_parts(1, "Chest", "Abdomen"), with_parts(2, "Chest")])


@pytest.fixture
def other(stack: SeriesRevision) -> SeriesRevision:
    image = ct_slice(0)
    image.Modality, image.SeriesDescription = "MR", "ANOTHER"
    second = make_images(stack.series.study, [image])
    make_release(stack.series.holding, revisions=[stack, second])
    return second


def rows(page: str) -> dict[str, list[str]]:
    """Tag, and the two values in words, of each row of the table."""
    found = {}
    for tag, cells in re.findall(
        r"<tr[^>]*><td><code>([^<]*)</code>.*?</td><th.*?</th>(.*?)</tr>", page, re.DOTALL
    ):
        values = re.findall(r"<td[^>]*>(.*?)</td>", cells, re.DOTALL)
        found[tag] = [html.unescape(re.sub(r"<[^>]+>", "", one)).strip() for one in values]
    return found


def address(revision: SeriesRevision, question: str) -> str:
    return f"/series/{revision.series.series_instance_uid}/header/?{question}"


def test_only_what_differs_between_two_images_is_shown(client, stack, other):
    page = client.get(address(stack, "instance=1&against=2")).content.decode()
    found = rows(page)
    assert found["(0020,0013)"] == ["1", "2"]
    assert found["(0020,0032)"][0].endswith("\\0.0")
    assert found["(0018,0060)"] == ["120", "absent"]
    assert found["(0008,0104)"] == ["Neck", "Abdomen"], "in the second item; the first is the same"
    assert not {"(0008,0060)", "(0028,0010)", "(0008,0100)", "(7FE0,0010)"} & found.keys()
    assert page.count("Item 2") == 1
    assert "Item 1<" not in page


def test_an_item_that_only_one_has_is_told(client, stack, other):
    page = client.get(address(stack, "instance=1&against=3")).content.decode()
    assert rows(page)["(0008,2218)"] == ["2 items", "1 item"]
    assert rows(page)["(0008,0104)"] == ["Neck", "absent"]


def test_two_series_are_compared_and_all_can_be_shown(client, stack, other):
    uid = other.series.series_instance_uid
    page = client.get(address(stack, f"against={uid}")).content.decode()
    assert rows(page)["(0008,0060)"] == ["CT", "MR"]
    assert rows(page)["(0008,103E)"] == ["MADE FOR TESTS", "ANOTHER"]
    assert "(0028,0010)" not in rows(page)
    everything = rows(client.get(address(stack, f"against={uid}&all=1")).content.decode())
    assert everything["(0028,0010)"] == ["32", "32"]


def test_an_image_against_itself_has_no_difference(client, stack, other):
    assert "elements are the same" in client.get(address(stack, "instance=2&against=2")).content.decode()


def test_what_may_not_be_fetched_is_not_held_against(client, stack, other):
    hidden = make_holding("Hidden", find="granted", fetch="granted")
    secret = make_images(make_study(make_patient(hidden)), [ct_slice(0)])
    make_release(hidden, revisions=[secret])
    uid = secret.series.series_instance_uid
    assert client.get(address(stack, f"against={uid}")).status_code == 404
    for wrong in ("against=9", "against=0", "against=%3Cb%3E", "against=1.2.3"):
        assert client.get(address(stack, wrong)).status_code == 404, wrong


def test_the_header_page_offers_the_series_of_the_subject(client, stack, other):
    page = client.get(address(stack, "instance=2")).content.decode()
    assert f'<option value="{other.series.series_instance_uid}">ANOTHER (MR)</option>' in page
