"""Contours of structure sets for viewers: what pydicom reads, once and compactly."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.uid import ImplicitVRLittleEndian
from tests.factories import make_holding, make_patient, make_study
from tests.images import ct_slice, make_images, structure_set

from vesalius.catalog.pictures import pictures_of
from vesalius.deliver.contours import contours
from vesalius.deliver.frames import Pending
from vesalius.deliver.outlines import outlines_of


def test_every_contour_of_a_planning_systems_file_is_read(tmp_path: Path) -> None:
    data = dcmread(get_testdata_file("rtstruct.dcm"), force=True)
    data.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian  # it comes without its first bytes
    data.save_as(tmp_path / "plan.dcm", enforce_file_format=True)
    wanted = [
        (region.ReferencedROINumber, contour.ContourGeometricType == "CLOSED_PLANAR", contour.ContourData)
        for region in data.ROIContourSequence
        for contour in region.get("ContourSequence", [])
    ]
    assert wanted
    found = outlines_of(str(tmp_path / "plan.dcm"))
    assert [(one["segment"], one["closed"]) for one in found["contours"]] == [one[:2] for one in wanted]
    for one, (_, _, points) in zip(found["contours"], wanted, strict=True):
        np.testing.assert_allclose(one["points"], np.array(points, float), atol=0.005)
    names = {region.ROINumber: region.ROIName for region in data.StructureSetROISequence}
    assert {one["number"]: one["label"] for one in found["segments"]} == names


def test_what_is_no_structure_set_has_none() -> None:
    assert outlines_of(get_testdata_file("CT_small.dcm")) == {"segments": [], "contours": []}


@pytest.mark.slow
def test_they_are_read_by_a_job_and_kept_beside_the_pictures(house) -> None:
    study = make_study(make_patient(make_holding("Lung")))
    stack = make_images(study, [ct_slice(number) for number in range(3)])
    plan = make_images(
        study, [structure_set(stack, [("GTV", (255, 0, 0), 1, [(1, 1), (9, 1), (9, 9)], True)])]
    )
    assert isinstance(contours(plan), Pending)
    house.work()
    told = json.loads(gzip.decompress(contours(plan)))
    assert [one["label"] for one in told["segments"]] == ["GTV"]
    (contour,) = told["contours"]
    assert contour["points"] == [-11.5, -15.2, 2.5, -7.5, -15.2, 2.5, -7.5, -8.8, 2.5]
    assert contour["source"] == stack.contents.get(position=1).instance.sop_instance_uid
    assert (pictures_of(plan) / "contours.json.gz").exists()
