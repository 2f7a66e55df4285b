"""Functions of CTP's anonymizer scripts; what is expected is what CTP 361e90f answered to the same call."""

import io
from datetime import UTC, datetime

import pydicom
import pytest
from pydicom.dataset import Dataset

from vesalius.deid import DomainKey, Identity, PatientContext, Recipe, clean, collect, write
from vesalius.deid.ctp import Counters, Surroundings
from vesalius.deid.ctp.calls import NAMES
from vesalius.deid.ctp.functions import FUNCTIONS
from vesalius.dicom import read

TABLE = {
    ("ptid", "MRN1"): "SUBJ-1",
    ("ptid", "MRN1|CT"): "both",
    ("days", "MRN1"): "-100",
    ("base", "MRN1"): "1/15/2019",
    ("upper", "DOE^JANE"): "found",
}
PARAMETERS = {
    "UIDROOT": "1.2.840.99",
    "SITE": "Site 7",
    "LEN": "6",
    "INC": "-37",
    "YEAR": "2001",
    "ORIGIN": "20010101",
}


def surroundings(**more):
    return Surroundings(
        lookup=lambda *key: TABLE.get(key), now=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), **more
    )


def xml(lines: dict[str, str], more: str = "") -> str:
    parameters = "".join(f'<p t="{name}">{value}</p>' for name, value in PARAMETERS.items())
    elements = "".join(f'<e en="T" t="{tag}" n="x"><![CDATA[{text}]]></e>' for tag, text in lines.items())
    return f"<script>{parameters}{elements}{more}</script>"


@pytest.fixture
def file(new, encoded):
    item = Dataset()
    item.CodeMeaning = "Liver"
    dataset = new(
        PatientName="Doe^Jane^M", PatientID="MRN1", PatientAge="047Y", StudyDate="20200131", Modality="CT",
        StudyDescription="CT Chest", AccessionNumber="", SeriesDescription="/a/b/c/", Rows=512, PatientWeight="70.5",
        ImageType=["ORIGINAL", "PRIMARY"], AcquisitionDateTime="20200101101010.5",
        FrameOfReferenceUID="1.2.840.10008.1.4.1.1", AnatomicRegionSequence=[item],
        FailedSOPInstanceUIDList=["1.2.3", "1.2.4"],
    )  # fmt: skip
    block = dataset.private_block(0x0009, "ACME 1", create=True)
    block.add_new(0x01, "LO", "hello")
    return encoded(dataset)


@pytest.fixture
def run():
    def one(data: bytes, script: str, around: Surroundings | None = None):
        source = read(io.BytesIO(data))
        context = PatientContext.of([collect(source)])
        recipe = Recipe(name="script", version="1", script=script)
        identity = Identity(DomainKey.generate(bytes(32)))
        cleaned = clean(
            source, recipe=recipe, identity=identity, context=context, around=around or surroundings()
        )
        out = io.BytesIO()
        write(source, cleaned.edits, out)
        return pydicom.dcmread(io.BytesIO(out.getvalue())), cleaned

    return one


@pytest.fixture
def answer(file, run):
    """What a script writes into Image Comments, a long text; None where it removes it."""

    def one(script: str, around: Surroundings | None = None) -> str | None:
        data = pydicom.dcmread(io.BytesIO(file))
        data.ImageComments = "Some Value"
        buffer = io.BytesIO()
        data.save_as(buffer)
        written, cleaned = run(buffer.getvalue(), xml({"00204000": script}), around)
        assert not [one for one in cleaned.findings if one.kind == "quarantine"], cleaned.findings
        return written.get("ImageComments")

    return one


