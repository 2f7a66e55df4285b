"""Every filter of the simple search, by address and by typed line; NBIA's addresses; long lists; why nothing."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from vesalius.catalog.models import SavedSearch

pytestmark = pytest.mark.slow
EVERY = {"ct", "thick", "pt", "phantom", "mr", "mask"}


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", EVERY),
        ("slice_thickness_from=1&slice_thickness_to=2", {"ct"}),
        ("slice_thickness_from=2", {"thick"}),
        ("pixel_spacing_to=1", {"ct"}),
        ("age_from=60&age_to=62", {"ct", "thick"}),
        ("study_date_from=2020-01-02", {"thick", "pt"}),
        ("days_from_event_from=0&days_from_event_to=7&event=DIAGNOSIS", {"ct", "mask"}),
        ("released_to=2001", set()),
        ("modality=CT&modality=PT", {"ct", "thick", "phantom", "pt"}),
        ("modality=CT&modality=PT&all_modalities=yes", {"ct", "thick", "pt"}),
        ("least_studies=2", {"ct", "thick", "pt", "mask"}),
        ("least_studies=2&studies_by=dates", {"ct", "thick", "pt", "mask"}),
        ("phantom=yes", {"phantom"}),
        ("phantom=no", EVERY - {"phantom"}),
        ("third_party=no", EVERY - {"mask"}),
        ("third_party=yes", {"mask"}),
        ("commercial=yes", EVERY - {"mr"}),
        ("manufacturer=ACME&model=Tomo+64&software=v1", {"ct"}),
        ("description=thin", {"ct"}),
        ("id=L-2&id=B-1", {"phantom", "mr"}),
        ("where=KVP+%3E+100", {"ct"}),
        ("where=KVP+present+AND+NOT+ConvolutionKernel+%3D+b60", {"thick"}),
        ("text=flair", {"mr"}),
    ],
)
def test_each_filter_finds_what_it_says(names, query, wanted):
    assert names(query) == wanted


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("modality = ct and slice thickness <= 2", "modality=CT&slice_thickness_to=2"),
        ("ACME thin", "manufacturer=ACME&text=thin"),
        ("age = 40..60 or KVP > 100", "where=PatientAge+%3D+40..60+OR+KVP+%3E+100"),
        ("StudyDates >= 2", "least_studies=2&studies_by=dates"),
        ("body part: chest kernel = B60", "body_part=CHEST&where=ConvolutionKernel+%3D+B60"),
    ],
)
def test_a_typed_line_leads_to_the_address_of_its_question_which_shows_it_again(client, found, line, address):
    answer = client.get("/search/", {"q": line})
    assert (answer.status_code, answer["Location"]) == (302, f"/search/?{address}")
    page = client.get(answer["Location"]).content.decode()
    shown = html.unescape(re.search(r'id="line" type="text" name="q" value="([^"]*)"', page)[1])
    assert client.get("/search/", {"q": shown})["Location"] == answer["Location"]


def test_what_cannot_be_read_is_shown_with_its_place_and_the_nearest_name(client, found):
    answer = client.get("/search/", {"q": "lung SliceThicknes < 2"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Did you mean <code>SliceThickness</code>" in page
    assert "Character 6" in page
    assert "lung <mark>" in page


def test_the_fields_of_the_form_that_are_left_blank_leave_the_address(client, found):
    answer = client.get(
        "/search/?modality=CT&age_from=&age_to=70&description=&least_studies=&studies_by=uids"
    )
    assert (answer.status_code, answer["Location"]) == (302, "/search/?modality=CT&age_to=70")


def test_an_address_of_nbia_leads_to_ours_and_says_what_it_left_out(client, found):
    answer = client.get(
        "/search/?CollectionCriteria=Lung&ImageModalityCriteria=CT,PT&ModalityAll=true&NBIAProgramCriteria=X"
    )
    assert answer["Location"] == "/search/?collection=Lung&modality=CT&modality=PT&all_modalities=yes"
    assert "NBIAProgramCriteria" in client.get(answer["Location"]).content.decode()


def test_pasted_identifiers_are_kept_and_asked_beside_the_question(client, found, names):
    pasted = "\n".join([f"1.2.3.{number}" for number in range(2000)] + [str(found["ct"].series), "B-1"])
    answer = client.post("/search/", {"identifiers": pasted, "question": "?modality=CT".lstrip("?")})
    place = urlsplit(answer["Location"])
    assert len(answer["Location"]) < 90
    assert parse_qs(place.query)["modality"] == ["CT"]
    assert names(place.query) == {"ct"}
    page = client.get(answer["Location"]).content.decode()
    assert "2,002 pasted" in page
    assert SavedSearch.objects.count() == 1
    assert client.post("/search/", {"identifiers": "  "}).status_code == 400


def test_a_question_without_answer_names_the_part_to_take_out(client, found):
    page = client.get("/search/?modality=MR&slice_thickness_to=2&sex=M").content.decode()
    assert "There would be some without:" in page
    assert '<a href="/search/?modality=MR&amp;sex=M">Slice thickness: up to 2 mm</a> – 1 series' in page
    assert "Modality: MR</a>" not in page


def test_each_facet_counts_series_studies_and_subjects_without_its_own_filter(client, found):
    told = client.get("/search.json?modality=PT&collection=Lung").json()["facets"]["modality"]
    assert {(one["value"], one["series"], one["studies"], one["subjects"]) for one in told} == {
        ("CT", 3, 3, 2),
        ("PT", 1, 1, 1),
        ("SEG", 1, 1, 1),
    }
    page = client.get("/search/?view=subjects&modality=PT&collection=Lung").content.decode()
    assert re.search(r'title="3 series, 3 studies, 2 subjects">2<', page)


def test_models_stand_below_their_manufacturer_and_versions_below_their_model(client, found):
    page = client.get("/search/?manufacturer=ACME&model=Tomo+64").content.decode()
    tree = page[page.index("<span>Manufacturer</span>") :]
    assert tree.index("ACME") < tree.index("Tomo 64") < tree.index("v1")
    assert "Aurora" not in tree
    assert "<span>Manufacturer model</span>" not in page


def test_all_of_several_modalities_is_one_click_away(client, found):
    page = client.get("/search/?modality=CT&modality=PT").content.decode()
    assert (
        'href="/search/?modality=CT&amp;modality=PT&amp;all_modalities=yes">Subjects with all of these</a>'
        in page
    )
