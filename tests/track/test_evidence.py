"""What a second's beat adds: the corridor, the clock of silence, and who else is about."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import shapely

from downrange.base import ecef_from_geodetic
from downrange.fall import impact_point
from downrange.track import Rules, Verdict, assess, bounds_of, first, follow
from downrange.track.evidence import data_loss_s, first_of_seconds

BURNS = ((0.0, 122.0, 1), (126.0, 310.0, 2))
PAD = (39.66, 124.705)
FAR = shapely.box(120.0, 15.0, 126.0, 20.0)  # south-southwest, as S1 flies
ASIDE = shapely.box(128.0, 20.0, 130.0, 24.0)  # a corridor that S1 soon leaves


@pytest.fixture(scope="module")
def track(readings_of, radar, t0):
    return follow(readings_of(0), (radar,), t0, burns=BURNS)


def test_a_flight_that_leaves_its_corridor_is_off_nominal(track) -> None:
    updates = assess(track, BURNS, bounds=bounds_of(*PAD, [ASIDE]))
    out = first(updates, Verdict.OFF_NOMINAL)
    assert out is not None
    assert "outside the announced corridor" in out.reason
    assert out.p_outside > 0.99
    assert out.outside_m > 0.0
    held = [u for u in updates if u.t_s < out.t_s - Rules().outside_s - 1.5]
    assert all(not u.p_outside > 0.99 for u in held)


def test_a_flight_that_keeps_to_it_is_not(track) -> None:
    updates = assess(track, BURNS, bounds=bounds_of(*PAD, [FAR]))
    assert first(updates, Verdict.OFF_NOMINAL) is None
    assert any(u.outside_m < -50e3 for u in updates)


def test_without_a_corridor_nothing_is_said_of_it(track) -> None:
    assert all(math.isnan(u.p_outside) and math.isnan(u.outside_m) for u in assess(track, BURNS))
    assert {u.allowed_s for u in assess(track, BURNS)} == {Rules().silence_s}


def test_near_the_edge_silence_may_last_less_long(track) -> None:
    wide, narrow = (
        assess(track, BURNS, bounds=bounds_of(*PAD, [FAR], margin_m=margin_m, pad_m=pad_m))
        for margin_m, pad_m in ((10e3, 20e3), (1e3, 1e3))
    )
    at = [(a.allowed_s, b.allowed_s) for a, b in zip(wide, narrow, strict=False) if 60.0 < a.t_s < 110.0]
    assert all(1.0 <= b <= a <= 10.0 for a, b in at)
    assert any(b < a for a, b in at)


def test_a_silence_ends_when_its_own_clock_says(track) -> None:
    bounds = bounds_of(*PAD, [FAR], margin_m=1e3, pad_m=1e3)
    keep = track.t_s <= 80.0
    cut = replace(
        track,
        **{
            name: getattr(track, name)[keep] for name in track.__slots__ if isinstance(getattr(track, name), np.ndarray)
        },
    )
    allowed_s = assess(cut, BURNS, bounds=bounds)[-1].allowed_s
    assert allowed_s < Rules().silence_s
    said = assess(cut, BURNS, bounds=bounds, until_t_s=float(cut.t_s[-1]) + allowed_s + 0.5)
    assert said[-2].verdict is Verdict.UNKNOWN
    assert said[-2].t_s == pytest.approx(cut.t_s[-1] + allowed_s)


def test_the_clock_is_how_long_the_impact_point_needs() -> None:
    """By hand: thrust turned sideways for the time said moves the impact point by the distance said."""
    r, v, f = ecef_from_geodetic(33.0, 124.0, 120e3), np.array([-1500.0, 300.0, -1800.0]), 20.0
    lat, lon, _ = impact_point(r, v)
    clock_s = data_loss_s(r, v, f, 20e3)
    moved = []
    for way in np.vstack([np.eye(3), -np.eye(3)]):
        lat2, lon2, _ = impact_point(r, v + f * clock_s * way)
        moved.append(math.hypot(float(lat2 - lat), float(lon2 - lon) * math.cos(math.radians(float(lat)))) * 111_195.0)
    assert max(moved) <= 1.1 * 20e3  # no axis does worse than the worst way
    assert max(moved) > 0.5 * 20e3
    assert data_loss_s(r, v, f, -1.0) == 0.0
    assert data_loss_s(r, v, 0.0, 20e3) == math.inf


def test_seconds_begin_once() -> None:
    t_s = np.array([0.2, 0.9, 1.0, 1.5, 3.1, 3.2])
    assert first_of_seconds(t_s) == [0, 2, 4]
    assert first_of_seconds(t_s, 0) == [2, 4]
    assert first_of_seconds(np.array([])) == []
