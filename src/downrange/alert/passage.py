"""Which places a vehicle has left behind, from its ground track so far."""

from __future__ import annotations

from collections.abc import Iterable

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
    lat, lon = np.asarray(lat_deg, float), np.asarray(lon_deg, float)
    if lat.ndim != 1 or lat.shape != lon.shape or not np.isfinite([lat, lon]).all():
        raise InputError(
            where="ground track",
            seen=f"latitudes {lat.shape}, longitudes {lon.shape}",
            cure="give finite pairs in order",
        )
    if not lat.size:
        return frozenset()
    return frozenset(place.code for place in places if _clear_of(place, lat, lon) >= clear_m)


def _clear_of(place: PlaceLike, lat: Array, lon: Array) -> float:
    """Return by how many metres the last point of the track is farther than the nearest one."""
    west, south, east, north = place.geometry_lonlat.bounds
    range_m, _ = range_azimuth(
        np.full(lat.size, (south + north) / 2.0), np.full(lat.size, (west + east) / 2.0), lat, lon
    )
    return float(range_m[-1] - range_m.min())
