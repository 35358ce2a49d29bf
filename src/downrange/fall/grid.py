"""Cells of equal degrees over the whole Earth, on which impacts are counted and people stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from downrange.base import Array, ModelError, wgs84

Cells = NDArray[np.int64]
NOWHERE = -1  # the cell of a place that is not known

_MOST_ROWS = 1_000_000  # 20 m: below that a whole-Earth key and the names of modes and bodies no longer fit 63 bits
_E = float(np.sqrt(wgs84.E2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Rows from the south pole northwards, columns from 180 degrees west eastwards; cell = row * columns + column.

    Both divide the Earth without a remainder, so no cell is cut at 180 degrees. Cells of a row have one area; towards
    the poles they become narrow, and a pole is the common corner of all cells of its row.
    """

    lat_rows: int
    lon_columns: int

    def __post_init__(self) -> None:
        """Refuse a grid that has no cells, or more than a key can hold."""
        if not (1 <= self.lat_rows <= _MOST_ROWS and 1 <= self.lon_columns <= 2 * _MOST_ROWS):
            raise ModelError(
                f"a grid of {self.lat_rows} rows and {self.lon_columns} columns: give 1 to {_MOST_ROWS} rows and "
                f"1 to {2 * _MOST_ROWS} columns"
            )

    @property
    def lat_step_deg(self) -> float:
        """Height of a cell [deg]."""
        return 180.0 / self.lat_rows

    @property
    def lon_step_deg(self) -> float:
        """Width of a cell [deg]."""
        return 360.0 / self.lon_columns

    @property
    def cells(self) -> int:
        """How many cells the Earth has."""
        return self.lat_rows * self.lon_columns

    def cell_of(self, lat_deg: ArrayLike, lon_deg: ArrayLike) -> Cells:
        """Return the cell of each place, any turn of longitude; NOWHERE (-1) for one that is no number.

        >>> Grid(lat_rows=180, lon_columns=360).cell_of([-89.5, 0.5, 0.5], [-179.5, 180.0, -180.0]).tolist()
        [0, 32400, 32400]
        """
        lat, lon = np.broadcast_arrays(np.asarray(lat_deg, dtype=float), np.asarray(lon_deg, dtype=float))
        known = np.isfinite(lat) & np.isfinite(lon)
        if np.any(np.abs(lat[known]) > 90.0):
            raise ModelError(f"a latitude of {lat[known][np.abs(lat[known]) > 90.0][0]:g} degrees. Is it a longitude?")
        lat, lon = np.where(known, lat, 0.0), np.where(known, lon, 0.0)
        row = np.minimum(np.floor((lat + 90.0) / 180.0 * self.lat_rows), self.lat_rows - 1).astype(np.int64)
        turned = (lon + 180.0) / 360.0
        column = np.floor((turned - np.floor(turned)) * self.lon_columns).astype(np.int64) % self.lon_columns
        return np.where(known, row * self.lon_columns + column, NOWHERE)

    def edges(self, cell: ArrayLike) -> tuple[Array, Array, Array, Array]:
        """Return south, north, west and east edges of cells [deg]."""
        row, column = np.divmod(np.asarray(cell, dtype=np.int64), self.lon_columns)
        south, north = (180.0 * (row + i) / self.lat_rows - 90.0 for i in (0, 1))
        west, east = (360.0 * (column + i) / self.lon_columns - 180.0 for i in (0, 1))
        return south, north, west, east

    def centre(self, cell: ArrayLike) -> tuple[Array, Array]:
        """Return latitude and longitude [deg] half-way between the edges of cells."""
        south, north, west, east = self.edges(cell)
        return (south + north) / 2.0, (west + east) / 2.0

    def area_m2(self, cell: ArrayLike) -> Array:
        """Return the area of cells on the ellipsoid: closed form, 1e-9 of itself or better for cells over 100 m.

        >>> one_degree = Grid(lat_rows=180, lon_columns=360)
        >>> f"{one_degree.area_m2(one_degree.cell_of(37.5, 124.5)) / 1e6:.0f} km2"
        '9814 km2'
        """
        row = np.asarray(cell, dtype=np.int64) // self.lon_columns
        south, north = (180.0 * (row + i) / self.lat_rows - 90.0 for i in (0, 1))
        return np.asarray(_band_m2(south, north) / self.lon_columns)


def grid_of(cell_m: float, lat_deg: float = 0.0) -> Grid:
    """Return the grid whose cells measure about cell_m on both sides at a latitude: as near as whole numbers come.

    >>> grid_of(5_000.0, 34.0)
    Grid(lat_rows=3993, lon_columns=6652)
    """
    if not (np.isfinite(cell_m) and cell_m > 0.0):
        raise ModelError(f"cells of {cell_m:g} m: give a positive size in metres")
    if not abs(lat_deg) <= 89.0:
        raise ModelError(f"a grid that is square at latitude {lat_deg:g}: give a latitude from -89 to 89 degrees")
    sine2 = np.sin(np.radians(lat_deg)) ** 2
    n_m = wgs84.RE_M / np.sqrt(1.0 - wgs84.E2 * sine2)
    m_m = n_m * (1.0 - wgs84.E2) / (1.0 - wgs84.E2 * sine2)
    around_m = 2.0 * np.pi * n_m * np.cos(np.radians(lat_deg))
    return Grid(
        lat_rows=max(round(float(np.pi * m_m / cell_m)), 1), lon_columns=max(round(float(around_m / cell_m)), 1)
    )


def _band_m2(south_deg: Array, north_deg: Array) -> Array:
    """Return the area between two parallels: pi b^2 [s / (1 - e^2 s^2) + artanh(e s) / e] with s the sine of latitude.

    Written with differences, so that narrow bands lose no digits: s2 - s1 through the half-angle product, artanh through
    its own difference formula.
    """
    low, high = np.radians(south_deg), np.radians(north_deg)
    s1, s2 = np.sin(low), np.sin(high)
    ds = 2.0 * np.cos((high + low) / 2.0) * np.sin((high - low) / 2.0)
    first = ds * (1.0 + wgs84.E2 * s1 * s2) / ((1.0 - wgs84.E2 * s1**2) * (1.0 - wgs84.E2 * s2**2))
    second = np.arctanh(_E * ds / (1.0 - wgs84.E2 * s1 * s2)) / _E
    area: Array = np.pi * wgs84.RP_M**2 * (first + second)
    return area
