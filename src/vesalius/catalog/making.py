"""Make holdings and the licences that their data go under."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from vesalius.audit.trail import record
from vesalius.catalog.models import Download, Holding, License
from vesalius.errors import BadInput, Conflict
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
    "CC0-1.0": (
        "Creative Commons Zero 1.0 Universal",
        "CC0 1.0",
        "https://creativecommons.org/publicdomain/zero/1.0/",
        True,
    ),
}

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


def license_of(spdx: str) -> License:
    """The licence row of an SPDX identifier of LICENSES."""
    title, short_title, url, commercial_use = LICENSES[spdx]
    row, _ = License.objects.get_or_create(
        spdx=spdx,
        defaults={"title": title, "short_title": short_title, "url": url, "commercial_use": commercial_use},
    )
    return row
