"""The orbit that a flight ends in."""

from __future__ import annotations

from typing import Final

import numpy as np

from downrange.base import Array, inertial_velocity, wgs84

IN_ORBIT_M: Final = 90e3
"""With its perigee above this a body goes round at least once; assumed."""


def orbit_of(state: Array) -> tuple[Array, Array, Array]:
    """Return perigee and apogee heights [m] over the equatorial radius and inclination [deg] of states (N, 8); two-body."""
    r, v = state[:, 1:4], inertial_velocity(state[:, 1:4], state[:, 4:7])
    sma = 1.0 / (2.0 / np.linalg.norm(r, axis=1) - (v * v).sum(axis=1) / wgs84.GM_M3PS2)
    momentum = np.cross(r, v)
    size = np.linalg.norm(momentum, axis=1)
    ecc = np.sqrt(np.maximum(0.0, 1.0 - size**2 / (wgs84.GM_M3PS2 * sma)))
    inclination_deg: Array = np.degrees(np.arccos(momentum[:, 2] / size))
    return sma * (1.0 - ecc) - wgs84.RE_M, sma * (1.0 + ecc) - wgs84.RE_M, inclination_deg
