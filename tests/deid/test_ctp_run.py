"""A script over whole files: CTP's order of work, and where we part from it because it is not safe."""

import io
import os
from pathlib import Path

import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from vesalius.deid import DomainKey, Identity, PatientContext, Recipe, RecipeError, clean, collect, write
from vesalius.deid.ctp import Script, Surroundings
from vesalius.dicom import check, read

SCRIPTS = "CTP_SCRIPTS"


def script(*lines: tuple[str, str], keep=(), remove=()) -> str:
    elements = "".join(f'<e en="T" t="{tag}" n="x"><![CDATA[{text}]]></e>' for tag, text in lines)
    kept = "".join(f'<k en="T" t="{what}"></k>' for what in keep)
    removed = "".join(f'<r en="T" t="{what}"></r>' for what in remove)
    return f"<script>{elements}{kept}{removed}</script>"


@pytest.fixture
def run(encoded):
    def one(source: Dataset | bytes, text: str, syntax: str = "explicit", **how):
        data = source if isinstance(source, bytes) else encoded(source, syntax)
        file = read(io.BytesIO(data))
        recipe = Recipe(name="script", version="1", script=text, **how)
        identity = Identity(DomainKey.generate(bytes(32)), lookup={("", "MRN0001"): "SUBJ-9"})
        context = PatientContext.of([collect(file)])
        cleaned = clean(file, recipe=recipe, identity=identity, context=context)
        out = io.BytesIO()
        write(file, cleaned.edits, out)
        one.written = out.getvalue()
        return pydicom.dcmread(io.BytesIO(one.written)), cleaned

    return one


@pytest.fixture
def nested(new):
    """References two levels down, in items of a sequence that is processed and of one that is not."""

    def reference(uid):
        item = Dataset()
        item.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
        item.ReferencedSOPInstanceUID = uid
        item.StudyDate = "20200101"
        return item

    series = Dataset()
    series.SeriesInstanceUID = "1.2.3.4.1"
    series.ReferencedSOPSequence = [reference("1.2.3.4.5"), reference("1.2.3.4.6")]
    dataset = new(StudyDate="20200101", PatientBirthDate="19700101")
    dataset.ReferencedSeriesSequence = [series]
    dataset.SourceImageSequence = [reference("1.2.3.4.7")]
    return dataset


NESTED = script(
    ("00081115", "@process()"),
    ("00081199", "@process()"),
    ("00081155", "@hashuid(1.2.840.99,this)"),
    ("00080018", "@hashuid(1.2.840.99,this)"),
    ("0020000E", "@select(){@keep()}{@hashuid(1.2.840.99,this)}"),
    ("00080020", "@incrementdate(this,-1)"),
    ("00080021", "@always()@contents(root:PatientID)"),
)


@pytest.mark.parametrize("syntax", ["explicit", "implicit", "big endian", "deflated"])
def test_a_sequence_is_read_where_the_script_says_so_and_nowhere_else(nested, run, syntax):
    written, cleaned = run(nested, NESTED.replace("@contents(root:PatientID)", "20200202"), syntax)
    series = written.ReferencedSeriesSequence[0]
    first, second = series.ReferencedSOPSequence
    assert written.SeriesInstanceUID == "1.2.3.4.1"
    assert series.SeriesInstanceUID.startswith("1.2.840.99.")
    assert first.ReferencedSOPInstanceUID == written.SOPInstanceUID
    assert second.ReferencedSOPInstanceUID.startswith("1.2.840.99.")
    assert first.StudyDate == written.StudyDate == "20191231"
    # the insert step makes nothing inside of items
    assert written.SeriesDate == "20200202"
    assert "SeriesDate" not in series
    assert written.SourceImageSequence[0].ReferencedSOPInstanceUID == "1.2.3.4.7"
    unread = [finding.path for finding in cleaned.findings if finding.kind == "unread_sequence"]
    assert unread == ["(0008,2112)"]
    assert set(cleaned.facts["references"]["SOPInstanceUID"]) == {
        first.ReferencedSOPInstanceUID, second.ReferencedSOPInstanceUID, "1.2.3.4.7",
    }  # fmt: skip


def test_the_head_is_new_and_names_the_new_instance(nested, run):
    written, _ = run(nested, NESTED.replace("@contents(root:PatientID)", "20200202"))
    assert written.file_meta.MediaStorageSOPInstanceUID == written.SOPInstanceUID != "1.2.3.4.5"
    assert "SourceApplicationEntityTitle" not in written.file_meta
    assert written.preamble == bytes(128)


