"""If thrust is lost or the vehicle breaks up in minute k: what may be hit, who is there, when it comes down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon

from downrange.base import Array, InputError
from downrange.corridor.falling import rows_of
from downrange.corridor.ground import Ground
from downrange.corridor.hazard import Hazards
from downrange.corridor.reach import near, refuse_margin
from downrange.earth import People, people_in
from downrange.fall import Falls, Grid, region_above, smoothed, window_of

SHARES: Final = (0.9, 0.99)
_MARGIN_CELLS: Final = 48  # what smoothing wants around the impacts
_ACROSS: Final = 150.0  # cells along the longer side of what the impacts span
_FINEST_DEG, _COARSEST_DEG = 0.01, 0.5
_MOST_CELLS: Final = 1_000_000
_IMPAIRED: Final = 1_000_000  # after all minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A piece of ground that what is left may fall on or near, if thrust is lost in that minute.

    p: probability of it, given that thrust is lost in that minute; first_t_s, last_t_s: falls, seconds after lift-off
    """

    ground: Ground
    p: float
    first_t_s: float
    last_t_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """What follows when powered flight ends in failure in one minute, or when the vehicle flies on impaired.

    minute: whole minutes after lift-off; None: it flies on with less thrust or too heavy, until its propellant is spent
    cases: flights of the crowd behind it
    p: probability that it ends in this minute; p_lands: of those, the share of which anything comes down
    shares: of the impacts that the regions hold, as asked; regions_lonlat: one each, cut at 180 degrees, empty when
        nothing comes down; people: inside each, with the band
    hits: ground reached, the likeliest first; first_t_s, last_t_s: all falls, NaN when there is none
    """

    minute: int | None
    cases: int
    p: float
    p_lands: float
    shares: tuple[float, ...]
    regions_lonlat: tuple[MultiPolygon, ...]
    people: tuple[People, ...]
    hits: tuple[Hit, ...]
    first_t_s: float
    last_t_s: float


def by_minute(
    hazards: Hazards, grounds: Sequence[Ground], *, margin_m: float, shares: Sequence[float] = SHARES
) -> tuple[Minute, ...]:
    """Return the minutes in which powered flight may end in failure, in their order; last, flights that go on impaired.

    margin_m: how near to a ground a fall counts as reaching it
    """
    refuse_margin(margin_m)
    reached = near(hazards.failing, [ground.geometry_lonlat for ground in grounds], margin_m)
    minute_of = np.where(hazards.case_flies_on, _IMPAIRED, hazards.case_ends_s // 60.0).astype(np.int64)
    return tuple(
        _minute(hazards, grounds, reached, None if k == _IMPAIRED else int(k), minute_of == k, tuple(shares))
        for k in np.unique(minute_of)
    )


def _minute(
    hazards: Hazards,
    grounds: Sequence[Ground],
    reached: list[NDArray[np.int64]],
    minute: int | None,
    mine: NDArray[np.bool_],
    shares: tuple[float, ...],
) -> Minute:
    """Return one minute; mine: (c,) whether a case is of it."""
    failing = hazards.failing
    keep = mine[hazards.case] & np.isfinite(failing.t_s) & (failing.p > 0.0)
    falls, p = rows_of(failing, keep), float(hazards.case_p[mine].sum())
    regions = holding(falls, shares)
    hits = []
    for ground, rows in zip(grounds, reached, strict=True):
        own = rows[keep[rows]]
        if len(own):
            t_s, cases = failing.t_s[own], np.unique(hazards.case[own])
            chance = len(cases) / int(mine.sum())
            hits.append(Hit(ground=ground, p=chance, first_t_s=float(t_s.min()), last_t_s=float(t_s.max())))
    return Minute(
        minute=minute,
        cases=int(mine.sum()),
        p=p,
        p_lands=len(np.unique(hazards.case[keep])) / int(mine.sum()),
        shares=shares,
        regions_lonlat=regions,
        people=tuple(people_in(region) for region in regions),
        hits=tuple(sorted(hits, key=lambda hit: -hit.p)),
        first_t_s=float(falls.t_s.min()) if len(falls.t_s) else float("nan"),
        last_t_s=float(falls.t_s.max()) if len(falls.t_s) else float("nan"),
    )


def holding(falls: Falls, shares: Sequence[float]) -> tuple[MultiPolygon, ...]:
    """Return the smallest regions that hold shares of the probability of falls, of all bodies together.

    As `downrange.fall.containment`: cells of the densest smoothed falls are taken until they hold the share, and the
    region covers them wholly; cells are a hundred and fiftieth of what the falls span, 0.01 to 0.5 degrees. Of other falls
    drawn the same way it held 95.7 to 99.8 % where 99 % was asked, and 79 to 93 % for 90 %, from 600 to 3,400 falls a minute.
    """
    wrong = [share for share in shares if not 0.0 < share < 1.0]
    if wrong:
        raise InputError(where="corridor", key="shares", seen=f"{wrong[0]:g}", cure="give shares between 0 and 1")
    down = np.isfinite(falls.lat_deg) & (falls.p > 0.0)
    if not down.any():
        return (MultiPolygon(),) * len(shares)
    lat, lon, weight = falls.lat_deg[down], falls.lon_deg[down], falls.p[down]
    rows = round(180.0 / float(np.clip(_span_deg(lat, lon) / _ACROSS, _FINEST_DEG, _COARSEST_DEG)))
    grid = Grid(lat_rows=rows, lon_columns=2 * rows)
    cells = grid.cell_of(lat, lon)
    window = window_of(grid, np.unique(cells), margin=_MARGIN_CELLS, most_cells=_MOST_CELLS)
    counts = window.dense(cells, weight / weight.mean())
    surface = smoothed(window, counts)
    order = np.argsort(-surface, axis=None, kind="stable")
    held = np.cumsum(counts.reshape(-1)[order])
    levels = [surface.reshape(-1)[order[np.searchsorted(held, share * held[-1] - 1e-9)]] for share in shares]
    return tuple(region_above(window, surface, float(level)) for level in levels)


def _span_deg(lat_deg: Array, lon_deg: Array) -> float:
    """Return the longer side of the box around points, the short way round the Earth."""
    sorted_deg = np.sort(lon_deg)
    gap = float(np.diff(np.append(sorted_deg, sorted_deg[0] + 360.0)).max())
    return max(float(np.ptp(lat_deg)), 360.0 - gap)


def covering(region_lonlat: MultiPolygon, tolerance_deg: float) -> MultiPolygon:
    """Return a region with fewer corners that covers another; the region itself where that cannot be made.

    It is widened by the tolerance and straightened by less; near the poles degrees of longitude are short, so that it
    grows less there.
    """
    if region_lonlat.is_empty:
        return region_lonlat
    wide = shapely.simplify(region_lonlat.buffer(tolerance_deg, quad_segs=2), 0.9 * tolerance_deg)
    wide = shapely.set_precision(shapely.intersection(wide, shapely.box(-180.0, -90.0, 180.0, 90.0)), 1e-5)
    parts = [part for part in shapely.get_parts(wide) if part.geom_type == "Polygon"]
    made = MultiPolygon([shapely.orient_polygons(part) for part in parts])
    return made if made.is_valid and shapely.covers(made, region_lonlat) else region_lonlat
