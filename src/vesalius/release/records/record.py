"""The neutral record of one release of a holding, as every format takes it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

DRAFT_PREFIX = "10.5072/"  # DataCite keeps it for tests: such a DOI resolves nowhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Creator:
    """One author: a person with a family name, or a group."""

    name: str  # "Kerando, Ana" or the name of a group
    family: str = ""
    given: str = ""
    orcid: str = ""  # "0000-0002-1825-0097"
    affiliation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a citation names."""

    name: str  # short title of the holding
    title: str
    creators: tuple[Creator, ...]
    version: int
    published: date
    publisher: str
    doi: str
    address: str  # of its page

    @property
    def draft(self) -> bool:
        """Whether the DOI is reserved here alone and resolves nowhere."""
        return self.doi.startswith(DRAFT_PREFIX)

    @property
    def registered_doi(self) -> str:
        """The DOI where the world knows it, else nothing."""
        return "" if self.draft else self.doi

    @property
    def persistent_address(self) -> str:
        """What resolves for longest: the registered DOI, else the page."""
        return f"https://doi.org/{self.doi}" if self.registered_doi else self.address


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One licence that parts of the data are under."""

    spdx: str
    title: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """How another work stands to this one, in a word of DataCite's relationType."""

    word: str  # "IsDerivedFrom", "HasVersion" ...
    title: str
    doi: str = ""
    address: str = ""
    general: str = "Dataset"  # DataCite's resourceTypeGeneral of the other


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    name: str
    kind: str  # "text", "code", "integer", "number", "date"
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of the distribution."""

    place: str  # below the page, as "files/clinical.csv": no other part has it
    name: str
    address: str
    media_type: str
    about: str
    size: int | None = None  # bytes, where the file is stored as it is
    sha256: str = ""
    columns: tuple[Column, ...] = ()  # of a table


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One release of a holding, or the holding whatever its version, as the asker may see it."""

    work: Work
    sources: tuple[Work, ...]  # what an analysis result is made from
    of_version: bool  # about one version; else about the holding, of which this is the newest
    kind: str  # "collection", "analysis-result"
    summary: str
    abstract: str
    detail: str
    keywords: tuple[str, ...]
    modalities: tuple[str, ...]
    species: str
    licences: tuple[Terms, ...]
    access: str  # "open", "embargoed", "restricted"
    open_from: date | None  # the last day on which an embargo ends
    counts: dict[str, int]  # subjects, studies, series, images, bytes
    formats: tuple[str, ...]  # media types
    relations: tuple[Relation, ...]
    parts: tuple[Part, ...]
    publications: tuple[str, ...]
    synthetic: bool
    archive: str  # address of the archive itself

    @property
    def description(self) -> str:
        """The abstract, long enough to say something: with what the data count, 50 characters at least."""
        text = self.abstract or self.summary or self.work.title
        if len(text) < 50:
            text = f"{text.rstrip('.')}. {self.counted}"
        return f"{text} All data are synthetic." if self.synthetic else text

    @property
    def counted(self) -> str:
        """How much it is, in a sentence."""
        told = self.counts
        return (
            f"{told['subjects']} subjects, {told['studies']} studies, {told['series']} series and "
            f"{told['images']} images in version {self.work.version}."
        )


Json = dict[str, Any]


def present(pairs: Json) -> Json:
    """A JSON object without what is empty."""
    return {name: value for name, value in pairs.items() if value not in (None, "", [], (), {})}
