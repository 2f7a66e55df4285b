"""Every file that pydicom ships and our tree can read: cleaned, written, read again by us and by pydicom."""

import io
import re
import warnings
from pathlib import Path

import pydicom
import pydicom.data
import pytest

from vesalius.deid import DomainKey, Identity, PatientContext, Recipe, clean, collect, header_facts, write
from vesalius.dicom import DicomError, read
from vesalius.dicom.problem import Reason
from vesalius.dicom.structure import check

ROOT = Path(pydicom.data.__file__).parent
IDENTITY = Identity(DomainKey.generate(bytes(range(32))))
# Of these kinds every option of the built-in recipes removes every value.
NOBODYS = {"TOSHIBA"}  # an institution that is called like the maker of its scanner
ALWAYS = frozenset({"name", "staff", "patient_id", "birth_date", "accession", "phone"})


def readable():
    found = []
    for path in sorted((ROOT / "test_files").rglob("*")) + sorted((ROOT / "charset_files").rglob("*")):
        if path.is_file():
            try:
                read(io.BytesIO(path.read_bytes()))
            except DicomError:
                continue
            found.append(path)
    return found


FILES = readable()


def cleaned_bytes(path, recipe):
    file = read(io.BytesIO(path.read_bytes()))
    context = PatientContext.of([collect(file)])
    result = clean(file, recipe=recipe, identity=IDENTITY, context=context)
    out = io.BytesIO()
    write(file, result.edits, out)
    return file, context, result, out.getvalue()


def outside_of_pixels(data):
    """The bytes of a file without those of its pixel data."""
    file = read(io.BytesIO(data))
    pixels = next(
        (file.dataset[tag] for tag in (0x7FE00010, 0x7FE00008, 0x7FE00009) if tag in file.dataset), None
    )
    return data if pixels is None else data[: pixels.value_start] + data[pixels.end :]


def test_the_corpus_is_there():
    assert len(FILES) > 150


@pytest.mark.slow
@pytest.mark.parametrize("name", ["basic", "tcia"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_cleaned_file_is_sound_and_holds_no_identifier(path, name):
    file, context, result, data = cleaned_bytes(path, Recipe.builtin(name))
    again = read(io.BytesIO(data))
    before = {(problem.reason, problem.tag) for problem in check(file)}
    after = {(problem.reason, problem.tag) for problem in check(again)}
    if not (file.dataset.text(0x00080016) and file.dataset.text(0x00080018)):
        # without SOP Class or SOP Instance UID no meta group can name them; such a file is quarantined
        assert {finding.kind for finding in result.findings} & {"quarantine", "identity"}
        after = {problem for problem in after if problem[0] is not Reason.META_INCOMPLETE}
    assert after <= before, "no new objection of the structural check"
    assert header_facts(again) == result.facts
    assert cleaned_bytes(path, Recipe.builtin(name))[3] == data, "the same bytes every time"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = pydicom.dcmread(io.BytesIO(data))
        for _ in dataset.iterall():
            pass
    assert dataset.PatientIdentityRemoved == "YES"
    text = outside_of_pixels(data)
    for kind, value in context.identifiers:
        if value in NOBODYS:
            continue
        if len(value) > 3 and (kind in ALWAYS or name == "basic"):
            for codec in ("utf-8", "latin-1"):
                sought = re.escape(value.encode(codec, "ignore")) or b"\xff never"
                assert not re.search(rb"(?<![A-Za-z0-9.])" + sought + rb"(?![A-Za-z0-9.])", text), (
                    kind,
                    path.name,
                )
