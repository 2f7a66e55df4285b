"""One document: told by its first bytes, stripped of what it says beside its data, or left for a person."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Final

from vesalius.deid.documents import jpeg, nifti, png, tiff
from vesalius.deid.documents.form import DocumentError, Stripped
from vesalius.deid.record import FindingFact

LARGEST: Final = 500_000_000  # bytes of a document
_PDF: Final = b"%PDF-"
_FIRST_BYTES: Final = 1 << 16
_PICTURE: Final = FindingFact("pixel_text", "", "a picture may show text that names somebody")
_VOLUME: Final = FindingFact("face", "", "a volume may show a face")
# How a form is told, how it is stripped, and the doubt that no stripping settles.
_FORMS: Final[tuple[tuple[str, Callable[[bytes], bool], Callable[[bytes], Stripped], FindingFact], ...]] = (
    ("JPEG", lambda data: data.startswith(jpeg.MAGIC), jpeg.strip, _PICTURE),
    ("PNG", lambda data: data.startswith(png.MAGIC), png.strip, _PICTURE),
    ("TIFF", tiff.is_tiff, tiff.strip, _PICTURE),
    ("NIfTI", nifti.is_nifti, nifti.strip, _VOLUME),
)


@dataclass(frozen=True, slots=True)
class CleanedDocument:
    """What became of a document.

    `form` is its form, or "" for an unknown one. `data` is what may go on, None where a person has to look at the
    document as it came. `removed` names what was taken out, never with a value.
    """

    form: str
    data: bytes | None
    removed: tuple[str, ...] = ()
    findings: tuple[FindingFact, ...] = ()


def clean_document(file: IO[bytes]) -> CleanedDocument:
    """Strip a JPEG, PNG or TIFF picture or a NIfTI volume; everything else waits for a person, as does a damaged one.

    Pixels and voxels stay byte for byte, so what they show is a finding of its own.
    """
    file.seek(0)
    data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        return _waiting("", f"the document is larger than {LARGEST // 1_000_000} MB")
    for form, is_it, strip, doubt in _FORMS:
        try:
            if is_it(data[:_FIRST_BYTES]):
                stripped = strip(data)
                return CleanedDocument(form, stripped.data, stripped.removed, (doubt,))
        except DocumentError as error:
            return _waiting(form, str(error))
    if data.startswith(_PDF):
        return _waiting(
            "PDF", "a PDF document waits for a person: its texts and pictures are not looked into"
        )
    return _waiting("", "the document is of a form that nothing here can look into")


def _waiting(form: str, sentence: str) -> CleanedDocument:
    return CleanedDocument(form, None, (), (FindingFact("quarantine", "", sentence),))
