"""What is blanked in pixels, in every form that they are stored in, with every other pixel as it was."""

import io
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import UID, RLELossless
from tests.deid.pictures import image

from vesalius.deid import PatientContext, Recipe, clean, collect, write
from vesalius.deid.pixels import hide
from vesalius.dicom import check, frames, read

SLIDE = "1.2.840.10008.5.1.4.1.1.77.1.6"
RULES = '{ Modality.equals("CT") } (20,4,30,9) (-10,-6,10,6)'
BOXES = ((20, 4, 30, 10), (70, 50, 10, 6))  # as RULES names them in an image of 56 rows and 80 columns
ROWS, COLUMNS = 56, 80
JPEG = "1.2.840.10008.1.2.4."


def recipe(rules: str = RULES) -> Recipe:
    return Recipe(name="test", version="1", options=frozenset({"clean_pixel_data"}), pixel_rules=rules)


def noise(kind: str, frames: int = 1, samples: int = 1, low: int = 0, high: int = 200) -> Any:
    shape = (frames, ROWS, COLUMNS) + ((samples,) if samples > 1 else ())
    return np.random.default_rng(4).integers(low, high, shape).astype(kind)


def compressed(data: bytes, syntax: str, streams: list[bytes], **attributes: Any) -> bytes:
    dataset = pydicom.dcmread(io.BytesIO(data))
    dataset.file_meta.TransferSyntaxUID = UID(syntax)
    dataset.PixelData = encapsulate(streams)
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()


def cleaned(data: bytes, identity: Any, **how: Any) -> tuple[Any, bytes]:
    file = read(io.BytesIO(data))
    context = PatientContext.of([collect(file)])
    done = clean(file, identity=identity, context=context, **({"recipe": recipe()} | how))
    out = io.BytesIO()
    write(file, done.edits, out)
    return done, out.getvalue()


def decoded(data: bytes) -> Any:
    file = read(io.BytesIO(data))
    assert not [problem for problem in check(file) if problem.fatal]
    return np.stack([frames.samples(file, index) for index in range(frames.frame_count(file))])


def outside(pixels: Any) -> Any:
    mask = np.ones(pixels.shape[1:3], bool)
    for x, y, w, h in BOXES:
        mask[y : y + h, x : x + w] = False
    return pixels[:, mask]


def inside(pixels: Any) -> Any:
    return np.concatenate(
        [pixels[:, y : y + h, x : x + w].reshape(len(pixels), -1) for x, y, w, h in BOXES], 1
    )


def holds(before: bytes, after: bytes, black: int | tuple[int, int] = (0, 0)) -> None:
    old, new = decoded(before), decoded(after)
    assert np.array_equal(outside(old), outside(new)), "every other pixel is as it was"
    blanked = inside(new)
    low, high = (black, black) if isinstance(black, int) else black
    assert blanked.min() >= low
    assert blanked.max() <= high


@pytest.mark.parametrize("syntax", ["explicit", "implicit", "big endian", "deflated"])
@pytest.mark.parametrize("kind", ["u1", "u2", "i2"])
def test_native_pixels_are_blanked_in_place(new, encoded, identity, syntax, kind):
    pixels = noise(kind, frames=3, low=-90 if kind == "i2" else 0)
    pixels[:, 0, 0] = pixels.min()
    dataset = image(new, pixels)
    if syntax == "big endian" and kind != "u1":
        dataset.PixelData = pixels.astype(pixels.dtype.newbyteorder(">")).tobytes()
    before = encoded(dataset, syntax)
    done, after = cleaned(before, identity)
    holds(before, after, int(pixels.min()))
    if kind != "u1" or syntax != "big endian":
        assert np.array_equal(outside(pydicom.dcmread(io.BytesIO(after)).pixel_array), outside(pixels))
    assert [change.after for change in done.changes if change.path == "(7FE0,0010)"] == [
        "blanked 20,4,30,10 and 70,50,10,6"
    ]


