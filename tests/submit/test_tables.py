"""Clinical tables come in: received like every file, cleaned by the dictionary beside them, or set apart whole."""

import csv
from concurrent.futures import Executor
from dataclasses import replace
from datetime import date

import pytest
from openpyxl import Workbook
from tests.clinical import CT, DICTIONARY, MR, TABLE, accept_all, deliver, of_files, write

from vesalius.audit.models import AuditEntry
from vesalius.curate import tables
from vesalius.errors import BadRequest, Conflict
from vesalius.intake.models import CleanedInstance, CleanedTable, Finding, PatientMapping, Submission
from vesalius.intake.steps import Step
from vesalius.settings.routing import Side, named
from vesalius.submit.balance import balance

pytestmark = pytest.mark.slow


def _rows(house, table: CleanedTable) -> list[dict[str, str]]:
    with house.intake.open(table.blob_id) as file:
        return list(csv.DictReader(line.decode() for line in file))


@pytest.fixture
def images(house, delivery, folder) -> Submission:
    return deliver(house, delivery, folder)


def test_ids_are_mapped_and_dates_move_with_the_images(house, images, delivery, tmp_path):
    submission = deliver(house, of_files(delivery), write(tmp_path / "tables"))
    assert submission.state == Submission.State.READY
    found = balance(submission)
    assert found.holds
    assert (found.received, found.open, found.quarantined) == (2, 2, 0)
    table = submission.tables.get()
    rows = _rows(house, table)
    new = dict(PatientMapping.objects.values_list("original_id", "patient_id"))
    assert [row["mrn"] for row in rows] == [new[CT], new[MR], new[CT]]
    assert "mother" not in rows[0]
    assert [row["last_seen"] for row in rows] == ["290", "", "90"]
    assert [row["stage"] for row in rows] == ["II", "I, early", "III"]
    facts = CleanedInstance.objects.get(series__patient_id=new[CT]).facts
    original_study = date(2004, 1, 19)  # of CT_small
    moved_study = date.fromisoformat(facts["StudyDate"])
    assert date.fromisoformat(rows[0]["diagnosed"]) - date(2021, 3, 18) == moved_study - original_study
    assert table.patient_ids == sorted([new[CT], new[MR]])
    assert not table.findings.exists()


def test_the_dictionary_is_published_without_what_was_done(house, images, delivery, tmp_path):
    table = deliver(house, of_files(delivery), write(tmp_path / "tables")).tables.get()
    with house.intake.open(table.dictionary_blob_id) as file:
        lines = list(csv.reader(line.decode() for line in file))
    assert lines[0] == ["column", "title", "description", "unit", "type", "values"]
    assert lines[1][:3] == ["*", "Clinical data", "One line for each visit."]
    assert [line[0] for line in lines[2:]] == ["mrn", "sex", "stage", "diagnosed", "last_seen", "score"]
    assert lines[6] == [
        "last_seen",
        "Follow-up",
        "Days from diagnosis to the last visit",
        "days",
        "integer",
        "",
    ]
    assert lines[3][5] == "M = male; F = female"


