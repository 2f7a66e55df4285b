"""Make rows of another archive's index: datasets, patients, studies, series and revisions that are found here.

Nobody can fetch their bytes here; each revision says where they lie. A dataset is one transaction: an index that is
loaded again after an interruption goes on, and a newer index makes the next version of what it changed.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from vesalius.audit.trail import record
from vesalius.catalog.bulk import with_room
from vesalius.catalog.changes import count_change, take_turn
from vesalius.catalog.models import Download, Holding, Release
from vesalius.errors import Conflict
from vesalius.release.cells import fill_cells
from vesalius.release.fronting import rows
from vesalius.release.fronting.licences import licence_for
from vesalius.release.fronting.reading import Batch, Dataset, Index
from vesalius.release.publishing import flip
from vesalius.release.withdrawal import hide_what_is_withdrawn
from vesalius.settings.routing import on_archive

_LONGEST_SUMMARY = 300


@dataclass(slots=True)
class Loaded:
    """What came of an index."""

    datasets: int = 0  # that got a version
    unchanged: int = 0  # that stand as they stood
    series: int = 0  # of all of them
    left_out: Counter[str] = field(default_factory=Counter)  # series, by reason


def load(index: Index, *, person: str, advance: Callable[[int], None] = lambda _: None) -> Loaded:
    """Load every dataset of an index and publish it; `advance` is told how many series were done.

    Conflict where a name of the index is that of a dataset whose images this archive holds itself.
    """
    loaded = Loaded(left_out=Counter({reason: n for reason, n in index.left_out.items() if n}))
    with with_room():
        for batch in index.batches():
            with on_archive():
                take_turn()
                _load(batch, index, loaded, person)
            advance(len(batch))
    return loaded


def _load(batch: Batch, index: Index, loaded: Loaded, person: str) -> None:
    kind = Holding.Kind.ANALYSIS_RESULT if batch.analysis_result else Holding.Kind.COLLECTION
    holding = _holding(index.datasets.get(batch.name, Dataset(name=batch.name)), kind, index.mapping.about)
    _describe(holding, batch)
    collections = {holding.short_title: holding} if not batch.analysis_result else {}
    for name in sorted(set(batch.columns["Collection"]) - set(collections)):
        told = index.datasets.get(name, Dataset(name=name))
        collections[name] = _holding(told, Holding.Kind.COLLECTION, index.mapping.about)
    if batch.analysis_result:
        holding.derived_from.add(*collections.values())
    patients = rows.patients(batch, {name: row.pk for name, row in collections.items()})
    studies = rows.studies(batch, patients)
    series = rows.series(batch, studies, holding.pk)
    found = rows.revisions(batch, series, _downloads(holding, batch))
    loaded.left_out.update(found.left_out)
    loaded.series += found.count
    if _publish(holding, found, patients, index.mapping.about, person):
        loaded.datasets += 1
    else:
        loaded.unchanged += 1


def _holding(told: Dataset, kind: str, about: str) -> Holding:
    """The row of a dataset, made where it is new; Conflict where it holds images of this archive."""
    holding = Holding.objects.filter(short_title=told.name).first()
    if holding is not None:
        if holding.downloads.exclude(kind=Download.Kind.LINK).exists():
            raise Conflict(
                f"{told.name} is a dataset of this archive already; an index cannot take its name."
            )
        return holding
    holding = Holding(
        short_title=told.name,
        kind=kind,
        title=(told.title or told.name)[:300],
        summary=f"Found here, fetched from {about}."[:_LONGEST_SUMMARY],
        abstract=told.abstract,
        cancer_types=list(told.cancer_types),
        cancer_locations=list(told.cancer_locations),
    )
    holding.save()
    return holding


def _describe(holding: Holding, batch: Batch) -> None:
    """The DOI under which the other archive publishes all of it, where there is one."""
    named = set(batch.columns["DOI"]) - {""}
    if len(named) == 1 and not holding.concept_doi:
        holding.concept_doi = named.pop()
        holding.save(update_fields=["concept_doi"])


def _downloads(holding: Holding, batch: Batch) -> dict[tuple[str, str], int]:
    """A row of "Data access" for each licence and DOI: a link that leads to where the bytes are."""
    pairs = sorted(set(zip(batch.columns["License"], batch.columns["DOI"], strict=True)))
    found = {}
    for licence, doi in pairs:
        name = "Images" if len(pairs) == 1 else ", ".join(filter(None, ("Images", licence, doi)))
        download, _ = Download.objects.get_or_create(
            holding=holding,
            title=name[:200],
            defaults={
                "kind": Download.Kind.LINK,
                "license": licence_for(licence),
                "find": Download.Rule.ANYONE,
                "fetch": Download.Rule.NOBODY,
                "url": f"https://doi.org/{doi}" if doi else "",
            },
        )
        found[licence, doi] = download.pk
    return found


def _publish(
    holding: Holding, found: rows.Revisions, patients: Collection[int], about: str, person: str
) -> bool:
    """The next version with these revisions; False where the current one has exactly them, or there is none."""
    current = holding.current_release
    held = current.contents.count() if current else 0
    if not found.count or (not found.new and held == found.count):
        return False
    release = Release.objects.create(
        holding=holding,
        number=1 if current is None else current.number + 1,
        doi=holding.concept_doi,
        notes=f"As {about} tells it.",
        deed_id=uuid.uuid4(),
    )
    rows.write(found, release.pk)
    flip(release)
    hide_what_is_withdrawn(release)
    fill_cells(release)
    count_change(patients if current is None else None)
    record(
        "index.load",
        person=person,
        target_kind="release",
        target=str(release),
        detail={"about": about, "series": found.count, "digest": release.digest},
        deed_id=release.deed_id,
    )
    return True
