"""A flat map on which areas are true: Lambert's cylindrical equal-area projection of the ellipsoid."""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
import shapely

from downrange.base import Array
from downrange.base.wgs84 import E2, RE_M

_E = math.sqrt(E2)
Shapes = TypeVar("Shapes")


def flattened(shapes_lonlat: Shapes) -> Shapes:
    """Return a shape, or an array of them, on the flat map [m]; edges stay straight between their corners."""
    flat: Shapes = shapely.transform(shapes_lonlat, equal_area)
    return flat


def equal_area(xy: Array) -> Array:
    """Return points (longitude, latitude in degrees) on the flat map.

    Snyder (1987), Map Projections - A Working Manual, equations 10-14 and 3-12: y = a q / 2 with k0 = 1.
    """
    sine = np.sin(np.radians(xy[:, 1]))
    bent = np.log((1.0 - _E * sine) / (1.0 + _E * sine)) / (2.0 * _E)
    q = (1.0 - E2) * (sine / (1.0 - E2 * sine**2) - bent)
    return np.column_stack((RE_M * np.radians(xy[:, 0]), RE_M * q / 2.0))
