"""From the Earth-fixed axes of one moment, held still, to those of every moment and to the inertial frames."""

from __future__ import annotations

from datetime import datetime

import erfa
import numpy as np

from downrange.base import Array, after, gcrf_from_ecef, inertial_velocity, julian_pair, units
from downrange.orbit.model import Frame

_NODE_S = 10_800.0  # precession and nutation are drawn straight between two of these: 1 mm in a low orbit


def _spun(angle_rad: Array, vectors: Array) -> Array:
    """Return vectors (n, 3) turned about z by angles (n,)."""
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    x, y, z = vectors.T
    return np.stack([c * x - s * y, s * x + c * y, z], axis=-1)


def _slow(epoch: datetime, t_s: Array) -> Array:
    """Return the rotations (n, 3, 3) to GCRF from the axes that differ from the Earth's by its turn alone.

    They move with precession and nutation only, so they are computed every few hours and drawn straight between.
    """
    low, high = float(t_s.min()), float(t_s.max())
    count = max(2, int(np.ceil((high - low) / _NODE_S)) + 1)
    nodes = t_s if len(t_s) <= count else np.linspace(low, high, count)
    day, fraction = julian_pair(epoch)
    angles = erfa.era00(day, fraction + nodes / units.DAY)
    whole = np.stack([gcrf_from_ecef(after(epoch, float(t))) for t in nodes])
    # columns of the Earth-fixed axes turned back: W = M Rz(-angle) in the axes of _spun
    c, s = np.cos(angles)[:, None], np.sin(angles)[:, None]
    x, y, z = whole[:, :, 0], whole[:, :, 1], whole[:, :, 2]
    slow = np.stack([c * x - s * y, s * x + c * y, z], axis=-1)
    if nodes is t_s:
        return slow
    flat = slow.reshape(count, 9)
    return np.stack([np.interp(t_s, nodes, flat[:, j]) for j in range(9)], axis=-1).reshape(-1, 3, 3)


def _in_earth_axes(epoch: datetime, t_s: Array, states: Array) -> tuple[Array, Array]:
    """Return positions and velocities against the stars, both written in the Earth-fixed axes of each moment."""
    start = gcrf_from_ecef(epoch)
    slow = _slow(epoch, t_s)
    day, fraction = julian_pair(epoch)
    turn = -np.asarray(erfa.era00(day, fraction + t_s / units.DAY))
    r, v = (np.einsum("nji,nj->ni", slow, part @ start.T) for part in (states[:, :3], states[:, 3:]))
    return _spun(turn, r), _spun(turn, v)


def earth_fixed(epoch: datetime, t_s: Array, states: Array) -> tuple[Array, Array]:
    """Return Earth-fixed positions [m] and velocities relative to the Earth [m/s], (n, 3), of frozen states (n, 6)."""
    if not len(t_s):
        return np.zeros((0, 3)), np.zeros((0, 3))
    r, v = _in_earth_axes(epoch, t_s, states)
    return r, v - inertial_velocity(r, np.zeros(3))


def inertial(epoch: datetime, t_s: Array, states: Array, frame: Frame) -> tuple[Array, Array]:
    """Return positions and velocities in an inertial frame."""
    if frame is Frame.GCRF or not len(t_s):
        start = gcrf_from_ecef(epoch)
        return states[:, :3] @ start.T, states[:, 3:] @ start.T
    r, v = _in_earth_axes(epoch, t_s, states)
    day, fraction = julian_pair(epoch)
    turn = np.asarray(erfa.gmst82(day, fraction + t_s / units.DAY))
    return _spun(turn, r), _spun(turn, v)
