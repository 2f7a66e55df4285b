"""Structured reports under the Clean Structured Content Option (PS3.15 E.3.4), and annotations under E.3.3."""

import io

import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from vesalius.dicom import read
from vesalius.dicom.structure import check

CT = "1.2.840.10008.5.1.4.1.1.2"
SR = "1.2.840.10008.5.1.4.1.1.88.33"
GSPS = "1.2.840.10008.5.1.4.1.1.11.1"
OPTION = "clean_structured_content"
SHIFTED = "retain_longitudinal_modified_dates"
MASS = ("4147007", "SCT", "Mass")


def code(value, scheme, meaning):
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return Sequence([item])


def node(value_type, concept=None, relationship="CONTAINS", children=(), **value):
    """One content item; `concept` is (code, scheme, meaning)."""
    item = Dataset()
    item.RelationshipType, item.ValueType = relationship, value_type
    if concept:
        item.ConceptNameCodeSequence = code(*concept)
    for keyword, content in value.items():
        setattr(item, keyword, content)
    if children:
        item.ContentSequence = Sequence(children)
    return item


def image(uid="1.2.3.9"):
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = CT, uid
    return Sequence([reference])


def number(value):
    measured = Dataset()
    measured.NumericValue, measured.MeasurementUnitsCodeSequence = value, code("mm", "UCUM", "millimeter")
    return Sequence([measured])


@pytest.fixture
def report(new):
    """A measurement report in the shape of TID 1500, with what identifies beside what is science."""

    def make(*more, **attributes):
        group = node(
            "CONTAINER", ("125007", "DCM", "Measurement Group"), ContinuityOfContent="SEPARATE",
            children=[
                node("TEXT", ("112039", "DCM", "Tracking Identifier"), "HAS OBS CONTEXT", TextValue="Lesion 1"),
                node("UIDREF", ("112040", "DCM", "Tracking Unique Identifier"), "HAS OBS CONTEXT", UID="1.2.3.50"),
                node("CODE", ("121071", "DCM", "Finding"), ConceptCodeSequence=code(*MASS)),
                node(
                    "NUM", ("103339001", "SCT", "Long axis"), MeasuredValueSequence=number("12.5"),
                    children=[node("IMAGE", ("121112", "DCM", "Source of Measurement"), "INFERRED FROM",
                                   ReferencedSOPSequence=image())],
                ),
            ],
        )  # fmt: skip
        return new(
            SR, Modality="SR", ValueType="CONTAINER", ContinuityOfContent="SEPARATE",
            ConceptNameCodeSequence=code("126000", "DCM", "Imaging Measurement Report"),
            ContentSequence=Sequence([*more, group]), **attributes,
        )  # fmt: skip

    return make


def items(dataset):
    """Every content item by the meaning of its concept name."""
    found = {}
    for item in dataset.get("ContentSequence", ()):
        name = item.ConceptNameCodeSequence[0].CodeMeaning if "ConceptNameCodeSequence" in item else ""
        found.setdefault(name, item)
        found = items(item) | found
    return found


def test_a_measurement_report_keeps_numbers_codes_references_and_tracking(report, outcome, identity):
    result = outcome(report(), OPTION, SHIFTED, "clean_descriptors")
    found = items(result.dataset)
    assert found["Tracking Identifier"].TextValue == "Lesion 1"
    assert str(found["Tracking Unique Identifier"].UID) == identity.uid("1.2.3.50")
    assert found["Finding"].ConceptCodeSequence[0].CodeMeaning == "Mass"
    assert found["Finding"].ConceptCodeSequence[0].CodeValue == "4147007"
    measured = found["Long axis"].MeasuredValueSequence[0]
    assert measured.NumericValue == 12.5
    assert measured.MeasurementUnitsCodeSequence[0].CodeValue == "mm"
    source = found["Source of Measurement"].ReferencedSOPSequence[0]
    assert source.ReferencedSOPInstanceUID == identity.uid("1.2.3.9")
    assert source.ReferencedSOPClassUID == CT
    assert result.kinds() == set()


def test_without_the_option_texts_are_dummies_and_a_person_is_told(report, outcome):
    # Content Sequence: D in the Basic Profile
    result = outcome(report(node("TEXT", ("121071", "DCM", "Finding"), TextValue="seen by Roe")))
    assert items(result.dataset)["Finding"].TextValue == "REMOVED"
    assert "structured_content" in result.kinds()


