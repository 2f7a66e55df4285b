"""What each endpoint does with nothing to say, a parameter missing or unknown, and an asker who may not."""

import pytest
from tests.factories import make_holding, make_release, make_revision, make_series
from tests.nbia.conftest import PLAIN, RICH, SECRET

from vesalius.access.models import Grant
from vesalius.access.people import create_person, grant
from vesalius.access.tokens import create_token
from vesalius.catalog.models import Download, Holding, Patient, SeriesRevision
from vesalius.nbia.public.table.endpoints import ENDPOINTS, Image, Table
from vesalius.release import purge
from vesalius.settings.routing import Side

pytestmark = pytest.mark.slow

TABLES = [(version, table) for table in ENDPOINTS if isinstance(table, Table) for version in table.versions]
UID, IMAGE = (
    "A parameter, SeriesInstanceUID is required for this API call.",
    "A parameter, SeriesInstanceUID, is required for this API call.",
)
MISSING = {
    "v1/getSeriesSize": UID,
    "v4/getSeriesSize": UID,
    "v1/getSOPInstanceUIDs": UID,
    "v4/getSOPInstanceUIDs": UID,
    "v2/getSeriesMetaData": UID,
    "v1/getImage": IMAGE,
    "v4/getImage": IMAGE,
    "v4/getImageWithMD5Hash": IMAGE,
    "v4/getSingleImage?SeriesInstanceUID=1.2.3.1": (
        "A parameter, SeriesInstanceUID and SOPInstanceUID, are required for this API call."
    ),
}
UNKNOWN = {
    "getCollectionValues": "[format]",
    "getModalityValues": "[Collection, BodyPartExamined, format]",
    "getBodyPartValues": "[Collection, Modality, format]",
    "getManufacturerValues": "[Collection, Modality, BodyPartExamined, format]",
    "getPatient": "[Collection, PatientId, format]",
    "getPatientStudy": "[Collection, PatientID, StudyInstanceUID, format]",
    "getSeries": (
        "[Collection, PatientID, StudyInstanceUID, Modality, BodyPartExamined, ManufacturerModelName, Manufacturer, "
        "SeriesInstanceUID, format]"
    ),
    "getSeriesSize": "[SeriesInstanceUID, format]",
    "getSOPInstanceUIDs": "[SeriesInstanceUID, format]",
    "getImage": "[SeriesInstanceUID, NewFileNames, IncludeMD5]",
    "getImageWithMD5Hash": "[SeriesInstanceUID]",
    "getSingleImage": "[SeriesInstanceUID, SOPInstanceUID]",
}
NOT_GRANTED = (
    "The user has not been granted the access to image with given SeriesInstanceUID,{}."
    " Please contact System Admin to resolve this issue."
)


def told(answer):
    return answer.status_code, answer.content.decode(), answer.headers.get("Content-Type")


def required(table, uid):
    return dict.fromkeys(table.required, uid)


def test_no_rows_are_an_empty_body_without_a_type(ask):
    for version, table in TABLES:
        answer = ask(f"{version}/{table.name}", method=table.method.lower(), **required(table, "1.2.3"))
        assert told(answer) == (table.none_status, "", None), (version, table.name)
        assert answer.headers.get("Content-Length") == ("0" if answer.status_code == 200 else None)
    assert {t.name: t.none_status for _, t in TABLES if t.none_status != 200} == {"getSeriesMetaData": 204}


def test_a_missing_parameter_is_a_bare_sentence_typed_as_json(ask):
    for path, sentence in MISSING.items():
        assert told(ask(path)) == (400, sentence, "application/json"), path
    answer = ask("v4/getSeriesMetadata", method="post", list=" , ")
    sentence = "A form parameter, list, containing at least one SeriesInstanceUID is required."
    assert told(answer) == (400, sentence, "application/json")


def test_v4_refuses_parameters_it_does_not_know_and_the_others_ignore_them(ask, world):
    plain = "text/plain; charset=UTF-8"
    for name, allowed in UNKNOWN.items():
        sentence = f"Invalid query parameter: 'collection'. Allowed parameters are: {allowed}"
        assert told(ask(f"v4/{name}", collection="Lung")) == (400, sentence, plain)
    for version in ("v1", "v2"):
        assert ask(f"{version}/getCollectionValues", api_key="x").json() == [{"Collection": "Lung"}]
    assert ask("v4/getSeriesMetadata", method="post", list=RICH, other="x").status_code == 200
    assert set(UNKNOWN) | {"getSeriesMetadata", "getSeriesMetaData"} == {e.name for e in ENDPOINTS}


