"""Which column of another archive's index says what; one readable TOML for each kind of index."""

import tomllib
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from vesalius.errors import BadInput

OURS: Final = (
    "Collection", "AnalysisResult", "License", "DOI", "InstanceCount", "Size", "Content", "Location",
)  # fmt: skip
KEYWORDS: Final = (
    "PatientID", "PatientSex", "PatientAge", "StudyInstanceUID", "StudyDate", "StudyDescription",
    "SeriesInstanceUID", "SeriesDate", "SeriesNumber", "SeriesDescription", "Modality", "BodyPartExamined",
    "Manufacturer", "ManufacturerModelName", "SoftwareVersions", "ProtocolName", "SOPClassUID", "PixelSpacing",
    "SliceThickness",
)  # fmt: skip
NEEDED: Final = ("Collection", "License", "PatientID", "StudyInstanceUID", "SeriesInstanceUID", "Modality")
_ABOUT: Final = ("Name", "Title", "Abstract", "CancerTypes", "CancerLocations")


class BadMapping(BadInput):
    """A mapping that does not say what an index needs."""

    hint = "See docs/reference/index.md for the words of a mapping."


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A file beside the index that tells of its collections or its analysis results."""

    file: str
    columns: dict[str, str]  # Name, Title, Abstract, CancerTypes, CancerLocations -> column


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """What to read from an index; a column that is not named and is called by a DICOM keyword is a header fact."""

    about: str  # whose index it is
    series: dict[str, str] = field(default_factory=lambda: {name: name for name in (*OURS, *KEYWORDS)})
    size_unit: int = 1  # bytes in one unit of Size
    collections: Described | None = None
    analysis_results: Described | None = None


def read_mapping(name: str) -> Mapping:
    """A ready mapping by its name (`idc`), or the TOML file of that path; BadMapping says what is wrong with it."""
    ready = files(__package__) / "mappings" / f"{name}.toml"
    path = ready if "/" not in name and ready.is_file() else Path(name)
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BadMapping(f"There is no mapping {name}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadMapping(f"The mapping {name} cannot be read: {error}.") from error
    return _mapping(told)


def _mapping(told: dict[str, Any]) -> Mapping:
    series = told.get("series", {})
    unknown = set(series) - {*OURS, *KEYWORDS}
    missing = [word for word in NEEDED if word not in series]
    strange = set(told) - {"about", "size_unit", "series", "collections", "analysis_results"}
    if unknown or strange:
        raise BadMapping(f"A mapping says nothing of {', '.join(sorted(unknown | strange))}.")
    if missing:
        raise BadMapping(f"A mapping names the columns of {', '.join(missing)}.")
    return Mapping(
        about=str(told.get("about", "another archive")),
        series=series,
        size_unit=int(told.get("size_unit", 1)),
        collections=_described(told.get("collections")),
        analysis_results=_described(told.get("analysis_results")),
    )


def _described(told: dict[str, str] | None) -> Described | None:
    if told is None:
        return None
    if not {"file", "Name"} <= set(told) or set(told) - {"file", *_ABOUT}:
        raise BadMapping(f"A table of datasets names its file and the columns of {', '.join(_ABOUT)}.")
    return Described(file=told["file"], columns={word: told[word] for word in _ABOUT if word in told})
