"""What an account asked last."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from vesalius.catalog.models import SearchHistory
from vesalius.errors import ArchiveError
from vesalius.search.query import Query
from vesalius.search.saving.spelling import in_short, question_of
from vesalius.settings.routing import on_archive

MOST: Final = 30  # questions that are remembered


@dataclass(frozen=True, slots=True)
class AskedBefore:
    """A question, and when it was asked."""

    query: Query
    at: datetime | None


def note(owner: str, query: Query) -> None:
    """Remember a question, once, as the newest; nothing where its owner wants nothing kept, or it asks nothing."""
    told = in_short(query)
    if not told["parameters"]:
        return
    known = SearchHistory.objects.filter(owner=owner).first()
    if known and (not known.kept or _is_first(known, told["parameters"])):
        return
    with on_archive():
        row, _ = SearchHistory.objects.select_for_update().get_or_create(owner=owner)
        others = [one for one in row.searches if one["parameters"] != told["parameters"]]
        row.searches = [told | {"at": timezone.now().isoformat()}, *others][:MOST]
        row.save(update_fields=["searches"])


def history(owner: str) -> list[AskedBefore]:
    """The last questions, newest first, but those that cannot be asked any more."""
    row = SearchHistory.objects.filter(owner=owner).first()
    found = []
    for one in row.searches if row else ():
        try:
            found.append(AskedBefore(question_of(one), parse_datetime(one["at"])))
        except ArchiveError:  # its list of identifiers is kept no more, or an element is called otherwise now
            continue
    return found


def is_kept(owner: str) -> bool:
    """Whether the questions of this account are remembered."""
    return not SearchHistory.objects.filter(owner=owner, kept=False).exists()


def clear(owner: str) -> None:
    """Forget all of it."""
    with on_archive():
        SearchHistory.objects.filter(owner=owner).update(searches=[])


def keep(owner: str, *, kept: bool) -> None:
    """Remember questions from now on, or remember none and forget those that there are."""
    with on_archive():
        row, _ = SearchHistory.objects.get_or_create(owner=owner)
        row.kept = kept
        row.searches = row.searches if kept else []
        row.save(update_fields=["kept", "searches"])


def _is_first(known: SearchHistory, parameters: list[list[str]]) -> bool:
    return bool(known.searches) and known.searches[0]["parameters"] == parameters
