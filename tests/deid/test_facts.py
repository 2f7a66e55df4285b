"""Header facts are those of the cleaned file, at any depth."""

import io

import pytest
from pydicom import Dataset

from vesalius.deid import header_facts
from vesalius.dicom import read


def _code(meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "39607008", "SCT", meaning
    return code


@pytest.mark.parametrize(
    "options", [(), ("clean_descriptors",), ("clean_descriptors", "retain_patient_characteristics")]
)
def test_a_code_is_told_by_the_meaning_that_cleaning_left(outcome, new, options):
    codes = [_code("Lung of Doe Jane"), _code("Trachea")]
    image = new(AnatomicRegionSequence=codes, AdmittingDiagnosesCodeSequence=[_code("Seen by Doe^Jane")])
    done = outcome(image, *options)
    facts = done.cleaned.facts
    assert header_facts(read(io.BytesIO(done.data))) == facts
    assert "Trachea" in facts["AnatomicRegionSequence"]
    assert "Doe" not in str(facts)


def test_what_may_have_several_values_is_told_whole(outcome, new):
    image = new(ScanningSequence=["GR", "IR"], AcquisitionMatrix=[0, 256, 128, 0], FocalSpots=[0.7, 1.2])
    facts = outcome(image).cleaned.facts
    told = {name: facts[name] for name in ("ScanningSequence", "AcquisitionMatrix", "FocalSpots")}
    assert told == {
        "ScanningSequence": ["GR", "IR"],
        "AcquisitionMatrix": [0, 256, 128, 0],
        "FocalSpots": [0.7, 1.2],
    }
