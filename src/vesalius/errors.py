"""Every error that a person can meet: each class knows its HTTP status and what the reader should do next.

ArchiveError
├── BadInput (422)          what was sent cannot be used
├── BadRequest (400)        the question itself is malformed
├── NotAllowed (403)        this person may not do this
├── NotFound (404)          nothing here that this person may find
├── Conflict (409)          it collides with what is there
├── TooLarge (413)          a limit was passed
├── Misconfigured (500)     a setting is missing or wrong
└── Unavailable (503)       a part is down or full; try again
"""

from typing import ClassVar


class ArchiveError(Exception):
    """Base of all errors of the archive; the message never holds a value that could be PHI."""

    status: ClassVar[int] = 500
    hint: ClassVar[str] = "Report the reference number to the archive's help desk."

    @property
    def code(self) -> str:
        """Stable machine-readable name of the error: its class."""
        return type(self).__name__


class BadInput(ArchiveError):
    """What was sent cannot be used."""

    status = 422
    hint = "Mend what the sentence names and send it again."


class BadRequest(ArchiveError):
    """The question itself is malformed."""

    status = 400
    hint = "Check the parameters against the help page."


class NotAllowed(ArchiveError):
    """This person may not do this."""

    status = 403
    hint = "Sign in with an account that has the right, or ask the owner of the data for a grant."


class NotFound(ArchiveError):
    """There is nothing here that this person may find."""

    status = 404
    hint = "Check the address, or search for it."


class Conflict(ArchiveError):
    """The deed collides with what is already there."""

    status = 409
    hint = "Reload the page to see how things stand now."


class TooLarge(ArchiveError):
    """A limit was passed."""

    status = 413
    hint = "Send less at once, or ask the operator to raise the limit."


class Misconfigured(ArchiveError):
    """A setting is missing or wrong."""

    status = 500
    hint = "Correct it in vesalius.toml or in the environment; the operator's guide lists every setting."


class Unavailable(ArchiveError):
    """A part of the archive is down or full for the moment."""

    status = 503
    hint = "Try again in a minute."
