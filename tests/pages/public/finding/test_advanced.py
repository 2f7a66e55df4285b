"""The advanced search: rows and groups built by a form alone lead to the same address as the typed line."""

import html
import re
from html.parser import HTMLParser

import pytest

from vesalius.pages.public.finding.advanced.tree import nodes, of_condition
from vesalius.search.elements import TABLE
from vesalius.search.language import read_question

pytestmark = pytest.mark.slow
FIELDS = ("depth", "join", "element", "operator", "value", "high")


class Form(HTMLParser):
    """The fields of the builder as a browser without scripts would send them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: list[list[str]] = []
        self.buttons: list[str] = []
        self._inside, self._select = False, ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        if tag == "form":
            self._inside = told.get("action") == "/search/advanced/"
        elif not self._inside:
            return
        elif tag == "select":
            self._select = told["name"]
        elif tag == "option" and self._select and "selected" in told:
            self.fields.append([self._select, told["value"]])
        elif tag == "input":
            self.fields.append([told["name"], told.get("value", "")])
        elif tag == "button":
            self.buttons.append(told["value"])

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = ""
        if tag == "form":
            self._inside = False

    def rows(self) -> list[dict[str, str]]:
        """Each node of the tree: its fields."""
        columns = {name: [value for field, value in self.fields if field == name] for name in FIELDS}
        assert len({len(one) for one in columns.values()}) == 1
        return [dict(zip(FIELDS, one, strict=True)) for one in zip(*columns.values(), strict=True)]

    def sent(self, changes: dict[int, dict[str, str]], do: str, **more: str) -> dict[str, list[str]]:
        """What a POST sends after some fields were filled in, by the button `do`."""
        assert do in self.buttons
        told = [row | changes.get(place, {}) for place, row in enumerate(self.rows())]
        return (
            {name: [row[name] for row in told] for name in FIELDS}
            | {"do": [do]}
            | {n: [v] for n, v in more.items()}
        )


@pytest.fixture
def press(client):
    """Fill in rows by their place, press a button, and get the next form or where it leads."""

    def one(form: Form, do: str, changes: dict[int, dict[str, str]] | None = None, **more: str) -> Form | str:
        answer = client.post("/search/advanced/", form.sent(changes or {}, do, **more))
        if answer.status_code == 302:
            return answer["Location"]
        form = Form(answer.content.decode())
        form.status = answer.status_code
        form.page = answer.content.decode()
        return form

    return one


def test_rows_and_groups_are_added_filled_in_and_lead_to_the_address_of_the_typed_line(client, found, press):
    form = Form(client.get("/search/advanced/").content.decode())
    assert [row["element"] for row in form.rows()] == ["", "modalities"]
    form = press(form, "refresh", {1: {"operator": "any_of", "value": "CT, PT"}})
    form = press(form, "group:0")
    form = press(form, "row:2", {3: {"element": "KVP"}})
    form = press(
        form,
        "refresh",
        {3: {"operator": "greater", "value": "100"}, 4: {"element": "manufacturers", "operator": "like"}},
    )
    form = press(form, "refresh", {4: {"value": "AC*"}})
    assert "Show 2 series" in form.page
    line = html.unescape(re.search(r"The same in one line: <code>(.*?)</code>", form.page)[1])
    assert line == "Modality in (CT, PT) AND (KVP > 100 OR Manufacturer ~ AC*)"
    place = press(form, "ask")
    assert place == client.get("/search/", {"q": line})["Location"]
    assert place == "/search/?modality=CT&modality=PT&where=KVP+%3E+100+OR+Manufacturer+~+AC%2A"


def test_what_the_address_asks_stands_in_the_rows(client, found, names):
    query = "modality=CT&age_from=60&where=NOT+(KVP+%3E+100+OR+flair)&least_studies=2&id=L-1"
    form = Form(client.get(f"/search/advanced/?{query}").content.decode())
    told = [(row["element"], row["operator"], row["value"]) for row in form.rows() if row["element"]]
    assert ("modalities", "any_of", "CT") in told
    assert ("age", "greater_or_equal", "60") in told
    assert ("*studies", "equals", "2") in told
    assert ("*identifier", "equals", "L-1") in told
    assert ("*text", "equals", "flair") in told
    place = client.post("/search/advanced/", form.sent({}, "ask"))["Location"]
    assert names(place.partition("?")[2]) == names(query) == {"thick"}


def test_a_row_or_a_whole_group_is_removed(client, found, press):
    form = Form(client.get("/search/advanced/?where=KVP+%3E+1+OR+(lung+AND+KVP+%3C+2)").content.decode())
    assert len(form.rows()) == 5
    assert len(press(form, "remove:1").rows()) == 4
    assert len(press(form, "remove:2").rows()) == 2
    assert "remove:0" not in form.buttons


def test_what_is_wrong_is_said_at_its_row(client, found, press):
    form = Form(client.get("/search/advanced/?where=KVP+%3E+100+AND+Age+%3E+2").content.decode())
    told = press(form, "ask", {1: {"value": "thick"}})
    assert told.status == 400
    assert 'id="error-1">KVP takes a number (kV).' in told.page
    assert told.page.count("aria-invalid") == 1
    assert told.rows()[1]["value"] == "thick", "what was typed is not lost"


def test_any_attribute_of_the_dictionary_is_asked_by_its_keyword(client, found, press):
    form = Form(client.get("/search/advanced/").content.decode())
    form = press(form, "other:0", other="window center")
    assert form.rows()[-1]["element"] == "WindowCenter"
    assert "There is no such attribute" in press(form, "other:0", other="colour").page


def test_values_that_exist_are_offered(client, found):
    page = client.get(
        "/search/advanced/?where=Manufacturer+%3D+x+AND+ConvolutionKernel+%3D+x"
    ).content.decode()
    assert '<option value="ACME">' in page
    assert '<option value="B60">' in page


def test_values_of_what_may_not_be_found_are_not_offered(client, found):
    type(found["mr"].home_download).objects.filter(holding__short_title="Brain").update(find="granted")
    page = client.get("/search/advanced/?where=Manufacturer+%3D+x").content.decode()
    assert '<option value="ACME">' in page
    assert "Borealis" not in page


def test_every_element_is_offered(client, found):
    page = client.get("/search/advanced/").content.decode()
    for element in TABLE:
        assert f'<option value="{element.name}"' in page


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"depth": "0"},
        {name: ["0", "5"] for name in FIELDS},
        {name: ["0"] * 500 for name in FIELDS},
    ],
)
def test_a_torn_form_is_refused(client, found, form):
    assert client.post("/search/advanced/", {"do": "refresh"} | form).status_code == 400


@pytest.mark.parametrize(
    "line",
    [
        'Modality = CT AND (Sex in ("", F) OR NOT (lung OR KVP = 1..2)) AND StudyDates >= 2',
        'SeriesDescription contains "a, \\"b\\"" AND Identifier in (x, y) AND Modality all (CT, PT)',
        "NOT Manufacturer present",
        "",
    ],
)
def test_a_question_comes_back_from_its_rows(line):
    tree = read_question(line)
    built = of_condition(tree)
    assert built.condition() == tree
    assert next(iter(nodes(built))) == (0, built)