def test_the_first_signature_that_matches_decides(new, encoded, identity):
    pixels = noise("u1", low=5)
    first = '{ Rows.equals("7") } (0,0,9,9) { Modality.equals("CT") } { true. } (0,0,80,56)'
    before = encoded(image(new, pixels))
    _, after = cleaned(before, identity, recipe=recipe(first))
    assert np.array_equal(decoded(before), decoded(after)), "known, and nothing to blank"


@pytest.mark.parametrize("planar", [0, 1])
def test_colours_are_blanked_in_either_order(new, encoded, identity, planar):
    pixels = noise("u1", frames=2, samples=3, low=1)
    dataset = image(new, pixels, PlanarConfiguration=planar)
    if planar:
        dataset.PixelData = np.ascontiguousarray(pixels.transpose(0, 3, 1, 2)).tobytes()
    before = encoded(dataset)
    _, after = cleaned(before, identity)
    holds(before, after)


@pytest.mark.parametrize("frames", [1, 3])
@pytest.mark.parametrize("columns", [COLUMNS, 77])
def test_single_bits_are_blanked_bit_by_bit(new, encoded, identity, frames, columns):
    pixels = noise("u1", frames=frames, high=2).astype(bool)[:, :53, :columns]
    pixels[:, 0, 0] = False
    before = encoded(image(new, pixels))
    done, after = cleaned(before, identity, recipe=recipe('{ Modality.equals("CT") } (20,4,30,9)'))
    blanked = pixels.copy()
    blanked[:, 4:14, 20:50] = False
    assert np.array_equal(decoded(after), blanked)
    assert np.array_equal(pydicom.dcmread(io.BytesIO(after)).pixel_array.reshape(blanked.shape), blanked)
    assert not [finding for finding in done.findings if finding.kind == "pixel_text"]


@pytest.mark.parametrize("kind", ["u4", "i4", "f4", "f8"])
def test_wide_and_floating_samples_are_blanked_in_place(new, encoded, identity, kind):
    pixels = noise("i4", frames=2, low=-70_000 if kind != "u4" else 0, high=70_000).astype(kind)
    pixels[:, 0, 0] = pixels.min()
    before = encoded(image(new, pixels, SmallestImagePixelValue=3))
    done, after = cleaned(before, identity)
    holds(before, after, (int(pixels.min()), int(pixels.min())))
    assert [change.path for change in done.changes if change.action == "C"] == [
        {"f4": "(7FE0,0008)", "f8": "(7FE0,0009)"}.get(kind, "(7FE0,0010)")
    ]
    assert pydicom.dcmread(io.BytesIO(after)).SmallestImagePixelValue == 3, "16 bits cannot tell of them"


def test_inverted_and_halved_and_indexed_pixels_become_black_as_they_are_shown(new, encoded, identity):
    pixels = noise("u1", low=1)
    before = encoded(image(new, pixels, PhotometricInterpretation="MONOCHROME1"))
    holds(before, cleaned(before, identity)[1], int(pixels.max()))

    dataset = image(new, noise("u1", samples=3))
    dataset.PhotometricInterpretation = "YBR_FULL_422"
    dataset.PixelData = noise("u1")[0].repeat(2, axis=0).tobytes()
    before = encoded(dataset)
    after = cleaned(before, identity)[1]
    old, new_pixels = decoded(before), decoded(after)
    assert np.array_equal(outside(old), outside(new_pixels))
    assert frames.frame(read(io.BytesIO(after)), 0)[5, 25].tolist() == [0, 0, 0]

    dataset = image(new, noise("u1"), PhotometricInterpretation="PALETTE COLOR")
    for name, entries in (("Red", [9, 1, 7, 9]), ("Green", [9, 0, 7, 9]), ("Blue", [9, 2, 7, 9])):
        setattr(dataset, f"{name}PaletteColorLookupTableDescriptor", [4, 0, 16])
        setattr(dataset, f"{name}PaletteColorLookupTableData", np.array(entries, "<u2").tobytes())
    before = encoded(dataset)
    holds(before, cleaned(before, identity)[1], 1)


