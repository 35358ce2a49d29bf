from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sgp4.api import WGS72, Satrec

from downrange.base import InputError, ModelError, geodetic_from_ecef
from downrange.orbit import Frame, ecef_state, fit_tle, osculating_of, positions, state_of

EPOCH = datetime(2023, 11, 21, 13, 54, 15, 123_457, tzinfo=UTC)
EPOCH_DAYS = 27_717.57933
# two lines hold angles to 1e-4 deg, eccentricity to 1e-7, mean motion to 1e-8 rev/day, each rounded to the half
ROUNDED = 6 * 0.5e-4 * np.pi / 180.0


@settings(max_examples=60, deadline=None)
@given(
    alt_km=st.floats(250, 1_500),
    e=st.floats(0.0, 0.02),
    i=st.floats(1.0, 178.0),
    angles=st.tuples(*[st.floats(0, 2 * np.pi - 1e-9)] * 3),
    bstar=st.floats(0, 1e-3),
)
def test_the_fit_goes_back_to_the_state_of_a_known_satellite(alt_km, e, i, angles, bstar):
    raan, argp, mean = angles
    a_km = 6_378.135 + alt_km / (1.0 - e)
    known = Satrec()
    rate = 60.0 * np.sqrt(398_600.8 / a_km**3)
    known.sgp4init(WGS72, "i", 1, EPOCH_DAYS, bstar, 0.0, 0.0, e, argp, np.radians(i), mean, rate, raan)
    shape = osculating_of(known)
    r, v = state_of(shape)
    r_ecef, v_ecef = ecef_state(r, v, shape.epoch, frame=Frame.TEME)
    fit = fit_tle(r_ecef, v_ecef, shape.epoch, number=1, bstar=bstar)
    assert fit.residual_m < 1e-3
    assert fit.residual_mps < 1e-6
    assert fit.rounded_m < ROUNDED * 1.1 * np.linalg.norm(r)
    # and SGP4 then says the same place for the same moment
    there = positions(fit.satellite(), shape.epoch, [0.0])[0]
    assert np.linalg.norm(there - r_ecef) < fit.rounded_m + 5.0


def test_an_insertion_state_becomes_lines_a_day_of_passes_can_be_computed_from():
    # a state over the sea east of Luzon, 500 km up, southbound on 97.4 deg; made here, not published
    r_ecef = np.array([-4.250e6, 5.1885e6, 1.5135e6])
    v_ecef = np.array([-0.30e3, 1.89e3, -7.30e3])
    fit = fit_tle(r_ecef, v_ecef, EPOCH, designator="23179A")
    assert fit.lines[0][9:15] == "23179A"
    assert all(len(line) == 69 for line in fit.lines)
    assert fit.residual_m < 1e-3
    _, _, alt = geodetic_from_ecef(positions(fit.satellite(), EPOCH, np.arange(0.0, 86_400.0, 60.0)))
    assert alt[0] == pytest.approx(geodetic_from_ecef(r_ecef)[2], abs=20.0)


def test_states_that_sgp4_cannot_hold_say_so():
    with pytest.raises(ModelError, match="falls within a revolution"):
        fit_tle([-3.0e6, 5.6e6, 1.5e6], [0.1e3, 0.2e3, -4.0e3], EPOCH)  # a fall, perigee deep inside the Earth
    with pytest.raises(ModelError, match="not bound"):
        fit_tle([7e6, 0.0, 0.0], [0.0, 12e3, 0.0], EPOCH)
    with pytest.raises(InputError, match="catalogue number"):
        fit_tle([7e6, 0.0, 0.0], [0.0, 7e3, 1e3], EPOCH, number=0)
    with pytest.raises(InputError, match="23179A"):
        fit_tle([7e6, 0.0, 0.0], [0.0, 7e3, 1e3], EPOCH, designator="2023-179A")
