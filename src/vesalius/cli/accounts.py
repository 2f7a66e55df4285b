"""`vesalius user`, `vesalius token`, `vesalius collection`."""

import click

from vesalius.cli.django import wake
from vesalius.settings.routing import Side

SIDE = click.option(
    "--side",
    type=click.Choice(["public", "staff"]),
    default="public",
    show_default=True,
    help="On which site.",
)


def _side(name: str) -> Side:
    return Side.ARCHIVE if name == "public" else Side.INTAKE


@click.group()
def user() -> None:
    """Make and change accounts, roles and grants."""


@click.group()
def token() -> None:
    """Make and revoke tokens for programs."""


@click.group()
def collection() -> None:
    """Make collections."""
