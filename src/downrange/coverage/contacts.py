"""Passes of satellites over ground stations, through the same search for windows as looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, InputError
from downrange.coverage.accesses import accesses
from downrange.coverage.model import Accesses, Cone, Sensor, points_at
from downrange.coverage.stations import Station
from downrange.orbit import ElementSet

AFTER_DAYS = 1.0
"""Contacts are sought so much longer than looks, so that the last looks find theirs."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contacts:
    """Passes of satellites over ground stations.

    satellites: names, as in the accesses they go with
    stations:   the stations
    start:      when the span starts
    span_s:     length of the span [s]
    satellite, station: (c,) which of them
    start_s, end_s: (c,) seconds after the start
    open_end:   (c,) whether the span's end cuts the pass
    """

    satellites: tuple[str, ...]
    stations: tuple[Station, ...]
    start: datetime
    span_s: float
    satellite: NDArray[np.int32]
    station: NDArray[np.int32]
    start_s: Array
    end_s: Array
    open_end: NDArray[np.bool_]


def contacts(
    satellites: Sequence[ElementSet],
    stations: Sequence[Station],
    start: datetime,
    days: float,
    *,
    after_days: float = AFTER_DAYS,
    max_age_days: float = 30.0,
) -> Contacts:
    """Return the passes of satellites over stations, from the start until after_days later than days.

    max_age_days: how old an element set may be at any moment of the span of `days`
    """
    if not stations:
        raise InputError(where="contacts", seen="no station", cure="give at least one, as of load_stations")
    found: list[tuple[Accesses, list[int]]] = []
    for mask_deg in sorted({station.min_elevation_deg for station in stations}):
        which = [i for i, station in enumerate(stations) if station.min_elevation_deg == mask_deg]
        places = points_at(
            [stations[i].lat_deg for i in which],
            [stations[i].lon_deg for i in which],
            alt_m=[stations[i].alt_m for i in which],
        )
        heard = Sensor(field=Cone(half_angle_deg=90.0), min_elevation_deg=mask_deg)
        age_days = max_age_days + after_days
        found.append((accesses(satellites, places, heard, start, days + after_days, max_age_days=age_days), which))
    parts = [one for one, _ in found]
    return Contacts(
        satellites=tuple(parts[0].satellites),
        stations=tuple(stations),
        start=parts[0].start,
        span_s=parts[0].span_s,
        satellite=np.concatenate([one.satellite for one in parts]),
        station=np.concatenate([np.array(which, dtype=np.int32)[one.point] for one, which in found]),
        start_s=np.concatenate([one.start_s for one in parts]),
        end_s=np.concatenate([one.end_s for one in parts]),
        open_end=np.concatenate([one.open_end for one in parts]),
    )
