"""What no sensor can mean is refused, field by field; what one can is not."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from downrange.base import InputError
from downrange.track import Reading
from downrange.track.checks import LIMITS, check_reading

AT = datetime(2023, 5, 30, tzinfo=UTC)
PLACE = (7e6, 0.0, 0.0)


@pytest.mark.parametrize("name", LIMITS)
def test_numbers_lie_within_their_limits(name) -> None:
    low, high = LIMITS[name]
    for value in (low, high, (low + high) / 2.0):
        check_reading(Reading(t=AT, sensor="a", **{name: value}), where="here")
    for value in (math.nan, math.inf, -math.inf, math.nextafter(low, -math.inf), math.nextafter(high, math.inf)):
        with pytest.raises(InputError, match=f"^here: {name}: .*Give a number from"):
            check_reading(Reading(t=AT, sensor="a", **{name: value}), where="here")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "no number at all"),
        ({"r_ecef_m": (math.nan, 0.0, 7e6)}, "r_ecef_m: nan m from"),
        ({"r_ecef_m": (5.1e6, 0.0, 0.0)}, r"r_ecef_m: 5.1e\+06 m from the Earth's centre"),
        ({"r_ecef_m": (0.0, -1.1e9, 0.0)}, r"r_ecef_m: 1.1e\+09 m from"),
        ({"r_ecef_m": PLACE, "v_ecef_mps": (0.0, 2.1e4, 0.0)}, "v_ecef_mps: 21000 m/s"),
        ({"r_ecef_m": PLACE, "v_ecef_mps": (0.0, math.nan, 0.0)}, "v_ecef_mps: nan m/s"),
        ({"v_ecef_mps": (0.0, 0.0, 0.0)}, "v_ecef_mps: a velocity without a place"),
        ({"r_ecef_m": PLACE, "range_m": -1.0}, "range_m: -1"),
    ],
)
def test_places_and_velocities_are_of_something_near_the_earth(fields, told) -> None:
    with pytest.raises(InputError, match=told):
        check_reading(Reading(t=AT, sensor="a", **fields), where="here")


def test_a_place_is_enough_and_its_velocity_may_be_nought() -> None:
    resting = Reading(t=AT, sensor="a", r_ecef_m=PLACE, v_ecef_mps=(0.0, 0.0, 0.0))
    check_reading(resting, where="here")
    check_reading(replace(resting, v_ecef_mps=None), where="here")
    with pytest.raises(InputError, match="v_ecef_mps: a velocity without a place"):
        check_reading(replace(resting, r_ecef_m=None), where="here")
