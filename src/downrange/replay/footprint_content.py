"""What a footprint map shows: the cells, the outlines, and which ground the large map and the small ones take in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from downrange.base import Array, ModelError
from downrange.replay.draw_ground import Frame, frame_around

_MANY: Final = 12  # parts: so many are noise, and those without a hazard area get no map of their own
_KEPT: Final = 0.005  # of the area of an outline: smaller parts do not decide what the map shows
_BEYOND: Final = 4.0  # times the hazard areas: a region of containment that is larger and wider than the next runs off
_VAST_DEG: Final = 60.0
_SMALL: Final = 3.5  # times smaller than the map: such a part of a footprint gets a map of its own
_LEAST_PX: Final = 2.0
_SAME: Final = 1e-6
_SITE_WITHIN: Final = 0.6  # of the size of the footprint: a launch site nearer than this is put on the map


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Cells of a grid in which pieces may come down.

    lat_deg, lon_deg: (m,) centres; density_pkm2: (m,) expected pieces per square kilometre
    cell_lat_deg, cell_lon_deg: sides of a cell, one for all or (m,)
    """

    lat_deg: Array
    lon_deg: Array
    density_pkm2: Array
    cell_lat_deg: Array | float
    cell_lon_deg: Array | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """An outline with a name, longitude first; none where nothing is that dense: an empty polygon."""

    kind: Literal["containment", "ships", "aircraft", "person"]
    label: str
    geometry_lonlat: BaseGeometry


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchPoint:
    """Where it starts, and its name."""

    name: str
    lat_deg: float
    lon_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FootprintContent:
    """All that a footprint map shows; track: planned flight over the ground as (lat_deg (n,), lon_deg (n,))."""

    title: str
    cells: Cells
    zones: tuple[Zone, ...] = ()
    pad: LaunchPoint | None = None
    track: tuple[Array, Array] | None = None
    note: str = ""


def readable(cells: Cells, frame: Frame, wide_px: float) -> Cells:
    """Return the cells that hold anything; where one is less than two pixels wide, blocks of them with their mean.

    Cells of many sizes stay as they are. A cell that is not given counts as empty.
    """
    some = np.isfinite(cells.density_pkm2) & (cells.density_pkm2 > 0.0)
    sides_lat, sides_lon = (
        np.broadcast_to(side, cells.lat_deg.shape)[some] for side in (cells.cell_lat_deg, cells.cell_lon_deg)
    )
    lat, lon, density = cells.lat_deg[some], frame.lon_deg(cells.lon_deg[some]), cells.density_pkm2[some]
    many = 1
    if len(lat) and np.ptp(sides_lat) + np.ptp(sides_lon) < _SAME * float(sides_lat[0]):
        pixel_deg = (frame.east_deg - frame.west_deg) / wide_px
        many = int(np.ceil(_LEAST_PX * pixel_deg / min(float(sides_lat[0]), float(sides_lon[0]))))
    if many > 1:
        tall, wide = float(sides_lat[0]), float(sides_lon[0])
        row = np.round((lat - lat.min()) / tall).astype(np.int64) // many
        column = np.round((lon - lon.min()) / wide).astype(np.int64) // many
        blocks, index = np.unique(np.column_stack([row, column]), axis=0, return_inverse=True)
        density = np.bincount(index.ravel(), weights=density) / many**2
        lat = lat.min() + tall * (many * (blocks[:, 0] + 0.5) - 0.5)
        lon = lon.min() + wide * (many * (blocks[:, 1] + 0.5) - 0.5)
        sides_lat, sides_lon = (np.full(len(lat), many * float(side[0])) for side in (sides_lat, sides_lon))
    return Cells(lat_deg=lat, lon_deg=lon, density_pkm2=density, cell_lat_deg=sides_lat, cell_lon_deg=sides_lon)