def test_only_what_begins_with_always_is_created(new, run):
    written, _ = run(
        new(),
        script(
            ("00080020", "@empty()"),
            ("00080021", "@require()"),
            ("00080022", "@always()20200101"),
            ("00080023", "@always()@require(StudyDate,20200102)"),
            ("00080030", "@always()@empty()"),
            ("00080031", "@always()@keep()"),
            ("00080032", "@always()@remove()"),
            ("00081110", "@always()@require()"),
            ("00081111", "@always()something"),
            ("00120062", "@always()YES"),
            ("00130010", "@always()CTP"),
            ("00131010", "@always()Project"),
            ("0099[NOBODY]01", "@always()x"),
        ),
    )
    assert "StudyDate" not in written
    assert "SeriesDate" not in written
    assert written.AcquisitionDate == "20200101"
    assert written.ContentDate == "20200102"
    assert written["StudyTime"].value in {"", None}
    assert "SeriesTime" not in written
    assert "AcquisitionTime" not in written
    assert len(written.ReferencedStudySequence) == 0
    assert "ReferencedPerformedProcedureStepSequence" not in written
    assert written.PatientIdentityRemoved == "YES"
    assert written.private_block(0x0013, "CTP")[0x10].value == "Project"
    assert written.SpecificCharacterSet == "ISO_IR 100"
    assert [element.tag for element in written] == sorted(element.tag for element in written)


@pytest.fixture
def crowded(new):
    dataset = new(SpecificCharacterSet="ISO_IR 192", StudyDate="20200101", PatientComments="Größe", Rows=4)
    dataset.PatientName = "Müller^Jörg"
    block = dataset.private_block(0x0009, "ACME 1", create=True)
    block.add_new(0x01, "LO", "secret")
    block = dataset.private_block(0x2005, "Philips MR Imaging DD 001", create=True)
    block.add_new(0x0D, "FL", 1.5)
    dataset.add_new(0x60000010, "US", 8)
    dataset.add_new(0x60003000, "OW", b"\0\0")
    dataset.add_new(0x50000005, "US", 1)
    dataset.add_new(0xFFFCFFFC, "OB", b"\0\0\0\0")
    return dataset


REMOVALS = [
    # what is removed, groups that are kept, what goes, what stays
    ((), (), {"(FFFC,FFFC)"}, {"(0009,1001)", "(6000,3000)", "(5000,0005)", "(0008,0020)"}),
    (("privategroups",), (), {"(0009,0010)", "(0009,1001)", "(2005,100D)"}, {"(6000,3000)", "(0008,0020)"}),
    (("privategroups",), ("0009",), {"(2005,100D)"}, {"(0009,0010)", "(0009,1001)"}),
    (("privategroups",), ("safeprivateelements",), {"(0009,1001)"}, {"(2005,0010)", "(2005,100D)"}),
    (("overlays",), (), {"(6000,0010)", "(6000,3000)"}, {"(5000,0005)"}),
    (("curves",), (), {"(5000,0005)"}, {"(6000,3000)", "(0008,0020)"}),
    (
        ("unspecifiedelements",),
        (),
        {"(0008,0020)", "(0010,4000)", "(0020,000E)", "(0009,1001)"},
        {"(0008,0005)", "(0008,0016)", "(0008,0018)", "(0020,000D)", "(0028,0010)", "(6000,3000)", "(5000,0005)"},
    ),
    (("unspecifiedelements",), ("0020",), {"(0008,0020)"}, {"(0020,000E)"}),
]  # fmt: skip


@pytest.mark.parametrize(("remove", "keep", "goes", "stays"), REMOVALS)
def test_removals_take_what_ctp_takes_and_curves_too(crowded, run, remove, keep, goes, stays):
    written, _ = run(crowded, script(("00100010", "@keep()"), keep=keep, remove=remove))
    left = {f"({element.tag.group:04X},{element.tag.element:04X})" for element in written}
    assert not goes & left
    assert stays <= left
    assert written.PatientName == "Müller^Jörg"


def test_a_line_saves_an_element_from_removal_but_not_an_overlay(crowded, run):
    lines = [("00104000", "@keep()"), ("0009[ACME 1]01", "@keep()"), ("60003000", "@keep()")]
    everything = ("privategroups", "unspecifiedelements", "overlays", "curves")
    written, _ = run(crowded, script(*lines, remove=everything))
    assert written.PatientComments == "Größe"
    assert written[0x00091001].value == "secret"
    assert 0x60003000 not in written


def test_new_values_are_written_under_the_attributes_own_representation(crowded, run):
    written, _ = run(
        crowded,
        script(
            ("00104000", "länger"), ("00280010", "512"), ("00189305", r"@always()1.5"), ("00280030", r"@always()1\\2"),
            ("2005[Philips MR Imaging DD 001]0D", "2.5"), ("0009[ACME 1]01", "x" * 70), ("00100010", "@empty()"),
            ("00104010", "@always()@blank(3)"),
        ),
    )  # fmt: skip
    assert written.PatientComments == "länger"
    assert (written["Rows"].VR, written.Rows) == ("US", 512)
    assert written.RevolutionTime == 1.5
    assert list(written.PixelSpacing) == [1, 2]
    assert written[0x2005100D].VR == "FL"
    assert written[0x2005100D].value == 2.5
    assert (written[0x00091001].VR, written[0x00091001].value) == ("LT", "x" * 70)
    assert str(written.PatientName) == ""


