"""Falls through the door: against a slow reference, one against many, and what never lands."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from bisect import bisect_right

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.interpolate import CubicSpline

from downrange.base import Array, ModelError, ecef_from_geodetic, geodetic_from_ecef, v_ecef_from_enu, wgs84
from downrange.earth import ZONALS, air_table
from downrange.fall import _kernel as k
from downrange.fall import drop, fall_path, impact_point, states_at
from downrange.fall.drop import FEW

FRAGMENTS = 200


def thrown(count: int) -> tuple[Array, Array, Array]:
    """Return positions, velocities and ballistic coefficients, 10 to 5000 kg/m^2, of bodies let go in many ways."""
    rng = np.random.default_rng(5)
    lat, lon, alt = rng.uniform(-60, 60, count), rng.uniform(-180, 180, count), rng.uniform(5e3, 200e3, count)
    speed, climb = rng.uniform(100, 5_000, count), np.radians(rng.uniform(-30, 50, count))
    azimuth = np.radians(rng.uniform(0, 360, count))
    enu = (speed * [np.cos(climb) * np.sin(azimuth), np.cos(climb) * np.cos(azimuth), np.sin(climb)]).T
    return ecef_from_geodetic(lat, lon, alt), v_ecef_from_enu(enu, lat, lon), np.geomspace(10.0, 5_000.0, count)


def slow_height(x: float, y: float, z: float) -> float:
    """Return the height over the ellipsoid [m]: the latitude by iteration."""
    p, lat = math.hypot(x, y), math.atan2(z, math.hypot(x, y))
    for _ in range(6):
        n = wgs84.RE_M / math.sqrt(1.0 - wgs84.E2 * math.sin(lat) ** 2)
        lat = math.atan2(z + wgs84.E2 * n * math.sin(lat), p)
    n = wgs84.RE_M / math.sqrt(1.0 - wgs84.E2 * math.sin(lat) ** 2)
    return p * math.cos(lat) + (z + wgs84.E2 * n * math.sin(lat)) * math.sin(lat) - n


KNOTS_M = [*np.arange(-5e3, 86e3, 250.0).tolist(), *np.arange(86e3, 1_000_001.0, 1e3).tolist()]
AIR_ROWS = air_table().tolist()


def slow_density(alt_m: float) -> float:
    """Return the density [kg/m^3] of the table, found by search."""
    row = min(max(bisect_right(KNOTS_M, alt_m) - 1, 0), len(KNOTS_M) - 2)
    part = (max(alt_m, KNOTS_M[0]) - KNOTS_M[row]) / (KNOTS_M[row + 1] - KNOTS_M[row])
    return sum(c * part**n for n, c in enumerate(AIR_ROWS[row][:4]))


def slow_rate(_t: float, state: Array, beta: float, jet: CubicSpline | None = None) -> list[float]:
    """Slow and obvious: Legendre gravity, turning Earth, drag on the speed through the air."""
    x, y, z, vx, vy, vz = (float(value) for value in state)
    wx = wy = wz = 0.0
    if jet is not None:
        lat, lon, alt_m = geodetic_from_ecef(state[:3])
        wx, wy, wz = v_ecef_from_enu(np.array([*jet(min(max(alt_m, 0.0), 30e3)), 0.0]), lat, lon)
    r = math.sqrt(x * x + y * y + z * z)
    s = z / r
    radial, along = -1.0, 0.0
    legendre = (
        (0.5 * (3 * s**2 - 1), 3 * s),
        (0.5 * (5 * s**3 - 3 * s), 0.5 * (15 * s**2 - 3)),
        (0.125 * (35 * s**4 - 30 * s**2 + 3), 0.125 * (140 * s**3 - 60 * s)),
    )
    for n, (j, (p, slope)) in enumerate(zip(ZONALS, legendre, strict=True), 2):
        q = float(j) * (wgs84.RE_M / r) ** n
        radial, along = radial + q * ((n + 1) * p + s * slope), along - q * slope
    g, w = wgs84.GM_M3PS2 / r**2, wgs84.OMEGA_RADPS
    d = 0.5 * slow_density(slow_height(x, y, z)) * math.hypot(vx - wx, vy - wy, vz - wz) / beta
    ax = g * radial * x / r + w * w * x + 2 * w * vy - d * (vx - wx)
    ay = g * radial * y / r + w * w * y - 2 * w * vx - d * (vy - wy)
    return [vx, vy, vz, ax, ay, g * (radial * s + along) - d * (vz - wz)]


def slow_fall(r: Array, v: Array, beta: float, jet: CubicSpline | None = None) -> Array:
    """Return time and place (4,) of the impact by SciPy's DOP853."""

    def ground(_t: float, state: Array) -> float:
        return slow_height(*state[:3])

    ground.terminal = True  # type: ignore[attr-defined]
    done = solve_ivp(
        lambda t, y: slow_rate(t, y, beta, jet),
        (0.0, 7_200.0),
        np.concatenate([r, v]),
        method="DOP853",
        rtol=1e-12,
        atol=1e-7,
        events=ground,
    )
    return np.concatenate([[done.t[-1]], done.y[:3, -1]])


