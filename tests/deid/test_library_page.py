"""The examples of the library's page do what the page says."""

import doctest
import re
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "library.md"


@pytest.fixture
def here(tmp_path, monkeypatch):
    image = dcmread(get_testdata_file("CT_small.dcm"))
    image.PatientName, image.PatientID = "Doe^Jane", "MRN0001"
    image.SeriesDescription = "CHEST AXIAL"
    image.save_as(tmp_path / "image.dcm")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_example_of_the_page_gives_what_the_page_shows(here):
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    parser, runner, names = doctest.DocTestParser(), doctest.DocTestRunner(), {}
    said: list[str] = []
    for number, block in enumerate(blocks, 1):
        example = parser.get_doctest(block, names, f"block {number}", str(PAGE), 0)
        runner.run(example, out=said.append, clear_globs=False)
        names = example.globs
    assert len(blocks) >= 6
    assert runner.summarize(verbose=False).failed == 0, "".join(said)
    assert b"Doe^Jane" not in (here / "cleaned.dcm").read_bytes()
