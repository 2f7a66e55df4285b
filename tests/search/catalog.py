"""A random catalog of every kind of holding, and the answers of search counted by hand in Python."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import numpy as np
from tests.factories import (
    make_holding,
    make_patient,
    make_release,
    make_revision,
    make_series,
    make_study,
)  # fmt: skip

from vesalius import release as releases
from vesalius.catalog.models import Holding, Release, SeriesRevision
from vesalius.search.elements import ELEMENTS
from vesalius.search.query import Query, Range

LATER = datetime(2999, 1, 1, tzinfo=UTC)
BEFORE = datetime(2001, 1, 1, tzinfo=UTC)
HOLDINGS = {  # short title -> rules of its Download
    "Open": {},
    "Open-2": {"spdx": "CC-BY-NC-4.0"},
    "Hidden": {"find": "granted", "fetch": "granted"},
    "Hidden-2": {"find": "granted", "fetch": "granted"},
    "Counted": {"find": "anyone", "fetch": "granted"},
    "Embargoed": {"embargo_until": LATER},
    "Embargo-over": {"embargo_until": BEFORE, "spdx": "CC0-1.0"},
    "Code-12": {"find": "nobody", "fetch": "anyone"},
}
PUBLIC = {"Open", "Open-2", "Counted", "Embargo-over", "Derived"}
GRANTED = {"Hidden", "Embargoed"}  # to the collaborator
MODALITIES = ("CT", "MR", "PT", "SEG")
BODY_PARTS = ("", "CHEST", "BRAIN", "HEAD AND NECK")
MANUFACTURERS = ("", "Acme", "Bcme & Söhne", "100% Imaging")
MODELS = ("", "One", "Two", "Three/4")
SEXES = ("", "F", "M", "O")
SPECIES = ("", "Mus musculus")
DAYS = (None, date(2001, 5, 1), date(2001, 5, 2), date(2010, 12, 31))
FACTS = {  # keyword -> values as a revision keeps them
    "KVP": (80.0, 120.0, 120.5),
    "EchoTime": (0, 1.5, 90),
    "Rows": (64, 512),
    "ImageType": (
        ["ORIGINAL", "PRIMARY", "AXIAL"],
        ["DERIVED", "SECONDARY"],
        ["Original", "PRIMARY", "", "M"],
    ),
    "ContentDate": ("20010501", "20101231"),
    "ScanningSequence": ("SE\\IR", "GR", "ep"),
    "references": ({"SOPInstanceUID": ["1.2.3"]},),
}
WORDS = ("axial", "Thin", "contrast", "lung_window", "50%", "PRE")


@dataclass
class Catalog:
    """The holdings made and a generator for the questions about them."""

    rng: np.random.Generator
    holdings: list[Holding] = field(default_factory=list)

    def one(self, values):
        return values[int(self.rng.integers(len(values)))]

    def some(self, values, most=3):
        return tuple(self.one(values) for _ in range(int(self.rng.integers(1, most + 1))))

    def text(self):
        return " ".join(self.some(WORDS))


def make_catalog(seed: int = 5) -> Catalog:
    catalog = Catalog(np.random.default_rng(seed))
    for short_title, rules in HOLDINGS.items():
        catalog.holdings.append(make_holding(short_title, **rules))
    derived = make_holding("Derived", kind=Holding.Kind.ANALYSIS_RESULT, spdx="CC0-1.0")
    for holding in list(catalog.holdings):
        _fill(catalog, holding, derived)
    _release_third_party(catalog, derived)
    catalog.holdings.append(derived)
    _correct_and_withdraw(catalog)
    for number, release in enumerate(Release.objects.exclude(published_at=None).order_by("pk")):
        release.published_at = datetime(2020, 1, 1, 12, tzinfo=UTC) + timedelta(days=100 * number)
        release.save(update_fields=["published_at"])
    return catalog


def _fill(catalog: Catalog, holding: Holding, derived: Holding) -> None:
    revisions = []
    for number in range(4):  # the same IDs in every collection
        patient = make_patient(holding, f"P-{number}")
        species = catalog.one(SPECIES)
        for _ in range(int(catalog.rng.integers(1, 3))):
            study = make_study(patient)
            text, day = catalog.text(), catalog.one(DAYS)
            revisions += [
                _revision(
                    catalog,
                    make_series(study, modality=catalog.one(MODALITIES)),
                    species,
                    text,
                    study_date=day,
                )
                for _ in range(int(catalog.rng.integers(1, 5)))
            ]
    make_release(holding, revisions)


def _revision(catalog: Catalog, series, species: str, study_text: str, **columns) -> SeriesRevision:
    return make_revision(
        series,
        images=int(catalog.rng.integers(1, 4)),
        body_part_examined=catalog.one(BODY_PARTS),
        manufacturer=catalog.one(MANUFACTURERS),
        manufacturer_model_name=catalog.one(MODELS),
        patient_sex=catalog.one(SEXES),
        series_description=catalog.text(),
        protocol_name=catalog.text(),
        study_description=study_text,
        site=catalog.one(("", "North", "South")),
        annotated=bool(catalog.rng.integers(2)),
        slice_thickness=catalog.one(("", "1.250000", "1.250000, 5.000000", "5.000000")),
        patient_age_years=catalog.one((None, 0.5, 61.0, 70.0)),
        series_number=catalog.one((None, 1, 2, 300)),
        facts=_facts(catalog, species),
        **columns,
    )


def _facts(catalog: Catalog, species: str) -> dict:
    """Header facts, some of several values, each absent in some series."""
    told = {"PatientSpeciesDescription": species} if species else {}
    for keyword, values in FACTS.items():
        if catalog.rng.random() < 0.7:
            told[keyword] = catalog.one(values)
    return told


def _release_third_party(catalog: Catalog, derived: Holding) -> None:
    """Segmentations of other people, under the patients of the collections."""
    sources = [
        holding for holding in catalog.holdings if holding.short_title in {"Open", "Hidden", "Counted"}
    ]
    made = [
        _revision(catalog, make_series(study, derived, "SEG"), "", "", third_party=True)
        for holding in sources
        for patient in holding.patients.all()[:2]
        for study in patient.studies.all()[:1]
    ]
    make_release(derived, made)


def _correct_and_withdraw(catalog: Catalog) -> None:
    """Version 2 of some holdings (one series revised, one left out), one only admitted, and withdrawals."""
    for holding in catalog.holdings[:4]:
        first = [row.revision for row in holding.current_release.contents.order_by("pk")]
        revised = _revision(catalog, first[0].series, catalog.one(SPECIES), "corrected")
        make_release(holding, [revised, *first[2:]], publish=holding.short_title != "Open-2")
    open_, counted = catalog.holdings[0], catalog.holdings[4]
    series = open_.current_release.contents.order_by("pk")[2].revision.series
    releases.withdraw("series", str(series), "wrong laterality", "releaser")
    releases.withdraw("patient", f"{counted.short_title}/P-1", "consent withdrawn", "releaser")
    releases.purge.ask("Open", "P-3", "the site asks for it", "administrator")


# -- by hand


def found_by_hand(current: list[SeriesRevision], query: Query, titles: set[str]) -> list[SeriesRevision]:
    """Of the current ones, the answer for one who may find the Downloads of these holdings."""
    return [
        row for row in current if row.home_download.holding.short_title in titles and _matches(row, query)
    ]


def current_by_hand() -> list[SeriesRevision]:
    """What stands in the current releases and is not hidden, without the code under test."""
    rows = []
    for holding in Holding.objects.exclude(current_release=None):
        for content in holding.current_release.contents.select_related(
            "revision__series__study__patient__holding", "revision__home_download__holding",
            "revision__home_download__license", "revision__first_release",
        ):  # fmt: skip
            revision = content.revision
            patient = revision.series.study.patient
            asked = patient.purge_set.filter(state__in=["asked", "confirmed"]).exists()
            if revision.withdrawn_at is None and not asked:
                rows.append(revision)
    return rows


def value_of(revision: SeriesRevision, name: str):
    patient = revision.series.study.patient
    return {
        "collections": patient.holding.short_title,
        "holdings": revision.home_download.holding.short_title,
        "modalities": revision.modality,
        "body_parts": revision.body_part_examined,
        "manufacturers": revision.manufacturer,
        "models": revision.manufacturer_model_name,
        "software_versions": revision.software_versions,
        "sexes": revision.patient_sex,
        "species": patient.species,
        "phantoms": patient.phantom,
        "events": revision.series.study.longitudinal_event_type,
        "third_party": revision.third_party,
        "licenses": revision.home_download.license.spdx,
        "commercial": revision.home_download.license.commercial_use,
        "downloads": revision.home_download.title,
        "sites": revision.site,
        "annotated": revision.annotated,
        "patient_ids": patient.patient_id,
        "study_uids": revision.series.study.study_instance_uid,
        "series_uids": revision.series.series_instance_uid,
    }[name]


def _matches(revision: SeriesRevision, query: Query) -> bool:
    for element in ELEMENTS:
        wanted = getattr(query, element.name)
        if wanted and value_of(revision, element.name) not in wanted:
            return False
    texts = [revision.series_description, revision.study_description, revision.protocol_name]
    if not all(any(word in text.lower() for text in texts) for word in query.words):
        return False
    first = revision.first_release.published_at.date()
    return query.released_since is None or first >= query.released_since


def asks_facets_alone(query: Query) -> bool:
    """Whether values of facets are all that is asked."""
    return query == Query(**{element.name: query.chosen(element) for element in ELEMENTS if element.facet})


def random_query(catalog: Catalog, every: list[SeriesRevision]) -> Query:
    """A question about what is there: usually of facets alone, often with others."""
    beyond = catalog.rng.random() < 0.5
    asked = {}
    for element in ELEMENTS:
        if (element.facet or beyond) and catalog.rng.random() < 0.3:
            asked[element.name] = tuple(
                value_of(revision, element.name) for revision in catalog.some(every, most=4)
            )
    if beyond and catalog.rng.random() < 0.4:
        asked["words"] = tuple(catalog.text().split()[:2])
    if beyond and catalog.rng.random() < 0.3:
        since = date(2020, 1, 1) + timedelta(days=int(catalog.rng.integers(0, 900)))
        asked["ranges"] = (Range("released", since),)
    return Query(**asked)
