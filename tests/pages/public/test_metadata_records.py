"""What machines are told of a dataset: each format held to the schema or the loader of those who read it."""

import csv
import json
import re
from io import StringIO

import mlcroissant
import pytest
from datacite import schema45
from jsonschema import Draft7Validator, FormatChecker
from tests.pages.public.atlas import fill

from vesalius.catalog.models import Holding
from vesalius.release.records import FORMATS

pytestmark = pytest.mark.slow

PAGES = (
    "/collections/Atlas-Lung/",
    "/collections/Atlas-Lung/versions/1/",
    "/collections/Atlas-Lung/versions/3/",
    "/analysis-results/Atlas-Masks/",
    "/analysis-results/Atlas-Masks/versions/1/",
)
REGISTERED = "10.7937/atlas.1"

# What the Citation File Format 1.2.0 asks (its guide, "Valid keys"): required keys, types, patterns, nothing unknown.
PERSON = {
    "type": "object",
    "additionalProperties": False,
    "anyOf": [{"required": ["family-names"]}, {"required": ["name"]}],
    "properties": {
        **{
            key: {"type": "string", "minLength": 1}
            for key in ("family-names", "given-names", "affiliation", "name")
        },
        "orcid": {"pattern": r"^https://orcid\.org/[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]{1}$"},
    },
}
WORK = {
    "title": {"type": "string", "minLength": 1},
    "authors": {"type": "array", "minItems": 1, "uniqueItems": True, "items": PERSON},
    "version": {"type": "string", "minLength": 1},
    "date-released": {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[012])-(0[1-9]|[12][0-9]|3[01])$"},
    "doi": {"type": "string", "pattern": r"^10\.\d{4,9}(\.\d+)?/[A-Za-z0-9:/_;\-\.\(\)\[\]\\]+$"},
    "url": {"type": "string", "format": "uri", "pattern": "^(https|http|ftp|sftp)://.+"},
}
CFF = {
    "type": "object",
    "additionalProperties": False,
    "required": ["authors", "cff-version", "message", "title"],
    "properties": {
        **WORK,
        "cff-version": {"const": "1.2.0"},
        "message": {"type": "string", "minLength": 1},
        "type": {"enum": ["dataset", "software"]},
        "abstract": {"type": "string", "minLength": 1},
        "keywords": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "string", "minLength": 1},
        },
        "license": {"enum": ["CC-BY-4.0", "CC-BY-NC-4.0", "CC0-1.0"]},
        "identifiers": {
            "type": "array",
            "items": {
                "required": ["type", "value"],
                "additionalProperties": False,
                "properties": {
                    "type": {"enum": ["doi", "url", "swh", "other"]},
                    "value": {"type": "string"},
                    "description": {"type": "string", "minLength": 1},
                },
            },
        },
        "references": {
            "type": "array",
            "items": {
                "required": ["authors", "title", "type"],
                "additionalProperties": False,
                "properties": {**WORK, "type": {"const": "data"}},
            },
        },
    },
}


@pytest.fixture
def atlas(house):
    return fill()


def ask(client, address: str):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer


@pytest.fixture(params=PAGES)
def page(request, atlas) -> str:
    return request.param


@pytest.fixture(params=["draft", "registered"])
def doi(request, atlas) -> str:
    """The collection with a draft DOI, or with one that the world knows."""
    if request.param == "registered":
        Holding.objects.filter(short_title="Atlas-Lung").update(concept_doi=REGISTERED)
    return request.param


def read_yaml(text: str) -> dict:
    """The YAML that the archive writes: keys, JSON scalars, and lists of scalars or of such maps, two levels deep."""
    told: dict = {}
    items: list = []
    for line in text.splitlines():
        if line.startswith("  - "):
            items.append([line[4:]])
        elif line.startswith("    "):
            items[-1].append(line[4:])
        elif line.endswith(":"):
            items = told[line[:-1]] = []
        else:
            key, value = line.split(": ", 1)
            told[key] = json.loads(value)
    for key, value in told.items():
        if value and isinstance(value, list):
            told[key] = [read_yaml("\n".join(one)) if _is_map(one) else json.loads(one[0]) for one in value]
    return told


def _is_map(lines: list[str]) -> bool:
    return not lines[0].startswith('"')


def test_datacite_json_is_valid_against_the_schema_of_datacite(client, page):
    told = json.loads(ask(client, f"{page}datacite.json").content)
    schema45.validator.validate(told)
    assert told["doi"].startswith("10.5072/")
    assert told["types"]["resourceTypeGeneral"] == "Dataset"


