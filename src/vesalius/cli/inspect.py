"""`vesalius inspect`: what stands in the headers of a folder, and how much of it may tell who somebody is."""

import os
from pathlib import Path

import click

from vesalius.errors import BadInput

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option("--all", "everything", is_flag=True, help="Show attributes that tell of no person, too.")
@click.option("--csv", "csv_file", type=FILE, help="Write every attribute and value as CSV.")
@click.option("--json", "json_file", type=FILE, help="Write everything as JSON.")
@click.option("--html", "html_file", type=FILE, help="Write a page for a person.")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes; else one for each core.")
def inspect(
    folder: Path,
    everything: bool,  # noqa: FBT001 - click gives each option by its name
    csv_file: Path | None,
    json_file: Path | None,
    html_file: Path | None,
    workers: int | None,
) -> None:
    """Look into a folder, a ZIP archive or one file: every attribute and value with counts, and its risk.

    Values are shown to you alone: on this terminal, and in files that only you can read.
    """
    from vesalius.site.work.hands import make_ready  # noqa: PLC0415 - the help needs none of it

    make_ready()
    from vesalius.cli.deidentify_display import display  # noqa: PLC0415
    from vesalius.cli.inspect_display import show  # noqa: PLC0415
    from vesalius.cli.interrupts import stopping  # noqa: PLC0415
    from vesalius.site.survey.run import survey  # noqa: PLC0415
    from vesalius.site.survey.written import write_csv, write_html, write_json  # noqa: PLC0415

    try:
        with stopping(), display() as watcher:
            found = survey(folder, workers or os.cpu_count() or 1, watcher)
    except BadInput as error:
        raise click.UsageError(f"{error} {error.hint}") from None
    show(found, everything=everything)
    for path, write in ((csv_file, write_csv), (json_file, write_json), (html_file, write_html)):
        if path is not None:
            write(path, found)
            click.echo(f"Written, for your eyes alone: {path}")
