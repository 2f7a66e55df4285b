"""Make holdings and the licences that their data go under."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from vesalius.audit.trail import record
from vesalius.catalog.models import Download, Holding, License
from vesalius.errors import BadInput, Conflict, NotFound
from vesalius.settings.routing import on_archive

# SPDX identifier -> title, short title, address, whether commercial use is allowed
LICENSES: dict[str, tuple[str, str, str, bool]] = {
    "CC-BY-4.0": (
        "Creative Commons Attribution 4.0 International License",
        "CC BY 4.0",
        "https://creativecommons.org/licenses/by/4.0/",
        True,
    ),
    "CC-BY-3.0": (
        "Creative Commons Attribution 3.0 Unported License",
        "CC BY 3.0",
        "https://creativecommons.org/licenses/by/3.0/",
        True,
    ),
    "CC-BY-NC-4.0": (
        "Creative Commons Attribution-NonCommercial 4.0 International License",
        "CC BY-NC 4.0",
        "https://creativecommons.org/licenses/by-nc/4.0/",
        False,
    ),
    "CC-BY-NC-3.0": (
        "Creative Commons Attribution-NonCommercial 3.0 Unported License",
        "CC BY-NC 3.0",
        "https://creativecommons.org/licenses/by-nc/3.0/",
        False,
    ),
    "CC0-1.0": (
        "Creative Commons Zero 1.0 Universal",
        "CC0 1.0",
        "https://creativecommons.org/publicdomain/zero/1.0/",
        True,
    ),
    "LicenseRef-ICBM-152": (
        "Licence of the ICBM 152 atlases, McGill University",
        "ICBM 152",
        "https://nist.mni.mcgill.ca/icbm-152-nonlinear-atlases-2009/",
        True,
    ),
}

LONGEST_TITLE = 200  # characters of the title of a row of data access

# Who may find and who may fetch, by the words that people use.
ACCESS: dict[str, tuple[str, str]] = {
    "public": (Download.Rule.ANYONE, Download.Rule.ANYONE),
    "listed": (Download.Rule.ANYONE, Download.Rule.GRANTED),  # found with counts, fetched with a grant
    "limited": (Download.Rule.GRANTED, Download.Rule.GRANTED),  # seen by nobody without a grant
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHolding:
    """What a new collection or analysis result is called and how it may be used."""

    short_title: str
    title: str
    license: str = "CC-BY-4.0"  # SPDX identifier
    access: str = "public"  # a word of ACCESS
    kind: str = Holding.Kind.COLLECTION
    about: dict[str, Any] | None = (
        None  # further columns: summary, abstract, detail, authors, cancer_types ...
    )


def make_holding(wanted: NewHolding, *, person: str) -> Holding:
    """A holding with its first row of data access; nothing of it is seen before its first release.

    BadInput for a name, licence or access that cannot be; Conflict for a short title that is taken.
    """
    if wanted.license not in LICENSES or wanted.access not in ACCESS:
        raise BadInput("the licence or the kind of access is not one that this archive knows")
    with on_archive():
        if Holding.objects.filter(short_title__iexact=wanted.short_title).exists():
            raise Conflict("a dataset with this short title exists already")
        holding = Holding(
            short_title=wanted.short_title, title=wanted.title, kind=wanted.kind, **(wanted.about or {})
        )
        others = {field.name for field in Holding._meta.fields} - {"short_title", "title"}  # noqa: SLF001
        try:
            holding.clean_fields(exclude=others)
        except ValidationError as error:
            raise BadInput(f"the new dataset cannot be called so: {error.messages[0]}") from error
        holding.save()
        find, fetch = ACCESS[wanted.access]
        Download.objects.create(holding=holding, license=license_of(wanted.license), find=find, fetch=fetch)
        record(
            "holding.make",
            person=person,
            target_kind="holding",
            target=holding.short_title,
            detail={"license": wanted.license, "access": wanted.access},
        )
    return holding


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDownload:
    """A further row of "Data access"."""

    title: str  # "Clinical data"; unique within the holding
    kind: str = Download.Kind.FILES
    license: str = ""  # SPDX identifier; "" takes that of the holding's first row
    access: str = ""  # a word of ACCESS; "" takes that of the holding's first row, its embargo too
    url: str = ""  # of an outside link, https
    embargo_until: datetime | None = None
    terms: str = ""


def add_download(holding: str, wanted: NewDownload, *, person: str) -> Download:
    """Add a row of "Data access" to a holding: for further series, for files, or a link that leads outside.

    NotFound without such a holding; Conflict for a title that is taken; BadInput for a licence, access, kind or
    address that cannot be.
    """
    _refuse_what_cannot_be(wanted)
    with on_archive():
        row = Holding.objects.select_for_update(of=("self",)).filter(short_title=holding).first()
        if row is None:
            raise NotFound("there is no such dataset")
        if row.downloads.filter(title__iexact=wanted.title.strip()).exists():
            raise Conflict("a row of data access with this title exists already")
        first = row.downloads.order_by("pk").first()
        if first is None and not (wanted.license and wanted.access):
            raise BadInput("say licence and access: this dataset has no row of data access to take them from")
        like = {} if first is None else _rules_like(first)
        if wanted.access:
            find, fetch = ACCESS[wanted.access]
            like |= {"find": find, "fetch": fetch, "embargo_until": wanted.embargo_until}
        elif wanted.embargo_until is not None:
            like["embargo_until"] = wanted.embargo_until
        if wanted.license:
            like["license"] = license_of(wanted.license)
        download = Download.objects.create(
            holding=row,
            title=wanted.title.strip(),
            kind=wanted.kind,
            url=wanted.url,
            terms=wanted.terms,
            **like,
        )
        _write_down("download.add", download, person)
    return download


def set_embargo(holding: str, title: str, until: datetime | None, *, person: str) -> Download:
    """Close a row of "Data access" until a moment, or open it now (None); NotFound without such a row.

    While it is closed only those who hold a grant find or fetch what it is the home of.
    """
    with on_archive():
        download = Download.objects.select_related("holding", "license").filter(
            holding__short_title=holding, title=title
        ).first()  # fmt: skip
        if download is None:
            raise NotFound("there is no such row of data access")
        download.embargo_until = until
        download.save(update_fields=["embargo_until"])
        _write_down("download.embargo", download, person)
    return download


def _refuse_what_cannot_be(wanted: NewDownload) -> None:
    if (wanted.license and wanted.license not in LICENSES) or (wanted.access and wanted.access not in ACCESS):
        raise BadInput("the licence or the kind of access is not one that this archive knows")
    if wanted.kind not in Download.Kind.values:
        raise BadInput("a row of data access holds series, files or a link")
    if not wanted.title.strip() or len(wanted.title) > LONGEST_TITLE:
        raise BadInput(f"a row of data access has a title of at most {LONGEST_TITLE} characters")
    if (wanted.kind == Download.Kind.LINK) != bool(wanted.url):
        raise BadInput("a link, and nothing else, has an address")
    if wanted.url:
        try:
            URLValidator(schemes=["https"])(wanted.url)
        except ValidationError as error:
            raise BadInput("the address of a link begins with https:// and leads somewhere") from error


def _rules_like(first: Download) -> dict[str, Any]:
    return {
        "license": first.license,
        "find": first.find,
        "fetch": first.fetch,
        "embargo_until": first.embargo_until,
    }


def _write_down(deed: str, download: Download, person: str) -> None:
    until = download.embargo_until
    record(
        deed,
        person=person,
        target_kind="download",
        target=str(download),
        detail={
            "kind": download.kind,
            "license": download.license.spdx,
            "find": download.find,
            "fetch": download.fetch,
            "embargo until": until.isoformat() if until else "",
        },
    )


def license_of(spdx: str) -> License:
    """The licence row of an SPDX identifier of LICENSES."""
    title, short_title, url, commercial_use = LICENSES[spdx]
    row, _ = License.objects.get_or_create(
        spdx=spdx,
        defaults={"title": title, "short_title": short_title, "url": url, "commercial_use": commercial_use},
    )
    return row
