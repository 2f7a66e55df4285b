"""An archive with something for each filter: two collections, masks of a third party, a phantom, two visits."""

from datetime import date

import pytest
from pydicom.uid import CTImageStorage, SegmentationStorage
from tests.factories import make_holding, make_patient, make_release, make_revision, make_series, make_study


@pytest.fixture
def found(house):
    """Lung: L-1 (CT twice, PT once, two visits), L-2 (a phantom); Brain: B-1 (MR, not for commerce); Masks of L-1."""
    lung, brain = make_holding("Lung"), make_holding("Brain", spdx="CC-BY-NC-4.0")
    type(brain.downloads.get().license).objects.filter(spdx="CC-BY-NC-4.0").update(commercial_use=False)
    one, two, three = make_patient(lung, "L-1"), make_patient(lung, "L-2"), make_patient(brain, "B-1")
    first, second = (make_study(one, study_date=date(2020, 1, day)) for day in (1, 9))
    event = {"LongitudinalTemporalEventType": "DIAGNOSIS"}
    ct = make_revision(
        make_series(first), sop_class_uid=CTImageStorage, body_part_examined="CHEST", manufacturer="ACME",
        manufacturer_model_name="Tomo 64", software_versions="v1", series_description="AX THIN LUNG",
        slice_thickness="1.250000", pixel_spacing="0.700000", patient_age="061Y", patient_age_years=61.0,
        study_date=date(2020, 1, 1), patient_sex="F",
        facts={"KVP": 120.0, "ConvolutionKernel": "B60", "LongitudinalTemporalOffsetFromEvent": 3.0, **event},
    )  # fmt: skip
    thick = make_revision(
        make_series(second), body_part_examined="CHEST", manufacturer="ACME", manufacturer_model_name="Tomo 128",
        software_versions="v2", series_description="AX THICK", slice_thickness="5.000000", patient_age_years=61.0,
        study_date=date(2020, 1, 9), patient_sex="F",
        facts={"KVP": 80.0, "LongitudinalTemporalOffsetFromEvent": 11.0, **event},
    )  # fmt: skip
    pt = make_revision(
        make_series(second, modality="PT"), body_part_examined="CHEST", study_date=date(2020, 1, 9)
    )
    phantom = make_revision(
        make_series(make_study(two)), series_description="WATER", facts={"QualityControlSubject": "YES"}
    )
    make_release(lung, revisions=[ct, thick, pt, phantom])
    mr = make_revision(
        make_series(make_study(three), modality="MR"), body_part_examined="BRAIN", manufacturer="Borealis",
        manufacturer_model_name="Aurora", series_description="T2 FLAIR", patient_sex="M",
    )  # fmt: skip
    make_release(brain, revisions=[mr])
    masks = make_holding("Masks", kind="analysis-result")
    mask = make_revision(
        make_series(first, holding=masks, modality="SEG"), sop_class_uid=SegmentationStorage, third_party=True,
        facts={"references": {"SeriesInstanceUID": [str(ct.series)]}}, series_description="TUMOUR",
    )  # fmt: skip
    make_release(masks, revisions=[mask])
    return {"ct": ct, "thick": thick, "pt": pt, "phantom": phantom, "mr": mr, "mask": mask}


@pytest.fixture
def names(client, found):
    """Which of them answer: names("modality=CT")."""
    by_uid = {str(row.series): name for name, row in found.items()}

    def ask(query: str) -> set[str]:
        answer = client.get(f"/search.json?{query}")
        assert answer.status_code == 200, answer.content
        return {by_uid[row["series_instance_uid"]] for row in answer.json()["rows"]}

    return ask
