"""Areas on the ellipsoid of shapes whose edges are straight in longitude and latitude, to the last digits.

A geodesic polygon is another shape where edges are long: that one is `earth.area_m2`. Here an edge is what RFC 7946,
section 3.1.1, says of GeoJSON: a straight line of a map with longitude and latitude as its axes.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from downrange.base import Array
from downrange.base.wgs84 import E2, RP_M

_E: Final = math.sqrt(E2)
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(12)
EARTH_M2: Final = 2.0 * math.pi * RP_M**2 * (1.0 / (1.0 - E2) + math.atanh(_E) / _E)
"""The whole ellipsoid [m2]."""


def per_radian_m2(sine: Array) -> Array:
    """Return the area [m2] between the equator and the parallel of a geodetic latitude's sine, a radian of longitude wide.

    >>> f"{4.0 * np.pi * per_radian_m2(np.array(1.0)) / 1e12:.4f} million km2"
    '510.0656 million km2'
    """
    area: Array = 0.5 * RP_M**2 * (sine / (1.0 - E2 * sine**2) + np.arctanh(_E * sine) / _E)
    return area


def band_m2(south_deg: Array, north_deg: Array) -> Array:
    """Return the area [m2] between two parallels, a degree of longitude wide."""
    wide = per_radian_m2(np.sin(np.radians(north_deg))) - per_radian_m2(np.sin(np.radians(south_deg)))
    area: Array = np.radians(1.0) * wide
    return area


def areas_m2(shapes_lonlat: Any) -> Array:  # noqa: ANN401 - shapely has no types
    """Return the area of each shape of an array (polygons and multipolygons; lines and points have none).

    By Green's theorem: the sum over edges of the step in longitude times the mean of `per_radian_m2` on the edge, which
    Gauss's rule with twelve points gives to 1e-12 for edges up to half the way from pole to pole.
    """
    import shapely

    shapes = shapely.orient_polygons(np.atleast_1d(np.asarray(shapes_lonlat, dtype=object)))
    polygons, of_shape = shapely.get_parts(shapes, return_index=True)
    flat = shapely.get_type_id(polygons) == shapely.GeometryType.POLYGON
    rings, of_polygon = shapely.get_rings(polygons[flat], return_index=True)
    lonlat, of_ring = shapely.get_coordinates(rings, return_index=True)
    if not len(lonlat):
        return np.zeros(len(shapes))
    within = of_ring[1:] == of_ring[:-1]
    lon, lat = np.radians(lonlat).T
    step = np.diff(lon)[within]
    middle, half = 0.5 * (lat[1:] + lat[:-1])[within], 0.5 * np.diff(lat)[within]
    mean = np.zeros(len(step))
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        mean += 0.5 * weight * per_radian_m2(np.sin(middle + node * half))
    owner = of_shape[flat][of_polygon[of_ring[1:][within]]]
    return -np.bincount(owner, weights=step * mean, minlength=len(shapes)).astype(np.float64)
