"""`vesalius deidentify`: a folder in, a cleaned folder out, with nothing but this machine."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

import click

from vesalius.errors import BadInput, BadRequest, Misconfigured

if TYPE_CHECKING:
    from vesalius.deid import Recipe
    from vesalius.deid.patient.lookup import LookupTable
    from vesalius.site.report.attributes import Line

FAILED = 3  # exit code
FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("source", metavar="IN", type=click.Path(exists=True, path_type=Path))
@click.argument("out", metavar="OUT", type=FOLDER)
@click.option(
    "--recipe", "recipe_name", required=True, metavar="NAME|FILE",
    help="basic, tcia, keep-dates, strict; a recipe in TOML; or a script of CTP's anonymizer.",
)  # fmt: skip
@click.option("--maps", type=FOLDER, help="The folder that stays with you: maps, key, journal, report.")
@click.option(
    "--key", type=FILE, help="The key of an earlier run; else the one under --maps, made at first use."
)
@click.option(
    "--lookup", type=FILE, help="New patient IDs, as properties or CSV; then it must name everybody."
)
@click.option(
    "--names", type=click.Choice(["mirror", "uid"]), default="mirror", show_default=True,
    help="Call files as in IN, without what identifies; or by their new IDs and UIDs.",
)  # fmt: skip
@click.option("--report", type=FOLDER, help="The folder of the report; else under --maps.")
@click.option("--preflight", is_flag=True, help="Say what would change; write nothing.")
@click.option(
    "--faces", type=click.Choice(["hold", "accept"]), default="hold", show_default=True,
    help="Series of heads whose face can be known again wait; or go out, for the --reason that you give.",
)  # fmt: skip
@click.option("--reason", help="Why faces may go out, for the report: an agreement, an approval, a defacing.")
@click.option("--prune", is_flag=True, help="Take out of OUT what is no longer in IN.")
@click.option("--strict", is_flag=True, help="Refuse a script of CTP's that draws a warning.")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes; else one for each core.")
def deidentify(
    source: Path,
    out: Path,
    *,
    recipe_name: str,
    maps: Path | None,
    key: Path | None,
    lookup: Path | None,
    names: str,
    report: Path | None,
    preflight: bool,
    faces: str,
    reason: str | None,
    prune: bool,
    strict: bool,
    workers: int | None,
) -> None:
    """De-identify a folder, a ZIP archive, a medium with its DICOMDIR, or one file, into a new folder.

    All files of a patient are read before any is cleaned. Each cleaned file is proved before it is written; what fails,
    or waits for a person, stays where it is. Run the same command again after a break: it goes on where it stopped.
    Exit codes: 0 everything is in OUT, 2 the command is wrong, 3 something was held back.
    """
    from vesalius.site.work.hands import make_ready  # noqa: PLC0415 - the help needs none of it

    make_ready()
    from vesalius.cli.deidentify_display import (  # noqa: PLC0415
        display,
        say_key,
        show_changes,
        sum_up,
    )
    from vesalius.cli.interrupts import stopping  # noqa: PLC0415
    from vesalius.site.order import Order, Outcome, Run  # noqa: PLC0415
    from vesalius.site.places import Maps  # noqa: PLC0415
    from vesalius.site.report.attributes import lines  # noqa: PLC0415
    from vesalius.site.report.cleaned import write_report  # noqa: PLC0415
    from vesalius.site.run import check_places, deidentify, key_of_site  # noqa: PLC0415

    if maps is None and not preflight:
        sentence = "Say with --maps where key and maps are kept: a folder that stays with you, outside of IN and OUT."
        raise click.UsageError(sentence)
    if (faces == "accept") != bool(reason and reason.strip()):
        raise click.UsageError("--faces accept and --reason go together: say why faces may go out.")
    folder = report or (maps / "report" if maps and not preflight else None)
    changes: list[Line] = []

    def tell(run: Run, end: Outcome) -> None:
        if folder is not None:
            write_report(folder, run, end)
        if preflight:
            changes.extend(lines(run.journal.records(), run.order.recipe))

    try:
        order = Order(
            source=source,
            out=out,
            recipe=_recipe(recipe_name, strict=strict),
            maps=Maps(maps) if maps else None,
            key=key,
            lookup=_lookup(lookup),
            names=cast('Literal["mirror", "uid"]', names),
            workers=workers or os.cpu_count() or 1,
            preflight=preflight,
            faces=reason,
            prune=prune,
        )
        check_places(order, folder)
        secret, made = key_of_site(order)
        if made:
            say_key(order)
        with stopping(), display() as watcher:
            outcome = deidentify(order, secret, watcher, tell)
    except (BadRequest, BadInput, Misconfigured) as error:
        raise click.UsageError(f"{error} {error.hint}") from None
    if preflight:
        show_changes(changes)
    sum_up(outcome, order, folder, watcher.seconds)
    if not outcome.whole:
        sys.exit(FAILED)


def _recipe(name: str, *, strict: bool) -> "Recipe":
    """The recipe, with the warnings that a script draws said aloud. A usage error where strictness refuses it."""
    from vesalius.site.recipes import load_recipe, warnings  # noqa: PLC0415

    recipe = load_recipe(name)
    drawn = warnings(recipe)
    for warning in drawn:
        click.echo(f"{name}: {warning}", err=True)
    if strict and drawn:
        raise click.UsageError(
            "The script draws warnings, and --strict refuses it. Mend the lines that are named."
        )
    return recipe


def _lookup(path: Path | None) -> "LookupTable | None":
    from vesalius.deid.patient.lookup import LookupTable  # noqa: PLC0415

    if path is None:
        return None
    try:
        return LookupTable.read(path.name, path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"The lookup table cannot be read as text ({type(error).__name__}).") from None
