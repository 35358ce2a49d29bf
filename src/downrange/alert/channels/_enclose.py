"""The smallest ellipse around points on a flat map, and the smallest of a table of ellipses around points on the Earth.

The table is that of the Common Alert Message Format, which Galileo's and QZSS's warning services broadcast.
SOURCE: fields A12 to A16 of the Common Alert Message Format Specification, issue 1.0 (January 2024), as three readers
of it have them and agree: github.com/9SQ/EWSS-CAMF-table (Apache-2.0), CSSRlib's EWSS decoder, and azarashi 0.17.1
(MIT, after issue 1.2): latitude -90 + 180/65535 i, longitude -180 + 360/131071 i, 32 lengths of semi-axes, azimuth
-90 + 180/64 i degrees. The specification itself was not at hand; assumed: that the azimuth is that of the semi-major
axis, clockwise from north, and that distances from the centre are those on the ground.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from downrange.base import ModelError
from downrange.earth import destination, east_north

Array = NDArray[np.float64]

SEMI_AXES_KM: Final = (
    *(
        0.216,
        0.292,
        0.395,
        0.535,
        0.723,
        0.978,
        1.322,
        1.788,
        2.418,
        3.269,
        4.421,
        5.979,
        8.085,
        10.933,
        14.784,
        19.992,
    ),
    *(27.035, 36.559, 49.439, 66.855, 90.407, 122.255, 165.324, 223.564, 302.322, 408.824, 552.846, 747.603, 1010.970),
    *(1367.116, 1848.727, 2500.000),
)
LAT_STEP_DEG: Final = 180.0 / 65_535.0
LON_STEP_DEG: Final = 360.0 / 131_071.0
AZIMUTH_STEP_DEG: Final = 180.0 / 64.0

_TOLERANCE: Final = 1e-3
_ROUNDS: Final = 2_000
_WIDEST_M: Final = 2_500_000.0
_SLACK: Final = 1.0 + 1e-9  # against rounding: covered means covered


@dataclass(frozen=True, slots=True, kw_only=True)
class Ellipse:
    """An ellipse of the table and its five indices.

    azimuth_deg: of the semi-major axis, clockwise from north
    fill:        how far out the outermost point lies, 1 on the edge
    """

    lat_deg: float
    lon_deg: float
    semi_major_m: float
    semi_minor_m: float
    azimuth_deg: float
    lat_index: int
    lon_index: int
    semi_major_index: int
    semi_minor_index: int
    azimuth_index: int
    fill: float

    @property
    def area_m2(self) -> float:
        """The area of the ellipse on its flat map."""
        return float(np.pi) * self.semi_major_m * self.semi_minor_m


def smallest_centre(east_m: Array, north_m: Array) -> tuple[float, float]:
    """Return the centre (east_m, north_m) of the smallest ellipse around points of a flat map.

    Khachiyan's algorithm, to 0.1 % of the area.

    >>> corner = np.array([-2.0, 2.0, 2.0, -2.0]), np.array([-1.0, -1.0, 1.0, 1.0])
    >>> east_m, north_m = smallest_centre(corner[0] + 10.0, corner[1] - 5.0)
    >>> f"{east_m:.3f} {north_m:.3f}"
    '10.000 -5.000'
    """
    points = np.column_stack((east_m, north_m))
    middle, scale = points.mean(axis=0), max(float(np.ptp(points, axis=0).max()), 1.0)
    lifted = np.column_stack(((points - middle) / scale, np.ones(len(points)))).T
    weight = np.full(len(points), 1.0 / len(points))
    for _ in range(_ROUNDS):
        spread = lifted * weight @ lifted.T
        reach = np.einsum("ij,ij->j", lifted, np.linalg.solve(spread, lifted))
        worst = int(reach.argmax())
        if reach[worst] <= 3.0 * (1.0 + _TOLERANCE):  # three is the dimension of the lifted points
            break
        step = (reach[worst] - 3.0) / (3.0 * (reach[worst] - 1.0))
        weight *= 1.0 - step
        weight[worst] += step
    centre = middle + scale * (weight @ lifted[:2].T)
    return float(centre[0]), float(centre[1])


def covering(lat_deg: Array, lon_deg: Array, *, margin_m: float) -> Ellipse:
    """Return the smallest ellipse of the table that covers circles of margin_m around all points.

    The centre is that of the smallest ellipse, rounded to the table; then every azimuth and length is tried around the
    rounded centre, so that nothing is lost by rounding. Distance and direction from that centre are those of the
    ellipsoid.
    """
    lat0_deg, lon0_deg = _middle(lat_deg, lon_deg)
    east_m, north_m = _widened(*east_north(lat0_deg, lon0_deg, lat_deg, lon_deg), margin_m)
    centre = smallest_centre(east_m, north_m)
    azimuth_deg = float(np.degrees(np.arctan2(*centre)))
    lat_c, lon_c = destination(lat0_deg, lon0_deg, azimuth_deg, float(np.hypot(*centre)))
    lat_index = round((float(lat_c) + 90.0) / LAT_STEP_DEG)
    lon_index = round((float(lon_c) + 180.0) / LON_STEP_DEG)
    lat_q, lon_q = -90.0 + LAT_STEP_DEG * lat_index, -180.0 + LON_STEP_DEG * lon_index
    east_m, north_m = _widened(*east_north(lat_q, lon_q, lat_deg, lon_deg), margin_m)
    major, minor, turn, fill = _smallest_of_table(east_m, north_m)
    return Ellipse(
        lat_deg=lat_q,
        lon_deg=lon_q,
        semi_major_m=SEMI_AXES_KM[major] * 1e3,
        semi_minor_m=SEMI_AXES_KM[minor] * 1e3,
        azimuth_deg=-90.0 + AZIMUTH_STEP_DEG * turn,
        lat_index=lat_index,
        lon_index=lon_index,
        semi_major_index=major,
        semi_minor_index=minor,
        azimuth_index=turn,
        fill=fill,
    )


def _middle(lat_deg: Array, lon_deg: Array) -> tuple[float, float]:
    """Return a point among the others, right across the date line too; refuse points too far apart for a map."""
    lon_off_deg = (lon_deg - lon_deg[0] + 180.0) % 360.0 - 180.0
    lat0_deg = float(lat_deg.min() + lat_deg.max()) / 2.0
    lon0_deg = float((lon_deg[0] + (lon_off_deg.min() + lon_off_deg.max()) / 2.0 + 180.0) % 360.0 - 180.0)
    east_m, north_m = east_north(lat0_deg, lon0_deg, lat_deg, lon_deg)
    if float(np.hypot(east_m, north_m).max()) > _WIDEST_M:
        raise ModelError("the areas lie more than 5000 km apart: no one ellipse of the table covers them. Split them.")
    return lat0_deg, lon0_deg


def _widened(east_m: Array, north_m: Array, margin_m: float) -> tuple[Array, Array]:
    """Return the hull of the points with sixteen around each, outside the circle of the margin."""
    import shapely

    turn = np.arange(16) * (np.pi / 8.0)
    reach_m = margin_m / np.cos(np.pi / 16.0)
    every = np.column_stack((
        np.add.outer(east_m, reach_m * np.sin(turn)).ravel(), np.add.outer(north_m, reach_m * np.cos(turn)).ravel()
    ))  # fmt: skip
    hull = shapely.get_coordinates(shapely.convex_hull(shapely.multipoints(every)))
    return hull[:, 0], hull[:, 1]


def _smallest_of_table(east_m: Array, north_m: Array) -> tuple[int, int, int, float]:
    """Return the indices (semi-major, semi-minor, azimuth) of the least area around points, and how full it is."""
    axes_m = np.array(SEMI_AXES_KM) * 1e3
    azimuth = np.radians(-90.0 + AZIMUTH_STEP_DEG * np.arange(64))
    along = np.outer(np.sin(azimuth), east_m) + np.outer(np.cos(azimuth), north_m)
    across = np.outer(np.cos(azimuth), east_m) - np.outer(np.sin(azimuth), north_m)
    best: tuple[float, int, int, int] | None = None
    for major, a_m in enumerate(axes_m):
        inside = np.abs(along).max(axis=1) * _SLACK < a_m
        with np.errstate(divide="ignore", invalid="ignore"):
            need_m = (np.abs(across) / np.sqrt(1.0 - (along / a_m) ** 2)).max(axis=1) * _SLACK
        minor = np.searchsorted(axes_m, np.where(inside, need_m, np.inf))
        for turn in np.flatnonzero(inside & (minor <= major)):
            found = (a_m * axes_m[minor[turn]], major, int(minor[turn]), int(turn))
            best = found if best is None or found < best else best
    if best is None:
        raise ModelError("no ellipse of the table, 2500 km at most, covers the areas. Split them between messages.")
    _, major, minor_index, turn_index = best
    fill = (along[turn_index] / axes_m[major]) ** 2 + (across[turn_index] / axes_m[minor_index]) ** 2
    return major, minor_index, turn_index, float(np.sqrt(fill.max()))
