"""Times: aware outside, seconds inside, nothing guessed."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from downrange.base import JST, KST, InputError, Window, after, iso, julian_pair, parse_utc, since, utc

MOMENTS = st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
LIFT_OFF = datetime(2023, 8, 24, 3, 50, tzinfo=KST)


def test_korean_and_japanese_time_is_nine_hours_ahead():
    assert utc(LIFT_OFF) == datetime(2023, 8, 23, 18, 50, tzinfo=UTC)
    assert KST.utcoffset(None) == JST.utcoffset(None) == timedelta(hours=9)


def test_a_naive_time_is_refused_with_the_usual_cause():
    with pytest.raises(InputError, match=r"lift-off: 2023-08-24T03:50:00 has no time zone\. Say which: Korean and Jap"):
        utc(LIFT_OFF.replace(tzinfo=None), where="lift-off")


@pytest.mark.parametrize("text", ["yesterday", "2023-13-01T00:00Z", ""])
def test_a_text_that_is_no_time_is_refused_with_an_example(text):
    with pytest.raises(
        InputError, match=r"window: .* is not a time\. Write ISO 8601 with a zone, as 2023-05-30T21:27:00Z"
    ):
        parse_utc(text, where="window")


def test_a_text_without_a_zone_is_refused():
    with pytest.raises(InputError, match="has no time zone"):
        parse_utc("2023-08-24T03:50:00")


@given(MOMENTS)
def test_writing_and_reading_lose_nothing(moment):
    assert parse_utc(iso(moment, decimals=6)) == moment


@given(MOMENTS, st.integers(0, 6))
def test_rounding_stays_within_half_a_step(moment, decimals):
    assert abs(parse_utc(iso(moment, decimals=decimals)) - moment) <= timedelta(seconds=0.5 * 10**-decimals)


def test_rounding_carries_over_midnight_and_the_year():
    assert iso(datetime(2023, 12, 31, 23, 59, 59, 999_600, tzinfo=UTC), decimals=3) == "2024-01-01T00:00:00.000Z"


@given(MOMENTS, st.floats(-1e5, 1e5))
def test_after_and_since_are_inverse_to_a_microsecond(t0, t_s):
    assert since(t0, after(t0, t_s)) == pytest.approx(t_s, abs=1e-6)


def test_zones_do_not_matter_between_two_moments():
    assert since(LIFT_OFF, datetime(2023, 8, 23, 18, 51, tzinfo=UTC)) == 60.0


@given(MOMENTS)
def test_the_julian_pair_keeps_microseconds(moment):
    midnight, fraction = julian_pair(moment)
    assert midnight % 1.0 == 0.5
    assert 0.0 <= fraction < 1.0
    days = (moment - datetime(2000, 1, 1, 12, tzinfo=UTC)) / timedelta(days=1)
    assert (midnight - 2_451_545.0) + fraction == pytest.approx(days, abs=1e-11)


@pytest.mark.parametrize(
    ("day", "midnight"),
    [
        ((1970, 1, 1), 2_440_587.5),
        ((2000, 1, 1), 2_451_544.5),
        ((2024, 2, 29), 2_460_369.5),
        ((2024, 3, 1), 2_460_370.5),
    ],
)
def test_the_julian_date_of_midnights(day, midnight):
    assert julian_pair(datetime(*day, tzinfo=UTC)) == (midnight, 0.0)


def test_a_window_is_half_open():
    window = Window(opens=LIFT_OFF, closes=after(LIFT_OFF, 600.0))
    assert window.holds(LIFT_OFF)
    assert window.holds(after(LIFT_OFF, 599.999))
    assert not window.holds(after(LIFT_OFF, 600.0))
    assert not window.holds(after(LIFT_OFF, -0.001))


@pytest.mark.parametrize("seconds", [0.0, -86_400.0])
def test_a_window_that_closes_before_it_opens_is_refused(seconds):
    with pytest.raises(InputError, match=r"closes .* but opens .*\. Check the month and the midnight crossing\."):
        Window(opens=LIFT_OFF, closes=after(LIFT_OFF, seconds))


def test_a_window_of_naive_times_is_refused():
    with pytest.raises(InputError, match=r"window closes: .* has no time zone"):
        Window(opens=LIFT_OFF, closes=datetime(2023, 8, 24, 5, 0))  # noqa: DTZ001 - the fault under test


def test_another_zone_is_understood():
    assert utc(datetime(2023, 1, 1, tzinfo=timezone(timedelta(hours=-5)))) == datetime(2023, 1, 1, 5, tzinfo=UTC)
