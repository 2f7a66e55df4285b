"""The table of elements: each of NBIA's 89 is there and answers on data that came through the door."""

import pytest
from pydicom import Dataset, dcmread
from pydicom.data import get_testdata_file
from pydicom.datadict import dictionary_VR
from tests.search.catalog import current_by_hand
from tests.search.oracle import singles

from vesalius.access.permit import visible_to
from vesalius.catalog.models import Release, SeriesRevision
from vesalius.curate import plan, review
from vesalius.curate import work as _handlers  # noqa: F401 - registers the handlers
from vesalius.intake.models import CleanedSeries
from vesalius.release import publish
from vesalius.search.conditions import Compare, Operator
from vesalius.search.elements import TABLE, element_of, names
from vesalius.search.find import find_series
from vesalius.search.query import Query
from vesalius.store.sources import gather
from vesalius.submit.receive import close, open_submission, receive

# As facts of NBIA 9 list them: its dynamic search, by level.
NBIA = """
Collection Name; Patient ID; Patient Name; Patient Gender; Ethnic Group; Patient Birthday; Study Instance UID; Study Date;
Study Time; Study Description; Admitting Diagnoses Description; Admitting Diagnoses Code Sequence; Study ID;
Trial Time Point ID; Trial Time Point Description; Patient Age; Patient Height; Patient Weight; Occupation;
Patient History; Modality; Series Instance UID; Series Description; Series Laterality; Series Date; Protocol Name;
Anatomical Site; Series Number; Synchronization Frame Of Reference UID; Frame of Reference UID; Instance Number;
Content Date; Content Time; Image Type; Acquisition Date; Acquisition Time; Acquisition Number;
Lossy Image Compression; Image Orientation Patient; Pixel Spacing; Image Position Patient; Slice Thickness;
Slice Location; Contrast Bolus Agent; Contrast Bolus Route; SOP Class UID; SOP Instance UID; Patient Position;
Source To Detector Distance; Source Subject Distance; Focal Spot Size; Storage Media File Set UID;
Acquisition Date Time; Image Comments; Image Laterality; Acquisition Matrix; Column Count; Row Count;
Number of Frame(s); KVP; Scan Option; Data Collection Diameter; Reconstruction Diameter; Gantry Detector Tilt;
Exposure Time; X Ray Tube Current; Exposure; Exposure In Micro As; Convolution Kernel; Revolution Time;
Single Collimation Width; Total Collimation Width; Table Speed; Table Feed Per Rotation; CT Pitch Factor;
Anatomic Region Sequence; ImageType (value 3); Scanning Sequence; Sequence Variant; Repetition Time; Echo Time;
Inversion Time; Sequence Name; Imaged Nucleus; Magnetic Field Strength; SAR; dB/dt; Trigger Time; Angio Flag
"""
NAMES = tuple(" ".join(name.split()) for name in NBIA.split(";"))
GIVEN = {  # what a value of some form needs, by keyword or VR
    "PatientAge": "061Y", "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"], "Modality": "CT", "PatientSex": "F",
    "AcquisitionMatrix": [0, 256, 256, 0], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0], "ImagePositionPatient": [1, 2, 3],
    "PixelSpacing": [0.7, 0.7], "LossyImageCompression": "00", "Laterality": "L", "ImageLaterality": "L",
    "DA": "20200131", "TM": "101112", "DT": "20200131101112", "DS": "1.5", "IS": "3", "FD": 0.75, "US": 4, "PN": "A^B",
    "UI": "2.25.77", "NumberOfFrames": "1",
}  # fmt: skip
KEPT = {
    "SOPClassUID",
    "SOPInstanceUID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "Rows",
    "Columns",
    "PatientID",
}


@pytest.mark.parametrize("name", NAMES)
def test_each_element_of_the_dynamic_search_has_a_row_under_the_name_it_has_there(name):
    found = element_of(name)
    assert found is not None
    assert found.nbia == name


