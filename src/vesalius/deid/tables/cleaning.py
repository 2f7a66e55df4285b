"""Clean a table column by column: patient IDs mapped, dates moved with the images, the rest kept or dropped.

Dates move by the patient's own day offset (PS3.15 E.3.6), so that they agree with those of the images.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from io import StringIO
from typing import IO, Any, Final

from vesalius.deid.patient.context import PatientContext
from vesalius.deid.record import Origin
from vesalius.deid.tables.cells import days_between, fits, grouped_age, shifted
from vesalius.deid.tables.dictionary import AGE, DATE, DROP, ID, KEEP, Column, Dictionary
from vesalius.deid.tables.reading import Record, TableError, delimiter_of, records
from vesalius.deid.tables.workbook import is_workbook, read_workbook
from vesalius.deid.text import clean_text

MOST_DISTINCT: Final = 10_000  # values of one column that are counted apart
LONGEST_ID: Final = 64  # characters of a Patient ID (PS3.5 6.2, LO)
SHORTEST_SOUGHT: Final = 4  # characters of an ID that is looked for in other columns
_EXPECTED: Final = frozenset({"document properties", "printer settings"})  # nobody misses them
SHOWN_VALUES: Final = 40  # of them, the commonest, told to the reviewer


@dataclass(frozen=True, slots=True)
class Named:
    """What a patient of a row is called from now on."""

    new_id: str
    days: int  # to add to every date
    known: bool  # whether the collection knows the patient
    context: PatientContext | None = None  # what identifies the patient, where the images told


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedRows:
    """What cleaning made of a table."""

    columns: tuple[Column, ...]  # of the cleaned table, in its order
    actions: dict[str, str]  # column of the table as it came -> what was done; "" where nobody has decided
    unchanged: bool  # the bytes may stay as they came
    row_count: int
    patient_ids: tuple[str, ...]  # new ones, each once, sorted
    findings: tuple[tuple[str, str, str], ...]  # (kind, sentence, column)
    summary: dict[str, dict[str, Any]]  # column -> how many values, how many distinct, the commonest


@dataclass(frozen=True, slots=True)
class _Table:
    """A table as it came."""

    rows: Iterator[Record]
    is_plain: bool  # in the form in which a cleaned one is written
    left_out: tuple[str, ...] = ()  # of a workbook


@dataclass
class _Told:
    """One column while the rows go by."""

    column: Column
    place: int  # in the source
    base: int = -1  # place of the date that days are counted from
    empty: int = 0
    unfit: int = 0
    telling: int = 0  # values that hold the original ID of their row's patient
    cleared: int = 0  # values that named somebody, and do no longer
    more: bool = False  # than MOST_DISTINCT values
    counts: Counter[str] = field(default_factory=Counter)

    def cleaned(self, value: str, context: PatientContext) -> str:
        """The value without what identifies the patient of its row; values of a list are what the list says.

        Of a text what names anybody goes, and words that nobody listed stay: a person looks at them anyway.
        """
        if value in dict(self.column.values):
            return value
        if self.column.type == "text":
            told = clean_text(value, context, "review").text
        else:
            told = "" if context.betrayed_by(value) else value
        self.cleared += told != value
        return told

    def note(self, value: str, own_id: str) -> None:
        if not value:
            self.empty += 1
            return
        if len(own_id) >= SHORTEST_SOUGHT and self.column.action != ID:
            self.telling += own_id.casefold() in value.casefold()
        if not fits(value, self.column):
            self.unfit += 1
        if value in self.counts or len(self.counts) < MOST_DISTINCT:
            self.counts[value] += 1
        else:
            self.more = True


def clean_table(
    file: IO[bytes],
    dictionary: Dictionary,
    *,
    origin: Origin,
    decisions: Mapping[str, str],
    name_of: Callable[[str], Named],
    write: Callable[[bytes], object],
) -> CleanedRows:
    """Clean a table in CSV or XLSX into `write`, which gets CSV, header first.

    Only for identifiable data are IDs mapped, dates moved, ages grouped and texts searched. decisions: column ->
    action, where a person chose (`Dictionary.decided`); name_of: what becomes of an original patient ID. TableError
    when any row cannot be cleaned: nothing is half read.
    """
    table = _opened(file, dictionary.id_column)
    cleaned = clean_rows(
        table.rows,
        dictionary,
        origin=origin,
        decisions=decisions,
        name_of=name_of,
        emit=lambda fields: write(_line(fields)),
    )
    told = set(table.left_out) - _EXPECTED
    left_out = [("workbook", f"left out of the workbook: {', '.join(sorted(told))}", "")] if told else []
    return replace(
        cleaned,
        unchanged=cleaned.unchanged and table.is_plain,
        findings=(*cleaned.findings, *left_out),
    )


def clean_rows(
    rows: Iterator[Record],
    dictionary: Dictionary,
    *,
    origin: Origin,
    decisions: Mapping[str, str],
    name_of: Callable[[str], Named],
    emit: Callable[[list[str]], object],
) -> CleanedRows:
    """Clean rows of text, the header first, into `emit`; as `clean_table` does."""
    shifts = origin == "identifiable"
    if shifts and any(one.type == "date" and one.action == KEEP for one in dictionary.columns):
        raise TableError("the dictionary keeps a date as it is: move it, count days from it, or drop it")
    header = next(rows).fields
    dictionary = dictionary.decided({name: decisions[name] for name in header if name in decisions})
    plan = _plan(header, dictionary)
    id_place = header.index(dictionary.id_column)
    emit([one.column.name for one in plan])
    patients: dict[str, Named] = {}
    count = 0
    for row in rows:
        named = _patient(row, id_place, patients, name_of)
        count += 1
        fields = [_cell(one, row, named, shifts=shifts) for one in plan]
        own_id = row.fields[id_place].strip() if shifts else ""
        for one, value in zip(plan, fields, strict=True):
            one.note(value, own_id)
        emit(fields)
    if not count:
        raise TableError("the table has a header and no row")
    actions = dict.fromkeys(header, "") | {column.name: column.action for column in dictionary.columns}
    undeclared = [name for name in header if not actions[name]]
    return CleanedRows(
        columns=tuple(one.column for one in plan),
        actions=actions,
        unchanged=len(plan) == len(header) and not any(one.column.base for one in plan) and not shifts,
        row_count=count,
        patient_ids=tuple(sorted({one.new_id for one in patients.values()})),
        findings=(*_findings(plan, undeclared), *_strangers(patients, dictionary.id_column)),
        summary={one.column.name: _summary(one) for one in plan},
    )


def _opened(file: IO[bytes], id_column: str) -> _Table:
    if is_workbook(file):
        workbook = read_workbook(file)
        sheet = workbook.sheet_of(id_column)
        others = {"other sheets"} if len(workbook.sheets) > 1 else set()
        return _Table(sheet.records(), is_plain=False, left_out=tuple(sorted({*workbook.left_out, *others})))
    delimiter = delimiter_of(file, id_column)
    return _Table(records(file, delimiter), is_plain=delimiter == ",")


def _plan(header: tuple[str, ...], dictionary: Dictionary) -> list[_Told]:
    """The columns that stay, in the order of the table."""
    declared = {column.name: column for column in dictionary.columns}
    if not declared.keys() <= set(header):
        raise TableError("the dictionary tells of a column that the table does not hold")
    return [
        _Told(declared[name], place, header.index(declared[name].base) if declared[name].base else -1)
        for place, name in enumerate(header)
        if name in declared and declared[name].action not in {"", DROP}
    ]


def _patient(row: Record, place: int, patients: dict[str, Named], name_of: Callable[[str], Named]) -> Named:
    original = row.fields[place].strip()
    if not original:
        raise TableError(f"row {row.number} names no patient")
    if original not in patients:
        patients[original] = _known_by(name_of(original), original)
        if len(patients[original].new_id) > LONGEST_ID:
            raise TableError(f"row {row.number} has a patient ID of more than {LONGEST_ID} characters")
    return patients[original]


def _known_by(named: Named, original: str) -> Named:
    """Who has no image is known by the ID of the table alone."""
    own = PatientContext(issuer="", patient_id=original, identifiers=(("patient_id", original),))
    return named if named.context else replace(named, context=own)


def _cell(one: _Told, row: Record, named: Named, *, shifts: bool) -> str:
    value = row.fields[one.place]
    if one.column.action == ID:
        return named.new_id if shifts else value
    try:
        if one.base >= 0:
            return days_between(value, row.fields[one.base])
        if not (shifts and value.strip()):
            return value
        if one.column.action == DATE:
            return shifted(value.strip(), named.days)
        if one.column.action == AGE and value not in dict(one.column.values):
            return grouped_age(value)
    except ValueError as error:
        raise TableError(f"row {row.number}, column {one.column.name}: {error}") from None
    return one.cleaned(value, named.context) if named.context else value


def _findings(plan: list[_Told], undeclared: list[str]) -> list[tuple[str, str, str]]:
    found = [
        ("column_undeclared", "a column that the dictionary does not decide about is left out", name)
        for name in undeclared
    ]
    for one in plan:
        if _is_free(one.column):
            found.append(("column_text", "free text may name a person: look at every value", one.column.name))
        if one.telling:
            some = "1 value holds" if one.telling == 1 else f"{one.telling} values hold"
            sentence = f"{some} the original ID of the row's own patient: leave the column out"
            found.append(("column_values", sentence, one.column.name))
        if one.cleared:
            some = "1 value" if one.cleared == 1 else f"{one.cleared} values"
            sentence = f"{some} lost what could name somebody: look at all of them"
            found.append(("column_values", sentence, one.column.name))
        if one.unfit:
            some = "1 value is" if one.unfit == 1 else f"{one.unfit} values are"
            sentence = f"{some} not what the dictionary says of this column"
            found.append(("column_values", sentence, one.column.name))
    return found


def _is_free(column: Column) -> bool:
    """Text that no list of allowed values holds in."""
    return column.action != ID and column.type in {"text", "code"} and not column.values


def _strangers(patients: Mapping[str, Named], column: str) -> list[tuple[str, str, str]]:
    count = sum(not one.known for one in patients.values())
    if not count:
        return []
    some = "1 patient has" if count == 1 else f"{count} patients have"
    return [("unknown_patient", f"{some} no image in this collection", column)]


def _summary(one: _Told) -> dict[str, Any]:
    return {
        "values": one.counts.total(),
        "empty": one.empty,
        "distinct": len(one.counts),
        "more": one.more,
        "common": [list(pair) for pair in one.counts.most_common(SHOWN_VALUES)],
    }


def _line(fields: list[str]) -> bytes:
    out = StringIO()
    csv.writer(out).writerow(fields)
    return out.getvalue().encode()
