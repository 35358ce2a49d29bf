from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from downrange.notice import NoticeWindow, Role
from downrange.notice._spans import common, gap, joined, length, spans, windows_of, without

START = datetime(2026, 12, 31, 22, tzinfo=UTC)


def at(hour):
    return START + timedelta(hours=hour)


def window(opens, closes, role=Role.PRIMARY):
    return NoticeWindow(opens=at(opens), closes=at(closes), role=role)


def hours(row):
    """Every whole hour that spans cover."""
    return {hour for hour in range(60) if any(opens <= at(hour) < closes for opens, closes in row)}


rows = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)), max_size=8).map(
    lambda pairs: joined((at(begin), at(begin + size)) for begin, size in pairs)
)


@given(rows, rows)
def test_sets_of_spans_are_sets_of_moments(one, other) -> None:
    assert hours(common(one, other)) == hours(one) & hours(other)
    assert hours(without(one, other)) == hours(one) - hours(other)
    assert hours(joined([*one, *other])) == hours(one) | hours(other)
    assert length(one) == timedelta(hours=len(hours(one)))


@given(rows)
def test_joined_spans_neither_meet_nor_touch(row) -> None:
    assert all(sooner[1] < later[0] for sooner, later in pairwise(row))


def test_the_gap_between_two_sets() -> None:
    assert gap(spans([window(0, 2)]), spans([window(5, 6)])) == timedelta(hours=3)
    assert gap(spans([window(5, 6)]), spans([window(0, 2)])) == timedelta(hours=3)
    assert gap(spans([window(0, 2), window(8, 9)]), spans([window(5, 6)])) == timedelta(0)


def test_a_span_is_alternate_where_only_alternates_made_it() -> None:
    printed = [window(0, 2), window(1, 3, Role.ALTERNATE), window(5, 6, Role.ALTERNATE)]
    assert [one.role for one in windows_of(spans(printed), printed)] == [Role.PRIMARY, Role.ALTERNATE]
