"""The formats in which a record is written: a new one is a new row."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from vesalius.release.records.citation import bibtex, cff, ris, text
from vesalius.release.records.croissant import CONFORMS_TO, croissant
from vesalius.release.records.datacite import SCHEMA, datacite
from vesalius.release.records.jsonld import schema_org
from vesalius.release.records.record import Json, Record
from vesalius.release.records.signposting import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format: where it stands below a page, what it is called, how it is written."""

    place: str  # below the page of the holding or version
    words: str  # on the page
    media_type: str
    extension: str
    write: Callable[[Record], str]
    profile: str = ""
    cites: bool = False  # a citation; else a description

    def link(self, page: str) -> Link:
        """The signpost from a page to this."""
        return Link(
            rel="describedby", href=f"{page}{self.place}", media_type=self.media_type, profile=self.profile
        )


def as_json(write: Callable[[Record], Json]) -> Callable[[Record], str]:
    """A writer of JSON text, one that can stand in a page: no "<", ">" or "&" in it."""
    return lambda record: escaped(json.dumps(write(record), ensure_ascii=False, indent=1))


def escaped(text: str) -> str:
    r"""JSON text in which no tag can begin or end: < is \u003c, and so on."""
    return text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")


FORMATS = {
    one.place: one
    for one in (
        Format(
            place="datacite.json", words="DataCite", media_type="application/vnd.datacite.datacite+json",
            extension="json", write=as_json(datacite), profile=SCHEMA,
        ),
        Format(
            place="schema.jsonld", words="schema.org", media_type="application/ld+json",
            extension="jsonld", write=as_json(schema_org), profile="https://schema.org/",
        ),
        Format(
            place="croissant.json", words="Croissant", media_type="application/ld+json",
            extension="json", write=as_json(croissant), profile=CONFORMS_TO,
        ),
        Format(
            place="CITATION.cff", words="CITATION.cff", media_type="application/yaml", extension="cff",
            write=cff, cites=True, profile="https://citation-file-format.github.io/1.2.0/schema",
        ),
        Format(
            place="cite/bibtex", words="BibTeX", media_type="application/x-bibtex", extension="bib",
            write=bibtex, cites=True,
        ),
        Format(
            place="cite/ris", words="RIS", media_type="application/x-research-info-systems", extension="ris",
            write=ris, cites=True,
        ),
        Format(
            place="cite/text", words="Text", media_type="text/plain", extension="txt", write=text, cites=True,
        ),
    )
}  # fmt: skip
