"""Spreadsheets: visible values are read, everything else is named and left behind; what is written is plain."""

import io
import re
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from PIL import Image

from vesalius.deid import PatientContext
from vesalius.deid.tables.cleaning import Named, clean_table
from vesalius.deid.tables.dictionary import read_dictionary
from vesalius.deid.tables.reading import TableError
from vesalius.deid.tables.workbook import read_workbook, write_workbook

HEADER = ["mrn", "sex", "age", "diagnosed", "seen", "score", "note"]
ROWS = [
    [
        "MRN0001",
        "F",
        92,
        date(2021, 3, 18),
        datetime(2021, 4, 1),  # noqa: DTZ001 - as a sheet has it
        0.5,
        "left lower lobe",
    ],
    ["MRN0002", "M", 61, date(2020, 2, 29), None, 2, "Doe, Jane is his wife"],
]
DICTIONARY = b"""column,title,description,unit,type,values,action
mrn,Subject,,,text,,id
sex,Sex,,,code,M = male; F = female,keep
age,Age,,years,integer,,age
diagnosed,Diagnosis,,,date,,date
seen,Seen,,,date,,days from diagnosed
score,Score,,,number,,keep
note,Note,,,text,,keep
"""


def workbook(*, rows=ROWS, change=lambda _: None, patch=None):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (HEADER, *rows):
        sheet.append(row)
    change(book)
    out = io.BytesIO()
    book.save(out)
    return io.BytesIO(patched(out.getvalue(), patch) if patch else out.getvalue())