def coded(syntax: str, pixels: Any, bits: int) -> list[bytes]:
    colour = pixels.ndim == 4
    rgb: Any = {"colorspace": "RGB", "outcolorspace": "RGB"} if colour else {}
    lossless: Any = {
        "level": 0,
        "reversible": True,
        "codecformat": "J2K",
        "bitspersample": bits,
        "mct": colour,
    }
    coders = {
        "50": lambda frame: imagecodecs.jpeg8_encode(frame, level=90),
        "51": lambda frame: imagecodecs.jpeg8_encode(frame, level=90, bitspersample=bits),
        "57": lambda frame: imagecodecs.jpeg8_encode(frame, lossless=True, bitspersample=bits, **rgb),
        "70": lambda frame: imagecodecs.jpeg8_encode(frame, lossless=True, bitspersample=bits, **rgb),
        "80": lambda frame: imagecodecs.jpegls_encode(frame, out=frame.nbytes * 2),
        "81": lambda frame: imagecodecs.jpegls_encode(frame, level=2),
        "90": lambda frame: imagecodecs.jpeg2k_encode(frame, **lossless),
        "91": lambda frame: imagecodecs.jpeg2k_encode(
            frame, **(lossless | {"level": 40, "reversible": False})
        ),
        "201": lambda frame: imagecodecs.htj2k_encode(frame, reversible=True),
    }
    return [bytes(coders[syntax[len(JPEG) :]](frame)) for frame in pixels]


def by_pydicom(dataset: Any, encoded: Any) -> bytes:
    """RLE by an encoder that is not ours."""
    file = pydicom.dcmread(io.BytesIO(encoded(dataset)))
    file.compress(RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)
    out = io.BytesIO()
    file.save_as(out)
    return out.getvalue()


RLE = "1.2.840.10008.1.2.5"
LOST = {
    "LossyImageCompression": "01", "LossyImageCompressionRatio": 12.5, "LossyImageCompressionMethod": "ISO_10918_1",
}  # fmt: skip
CODED = [
    (RLE, "u1", RLE), (RLE, "u2", RLE), (RLE, "colour", RLE),
    (JPEG + "50", "u1", RLE), (JPEG + "50", "colour", RLE), (JPEG + "51", "u2", RLE),
    (JPEG + "57", "u2", JPEG + "57"), (JPEG + "70", "colour", JPEG + "70"),
    (JPEG + "80", "u1", JPEG + "80"), (JPEG + "80", "u2", JPEG + "80"), (JPEG + "80", "colour", JPEG + "80"),
    (JPEG + "81", "u2", JPEG + "81"),
    (JPEG + "90", "u1", JPEG + "90"), (JPEG + "90", "u2", JPEG + "90"), (JPEG + "90", "colour", JPEG + "90"),
    (JPEG + "91", "u2", JPEG + "91"), (JPEG + "91", "colour", JPEG + "91"),
    (JPEG + "201", "u2", JPEG + "90"),
]  # fmt: skip


