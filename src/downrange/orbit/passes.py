"""Passes of a satellite over a place: rise, culmination, set, and the light.

Elevation rises and falls once or twice a revolution, so samples a minute apart show every extreme; each is then
refined, and between neighbouring extremes elevation is monotonic, so that one guarded root finds each crossing. A
pass that peeks over the horizon for a second is therefore found like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import erfa
import numpy as np
from numpy.typing import ArrayLike
from sgp4.api import Satrec

from downrange.base import (
    Array,
    InputError,
    ModelError,
    after,
    ecef_from_geodetic,
    enu_axes,
    iso,
    julian_pair,
    since,
    units,
)
from downrange.orbit.model import Pass, sgp4_problem
from downrange.orbit.sun import in_sunlight, sun_elevation

_STEP_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """A satellite seen from a place, with the clock's zero at the start of the span."""

    satellite: Satrec
    r_place_m: Array
    axes: Array
    zero: tuple[float, float]

    def r_ecef_m(self, t_s: Array) -> Array:
        """Return Earth-fixed positions, shape (n, 3)."""
        return _positions(self.satellite, self.zero, t_s)

    def look(self, t_s: Array) -> tuple[Array, Array, Array]:
        """Return elevation [deg], azimuth [deg, 0 to 360) and range [m], each (n,)."""
        enu = (self.r_ecef_m(t_s) - self.r_place_m) @ self.axes.T
        range_m = np.linalg.norm(enu, axis=-1)
        elevation = np.degrees(np.arcsin(enu[:, 2] / range_m))
        return elevation, np.degrees(np.arctan2(enu[:, 0], enu[:, 1])) % 360.0, range_m

    def elevation(self, t_s: float) -> float:
        """Return the elevation [deg] at one time."""
        return float(self.look(np.array([t_s]))[0][0])


def passes(
    satellite: Satrec,
    lat_deg: float,
    lon_deg: float,
    start: datetime,
    stop: datetime,
    *,
    alt_m: float = 0.0,
    min_elevation_deg: float = 0.0,
    max_age_days: float = 30.0,
) -> tuple[Pass, ...]:
    """Return the passes over a place between two UTC moments, in order; SGP4, UT1 = UTC, no refraction.

    satellite:         from `ElementSet.satellite()` or `TleFit.satellite()`
    min_elevation_deg: a pass is the time above this
    max_age_days:      refuse a span farther than this from the elements' epoch, where SGP4 only guesses
    """
    span_s = since(start, stop)
    _check(satellite, lat_deg, start, stop, max_age_days)
    view = _View(
        satellite=satellite,
        r_place_m=ecef_from_geodetic(lat_deg, lon_deg, alt_m),
        axes=enu_axes(lat_deg, lon_deg),
        zero=julian_pair(start),
    )
    knots = _extremes(view, span_s)
    found = []
    for rise_s, set_s in _above(view.elevation, knots, min_elevation_deg):
        if set_s >= 0.0 and rise_s <= span_s:
            found.append(_pass(view, knots, (rise_s, set_s), span_s, (lat_deg, lon_deg, start)))
    return tuple(found)


def _check(satellite: Satrec, lat_deg: float, start: datetime, stop: datetime, max_age_days: float) -> None:
    """Refuse an empty span, a place off the Earth, elements too old or too far from LEO to sample by the minute."""
    if since(start, stop) <= 0.0:
        seen = f"from {iso(start)} to {iso(stop)}"
        raise InputError(where="passes", key="span", seen=seen, cure="give a stop after the start")
    if not -90.0 <= lat_deg <= 90.0:
        raise InputError(where="passes", key="lat_deg", seen=f"{lat_deg:g}", cure="exchange latitude and longitude")
    epoch_jd = satellite.jdsatepoch + satellite.jdsatepochF
    age_days = max(abs(sum(julian_pair(moment)) - epoch_jd) for moment in (start, stop))
    if age_days > max_age_days:
        raise InputError(
            where="passes",
            key="epoch",
            seen=f"the elements are {age_days:.0f} days from the span",
            cure=f"take a set within {max_age_days:.0f} days, or raise max_age_days knowing that it guesses",
        )