def test_a_private_element_is_found_by_its_creator_in_each_item(new, run):
    """CTP asks the root alone where a creator's block stands, and meets another element in the item."""
    item = Dataset()
    other = item.private_block(0x0009, "OTHER", create=True)
    other.add_new(0x01, "LO", "harmless")
    own = item.private_block(0x0009, "ACME 1", create=True)
    own.add_new(0x01, "LO", "secret")
    dataset = new(AnatomicRegionSequence=[item])
    dataset.private_block(0x0009, "ACME 1", create=True).add_new(0x01, "LO", "secret too")
    written, _ = run(dataset, script(("0009[ACME 1]01", "@remove()"), ("00082218", "@process()")))
    inside = written.AnatomicRegionSequence[0]
    assert 0x00091001 not in written
    assert inside[0x00091001].value == "harmless"
    assert 0x00091101 not in inside


CODES = [
    ("113100/113105", ["111", "113100", "113105"]),
    ("reset/113100", ["113100"]),
    ("@keep()", ["111"]),
    ("@remove()", None),
    ("113100/113100/111113100", None),
]


@pytest.mark.parametrize(("text", "expected"), CODES)
def test_method_codes_are_added_to_those_that_are_there(new, run, text, expected):
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "111", "99X", "an earlier one"
    written, _ = run(new(DeidentificationMethodCodeSequence=[item]), script(("00120064", text)))
    items = written.get("DeidentificationMethodCodeSequence")
    assert (None if items is None else [one.CodeValue for one in items]) == expected
    if expected and "113100" in expected:
        last = items[expected.index("113100")]
        assert (last.CodingSchemeDesignator, last.CodeMeaning) == (
            "DCM",
            "Basic Application Confidentiality Profile",
        )


def test_method_codes_are_made_where_there_are_none(new, run):
    written, _ = run(new(), script(("00120064", "113100/113107")))
    assert [one.CodeValue for one in written.DeidentificationMethodCodeSequence] == ["113100", "113107"]


@pytest.mark.parametrize("text", ["@empty()", ""])
def test_a_sequence_is_emptied_where_ctp_leaves_it_as_it_is(nested, run, text):
    written, _ = run(nested, script(("00081115", text), ("00100020", "x")))
    assert len(written.ReferencedSeriesSequence) == 0


def test_a_name_written_as_un_is_replaced_where_ctp_leaves_it(run):
    """Since the file says UN, CTP cannot store a text there and lets the original pass."""
    data = Path(get_testdata_file("rtdose_rle.dcm")).read_bytes()
    assert b"Lastname^Firstname" in data
    written, _ = run(data, script(("00100010", "Anon^X"), ("00100020", "@lookup(this,ptid,default,nobody)")))
    assert written.PatientName == "Anon^X"
    assert written.PatientID == "nobody"


def test_what_stands_behind_the_pixels_is_under_its_line_too(new, run):
    dataset = new(PixelData=b"\0\0", BitsAllocated=16)
    dataset["PixelData"].VR = "OW"
    block = dataset.private_block(0x7FE1, "ACME 1", create=True)
    block.add_new(0x01, "LO", "secret")
    block.add_new(0x02, "LO", "more of it")
    written, _ = run(dataset, script(("7fe1[ACME 1]01", "@hash(this,4)"), ("7FE11002", "@remove()")))
    assert written.PixelData == b"\0\0"
    assert written[0x7FE11001].value == "1259"
    assert 0x7FE11002 not in written


def test_the_domain_answers_lookups_of_patients_where_nobody_says_more(new, run):
    written, _ = run(
        new(), script(("00100020", "@lookup(this,ptid)"), ("00100010", "@lookup(PatientID,ptid)"))
    )
    assert (written.PatientID, written.PatientName) == ("SUBJ-9", "SUBJ-9")


def test_all_keys_that_are_missing_are_gathered_in_one_pass(new, encoded):
    text = script(
        ("00100020", "@lookup(this,ptid)"), ("00080050", "@lookup(this,acc)"), ("00081030", "@lookup(this,d)")
    )
    around = Surroundings()
    file = read(io.BytesIO(encoded(new(AccessionNumber="ACC7", StudyDescription="Knee"))))
    cleaned = clean(
        file,
        recipe=Recipe(name="script", version="1", script=text),
        identity=Identity(DomainKey.generate(bytes(32))),
        context=PatientContext.of([collect(file)]),
        around=around,
    )
    assert around.missing == {("ptid", "MRN0001"), ("acc", "ACC7"), ("d", "Knee")}
    assert [finding.path for finding in cleaned.findings if finding.kind == "quarantine"] == [
        "(0008,0050)", "(0008,1030)", "(0010,0020)",
    ]  # fmt: skip
    assert not any(word in str(cleaned.findings) for word in ("MRN0001", "ACC7", "Knee"))