@pytest.mark.parametrize(("syntax", "kind", "into"), CODED)
def test_compressed_pixels_are_coded_anew_without_loss(new, encoded, identity, syntax, kind, into):
    colour = kind == "colour"
    high = 4000 if kind == "u2" else 200
    pixels = noise("u1", frames=2, samples=3) if colour else noise(kind, frames=2, high=high)
    bits = 12 if kind == "u2" else 8
    dataset = image(new, pixels, BitsStored=bits, HighBit=bits - 1, **LOST)
    if colour:
        named = {"50": "YBR_FULL_422", "90": "YBR_RCT", "91": "YBR_ICT"}.get(syntax[len(JPEG) :], "RGB")
        dataset.PhotometricInterpretation = named
        dataset.PlanarConfiguration = 0
    before = (
        by_pydicom(dataset, encoded)
        if syntax == RLE
        else compressed(encoded(dataset), syntax, coded(syntax, pixels, bits))
    )
    done, after = cleaned(before, identity)
    holds(before, after, (0, max(int(one.min()) for one in decoded(before))))
    written = pydicom.dcmread(io.BytesIO(after))
    assert written.file_meta.TransferSyntaxUID == into
    assert done.facts["TransferSyntaxUID"] == into
    assert {keyword: written[keyword].value for keyword in LOST} == LOST, "what was lost stays lost"
    if into == RLE:
        assert np.array_equal(outside(written.pixel_array), outside(decoded(before))), (
            "pydicom reads it by itself"
        )
    if colour:
        assert written.PhotometricInterpretation in {"RGB", "YBR_RCT"}
    table = written.PixelData[8 : 8 + 4 * 2]
    assert np.frombuffer(table, "<u4")[0] == 0
    assert len(list(generate_frames(written.PixelData, number_of_frames=2))) == 2


@pytest.mark.parametrize(
    "name",
    [
        "SC_jpeg_no_color_transform.dcm",
        "SC_rgb_dcmtk_+eb+cy+np.dcm",
        "SC_rgb_dcmtk_+eb+cr.dcm",
        "SC_rgb_jpeg_dcmtk.dcm",
        "JPGExtended.dcm",
    ],
)
def test_jpeg_of_other_programs_shows_the_same_picture_to_a_reader_without_plug_ins(identity, name):
    path = get_testdata_file(name)
    if path is None:
        pytest.skip("pydicom keeps this file on a server")
    before = Path(path).read_bytes()
    _, after = cleaned(before, identity, recipe=recipe("{ true. } (3,2,20,8)"))
    written, far = pydicom.dcmread(io.BytesIO(after)), (slice(12, None), slice(24, None))
    assert written.file_meta.TransferSyntaxUID == RLELossless
    assert np.array_equal(written.pixel_array[far], decoded(before)[0][far])
    if name != "JPGExtended.dcm":  # which pydicom does not open by itself before it was blanked
        shown = pydicom.dcmread(path).pixel_array[far].astype(int)
        assert np.abs(written.pixel_array[far] - shown).max() <= 4, "decoders of JPEG round differently"


def test_frames_that_nothing_touches_keep_their_bytes(new, encoded, identity):
    class Nobody:
        """A reader who finds one line in the first frame it is shown, and reads it there alone."""

        def __init__(self) -> None:
            self.line = b""

        def read(self, line: Any) -> Any:
            from vesalius.deid.pixels import Reading

            if line.shape == (22, 62):
                self.line = self.line or line.tobytes()
            return Reading("DOE JANE", 0.99) if self.line == line.tobytes() else Reading("", 0.0)

        def find(self, _: Any) -> Any:
            from vesalius.deid.pixels.boxes import Box

            return [] if self.line else [Box(8, 4, 56, 18)]

    pixels = noise("u1", frames=3, low=90, high=95)
    streams = coded(JPEG + "80", pixels, 8)
    dataset = image(new, pixels, BurnedInAnnotation="YES")
    before = compressed(encoded(dataset), JPEG + "80", streams)
    _, after = cleaned(before, identity, reader=Nobody(), recipe=recipe("{ true. }"))
    written = list(generate_frames(pydicom.dcmread(io.BytesIO(after)).PixelData, number_of_frames=3))
    assert written[0].rstrip(b"\0") != streams[0].rstrip(b"\0")
    assert [one.rstrip(b"\0") for one in written[1:]] == [one.rstrip(b"\0") for one in streams[1:]]