def test_datacite_tells_who_made_it_and_what_it_is_related_to(client, atlas):
    told = json.loads(ask(client, "/collections/Atlas-Lung/datacite.json").content)
    person, _, group = told["creators"]
    assert (person["familyName"], person["nameType"], group["nameType"]) == (
        "Kerando",
        "Personal",
        "Organizational",
    )
    assert person["nameIdentifiers"][0]["nameIdentifier"] == "https://orcid.org/0000-0002-1825-0097"
    related = {(one["relationType"], one["relatedIdentifier"]) for one in told["relatedIdentifiers"]}
    assert ("IsSourceOf", atlas.masks.concept_doi) in related
    assert ("IsDocumentedBy", "10.1000/paper") in related
    releases = {one.number: one.doi for one in atlas.lung.releases.all()}
    assert {("HasVersion", doi) for doi in releases.values()} <= related
    of_second = json.loads(ask(client, "/collections/Atlas-Lung/versions/2/datacite.json").content)
    assert of_second["doi"] == releases[2]
    related = {one["relationType"]: one["relatedIdentifier"] for one in of_second["relatedIdentifiers"]}
    assert related["IsNewVersionOf"] == releases[1]
    assert related["IsPreviousVersionOf"] == releases[3]
    assert related["IsVersionOf"] == atlas.lung.concept_doi
    masks = json.loads(ask(client, "/analysis-results/Atlas-Masks/datacite.json").content)
    assert ("IsDerivedFrom", atlas.lung.concept_doi) in {
        (one["relationType"], one["relatedIdentifier"]) for one in masks["relatedIdentifiers"]
    }


def test_schema_org_json_ld_has_what_dataset_search_asks(client, page):
    told = json.loads(ask(client, f"{page}schema.jsonld").content)
    assert (told["@context"], told["@type"]) == ("https://schema.org/", "Dataset")
    assert 50 <= len(told["description"]) <= 5000
    assert told["name"]
    assert told["license"]
    assert told["creator"][0]["name"]
    for part in told["distribution"]:
        local = part["contentUrl"].removeprefix("http://127.0.0.1:8000")
        answer = ask(client, local)
        assert answer["Content-Type"].split(";")[0] == part["encodingFormat"], local


@pytest.mark.filterwarnings(
    "ignore:ConjunctiveGraph is deprecated:DeprecationWarning"
)  # in mlcroissant's use of rdflib
def test_croissant_loads_without_an_error_and_without_a_network(client, page):
    told = json.loads(ask(client, f"{page}croissant.json").content)
    loaded = mlcroissant.Dataset(jsonld=told)
    issues = loaded.metadata.issues
    assert not issues.errors
    assert not issues.warnings
    assert told["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    assert next(one.uuid for one in loaded.metadata.record_sets) == "series"


def test_croissant_describes_each_column_of_its_tables(client, atlas):
    told = json.loads(ask(client, "/collections/Atlas-Lung/versions/3/croissant.json").content)
    for records in told["recordSet"]:
        source = next(
            one
            for one in told["distribution"]
            if one["@id"] == records["field"][0]["source"]["fileObject"]["@id"]
        )
        answer = ask(client, source["contentUrl"].removeprefix("http://127.0.0.1:8000"))
        lines = list(
            csv.DictReader(
                StringIO(b"".join(answer).decode() if answer.streaming else answer.content.decode())
            )
        )
        columns = [field["source"]["extract"]["column"] for field in records["field"]]
        assert list(lines[0]) == columns
        assert all(field["description"] for field in records["field"])


def test_the_series_index_is_the_version_and_nothing_else(client, atlas):
    for number, count in ((1, 8), (2, 8), (3, 9)):
        text = ask(client, f"/collections/Atlas-Lung/versions/{number}/series.csv").content.decode()
        rows = list(csv.DictReader(StringIO(text)))
        assert len(rows) == count
    revisions = {row["series_instance_uid"]: row["revision"] for row in rows}
    assert revisions[atlas.corrected.series.series_instance_uid] == "2"


def test_the_citation_file_keeps_to_the_citation_file_format(client, page, doi):
    answer = ask(client, f"{page}CITATION.cff")
    told = read_yaml(answer.content.decode())
    Draft7Validator(CFF, format_checker=FormatChecker()).validate(told)
    assert answer["Content-Disposition"] == 'attachment; filename="CITATION.cff"'
    if doi == "draft":
        assert "doi" not in told, "a draft DOI resolves nowhere"
        assert told["identifiers"][0]["value"].startswith("10.5072/")
    elif page == "/collections/Atlas-Lung/":
        assert told["doi"] == REGISTERED


def test_bibtex_says_who_what_when_and_where(client, atlas):
    answer = ask(client, "/collections/Atlas-Lung/cite/bibtex")
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("application/x-bibtex")
    assert answer["Content-Disposition"] == 'attachment; filename="Atlas-Lung.bib"'
    assert "author = {Kerando, Ana Maria and Östanvik, Bo and {The Atlas Group}}" in text
    assert re.match(r"@misc\{Atlas-Lung-\d{4}-v3,\n", text)
    assert "10.5072" not in re.findall(r"doi = .*", text)
    assert text.count("{") == text.count("}")
    derived = ask(client, "/analysis-results/Atlas-Masks/cite/bibtex").content.decode()
    assert derived.count("@misc{") == 2, "its source is cited with it"


def test_ris_is_a_data_set_with_its_authors(client, atlas, doi):
    answer = ask(client, "/collections/Atlas-Lung/cite/ris")
    text = answer.content.decode()
    lines = text.split("\r\n")
    assert lines[0] == "TY  - DATA"
    assert lines[-2:] == ["ER  - ", ""]
    assert "AU  - Kerando, Ana Maria" in lines
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line) for line in lines[:-1])
    assert (f"DO  - {REGISTERED}" in lines) == (doi == "registered")
    assert answer["Content-Type"].startswith("application/x-research-info-systems")


