"""What can be wrong with a DICOM file, as fixed codes: raised while reading, or reported by the check."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from vesalius.errors import BadInput


class Reason(StrEnum):
    """Fixed codes of everything that reading and checking can object to."""

    # The file cannot be walked: raised as DicomError.
    NOT_DICOM = "not_dicom"
    TRUNCATED = "truncated"
    OVERRUN = "overrun"
    TRAILING_DATA = "trailing_data"
    ILLEGAL_VR = "illegal_vr"
    VR_MISMATCH = "vr_mismatch"
    BAD_ITEM = "bad_item"
    UNDEFINED_LENGTH = "undefined_length"
    TOO_DEEP = "too_deep"
    TOO_MANY = "too_many"
    TOO_LARGE = "too_large"
    DEFLATE = "deflate"
    # The file can be walked, and the check objects.
    NO_PREAMBLE = "no_preamble"
    PREAMBLE = "preamble"
    POLYGLOT = "polyglot"
    NO_META = "no_meta"
    META_INCOMPLETE = "meta_incomplete"
    META_FORMAL = "meta_formal"
    META_LENGTH = "meta_length"
    META_MISMATCH = "meta_mismatch"
    TRANSFER_SYNTAX = "transfer_syntax"
    TAG_ORDER = "tag_order"
    REPEATED = "repeated"
    ILLEGAL_GROUP = "illegal_group"
    WRONG_VR = "wrong_vr"
    UNKNOWN_TAG = "unknown_tag"
    ODD_LENGTH = "odd_length"
    VALUE_LENGTH = "value_length"
    DELIMITER = "delimiter"
    IMPLICIT_ITEM = "implicit_item"
    CHARSET = "charset"
    TEXT = "text"
    MISSING = "missing"
    UID = "uid"
    UID_ZEROS = "uid_zeros"
    UID_REFERENCE = "uid_reference"
    PIXEL_LENGTH = "pixel_length"
    PIXEL_DESCRIPTION = "pixel_description"
    FRAGMENTS = "fragments"
    OFFSET_TABLE = "offset_table"
    PALETTE = "palette"
    DEFLATE_CHECKSUM = "deflate_checksum"


# How many problems of one reason are told; the first ones say enough.
MOST_OF_A_KIND: Final = 20

# Why a file with such a problem may still come in: each leaves one meaning only, and no byte unaccounted for.
TOLERABLE: Final[dict[Reason, str]] = {
    Reason.NO_PREAMBLE: "the meta group follows at once; the writer adds preamble and prefix",
    Reason.PREAMBLE: "any application may use it, TIFF among them (PS3.10 7.1); the writer empties it",
    Reason.META_FORMAL: "group length, version and writer say nothing of the data; the writer sets them anew",
    Reason.META_LENGTH: "the group ends where its last element ends; the writer sets the length anew",
    Reason.ODD_LENGTH: "the value's extent is unambiguous; old writers left out the padding byte",
    Reason.VALUE_LENGTH: "the value is kept as bytes and never taken for a number",
    Reason.DELIMITER: "a delimiter has no value, whatever its length field says",
    Reason.UNKNOWN_TAG: "a newer edition or a slip; de-identification removes what it does not know",
    Reason.UID_ZEROS: "old writers padded components with zeros; the UID still names one thing only",
    Reason.UID_REFERENCE: "it names nothing, and de-identification replaces it whole",
    Reason.TEXT: "the bytes are kept as they are; what is shown has replacement characters",
    Reason.DEFLATE_CHECKSUM: "some writers end the stream as gzip does; the checksum is right",
}


@lru_cache(maxsize=8192)
def tag_text(tag: int) -> str:
    """A tag as the standard prints it: `(0010,0020)`."""
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


@dataclass(frozen=True, slots=True)
class Problem:
    """One objection to a file; the sentence names tags and never a value."""

    reason: Reason
    tag: int | None
    offset: int | None
    sentence: str

    @property
    def fatal(self) -> bool:
        """Whether the file must be quarantined; `TOLERABLE` says why the others need not."""
        return self.reason not in TOLERABLE


class DicomError(BadInput):
    """The bytes cannot be walked as DICOM; names the tag and the offset, never a value."""

    hint = "Send the file again from its source; if it is damaged there too, leave it out."

    def __init__(
        self, reason: Reason, sentence: str, *, tag: int | None = None, offset: int | None = None
    ) -> None:
        where = "" if tag is None else f"{tag_text(tag)}: "
        place = "" if offset is None else f" (at byte {offset})"
        super().__init__(f"{where}{sentence}{place}")
        self.reason = reason
        self.tag = tag
        self.offset = offset