def test_every_ballistic_coefficient_comes_down_within_a_metre_of_the_reference() -> None:
    r, v, beta = thrown(FRAGMENTS)
    got = states_at(r, v, beta)
    for i in range(FRAGMENTS):
        expected = slow_fall(r[i], v[i], beta[i])
        assert np.linalg.norm(got[i, 1:4] - expected[1:]) < 1.0, f"beta {beta[i]:.0f}"
        assert got[i, 0] == pytest.approx(expected[0], abs=0.05)


JET_KM = np.arange(31.0)
JET = CubicSpline(1e3 * JET_KM, np.stack([45.0 * np.exp(-(((JET_KM - 11.0) / 4.0) ** 2)), -0.4 * JET_KM], axis=1))


def jet_table() -> Array:
    """Return the jet as the kernel reads it: (31, 8)."""
    table = np.zeros((31, 8))
    table[:-1, :4], table[:-1, 4:] = JET.c[::-1, :, 0].T, JET.c[::-1, :, 1].T
    table[-1, [0, 4]] = JET(30e3)
    return table


def test_a_fall_through_wind_comes_down_within_a_metre_of_the_reference() -> None:
    r, v, beta = thrown(FRAGMENTS)
    calm, blown = jet_table() * 0.0, jet_table()
    some = np.arange(0, FRAGMENTS, 12)
    got = states_at(r[some], v[some], beta[some], winds=np.stack([calm, blown]), wind_of=np.ones(len(some), dtype=int))
    for i, down in zip(some, got, strict=True):
        assert np.linalg.norm(down[1:4] - slow_fall(r[i], v[i], beta[i], JET)[1:]) < 1.0, f"beta {beta[i]:.0f}"


def test_each_body_falls_through_its_own_wind() -> None:
    r, v, beta = (a[:3] for a in thrown(FRAGMENTS))
    winds = np.stack([jet_table(), -jet_table(), jet_table() * 0.0])
    got = states_at(r, v, beta, winds=winds, wind_of=[2, 1, 0])
    for i, which in enumerate([2, 1, 0]):
        assert np.array_equal(got[i], states_at(r[i], v[i], beta[i], winds=winds[which][None])[0])
    assert got[0] == pytest.approx(states_at(r, v, beta)[0], abs=1e-3)
    assert np.linalg.norm(got[1:, 1:4] - states_at(r, v, beta)[1:, 1:4], axis=1).min() > 100.0


def test_the_path_goes_with_the_wind_and_the_air_that_it_is_given() -> None:
    r, v, beta = (a[66] for a in thrown(FRAGMENTS))
    thick = air_table() * [1.1, 1.1, 1.1, 1.1, 1.0]
    t_s, place, _ = fall_path(0.0, r, v, beta, every_s=0.5, rows=20_000, air=thick, wind=jet_table())
    down = states_at(r, v, beta, air=thick, winds=jet_table()[None])[0]
    assert t_s[-2] < down[0] <= t_s[-1]
    assert place[-1] == pytest.approx(down[1:4], abs=0.5 * np.linalg.norm(down[4:]))
    assert np.linalg.norm(down[1:4] - states_at(r, v, beta, winds=jet_table()[None])[0, 1:4]) > 10.0


