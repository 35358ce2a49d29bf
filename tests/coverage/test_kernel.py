"""The bare arithmetic: margins and their rates, one window by itself and many side by side, the order of windows."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from downrange.coverage._kernel.block import BLOCK, ELEVATION, LANE_ROWS, LEFT, QN, RIGHT, ROUND_NADIR, U, limit_windows
from downrange.coverage._kernel.margin import CONE, SLANT, with_rate
from downrange.coverage._kernel.near import across, candidates, lune_width_m
from downrange.coverage._kernel.order import by_point
from downrange.coverage._kernel.path import TERMS, value_at
from downrange.coverage._kernel.solve import window

R_M, Q_M = 6_878e3, 6_371e3
RATE = 0.5  # an arc is half a radian


def circle() -> np.ndarray:
    """The polynomials of an arc on a circle in the plane of x and z, through (R, 0, 0) at u = 0; a series of sine and cosine."""
    arc = np.zeros((8, TERMS))
    for k in range(TERMS):
        size = R_M * RATE**k / math.factorial(k)
        if k % 2 == 0:
            arc[0, k] = size * (-1) ** (k // 2)
        else:
            arc[2, k] = size * (-1) ** (k // 2)
    arc[3, 0] = R_M**2
    return arc


def point(along_rad: float, aside_rad: float) -> np.ndarray:
    n = np.array(
        [
            math.cos(aside_rad) * math.cos(along_rad),
            math.sin(aside_rad),
            math.cos(aside_rad) * math.sin(along_rad),
        ]
    )
    return np.array([*(Q_M * n), Q_M**2, *n, Q_M])


def cone_half_width(eta_rad: float, aside_rad: float) -> float:
    """Half a window in u, by spherical trigonometry."""
    reach = math.asin(R_M / Q_M * math.sin(eta_rad)) - eta_rad
    cosine = math.cos(reach) / math.cos(aside_rad)
    return math.acos(cosine) / RATE if cosine < 1.0 else -1.0


@given(u=st.floats(-1.0, 1.0), form=st.sampled_from([CONE, SLANT]), seed=st.integers(0, 99))
def test_a_margin_s_rate_is_its_derivative(u, form, seed):
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=TERMS) * 0.1, rng.normal(size=TERMS) * 0.01
    first[0], second[0] = 5.0, 4.0
    f = [with_rate(form, first, second, 0.8, 0.3, 9.0, x)[0] for x in (u - 1e-5, u + 1e-5)]
    assert with_rate(form, first, second, 0.8, 0.3, 9.0, u)[1] == pytest.approx((f[1] - f[0]) / 2e-5, abs=1e-6)


def lanes_of(points: list[np.ndarray], guess: list[float]) -> np.ndarray:
    lane = np.zeros((LANE_ROWS, BLOCK))
    for i, (one, u) in enumerate(zip(points, guess, strict=True)):
        lane[: QN + 1, i], lane[U, i] = one, u
    return lane


@given(
    along=st.lists(st.floats(-0.1, 0.1), min_size=1, max_size=BLOCK),
    aside=st.floats(-0.08, 0.08),
    eta_deg=st.floats(3.0, 50.0),
    off=st.floats(-0.01, 0.01),
)
def test_windows_side_by_side_are_those_of_spherical_trigonometry(along, aside, eta_deg, off):
    eta = math.radians(eta_deg)
    lane = lanes_of([point(a, aside) for a in along], [a / RATE + off for a in along])
    first, second, work = np.empty((TERMS, BLOCK)), np.empty((TERMS, BLOCK)), np.empty((2, TERMS))
    n = len(along)
    limit_windows(ROUND_NADIR, circle(), math.cos(eta), math.sin(eta) ** 2, RATE, 3.1, lane, n, first, second, work)
    half = cone_half_width(eta, aside)
    for i, a in enumerate(along):
        if half > 1e-4:
            assert lane[LEFT, i] == pytest.approx(a / RATE - half, abs=1e-8 / half)
            assert lane[RIGHT, i] == pytest.approx(a / RATE + half, abs=1e-8 / half)
        elif half < 0.0:
            assert lane[LEFT, i] >= lane[RIGHT, i] or lane[RIGHT, i] - lane[LEFT, i] < 1e-4


@pytest.mark.parametrize("elevation_deg", [0.0, 10.0, 45.0])
def test_elevation_is_over_the_level_plane_through_the_point(elevation_deg):
    el = math.radians(elevation_deg)
    reach = math.acos(Q_M / R_M * math.cos(el)) - el
    lane = lanes_of([point(0.05, 0.03)], [0.1])
    first, second, work = np.empty((TERMS, BLOCK)), np.empty((TERMS, BLOCK)), np.empty((2, TERMS))
    limit_windows(ELEVATION, circle(), math.sin(el), 0.0, RATE, 3.1, lane, 1, first, second, work)
    half = math.acos(math.cos(reach) / math.cos(0.03)) / RATE
    assert (lane[LEFT, 0], lane[RIGHT, 0]) == pytest.approx((0.1 - half, 0.1 + half), abs=1e-8)


@given(depth=st.floats(1e-12, 1e-3), start=st.floats(-0.5, 0.5))
def test_one_window_is_found_from_any_start_however_it_grazes(depth, start):
    # depth - u^2: from -sqrt(depth) to sqrt(depth), with a second form that adds nothing
    first, second = np.zeros(TERMS), np.zeros(TERMS)
    first[0], first[2], second[0] = depth, -1.0, 1.0
    left, right = window(SLANT, first, second, 0.0, 0.0, 0.0, start, 2.0, 1.0, 1.5)
    assert left == pytest.approx(-math.sqrt(depth), rel=1e-3)
    assert right == pytest.approx(math.sqrt(depth), rel=1e-3)


def test_no_window_is_said_by_an_empty_one():
    first, second = np.zeros(TERMS), np.zeros(TERMS)
    first[0], first[2], second[0] = -1e-6, -1.0, 1.0
    assert window(SLANT, first, second, 0.0, 0.0, 0.0, 0.3, 2.0, 1.0, 1.5) == (1.0, 0.0)


def test_each_point_near_a_circle_is_chosen_by_one_piece():
    rng = np.random.default_rng(2)
    points = [point(a, b) for a, b in zip(rng.uniform(-0.24, 0.24, 400), rng.uniform(-0.05, 0.05, 400), strict=True)]
    rows = np.array(points)
    lon = np.arctan2(rows[:, 1], rows[:, 0])
    lat = np.arcsin(rows[:, 2] / Q_M)
    south = math.floor(lat.min() / 0.035)
    count = math.floor(lat.max() / 0.035) - south + 1
    band = np.floor(lat / 0.035).astype(int) - south
    order = np.lexsort((lon, band))
    edges = 0.035 * (south + np.arange(count + 1))
    trig = np.column_stack([np.sin(edges), np.cos(edges), edges])
    start = np.searchsorted(band[order], np.arange(count + 1))
    arc, chosen = circle(), np.zeros(400, int)
    for u0, u1 in ((-0.5, -0.1), (-0.1, 0.0), (0.0, 0.5)):
        w0, w1, mid = np.empty(3), np.empty(3), np.empty(6)
        assert across(arc, u0, w0) == pytest.approx(RATE)
        across(arc, u1, w1)
        u = 0.5 * (u0 + u1)
        foot = np.array([value_at(arc[k], u) for k in range(3)]) / R_M
        mid[:3], mid[3:] = foot, [0.0, -1.0, 0.0]
        picked = np.empty(401, np.int64)
        place = np.ascontiguousarray(rows[order, :3].T), lon[order], start, trig
        n = candidates(place, (w0, w1, mid), 0.26 * (u1 - u0), 0.06, lune_width_m(0.06, Q_M), picked)
        chosen[order[picked[:n]]] += 1
    assert (chosen == 1).all()


@given(
    starts=st.lists(st.tuples(st.floats(-50.0, 950.0), st.integers(0, 4), st.integers(0, 3)), max_size=60),
    length=st.floats(1.0, 300.0),
)
def test_windows_come_out_by_point_then_by_start_cut_to_the_span(starts, length):
    spans = np.array([[a, a + length] for a, _, _ in starts if a + length > 0.0]).reshape(-1, 2)
    whose = np.array([[s, p] for a, p, s in starts if a + length > 0.0], dtype=np.int32).reshape(-1, 2)
    place = np.array([3, 0, 4, 1, 2])
    satellite, at, start_s, end_s, open_start, open_end = by_point(spans, whose, place, 900.0)
    rows = sorted((int(place[p]), a, int(s), b) for (a, b), (s, p) in zip(spans, whose, strict=True))
    assert at.tolist() == [p for p, _, _, _ in rows]
    assert start_s.tolist() == [max(a, 0.0) for _, a, _, _ in rows]
    assert satellite.tolist() == [s for _, _, s, _ in rows]
    assert end_s.tolist() == [min(b, 900.0) for _, _, _, b in rows]
    assert open_start.tolist() == [a <= 0.0 for _, a, _, _ in rows]
    assert open_end.tolist() == [b >= 900.0 for _, _, _, b in rows]