ANSWERS = [
    ("plain text", "plain text"),
    (r"a\,b\@c\\d", r"a,b@c\d"),
    ("a @nofn(x, y) b", "a @nofn(x,y) b"),
    ("abc @ def", "abc"),
    ("@keep()", "Some Value"),
    ("before @remove() after", None),
    ("@empty()", ""),
    ("@contents(PatientName)", "Doe^Jane^M"),
    ("@contents([0010,0020])-@contents(00100020)-@contents(root:PatientID)", "MRN1-MRN1-MRN1"),
    ('@contents(this,"[aeiou]")', "Sm Vl"),
    ('@contents(PatientName,"([A-Z])(.)","$2$1")', "oDe^aJne^M"),
    (r'@contents(this,"\\s+","_")', "Some_Value"),
    ("@contents(AnatomicRegionSeq::CodeMeaning)", "Liver"),
    ("@contents(0009[ACME 1]01)", "hello"),
    ("@contents(AcquisitionDatetime)", "20200101101010.5"),
    ("@contents(ImageType)", r"ORIGINAL\PRIMARY"),
    ("@contents(Rows) @contents(SeriesNumber)|", "512 |"),
    ('@value(AccessionNumber,"none")', "none"),
    ("@truncate(this,4)", "Some"),
    ("@truncate(this,-5)", "Value"),
    ("@lowercase(this)@uppercase(Modality)", "some valueCT"),
    ("@pathelement(SeriesDescription,1)", "a"),
    ("@pathelement(SeriesDescription,-1)", "c"),
    ("@pathelement(SeriesDescription,9)", "/a/b/c/"),
    ("@hash(PatientID)", "236479708629946567080473166740846955093"),
    ("@hash(PatientID,5)", "23647"),
    ("@hash(PatientID,@LEN)", "236479"),
    ("@hash(SeriesNumber)", None),
    ("@hash(AccessionNumber)", "281949768489412648962353822266799178366"),
    ("@hashname(PatientName,6,2)", "196211"),
    ("@hashptid(@SITE,PatientID,4)", "3391"),
    ("@hashuid(@UIDROOT,StudyInstanceUID)", "1.2.840.99.133452017418128156145788163593446716929"),
    ("@hashuid(1.2.3.,SeriesInstanceUID,Modality)", "1.2.3.251636355141622623435397202075306779136"),
    ("@incrementdate(StudyDate,@INC)", "20191225"),
    ("@incrementdate(StudyDate,$INC)", "20191225"),
    ("@incrementdate(AcquisitionDatetime,30)", "20200131101010.5"),
    ("@incrementdate(PatientAge,30)", ""),
    ("@incrementdate(StudyDate,soon)", ""),
    ("@incrementdate(SeriesDate,30)", None),
    ("@incrementdate(StudyDate,PatientID,days)", "20191023"),
    ("@hashdate(StudyDate,PatientID)", "20160218"),
    ("@modifydate(StudyDate,*,2,*)", "20200302"),
    ("@modifydate(StudyDate,@YEAR,1,1)", "20010101"),
    ("@dateinterval(StudyDate,base,PatientID)", "381"),
    ("@dateinterval(StudyDate,base,PatientID,@ORIGIN)", "20020117"),
    ("@initials(PatientName)", "JMD"),
    ("@initials(PatientName,-3)", "GJA"),
    ("@initials(AccessionNumber)", "X"),
    ("@round(PatientAge,5)-@round(PatientAge,3)", "045Y-048Y"),
    ("@lookup(PatientID,ptid)", "SUBJ-1"),
    ("@lookup(PatientID|Modality,ptid)", "both"),
    ("@lookup(StudyDescription,ptid,keep)", "Some Value"),
    ("@lookup(StudyDescription,ptid,remove)", None),
    ('@lookup(StudyDescription,ptid,default,"no one")', "no one"),
    ('@lookup(StudyDescription,ptid,ignore,"CT .*")', "CT Chest"),
    ("@param(@SITE)@param(plain)", "Site 7plain"),
    ("@integer(PatientID,ptid,4)", "0001"),
    ("@date(-) @time(:)", "2026-01-02 03:04:05"),
    ("@if(PatientName,isblank){A}{B}", "B"),
    ("@if(SeriesNumber,exists){A} {B}", "B"),
    ('@if(StudyDescription,contains,"chest"){A}{B}', "A"),
    ("@if(StudyDescription,equals,ct chest){@if(Rows,greaterthan,511){in}{out}}{B}", "in"),
    ('@if(PatientID,matches,"MRN[0-9]"){A}{B}', "A"),
    ("@if(PatientID,equals,MRN1){only} lost", "only"),
    ("@select(){@hash(PatientID,3)}{nested}", "236"),
    ("@append(){more}", r"Some Value\more"),
    ("@require()", "Some Value"),
    ("@always()x", "x"),
    ("@encrypt(PatientID,key)", "c0t6dMDUqp4="),
]  # fmt: skip