def test_extended_offsets_follow_the_frames(new, encoded, identity):
    pixels = noise("u1", frames=3)
    streams = [stream + b"\0" * (len(stream) % 2) for stream in coded(JPEG + "80", pixels, 8)]
    offsets = np.cumsum([0, *(len(stream) + 8 for stream in streams)])[:-1]
    before = compressed(
        encoded(image(new, pixels)), JPEG + "80", streams,
        ExtendedOffsetTable=offsets.astype("<u8").tobytes(),
        ExtendedOffsetTableLengths=np.array([len(stream) for stream in streams], "<u8").tobytes(),
    )  # fmt: skip
    dataset = pydicom.dcmread(io.BytesIO(before))
    dataset.PixelData = encapsulate(streams, has_bot=False)
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    _, after = cleaned(out.getvalue(), identity)
    holds(out.getvalue(), after, (0, max(int(one.min()) for one in pixels)))
    written = pydicom.dcmread(io.BytesIO(after))
    lengths = np.frombuffer(written.ExtendedOffsetTableLengths, "<u8")
    assert np.array_equal(
        np.frombuffer(written.ExtendedOffsetTable, "<u8"), np.cumsum([0, *(lengths[:-1] + 8)])
    )
    assert [len(one) for one in generate_frames(written.PixelData, number_of_frames=3)] == lengths.tolist()


def test_the_smallest_and_largest_value_stay_right(new, encoded, identity):
    pixels = noise("u2", low=100, high=200)
    pixels[0, 5, 25], pixels[0, 6, 26] = 4000, 3
    before = encoded(image(new, pixels, SmallestImagePixelValue=3, LargestImagePixelValue=4000))
    _, after = cleaned(before, identity)
    written = pydicom.dcmread(io.BytesIO(after))
    pixels = decoded(after)
    assert (written.SmallestImagePixelValue, written.LargestImagePixelValue) == (pixels.min(), pixels.max())
    assert written.LargestImagePixelValue < 200


def test_an_overlay_in_unused_bits_is_cleared_with_its_description(new, encoded, identity):
    pixels = noise("u2", high=4000)
    drawn = pixels | (noise("u2", high=2) << 12)
    dataset = image(new, drawn, BitsStored=12, HighBit=11)
    for element, vr, value in (
        (0x10, "US", ROWS),
        (0x11, "US", COLUMNS),
        (0x40, "CS", "G"),
        (0x50, "SS", [1, 1]),
        (0x100, "US", 16),
        (0x102, "US", 12),
    ):
        dataset.add_new(0x60000000 | element, vr, value)
    before = encoded(dataset)
    done, after = cleaned(before, identity)
    written = pydicom.dcmread(io.BytesIO(after))
    assert not [element for element in written if element.tag.group == 0x6000]
    assert np.frombuffer(written.PixelData, "<u2").max() < 4096
    holds(before, after, (0, int(pixels.min())))
    assert not [finding for finding in done.findings if finding.kind == "pixel_text"]


def test_icons_go_with_everything_that_is_in_them(new, encoded, identity):
    dataset = image(new, noise("u1"))
    icon = image(new, noise("u1"))
    dataset.IconImageSequence = [icon]
    _, after = cleaned(encoded(dataset), identity)
    assert "IconImageSequence" not in pydicom.dcmread(io.BytesIO(after))


def slide(new: Any, kind: str) -> Dataset:
    return image(new, noise("u1"), ImageType=["ORIGINAL", "PRIMARY", kind, "NONE"], SOPClassUID=SLIDE)


@pytest.mark.parametrize("rules", ["", RULES.replace("CT", "MR")])
def test_a_slides_label_becomes_black_as_a_whole_under_any_rules(new, encoded, identity, rules):
    done, after = cleaned(encoded(slide(new, "LABEL")), identity, recipe=recipe(rules))
    assert len(np.unique(decoded(after))) == 1
    assert not done.findings
    assert pydicom.dcmread(io.BytesIO(after)).BurnedInAnnotation == "NO"


