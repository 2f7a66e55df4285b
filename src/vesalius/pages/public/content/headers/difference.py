"""Two headers held against each other: what only one says, and what they say differently."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from vesalius.dicom import DicomFile
from vesalius.pages.public.content.headers.rows import Row, file_rows

Place = tuple[tuple[str, int], ...]  # tags and items around an element, and its own tag
ABSENT: Final = Row(depth=0, tag="", name="", vr="", value="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One element as both headers have it."""

    row: Row  # of the first, or of the other where the first has none: tag, name, meaning
    one: Row | None  # None: absent
    other: Row | None

    @property
    def differs(self) -> bool:
        """Whether a reader would see a difference, or one is absent."""
        if self.one is None or self.other is None:
            return True
        return (self.one.vr, self.one.value, self.one.note) != (
            self.other.vr,
            self.other.value,
            self.other.note,
        )


def paired(one: DicomFile, other: DicomFile, most: int) -> list[Pair]:
    """Every element of both, in the order of their tags, items beside items of the same number; `most` of each."""
    first, second = (_placed(_some(file_rows(file), most)) for file in (one, other))
    return [
        Pair(row=first.get(place) or second[place], one=first.get(place), other=second.get(place))
        for place in sorted(first.keys() | second.keys())
    ]


def differing(pairs: Sequence[Pair]) -> list[Pair]:
    """Those that differ, below the sequences and items that they stand in; what those hold is not told twice."""
    found: list[Pair] = []
    around: list[Pair] = []
    for pair in pairs:
        while around and around[-1].row.depth >= pair.row.depth:
            around.pop()
        holds = pair.row.item or pair.row.vr == "SQ"
        both = pair.one is not None and pair.other is not None
        if holds and both and not pair.differs:
            around.append(pair)
        elif pair.differs:
            found += [replace(one) for one in around]
            around.clear()
            found.append(pair)
    return found


def _some(rows: Iterator[Row], most: int) -> Iterator[Row]:
    for _, row in zip(range(most), rows, strict=False):
        yield row


def _placed(rows: Iterator[Row]) -> dict[Place, Row]:
    """Rows by where they stand; group 2 is that of the file itself (PS3.10 7.1)."""
    placed: dict[Place, Row] = {}
    around: list[tuple[str, int]] = []
    items: dict[Place, int] = {}
    for row in rows:
        del around[row.depth :]
        if row.item:
            parent = tuple(around)
            items[parent] = items.get(parent, 0) + 1
            step = ("", items[parent])
        else:
            step = (row.tag, 0)
        around.append(step)
        placed[tuple(around)] = row
    return placed
