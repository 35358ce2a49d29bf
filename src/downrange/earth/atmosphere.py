"""Air: US Standard Atmosphere 1976 from -5 to 1000 km as one smooth table that kernels read.

Below 86 km the closed form of the standard (NOAA-S/T 76-1562, equations 18 to 50); above, a shipped table of its
density at every kilometre. The density is a C2 cubic spline: a piecewise linear one has kinks that every integrator
pays for, and one of its logarithm costs an exponential each time that it is asked.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import ArrayLike

from downrange.base import Array
from downrange.base.units import STANDARD_GRAVITY as _G0

_R0_M = 6_356_766.0
_R_AIR = 287.05287
_GAMMA = 1.4
_BASE_KM = np.array([0.0, 11.0, 20.0, 32.0, 47.0, 51.0, 71.0])
_LAPSE_KPKM = np.array([-6.5, 0.0, 1.0, 2.8, 0.0, -2.8, -2.0])


def _layer_bases() -> tuple[Array, Array]:
    """Return temperature [K] and pressure [Pa] at the foot of each layer."""
    t, p = [288.15], [101_325.0]
    for i in range(len(_BASE_KM) - 1):
        top_t, top_p = _in_layer(i, t[i], p[i], _BASE_KM[i + 1])
        t.append(float(top_t))
        p.append(float(top_p))
    return np.array(t), np.array(p)


def _in_layer(i: int, base_t: float, base_p: float, h_km: ArrayLike) -> tuple[Array, Array]:
    """Return temperature and pressure at a geopotential height inside layer i."""
    rise_km = np.asarray(h_km) - _BASE_KM[i]
    t = base_t + _LAPSE_KPKM[i] * rise_km
    if _LAPSE_KPKM[i] == 0.0:
        return t, base_p * np.exp(-_G0 * 1e3 * rise_km / (_R_AIR * base_t))
    return t, base_p * (t / base_t) ** (-_G0 * 1e3 / (_R_AIR * _LAPSE_KPKM[i]))


def us76_below_86km(alt_m: ArrayLike) -> tuple[Array, Array, Array]:
    """Return temperature [K], pressure [Pa] and density [kg/m^3] of the closed form, -5 to 86 km.

    >>> t, p, rho = us76_below_86km(11_000.0)
    >>> f"{t:.2f} K {p:.0f} Pa {rho:.5f} kg/m3"
    '216.77 K 22700 Pa 0.36480 kg/m3'
    """
    alt = np.asarray(alt_m, dtype=float)
    h_km = _R0_M * alt / (_R0_M + alt) / 1e3
    base_t, base_p = _layer_bases()
    layer = np.clip(np.searchsorted(_BASE_KM, h_km, side="right") - 1, 0, len(_BASE_KM) - 1)
    t, p = np.empty_like(h_km), np.empty_like(h_km)
    for i in range(len(_BASE_KM)):
        inside = layer == i
        t[inside], p[inside] = _in_layer(i, base_t[i], base_p[i], h_km[inside])
    return t, p, p / (_R_AIR * t)


@cache
def air_table() -> Array:
    """Return the table that kernels read, shape (1279, 5): four spline coefficients of density, sound speed.

    It is shipped as `make_air_table` makes it: the same bits on every machine, and no spline to fit at every start.
    """
    with resources.files("downrange.earth").joinpath("data/us76_table.npy").open("rb") as file:
        table: Array = np.load(file, allow_pickle=False)
    table.setflags(write=False)
    return table


def make_air_table() -> Array:
    """Return the table of `air_table`, made anew."""
    text = resources.files("downrange.earth").joinpath("data/us76_above_86km.csv").read_text(encoding="utf-8")
    high = np.loadtxt(text.splitlines(), delimiter=",", skiprows=2)
    fine_m = np.arange(-5_000.0, 86_000.0, 250.0)
    temperature, _, low = us76_below_86km(fine_m)
    knots_m = np.concatenate([fine_m, high[:, 0]])
    table = spline_table(knots_m, np.log(np.concatenate([low, high[:, 1]])))
    table[: len(fine_m), 4] = np.sqrt(_GAMMA * _R_AIR * temperature)
    table[len(fine_m) :, 4] = table[len(fine_m) - 1, 4]
    return table


def spline_table(knots_m: Array, ln_density: Array) -> Array:
    """Return rows [c0 c1 c2 c3 0] of the C2 spline through the densities; the last row only closes the table.

    Each row is a cubic in the part (0 to 1) of the way to the next knot. Ends are not-a-knot.
    """
    from scipy.interpolate import CubicSpline

    density_kgpm3 = np.exp(ln_density)
    coefficients = CubicSpline(knots_m, density_kgpm3).c[::-1]
    table = np.zeros((len(knots_m), 5))
    table[:-1, :4] = (coefficients * np.diff(knots_m) ** np.arange(4)[:, None]).T
    table[-1, 0] = density_kgpm3[-1]
    return table
