"""A third party downloads published series and writes what it made of them, to be submitted as `derived`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vesalius.catalog.bytes import archive_store
from vesalius.catalog.visible import current_revisions, revision_contents
from vesalius.demo import holdings
from vesalius.demo.content import analysis
from vesalius.demo.writing import put


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which series are taken: of so many patients of a collection the first that answers."""

    holding: str
    modality: str
    words: str  # somewhere in the description
    patients: int


WISHES: Final = (
    Wish(holding=holdings.CHEST, modality="CT", words="", patients=6),
    Wish(holding=holdings.BRAIN, modality="MR", words="FLAIR", patients=4),
)


def write(folder: Path, wishes: tuple[Wish, ...] = WISHES) -> int:
    """Write a segmentation of each published series that is wished for, the same bytes each time; how many."""
    count = 0
    for file in analysis.files(published(wishes)):
        put(file, folder)
        count += 1
    return count


def published(wishes: tuple[Wish, ...] = WISHES) -> Iterator[list[Path]]:
    """The files of each series, in their order."""
    for wish in wishes:
        answers = current_revisions().filter(
            series__holding__short_title=wish.holding,
            series__study__patient__holding__short_title=wish.holding,
            modality=wish.modality,
            series_description__icontains=wish.words,
        )
        ordered = answers.select_related("series__study").order_by("study_date", "series_number", "pk")
        firsts = {one.series.study.patient_id: one for one in reversed(ordered)}
        for patient in sorted(firsts)[: wish.patients]:
            yield [archive_store().path(one.blob_id) for one in revision_contents(firsts[patient])]
