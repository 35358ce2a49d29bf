"""Regions on the map: where 97 % of a body's impacts lie, and where a person, a ship or an aircraft is in danger."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from downrange.base import Array, ModelError
from downrange.earth import area_m2
from downrange.fall.grid import Cells, Grid
from downrange.fall.risk import ASSUMED, LIMITS, PLANNED_SHARE, Exposed, Target, hit_areas, picked
from downrange.fall.smooth import ENOUGH, MARGIN, SCALES, smoothed
from downrange.fall.tally import Tally
from downrange.fall.weights import Ensemble, refuse_strangers
from downrange.fall.window import Window, stretch, window_of

CONTAINMENT = "containment"
_TOO_COARSE = "the cells are as large as the footprint: take smaller ones for a smaller region"
ALL = (Target.SHIP, Target.AIRCRAFT, Target.PERSON)
MOST_CELLS = 1_000_000
PLANNED_LANDS = 0.5  # of the planned flights: a body that comes down in fewer was not meant to
_WIDEN = 0.75  # cells: with the half diagonal, 0.71, a region covers the whole of every cell whose centre it holds
_STRAIGHTEN = 0.04  # cells: what is left of the difference
_COARSE = 9  # cells; a footprint within fewer is smaller than the grid can show
TILE = 512  # cells
_CUT = 0.97  # what is left of a kernel that is cut off at three standard deviations either way
_UNDER = 1e-3  # share by which a contour is drawn below the lowest value that it must hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A region on the map.

    kind: "containment", or the target in danger: "person", "ship", "aircraft"; body: whose impacts, "" for all bodies
    p: share of the impacts to be held, or the limit of the probability of a hit; reached: the share that is held,
    or the highest probability anywhere; area_m2: on the ellipsoid
    region_lonlat: closed, valid, cut at 180 degrees; empty where the limit is nowhere reached
    note: what a reader must know of its making
    """

    kind: str
    body: str
    p: float
    reached: float
    area_m2: float
    region_lonlat: MultiPolygon
    note: str


def containment(tally: Tally, ensemble: Ensemble, body: str, *, share: float = PLANNED_SHARE) -> Region:
    """Return the smallest region that holds a share of the impacts of a body in planned flights.

    The cells with the densest smoothed counts are taken until the counts themselves make up the share; the region covers
    these cells wholly, so at least the share of the simulated impacts lies inside. Of other impacts drawn the same way it
    held 96.8 to 98.4 % in trials with 100 to 40,000 simulated ones; within a few degrees of a pole it takes thousands, for
    there counts are not spread far enough round the pole.
    """
    refuse_strangers(tally, ensemble)
    b = tally.bodies.index(body)
    planned = [m for m, mode in enumerate(ensemble.modes) if mode.planned and tally.landed[m, b]]
    if not planned:
        raise ModelError(f"{body}: no impact of it belongs to a planned flight")
    parts = [tally.of(m, b) for m in planned]
    cells = np.concatenate([part[0] for part in parts])
    window = window_of(tally.grid, cells, margin=MARGIN, most_cells=MOST_CELLS)
    counts = window.dense(cells, np.concatenate([part[1] for part in parts]).astype(float))
    surface = smoothed(window, counts)
    order = np.argsort(-surface, axis=None, kind="stable")
    held = np.cumsum(counts.reshape(-1)[order])
    last = int(np.searchsorted(held, share * held[-1] - 1e-9))
    level = float(surface.reshape(-1)[order[last]])
    region = region_above(window, surface, level)
    reached = float(counts[surface >= level].sum() / held[-1])
    coarse = np.count_nonzero((surface >= level) & (counts > 0.0)) < _COARSE
    return _region(CONTAINMENT, body, share, reached, region, window, _TOO_COARSE if coarse else "")


def hazard_regions(
    tally: Tally, ensemble: Ensemble, exposed: Exposed = ASSUMED, *, targets: tuple[Target, ...] = ALL
) -> tuple[Region, ...]:
    """Return where the probability that each target is hit exceeds its limit, over all modes and bodies.

    As `hit_probability`, but on smoothed counts, and covering every cell over the limit wholly. The probability is the
    mean over a cell: in a cell larger than a footprint it is lower than at the footprint's centre.
    """
    refuse_strangers(tally, ensemble)
    if not len(tally.keys):
        return tuple(
            Region(kind=str(t), body="", p=LIMITS[t], reached=0.0, area_m2=0.0, region_lonlat=MultiPolygon(), note="")
            for t in targets
        )
    areas = np.array([hit_areas(tally, ensemble, target, exposed) for target in targets])
    looks = _looks(tally, ensemble, np.unique(tally.keys % tally.grid.cells), areas, targets)
    return tuple(_hazard(looks, i, target) for i, target in enumerate(targets))


