"""`vesalius site`: what a site does with its own secrets; nothing here needs a server or a network."""

from pathlib import Path

import click

FILE = click.Path(dir_okay=False, path_type=Path)
OLD_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def site() -> None:
    """Keep what a site alone holds."""


@site.group()
def key() -> None:
    """Back up, restore and check the key from which all new names come.

    Who has the key and an original ID can compute the new one; who loses it cannot add to a patient's images.
    """


@key.command()
@click.argument("key_file", metavar="KEY", type=OLD_FILE)
@click.argument("to", metavar="BACKUP", type=FILE)
def backup(key_file: Path, to: Path) -> None:
    """Seal KEY under a passphrase and write it to the new file BACKUP."""
    from vesalius.site.kept.key_backup import back_up  # noqa: PLC0415 - the help needs none of it

    saved = back_up(key_file, to, click.prompt("Passphrase", hide_input=True, confirmation_prompt=True))
    click.echo(f"The key {saved.fingerprint} is sealed. Keep file and passphrase in two places.")


@key.command()
@click.argument("saved", metavar="BACKUP", type=OLD_FILE)
@click.argument("key_file", metavar="KEY", type=FILE)
def restore(saved: Path, key_file: Path) -> None:
    """Open BACKUP and write its key to KEY; another key that stands there is never written over."""
    from vesalius.site.kept.key_backup import restore as restore_key  # noqa: PLC0415

    found = restore_key(saved, key_file, click.prompt("Passphrase", hide_input=True))
    click.echo(f"The key {found.fingerprint} is in its place.")


@key.command()
@click.argument("key_file", metavar="KEY", type=OLD_FILE)
@click.option("--fingerprint", help="What the domain's key is known by; else it is only shown.")
def check(key_file: Path, fingerprint: str | None) -> None:
    """Show the print of KEY, and compare it with the one that a report or the archive names."""
    from vesalius.site.kept.key_backup import check as check_key  # noqa: PLC0415
    from vesalius.site.kept.key_backup import key_at  # noqa: PLC0415

    found = key_at(key_file)
    click.echo(found.fingerprint)
    if fingerprint:
        check_key(found, fingerprint)
        click.echo("It is the domain's key.")
