"""Rising and setting of the Sun: when its upper limb stands on a sea horizon."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

import erfa
import numpy as np
from numpy.typing import NDArray

from downrange.base import InputError, after, julian_pair, utc

# Refraction at the horizon (34') and the Sun's half-diameter (16'): Explanatory Supplement to the Astronomical
# Almanac (1992), section 9.31. Real refraction differs by some minutes of arc, the horizon of a ship by its dip.
HORIZON_ALT_DEG: Final = -50.0 / 60.0
_STEP_S: Final = 900.0
_NODE_DAYS: Final = 0.25
_DAY_S: Final = 86_400.0
_LIGHT_TIME_DAYS: Final = 499.0 / _DAY_S
_TT_MINUS_UT_S: Final = 69.2  # assumed: its value of 2020 to 2026; a second here moves the Sun by 0.04 arcseconds
_TURN_RADPS: Final = (
    2.0 * math.pi * 1.00273781191135448 / _DAY_S
)  # of the Earth against the equinox: IERS 2010, eq. 5.15
_REFINEMENTS: Final = 3
_LONGEST: Final = timedelta(days=40)


@dataclass(frozen=True, slots=True, kw_only=True)
class SunCrossing:
    """The Sun passes the horizon.

    at:    UTC
    rises: true for a rising, false for a setting
    """

    at: datetime
    rises: bool


def sun_alt_deg(lat_deg: float, lon_deg: float, moment: datetime) -> float:
    """Return the height of the Sun's middle over the horizon [deg], without refraction.

    >>> from datetime import UTC
    >>> f"{sun_alt_deg(0.0, 0.0, datetime(2026, 3, 20, 12, tzinfo=UTC)):.1f}"
    '88.1'
    """
    return float(_alt_deg(_sky(utc(moment), 0.0), lat_deg, lon_deg, np.zeros(1))[0])


def sun_crossings(lat_deg: float, lon_deg: float, opens: datetime, closes: datetime) -> tuple[SunCrossing, ...]:
    """Return every rising and setting from opens to before closes, in order of time; none on a polar day.

    Two crossings less than a quarter of an hour apart, at the edge of a polar day, may be missed.
    """
    opens, closes = utc(opens), utc(closes)
    if closes - opens > _LONGEST:
        raise InputError(
            where="sun_crossings", seen=f"{(closes - opens).days} days", cure=f"ask for at most {_LONGEST.days} days"
        )
    length_s = (closes - opens).total_seconds()
    if length_s <= 0.0:
        return ()
    sky, begin_s = _sky_over(opens, length_s)
    t_s = begin_s + np.append(np.arange(0.0, length_s, _STEP_S), length_s)
    above_deg = _alt_deg(sky, lat_deg, lon_deg, t_s) - HORIZON_ALT_DEG
    found: list[SunCrossing] = []
    for here in np.flatnonzero((above_deg[:-1] < 0.0) != (above_deg[1:] < 0.0)):
        low, high = (t_s[here], above_deg[here]), (t_s[here + 1], above_deg[here + 1])
        at = after(sky.start, round(_refined(sky, lat_deg, lon_deg, low, high)))
        found.append(SunCrossing(at=at, rises=bool(high[1] > low[1])))
    return tuple(found)


def next_sunrise(lat_deg: float, lon_deg: float, moment: datetime) -> datetime | None:
    """Return the first rising within a day and an hour from the moment on, None when there is none."""
    return _next(lat_deg, lon_deg, utc(moment), True)


def next_sunset(lat_deg: float, lon_deg: float, moment: datetime) -> datetime | None:
    """Return the first setting within a day and an hour from the moment on, None when there is none."""
    return _next(lat_deg, lon_deg, utc(moment), False)


@lru_cache(maxsize=8192)
def _next(lat_deg: float, lon_deg: float, moment: datetime, rises: bool) -> datetime | None:
    row = sun_crossings(lat_deg, lon_deg, moment, moment + timedelta(hours=25))
    return next((crossing.at for crossing in row if crossing.rises is rises), None)


def _refined(sky: _Sky, lat_deg: float, lon_deg: float, low: tuple[float, float], high: tuple[float, float]) -> float:
    """Return the second at which the height passes the horizon, between two points on either side of it."""
    t_s = low[0]
    for _ in range(_REFINEMENTS):
        t_s = low[0] - low[1] * (high[0] - low[0]) / (high[1] - low[1])
        above_deg = float(_alt_deg(sky, lat_deg, lon_deg, np.array([t_s]))[0]) - HORIZON_ALT_DEG
        if (above_deg < 0.0) == (low[1] < 0.0):
            low = (t_s, above_deg)
        else:
            high = (t_s, above_deg)
        if low[1] == high[1]:
            break
    return float(t_s)


class _Sky(NamedTuple):
    """Where the Sun stands for everybody, for some hours.

    node_s: (k,) seconds after start; sun: (k, 3) places there on the equator of date; turned_rad: sidereal time at start
    """

    start: datetime
    node_s: NDArray[np.float64]
    sun: NDArray[np.float64]
    turned_rad: float


def _sky(start: datetime, length_s: float) -> _Sky:
    """Return the sky from a moment on. Looking at where the Earth was one light time ago gives aberration, too.

    Straight lines between places six hours apart are good to 0.5 arcseconds; nutation, precession and the equation of
    the equinoxes of the first moment do for all: 0.15 arcseconds a day.
    """
    day, fraction = julian_pair(start)
    nodes = np.linspace(0.0, length_s / _DAY_S, 2 + int(length_s / _DAY_S / _NODE_DAYS))
    tt = fraction + _TT_MINUS_UT_S / _DAY_S
    earth, _ = erfa.epv00(day, tt + nodes - _LIGHT_TIME_DAYS)
    sun = np.asarray(erfa.rxp(erfa.pnm06a(day, tt), -earth["p"]), dtype=np.float64)
    return _Sky(start, nodes * _DAY_S, sun, float(erfa.gst06a(day, fraction, day, tt)))


@lru_cache(maxsize=1024)
def _sky_of_days(midnight: datetime) -> _Sky:
    """Return the sky of two days: many places and windows share it."""
    return _sky(midnight, 2.0 * _DAY_S)


def _sky_over(opens: datetime, length_s: float) -> tuple[_Sky, float]:
    """Return a sky that holds a span, and the seconds in it at which the span opens."""
    midnight = opens.replace(hour=0, minute=0, second=0, microsecond=0)
    begin_s = (opens - midnight).total_seconds()
    if begin_s + length_s <= 2.0 * _DAY_S:
        return _sky_of_days(midnight), begin_s
    return _sky(opens, length_s), 0.0


def _alt_deg(sky: _Sky, lat_deg: float, lon_deg: float, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the geocentric height of the Sun so many seconds after the start of a sky."""
    x, y, z = (np.interp(t_s, sky.node_s, sky.sun[:, axis]) for axis in range(3))
    lat_rad = math.radians(lat_deg)
    hour_rad = sky.turned_rad + _TURN_RADPS * t_s + math.radians(lon_deg) - np.arctan2(y, x)
    level, far = np.hypot(x, y), np.sqrt(x * x + y * y + z * z)
    sine = (math.sin(lat_rad) * z + math.cos(lat_rad) * level * np.cos(hour_rad)) / far
    return np.asarray(np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0))), dtype=np.float64)
