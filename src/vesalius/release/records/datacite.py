"""A record as DataCite takes it: JSON of the Metadata Schema 4.5, of which 4.6 is a superset."""

from vesalius.release.records.record import Creator, Json, Record, Relation, present

SCHEMA = "http://datacite.org/schema/kernel-4"
SPDX = {"rightsIdentifierScheme": "SPDX", "schemeUri": "https://spdx.org/licenses/"}
ORCID = {"nameIdentifierScheme": "ORCID", "schemeUri": "https://orcid.org"}


def datacite(record: Record) -> Json:
    """The record of what its DOI names: one version, or the holding whatever its version."""
    work = record.work
    return present(
        {
            "doi": work.doi,
            "url": work.address,
            "schemaVersion": SCHEMA,
            "types": {"resourceTypeGeneral": "Dataset", "resourceType": _kind(record)},
            "creators": [_creator(one) for one in work.creators],
            "titles": [{"title": work.title}, *_alternative(record)],
            "publisher": {"name": work.publisher},
            "publicationYear": str(work.published.year),
            "version": str(work.version),
            "language": "en",
            "subjects": [{"subject": word} for word in record.keywords],
            "dates": _dates(record),
            "sizes": [f"{record.counts['bytes']} bytes", record.counted],
            "formats": list(record.formats),
            "rightsList": [
                {"rights": one.title, "rightsUri": one.address, "rightsIdentifier": one.spdx, **SPDX}
                for one in record.licences
            ],
            "descriptions": _descriptions(record),
            "relatedIdentifiers": [*map(_related, record.relations), _metadata(record)],
        }
    )


def _kind(record: Record) -> str:
    return "Analysis result" if record.kind == "analysis-result" else "Image collection"


def _alternative(record: Record) -> list[Json]:
    name = record.work.name
    return [] if name == record.work.title else [{"title": name, "titleType": "AlternativeTitle"}]


def _creator(one: Creator) -> Json:
    return present(
        {
            "name": one.name,
            "nameType": "Personal" if one.family else "Organizational",
            "givenName": one.given,
            "familyName": one.family,
            "nameIdentifiers": [{"nameIdentifier": f"https://orcid.org/{one.orcid}", **ORCID}] if one.orcid else [],
            "affiliation": [{"name": one.affiliation}] if one.affiliation else [],
        }
    )  # fmt: skip


def _dates(record: Record) -> list[Json]:
    issued = {"date": record.work.published.isoformat(), "dateType": "Issued"}
    available = record.open_from or record.work.published
    return [issued, {"date": available.isoformat(), "dateType": "Available"}]


def _descriptions(record: Record) -> list[Json]:
    told = {"Abstract": record.description, "Methods": record.detail}
    return [{"description": text, "descriptionType": kind} for kind, text in told.items() if text]


def _related(relation: Relation) -> Json:
    return {
        "relationType": relation.word,
        "relatedIdentifier": relation.doi or relation.address,
        "relatedIdentifierType": "DOI" if relation.doi else "URL",
        "resourceTypeGeneral": relation.general,
    }


def _metadata(record: Record) -> Json:
    return {
        "relationType": "HasMetadata",
        "relatedIdentifier": f"{record.work.address}croissant.json",
        "relatedIdentifierType": "URL",
        "relatedMetadataScheme": "Croissant",
        "schemeUri": "http://mlcommons.org/croissant/1.1",
    }
