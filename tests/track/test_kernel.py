"""Laws of the tracker's arithmetic, each against an independent sum."""

from __future__ import annotations

import math
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from downrange.base import ecef_from_geodetic, enu_axes, normals, wgs84
from downrange.fall._kernel import impact_point
from downrange.track._kernel import bank, measure, motion, spread
from downrange.track.filter import Tuning, blank, model, new_bank

RATES = np.array([[-1e-3, 8e-4, 2e-4], [5e-4, -1e-3, 5e-4], [0.5, 0.1, -0.6]])  # of three models: any number will do
OMEGA = np.array([0.0, 0.0, wgs84.OMEGA_RADPS])
ONE_METRE = 1.0
SLACK = 0.1  # published spreads are ranges over four speeds, printed with one or two digits


def launch_state(lat_deg, lon_deg, alt_m, azimuth_deg, climb_deg, v_inertial_mps):
    """Return r, v (relative to the Earth) of a flight with this inertial speed, azimuth and climb."""
    r = ecef_from_geodetic(lat_deg, lon_deg, alt_m)
    up = r / np.linalg.norm(r)
    east = np.cross([0.0, 0.0, 1.0], up)
    east /= np.linalg.norm(east)
    az, climb = math.radians(azimuth_deg), math.radians(climb_deg)
    level = math.sin(az) * east + math.cos(az) * np.cross(up, east)
    v = v_inertial_mps * (math.cos(climb) * level + math.sin(climb) * up)
    return r, v - np.cross(OMEGA, r)


def fall_two_body(r, v):
    """Return latitude, longitude [deg] and time of the fall by numeric two-body motion, or None within 3 hours."""
    w = v + np.cross(OMEGA, r)

    def rate(_t, s):
        return np.concatenate([s[3:], -wgs84.GM_M3PS2 * s[:3] / np.linalg.norm(s[:3]) ** 3])

    def ground(_t, s):
        return (s[0] ** 2 + s[1] ** 2) / wgs84.RE_M**2 + s[2] ** 2 / wgs84.RP_M**2 - 1.0

    ground.terminal, ground.direction = True, -1.0  # type: ignore[attr-defined]
    done = solve_ivp(rate, (0.0, 10_800.0), [*r, *w], events=ground, method="DOP853", rtol=1e-11, atol=1e-4)
    if not done.t_events[0].size:
        return None
    t, (x, y, z) = float(done.t_events[0][0]), done.y_events[0][0][:3]
    lat = math.degrees(math.atan2(z, (1.0 - wgs84.E2) * math.hypot(x, y)))
    return lat, math.degrees(math.atan2(y, x) - wgs84.OMEGA_RADPS * t), t


def test_the_constants_are_those_of_the_house() -> None:
    assert (motion._GM, motion._RE_M, motion._OMEGA, motion._J2) == (
        wgs84.GM_M3PS2,
        wgs84.RE_M,
        wgs84.OMEGA_RADPS,
        wgs84.J2,
    )
    assert (spread._GM, spread._RE_M, spread._OMEGA, spread._E2) == (
        wgs84.GM_M3PS2,
        wgs84.RE_M,
        wgs84.OMEGA_RADPS,
        wgs84.E2,
    )


def test_nothing_pulls_a_geostationary_satellite() -> None:
    r = (wgs84.GM_M3PS2 / wgs84.OMEGA_RADPS**2) ** (1.0 / 3.0)
    assert motion.field(r * 0.6, r * 0.8, 0.0, 0.0, 0.0, 0.0) == pytest.approx((0.0, 0.0, 0.0), abs=1e-12)


