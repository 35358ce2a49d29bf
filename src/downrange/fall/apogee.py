"""The highest point of a falling body: where it stops climbing."""

from __future__ import annotations

import numpy as np

from downrange.base import Array, geodetic_from_ecef
from downrange.fall.drop import fall_path

_HALVINGS = 40  # of one second


def apogee(
    t_s: float,
    r_ecef_m: Array,
    v_ecef_mps: Array,
    beta_kgpm2: float,
    *,
    air: Array | None = None,
    wind: Array | None = None,
) -> tuple[float, float]:
    """Return (seconds after lift-off, altitude [m]) of the highest point of a body let go at t_s; air, wind as `fall_path`.

    Bisection on the rate of climb, each time integrated anew. A body let go on its way down was highest then. NaN for
    one that still climbs when `fall_path` gives up.

    >>> from downrange.base import ecef_from_geodetic, v_ecef_from_enu
    >>> up = v_ecef_from_enu([[0.0, 0.0, 100.0]], [0.0], [0.0])[0]
    >>> f"{apogee(0.0, ecef_from_geodetic([0.0], [0.0], [1000.0])[0], up, 1e9)[1]:.0f} m"
    '1511 m'
    """
    path = fall_path(t_s, r_ecef_m, v_ecef_mps, beta_kgpm2, air=air, wind=wind)
    climb = _climb_mps(path[1], path[2])
    down = np.flatnonzero(climb <= 0.0)
    if not len(down):
        return np.nan, np.nan
    if down[0] == 0:
        return t_s, float(geodetic_from_ecef(np.asarray(r_ecef_m))[2])
    before = down[0] - 1
    start_s, r, v = float(path[0][before]), path[1][before], path[2][before]
    low, high = 0.0, float(path[0][down[0]]) - start_s
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        at = fall_path(start_s, r, v, beta_kgpm2, every_s=middle, rows=2, air=air, wind=wind)
        low, high = (middle, high) if _climb_mps(at[1][-1:], at[2][-1:])[0] > 0.0 else (low, middle)
    at = fall_path(start_s, r, v, beta_kgpm2, every_s=high, rows=2, air=air, wind=wind)
    return start_s + high, float(geodetic_from_ecef(at[1][-1])[2])


def _climb_mps(r_ecef_m: Array, v_ecef_mps: Array) -> Array:
    """Return the speed away from the ellipsoid along its normal, (n,)."""
    lat_deg, lon_deg, _ = geodetic_from_ecef(r_ecef_m)
    phi, lam = np.radians(lat_deg), np.radians(lon_deg)
    up = np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)
    climb: Array = (v_ecef_mps * up).sum(axis=-1)
    return climb
