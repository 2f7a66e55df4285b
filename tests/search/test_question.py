"""A question is the same in its address, in its typed line, in parts and in chips; NBIA's addresses ask it too."""

from datetime import date
from urllib.parse import parse_qsl

import pytest
from tests.factories import make_holding, make_release

from vesalius.catalog.models import SavedSearch, SharedList
from vesalius.errors import BadRequest, NotFound, TooLarge
from vesalius.search.conditions import Compare, Identified, Operator, Studies, Together, Words
from vesalius.search.elements import BY_NAME
from vesalius.search.language import read_question
from vesalius.search.query import Query, Range, chips, identifiers_in, keep, meant, of_nbia, parse, typed

THIN = Range("slice_thickness", None, 1.5)
FULL = Query(
    modalities=("CT", "PT"),
    together=True,
    phantoms=(False,),
    commercial=(True,),
    events=("DIAGNOSIS",),
    ranges=(
        THIN,
        Range("age", 40.0, 60.5),
        Range("days_from_event", 0.0),
        Range("released", date(2020, 1, 1)),
    ),
    studies=Studies(2, "dates"),
    description="axial thin",
    identified=("P-1", "1.2.3"),
    words=("T2", "flair"),
    where=read_question('(KVP > 100 OR Manufacturer ~ "GE*") AND NOT Modality = MR AND Sex = ""'),
)


def _through_the_line(query: Query) -> Query:
    return meant(read_question(typed(query)))


def test_a_question_comes_back_from_its_address_and_from_its_line():
    assert parse(parse_qsl(FULL.url())) == _through_the_line(FULL)
    again = _through_the_line(FULL)
    assert _through_the_line(again) == again == parse(parse_qsl(again.url()))
    assert again.sexes == ("",), "what the simple search can ask stands in its place"


@pytest.mark.parametrize(
    ("line", "query"),
    [
        ("", Query()),
        ("Modality in (CT, MR)", Query(modalities=("CT", "MR"))),
        ("Modality in (CT, MR) and Modality all (CT, MR)", Query(modalities=("CT", "MR"), together=True)),
        ("slice thickness <= 1.5", Query(ranges=(THIN,))),
        ("third party = no", Query(third_party=(False,))),
        ("description contains axial", Query(description="axial")),
        ("studies >= 2 T2 Flair", Query(studies=Studies(2), words=("t2", "flair"))),
        ("id in (a, b)", Query(identified=("a", "b"))),
        ("Modality = CT", Query(where=Compare("modalities", Operator.EQUALS, ("CT",)))),
    ],
)
def test_what_the_simple_search_can_ask_goes_to_its_place(line, query):
    assert meant(read_question(line)) == query == _through_the_line(query)


def test_the_parts_say_all_and_each_facet_can_be_counted_without_its_own():
    told = FULL.parts()
    assert (BY_NAME["phantoms"], Compare("phantoms", Operator.ANY_OF, (False,))) in told
    assert (None, Studies(2, "dates")) in told
    assert (None, Identified(("1.2.3", "P-1"))) in told
    assert (None, Words("t2 flair")) in told
    assert (BY_NAME["released"], Compare("released", Operator.GREATER_OR_EQUAL, (date(2020, 1, 1),))) in told
    assert Together("modalities", ("CT", "PT")) in dict(told)[BY_NAME["modalities"]].parts
    for element in (
        BY_NAME["modalities"],
        BY_NAME["slice_thickness"],
        BY_NAME["SeriesDescription"],
        BY_NAME["sexes"],
    ):
        rest = FULL.without(element)
        assert element in dict(told)
        assert element not in dict(rest.parts())
        assert len(rest.parts()) < len(told)


def test_each_chip_takes_one_thing_back_and_the_last_leaves_nothing():
    query, seen = FULL, 0
    while told := chips(query):
        assert all(chip.without != query for chip in told)
        query, seen = told[-1].without, seen + 1
    assert query == Query()
    assert seen == len(chips(FULL)) == 18
    labels = {(chip.label, chip.value) for chip in chips(FULL)}
    assert ("Slice thickness", "up to 1.5 mm") in labels
    assert ("Age", "40 to 60.5 years") in labels
    assert ("Subject with", "at least 2 dates of studies") in labels
    assert ("Modality", "all of these in one subject") in labels


def test_an_old_address_with_released_since_asks_the_same():
    assert parse([("released_since", "2026-01-31")]) == Query(ranges=(Range("released", date(2026, 1, 31)),))


@pytest.mark.parametrize(
    "pairs",
    [
        [("slice_thickness_from", "thin")],
        [("released_to", "2020-13")],
        [("least_studies", "0")],
        [("least_studies", "2"), ("studies_by", "weeks")],
        [("where", "SliceThicknes < 2")],
        [("phantom", "maybe")],
    ],
)
def test_a_value_that_a_part_cannot_take_is_refused(pairs):
    with pytest.raises(BadRequest):
        parse(pairs)