PERSON = ("121008", "DCM", "Person Observer Name")
CASES = [
    # concept, value type, attribute, value, options, what stands; None: the item is gone, "" : a dummy
    (PERSON, "PNAME", "PersonName", "Roe^Ann", (), "REMOVED"),
    (("121088", "DCM", "Fellow"), "PNAME", "PersonName", "Roe^Ann", (), None),
    (("121009", "DCM", "Organization Name"), "TEXT", "TextValue", "St Elsewhere", (), None),
    (("121009", "DCM", "Organization Name"), "TEXT", "TextValue", "St Elsewhere",
     ("retain_institution_identity",), "St Elsewhere"),
    (("121016", "DCM", "Device Observer Serial Number"), "TEXT", "TextValue", "SN7", ("retain_device_identity",), "SN7"),
    (("121012", "DCM", "Device Observer UID"), "UIDREF", "UID", "1.2.3.60", ("retain_device_identity",), "1.2.3.60"),
    (("121012", "DCM", "Device Observer UID"), "UIDREF", "UID", "1.2.3.60", ("retain_uids",), "1.2.3.60"),
    (("121018", "DCM", "Procedure Study Instance UID"), "UIDREF", "UID", "1.2.3.4", (), None),
    (("121106", "DCM", "Comment"), "TEXT", "TextValue", "lesion in liver", (), None),
    (("121106", "DCM", "Comment"), "TEXT", "TextValue", "lesion in liver", ("clean_descriptors",), "lesion in liver"),
    (("121071", "DCM", "Finding"), "TEXT", "TextValue", "lesion in liver", (), "REMOVED"),
    (("363698007", "SCT", "Finding Site"), "TEXT", "TextValue", "liver", (), "REMOVED"),
    (("363698007", "SCT", "Finding Site"), "TEXT", "TextValue", "liver", ("clean_descriptors",), "liver"),
    # codes that the concept had before (PS3.15 E.3.4)
    (("G-C0E3", "SRT", "Finding Site"), "TEXT", "TextValue", "liver", (), "REMOVED"),
    (("G-C0E3", "SNM3", "Finding Site"), "TEXT", "TextValue", "liver", (), "REMOVED"),
    (("G-C0E3", "99SDM", "Finding Site"), "TEXT", "TextValue", "liver", ("clean_descriptors",), "liver"),
    # a concept without a row: its text is cleaned whatever else is chosen
    (("C1", "99LOCAL", "value"), "TEXT", "TextValue", "liver", (), "liver"),
    (("111060", "DCM", "Study Date"), "DATE", "Date", "20200102", (), "20000101"),
    (("111060", "DCM", "Study Date"), "DATE", "Date", "20200102", ("retain_longitudinal_full_dates",), "20200102"),
    (("126201", "DCM", "Acquisition Date"), "DATE", "Date", "20200102", (), None),
    (("121031", "DCM", "Subject Birth Date"), "DATE", "Date", "19700102", ("retain_longitudinal_full_dates",), None),
    (("126202", "DCM", "Acquisition Time"), "TIME", "Time", "101112", (SHIFTED,), "101112"),
    (("113809", "DCM", "Start of X-Ray Irradiation"), "DATETIME", "DateTime", "20200102101112", (), "20000101000000"),
]  # fmt: skip


@pytest.mark.parametrize(("concept", "value_type", "keyword", "value", "options", "expected"), CASES)
def test_an_item_is_treated_by_its_concept_and_value_type(
    report, outcome, concept, value_type, keyword, value, options, expected
):
    result = outcome(report(node(value_type, concept, **{keyword: value})), OPTION, *options)
    found = items(result.dataset).get(concept[2])
    if expected is None:
        assert found is None or keyword not in found
        assert value.encode() not in result.data or keyword == "UID"
    else:
        assert str(found[keyword].value) == expected


def test_dates_of_items_move_with_all_others(report, outcome, identity):
    dated = report(
        node("DATE", ("111060", "DCM", "Study Date"), Date="20200102"),
        node("DATETIME", ("113809", "DCM", "Start"), DateTime="20200102101112"),
        StudyDate="20200102",
    )
    result = outcome(dated, OPTION, SHIFTED).dataset
    found = items(result)
    assert found["Study Date"].Date == result.StudyDate != "20200102"
    assert found["Start"].DateTime == f"{result.StudyDate}101112"