@pytest.mark.parametrize(
    ("winds", "which", "said"),
    [
        (np.zeros((31, 8)), 0, "shape"),
        (np.zeros((2, 31, 4)), 0, "shape"),
        (np.full((1, 31, 8), np.nan), 0, "no number"),
        (np.zeros((2, 31, 8)), 2, "of 2 tables"),
        (np.zeros((2, 31, 8)), -1, "of 2 tables"),
    ],
)
def test_a_wind_that_cannot_be_is_refused(winds: Array, which: int, said: str) -> None:
    r, v, beta = thrown(3)
    with pytest.raises(ModelError, match=said):
        drop(np.zeros(3), r, v, beta, winds=winds, wind_of=which)


def test_the_usual_tolerance_keeps_its_promise_in_every_decade() -> None:
    r, v, beta = thrown(3_000)
    miss = np.linalg.norm(states_at(r, v, beta)[:, 1:4] - states_at(r, v, beta, tolerance_m=1e-7)[:, 1:4], axis=1)
    for low in (10.0, 31.6, 100.0, 316.0, 1_000.0):
        decade = (beta >= low) & (beta < 5.1 * low)
        assert decade.sum() > 300
        assert miss[decade].max() < 1.0, f"beta from {low:g}"


def test_many_are_one_by_one() -> None:
    count = FEW + 20  # enough for more than one thread
    r, v, beta = thrown(count)
    many = states_at(r, v, beta)
    assert all(np.array_equal(many[i], states_at(r[i], v[i], beta[i])[0]) for i in range(count))
    assert np.array_equal(many[::7], states_at(r[::7], v[::7], beta[::7]))


def test_the_impact_is_the_state_at_the_ground_after_the_release() -> None:
    r, v, beta = thrown(FRAGMENTS)
    let_go_s = np.linspace(10.0, 500.0, FRAGMENTS)
    hits, states = drop(let_go_s, r, v, beta), states_at(r, v, beta)
    lat, lon, alt = geodetic_from_ecef(states[:, 1:4])
    assert np.abs(alt).max() < 2e-3
    assert np.array_equal(hits.t_s, let_go_s + states[:, 0])
    assert hits.lat_deg == pytest.approx(lat)
    assert hits.lon_deg == pytest.approx(lon)
    assert hits.speed_mps == pytest.approx(np.linalg.norm(states[:, 4:], axis=1))


def test_a_height_on_the_way_down_comes_before_the_ground() -> None:
    r, v, beta = thrown(FRAGMENTS)
    at_height, at_ground = states_at(r, v, beta, alt_m=3_000.0), states_at(r, v, beta)
    assert geodetic_from_ecef(at_height[:, 1:4])[2] == pytest.approx(np.full(FRAGMENTS, 3_000.0), abs=2e-3)
    assert (at_height[:, 0] < at_ground[:, 0]).all()


def test_a_row_of_no_numbers_passes_through_and_leaves_the_others_alone() -> None:
    r, v, beta = thrown(6)
    whole = drop(np.zeros(6), r, v, beta)
    r[1], v[2], beta[3] = np.nan, np.nan, np.nan
    hits = drop(np.zeros(6), r, v, beta)
    missing = np.isin(np.arange(6), [1, 2, 3])
    for name in ("lat_deg", "lon_deg", "t_s", "speed_mps"):
        column = getattr(hits, name)
        assert np.isnan(column[missing]).all()
        assert np.array_equal(column[~missing], getattr(whole, name)[~missing])


def test_no_bodies_make_no_impacts() -> None:
    assert len(drop([], np.empty((0, 3)), np.empty((0, 3)), []).lat_deg) == 0


@pytest.mark.parametrize("beta", [0.0, -10.0])
def test_a_body_of_no_ballistic_coefficient_is_refused(beta: float) -> None:
    r, v, _ = thrown(3)
    with pytest.raises(ModelError, match=f"ballistic coefficient of {beta:g} kg/m2.*positive"):
        drop(np.zeros(3), r, v, [100.0, beta, 100.0])
    with pytest.raises(ModelError, match="ballistic coefficient"):
        fall_path(0.0, r[0], v[0], beta)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_path_from_nowhere_is_refused(bad: float) -> None:
    r, v, beta = thrown(1)
    for args in ((r[0] * bad, v[0], beta[0]), (r[0], v[0] * bad, beta[0]), (r[0], v[0], bad)):
        with pytest.raises(ModelError, match="no number"):
            fall_path(0.0, *args)


