"""Who may be reached by what is falling, with which probability and when.

Statistical treatment. The rows of one body exclude each other, so their probabilities add. Bodies of one flight are
not independent; the probabilities of several are added too (the union bound), which is never below the truth. No hit
among n rows is not zero: `p_high` is the upper confidence bound of a weighted count after Fay and Feuer (1997), which for
n equal rows and no hit is the rule of three, 3/n at 95 %. A body bounds a place only where it could fall: where its
spread, doubled and taken as normal in every direction with its greatest sigma, leaves more than a millionth.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from downrange.alert.model import AtRisk, PlaceLike, people_of
from downrange.alert.policy import Policy
from downrange.base import Array, InputError, wgs84

_FLAT: Final = 1.01  # flat maps and a round Earth are wrong by up to 1 % here; the margin is widened by as much
_HALF_ROUND_DEG: Final = 170.0  # beyond it "east of" and "west of" lose their meaning
_NEGLIGIBLE: Final = 1e-6
_FEW_ROWS: Final = 30  # below this a body's spread is not known well enough to say where it cannot fall
_NOTHING: Final = np.empty(0, np.int64)
FIRST: Final = 0.01
LAST: Final = 0.99


class FallsLike(Protocol):
    """A weighted crowd of possible impacts; `downrange.fall.Falls` has it."""

    @property
    def lat_deg(self) -> Array: ...  # noqa: D102
    @property
    def lon_deg(self) -> Array: ...  # noqa: D102
    @property
    def t_s(self) -> Array: ...  # noqa: D102
    @property
    def p(self) -> Array: ...  # noqa: D102
    @property
    def body_index(self) -> NDArray[np.int64]: ...  # noqa: D102
    @property
    def bodies(self) -> tuple[str, ...]: ...  # noqa: D102


def assess(falls: FallsLike, places: Sequence[PlaceLike], policy: Policy, now_s: float) -> tuple[AtRisk, ...]:
    """Return the places that something may fall on, the most probable first.

    A place is returned when a row of the crowd, landed or still flying, comes within policy.margin_m of it, or when
    p_high is not below policy.p_lift. Whoever is not returned is, by this crowd, out of reach of all that still flies.

    >>> from types import SimpleNamespace as Record
    >>> from downrange.alert.policy import load_policy
    >>> islet = Record(code="1", name_en="Islet", people_low=80, people_best=100, people_high=120,
    ...                geometry_lonlat=shapely.box(124.6, 37.9, 124.8, 38.0))
    >>> crowd = Record(lat_deg=np.array([37.95, 36.0]), lon_deg=np.array([124.7, 123.8]), t_s=np.array([300.0, 500.0]),
    ...                p=np.array([0.25, 0.75]), body_index=np.array([0, 0]), bodies=("stage 1",))
    >>> (found,) = assess(crowd, [islet], load_policy(), now_s=0.0)
    >>> found.p, found.last_arrival_s, found.p_high > 0.25
    (0.25, 300.0, True)
    """
    return Prepared(falls, places, policy).at(now_s)


class Prepared:
    """A crowd made ready to be assessed at many moments: which rows come near which place does not change with time."""

    __slots__ = (
        "_bodies", "_body_spans", "_bounds", "_crowd", "_found", "_hits", "_landings_s", "_last", "_places", "_policy",
        "_spans",
    )  # fmt: skip

    def __init__(self, falls: FallsLike, places: Sequence[PlaceLike], policy: Policy) -> None:
        """Find the rows within the margin of each place."""
        self._crowd = _rows(falls)
        self._places, self._policy = tuple(places), policy
        shapes = np.array([place.geometry_lonlat for place in places], dtype=object)
        self._bounds = shapely.bounds(shapes) if shapes.size else np.empty((0, 4))
        self._hits = _hits(self._crowd, shapes, policy.margin_m)
        self._bodies = tuple(
            (int(body), np.flatnonzero(self._crowd["body"] == body)) for body in np.unique(self._crowd["body"])
        )
        self._spans: dict[int, list[tuple[float, float]]] = {}
        self._body_spans: dict[int, tuple[float, float]] = {}
        self._landings_s = np.sort(self._crowd["t_s"])
        self._found: tuple[AtRisk, ...] = ()
        self._last = -1

    def at(self, now_s: float) -> tuple[AtRisk, ...]:
        """Return what `assess` says at a moment; nothing changes between two landings."""
        landed = int(np.searchsorted(self._landings_s, now_s, side="right"))
        if landed != self._last:
            self._found, self._last = self._assessed(now_s), landed
        return self._found

    def _assessed(self, now_s: float) -> tuple[AtRisk, ...]:
        """Go through the places that rows come near, or that a flying body could reach."""
        flying = self._crowd["t_s"] > now_s
        up = ((body, rows[flying[rows]]) for body, rows in self._bodies)
        bodies = tuple(_spread(self._crowd, rows, body) for body, rows in up if rows.size)
        near = _near(bodies, self._bounds, self._policy)
        asked = sorted({*self._hits, *np.flatnonzero(near.any(axis=1)).tolist()})
        found = (self._one(i, flying, tuple(itertools.compress(bodies, near[i]))) for i in asked)
        return tuple(
            sorted((one for one in found if one is not None), key=lambda one: (-one.p, -one.p_high, one.place.code))
        )

    def _one(self, i: int, flying: NDArray[np.bool_], near: tuple[_Flying, ...]) -> AtRisk | None:
        """Return the record of one place, None when nothing can reach it."""
        rows = self._hits.get(i, _NOTHING)
        weights = self._crowd["p"][rows[flying[rows]]]
        heaviest = max((body.heaviest for body in near), default=0.0)
        p_high = upper_bound(weights, heaviest, self._policy.bound_confidence)
        if not rows.size and p_high < self._policy.p_lift:
            return None
        spans = self._spans_at(i) if rows.size else [self._span_of(one.body) for one in near]
        place = self._places[i]
        return AtRisk(
            place=place,
            p=min(float(weights.sum()), 1.0),
            p_high=p_high,
            people=people_of(place),
            first_arrival_s=min(first for first, _ in spans),
            last_arrival_s=max(last for _, last in spans),
            rows=int(rows.size),
        )

    def _spans_at(self, i: int) -> list[tuple[float, float]]:
        """Return when the first and the last of each body comes down near a place; the same at any moment."""
        if i not in self._spans:
            self._spans[i] = list(_arrivals(self._crowd, self._hits[i]))
        return self._spans[i]

    def _span_of(self, body: int) -> tuple[float, float]:
        """Return when the first and the last of one body comes down, wherever it does."""
        if body not in self._body_spans:
            rows = next(rows for one, rows in self._bodies if one == body)
            (self._body_spans[body],) = _arrivals(self._crowd, rows)
        return self._body_spans[body]


def last_arrival_s(falls: FallsLike, bodies: Iterable[str] | None = None) -> float:
    """Return when the last body, or the last of some, is down, at 99 % of each; minus infinity when nothing falls."""
    crowd = _rows(falls)
    counts = crowd["p"] > 0.0
    if bodies is not None:
        asked = frozenset(bodies)
        counts &= np.isin(crowd["body"], [i for i, name in enumerate(falls.bodies) if name in asked])
    rows = np.flatnonzero(counts)
    return max((last for _, last in _arrivals(crowd, rows)), default=-np.inf)


def _rows(falls: FallsLike) -> dict[str, NDArray[Any]]:
    """Return the rows that land, checked."""
    columns = {
        "lat_deg": np.asarray(falls.lat_deg, float),
        "lon_deg": np.asarray(falls.lon_deg, float),
        "t_s": np.asarray(falls.t_s, float),
        "p": np.asarray(falls.p, float),
        "body": np.asarray(falls.body_index, np.int64),
    }
    lands = np.isfinite(columns["lat_deg"]) & np.isfinite(columns["lon_deg"]) & np.isfinite(columns["t_s"])
    weights = columns["p"][lands]
    if not (np.isfinite(weights).all() and (weights >= 0.0).all()):
        raise InputError(
            where="falls",
            key="p",
            seen="a row has a negative probability or none",
            cure="give each row one from 0 to 1",
        )
    sums = np.bincount(columns["body"][lands], weights, minlength=len(falls.bodies)) if weights.size else np.zeros(1)
    if sums.max() > 1.0 + 1e-6:
        body = falls.bodies[int(sums.argmax())]
        raise InputError(
            where="falls",
            key=body,
            seen=f"its rows sum to a probability of {sums.max():g}",
            cure="divide them by the number of runs: rows of a body that will surely fall sum to 1",
        )
    return {name: column[lands] for name, column in columns.items()}


def _hits(crowd: dict[str, NDArray[Any]], shapes: NDArray[Any], margin_m: float) -> dict[int, NDArray[np.int64]]:
    """Return, by number of the place, the rows within the margin of it."""
    if not shapes.size or not crowd["t_s"].size:
        return {}
    west, south, east, north = shapely.bounds(shapes).T
    up = margin_m * _FLAT / wgs84.METRES_PER_DEGREE
    steepest = np.clip(np.maximum(np.abs(south), np.abs(north)) + up, 0.0, 89.0)
    aside = up / np.cos(np.radians(steepest))
    order = np.argsort(crowd["lat_deg"], kind="stable")
    first, last = np.searchsorted(crowd["lat_deg"][order], np.stack([south - up, north + up]))
    beside = _beside(crowd["lon_deg"], west - aside, east + aside)
    found = {}
    for i in np.flatnonzero((last > first) & beside).tolist():
        band = np.sort(order[first[i] : last[i]])
        lon_deg = _turned(crowd["lon_deg"][band], (west[i] + east[i]) / 2.0)
        boxed = band[(lon_deg >= west[i] - aside[i]) & (lon_deg <= east[i] + aside[i])]
        kept = _within(crowd, boxed, shapes[i], margin_m)
        if kept.size:
            found[i] = kept
    return found


def _beside(lon_deg: Array, west_deg: Array, east_deg: Array) -> NDArray[np.bool_]:
    """Say of each place whether its longitudes meet those of the crowd at all; of all, where the crowd goes far round."""
    turned = _turned(lon_deg, lon_deg[0])
    least, most = float(turned.min()), float(turned.max())
    if most - least > _HALF_ROUND_DEG:
        return np.ones(west_deg.size, dtype=bool)
    middle = _turned((west_deg + east_deg) / 2.0, (least + most) / 2.0)
    half = (east_deg - west_deg) / 2.0
    return np.asarray((middle + half >= least) & (middle - half <= most), dtype=bool)


def _turned(lon_deg: Array | float, towards_deg: Array | float) -> Array:
    """Return longitudes less whole turns of the Earth, so that each lies within 180 degrees of another one."""
    return np.asarray(lon_deg + 360.0 * np.round((towards_deg - np.asarray(lon_deg)) / 360.0), dtype=float)


def _within(crowd: dict[str, NDArray[Any]], rows: NDArray[np.int64], shape: Any, margin_m: float) -> NDArray[np.int64]:  # noqa: ANN401
    """Return those of the rows that lie within the margin, on a flat map around the shape."""
    if not rows.size:
        return rows
    west, south, east, north = shape.bounds
    centre = np.array([(west + east) / 2.0, (south + north) / 2.0])
    scale = wgs84.METRES_PER_DEGREE * np.array([np.cos(np.radians(centre[1])), 1.0])
    flat = shapely.transform(shape, lambda lonlat: (lonlat - centre) * scale)
    shapely.prepare(flat)
    lon_deg = _turned(crowd["lon_deg"][rows], centre[0])
    points = (np.column_stack((lon_deg, crowd["lat_deg"][rows])) - centre) * scale
    inside: NDArray[np.bool_] = shapely.dwithin(flat, shapely.points(points), margin_m * _FLAT)
    return rows[inside]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flying:
    """A body some of whose rows have not landed: its centre, greatest sigma, probability and heaviest row."""

    body: int
    lat_deg: float
    lon_deg: float
    sigma_m: float
    p: float
    heaviest: float


def _spread(crowd: dict[str, NDArray[Any]], rows: NDArray[np.int64], body: int) -> _Flying:
    """Return centre and greatest sigma of the rows of one body."""
    weights = crowd["p"][rows]
    total = float(weights.sum())
    share = weights / total if total > 0.0 else np.full(rows.size, 1.0 / rows.size)
    lon_deg = crowd["lon_deg"][rows]
    lonlat = np.column_stack((_turned(lon_deg, lon_deg[0]), crowd["lat_deg"][rows]))
    centre = share @ lonlat
    scale = wgs84.METRES_PER_DEGREE * np.array([np.cos(np.radians(centre[1])), 1.0])
    off_m = (lonlat - centre) * scale
    enough = total > 0.0 and 1.0 / float(share @ share) >= _FEW_ROWS
    sigma_m = float(np.sqrt(np.linalg.eigvalsh((off_m * share[:, None]).T @ off_m)[-1])) if enough else np.inf
    return _Flying(
        body=body,
        lat_deg=float(centre[1]),
        lon_deg=float(centre[0]),
        sigma_m=sigma_m,
        p=total,
        heaviest=float(weights.max()),
    )


def _near(flying: tuple[_Flying, ...], bounds: Array, policy: Policy) -> NDArray[np.bool_]:
    """Return, by place and flying body, whether the body could still fall there."""
    near = np.ones((len(bounds), len(flying)), dtype=bool)
    for j, one in enumerate(flying):
        if not len(bounds) or not np.isfinite(one.sigma_m):
            continue
        away_m = _at_least_m(bounds, one) - policy.margin_m * _FLAT
        sigmas = np.maximum(away_m, 0.0) / (policy.tail_inflation * max(one.sigma_m, 1.0))
        near[:, j] = one.p * np.exp(-0.5 * sigmas**2) >= _NEGLIGIBLE
    return near


def _at_least_m(bounds: Array, one: _Flying) -> Array:
    """Return a distance that no shape is nearer than to a body's centre: to its box, longitudes at their narrowest."""
    west, south, east, north = bounds.T
    lon_deg = _turned(one.lon_deg, (west + east) / 2.0)
    aside_deg = np.maximum(np.maximum(west - lon_deg, lon_deg - east), 0.0)
    up_deg = np.maximum(np.maximum(south - one.lat_deg, one.lat_deg - north), 0.0)
    steepest = np.maximum(np.maximum(np.abs(south), np.abs(north)), abs(one.lat_deg))
    narrow = np.cos(np.radians(np.minimum(steepest, 89.0)))
    return np.asarray(np.hypot(aside_deg * narrow, up_deg) * wgs84.METRES_PER_DEGREE / _FLAT, dtype=float)


