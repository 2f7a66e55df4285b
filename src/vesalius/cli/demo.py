"""`vesalius demo`: fill an archive with the demonstration collections."""

import os

import click

from vesalius.cli.django import wake
from vesalius.cli.staff import do_jobs
from vesalius.jobs.lifeline import STARTER, end_with_starter


@click.command()
@click.option(
    "--work", is_flag=True, help="Do the jobs here and now; else a running `vesalius serve` does them."
)
def demo(*, work: bool) -> None:
    """Fill an empty archive with the demonstration collections, through the real pipeline."""
    if STARTER in os.environ:  # by `vesalius serve --demo`, not by hand
        end_with_starter()
    os.environ.setdefault("VESALIUS_SYNTHETIC", "true")
    wake()
    from vesalius.demo.carry import carry  # noqa: PLC0415

    if not work:
        carry(click.echo)
        return
    with do_jobs() as some:
        carry(click.echo, some)