@pytest.mark.parametrize(("script", "expected"), ANSWERS)
def test_a_function_answers_as_ctp_does(answer, script, expected):
    assert answer(script) == expected


def test_every_function_of_the_language_is_in_the_table():
    assert NAMES - FUNCTIONS.keys() == {"blank", "empty", "keep", "remove"}
    assert FUNCTIONS.keys() <= NAMES
    asked = " ".join(script for script, _ in ANSWERS)
    untried = {name for name in FUNCTIONS if f"@{name}(" not in asked}
    assert untried == {"call", "decrypt", "process", "quarantine", "skip"}


def test_what_was_encrypted_is_decrypted_with_the_same_key(file, run, answer):
    hidden = answer("@encrypt(PatientName,@SITE)")
    lines = {"00104000": f"@always(){hidden}", "00204000": "@always()x"}
    written, _ = run(file, xml(lines))
    buffer = io.BytesIO()
    written.save_as(buffer)
    again, _ = run(buffer.getvalue(), xml({"00204000": "@decrypt(PatientComments,@SITE)"}))
    assert again.ImageComments == "Doe^Jane^M"
    _, cleaned = run(buffer.getvalue(), xml({"00204000": "@decrypt(PatientComments,another)"}))
    assert [finding.path for finding in cleaned.findings if finding.kind == "quarantine"] == ["(0020,4000)"]


def test_counters_go_on_where_they_stood(answer):
    counters = Counters()
    assert answer("@integer(PatientID,a,3)", surroundings(counters=counters)) == "001"
    assert answer("@integer(StudyDate,a)", surroundings(counters=counters)) == "2"
    kept = Counters.from_json(counters.to_json())
    assert answer("@integer(PatientID,a)", surroundings(counters=kept)) == "1"


def test_a_registered_function_answers_a_call(answer):
    def count(arguments, dataset, tag):
        return f"{','.join(arguments)} {len(dataset)} {tag:08x}"

    assert answer("@call(site.count,a,b)", surroundings(registered={"site.count": count})).startswith("a,b ")


REFUSED = [
    ("00204000", "@call(unknown.plugin,this)", "not registered"),
    ("00204000", "@quarantine()", "quarantine"),
    ("00204000", "@skip()", "pass as it is"),
    ("00204000", "@lookup(StudyDescription,ptid)", "lookup table"),
    ("00204000", "@lookup(PatientName,upper,lower)", "lookup table"),
    ("00204000", "@param(@NOBODY)", "parameter"),
    ("0020000D", "@hashuid(@NOBODY,this)", "root of UIDs"),
    ("00204000", "@hash()", "too few arguments"),
    ("00204000", "@round(PatientName,5)", "age"),
    ("00204000", "@dateinterval(PatientAge,base,PatientID)", "date"),
    ("00204000", '@contents(this,"(")', "regular expression"),
    ("00080020", "not a date", "can hold"),
    ("00280010", "many", "can hold"),
    ("00101030", "heavy", "can hold"),
    ("00082218", "text in a sequence", "can hold"),
    ("0020000D", "1.2.no", "can hold"),
    ("00120064", "113100/999999", "CID 7050"),
    ("00080005", "ISO_IR 144", "character set"),
]