@pytest.mark.parametrize("upright", [False, True])
def test_a_slides_overview_loses_the_ends_where_its_label_may_be(new, encoded, identity, upright):
    dataset = slide(new, "OVERVIEW")
    if upright:
        dataset.Rows, dataset.Columns = COLUMNS, ROWS
    before = encoded(dataset)
    done, after = cleaned(before, identity, recipe=recipe(""))
    old, now = (decoded(data).transpose(0, 2, 1) if upright else decoded(data) for data in (before, after))
    label = 29  # 27 of 75 mm of the longer side, 80 pixels
    assert np.array_equal(old[:, :, label:-label], now[:, :, label:-label])
    assert len(np.unique(now[:, :, :label])) == len(np.unique(now[:, :, -label:])) == 1
    assert not done.findings


@pytest.mark.parametrize(
    "attributes", [{"ImagedVolumeWidth": 50.0, "ImagedVolumeHeight": 25.0}, {"NumberOfFrames": 2}]
)
def test_an_overview_of_tiles_or_of_half_a_slide_becomes_black_as_a_whole(new, encoded, identity, attributes):
    dataset = slide(new, "OVERVIEW")
    dataset.PixelData *= attributes.get("NumberOfFrames", 1)
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    _, after = cleaned(encoded(dataset), identity, recipe=recipe(""))
    assert len(np.unique(decoded(after))) == 1


def test_a_rule_says_better_where_the_label_of_an_overview_is(new, encoded, identity):
    before = encoded(slide(new, "OVERVIEW"))
    done, after = cleaned(
        before, identity, recipe=recipe('{ ImageType.contains("OVERVIEW") } (20,4,30,9) (70,50,10,6)')
    )
    holds(before, after)
    assert not done.findings


def test_an_overview_without_a_label_keeps_its_pixels_and_is_read(new, encoded, identity):
    dataset = slide(new, "OVERVIEW")
    dataset.SpecimenLabelInImage = "NO"
    before = encoded(dataset)
    done, after = cleaned(before, identity, recipe=recipe(""))
    assert np.array_equal(decoded(before), decoded(after))
    assert [finding.path for finding in done.findings] == ["(0008,0008)"], "without a reader it waits"


def test_tissue_with_a_label_somewhere_in_it_is_quarantined(new, encoded, identity):
    dataset = slide(new, "VOLUME")
    assert not cleaned(encoded(dataset), identity, recipe=recipe(""))[0].findings
    dataset.SpecimenLabelInImage = "YES"
    done, _ = cleaned(encoded(dataset), identity, recipe=recipe(""))
    assert [finding.path for finding in done.findings if finding.kind == "quarantine"] == ["(0008,0008)"]


def test_a_sites_file_is_looked_at_and_never_edited(new, encoded, identity):
    before = encoded(image(new, noise("u1")))
    done, _ = cleaned(before, identity, origin="site")
    assert not done.edits
    assert [finding.sentence for finding in done.findings if finding.kind == "pixel_text"] == [
        "text stands in the boxes 20,4,30,10 and 70,50,10,6 of frame 1"
    ]


def test_pixels_that_cannot_be_decoded_wait_for_a_person(new, encoded, identity):
    before = compressed(encoded(image(new, noise("u1"))), JPEG + "80", [b"\xff\xd8nonsense"])
    done, _ = cleaned(before, identity)
    assert [finding.path for finding in done.findings if finding.kind == "pixel_text"] == ["(7FE0,0010)"]


def test_without_a_reader_nothing_is_said_to_be_cleaned(new, encoded, identity):
    before = encoded(image(new, noise("u1"), BurnedInAnnotation="YES"))
    done, after = cleaned(before, identity)
    written = pydicom.dcmread(io.BytesIO(after))
    assert written.BurnedInAnnotation == "YES"
    assert "113101" not in {item.CodeValue for item in written.DeidentificationMethodCodeSequence}
    assert "(0028,0301)" in {finding.path for finding in done.findings}


def test_what_hide_says_needs_no_recipe_of_the_table(new, encoded):
    file = read(io.BytesIO(encoded(image(new, noise("u1")))))
    hidden = hide(file, recipe(), PatientContext.of([collect(file)]), None)
    assert len(hidden.edits) == 1
    assert not hidden.cleaned
