"""Make the neutral record of a release from its rows, as far as the asker may find them."""

from collections.abc import Callable, Iterator
from datetime import date
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from vesalius.catalog.models import Cell, Download, Holding, License, Release
from vesalius.catalog.visible import Judged, holdings, supporting_files
from vesalius.release.records.index import COLUMNS
from vesalius.release.records.record import Column, Creator, Part, Record, Relation, Terms, Work
from vesalius.release.versions import version_of

PageOf = Callable[[Holding], str]  # the address of a holding's page, from https:// on
DICOM = "application/dicom"
MANIFEST = "application/x-nbia-manifest-file"
PUBLICATION = "publication"


def describe(release: Release, visible: Judged, page_of: PageOf, *, of_version: bool = False) -> Record:
    """The record of a published release; or, without `of_version`, of its holding, whose newest it is."""
    holding = release.holding
    version = version_of(release, visible)
    downloads = holding.downloads.filter(pk__in=visible.findable).select_related("license")
    cells = Cell.objects.filter(release=release, download__in=visible.findable)
    modalities = _values(cells, "modality")
    derived_from = _seen(holding.derived_from.all(), visible)
    page = page_of(holding)
    access, open_from = _access(downloads, visible)
    return Record(
        work=_work(release, page, of_version=of_version),
        sources=tuple(_work(other.current_release, page_of(other)) for other in derived_from if other.current_release),
        of_version=of_version,
        kind=holding.kind,
        summary=holding.summary,
        abstract=holding.abstract,
        detail=holding.detail,
        keywords=_keywords(holding, modalities, _values(cells, "body_part_examined")),
        modalities=modalities,
        species=holding.species,
        licences=_licences(downloads),
        access=access,
        open_from=open_from,
        counts={
            "subjects": version.subject_count, "studies": version.study_count, "series": version.series_count,
            "images": version.image_count, "bytes": version.size,
        },
        formats=tuple(dict.fromkeys([DICOM] * bool(version.series_count) + _file_types(release, visible))),
        relations=tuple(_relations(release, visible, page_of, of_version=of_version)),
        parts=tuple(_parts(release, visible, page, of_version=of_version)),
        publications=tuple(holding.citations.filter(kind=PUBLICATION).values_list("text", flat=True)),
        synthetic=holding.synthetic,
        archive=settings.VESALIUS.public_url.rstrip("/") + "/",
    )  # fmt: skip


def work_of(release: Release, page: str, *, of_version: bool = False) -> Work:
    """What a citation of a release, or of its holding, names; `page`: of the holding."""
    return _work(release, page, of_version=of_version)


def _work(release: Release, page: str, *, of_version: bool = False) -> Work:
    holding = release.holding
    published = release.published_at or release.admitted_at
    return Work(
        name=holding.short_title,
        title=holding.title,
        creators=creators_of(holding),
        version=release.number,
        published=published.date(),
        publisher=settings.VESALIUS.name,
        doi=release.doi if of_version else holding.concept_doi,
        address=f"{page}versions/{release.number}/" if of_version else page,
    )


def creators_of(holding: Holding) -> tuple[Creator, ...]:
    """The authors in their order; this archive where none are named."""
    told = [_creator(one) for one in holding.authors]
    return tuple(told) or (Creator(name=settings.VESALIUS.name),)


def _creator(told: dict[str, str]) -> Creator:
    family, given = told.get("family", ""), told.get("given", "")
    return Creator(
        name=told.get("name") or ", ".join(filter(None, (family, given))),
        family=family,
        given=given,
        orcid=told.get("orcid", ""),
        affiliation=told.get("affiliation", ""),
    )


def _values(cells: QuerySet[Cell], column: str) -> tuple[str, ...]:
    found = cells.exclude(**{column: ""}).order_by(column).values_list(column, flat=True).distinct()
    return tuple(found)


def _keywords(holding: Holding, modalities: tuple[str, ...], parts: tuple[str, ...]) -> tuple[str, ...]:
    words = [*holding.cancer_types, *holding.cancer_locations, *modalities, *(part.lower() for part in parts)]
    return tuple(dict.fromkeys([*words, holding.species] if holding.species else words))


def _licences(downloads: QuerySet[Download]) -> tuple[Terms, ...]:
    found = License.objects.filter(download__in=downloads).distinct().order_by("spdx")
    return tuple(Terms(spdx=one.spdx, title=one.title, address=one.url) for one in found)


