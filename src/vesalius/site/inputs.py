"""What IN holds: the files of a folder, of a ZIP archive, and of the ZIP archives that lie in the folder."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from vesalius.errors import BadInput
from vesalius.store.sources import Source, gather

_ARCHIVE: Final = ".zip"


def gathered(place: Path) -> list[Source]:
    """Every file of IN, a ZIP archive in a folder as if it were a folder.

    Raises BadInput for an IN that is a damaged or locked ZIP archive, and where there is no file. One that lies in
    the folder stays a file of its own, and waits for a person.
    """
    sources = gather([place])
    if not sources:
        raise BadInput("There is no file to read.")
    if place.is_file() and place.suffix.lower() == _ARCHIVE and not sources[0].member:
        raise BadInput("The ZIP archive is damaged.")
    return [one for source in sources for one in _opened(source)]


def _opened(source: Source) -> Iterator[Source]:
    members = _members(source.path) if not source.member and source.path.suffix.lower() == _ARCHIVE else []
    if not members:
        yield source
    for member in members:
        yield replace(member, name=f"{source.name}/{member.name}")


def _members(archive: Path) -> list[Source]:
    """What lies in an archive; nothing where it is damaged or locked."""
    try:
        return [one for one in gather([archive]) if one.member]
    except BadInput:
        return []