def test_a_citation_in_words_names_the_version_and_says_what_a_draft_is(client, atlas, doi):
    text = ask(client, "/collections/Atlas-Lung/cite/text").content.decode()
    assert text.startswith("Kerando, A. M., Östanvik, B., & The Atlas Group (")
    assert "(Version 3) [Data set]" in text
    assert ("https://doi.org/" in text) == (doi == "registered")
    assert ("draft DOI 10.5072/" in text) == (doi == "draft")


def signposts(answer) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for href, told in re.findall(r"<([^>]+)>((?:; \w+=\"[^\"]*\")+)", answer["Link"]):
        values = dict(re.findall(r'(\w+)="([^"]*)"', told))
        found.setdefault(values["rel"], []).append((href, values.get("type", "")))
    return found


def test_signposts_lead_from_the_page_to_all_of_it_and_back(client, page, doi):
    answer = ask(client, page)
    links = signposts(answer)
    assert len(links["cite-as"]) == 1
    assert ("doi.org" in links["cite-as"][0][0]) == (
        doi == "registered" and page == "/collections/Atlas-Lung/"
    )
    assert [href for href, _ in links["type"]] == [
        "https://schema.org/AboutPage",
        "https://schema.org/Dataset",
    ]
    assert len(links["describedby"]) == len(FORMATS)
    for rel in ("describedby", "item", "linkset"):
        for href, media_type in links[rel]:
            record = ask(client, href.removeprefix("http://127.0.0.1:8000"))
            assert record["Content-Type"].split(";")[0] == media_type, href
            if rel == "describedby":
                assert signposts(record)["describes"][0][0].endswith(page)
    linkset = json.loads(ask(client, f"{page}linkset.json").content)["linkset"]
    assert linkset[0]["anchor"].endswith(page)
    assert {one["href"] for one in linkset[0]["describedby"]} == {href for href, _ in links["describedby"]}
    assert linkset[0]["cite-as"][0]["href"] == links["cite-as"][0][0]


def test_the_address_of_a_dataset_answers_programs_in_their_format(client, atlas):
    for media_type in (
        "application/vnd.datacite.datacite+json",
        "application/ld+json",
        "application/x-bibtex",
    ):
        answer = client.get("/collections/Atlas-Lung/", headers={"Accept": media_type})
        assert answer["Content-Type"].startswith(media_type)
        assert "Accept" in answer["Vary"]
    for accepts in ("text/html", "*/*", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"):
        answer = client.get("/collections/Atlas-Lung/", headers={"Accept": accepts})
        assert answer["Content-Type"].startswith("text/html"), accepts


def test_what_may_not_be_found_stands_in_no_record(client, atlas):
    places = [*FORMATS, "linkset.json"]
    for place in places:
        for page in ("/analysis-results/Atlas-Hidden/", "/analysis-results/Atlas-Hidden/versions/1/"):
            assert client.get(f"{page}{place}").status_code == 404, place
        text = ask(client, f"/collections/Atlas-Lung/{place}").content.decode()
        assert "Atlas-Hidden" not in text, place
    for file in ("series.csv", "manifest.json"):
        assert client.get(f"/analysis-results/Atlas-Hidden/versions/1/{file}").status_code == 404