def _arrivals(crowd: dict[str, NDArray[Any]], rows: NDArray[np.int64]) -> Iterator[tuple[float, float]]:
    """Yield, body by body, when its first and its last rows come down; a rare late body must not be averaged away."""
    for body in np.unique(crowd["body"][rows]):
        own = rows[crowd["body"][rows] == body]
        first, last = quantiles(crowd["t_s"][own], crowd["p"][own], (FIRST, LAST))
        yield first, last


def quantile(values: Array, weights: Array, q: float) -> float:
    """Return the least value that a share q of the weight does not exceed.

    >>> quantile(np.array([3.0, 1.0, 2.0]), np.array([0.01, 0.5, 0.49]), 0.99)
    2.0
    """
    return quantiles(values, weights, (q,))[0]


def quantiles(values: Array, weights: Array, shares: Sequence[float]) -> tuple[float, ...]:
    """Return the quantile of each share, sorting once."""
    order = np.argsort(values, kind="stable")
    heaped = np.cumsum(np.asarray(weights, float)[order])
    if heaped[-1] <= 0.0:
        return tuple(float(np.max(values) if q > 0.5 else np.min(values)) for q in shares)
    places = np.searchsorted(heaped, np.asarray(shares) * heaped[-1] * (1.0 - 1e-12))
    return tuple(np.asarray(values)[order][places].tolist())


def upper_bound(weights: Array, heaviest: float, confidence: float) -> float:
    """Return the upper confidence bound of a probability estimated by adding weighted hits.

    weights:  probabilities of the rows that hit
    heaviest: greatest weight of any row that might have hit
    Source: Fay and Feuer 1997, Statistics in Medicine 16, 791-801 (gamma interval for weighted sums).

    >>> round(upper_bound(np.empty(0), 1.0 / 2000.0, 0.95) * 2000.0, 2)
    3.0
    """
    if heaviest <= 0.0 and not weights.size:
        return 0.0
    from scipy.special import gammaincinv

    mean, variance = float(weights.sum()) + heaviest, float(weights @ weights) + heaviest**2
    return min(float(variance / mean * gammaincinv(mean**2 / variance, confidence)), 1.0) if mean > 0.0 else 0.0
