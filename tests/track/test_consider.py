"""What errors that nobody knows do to a track: by hand where one can, and against many flights where one cannot."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from downrange.base import ecef_from_geodetic, enu_axes, wgs84
from downrange.track import Sensor, follow, load_sensors, simulate
from downrange.track.consider import consider_cov
from downrange.track.model import SensorKind
from downrange.track.simulate import between

RADAR = Sensor(
    name="radar", title="Radar", lat_deg=37.0, lon_deg=125.0, sigma_range_m=30.0, sigma_az_deg=0.06, sigma_el_deg=0.06,
    sigma_range_rate_mps=1.0, period_s=0.1, source="test",
)  # fmt: skip
AXES = enu_axes(37.0, 125.0)
ENU = np.array([30_000.0, 40_000.0, 120_000.0])  # 50 km away over ground, 130 km in all


def moment(v_enu: tuple[float, float, float], f_ecef=(0.0, 0.0, 0.0)):
    """One row of a track: t, r, v, f, row."""
    r = ecef_from_geodetic(37.0, 125.0) + AXES.T @ ENU
    return np.array([100.0]), r[None], (AXES.T @ np.array(v_enu))[None], np.array([f_ecef]), np.array([0])


def local(cov: np.ndarray) -> np.ndarray:
    """Turn a covariance (6, 6) into local axes."""
    turn = np.kron(np.eye(2), AXES)
    return turn @ cov @ turn.T


def test_an_azimuth_turns_place_and_velocity_about_the_radar() -> None:
    """By hand: 1 mrad turns (30, 40) km by 50 m towards (40, -30), and a velocity of (300, 0) m/s by 0.3 m/s south."""
    wrong = dataclasses.replace(RADAR, sigma_bias_az_deg=math.degrees(1e-3))
    (cov,) = consider_cov(*moment((300.0, 0.0, 0.0)), (wrong,))
    moved = np.array([40.0, -30.0, 0.0, 0.0, -0.3, 0.0])
    assert local(cov) == pytest.approx(np.outer(moved, moved), abs=0.02)


def test_a_range_stretches_and_a_range_rate_pushes_along_the_sight() -> None:
    line = ENU / 130_000.0
    far = dataclasses.replace(RADAR, sigma_bias_range_m=50.0)
    (cov,) = consider_cov(*moment((0.0, 0.0, 0.0)), (far,))
    assert local(cov)[:3, :3] == pytest.approx(2500.0 * np.outer(line, line), abs=0.01)
    fast = dataclasses.replace(RADAR, sigma_bias_range_rate_mps=0.5)
    (cov,) = consider_cov(*moment((0.0, 0.0, 0.0)), (fast,))
    assert local(cov)[3:, 3:] == pytest.approx(0.25 * np.outer(line, line), abs=1e-4)
    assert np.abs(cov[:3, :3]).max() < 1e-12


def test_a_clock_moves_along_the_flight() -> None:
    """By hand: a tenth of a second is a tenth of the velocity and a tenth of the acceleration, gravity and all."""
    late = dataclasses.replace(RADAR, sigma_clock_s=0.1, sigma_range_rate_mps=None)
    t, r, v, f, row = moment((1_000.0, -2_000.0, 500.0), (3.0, -4.0, 20.0))
    (cov,) = consider_cov(t, r, v, f, row, (late,))
    spin = np.array([0.0, 0.0, wgs84.OMEGA_RADPS])
    fall = -wgs84.GM_M3PS2 * r[0] / np.linalg.norm(r[0]) ** 3
    a = f[0] + fall - 2.0 * np.cross(spin, v[0]) - np.cross(spin, np.cross(spin, r[0]))
    moved = 0.1 * np.concatenate([v[0], a])
    assert cov == pytest.approx(np.outer(moved, moved), rel=2e-3, abs=0.2)


def test_twins_halve_the_variance_and_a_silent_one_leaves_all() -> None:
    wrong = dataclasses.replace(RADAR, sigma_bias_range_m=50.0, sigma_range_rate_mps=None)
    twins = (wrong, dataclasses.replace(wrong, name="other"))
    _, r, v, f, _ = moment((0.0, 0.0, 0.0))
    often, stay = np.array([100.0, 100.0, 160.0]), (np.repeat(part, 3, axis=0) for part in (r, v, f))
    cov = consider_cov(often, *stay, np.array([0, 1, 1]), twins)
    size = np.trace(cov[:, :3, :3], axis1=1, axis2=2)
    assert size == pytest.approx([2500.0, 1250.0, 2500.0], rel=1e-3)


def test_what_is_known_adds_nothing() -> None:
    assert not consider_cov(*moment((0.0, 0.0, 0.0)), (RADAR,)).any()
    empty = np.zeros((0, 3))
    none = consider_cov(np.zeros(0), empty, empty, empty, np.zeros(0, dtype=np.int64), (RADAR,))
    assert none.shape == (0, 6, 6)


def test_a_screen_beside_a_radar_hardly_counts() -> None:
    screen = Sensor(
        name="screen", title="Screen", kind=SensorKind.WEBCAST, sigma_alt_m=500.0, sigma_speed_mps=1.0, period_s=1.0,
        sigma_clock_s=0.1, source="test",
    )  # fmt: skip
    t, r, v, f, _ = moment((0.0, 0.0, 1_000.0))
    twice = [np.repeat(part, 2, axis=0) for part in (t, r, v, f)]
    cov = consider_cov(*twice, np.array([0, 1]), (RADAR, screen))
    assert not cov[0].any()
    assert 0.0 < np.trace(cov[1, :3, :3]) < 5.0**2


def test_with_it_a_track_is_as_wrong_as_it_says(fly, t0) -> None:
    """Five flights past three radars whose errors are drawn: without it the track believes itself many times too much."""
    flight = fly(None)
    rows = slice(0, None, 25)
    path = flight.t_s[rows], flight.r_ecef_m[rows], flight.v_ecef_mps[rows]
    sensors = tuple(
        dataclasses.replace(s, p_wild=0.0, period_s=0.4) for s in load_sensors("generic") if s.kind is SensorKind.RADAR
    )
    plain, honest = [], []
    for seed in range(5):
        track = follow(simulate(*path, sensors, t0, seed), sensors, t0)
        late = np.flatnonzero((track.t_s > 200.0) & (track.t_s < 300.0))[::10]
        more = consider_cov(
            track.t_s, track.r_ecef_m, track.v_ecef_mps, track.f_ecef_mps2, track.sensor, sensors, at=late
        )
        r, v = between(track.t_s[late], *path)
        miss = np.concatenate([track.r_ecef_m[late] - r, track.v_ecef_mps[late] - v], axis=1)
        for cov, kept in ((track.cov[late] - more, plain), (track.cov[late], honest)):
            kept.append(np.mean(np.einsum("ni,ni->n", miss, np.linalg.solve(cov, miss[:, :, None])[:, :, 0])) / 6.0)
    assert np.mean(plain) > 4.0
    assert 0.4 < np.mean(honest) < 1.8
