"""Supporting files as the pages of a dataset and of a subject show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from vesalius.access.permit import Visible
from vesalius.catalog.models import Patient, Release, SupportingFile
from vesalius.catalog.supporting import rows_about
from vesalius.catalog.visible import supporting_files
from vesalius.deid.tables.dictionary import SUFFIX
from vesalius.deliver.table_rows import cells_at
from vesalius.pages.public.access import Access, access_of
from vesalius.pages.public.addresses import address_of
from vesalius.pages.public.images import in_version

MOST_ROWS = 50  # of one patient on its page


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFile:
    """A supporting file with the ways to it; for public/_clinical.html."""

    file: SupportingFile
    title: str
    access: Access
    address: str  # of the bytes
    browse: str = ""  # of the page, where it is a table
    dictionary: str = ""  # of the bytes of its dictionary, where it is a table

    @property
    def column_count(self) -> int:
        """How many columns the table has."""
        return len(self.file.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutPatient:
    """The rows of one table that speak of one patient."""

    title: str
    browse: str
    rows: list[list[tuple[str, str]]]  # of each row: the column's title and its value


def files_shown(release: Release, visible: Visible, version: int | None = None) -> list[ShownFile]:
    """All supporting files of a release that the asker may find, by name; a dictionary stands with its table.

    version: where the release is not the newest.
    """
    files = list(supporting_files(release, visible.findable))
    names = {file.name for file in files}
    told_elsewhere = {dictionary_of(file) for file in files if file.is_table}
    return [
        shown(file, visible, version, has_dictionary=dictionary_of(file) in names)
        for file in files
        if file.name not in told_elsewhere
    ]


def shown(
    file: SupportingFile, visible: Visible, version: int | None, *, has_dictionary: bool = True
) -> ShownFile:
    """One file with the ways to it."""
    place, which = address_of(file.holding), in_version(version)
    return ShownFile(
        file=file,
        title=file.title or file.name,
        access=access_of(file.home_download, visible),
        address=f"{place}files/{quote(file.name)}{which}",
        browse=f"{place}tables/{quote(file.name)}/{which}" if file.is_table else "",
        dictionary=f"{place}files/{quote(dictionary_of(file))}{which}"
        if file.is_table and has_dictionary
        else "",
    )


def dictionary_of(file: SupportingFile) -> str:
    """The name of the dictionary that is published with a table."""
    return f"{file.name.removesuffix('.csv')}{SUFFIX}"


def about_patient(patient: Patient, visible: Visible) -> list[AboutPatient]:
    """What the tables of current releases say of a patient whom the asker may find."""
    found: dict[int, AboutPatient] = {}
    for link in rows_about(patient, visible)[:MOST_ROWS]:
        file = link.file
        told = found.setdefault(
            file.pk,
            AboutPatient(title=file.title or file.name, browse=_browse(file, patient), rows=[]),
        )
        told.rows.append(
            [
                (heading(column), spoken(column, value))
                for column, value in zip(file.columns, cells_at(link), strict=True)
                if value and value != patient.patient_id
            ]
        )
    return list(found.values())


def heading(column: Mapping[str, Any]) -> str:
    """The title of a column and its unit."""
    title = column["title"] or column["name"]
    return f"{title} ({column['unit']})" if column["unit"] else title


def spoken(column: Mapping[str, Any], value: str) -> str:
    """A value, and what it means where the dictionary says so."""
    meaning = dict(column["values"]).get(value, "")
    return f"{value} ({meaning})" if meaning else value


def _browse(file: SupportingFile, patient: Patient) -> str:
    return f"{address_of(file.holding)}tables/{quote(file.name)}/?q={quote(patient.patient_id)}"
