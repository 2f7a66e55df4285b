"""Pixels that can still be read: those that were edited are decoded once, the others stand as they were."""

from collections.abc import Iterator
from typing import Final

from vesalius.deid.record import FindingFact
from vesalius.dicom import DicomError, DicomFile, tag_text

_PIXELS: Final = 0x7FE00010


def unreadable(source: DicomFile, written: DicomFile) -> Iterator[FindingFact]:
    """A finding where an encoded frame that differs from the source's cannot be decoded.

    Native pixels need no decoding: that their length fits their description is a rule of structure.
    """
    frame = _first_edited(source, written)
    if frame is None:
        return
    from vesalius.dicom import frames  # noqa: PLC0415 - decoders are loaded where pixels were edited

    try:
        frames.frame(written, min(frame, frames.frame_count(written) - 1))
    except DicomError:
        yield FindingFact("conformance", tag_text(_PIXELS), "the edited pixels cannot be decoded")


def _first_edited(source: DicomFile, written: DicomFile) -> int | None:
    """Index of the first fragment, the offset table not counted, whose size the pass changed."""
    before, after = source.dataset.get(_PIXELS), written.dataset.get(_PIXELS)
    if before is None or after is None or not after.fragments:
        return None
    if source.transfer_syntax != written.transfer_syntax and not source.deflated:
        return 0
    sizes = [size for _, size in before.fragments[1:]], [size for _, size in after.fragments[1:]]
    if sizes[0] == sizes[1]:
        return None
    return next((at for at, (one, other) in enumerate(zip(*sizes, strict=False)) if one != other), 0)
