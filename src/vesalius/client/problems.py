"""What can go wrong while series are fetched."""

from vesalius.errors import ArchiveError, BadInput, BadRequest, NotAllowed, Unavailable


class NotAManifest(BadRequest):
    """A file or an answer that names no series."""

    hint = "Give a .tcia manifest, a file with one Series Instance UID per line, or UIDs."


class BadAddress(BadRequest):
    """An address at which no archive can be."""

    hint = "An address begins with http:// or https://."


class TokenKept(BadRequest):
    """A token is sent to an archive that its owner has named, never to one that a manifest names."""

    hint = "Say --from ADDRESS, or VESALIUS_URL, to send the token there."


class TokenInTheOpen(BadRequest):
    """A token goes over http:// to no other machine: everybody on the way could read and use it."""

    hint = "Give the archive's https:// address, or say --insecure where nobody can listen on the way."


class NoSuchHost(Unavailable):
    """The name of the archive leads nowhere."""

    hint = "Check the address and this machine's connection."


class NoAnswer(Unavailable):
    """The archive did not answer, or broke off, again and again."""

    hint = "Run the same command again: it goes on where it stopped."


class Refused(NotAllowed):
    """The archive will not give this series, to this asker or to anybody."""

    hint = "Ask for access, and give your token with --token-file or VESALIUS_TOKEN."


class BadDownload(BadInput):
    """What arrived is not what was promised; none of it was kept."""

    hint = "Run the same command again; if it stays so, tell the archive."


class NoRoom(Unavailable):
    """The disk is full, or would be."""

    hint = "Make room, or choose another folder with --to, and run the same command again."


class FolderBusy(ArchiveError):
    """Another retriever works on the same folder."""

    status = 409
    hint = "Wait until it is done, or choose another folder with --to."


class Stopped(ArchiveError):
    """The reader stopped the work."""

    status = 499
    hint = "Run the same command again: it goes on where it stopped."
