from datetime import UTC, datetime

import numpy as np
import pytest

from downrange.base import after, gcrf_from_ecef, inertial_velocity, teme_from_ecef
from downrange.orbit import Frame
from downrange.orbit.axes import earth_fixed, inertial

EPOCH = datetime(2024, 2, 28, 18, 0, tzinfo=UTC)
STATES = np.array([[7e6, 1e5, -2e5, 100.0, 7e3, 2e3], [-3e6, 5e6, 4e6, -5e3, -3e3, 3e3]])


@pytest.mark.parametrize("t_s", [(0.0, 86_400.0), (-40_000.0, 3.0e6)])
def test_few_moments_are_turned_as_the_frames_of_base_turn_them(t_s):
    rounding_m = 1e-6
    start = gcrf_from_ecef(EPOCH)
    r_ecef_m, v_ecef_mps = earth_fixed(EPOCH, np.array(t_s), STATES)
    for k, t in enumerate(t_s):
        now = gcrf_from_ecef(after(EPOCH, t))
        assert r_ecef_m[k] == pytest.approx(now.T @ start @ STATES[k, :3], abs=rounding_m)
        against_stars = inertial_velocity(r_ecef_m[k], v_ecef_mps[k])
        assert against_stars == pytest.approx(now.T @ start @ STATES[k, 3:], abs=rounding_m)


def test_many_moments_are_turned_as_few():
    drawn_straight_m = 3e-3  # precession and nutation between two nodes three hours apart
    t_s = np.linspace(0.0, 5 * 86_400.0, 500)
    many, _ = earth_fixed(EPOCH, t_s, np.repeat(STATES[:1], 500, axis=0))
    for k in (0, 123, 321, 499):
        alone, _ = earth_fixed(EPOCH, t_s[k : k + 1], STATES[:1])
        assert np.abs(alone[0] - many[k]).max() < drawn_straight_m


def test_inertial_frames_are_those_of_each_moment():
    t_s = np.array([0.0, 50_000.0])
    r_ecef_m, _ = earth_fixed(EPOCH, t_s, STATES)
    teme_m, teme_mps = inertial(EPOCH, t_s, STATES, Frame.TEME)
    gcrf_m, gcrf_mps = inertial(EPOCH, t_s, STATES, Frame.GCRF)
    for k, t in enumerate(t_s):
        assert teme_m[k] == pytest.approx(teme_from_ecef(after(EPOCH, t)) @ r_ecef_m[k], abs=1e-6)
        assert gcrf_m[k] == pytest.approx(gcrf_from_ecef(EPOCH) @ STATES[k, :3], abs=1e-6)
    for v_mps in (teme_mps, gcrf_mps):
        assert np.linalg.norm(v_mps, axis=1) == pytest.approx(np.linalg.norm(STATES[:, 3:], axis=1), rel=1e-9)


def test_no_moments_give_no_rows():
    none = np.zeros((0, 6))
    assert [part.shape for part in earth_fixed(EPOCH, np.zeros(0), none)] == [(0, 3), (0, 3)]
    assert [part.shape for part in inertial(EPOCH, np.zeros(0), none, Frame.TEME)] == [(0, 3), (0, 3)]