def test_thousands_of_identifiers_are_kept_and_the_address_stays_short(house):
    pasted = "\n".join(f"1.2.840.{number}" for number in range(5000)) + "\n, P 1 ,\n"
    query = Query(identified=identifiers_in(pasted))
    assert len(query.identified) == 5001
    assert "P 1" in query.identified
    with pytest.raises(NotFound):
        parse(parse_qsl(query.url()))
    keep(query)
    keep(query)
    assert SavedSearch.objects.count() == 1
    assert len(query.url()) < 60
    assert parse(parse_qsl(query.url())) == query


def test_what_no_list_of_identifiers_is_is_refused():
    with pytest.raises(TooLarge):
        identifiers_in("\n".join(map(str, range(50_001))))
    with pytest.raises(BadRequest):
        identifiers_in("x" * 65)


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("CollectionCriteria=A,B&collectionName=C", Query(collections=("A", "B", "C"))),
        ("PatientCriteria=P-1,P-2", Query(patient_ids=("P-1", "P-2"))),
        ("patientID=P-1", Query(patient_ids=("P-1",))),
        ("StudyCriteria=1.2&SeriesCriteria=1.3", Query(study_uids=("1.2",), series_uids=("1.3",))),
        ("ModalityAll=true&ImageModalityCriteria=CT,PT", Query(modalities=("CT", "PT"), together=True)),
        ("SpeciesCriteria=447612001", Query(species=("Mus musculus",))),
        ("PhantomCriteria=1&ThirdPartyCriteria=NO", Query(phantoms=(True,), third_party=(False,))),
        ("AnatomicalSiteCriteria=CHEST,Not Specified", Query(body_parts=("", "CHEST"))),
        ("ManufacturerCriteria=- NOT SPECIFIED -,GE", Query(manufacturers=("", "GE"))),
        ("PatientSexCriteria=Female,Null", Query(sexes=("", "F"))),
        ("PatientAgeRangeCriteria=020Y-060Y", Query(ranges=(Range("age", 20.0, 60.0),))),
        ("MinNumberOfStudiesCriteria=2-Dates", Query(studies=Studies(2, "dates"))),
        ("MinNumberOfStudiesCriteria=3-UIDs", Query(studies=Studies(3, "uids"))),
        ("MinNumberOfStudiesCriteria=1&CollectionCriteria=CTDC", Query(collections=("CTDC",))),
        ("MinNumberOfStudyDatesCriteria=2", Query(studies=Studies(2, "dates"))),
        ("DateRange=01/31/2020-12/31/2021", Query(ranges=(Range("released", date(2020, 1, 31), date(2021, 12, 31)),))),
        ("SliceThicknessCriteria=1-2.5", Query(ranges=(Range("slice_thickness", 1.0, 2.5),))),
        ("PixelSpacingCriteria=0.5-", Query(ranges=(Range("pixel_spacing", 0.5),))),
        ("ImageDescriptionCriteria=axial thin", Query(description="axial thin")),
        ("text-search=lung nodule", Query(words=("lung", "nodule"))),
        ("exclude-commercial=true", Query(commercial=(True,))),
        (
            "days-from-baseline=Diagnosis:0-365&SliceThicknessCriteria=1-2",
            Query(events=("Diagnosis",), ranges=(Range("days_from_event", 0.0, 365.0), Range("slice_thickness", 1.0, 2.0))),
        ),
        ("NBIAProgramCriteria=TCIA&api-url=https://example.org", Query()),
    ],
)  # fmt: skip
def test_an_address_of_nbias_search_asks_the_same_here(address, query):
    assert of_nbia(parse_qsl(address))[0] == query


def test_what_means_nothing_here_is_named():
    assert of_nbia(parse_qsl("NBIAProgramCriteria=TCIA&patientID=P&api-url=x"))[1] == (
        "NBIAProgramCriteria",
        "api-url",
    )


@pytest.mark.parametrize(
    "address", ["DateRange=2020-2021", "SliceThicknessCriteria=thin", "MinNumberOfStudiesCriteria=many"]
)
def test_a_value_that_nbia_would_not_write_is_refused(address):
    with pytest.raises(BadRequest):
        of_nbia(parse_qsl(address))


def test_a_shared_list_of_nbias_address_is_its_series(house):
    release = make_release(make_holding("Lung"), series=2)
    uids = tuple(sorted(release.contents.values_list("revision__series__series_instance_uid", flat=True)))
    shared = SharedList.objects.create(name="nbia-77", owner="someone")
    for uid in uids:
        shared.items.create(series_instance_uid=uid)
    assert of_nbia([("saved-cart", "nbia-77")])[0] == Query(identified=uids)
    with pytest.raises(NotFound):
        of_nbia([("saved-cart", "nbia-78")])
