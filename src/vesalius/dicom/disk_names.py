"""Values of headers as names of folders and files that every system can hold."""

import hashlib
import unicodedata
from typing import Final

_SIGNS: Final = frozenset('\\/:*?"<>|')
_LONGEST: Final = 120  # bytes in UTF-8; systems end between 143 and 255
_DEVICES: Final = frozenset({"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}) | {
    f"{device}{number}" for device in ("COM", "LPT") for number in "0123456789¹²³"
}  # names that Windows keeps for itself, with any ending


def disk_name(value: str) -> str:
    """A value as one name: no path, no sign that some system refuses, no device, at most 120 bytes.

    What had to change ends with "~" and six digits of its own, so that two values never share one name.
    """
    plain = unicodedata.normalize("NFC", value)
    name = "".join(sign if sign.isprintable() and sign not in _SIGNS else "_" for sign in plain)
    name = name.strip(" ").rstrip(". ")
    stem = name.partition(".")[0].rstrip(" ").upper()
    if name == value and stem not in _DEVICES and 0 < len(name.encode()) <= _LONGEST:
        return name
    mark = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    kept = name.encode()[: _LONGEST - 8].decode("utf-8", "ignore").rstrip(". ")
    return f"_{kept}~{mark}" if stem in _DEVICES or not kept else f"{kept}~{mark}"
