"""A NIfTI volume without the texts of its header and without extensions; geometry and voxels stay.

Layout: nifti1.h and nifti2.h of the NIfTI Data Format Working Group.
"""

import math
import struct
import zlib
from typing import Final, NamedTuple

from vesalius.deid.documents.form import DocumentError, Stripped

_GZIP: Final = b"\x1f\x8b"
_LARGEST: Final = 1 << 30  # bytes of a volume once inflated
_EXTENDER: Final = 4


class _Layout(NamedTuple):
    """Where the fields of one edition stand: texts by name, then what tells where the voxels lie."""

    size: int
    magic: int
    texts: tuple[tuple[str, int, int], ...]  # name, first byte, bytes
    dim: tuple[int, str]
    bitpix: int
    vox_offset: tuple[int, str]


_LAYOUTS: Final = (
    _Layout(
        348,
        344,
        (
            ("data_type", 4, 10),
            ("db_name", 14, 18),
            ("descrip", 148, 80),
            ("aux_file", 228, 24),
            ("intent_name", 328, 16),
        ),
        (40, "8h"),
        72,
        (108, "f"),
    ),
    _Layout(
        540,
        4,
        (("descrip", 240, 80), ("aux_file", 320, 24), ("intent_name", 508, 16), ("unused_str", 525, 15)),
        (16, "8q"),
        14,
        (168, "q"),
    ),
)
_MAGICS: Final = {
    b"n+1": True,
    b"n+2": True,
    b"ni1": False,
    b"ni2": False,
}  # whether the voxels are in the same file


def is_nifti(data: bytes) -> bool:
    """Whether these are the first bytes of a NIfTI file, gzipped or not."""
    if data.startswith(_GZIP):
        try:
            data = zlib.decompressobj(wbits=31).decompress(data, 1024)
        except zlib.error:
            return False
    return _layout(data) is not None


def strip(data: bytes) -> Stripped:
    """The volume with blank texts and no extension; gzipped anew, without a name, where it was gzipped."""
    if not data.startswith(_GZIP):
        return _stripped(data)
    plain = _stripped(_inflated(data))
    deflater = zlib.compressobj(wbits=31)  # writes neither a name nor a time
    removed = {*plain.removed, *({"the name in the gzip header"} if data[3] & 0x1C else ())}
    return Stripped(deflater.compress(plain.data) + deflater.flush(), tuple(sorted(removed)))


def _stripped(data: bytes) -> Stripped:
    found = _layout(data)
    if found is None:
        raise DocumentError("the NIfTI header is damaged")
    layout, end = found
    header = bytearray(data[: layout.size])
    removed = set()
    for name, start, length in layout.texts:
        if any(header[start : start + length]):
            removed.add(name)
            header[start : start + length] = bytes(length)
    voxels = _voxels(header, layout, end)
    in_one_file = _MAGICS[bytes(header[layout.magic : layout.magic + 3])]
    if not in_one_file:
        rest = data[layout.size :]
        return Stripped(bytes(header) + bytes(_EXTENDER if rest else 0), tuple(sorted(removed | _left(rest))))
    (offset,) = struct.unpack_from(end + layout.vox_offset[1], header, layout.vox_offset[0])
    first = int(offset)
    if not layout.size + _EXTENDER <= first <= len(data) or first + voxels > len(data):
        raise DocumentError("the NIfTI volume is cut short")
    between, behind = data[layout.size : first], data[first + voxels :]
    removed |= _left(between) | ({"bytes behind the volume"} if any(behind) else set())
    blank = bytes(first - layout.size)  # the extender says that no extension follows
    return Stripped(bytes(header) + blank + data[first : first + voxels], tuple(sorted(removed)))


def _left(between: bytes) -> set[str]:
    return {"extensions"} if any(between) else set()


def _layout(data: bytes) -> tuple[_Layout, str] | None:
    """The edition and the byte order of a header."""
    for layout in _LAYOUTS:
        if len(data) < layout.size or data[layout.magic : layout.magic + 3] not in _MAGICS:
            continue
        for end in "<>":
            if struct.unpack_from(end + "i", data)[0] == layout.size:
                return layout, end
    return None


def _voxels(header: bytearray, layout: _Layout, end: str) -> int:
    """Bytes of all voxels."""
    dim = struct.unpack_from(end + layout.dim[1], header, layout.dim[0])
    (bits,) = struct.unpack_from(end + "h", header, layout.bitpix)
    if not 1 <= dim[0] <= 7 or bits < 0 or any(length < 0 for length in dim[1 : dim[0] + 1]):
        raise DocumentError("the NIfTI header is damaged")
    count = math.prod(max(int(length), 1) for length in dim[1 : dim[0] + 1])
    return (count * int(bits) + 7) // 8


def _inflated(data: bytes) -> bytes:
    inflater = zlib.decompressobj(wbits=31)
    try:
        plain = inflater.decompress(data, _LARGEST)
    except zlib.error:
        raise DocumentError("the gzipped file is damaged") from None
    if inflater.unconsumed_tail or not inflater.eof:
        raise DocumentError("the gzipped file is cut short, or too large")
    return plain