def _access(downloads: QuerySet[Download], visible: Judged) -> tuple[str, date | None]:
    closed = [one for one in downloads if one.pk not in visible.fetchable]
    untils = [one.embargo_until for one in closed if one.embargo_until and one.embargo_until > timezone.now()]
    if not closed:
        return "open", None
    if len(untils) == len(closed) and all(one.fetch == Download.Rule.ANYONE for one in closed):
        return "embargoed", max(untils).date()
    return "restricted", None


def _file_types(release: Release, visible: Judged) -> list[str]:
    files = supporting_files(release, visible.findable)
    return list(files.order_by("media_type").values_list("media_type", flat=True).distinct())


def _seen(others: QuerySet[Holding], visible: Judged) -> QuerySet[Holding]:
    """Of these holdings those that the asker may find."""
    return others.filter(pk__in=holdings(visible).values("pk")).select_related("current_release__holding")


def _relations(release: Release, visible: Judged, page_of: PageOf, *, of_version: bool) -> Iterator[Relation]:
    holding = release.holding
    for word, others in (
        ("IsDerivedFrom", holding.derived_from.all()),
        ("IsSourceOf", holding.derived.all()),
    ):
        for other in _seen(others, visible):
            yield Relation(word=word, title=other.title, doi=other.concept_doi, address=page_of(other))
    yield from _other_versions(release, page_of(holding), of_version=of_version)
    for one in holding.citations.exclude(doi=""):
        word = "IsDocumentedBy" if one.kind == PUBLICATION else "References"
        yield Relation(word=word, title=one.text, doi=one.doi, general="JournalArticle")


def _other_versions(release: Release, page: str, *, of_version: bool) -> Iterator[Relation]:
    """Of a version the ones before and after it, and the holding; of a holding all its versions."""
    holding = release.holding
    for other in Release.objects.filter(holding=holding, state=Release.State.PUBLISHED).order_by("number"):
        if word := _version_word(release, other) if of_version else "HasVersion":
            address = f"{page}versions/{other.number}/"
            yield Relation(word=word, title=f"Version {other.number}", doi=other.doi, address=address)
    if of_version:
        yield Relation(word="IsVersionOf", title=holding.title, doi=holding.concept_doi, address=page)


def _version_word(release: Release, other: Release) -> str:
    return {1: "IsPreviousVersionOf", -1: "IsNewVersionOf"}.get(other.number - release.number, "")


def _parts(release: Release, visible: Judged, page: str, *, of_version: bool) -> Iterator[Part]:
    version = f"{page}versions/{release.number}/"
    yield Part(
        place="series.csv", name="series.csv", address=f"{version}series.csv", media_type="text/csv",
        columns=_index_columns(), about=f"One row for each series of version {release.number}.",
    )  # fmt: skip
    yield Part(
        place="manifest.json", name="manifest.json", address=f"{version}manifest.json", media_type="application/json",
        about=f"The series and files of version {release.number} with their digests.",
    )  # fmt: skip
    yield from _files(release, visible, page, of_version=of_version)
    if not of_version:
        asked = urlencode({"dataset": release.holding.short_title})
        search = f"{settings.VESALIUS.public_url.rstrip('/')}/search.json?{asked}"
        yield Part(
            place="search.json", name="search.json", address=search, media_type="application/json",
            about="The newest version's series as the search answers, with facets.",
        )  # fmt: skip
        if release.holding.downloads.filter(pk__in=visible.fetchable, kind=Download.Kind.SERIES).exists():
            yield Part(
                place="manifest.tcia", name="manifest.tcia", address=f"{page}manifest.tcia", media_type=MANIFEST,
                about="A list of series for the NBIA Data Retriever or another retriever.",
            )  # fmt: skip


def _files(release: Release, visible: Judged, page: str, *, of_version: bool) -> Iterator[Part]:
    """The supporting files that the asker may fetch. Rows may leave a table, so nobody promises a table's digest."""
    query = f"?version={release.number}" if of_version else ""
    for file in supporting_files(release, visible.fetchable):
        yield Part(
            place=f"files/{file.name}",
            name=file.name,
            address=f"{page}files/{quote(file.name)}{query}",
            media_type=file.media_type,
            about=file.description or file.title or file.name,
            size=None if file.is_table else file.blob.size,
            sha256="" if file.is_table else file.blob_id,
            columns=tuple(
                Column(name=one["name"], kind=one["type"], about=_said_of(one)) for one in file.columns
            ),
        )


def _said_of(column: dict[str, str]) -> str:
    """What a column of a table means, with its unit."""
    told = column["description"] or column["title"] or column["name"]
    return f"{told} ({column['unit']})" if column["unit"] else told


def _index_columns() -> tuple[Column, ...]:
    return tuple(Column(name=name, kind=kind, about=about) for name, kind, about, _ in COLUMNS)
