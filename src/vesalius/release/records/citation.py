"""How a work is cited: in words, as BibTeX, as RIS, as a CITATION.cff; an analysis result with its sources."""

import json
import re
from collections.abc import Iterable, Iterator

from vesalius.release.records.record import Creator, Json, Record, Work, present

SHOWN_AUTHORS = 20  # as APA style names them all
SPDX = re.compile(r"\A(?!LicenseRef-)")
_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#",
    "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def citation_text(work: Work, *, part: str = "") -> str:
    """Authors (year). Title (Version n) [Data set]. Archive. Where; `part` names a series within."""
    within = f", {part}" if part else ""
    where = f"draft DOI {work.doi}" if work.draft else work.persistent_address
    return (
        f"{authors_text(work.creators)} ({work.published.year}). {work.title} "
        f"(Version {work.version}{within}) [Data set]. {work.publisher}. {where}"
    )


def authors_text(creators: tuple[Creator, ...]) -> str:
    """Kerando, A., Ostan, B. M., & Moss, C."""
    names = [_short(one) for one in creators]
    if len(names) > SHOWN_AUTHORS:
        names = [*names[: SHOWN_AUTHORS - 1], "…", names[-1]]
        return ", ".join(names)
    return ", ".join([*names[:-1], f"& {names[-1]}"]) if len(names) > 1 else names[0]


def _short(one: Creator) -> str:
    if not one.family:
        return one.name
    initials = " ".join(f"{given[0]}." for given in one.given.split())
    return f"{one.family}, {initials}" if initials else one.family


def text(record: Record) -> str:
    """The citation, and those of the sources of an analysis result."""
    return "".join(f"{citation_text(work)}\n" for work in (record.work, *record.sources))


def bibtex(record: Record) -> str:
    """One @misc entry per work: BibTeX proper knows no data sets."""
    return "\n".join(map(bibtex_entry, (record.work, *record.sources)))


def bibtex_entry(work: Work) -> str:
    """One work as BibTeX cites it."""
    fields = {
        "author": " and ".join(_bibtex_name(one) for one in work.creators),
        "title": f"{{{_latex(work.title)}}}",
        "year": str(work.published.year),
        "month": f"{work.published:%b}".lower(),
        "version": str(work.version),
        "publisher": _latex(work.publisher),
        "howpublished": "Data set",
        "doi": work.registered_doi,
        "url": work.persistent_address,
        "note": f"Draft DOI {_latex(work.doi)}" if work.draft else "",
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@misc{{{_key(work)},\n{lines}\n}}\n"


def _key(work: Work) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", f"{work.name}-{work.published.year}-v{work.version}").strip("-")


def _bibtex_name(one: Creator) -> str:
    if one.family:
        return _latex(", ".join(filter(None, (one.family, one.given))))
    return f"{{{_latex(one.name)}}}"


def _latex(value: str) -> str:
    return "".join(_LATEX.get(letter, letter) for letter in " ".join(value.split()))


def ris_entry(work: Work) -> str:
    """One work as a record of type DATA; its lines end with CR and LF."""
    return "".join(f"{line}\r\n" for line in _ris(work, []))


def ris(record: Record) -> str:
    """One record of type DATA per work; lines end as RIS wants them, with CR and LF."""
    first = list(_ris(record.work, [("AB", record.description), *(("KW", word) for word in record.keywords)]))
    rest = [line for source in record.sources for line in _ris(source, [])]
    return "".join(f"{line}\r\n" for line in [*first, *rest])


def _ris(work: Work, more: Iterable[tuple[str, str]]) -> Iterator[str]:
    pairs = [
        ("TY", "DATA"), ("TI", work.title), *(("AU", one.name) for one in work.creators),
        ("PY", str(work.published.year)), ("DA", f"{work.published:%Y/%m/%d}"), ("ET", f"Version {work.version}"),
        ("PB", work.publisher), ("DO", work.registered_doi), ("UR", work.persistent_address),
        ("N1", f"Draft DOI {work.doi}" if work.draft else ""), *more,
    ]  # fmt: skip
    for tag, value in pairs:
        if value:
            yield f"{tag}  - {' '.join(value.split())}"
    yield "ER  - "


def cff(record: Record) -> str:
    """A CITATION.cff of the Citation File Format 1.2.0, as YAML."""
    work = record.work
    told = {
        "cff-version": "1.2.0",
        "message": "If you use these data, cite them as told here.",
        "type": "dataset",
    }
    told |= _cff_work(work)
    told |= present(
        {
            "abstract": record.description,
            "keywords": list(record.keywords),
            "license": _cff_licence(record),
            "identifiers": _cff_identifiers(work),
            "references": [{"type": "data", **_cff_work(source)} for source in record.sources],
        }
    )
    return yaml(told)


def _cff_work(work: Work) -> Json:
    return present(
        {
            "title": work.title,
            "authors": [_cff_author(one) for one in work.creators],
            "version": str(work.version),
            "date-released": work.published.isoformat(),
            "doi": work.registered_doi,
            "url": work.address,
        }
    )


def _cff_author(one: Creator) -> Json:
    orcid = f"https://orcid.org/{one.orcid}" if one.orcid else ""
    if not one.family:
        return present({"name": one.name, "orcid": orcid})
    return present(
        {"family-names": one.family, "given-names": one.given, "affiliation": one.affiliation, "orcid": orcid}
    )


def _cff_licence(record: Record) -> str:
    """The one licence; of several CFF would say that one may choose among them, which is not so."""
    names = [one.spdx for one in record.licences if SPDX.match(one.spdx)]
    return names[0] if len(record.licences) == len(names) == 1 else ""


def _cff_identifiers(work: Work) -> list[Json]:
    if not work.draft:
        return []
    told = "Draft DOI: reserved in this archive, not registered with doi.org."
    return [{"type": "other", "value": work.doi, "description": told}]


def yaml(value: Json) -> str:
    """Objects, lists and text as YAML 1.2: every text quoted as JSON is, which YAML reads alike."""
    return "".join(f"{line}\n" for line in _yaml_lines(value))


def _yaml_lines(value: Json) -> Iterator[str]:
    for name, one in value.items():
        if not isinstance(one, list):
            yield f"{name}: {_scalar(one)}"
            continue
        yield f"{name}:"
        for item in one:
            lines = list(_yaml_lines(item)) if isinstance(item, dict) else [_scalar(item)]
            yield f"  - {lines[0]}"
            yield from (f"    {line}" for line in lines[1:])


def _scalar(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
