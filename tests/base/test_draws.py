"""Counted randomness: number (seed, sample, draw) is the same however it is asked for, and looks random."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from downrange.base import normals, uniforms

SEEDS = st.integers(0, 2**63 - 1)


@settings(max_examples=50)
@given(SEEDS, st.integers(0, 2**62), st.integers(1, 40), st.integers(1, 8), st.data())
def test_chunks_are_pieces_of_the_whole(seed, first, samples, draws, data):
    cut = data.draw(st.integers(0, samples))
    for numbers in (normals, uniforms):
        whole = numbers(seed, samples, draws, first=first)
        parts = [numbers(seed, cut, draws, first=first), numbers(seed, samples - cut, draws, first=first + cut)]
        assert np.array_equal(whole, np.concatenate(parts))


@pytest.mark.parametrize("numbers", [normals, uniforms])
def test_more_draws_leave_the_first_ones_alone(numbers):
    assert np.array_equal(numbers(5, 20, 9)[:, :4], numbers(5, 20, 4))


def test_uniforms_never_touch_their_ends():
    u = uniforms(1, 100_000, 2)
    assert u.min() > 0.0
    assert u.max() < 1.0


def test_seeds_samples_and_draws_do_not_repeat_each_other():
    u = np.stack([uniforms(seed, 500, 20) for seed in (0, 1, 2**32, 2**40)])
    assert np.unique(u).size == u.size


@pytest.mark.parametrize(
    ("numbers", "law"), [(normals, stats.norm), (uniforms, stats.uniform)], ids=["normal", "uniform"]
)
@pytest.mark.parametrize("seed", [0, 1, 20_230_824])
def test_the_numbers_follow_their_law(numbers, law, seed):
    drawn = numbers(seed, 20_000, 3)
    for draw in range(3):
        assert stats.kstest(drawn[:, draw], law.cdf).pvalue > 1e-3
    assert np.abs(np.corrcoef(drawn.T) - np.eye(3)).max() < 4.0 / np.sqrt(20_000)
    neighbours = np.corrcoef(drawn[:-1, 0], drawn[1:, 0])[0, 1]
    assert abs(neighbours) < 4.0 / np.sqrt(20_000)


def test_the_numbers_of_a_seed_never_change():
    assert normals(7, 2, 2) == pytest.approx(np.array([[-0.32386911, -1.8321169], [-0.7819625, -1.80645787]]), abs=5e-9)
    assert uniforms(123_456_789_012, 2, 2) == pytest.approx(
        np.array([[0.01687373, 0.76003179], [0.26706382, 0.42660574]]), abs=5e-9
    )
