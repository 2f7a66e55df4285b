"""What was treated once is not treated again, and nothing that it hung on is forgotten."""

import io

import pydicom
import pytest
from pydicom.uid import BasicTextSRStorage, CTImageStorage

from vesalius.deid import DomainKey, Identity, PatientContext, Recipe, clean, collect, write
from vesalius.deid.memory import OfPatients, Remembered
from vesalius.deid.proof import prove
from vesalius.dicom import read

TCIA, BASIC = Recipe.builtin("tcia"), Recipe.builtin("basic")
IDENTITY = Identity(DomainKey.generate(bytes(range(32))))
OTHER_IDENTITY = Identity(DomainKey.generate(bytes(range(1, 33))))


@pytest.fixture
def cleaned(encoded):
    """Clean data sets of one patient one after the other, and read what was written."""

    def run(*datasets, recipe=TCIA, identity=IDENTITY, syntax="explicit"):
        files = [read(io.BytesIO(encoded(dataset, syntax))) for dataset in datasets]
        context = PatientContext.of(map(collect, files))
        written = []
        for file in files:
            out = io.BytesIO()
            write(file, clean(file, recipe=recipe, identity=identity, context=context).edits, out)
            written.append(pydicom.dcmread(io.BytesIO(out.getvalue())))
        return written

    return run


def proof(encoded, source, spoil, *, beside=()):
    """What the proof says of a cleaned file that was spoilt; `beside` are other files of the patient."""
    files = [read(io.BytesIO(encoded(dataset))) for dataset in (source, *beside)]
    how = {"recipe": TCIA, "identity": IDENTITY, "context": PatientContext.of(map(collect, files))}
    out, spoilt = io.BytesIO(), io.BytesIO()
    write(files[0], clean(files[0], **how).edits, out)
    dataset = pydicom.dcmread(io.BytesIO(out.getvalue()))
    with pydicom.config.disable_value_validation():
        spoil(dataset)
        dataset.save_as(spoilt)
    return {(found.kind, found.path) for found in prove(files[0], read(spoilt), **how)}


def test_a_value_that_names_one_patient_stays_with_another(new, cleaned):
    of_ada = new(PatientName="Zebrowski^Ada", PatientID="1001", SeriesDescription="Chest Zebrowski Quimby")
    of_bob = new(PatientName="Quimby^Bob", PatientID="1002", SeriesDescription="Chest Zebrowski Quimby")
    review = Recipe(name="review", version="1", options=TCIA.options, unknown_words="review")
    for _ in range(2):
        assert cleaned(of_ada, recipe=review)[0].SeriesDescription == "Chest Quimby"
        assert cleaned(of_bob, recipe=review)[0].SeriesDescription == "Chest Zebrowski"


def test_the_same_file_is_cleaned_alike_again_and_again(new, cleaned):
    image = new(
        PatientName="Zebrowski^Ada",
        SeriesDescription="Chest Zebrowski",
        StudyDate="20200102",
        OperatorsName="Miller",
    )
    first, *others = cleaned(image, image, image)
    assert all(other == first for other in others)
    assert first.SeriesDescription == "Chest"


def test_another_key_gives_other_names_to_the_same_values(new, cleaned):
    image = new(StudyDate="20200102")
    one, other = cleaned(image)[0], cleaned(image, identity=OTHER_IDENTITY)[0]
    again = cleaned(image)[0]
    assert (one.PatientID, one.StudyDate, one.StudyInstanceUID) == (
        again.PatientID,
        again.StudyDate,
        again.StudyInstanceUID,
    )
    assert one.PatientID != other.PatientID
    assert one.StudyDate != other.StudyDate
    assert one.StudyInstanceUID != other.StudyInstanceUID


def test_the_same_bytes_are_another_text_in_another_character_set(new, cleaned):
    def image(charset):
        dataset = new(SpecificCharacterSet=charset)
        dataset.add_new(0x0008103E, "LO", "Schädel".encode())
        return dataset

    in_utf8, in_latin, again = cleaned(image("ISO_IR 192"), image("ISO_IR 100"), image("ISO_IR 192"))
    assert in_utf8.SeriesDescription == "Schädel"
    assert in_latin.get("SeriesDescription") != "SchÃ¤del"
    assert again.SeriesDescription == "Schädel"


def test_the_same_value_becomes_what_each_class_of_objects_needs(new, cleaned):
    def of_class(sop_class):
        return new(sop_class, ContentDate="20200102", PatientID="1001")

    image, report, again = cleaned(
        of_class(CTImageStorage), of_class(BasicTextSRStorage), of_class(CTImageStorage), recipe=BASIC
    )
    assert image.ContentDate == again.ContentDate == ""
    assert report.ContentDate not in {"", "20200102"}


def test_the_same_private_element_is_another_under_another_creator(new, cleaned):
    def image(creator):
        dataset = new()
        dataset.private_block(0x0019, creator, create=True).add_new(0x0C, "IS", "800")
        return dataset

    known, unknown, again = cleaned(image("SIEMENS MR HEADER"), image("SOMEBODY"), image("SIEMENS MR HEADER"))
    assert known[0x0019, 0x100C].value == again[0x0019, 0x100C].value == 800
    assert (0x0019, 0x100C) not in unknown


