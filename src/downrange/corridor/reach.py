"""What a launch can reach: the probability that something falls on or near a shape, from when until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from downrange.base import Array, InputError, wgs84
from downrange.corridor.hazard import Hazards
from downrange.earth import east_north
from downrange.fall import Falls

Rows = NDArray[np.int64]
CONFIDENCE: Final = 0.95
MOST_MARGIN_M: Final = 500_000.0
_FLAT: Final = 1.01  # boxes in degrees are taken so much wider than the margin
_WIDEST_DEG: Final = 30.0  # of a shape that one flat map may hold
_NONE: Final = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What may fall on a shape in one launch; times are seconds after lift-off.

    p: probability that something does; low, high: 95 % interval of it, of the number of flights alone
    p_planned: of what is let go as planned; p_failing: of what failures leave; the two add up to p, at most 1
    hits: flights of the crowd behind it; first_t_s, last_t_s: the earliest and the latest fall among them
    until_t_s: from then on a vehicle seen to fly as planned does not reach the shape any more, as far as this crowd
        tells: each failing flight among them has lost its thrust or come down; minus infinity when there is none
    until_lost_t_s: the same without flights that go on impaired, which a track may take for planned ones for a while
    minutes: whole minutes after lift-off in which thrust may be lost for the shape to be reached
    """

    p: float
    low: float
    high: float
    p_planned: float
    p_failing: float
    hits: int
    first_t_s: float
    last_t_s: float
    until_t_s: float
    until_lost_t_s: float
    minutes: tuple[int, ...]


def reaches(hazards: Hazards, shapes_lonlat: Sequence[BaseGeometry], *, margin_m: float) -> tuple[Reach | None, ...]:
    """Return, for each shape, what may fall on it or within a margin of it; None where no flight of the crowd does.

    Flights exclude each other, and what one flight drops on a shape counts once. Planned falls weigh as much as it is
    likely that nothing has failed before they are let go. One simulated piece stands for all of its class.
    None is not zero: see `unseen`.
    """
    refuse_margin(margin_m)
    planned, failing = (near(falls, shapes_lonlat, margin_m) for falls in (hazards.planned, hazards.failing))
    weight = planned_weight(hazards)
    return tuple(_reach(hazards, weight, *rows) for rows in zip(planned, failing, strict=True))


def refuse_margin(margin_m: float) -> None:
    """Refuse a margin that is none, or so wide that it says nothing of a place."""
    if not 0.0 <= margin_m <= MOST_MARGIN_M:
        cure = f"give 0 to {MOST_MARGIN_M:g} metres"
        raise InputError(where="corridor", key="margin_m", seen=f"{margin_m:g}", cure=cure)


def unseen(hazards: Hazards) -> float:
    """Return what the probability of a place that no flight of the crowd reaches stays below, at 95 % confidence."""
    return _interval(np.empty(0), float(hazards.case_p.max(initial=0.0)))[1]


def planned_weight(hazards: Hazards) -> Array:
    """Return the probability of each planned row: one of so many flights, and nothing failed before it was let go."""
    order = np.argsort(hazards.case_ends_s, kind="stable")
    heaped = np.concatenate([[0.0], np.cumsum(hazards.case_p[order])])
    failed = heaped[np.searchsorted(hazards.case_ends_s[order], hazards.let_go_s, side="right")]
    return np.asarray((1.0 - failed) / hazards.flights)


def once(groups: Rows, weights: Array) -> Array:
    """Return one weight, the greatest, for each group that the rows are of."""
    order = np.lexsort((-weights, groups))
    first = np.concatenate([[True], np.diff(groups[order]) > 0]) if len(groups) else np.empty(0, dtype=bool)
    return np.asarray(weights[order][first])