@given(
    lat=st.floats(-89.0, 89.0), lon=st.floats(-180.0, 180.0), v=st.lists(st.floats(-8e3, 8e3), min_size=3, max_size=3)
)
def test_the_field_is_the_slope_of_the_jacobi_potential(lat: float, lon: float, v: list[float]) -> None:
    r = ecef_from_geodetic(lat, lon, 300_000.0)

    def potential(p: np.ndarray) -> float:
        d = float(np.linalg.norm(p))
        flat = 0.5 * wgs84.J2 * (wgs84.RE_M / d) ** 2 * (3.0 * (p[2] / d) ** 2 - 1.0)
        return wgs84.GM_M3PS2 / d * (1.0 - flat) + 0.5 * wgs84.OMEGA_RADPS**2 * (p[0] ** 2 + p[1] ** 2)

    slope = [(potential(r + e) - potential(r - e)) / 200.0 for e in 100.0 * np.eye(3)]
    turn = -2.0 * np.cross(OMEGA, v)
    assert np.array(motion.field(*r, v[0], v[1], 1.0)) == pytest.approx(np.array(slope) + turn, abs=1e-6)


@given(a=st.floats(0.0, 2.0), b=st.floats(0.0, 2.0))
def test_switching_over_a_sum_is_the_product_and_keeps_chance(a: float, b: float) -> None:
    one, two, both = (np.empty((3, 3)) for _ in range(3))
    for dt, out in ((a, one), (b, two), (a + b, both)):
        bank.switching(RATES, dt, out)
    assert both == pytest.approx(one @ two, abs=1e-9)
    assert both == pytest.approx(expm(RATES * (a + b)), abs=1e-9)
    assert both.sum(axis=1) == pytest.approx(1.0, abs=1e-9)


def test_a_hundred_seconds_of_coast_agree_with_an_integrator() -> None:
    r, v = launch_state(33.0, 124.0, 180_000.0, 190.0, 25.0, 3_000.0)
    x, p = np.array([*r, *v, 5.0, 5.0, 5.0]), np.eye(9)
    motion.carry(x, p, 100.0, 1e-3, True, 1.0)
    done = solve_ivp(
        lambda _t, s: [*s[3:], *motion.field(s[0], s[1], s[2], s[3], s[4], 1.0)],
        (0.0, 100.0),
        [*r, *v],
        rtol=1e-11,
        atol=1e-6,
    )
    assert x[:6] == pytest.approx(done.y[:, -1], abs=0.01)
    assert x[6:] == pytest.approx(0.0)


def test_the_transition_is_the_slope_of_the_motion() -> None:
    r, v = launch_state(30.0, 124.0, 250_000.0, 190.0, 10.0, 4_000.0)
    x0, dt = np.array([*r, *v, 3.0, -8.0, 2.0]), 1.0
    f = np.zeros((9, 9))
    steps = [10.0] * 3 + [1.0] * 3 + [0.1] * 3
    for i, h in enumerate(steps):
        ends = []
        for sign in (1.0, -1.0):
            x = x0.copy()
            x[i] += sign * h
            motion.predict(x, np.eye(9), dt, 0.0, motion.BOOST, 1.0, np.empty((6, 6)), np.empty((9, 9)))
            ends.append(x)
        f[:, i] = (ends[0] - ends[1]) / (2.0 * h)
    p = np.diag([1e4] * 3 + [1e2] * 3 + [1.0] * 3)
    got = p.copy()
    motion.predict(x0.copy(), got, dt, 0.0, motion.BOOST, 1.0, np.empty((6, 6)), np.empty((9, 9)))
    # J2 and terms of third order in dt are left out of the filter's transition: below 1e-4 of the spread.
    assert np.abs(got - f @ p @ f.T).max() < 1e-4 * 1e4


