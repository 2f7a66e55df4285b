"""`vesalius index`: the series of another archive, found here and fetched there; and the columns of the search."""

from importlib.util import find_spec
from pathlib import Path
from typing import Final

import click
from rich.console import Console

from vesalius.cli.accounts import operator
from vesalius.cli.bars import counting_bars
from vesalius.cli.django import wake

_IDC: Final = (
    "idc_index_data",
    "idc_index.parquet",
)  # the package of the Imaging Data Commons, and its index


@click.group()
def index() -> None:
    """Front the index of another archive, whose series are found here and fetched there; mend the search's own."""


@index.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--mapping",
    help="How its columns are called: a ready mapping (idc) or a TOML file; else by DICOM keyword.",
)
def load(path: Path, mapping: str | None) -> None:
    """Load a Parquet or CSV file with a row for each series, and publish what it tells as datasets of this archive.

    PATH may be `idc`: the index in the installed package idc-index-data. A newer index makes the next version of
    each dataset that changed; what did not change stays.
    """
    if str(path) == "idc" and not path.exists():
        path, mapping = _installed(), mapping or "idc"
    if not path.is_file():
        raise click.UsageError(f"there is no file {path}")
    wake()
    from vesalius.release.fronting.loading import load as load_index  # noqa: PLC0415
    from vesalius.release.fronting.mapping import Mapping, read_mapping  # noqa: PLC0415
    from vesalius.release.fronting.reading import read_index  # noqa: PLC0415

    console = Console(stderr=True)
    with console.status("reading the index"):
        found = read_index(path, read_mapping(mapping) if mapping else Mapping(about=path.stem))
    with counting_bars(console) as bar:
        task = bar.add_task("loading series", total=len(found))
        loaded = load_index(found, person=operator(), advance=lambda count: bar.advance(task, count))
    console.print(
        f"{loaded.series:,} series. {loaded.datasets:,} datasets got a version; {loaded.unchanged:,} stay."
    )
    for reason, count in loaded.left_out.most_common():
        console.print(f"Left out: {count:,} series, {reason}.")
    _rebuild(console)


@index.command()
def rebuild() -> None:
    """Make the columns of the search anew from the rows: they are derived, and may be deleted at any time."""
    wake()
    _rebuild(Console(stderr=True))


def _rebuild(console: Console) -> None:
    from vesalius.search.segments.keeping import rebuild as make_anew  # noqa: PLC0415

    with console.status("making the columns of the search"):
        count = make_anew()
    console.print(f"Search knows {count:,} series.")


def _installed() -> Path:
    package, name = _IDC
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise click.UsageError("the package idc-index-data is not installed: pip install idc-index-data")
    return Path(spec.submodule_search_locations[0]) / name
