"""The report of a run: what was done to each attribute by which rule, before and after, and what was held back."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import vesalius
from vesalius.deid.annex import options, table
from vesalius.site.order import Order, Outcome, Run
from vesalius.site.places import secret_file, secret_folder
from vesalius.site.report import page
from vesalius.site.report.attributes import Line, lines

HTML: Final = "report.html"
JSON: Final = "report.json"
STATES: Final = {
    "written": ("cleaned and proved", "good"),
    "duplicate": ("the same file twice", "good"),
    "not_dicom": ("not DICOM, not copied", "attention"),
    "waiting": ("waits for a person", "attention"),
    "quarantined": ("quarantined", "danger"),
    "": ("not reached", "danger"),
}
MOST_FILES: Final = 2000  # files that the page names; all stand in the JSON and in files.csv


def write_report(folder: Path, run: Run, outcome: Outcome) -> None:
    """Write both forms into the folder, for the site's eyes alone."""
    secret_folder(folder)
    changed = list(lines(run.journal.records(), run.order.recipe))
    held = list(_held(run))
    told = _told(run, outcome) | {"attributes": [asdict(one) for one in changed], "held_back": held}
    with secret_file(folder / JSON) as file:
        json.dump(told, file, indent=1, ensure_ascii=False)
    with secret_file(folder / HTML) as file:
        file.write(_page(run, outcome, changed, held))


def rates(outcome: Outcome) -> tuple[str, str]:
    """Words kept and words removed in cleaned texts, as people read them."""
    whole = outcome.kept + outcome.removed
    share = [
        f"{count:,} ({100 * count / whole:.1f} %)" if whole else "0"
        for count in (outcome.kept, outcome.removed)
    ]
    return share[0], share[1]


def _told(run: Run, outcome: Outcome) -> dict[str, Any]:
    recipe = run.order.recipe
    return {
        "software": f"Vesalius {vesalius.__version__}",
        "standard": f"PS3.15 {table.edition()}",
        "recipe": {
            "name": recipe.name,
            "version": recipe.version,
            "digest": recipe.digest,
            "options": sorted(recipe.options),
        },
        "key": outcome.fingerprint,
        "preflight": run.order.preflight,
        "files": {state or "not_reached": count for state, count in outcome.counts.items()},
        "pixels_searched": _searched(run.order),
        "words": {"kept": outcome.kept, "removed": outcome.removed},
        "findings": dict(sorted(outcome.findings.items())),
        "refer_to_held_back": outcome.leaning,
        "faces": {"series": outcome.faces, "held_back": outcome.faces_held, "reason": outcome.faces_reason},
        "gone_from_in": [run.telling.code(name) for name, _ in run.journal.gone()],
        "patients_without_new_id": outcome.missing,
    }


def _held(run: Run) -> Iterator[dict[str, str]]:
    """What is not in OUT: a code for the path, and why. `files.csv` beside the maps tells which file it is."""
    for one in run.journal.verdicts("quarantined", "waiting", "not_dicom", ""):
        kind, element, reason = one.findings[0] if one.findings else ("", "", "")
        yield {
            "file": run.telling.code(one.name),
            "state": one.state or "not_reached",
            "kind": kind,
            "element": element,
            "reason": reason,
        }


def _page(run: Run, outcome: Outcome, changed: list[Line], held: list[dict[str, str]]) -> str:
    recipe = run.order.recipe
    names = options.names()
    chosen = ", ".join(names[one] for one in sorted(recipe.options)) or "none"
    kept, removed = rates(outcome)
    lead = "This page shows values from before the cleaning. It is for the site alone and stays there."
    return page.page(
        "What would change" if run.order.preflight else "What was changed",
        lead,
        (
            page.section("Files", _files(outcome), *map(page.paragraph, notes(outcome, run.order))),
            page.section(
                "Recipe",
                page.facts(
                    (
                        ("Recipe", f"{recipe.name} {recipe.version}"),
                        ("Digest", recipe.digest[:12]),
                        ("Key", outcome.fingerprint),
                        ("Standard", f"PS3.15 {table.edition()}"),
                        ("Words kept in cleaned texts", kept),
                        ("Words removed from them", removed),
                    )
                ),
                page.paragraph(f"Options: {chosen}."),
            ),
            page.section("Held back", _held_table(held)),
            page.section("Attributes", _attributes(changed)),
        ),
    )


def _files(outcome: Outcome) -> str:
    rows = [
        (page.state(STATES[state][0], STATES[state][1]), f"{count:,}")
        for state, count in outcome.counts.items()
        if count or state
    ]
    total = sum(outcome.counts.values())
    return page.table(f"{total:,} files in all", ("State", "Files"), rows, numbers=frozenset({1}))


def notes(outcome: Outcome, order: Order) -> Iterator[str]:
    """Sentences about a whole run: what a person should see to."""
    if not _searched(order):
        yield (
            f"Pixels were not searched for text: recipe {order.recipe.name} does not ask for it (Clean Pixel Data, "
            "PS3.15 E.3.1); --recipe tcia does."
        )
    yield from _of_faces(outcome)
    if outcome.leaning:
        yield f"{outcome.leaning:,} files in OUT refer to a file that is held back."
    if outcome.gone:
        yield f"{outcome.gone:,} files in OUT come from files that are no longer in IN: --prune takes them out."
    if outcome.missing and order.maps:
        yield f"{outcome.missing:,} patients have no new ID: fill in {order.maps.missing} and add it to the table."


def _searched(order: Order) -> bool:
    return "clean_pixel_data" in order.recipe.options


def _of_faces(outcome: Outcome) -> Iterator[str]:
    if outcome.faces_held:
        yield (
            f"{outcome.faces_held:,} series of heads wait, because a face could be drawn of their images: take it "
            "out of them, accept their files in waiting.csv, or all with --faces accept --reason WHY."
        )
    if out := outcome.faces - outcome.faces_held:
        why = f" because: {outcome.faces_reason}" if outcome.faces_reason else ""
        yield f"{out:,} series of heads go out, of whose images a face could be drawn{why}."


def _held_table(held: list[dict[str, str]]) -> str:
    if not held:
        return page.paragraph("Nothing was held back.")
    rows = [
        (
            page.values([one["file"]]),
            page.state(*STATES["" if one["state"] == "not_reached" else one["state"]]),
            one["reason"],
            page.values([one["element"]] if one["element"] else []),
        )
        for one in held[:MOST_FILES]
    ]
    caption = f"{len(held):,} files, by the code of their path; files.csv beside the maps names them"
    return page.table(caption, ("File", "State", "Reason", "Element"), rows)


def _attributes(changed: list[Line]) -> str:
    if not changed:
        return page.paragraph("No attribute was changed.")
    rows = [
        (
            one.name,
            page.values([one.path]),
            f"{one.deed} ({one.action})",
            one.rule,
            f"{one.count:,}",
            page.values(before for before, _, _ in one.examples),
            page.values(after for _, after, _ in one.examples),
        )
        for one in changed
    ]
    header = ("Attribute", "Element", "Action", "Rule", "Times", "Before", "After")
    return page.table(
        "Each attribute that was changed, with its commonest values", header, rows, numbers=frozenset({4})
    )
