"""Help speaks about the page that is open, the guides are pages, and a theme is kept."""

import re

import pytest
from django.test import Client, override_settings
from django.urls import resolve
from tests.factories import make_holding, make_release

from vesalius.pages.help.guides import DOCUMENTS, SHELVES, guide
from vesalius.pages.public.help.topics import TOPICS

HELP_LINK = re.compile(r'<a href="([^"]+)" data-help')


def help_address(client: Client, address: str) -> str:
    return HELP_LINK.search(client.get(address).content.decode())[1].replace("&amp;", "&")


@pytest.fixture
def addresses(house) -> dict[str, str]:
    """Pages, and the title of the help that is about each."""
    revision = make_release(make_holding("Lung"), real=True).contents.get().revision
    house.work()
    series, study = revision.series, revision.series.study
    uid, patient = series.series_instance_uid, study.patient.patient_id
    return {
        "/": "The first page",
        "/collections/": "Lists of datasets",
        "/analysis-results/": "Lists of datasets",
        "/collections/Lung/": "The page of a dataset",
        "/collections/Lung/versions/1/": "One version of a dataset",
        "/search/?modality=CT": "Search",
        "/search/advanced/": "Advanced search",
        f"/patients/Lung/{patient}/": "A subject",
        f"/studies/{study.study_instance_uid}/": "A study",
        f"/series/{uid}/": "A series",
        f"/series/{uid}/header/": "The header of an image",
        "/basket/": "The basket",
        "/account/login/": "Accounts",
        "/help/privacy/": "Help",
    }


def test_help_speaks_about_the_page_that_is_open(client, addresses):
    for address, title in addresses.items():
        page = client.get(help_address(client, address)).content.decode()
        assert f'<h2 id="help-about-title">{title}</h2>' in page, address
        assert "opens this help" in page


def test_every_kind_of_page_in_the_table_has_its_words_and_every_word_its_page():
    assert set(TOPICS.places.values()) == set(TOPICS.by_name)


def test_an_unknown_kind_of_page_has_the_help_for_all(client, house):
    for address in ("/help/", "/help/?about=nothing", "/help/?about=%3Cscript%3E"):
        page = client.get(address)
        assert page.status_code == 200
        assert b"help-about" not in page.content


def test_every_link_of_help_leads_to_a_page(client, house):
    links = {address for topic in TOPICS.by_name.values() for address, _ in topic.links}
    for address in links:
        path, _, anchor = address.partition("#")
        page = client.get(path)
        assert page.status_code == 200, address
        assert not anchor or f'id="{anchor}"' in page.content.decode(), address


PAGES = [(shelf, name) for shelf, pages in SHELVES.items() for name in pages]


def test_every_guide_and_reference_of_the_documents_is_a_page(client, house):
    for shelf, pages in SHELVES.items():
        assert {path.stem for path in (DOCUMENTS / shelf).glob("*.md")} == set(pages)
    for shelf, name in PAGES:
        page = client.get(f"/help/{shelf}/{name}/").content.decode()
        found = guide(shelf, name)
        assert f"<h1>{found.title}</h1>" in page
        assert found.sections
        assert all(f'<h2 id="{anchor}">' in page for anchor, _ in found.sections)
        assert "style=" not in page, "the content security policy allows no style in a page"
        assert '.md"' not in page, "documents link to each other's pages"


def test_every_link_of_a_document_to_this_site_leads_somewhere(client, house):
    for shelf, name in PAGES:
        for address, anchor in re.findall(r'href="(/[^"#]*)(?:#([^"]*))?"', guide(shelf, name).html):
            assert resolve(address, "vesalius.web.public_side"), (name, address)
            assert not anchor or f'id="{anchor}"' in client.get(address).content.decode(), (name, anchor)


def test_there_is_no_guide_of_another_name(client, house):
    for shelf in SHELVES:
        assert client.get(f"/help/{shelf}/secret/").status_code == 404


def test_the_statements_are_linked_from_the_foot_of_every_page(client, house):
    home = client.get("/").content.decode()
    for name in ("usage", "privacy", "accessibility"):
        address = f"/help/{name}/"
        assert f'<a href="{address}">' in home
        assert client.get(address).status_code == 200


def test_the_operators_contact_stands_where_people_look_for_it(client, house):
    told = house.settings.__class__(data=house.settings.data, contact="archive@example.org")
    with override_settings(VESALIUS=told):
        for address in ("/", "/help/", "/help/usage/", "/help/privacy/", "/help/accessibility/"):
            assert '<a href="mailto:archive@example.org">' in client.get(address).content.decode(), address
    assert "mailto:" not in client.get("/help/privacy/").content.decode()


def test_what_the_privacy_page_says_of_cookies_is_so(client, house):
    names = set(re.findall(r"<code>(vesalius_\w+)</code>", client.get("/help/privacy/").content.decode()))
    client.get("/account/login/")
    client.post("/theme/", {"theme": "dark"})
    assert {"vesalius_theme"} <= set(client.cookies) <= names | {"vesalius_staff_csrf"}
    reader = Client(headers={"accept": "text/html"})
    for address in ("/", "/collections/", "/search/", "/help/"):
        reader.get(address)
    assert "vesalius_staff" not in reader.cookies, (
        "a session begins with a basket or an account, not with reading"
    )


def test_a_theme_is_kept_and_drawn_by_the_server(client, house):
    assert b"data-theme" not in client.get("/").content
    answer = client.post(
        "/theme/", {"theme": "dark"}, headers={"referer": "http://testserver/search/?modality=CT"}
    )
    assert answer.headers["Location"] == "/search/?modality=CT"
    assert b'<html lang="en" data-theme="dark">' in client.get("/").content
    client.post("/theme/", {"theme": "auto"})
    assert b"data-theme" not in client.get("/").content


@pytest.mark.parametrize(
    "referer",
    ["https://evil.example/path", "//evil.example", "https://evil.example//evil.example/", "nonsense", ""],
)
def test_the_choice_of_a_theme_leads_nowhere_else(client, house, referer):
    place = client.post("/theme/", {"theme": "light"}, headers={"referer": referer}).headers["Location"]
    assert place.startswith("/")
    assert not place.startswith("//")


def test_an_unknown_theme_is_refused_and_a_forged_cookie_is_ignored(client, house):
    assert client.post("/theme/", {"theme": "pink"}).status_code == 400
    client.cookies["vesalius_theme"] = '"><script>'
    assert b"data-theme" not in client.get("/").content