def test_case_counts_as_each_version_says(ask, world):
    def rows(path, **parameters):
        return len(ask(path, **parameters).content) > 0

    assert all(
        rows(f"{version}/getSeries", Collection="LUNG", Modality="ct") for version in ("v1", "v2", "v4")
    )
    assert all(rows(f"{version}/getModalityValues", Collection="lung") for version in ("v1", "v4"))
    assert rows("v4/getPatient", Collection="LUNG", PatientId="l-1")
    assert rows("v1/getPatient", Collection="Lung", PatientId="L-1")
    assert not rows("v1/getPatient", Collection="LUNG")
    assert not rows("v4/getSeries", Collection="L_ng"), "a sign of LIKE is a sign like any other"
    assert not rows("v4/getSeries", Collection="Lung\0")


def test_the_old_addresses_answer_too(ask, client_of_the_site, world):
    expected = ask("v1/getCollectionValues").content
    for address in (
        "/nbia-api/v1/getCollectionValues",
        "/nbia-api/services/getCollectionValues",
        "/services/v3/TCIA/query/getCollectionValues",
        "/services/v4/TCIA/query/getCollectionValues",
    ):
        assert client_of_the_site.get(address).content == expected, address


def test_a_hidden_collection_is_invisible_in_every_table(ask, world):
    words = ("Secret", SECRET, "S-1", "PT", "BRAIN", "Hidden Inc", "1.2.9")
    for version, table in TABLES:
        for uid in (RICH, SECRET):
            body = ask(
                f"{version}/{table.name}", method=table.method.lower(), **required(table, uid)
            ).content.decode()
            assert not [word for word in words if f'"{word}"' in body], (version, table.name)


def test_an_image_that_may_not_be_had_is_refused_in_the_words_of_its_version(ask, world):
    sop = world.hidden.contents.first().instance.sop_instance_uid
    for uid in (SECRET, "1.2.3.4.5"):
        public = f"Image with given SeriesInstanceUID,{uid}, is not in public domain."
        for name in ("getImage", "getImageWithMD5Hash"):
            assert told(ask(f"v1/{name}", SeriesInstanceUID=uid)) == (400, public, "application/json")
            for version in ("v2", "v4"):
                answer = ask(f"{version}/{name}", SeriesInstanceUID=uid)
                assert told(answer) == (400, NOT_GRANTED.format(uid), "application/json")
    for uid in (SECRET, RICH):
        answer = ask("v4/getSingleImage", SeriesInstanceUID=uid, SOPInstanceUID=sop)
        assert told(answer)[:2] == (400, "Server was not able to process your request")


def test_a_grant_to_find_shows_rows_and_one_to_fetch_gives_images(ask, world):
    create_person("reader", None, side=Side.INTAKE, by="test")
    token = create_token("reader", side=Side.INTAKE, by="test")
    for deed, status in ((Grant.Deed.FIND, 400), (Grant.Deed.FETCH, 200)):
        grant("reader", Grant.Scope.HOLDING, "Secret", deed, side=Side.INTAKE, by="test")
        assert len(ask("v4/getSeries", token=token).json()) == 3
        assert ask("v4/getSeriesSize", token=token, SeriesInstanceUID=SECRET).content
        assert ask("v4/getImage", token=token, SeriesInstanceUID=SECRET).status_code == status
    assert len(ask("v1/getSeries", token=token).json()) == 2, "v1 hears no token"


def test_what_may_only_be_fetched_is_found_by_its_uid_alone(ask, world):
    Download.objects.filter(holding__short_title="Secret").update(find="nobody", fetch="anyone")
    assert b"Secret" not in ask("v4/getCollectionValues").content
    assert ask("v4/getSeries", SeriesInstanceUID=SECRET).content == b""
    assert b"Secret" in ask("v4/getSeriesMetadata", method="post", list=SECRET).content
    assert ask("v1/getSeriesMetaData", SeriesInstanceUID=SECRET).json()[0]["Collection"] == "Secret"
    assert ask("v4/getImage", SeriesInstanceUID=SECRET).status_code == 200


def test_who_asks_is_a_token_or_nobody(ask, client_of_the_site, world):
    def status(header):
        address = "/nbia-api/services/v4/getCollectionValues"
        return client_of_the_site.get(address, headers={"Authorization": header})

    for header in ("", "Bearer undefined", "Bearer", "bearer nbia_guest"):
        assert status(header).json() == [{"Collection": "Lung"}]
    for header in ("Bearer vsl_none", "Basic dTpw", "Bearer a b"):
        answer = status(header)
        assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/json")
        assert answer.json() == {
            "error": "invalid_token",
            "error_description": "The access token is invalid or has expired.",
        }