def main_frame(content: FootprintContent) -> Frame:
    """Return the frame around what matters, with the launch site when that is near.

    That is the outlines without their crumbs; a region of containment much larger than the hazard areas counts no more
    than these; the cells when there are no outlines.
    """
    hazard = _bounds([zone for zone in content.zones if zone.kind != "containment"])
    every = _bounds(list(content.zones))
    if hazard and map_size(frame_of(every)) > max(_BEYOND * map_size(frame_of(hazard)), _VAST_DEG):
        every = hazard
    if not every:
        some = content.cells.density_pkm2 > 0.0
        lat, lon = content.cells.lat_deg[some], content.cells.lon_deg[some]
        if not len(lat):
            raise ModelError("a footprint without a piece in any cell and without an outline: there is nothing to draw")
        every = [(float(o), float(a), float(o), float(a)) for a, o in zip(lat, lon, strict=True)]
    frame = frame_of(every)
    if content.pad is None:
        return frame
    wider = frame_of([*every, (content.pad.lon_deg, content.pad.lat_deg, content.pad.lon_deg, content.pad.lat_deg)])
    return wider if map_size(wider) <= (1.0 + _SITE_WITHIN) * map_size(frame) else frame


def frame_of(bounds_lonlat: list[tuple[float, float, float, float]]) -> Frame:
    """Return the frame around boxes (west, south, east, north), none of them across the date line."""
    lon = np.concatenate(
        [np.arange(b[0], b[2], 1.0) for b in bounds_lonlat] + [np.array([b[2] for b in bounds_lonlat])]
    )
    lat = np.array([b[k] for b in bounds_lonlat for k in (1, 3)])
    many = max(len(lat), len(lon))
    return frame_around(np.resize(lat, many), np.resize(lon, many))


def map_size(frame: Frame) -> float:
    """Return the longer side of a frame on the map."""
    (x0, x1), (y0, y1) = frame.corners()
    return float(max(x1 - x0, y1 - y0))


def _bounds(zones: list[Zone]) -> list[tuple[float, float, float, float]]:
    """Return the boxes of the parts of outlines, without the crumbs of each outline."""
    found = []
    for zone in zones:
        parts = shapely.get_parts(zone.geometry_lonlat)
        parts = parts[~shapely.is_empty(parts)]
        area = shapely.area(parts) * np.cos(np.radians(shapely.get_y(shapely.centroid(parts))))
        found += [part.bounds for part in parts[area >= _KEPT * area.sum()]]
    return found


def small_parts(content: FootprintContent, frame: Frame) -> list[BaseGeometry]:
    """Return boxes around parts of the footprint that are lost on the large map: those with hazard areas first."""
    every = _clusters(_bounds(list(content.zones)), frame)
    hazard = _clusters(_bounds([zone for zone in content.zones if zone.kind != "containment"]), frame)
    found: list[BaseGeometry] = []
    for part in hazard:
        around = next(one for one in every if one.intersects(part))
        lost = next((one for one in (around, part) if _lost(one, frame)), None)
        if lost is not None and not any(lost.equals(other) for other in found):  # two parts may lie in one cluster
            found.append(lost)
    alone = [one for one in every if _lost(one, frame) and not any(one.intersects(part) for part in hazard)]
    if len(every) > _MANY:
        alone = []
    found.sort(key=lambda part: -part.area)
    return found + sorted(alone, key=lambda part: -part.area)


def _lost(part: BaseGeometry, frame: Frame) -> bool:
    """Say whether a part is too small to be read on a map."""
    return map_size(frame_of([part.bounds])) * _SMALL < map_size(frame)


def _clusters(bounds_lonlat: list[tuple[float, float, float, float]], frame: Frame) -> list[BaseGeometry]:
    """Return boxes on the turn of a frame, joined where they all but touch."""
    reach = 0.02 * (frame.east_deg - frame.west_deg)
    boxes = []
    for west_deg, south, east_deg, north in bounds_lonlat:
        west = float(frame.lon_deg(np.array(west_deg)))
        boxes.append(shapely.box(west - reach, south - reach, west + east_deg - west_deg + reach, north + reach))
    return [part for part in shapely.get_parts(shapely.union_all(boxes)) if not part.is_empty] if boxes else []
