"""The track that a screen allows: state, orbit figures and events, from times, speeds and heights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from downrange.base import Array, InputError, wgs84
from downrange.track._webcast_events import WebcastEvent, events_along
from downrange.track._webcast_model import F, H, V, W, WebcastTuning
from downrange.track._webcast_orbit import draw_courses, orbit_figures
from downrange.track._webcast_watch import Screen, beliefs
from downrange.track.model import Burn
from downrange.track.verdict import Rules, schedule


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
