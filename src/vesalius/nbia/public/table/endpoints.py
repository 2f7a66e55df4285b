"""NBIA's endpoints as data: a new one is a new row here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from vesalius.nbia.public.table.columns import (
    COLLECTION,
    INSTANCE,
    PATIENT,
    PATIENT_ID,
    SERIES,
    SERIES_UID,
    SPACED,
    STUDY,
    STUDY_UID,
    UPPER,
    Column,
    columns,
)

V1_V2: Final = ("v1", "v2")
ALL: Final = ("v1", "v2", "v4")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of an endpoint."""

    name: str
    path: str = ""  # from SeriesRevision, where it must equal the value; "": says how to answer
    exact: tuple[str, ...] = ()  # versions in which upper and lower case differ
    listed: bool = False  # any of several values, parted by commas or by repeating it
    only: tuple[str, ...] = ALL  # versions that know it


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """What all endpoints have."""

    name: str  # as in the address, case and all
    versions: tuple[str, ...] = ALL
    method: str = "GET"
    parameters: tuple[Parameter, ...] = ()
    required: tuple[str, ...] = ()
    missing: str = ""  # the sentence where a required one is missing
    unchecked: bool = False  # True: even v4 takes parameters that it does not know

    def known(self, version: str) -> tuple[Parameter, ...]:
        """Its parameters in one version."""
        return tuple(parameter for parameter in self.parameters if version in parameter.only)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Endpoint):
    """An endpoint that answers with rows, in one of the formats."""

    columns: Mapping[str, tuple[Column, ...]]  # by version
    order: tuple[str, ...]  # names of columns, or paths from SeriesRevision
    by_uid: bool = False  # True: the newest published revision of a UID, whether found or only fetched
    strings: bool = False  # True: every value leaves as text
    form: str = "JSON"  # where the asker names none
    none_status: int = 200  # where there are no rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Image(Endpoint):
    """An endpoint that answers with a series as a ZIP, or with one of its files."""

    licence: bool = True  # LICENSE stands first
    md5: bool = False  # md5hashes.csv stands last, asked or not
    single: bool = False  # one file as it is


FORMAT = Parameter(name="format")
COLLECTIONS = Parameter(name="Collection", path=COLLECTION)
EXACT_COLLECTIONS = Parameter(name="Collection", path=COLLECTION, exact=V1_V2)
PATIENTS = Parameter(name="PatientID", path=PATIENT_ID)
EXACT_PATIENTS = Parameter(name="PatientID", path=PATIENT_ID, exact=V1_V2)
STUDIES = Parameter(name="StudyInstanceUID", path=STUDY_UID, exact=ALL)
ONE_SERIES = Parameter(name="SeriesInstanceUID", path=SERIES_UID, exact=ALL)
MODALITIES = Parameter(name="Modality", path="modality")
BODY_PARTS = Parameter(name="BodyPartExamined", path="body_part_examined")
MANUFACTURERS = Parameter(name="Manufacturer", path="manufacturer")
MODELS = Parameter(name="ManufacturerModelName", path="manufacturer_model_name")

NO_SERIES: Final = "A parameter, SeriesInstanceUID is required for this API call."
NO_IMAGE: Final = "A parameter, SeriesInstanceUID, is required for this API call."
NO_SINGLE: Final = "A parameter, SeriesInstanceUID and SOPInstanceUID, are required for this API call."
NO_LIST: Final = "A form parameter, list, containing at least one SeriesInstanceUID is required."

_PATIENT_V1 = (
    "PatientId, PatientName, PatientBirthDate, PatientSex, EthnicGroup, Collection, Phantom, SpeciesCode, "
    "SpeciesDescription"
)
_PATIENT_V4 = (
    "PatientId, PatientName, PatientSex, EthnicGroup, Collection, Phantom, SpeciesCode, SpeciesDescription, "
    "Authorized"
)
_STUDY_V1 = (
    "StudyInstanceUID, StudyDate, StudyDescription, AdmittingDiagnosesDescription, StudyID, PatientAge, "
    "PatientID, PatientName, PatientBirthDate, PatientSex, EthnicGroup, Collection, SeriesCount, "
    "LongitudinalTemporalEventType, LongitudinalTemporalOffsetFromEvent"
)
_STUDY_V4 = (
    "StudyInstanceUID, StudyDate, StudyDescription, AdmittingDiagnosesDescription, StudyID, PatientAge, "
    "PatientID, PatientName, PatientSex, EthnicGroup, Collection, SeriesCount, "
    "LongitudinalTemporalEventType, LongitudinalTemporalOffsetFromEvent, Authorized"
)
_SERIES_V1 = (
    "SeriesInstanceUID, StudyInstanceUID, Modality, ProtocolName, SeriesDate, SeriesDescription, "
    "BodyPartExamined, SeriesNumber, AnnotationsFlag, Collection, PatientID, Manufacturer, "
    "ManufacturerModelName, SoftwareVersions, ImageCount, TimeStamp, LicenseName, LicenseURI, CollectionURI, "
    "FileSize, DateReleased, StudyDesc, StudyDate, ThirdPartyAnalysis"
)
_SERIES_V4 = (
    "SeriesInstanceUID, StudyInstanceUID, Modality, ProtocolName, SeriesDate, SeriesDescription, "
    "BodyPartExamined, SeriesNumber, AnnotationsFlag, Collection, Site, PatientID, PatientSex, PatientAge, "
    "AdmittingDiagnosisDescription, Manufacturer, ManufacturerModelName, SoftwareVersions, ImageCount, "
    "MaxSubmissionTimestamp, LicenseName, LicenseURI, DataDescriptionURI, FileSize, ReleasedStatus, "
    "DateReleased, StudyDesc, StudyDate, ThirdPartyAnalysis, Authorized"
)
_METADATA_V4 = (
    "PatientID, PatientName, PatientSex, EthnicGroup, Phantom, SpeciesCode, SpeciesDescription, "
    "StudyInstanceUID, StudyDate, StudyDesc, AdmittingDiagnosisDescription, StudyID, PatientAge, "
    "LongitudinalTemporalEventType, LongitudinalTemporalOffsetFromEvent, SeriesInstanceUID, Collection, Site, "
    "Modality, ProtocolName, SeriesDate, SeriesDescription, BodyPartExamined, SeriesNumber, AnnotationsFlag, "
    "Manufacturer, ManufacturerModelName, PixelSpacing(mm)-Row, SliceThickness(mm), SoftwareVersions, "
    "ImageCount, MaxSubmissionTimestamp, LicenseName, LicenseURI, DataDescriptionURI, FileSize, "
    "ReleasedStatus, DateReleased, ThirdPartyAnalysis, Authorized"
)


