"""Gravity against the slope of its own potential, and against the published gravity of the ellipsoid."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial import legendre

from downrange.base import Array, wgs84
from downrange.earth import ZONALS
from downrange.earth import _kernel as k


def slow_gravity(place: Array, zonals: Array) -> Array:
    """Slow and obvious: the slope of GM/r (1 - sum J_n (RE/r)^n P_n(sin latitude)), by the complex step."""
    slope = np.empty(3)
    for axis in range(3):
        r = place.astype(complex)
        r[axis] += 1e-20j
        radius = np.sqrt((r * r).sum())
        series = sum(
            j * (wgs84.RE_M / radius) ** n * legendre.Legendre.basis(n)(r[2] / radius) for n, j in enumerate(zonals, 2)
        )
        slope[axis] = (wgs84.GM_M3PS2 / radius * (1.0 - series)).imag / 1e-20
    return slope


def at(lat: float, lon: float, radius: float) -> Array:
    a, b = math.radians(lat), math.radians(lon)
    return radius * np.array([math.cos(a) * math.cos(b), math.cos(a) * math.sin(b), math.sin(a)])


@given(lat=st.floats(-90, 90), lon=st.floats(-180, 180), radius=st.floats(6.3e6, 9e6))
def test_it_is_the_slope_of_the_potential(lat: float, lon: float, radius: float) -> None:
    place = at(lat, lon, radius)
    assert k.gravity(*place, *ZONALS) == pytest.approx(slow_gravity(place, ZONALS), abs=1e-13)


@pytest.mark.parametrize("n", [0, 1, 2], ids=["J2", "J3", "J4"])
@pytest.mark.parametrize(("lat", "lon"), [(39.7, 124.7), (-39.7, 124.7), (39.7, -55.3), (-39.7, -55.3)])
def test_each_zonal_counts_for_what_it_is(n: int, lat: float, lon: float) -> None:
    place, alone = at(lat, lon, 6.5e6), np.zeros(3)
    alone[n] = ZONALS[n] * 1e3  # large enough to be seen against the whole
    difference = np.subtract(k.gravity(*place, *alone), k.gravity(*place, 0.0, 0.0, 0.0))
    assert np.linalg.norm(difference) > 1e-3
    assert difference == pytest.approx(slow_gravity(place, alone) - slow_gravity(place, np.zeros(3)), abs=1e-9)


def test_the_shipped_zonals_are_those_of_the_constants_and_cannot_be_changed() -> None:
    assert ZONALS.tolist() == [wgs84.J2, wgs84.J3, wgs84.J4]
    with pytest.raises(ValueError, match="read-only"):
        ZONALS[0] = 0.0


@pytest.mark.parametrize(
    ("place", "published_mps2"),  # SOURCE: NIMA TR8350.2, table 3.4, normal gravity at the equator and at the poles
    [((wgs84.RE_M, 0.0, 0.0), 9.7803253359), ((0.0, 0.0, wgs84.RP_M), 9.8321849378)],
)
def test_on_the_ground_it_is_normal_gravity(place: tuple[float, float, float], published_mps2: float) -> None:
    # Without J3, which the ellipsoid has not; its J4 differs from the measured one by 7.5e-7: up to 4e-5 m/s^2.
    got = k.pull(*place, 0.0, 0.0, wgs84.J2, 0.0, wgs84.J4)
    assert np.linalg.norm(got) == pytest.approx(published_mps2, abs=1e-4)
