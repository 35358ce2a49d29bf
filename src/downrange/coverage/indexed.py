"""Points sorted so that a search looks only at those near a path."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from downrange.base import Array, ecef_from_geodetic
from downrange.coverage.model import Points

_BAND_RAD = math.radians(2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PointIndex:
    """Points sorted for the search: by band of geocentric latitude, then by longitude.

    place:      (n,) where each stood as given
    rows:       (n, 8) x, y, z, |q|^2, upward normal (3), q.n: metres, Earth-fixed
    xyz:        (3, n) positions again, a row an axis
    lon:        (n,) [rad], -pi to pi
    band_start: (bands + 1,) where each band begins
    band_trig:  (bands + 1, 3) sine and cosine of each edge's latitude, and the latitude [rad]
    region:     (4,) direction of a cap that holds all, and its radius [rad]
    """

    place: np.ndarray
    rows: Array
    xyz: Array
    lon: Array
    band_start: np.ndarray
    band_trig: Array
    region: Array


def index_of(points: Points) -> PointIndex:
    """Sort points for the search; do it once for many calls of `windows`."""
    lat, lon = np.radians(points.lat_deg), np.radians(points.lon_deg)
    normal = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)
    q = ecef_from_geodetic(points.lat_deg, points.lon_deg, points.alt_m)
    squared = np.einsum("ni,ni->n", q, q)
    height = np.arcsin(q[:, 2] / np.sqrt(squared))
    round_lon = np.arctan2(q[:, 1], q[:, 0])
    south = math.floor(height.min() / _BAND_RAD)
    count = math.floor(height.max() / _BAND_RAD) - south + 1
    band = np.floor(height / _BAND_RAD).astype(np.int64) - south
    order = np.lexsort((round_lon, band))
    edges = _BAND_RAD * (south + np.arange(count + 1))
    rows = np.column_stack([q, squared, normal, np.einsum("ni,ni->n", q, normal)])[order]
    unit = q / np.sqrt(squared)[:, None]
    middle = unit.mean(axis=0)
    length = float(np.linalg.norm(middle))
    middle = middle / length if length > 1e-6 else np.array([0.0, 0.0, 1.0])
    radius = math.acos(float(np.clip((unit @ middle).min(), -1.0, 1.0))) + 1e-6
    return PointIndex(
        place=order,
        rows=np.ascontiguousarray(rows),
        xyz=np.ascontiguousarray(q[order].T),
        lon=round_lon[order],
        band_start=np.searchsorted(band[order], np.arange(count + 1)),
        band_trig=np.column_stack([np.sin(edges), np.cos(edges), edges]),
        region=np.array([*middle, radius]),
    )