@settings(max_examples=30)
@given(out=st.floats(5e4, 3e5), turn=st.floats(0.0, math.tau), up=st.floats(5e4, 4e5))
def test_taking_numbers_one_by_one_is_the_joint_update(out: float, turn: float, up: float) -> None:
    east, north = out * math.sin(turn), out * math.cos(turn)
    site, axes = np.append(ecef_from_geodetic(37.97, 124.72, 100.0), [3.0, -5.0, 2.0]), enu_axes(37.97, 124.72)
    x = np.concatenate([site[:3] + axes.T @ np.array([east, north, up]), [900.0, -1500.0, 700.0], [1.0, 2.0, 3.0]])
    root = normals(3, 9, 9) * np.array([2.0] * 3 + [1.0] * 3 + [0.3] * 3)[:, None]
    p = root @ root.T
    var = np.array([30.0**2, 1e-6, 1e-6, 4.0, *[np.inf] * 8])
    h = np.zeros((4, 9))
    for i in range(6):
        step = np.zeros(9)
        step[i] = 1.0
        ends = [np.array(measure.look(x + sign * step, site, axes)) for sign in (1.0, -1.0)]
        h[:, i] = (ends[0] - ends[1]) / 2.0
    innovation = np.array([20.0, 1e-4, -1e-4, 0.5])
    z = np.array(measure.look(x, site, axes)) + innovation
    s = h @ p @ h.T + np.diag(var[:4])
    gain = p @ h.T @ np.linalg.inv(s)
    want_x, want_p = x + gain @ innovation, p - gain @ h @ p
    loglik = -0.5 * (innovation @ np.linalg.solve(s, innovation) + np.log(np.linalg.det(2.0 * np.pi * s)))
    chi2, got = measure.update(x, p, np.append(z, [np.nan] * 8), site, axes, var, np.empty(6), np.empty(9))
    # Metres of prior against 50 km of range: the joint update's slopes do not move while numbers are taken in.
    assert x[:6] == pytest.approx(want_x[:6], abs=0.01)
    assert p == pytest.approx(want_p, abs=0.01)
    assert got == pytest.approx(loglik, abs=0.01)
    assert chi2 == pytest.approx(innovation @ np.linalg.solve(s, innovation), abs=0.01)


@settings(max_examples=40)
@given(
    lat=st.floats(-80.0, 80.0),
    lon=st.floats(-180.0, 179.0),
    alt=st.floats(20e3, 500e3),
    azimuth=st.floats(0.0, 360.0),
    climb=st.floats(-60.0, 80.0),
    speed=st.floats(600.0, 7_000.0),
)
def test_the_impact_point_agrees_with_numeric_two_body(lat, lon, alt, azimuth, climb, speed) -> None:
    r, v = launch_state(lat, lon, alt, azimuth, climb, speed)
    want = fall_two_body(r, v)
    got = impact_point(*r, *v)
    if want is None:
        assert math.isnan(got[2]) or got[2] > 10_800.0
        return
    a, b = ecef_from_geodetic(*np.degrees(got[:2])), ecef_from_geodetic(want[0], want[1])
    assert np.linalg.norm(a - b) < 5.0 * ONE_METRE
    assert got[2] == pytest.approx(want[2], abs=0.01)


def test_a_fall_longer_than_a_quarter_turn_lands_in_the_right_half(s1: ModuleType) -> None:
    r = ecef_from_geodetic(s1.PAD[0], s1.PAD[1], s1.TRAP_ALTITUDE_M)
    far, near = float(np.linalg.norm(r)), wgs84.RE_M + s1.TRAP_PERIGEE_M
    speed = math.sqrt(wgs84.GM_M3PS2 * (2.0 / far - 2.0 / (far + near)))
    lat, lon, t = impact_point(*np.concatenate(launch_state(*s1.PAD[:2], s1.TRAP_ALTITUDE_M, 190.0, 0.0, speed)))
    got = np.array([math.degrees(lat), math.degrees(lon), t])
    assert np.all(np.abs(got - s1.TRAP_IMPACT) < s1.TRAP_MARGIN)
    want = fall_two_body(*launch_state(*s1.PAD[:2], s1.TRAP_ALTITUDE_M, 190.0, 0.0, speed))
    assert want is not None
    assert got == pytest.approx(want, abs=1e-3)


