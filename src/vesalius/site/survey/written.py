"""The survey as files that only its owner can read: CSV, JSON and one page."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from vesalius.site.places import secret_file
from vesalius.site.report import page
from vesalius.site.report.attributes import name_of
from vesalius.site.survey.looking import Attribute, Survey
from vesalius.site.survey.risks import ORDER, Risk

HEADER: Final = ("element", "attribute", "vr", "risk", "times", "value", "count")
SHOWN: Final = 8  # values of an attribute on the page, the commonest
_MOST_LISTED: Final = 2000


def by_risk(survey: Survey) -> list[tuple[str, Attribute]]:
    """Attributes by path, those that may tell most first."""
    return sorted(survey.attributes.items(), key=lambda pair: (ORDER[pair[1].risk], pair[0]))


def amounts(survey: Survey) -> Iterator[tuple[str, str]]:
    """What there is, in figures."""
    yield "Files", f"{survey.files:,}"
    yield "Not DICOM", f"{survey.not_dicom:,}"
    yield "Not readable", f"{len(survey.unreadable):,}"
    for level, found in survey.levels.items():
        yield level.capitalize(), f"{len(found - {''}):,}"
    yield (
        "Modalities",
        ", ".join(f"{name or 'none'} {count:,}" for name, count in sorted(survey.modalities.items())),
    )
    yield "May show text in their pixels", f"{len({name for name, *_ in survey.suspects}):,}"
    yield "Series with a recognisable face", f"{sum(head.shows for head in survey.heads):,}"


def faces(survey: Survey) -> list[tuple[str, str]]:
    """The series of heads by one of their files, and what was seen."""
    seen = {True: "a face stands out", False: "of a head, and no face stands out"}
    return [(head.file, f"{seen[head.shows]} ({head.count:,} files)") for head in survey.heads]


def write_csv(path: Path, survey: Survey) -> None:
    """A line for each attribute and value."""
    with secret_file(path) as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(HEADER)
        for element, one in by_risk(survey):
            for value, count in one.values.most_common():
                table.writerow((element, name_of(element), one.vr, one.risk, one.count, value, count))


def write_json(path: Path, survey: Survey) -> None:
    """Everything, for programs."""
    told = {
        "files": survey.files,
        "bytes": survey.size,
        "not_dicom": survey.not_dicom,
        "unreadable": [{"file": name, "reason": reason} for name, reason in survey.unreadable],
        "levels": {level: len(found - {""}) for level, found in survey.levels.items()},
        "modalities": dict(sorted(survey.modalities.items())),
        "pixel_text": [{"file": name, "element": path, "reason": why} for name, path, why in survey.suspects],
        "heads": [{"file": head.file, "files": head.count, "face": head.shows} for head in survey.heads],
        "attributes": [
            {
                "element": element,
                "attribute": name_of(element),
                "vr": one.vr,
                "risk": one.risk,
                "times": one.count,
                "values": dict(one.values.most_common()),
                "more_values": one.more,
            }
            for element, one in by_risk(survey)
        ],
    }
    with secret_file(path) as file:
        json.dump(told, file, indent=1, ensure_ascii=False)


def write_html(path: Path, survey: Survey) -> None:
    """One page for a person."""
    lead = "This page shows values that may identify patients. It is for the site alone and stays there."
    parts = [page.section("What there is", page.facts(amounts(survey)))]
    for risk in Risk:
        found = [(element, one) for element, one in by_risk(survey) if one.risk is risk]
        if found:
            parts.append(page.section(_TITLES[risk], _attributes(found)))
    parts.append(page.section("Images that may show text", _listed(survey.suspects)))
    parts.append(page.section("Heads", _listed([(name, "", why) for name, why in faces(survey)])))
    parts.append(page.section("Not readable", _listed([(name, "", why) for name, why in survey.unreadable])))
    with secret_file(path) as file:
        file.write(page.page("What stands in these files", lead, parts))


_TITLES: Final = {
    Risk.IDENTIFIER: "Identifiers",
    Risk.FREE_TEXT: "Free text",
    Risk.DATE: "Dates",
    Risk.PRIVATE_UNKNOWN: "Private elements that nobody decided about",
    Risk.PROFILE: "Other attributes that the profile acts on",
    Risk.UID: "UIDs",
    Risk.PRIVATE_KNOWN: "Private elements with a decision",
    Risk.NONE: "Attributes that tell of no person",
}


def _attributes(found: list[tuple[str, Attribute]]) -> str:
    rows = [
        (
            name_of(element),
            page.values([element]),
            one.vr,
            f"{one.count:,}",
            f"{len(one.values):,}{'+' if one.more else ''}",
            page.values(f"{value} × {count:,}" for value, count in one.values.most_common(SHOWN)),
        )
        for element, one in found
    ]
    header = ("Attribute", "Element", "VR", "Times", "Distinct", "Commonest values")
    return page.table(f"{len(found):,} attributes", header, rows, numbers=frozenset({3, 4}))


def _listed(found: list[tuple[str, str, str]]) -> str:
    if not found:
        return page.paragraph("None.")
    rows = [(name, page.values([path] if path else []), why) for name, path, why in found[:_MOST_LISTED]]
    return page.table(f"{len(found):,} findings", ("File", "Element", "Reason"), rows)