def _extremes(view: _View, span_s: float) -> list[tuple[float, float]]:
    """Return (time, elevation) of all extremes, with an end beyond each end of the span."""
    from scipy.optimize import minimize_scalar  # loading it takes longer than a pass

    count = int(np.ceil(span_s / _STEP_S)) + 3
    t_s: Array = np.linspace(-_STEP_S, (count - 2) * _STEP_S, count)
    elevation = view.look(t_s)[0]
    knots = [(float(t_s[0]), float(elevation[0]))]
    slope = np.sign(np.diff(elevation))
    for k in np.flatnonzero(slope[1:] != slope[:-1]) + 1:
        sign = 1.0 if slope[k - 1] > 0.0 else -1.0
        best = minimize_scalar(
            lambda t, sign=sign: -sign * view.elevation(t),
            bounds=(float(t_s[k - 1]), float(t_s[k + 1])),
            method="bounded",
            options={"xatol": 1e-3},
        )
        knots.append((float(best.x), view.elevation(float(best.x))))
    knots.append((float(t_s[-1]), float(elevation[-1])))
    return knots


def _above(
    elevation: Callable[[float], float], knots: list[tuple[float, float]], mask_deg: float
) -> list[tuple[float, float]]:
    """Return the intervals above the mask, as times; the knots' own ends where it begins or ends above."""
    from scipy.optimize import brentq

    edges = [knots[0][0]] if knots[0][1] > mask_deg else []
    for (t1, e1), (t2, e2) in pairwise(knots):
        if (e1 > mask_deg) != (e2 > mask_deg):
            edges.append(float(brentq(lambda t: elevation(t) - mask_deg, t1, t2, xtol=1e-4)))
    if knots[-1][1] > mask_deg:
        edges.append(knots[-1][0])
    return list(zip(edges[::2], edges[1::2], strict=True))


def _pass(
    view: _View,
    knots: list[tuple[float, float]],
    edges: tuple[float, float],
    span_s: float,
    place: tuple[float, float, datetime],
) -> Pass:
    """Return the record of one stay above the mask, cut to the span."""
    rise_s, set_s = max(edges[0], 0.0), min(edges[1], span_s)
    tops = [(t, e) for t, e in knots if rise_s < t < set_s]
    top_s = max([*tops, (rise_s, view.elevation(rise_s)), (set_s, view.elevation(set_s))], key=lambda knot: knot[1])[0]
    t_s = np.array([rise_s, top_s, set_s])
    elevation, azimuth, range_m = view.look(t_s)
    lat_deg, lon_deg, start = place
    jd, fraction = view.zero[0], view.zero[1] + top_s / units.DAY
    lit = in_sunlight(view.r_ecef_m(np.array([top_s]))[0], jd, fraction)
    return Pass(
        rises=after(start, rise_s),
        culminates=after(start, top_s),
        sets=after(start, set_s),
        rise_azimuth_deg=float(azimuth[0]),
        culmination_azimuth_deg=float(azimuth[1]),
        set_azimuth_deg=float(azimuth[2]),
        max_elevation_deg=float(elevation[1]),
        range_m=float(range_m[1]),
        sunlit=bool(lit),
        sun_elevation_deg=sun_elevation(lat_deg, lon_deg, after(start, top_s)),
        open_start=edges[0] < 0.0,
        open_end=edges[1] > span_s,
    )


def positions(satellite: Satrec, start: datetime, t_s: ArrayLike) -> Array:
    """Return Earth-fixed positions [m], shape (n, 3), at times [s], shape (n,), after a UTC moment."""
    return _positions(satellite, julian_pair(start), np.asarray(t_s, dtype=float))


def _positions(satellite: Satrec, zero: tuple[float, float], t_s: Array) -> Array:
    """Return Earth-fixed positions after a Julian date; TEME turned by the mean sidereal time of 1982, UT1 = UTC."""
    jd = np.full(t_s.shape, zero[0])
    fraction = zero[1] + t_s / units.DAY
    error, r_km, _ = satellite.sgp4_array(jd, fraction)
    if error.any():
        first = int(np.flatnonzero(error)[0])
        raise ModelError(
            f"satellite {satellite.satnum}: SGP4 stops {max(t_s[first], 0.0) / units.HOUR:.1f} h into the span: "
            f"{sgp4_problem(int(error[first]))}. "
            "Is the element set old, or the satellite down?"
        )
    angle = erfa.gmst82(jd, fraction)
    c, s = np.cos(angle), np.sin(angle)
    x, y, z = r_km.T * 1e3
    return np.stack([c * x + s * y, c * y - s * x, z], axis=-1)
