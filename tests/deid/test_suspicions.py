"""What may carry text in pixels, or cannot be cleaned at all, waits for a person."""

import pytest

CT = "1.2.840.10008.5.1.4.1.1.2"
US = "1.2.840.10008.5.1.4.1.1.6.1"
SC = "1.2.840.10008.5.1.4.1.1.7"
MG = "1.2.840.10008.5.1.4.1.1.1.2"
PDF = "1.2.840.10008.5.1.4.1.1.104.1"
SR = "1.2.840.10008.5.1.4.1.1.88.11"
SLIDE = "1.2.840.10008.5.1.4.1.1.77.1.6"


@pytest.mark.parametrize(
    ("sop_class", "attributes", "path"),
    [
        (US, {}, "(0008,0016)"),
        (SC, {}, "(0008,0016)"),
        (CT, {"BurnedInAnnotation": "YES"}, "(0028,0301)"),
        (CT, {"ConversionType": "WSD"}, "(0008,0064)"),
        (CT, {"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]}, "(0008,0008)"),
        (CT, {"ImageType": ["DERIVED", "PRIMARY"]}, "(0008,0008)"),
        (SLIDE, {"ImageType": ["ORIGINAL", "PRIMARY", "LABEL", "NONE"]}, "(0008,0008)"),
        (CT, {"ImageType": ["ORIGINAL", "PRIMARY", "DOSE_INFO"]}, "(0008,0008)"),
        (CT, {"ImageType": ["DERIVED", "SECONDARY", "MPR", "SCREEN SAVE"]}, "(0008,0008)"),
        (CT, {"OverlayRows": 2}, "(6000,0010)"),
        (CT, {}, None),
        (CT, {"ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"]}, None),
        (CT, {"ImageType": ["DERIVED", "SECONDARY", "MPR"]}, None),
        (MG, {"ImageType": ["DERIVED", "PRIMARY"]}, None),
        (CT, {"BurnedInAnnotation": "NO"}, None),
    ],
)
@pytest.mark.parametrize("origin", ["identifiable", "site"])
def test_an_image_that_may_show_text_waits_for_a_person(new, outcome, sop_class, attributes, path, origin):
    dataset = new(sop_class, BitsAllocated=8, PixelData=b"\0\0")
    overlay = attributes.pop("OverlayRows", None) if (attributes := dict(attributes)) else None
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    if overlay:
        dataset.add_new(0x60000010, "US", overlay)
    found = {
        finding.path
        for finding in outcome(dataset, origin=origin).cleaned.findings
        if finding.kind == "pixel_text"
    }
    assert found == ({path} if path else set())


def test_an_overlay_that_is_removed_is_no_doubt(new, outcome):
    dataset = new(CT, BitsAllocated=8, PixelData=b"\0\0")
    dataset.add_new(0x60000010, "US", 2)
    dataset.add_new(0x60003000, "OW", b"\1\2")
    assert "pixel_text" not in outcome(dataset).kinds()


@pytest.mark.parametrize("sop_class", [PDF, "1.2.840.113619.4.30", "1.2.840.10008.1.3.10", ""])
def test_documents_and_classes_that_nobody_knows_are_quarantined(new, outcome, sop_class):
    dataset = new(sop_class or CT)
    if not sop_class:
        del dataset.SOPClassUID
    assert "quarantine" in outcome(dataset).kinds()


def test_an_encapsulated_document_becomes_a_dummy_all_the_same(new, outcome):
    # row (0042,0011) Encapsulated Document: D
    result = outcome(new(PDF, EncapsulatedDocument=b"%PDF about Jane Doe"))
    assert b"%PDF" not in result.data
    assert result.dataset.EncapsulatedDocument == b"\0\0"


@pytest.mark.parametrize("missing", ["PatientID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"])
def test_a_file_that_cannot_be_told_from_others_waits(new, encoded, outcome, missing):
    dataset = new(CT)
    setattr(dataset, missing, "")
    assert "identity" in outcome(dataset).kinds()


def test_the_texts_of_structured_content_become_dummies_and_a_person_is_asked(new, outcome, identity):
    # row (0040,A730) Content Sequence: D
    from pydicom.dataset import Dataset

    def node(**attributes):
        item = Dataset()
        for keyword, value in attributes.items():
            setattr(item, keyword, value)
        return item

    text = node(RelationshipType="CONTAINS", ValueType="TEXT", TextValue="Jane Doe has a mass")
    known = node(RelationshipType="CONTAINS", ValueType="TEXT", TextValue="mass in left lung")
    name = node(RelationshipType="HAS OBS CONTEXT", ValueType="PNAME", PersonName="Roe^Al")
    image = node(RelationshipType="CONTAINS", ValueType="IMAGE")
    reference = node(ReferencedSOPClassUID=CT, ReferencedSOPInstanceUID="1.2.3.9")
    image.ReferencedSOPSequence = [reference]
    section = node(RelationshipType="CONTAINS", ValueType="CONTAINER", ContinuityOfContent="SEPARATE")
    section.ContentSequence = [text, known, name]
    result = outcome(new(SR, ContentSequence=[section, image]))
    section, image = result.dataset.ContentSequence
    text, known, name = section.ContentSequence
    assert text.TextValue == "REMOVED"
    assert known.TextValue == "mass in left lung"
    assert name.PersonName == "REMOVED"
    assert (section.ValueType, section.ContinuityOfContent) == ("CONTAINER", "SEPARATE")
    assert image.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == identity.uid("1.2.3.9")
    assert [finding.path for finding in result.cleaned.findings] == ["(0040,A730)"]
    assert result.kinds() == {"structured_content"}


CODES = [
    ("a public terminology: its numbers stand", "SCT", "39607008", True),
    ("LOINC", "LN", "18748-4", True),
    ("a private scheme may name anybody", "99HOSPITAL", "ROE-AL", False),
    ("a scheme that nobody knows", "WARD7", "39607008", False),
    ("no scheme at all", "", "39607008", False),
    ("the patient's own number under a public name", "SCT", "44820017", False),
    ("the patient's name under a public name", "DCM", "DOE", False),
]


@pytest.mark.parametrize("recipe", ["basic", "tcia"])
@pytest.mark.parametrize(("why", "scheme", "value", "stays"), CODES)
def test_structured_content_keeps_codes_of_published_terminologies_alone(
    new, outcome, recipe, why, scheme, value, stays
):
    from pydicom.dataset import Dataset

    from vesalius.deid import Recipe

    code, node = Dataset(), Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, "Finding"
    node.RelationshipType, node.ValueType, node.ConceptCodeSequence = "CONTAINS", "CODE", [code]
    source = new(SR, PatientID="44820017", ContentSequence=[node])
    cleaned = outcome(source, recipe=Recipe.builtin(recipe)).dataset.ContentSequence[0].ConceptCodeSequence[0]
    assert (cleaned.CodeValue == value) is stays, why


@pytest.mark.parametrize(("resource", "stays"), [("DCMR", True), ("99HOSPITAL", False)])
def test_structured_content_keeps_the_names_of_the_standards_templates_alone(new, outcome, resource, stays):
    from pydicom.dataset import Dataset

    template, node = Dataset(), Dataset()
    template.MappingResource, template.TemplateIdentifier = resource, "1411"
    node.RelationshipType, node.ValueType, node.ContentTemplateSequence = "CONTAINS", "CONTAINER", [template]
    inside = outcome(new(SR, ContentSequence=[node])).dataset.ContentSequence[0].ContentTemplateSequence[0]
    assert (inside.TemplateIdentifier == "1411") is stays


@pytest.mark.parametrize("recipe", ["basic", "tcia"])
def test_structured_content_keeps_its_form_whatever_anybody_is_called(new, outcome, recipe):
    from pydicom.dataset import Dataset

    from vesalius.deid import Recipe

    node = Dataset()
    node.RelationshipType, node.ValueType, node.TextValue = "CONTAINS", "TEXT", "mass"
    source = new(
        SR, PatientName="Complete^Ada", ReferringPhysicianName="Enter text", CompletionFlag="COMPLETE",
        StudyDescription="COMPLETE", ContentSequence=[node],
    )  # fmt: skip
    cleaned = outcome(source, recipe=Recipe.builtin(recipe)).dataset
    inside = cleaned.ContentSequence[0]
    assert (inside.ValueType, inside.RelationshipType) == ("TEXT", "CONTAINS")
    assert cleaned.CompletionFlag == "COMPLETE"
    assert "StudyDescription" not in cleaned
