"""Height, up, apparent forces, density and sound as kernels see them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from downrange.base import Array, ecef_from_geodetic, enu_axes, v_ecef_from_enu, wgs84
from downrange.earth import ZONALS, air_table
from downrange.earth import _kernel as k

LAT, LON = st.floats(-90.0, 90.0), st.floats(-180.0, 180.0)


@given(lat=LAT, lon=LON, alt=st.floats(-10e3, 1_000e3))
def test_height_and_up_come_back_from_a_geodetic_place(lat: float, lon: float, alt: float) -> None:
    height, *up = k.height_and_up(*ecef_from_geodetic(lat, lon, alt))
    assert height == pytest.approx(alt, abs=1e-3)
    assert up == pytest.approx(enu_axes(lat, lon)[..., 2, :], abs=1e-7)  # one pass of Bowring: 1e-8 rad
    assert math.hypot(*up) == pytest.approx(1.0, abs=1e-14)


@pytest.mark.parametrize("z", [7e6, -7e6])
def test_over_the_poles_up_is_the_axis(z: float) -> None:
    assert k.height_and_up(0.0, 0.0, z) == pytest.approx((7e6 - wgs84.RP_M, 0.0, 0.0, math.copysign(1.0, z)), abs=1e-8)
    assert k.height_at(0.0, 0.0, z) == pytest.approx(7e6 - wgs84.RP_M, abs=1e-4)


@given(lat=LAT, lon=LON, alt=st.floats(-5e3, 1_000e3))
def test_height_alone_is_the_same_height(lat: float, lon: float, alt: float) -> None:
    place = ecef_from_geodetic(lat, lon, alt)
    assert k.height_at(*place) == pytest.approx(alt, abs=5e-6 + 1e-10 * abs(alt))


@given(lat=LAT, lon=LON, alt=st.floats(-5e3, 1_000e3), vx=st.floats(-8e3, 8e3), vy=st.floats(-8e3, 8e3))
def test_pull_with_height_is_pull_and_height(lat: float, lon: float, alt: float, vx: float, vy: float) -> None:
    place = ecef_from_geodetic(lat, lon, alt)
    *pull, height = k.pull_and_height(*place, vx, vy, *ZONALS)
    assert pull == pytest.approx(k.pull(*place, vx, vy, *ZONALS), abs=1e-13)
    assert height == k.height_at(*place)


@given(
    r=st.tuples(*[st.floats(-5e6, 5e6)] * 3).filter(lambda r: math.hypot(*r) > 3e6),
    v=st.tuples(*[st.floats(-8e3, 8e3)] * 3),
)
def test_apparent_forces_are_centrifugal_and_coriolis(r: tuple[float, ...], v: tuple[float, ...]) -> None:
    omega = np.array([0.0, 0.0, wgs84.OMEGA_RADPS])
    zonals = (wgs84.J2, wgs84.J3, wgs84.J4)
    apparent = np.subtract(k.pull(*r, v[0], v[1], *zonals), k.gravity(*r, *zonals))
    assert apparent == pytest.approx(-np.cross(omega, np.cross(omega, r)) - 2.0 * np.cross(omega, v), abs=1e-12)


@pytest.mark.parametrize(
    ("mine", "public"),
    [
        ("_GM_M3PS2", "GM_M3PS2"),
        ("_RE_M", "RE_M"),
        ("_F", "FLATTENING"),
        ("_RP_M", "RP_M"),
        ("_E2", "E2"),
        ("_EP2", "EP2"),
        ("_OMEGA_RADPS", "OMEGA_RADPS"),
    ],
)
def test_the_kernel_stands_on_the_same_earth(mine: str, public: str) -> None:
    assert getattr(k, mine) == getattr(wgs84, public)


@given(low=st.floats(-5e3, 999e3), more=st.floats(1.0, 1e3))
def test_higher_air_is_thinner(low: float, more: float) -> None:
    air = air_table()
    assert k.density(low + more, air) < k.density(low, air)


@pytest.mark.parametrize(("outside", "end"), [(-20e3, -5e3), (-5_000.1, -5e3), (1_000_001.0, 1e6), (1e9, 1e6)])
def test_outside_the_table_density_stays_at_its_end(outside: float, end: float) -> None:
    assert k.density(outside, air_table()) == k.density(end, air_table())


@pytest.mark.parametrize(("outside", "end"), [(-20e3, -5e3), (86e3, 85_999.0), (400e3, 85_999.0)])
def test_outside_the_table_sound_stays_at_its_end(outside: float, end: float) -> None:
    assert k.sound_speed(outside, air_table()) == k.sound_speed(end, air_table())


@pytest.mark.parametrize("knot_m", [-4_750.0, 0.0, 11_000.0, 85_750.0, 86_000.0, 87_000.0, 500_000.0, 999_000.0])
def test_density_has_neither_step_nor_kink_at_a_knot(knot_m: float) -> None:
    def ln(alt_m: float) -> float:
        return math.log(k.density(alt_m, air_table()))

    assert ln(knot_m - 1e-6) == pytest.approx(ln(knot_m), abs=1e-9)
    before, after = ln(knot_m) - ln(knot_m - 0.05), ln(knot_m + 0.05) - ln(knot_m)
    assert after == pytest.approx(before, rel=1e-4)


def gusts(rows: int) -> Array:
    """Return a table of the wind (rows, 8) that no symmetry helps."""
    return np.random.default_rng(8).normal(0.0, [20.0, 1e-3, 1e-6, 1e-9] * 2, (rows, 8))


@pytest.mark.parametrize(
    ("alt_m", "row", "above_m"),
    [(-900.0, 0, 0.0), (0.0, 0, 0.0), (999.0, 0, 999.0), (3_250.0, 3, 250.0), (4_000.0, 4, 0.0), (9e9, 4, 0.0)],
)
def test_wind_is_the_cubic_of_its_row_and_clamped(alt_m: float, row: int, above_m: float) -> None:
    table = gusts(5)
    expected = [np.polynomial.Polynomial(table[row, part])(above_m) for part in (slice(0, 4), slice(4, 8))]
    assert k.wind(alt_m, table) == pytest.approx(expected)
    assert k.wind_of(alt_m, np.stack([gusts(5) * 2.0, table]), 1) == k.wind(alt_m, table)


def test_without_rows_the_air_is_still() -> None:
    assert k.wind(5e3, np.zeros((0, 8))) == (0.0, 0.0)


@given(
    lat=st.floats(-89.9, 89.9), lon=LON, alt=st.floats(-1e3, 100e3), east=st.floats(-90, 90), north=st.floats(-90, 90)
)
def test_a_wind_blows_along_the_axes_of_its_place(
    lat: float, lon: float, alt: float, east: float, north: float
) -> None:
    got = k.east_north_in_ecef(east, north, *ecef_from_geodetic(lat, lon, alt))
    assert got == pytest.approx(v_ecef_from_enu(np.array([east, north, 0.0]), lat, lon), abs=1e-5)


@pytest.mark.parametrize("z", [6.4e6, -6.4e6])
def test_at_a_pole_no_wind_has_a_direction(z: float) -> None:
    assert k.east_north_in_ecef(10.0, 20.0, 0.0, 0.0, z) == (0.0, 0.0, 0.0)
