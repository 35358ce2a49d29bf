"""What a sensor should say of a state, with its slopes; and what is left of its readings before they are used."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from downrange.track._sight import expected, fixes, log_of
from downrange.track.places import places
from downrange.track.simulate import seen_from, simulate


@pytest.mark.parametrize("speed", [0.0, 12.0])
def test_what_should_be_said_and_its_slopes(speed, climb, radar) -> None:
    flight = climb(None)
    rows = slice(0, 600, 100)
    ship = dataclasses.replace(radar, course_deg=30.0, speed_mps=speed)
    t = flight.t_s[rows]
    state = np.stack([flight.r_ecef_m[rows], flight.v_ecef_mps[rows], np.zeros((t.size, 3))])
    at, every = places(ship, t), np.arange(12)
    said, by_place, by_velocity = expected(state, at, every)
    range_m, az_deg, el_deg, rate_mps = seen_from(ship, state[0], state[1], t)
    assert said[:, 0] == pytest.approx(range_m)
    assert np.degrees(said[:, 1]) % 360.0 == pytest.approx(az_deg)
    assert np.degrees(said[:, 2]) == pytest.approx(el_deg)
    assert said[:, 3] == pytest.approx(rate_mps)
    assert said[:, 4:10] == pytest.approx(np.hstack([state[0], state[1]]))
    assert said[:, 11] == pytest.approx(np.linalg.norm(state[1], axis=1))
    for axis in range(3):
        for which, slope, h in ((0, by_place, 10.0), (1, by_velocity, 1.0)):
            ahead, behind = state.copy(), state.copy()
            ahead[which, :, axis] += h
            behind[which, :, axis] -= h
            want = (expected(ahead, at, every)[0] - expected(behind, at, every)[0]) / (2.0 * h)
            assert slope[:, :, axis] == pytest.approx(want, rel=1e-4, abs=1e-9)


def test_a_log_takes_off_what_is_known_and_drops_doubles(climb, radar, t0) -> None:
    flight = climb(None)
    exact = dataclasses.replace(
        radar, sigma_range_m=1e-3, sigma_az_deg=1e-6, sigma_el_deg=1e-6, period_s=5.0, bias_range_m=70.0,
        bias_az_deg=0.5, bias_el_deg=-0.2, clock_offset_s=1.5,
    )  # fmt: skip
    readings = simulate(flight.t_s, flight.r_ecef_m, flight.v_ecef_mps, (exact,), t0)
    log = log_of(exact, 0, readings + readings[::2], t0)
    assert log.t_s.size == len(readings)
    assert log.t_s == pytest.approx(np.round(log.t_s / 5.0) * 5.0, abs=1e-6)
    t_s, place, spread = fixes(log)
    truth = flight.r_ecef_m[np.round((t_s - 150.0) / 0.5).astype(int)]
    assert np.abs(place - truth).max() < 0.2
    assert spread.max() < 0.1
    assert np.isnan(log.z[:, 3:]).all()
