"""FAIR Signposting: typed links of a page to its identifier, its records and its content (profile of 2 Oct 2023)."""

from collections.abc import Iterable
from dataclasses import dataclass

from vesalius.release.records.record import Json, Record

TYPES = ("https://schema.org/AboutPage", "https://schema.org/Dataset")
LINKSET = "application/linkset+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One typed link (RFC 8288)."""

    rel: str
    href: str
    media_type: str = ""
    profile: str = ""

    def header(self) -> str:
        """The link as it stands in a Link header."""
        told = {"rel": self.rel, "type": self.media_type, "profile": self.profile}
        return "; ".join([f"<{self.href}>", *(f'{name}="{value}"' for name, value in told.items() if value)])

    def target(self) -> Json:
        """The link as a target object of a linkset (RFC 9264)."""
        told = {"href": self.href, "type": self.media_type, "profile": self.profile}
        return {name: value for name, value in told.items() if value}


def links_of(record: Record, described_by: Iterable[Link]) -> list[Link]:
    """The links of a page: to what names it, describes it, belongs to it, licenses it."""
    work = record.work
    found = [Link(rel="cite-as", href=work.persistent_address)]
    found += [Link(rel="type", href=one) for one in TYPES]
    found += [Link(rel="author", href=f"https://orcid.org/{one.orcid}") for one in work.creators if one.orcid]
    if len(record.licences) == 1:  # the profile allows one; of several each stands with its part of the data
        found.append(Link(rel="license", href=record.licences[0].address))
    found += described_by
    found += [Link(rel="item", href=part.address, media_type=part.media_type) for part in record.parts]
    if record.of_version:
        whole = next(one.address for one in record.relations if one.word == "IsVersionOf")
        found += [Link(rel="collection", href=whole), Link(rel="latest-version", href=whole)]
    return [*found, Link(rel="linkset", href=f"{work.address}linkset.json", media_type=LINKSET)]


def header(links: Iterable[Link]) -> str:
    """The Link header."""
    return ", ".join(link.header() for link in links)


def linkset(record: Record, links: Iterable[Link]) -> Json:
    """The same links as a linkset, with those that lead back from content and records to the page."""
    page = record.work.address
    told: Json = {"anchor": page}
    back = []
    for link in links:
        if link.rel == "linkset":
            continue
        told.setdefault(link.rel, []).append(link.target())
        if link.rel == "item":
            back.append({"anchor": link.href, "collection": [{"href": page, "type": "text/html"}]})
        elif link.rel == "describedby":
            back.append({"anchor": link.href, "describes": [{"href": page, "type": "text/html"}]})
    return {"linkset": [told, *back]}
