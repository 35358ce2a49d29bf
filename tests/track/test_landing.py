"""Down or not: falling, landing, standing on the pad, hills, and states without a number."""

from __future__ import annotations

import math

import numpy as np
import pytest

from downrange.base import InputError, ecef_from_geodetic, v_ecef_from_enu
from downrange.track.landing import landed


def descent(alt_m, speed_mps, sigma_m=20.0, sigma_mps=1.0, lat=30.0, lon=-60.0):
    """Return the track of something that comes straight down."""
    alt = np.asarray(alt_m, dtype=float)
    r = ecef_from_geodetic(np.full(alt.shape, lat), np.full(alt.shape, lon), alt)
    v = v_ecef_from_enu(np.stack([0 * alt, 0 * alt, -np.broadcast_to(speed_mps, alt.shape)], axis=-1), lat, lon)
    cov = np.tile(np.diag([sigma_m**2] * 3 + [sigma_mps**2] * 3), (alt.size, 1, 1))
    return np.arange(alt.size, dtype=float), r, v, cov


def test_what_must_be_below_the_ground_is_down():
    p = landed(*descent([5_000.0, 3_000.0, 1_000.0, 0.0, -1_000.0, -3_000.0], 200.0))
    assert p[:3] == pytest.approx(0.0, abs=1e-3)
    assert p[3] == pytest.approx(0.5, abs=0.01)
    assert p[4:] == pytest.approx(1.0, abs=1e-3)


def test_a_doubtful_height_is_a_doubtful_landing():
    p = landed(*descent([50_000.0, -500.0], 200.0, sigma_m=1_000.0))
    assert p[1] == pytest.approx(0.69, abs=0.01)  # half a sigma


def test_a_stage_that_stands_has_landed_and_one_that_dives_by_has_not():
    still, diving = descent([2_000.0, 60.0], [100.0, 0.5]), descent([2_000.0, 60.0], 100.0)
    assert landed(*still)[1] > 0.98
    assert landed(*diving)[1] < 0.4
    hover = descent([2_000.0, 1_500.0], [100.0, 0.0])
    assert landed(*hover)[1] < 0.01


def test_what_never_flew_has_not_landed():
    assert landed(*descent([30.0, 30.0, 400.0], [0.0, 0.0, -50.0])) == pytest.approx(0.0, abs=1e-3)
    up_and_down = descent([30.0, 3_000.0, 30.0], [0.0, -90.0, 0.0])
    assert landed(*up_and_down)[[0, 2]] == pytest.approx([0.0, 1.0], abs=0.02)


def test_it_says_only_what_was_known_then():
    t, r, v, cov = descent([5_000.0, 2_000.0, -500.0, -2_000.0], 100.0)
    whole = landed(t, r, v, cov)
    for n in range(1, 5):
        assert np.array_equal(landed(t[:n], r[:n], v[:n], cov[:n]), whole[:n])


def test_a_hill_is_ground_too():
    track = descent([5_000.0, 1_400.0], 200.0)
    assert landed(*track)[1] < 0.01
    assert landed(*track, ground_m=2_000.0)[1] > 0.99


@pytest.mark.parametrize(("lat", "lon"), [(30.0, -60.0), (-30.0, 60.0), (89.9, 10.0), (0.0, 180.0)])
def test_up_is_up_everywhere(lat, lon):
    t, r, v, cov = descent([5_000.0, -600.0], 100.0, lat=lat, lon=lon)
    assert landed(t, r, v, cov)[1] > 0.99


def test_no_number_is_no_answer_and_does_not_spread():
    t, r, v, cov = descent([5_000.0, 4_000.0, -1_000.0], 100.0)
    r[1] = math.nan
    p = landed(t, r, v, cov)
    assert np.isnan(p).tolist() == [False, True, False]
    assert p[2] > 0.99
    assert landed(np.empty(0), np.empty((0, 3)), np.empty((0, 3)), np.empty((0, 6, 6))).shape == (0,)


def test_a_track_out_of_order_or_shape_is_refused():
    t, r, v, cov = descent([5_000.0, 4_000.0], 100.0)
    with pytest.raises(InputError, match="landed"):
        landed(t[::-1], r, v, cov)
    with pytest.raises(InputError, match="landed"):
        landed(t, r[:1], v, cov)
