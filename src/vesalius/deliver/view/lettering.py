"""Words in and below a picture, in the typeface of the pages."""

from functools import cache
from importlib.resources import as_file, files
from typing import Final

import anyascii
from PIL import Image, ImageDraw, ImageFont

# Read as a file of the package, not imported: pages stand above this room.
_FACE: Final = files("vesalius").joinpath("pages/static/vendor/source-serif-4-400.woff2")
_SIZE, _LEADING, _MARGIN = 15, 21, 12  # pixels
_PAPER, _WORDS = (14, 17, 20), (232, 234, 237)
_HIGH: Final = 22  # pixels of a label
Colour = tuple[int, int, int, int]
Box = tuple[float, float, float]  # left, top and width of a label


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    with as_file(_FACE) as path:
        try:
            return ImageFont.truetype(str(path), _SIZE)
        except OSError:  # a Pillow that was built without the compression of this file
            return ImageFont.load_default(_SIZE)


def length_of(words: str) -> float:
    """Pixels that words take."""
    return _font().getlength(words)


def letter(
    picture: Image.Image,
    point: tuple[float, float],
    words: str,
    *,
    ink: Colour,
    shade: Colour,
    placed: list[Box] | None = None,
) -> None:
    """Words on a dark ground beside a point, inside the picture; below those `placed` that it would cover."""
    pen = ImageDraw.Draw(picture)
    wide = length_of(words) + 8
    left = min(max(point[0] + 10, 2), picture.width - wide - 2)
    top = min(max(point[1] + 6, 2), picture.height - _HIGH - 2)
    while any(left < x + w and x < left + wide and abs(top - y) < _HIGH for x, y, w in placed or ()):
        top += _HIGH + 2
    if placed is not None:
        placed.append((left, top, wide))
    pen.rectangle([left, top, left + wide, top + _HIGH], fill=shade)
    pen.text((left + 4, top + 1), words, font=_font(), fill=ink)


def lettered(picture: Image.Image, paragraphs: tuple[str, ...]) -> Image.Image:
    """The picture with these paragraphs below it."""
    lines = [line for words in paragraphs for line in _wrapped(_writable(words), picture.width - 2 * _MARGIN)]
    if not lines:
        return picture
    whole = Image.new("RGB", (picture.width, picture.height + 2 * _MARGIN + _LEADING * len(lines)), _PAPER)
    whole.paste(picture)
    pen = ImageDraw.Draw(whole)
    for at, line in enumerate(lines):
        pen.text((_MARGIN, picture.height + _MARGIN + at * _LEADING), line, font=_font(), fill=_WORDS)
    return whole


def _writable(words: str) -> str:
    """Letters that the typeface lacks by their nearest in ASCII: it has those of western Europe."""
    return "".join(sign if _has(sign) else anyascii.anyascii(sign) for sign in words)


@cache
def _has(sign: str) -> bool:
    return sign.isspace() or bytes(_font().getmask(sign)) != bytes(_font().getmask("\uffff"))


def _wrapped(words: str, wide: float) -> list[str]:
    lines, line = [], ""
    for word in words.split():
        longer = f"{line} {word}".strip()
        if line and _font().getlength(longer) > wide:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line] if line else lines
