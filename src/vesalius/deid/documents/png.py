"""A PNG picture without its texts (PNG, third edition, clause 11); its coded data stay byte for byte."""

import zlib
from typing import Final

from vesalius.deid.documents.form import DocumentError, Stripped

MAGIC: Final = b"\x89PNG\r\n\x1a\n"
_KEPT: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs", b"cICP"}
)
_KINDS: Final = {
    b"tEXt": "text",
    b"zTXt": "text",
    b"iTXt": "text",
    b"eXIf": "Exif",
    b"tIME": "time",
    b"iCCP": "colour profile",
}


def strip(data: bytes) -> Stripped:
    """The picture with the chunks that show it, and no other. DocumentError for a damaged one."""
    out, removed = [MAGIC], set()
    place, kind = len(MAGIC), b""
    while kind != b"IEND":
        length, kind = int.from_bytes(data[place : place + 4], "big"), data[place + 4 : place + 8]
        chunk = data[place : place + 12 + length]
        if len(chunk) != 12 + length or zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:], "big"):
            raise DocumentError("the PNG picture is damaged")
        if kind in _KEPT:
            out.append(chunk)
        else:
            removed.add(_KINDS.get(kind, "other chunks"))
        place += len(chunk)
    if len(data) > place:
        removed.add("bytes behind the picture")
    return Stripped(b"".join(out), tuple(sorted(removed)))
