"""From the speed and height on a broadcast's screen to thrust, cut-offs, ignitions and whether it reaches an orbit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import numpy as np

from downrange.base import Array, since
from downrange.track._webcast_events import WebcastEvent
from downrange.track._webcast_model import WebcastTuning
from downrange.track._webcast_said import assess_webcast
from downrange.track._webcast_track import WebcastTrack, watch_webcast
from downrange.track.model import Burn, Reading, Sensor, SensorKind, Update
from downrange.track.verdict import Rules

__all__ = [
    "WebcastEvent",
    "WebcastTrack",
    "WebcastTuning",
    "assess_webcast",
    "watch_webcast",
    "webcast_rows",
    "webcast_updates",
]


def webcast_rows(
    readings: Sequence[Reading], sensors: Sequence[Sensor], t0: datetime
) -> tuple[Array, Array, Array, Array, Array]:
    """Return times, speeds, heights, and the sigmas of both, (n,) each, for `watch_webcast`.

    Only readings of WEBCAST sensors count. Known clock offsets are taken off, rows are sorted by time, and of readings
    with the same time the first in that order stays.
    """
    rows = _rows(readings, sensors, t0)
    t, v, h, sv, sh = np.array([(r.t_s, r.speed_mps, r.alt_m, *r.sigmas) for r in rows]).reshape(-1, 5).T
    return t, v, h, sv, sh


class _Shown(NamedTuple):
    """One row of a screen and where it came from; NaN where it showed nothing. In the order they are sorted by."""

    t_s: float
    sensor: str
    speed_mps: float
    alt_m: float
    seq: int
    sigmas: tuple[float, float]


def _rows(readings: Sequence[Reading], sensors: Sequence[Sensor], t0: datetime) -> list[_Shown]:
    """Return the rows of the screens among the readings, in order of time, one for each time."""
    screens = {sensor.name: sensor for sensor in sensors if sensor.kind is SensorKind.WEBCAST}
    rows = []
    for reading in readings:
        sensor = screens.get(reading.sensor)
        if sensor is None or (reading.speed_mps is None and reading.alt_m is None):
            continue
        rows.append(
            _Shown(
                t_s=since(t0, reading.t) - sensor.clock_offset_s,
                sensor=sensor.name,
                speed_mps=math.nan if reading.speed_mps is None else reading.speed_mps,
                alt_m=math.nan if reading.alt_m is None else reading.alt_m,
                seq=reading.seq,
                sigmas=(sensor.sigma_speed_mps or 1.0, sensor.sigma_alt_m or 100.0),
            )
        )
    rows.sort(key=_order)
    return [row for i, row in enumerate(rows) if i == 0 or row.t_s > rows[i - 1].t_s]


def _order(row: _Shown) -> tuple[float, str, float, float, int]:
    """Return what rows are sorted by: NaN has no order of its own."""
    speed, alt = (math.inf if math.isnan(a) else a for a in (row.speed_mps, row.alt_m))
    return row.t_s, row.sensor, speed, alt, row.seq


def webcast_updates(
    readings: Sequence[Reading],
    sensors: Sequence[Sensor],
    t0: datetime,
    *,
    burns: Sequence[Burn | tuple[float, float, int]] = (),
    rules: Rules | None = None,
    lat_deg: float | None = None,
    azimuth_deg: float | None = None,
    tuning: WebcastTuning | None = None,
    until_t_s: float | None = None,
    seed: int = 0,
) -> tuple[Update, ...]:
    """Return what can be said of a flight of which only the broadcast's screen is seen, as `assess` says it of a track.

    Where it flies is not known: places and impact points are NaN. Only readings that were used count as heard: a screen
    that stands still or shows nonsense for rules.silence_s ends in UNKNOWN.
    """
    tune = tuning or WebcastTuning()
    p_wild = max([tune.p_wild, *(sensor.p_wild for sensor in sensors if sensor.kind is SensorKind.WEBCAST)])
    t, v, h, sv, sh = webcast_rows(readings, sensors, t0)
    track = watch_webcast(
        t, v, h, sigma_speed_mps=sv, sigma_alt_m=sh, lat_deg=lat_deg, azimuth_deg=azimuth_deg, burns=burns,
        perigee_m=(rules or Rules()).perigee_m, tuning=replace(tune, p_wild=min(p_wild, 0.5)), seed=seed,
    )  # fmt: skip
    names = {row.t_s: (row.sensor, row.seq) for row in _rows(readings, sensors, t0)}
    numbers = [names[t_s] for t_s in track.t_s.tolist()]
    return assess_webcast(track, burns, rules=rules, until_t_s=until_t_s, numbers=numbers)
