"""De-identification Method Code Sequence (0012,0064) out of the codes that a line names."""

from typing import Final

from vesalius.deid.values import encode
from vesalius.dicom import Dataset
from vesalius.dicom.standard import load_json

CODE_VALUE: Final = 0x00080100
_SCHEME: Final = 0x00080102
_MEANING: Final = 0x00080104
_RESET: Final = "reset"


def codes(text: str) -> tuple[bool, tuple[str, ...]]:
    """Whether what stood there goes, and the codes in their order, each once: `reset/113100/113105`."""
    parts = [part.strip() for part in text.split("/")]
    resets = [at for at, part in enumerate(parts) if part.lower() == _RESET]
    wanted = parts[resets[-1] + 1 :] if resets else parts
    return bool(resets), tuple(dict.fromkeys(filter(None, wanted)))


def is_known(code: str) -> bool:
    """Whether CID 7050 has this code."""
    return code in _meanings()


def code_item(code: str, dataset: Dataset) -> bytes:
    """One item for a code of CID 7050 (PS3.16), in the encoding of the data set it goes into."""
    rows = ((CODE_VALUE, "SH", code), (_SCHEME, "SH", "DCM"), (_MEANING, "LO", _meanings()[code]))
    implicit, big_endian = dataset.implicit, dataset.big_endian
    body = b"".join(
        encode.element(tag, vr, text.encode("ascii"), implicit=implicit, big_endian=big_endian)
        for tag, vr, text in rows
    )
    return encode.item(body, big_endian=big_endian)


def _meanings() -> dict[str, str]:
    return {row["code_value"]: row["code_meaning"] for row in load_json("ps3.16_cid7050.json")["rows"]}
