"""Which points a piece of a path passes closest to, and may see.

A point's closest approach is where its nearness to the foot of the path stops growing: p.w changes sign there from + to -,
w being the part of the velocity across the radius. Between two neighbouring instants exactly the points of a lune do so,
so that each pass of each point belongs to one piece, however short its window is.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

from downrange.coverage._kernel.path import state_at

_CURVED = 0.004  # how far [rad] a piece of at most 0.27 rad lies off its great circle, and the vertical off the radius


@numba.njit(cache=True, nogil=True, error_model="numpy")
def across(arc: np.ndarray, u: float, out: np.ndarray) -> float:
    """Write the velocity's part across the radius [m per arc's time]; return how fast it goes round [rad per arc's time]."""
    x, y, z, vx, vy, vz = state_at(arc, u)
    rr = x * x + y * y + z * z
    along = (x * vx + y * vy + z * vz) / rr
    out[0], out[1], out[2] = vx - along * x, vy - along * y, vz - along * z
    return math.sqrt((out[0] ** 2 + out[1] ** 2 + out[2] ** 2) / rr)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def middle(arc: np.ndarray, u: float, out: np.ndarray) -> None:
    """Write the direction of the foot (0-2) and the normal of the path's plane over the ground (3-5), as unit vectors."""
    x, y, z, vx, vy, vz = state_at(arc, u)
    r = math.sqrt(x * x + y * y + z * z)
    hx, hy, hz = y * vz - z * vy, z * vx - x * vz, x * vy - y * vx
    h = math.sqrt(hx * hx + hy * hy + hz * hz)
    out[0], out[1], out[2] = x / r, y / r, z / r
    out[3], out[4], out[5] = hx / h, hy / h, hz / h


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _half_width(sin_lat: float, cos_lat: float, sin_c: float, cos_c: float, cos_r: float) -> float:
    """Return how far in longitude [rad] a circle reaches at a latitude; -1 where it does not reach."""
    if cos_lat * cos_c < 1e-9:
        return math.pi
    c = (cos_r - sin_lat * sin_c) / (cos_lat * cos_c)
    if c >= 1.0:
        return -1.0
    return math.pi if c <= -1.0 else math.acos(c)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _first_at(lon: np.ndarray, low: int, high: int, value: float) -> int:
    """Return the first index in [low, high) whose longitude is not below a value."""
    while low < high:
        half = (low + high) // 2
        if lon[half] < value:
            low = half + 1
        else:
            high = half
    return low


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _pick(
    xyz: np.ndarray, i0: int, i1: int, piece: tuple[Any, ...], limit_m: float, picked: np.ndarray, count: int
) -> int:
    """Append the points of a run that lie in the lune and near enough to its great circle; return how many there are."""
    w0, w1, mid = piece
    for i in range(i0, i1):
        x, y, z = xyz[0, i], xyz[1, i], xyz[2, i]
        before = x * w0[0] + y * w0[1] + z * w0[2]
        later = x * w1[0] + y * w1[1] + z * w1[2]
        off = x * mid[3] + y * mid[4] + z * mid[5]
        picked[count] = i
        count += (before >= 0.0) & (later < 0.0) & (abs(off) <= limit_m)
    return count


@numba.njit(cache=True, nogil=True, error_model="numpy")
def candidates(
    place: tuple[Any, ...], piece: tuple[Any, ...], half: float, cap: float, limit_m: float, picked: np.ndarray
) -> int:
    """Fill `picked` with the points whose closest approach is in a piece of a path; return how many.

    place: xyz (3, n) and lon (n,) [rad], sorted by band of latitude, then by longitude; band_start (bands + 1,);
           band_trig (bands + 1, 3), sine and cosine of a band's southern edge and its latitude [rad], and of the end
    piece: `across` at its two ends, `middle`
    half, cap: half the piece, and how far from the foot anything is seen [rad]; limit_m: see `lune_width_m`
    """
    xyz, lon, band_start, band_trig = place
    mid = piece[2]
    radius = half + cap + _CURVED
    cos_r = math.cos(min(radius, math.pi))
    sin_c = mid[2]
    cos_c = math.sqrt(max(0.0, 1.0 - sin_c * sin_c))
    lat_c, lon_c = math.asin(max(-1.0, min(1.0, sin_c))), math.atan2(mid[1], mid[0])
    over_pole = abs(lat_c) + radius >= 0.5 * math.pi
    widest = 9.0 if over_pole else math.asin(max(-1.0, min(1.0, sin_c / cos_r)))
    count = 0
    for band in range(band_start.size - 1):
        i0, i1 = band_start[band], band_start[band + 1]
        south, north = band_trig[band, 2], band_trig[band + 1, 2]
        if i0 == i1 or south > lat_c + radius or north < lat_c - radius:
            continue
        width = math.pi
        if not over_pole:
            width = max(
                _half_width(band_trig[band, 0], band_trig[band, 1], sin_c, cos_c, cos_r),
                _half_width(band_trig[band + 1, 0], band_trig[band + 1, 1], sin_c, cos_c, cos_r),
            )
            if south < widest < north:
                width = max(width, _half_width(math.sin(widest), math.cos(widest), sin_c, cos_c, cos_r))
        if width >= 0.0:
            count = _runs(xyz, lon, i0, i1, lon_c, width + 1e-6, piece, limit_m, picked, count)
    return count


@numba.njit(cache=True, nogil=True, error_model="numpy")
def lune_width_m(cap: float, p_max_m: float) -> float:
    """Return how far off the plane of a piece [m] a point can be that is seen, its distance from the centre at most p_max_m."""
    return math.sin(min(cap + _CURVED, 0.5 * math.pi)) * p_max_m


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _runs(
    xyz: np.ndarray,
    lon: np.ndarray,
    i0: int,
    i1: int,
    lon_c: float,
    width: float,
    piece: tuple[Any, ...],
    limit_m: float,
    picked: np.ndarray,
    count: int,
) -> int:
    """Look at the points of one band between two longitudes, in two runs where they lie across the seam."""
    if width >= math.pi:
        return _pick(xyz, i0, i1, piece, limit_m, picked, count)
    west, east = lon_c - width, lon_c + width
    turn = 2.0 * math.pi
    if west < -math.pi:
        count = _pick(xyz, _first_at(lon, i0, i1, west + turn), i1, piece, limit_m, picked, count)
    if east > math.pi:
        count = _pick(xyz, i0, _first_at(lon, i0, i1, east - turn + 1e-12), piece, limit_m, picked, count)
    a, b = _first_at(lon, i0, i1, west), _first_at(lon, i0, i1, east)
    return _pick(xyz, a, b, piece, limit_m, picked, count)
