"""The page of a dataset: everything about it in one place, and nothing of what the reader may not find."""

import html
import json
import re

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from tests.factories import make_release, make_revisions
from tests.pages.public.atlas import fill

from vesalius.release import withdraw

pytestmark = pytest.mark.slow

LONGEST_PAGE = 60_000  # bytes


@pytest.fixture
def atlas(house):
    return fill()


def text_of(answer) -> str:
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def section(text: str, name: str) -> str:
    return text.split(f'<section id="{name}">', 1)[1].split("</section>", 1)[0]


def cells(row: str) -> list[str]:
    found = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in found]


def test_the_page_says_everything_and_stays_small(client, atlas):
    answer = client.get("/collections/Atlas-Lung/")
    text = text_of(answer)
    for told in (
        "some examined twice", "full inspiration", "Ana Maria Kerando", "Kerando Hospital", "ORCID 0000-0002-1825-0097",
        "We thank nobody", "A paper about the atlas", "The archive paper", "One scan was reconstructed anew",
        "Masks of lung tumours", "BibTeX", "CITATION.cff", "Croissant", "CC-BY-4.0",
    ):  # fmt: skip
        assert told in text, told
    assert len(answer.content) < LONGEST_PAGE


def test_data_access_counts_each_row_for_the_one_who_asks(client, atlas, sign_in):
    rows = section(text_of(client.get("/collections/Atlas-Lung/")), "access").split(
        '<tbody class="download">'
    )[1:]
    told = [cells(row) for row in rows]
    lung = atlas.lung.current_release.contents.filter(revision__home_download__title="Images").count()
    assert told[0][0] == "Images CT"
    assert told[0][1] == "DICOM"
    assert told[0][4] == str(lung)
    assert told[0][8] == "None"
    assert "Download ZIP" in rows[0]
    assert "manifest.tcia?download=Images" in rows[0]
    assert "dataset=Atlas-Lung&download=Images" in rows[0]
    assert told[1][:2] == ["Clinical data Files", "CSV"]
    partners = rows[2]
    assert told[2][8] == "Sign in, with a grant"
    assert told[2][2:6] == ["1", "1", "1", "4"], "what may be found is counted"
    assert "manifest.tcia" not in partners
    assert "How to ask for access" in partners
    assert "Only for members" in partners
    assert told[3][1] == "Outside link"
    assert 'href="https://example.org/genomes"' in rows[3]
    sign_in("Atlas-Lung")
    opened = section(text_of(client.get("/collections/Atlas-Lung/")), "access").split(
        '<tbody class="download">'
    )[3]
    assert "manifest.tcia?download=Scans+for+partners" in opened


def test_every_search_link_of_the_page_finds_as_many_as_it_says(client, atlas):
    text = text_of(client.get("/collections/Atlas-Lung/"))
    links = set(re.findall(r'href="(/search/\?[^"]+)">([\d,]+)</a>', text))
    assert len(links) > 12
    for address, number in links:
        found = client.get(address.replace("/search/?", "/search.json?")).json()
        counted = found["totals"]["image_count"] if "sort=-images" in address else found["total"]
        assert counted == int(number.replace(",", "")), address


def test_the_data_card_is_counted_from_the_newest_version(client, atlas):
    card = section(text_of(client.get("/collections/Atlas-Lung/")), "images")
    tables = {
        re.search(r"<caption[^>]*>(.*?)</caption>", one)[1]: dict(
            cells(row)[:2] for row in re.findall(r"<tr>(?!<th scope=\"col\").*?</tr>", one, re.DOTALL)
        )
        for one in re.findall(r"<table.*?</table>", card, re.DOTALL)
    }
    series = atlas.lung.current_release.contents.count()
    subjects = 7
    assert tables["Modalities"] == {"CT": str(series)}
    assert sum(map(int, tables["Scanners"].values())) == series
    assert sum(map(int, tables["Sex"].values())) == subjects
    assert sum(map(int, tables["Age (years)"].values())) == subjects
    assert set(tables["Sex"]) == {"Female", "Male"}
    assert tables["Label coverage"] == {"SEG (3 series)": "2"}
    assert sum(map(int, tables["Time points"].values())) == subjects
    assert tables["Slice thickness (mm)"]["Not specified"] != "0"
    assert tables["From one study to the next"] == {"3 to 6 months": "2"}
    for name in ("Pixel spacing (mm)", "Slice thickness (mm)"):
        assert sum(map(int, tables[name].values())) == series, name


def test_software_that_labels_is_no_scanner(client, atlas):
    card = section(text_of(client.get("/analysis-results/Atlas-Masks/")), "images")
    assert "Modalities" in card
    assert "Scanners" not in card


def test_the_charts_are_drawn_in_per_cent_and_say_what_they_show(client, atlas):
    card = section(text_of(client.get("/collections/Atlas-Lung/")), "images")
    charts = re.findall(r"<svg width=\"100%\".*?</svg>", card, re.DOTALL)
    assert len(charts) == 10
    for chart in charts:
        assert "aria-label=" in chart
        widths = [float(one) for one in re.findall(r'<rect[^>]* width="([\d.]+)%"', chart)]
        assert all(0 < width <= 100 for width in widths)


def test_datasets_are_related_both_ways_as_far_as_they_may_be_found(client, atlas):
    lung = text_of(client.get("/collections/Atlas-Lung/"))
    assert '<a href="/analysis-results/Atlas-Masks/">' in section(lung, "related")
    assert "Atlas-Hidden" not in lung
    masks = text_of(client.get("/analysis-results/Atlas-Masks/"))
    assert '<a href="/collections/Atlas-Lung/">' in section(masks, "related")
    assert "Atlas of lung CT" in section(masks, "cite"), "an analysis result cites what it is made from"


def test_a_hostile_title_cannot_leave_the_data_block(client, atlas):
    page = client.get("/collections/Atlas-Lung/").content.decode()
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[1]
    assert json.loads(block)["name"] == "Atlas of lung CT </script><b>"
    assert "<" not in block
    assert "</script><b>" not in page


def queries(client) -> int:
    with (
        CaptureQueriesContext(connections["default"]) as own,
        CaptureQueriesContext(connections["archive"]) as archive,
    ):
        assert client.get("/collections/Atlas-Lung/").status_code == 200
    return len(own) + len(archive)


def test_no_question_is_asked_of_the_database_for_each_series(client, atlas):
    few = queries(client)
    lung = atlas.lung
    make_release(
        lung,
        revisions=[
            *(row.revision for row in lung.current_release.contents.all()),
            *make_revisions(lung, 9, 1, 2, 1),
        ],
    )
    assert queries(client) <= few + 3, "of one version more"


def test_what_is_withdrawn_leaves_the_data_card_at_once(client, atlas):
    def modalities() -> str:
        card = section(text_of(client.get("/collections/Atlas-Lung/")), "images")
        return re.search(r'class="end" x="100%" y="14">(\d+)<', card)[1]

    assert modalities() == "9"
    withdraw("series", atlas.added.series.series_instance_uid, "wrong laterality", "releaser")
    assert modalities() == "8"
