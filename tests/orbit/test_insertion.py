from datetime import UTC, datetime

import numpy as np
import pytest

from downrange.base import InputError
from downrange.orbit import Frame, elements_from_inertial
from downrange.orbit.activity import Activity
from downrange.orbit.decay import Lasts
from downrange.orbit.insertion import after_insertion
from downrange.orbit.propagate import ASSUMED_BETA, state

WHEN = datetime(2023, 11, 21, 13, 54, tzinfo=UTC)
R_M = 6.878e6


def reached(speed_mps, climb_mps=0.0):
    """Return a level state 500 km up, going nearly along a meridian."""
    tilt = np.radians(97.4)
    v = [climb_mps, speed_mps * np.cos(tilt), speed_mps * np.sin(tilt)]
    return state([R_M, 0.0, 0.0], v, WHEN, frame=Frame.TEME)


def test_a_good_insertion_goes_round_and_lasts():
    found = after_insertion(reached(7_625.0), sigma_m=300.0, sigma_mps=3.0, beta=ASSUMED_BETA, activity=Activity.HIGH)
    assert found.p_revolution == 1.0
    assert found.decay.answer is Lasts.DECAYS
    assert found.decay.days_low < found.decay.days_middle < found.decay.days_high
    assert "the state's spread" in found.decay.reasons[-1]
    exact = elements_from_inertial([R_M, 0.0, 0.0], reached(7_625.0).v_mps, WHEN, frame=Frame.TEME)
    assert found.perigee_alt_m == pytest.approx(exact.perigee_alt_m, abs=2e3)


def test_the_spread_of_the_perigee_is_that_of_the_speed():
    # vis viva for a level, fast state: the other end moves by 4 r v / (v^2 ...) ~ 3.5 km for each m/s at this height
    found = after_insertion(reached(7_500.0), sigma_m=0.0, sigma_mps=4.0, beta=None, samples=2_000)
    ends = [
        elements_from_inertial([R_M, 0.0, 0.0], reached(v).v_mps, WHEN, frame=Frame.TEME).perigee_alt_m
        for v in (7_499.0, 7_501.0)
    ]
    # climb and sideways errors add in second order only
    assert found.perigee_sigma_m == pytest.approx(4.0 * (ends[1] - ends[0]) / 2.0, rel=0.05)
    assert found.decay.answer is Lasts.UNKNOWN
    assert "no ballistic coefficient" in found.decay.reasons[0]


def test_a_short_insertion_falls_before_it_is_round():
    found = after_insertion(reached(7_300.0), sigma_m=100.0, sigma_mps=2.0, beta=80.0)
    assert found.perigee_alt_m < 0.0
    assert found.p_revolution == 0.0
    assert found.decay.days_high < 0.1


def test_between_the_two_it_is_a_probability_and_the_same_each_time():
    speed = next(v for v in np.arange(7_480.0, 7_520.0, 1.0) if perigee_m(v) > 100e3)
    once, again = (
        after_insertion(reached(speed), sigma_m=100.0, sigma_mps=8.0, beta=80.0, samples=100, seed=3) for _ in range(2)
    )
    assert 0.05 < once.p_revolution < 0.95
    assert once.p_revolution == again.p_revolution
    assert once.perigee_sigma_m == again.perigee_sigma_m
    assert once.decay.days_low == again.decay.days_low


def perigee_m(speed):
    return elements_from_inertial([R_M, 0.0, 0.0], reached(speed).v_mps, WHEN, frame=Frame.TEME).perigee_alt_m


def test_a_covariance_says_the_same_as_its_sigmas():
    spread = np.diag([200.0**2] * 3 + [2.0**2] * 3)
    a = after_insertion(reached(7_600.0), covariance=spread, beta=None, samples=1_000)
    b = after_insertion(reached(7_600.0), sigma_m=200.0, sigma_mps=2.0, beta=None, samples=1_000)
    assert a.perigee_sigma_m == pytest.approx(b.perigee_sigma_m, rel=0.08)
    assert a.apogee_sigma_m == pytest.approx(b.apogee_sigma_m, rel=0.08)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"sigma_m": 100.0},
        {"sigma_m": -1.0, "sigma_mps": 1.0},
        {"covariance": np.eye(3)},
        {"covariance": -np.eye(6)},
        {"covariance": np.eye(6), "sigma_m": 1.0, "sigma_mps": 1.0},
    ],
)
def test_a_spread_that_cannot_be_read_is_refused(wrong):
    with pytest.raises(InputError, match="sigma"):
        after_insertion(reached(7_600.0), beta=80.0, **wrong)
