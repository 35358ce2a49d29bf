"""Ground of a map: frame, sea, land, graticule, scale; anywhere between 84 S and 84 N, the date line included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from matplotlib.transforms import blended_transform_factory
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from downrange.base import Array
from downrange.base.wgs84 import RE_M
from downrange.earth import coast
from downrange.replay import ink
from downrange.replay.draw_map import mercator

_MOST_DEG: Final = 84.0
_FINE_LONLAT: Final = (110.0, 5.0, 150.0, 50.0)  # where the fine coast is whole
_FINE_WIDE_DEG: Final = 12.0
_STEPS_DEG: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0)
_KM_PER_DEG: Final = float(np.radians(1.0)) * RE_M / 1e3


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The part of the ground that a map shows; east_deg is above west_deg and may lie beyond 180."""

    south_deg: float
    north_deg: float
    west_deg: float
    east_deg: float

    @property
    def middle_deg(self) -> float:
        """Longitude of the middle."""
        return 0.5 * (self.west_deg + self.east_deg)

    @property
    def ratio(self) -> float:
        """Height over width on the map."""
        (x0, x1), (y0, y1) = self.corners()
        return float((y1 - y0) / (x1 - x0))

    def holds(self, lat_deg: float, lon_deg: float) -> bool:
        """Say whether a point lies in it."""
        return self.south_deg < lat_deg < self.north_deg and (
            self.west_deg < float(self.lon_deg(np.array(lon_deg))) < self.east_deg
        )

    def corners(self) -> tuple[Array, Array]:
        """Return map coordinates of the corners: (west, east), (south, north)."""
        return mercator(np.array([self.south_deg, self.north_deg]), np.array([self.west_deg, self.east_deg]))

    def lon_deg(self, lon_deg: Array) -> Array:
        """Return longitudes on the turn of this frame, at most 180 degrees from its middle."""
        return self.middle_deg + (np.asarray(lon_deg, dtype=float) - self.middle_deg + 180.0) % 360.0 - 180.0

    def xy(self, lat_deg: Array, lon_deg: Array) -> tuple[Array, Array]:
        """Return map coordinates of points."""
        lat = np.clip(np.asarray(lat_deg, dtype=float), -_MOST_DEG, _MOST_DEG)
        return mercator(lat, self.lon_deg(lon_deg))

    def line_xy(self, lat_deg: Array, lon_deg: Array) -> tuple[Array, Array]:
        """Return map coordinates of a line, with a gap where it leaves on one side to come back on the other."""
        x, y = self.xy(lat_deg, lon_deg)
        jumps = 1 + np.flatnonzero(np.abs(np.diff(x)) > 180.0)
        return np.insert(x, jumps, np.nan), np.insert(y, jumps, np.nan)


def frame_around(
    lat_deg: Array, lon_deg: Array, *, room: float = 0.08, ratios: tuple[float, float] = (0.5, 2.0)
) -> Frame:
    """Return the frame around points, with some room, some sixty kilometres across at least, not too flat or thin.

    >>> frame = frame_around(np.array([10.0, 14.0]), np.array([178.0, -178.0]), room=0.0, ratios=(0.1, 9.0))
    >>> frame.west_deg, frame.east_deg
    (178.0, 182.0)
    """
    known = np.isfinite(lat_deg) & np.isfinite(lon_deg)
    lat, lon = np.clip(np.asarray(lat_deg)[known], -80.0, 80.0), np.sort(np.asarray(lon_deg)[known] % 360.0)
    if not len(lat):
        raise ValueError("no point to put a frame around")
    gaps = np.diff(np.append(lon, lon[0] + 360.0))
    start = int(np.argmax(gaps)) + 1
    west = float(lon[start % len(lon)])
    wide = 360.0 - float(gaps.max())
    west = (west + 180.0) % 360.0 - 180.0
    (x0, x1), (y0, y1) = mercator(np.array([lat.min(), lat.max()]), np.array([west, west + wide]))
    grow = room * max(x1 - x0, y1 - y0)
    least = 0.3 / float(np.cos(np.radians(lat.mean())))
    half_x, half_y = max(0.5 * (x1 - x0) + grow, least), max(0.5 * (y1 - y0) + grow, least)
    half_x, half_y = max(half_x, half_y / ratios[1]), max(half_y, half_x * ratios[0])
    x, y = 0.5 * (x0 + x1), 0.5 * (y0 + y1)
    low, high = np.degrees(np.arctan(np.sinh(np.radians([y - half_y, y + half_y]))))
    return Frame(
        south_deg=float(low),
        north_deg=float(high),
        west_deg=float(x - min(half_x, 180.0)),
        east_deg=float(x + min(half_x, 180.0)),
    )


def draw_ground(figure: Figure, box: tuple[float, float, float, float], frame: Frame) -> Axes:
    """Return the axes of a map in a box of the figure (left, bottom, width, height), with sea, land, graticule, scale."""
    axes = figure.add_axes(box)
    (x0, x1), (y0, y1) = frame.corners()
    axes.set_xlim(x0, x1)
    axes.set_ylim(y0, y1)
    axes.set_facecolor(ink.SEA)
    window = axes.get_window_extent()
    lons = _ticks(frame.west_deg, frame.east_deg, window.width / 105.0)
    lats = _ticks(frame.south_deg, frame.north_deg, window.height / 60.0)
    axes.set_xticks(lons, [_degrees(v, "EW") for v in (lons + 180.0) % 360.0 - 180.0])
    axes.set_yticks(mercator(lats, 0.0 * lats)[1], [_degrees(v, "NS") for v in lats])
    axes.grid(color=ink.GRID, lw=0.5, zorder=0)
    axes.tick_params(length=2.5, pad=2.0)
    draw_area(axes, frame, _land(frame), fc=ink.LAND, ec=ink.SHORE, lw=0.4, zorder=1)
    _scale(axes, frame)
    return axes