def test_a_code_is_judged_by_the_scheme_beside_it(new, cleaned):
    def coded(scheme):
        return new(CodeValue="X1", CodingSchemeDesignator=scheme, CodeMeaning="Zweibrucken ward")

    recipe = Recipe(name="codes", version="1", options=TCIA.options, dispositions={"(0008,0104)": "C"})
    ours, published, again = cleaned(coded("99HOSP"), coded("DCM"), coded("99HOSP"), recipe=recipe)
    assert published.CodeMeaning == "Zweibrucken ward"
    assert ours.get("CodeMeaning") == again.get("CodeMeaning") != "Zweibrucken ward"


def test_what_a_caller_does_to_the_facts_reaches_no_other_file(new, encoded):
    file = read(io.BytesIO(encoded(new(ImageType=["ORIGINAL", "PRIMARY", "AXIAL"]))))
    how = {"recipe": TCIA, "identity": IDENTITY, "context": PatientContext.of([collect(file)])}
    lists = [value for value in clean(file, **how).facts.values() if isinstance(value, list)]
    assert lists
    for value in lists:
        value.append("mine")
    assert not any("mine" in value for value in clean(file, **how).facts.values() if isinstance(value, list))


def test_a_text_in_order_with_one_patient_leaks_with_another(new, encoded):
    def spoil(dataset):
        dataset.SeriesDescription = "Chest Quimby"

    of_ada = new(PatientName="Zebrowski^Ada", PatientID="1001", SeriesDescription="Chest")
    of_bob = new(PatientName="Quimby^Bob", PatientID="1002", SeriesDescription="Chest")
    for _ in range(2):
        assert proof(encoded, of_ada, spoil) == set()
        assert proof(encoded, of_bob, spoil) == {("leak", "(0008,103E)")}


def test_a_uid_in_order_in_one_file_is_stale_in_the_file_that_bore_it(new, encoded):
    old = "1.2.826.0.1.3680043.8.498.777"
    stranger, bearer = new(SeriesDescription="Chest"), new(SeriesDescription="Chest", SOPInstanceUID=old)

    def spoil(dataset):
        dataset.SeriesDescription = f"Chest {old}"
        dataset.FrameOfReferenceUID = old

    assert proof(encoded, stranger, spoil, beside=[bearer]) == set()
    assert proof(encoded, bearer, spoil, beside=[stranger]) == {
        ("leak", "(0008,103E)"),
        ("leak", "(0020,0052)"),
    }


def test_a_fault_of_one_source_is_no_excuse_in_the_next(new, encoded):
    def spoil(dataset):
        dataset.ConversionType = "wsd"

    with pydicom.config.disable_value_validation():
        faulty, sound = new(ConversionType="wsd"), new(ConversionType="WSD")
    assert proof(encoded, faulty, spoil, beside=[sound]) == set()
    assert proof(encoded, sound, spoil, beside=[faulty]) == {("conformance", "(0008,0064)")}


def test_a_sequence_in_order_beside_one_source_is_not_beside_another(new, encoded):
    def spoil(dataset):
        del dataset.ProcedureCodeSequence[0].CodeMeaning

    code = pydicom.Dataset()
    code.CodeValue, code.CodingSchemeDesignator = "X1", "DCM"
    without = new(ProcedureCodeSequence=[code])
    code = pydicom.Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "X1", "DCM", "Chest"
    whole = new(ProcedureCodeSequence=[code])
    assert proof(encoded, without, lambda _: None, beside=[whole]) == set()
    assert proof(encoded, whole, spoil, beside=[without]) == {("conformance", "(0008,1032)[0].(0008,0104)")}


def test_memory_is_bounded():
    memory: Remembered[bytes, bytes] = Remembered()
    for number in range(50_000):
        value = number.to_bytes(4, "big") * 100
        memory.put(memory.within("place"), value, len(value), value)
    held = memory.within("place")
    assert 0 < sum(map(len, held)) < 2_000_000
    assert all(value == found for value, found in held.items())


def test_memory_of_the_last_few_patients_is_kept(new, encoded):
    def context(number):
        return PatientContext.of([collect(read(io.BytesIO(encoded(new(PatientID=f"100{number}")))))])

    memories: OfPatients[object] = OfPatients(lambda _: object())
    first = memories.of(context(1), IDENTITY, TCIA, "identifiable")
    assert memories.of(context(1), IDENTITY, TCIA, "identifiable") is first
    assert memories.of(context(1), OTHER_IDENTITY, TCIA, "identifiable") is not first
    assert memories.of(context(1), IDENTITY, BASIC, "identifiable") is not first
    assert memories.of(context(1), IDENTITY, TCIA, "derived") is not first
    for number in range(2, 7):
        memories.of(context(number), IDENTITY, TCIA, "identifiable")
    assert memories.of(context(1), IDENTITY, TCIA, "identifiable") is not first