def _alike(found: tuple[Column, ...], versions: tuple[str, ...] = ALL) -> dict[str, tuple[Column, ...]]:
    return dict.fromkeys(versions, found)


ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    Table(
        name="getCollectionValues",
        parameters=(FORMAT,),
        columns=_alike(columns("Collection", PATIENT)),
        order=("Collection",),
    ),
    Table(
        name="getModalityValues",
        parameters=(COLLECTIONS, BODY_PARTS, FORMAT),
        columns=_alike(columns("Modality", SERIES), V1_V2) | {"v4": columns("Modality", UPPER)},
        order=("Modality",),
    ),
    Table(
        name="getBodyPartValues",
        parameters=(COLLECTIONS, MODALITIES, FORMAT),
        columns=_alike(columns("BodyPartExamined", UPPER)),
        order=("BodyPartExamined",),
    ),
    Table(
        name="getManufacturerValues",
        parameters=(COLLECTIONS, MODALITIES, BODY_PARTS, FORMAT),
        columns=_alike(columns("Manufacturer", SERIES), V1_V2) | {"v4": columns("Manufacturer", UPPER)},
        order=("Manufacturer",),
    ),
    Table(
        name="getPatient",
        parameters=(
            EXACT_COLLECTIONS,
            Parameter(name="PatientId", path=PATIENT_ID, exact=V1_V2),
            FORMAT,
        ),
        columns=_alike(columns(_PATIENT_V1, PATIENT), V1_V2) | {"v4": columns(_PATIENT_V4, PATIENT)},
        order=("Collection", "PatientId"),
    ),
    Table(
        name="getPatientStudy",
        parameters=(EXACT_COLLECTIONS, EXACT_PATIENTS, STUDIES, FORMAT),
        columns=_alike(columns(_STUDY_V1, STUDY), V1_V2) | {"v4": columns(_STUDY_V4, STUDY)},
        order=("Collection", "PatientID", "StudyDate", "StudyInstanceUID"),
    ),
    Table(
        name="getSeries",
        parameters=(
            COLLECTIONS, PATIENTS, STUDIES, MODALITIES, BODY_PARTS, MODELS, MANUFACTURERS, ONE_SERIES, FORMAT,
        ),
        columns=_alike(columns(_SERIES_V1, SERIES), V1_V2) | {"v4": columns(_SERIES_V4, SERIES)},
        order=("Collection", "PatientID", "StudyInstanceUID", "SeriesInstanceUID"),
    ),
    Table(
        name="getSeriesMetadata",
        versions=("v4",),
        method="POST",
        parameters=(
            Parameter(name="list", path=SERIES_UID, exact=ALL, listed=True), FORMAT,
        ),
        required=("list",),
        missing=NO_LIST,
        unchecked=True,
        columns={"v4": columns(_METADATA_V4, SERIES)},
        order=("Collection", "PatientID", "StudyInstanceUID", "SeriesInstanceUID"),
        by_uid=True,
        form="CSV-DOWNLOAD",
    ),
    Table(
        name="getSeriesMetaData",
        versions=V1_V2,
        parameters=(ONE_SERIES, FORMAT),
        required=("SeriesInstanceUID",),
        missing=NO_SERIES,
        columns=_alike(tuple(SPACED.values()), V1_V2),
        order=("Series UID",),
        by_uid=True,
        strings=True,
        none_status=204,
    ),
    Table(
        name="getSeriesSize",
        parameters=(ONE_SERIES, FORMAT),
        required=("SeriesInstanceUID",),
        missing=NO_SERIES,
        columns=_alike(columns("TotalSizeInBytes, ObjectCount", SERIES)),
        order=("TotalSizeInBytes",),
        by_uid=True,
    ),
    Table(
        name="getSOPInstanceUIDs",
        parameters=(ONE_SERIES, FORMAT),
        required=("SeriesInstanceUID",),
        missing=NO_SERIES,
        columns=_alike(columns("SOPInstanceUID", INSTANCE)),
        order=("contents__position",),
        by_uid=True,
    ),
    Image(
        name="getImage",
        parameters=(
            ONE_SERIES, Parameter(name="NewFileNames"), Parameter(name="IncludeMD5", only=("v4",)),
        ),
        required=("SeriesInstanceUID",),
        missing=NO_IMAGE,
    ),
    Image(
        name="getImageWithMD5Hash",
        parameters=(ONE_SERIES,),
        required=("SeriesInstanceUID",),
        missing=NO_IMAGE,
        licence=False,
        md5=True,
    ),
    Image(
        name="getSingleImage",
        parameters=(ONE_SERIES, Parameter(name="SOPInstanceUID")),
        required=("SeriesInstanceUID", "SOPInstanceUID"),
        missing=NO_SINGLE,
        single=True,
    ),
)  # fmt: skip