def _reach(hazards: Hazards, weight: Array, planned: Rows, failing: Rows) -> Reach | None:
    """Return the record of one shape."""
    if not len(planned) and not len(failing):
        return None
    as_meant = once(hazards.planned_flight[planned], weight[planned])
    cases = np.unique(hazards.case[failing])
    gone_wrong = hazards.case_p[cases]
    heaviest = max(hazards.case_p.max(initial=0.0), as_meant.max(initial=0.0))
    low, high = _interval(np.concatenate([as_meant, gone_wrong]), float(heaviest))
    fall_s, ends_s = hazards.failing.t_s[failing], hazards.case_ends_s[hazards.case[failing]]
    at_once = ~hazards.case_flies_on[hazards.case[failing]]
    t_s = np.concatenate([hazards.planned.t_s[planned], fall_s])
    return Reach(
        p=min(float(as_meant.sum() + gone_wrong.sum()), 1.0),
        low=low,
        high=high,
        p_planned=float(as_meant.sum()),
        p_failing=float(gone_wrong.sum()),
        hits=len(as_meant) + len(gone_wrong),
        first_t_s=float(t_s.min()),
        last_t_s=float(t_s.max()),
        until_t_s=float(np.minimum(ends_s, fall_s).max(initial=-np.inf)),
        until_lost_t_s=float(ends_s[at_once].max(initial=-np.inf)),
        minutes=tuple(int(m) for m in np.unique(ends_s[at_once] // 60.0)),
    )


def _interval(weights: Array, heaviest: float) -> tuple[float, float]:
    """Return the 95 % interval of a sum of weighted counts: Fay and Feuer 1997, Statistics in Medicine 16, 791-801."""
    from scipy.special import gammaincinv

    tail = (1.0 - CONFIDENCE) / (2.0 if len(weights) else 1.0)
    total, square = float(weights.sum()), float(weights @ weights)
    low = square / total * float(gammaincinv(total**2 / square, tail)) if total > 0.0 else 0.0
    more, more_square = total + heaviest, square + heaviest**2
    high = more_square / more * float(gammaincinv(more**2 / more_square, 1.0 - tail)) if more > 0.0 else 0.0
    return low, min(high, 1.0)


def near(falls: Falls, shapes_lonlat: Sequence[BaseGeometry], margin_m: float) -> list[Rows]:
    """Return, for each shape, the rows that come down on it or within a margin of it."""
    down = np.flatnonzero(np.isfinite(falls.lat_deg) & (falls.p > 0.0))
    lat, lon = falls.lat_deg[down], falls.lon_deg[down]
    tree = shapely.STRtree(shapely.points(lon, lat))
    return [down[_within(tree, lat, lon, shape, margin_m)] for shape in shapes_lonlat]


def _within(tree: shapely.STRtree, lat: Array, lon: Array, shape: BaseGeometry, margin_m: float) -> Rows:
    """Return which points lie within a margin of a shape, in rising order; a wide shape is looked at part by part."""
    west, _, east, _ = shape.bounds if not shape.is_empty else (0.0, 0.0, 0.0, 0.0)
    if east - west <= _WIDEST_DEG:
        return _close(tree, lat, lon, shape, margin_m)
    parts = [_close(tree, lat, lon, part, margin_m) for part in shapely.get_parts(shape)]
    return np.unique(np.concatenate(parts)) if parts else _NONE


def _close(tree: shapely.STRtree, lat: Array, lon: Array, shape: BaseGeometry, margin_m: float) -> Rows:
    """Return which points lie within a margin of a shape, on an azimuthal equidistant map around its middle."""
    if shape.is_empty:
        return _NONE
    west, south, east, north = shape.bounds
    up = margin_m * _FLAT / wgs84.METRES_PER_DEGREE
    aside = up / np.cos(np.radians(min(max(abs(south), abs(north)) + up, 89.0)))
    turns = [turn for turn in (-360.0, 0.0, 360.0) if west - aside < 180.0 + turn and east + aside > -180.0 + turn]
    boxes = [shapely.box(west - aside - t, south - up, east + aside - t, north + up) for t in turns]
    rows = np.unique(tree.query(boxes)[1])
    if not len(rows):
        return _NONE
    middle = (south + north) / 2.0, (west + east) / 2.0
    flat = shapely.transform(shape, lambda xy: np.column_stack(east_north(*middle, xy[:, 1], xy[:, 0])))
    shapely.prepare(flat)
    points = shapely.points(np.column_stack(east_north(*middle, lat[rows], lon[rows])))
    inside: Rows = rows[shapely.dwithin(flat, points, margin_m)]
    return inside
