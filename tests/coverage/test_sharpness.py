"""Modulation transfer and edge response."""

import math

import numpy as np
import pytest

from downrange.coverage.sharpness import both_ways, diffraction_mtf, edge_response


def test_the_transfer_falls_from_one_to_nothing_at_the_cut_off():
    for obscuration in (0.0, 0.2, 0.5):
        transfer = diffraction_mtf(np.array([0.0, 1.0, 1.5]), obscuration)
        assert transfer == pytest.approx([1.0, 0.0, 0.0], abs=1e-12)
    assert (np.diff(diffraction_mtf(np.linspace(0.0, 1.0, 101))) < 0.0).all()


def shared_area(apart, one, other):
    """Area that two discs share."""
    if apart >= one + other:
        return 0.0
    if apart <= abs(one - other):
        return math.pi * min(one, other) ** 2
    first = other**2 * math.acos((apart**2 + other**2 - one**2) / (2.0 * apart * other))
    second = one**2 * math.acos((apart**2 + one**2 - other**2) / (2.0 * apart * one))
    sides = (-apart + other + one) * (apart + other - one) * (apart - other + one) * (apart + other + one)
    return first + second - 0.5 * math.sqrt(sides)


@pytest.mark.parametrize("hole", [0.1, 0.3, 0.4, 0.7])
def test_the_transfer_is_the_overlap_of_the_opening_with_itself(hole):
    for moved in np.linspace(0.001, 0.999, 50):
        outer, inner, across = (shared_area(2.0 * moved, *pair) for pair in ((1.0, 1.0), (hole, hole), (1.0, hole)))
        shared = (outer + inner - 2.0 * across) / (math.pi * (1.0 - hole**2))
        assert diffraction_mtf(moved, hole) == pytest.approx(shared, abs=1e-12)


def test_a_tiny_obstacle_changes_little():
    assert edge_response(0.7, obscuration=1e-3) == pytest.approx(float(edge_response(0.7)), abs=1e-4)


def test_without_diffraction_the_edge_is_that_of_the_pixel():
    # a step seen through a square pixel is a ramp of one pixel's width, whose middle pixel holds all of it;
    # 0.02 of the edge is what a diffraction spot of a fifth of a pixel takes
    assert edge_response(0.02) == pytest.approx(1.0, abs=0.02)


def test_blur_only_ever_softens():
    sharp = edge_response(0.7)
    for key in ("jitter_pixels", "smear_pixels"):
        assert (np.diff(edge_response(0.7, **{key: np.array([0.0, 0.5, 1.0, 1.5])})) < 0.0).all()
    assert sharp > edge_response(0.9) > edge_response(1.5)


def test_many_at_once_equal_one_by_one():
    ratios, holes = np.array([0.4, 0.8, 1.2]), np.array([0.0, 0.3, 0.4])
    found = edge_response(ratios, obscuration=holes, jitter_pixels=0.2)
    assert found.shape == (3,)
    alone = [float(edge_response(q, obscuration=e, jitter_pixels=0.2)) for q, e in zip(ratios, holes, strict=True)]
    assert found == pytest.approx(alone, rel=1e-12)


@pytest.mark.parametrize("ratio", [0.02, 0.1, 0.68, 1.5])
@pytest.mark.parametrize("hole", [0.0, 0.4, 0.7])
def test_the_edge_is_that_of_a_plain_sum(ratio, hole):
    share = (np.arange(200_000) + 0.5) / 200_000
    nu = share / ratio
    transfer = diffraction_mtf(share, hole) * np.sinc(nu) * np.sinc(1.5 * nu) * np.exp(-2.0 * (0.2 * np.pi * nu) ** 2)
    summed = 2.0 * float(np.mean(transfer * np.sinc(nu))) / ratio
    found = edge_response(ratio, obscuration=hole, jitter_pixels=0.2, smear_pixels=1.5)
    assert found == pytest.approx(summed, abs=5e-6)


def test_two_ways_weigh_the_softer_more():
    assert both_ways(0.5, 0.5) == pytest.approx(0.5)
    assert both_ways(0.4, 0.3) == both_ways(0.3, 0.4) == pytest.approx((0.4 * 0.09) ** (1.0 / 3.0))