BAD = {
    "ragged": (TABLE + f"{CT},F\n", DICTIONARY, "row 4 has 2 fields"),
    "no ID": (TABLE + ",F,II,2021-03-18,,1,\n", DICTIONARY, "row 4 names no patient"),
    "a date of another form": (TABLE.replace("2021-03-18", "18/3/21"), DICTIONARY, "row 1, column diagnosed"),
    "a date that is none": (TABLE.replace("2020-02-29", "2021-02-29"), DICTIONARY, "row 2, column diagnosed"),
    "open quote": (TABLE + f'{CT},"F\n', DICTIONARY, "not quoted"),
    "empty": ("", DICTIONARY, "the table is empty"),
    "no rows": (TABLE.splitlines()[0] + "\n", DICTIONARY, "no row"),
    "twice a name": (TABLE.replace("sex,stage", "sex,sex", 1), DICTIONARY, "names a column twice"),
    "another table": (TABLE, DICTIONARY + "weight,,,kg,number,,keep\n", "column that the table does not hold"),
    "no ID column": (TABLE, DICTIONARY.replace(",id\n", ",keep\n"), "action id"),
    "a date kept": (TABLE, DICTIONARY.replace("date,,date", "date,,keep"), "keeps a date"),
    "an unknown action": (TABLE, DICTIONARY.replace(",drop\n", ",burn\n"), "knows the actions"),
    "no dictionary": (TABLE, None, "no dictionary beside the table"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_table_that_cannot_be_read_whole_is_set_apart_whole(house, images, delivery, tmp_path, what):
    table, dictionary, sentence = BAD[what]
    submission = deliver(house, of_files(delivery), write(tmp_path / "tables", table, dictionary))
    assert not submission.tables.exists()
    found = balance(submission)
    assert found.holds
    assert found.quarantined == found.received
    assert submission.state == Submission.State.READY
    reasons = list(submission.files.values_list("reason", flat=True))
    assert all(sentence in reason for reason in reasons), reasons
    assert not any("18/3/21" in reason or CT in reason for reason in reasons)


def test_bytes_that_are_no_text_are_set_apart(house, images, delivery, tmp_path):
    folder = write(tmp_path / "tables")
    (folder / "clinical.csv").write_bytes(TABLE.encode() + b"\xff\xfe,,,,,,\n")
    submission = deliver(house, of_files(delivery), folder)
    assert submission.files.get(path="clinical.csv").reason == "line 5 is not UTF-8 text"


def test_a_workbook_is_taken_as_a_table_and_published_as_csv(house, images, delivery, tmp_path):
    folder = write(tmp_path / "tables")
    book = Workbook()
    for row in csv.reader(TABLE.splitlines()):
        book.active.append(row)
    book.create_sheet("who is who").append([CT, "somebody's name"])
    book["who is who"].sheet_state = "hidden"
    book.save(folder / "clinical.xlsx")
    (folder / "clinical.csv").unlink()
    submission = deliver(house, of_files(delivery), folder)
    assert balance(submission).holds
    table = submission.tables.get()
    assert table.name == "clinical.csv"
    new = dict(PatientMapping.objects.values_list("original_id", "patient_id"))
    assert [row["mrn"] for row in _rows(house, table)] == [new[CT], new[MR], new[CT]]
    assert "hidden sheets" in table.findings.get(kind=Finding.Kind.WORKBOOK).sentence


def test_a_workbook_beside_a_table_of_its_name_is_set_apart(house, images, delivery, tmp_path):
    folder = write(tmp_path / "tables")
    Workbook().save(folder / "clinical.xlsx")
    submission = deliver(house, of_files(delivery), folder)
    assert submission.tables.get().file.path == "clinical.csv"
    assert "no dictionary" in submission.files.get(path="clinical.xlsx").reason


def test_other_files_of_such_a_delivery_are_set_apart(house, images, delivery, tmp_path):
    folder = write(tmp_path / "tables")
    (folder / "letter.txt").write_text("not a table")
    (folder / "lost.dictionary.csv").write_text(DICTIONARY)
    (folder / "Ärzte.csv").write_text(TABLE + f"{CT},,,,,,\n")
    submission = deliver(house, of_files(delivery), folder)
    held = dict(submission.files.filter(step=Step.QUARANTINED).values_list("path", "reason"))
    assert set(held) == {"letter.txt", "Ärzte.csv"}
    assert "no clinical table" in held["letter.txt"]
    assert "name of the table" in held["Ärzte.csv"]
    assert submission.files.get(path="lost.dictionary.csv").step == Step.DUPLICATE
    assert balance(submission).holds


def test_a_column_that_nobody_declared_is_left_out_until_a_person_decides(house, images, delivery, tmp_path):
    dictionary = DICTIONARY.replace("score,Score,,mm,number,,keep\n", "")
    table = deliver(house, of_files(delivery), write(tmp_path / "tables", TABLE, dictionary)).tables.get()
    finding = table.findings.get()
    assert (finding.kind, finding.element_path) == (Finding.Kind.COLUMN_UNDECLARED, "score")
    assert "score" not in _rows(house, table)[0]
    with pytest.raises(Conflict, match="open findings"):
        tables.accept(table.pk, person="curator", saw=table.digest)
    with pytest.raises(BadRequest):
        tables.decide(table.pk, {"score": "publish"}, person="curator")
    with pytest.raises(BadRequest):
        tables.decide(table.pk, {}, person="curator")
    for column, action in [("sex", "keep"), ("mrn", "drop"), ("nobody", "drop")]:
        with pytest.raises(Conflict, match="decided"):
            tables.decide(table.pk, {column: action}, person="curator")
    tables.decide(table.pk, {"score": "keep"}, person="curator")
    house.work()
    table.refresh_from_db()
    again = table.superseded_by
    assert [row["score"] for row in _rows(house, again)] == ["0.5", "1.25", ""]
    assert [one.kind for one in again.findings.all()] == [Finding.Kind.COLUMN_TEXT]
    with named(Side.INTAKE):
        assert AuditEntry.objects.filter(deed="table.decide", person="curator").count() == 1


def test_a_column_may_also_be_left_out_for_good(house, images, delivery, tmp_path):
    dictionary = DICTIONARY.replace("score,Score,,mm,number,,keep\n", "")
    table = deliver(house, of_files(delivery), write(tmp_path / "tables", TABLE, dictionary)).tables.get()
    tables.decide(table.pk, {"score": "drop"}, person="curator")
    house.work()
    again = CleanedTable.objects.get(superseded_by=None)
    assert not again.findings.exists()
    accept_all()


def test_what_the_dictionary_keeps_may_be_left_out_and_taken_back(house, images, delivery, tmp_path):
    table = deliver(house, of_files(delivery), write(tmp_path / "tables")).tables.get()
    before = _rows(house, table)
    tables.decide(table.pk, {"score": "drop", "sex": "drop"}, person="curator")
    house.work()
    again = CleanedTable.objects.get(superseded_by=None)
    assert set(before[0]) - set(_rows(house, again)[0]) == {"score", "sex"}
    tables.decide(again.pk, {"score": "keep", "sex": "keep"}, person="curator")
    house.work()
    assert _rows(house, CleanedTable.objects.get(superseded_by=None)) == before


def test_a_date_that_a_person_takes_in_is_moved_though_they_forgot_to_say_so(
    house, images, delivery, tmp_path
):
    dictionary = DICTIONARY.replace("the diagnosis,,date,,date", "the diagnosis,,date,,")
    table = deliver(house, of_files(delivery), write(tmp_path / "tables", TABLE, dictionary)).tables.get()
    assert table.actions["diagnosed"] == ""
    tables.decide(table.pk, {"diagnosed": "keep"}, person="curator")
    house.work()
    days = {row["diagnosed"] for row in _rows(house, CleanedTable.objects.get(superseded_by=None))}
    assert len(days) == 3
    assert not days & {"2021-03-18", "2020-02-29", "2022-04-01"}


def test_free_text_and_values_that_the_dictionary_does_not_know_wait_for_a_person(
    house, images, delivery, tmp_path
):
    dictionary = DICTIONARY.replace("mother,Mother,,,text,,drop", "mother,Mother,,,text,,keep")
    table = TABLE.replace(f"{CT},F,II,", f"{CT},Marta,II,")
    row = deliver(house, of_files(delivery), write(tmp_path / "tables", table, dictionary)).tables.get()
    doubts = {(one.kind, one.element_path) for one in row.findings.filter(blocks=True)}
    assert doubts == {(Finding.Kind.COLUMN_TEXT, "mother"), (Finding.Kind.COLUMN_VALUES, "sex")}
    assert row.summary["sex"] == {
        "values": 3, "empty": 0, "distinct": 3, "more": False, "common": [["Marta", 1], ["M", 1], ["F", 1]],
    }  # fmt: skip


def test_a_patient_whom_the_collection_does_not_know_waits_for_images_or_a_person(
    house, delivery, folder, tmp_path
):
    table = deliver(house, of_files(delivery), write(tmp_path / "tables")).tables.get()
    assert [one.kind for one in table.findings.all()] == [Finding.Kind.UNKNOWN_PATIENT]
    deliver(house, delivery, folder)
    tables.clean_again(table.pk, person="curator")
    house.work()
    again = CleanedTable.objects.get(superseded_by=None)
    assert not again.findings.exists()
    assert set(again.patient_ids) == set(PatientMapping.objects.values_list("patient_id", flat=True))


@pytest.mark.parametrize("origin", ["site", "derived"])
def test_a_table_without_identity_stays_byte_for_byte(house, delivery, delivery_as, folder, tmp_path, origin):
    deliver(house, delivery, folder)
    new = dict(PatientMapping.objects.values_list("original_id", "patient_id"))
    text = f"subject,sex,seen\n{new[CT]},F,2019-02-03\nSomebody-Else,M,2019-02-04\n"
    dictionary = "column,type,values,action\nsubject,,,id\nsex,code,M; F,keep\nseen,date,,keep\n"
    place = write(tmp_path / "tables", text, dictionary)
    table = deliver(house, of_files(delivery_as(origin)), place).tables.get()
    assert house.intake.path(table.blob_id).read_bytes() == text.encode()
    assert table.patient_ids == sorted([new[CT], "Somebody-Else"])
    assert [one.kind for one in table.findings.all()] == [Finding.Kind.UNKNOWN_PATIENT]
    assert table.run["by"] == ("site" if origin == "site" else "archive")


def test_semicolons_and_a_byte_order_mark_are_read(house, images, delivery, tmp_path):
    dictionary = "column,type,values,action\nmrn,,,id\nsex,code,M; F,keep\n"
    folder = write(tmp_path / "tables", f"\ufeffmrn;sex\r\n{CT};F\r\n", dictionary)
    table = deliver(house, of_files(delivery), folder).tables.get()
    assert [row["sex"] for row in _rows(house, table)] == ["F"]


def test_a_mended_table_or_dictionary_that_is_sent_again_is_taken(house, images, delivery, tmp_path):
    first = deliver(house, of_files(delivery), write(tmp_path / "one", TABLE, DICTIONARY + "x,,,,,,keep\n"))
    assert not first.tables.exists()
    second = deliver(house, of_files(delivery), write(tmp_path / "two"))
    assert second.files.get(path="clinical.csv").step == Step.DUPLICATE
    assert second.tables.get().row_count == 3
    assert balance(second).holds
    assert balance(first).holds


def test_a_verdict_on_a_table_is_taken_back_and_leaves_its_trace(house, images, delivery, tmp_path):
    submission = deliver(house, of_files(delivery), write(tmp_path / "tables"))
    table = submission.tables.get()
    with pytest.raises(Conflict):
        tables.accept(table.pk, person="curator", saw="0" * 64)
    tables.accept(table.pk, person="curator", saw=table.digest)
    assert balance(submission).accepted == 2
    tables.undo(table.pk, person="curator")
    with pytest.raises(BadRequest):
        tables.exclude(table.pk, person="curator", saw=table.digest, reason=" ")
    tables.exclude(table.pk, person="curator", saw=table.digest, reason="not theirs")
    assert balance(submission).excluded == 2
    with named(Side.INTAKE):
        deeds = list(AuditEntry.objects.filter(target_kind="table").values_list("deed", flat=True))
    assert deeds == ["table.clean", "table.accept", "table.undo", "table.exclude"]
    assert table.reviews.count() == 2


def test_a_table_that_comes_with_images_is_cleaned_when_its_patients_are_known(house, delivery, folder):
    write(folder)
    (folder / "alone.csv").write_text(TABLE + f"{CT},,,,,,\n")
    submission = deliver(house, delivery, folder)
    assert submission.state == Submission.State.READY
    table = submission.tables.get()
    assert not table.findings.exists()
    assert table.download == "Clinical data"
    found = balance(submission)
    assert found.holds
    assert (found.received, found.open, found.duplicate, found.quarantined) == (8, 4, 1, 3)
    assert submission.files.get(path="alone.csv").step == Step.QUARANTINED


def test_a_second_column_with_the_patients_own_number_waits_for_a_person(house, images, delivery, tmp_path):
    dictionary = "column,type,values,action\nmrn,,,id\nchart,text,a; b,keep\nscore,number,,keep\n"
    text = f"mrn,chart,score\n{CT},a,1\n{MR},Chart {MR.lower()},2\n"
    row = deliver(house, of_files(delivery), write(tmp_path / "tables", text, dictionary)).tables.get()
    told = {(one.element_path, one.sentence) for one in row.findings.filter(blocks=True)}
    assert ("chart", "1 value lost what could name somebody: look at all of them") in told
    assert {column for column, _ in told} == {"chart"}
    assert [line["chart"] for line in _rows(house, row)] == ["a", "Chart"]


def test_a_patient_id_that_dicom_could_not_hold_is_set_apart(house, delivery_as, tmp_path):
    text = f"subject,sex\n{'A' * 65},F\n"
    place = write(tmp_path / "tables", text, "column,type,values,action\nsubject,,,id\nsex,code,M; F,keep\n")
    submission = deliver(house, of_files(delivery_as("site")), place)
    assert not submission.tables.exists()
    reasons = submission.files.values_list("reason", flat=True)
    assert set(reasons) == {"row 1 has a patient ID of more than 64 characters"}


class AcceptedMeanwhile(Executor):
    """Real hands, while which work a curator accepts a table."""

    def __init__(self, hands: Executor, table: CleanedTable) -> None:
        self.hands, self.table = hands, table

    def submit(self, task, /, *args, **more):
        tables.accept(self.table.pk, person="curator", saw=self.table.digest)
        return self.hands.submit(task, *args, **more)


def test_a_table_that_is_accepted_while_it_is_cleaned_again_stays_as_it_was_accepted(
    house, images, delivery, tmp_path
):
    table = deliver(house, of_files(delivery), write(tmp_path / "tables")).tables.get()
    tables.clean_again(table.pk, person="curator")
    replace(house, hands=AcceptedMeanwhile(house.hands, table)).work()
    table.refresh_from_db()
    assert (table.step, table.superseded_by) == (Step.ACCEPTED, None)
    assert {file.step for file in table.submission.files.all()} == {Step.ACCEPTED}
