"""The columns of NBIA's tables as data: name, where the value stands, in which form it leaves."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from django.db.models import Case, Count, Expression, F, Q, Value, When
from django.db.models.functions import Coalesce, NullIf, Upper

from vesalius.nbia.public.table.versions import Version, american

Source: TypeAlias = str | Expression | None  # a path or an expression from SeriesRevision


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a value of a row becomes a value of an answer; a blank value never comes here."""

    java: str  # the class that XML names; "" for the version's class of a day
    of: Callable[[Any, Version], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an answer."""

    name: str
    source: Source
    form: Form
    always: Any = None  # the value where there is no source

    def value(self, raw: Any, version: Version) -> Any:
        """The value as a format takes it: text, int, float, Decimal, or None where there is none."""
        if self.source is None:
            return self.always
        return None if raw in (None, "") else self.form.of(raw, version)

    def java(self, version: Version) -> str:
        """The Java class of its values."""
        return self.form.java or version.day_class


def _plain(raw: Any, _: Version) -> Any:
    return raw


TEXT = Form(java="java.lang.String", of=_plain)
COUNT = Form(java="java.lang.Integer", of=_plain)
LONG = Form(java="java.lang.Long", of=_plain)
DOUBLE = Form(java="java.lang.Double", of=_plain)
FLAG = Form(java="java.math.BigInteger", of=_plain)
DECIMAL = Form(java="java.math.BigDecimal", of=lambda raw, _: Decimal(raw).quantize(Decimal("1.000000")))
DAY = Form(java="", of=lambda raw, version: version.day(raw))
AMERICAN_DAY = Form(java="java.lang.String", of=lambda raw, _: american(raw))
YES_NO = Form(java="java.lang.String", of=lambda raw, _: "YES" if raw else "NO")
TRUE = Form(java="java.lang.String", of=lambda raw, _: "true" if raw else None)
DOI = Form(java="java.lang.String", of=lambda raw, _: f"https://doi.org/{raw}")
SIMPLE = Form(java="java.lang.String", of=lambda raw, _: re.sub(r"[^a-zA-Z0-9 .-]", "", raw))
NO_COMMA = Form(java="java.lang.String", of=lambda raw, _: raw.replace(",", " "))


def _text(**sources: Source) -> dict[str, Column]:
    return {name: Column(name, source, TEXT) for name, source in sources.items()}


def _formed(form: Form, **sources: Source) -> dict[str, Column]:
    return {name: Column(name, source, form) for name, source in sources.items()}


def _renamed(**names: Column) -> dict[str, Column]:
    return {name: Column(name, column.source, column.form, column.always) for name, column in names.items()}


# Most patients are of their collection's species; of another one only the name may be known.
_PATIENT_SPECIES = NullIf(F("series__study__patient__species"), Value(""))
_HOLDING_SPECIES = F("series__study__patient__holding__species")
SPECIES = Coalesce(_PATIENT_SPECIES, _HOLDING_SPECIES)
SPECIES_CODE = Case(
    When(~Q(series__study__patient__species_code=""), then=F("series__study__patient__species_code")),
    When(
        Q(series__study__patient__species="") | Q(series__study__patient__species=_HOLDING_SPECIES),
        then=F("series__study__patient__holding__species_code"),
    ),
    default=None,
)
COLLECTION = "series__study__patient__holding__short_title"
PATIENT_ID = "series__study__patient__patient_id"
STUDY_UID = "series__study__study_instance_uid"
SERIES_UID = "series__series_instance_uid"
SOP_UID = "contents__instance__sop_instance_uid"

PATIENT = {
    **_text(
        Collection=COLLECTION,
        PatientId=PATIENT_ID,
        PatientID=PATIENT_ID,
        PatientName="series__study__patient__patient_name",
        PatientBirthDate=None,  # a published patient has none
        PatientSex="series__study__patient__sex",
        EthnicGroup="series__study__patient__ethnic_group",
        SpeciesCode=SPECIES_CODE,
        SpeciesDescription=SPECIES,
    ),
    **_formed(YES_NO, Phantom="series__study__patient__phantom"),
    "Authorized": Column("Authorized", None, FLAG, always=1),
}
STUDY = PATIENT | {
    **_text(
        StudyInstanceUID=STUDY_UID,
        StudyDescription="series__study__study_description",
        AdmittingDiagnosesDescription="series__study__admitting_diagnoses_description",
        StudyID="series__study__study_id",
        PatientAge="series__study__patient_age",
        LongitudinalTemporalEventType="series__study__longitudinal_event_type",
    ),
    **_formed(DAY, StudyDate="series__study__study_date"),
    **_formed(COUNT, SeriesCount=Count("series", distinct=True)),
    **_formed(DOUBLE, LongitudinalTemporalOffsetFromEvent="series__study__longitudinal_offset_days"),
}
_SERIES = STUDY | {
    **_text(
        SeriesInstanceUID=SERIES_UID,
        Modality="modality",
        ProtocolName="protocol_name",
        SeriesDescription="series_description",
        BodyPartExamined="body_part_examined",
        Site="site",
        Manufacturer="manufacturer",
        ManufacturerModelName="manufacturer_model_name",
        SoftwareVersions="software_versions",
        PatientSex="patient_sex",  # of patient, study and their dates a series has its own copies
        PatientAge="patient_age",
        StudyDesc="study_description",
        LicenseName="home_download__license__title",
        LicenseURI="home_download__license__url",
    ),
    **_formed(DAY, StudyDate="study_date", SeriesDate="series_date"),
    **_formed(DAY, TimeStamp="admitted_at", DateReleased="first_release__published_at"),
    **_formed(DECIMAL, SeriesNumber="series_number"),
    **_formed(COUNT, ImageCount="image_count", ObjectCount="image_count"),
    **_formed(LONG, FileSize="size", TotalSizeInBytes="size"),
    **_formed(DOI, DataDescriptionURI="home_download__holding__concept_doi"),
    **_formed(YES_NO, ThirdPartyAnalysis="third_party"),
    **_formed(TRUE, AnnotationsFlag="annotated"),
    "ReleasedStatus": Column("ReleasedStatus", None, TEXT, always="Yes"),
    "PixelSpacing(mm)-Row": Column("PixelSpacing(mm)-Row", "pixel_spacing", TEXT),
    "SliceThickness(mm)": Column("SliceThickness(mm)", "slice_thickness", TEXT),
}
SERIES = _SERIES | _renamed(
    MaxSubmissionTimestamp=_SERIES["TimeStamp"],
    CollectionURI=_SERIES["DataDescriptionURI"],
    AdmittingDiagnosisDescription=_SERIES["AdmittingDiagnosesDescription"],
)

# getSeriesMetaData of v1 and v2 has names of its own, with spaces.
SPACED = _renamed(
    **{
        "Series UID": SERIES["SeriesInstanceUID"],
        "Collection": SERIES["Collection"],
        "3rd Party Analysis": SERIES["ThirdPartyAnalysis"],
        "Data Description URI": SERIES["DataDescriptionURI"],
        "Subject ID": SERIES["PatientID"],
        "Study UID": SERIES["StudyInstanceUID"],
        "Study Description": Column("", "study_description", SIMPLE),
        "Study Date": Column("", "study_date", AMERICAN_DAY),
        "Series Description": Column("", "series_description", SIMPLE),
        "Manufacturer": Column("", "manufacturer", NO_COMMA),
        "Modality": SERIES["Modality"],
        "SOP Class UID": Column("", "sop_class_uid", TEXT),
        "Number of Images": SERIES["ImageCount"],
        "File Size": SERIES["FileSize"],
        "File Location": SERIES["StudyID"],  # NBIA puts the Study ID here
        "Series Number": SERIES["SeriesNumber"],
        "License Name": SERIES["LicenseName"],
        "License URL": SERIES["LicenseURI"],
        "Annotation Size": Column("", None, TEXT, always="0"),
        "Date Released": SERIES["DateReleased"],
        "Series Date": SERIES["SeriesDate"],
        "Protocol Name": SERIES["ProtocolName"],
        "Body Part Examined": SERIES["BodyPartExamined"],
        "Annotations Flag": SERIES["AnnotationsFlag"],
        "Manufacturer Model Name": SERIES["ManufacturerModelName"],
        "Software Versions": SERIES["SoftwareVersions"],
        "TimeStamp": SERIES["TimeStamp"],
    }
)
INSTANCE = _text(SOPInstanceUID=SOP_UID)
UPPER = _text(
    Modality=Upper("modality"),
    BodyPartExamined=Upper("body_part_examined"),
    Manufacturer=Upper("manufacturer"),
)


def columns(names: str, known: Mapping[str, Column]) -> tuple[Column, ...]:
    """The columns of these names, which ", " parts, in this order."""
    return tuple(known[name] for name in names.split(", "))
