import pytest

from vesalius.deliver.ranges import RangeNotSatisfiable, one_range


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=10-19", (10, 20)),
        ("Bytes=10-19", (10, 20)),
        ("bytes= 10-19 ", (10, 20)),
        ("bytes=99-", (99, 100)),
        ("bytes=0-999", (0, 100)),
        ("bytes=0-18446744073709551615", (0, 100)),
        ("bytes=-5", (95, 100)),
        ("bytes=-500", (0, 100)),
    ],
)
def test_a_single_range_is_cut_to_what_there_is(header: str, span: tuple[int, int]) -> None:
    assert one_range(header, 100) == span


@pytest.mark.parametrize(
    "header",
    [None, "", "bytes", "bytes=", "bytes=-", "bytes=5-1", "bytes=1-2,4-5", "lines=1-2", "bytes=a-b", "bytes=²-",
     "bytes=-1-", "bytes=--5", "bytes=0x1-2", "bytes=" + "9" * 5000 + "-", "bytes=" + "0-0," * 1000],
)  # fmt: skip
def test_what_is_not_one_range_means_the_whole(header: str | None) -> None:
    assert one_range(header, 100) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_past_the_end_cannot_be_met(header: str) -> None:
    with pytest.raises(RangeNotSatisfiable):
        one_range(header, 100)


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=-5", "bytes=7-9"])
def test_nothing_has_no_ranges(header: str) -> None:
    assert one_range(header, 0) is None