def patched(data, patch):
    """The same package with some parts changed, or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        parts = {name: old.read(name) for name in old.namelist()}
        for name, content in patch(parts).items():
            new.writestr(name, content)
    return out.getvalue()


def cleaned(file, *, origin="identifiable", context=None):
    def name_of(original):
        known = context if context and context.patient_id == original else None
        return Named(f"NEW-{original[-1]}", -1000, known=True, context=known)

    out = io.BytesIO()
    told = clean_table(
        file,
        read_dictionary(io.BytesIO(DICTIONARY)),
        origin=origin,
        decisions={},
        name_of=name_of,
        write=out.write,
    )
    return told, out.getvalue().decode().splitlines()


def test_a_workbook_is_cleaned_as_a_table_in_csv_is():
    told, lines = cleaned(workbook())
    assert lines == [
        "mrn,sex,age,diagnosed,seen,score,note",
        "NEW-1,F,90,2018-06-22,14,0.5,left lower lobe",
        'NEW-2,M,61,2017-06-04,,2,"Doe, Jane is his wife"',
    ]
    assert told.patient_ids == ("NEW-1", "NEW-2")
    assert [column.as_published()["description"] for column in told.columns][2] == "90 stands for 90 and more"


def test_what_a_workbook_of_a_sites_own_cleaning_holds_is_written_as_csv():
    told, lines = cleaned(workbook(), origin="site")
    assert not told.unchanged
    assert lines[1] == "MRN0001,F,92,2021-03-18,14,0.5,left lower lobe"
    assert ("column_values", "1 value is not what the dictionary says of this column", "age") in told.findings


def test_a_text_that_names_the_patient_of_its_row_does_not_stay():
    context = PatientContext(issuer="", patient_id="MRN0002", identifiers=(("name", "Doe^Jane"),))
    told, lines = cleaned(workbook(), context=context)
    assert "Doe" not in lines[2]
    assert "Jane" not in lines[2]
    assert any(kind == "column_values" and column == "note" for kind, _, column in told.findings)


def test_a_text_keeps_its_words_and_loses_what_identifies_anybody():
    note = "call 555-123-4567 about the left lower lobe of MRN0001, seen 12.03.2021"
    told, lines = cleaned(workbook(rows=[[*ROWS[0][:-1], note]]))
    assert "left lower lobe" in lines[1]
    assert not any(secret in lines[1] for secret in ("4567", "MRN0001", "12.03.2021"))
    assert (
        "column_values",
        "1 value lost what could name somebody: look at all of them",
        "note",
    ) in told.findings


def hidden_sheet(book):
    book.create_sheet("key").append(["MRN0001", "Doe^Jane"])
    book["key"].sheet_state = "veryHidden"


def hidden_column(book):
    book.active["H1"], book.active["H2"] = "name", "Doe^Jane"
    book.active.column_dimensions["H"].hidden = True


def comment(book):
    book.active["A2"].comment = Comment("this is Jane Doe", "Dr Roe")


def picture(book):
    png = io.BytesIO()
    Image.new("RGB", (4, 4)).save(png, "PNG")
    book.active.add_image(openpyxl.drawing.image.Image(png), "J1")


def defined_name(book):
    book.defined_names["patient"] = DefinedName("patient", attr_text='"Doe^Jane"')


def properties(book):
    book.properties.creator = "Doe^Jane"


def header_line(book):
    book.active.oddHeader.center.text = "Doe^Jane"


def data_validation(book):
    from openpyxl.worksheet.datavalidation import DataValidation

    book.active.add_data_validation(DataValidation(type="list", formula1='"Doe^Jane,Roe^Ann"'))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (hidden_sheet, "hidden sheets"),
        (hidden_column, "hidden columns"),
        (comment, "comments"),
        (picture, "pictures and drawings"),
        (defined_name, "defined names"),
        (properties, None),
        (header_line, None),
        (data_validation, None),
    ],
)
def test_what_is_no_visible_value_is_left_behind_and_named_where_somebody_may_miss_it(change, named):
    told, lines = cleaned(workbook(change=change))
    assert "Doe^Jane" not in "\n".join(lines)
    assert "Roe" not in "\n".join(lines)
    sentences = [sentence for kind, sentence, _ in told.findings if kind == "workbook"]
    assert sentences == ([f"left out of the workbook: {named}"] if named else [])


@pytest.mark.parametrize(
    ("part", "named"),
    [
        ("xl/vbaProject.bin", "macros"),
        ("xl/externalLinks/externalLink1.xml", "links to other files"),
        ("xl/embeddings/oleObject1.bin", "embedded objects"),
        ("xl/pivotCache/pivotCacheDefinition1.xml", "pivot tables"),
        ("xl/connections.xml", "connections to data sources"),
        ("customXml/item1.xml", "document properties"),
        ("of/nobody.bin", "parts that no table needs"),
    ],
)
def test_every_part_of_the_package_is_accounted_for(part, named):
    _, lines = cleaned(workbook(patch=lambda parts: parts | {part: b"<x>Doe^Jane</x>"}))
    assert "Doe^Jane" not in "\n".join(lines)
    assert named in read_workbook(workbook(patch=lambda parts: parts | {part: b"<x/>"})).left_out


def with_formula(formula, value):
    """Cell F2 as Excel saves a formula: with the value that it had."""

    def patch(parts):
        name = "xl/worksheets/sheet1.xml"
        text = re.sub(
            rb'<c r="F2"[^>]*>.*?</c>', f'<c r="F2"><f>{formula}</f>{value}</c>'.encode(), parts[name]
        )
        return parts | {name: text}

    return workbook(patch=patch)


def test_a_formula_stays_by_its_value():
    told, lines = cleaned(with_formula("C2*2", "<v>184</v>"))
    assert lines[1].split(",")[5] == "184"
    assert any("formulas (their values stay)" in sentence for _, sentence, _ in told.findings)


REFUSED = [
    (lambda: with_formula("C2*2", ""), "row 2: a formula's value was not saved"),
    (lambda: with_formula("[1]Sheet1!A1", "<v>1</v>"), "row 2: a formula refers to another file"),
    (lambda: with_formula("'[patients.xlsx]Sheet1'!A1", "<v>1</v>"), "refers to another file"),
    (lambda: with_formula('WEBSERVICE("x")', "<v>1</v>"), "refers to another file"),
    (lambda: workbook(change=lambda book: hide_row(book.active)), "row 3 is hidden"),
    (lambda: workbook(rows=[[*ROWS[0], "more"]]), "row 1 has more fields than the header"),
    (lambda: workbook(change=lambda book: book.active.__setitem__("B1", "mrn")), "names a column twice"),
    (
        lambda: workbook(change=lambda book: book.active.__setitem__("A1", "id")),
        "no visible sheet holds the ID",
    ),
    (
        lambda: workbook(change=lambda book: book.create_sheet("b").append(HEADER)),
        "more than one visible sheet",
    ),
    (lambda: workbook(patch=entities), "declares entities"),
    (lambda: workbook(patch=entities_in_utf_16), "declares entities"),
    (lambda: workbook(patch=lambda _: {"a.xml": b"<a/>"}), "no workbook in XLSX form"),
    (lambda: workbook(patch=lambda parts: parts | {"xl/workbook.xml": b"<a"}), "cannot be read"),
    (lambda: io.BytesIO(workbook().getvalue()[:900]), "cannot be read"),
    (lambda: io.BytesIO(b"PK\x03\x04"), "cannot be read"),
    (
        lambda: workbook(change=lambda book: book.active.__setitem__("XFD1048576", 1)),
        "more than 1,000,000 cells",
    ),
]


def hide_row(sheet):
    sheet.row_dimensions[3].hidden = True


def entities(parts):
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "Doe">]>'
    return parts | {"xl/workbook.xml": bomb + parts["xl/workbook.xml"]}


def entities_in_utf_16(parts):
    text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "Doe">]><a/>'
    return parts | {"xl/styles.xml": text.encode("utf-16")}


@pytest.mark.parametrize(("file", "sentence"), REFUSED)
def test_what_cannot_be_read_without_a_doubt_is_refused(file, sentence):
    with pytest.raises(TableError, match=sentence) as caught:
        cleaned(file())
    assert "Doe" not in str(caught.value)


@pytest.mark.slow
def test_a_bomb_is_refused_unread():
    big = workbook(patch=lambda parts: parts | {"xl/theme/theme1.xml": b"<a>" + b" " * 201_000_000})
    with pytest.raises(TableError, match="200 MB"):
        read_workbook(big)


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)


@settings(max_examples=25, deadline=None)  # of a machine with other work
@given(
    rows=st.lists(
        st.tuples(CELLS, st.sampled_from(["", "007", "-3", "1.5", "1.50", "1e3", "=1+1"])), max_size=4
    )
)
def test_what_is_written_reads_back_and_holds_nothing_else(rows):
    rows = [("a", "b"), *(row for row in rows if any(row))]
    book = read_workbook(io.BytesIO(write_workbook(rows)))
    clean = [tuple(value.replace("\ufffe", "").replace("\uffff", "") for value in row) for row in rows]
    assert list(book.sheets[0].rows) == [row for row in clean if any(row)]
    assert book.left_out == ()


def test_equal_rows_are_equal_bytes():
    assert write_workbook([("a", "b"), ("1", "x")]) == write_workbook([("a", "b"), ("1", "x")])
    cell = openpyxl.load_workbook(io.BytesIO(write_workbook([("a",), ("1.5",)]))).active["A2"]
    assert cell.value == 1.5


@pytest.mark.parametrize(
    ("value", "grouped"),
    [("89", "89"), ("90", "90"), ("104", "90"), ("92.5", "90"), ("95Y", "90Y"), ("095Y", "090Y"), ("999D", "999D"),
     ("101 years", "90 years"), ("40", "40"), ("0", "0")],
)  # fmt: skip
def test_ages_over_89_are_one_group(value, grouped):
    from vesalius.deid.tables.cells import grouped_age

    assert grouped_age(value) == grouped


@pytest.mark.parametrize("value", ["ninety-two", "1931", "-1", "90+"])
def test_what_is_no_age_is_refused(value):
    with pytest.raises(TableError, match="row 1, column age: an age"):
        cleaned(workbook(rows=[["MRN0001", "F", value, None, None, 1, ""]]))
