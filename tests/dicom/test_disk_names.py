"""Names of folders that every system can hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vesalius.deliver.stored_zip import safe_name
from vesalius.dicom.disk_names import disk_name


@pytest.mark.parametrize("name", ["LIDC-IDRI", "1.2.840.113", "Müller_7", "A b.c"])
def test_a_plain_name_stays_as_it_is(name):
    assert disk_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a/b", "a\\b", "C:", "con", "NUL.txt", "COM1", "LPT¹", "CON ", "end.", "end ", "a\nb", "x" * 200, "\u202etxt", "a\ud800"],
)  # fmt: skip
def test_another_is_changed_and_marked(name):
    changed = disk_name(name)
    assert changed != name
    assert changed[-7] == "~"


@given(st.text(), st.text())
def test_a_name_is_safe_and_no_two_values_share_one(one, other):
    name = disk_name(one)
    safe_name(name)
    assert "/" not in name
    assert len(name.encode()) <= 120
    assert name == name.rstrip(". ")
    assert (disk_name(other) == name) is (one == other)