def test_the_dynamic_search_has_89_elements():
    assert len(NAMES) == len(set(NAMES)) == 89
    assert {row.nbia for row in TABLE} - {""} == set(NAMES)


def test_no_name_means_two_elements():
    for row in TABLE:
        for name in filter(None, (row.name, row.word, row.label, row.keyword, row.nbia)):
            assert element_of(name) == row, name


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("slice thickness", "SliceThickness"),
        ("SLICE_THICKNESS", "SliceThickness"),
        ("(0018,0050)", "SliceThickness"),
        ("00180050", "SliceThickness"),
        ("body part", "BodyPartExamined"),
        ("gender", "PatientSex"),
        ("kVp", "KVP"),
        ("Window Center", "WindowCenter"),
        ("license", "Licence"),
    ],
)
def test_an_element_is_known_by_plain_name_keyword_label_and_tag(name, word):
    assert element_of(name).word == word


@pytest.mark.parametrize(
    "name", ["", "  ", "Pixel Data", "SliceThicknes", "(0018,0051)", "Referenced Image Sequence"]
)
def test_what_cannot_be_asked_is_no_element(name):
    assert element_of(name) is None


def test_a_header_fact_without_a_row_of_its_own_has_the_kind_of_its_representation():
    told = {name: element_of(name).kind for name in ("WindowWidth", "DateOfSecondaryCapture", "StationName")}
    assert told == {"WindowWidth": "number", "DateOfSecondaryCapture": "day", "StationName": "text"}
    assert element_of("WindowWidth").path == "facts__WindowWidth"
    assert "WindowWidth" not in names()


def _with_everything(path: str) -> Dataset:
    """A CT image that says something of each element."""
    image = dcmread(path)
    for element in TABLE:
        keyword = element.keyword
        if not element.nbia or not keyword or keyword in KEPT:
            continue
        vr = dictionary_VR(keyword)
        if vr == "SQ":
            code = Dataset()
            code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "39607008", "SCT", "Lung"
            setattr(image, keyword, [code])
        else:
            setattr(image, keyword, GIVEN.get(keyword, GIVEN.get(vr, "WORD")))
    image.PatientID = "Test-1"
    return image


@pytest.mark.slow
def test_each_of_the_89_elements_answers_on_data_that_came_through_the_door(
    house, collection, delivery_as, tmp_path
):
    folder = tmp_path / "site"
    folder.mkdir()
    _with_everything(get_testdata_file("CT_small.dcm")).save_as(folder / "ct.dcm")
    _admit(house, collection, delivery_as("site"), folder)
    (row,) = current_by_hand()
    for element in filter(lambda one: one.nbia, TABLE):
        assert _found(Compare(element.name, Operator.PRESENT)) == [row], element.nbia
        (value, *_) = singles(row, element.name)
        kinds = {"number": float, "text": str, "uid": str}
        assert isinstance(value, kinds.get(element.kind, object)), element.nbia
    assert _found(Compare("AnatomicRegionSequence", Operator.EQUALS, ("lung",))) == [row]
    assert _found(Compare("ImageTypeValue3", Operator.EQUALS, ("axial",))) == [row]
    assert _found(Compare("age", Operator.BETWEEN, (60.0, 62.0))) == [row]


def _found(condition: Compare) -> list[SeriesRevision]:
    return find_series(Query(where=condition), visible_to(None)).rows


def _admit(house, collection, delivery, folder):
    sources = gather([folder])
    submission = open_submission(delivery, sources)
    receive(submission, sources)
    close(submission, delivery.person)
    house.work()
    for one in CleanedSeries.objects.all():
        for doubt in one.findings.filter(settled_at=None, blocks=True):
            review.settle(doubt.pk, person="curator", settlement="made for this test")
        review.accept(one.pk, person="curator", saw=one.digest, pixels_clean=True)
    row = plan.draft(collection.short_title, person="releaser")
    plan.confirm(row.pk, person="releaser")
    house.work()
    publish(Release.objects.get().pk, "releaser")
