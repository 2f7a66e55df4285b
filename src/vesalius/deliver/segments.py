"""What a segmentation says of its segments and frames (PS3.3 C.8.20). Pure, for child processes."""

from typing import Any, Final

import numpy as np

from vesalius.dicom import Dataset

# Fixed colours for segments that recommend none: Okabe and Ito's, told apart by colour-blind eyes on black.
COLOURS: Final = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#d55e00", "#cc79a7", "#0072b2")
_SEGMENTS, _NUMBER, _LABEL, _ALGORITHM = 0x00620002, 0x00620004, 0x00620005, 0x00620008
_CATEGORY, _TYPE, _MEANING = 0x00620003, 0x0062000F, 0x00080104
_CIELAB: Final = 0x0062000D
_REFERENCED_NUMBER: Final = 0x0062000B
_FORM, _MOST = 0x00620001, 0x0062000E  # Segmentation Type, Maximum Fractional Value
_SOURCE_IMAGES, _SOP_INSTANCE, _FRAME_NUMBER = 0x00082112, 0x00081155, 0x00081160
_XYZ_TO_RGB: Final = np.array(
    [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]
)
_WHITE: Final = np.array([0.9505, 1.0, 1.089])  # D65


def segments_of(data: Dataset) -> list[dict[str, Any]]:
    """The segments of a segmentation in their order; none of any other object."""
    sequence = data.get(_SEGMENTS)
    items = [item.dataset for item in sequence.items] if sequence is not None else []
    form = {"form": data.text(_FORM), "most": next(iter(data.ints(_MOST)), 1)}
    return [_segment(one, at) | form for at, one in enumerate(items)]


def segment_of(holders: list[Dataset]) -> int | None:
    """The number of the segment that a frame is of."""
    return next((number for one in holders for number in one.ints(_REFERENCED_NUMBER)[:1]), None)


def refers_to(holders: list[Dataset]) -> list[Any] | None:
    """SOP Instance UID and frame number (1 where none is said) of the one image that a frame was drawn on.

    None where several are named: a whole volume was looked at, and where the frame lies says more.
    """
    for one in holders:
        sequence = one.get(_SOURCE_IMAGES)
        if sequence is not None and len(sequence.items) == 1:
            source = sequence.items[0].dataset
            return [source.text(_SOP_INSTANCE), next(iter(source.ints(_FRAME_NUMBER)), 1)]
    return None


def _segment(one: Dataset, at: int) -> dict[str, Any]:
    number = next(iter(one.ints(_NUMBER)), at + 1)
    return {
        "number": number,
        "label": one.text(_LABEL) or f"Segment {number}",
        "means": ", ".join(dict.fromkeys(filter(None, (_meaning(one, _TYPE), _meaning(one, _CATEGORY))))),
        "made": one.text(_ALGORITHM).capitalize(),
        "colour": _colour(one.ints(_CIELAB)) or COLOURS[at % len(COLOURS)],
    }


def _meaning(one: Dataset, tag: int) -> str:
    sequence = one.get(tag)
    return sequence.items[0].dataset.text(_MEANING) if sequence is not None and sequence.items else ""


def _colour(cielab: list[int]) -> str | None:
    """The sRGB colour of a PCS value, whose 0 to 65535 are L 0 to 100 and a, b -128 to 127 (PS3.3 C.10.7.1.1)."""
    if len(cielab) != 3:
        return None
    light, a, b = cielab[0] / 65535 * 100, *(value / 65535 * 255 - 128 for value in cielab[1:])
    middle = (light + 16) / 116
    steps = np.array([middle + a / 500, middle, middle - b / 200])
    part = np.where(steps > 6 / 29, steps**3, 3 * (6 / 29) ** 2 * (steps - 4 / 29))
    linear = np.clip(_XYZ_TO_RGB @ (part * _WHITE), 0, 1)
    gamma = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{value:02x}" for value in np.rint(gamma * 255).astype(int))