def test_a_name_goes_wherever_it_stands_in_a_report(report, outcome):
    planted = report(
        node("TEXT", ("121071", "DCM", "Finding"), TextValue="mass in liver of Doe"),
        node("CODE", ("121071", "DCM", "Finding"), ConceptCodeSequence=code("1", "99X", "for Jane Doe")),
        node("NUM", ("1", "99X", "Doe index"), MeasuredValueSequence=number("3")),
    )
    result = outcome(planted, OPTION, "clean_descriptors", "retain_institution_identity")
    assert b"Doe" not in result.data
    assert b"Jane" not in result.data


@pytest.mark.parametrize("syntax", ["explicit", "implicit", "big endian"])
@pytest.mark.parametrize("undefined", [True, False])
def test_a_report_that_loses_items_stays_sound(report, outcome, undefined, syntax):
    dataset = report(
        node("TEXT", ("121106", "DCM", "Comment"), TextValue="by Roe"),
        node("CONTAINER", ("121000", "DCM", "Unique Device Identifiers"), ContinuityOfContent="SEPARATE",
             children=[node("TEXT", ("74711-3", "LN", "Unique Device Identifier"), TextValue="U1")]),
    )  # fmt: skip
    dataset["ContentSequence"].is_undefined_length = undefined
    for item in dataset.ContentSequence:
        item.is_undefined_length_sequence_item = undefined
    result = outcome(dataset, OPTION, syntax=syntax)
    assert check(read(io.BytesIO(result.data))) == ()
    assert [item.ConceptNameCodeSequence[0].CodeMeaning for item in result.dataset.ContentSequence] == [
        "Measurement Group"
    ]
    assert result.change("(0040,A730)[0].(0040,A160)").action == "X"


def test_a_content_sequence_that_would_be_empty_goes_as_a_whole(report, outcome):
    # PS3.3 C.17.3: one or more items, so an empty one would be no valid sequence
    inner = node("TEXT", ("121106", "DCM", "Comment"), TextValue="by Roe")
    outer = node("CONTAINER", ("125007", "DCM", "Group"), ContinuityOfContent="SEPARATE", children=[inner])
    group = items(outcome(report(outer), OPTION).dataset)["Group"]
    assert "ContentSequence" not in group


def test_relationships_by_reference_follow_what_they_name(report, outcome):
    # PS3.3 C.17.3.2.5: 1 is the root, then the number in each sequence
    comment = node("TEXT", ("121106", "DCM", "Comment"), TextValue="by Roe")
    naming = node("CODE", ("121071", "DCM", "Conclusion code"), ConceptCodeSequence=code(*MASS))
    to_number, to_comment = Dataset(), Dataset()
    to_number.RelationshipType, to_number.ReferencedContentItemIdentifier = "INFERRED FROM", [1, 3, 4]
    to_comment.RelationshipType, to_comment.ReferencedContentItemIdentifier = "INFERRED FROM", [1, 1]
    naming.ContentSequence = Sequence([to_comment, to_number])
    result = outcome(report(comment, naming), OPTION).dataset
    assert len(result.ContentSequence) == 2
    left = result.ContentSequence[0].ContentSequence
    assert [list(item.ReferencedContentItemIdentifier) for item in left] == [[1, 2, 4]]
    assert result.ContentSequence[1].ContentSequence[3].ValueType == "NUM"


def test_a_reference_by_position_that_names_nothing_goes(report, outcome):
    astray = Dataset()
    astray.RelationshipType, astray.ReferencedContentItemIdentifier = "CONTAINS", [1, 9, 9]
    result = outcome(report(astray), OPTION).dataset
    assert [item.ValueType for item in result.ContentSequence] == ["CONTAINER"]


