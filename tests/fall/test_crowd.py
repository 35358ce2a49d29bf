"""Crowds of falls: a body falls as it does alone, whoever is beside it."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest

from downrange.base import Array, ecef_from_geodetic, v_ecef_from_enu, wgs84
from downrange.earth import ZONALS, air_table
from downrange.fall import _kernel as k
from downrange.fall._crowd import fall_few, fall_many
from downrange.fall._lanes import LANES

STILL = np.zeros((0, 0, 8))
TOL_M = 1e-3


def thrown(count: int) -> tuple[Array, Array]:
    """Return states (n, 6) and ballistic coefficients, 10 to 5000 kg/m^2, of bodies let go in many ways."""
    rng = np.random.default_rng(6)
    lat, lon, alt = rng.uniform(-60, 60, count), rng.uniform(-180, 180, count), rng.uniform(5e3, 200e3, count)
    speed, climb, azimuth = rng.uniform(100, 5_000, count), rng.uniform(-0.5, 0.9, count), rng.uniform(0, 6.28, count)
    enu = (speed * [np.cos(climb) * np.sin(azimuth), np.cos(climb) * np.cos(azimuth), np.sin(climb)]).T
    states = np.hstack([ecef_from_geodetic(lat, lon, alt), v_ecef_from_enu(enu, lat, lon)])
    return states, 10.0 ** rng.uniform(1.0, math.log10(5_000.0), count)


def gusts(tables: int) -> tuple[Array, Array]:
    """Return tables of the wind (m, 31, 8), constant within a kilometre."""
    rng = np.random.default_rng(9)
    winds = np.zeros((tables, 31, 8))
    winds[:, :, [0, 4]] = rng.normal(0.0, 20.0, (tables, 31, 2))
    return winds


def fallen(kernel, states, beta, winds=STILL, wind_of=None, *, ground_m=0.0, limit_s=7_200.0) -> Array:
    out = np.full((len(states), 7), -1.0)
    which = np.zeros(len(states), dtype=np.int64) if wind_of is None else wind_of
    kernel(states, beta, air_table(), ZONALS, winds, which, TOL_M, TOL_M / 10, ground_m, limit_s, out)
    return out


@pytest.mark.parametrize("windy", [False, True])
@pytest.mark.parametrize("ground_m", [0.0, 2_500.0])
def test_in_a_crowd_a_body_falls_as_alone_to_the_last_bit(windy: bool, ground_m: float) -> None:
    states, beta = thrown(5 * LANES + 3)
    winds, which = (gusts(4), np.arange(len(beta)) % 4) if windy else (STILL, np.zeros(len(beta), dtype=np.int64))
    crowd = fallen(fall_few, states, beta, winds, which, ground_m=ground_m)
    for i in range(len(beta)):
        alone = k.fall(
            *states[i],
            beta[i],
            air_table(),
            ZONALS,
            winds,
            which[i],
            TOL_M,
            TOL_M / 10,
            ground_m,
            7_200.0,
        )
        assert np.array_equal(crowd[i], alone), i


@pytest.mark.parametrize("count", [0, 1, 2, LANES - 1, LANES, LANES + 1, 200])
def test_every_count_of_bodies_comes_down(count: int) -> None:
    states, beta = thrown(200)
    whole = fallen(fall_few, states, beta)
    assert np.isfinite(whole).all()
    assert np.array_equal(fallen(fall_few, states[:count], beta[:count]), whole[:count])
    assert np.array_equal(fallen(fall_many, states[:count], beta[:count]), whole[:count])


def test_no_batch_order_or_thread_changes_a_bit() -> None:
    states, beta = thrown(5_000)
    winds, which = gusts(7), np.arange(5_000) % 7
    whole = fallen(fall_many, states, beta, winds, which)
    for threads in range(1, numba.config.NUMBA_NUM_THREADS + 1):
        numba.set_num_threads(threads)
        assert np.array_equal(fallen(fall_many, states, beta, winds, which), whole)
    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    order = np.random.default_rng(1).permutation(5_000)
    assert np.array_equal(fallen(fall_many, states[order], beta[order], winds, which[order]), whole[order])
    for first in range(0, 5_000, 1_237):
        some = slice(first, first + 1_237)
        assert np.array_equal(fallen(fall_few, states[some], beta[some], winds, which[some]), whole[some])


def test_a_strand_is_every_so_many_th_body() -> None:
    states, beta = thrown(100)
    whole, out = fallen(fall_few, states, beta), np.full((100, 7), -1.0)
    which = np.zeros(100, dtype=np.int64)
    fall_few(states, beta, air_table(), ZONALS, STILL, which, TOL_M, TOL_M / 10, 0.0, 7_200.0, out, 2, 5)
    assert np.array_equal(out[2::5], whole[2::5])
    assert (out[np.arange(100) % 5 != 2] == -1.0).all()


def test_what_never_lands_has_no_seconds_and_leaves_the_others_alone() -> None:
    states, beta = thrown(3 * LANES)
    whole = fallen(fall_few, states, beta)
    states[7] = [wgs84.RE_M + 500e3, 0.0, 0.0, 0.0, 0.0, math.sqrt(wgs84.GM_M3PS2 / (wgs84.RE_M + 500e3))]  # an orbit
    states[20, :3] *= 0.9  # under the ground
    odd = np.isin(np.arange(len(beta)), [7, 20])
    got = fallen(fall_few, states, beta)
    assert np.isnan(got[odd, 0]).all()
    assert np.array_equal(got[~odd], whole[~odd])
    assert np.isnan(fallen(fall_few, states, beta, limit_s=30.0)[whole[:, 0] > 100.0, 0]).all()


def test_a_handful_one_by_one_gives_the_bits_of_the_lanes() -> None:
    states, beta = thrown(2 * LANES + 1)
    winds, which = gusts(3), np.arange(len(beta)) % 3
    assert np.array_equal(
        fallen(k.fall_each, states, beta, winds, which), fallen(fall_few, states, beta, winds, which), equal_nan=True
    )
    assert np.array_equal(fallen(k.fall_each, states, beta), fallen(fall_few, states, beta), equal_nan=True)
