"""`vesalius`: every command by name. A command's module is imported when it runs, so the tool starts at once."""

import importlib
import os
import sys
from pathlib import Path

import click

import vesalius
from vesalius.errors import ArchiveError

# name -> (module:function, what it does)
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("vesalius.cli.serve:init", "Make the data folder and its databases, or bring them up to date."),
    "serve": ("vesalius.cli.serve:serve", "Run the archive: public site, staff site and their workers."),
    "doctor": ("vesalius.cli.staff:doctor", "Check settings, folders, databases and every stored byte."),
    "user": ("vesalius.cli.accounts:user", "Make and change accounts, roles and grants."),
    "token": ("vesalius.cli.accounts:token", "Make and revoke tokens for programs."),
    "collection": ("vesalius.cli.accounts:collection", "Make collections and their rows of data access."),
    "submit": (
        "vesalius.cli.staff:submit",
        "Send a folder, a ZIP or files to a collection as one submission.",
    ),
    "get": ("vesalius.cli.get:get", "Fetch series from this or another archive, checked and resumable."),
    "inspect": (
        "vesalius.cli.inspect:inspect",
        "Show every attribute and value of a folder, and how much each may tell.",
    ),
    "deidentify": (
        "vesalius.cli.deidentify:deidentify",
        "De-identify a folder into a new one, at the site and without a server.",
    ),
    "recipe": (
        "vesalius.cli.recipe:recipe",
        "Write a ready recipe, or a script of CTP's, as a recipe to read and change.",
    ),
    "site": ("vesalius.cli.site:site", "Keep what a site alone holds: back up, restore and check its key."),
    "index": ("vesalius.cli.index:index", "Front the index of another archive: found here, fetched there."),
    "jobs": ("vesalius.cli.staff:jobs", "Show, retry and cancel jobs."),
    "demo": ("vesalius.cli.demo:demo", "Fill an empty archive with the demonstration collections."),
}
EXIT_USAGE, EXIT_FAILED = 2, 3


class Commands(click.Group):
    """A group whose commands are looked up in COMMANDS."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take `--data` before the command and behind it: it means the same."""
        return super().parse_args(ctx, _data_first(args))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of one command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), function)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table itself, without importing anything."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_, sentence) in COMMANDS.items()])


def _data_first(args: list[str]) -> list[str]:
    ours = args[: args.index("--")] if "--" in args else args
    at = next((at for at, arg in enumerate(ours) if arg == "--data" or arg.startswith("--data=")), 0)
    after = at + (2 if ours and ours[at] == "--data" else 1)
    return [*args[at:after], *args[:at], *args[after:]]


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(vesalius.__version__, prog_name="vesalius")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="The data folder; else VESALIUS_DATA, else ~/.local/share/vesalius. It may stand behind the command.",
)
def cli(data: Path | None) -> None:
    """An archive of cancer images that any institution can run."""
    if data is not None:
        os.environ["VESALIUS_DATA"] = str(data.absolute())


def main() -> None:
    """Run a command; an error becomes a sentence, its hint and an exit code."""
    try:
        cli()
    except ArchiveError as error:
        click.echo(f"{error}\n{error.hint}", err=True)
        sys.exit(EXIT_FAILED)


if __name__ == "__main__":
    main()
