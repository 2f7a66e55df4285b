"""CTP's pixel scripts: which devices write on their images, and where."""

import re
from typing import Final, NamedTuple

from vesalius.deid.ctp import expressions
from vesalius.deid.ctp.errors import ScriptError
from vesalius.deid.ctp.expressions import Expression
from vesalius.dicom import Dataset

Region = tuple[int, int, int, int]
"""(x, y, width, height) in pixels; a negative x or y counts from the right or the bottom."""

_SIGNATURE: Final = re.compile(r"\{([^}]*)\}")
_PARENTHESES: Final = re.compile(r"\(([^)]*)\)")
_REGION: Final = re.compile(r"\s*(-?\d+)\s*,\s*(-?\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*")
# Free text may stand in parentheses; what begins with a number and a comma was meant to be a region.
_MEANT_AS_REGION: Final = re.compile(r"\s*-?\w*\d\w*\s*,|[^,]*\d[^,]*(,[^,]*){3}")


class Signature(NamedTuple):
    """A kind of image and the regions to blank in it; no regions means that there is nothing to blank."""

    expression: Expression
    regions: list[Region]


def parse(text: str) -> list[Signature]:
    """The signatures in their order; everything else is free text. Raises ScriptError, which names the line."""
    found = list(_SIGNATURE.finditer(text))
    if text.count("{") != len(found) or text.count("}") != len(found):
        raise ScriptError("the pixel script has a brace that is not closed or not opened")
    ends = [*(match.start() for match in found[1:]), len(text)][: len(found)]
    return [
        Signature(_expression(text, match), _regions(text, match.end(), end))
        for match, end in zip(found, ends, strict=True)
    ]


def first_match(signatures: list[Signature], dataset: Dataset) -> Signature | None:
    """The signature that decides about an image: the first that matches."""
    return next((signature for signature in signatures if signature.expression.matches(dataset)), None)


def boxes(regions: list[Region], rows: int, columns: int) -> list[Region]:
    """The regions inside of an image, with the row below each that CTP blanks too; empty ones are left out."""
    placed = [_placed(region, rows, columns) for region in regions]
    return [region for region in placed if region[2] > 0 and region[3] > 0]


def _placed(region: Region, rows: int, columns: int) -> Region:
    x, y, width, height = region
    left = max(x + columns if x < 0 else x, 0)
    top = max(y + rows if y < 0 else y, 0)
    return left, top, min(width, columns - left), min(height + 1, rows - top)


def _expression(text: str, match: re.Match[str]) -> Expression:
    try:
        return expressions.parse(match[1])
    except ScriptError as error:
        raise ScriptError(f"signature at line {_line(text, match.start())}: {error}") from None


def _regions(text: str, start: int, end: int) -> list[Region]:
    regions = []
    for match in _PARENTHESES.finditer(text, start, end):
        numbers = _REGION.fullmatch(match[1])
        if numbers is not None:
            x, y, width, height = (int(number) for number in numbers.groups())
            regions.append((x, y, width, height))
        elif _MEANT_AS_REGION.match(match[1]):
            raise ScriptError(
                f"line {_line(text, match.start())}: a region is four whole numbers (x,y,width,height)"
            )
    return regions


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