@pytest.mark.parametrize("speed", [7_668.0, 9_000.0, 12_000.0])
def test_what_stays_up_has_no_impact_point(speed: float) -> None:
    # 400 km, level: perigee at about 390 km, then higher orbits, then escape.
    assert all(math.isnan(value) for value in impact_point(*np.concatenate(launch_state(20, 126, 4e5, 188, 0, speed))))


@given(low=st.floats(-5e6, 8e5), more=st.floats(0.0, 2e6), part=st.floats(0.0, 1.0))
def test_apsides_come_back_from_anywhere_on_the_ellipse(low: float, more: float, part: float) -> None:
    near, far = wgs84.RE_M + low, wgs84.RE_M + low + more
    a, e = 0.5 * (near + far), (far - near) / (far + near)
    nu = part * math.tau
    radius, p = a * (1.0 - e * e) / (1.0 + e * math.cos(nu)), a * (1.0 - e * e)
    place = radius * np.array([math.cos(nu), 0.0, math.sin(nu)])
    v = math.sqrt(wgs84.GM_M3PS2 / p) * np.array([-math.sin(nu), 0.0, e + math.cos(nu)])
    got = spread.apsides(*place, *(v - np.cross(OMEGA, place)))
    assert got == pytest.approx((low, low + more), abs=0.5)


def hover(n: int, first: int = 0) -> tuple[bank.Rows, np.ndarray]:
    """Return readings of something that stands still 30 km up and 40 km away from a radar, with noise; and where it is."""
    site, axes = np.append(ecef_from_geodetic(-33.0, -71.0, 0.0), np.zeros(3)), enu_axes(-33.0, -71.0)
    place = site[:3] + axes.T @ np.array([24e3, -32e3, 30e3])
    z = np.full((n, 12), np.nan)
    sigma = np.array([30.0, 1e-3, 1e-3, 1.0])
    z[:, :4] = measure.look(np.array([*place, 0.0, 0.0, 0.0]), site, axes) + sigma * normals(2, n, 4, first=first)
    none = np.zeros(n, dtype=np.int64)
    rows = bank.Rows(
        t_s=0.1 * np.arange(first, first + n), z=z, kind=none, place=none, sensor=none, sites=site[None],
        axes=axes[None], var=np.append(sigma**2, [np.inf] * 8)[None],
    )  # fmt: skip
    return rows, place


def some(rows: bank.Rows, which: slice) -> bank.Rows:
    """Return a slice of the readings."""
    per_row = ("t_s", "z", "kind", "place", "sensor")
    return rows._replace(**{name: getattr(rows, name)[which] for name in per_row})


def filtered(rows, place, models=None):
    """Run the filter kernel; return the results and the models as they stand."""
    x, p = np.array([*place, *np.zeros(6)]), np.diag([1e4] * 3 + [1e4] * 3 + [900.0] * 3)
    models = models or new_bank(x, p, float(rows.t_s[0]) - 0.1)
    out = blank(rows.t_s.size)
    bank.run(rows, models, model(Tuning()), out)
    return out, models


def test_a_million_updates_leave_the_covariance_sound() -> None:
    rows, place = hover(1_000_000)
    out, models = filtered(rows, place)
    assert np.array_equal(out.p, np.swapaxes(out.p, 1, 2))
    assert np.linalg.eigvalsh(out.p[::500]).min() > 0.0
    assert np.linalg.eigvalsh(models.p).min() > 0.0
    assert np.linalg.norm(out.x[1000:, :3] - place, axis=1).mean() < 30.0
    held = out.x[1000:, 6:].mean(axis=0) @ place / np.linalg.norm(place)
    assert held == pytest.approx(9.7, abs=0.1)  # held up against gravity
    assert out.mu[1000:, 1].max() < 0.99  # 100,000 s of thrust without a false loss
    assert out.used.all()


def test_a_run_cut_in_two_is_the_whole_run() -> None:
    rows, place = hover(600)
    whole, _ = filtered(rows, place)
    _, models = filtered(some(rows, slice(250)), place)
    rest, _ = filtered(some(rows, slice(250, None)), place, models)
    for one, two in zip(whole, rest, strict=True):
        assert np.array_equal(one[250:], two, equal_nan=True)