def _hazard(looks: list[tuple[Window, Array]], i: int, target: Target) -> Region:
    """Return the region of one target, number i of the probabilities, from all windows together."""
    limit = LIMITS[target]
    parts = [region_above(window, p[i], limit) for window, p in looks]
    joined = shapely.get_parts(shapely.union_all(parts)) if len(parts) > 1 else parts[0].geoms
    region = MultiPolygon([shapely.orient_polygons(one) for one in joined])
    return Region(
        kind=str(target),
        body="",
        p=limit,
        reached=max(float(p[i].max()) for _, p in looks),
        area_m2=area_m2(region) if not region.is_empty else 0.0,
        region_lonlat=region,
        note="; ".join(sorted({window.note for window, _ in looks if window.note})),
    )


def _looks(
    tally: Tally, ensemble: Ensemble, cells: Cells, areas: Array, targets: tuple[Target, ...]
) -> list[tuple[Window, Array]]:
    """Return windows and the probability that each target is hit in their cells, by what falls in `cells`.

    Where strays all round the Earth would make the cells of one window coarse, whose mean hides a footprint, the grid's
    own cells are looked at tile by tile. A tile that cannot reach a limit is left out.
    """
    window = window_of(tally.grid, cells, margin=MARGIN, most_cells=MOST_CELLS)
    if window.factor == 1:
        return [(window, _probabilities(tally, ensemble, window, cells, areas, targets))]
    tiles, bounds = _bounds(tally, ensemble, areas, np.array([LIMITS[target] for target in targets]))
    found = []
    for i in np.flatnonzero((bounds > 1.0) | (bounds == bounds.max())):
        tile = (int(tiles[i, 0]), int(tiles[i, 1]))
        mine = cells[_within(tally.grid, tile, *np.divmod(cells, tally.grid.lon_columns), margin=MARGIN)]
        if not len(mine):
            continue
        fine = window_of(tally.grid, mine, margin=MARGIN)
        row, column = fine.first_row + np.arange(fine.rows), fine.first_column + np.arange(fine.columns)
        core = _within(tally.grid, tile, row[:, None], column[None, :] % tally.grid.lon_columns, margin=0)
        found.append((fine, np.where(core, _probabilities(tally, ensemble, fine, mine, areas, targets), 0.0)))
    return found


