"""The mean orbit of a state: its osculating one, averaged over a revolution flown with the zonals and without air."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from downrange.base import Array, wgs84
from downrange.earth import air_table
from downrange.orbit.propagate import follow

_SAMPLES = 128
_FROZEN = -0.5 * wgs84.J3 / wgs84.J2


@dataclass(frozen=True, slots=True, kw_only=True)
class AveragedOrbit:
    """The shape of an orbit, averaged over a revolution.

    a_m:     semi-major axis
    x_m:     a e, the eccentricity without what J3 adds to it toward the northernmost point, and takes off half a turn
             of the perigee later
    cos_i:   cosine of the inclination
    raise_m: what the zonals lift the path by, on the average
    frozen:  (6,) the state itself, in the Earth-fixed axes of its epoch held still
    """

    a_m: float
    x_m: float
    cos_i: float
    raise_m: float
    frozen: Array

    @property
    def perigee_alt_m(self) -> float:
        """Height of the perigee over the equatorial radius [m], averaged over all its directions."""
        return self.a_m - self.x_m + self.raise_m - wgs84.RE_M

    @property
    def apogee_alt_m(self) -> float:
        """Height of the apogee over the equatorial radius [m], the same."""
        return self.a_m + self.x_m + self.raise_m - wgs84.RE_M

    @property
    def period_s(self) -> float:
        """Kepler period [s]."""
        return float(2.0 * np.pi * np.sqrt(self.a_m**3 / wgs84.GM_M3PS2))


def mean_orbit(frozen: Array) -> AveragedOrbit:
    """Return the mean orbit of a state, from one revolution flown without drag; of what falls at once, the osculating one."""
    first = elements_in(frozen[None])[0]
    period_s = 2.0 * np.pi * np.sqrt(first[0] ** 3 / wgs84.GM_M3PS2)
    states = follow(frozen, np.arange(_SAMPLES) * period_s / _SAMPLES, None, air_table()).out
    if len(states) < _SAMPLES:
        x_m = float(first[0] * np.linalg.norm(first[1:4]))
        return AveragedOrbit(a_m=float(first[0]), x_m=x_m, cos_i=float(first[4]), raise_m=0.0, frozen=frozen)
    rows = elements_in(states)
    a_m = float(rows[:, 0].mean())
    e = float(np.linalg.norm(rows[:, 1:4].mean(axis=0) - _frozen_e(frozen, a_m)))
    radius_m = float(np.linalg.norm(states[:, :3], axis=1).mean())
    return AveragedOrbit(
        a_m=a_m,
        x_m=a_m * e,
        cos_i=float(rows[:, 4].mean()),
        raise_m=radius_m - a_m * (1.0 + 0.5 * e * e),
        frozen=frozen,
    )


def _frozen_e(frozen: Array, a_m: float) -> Array:
    """Return the eccentricity vector (3,) that J3 holds up: -J3/(2 J2) (RE/a) sin i, toward the northernmost point.

    Vallado, Fundamentals of Astrodynamics and Applications, 4th ed., section 11.4.2 (frozen orbits).
    """
    h = np.cross(frozen[:3], frozen[3:])
    level = float(np.hypot(h[0], h[1]))
    if level < 1e-9 * float(np.linalg.norm(h)):
        return np.zeros(3)
    node = np.array([-h[1], h[0], 0.0]) / level
    h_unit = h / np.linalg.norm(h)
    sin_i = level / float(np.linalg.norm(h))
    return np.asarray(_FROZEN * wgs84.RE_M / a_m * sin_i * np.cross(h_unit, node))


def elements_in(states: Array) -> Array:
    """Return (n, 5): osculating a [m], eccentricity vector and cosine of the inclination of inertial states (n, 6)."""
    r, v = states[:, :3], states[:, 3:]
    radius = np.linalg.norm(r, axis=1)
    h = np.cross(r, v)
    a_m = 1.0 / (2.0 / radius - (v * v).sum(axis=1) / wgs84.GM_M3PS2)
    e = np.cross(v, h) / wgs84.GM_M3PS2 - r / radius[:, None]
    return np.column_stack([a_m, e, h[:, 2] / np.linalg.norm(h, axis=1)])
