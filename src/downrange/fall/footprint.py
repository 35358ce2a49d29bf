"""From a crowd of impacts to one footprint: centre, ellipse, times."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from downrange.base import Array, ModelError
from downrange.earth import destination, east_north
from downrange.fall.model import Footprint


def footprint(
    lat_deg: ArrayLike, lon_deg: ArrayLike, t_s: ArrayLike, body: str, p: ArrayLike | None = None
) -> Footprint:
    """Return the footprint of one body from its possible impacts (n,), weighted by p; NaN rows never landed.

    The ellipse is that of the weighted covariance of geodesic offsets (east, north) from the weighted mean.
    """
    lat, lon, t = (np.asarray(a, dtype=float) for a in (lat_deg, lon_deg, t_s))
    weight = np.ones_like(lat) if p is None else np.asarray(p, dtype=float)
    down = np.isfinite(lat) & (weight > 0.0)
    if not down.any():
        raise ModelError(f"{body}: none of {len(lat)} samples came down, so there is no footprint")
    share = float(weight[down].sum() / weight.sum())
    lat, lon, t, weight = lat[down], lon[down], t[down], weight[down] / weight[down].sum()
    lat0, lon0 = _mean(lat, lon, weight)
    east, north = east_north(lat0, lon0, lat, lon)
    spread = np.cov(np.stack([east, north]), aweights=weight, bias=True) if len(lat) > 1 else np.zeros((2, 2))
    values, vectors = np.linalg.eigh(spread)
    order = np.argsort(t)
    late = order[np.searchsorted(np.cumsum(weight[order]), 0.99 - 1e-12)]
    t_mean = float(weight @ t)
    return Footprint(
        body=body,
        lat_deg=lat0,
        lon_deg=lon0,
        sigma_major_m=float(np.sqrt(max(values[1], 0.0))),
        sigma_minor_m=float(np.sqrt(max(values[0], 0.0))),
        axis_deg=float(np.degrees(np.arctan2(vectors[0, 1], vectors[1, 1])) % 180.0),
        t_s=t_mean,
        t_sigma_s=float(np.sqrt(max(weight @ (t - t_mean) ** 2, 0.0))),
        t_q99_s=float(t[late]),
        p_lands=share,
        samples=len(lat),
    )


def ring(print_: Footprint, probability: float, *, corners: int = 72) -> tuple[Array, Array]:
    """Return latitudes and longitudes (corners + 1, closed) of the ellipse that holds so much of the footprint.

    >>> from downrange.fall.model import Footprint
    >>> foot = Footprint(body="b", lat_deg=0.0, lon_deg=0.0, sigma_major_m=1e3, sigma_minor_m=1e3, axis_deg=0.0,
    ...                  t_s=0.0, t_sigma_s=0.0, t_q99_s=0.0, p_lands=1.0, samples=9)
    >>> lat, lon = ring(foot, 0.90)
    >>> f"{lat.max() * 110.574:.2f} km"
    '2.15 km'
    """
    scale = np.sqrt(-2.0 * np.log(1.0 - probability))
    angle = np.linspace(0.0, 2.0 * np.pi, corners + 1)
    along, across = scale * print_.sigma_major_m * np.cos(angle), scale * print_.sigma_minor_m * np.sin(angle)
    azimuth = print_.axis_deg + np.degrees(np.arctan2(across, along))
    lat, lon = destination(print_.lat_deg, print_.lon_deg, azimuth, np.hypot(along, across))
    return np.asarray(lat), np.asarray(lon)


def holds(print_: Footprint, lat_deg: float, lon_deg: float) -> float:
    """Return the probability of the smallest ellipse of the footprint that reaches a point: 0.9 is on the 90 % ellipse."""
    east, north = east_north(print_.lat_deg, print_.lon_deg, np.array([lat_deg]), np.array([lon_deg]))
    a = np.radians(print_.axis_deg)
    along = east[0] * np.sin(a) + north[0] * np.cos(a)
    across = east[0] * np.cos(a) - north[0] * np.sin(a)
    m2 = (along / max(print_.sigma_major_m, 1.0)) ** 2 + (across / max(print_.sigma_minor_m, 1.0)) ** 2
    return float(1.0 - np.exp(-0.5 * m2))


def _mean(lat: Array, lon: Array, weight: Array) -> tuple[float, float]:
    """Return the weighted mean place through unit vectors, so that no meridian is special."""
    phi, lam = np.radians(lat), np.radians(lon)
    x, y = weight @ (np.cos(phi) * np.cos(lam)), weight @ (np.cos(phi) * np.sin(lam))
    z = weight @ np.sin(phi)
    return float(np.degrees(np.arctan2(z, np.hypot(x, y)))), float(np.degrees(np.arctan2(y, x)))
