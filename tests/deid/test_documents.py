"""Documents beside the images: what they say beside their data goes, what they show stays bit for bit."""

import gzip
import io
import struct

import numpy as np
import pytest
from PIL import Image, PngImagePlugin, TiffImagePlugin

from vesalius.deid.documents import clean_document

SECRET = "Doe^Jane"
PIXELS = np.random.default_rng(7).integers(0, 255, (40, 60, 3), np.uint8)
GREY = PIXELS[..., 0].astype(np.uint16) * 200


def picture(form, array=PIXELS, mode=None, **more):
    out = io.BytesIO()
    image = Image.fromarray(array)
    (image.convert(mode) if mode else image).save(out, form, **more)
    return out.getvalue()


def exif():
    told = Image.Exif()
    told[0x010E], told[0x013B] = SECRET, SECRET
    told.get_ifd(0x8825)[1] = "N"
    return told


def jpeg():
    told = picture("JPEG", exif=exif(), comment=SECRET.encode(), icc_profile=SECRET.encode() * 9)
    return told + SECRET.encode()


def png():
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", SECRET)
    info.add_itxt("Title", SECRET, zip=True)
    return picture("PNG", pnginfo=info, exif=exif()) + SECRET.encode()


def tiff(array=PIXELS, **more):
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    for tag in (270, 271, 305, 315, 33432, 65000):
        tags.tagtype[tag] = 2
        tags[tag] = SECRET
    return picture("TIFF", array, tiffinfo=tags, **more) + SECRET.encode()


def seen(data):
    """Every page as pixels."""
    with Image.open(io.BytesIO(data)) as opened:
        for page in range(getattr(opened, "n_frames", 1)):
            opened.seek(page)
            yield np.array(opened)


