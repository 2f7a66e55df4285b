"""How a long command ends when it is told to: with a sentence, and so that it can go on."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

FAILED = 3  # exit code


@contextmanager
def stopping() -> Iterator[None]:
    """Ctrl-C and SIGTERM alike end the command with exit code 3."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        click.echo("Stopped. Run the same command again: it goes on where it stopped.", err=True)
        sys.exit(FAILED)
    finally:
        signal.signal(signal.SIGTERM, before)
