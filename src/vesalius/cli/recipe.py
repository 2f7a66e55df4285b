"""`vesalius recipe`: a recipe as a text to read, keep and change."""

from pathlib import Path

import click

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("name", metavar="NAME|SCRIPT|CONFIGURATION")
@click.option(
    "--over", type=FILE, multiple=True, metavar="PROFILE",
    help="A profile of CTP's to lay over the script; may be given several times, in order.",
)  # fmt: skip
@click.option("--pipeline", metavar="NAME", help="The pipeline of a configuration that has several.")
def recipe(name: str, over: tuple[Path, ...], pipeline: str | None) -> None:
    """Write a recipe to the screen: a ready one by its name, or what CTP has made into one.

    That is a script of CTP's anonymizer, or a configuration (config.xml) with the scripts that its stages name. Where a
    script is not safe, a comment at the top names the line.
    """
    from vesalius.deid import Recipe, RecipeError  # noqa: PLC0415 - the help needs none of it
    from vesalius.deid.ctp import ScriptError  # noqa: PLC0415

    try:
        if Path(name).is_file():
            click.echo(_imported(Path(name), over, pipeline), nl=False)
        else:
            click.echo(Recipe.builtin(name).to_toml(), nl=False)
    except (RecipeError, ScriptError) as error:
        raise click.UsageError(f"{error} {error.hint}") from None


def _imported(file: Path, over: tuple[Path, ...], pipeline: str | None) -> str:
    from vesalius.deid.ctp import imported  # noqa: PLC0415

    text = _text(file)
    if "<Configuration" in text:
        return _of_configuration(file, text, pipeline)
    return imported(text, file.stem, profiles=[_text(profile) for profile in over])


def _of_configuration(file: Path, text: str, name: str | None) -> str:
    from vesalius.deid.ctp.pipeline import imported, pipelines  # noqa: PLC0415

    found = {one.name: one for one in pipelines(text)}
    chosen = found.get(name) if name is not None else next(iter(found.values()), None)
    if chosen is None or (name is None and len(found) > 1):
        names = ", ".join(found) or "none"
        raise click.UsageError(f"Say with --pipeline which pipeline is meant; there are: {names}.")
    return imported(chosen, lambda said: _text(file.parent / said))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{path.name} cannot be read as text ({type(error).__name__}).") from None
