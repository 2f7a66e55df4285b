"""The verdict on every file that pydicom ships: pinned, so that no change of the check goes unseen."""

from pathlib import Path

import pydicom
import pytest

from vesalius import dicom
from vesalius.dicom import DicomError, check

SHIPPED = Path(pydicom.__file__).parent / "data"
FILES = {
    path.relative_to(SHIPPED).as_posix(): path
    for path in sorted(SHIPPED.rglob("*"))
    if path.is_file() and path.suffix not in {".py", ".pyc", ".md", ".txt", ".json", ".dump"}
}
NO_IDENTIFIERS = "missing (0008,0016), missing (0008,0018), missing (0020,000D), missing (0020,000E)"
NO_SERIES = "missing (0020,000D), missing (0020,000E)"
NO_DESCRIPTION = ", ".join(
    f"pixel_description (0028,{element})"
    for element in ("0002", "0010", "0011", "0100", "0101", "0102", "0103")
)
# What stands here keeps a file out; in brackets what is only noted. Files not named are without any problem.
VERDICTS = {
    "charset_files/chrJapMulti.dcm": "meta_mismatch (0002,0003), missing (7FE0,0010)",
    "charset_files/chrJapMultiExplicitIR6.dcm": "meta_mismatch (0002,0003), missing (7FE0,0010)",
    "charset_files/chrKoreanMulti.dcm": "missing (7FE0,0010)",
    "charset_files/chrSQEncoding.dcm": NO_IDENTIFIERS,
    "charset_files/chrSQEncoding1.dcm": NO_IDENTIFIERS,
    "palettes/fall.dcm": NO_SERIES,
    "palettes/hotiron.dcm": NO_SERIES,
    "palettes/hotmetalblue.dcm": NO_SERIES,
    "palettes/pet.dcm": NO_SERIES,
    "palettes/pet20step.dcm": NO_SERIES,
    "palettes/spring.dcm": NO_SERIES,
    "palettes/summer.dcm": NO_SERIES,
    "palettes/winter.dcm": f"{NO_SERIES}, repeated (0008,0018)",
    "test_files/CT_small.dcm": "[preamble]",
    "test_files/ExplVR_BigEndNoMeta.dcm": "no_meta",
    "test_files/ExplVR_LitEndNoMeta.dcm": "no_meta",
    "test_files/JPEGLSNearLossless_08.dcm": NO_SERIES,
    "test_files/JPEGLSNearLossless_16.dcm": NO_SERIES,
    "test_files/MR_small.dcm": "[preamble]",
    "test_files/MR_small_RLE.dcm": "[preamble]",
    "test_files/MR_small_bigendian.dcm": "[preamble]",
    "test_files/MR_small_expb.dcm": "[preamble]",
    "test_files/MR_small_implicit.dcm": "[preamble]",
    "test_files/MR_small_padded.dcm": "pixel_length (7FE0,0010), [preamble]",
    "test_files/MR_truncated.dcm": "truncated!",
    "test_files/SC_rgb_jls_lossy_line.dcm": NO_SERIES,
    "test_files/SC_rgb_jls_lossy_sample.dcm": NO_SERIES,
    "test_files/SC_rgb_jpeg.dcm": "vr_mismatch!",
    "test_files/UN_sequence.dcm": NO_IDENTIFIERS,
    "test_files/badVR.dcm": "meta_mismatch (0002,0003), pixel_description (0028,0008), [uid_reference (0008,1155)]",
    "test_files/crayons.icc": "not_dicom!",
    "test_files/dicomdirtests/77654033/CT2/17106": "[preamble]",
    "test_files/dicomdirtests/77654033/CT2/17136": "[preamble]",
    "test_files/dicomdirtests/77654033/CT2/17166": "[preamble]",
    "test_files/dicomdirtests/77654033/CT2/17196": "[preamble]",
    "test_files/dicomdirtests/98892001/CT5N/2062": "[preamble]",
    "test_files/dicomdirtests/98892001/CT5N/2392": "[preamble]",
    "test_files/dicomdirtests/98892001/CT5N/2693": "[preamble]",
    "test_files/dicomdirtests/98892001/CT5N/3023": "[preamble]",
    "test_files/dicomdirtests/98892001/CT5N/3353": "[preamble]",
    "test_files/dicomdirtests/DICOMDIR": NO_IDENTIFIERS,
    "test_files/dicomdirtests/DICOMDIR-bigEnd": NO_IDENTIFIERS,
    "test_files/dicomdirtests/DICOMDIR-empty.dcm": NO_IDENTIFIERS,
    "test_files/dicomdirtests/DICOMDIR-implicit": NO_IDENTIFIERS,
    "test_files/dicomdirtests/DICOMDIR-nooffset": "overrun!",
    "test_files/dicomdirtests/DICOMDIR-nopatient": NO_IDENTIFIERS,
    "test_files/dicomdirtests/DICOMDIR-reordered": NO_IDENTIFIERS,
    "test_files/dicomdirtests/TINY_ALPHA/DICOMDIR": NO_IDENTIFIERS,
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM000000": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM000001": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM000002": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM000003": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM000004": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM000005": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM000006": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM000007": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM000008": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM000009": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000A": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000B": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000C": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000D": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000E": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000F": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000G": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000H": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000I": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000J": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000K": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000L": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000M": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000N": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000O": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000P": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000Q": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000R": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000S": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000T": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000U": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000V": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000W": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000X": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000Y": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00000Z": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM000010": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM000011": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM000012": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM000013": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM000014": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM000015": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM000016": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM000017": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM000018": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM000019": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00001A": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00001B": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00001C": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM00001D": "missing (7FE0,0010)",
    "test_files/dicomdirtests/TINY_ALPHA/README": "not_dicom!",
    "test_files/empty_charset_LEI.dcm": f"meta_incomplete (0002,0002), meta_incomplete (0002,0003), {NO_IDENTIFIERS}",
    "test_files/examples_rgb_color.dcm": "[preamble]",
    "test_files/image_dfl.dcm": "[deflate_checksum]",
    "test_files/meta_missing_tsyntax.dcm": f"illegal_group (0001,0001), illegal_group (0001,0002), meta_incomplete (0002,0002), meta_incomplete (0002,0003), meta_incomplete (0002,0010), {NO_IDENTIFIERS}, [odd_length (0001,0002)], {NO_DESCRIPTION}",
    "test_files/nested_priv_SQ.dcm": f"illegal_group (0001,0001), illegal_group (0001,0002), meta_incomplete (0002,0002), meta_incomplete (0002,0003), {NO_IDENTIFIERS}, [odd_length (0001,0002)], {NO_DESCRIPTION}",
    "test_files/no_meta.dcm": "not_dicom!",
    "test_files/no_meta_group_length.dcm": f"[meta_formal (0002,0000)], {NO_IDENTIFIERS}",
    "test_files/priv_SQ.dcm": NO_IDENTIFIERS,
    "test_files/rtdose.dcm": "meta_mismatch (0002,0003), [uid_reference (0008,1155)]",
    "test_files/rtdose_1frame.dcm": "meta_mismatch (0002,0003), [uid_reference (0008,1155)]",
    "test_files/rtdose_expb.dcm": "meta_mismatch (0002,0003), [uid_reference (0008,1155)]",
    "test_files/rtdose_expb_1frame.dcm": "meta_mismatch (0002,0003), [uid_reference (0008,1155)]",
    "test_files/rtdose_rle.dcm": "[uid_reference (0008,1155)]",
    "test_files/rtdose_rle_1frame.dcm": "[uid_reference (0008,1155)]",
    "test_files/rtplan.dcm": "meta_mismatch (0002,0003)",
    "test_files/rtplan_truncated.dcm": "truncated!",
    "test_files/rtstruct.dcm": "no_meta",
    "test_files/zipMR.gz": "not_dicom!",
}


def verdict(path: Path) -> str:
    try:
        with dicom.read(path) as file:
            problems = check(file)
    except DicomError as error:
        return f"{error.reason}!"
    said = {
        f"{problem.reason}{'' if problem.tag is None else ' ' + dicom.tag_text(problem.tag)}": problem.fatal
        for problem in problems
    }
    return ", ".join(text if fatal else f"[{text}]" for text, fatal in sorted(said.items()))


@pytest.mark.parametrize("name", FILES)
def test_each_shipped_file_has_its_pinned_verdict(name: str):
    assert verdict(FILES[name]) == VERDICTS.get(name, "")


def test_the_table_names_only_files_that_are_there():
    assert set(VERDICTS) <= set(FILES)


def test_an_error_names_the_tag_and_the_place_but_no_value():
    with pytest.raises(DicomError) as caught:
        dicom.read(FILES["test_files/rtplan_truncated.dcm"])
    assert (caught.value.reason, caught.value.tag, caught.value.offset) == ("truncated", 0x300A00B0, 1410)
    assert str(caught.value) == "(300A,00B0): its value runs past the end of the file (at byte 1410)"
    assert caught.value.status == 422
