"""CTP's filter language and pixel scripts; what is expected here is what CTP itself answered."""

import io
import os
from pathlib import Path

import pytest

from vesalius.deid.ctp import expressions, pixel_script
from vesalius.deid.ctp.elements import reference
from vesalius.deid.ctp.errors import ScriptError
from vesalius.dicom import read

SCRIPTS = "CTP_SCRIPTS"


@pytest.fixture
def image(new, encoded):
    dataset = new(
        Manufacturer="ACME MEDICAL", Rows=512, Columns=256, StudyDate="20200102", PatientName="Doe^Jane",
        SeriesDescription="Dose Report (1)", ImageType=["DERIVED", "SECONDARY"], SliceThickness="2.50",
        PixelSpacing=["0.5", "0.25"], InstanceCreationTime="",
    )  # fmt: skip
    code = new()
    code.clear()
    code.CodeMeaning = "IEC Body Dosimetry Phantom"
    dataset.AnatomicRegionSequence = [code]
    block = dataset.private_block(0x0009, "ACME 1", create=True)
    block.add_new(0x01, "LO", "INTERNAL")
    dataset.add_new(0x00720074, "FD", [0.5, 1e20, 0.0001])
    return read(io.BytesIO(encoded(dataset)))


TRUE = [
    'Rows.equals("512")',
    '[0028,0010].equals("512") * Columns.equals("256")',
    'Manufacturer.containsIgnoreCase("acme")',
    'ImageType.equals("DERIVED\\SECONDARY")',
    'ImageType.matches("DER.*\\\\SEC.*")',
    'SeriesDescription.contains("(1)")',
    'SeriesDescription.startsWithIgnoreCase("dose") * SeriesDescription.endsWith(")")',
    'SliceThickness.isLessThan("2.6") * SliceThickness.isGreaterThan("2.4")',
    '! PixelSpacing.isLessThan("9")',  # two values are no number
    'AnatomicRegionSeq::CodeMeaning.contains("Dosimetry")',
    '[0009[ACME 1]01].equals("INTERNAL")',
    "true. + false.",
    'Rows.equals("1") * Rows.equals("2") + Rows.equals("512")',
    '!(Rows.equals("1") + Rows.equals("2")) // neither\n * true.',
    'ReferringPhysicianName.equals("")',
    '[0072,0074].equals("0.5\\1.0E20\\1.0E-4")',
    'TransferSyntaxUID.equals("1.2.840.10008.1.2.1")',
    'PatientName.matches("\\p{Alpha}+\\^\\p{Upper}.*")',
]
FALSE = [
    'Rows.equals("51")',
    'Rows.matches("51")',
    'Manufacturer.contains("acme")',
    'InstanceCreationTime.isLessThan("9")',
    "false.",
    '!Rows.equals("512") + Columns.equals("1")',
]
BROKEN = [
    "",
    "// nothing but a comment",
    "Rows.equals(512)",
    'Rows.equals("512"',
    'Rows.equals("512") *',
    'Rows.equals("512") Columns.equals("256")',
    'Rows.isAbout("512")',
    'Rwos.equals("512")',
    'Rows.matches("(")',
    '(Rows.equals("512")',
    '.equals("512")',
    "true",
    "(" * 200 + "true." + ")" * 200,
]


@pytest.mark.parametrize("text", TRUE)
def test_an_expression_holds_where_ctp_says_so(image, text):
    assert expressions.parse(text).matches(image.dataset, image.meta)


@pytest.mark.parametrize("text", FALSE)
def test_an_expression_fails_where_ctp_says_so(image, text):
    assert not expressions.parse(text).matches(image.dataset, image.meta)


@pytest.mark.parametrize("text", BROKEN)
def test_what_ctp_would_take_for_false_without_a_word_is_refused(text):
    with pytest.raises(ScriptError, match="line 1"):
        expressions.parse(text)


def test_an_error_names_its_line():
    with pytest.raises(ScriptError, match="line 3 of the expression: no method"):
        expressions.parse('Rows.equals("1") +\n\nRows.same("1")')


NAMES = [
    ("RefSOPInstanceUID", 0x00081155),
    ("ReferencedSOPInstanceUID", 0x00081155),
    ("AcquisitionDatetime", 0x0008002A),
    ("PPSStartDate", 0x00400244),
    ("PhysicianOfRecord", 0x00081048),
    ("ImagePosition", 0x00200032),
    ("00100010", 0x00100010),
    ("(0010, 0010)".replace(" ", ""), 0x00100010),
    ("8,5", 0x00080005),
]


@pytest.mark.parametrize(("name", "tag"), NAMES)
def test_an_element_is_known_by_its_old_and_new_names(name, tag):
    assert reference(name).steps == (tag,)


PIXELS = """ACME (all models), see (1, note)
 { Manufacturer.contains("ACME") * Rows.equals("600") } (0,0,9,9)
 top and bottom
 { Manufacturer.contains("ACME") }
   (0, 0, 256, 10)   free text  (-20,-12,100,100)
 known to be clean
 { Manufacturer.contains("OTHER") }
""".replace("(1, note)", "below")


def test_the_first_signature_that_matches_gives_the_regions(image):
    signatures = pixel_script.parse(PIXELS)
    assert [len(signature.regions) for signature in signatures] == [1, 2, 0]
    found = pixel_script.first_match(signatures, image.dataset)
    assert found is signatures[1]
    assert found.regions == [(0, 0, 256, 10), (-20, -12, 100, 100)]
    assert pixel_script.boxes(found.regions, 512, 256) == [(0, 0, 256, 11), (236, 500, 20, 12)]
    assert pixel_script.boxes([(300, 0, 10, 10)], 512, 256) == []


@pytest.mark.parametrize(
    "text",
    ['{ Rows.equals("1") } (0,0,512,2O)', '{ Rows.equals("1") } (0,0,512)', '{ Rows.same("1") } (0,0,1,1)',
     '{ Rows.equals("1") (0,0,1,1)', '{ Rows.equals("1") } (0,0,-5,5)'],
)  # fmt: skip
def test_a_pixel_script_with_a_slip_is_refused(text):
    with pytest.raises(ScriptError):
        pixel_script.parse(text)


@pytest.mark.skipif(SCRIPTS not in os.environ, reason=f"{SCRIPTS} names no folder of published scripts")
def test_the_published_scripts_are_read_whole():
    folder = Path(os.environ[SCRIPTS])
    signatures = pixel_script.parse((folder / "DicomPixelAnonymizer.script").read_text("utf-8"))
    assert (len(signatures), sum(len(signature.regions) for signature in signatures)) == (52, 62)
    expressions.parse((folder / "BurnedInPixelsFilter.script").read_text("utf-8"))
