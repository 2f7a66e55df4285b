"""Keyed identity: UIDs, patient IDs and recipes' names for them."""

import io

import pytest

from vesalius.deid import (
    ContextError,
    DomainKey,
    Identity,
    IdentityError,
    PatientContext,
    Recipe,
    RecipeError,
    clean,
    collect,
)
from vesalius.dicom import read

CT = "1.2.840.10008.5.1.4.1.1.2"


def test_a_uid_is_2_25_and_128_bits_of_the_keyed_digest(identity):
    # computed apart with OpenSSL-style HMAC over length-led parts: see the two lines below
    import hashlib
    import hmac

    def mac(key, *parts):
        message = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
        return hmac.new(key, message, hashlib.sha256).digest()

    key = mac(bytes(range(32)), b"derive", b"uid")
    expected = int.from_bytes(mac(key, b"1.2.3.4.5")[:16], "big")
    assert identity.uid("1.2.3.4.5") == f"2.25.{expected}"


@pytest.mark.parametrize("padded", ["1.2.3", "1.2.3\0", " 1.2.3 "])
def test_padding_does_not_change_whom_a_uid_names(identity, padded):
    assert identity.uid(padded) == identity.uid("1.2.3")


def test_uids_of_the_standard_and_empty_ones_stay(identity):
    assert identity.uid("1.2.840.10008.1.4.1.1") == "1.2.840.10008.1.4.1.1"
    assert identity.uid("") == ""


def test_a_root_gives_uids_of_at_most_64_characters(identity):
    recipe = Recipe(name="r", version="1", uid_root="1.3.6.1.4.1.14519.5.2.1")
    for number in range(200):
        uid = identity.named_by(recipe).uid(f"1.2.{number}")
        assert uid.startswith("1.3.6.1.4.1.14519.5.2.1.")
        assert len(uid) <= 64
        assert not uid.rsplit(".", 1)[1].startswith("0")


def test_a_patient_id_is_the_prefix_and_eight_base32_letters(identity):
    new = identity.named_by(Recipe(name="r", version="1", patient_id_prefix="LUNG-")).patient_id("", "MRN1")
    prefix, letters = new[:5], new[5:]
    assert prefix == "LUNG-"
    assert len(letters) == 8
    assert set(letters) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def test_the_patient_id_depends_on_site_issuer_and_key(identity):
    other_key = Identity(DomainKey.generate(b"k" * 32))
    other_site = Identity(identity.key, site="B")
    answers = {
        one.patient_id(issuer, "MRN1")
        for one in (identity, other_key, other_site)
        for issuer in ("", "HOSPITAL")
    }
    assert len(answers) == 6


def test_a_lookup_names_the_patient(identity):
    named = Identity(identity.key, lookup={("", "MRN1"): "CASE-001", ("H", "MRN1"): "CASE-002"})
    assert named.patient_id("", "MRN1 ") == "CASE-001"
    assert named.patient_id("H", "MRN1") == "CASE-002"
    assert named.patient_id("X", "MRN1") == "CASE-001"
    assert named.patient_id("", "MRN2") == identity.patient_id("", "MRN2")


@pytest.mark.parametrize("bad", ["", "Müller", "x" * 65, "a\nb"])
def test_a_lookup_with_an_unusable_id_is_refused_without_naming_it(identity, bad):
    with pytest.raises(IdentityError) as caught:
        Identity(identity.key, lookup={("", "MRN1"): bad})
    assert "MRN1" not in str(caught.value)
    assert not bad or bad not in str(caught.value)


def test_a_key_says_nothing_of_itself():
    key = DomainKey.generate(b"s" * 32)
    assert "ssss" not in repr(key)
    assert len(key.fingerprint) == 16
    assert key.fingerprint != DomainKey.generate(b"t" * 32).fingerprint
    with pytest.raises(IdentityError):
        DomainKey.generate(b"short")


def test_identity_does_not_depend_on_recipe_or_order(new, outcome, identity):
    files = [new(CT, SOPInstanceUID=f"1.2.3.4.{number}", InstanceNumber=number) for number in range(4)]
    one = [outcome(file).dataset for file in files]
    other = [outcome(file, recipe=Recipe.builtin("tcia")).dataset for file in reversed(files)][::-1]
    for first, second in zip(one, other, strict=True):
        assert first.SOPInstanceUID == second.SOPInstanceUID
        assert first.PatientID == second.PatientID == identity.patient_id("", "MRN0001")
    assert len({file.SOPInstanceUID for file in one}) == 4


def test_the_issuer_tells_two_patients_with_one_id_apart(new, outcome):
    here = outcome(new(CT, IssuerOfPatientID="A")).dataset
    there = outcome(new(CT, IssuerOfPatientID="B")).dataset
    assert here.PatientID != there.PatientID


def test_the_patients_name_becomes_the_new_id(new, outcome, identity):
    result = outcome(new(CT)).dataset
    assert str(result.PatientName) == result.PatientID == identity.patient_id("", "MRN0001")


