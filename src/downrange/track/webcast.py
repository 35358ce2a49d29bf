"""From the speed and height on a broadcast's screen to thrust, cut-offs, ignitions and whether it reaches an orbit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import ArrayLike, NDArray

from downrange.base import Array, InputError, since, wgs84
from downrange.track._webcast_events import WebcastEvent, events_along
from downrange.track._webcast_model import F, H, V, W, WebcastTuning
from downrange.track._webcast_orbit import draw_courses, orbit_figures
from downrange.track._webcast_watch import Screen, beliefs
from downrange.track.model import Burn, Impact, Reading, Sensor, SensorKind, Update, Verdict
from downrange.track.verdict import Evidence, Judge, Rules, Said, schedule

__all__ = [
    "WebcastEvent",
    "WebcastTrack",
    "WebcastTuning",
    "assess_webcast",
    "watch_webcast",
    "webcast_rows",
    "webcast_updates",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebcastTrack:
    """What a screen lets one know, (n,) each, in order of time; empty while nothing believable was shown.

    t_s:            seconds after lift-off
    speed_mps, alt_m, climb_mps: speed relative to the Earth, height over the ellipsoid, vertical speed
    f_mps2:         specific force along the path, from thrust (less drag, where there is air)
    fpa_deg:        angle of the path over the horizon
    *_sigma_*:      one standard deviation of each
    p_idle:         chance that no engine burns
    p_orbit:        chance that the perigee is above the limit
    perigee_m, apogee_m: heights over the equatorial radius, mean; apogee NaN when none of the draws comes back
    used:           False where the numbers stood still, were missing or not believed: the row is then a prediction
    events:         cut-offs and ignitions, in order
    end_s:          when the last row came, used or not; minus infinity when none came
    """

    t_s: Array
    speed_mps: Array
    speed_sigma_mps: Array
    alt_m: Array
    alt_sigma_m: Array
    climb_mps: Array
    climb_sigma_mps: Array
    f_mps2: Array
    f_sigma_mps2: Array
    fpa_deg: Array
    fpa_sigma_deg: Array
    p_idle: Array
    p_orbit: Array
    perigee_m: Array
    perigee_sigma_m: Array
    apogee_m: Array
    apogee_sigma_m: Array
    used: NDArray[np.bool_]
    events: tuple[WebcastEvent, ...]
    end_s: float


def watch_webcast(
    t_s: ArrayLike,
    speed_mps: ArrayLike,
    alt_m: ArrayLike,
    *,
    sigma_speed_mps: ArrayLike = 0.3,
    sigma_alt_m: ArrayLike = 30.0,
    lat_deg: float | None = None,
    azimuth_deg: float | None = None,
    burns: Sequence[Burn | tuple[float, float, int]] = (),
    perigee_m: float | None = None,
    tuning: WebcastTuning | None = None,
    seed: int = 0,
) -> WebcastTrack:
    """Follow a stream of speeds and heights, (n,) each; NaN where the screen showed none.

    t_s:         seconds after lift-off, in order; of equal times the first counts
    sigma_*:     one standard deviation of a number's rounding and noise, one for all or (n,)
    lat_deg, azimuth_deg: latitude of the launch site, and course there of the great circle to where thrust ends, as
                 announced areas give it. The speed in space depends on both by up to 0.5 km/s: unless they are given
                 every known site and every course is thought possible, and an orbit is seldom sure.
    burns:       planned burns, as for `assess`: a level flight whose numbers no longer change is known from a screen
                 that hangs only where no burn is due. Nothing else depends on them; without them it counts as hung.
    perigee_m:   a perigee above this height is an orbit; None: as Rules says

    Row i depends on what was shown up to t_s[i] alone, and so does an event up to its decided_s.
    """
    tune = tuning or WebcastTuning()
    limit = Rules().perigee_m if perigee_m is None else perigee_m
    screen = _screen(t_s, speed_mps, alt_m, sigma_speed_mps, sigma_alt_m)
    courses = draw_courses(lat_deg, azimuth_deg, tune, seed)
    east = (float(courses.east.mean()), float(courses.east.std()))
    t, x, cov, idle, used = beliefs(screen, tune, east, schedule(burns))
    three = [H, V, W]
    orbit = orbit_figures(x[:, three], cov[:, three][:, :, three], _way_rad(t, x), courses, limit, seed)
    sigma = np.sqrt(np.maximum(np.einsum("nii->ni", cov), 0.0))
    angle, angle_sigma = _path_angle(x, cov)
    return WebcastTrack(
        t_s=t,
        speed_mps=x[:, V],
        speed_sigma_mps=sigma[:, V],
        alt_m=x[:, H],
        alt_sigma_m=sigma[:, H],
        climb_mps=x[:, W],
        climb_sigma_mps=sigma[:, W],
        f_mps2=x[:, F],
        f_sigma_mps2=sigma[:, F],
        fpa_deg=np.degrees(angle),
        fpa_sigma_deg=np.degrees(angle_sigma),
        p_idle=idle,
        p_orbit=orbit[:, 0],
        perigee_m=orbit[:, 1],
        perigee_sigma_m=orbit[:, 2],
        apogee_m=orbit[:, 3],
        apogee_sigma_m=orbit[:, 4],
        used=used,
        events=events_along(t, x, sigma, idle, used, tune),
        end_s=float(screen.t_s[-1]) if screen.t_s.size else -math.inf,
    )


def _screen(t_s: ArrayLike, speed: ArrayLike, alt: ArrayLike, sigma_speed: ArrayLike, sigma_alt: ArrayLike) -> Screen:
    """Return the stream as arrays, or say what is wrong with it."""
    t, v, h = (np.asarray(a, dtype=float) for a in (t_s, speed, alt))
    if t.ndim != 1 or v.shape != t.shape or h.shape != t.shape:
        seen = f"shapes {t.shape}, {v.shape}, {h.shape}"
        raise InputError(where="webcast", seen=seen, cure="give times, speeds and heights (n,) each, NaN for none")
    if not np.isfinite(t).all() or (np.diff(t) < 0.0).any():
        raise InputError(where="webcast", key="t_s", seen="NaN or time going backwards", cure="sort by time")
    sv, sh = (np.broadcast_to(np.asarray(a, dtype=float), t.shape) for a in (sigma_speed, sigma_alt))
    for key, sigma in (("sigma_speed_mps", sv), ("sigma_alt_m", sh)):
        if not (sigma > 0.0).all():
            raise InputError(
                where="webcast", key=key, seen="not above zero", cure="half of the last digit shown or more"
            )
    first = np.concatenate([[True], np.diff(t) > 0.0])[: t.size]
    return Screen(t_s=t[first], speed_mps=v[first], alt_m=h[first], sigma_speed_mps=sv[first], sigma_alt_m=sh[first])


def _way_rad(t: Array, x: Array) -> Array:
    """Return the angle flown along the ground track since the first row."""
    level = np.sqrt(np.maximum(x[:, V] ** 2 - x[:, W] ** 2, 0.0)) / (wgs84.MEAN_RADIUS_M + x[:, H])
    return np.concatenate([[0.0], np.cumsum(0.5 * (level[1:] + level[:-1]) * np.diff(t))])[: t.size]


def _path_angle(x: Array, cov: Array) -> tuple[Array, Array]:
    """Return the angle of the path over the horizon and its sigma [rad]."""
    v = np.maximum(x[:, V], 1.0)
    s = np.clip(x[:, W] / v, -1.0, 1.0)
    variance = cov[:, W, W] - 2.0 * s * cov[:, V, W] + s * s * cov[:, V, V]
    level = np.maximum(v * np.sqrt(1.0 - s * s), 0.1 * v)
    return np.arcsin(s), np.minimum(np.sqrt(np.maximum(variance, 0.0)) / level, 0.5 * math.pi)


def webcast_rows(
    readings: Sequence[Reading], sensors: Sequence[Sensor], t0: datetime
) -> tuple[Array, Array, Array, Array, Array]:
    """Return times, speeds, heights, and the sigmas of both, (n,) each, for `watch_webcast`.

    Only readings of WEBCAST sensors count. Known clock offsets are taken off, rows are sorted by time, and of readings
    with the same time the first in that order stays.
    """
    screens = {sensor.name: sensor for sensor in sensors if sensor.kind is SensorKind.WEBCAST}
    rows = set()
    for reading in readings:
        sensor = screens.get(reading.sensor)
        if sensor is None or (reading.speed_mps is None and reading.alt_m is None):
            continue
        speed = math.nan if reading.speed_mps is None else reading.speed_mps
        alt = math.nan if reading.alt_m is None else reading.alt_m
        t_s = since(t0, reading.t) - sensor.clock_offset_s
        rows.add((t_s, sensor.name, speed, alt, sensor.sigma_speed_mps or 1.0, sensor.sigma_alt_m or 100.0))
    table = np.array([(row[0], *row[2:]) for row in sorted(rows, key=_order)]).reshape(-1, 5)
    first = np.concatenate([[True], np.diff(table[:, 0]) > 0.0])[: len(table)]
    t, v, h, sv, sh = table[first].T
    return t, v, h, sv, sh


def _order(row: tuple[float, str, float, float, float, float]) -> tuple[float, str, float, float]:
    """Return what rows are sorted by: NaN has no order of its own."""
    return row[0], row[1], math.inf if math.isnan(row[2]) else row[2], math.inf if math.isnan(row[3]) else row[3]


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
    return assess_webcast(track, burns, rules=rules, until_t_s=until_t_s)


def assess_webcast(
    track: WebcastTrack,
    burns: Sequence[Burn | tuple[float, float, int]] = (),
    *,
    rules: Rules | None = None,
    until_t_s: float | None = None,
) -> tuple[Update, ...]:
    """Return what can be said along a track of `watch_webcast`, in order of time; arguments as in `assess`."""
    rule, plan = rules or Rules(), schedule(burns)
    end_s = track.end_s if until_t_s is None else float(until_t_s)
    if end_s < track.end_s:
        seen = f"{end_s:g} s, before the last reading"
        raise InputError(where="until_t_s", seen=seen, cure="give a time after the last reading")
    heard = np.flatnonzero(track.used).tolist()
    if not heard:
        return () if until_t_s is None else (_nothing(end_s),)
    said, keep = _judge(track, heard, plan, rule)
    updates = [_update(track, i, 0.0, said[i], rule.sure) for i in keep]
    updates += _silences(track, heard, said, rule, end_s, until_t_s is None)
    return tuple(sorted(updates, key=lambda update: update.t_s))


def _judge(
    track: WebcastTrack, heard: list[int], plan: tuple[Burn, ...], rule: Rules
) -> tuple[dict[int, Said], list[int]]:
    """Return what is said after every used reading, and the rows worth an update: the first, the last, changes, a beat."""
    judge = Judge(plan, rule)
    said: dict[int, Said] = {}
    keep: list[int] = []
    last_s, told_s, verdict = -math.inf, -math.inf, None
    for i in heard:
        t_s = float(track.t_s[i])
        if t_s - last_s > rule.silence_s:
            judge.deaf()
        said[i] = judge.say(Evidence(t_s=t_s, p_idle=float(track.p_idle[i]), p_orbit=float(track.p_orbit[i])))
        if said[i][0] is not verdict or t_s - told_s >= rule.every_s - 1e-6 or i == heard[-1]:
            keep.append(i)
            told_s = t_s
        last_s, verdict = t_s, said[i][0]
    return said, keep


def _silences(
    track: WebcastTrack, heard: list[int], said: dict[int, Said], rule: Rules, end_s: float, quiet: bool
) -> list[Update]:
    """Return an UNKNOWN for each silence, when its clock runs out, and one update at end_s unless it ends quietly."""
    t = track.t_s
    out = []
    for i, j in zip(heard, [*heard[1:], None], strict=True):
        until_s = end_s if j is None else float(t[j])
        if until_s - t[i] > rule.silence_s:
            out.append(_deaf(track, i, rule.silence_s, said[i], rule))
    last = heard[-1]
    if not quiet and end_s > t[last]:
        out.append(_deaf(track, last, end_s - float(t[last]), said[last], rule))
    return out


def _deaf(track: WebcastTrack, i: int, gap_s: float, said: Said, rule: Rules) -> Update:
    """Return the update gap_s after row i, on which alone it rests."""
    if gap_s >= rule.silence_s - 1e-9:
        said = Verdict.UNKNOWN, 1.0, f"no reading for {gap_s:.1f} s; the last one said: {said[0]} ({said[2]})"
    return _update(track, i, gap_s, said, rule.sure)


_NAN = float("nan")
_NAN3 = (_NAN, _NAN, _NAN)
_NOWHERE = Impact(
    lat_deg=_NAN, lon_deg=_NAN, t_s=_NAN, sigma_major_m=_NAN, sigma_minor_m=_NAN, axis_deg=_NAN, t_sigma_s=_NAN
)


def _update(track: WebcastTrack, i: int, gap_s: float, said: Said, sure: float) -> Update:
    """Return the record. Under power nothing is known of the orbit once readings stop."""
    blind = gap_s > 0.0 and float(track.p_idle[i]) <= sure
    orbit = [track.perigee_m, track.perigee_sigma_m, track.apogee_m, track.apogee_sigma_m, track.p_orbit]
    perigee, perigee_sigma, apogee, apogee_sigma, p_orbit = (_NAN if blind else float(a[i]) for a in orbit)
    return Update(
        t_s=float(track.t_s[i]) + gap_s, read_s=gap_s,
        r_ecef_m=_NAN3, v_ecef_mps=_NAN3, sigma_r_m=_NAN3, sigma_v_mps=_NAN3, impact=_NOWHERE,
        perigee_m=perigee, perigee_sigma_m=perigee_sigma, apogee_m=apogee, apogee_sigma_m=apogee_sigma,
        p_orbit=p_orbit, p_idle=float(track.p_idle[i]), verdict=said[0], p=said[1], reason=said[2],
    )  # fmt: skip


def _nothing(t_s: float) -> Update:
    """Return the update of a flight of which no screen ever showed anything believable."""
    return Update(
        t_s=t_s, read_s=float("inf"),
        r_ecef_m=_NAN3, v_ecef_mps=_NAN3, sigma_r_m=_NAN3, sigma_v_mps=_NAN3, impact=_NOWHERE,
        perigee_m=_NAN, perigee_sigma_m=_NAN, apogee_m=_NAN, apogee_sigma_m=_NAN, p_orbit=_NAN, p_idle=_NAN,
        verdict=Verdict.UNKNOWN, p=1.0, reason="no screen ever showed two believable speeds and a height",
    )  # fmt: skip
