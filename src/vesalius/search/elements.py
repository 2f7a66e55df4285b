"""What can be asked, as data: one row per search element; a new one is a new row and a field of Query."""

from dataclasses import dataclass

NOT_SPECIFIED = "Not specified"  # how pages show an empty value


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One search element: any of several values of one column."""

    name: str  # field of Query
    parameter: str  # in a URL
    label: str  # on pages
    path: str  # from SeriesRevision
    cell: str = ""  # from Cell; "" where the cube does not know it
    facet: bool = False  # counted beside every answer; needs a cell
    flag: bool = False  # yes or no


ELEMENTS = (
    Element(
        name="collections", parameter="collection", label="Collection", facet=True,
        path="series__study__patient__holding__short_title", cell="collection",
    ),
    Element(
        name="holdings", parameter="dataset", label="Dataset",
        path="home_download__holding__short_title", cell="download__holding__short_title",
    ),
    Element(
        name="modalities", parameter="modality", label="Modality", facet=True,
        path="modality", cell="modality",
    ),
    Element(
        name="body_parts", parameter="body_part", label="Body part", facet=True,
        path="body_part_examined", cell="body_part_examined",
    ),
    Element(
        name="manufacturers", parameter="manufacturer", label="Manufacturer", facet=True,
        path="manufacturer", cell="manufacturer",
    ),
    Element(
        name="models", parameter="model", label="Manufacturer model", facet=True,
        path="manufacturer_model_name", cell="manufacturer_model_name",
    ),
    Element(
        name="sexes", parameter="sex", label="Sex", facet=True,
        path="patient_sex", cell="patient_sex",
    ),
    Element(
        name="species", parameter="species", label="Species", facet=True,
        path="series__study__patient__species", cell="species",
    ),
    Element(
        name="third_party", parameter="third_party", label="Third-party analysis", facet=True, flag=True,
        path="third_party", cell="third_party",
    ),
    Element(
        name="licenses", parameter="license", label="Licence", facet=True,
        path="home_download__license__spdx", cell="download__license__spdx",
    ),
    Element(
        name="downloads", parameter="download", label="Row of data access",
        path="home_download__title", cell="download__title",
    ),
    Element(name="sites", parameter="site", label="Site", path="site"),
    Element(name="annotated", parameter="annotated", label="Annotated", path="annotated", flag=True),
    Element(
        name="patient_ids", parameter="patient", label="Subject",
        path="series__study__patient__patient_id",
    ),
    Element(
        name="study_uids", parameter="study", label="Study",
        path="series__study__study_instance_uid",
    ),
    Element(name="series_uids", parameter="series", label="Series", path="series__series_instance_uid"),
)  # fmt: skip
FACETS = tuple(element for element in ELEMENTS if element.facet)
BY_NAME = {element.name: element for element in ELEMENTS}
BY_PARAMETER = {element.parameter: element for element in ELEMENTS}

# Where the words of a text are looked for; each word must stand in one of them.
TEXTS = ("series_description", "study_description", "protocol_name")


def shown(value: str | bool) -> str:  # noqa: FBT001 - a value of a flag
    """A value as pages show it."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return value or NOT_SPECIFIED
