"""The first seconds of a track as a curve: exact on a cubic, honest on noise, shorter where thrust changes."""

from __future__ import annotations

import numpy as np
import pytest

from downrange.track.curve import curve_through

R0, V0, A0, J0 = (np.array(a) for a in ([6.4e6, 1e5, 2e5], [300.0, -20.0, 50.0], [12.0, 3.0, -2.0], [0.2, 0.0, 0.1]))


def rising(t):
    t = np.asarray(t)[:, None]
    return R0 + V0 * t + 0.5 * A0 * t**2 + J0 * t**3 / 6.0


def noise(count, sigma=50.0, seed=3):
    return np.random.default_rng(seed).normal(size=(count, 3)) * sigma


def flat_cov(count, sigma=50.0):
    return np.tile(np.eye(3) * sigma**2, (count, 1, 1))


def test_a_cubic_is_found_again():
    t = 100.0 + np.arange(0.0, 30.0, 0.1)
    curve = curve_through(t, rising(t - 100.0), flat_cov(t.size))
    assert curve is not None
    for when in (0.0, 7.3, 20.0):
        state, _ = curve.at(100.0 + when)
        assert state[:3] == pytest.approx(rising([when])[0], abs=1e-3)
        assert state[3:6] == pytest.approx(V0 + A0 * when + 0.5 * J0 * when**2, abs=1e-4)
        assert state[6:] == pytest.approx(A0 + J0 * when, abs=1e-5)


def test_its_covariance_is_that_of_its_errors():
    t = np.arange(0.0, 25.0)
    chi2 = []
    for seed in range(150):
        curve = curve_through(t, rising(t) + noise(t.size, seed=seed), flat_cov(t.size))
        assert curve is not None
        state, cov = curve.at(8.0)
        miss = state - np.concatenate([rising([8.0])[0], V0 + A0 * 8.0 + J0 * 32.0, A0 + J0 * 8.0])
        chi2.append(miss @ np.linalg.solve(cov, miss))
    assert np.mean(chi2) == pytest.approx(9.0, rel=0.15)


def test_wild_places_hardly_bend_it():
    t = np.arange(0.0, 25.0)
    places = rising(t) + noise(t.size)
    spoilt = places.copy()
    spoilt[[3, 11]] += 20_000.0
    clean, bent = (curve_through(t, r, flat_cov(t.size)) for r in (places, spoilt))
    assert clean is not None
    assert bent is not None
    assert np.abs(clean.at(10.0)[0][6:] - bent.at(10.0)[0][6:]).max() < 3.0


def test_where_thrust_ends_the_curve_ends():
    t = np.arange(0.0, 25.0, 0.5)
    after = np.clip(t - 12.0, 0.0, None)[:, None]
    curve = curve_through(t, rising(t) - 20.0 * after**2, flat_cov(t.size, 10.0))
    assert curve is not None
    assert curve.span_s <= 15.0
    assert curve_through(t, rising(t), flat_cov(t.size, 10.0)).span_s == pytest.approx(24.0, abs=1.0)


@pytest.mark.parametrize("t", [np.arange(3.0), np.arange(0.0, 3.0, 0.1), np.array([0.0, 1.0, 2.0, 3.0, 4.0, 60.0])])
def test_too_little_is_no_curve(t):
    assert curve_through(t, rising(t), flat_cov(t.size)) is None