def test_the_newest_published_revision_answers_and_nothing_of_a_hidden_patient(ask, world):
    newer = make_revision(world.rich.series, images=1, real=True, body_part_examined="HEAD")
    holding = world.rich.series.holding
    make_release(holding, [newer, world.plain])
    assert ask("v4/getSeriesSize", SeriesInstanceUID=RICH).json() == [
        {"TotalSizeInBytes": newer.size, "ObjectCount": 1}
    ]
    assert len(ask("v4/getSOPInstanceUIDs", SeriesInstanceUID=RICH).json()) == 1
    make_release(holding, [world.plain])
    assert ask("v4/getSeries", SeriesInstanceUID=RICH).content == b""
    assert ask("v4/getSeriesSize", SeriesInstanceUID=RICH).json()[0]["ObjectCount"] == 1
    SeriesRevision.objects.filter(pk=newer.pk).update(withdrawn_at=newer.admitted_at)
    assert ask("v4/getSeriesSize", SeriesInstanceUID=RICH).json()[0]["ObjectCount"] == 2
    purge.ask("Lung", "L-2", "asked by the site", "administrator")
    assert ask("v4/getSeries").content == b""
    assert ask("v4/getImage", SeriesInstanceUID=PLAIN).status_code == 400


def test_a_third_partys_series_stands_under_its_source_with_a_doi_of_its_own(ask, world):
    result = make_holding("Nodules", kind=Holding.Kind.ANALYSIS_RESULT, concept_doi="10.5072/Nodules.1")
    series = make_series(world.rich.series.study, result, modality="SEG")
    make_release(result, [make_revision(series, third_party=True)])
    (row,) = ask("v4/getSeries", Modality="SEG").json()
    assert (row["Collection"], row["ThirdPartyAnalysis"]) == ("Lung", "YES")
    assert row["DataDescriptionURI"] == "https://doi.org/10.5072/Nodules.1"
    (study,) = ask("v4/getPatientStudy", StudyInstanceUID=row["StudyInstanceUID"]).json()
    assert study["SeriesCount"] == 2
    assert ask("v4/getCollectionValues").json() == [{"Collection": "Lung"}]


def test_the_species_is_the_patients_or_the_collections_and_the_code_goes_with_it(ask, world):
    Patient.objects.filter(patient_id="L-1").update(species="", species_code="")
    Patient.objects.filter(patient_id="L-2").update(species="Mus musculus", species_code="")
    human, mouse = ask("v4/getPatient").json()
    assert (human["SpeciesCode"], human["SpeciesDescription"]) == ("337915000", "Homo sapiens")
    assert (mouse.get("SpeciesCode"), mouse["SpeciesDescription"]) == (None, "Mus musculus")


def test_other_sites_may_ask_and_other_methods_may_not(ask, world):
    address = "v4/getSeries"
    assert ask(address).headers["Access-Control-Allow-Origin"] == "*"
    assert ask(address, Colour="red").headers["Access-Control-Allow-Origin"] == "*"
    before = ask(address, method="options")
    assert (before.status_code, before.headers["Access-Control-Allow-Headers"]) == (
        200, "Authorization, Content-Type, Range",
    )  # fmt: skip
    assert ask(address, method="post").status_code == 405
    assert ask("v4/getSeriesMetadata").status_code == 405
    head, whole = ask(address, method="head"), ask(address)
    assert (head.content, head.headers["Content-Length"]) == (b"", whole.headers["Content-Length"])


@pytest.mark.parametrize("name", [endpoint.name for endpoint in ENDPOINTS if isinstance(endpoint, Image)])
def test_images_come_as_zip_or_dicom_with_exact_length(ask, world, name):
    sop = world.rich.contents.order_by("position").first()
    given = {"SOPInstanceUID": sop.instance.sop_instance_uid} if name == "getSingleImage" else {}
    answer = ask(f"v4/{name}", SeriesInstanceUID=RICH, **given)
    body = b"".join(answer.streaming_content)
    assert answer.headers["Content-Length"] == str(len(body))
    if given:
        assert answer.headers["Content-Type"] == "application/dicom"
        assert f"{given['SOPInstanceUID']}.dcm" in answer.headers["Content-Disposition"]
        assert len(body) == sop.blob.size
        assert body[128:132] == b"DICM"
    else:
        assert answer.headers["Content-Type"] == "application/zip"
        assert f"{RICH}.zip" in answer.headers["Content-Disposition"]
        assert (b"md5hashes.csv" in body) == (name == "getImageWithMD5Hash")
        assert (b"LICENSE" in body) == (name == "getImage")


def test_the_names_and_hashes_of_an_image_zip_are_as_asked(ask, world):
    def body(version, **asked):
        return b"".join(ask(f"{version}/getImage", SeriesInstanceUID=RICH, **asked).streaming_content)

    assert b"00000001.dcm" in body("v4")
    assert b"1-1.dcm" in body("v1", NewFileNames="Yes")
    assert b"md5hashes.csv" in body("v4", IncludeMD5="Yes")
    assert b"md5hashes.csv" not in body("v1", IncludeMD5="Yes")
