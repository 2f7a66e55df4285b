"""Rules of a file's identity: preamble, meta group, transfer syntax, identifiers (PS3.10 7.1, PS3.5 9.1)."""

import re
from collections.abc import Iterator
from typing import Final

from pydicom._uid_dict import UID_dictionary

from vesalius.dicom.file import DicomFile
from vesalius.dicom.problem import Problem, Reason, tag_text

GROUP_LENGTH: Final = 0x00020000
META_SOP_CLASS: Final = 0x00020002
META_SOP_INSTANCE: Final = 0x00020003
TRANSFER_SYNTAX: Final = 0x00020010
SOP_CLASS: Final = 0x00080016
SOP_INSTANCE: Final = 0x00080018
STUDY: Final = 0x0020000D
SERIES: Final = 0x0020000E
IDENTIFIERS: Final = (SOP_CLASS, SOP_INSTANCE, STUDY, SERIES)
# Type 1 in PS3.10 Table 7.1-1: the first say what the file is; the others only who wrote it and how.
_ESSENTIAL: Final = (META_SOP_CLASS, META_SOP_INSTANCE, TRANSFER_SYNTAX)
_FORMAL: Final = (GROUP_LENGTH, 0x00020001, 0x00020012)
_PAIRS: Final = ((META_SOP_CLASS, SOP_CLASS), (META_SOP_INSTANCE, SOP_INSTANCE))
# What another program would take the file for (CVE-2019-11687).
_FOREIGN: Final = (
    b"MZ", b"\x7fELF", b"%PDF", b"PK\x03\x04", b"PK\x05\x06", b"#!", b"<", b"\xca\xfe\xba\xbe",
    b"\xfe\xed\xfa", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\x1f\x8b", b"\x89PNG", b"GIF8", b"\xff\xd8\xff",
)  # fmt: skip
_UID: Final = re.compile(r"[0-9]+(\.[0-9]+)*\Z")
_LEADING_ZERO: Final = re.compile(r"(^|\.)0[0-9]")


def uid_fault(uid: str) -> Reason | None:
    """What is wrong with one UID: its form or length, or only zeros that lead a component (PS3.5 9.1)."""
    if len(uid) > 64 or not _UID.match(uid):
        return Reason.UID
    return Reason.UID_ZEROS if _LEADING_ZERO.search(uid) else None


def preamble(file: DicomFile) -> Iterator[Problem]:
    """A preamble and prefix stand at the beginning, and name no other format."""
    if not file.preamble and not file.meta.elements:
        yield Problem(Reason.NO_META, None, 0, "The file has neither preamble nor meta group.")
    elif not file.preamble:
        yield Problem(Reason.NO_PREAMBLE, None, 0, "The meta group stands without preamble and prefix.")
    elif file.preamble.lstrip().startswith(_FOREIGN):
        yield Problem(Reason.POLYGLOT, None, 0, "The preamble makes the file a document or program as well.")
    elif file.preamble.strip(b"\0"):
        yield Problem(Reason.PREAMBLE, None, 0, "The preamble is not empty.")


def meta_complete(file: DicomFile) -> Iterator[Problem]:
    """The elements that PS3.10 Table 7.1-1 requires are there."""
    if not file.meta.elements and not file.preamble:
        return
    for reason, tags in ((Reason.META_INCOMPLETE, _ESSENTIAL), (Reason.META_FORMAL, _FORMAL)):
        for tag in tags:
            element = file.meta.get(tag)
            if element is None or not element.length:
                yield Problem(reason, tag, None, f"The meta group has no {tag_text(tag)}.")


def meta_length(file: DicomFile) -> Iterator[Problem]:
    """(0002,0000) counts the bytes from its own end to the end of the group."""
    element = file.meta.get(GROUP_LENGTH)
    if element is None:
        return
    end = max(other.end for other in file.meta)
    if file.meta.values(GROUP_LENGTH) != [end - element.end]:
        sentence = f"{tag_text(GROUP_LENGTH)} is not the length of the meta group."
        yield Problem(Reason.META_LENGTH, GROUP_LENGTH, element.start, sentence)


def meta_agrees(file: DicomFile) -> Iterator[Problem]:
    """The meta group names the SOP Class and Instance of the data set."""
    for meta, own in _PAIRS:
        if meta in file.meta and own in file.dataset and file.meta.text(meta) != file.dataset.text(own):
            sentence = f"{tag_text(meta)} of the meta group differs from {tag_text(own)}."
            yield Problem(Reason.META_MISMATCH, meta, file.meta[meta].start, sentence)


def transfer_syntax(file: DicomFile) -> Iterator[Problem]:
    """The transfer syntax is one that the standard lists (PS3.6 Annex A)."""
    entry = UID_dictionary.get(file.transfer_syntax)
    if file.transfer_syntax and (entry is None or entry[1] != "Transfer Syntax"):
        sentence = f"{tag_text(TRANSFER_SYNTAX)} names no transfer syntax of the standard."
        yield Problem(Reason.TRANSFER_SYNTAX, TRANSFER_SYNTAX, file.meta[TRANSFER_SYNTAX].start, sentence)


def identifiers(file: DicomFile) -> Iterator[Problem]:
    """SOP Class, SOP Instance, Study and Series UID are there, single and well formed."""
    for tag in IDENTIFIERS:
        uids = file.dataset.values(tag)
        if not uids or uids == [""]:
            yield Problem(Reason.MISSING, tag, None, f"The data set has no {tag_text(tag)}.")
        elif len(uids) > 1:
            sentence = f"{tag_text(tag)} has more than one value."
            yield Problem(Reason.UID, tag, file.dataset[tag].start, sentence)
    for dataset, tags in ((file.meta, _ESSENTIAL), (file.dataset, IDENTIFIERS)):
        for tag in tags:
            uid = dataset.text(tag)
            if uid and (fault := uid_fault(uid)):
                yield Problem(fault, tag, dataset[tag].start, f"{tag_text(tag)} is not a well-formed UID.")
