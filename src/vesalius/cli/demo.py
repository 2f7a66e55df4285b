"""`vesalius demo`: fill an archive with the demonstration collections."""

import os

import click

from vesalius.cli.django import wake
from vesalius.cli.staff import do_jobs


@click.command()
@click.option(
    "--work", is_flag=True, help="Do the jobs here and now; else a running `vesalius serve` does them."
)
def demo(*, work: bool) -> None:
    """Fill an empty archive with the demonstration collections, through the real pipeline."""
    os.environ.setdefault("VESALIUS_SYNTHETIC", "true")
    wake()
    from vesalius.demo.carry import carry  # noqa: PLC0415

    if not work:
        carry(click.echo)
        return
    with do_jobs() as some:
        carry(click.echo, some)
