"""Which places a vehicle has left behind, from its ground track so far."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from downrange.alert.model import PlaceLike
from downrange.base import Array, InputError
from downrange.earth import range_azimuth


def passed_by(places: Iterable[PlaceLike], lat_deg: ArrayLike, lon_deg: ArrayLike, *, clear_m: float) -> frozenset[str]:
    """Return the codes of the places that the vehicle has passed: it was nearer before, by clear_m or more.

    lat_deg, lon_deg: (n,) ground track from lift-off to now
    clear_m:          how much farther it must be now than at its nearest; the policy's margin_m is a good choice

    Distances are geodesic, to the middle of each place's box. A place that the vehicle flies away from all the way, such
    as one behind the pad, counts as passed once the vehicle is clear_m off.

    >>> from types import SimpleNamespace as Record
    >>> import shapely
    >>> islet = Record(code="1", geometry_lonlat=shapely.box(124.6, 37.9, 124.8, 38.0))
    >>> [bool(passed_by([islet], [39.0, 38.0, south], [124.7] * 3, clear_m=30e3)) for south in (37.8, 36.0)]
    [False, True]
    """
    every = tuple(places)
    clear = clearance_m(every, lat_deg, lon_deg)
    return frozenset(place.code for place, own in zip(every, clear, strict=True) if own.size and own[-1] >= clear_m)


def clearance_m(places: Sequence[PlaceLike], lat_deg: ArrayLike, lon_deg: ArrayLike) -> Array:
    """Return by how many metres each point of a ground track is farther than the nearest so far, (places, n)."""
    lat, lon = np.asarray(lat_deg, float), np.asarray(lon_deg, float)
    if lat.ndim != 1 or lat.shape != lon.shape or not np.isfinite([lat, lon]).all():
        raise InputError(
            where="ground track",
            seen=f"latitudes {lat.shape}, longitudes {lon.shape}",
            cure="give finite pairs in order",
        )
    away_m = np.empty((len(places), lat.size))
    for i, place in enumerate(places):
        west, south, east, north = place.geometry_lonlat.bounds
        middle = np.full(lat.size, (south + north) / 2.0), np.full(lat.size, (west + east) / 2.0)
        away_m[i], _ = range_azimuth(*middle, lat, lon)
    return np.asarray(away_m - np.minimum.accumulate(away_m, axis=1), dtype=float)