@pytest.mark.parametrize(("tag", "script", "reason"), REFUSED)
def test_what_gives_no_value_leaves_nothing_and_quarantines_the_file(file, run, tag, script, reason):
    data = pydicom.dcmread(io.BytesIO(file))
    data.ImageComments, data.SpecificCharacterSet = "Some Value", "ISO_IR 100"
    buffer = io.BytesIO()
    data.save_as(buffer)
    written, cleaned = run(buffer.getvalue(), xml({tag: script}))
    assert int(tag, 16) not in written
    found = [finding for finding in cleaned.findings if finding.kind == "quarantine"]
    assert [finding.path.replace(",", "")[1:9] for finding in found] == [tag]
    assert reason in found[0].sentence
    assert "Some Value" not in found[0].sentence


def test_a_key_that_the_table_lacks_is_listed_for_a_person(file, run):
    around = surroundings()
    lines = {
        "00100020": "@lookup(this,new)",
        "00100010": "@lookup(PatientName,new)",
        "00080050": "@lookup(this,ptid)",
    }
    run(file, xml(lines), around)
    assert around.missing == {("new", "MRN1"), ("new", "Doe^Jane^M"), ("ptid", "")}


def test_upper_case_keys_are_looked_up_with_uc(answer):
    assert answer("@lookup(PatientID,ptid,UC)") == "SUBJ-1"


def test_a_time_zone_stays_with_the_date_that_is_moved(file, run):
    """CTP cannot read such a date and empties it."""
    data = pydicom.dcmread(io.BytesIO(file))
    data.AcquisitionDateTime = "20200101101010.5+0100"
    buffer = io.BytesIO()
    data.save_as(buffer)
    written, _ = run(buffer.getvalue(), xml({"0008002A": "@incrementdate(this,1)"}))
    assert written.AcquisitionDateTime == "20200102101010.5+0100"


NO_DATES = ["20200101 Jane Doe", "20200101-20200202", "2020-1-1", "ABCDEFGH", "20200101\\someday"]


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_date_is_emptied_whole(file, run, text):
    data = pydicom.dcmread(io.BytesIO(file))
    data.PatientComments = text
    buffer = io.BytesIO()
    data.save_as(buffer)
    written, _ = run(buffer.getvalue(), xml({"00104000": "@incrementdate(this,1)"}))
    assert written.PatientComments == ""


def test_an_empty_uid_stays_empty(file, run):
    data = pydicom.dcmread(io.BytesIO(file))
    data.FrameOfReferenceUID = ""
    buffer = io.BytesIO()
    data.save_as(buffer)
    written, _ = run(buffer.getvalue(), xml({"00200052": "@hashuid(@UIDROOT,this)"}))
    assert written.FrameOfReferenceUID == ""


def test_an_element_is_looked_for_wherever_the_script_names_it(answer):
    assert answer("@if(AnatomicRegionSeq::CodeMeaning,exists){A}{B}") == "A"
    assert answer("@if(root:PatientID,exists){A}{B}") == "A"


def test_a_uid_that_the_standard_named_stays(answer):
    """CTP hashes it, and the frame of reference of an atlas becomes one that nobody knows."""
    assert answer("@hashuid(@UIDROOT,FrameOfReferenceUID)") == "1.2.840.10008.1.4.1.1"


def test_another_line_adds_to_a_uid_before_it_is_hashed(file, run):
    lines = {"0020000D": "@hashuid(@UIDROOT,this,StudyDescription)", "00081030": "@truncate(this,4)"}
    written, _ = run(file, xml(lines))
    assert written.StudyInstanceUID == "1.2.840.99.222679966102922975470606184106923829574"


def test_each_uid_of_a_value_is_hashed_by_itself(file, run):
    """CTP hashes the whole value into one UID, which refers to nothing."""
    script = "@hashuid(@UIDROOT,this)"
    written, _ = run(file, xml({"00080058": script, "00081155": script}))
    several = written.FailedSOPInstanceUIDList
    assert len(several) == 2
    assert several[0] == "1.2.840.99.235153174557024698265416905548613883966"
