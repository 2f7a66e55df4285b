"""What can be wrong with a DICOM file, as fixed codes: raised while reading, or reported by the structural check."""

from dataclasses import dataclass
from enum import StrEnum

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
    NO_META = "no_meta"
    META_INCOMPLETE = "meta_incomplete"
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
    MISSING = "missing"
    UID = "uid"
    PIXEL_LENGTH = "pixel_length"
    PIXEL_DESCRIPTION = "pixel_description"
    FRAGMENTS = "fragments"
    OFFSET_TABLE = "offset_table"


# Why a file with such a problem may still come in: each leaves one meaning only, and no byte unaccounted for.
TOLERABLE: dict[Reason, str] = {
    Reason.NO_PREAMBLE: "the meta group follows at once and is complete; the writer adds preamble and prefix",
    Reason.META_LENGTH: "the group ends where its last element ends; the writer sets the length anew",
    Reason.ODD_LENGTH: "the value's extent is unambiguous; old writers left out the padding byte",
    Reason.VALUE_LENGTH: "the value is kept as bytes and never taken for a number",
    Reason.DELIMITER: "a delimiter has no value, whatever its length field says",
    Reason.UNKNOWN_TAG: "a newer edition or a vendor's slip; de-identification removes what it does not know",
    Reason.CHARSET: "text is decoded with replacement characters and the original bytes are kept",
}


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

    def __init__(self, reason: Reason, sentence: str, *, tag: int | None = None, offset: int | None = None):
        where = "" if tag is None else f"{tag_text(tag)}: "
        place = "" if offset is None else f" (at byte {offset})"
        super().__init__(f"{where}{sentence}{place}")
        self.reason = reason
        self.tag = tag
        self.offset = offset
