"""`vesalius recipe`: a recipe as a text to read, keep and change."""

from pathlib import Path

import click

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("name", metavar="NAME|SCRIPT")
@click.option(
    "--over", type=FILE, multiple=True, metavar="PROFILE",
    help="A profile of CTP's to lay over the script; may be given several times, in order.",
)  # fmt: skip
def recipe(name: str, over: tuple[Path, ...]) -> None:
    """Write a recipe to the screen: a ready one by its name, or a script of CTP's anonymizer made into one.

    Where a script is not safe, a comment at the top names the line.
    """
    from vesalius.deid import Recipe, RecipeError  # noqa: PLC0415 - the help needs none of it
    from vesalius.deid.ctp import ScriptError  # noqa: PLC0415

    try:
        if Path(name).is_file():
            click.echo(_imported(Path(name), over), nl=False)
        else:
            click.echo(Recipe.builtin(name).to_toml(), nl=False)
    except (RecipeError, ScriptError) as error:
        raise click.UsageError(f"{error} {error.hint}") from None


def _imported(script: Path, over: tuple[Path, ...]) -> str:
    from vesalius.deid.ctp import imported  # noqa: PLC0415

    return imported(_text(script), script.stem, profiles=[_text(profile) for profile in over])


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{path.name} cannot be read as text ({type(error).__name__}).") from None
