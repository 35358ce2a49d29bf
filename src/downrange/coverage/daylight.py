"""Which looks are by day: the sun's elevation over the point at the middle of each window.

A window belongs whole to day or night by its middle; windows last a minute or two, in which the sun moves by half a
degree at most. To cut windows where the sun passes a height, give the `Sensor` a min_sun_elevation_deg instead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, InputError, julian_pair, units
from downrange.coverage._kernel import light
from downrange.coverage.model import Accesses
from downrange.orbit import sun_direction

_KNOT_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Light:
    """The light of looks.

    min_sun_deg:       elevation of the sun [deg] that must be exceeded for a look to be by day
    sun_elevation_deg: (k,) over the point at the middle of each window
    by_day:            (k,) whether it exceeds min_sun_deg
    day, night:        (n,) how many windows of each point are by day, and how many are not
    """

    min_sun_deg: float
    sun_elevation_deg: Array
    by_day: NDArray[np.bool_]
    day: NDArray[np.int64]
    night: NDArray[np.int64]


def sun_elevations(accesses: Accesses) -> Array:
    """Return the sun's elevation [deg] over the point at the middle of each window, (k,); no refraction, 0.01 deg."""
    t_s = 0.5 * (accesses.start_s + accesses.end_s)
    sun_ecef = _sun_table(accesses.start, accesses.span_s)
    lat, lon = np.radians(accesses.points.lat_deg), np.radians(accesses.points.lon_deg)
    up_ecef = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)
    elevation: Array = np.degrees(light.sun_elevations(up_ecef, accesses.point, t_s, _KNOT_S, sun_ecef))
    return elevation


@lru_cache(maxsize=4)
def _sun_table(start: datetime, span_s: float) -> Array:
    """Return unit vectors to the sun every _KNOT_S of a span and a little more; a search asks for one span only."""
    knots_s = np.arange(0.0, span_s + 2.0 * _KNOT_S, _KNOT_S)
    jd, fraction = julian_pair(start)
    table = sun_direction(np.full(knots_s.size, jd), fraction + knots_s / units.DAY)
    table.setflags(write=False)
    return table


def light_of(accesses: Accesses, *, min_sun_deg: float = 10.0) -> Light:
    """Return the light of each window and how many of each point are by day and by night."""
    if not -90.0 <= min_sun_deg <= 90.0:
        seen = f"{min_sun_deg:g} degrees"
        raise InputError(
            where="daylight", key="min_sun_deg", seen=seen, cure="give an elevation from -90 to 90 degrees"
        )
    elevation_deg = sun_elevations(accesses)
    by_day = elevation_deg > min_sun_deg
    points = accesses.points.lat_deg.size
    day = np.bincount(accesses.point[by_day], minlength=points)
    return Light(
        min_sun_deg=min_sun_deg,
        sun_elevation_deg=elevation_deg,
        by_day=by_day,
        day=day,
        night=np.bincount(accesses.point, minlength=points) - day,
    )


def daylit(accesses: Accesses, min_sun_deg: float = 10.0) -> Accesses:
    """Return the accesses whose middle is by day: the sun more than min_sun_deg high over the point."""
    keep = light_of(accesses, min_sun_deg=min_sun_deg).by_day
    names = ("satellite", "point", "start_s", "end_s", "open_start", "open_end")
    return replace(accesses, **{name: getattr(accesses, name)[keep] for name in names})
