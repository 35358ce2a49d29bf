"""Launch numbers: which a launch of a given moment can have."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from downrange.base import InputError
from downrange.orbit.sequence import Anchor, LaunchNumber, known_number, launch_number, load_anchors, numbers_at


def number(year: int, n: int) -> LaunchNumber:
    return LaunchNumber(year=year, number=n)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("23179A", number(2023, 179)),
        ("2023-179A", number(2023, 179)),
        ("2023-179", number(2023, 179)),
        ("98067UW", number(1998, 67)),
        ("57001B", number(1957, 1)),
        ("", None),
        ("UNKNOWN", None),
        ("2023-F04", None),
    ],
)
def test_a_designator_is_read_in_each_of_its_forms(text: str, found: LaunchNumber | None) -> None:
    assert launch_number(text) == found


def test_the_three_launches_of_2023_lie_between_known_ones() -> None:
    # Shenzhou-16 077 and CRS-28 080 about May; Progress MS-24 125 and Crew-7 128 about August
    may = numbers_at(datetime(2023, 5, 30, 21, 27, tzinfo=UTC))
    august = numbers_at(datetime(2023, 8, 23, 18, 50, tzinfo=UTC))
    november = numbers_at(datetime(2023, 11, 21, 13, 42, 28, tzinfo=UTC))
    assert (str(may), str(august)) == ("2023-078 to 2023-079", "2023-126 to 2023-127")
    assert november.p_of(number(2023, 179)) == max(november.p)
    assert (
        november.p_of(number(2023, 174)) == november.p_of(number(2023, 180)) == november.p_of(number(2022, 179)) == 0.0
    )


def test_every_anchor_has_a_source_and_numbers_rise_with_time() -> None:
    anchors = load_anchors()
    assert all(anchor.source for anchor in anchors)
    assert [anchor.launch for anchor in anchors] == sorted(anchor.launch for anchor in anchors)


@given(st.floats(0.0, 36_500.0))
def test_probabilities_add_up_whatever_the_moment(days: float) -> None:
    moment = datetime(1960, 1, 1, tzinfo=UTC) + timedelta(days=days)
    found = numbers_at(moment)
    assert sum(found.p) == pytest.approx(1.0)
    assert found.first >= 1
    assert found.year == moment.year


def test_without_a_known_launch_the_rate_is_assumed_and_said() -> None:
    found = numbers_at(datetime(2026, 7, 1, tzinfo=UTC))
    assert "assumed" in found.source
    middle = found.first + max(range(len(found.p)), key=found.p.__getitem__)
    assert 90 < middle < 115  # half of some 210
    own = Anchor(launch=number(2026, 130), at=datetime(2026, 6, 30, tzinfo=UTC), what="mine", source="mine")
    assert numbers_at(datetime(2026, 7, 1, tzinfo=UTC), [own]).first == 131


def test_a_number_that_is_told_is_the_only_one() -> None:
    found = known_number("2023-179", "told")
    assert str(found) == "2023-179"
    assert found.p_of(number(2023, 179)) == 1.0
    with pytest.raises(InputError, match="Write it as 2023-179"):
        known_number("179", "told")


def test_a_number_that_a_launch_cannot_have_is_refused() -> None:
    november = numbers_at(datetime(2023, 11, 21, 13, 42, 28, tzinfo=UTC))
    assert str(known_number("2023-179A", "told", possible=november)) == "2023-179"
    for wrong in ("2023-999", "2023-174", "2022-179"):
        with pytest.raises(InputError, match="can have 2023-175 to 2023-179"):
            known_number(wrong, "told", possible=november)
    guessed = numbers_at(datetime(2026, 7, 1, tzinfo=UTC))  # a rate is no bound: some slack
    assert known_number("2026-150", "told", possible=guessed).first == 150
    with pytest.raises(InputError, match="Check the number"):
        known_number("2026-600", "told", possible=guessed)


def known(n: int, hours: float) -> Anchor:
    at = datetime(2023, 5, 30, tzinfo=UTC) + timedelta(hours=hours)
    return Anchor(launch=number(2023, n), at=at, what="a launch", source="assumed")


def test_between_neighbouring_numbers_no_launch_got_one() -> None:
    found = numbers_at(datetime(2023, 5, 30, 12, tzinfo=UTC), [known(78, 0.0), known(79, 24.0)])
    assert (str(found), found.bounded) == ("none", True)
    assert found.p_of(number(2023, 78)) == found.p_of(number(2023, 79)) == 0.0
    with pytest.raises(InputError, match="can have none"):
        known_number("2023-079", "told", possible=found)


@pytest.mark.parametrize("n", [78, 60])
def test_numbers_that_do_not_rise_with_time_are_refused(n: int) -> None:
    with pytest.raises(InputError, match="numbers rise with the time of launch"):
        numbers_at(datetime(2023, 5, 30, 12, tzinfo=UTC), [known(78, 0.0), known(n, 24.0)])