PICTURES = {
    "JPEG": jpeg,
    "JPEG progressive": lambda: picture("JPEG", progressive=True, exif=exif()),
    "JPEG with restarts": lambda: picture("JPEG", restart_marker_blocks=2, comment=SECRET.encode()),
    "JPEG in CMYK": lambda: picture("JPEG", mode="CMYK", exif=exif()),
    "PNG": png,
    "PNG of 16 bits": lambda: picture("PNG", GREY, exif=exif()),
    "TIFF": tiff,
    "TIFF of 16 bits": lambda: tiff(GREY),
    "TIFF in LZW": lambda: tiff(compression="tiff_lzw"),
    "TIFF in JPEG": lambda: tiff(compression="jpeg"),
    "TIFF of two pages": lambda: tiff(save_all=True, append_images=[Image.fromarray(PIXELS[::-1])]),
    "BigTIFF": lambda: tiff(big_tiff=True),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_loses_its_texts_and_keeps_its_pixels(name):
    data = PICTURES[name]()
    cleaned = clean_document(io.BytesIO(data))
    assert cleaned.form == name.split()[0].replace("Big", "")
    assert SECRET.encode() not in cleaned.data
    assert cleaned.removed
    for before, after in zip(seen(data), seen(cleaned.data), strict=True):
        assert np.array_equal(before, after)
    assert not Image.open(io.BytesIO(cleaned.data)).info.keys() & {
        "exif",
        "comment",
        "Author",
        "Title",
        "icc_profile",
    }
    again = clean_document(io.BytesIO(cleaned.data))
    assert again.data == cleaned.data
    assert not again.removed


def test_what_was_taken_out_is_named_and_never_told():
    assert set(clean_document(io.BytesIO(jpeg())).removed) == {
        "Exif",
        "comment",
        "colour profile",
        "bytes behind the picture",
    }
    assert {"text", "Exif"} < set(clean_document(io.BytesIO(png())).removed)
    told = clean_document(io.BytesIO(tiff()))
    assert {"image description", "software", "private and other tags", "bytes behind the picture"} < set(
        told.removed
    )
    assert SECRET not in repr((told.removed, told.findings))


def test_a_picture_that_may_show_text_is_a_doubt_of_its_own():
    [finding] = clean_document(io.BytesIO(jpeg())).findings
    assert finding.kind == "pixel_text"


def test_a_comment_inside_of_the_strips_of_a_tiff_goes_too():
    coded = picture("JPEG", quality=90, subsampling=0, comment=SECRET.encode())
    page = struct.pack("<H", 8)
    for tag, kind, value in (
        (256, 4, 60), (257, 4, 40), (259, 3, 7), (262, 3, 6), (273, 4, 8 + 2 + 96 + 4), (277, 3, 3), (278, 4, 40),
        (279, 4, len(coded)),
    ):  # fmt: skip
        page += struct.pack("<HHII", tag, kind, 1, value)
    data = b"II*\0" + struct.pack("<I", 8) + page + bytes(4) + coded
    cleaned = clean_document(io.BytesIO(data))
    assert SECRET.encode() not in cleaned.data
    assert len(cleaned.data) == len(data)
    stripped = cleaned.data[110:]
    assert np.array_equal(next(seen(coded)), next(seen(stripped)))


def nifti(edition=1, end="<", *, behind=b""):
    size, offset = (348, 384) if edition == 1 else (540, 576)
    header = bytearray(size)
    struct.pack_into(end + "i", header, 0, size)
    dim = struct.pack(end + ("8h" if edition == 1 else "8q"), 3, 2, 3, 4, 1, 1, 1, 1)
    places = (40, 72, 108, 344, 148, 228) if edition == 1 else (16, 14, 168, 4, 240, 320)
    header[places[0] : places[0] + len(dim)] = dim
    struct.pack_into(end + "h", header, places[1], 16)
    struct.pack_into(end + ("f" if edition == 1 else "q"), header, places[2], offset)
    header[places[3] : places[3] + 4] = b"n+%d\0" % edition
    for place in places[4:]:
        header[place : place + len(SECRET)] = SECRET.encode()
    block = b"\1\0\0\0" + struct.pack(end + "ii", 32, 6) + SECRET.encode()
    return bytes(header) + block.ljust(offset - size, b"\0") + bytes(range(48)) + behind


@pytest.mark.parametrize("end", "<>")
@pytest.mark.parametrize("edition", [1, 2])
def test_a_volume_loses_its_texts_and_keeps_its_voxels(edition, end):
    data = nifti(edition, end, behind=SECRET.encode())
    cleaned = clean_document(io.BytesIO(data))
    assert cleaned.form == "NIfTI"
    assert SECRET.encode() not in cleaned.data
    assert cleaned.data.endswith(bytes(range(48)))
    assert len(cleaned.data) == len(data) - len(SECRET)
    assert cleaned.removed == ("aux_file", "bytes behind the volume", "descrip", "extensions")
    assert [finding.kind for finding in cleaned.findings] == ["face"]


def test_a_gzipped_volume_loses_the_name_that_gzip_gave_it(tmp_path):
    with gzip.GzipFile(tmp_path / f"{SECRET}.nii.gz", "wb") as file:
        file.write(nifti())
    cleaned = clean_document(io.BytesIO((tmp_path / f"{SECRET}.nii.gz").read_bytes()))
    assert SECRET.encode() not in cleaned.data
    assert gzip.decompress(cleaned.data).endswith(bytes(range(48)))
    assert "the name in the gzip header" in cleaned.removed


WAITING = {
    "PDF": b"%PDF-1.7\n",
    "an office document": b"PK\x03\x04",
    "a letter": b"Dear Dr Roe",
    "nothing": b"",
    "a cut JPEG": jpeg()[:400],
    "a JPEG without an end": b"\xff\xd8\xff\xda\0\x02" + bytes(40),
    "a cut PNG": png()[:80],
    "a PNG with a wrong sum": png().replace(b"IDAT", b"IDAt"),
    "a cut TIFF": tiff()[:20],
    "a TIFF that goes round": b"II*\0\x08\0\0\0" + bytes(2) + b"\x08\0\0\0",
    "a TIFF with a value outside": b"II*\0\x08\0\0\0\x01\0\x40\x01\x03\0\xff\xff\0\0\xff\xff\0\0\0\0\0\0",
    "a cut volume": nifti()[:-1],
    "a volume with wild sizes": nifti().replace(
        struct.pack("<8h", 3, 2, 3, 4, 1, 1, 1, 1), struct.pack("<8h", 7, *[32767] * 7)
    ),
    "a cut gzip": gzip.compress(nifti())[:-9],
    "a broken gzip": b"\x1f\x8b" + b"x" * 60,
}


@pytest.mark.parametrize("name", WAITING)
def test_what_cannot_be_looked_into_waits_for_a_person(name):
    waiting = clean_document(io.BytesIO(WAITING[name]))
    assert waiting.data is None
    [finding] = waiting.findings
    assert finding.kind == "quarantine"
    assert not any(word in finding.sentence for word in ("Doe", "Roe"))


@pytest.mark.parametrize("name", ["JPEG", "PNG", "TIFF", "TIFF in JPEG"])
def test_no_byte_changed_at_random_breaks_the_reader(name):
    whole = PICTURES[name]()
    chance = np.random.default_rng(3)
    for _ in range(150):
        data = bytearray(whole)
        data[chance.integers(len(data) if chance.random() < 0.5 else 400)] = chance.integers(256)
        clean_document(io.BytesIO(bytes(data)))
