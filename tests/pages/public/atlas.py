"""A small archive with everything a dataset page can show: three versions, labels, files, links, a third party's masks.

atlas = fill()           Atlas-Lung (3 versions), Atlas-Masks made from it, Atlas-Hidden made from it and limited
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pydicom.uid import CTImageStorage, SegmentationStorage
from tests.factories import (
    make_holding,
    make_license,
    make_patient,
    make_release,
    make_revision,
    make_series,
    make_study,
    make_table,
)

from vesalius.catalog.models import Citation, Download, Holding, Release, SeriesRevision
from vesalius.release import publish

SCANNERS = (
    ("ACME", "Tomo 64"),
    ("ACME", "Tomo 128"),
    ("Borealis", "Aurora"),
    ("Cygnus Medical", "Swan CT One"),
)
AUTHORS = [
    {
        "family": "Kerando",
        "given": "Ana Maria",
        "orcid": "0000-0002-1825-0097",
        "affiliation": "Kerando Hospital",
    },
    {"family": "Östanvik", "given": "Bo", "affiliation": "Östanvik & Sons"},
    {"name": "The Atlas Group"},
]


@dataclass
class Atlas:
    """What was made."""

    lung: Holding
    masks: Holding
    hidden: Holding
    first: list[SeriesRevision]  # of version 1 of Lung
    corrected: SeriesRevision  # in version 2, of the first series
    added: SeriesRevision  # since version 2


def fill(*, patients: int = 6, real: bool = False, images: int = 4) -> Atlas:
    """Make and publish it; `real`: with pictures to draw."""
    lung = _lung()
    first = [
        _revision(lung, number, visit, real=real, images=images)
        for number in range(patients)
        for visit in range(1 + (number % 3 == 0))
    ]
    make_release(lung, revisions=first)
    corrected = _again(first[0], real=real)
    added = _revision(lung, patients, 0, real=real, images=images)
    Download.objects.create(holding=lung, title="Clinical data", kind="files", license=make_license())
    kept = first[1:-1]
    _release(lung, [corrected, *kept, added], "One scan was reconstructed anew.")
    listed = Download.objects.create(
        holding=lung, title="Scans for partners", license=make_license("CC-BY-NC-4.0"), fetch="granted",
        terms="Only for members of the Atlas Group.",
    )  # fmt: skip
    Download.objects.create(
        holding=lung, title="Genomes", kind="link", license=make_license(), url="https://example.org/genomes"
    )
    partners = _revision(lung, 90, 0, real=real, images=images, download=listed)
    _release(lung, [corrected, *kept, added, partners], "")
    masks = _masks(lung, [corrected, *kept[:2]])
    hidden = make_holding("Atlas-Hidden", find="granted", fetch="granted", kind="analysis-result")
    make_release(hidden, series=1)
    hidden.derived_from.add(lung)
    return Atlas(lung, masks, hidden, first, corrected, added)


def _lung() -> Holding:
    lung = make_holding(
        "Atlas-Lung", title="Atlas of lung CT </script><b>", summary="Thin slices of the chest.",
        abstract="Chest CT of subjects with lung tumours, some examined twice.\n\nMade for tests & nothing else.",
        detail="Each scan was made at full inspiration.", authors=AUTHORS,
        cancer_types=["Lung adenocarcinoma"], cancer_locations=["Lung"], synthetic=True, complete=True,
    )  # fmt: skip
    told = {
        "publication": ("Kerando A. A paper about the atlas. J Test 2020.", "10.1000/paper"),
        "data": ("Clark K. The archive paper. J Digit Imaging 2013.", "10.1007/s10278-013-9622-7"),
        "acknowledgement": ("We thank nobody, for nobody was scanned.", ""),
    }
    for kind, (text, doi) in told.items():
        Citation.objects.create(holding=lung, kind=kind, text=text, doi=doi)
    return lung


def _revision(
    holding: Holding, number: int, visit: int, *, real: bool, images: int, download: Download | None = None
) -> SeriesRevision:
    patient = holding.patients.filter(patient_id=f"ATLAS-{number}").first()
    patient = patient or make_patient(holding, f"ATLAS-{number}", sex="FM"[number % 2])
    day = date(2020, 1, 1) + timedelta(days=17 * number + 120 * visit)
    study = make_study(patient, study_date=day, study_description="CT CHEST")
    maker, model = SCANNERS[number % len(SCANNERS)]
    told: dict[str, Any] = {
        "body_part_examined": "CHEST", "manufacturer": maker, "manufacturer_model_name": model,
        "series_description": f"THIN LUNG {number}", "patient_sex": "FM"[number % 2],
        "patient_age": f"{50 + 7 * (number % 5):03}Y", "patient_age_years": 50.0 + 7 * (number % 5),
        "pixel_spacing": ("0.703125, 0.78125", "0.9765625")[number % 2], "slice_thickness": ("1.25", "5", "")[number % 3],
        "study_date": day, "sop_class_uid": CTImageStorage,
    }  # fmt: skip
    return make_revision(make_series(study), images=images, real=real, download=download, **told)


def _again(revision: SeriesRevision, *, real: bool) -> SeriesRevision:
    """The same series with other bytes."""
    names = (
        "body_part_examined", "manufacturer", "manufacturer_model_name", "series_description", "patient_sex",
        "patient_age", "patient_age_years", "pixel_spacing", "slice_thickness", "study_date",
    )  # fmt: skip
    told = {name: getattr(revision, name) for name in names}
    return make_revision(revision.series, images=revision.image_count, real=real, **told)


def _masks(lung: Holding, sources: list[SeriesRevision]) -> Holding:
    masks = make_holding("Atlas-Masks", title="Masks of lung tumours", kind="analysis-result", spdx="CC0-1.0")
    masks.derived_from.add(lung)
    made = [
        make_revision(
            make_series(source.series.study, holding=masks, modality="SEG"), images=1, third_party=True,
            series_description="TUMOUR MASK", sop_class_uid=SegmentationStorage, manufacturer="Mask maker",
        )
        for source in sources
    ]  # fmt: skip
    make_release(masks, revisions=made)
    return masks


def _release(holding: Holding, revisions: list[SeriesRevision], notes: str) -> None:
    """The next version, with a clinical table."""
    release = make_release(holding, revisions=revisions, publish=False)
    make_table(release, download=holding.downloads.get(title="Clinical data"))
    Release.objects.filter(pk=release.pk).update(notes=notes)
    publish(release.pk, "releaser")
    holding.refresh_from_db()
