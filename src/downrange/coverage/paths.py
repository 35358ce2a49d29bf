"""Paths of satellites: SGP4 at a few nodes a revolution, polynomials between them.

SGP4 is asked twenty times a revolution. Thirteen positions determine a polynomial of degree 12, which meets SGP4 over
the two steps in their middle to a millimetre (tests/coverage/test_paths.py). TEME becomes Earth-fixed by the mean
sidereal time of 1982 alone: UT1 = UTC, no polar motion.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import erfa
import numpy as np

from downrange.base import Array, InputError, julian_pair, units, utc, wgs84
from downrange.coverage._kernel.path import EDGE, PLAIN, TERMS, WITH_NORMAL, fit_arcs
from downrange.orbit import ElementSet, refuse_stopped

_ARC_RAD = 0.53  # an arc, two steps, as an angle of the fastest motion over the turning Earth
_NORMAL_ARC_RAD = 0.42  # the ellipsoid's normal turns unevenly
TURN_RADPS = 2.0 * math.pi / units.DAY * (1.0 + 8_640_184.812866 / (36_525.0 * units.DAY))  # rate of `erfa.gmst82`
_ROUND_E = 0.05  # up to this eccentricity and
_LOW_M = 1.65 * wgs84.RE_M  # this radius an orbit passes a point in one simple way


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Earth-fixed paths of m satellites over a span, as polynomials (see `_kernel.path`).

    names:            (m,)
    start, span_s:    UTC, and how long
    coef:             (arcs, columns, 13), all arcs of all satellites
    first_arc:        (m + 1,) where each satellite's begin
    begin_s, arc_s:   (m,) when the first begins, seconds after start, and how long each is
    lowest_m, highest_m: (m,) smallest and largest distance from the Earth's centre
    simple:           (m,) low and nearly round: the fast search holds
    with_normal:      whether the columns of geodetic nadir are there
    """

    names: tuple[str, ...]
    start: datetime
    span_s: float
    coef: Array
    first_arc: np.ndarray
    begin_s: Array
    arc_s: Array
    lowest_m: Array
    highest_m: Array
    simple: np.ndarray
    with_normal: bool

    def __len__(self) -> int:
        """Return how many satellites there are."""
        return len(self.names)


def paths_of(satellites: Sequence[ElementSet], start: datetime, span_s: float, *, with_normal: bool = False) -> Paths:
    """Return the paths of element sets from a UTC moment on, for span_s seconds.

    Raises InputError for no satellites or an empty span, ModelError where SGP4 ends within it.
    """
    _check(satellites, span_s)
    start = utc(start, where="start")
    records = [satellite.satellite() for satellite in satellites]
    count = len(records)
    begin_s, arc_s = np.empty(count), np.empty(count)
    first_arc = np.zeros(count + 1, np.int64)
    for k, record in enumerate(records):
        fastest = record.no_kozai / 60.0 * math.sqrt(1.0 + record.ecco) / (1.0 - record.ecco) ** 1.5
        arc_rad = (_NORMAL_ARC_RAD if with_normal else _ARC_RAD) / (1.0 + 3.0 * record.ecco)
        arc_s[k] = arc_rad / (fastest + TURN_RADPS)
        margin_s = 0.3 * 2.0 * math.pi * 60.0 / record.no_kozai if _simple(record) else arc_s[k]
        begin_s[k] = -margin_s
        first_arc[k + 1] = first_arc[k] + math.ceil((span_s + 2.0 * margin_s) / arc_s[k])
    coef = np.empty((first_arc[-1], WITH_NORMAL if with_normal else PLAIN, TERMS))
    lowest_m, highest_m = np.empty(count), np.empty(count)
    zero = julian_pair(start)
    for k, record in enumerate(records):
        part = coef[first_arc[k] : first_arc[k + 1]]
        t_s = begin_s[k] + 0.5 * arc_s[k] * np.arange(-EDGE, 2 * part.shape[0] + EDGE + 1)
        r_km = _fit(record, zero, t_s, part, (satellites[k], start))
        heights_m = 1e3 * np.sqrt(np.einsum("ni,ni->n", r_km, r_km))
        lowest_m[k], highest_m[k] = heights_m.min(), heights_m.max()
    return Paths(
        names=tuple(s.name or str(s.number) for s in satellites),
        start=start,
        span_s=float(span_s),
        coef=coef,
        first_arc=first_arc,
        begin_s=begin_s,
        arc_s=arc_s,
        lowest_m=lowest_m,
        highest_m=highest_m,
        simple=np.array([_simple(record) for record in records]),
        with_normal=with_normal,
    )


def _simple(record: object) -> bool:
    """Say whether an orbit is low and nearly round."""
    e, a_m = record.ecco, record.a * wgs84.RE_M  # type: ignore[attr-defined]
    return bool(e <= _ROUND_E and a_m * (1.0 + e) <= _LOW_M)


def _fit(
    record: object, zero: tuple[float, float], t_s: Array, part: Array, whose: tuple[ElementSet, datetime]
) -> Array:
    """Fill one satellite's polynomials; return SGP4's positions [km, TEME] at the nodes."""
    fraction = zero[1] + t_s / units.DAY
    whole = np.full(t_s.shape, zero[0])
    error, r_km, _ = record.sgp4_array(whole, fraction)  # type: ignore[attr-defined]
    found, start = whose
    refuse_stopped([found], error, start, t_s)
    fit_arcs(r_km, erfa.gmst82(whole, fraction), _lagrange(), wgs84.RE_M, wgs84.E2, part)
    return np.asarray(r_km)


@cache
def _lagrange() -> Array:
    """Return (13, 13): row m is the polynomial in u that is 1 at node m and 0 at the others."""
    u = 0.5 * (np.arange(TERMS) - (TERMS // 2))
    return np.ascontiguousarray(np.linalg.inv(u[:, None] ** np.arange(TERMS)).T)


def _check(satellites: Sequence[ElementSet], span_s: float) -> None:
    """Refuse a look without satellites, or that takes no time."""
    if not satellites:
        raise InputError(where="satellites", seen="none", cure="give at least one element set")
    if not 0.0 < span_s < math.inf:
        raise InputError(where="span", seen=f"{span_s:g} s", cure="give how many days to look, more than 0")
