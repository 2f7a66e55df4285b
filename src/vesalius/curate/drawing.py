"""The hands' part of the curators' pictures: pure, so that a child process needs neither Django nor a database."""

from pathlib import Path

from vesalius.dicom import read
from vesalius.dicom.render import thumbnail
from vesalius.errors import BadInput
from vesalius.store.derived import write_derived


def draw(images: list[tuple[str, str]], size: int) -> int:
    """(DICOM file, picture to write), `size` pixels on the longer side; returns how many could be drawn."""
    drawn = 0
    for source, target in images:
        try:
            with read(Path(source)) as file:
                picture = thumbnail(file, size)
        except BadInput:
            continue  # the page says that there is no picture; the doubt about the file is a finding's business
        write_derived(Path(target), picture)
        drawn += 1
    return drawn
