"""How `vesalius inspect` shows what it found."""

import click
from rich.markup import escape
from rich.table import Table

from vesalius.cli.deidentify_display import console
from vesalius.site.report.attributes import name_of
from vesalius.site.survey.looking import Survey
from vesalius.site.survey.risks import Risk
from vesalius.site.survey.written import amounts, by_risk, faces

SHOWN_VALUES, SHOWN_FILES = 3, 20


def show(survey: Survey, *, everything: bool) -> None:
    """Tables for a person: what there is, the attributes by risk, and the images that may show text."""
    for name, value in amounts(survey):
        click.echo(f"{name}: {value}")
    table = Table(title="Attributes, those that may tell most first")
    table.add_column("Risk", no_wrap=True)
    for column in ("Element", "Attribute", "VR"):
        table.add_column(column, overflow="fold")
    for column in ("Times", "Distinct"):
        table.add_column(column, justify="right")
    table.add_column("Commonest values", overflow="fold")
    for element, one in by_risk(survey):
        if everything or one.risk is not Risk.NONE:
            values = "\n".join(
                escape(f"{value} × {count:,}") for value, count in one.values.most_common(SHOWN_VALUES)
            )
            distinct = f"{len(one.values):,}{'+' if one.more else ''}"
            table.add_row(
                one.risk,
                escape(element),
                escape(name_of(element)),
                one.vr,
                f"{one.count:,}",
                distinct,
                values,
            )
    console().print(table)
    _list("Images that may show text in their pixels", [(name, why) for name, _, why in survey.suspects])
    _list("Heads", faces(survey))
    _list("Not readable", survey.unreadable)


def _list(title: str, found: list[tuple[str, str]]) -> None:
    if not found:
        return
    click.echo(f"{title}:")
    for name, why in found[:SHOWN_FILES]:
        click.echo(f"  {name}: {why}")
    if len(found) > SHOWN_FILES:
        click.echo(f"  and {len(found) - SHOWN_FILES:,} more; --csv, --json or --html has them all")