def _bounds(tally: Tally, ensemble: Ensemble, areas: Array, limits: Array) -> tuple[Cells, Array]:
    """Return the tiles about which something fell, (n, 2), and how many times its limit no probability in them exceeds, (n,).

    Smoothing takes means: a surface is nowhere higher than the largest count about. And where so few of a body fell about
    a tile that no kernel but the widest can hold ENOUGH, it is nowhere higher than all of them in one such kernel.
    """
    grid, bodies = tally.grid, len(tally.bodies)
    kind, cell = np.divmod(tally.keys, grid.cells)
    row, column = np.divmod(cell, grid.lon_columns)
    across = -(-grid.lon_columns // TILE)
    here, at = np.unique(row // TILE * across + column // TILE, return_inverse=True)
    most, total = np.zeros((2, len(here), len(tally.modes) * bodies))
    np.maximum.at(most, (at, kind), tally.counts)
    np.add.at(total, (at, kind), tally.counts)
    about: dict[tuple[int, int], tuple[Array, Array]] = {}
    for t, (up, right) in enumerate(zip(*np.divmod(here, across), strict=True)):
        lat_deg = min(180.0 * (max(abs(up * TILE - grid.lat_rows / 2), 1.0) + TILE) / grid.lat_rows, 90.0)
        reach = math.ceil(MARGIN * stretch(grid, lat_deg) / TILE)
        for north in (-1, 0, 1):
            for east in range(-reach - 1, reach + 2):  # one more: the last tile round the Earth is narrower
                beside = (int(up + north), int((right + east) % across))
                before = about.get(beside, (np.zeros(most.shape[1]), np.zeros(most.shape[1])))
                about[beside] = (np.maximum(before[0], most[t]), before[1] + total[t])
    tiles = np.array(sorted(tile for tile in about if 0 <= tile[0] * TILE < grid.lat_rows))
    most, total = (np.array([about[row, column][i] for row, column in tiles]) for i in (0, 1))
    narrowest = np.array([stretch(grid, 180.0 * row * TILE / grid.lat_rows - 90.0) for row, _ in tiles])
    widest = 2.0 * np.pi * SCALES[-1] ** 2 * np.minimum(narrowest, 1.0)[:, None] * _CUT
    top = np.where(total < 0.5 * ENOUGH, np.minimum(most, total / widest), most)
    top = top.reshape(-1, len(tally.modes), bodies)
    flights = np.maximum(tally.flights, 1)[:, None]
    hits = np.einsum("tmb,imb->tim", top, areas / flights)
    corner = np.minimum(np.stack([tiles[:, 0], tiles[:, 0] + 1]) * TILE, grid.lat_rows - 1)
    smallest_m2 = grid.area_m2(corner * grid.lon_columns).min(axis=0)
    chances = np.array([mode.p for mode in ensemble.modes])
    p = -np.expm1(-hits / smallest_m2[:, None, None]) @ chances
    return tiles, (p / limits).max(axis=1)


def _within(grid: Grid, tile: tuple[int, int], row: Cells, column: Cells, *, margin: int) -> NDArray[np.bool_]:
    """Return which cells of the grid lie in a tile or no more than `margin` rows, or columns of that width, beside it."""
    low, west = tile[0] * TILE, tile[1] * TILE
    high, width = min(low + TILE, grid.lat_rows), min(TILE, grid.lon_columns - west)
    lat_deg = max(abs(180.0 * edge / grid.lat_rows - 90.0) for edge in (low, high))
    beside = math.ceil(margin * stretch(grid, lat_deg))
    offset = (column - west + beside) % grid.lon_columns
    inside: NDArray[np.bool_] = (row >= low - margin) & (row < high + margin) & (offset < width + 2 * beside)
    return inside


def _probabilities(
    tally: Tally, ensemble: Ensemble, window: Window, cells: Cells, areas: Array, targets: tuple[Target, ...]
) -> Array:
    """Return the probability that each target is hit in each cell of a window, (T, rows, columns), by what falls in `cells`."""
    p = np.zeros((len(targets), window.rows, window.columns))
    for m, mode in enumerate(ensemble.modes):
        if mode.p == 0.0:
            continue
        hits = np.zeros_like(p)
        for b in range(len(tally.bodies)):
            for i, surface in enumerate(_surfaces(tally, window, cells, m, b, targets)):
                hits[i] += areas[i, m, b] / tally.flights[m] * surface
        p += mode.p * -np.expm1(-hits / window.area_m2)
    return p


def _surfaces(tally: Tally, window: Window, within: Cells, m: int, b: int, targets: tuple[Target, ...]) -> list[Array]:
    """Return the smoothed counts of one body in one mode that matter to each target; equal counts are smoothed once."""
    cells, counts, harmful = tally.of(m, b)
    mine = np.isin(cells, within, assume_unique=True)
    cells, counts, harmful = cells[mine], counts[mine], harmful[mine]
    if not len(cells):
        return []
    made: dict[bytes, Array] = {}
    for target in targets:
        chosen = picked(target, counts, harmful)
        if chosen.tobytes() not in made:
            made[chosen.tobytes()] = smoothed(window, window.dense(cells, chosen.astype(float)))
    return [made[picked(target, counts, harmful).tobytes()] for target in targets]


def regions_of(tally: Tally, ensemble: Ensemble, exposed: Exposed = ASSUMED) -> tuple[Region, ...]:
    """Return the containment of every planned body, then the regions in which ships, aircraft and persons are in danger.

    A body is planned to come down when it does so in at least half of the planned flights: an upper stage that misses
    its orbit now and then is none.
    """
    planned = [m for m, mode in enumerate(ensemble.modes) if mode.planned]
    landed, flights = tally.landed[planned].sum(axis=0), tally.flights[planned].sum()
    meant = (landed > 0) & (landed >= PLANNED_LANDS * flights)
    held = [containment(tally, ensemble, body) for body, is_meant in zip(tally.bodies, meant, strict=True) if is_meant]
    return (*held, *hazard_regions(tally, ensemble, exposed))


def region_above(window: Window, surface: Array, level: float) -> MultiPolygon:
    """Return the region that covers every cell of a surface (rows, columns) at or above a level, its edge between cells.

    Marching squares between the centres of cells, widened by three quarters of a cell.
    """
    import contourpy

    if not np.any(surface >= level):
        return MultiPolygon()
    x, y, z = _padded(window, surface)
    lines = contourpy.contour_generator(x, y, z, fill_type=contourpy.FillType.OuterOffset)
    drawn_parts: Any = lines.filled(level * (1.0 - _UNDER), np.inf)  # its type hangs on fill_type
    parts, offsets = drawn_parts
    drawn = [
        shapely.Polygon(points[ring[0] : ring[1]], [points[a:b] for a, b in pairwise(ring[1:])])
        for points, ring in zip(parts, offsets, strict=True)
    ]
    drawn = [shapely.make_valid(polygon) for polygon in drawn]
    flat = shapely.simplify(shapely.union_all(drawn), _STRAIGHTEN).buffer(_WIDEN, quad_segs=4)
    low = 0.0 if window.first_row == 0 else -2.0
    high = window.rows + (0.0 if window.lat_edges_deg[-1] >= 90.0 else 2.0)
    sides = (0.0, window.columns) if window.around else (-2.0, window.columns + 2.0)
    return _on_earth(window, shapely.intersection(flat, shapely.box(sides[0], low, sides[1], high)))


def _padded(window: Window, surface: Array) -> tuple[Array, Array, Array]:
    """Return x, y of the centres in cells of the window, and the surface, with a rim of zeros that closes all contours.

    Over a pole the last row goes on, and where columns go all the way round so do they: the rim is cut off again later.
    """
    z = np.pad(surface, ((1, 1), (0, 0)))
    if window.first_row == 0:
        z[0] = surface[0]
    if window.lat_edges_deg[-1] >= 90.0:
        z[-1] = surface[-1]
    z = np.pad(z, ((0, 0), (1, 1)), mode="wrap") if window.around else np.pad(z, ((0, 0), (1, 1)))
    z = np.pad(z, 1)
    x, y = (np.arange(-2.0, n + 2.0) + 0.5 for n in (window.columns, window.rows))
    return x, y, z


def _on_earth(window: Window, flat: BaseGeometry) -> MultiPolygon:
    """Turn a region in cells of the window into degrees, and cut it at 180."""
    lat, lon = window.lat_edges_deg, window.lon_edges_deg

    def degrees(xy: Array) -> Array:
        return np.column_stack([_line(xy[:, 0], lon), np.clip(_line(xy[:, 1], lat), -90.0, 90.0)])

    whole = shapely.transform(flat, degrees)
    pieces = []
    for turn_deg in (-360.0, 0.0, 360.0):
        part = shapely.intersection(whole, shapely.box(turn_deg - 180.0, -90.0, turn_deg + 180.0, 90.0))
        shifted = shapely.transform(part, lambda xy, by=turn_deg: np.column_stack([xy[:, 0] - by, xy[:, 1]]))
        pieces += [one for one in shapely.get_parts(shifted) if one.geom_type == "Polygon" and not one.is_empty]
    joined = shapely.union_all([shapely.make_valid(piece) for piece in pieces])
    return MultiPolygon(
        [shapely.orient_polygons(one) for one in shapely.get_parts(joined) if one.geom_type == "Polygon"]
    )


def _line(index: Array, edges: Array) -> Array:
    """Return edges at broken indices; straight on beyond both ends."""
    inside = np.interp(index, np.arange(len(edges)), edges)
    before, after = np.minimum(index, 0.0), np.maximum(index - (len(edges) - 1), 0.0)
    return np.asarray(inside + before * (edges[1] - edges[0]) + after * (edges[-1] - edges[-2]))


def _region(
    kind: str, body: str, p: float, reached: float, region: MultiPolygon, window: Window, note: str = ""
) -> Region:
    """Return the record of a region."""
    return Region(
        kind=kind,
        body=body,
        p=p,
        reached=reached,
        area_m2=area_m2(region) if not region.is_empty else 0.0,
        region_lonlat=region,
        note="; ".join(filter(None, (window.note, note))),
    )
