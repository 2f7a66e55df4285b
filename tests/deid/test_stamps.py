"""What a cleaned file says of its cleaning, and its new head (PS3.15 E.1.1, E.3; PS3.10 7.1)."""

import hashlib
import io
import zlib

import pytest
from pydicom.dataset import Dataset

from vesalius.deid import Recipe
from vesalius.dicom import read

CT = "1.2.840.10008.5.1.4.1.1.2"


def codes(result):
    return [item.CodeValue for item in result.DeidentificationMethodCodeSequence]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), ["113100"]),
        (("clean_descriptors",), ["113100", "113105"]),
        (("retain_longitudinal_full_dates",), ["113100", "113106"]),
        (("retain_longitudinal_modified_dates",), ["113100", "113107"]),
        (("retain_patient_characteristics",), ["113100", "113108"]),
        (("retain_device_identity",), ["113100", "113109"]),
        (("retain_uids",), ["113100", "113110"]),
        (("retain_safe_private",), ["113100", "113111"]),
        (("retain_institution_identity",), ["113100", "113112"]),
        (("clean_graphics", "clean_structured_content"), ["113100", "113103", "113104"]),
        # chosen, and done by nobody: only a step over the pixels can say so
        (("clean_recognizable_visual_features",), ["113100"]),
    ],
)
def test_a_code_of_cid_7050_stands_for_each_thing_done(new, outcome, options, expected):
    result = outcome(new(CT), *options).dataset
    assert codes(result) == expected
    assert {item.CodingSchemeDesignator for item in result.DeidentificationMethodCodeSequence} == {"DCM"}
    assert (
        result.DeidentificationMethodCodeSequence[0].CodeMeaning
        == "Basic Application Confidentiality Profile"
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), "REMOVED"),
        (("retain_longitudinal_full_dates",), "UNMODIFIED"),
        (("retain_longitudinal_modified_dates",), "MODIFIED"),
    ],
)
def test_the_dates_stamp_says_what_became_of_dates(new, outcome, options, expected):
    result = outcome(new(CT, LongitudinalTemporalInformationModified="UNMODIFIED"), *options).dataset
    assert result.LongitudinalTemporalInformationModified == expected


def test_patient_identity_removed_is_yes_whatever_stood_there(new, outcome):
    assert outcome(new(CT, PatientIdentityRemoved="NO")).dataset.PatientIdentityRemoved == "YES"


def test_pixels_that_nobody_cleaned_are_not_stamped_as_clean(new, outcome):
    result = outcome(new(CT)).dataset
    assert "BurnedInAnnotation" not in result
    assert "RecognizableVisualFeatures" not in result
    assert outcome(new(CT, BurnedInAnnotation="YES")).dataset.BurnedInAnnotation == "YES"


@pytest.mark.parametrize("syntax", ["explicit", "implicit", "big endian"])
def test_methods_are_added_to_those_already_there(new, outcome, syntax):
    before = Dataset()
    before.CodeValue, before.CodingSchemeDesignator, before.CodeMeaning = (
        "113101",
        "DCM",
        "Clean Pixel Data Option",
    )
    dataset = new(CT, DeidentificationMethod="By the site", DeidentificationMethodCodeSequence=[before])
    result = outcome(dataset, "clean_descriptors", syntax=syntax).dataset
    assert codes(result) == ["113101", "113100", "113105"]
    assert result.DeidentificationMethod[0] == "By the site"
    assert len(result.DeidentificationMethod) == 2


def test_a_code_already_there_is_not_repeated(new, outcome):
    before = Dataset()
    before.CodeValue, before.CodingSchemeDesignator, before.CodeMeaning = "113100", "DCM", "Basic"
    assert codes(outcome(new(CT, DeidentificationMethodCodeSequence=[before])).dataset) == ["113100"]


def test_a_method_text_with_an_identifier_does_not_stay(new, outcome):
    result = outcome(new(CT, DeidentificationMethod="by hand for MRN0001"))
    assert b"MRN0001" not in result.data
    assert result.dataset.DeidentificationMethod.startswith("Vesalius, DICOM PS3.15 2026d E")


def test_the_method_names_the_recipe_by_its_digest(new, outcome):
    recipe = Recipe.builtin("tcia")
    assert outcome(new(CT), recipe=recipe).dataset.DeidentificationMethod.endswith(recipe.digest[:12])


def test_the_head_is_new(new, outcome):
    result = outcome(new(CT))
    meta = result.dataset.file_meta
    assert result.data[:132] == bytes(128) + b"DICM"
    assert [element.tag.element for element in meta] == [0x00, 0x01, 0x02, 0x03, 0x10, 0x12, 0x13]
    assert meta.MediaStorageSOPInstanceUID == result.dataset.SOPInstanceUID
    assert meta.MediaStorageSOPClassUID == CT
    assert meta.ImplementationClassUID.startswith("2.25.")
    assert meta.ImplementationVersionName.startswith("VESALIUS_")
    assert b"HOSPITAL" not in result.data
    assert b"Doe" not in result.data


@pytest.mark.parametrize(
    ("syntax", "uid"),
    [
        ("explicit", "1.2.840.10008.1.2.1"),
        ("implicit", "1.2.840.10008.1.2"),
        ("big endian", "1.2.840.10008.1.2.2"),
        ("deflated", "1.2.840.10008.1.2.1"),
    ],
)
def test_the_transfer_syntax_stays_and_deflated_data_are_written_inflated(new, outcome, syntax, uid):
    result = outcome(
        new(CT, Rows=5, WindowCenter=[40, 50], ImageType=["ORIGINAL", "PRIMARY"]), syntax=syntax
    ).dataset
    assert result.file_meta.TransferSyntaxUID == uid
    assert result.Rows == 5
    assert list(result.WindowCenter) == [40, 50]
    assert result.Modality == "CT"


def test_the_writer_counts_and_digests_what_it_wrote(new, outcome):
    result = outcome(new(CT, BitsAllocated=8, PixelData=b"\1\2" * 700_000))
    assert result.written.size == len(result.data)
    assert result.written.sha256 == hashlib.sha256(result.data).hexdigest()
    assert result.written.md5 == hashlib.md5(result.data).hexdigest()
    assert result.written.crc32 == zlib.crc32(result.data)


def test_cleaning_twice_gives_the_same_bytes(new, outcome):
    dataset = new(CT, StudyDate="20200102", ReferencedImageSequence=[Dataset()])
    recipe = Recipe.builtin("tcia")
    assert outcome(dataset, recipe=recipe).data == outcome(dataset, recipe=recipe).data


def test_elements_stay_in_ascending_order(new, outcome):
    result = read(io.BytesIO(outcome(new(CT, Rows=5, BitsAllocated=8, PixelData=b"\0\0")).data)).dataset
    assert list(result.elements) == sorted(result.elements)


def test_the_head_comes_first_even_before_an_inflated_data_set_of_late_groups(new, outcome):
    # a data set that begins behind group 0012, so that stamps are put in at its very first byte
    dataset = Dataset()
    dataset.Rows = 3
    for syntax in ("deflated", "explicit"):
        result = outcome(dataset, syntax=syntax)
        assert result.data[:132] == bytes(128) + b"DICM"
        assert result.dataset.Rows == 3
        assert result.dataset.PatientIdentityRemoved == "YES"
