"""The edge of a region on the ground: where a density falls below a level, as a polygon in degrees."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from downrange.base import Array
from downrange.earth import destination

_ALONG, _ACROSS = 160, 96  # cells of the grid on which the density is looked at, along its long axis and across
_BESIDE = 3.0  # widths of the widest kernel that are looked at beyond the outermost point


def outline_lonlat(
    density: Callable[[Array], Array], level: float, points_m: Array, beside_m: float, centre: tuple[float, float]
) -> BaseGeometry:
    """Return where a density of points (m, 2) east and north of a centre (lat, lon) is at or above a level.

    points_m: (n, 2) about which it is looked for; beside_m: how wide one of its bumps is
    """
    import contourpy

    middle = points_m.mean(axis=0)
    _, _, axes = np.linalg.svd(points_m - middle, full_matrices=False)
    turned = (points_m - middle) @ axes.T
    low, high = turned.min(axis=0) - _BESIDE * beside_m, turned.max(axis=0) + _BESIDE * beside_m
    u, v = np.linspace(low[0], high[0], _ALONG), np.linspace(low[1], high[1], _ACROSS)
    grid = np.stack(np.meshgrid(u, v), axis=-1)
    z = density(grid.reshape(-1, 2) @ axes + middle).reshape(_ACROSS, _ALONG)
    z[[0, -1]], z[:, [0, -1]] = 0.0, 0.0
    drawn: Any = contourpy.contour_generator(u, v, z, fill_type=contourpy.FillType.OuterOffset).filled(level, np.inf)
    flat = [
        shapely.make_valid(shapely.Polygon(ring[cuts[0] : cuts[1]], [ring[a:b] for a, b in pairwise(cuts[1:])]))
        for ring, cuts in zip(*drawn, strict=True)
    ]
    return on_earth(shapely.transform(shapely.union_all(flat), lambda xy: xy @ axes + middle), centre)


def on_earth(flat: BaseGeometry, centre: tuple[float, float]) -> BaseGeometry:
    """Return polygons east and north [m] of a centre (lat, lon) in degrees, cut at 180; one may hold a pole."""
    parts = [_raised(part, centre) for part in shapely.get_parts(flat) if part.geom_type == "Polygon"]
    whole = shapely.union_all(parts)
    pieces = []
    for turn_deg in (-360.0, 0.0, 360.0):
        inside = shapely.intersection(whole, shapely.box(turn_deg - 180.0, -90.0, turn_deg + 180.0, 90.0))
        pieces.append(shapely.transform(inside, lambda xy, by=turn_deg: xy - np.array([by, 0.0])))
    joined = [one for one in shapely.get_parts(shapely.union_all(pieces)) if one.geom_type == "Polygon"]
    return shapely.MultiPolygon([shapely.orient_polygons(one) for one in joined if not one.is_empty])


def _raised(part: BaseGeometry, centre: tuple[float, float]) -> BaseGeometry:
    """Return one polygon in degrees; its longitudes run on past 180, about that of the centre."""
    outer = _ring(part.exterior, centre)
    held = shapely.Polygon(outer) if abs(outer[-1, 0] - outer[0, 0]) < 1.0 else _with_pole(outer)
    holes = [shapely.Polygon(_ring(hole, centre)) for hole in part.interiors]
    around = shapely.make_valid(held)
    return shapely.difference(around, shapely.union_all(holes)) if holes else around


def _ring(ring: BaseGeometry, centre: tuple[float, float]) -> Array:
    """Return a closed ring in degrees, longitude first, without a leap of longitude."""
    xy = shapely.get_coordinates(shapely.segmentize(ring, max(1.0, ring.length / 200.0)))
    azimuth_deg = np.degrees(np.arctan2(xy[:, 0], xy[:, 1]))
    lat_deg, lon_deg = destination(centre[0], centre[1], azimuth_deg, np.hypot(xy[:, 0], xy[:, 1]))
    lon_deg = np.unwrap(lon_deg, period=360.0)
    lon_deg += 360.0 * np.round((centre[1] - 0.5 * (lon_deg.min() + lon_deg.max())) / 360.0)
    return np.column_stack([lon_deg, lat_deg])


def _with_pole(ring: Array) -> BaseGeometry:
    """Return the polygon of a ring that goes once round a pole: the pole is what it holds."""
    pole = 90.0 if ring[:, 1].mean() > 0.0 else -90.0
    return shapely.Polygon([*ring.tolist(), [ring[-1, 0], pole], [ring[0, 0], pole]])
