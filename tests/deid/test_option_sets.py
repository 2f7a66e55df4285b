"""Real files of many kinds under any set of options, list, origin and way with unknown words (PS3.15 E.3)."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.data import get_testdata_file

from vesalius.deid import DomainKey, Identity, PatientContext, Recipe, clean, collect, write
from vesalius.deid.annex import options, private
from vesalius.deid.proof import FATAL, prove
from vesalius.dicom import read
from vesalius.dicom.structure import check

IDENTITY = Identity(DomainKey.generate(b"\5" * 32))
FILES = [
    "CT_small.dcm", "MR_small.dcm", "rtplan.dcm", "rtdose.dcm", "test-SR.dcm", "reportsi.dcm", "examples_overlay.dcm",
    "liver_1frame.dcm", "JPEG2000.dcm", "waveform_ecg.dcm", "ExplVR_BigEnd.dcm",
]  # fmt: skip
# Pixels have tests of their own: each image would be decoded here.
CHOICES = sorted(options.names().keys() - {"clean_pixel_data"})


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(
    name=st.sampled_from(FILES),
    chosen=st.frozensets(st.sampled_from(CHOICES)),
    source=st.sampled_from(private.SOURCES),
    origin=st.sampled_from(["identifiable", "site", "derived"]),
    unknown=st.sampled_from(["mask", "review"]),
)
def test_any_set_of_options_gives_a_sound_file_always_the_same_and_without_the_patient(
    name, chosen, source, origin, unknown
):
    with open(get_testdata_file(name, download=False), "rb") as stored:
        data = stored.read()
    recipe = Recipe(name="any", version="1", options=chosen, private=source, unknown_words=unknown)
    first, edits = run(data, recipe, origin)
    assert run(data, recipe, origin)[0] == first
    known = {(problem.reason, problem.tag) for problem in check(read(io.BytesIO(data)))}
    found = [one for one in check(read(io.BytesIO(first))) if one.fatal]
    assert {(problem.reason, problem.tag) for problem in found} <= known
    if origin == "site":
        assert not edits
    if origin == "identifiable":
        assert not [one for one in proved(data, first, recipe) if one.kind in FATAL]


def run(data, recipe, origin):
    file = read(io.BytesIO(data))
    context = PatientContext.of([collect(file)])
    cleaned = clean(file, recipe=recipe, identity=IDENTITY, context=context, origin=origin)
    out = io.BytesIO()
    write(file, cleaned.edits, out)
    return out.getvalue(), cleaned.edits


def proved(data, first, recipe):
    source = read(io.BytesIO(data))
    context = PatientContext.of([collect(source)])
    return prove(source, read(io.BytesIO(first)), recipe=recipe, identity=IDENTITY, context=context)
