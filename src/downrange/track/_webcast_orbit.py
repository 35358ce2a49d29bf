"""Orbit figures from height, speed and climb alone: where it flies is not seen, so the course is drawn at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from downrange.base import Array, normals, uniforms, wgs84
from downrange.track._webcast_model import WebcastTuning

_APART = 1 << 24  # room for counted draws: what is drawn for one purpose is not drawn again for another
_ROWS = 512  # instants handled at once: bounds the room the draws take


@dataclass(frozen=True, slots=True, kw_only=True)
class Courses:
    """Draws (k,) of where it was launched and which way it went [rad].

    east: eastward share of the course, cos(latitude) sin(azimuth): the same all along a great circle
    zero_m, gauge_mps: what all heights, and all speeds, of the screen have in common as an error
    """

    lat_rad: Array
    azimuth_rad: Array
    east: Array
    zero_m: Array
    gauge_mps: Array


def draw_courses(lat_deg: float | None, azimuth_deg: float | None, tune: WebcastTuning, seed: int) -> Courses:
    """Draw launch latitudes and courses: around what is given, else any known latitude and any course."""
    pick, noise = uniforms(seed, tune.draws, 2, first=_APART), normals(seed, tune.draws, 4, first=_APART * 2)
    known = np.array(tune.prior_lat_deg)
    lat = known[np.minimum((pick[:, 0] * known.size).astype(int), known.size - 1)]
    if lat_deg is not None:
        lat = np.clip(lat_deg + tune.sigma_lat_deg * noise[:, 0], -90.0, 90.0)
    azimuth = 360.0 * pick[:, 1] if azimuth_deg is None else azimuth_deg + tune.sigma_azimuth_deg * noise[:, 1]
    lat_rad, azimuth_rad = np.radians(lat), np.radians(azimuth)
    return Courses(
        lat_rad=lat_rad,
        azimuth_rad=azimuth_rad,
        east=np.cos(lat_rad) * np.sin(azimuth_rad),
        zero_m=tune.sigma_zero_m * noise[:, 2],
        gauge_mps=tune.sigma_gauge_mps * noise[:, 3],
    )


def orbit_figures(x: Array, cov: Array, way_rad: Array, courses: Courses, limit_m: float, seed: int) -> Array:
    """Return (n, 5): chance that the perigee is above limit_m, perigee mean and sigma, apogee mean and sigma [m].

    x (n, 3), cov (n, 3, 3): height, speed and vertical speed relative to the Earth; way_rad (n,): angle flown along the
    ground track since launch. Heights over the equatorial radius. Apogees of paths that leave the Earth are left out.
    """
    noise = normals(seed, courses.east.size, 3)
    parts = [
        _figures(x[i : i + _ROWS], cov[i : i + _ROWS], way_rad[i : i + _ROWS], courses, limit_m, noise)
        for i in range(0, len(x), _ROWS)
    ]
    return np.concatenate(parts) if parts else np.empty((0, 5))


def _figures(x: Array, cov: Array, way_rad: Array, courses: Courses, limit_m: float, noise: Array) -> Array:
    """Return the figures of at most _ROWS instants."""
    values, vectors = np.linalg.eigh(cov)
    root = vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :]
    drawn = x[:, None, :] + noise @ root.transpose(0, 2, 1)  # (n, k, 3)
    alt, speed = drawn[..., 0] + courses.zero_m, drawn[..., 1] + courses.gauge_mps
    perigee, apogee = _apsides(alt, speed, drawn[..., 2], way_rad[:, None], courses)
    bound = np.isfinite(apogee)
    count = np.maximum(bound.sum(axis=1), 1)
    mean = np.where(bound, apogee, 0.0).sum(axis=1) / count
    spread = np.sqrt((np.where(bound, apogee - mean[:, None], 0.0) ** 2).sum(axis=1) / count)
    none = ~bound.any(axis=1)
    mean[none] = spread[none] = np.nan
    return np.stack([(perigee > limit_m).mean(axis=1), perigee.mean(axis=1), perigee.std(axis=1), mean, spread], axis=1)


def _apsides(alt_m: Array, speed_mps: Array, climb_mps: Array, way_rad: Array, courses: Courses) -> tuple[Array, Array]:
    """Return heights of perigee and apogee over the equatorial radius; the apogee is infinite when it never returns."""
    sin_lat = np.sin(courses.lat_rad) * np.cos(way_rad)
    sin_lat = sin_lat + np.cos(courses.lat_rad) * np.sin(way_rad) * np.cos(courses.azimuth_rad)
    north = np.cos(courses.lat_rad) * np.cos(way_rad) * np.cos(courses.azimuth_rad)
    north = north - np.sin(courses.lat_rad) * np.sin(way_rad)  # rate of sin_lat along the way
    r = wgs84.RE_M * (1.0 - wgs84.FLATTENING * sin_lat**2) + alt_m
    # The ground falls away toward a pole: the distance from the centre changes at another rate than the height.
    sinks = 2.0 * wgs84.RE_M * wgs84.FLATTENING * sin_lat * north / r
    rise = climb_mps - sinks * np.sqrt(np.maximum(speed_mps**2 - climb_mps**2, 0.0))
    level = np.sqrt(np.maximum(speed_mps**2 - rise**2, 0.0))
    turn = wgs84.OMEGA_RADPS * r
    inertial2 = level**2 + 2.0 * turn * level * courses.east + turn**2 * (1.0 - sin_lat**2)
    p = r * r * inertial2 / wgs84.GM_M3PS2
    energy = 0.5 * (inertial2 + rise**2) - wgs84.GM_M3PS2 / r
    e = np.sqrt(np.maximum(1.0 + 2.0 * energy * p / wgs84.GM_M3PS2, 0.0))
    apogee = np.full_like(e, np.inf)
    np.divide(p, 1.0 - e, out=apogee, where=e < 1.0)
    return p / (1.0 + e) - wgs84.RE_M, apogee - wgs84.RE_M
