"""Rises flown backwards: where they began, when they never began, and the field they fly in."""

from __future__ import annotations

import math

import numpy as np
import pytest

from downrange.base import ecef_from_geodetic, enu_axes, geodetic_from_ecef
from downrange.track.rise import Guesses, across_of, flown_back, height_and_up, pull

NORMAL_GRAVITY = ((0.0, 9.7803253359), (90.0, 9.8321849378))  # SOURCE: NIMA TR8350.2, table 3.4


def forward(push, seconds, kick=0.0, step=0.02):
    """Return the state after so long under an even thrust per mass: straight up to 80 m/s, kicked over, along the velocity."""
    r = ecef_from_geodetic(35.0, 20.0, 0.0)[None]
    east, _, up = enu_axes(35.0, 20.0)
    v, kicked = np.zeros((1, 3)), False

    def rate(r, v):
        speed = float(np.linalg.norm(v))
        return pull(r, v) + push * (v[0] / speed if kicked else up)

    for _ in range(round(seconds / step)):
        speed = float(np.linalg.norm(v))
        if speed > 80.0 and not kicked:
            v, kicked = speed * (math.cos(kick) * up + math.sin(kick) * east)[None], True
        a = rate(r, v)
        middle = rate(r + 0.5 * step * v, v + 0.5 * step * a)
        r, v = r + step * (v + 0.5 * step * a), v + step * middle
    return r[0], v[0]


def guess(r, v, push, **other):
    base = {
        "lift_mps2": 0.0, "lift_s": 10.0, "exhaust_mps": 1e12, "beta_kgpm2": 1e12, "nozzle": 0.0, "throttle": 1.0,
    } | other  # fmt: skip
    return Guesses(
        r_ecef_m=r[None], v_ecef_mps=v[None], f_mps2=np.array([push]), **{k: np.array([x]) for k, x in base.items()}
    )


@pytest.mark.parametrize(("push", "seconds", "kick"), [(20.0, 40.0, 0.0), (14.0, 60.0, 0.02), (25.0, 50.0, 0.1)])
def test_what_flew_forward_flies_back_to_its_start(push, seconds, kick):
    starts = flown_back(guess(*forward(push, seconds, kick), push))
    lat, lon, _ = geodetic_from_ecef(starts.r_ecef_m[0])
    assert starts.ago_s[0] == pytest.approx(seconds, abs=0.5)
    assert starts.alt_m[0] == pytest.approx(0.0, abs=30.0)
    assert (lat, lon) == (pytest.approx(35.0, abs=5e-4), pytest.approx(20.0, abs=5e-4))
    assert starts.thrust_mps2[0] == pytest.approx(push)


def test_each_guess_is_flown_for_itself():
    r, v = forward(20.0, 40.0)
    one = guess(r, v, 20.0)
    many = one.of(np.zeros(5, dtype=np.int64))
    starts = flown_back(many)
    assert np.ptp(starts.ago_s) == 0.0
    assert flown_back(one).ago_s[0] == starts.ago_s[0]


def test_more_thrust_in_the_past_means_a_later_and_higher_start():
    r, v = forward(20.0, 40.0)
    weak, same, strong = (flown_back(guess(r, v, 20.0, throttle=k)) for k in (0.9, 1.0, 1.1))
    assert weak.ago_s[0] > same.ago_s[0] > strong.ago_s[0]
    assert weak.alt_m[0] < same.alt_m[0] < strong.alt_m[0]


def test_a_push_that_holds_no_weight_never_began():
    r, v = forward(20.0, 40.0)
    starts = flown_back(guess(r, v, 5.0))
    assert math.isnan(starts.ago_s[0])
    assert starts.alt_m[0] < -9e4


@pytest.mark.parametrize(("lat", "gravity"), NORMAL_GRAVITY)
def test_the_field_is_that_of_the_ellipsoid(lat, gravity):
    r = ecef_from_geodetic(lat, 20.0, 0.0)[None]
    assert np.linalg.norm(pull(r, np.zeros((1, 3)))) == pytest.approx(gravity, rel=2e-5)  # J4 and above are left out


def test_heights_and_verticals_are_geodetic():
    lat, lon, alt = np.array([-80.0, -30.0, 0.0, 45.0, 89.0]), np.array([-170.0, 10.0, 100.0, 179.9, 0.0]), 5e4
    r = ecef_from_geodetic(lat, lon, alt)
    found, up = height_and_up(r)
    assert np.abs(found - alt).max() < 1e-2
    assert np.allclose(up, enu_axes(lat, lon)[:, 2], atol=1e-9)


def test_across_is_up_for_what_flies_level():
    _, north, up = enu_axes(30.0, 40.0)
    assert np.allclose(across_of((100.0 * north)[None], up[None])[0], up)
    assert np.linalg.norm(across_of((100.0 * up)[None], up[None])) < 1e-6
