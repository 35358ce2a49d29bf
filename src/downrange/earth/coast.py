"""Coastlines and the question "land or sea?", from Natural Earth.

Two outlines ship: the world at 1:50 million, and 110-150 E, 5-50 N at 1:10 million rounded to 0.001 degree.
The second has Tarama, Hateruma, Eocheongdo and Hongdo; it lacks Gapado, Tonaki and Zamami, which `islands()`
marks with on_coast=False, and it draws Uotsuri 6 km east-north-east of its place.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from downrange.base import Array, InputError
from downrange.earth._shapes import read_shapes

Detail = Literal["50m", "10m"]
Mask = NDArray[np.bool_]
CLIP_10M_LONLAT = (110.0, 5.0, 150.0, 50.0)


@cache
def coast(detail: Detail = "50m") -> shapely.MultiPolygon:
    """Return land as polygons, longitude first, exteriors counter-clockwise.

    "50m": the whole world. "10m": 110-150 E, 5-50 N only; its straight edges there are the clip's, not a coast.
    Polygons are cut at 180 degrees, as Natural Earth does.
    """
    if detail not in ("50m", "10m"):
        raise InputError(where="coast", key="detail", seen=f"{detail!r}", cure='choose "50m" (world) or "10m" (clip)')
    (land,) = read_shapes(f"coast-{detail}")
    return shapely.MultiPolygon(land)


@cache
def _parts(detail: Detail) -> list[BaseGeometry]:
    return list(shapely.get_parts(coast(detail)))


def is_land(lat_deg: ArrayLike, lon_deg: ArrayLike) -> Mask:
    """Return, for each point, whether the coast has land there: 10m inside its clip, 50m elsewhere.

    Scalars give one bool, arrays an array of bool. Small islands may be missing and shores are off by up to
    1 km: a False near a shore means "sea or a small island", not "nobody".

    >>> bool(is_land(37.96, 124.67)), bool(is_land(36.1, 123.757))
    (True, False)
    """
    lat, lon = np.broadcast_arrays(np.asarray(lat_deg, dtype=float), np.asarray(lon_deg, dtype=float))
    west, south, east, north = CLIP_10M_LONLAT
    fine = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    land = np.zeros(lat.shape, dtype=bool)
    if fine.any():
        land[fine] = _inside("10m", lat[fine], lon[fine])
    if not fine.all():
        land[~fine] = _inside("50m", lat[~fine], lon[~fine])
    return land[()]


def _inside(detail: Detail, lat_deg: Array, lon_deg: Array) -> Mask:
    """Mark points inside any polygon; a tree of points, so that each polygon is prepared once for all of them."""
    _, hit = shapely.STRtree(shapely.points(lon_deg, lat_deg)).query(_parts(detail), predicate="intersects")
    inside = np.zeros(lat_deg.shape, dtype=bool)
    inside[hit] = True
    return inside
