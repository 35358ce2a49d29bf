"""The highest point of a fall: against closed forms and against the path itself."""

from __future__ import annotations

import math

import numpy as np
import pytest

from downrange.base import Array, ecef_from_geodetic, geodetic_from_ecef, inertial_velocity, v_ecef_from_enu, wgs84
from downrange.earth import load_wind, mean_wind_table
from downrange.fall import apogee, fall_path

NO_AIR = 1e12


def state(lat: float, lon: float, alt_m: float, enu_mps: tuple[float, float, float]) -> tuple[Array, Array]:
    return ecef_from_geodetic([lat], [lon], [alt_m])[0], v_ecef_from_enu([enu_mps], [lat], [lon])[0]


@pytest.mark.parametrize("enu_mps", [(0.0, 0.0, 2_000.0), (1_000.0, 2_000.0, 3_000.0), (-3_000.0, 1_000.0, 1_500.0)])
@pytest.mark.parametrize("lat", [0.0, 39.66, -75.0])
def test_without_air_it_is_the_apogee_of_the_orbit(lat: float, enu_mps: tuple[float, float, float]) -> None:
    r, v = state(lat, 124.7, 150e3, enu_mps)
    t_s, alt_m = apogee(100.0, r, v, NO_AIR)
    vi = inertial_velocity(r, v)
    energy = 0.5 * vi @ vi - wgs84.GM_M3PS2 / np.linalg.norm(r)
    sma = -0.5 * wgs84.GM_M3PS2 / energy
    ecc = math.sqrt(1.0 + 2.0 * energy * float(np.cross(r, vi) @ np.cross(r, vi)) / wgs84.GM_M3PS2**2)
    rise_m = sma * (1.0 + ecc) - float(np.linalg.norm(r))
    # Two bodies on a sphere: the flattening moves the place of the highest point, and the bulge pulls a part in a thousand.
    assert alt_m - 150e3 == pytest.approx(rise_m, rel=0.02)
    assert 0.0 < t_s - 100.0 < 1_000.0


@pytest.mark.parametrize("beta", [20.0, 200.0, 5_000.0])
@pytest.mark.parametrize("windy", [False, True])
def test_it_is_the_highest_point_of_the_path(beta: float, windy: bool) -> None:
    wind = mean_wind_table(load_wind("assumed-westerly-jet")) if windy else None
    r, v = state(39.0, 124.6, 5e3, (50.0, 300.0, 600.0))
    t_s, alt_m = apogee(10.0, r, v, beta, wind=wind)
    fine = fall_path(10.0, r, v, beta, every_s=0.05, rows=4_000, wind=wind)
    heights = geodetic_from_ecef(fine[1])[2]
    top = int(heights.argmax())
    assert alt_m == pytest.approx(float(heights[top]), abs=0.02)
    assert t_s == pytest.approx(float(fine[0][top]), abs=0.06)
    assert alt_m >= heights.max() - 1e-3


def test_drag_lowers_it_and_wind_moves_it() -> None:
    r, v = state(39.0, 124.6, 5e3, (50.0, 300.0, 600.0))
    highest = [apogee(0.0, r, v, beta)[1] for beta in (NO_AIR, 2_000.0, 200.0, 20.0)]
    assert highest == sorted(highest, reverse=True)
    wind = mean_wind_table(load_wind("assumed-westerly-jet"))
    assert abs(apogee(0.0, r, v, 200.0, wind=wind)[1] - highest[2]) > 1.0


def test_what_is_let_go_on_its_way_down_was_highest_then() -> None:
    r, v = state(39.0, 124.6, 30e3, (50.0, 300.0, -10.0))
    t_s, alt_m = apogee(77.0, r, v, 500.0)
    assert t_s == 77.0
    assert alt_m == pytest.approx(30e3, abs=1e-3)


def test_what_never_comes_back_has_none() -> None:
    r, v = state(0.0, 0.0, 200e3, (0.0, 0.0, 11_500.0))
    assert all(math.isnan(value) for value in apogee(0.0, r, v, NO_AIR))