def draw_shore(axes: Axes, frame: Frame) -> None:
    """Draw the coast once more, over what hides it."""
    pale = [withStroke(linewidth=1.1, foreground="#ffffff")]
    draw_area(axes, frame, _land(frame), fc="none", ec=ink.INK, lw=0.45, zorder=4, path_effects=pale)


def _land(frame: Frame) -> BaseGeometry:
    """Return the land, in fine detail where a map is small enough to show it."""
    seen = shapely.box(frame.west_deg, frame.south_deg, frame.east_deg, frame.north_deg)
    fine = frame.east_deg - frame.west_deg < _FINE_WIDE_DEG and shapely.box(*_FINE_LONLAT).contains(seen)
    return coast("10m" if fine else "50m")


def draw_area(axes: Axes, frame: Frame, area_lonlat: BaseGeometry, **look: Any) -> Array:  # noqa: ANN401 # matplotlib's
    """Draw polygons as far as the frame shows them; return points along their outlines, in map coordinates."""
    (x0, x1), _ = frame.corners()
    pixel_deg = float(x1 - x0) / axes.get_window_extent().width
    vertices, codes = [], []
    for ring in _rings(frame, area_lonlat, pixel_deg):
        vertices.append(np.column_stack(mercator(ring[:, 1], ring[:, 0])))
        codes.append(np.array([Path.MOVETO] + [Path.LINETO] * (len(ring) - 2) + [Path.CLOSEPOLY], dtype=np.uint8))
    if not vertices:
        return np.empty((0, 2))
    points = np.concatenate(vertices)
    axes.add_patch(PathPatch(Path(points, np.concatenate(codes)), **look))
    return points


def _rings(frame: Frame, area_lonlat: BaseGeometry, pixel_deg: float) -> list[Array]:
    """Return the rings of polygons on the turn of a frame, cut a little outside it, with no detail under half a pixel."""
    out = 0.05 * (frame.east_deg - frame.west_deg) + 0.2
    south, north = max(frame.south_deg - out, -_MOST_DEG), min(frame.north_deg + out, _MOST_DEG)
    found = []
    for turn_deg in (-360.0, 0.0, 360.0):
        west, east = frame.west_deg - out - turn_deg, frame.east_deg + out - turn_deg
        if west > 180.0 or east < -180.0:
            continue
        seen = shapely.simplify(shapely.clip_by_rect(area_lonlat, west, south, east, north), 0.5 * pixel_deg)
        for part in shapely.get_parts(affinity.translate(seen, turn_deg)):
            if part.geom_type == "Polygon" and not part.is_empty:
                found += [shapely.get_coordinates(ring) for ring in (part.exterior, *part.interiors)]
    return found


def along(frame: Frame, x: Array, y: Array, points: int = 300) -> Array:
    """Return points spread along what a frame shows of a line, for labels to keep off; gaps are left out."""
    (left, right), (bottom, top) = frame.corners()
    keep = (x >= left) & (x <= right) & (y >= bottom) & (y <= top)
    keep[1:] |= keep[:-1]
    keep &= np.isfinite(x) & np.isfinite(y)
    x, y = x[keep], y[keep]
    if len(x) < 2:
        return np.empty((0, 2))
    run = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    at = np.linspace(0.0, run[-1], points)
    return np.column_stack([np.interp(at, run, x), np.interp(at, run, y)])


def _degrees(value: float, letters: str) -> str:
    """Return a latitude or longitude as a person writes it."""
    letter = "" if value in {0.0, -180.0} else letters[0] if value > 0.0 else letters[1]
    return f"{abs(value):g}°{letter}"


def _ticks(low: float, high: float, most: float) -> Array:
    """Return round degrees between two limits, `most` of them."""
    step = next((step for step in _STEPS_DEG if (high - low) / step <= max(most, 1.0)), 90.0)
    first, last = int(np.ceil(low / step)), int(np.floor(high / step))
    return np.array([round(k * step, 3) for k in range(first, last + 1)])


def _scale(axes: Axes, frame: Frame) -> None:
    """Draw a bar of round kilometres under the right corner of the map; it holds at the latitude it names."""
    (x0, x1), (y0, y1) = frame.corners()
    lat_deg = float(np.degrees(np.arctan(np.sinh(np.radians(0.5 * (y0 + y1))))))
    wide_km = float(x1 - x0) * _KM_PER_DEG * float(np.cos(np.radians(lat_deg)))
    base = 10.0 ** np.floor(np.log10(0.25 * wide_km))
    long_km = max(k * base for k in (1.0, 2.0, 5.0) if k * base <= 0.25 * wide_km)
    left = float(x1) - long_km / wide_km * float(x1 - x0)
    where = blended_transform_factory(axes.transData, axes.transAxes)
    under = -24.0 / 72.0 * axes.figure.dpi / axes.get_window_extent().height
    tall = 2.5 / 72.0 * axes.figure.dpi / axes.get_window_extent().height
    bar = [left, left, x1, x1], [under + tall, under, under, under + tall]
    axes.plot(*bar, color=ink.INK, lw=1.2, transform=where, clip_on=False, solid_capstyle="butt")
    told = f"{long_km:g} km at {_degrees(round(lat_deg), 'NS')}"
    look: dict[str, Any] = {
        "xytext": (-4.0, 0.0),
        "textcoords": "offset points",
        "ha": "right",
        "va": "center",
        "fontsize": 7.0,
    }
    axes.annotate(told, (left, under), xycoords=where, annotation_clip=False, **look)