FILTERS = [
    ('Modality.equals("CT")', True),
    ('!Modality.equals("CT")', False),
    ('PatientName.contains("Doe") * TransferSyntaxUID.startsWith("1.2.840")', True),
    ('StudyDate.equals("")', True),
]


@pytest.mark.parametrize("text", ["", script(("00100010", "@empty()"))])
@pytest.mark.parametrize(("expression", "meant"), FILTERS)
def test_a_filter_asks_the_file_as_it_came_and_leaves_others_out(new, run, text, expression, meant):
    _, cleaned = run(new(), text, filter=expression)
    left_out = [finding for finding in cleaned.findings if "filter" in finding.sentence]
    assert [finding.kind for finding in left_out] == ([] if meant else ["quarantine"])


def test_a_filter_with_a_slip_is_refused_with_the_recipe():
    with pytest.raises(RecipeError, match=r"line 4: files\.filter: line 1 of the expression"):
        Recipe.from_toml('name = "a"\nversion = "1"\n[files]\nfilter = "Modality.equals(CT)"\n')


def test_changes_tell_each_element_and_what_became_of_it(new, run):
    _, cleaned = run(
        new(StudyDate="20200101", StudyDescription="Knee"),
        script(("00080020", "@incrementdate(this,1)"), ("00081030", "@remove()"), ("0020000D", "@hashuid(1.2,this)"),
               ("00100010", "@empty()"), ("00120062", "@always()YES")),
    )  # fmt: skip
    told = {change.path: change for change in cleaned.changes}
    assert told["(0008,0020)"][1:] == ("DA", "C", "20200101", "20200102")
    assert told["(0008,1030)"][1:] == ("LO", "X", "Knee", None)
    assert told["(0020,000D)"].action == "U"
    assert told["(0010,0010)"][1:] == ("PN", "Z", "Doe^Jane", "")
    assert told["(0012,0062)"][1:] == ("CS", "D", None, "YES")
    assert cleaned.facts["StudyInstanceUID"].startswith("1.2.")
    assert "StudyDescription" not in cleaned.facts


CORPUS = [
    "CT_small.dcm",
    "MR_small_bigendian.dcm",
    "rtplan.dcm",
    "reportsi.dcm",
    "image_dfl.dcm",
    "JPEG2000.dcm",
]


@pytest.mark.parametrize("name", CORPUS)
def test_real_files_keep_their_pixels_and_their_structure(run, name):
    path = get_testdata_file(name)
    data = Path(path).read_bytes()
    everything = ("privategroups", "unspecifiedelements", "overlays", "curves")
    lines = [("00080018", "@hashuid(1.2.3,this)"), ("00100010", "@always()Nobody"), ("0040A730", "@process()"),
             ("300A0070", "@process()"), ("0040A124", "@hashuid(1.2.3,this)"), ("00120064", "113100")]  # fmt: skip
    for text in (script(*lines), script(*lines, remove=everything)):
        written, _ = run(data, text)
        assert written.PatientName == "Nobody"
        assert written.get("PixelData") == pydicom.dcmread(path).get("PixelData")
        before, after = (
            {problem.reason for problem in check(read(io.BytesIO(one)))} for one in (data, run.written)
        )
        assert after <= before | {"missing"}


@pytest.mark.skipif(SCRIPTS not in os.environ, reason=f"{SCRIPTS} names no folder of published scripts")
def test_published_scripts_run_over_a_real_file(run):
    folder = Path(os.environ[SCRIPTS]) / "profiles-dicom"
    basic = Script.parse((folder / "TCIA-Basic").read_text("utf-8"))
    profile = Script.parse(
        '<script><p t="DATEINC">-100</p><p t="UIDROOT">1.2.3</p><r en="T" t="curves"/></script>'
    )
    data = Path(get_testdata_file("CT_small.dcm")).read_bytes()
    written, cleaned = run(data, basic.merged(profile).to_xml().replace("@lookup(", "@lookup(Rows|"))
    assert {finding.path for finding in cleaned.findings if finding.kind == "quarantine"} == {
        "(0010,0010)", "(0010,0020)",
    }  # fmt: skip
    assert written.StudyDate == "20031011"
    assert written.SOPInstanceUID.startswith("1.2.3.")
    assert [item.CodeValue for item in written.DeidentificationMethodCodeSequence][:2] == ["113100", "113101"]
