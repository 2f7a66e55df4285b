"""A record in Croissant 1.1 (http://mlcommons.org/croissant/1.1), as machine learning tools load it."""

from vesalius.release.records.citation import citation_text
from vesalius.release.records.jsonld import creator
from vesalius.release.records.record import Json, Part, Record, present

CONFORMS_TO = "http://mlcommons.org/croissant/1.1"
TYPES = {
    "text": "sc:Text",
    "code": "sc:Text",
    "integer": "sc:Integer",
    "number": "sc:Float",
    "date": "sc:Date",
}  # kind of a column -> dataType
CONTEXT: Json = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
NO_PATIENT = (
    "The data are de-identified (DICOM PS3.15 Annex E): names, numbers, dates and UIDs of patients are "
    "replaced. Nobody may try to find out who a patient is."
)


def croissant(record: Record) -> Json:
    """The dataset, its files, and a record set for each table among them.

    The data are called live: what is withdrawn later leaves the index, so no digest of it can be promised.
    """
    work = record.work
    return {"@context": CONTEXT} | present(
        {
            "@type": "sc:Dataset",
            "conformsTo": CONFORMS_TO,
            "name": work.name,
            "alternateName": work.title,
            "description": record.description,
            "license": [one.address for one in record.licences],
            "url": work.address,
            "sameAs": [work.persistent_address] if work.registered_doi else [],
            "creator": [creator(one) for one in work.creators],
            "publisher": {"@type": "Organization", "name": work.publisher, "url": record.archive},
            "datePublished": work.published.isoformat(),
            "version": f"{work.version}.0.0",
            "keywords": list(record.keywords),
            "inLanguage": ["en"],
            "isLiveDataset": True,
            "citeAs": citation_text(work),
            "rai:personalSensitiveInformation": [] if record.synthetic else [NO_PATIENT],
            "distribution": [_file(part) for part in record.parts],
            "recordSet": [_records(part) for part in record.parts if part.columns],
        }
    )


def _file(part: Part) -> Json:
    return present(
        {
            "@type": "cr:FileObject",
            "@id": part.place,
            "name": part.name,
            "description": part.about,
            "contentUrl": part.address,
            "contentSize": f"{part.size} B" if part.size is not None else "",
            "encodingFormat": part.media_type,
            "sha256": part.sha256,
        }
    )


def _records(part: Part) -> Json:
    name = part.place.removesuffix(".csv")
    return present(
        {
            "@type": "cr:RecordSet",
            "@id": name,
            "name": name,
            "description": part.about,
            "key": {"@id": f"{name}/{KEYS[part.place]}"} if part.place in KEYS else {},
            "field": [
                present(
                    {
                        "@type": "cr:Field",
                        "@id": f"{name}/{column.name}",
                        "name": column.name,
                        "description": column.about,
                        "dataType": TYPES[column.kind],
                        "source": {"fileObject": {"@id": part.place}, "extract": {"column": column.name}},
                    }
                )
                for column in part.columns
            ],
        }
    )


KEYS = {"series.csv": "series_instance_uid"}
