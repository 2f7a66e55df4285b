"""Which list an address means for the one who asks, and how the list and what it draws from are cited."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import quote

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest

from vesalius.access.models import Person
from vesalius.access.permit import Visible
from vesalius.catalog.models import Holding, Release, SeriesRevision, SharedList
from vesalius.deliver.lists.drift import content
from vesalius.deliver.lists.keeping import list_of, versions_of
from vesalius.errors import ArchiveError
from vesalius.pages.public.asker import person, visible
from vesalius.pages.public.holding.citing import page_of
from vesalius.pages.public.own.mixed import INTRODUCTION, cited_holdings
from vesalius.pages.public.paging import whole_number
from vesalius.release.records.citation import bibtex_entry, citation_text, ris_entry
from vesalius.release.records.describing import work_of
from vesalius.release.records.record import Creator, Work
from vesalius.settings.routing import alias_of


class ListDeleted(ArchiveError):
    """Its owner deleted the list; that it was there is still said."""

    status = 410
    hint = "Ask its owner; the datasets that it drew from are still here."


@dataclass(frozen=True)
class Reading:
    """One version of a list, for one reader."""

    shared: SharedList
    judged: Visible
    reader: Person | None
    version: int | None  # the one asked for, where one was

    @property
    def mine(self) -> bool:
        """Whether the reader owns it."""
        return self.reader is not None and self.reader.name == self.shared.owner

    @cached_property
    def newest(self) -> SharedList:
        """The newest version of this list."""
        return versions_of(self.shared.name)[0]

    @cached_property
    def revisions(self) -> QuerySet[SeriesRevision]:
        """What it holds, as far as the reader may find it."""
        return content(self.shared, self.judged)

    @property
    def place(self) -> str:
        """The address of the list."""
        return f"/lists/{quote(self.shared.name, safe='')}/"

    @property
    def asked(self) -> str:
        """The query string that asks for this version; nothing of the newest."""
        return "" if self.newest.pk == self.shared.pk else f"version={self.shared.version}"

    @property
    def permanent(self) -> str:
        """The address that goes on meaning this very version."""
        return f"{settings.VESALIUS.public_url.rstrip('/')}{self.place}?version={self.shared.version}"

    @cached_property
    def works(self) -> list[Work]:
        """What is cited: the list, then each dataset that it draws from, in the version of the day it was made."""
        shared = self.shared
        own = Work(
            name=f"list {shared.name}",
            title=shared.title or shared.name,
            creators=(Creator(name=owner_name(shared.owner)),),
            version=shared.version,
            published=shared.created_at.date(),
            publisher=settings.VESALIUS.name,
            doi="",
            address=self.permanent,
        )
        return [
            own,
            *(work_of(release, page_of(release.holding), of_version=True) for release in self._drawn_from()),
        ]

    def _drawn_from(self) -> list[Release]:
        """The versions that it draws from: those that stood when it was made, or the last ones that held a series."""
        at = self.shared.created_at
        ended = self.revisions.filter(last_release__published_at__lte=at).order_by().values("last_release")
        stood = self.revisions.filter(last_release__published_at__gt=at).order_by()
        found = {one.pk: one for one in Release.objects.filter(pk__in=ended).select_related("holding")}
        homes = set(stood.values_list("home_download__holding", flat=True))
        told = {one.holding_id for one in found.values()}
        for holding in cited_holdings(self.revisions, self.judged):
            release = _release_then(holding, at)
            if release and (holding.pk in homes or holding.pk not in told):
                found[release.pk] = release
        return sorted(found.values(), key=lambda one: (one.holding.short_title, one.number))

    @property
    def papers(self) -> dict[str, str]:
        """How to cite all of it, in each form: name of a file -> text."""
        texts = "\n\n".join(map(citation_text, self.works))
        return {
            "citations.txt": f"{INTRODUCTION}{texts}\n",
            "citations.bib": "\n".join(map(bibtex_entry, self.works)),
            "citations.ris": "".join(map(ris_entry, self.works)),
        }


def read(request: HttpRequest, name: str) -> Reading:
    """The version that `?version=N` asks for, else the newest. NotFound; ListDeleted."""
    reader, version = person(request), whole_number(request, "version")
    shared = list_of(name, reader, version)
    if shared.removed_at is not None:
        raise ListDeleted(f"The list “{shared.title or 'without a title'}” was deleted by its owner.")
    return Reading(shared, visible(request), reader, version)


def owner_name(owner: str) -> str:
    """What the owner of a list is called: full name, else the account's."""
    known = Person.objects.using(alias_of(settings.VESALIUS_OWN_SIDE)).filter(name=owner).first()
    return known.full_name or owner if known else owner


def _release_then(holding: Holding, at: datetime) -> Release | None:
    """The version of a dataset that stood at a moment."""
    published = Release.objects.filter(holding=holding, state=Release.State.PUBLISHED).select_related(
        "holding"
    )
    return published.filter(published_at__lte=at).order_by("-number").first() or holding.current_release