def test_an_acquisition_context_is_cleaned_by_the_same_table(new, outcome):
    # Acquisition Context Sequence: C; its items need not state their Value Type (PS3.3 C.7.6.14)
    context = Dataset()
    context.ConceptNameCodeSequence = code("121008", "DCM", "Person Observer Name")
    context.PersonName = "Roe^Ann"
    other = Dataset()
    other.ConceptNameCodeSequence, other.TextValue = code("109054", "DCM", "Patient State"), "rest"
    dataset = new(CT, AcquisitionContextSequence=Sequence([context, other]))
    result = outcome(dataset, OPTION, "clean_descriptors").dataset
    assert result.AcquisitionContextSequence[0].PersonName == "REMOVED"
    assert result.AcquisitionContextSequence[1].TextValue == "rest"
    assert len(outcome(dataset, OPTION).dataset.AcquisitionContextSequence) == 1


def test_a_derived_report_keeps_its_dates_and_references(report, outcome):
    dated = report(
        node("DATE", ("126201", "DCM", "Acquisition Date"), Date="20200102"),
        node("UIDREF", ("121018", "DCM", "Study UID"), UID="1.2.3.4"),
    )
    found = items(outcome(dated, OPTION, origin="derived").dataset)
    assert found["Acquisition Date"].Date == "20200102"
    assert found["Study UID"].UID == "1.2.3.4"


def test_a_sites_report_is_judged_and_not_changed(report, outcome, encoded):
    data = encoded(report(node("PNAME", ("121088", "DCM", "Fellow"), PersonName="Roe^Ann")))
    result = outcome(data, OPTION, origin="site")
    assert result.cleaned.edits == ()
    assert ("not_removed", "(0040,A730)[0]") in {(one.kind, one.path) for one in result.cleaned.findings}


@pytest.mark.parametrize("name", ["test-SR.dcm", "reportsi.dcm"])
def test_real_reports_come_out_sound_with_their_numbers(outcome, name):
    path = get_testdata_file(name)
    before = pydicom.dcmread(path)
    with open(path, "rb") as source:
        result = outcome(source.read(), OPTION, SHIFTED, "clean_descriptors")
    assert not [one for one in check(read(io.BytesIO(result.data))) if one.tag == 0x0040A730]
    values = [str(element.value) for element in before.iterall() if element.keyword == "NumericValue"]
    assert [str(one.value) for one in result.dataset.iterall() if one.keyword == "NumericValue"] == values
    assert str(before.PatientName).encode() not in result.data


def annotated(new, text):
    label = Dataset()
    label.UnformattedTextValue, label.AnchorPoint = text, [1.0, 2.0]
    line = Dataset()
    line.GraphicType, line.GraphicData = "POLYLINE", [1.0, 1.0, 2.0, 2.0]
    annotation = Dataset()
    annotation.GraphicLayer = "LAYER1"
    annotation.TextObjectSequence, annotation.GraphicObjectSequence = Sequence([label]), Sequence([line])
    return new(GSPS, Modality="PR", GraphicAnnotationSequence=Sequence([annotation]))


def test_annotations_keep_their_graphics_and_lose_who_they_are_about(new, outcome):
    # Unformatted Text Value: D, C with Clean Descriptors
    result = outcome(annotated(new, "lesion"), "clean_graphics", "clean_descriptors").dataset
    annotation = result.GraphicAnnotationSequence[0]
    assert annotation.GraphicLayer == "LAYER1"
    assert list(annotation.GraphicObjectSequence[0].GraphicData) == [1.0, 1.0, 2.0, 2.0]
    assert annotation.TextObjectSequence[0].UnformattedTextValue == "lesion"
    gone = outcome(annotated(new, "Jane Doe"), "clean_graphics", "clean_descriptors")
    assert b"Doe" not in gone.data
    plain = outcome(annotated(new, "lesion"), "clean_graphics").dataset
    assert plain.GraphicAnnotationSequence[0].TextObjectSequence[0].UnformattedTextValue == "REMOVED"


def test_graphics_are_stamped_as_clean_only_where_no_overlay_hides_in_the_pixels(new, outcome):
    def codes(dataset):
        cleaned = outcome(dataset, "clean_graphics").dataset
        return [item.CodeValue for item in cleaned.DeidentificationMethodCodeSequence]

    plane = new(CT)
    plane.add_new(0x60003000, "OW", b"\1\2")
    assert "113103" in codes(plane)
    embedded = new(CT)
    embedded.add_new(0x60000010, "US", 2)
    assert "113103" not in codes(embedded)
