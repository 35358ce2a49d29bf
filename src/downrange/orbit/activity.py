"""Air at three levels of solar activity, without any optional package: what decides how long an orbit lasts.

The levels are those of ECSS-E-ST-10-04C, table 6-3, long term: F10.7 (daily and mean) 65, 140 and 250, Ap 0, 15 and 45.
The densities are NRLMSISE-00 (public domain), averaged over the globe by area, over 24 hours of longitude and over the
months of 2001, computed with pymsis 0.13; a test computes them anew where that is installed. Below 86 km the US
Standard Atmosphere 1976. One body meets up to twice as much by day as by night: an average over months, not a moment.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Final

import numpy as np

from downrange.base import Array
from downrange.earth import air_table, us76_below_86km


class Activity(StrEnum):
    """How active the sun is."""

    LOW = "low"
    MEAN = "mean"
    HIGH = "high"


INDICES: Final = {Activity.LOW: (65.0, 0.0), Activity.MEAN: (140.0, 15.0), Activity.HIGH: (250.0, 45.0)}
"""F10.7 [10^-22 W/(m^2 Hz)] and Ap of each level."""

DENSITIES: Final = (  # height [m]; kg/m^3 at low, mean and high activity
    (100e3, 5.993e-07, 5.263e-07, 4.712e-07),
    (110e3, 9.275e-08, 8.712e-08, 8.087e-08),
    (120e3, 1.903e-08, 1.979e-08, 2.075e-08),
    (130e3, 6.604e-09, 7.116e-09, 7.729e-09),
    (140e3, 3.059e-09, 3.443e-09, 3.913e-09),
    (150e3, 1.630e-09, 1.943e-09, 2.332e-09),
    (160e3, 9.440e-10, 1.205e-09, 1.530e-09),
    (170e3, 5.775e-10, 7.945e-10, 1.067e-09),
    (180e3, 3.673e-10, 5.476e-10, 7.771e-10),
    (190e3, 2.407e-10, 3.898e-10, 5.835e-10),
    (200e3, 1.615e-10, 2.845e-10, 4.485e-10),
    (225e3, 6.459e-11, 1.401e-10, 2.497e-10),
    (250e3, 2.826e-11, 7.470e-11, 1.490e-10),
    (275e3, 1.324e-11, 4.207e-11, 9.314e-11),
    (300e3, 6.530e-12, 2.469e-11, 6.020e-11),
    (325e3, 3.353e-12, 1.496e-11, 3.993e-11),
    (350e3, 1.776e-12, 9.303e-12, 2.705e-11),
    (375e3, 9.647e-13, 5.907e-12, 1.864e-11),
    (400e3, 5.359e-13, 3.817e-12, 1.304e-11),
    (425e3, 3.041e-13, 2.502e-12, 9.232e-12),
    (450e3, 1.763e-13, 1.661e-12, 6.610e-12),
    (475e3, 1.047e-13, 1.115e-12, 4.778e-12),
    (500e3, 6.395e-14, 7.557e-13, 3.483e-12),
    (525e3, 4.032e-14, 5.171e-13, 2.559e-12),
    (550e3, 2.637e-14, 3.571e-13, 1.893e-12),
    (575e3, 1.795e-14, 2.488e-13, 1.409e-12),
    (600e3, 1.274e-14, 1.749e-13, 1.055e-12),
    (625e3, 9.420e-15, 1.242e-13, 7.946e-13),
    (650e3, 7.234e-15, 8.910e-14, 6.016e-13),
    (675e3, 5.742e-15, 6.463e-14, 4.579e-13),
    (700e3, 4.684e-15, 4.745e-14, 3.502e-13),
    (725e3, 3.905e-15, 3.529e-14, 2.693e-13),
    (750e3, 3.312e-15, 2.663e-14, 2.081e-13),
    (775e3, 2.846e-15, 2.040e-14, 1.616e-13),
    (800e3, 2.471e-15, 1.587e-14, 1.262e-13),
    (825e3, 2.163e-15, 1.255e-14, 9.910e-14),
    (850e3, 1.905e-15, 1.009e-14, 7.824e-14),
    (875e3, 1.687e-15, 8.247e-15, 6.215e-14),
    (900e3, 1.500e-15, 6.844e-15, 4.967e-14),
    (925e3, 1.340e-15, 5.764e-15, 3.995e-14),
    (950e3, 1.201e-15, 4.919e-15, 3.235e-14),
    (975e3, 1.079e-15, 4.249e-15, 2.638e-14),
    (1000e3, 9.733e-16, 3.710e-15, 2.167e-14),
)
_BREAK_M = 86_000.0


@cache
def activity_air(activity: Activity) -> Array:
    """Return the air of a level of activity as a table with the shape, knots and columns of `air_table`.

    >>> [f"{activity_air(level)[364 + 500 - 86, 0]:.1e}" for level in Activity]
    ['6.4e-14', '7.6e-13', '3.5e-12']
    """
    from scipy.interpolate import CubicSpline

    rows = np.array(DENSITIES)
    foot = float(us76_below_86km(_BREAK_M)[2])
    height_m = np.append(_BREAK_M, rows[:, 0])
    ln_density = np.log(np.append(foot, rows[:, 1 + list(Activity).index(activity)]))
    table = air_table().copy()
    high_m = np.arange(_BREAK_M, 1_000_001.0, 1_000.0)
    below_m = np.arange(-5_000.0, _BREAK_M, 250.0)
    knots_m = np.concatenate([below_m, high_m])
    density = np.concatenate([us76_below_86km(below_m)[2], np.exp(CubicSpline(height_m, ln_density)(high_m))])
    spline = CubicSpline(knots_m, density).c[::-1]
    table[:-1, :4] = (spline * np.diff(knots_m) ** np.arange(4)[:, None]).T
    table[-1, :4] = density[-1], 0.0, 0.0, 0.0
    table.setflags(write=False)
    return table
