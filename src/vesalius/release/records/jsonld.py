"""A record as schema.org's Dataset in JSON-LD, as search engines for data read it."""

from vesalius.release.records.record import Creator, Json, Part, Record, Work, present

LONGEST = 5000  # characters of a description that such engines take


def schema_org(record: Record) -> Json:
    """The Dataset of one version, or of the holding whatever its version."""
    work = record.work
    return {"@context": "https://schema.org/"} | present(
        {
            "@type": "Dataset",
            "@id": work.persistent_address,
            "name": work.title,
            "alternateName": work.name if work.name != work.title else "",
            "description": record.description[:LONGEST],
            "url": work.address,
            "identifier": identifier(work),
            "version": str(work.version),
            "datePublished": work.published.isoformat(),
            "creator": [creator(one) for one in work.creators],
            "publisher": {"@type": "Organization", "name": work.publisher, "url": record.archive},
            "license": [one.address for one in record.licences],
            "keywords": list(record.keywords),
            "isAccessibleForFree": True,
            "conditionsOfAccess": CONDITIONS[record.access],
            "measurementTechnique": list(record.modalities),
            "includedInDataCatalog": {"@type": "DataCatalog", "name": work.publisher, "url": record.archive},
            "distribution": [download(part) for part in record.parts],
            "isBasedOn": [_other(source) for source in record.sources],
            "citation": list(record.publications),
        }
    )


CONDITIONS = {
    "open": "Anyone may download these data.",
    "embargoed": "The data can be found, and be downloaded when an embargo ends.",
    "restricted": "The data can be found, and parts be downloaded with an account that holds a grant.",
}


def identifier(work: Work) -> Json | str:
    """The DOI: as an address where the world knows it, else as a value that resolves nowhere yet."""
    if work.registered_doi:
        return work.persistent_address
    return {"@type": "PropertyValue", "propertyID": "draft DOI", "value": work.doi} if work.doi else ""


def creator(one: Creator) -> Json:
    """A Person or an Organization."""
    if not one.family:
        return {"@type": "Organization", "name": one.name}
    affiliation = {"@type": "Organization", "name": one.affiliation} if one.affiliation else {}
    return present(
        {
            "@type": "Person",
            "@id": f"https://orcid.org/{one.orcid}" if one.orcid else "",
            "name": f"{one.given} {one.family}".strip(),
            "givenName": one.given,
            "familyName": one.family,
            "affiliation": affiliation,
        }
    )


def download(part: Part) -> Json:
    """A DataDownload."""
    return present(
        {
            "@type": "DataDownload",
            "name": part.name,
            "description": part.about,
            "contentUrl": part.address,
            "encodingFormat": part.media_type,
            "contentSize": str(part.size) if part.size is not None else "",
            "sha256": part.sha256,
        }
    )


def _other(work: Work) -> Json:
    return {"@type": "Dataset", "@id": work.persistent_address, "name": work.title, "url": work.address}
