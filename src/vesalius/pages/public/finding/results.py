"""The rows of an answer as the page shows them: series, studies, subjects with their studies, and a flat table."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import quote

from vesalius.access.permit import Visible
from vesalius.catalog.labels import Hung, hanging
from vesalius.catalog.models import SeriesRevision
from vesalius.pages.public.addresses import patient_address
from vesalius.pages.public.finding.asked import Asked
from vesalius.pages.public.finding.rows import value_of_path
from vesalius.pages.public.images import thumb
from vesalius.pages.public.wording import series_title, sex
from vesalius.pages.templatetags.words import count, day
from vesalius.search.elements import Element
from vesalius.search.find import MOST_ROWS, Page, find_series
from vesalius.search.query import Query


def shown_rows(asked: Asked, answer: Page[Any], judged: Visible) -> list[dict[str, Any]]:
    """The rows of one page of an answer."""
    rows = answer.rows
    if asked.view.name == "table":
        return [_cells(row, asked.columns) for row in rows]
    if asked.view.name == "subjects":
        return [_subject(row, asked, judged) for row in rows]
    if asked.view.name == "studies":
        return [_study(row) for row in rows]
    return series_rows(rows, judged)


def series_rows(rows: Sequence[SeriesRevision], judged: Visible) -> list[dict[str, Any]]:
    """Series with picture, title and what hangs on them."""
    found = hanging(rows, judged)
    return [
        {
            "revision": row,
            "thumb": thumb(row, judged),
            "title": series_title(row),
            "patient": patient_address(row.series.study.patient),
            "study": f"/studies/{row.series.study.study_instance_uid}/",
            "labels": _told(found.labels.get(row.series_id, ())),
            "sources": _told(found.sources.get(row.series_id, ())),
        }
        for row in rows
    ]


def _told(hangs: Iterable[Hung]) -> list[dict[str, str]]:
    """Labels or sources, each kind of each dataset once: address, modality, and the dataset that it is of."""
    told: dict[tuple[str, str], dict[str, str]] = {}
    for one in hangs:
        address = f"/series/{one.series_instance_uid}/"
        new = {"address": address, "modality": one.modality, "dataset": one.dataset}
        told.setdefault((one.modality, one.dataset), new)
    return list(told.values())


def _study(row: dict[str, Any]) -> dict[str, Any]:
    patient = f"/patients/{quote(row['collection'])}/{quote(row['patient_id'], safe='')}/"
    return {**row, "address": f"/studies/{row['study_instance_uid']}/", "patient": patient}


def _subject(row: dict[str, Any], asked: Asked, judged: Visible) -> dict[str, Any]:
    key = f"{row['collection']}/{row['patient_id']}"
    opened = key in asked.opened
    return {
        **row,
        "address": f"/patients/{quote(row['collection'])}/{quote(row['patient_id'], safe='')}/",
        "sex_word": sex(row.get("sex", "")),
        "key": key,
        "opened": opened,
        "opening": asked.opening(key),
        "studies": _studies_of(row, asked.query, judged) if opened else [],
    }


def _studies_of(row: dict[str, Any], query: Query, judged: Visible) -> list[dict[str, Any]]:
    """The studies of a subject that answer a question, with their series."""
    own = only_patient(query, row["collection"], row["patient_id"])
    found = find_series(own, judged, sort="study_date", size=MOST_ROWS).rows
    studies: dict[str, list[dict[str, Any]]] = {}
    for one in series_rows(found, judged):
        studies.setdefault(one["study"], []).append(one)
    return [{"address": address, "first": rows[0], "rows": rows} for address, rows in studies.items()]


def only_patient(query: Query, collection: str, patient_id: str) -> Query:
    """The question about one patient alone."""
    return replace(query, collections=(collection,), patient_ids=(patient_id,))


def _cells(row: SeriesRevision, columns: Iterable[Element]) -> dict[str, Any]:
    return {
        "address": f"/series/{row.series.series_instance_uid}/",
        "cells": [
            {"text": said(value_of_path(row, one.path)), "kind": one.kind, "label": one.label}
            for one in columns
        ],
    }


def said(value: object) -> str:
    """A value of a header as the flat table says it."""
    match value:
        case None:
            words = ""
        case bool():
            words = "yes" if value else "no"
        case int():
            words = count(value)
        case float():
            words = f"{value:g}"
        case date():
            words = day(value)
        case list():
            words = " \\ ".join(map(said, value))
        case _:
            words = str(value)
    return words