def test_a_track_that_is_wrong_finds_back() -> None:
    rows, place = hover(600)
    site, axes = rows.sites[0], rows.axes[0]
    jump = axes.T @ np.array([20e3, 0.0, 5e3])
    moved = np.array(measure.look(np.array([*(place + jump), 0.0, 0.0, 0.0]), site, axes))
    still = np.array(measure.look(np.array([*place, 0.0, 0.0, 0.0]), site, axes))
    rows.z[300:, :4] += moved - still
    out, _ = filtered(rows, place)
    assert not out.used[300:305].any()
    assert np.linalg.norm(out.x[-1, :3] - place - jump) < 100.0


def test_perigee_spread_is_as_published(s1: ModuleType) -> None:
    r, v = launch_state(20.0, 126.0, 400_000.0, 188.0, 0.0, 7_668.0 - 50.0)
    out = np.empty((1, 7))
    for rms_mps, low_km, high_km in s1.PERIGEE_SPREAD_KM:
        p = np.diag([400.0] * 3 + [rms_mps**2 / 3.0] * 3)[None]
        spread.orbit_spread(np.concatenate([r, v])[None], p, normals(1, 2000, 6), 120_000.0, out)
        assert low_km * (1.0 - SLACK) < out[0, 2] / 1e3 < high_km * (1.0 + SLACK)


def test_far_from_the_limit_twelve_points_say_what_draws_say() -> None:
    r, v = launch_state(20.0, 126.0, 400_000.0, 188.0, 1.0, 7_500.0)
    x, p = np.concatenate([r, v])[None], np.diag([400.0] * 3 + [4.0] * 3)[None]
    few, many = np.empty((1, 7)), np.empty((1, 7))
    spread.orbit_spread(
        x, p, normals(1, 4000, 6), 120_000.0, few
    )  # perigee at -160 km, sigma 7 km: far below the limit
    spread.orbit_spread(
        x, p, normals(1, 4000, 6), float(few[0, 1]) - 4.0 * float(few[0, 2]), many
    )  # within eight sigma
    assert few[0, 0] == 0.0
    assert many[0, 0] == pytest.approx(1.0, abs=1e-3)
    assert few[0, 1:5:2] == pytest.approx(many[0, 1:5:2], abs=500.0)
    assert few[0, 2::2] == pytest.approx(many[0, 2::2], rel=0.05)
    assert few[0, 5] == pytest.approx(many[0, 5], abs=0.1 * many[0, 6])


def test_the_ellipse_holds_what_it_should() -> None:
    r, v = launch_state(33.0, 124.0, 180_000.0, 190.0, 15.0, 3_000.0)
    x, cov = np.concatenate([r, v]), np.diag([100.0] * 3 + [25.0] * 3)
    out, y = np.empty((1, 7)), np.empty((4000, 7))
    spread.impact_spread(x[None], cov[None], out)
    crowd = x + normals(5, 4000, 6) * np.sqrt(np.diag(cov))
    spread.impact_spread(crowd, np.zeros((4000, 6, 6)), y)
    east = (y[:, 1] - out[0, 1]) * math.cos(out[0, 0]) * wgs84.RE_M
    north = (y[:, 0] - out[0, 0]) * wgs84.RE_M
    major, minor, axis = out[0, 3:6]
    along = east * math.sin(axis) + north * math.cos(axis)
    across = east * math.cos(axis) - north * math.sin(axis)
    assert along.std() == pytest.approx(major, rel=0.05)
    assert across.std() == pytest.approx(minor, rel=0.05)
    assert y[:, 2].std() == pytest.approx(out[0, 6], rel=0.05)
    inside = ((along / major) ** 2 + (across / minor) ** 2 < 2.0 * math.log(10.0)).mean()
    assert inside == pytest.approx(0.9, abs=0.02)