def circling(alt_m: float) -> tuple[Array, Array]:
    r = np.array([wgs84.RE_M + alt_m, 0.0, 0.0])
    v = np.array([0.0, 0.0, math.sqrt(wgs84.GM_M3PS2 / r[0])])
    return r, v - np.cross([0.0, 0.0, wgs84.OMEGA_RADPS], r)


def test_a_body_in_orbit_never_comes_down() -> None:
    r, v = circling(500e3)
    hits = drop([700.0], [r], [v], [1_000.0])
    assert np.isnan([hits.lat_deg, hits.lon_deg, hits.t_s, hits.speed_mps]).all()
    assert np.isnan(impact_point(r, v)).all()


def test_the_path_ends_where_the_drop_does() -> None:
    r, v, beta = thrown(FRAGMENTS)
    for i in range(0, FRAGMENTS, 20):
        t_s, place, velocity = fall_path(100.0, r[i], v[i], beta[i], every_s=0.5, rows=20_000)
        down = states_at(r[i], v[i], beta[i])[0]
        assert t_s[0] == 100.0
        assert np.array_equal(np.hstack([place[0], velocity[0]]), np.hstack([r[i], v[i]]))
        assert t_s[-2] - 100.0 < down[0] <= t_s[-1] - 100.0
        assert (geodetic_from_ecef(place[:-1])[2] > 0.0).all()
        part = (down[0] - (t_s[-2] - 100.0)) / 0.5
        # Between two rows a straight line: up to a/8 h^2 away, a few metres when drag is strong.
        assert place[-2] + part * (place[-1] - place[-2]) == pytest.approx(down[1:4], abs=5.0)


def test_a_path_stops_where_its_rows_do() -> None:
    r, v = circling(500e3)
    t_s, place, _ = fall_path(0.0, r, v, 1_000.0, every_s=60.0, rows=50)
    assert t_s.tolist() == [60.0 * i for i in range(50)]
    assert geodetic_from_ecef(place)[2].min() > 450e3


def test_a_body_thrown_up_from_the_ground_has_a_path() -> None:
    r = ecef_from_geodetic(0.0, 0.0, 0.0)
    t_s, place, _ = fall_path(0.0, r, [100.0, 0.0, 0.0], 1e6, every_s=1.0)
    assert geodetic_from_ecef(place)[2].max() == pytest.approx(100.0**2 / (2 * 9.78), rel=0.01)
    assert t_s[-1] == pytest.approx(2 * 100.0 / 9.78, abs=1.0)


def test_the_impact_point_takes_any_shape_of_vectors() -> None:
    r, v, _ = thrown(12)
    many = np.array(impact_point(r.reshape(3, 4, 3), v.reshape(3, 4, 3)))
    assert many.shape == (3, 3, 4)
    one = np.array([impact_point(a, b) for a, b in zip(r, v, strict=True)]).T
    assert np.array_equal(many.reshape(3, 12), one, equal_nan=True)
    assert np.isfinite(one).any()
    assert ((one[1] >= -180.0) & (one[1] < 180.0))[np.isfinite(one[1])].all()
    lat_rad, lon_rad, t_s = k.impact_point(*r[0], *v[0])
    assert one[:, 0] == pytest.approx((math.degrees(lat_rad), math.degrees(lon_rad), t_s))


BYTES = """
import hashlib, numpy as np
from downrange.base import ecef_from_geodetic, normals, v_ecef_from_enu
from downrange.fall import states_at
n = normals(3, 500, 4)
lat, lon = 36 + n[:, 0], 124 + n[:, 1]
r = ecef_from_geodetic(lat, lon, np.full(500, 9e4))
v = v_ecef_from_enu(2000 * n[:, 1:], lat, lon)
print(hashlib.sha256(states_at(r, v, np.geomspace(10, 5000, 500)).tobytes()).hexdigest())
"""


def test_one_thread_and_two_make_the_same_bytes() -> None:
    said = [
        subprocess.run(
            [sys.executable, "-c", BYTES],
            env=os.environ | {"NUMBA_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    ]
    assert len(said[0]) == 65
    assert said[0] == said[1]
