"""Paths in OUT say what paths in IN say, and not who."""

import pytest
from tests.deid.conftest import KEY

from vesalius.deid import Identity, PatientContext
from vesalius.site.out.naming import Targets, Telling

JANE = PatientContext(
    issuer="", patient_id="MRN0001", identifiers=(("name", "Doe^Jane"), ("patient_id", "MRN0001"))
)
OTHER = PatientContext(
    issuer="", patient_id="MRN9", identifiers=(("name", "Quetzalmann^Xaver"), ("patient_id", "7731945"))
)
IDENTITY = Identity(KEY)


def named(*names: str, options: frozenset[str] = frozenset()) -> list[str]:
    telling = Telling(IDENTITY, options)
    telling.learn(JANE, names)
    telling.learn(OTHER, ["elsewhere/x.dcm"])
    targets = Targets(telling)
    return [targets.of(name) for name in names]


@pytest.mark.parametrize(
    "name", ["CT/IM0001.dcm", "chest axial/001", "a/b/c/series 3/0001.IMA", "RT 2 Hodgkin lymphoma/plan.dcm"]
)
def test_a_path_that_names_nobody_stays(name):
    assert named(name) == [name]


@pytest.mark.parametrize(
    "name",
    [
        "DOE_JANE/IM1.dcm", "Doe, Jane/IM1.dcm", "jane.doe/IM1.dcm", "MRN0001/IM1.dcm", "CT_MRN0001_a/IM1.dcm",
        "Quetzalmann/IM1.dcm", "7731945/IM1.dcm", "2021-03-04/IM1.dcm", "scan 20210304/IM1.dcm", "4.3.2021/IM1.dcm",
    ],
)  # fmt: skip
def test_a_component_that_names_somebody_or_a_day_becomes_a_code(name):
    [target] = named(name)
    folder, _, file = target.partition("/")
    assert file == "IM1.dcm"
    assert len(folder) == 8
    assert folder.isalnum()


def test_one_component_has_one_code_everywhere():
    first, second = named("DOE_JANE/CT/1.dcm", "DOE_JANE/MR/1.dcm")
    assert first.split("/")[0] == second.split("/")[0]


def test_a_uid_in_a_name_becomes_the_new_uid():
    assert named("1.2.840.113619.2.5/CT.1.2.840.113619.2.5.9.dcm") == [
        f"{IDENTITY.uid('1.2.840.113619.2.5')}/CT.{IDENTITY.uid('1.2.840.113619.2.5.9')}.dcm"
    ]


def test_uids_and_days_that_the_recipe_keeps_stay_in_names():
    kept = frozenset({"retain_uids", "retain_longitudinal_full_dates"})
    assert named("20210304/1.2.840.113619.2.5.dcm", options=kept) == ["20210304/1.2.840.113619.2.5.dcm"]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "..\\..\\x.dcm", "a/../../b", "con", "a\x00b/c"]
)
def test_no_name_leads_out_of_the_folder(name, tmp_path):
    [target] = named(name)
    assert tmp_path.resolve() in (tmp_path / target).resolve().parents
    assert "\0" not in target


def test_two_files_never_share_a_path():
    targets = named("a/IM1.dcm", "A/im1.dcm", "a/./IM1.dcm")
    assert len({target.casefold() for target in targets}) == 3


def test_a_code_keeps_an_ending_that_says_what_the_file_is_and_no_other():
    jane, doe = named("DOE JANE.dcm", "JANE.DOE")
    assert jane.endswith(".dcm")
    assert "." not in doe
