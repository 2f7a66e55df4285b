from datetime import date

import pytest

from vesalius.pages.templatetags import words


@pytest.mark.parametrize(("number", "said"), [(1204331, "1,204,331"), (0, "0"), (None, "")])
def test_a_count_has_its_thousands_apart(number: int | None, said: str) -> None:
    assert words.count(number) == said


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (None, ""),
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (98_400_000_000, "98.4 GB"),
        (99_960, "100 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (412_000_000, "412 MB"),
        (5_000_000_000_000_000_000, "5,000 PB"),
    ],
)
def test_a_size_is_said_in_decimal_units(octets: int | None, said: str) -> None:
    assert words.size(octets) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (date(2026, 11, 22), "22 Nov 2026"),
        ("20000101", "1 Jan 2000"),
        ("20001301", "20001301"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_day_is_said_with_the_name_of_its_month(value: date | str | None, said: str) -> None:
    assert words.day(value) == said


@pytest.mark.parametrize("attribute", ["SliceThickness", "00180050", "(0018,0050)", 0x00180050])
def test_an_attribute_is_said_by_name_and_tag(attribute: int | str) -> None:
    assert words.tagtext(attribute) == "Slice Thickness (0018,0050)"


def test_private_and_unknown_attributes_are_said_to_be_so() -> None:
    assert words.tagtext(0x00091001) == "Private attribute (0009,1001)"
    assert words.tagtext("00080007") == "Unknown attribute (0008,0007)"
    assert words.tagtext("no attribute") == "no attribute"
