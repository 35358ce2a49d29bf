"""Arcs: splines that follow what they can, and sums that solve what the whole matrix solves."""

from __future__ import annotations

import numpy as np
import pytest

from downrange.track._arc import WIDTH, Arc, Band, by_span, states

ARC = Arc(start_s=10.0, step_s=2.0, spans=7)
T = np.linspace(10.0, 24.0, 57)


def test_an_arc_follows_any_cubic() -> None:
    def cubic(t: np.ndarray) -> np.ndarray:
        return np.stack([t**3 - 4.0 * t, 2.0 * t**2 + 1.0, 5.0 - t], axis=1)

    span, weights = ARC.basis(T)
    table = np.zeros((T.size, ARC.spans + 3))
    for k in range(4):
        table[np.arange(T.size), span + k] = weights[0, :, k]
    coefficients = np.linalg.lstsq(table, cubic(T), rcond=None)[0]
    place, rate, bend = states(weights, span, coefficients)
    assert place == pytest.approx(cubic(T), abs=1e-8)
    assert rate == pytest.approx(np.stack([3.0 * T**2 - 4.0, 4.0 * T, -np.ones(T.size)], axis=1), abs=1e-8)
    assert bend == pytest.approx(np.stack([6.0 * T, np.full(T.size, 4.0), np.zeros(T.size)], axis=1), abs=1e-8)
    assert ARC.jerks(coefficients) == pytest.approx(np.tile([6.0, 0.0, 0.0], (7, 1)), abs=1e-8)


def test_the_band_solves_what_the_whole_matrix_solves() -> None:
    rng = np.random.default_rng(3)
    span, _ = ARC.basis(T)
    by_arc = rng.normal(size=(T.size, 2, WIDTH))
    whole = np.zeros((T.size * 2, 30))
    for i in range(T.size):
        whole[2 * i : 2 * i + 2, 3 * span[i] : 3 * span[i] + WIDTH] = by_arc[i]
    miss = rng.normal(size=(T.size, 2))
    band = Band(ARC)
    pulls = np.einsum("nmc,nm->nc", by_arc, miss)
    band.add(by_span(by_arc.transpose(0, 2, 1) @ by_arc, span, ARC.spans), by_span(pulls, span, ARC.spans))
    assert band.right == pytest.approx(whole.T @ miss.ravel())
    assert band.solve(band.right) == pytest.approx(np.linalg.lstsq(whole, miss.ravel(), rcond=None)[0], abs=1e-7)


def test_the_pull_of_smoothness_is_the_slope_of_its_penalty() -> None:
    rng = np.random.default_rng(4)
    coefficients, share = rng.normal(size=(10, 3)), rng.uniform(0.5, 2.0, 7)
    band = Band(ARC)
    band.add_smoothness(share, coefficients)

    def penalty(at: np.ndarray) -> float:
        return 0.5 * float(np.sum(share[:, None] * ARC.jerks(at) ** 2))

    for i in (0, 7, 29):
        step = np.zeros(30)
        step[i] = 1e-4
        slope = (penalty(coefficients + step.reshape(10, 3)) - penalty(coefficients - step.reshape(10, 3))) / 2e-4
        assert band.right[i] == pytest.approx(-slope, abs=1e-7)
