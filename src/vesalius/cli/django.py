"""Wake Django for a command."""

import os
import subprocess
import sys

import click


def wake(side: str = "staff") -> None:
    """Set Django up as a process of this side, on databases that `vesalius init` has made."""
    os.environ["VESALIUS_SIDE"] = side
    os.environ["DJANGO_SETTINGS_MODULE"] = "vesalius.settings.django"
    import django  # noqa: PLC0415 - the settings above come first

    django.setup()


def prepare(side: str) -> None:
    """Bring the databases of a side up to date, in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "vesalius.web.process", side, "prepare"], check=False)  # noqa: S603
    if done.returncode:
        raise click.ClickException("the databases could not be prepared; the lines above say why")
