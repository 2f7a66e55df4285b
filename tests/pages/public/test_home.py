"""The first page: what this is, pictures of every kind, numbers that lead to their data, how far the demonstration is."""

import json
import os
import re

import pytest
from tests.factories import make_holding, make_patient, make_release, make_revision, make_series, make_study

from vesalius.pages.public.demonstration import FILE, demo_progress


def show(name: str, *modalities: str, **columns) -> None:
    holding = make_holding(name, **columns)
    study = make_study(make_patient(holding))
    make_release(holding, [make_revision(make_series(study, modality=one), real=True) for one in modalities])


@pytest.fixture
def progress(house):
    """Writes what the carrier of the demonstration writes."""
    path = house.settings.archive_folder / FILE

    def write(done: int, total: int = 100, text: str = "", **collections: str) -> None:
        told = {"done": done, "total": total, "now": "review of Lung", "collections": collections}
        path.write_text(text or json.dumps(told))

    yield write
    path.unlink(missing_ok=True)


def test_the_first_page_shows_pictures_of_every_modality_and_collection(client, house):
    show("Lung", "CT", "SEG", title="Lung CT")
    show("Brain", "MR", "CT", title="Brain MR")
    show("Secret", "PT", fetch="granted")
    house.work()
    page = client.get("/").content.decode()
    corners = re.findall(r'<span class="corner" aria-hidden="true">(\w+)</span>', page)
    assert sorted(corners) == ["CT", "CT", "MR"], "no labels alone, and nothing that may not be fetched"
    pictures = re.findall(r'<a class="film" href="/series/[^"]+"><img src="(/series/[^"]+)"', page)
    assert len(pictures) == 9, "of a few series, several images"
    for address in pictures:
        assert client.get(address).headers["Content-Type"] == "image/jpeg"


def test_pictures_of_other_patients_come_before_more_of_the_same(client, house):
    holding = make_holding("Lung")
    patients = [make_patient(holding) for _ in range(4)]
    make_release(holding, [make_revision(make_series(make_study(one)), real=True) for one in patients])
    house.work()
    page = client.get("/").content.decode()
    addresses = re.findall(r'<a class="film" href="(/series/[^"]+)"><img', page)
    assert len(addresses) == 9
    assert len(set(addresses[:4])) == 4


def test_every_number_of_the_first_page_leads_to_its_data(client, house):
    show("Lung", "CT", "CT")
    show("Labels", "SEG", kind="analysis-result")
    page = client.get("/").content.decode()
    numbers = re.findall(r'<dd><a href="([^"]+)">([^<]+)</a></dd>', page)
    assert dict(numbers) | {
        "/collections/": "1", "/analysis-results/": "1", "/search/?view=subjects": "2", "/search/": "3",
    } == dict(numbers)  # fmt: skip
    assert all(client.get(address.replace("&amp;", "&")).status_code == 200 for address, _ in numbers)


def test_the_first_page_speaks_to_relatives_researchers_and_sites(client, house):
    page = client.get("/").content.decode()
    for name in ("public", "researcher", "submitter"):
        assert f'href="/help/guides/{name}/"' in page
    show("Lung", "CT")
    assert 'href="/collections/Lung/#cite"' in client.get("/").content.decode()


def test_a_demonstration_under_way_is_said_on_the_first_page_and_on_lists(client, progress):
    progress(40, Lung="done", Brain="under way", Breast="waiting")
    for address in ("/", "/collections/", "/analysis-results/"):
        page = client.get(address).content.decode()
        assert "review of Lung" in page
        assert "40 of 100" in page
        assert "Lung: done · Brain: under way · Breast: waits" in page
        assert 'data-live="5"' in page
        assert "/static/live." in page


def test_a_complete_demonstration_says_nothing_of_its_making(client, progress):
    progress(100, Lung="done")
    assert demo_progress() is None
    assert "review of Lung" not in client.get("/").content.decode()


def test_a_demonstration_that_was_stopped_does_not_pretend_to_go_on(client, progress, house):
    progress(40, Lung="under way")
    os.utime(house.settings.archive_folder / FILE, (1_000_000_000, 1_000_000_000))
    page = client.get("/").content.decode()
    assert "No news since" in page
    assert "data-live" not in page


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"done": 1}', '{"done": "x", "total": 2, "now": "", "collections": {}}',
             '{"done": 1, "total": 2, "now": "", "collections": {"Lung": "<b>"}}', '{"done": 1, "total": 2, "now": "", "collections": []}']
)  # fmt: skip
def test_progress_that_cannot_be_read_is_as_none(client, progress, text):
    progress(0, text=text or " ")
    assert demo_progress() is None
    assert client.get("/").status_code == 200