def test_uids_agree_across_files_and_references(new, outcome):
    from pydicom.dataset import Dataset

    image = outcome(new(CT, FrameOfReferenceUID="1.2.3.77")).dataset
    reference, series = Dataset(), Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = CT, "1.2.3.4.5"
    series.SeriesInstanceUID, series.ReferencedSOPSequence = "1.2.3.4.1", [reference]
    report = new("1.2.840.10008.5.1.4.1.1.66.4", SOPInstanceUID="1.9", ReferencedSeriesSequence=[series])
    report.FrameOfReferenceUID = "1.2.3.77"
    result = outcome(report)
    inner = result.dataset.ReferencedSeriesSequence[0]
    assert inner.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == image.SOPInstanceUID
    assert inner.SeriesInstanceUID == image.SeriesInstanceUID
    assert result.dataset.FrameOfReferenceUID == image.FrameOfReferenceUID
    assert result.cleaned.facts["references"]["SOPInstanceUID"] == [image.SOPInstanceUID]


def test_a_multi_valued_uid_is_mapped_value_by_value(new, outcome, identity):
    result = outcome(new(CT, FailedSOPInstanceUIDList=["1.2.1", "1.2.2"])).dataset
    assert list(result.FailedSOPInstanceUIDList) == [identity.uid("1.2.1"), identity.uid("1.2.2")]


def test_a_list_that_outgrows_its_length_field_is_written_as_un(new, outcome, identity):
    # PS3.5 6.2.2: 1500 UIDs of 11 characters fit in 65534 bytes, their successors of 44 do not
    uids = [f"1.2.3.{number}" for number in range(10000, 11500)]
    result = outcome(new(CT, FailedSOPInstanceUIDList=uids))
    again = read(io.BytesIO(result.data)).dataset
    assert again[0x00080058].written_vr == "UN"
    assert again.values(0x00080058) == [identity.uid(uid) for uid in uids]


def test_a_uid_of_which_no_row_speaks_is_mapped_unless_it_names_a_class(new, outcome, identity):
    # Volume Frame of Reference UID stands in no row of Table E.1-1
    result = outcome(
        new(CT, VolumeFrameOfReferenceUID="1.2.3.78", RelatedGeneralSOPClassUID="1.2.3.79")
    ).dataset
    assert result.VolumeFrameOfReferenceUID == identity.uid("1.2.3.78")
    assert result.RelatedGeneralSOPClassUID == "1.2.3.79"


def test_files_of_another_patient_are_refused(new, encoded, identity):
    file = read(io.BytesIO(encoded(new(CT))))
    stranger = read(io.BytesIO(encoded(new(CT, PatientID="MRN0002"))))
    context = PatientContext.of([collect(stranger)])
    with pytest.raises(ContextError):
        clean(file, recipe=Recipe.builtin("basic"), identity=identity, context=context)
    with pytest.raises(ContextError):
        PatientContext.of([collect(file), collect(stranger)])


def test_a_context_is_the_same_in_any_order_and_survives_json(new, encoded):
    collected = [
        collect(read(io.BytesIO(encoded(new(CT, StudyID=str(number), OperatorsName=f"Roe^{number}")))))
        for number in range(3)
    ]
    context = PatientContext.of(collected)
    assert context == PatientContext.of(reversed(collected))
    assert PatientContext.from_json(context.to_json()).digest == context.digest
    assert [type(one).from_json(one.to_json()) for one in collected] == collected
    late = PatientContext.of([*collected, collect(read(io.BytesIO(encoded(new(CT, StudyID="late")))))])
    assert late.digest != context.digest
    assert context.merge(late) == late


def test_a_recipe_survives_json_and_its_digest_names_it():
    recipe = Recipe.builtin("tcia")
    again = Recipe.from_json(recipe.to_json())
    assert again == recipe
    assert again.digest == recipe.digest
    assert Recipe.builtin("basic").digest != recipe.digest


@pytest.mark.parametrize(
    "fields",
    [
        {"options": frozenset({"retain_everything"})},
        {"private": "everything"},
        {"dispositions": {"(0010,0010)": "Q"}},
        {"uid_root": "1.02.3"},
        {"uid_root": "1.2.840.113619.2.1.2.3.4.5.6.7.8.9.10"},
        {"patient_id_prefix": "Ä"},
    ],
)
def test_a_recipe_that_asks_for_what_does_not_exist_is_refused(fields):
    with pytest.raises(RecipeError):
        Recipe(name="r", version="1", **fields)


def test_nothing_that_holds_an_identifier_shows_it_in_a_log(new, encoded, identity):
    collected = collect(read(io.BytesIO(encoded(new(CT)))))
    named = Identity(identity.key, lookup={("", "MRN0001"): "CASE-1"})
    for secret in (collected, PatientContext.of([collected]), named, identity.key):
        assert "MRN0001" not in repr(secret)
        assert "Doe" not in repr(secret)


def test_everything_that_a_child_process_needs_can_be_sent_there(identity):
    import pickle

    context = PatientContext(issuer="", patient_id="MRN1", identifiers=(("name", "Doe^Jane"),))
    assert context.betrayed_by("for Jane")
    for one in (identity, Recipe.builtin("tcia"), context):
        assert pickle.loads(pickle.dumps(one)) == one
