"""Where and when it left the ground, from the early part of its track, without knowing the site."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from downrange.base import Array, InputError, geodetic_from_ecef, normals
from downrange.earth import Site, destination, east_north, load_site, range_azimuth, site_names
from downrange.track.curve import Curve, curve_through
from downrange.track.rise import Guesses, Starts, across_of, flown_back, height_and_up, pull

HIGHEST_M = 75_000.0  # assumed: above this most first stages are out, and a second one says nothing of the ground
_DRAWS = 64
_THROTTLES = np.geomspace(0.7, 1.7, 28)
_STREAM = 2 << 40
# Priors, assumed, wide enough for kerosene, storable and solid first stages.
_EXHAUST_MPS, _LN_EXHAUST = 3_000.0, 0.25
_TRIED_MPS, _LN_TRIED = 3_800.0, 0.35  # drawn from this, as slower ones seldom lift off, and weighed back
_BETA_KGPM2, _LN_BETA = 40_000.0, 0.6
_NOZZLE, _NOZZLE_SIGMA = 0.09, 0.05
_LN_THROTTLE, _LN_FADE = 0.12, 0.25
_LIFT_MPS2 = 2.0
_LIFT_G, _LN_LIFT, _P_SOLID, _SOLID_G, _LN_SOLID = 1.35, 0.15, 0.15, 2.5, 0.6
# What the gravity turn leaves out, found on the flights of benchmarks/_track_launch_point.py: shares of the height.
# Along the course the share grows with the square of the height over BEND_M: a stage's end is near.
MODEL_ALONG, MODEL_ACROSS, MODEL_M = 0.035, 0.003, 45.0
BEND_M = 50_000.0
MODEL_T_S, MODEL_T = 4.0, 0.1  # seconds, and a share of the time since
_LEAST_MPS2 = 8.0  # less than this lifts nothing off the ground
_LEAST_EVIDENCE, _LEAST_ROOTS = 1e-3, 3
_PLAUSIBLE = 0.01
_G_MPS2 = 9.8


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFit:
    """A known site beside the estimate.

    distance_m: how far it lies off; p: share of errors that would be as large or larger if it left from there
    """

    name: str
    title: str
    distance_m: float
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchEstimate:
    """Where and when it left the ground; numbers are NaN when that cannot be said, and the reason says why.

    known:       whether it can be said
    lat_deg, lon_deg: place
    t_s, t_sigma_s: time, on the clock of the track
    sigma_major_m, sigma_minor_m, axis_deg: one-sigma ellipse, azimuth of its long axis
    from_t_s, from_alt_m: the moment of the track it was found from, and the height then
    sites:       known sites that it may be, the most plausible first; none when it is nowhere known
    site:        name of the first, or "UNKNOWN"
    reason:      in words
    """

    known: bool
    lat_deg: float
    lon_deg: float
    t_s: float
    t_sigma_s: float
    sigma_major_m: float
    sigma_minor_m: float
    axis_deg: float
    from_t_s: float
    from_alt_m: float
    sites: tuple[SiteFit, ...]
    site: str
    reason: str


def launch_point(
    t_s: ArrayLike,
    r_ecef_m: ArrayLike,
    cov: ArrayLike,
    *,
    sites: Sequence[Site] | None = None,
    seed: int = 0,
) -> LaunchEstimate:
    """Return where the object of a track (n,), (n, 3), (n, 6, 6) left the ground; only its first 25 s are used.

    sites: known ones to compare with; None: all that come with the program

    From a state early in the track a generic rise is flown backwards many times, with other engines, other air, another
    state each time; the thrust before is chosen so that speed and height vanish together, and each counts as much as
    such a throttle and such a lift-off are usual. A coasting track, one that begins above HIGHEST_M or one that no
    first stage can have brought there gives UNKNOWN. A launch from the air is not thought of.
    """
    t, r, p = _checked(t_s, r_ecef_m, cov)
    curve = curve_through(t, r, p[:, :3, :3]) if t.size else None
    if curve is None:
        return _unknown("the track is too short: it takes six seconds of it, and six places")
    when_s = _best_moment(curve)
    state, state_cov = curve.at(when_s)
    alt_m = float(height_and_up(state[None, :3])[0][0])
    if alt_m > HIGHEST_M:
        return _unknown(f"the track begins {alt_m / 1e3:.0f} km up: too high to say where it left the ground")
    push = float(_push(state[None])[0][0])
    if push < _LEAST_MPS2:
        return _unknown(f"no thrust that would lift it: {push:.1f} m/s2 at {alt_m / 1e3:.0f} km", when_s, alt_m)
    found = _rises(state, state_cov, seed)
    if found is None:
        return _unknown("no first stage can have brought it from the ground to there", when_s, alt_m)
    return _estimate(when_s, alt_m, state[3:6], found, _known(sites))


def _checked(t_s: ArrayLike, r_ecef_m: ArrayLike, cov: ArrayLike) -> tuple[Array, Array, Array]:
    """Return the track without rows that are no numbers, in order of time, or say what is wrong with it."""
    t, r, p = (np.asarray(a, dtype=float) for a in (t_s, r_ecef_m, cov))
    n = t.size
    if not (t.shape == (n,) and r.shape == (n, 3) and p.shape == (n, 6, 6)):
        raise InputError(
            where="launch point",
            seen=f"shapes {t.shape}, {r.shape}, {p.shape}",
            cure="give times (n,), positions (n, 3) and covariances (n, 6, 6)",
        )
    good = np.isfinite(t) & np.isfinite(r).all(axis=1) & np.isfinite(p).all(axis=(1, 2))
    order = np.flatnonzero(good)[np.argsort(t[good], kind="stable")]
    return t[order], r[order], p[order]


def _best_moment(curve: Curve) -> float:
    """Return the moment from which the ground is found best, to first order."""
    best, least = curve.t0_s, math.inf
    for t_s in np.linspace(curve.t0_s, curve.t0_s + 0.7 * curve.span_s, 8).tolist():
        state, cov = curve.at(t_s)
        alt_m, up = height_and_up(state[None, :3])
        climb = max(float(state[3:6] @ up[0]), 10.0)
        back_s = 2.0 * max(float(alt_m[0]), 0.0) / climb  # at even acceleration
        place_m2, speed_m2ps2, force_m2ps4 = (float(np.trace(cov[k : k + 3, k : k + 3])) for k in (0, 3, 6))
        lift_m2ps4 = 1.0 / (3.0 / force_m2ps4 + 1.0 / _LIFT_MPS2**2)
        score = (
            _along_m(float(alt_m[0])) ** 2 + place_m2 + 0.25 * speed_m2ps2 * back_s**2 + lift_m2ps4 * back_s**4 / 36.0
        )
        if score < least:
            best, least = t_s, score
    return best


def _along_m(alt_m: float) -> float:
    """Return one sigma along the course of what a gravity turn from such a height leaves out."""
    return MODEL_ALONG * alt_m * (1.0 + (alt_m / BEND_M) ** 2)


def _push(states: Array) -> tuple[Array, Array]:
    """Return the specific force along the velocity and across it, upward, (n,) each, of states (n, 9)."""
    v = states[:, 3:6]
    force = states[:, 6:] - pull(states[:, :3], v)
    across = across_of(v, height_and_up(states[:, :3])[1])
    along = np.einsum("ni,ni->n", force, v) / np.maximum(np.linalg.norm(v, axis=1), 1.0)
    return np.asarray(along), np.asarray(np.einsum("ni,ni->n", force, across))


def _steered_little(state: Array, cov: Array) -> tuple[Array, Array]:
    """Return state (9,) and covariance once it is told that a rise is pushed across its velocity but little."""
    across = across_of(state[None, 3:6], height_and_up(state[None, :3])[1])[0]
    gain = cov[:, 6:] @ across / (across @ cov[6:, 6:] @ across + _LIFT_MPS2**2)
    lift = float(_push(state[None])[1][0])
    return state - gain * lift, cov - np.outer(gain, across @ cov[6:, :])


def _rises(state: Array, cov: Array, seed: int) -> tuple[Array, Array, Array] | None:
    """Return seconds ago, positions and weights of the rises that end on the ground; None if hardly one does."""
    state, cov = _steered_little(state, cov)
    luck = normals(seed ^ _STREAM, _DRAWS, 14)
    size = np.sqrt(np.maximum(np.diag(cov), 1e-12))
    values, vectors = np.linalg.eigh(cov / np.outer(size, size))
    states = state + luck[:, :9] @ ((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T * size)
    many = np.repeat(np.arange(_DRAWS), len(_THROTTLES))
    push, lift = _push(states)
    alt_m, up = height_and_up(states[:, :3])
    exhaust = _TRIED_MPS * np.exp(_LN_TRIED * luck[:, 9])
    rising_s = 2.0 * alt_m / np.maximum(np.einsum("ni,ni->n", states[:, 3:6], up), 10.0)
    starts = flown_back(
        Guesses(
            r_ecef_m=states[many, :3],
            v_ecef_mps=states[many, 3:6],
            f_mps2=np.maximum(push, 0.5 * _LEAST_MPS2)[many],
            lift_mps2=lift[many],
            lift_s=(np.maximum(rising_s, 1.0) * np.exp(_LN_FADE * luck[:, 13]))[many],
            exhaust_mps=exhaust[many],
            beta_kgpm2=(_BETA_KGPM2 * np.exp(_LN_BETA * luck[:, 10]))[many],
            nozzle=np.clip(_NOZZLE + _NOZZLE_SIGMA * luck[:, 11], 0.0, 0.3)[many],
            throttle=np.tile(_THROTTLES, _DRAWS),
        )
    )
    row, part = _crossings(starts.alt_m.reshape(_DRAWS, -1))
    if row.size < _LEAST_ROOTS:
        return None
    ago_s, where, lift_off, ln_throttle = _between(starts, row, part)
    draw = row // len(_THROTTLES)
    rare = (np.log(exhaust / _EXHAUST_MPS) / _LN_EXHAUST) ** 2 - luck[:, 9] ** 2
    weight = np.exp(-0.5 * ((ln_throttle / _LN_THROTTLE) ** 2 + rare[draw])) * _usual(lift_off / _G_MPS2)
    if weight.sum() < _LEAST_EVIDENCE * _DRAWS:
        return None
    return ago_s, where, weight / weight.sum()


def _crossings(alt_m: Array) -> tuple[Array, Array]:
    """Return where (n, k) heights first come from below the ground to above it: flat index before, part of the way."""
    before, after = alt_m[:, :-1], alt_m[:, 1:]
    rises = (before < 0.0) & (after >= 0.0) & (before > -9e4)
    draw = np.flatnonzero(rises.any(axis=1))
    at = rises.shape[1] - 1 - np.argmax(rises[draw, ::-1], axis=1)
    low, high = before[draw, at], after[draw, at]
    return draw * alt_m.shape[1] + at, -low / (high - low)


def _between(starts: Starts, row: Array, part: Array) -> tuple[Array, Array, Array, Array]:
    """Return seconds ago, positions, thrust acceleration and logarithm of the throttle between neighbouring guesses."""
    ln = np.tile(np.log(_THROTTLES), _DRAWS)

    def at(values: Array) -> Array:
        share = part.reshape(-1, *[1] * (values.ndim - 1))
        return np.asarray(values[row] + share * (values[row + 1] - values[row]))

    return at(starts.ago_s), at(starts.r_ecef_m), at(starts.thrust_mps2), at(ln)


def _usual(lift: Array) -> Array:
    """Return how usual it is to leave the ground with so many times the weight as thrust; 1 at most."""
    x = np.log(np.maximum(lift, 1e-3))
    heavy = np.exp(-0.5 * ((x - math.log(_LIFT_G)) / _LN_LIFT) ** 2)
    solid = np.exp(-0.5 * ((x - math.log(_SOLID_G)) / _LN_SOLID) ** 2) * _LN_LIFT / _LN_SOLID
    return np.asarray((1.0 - _P_SOLID) * heavy + _P_SOLID * solid)


def _estimate(
    t_s: float, alt_m: float, v: Array, found: tuple[Array, Array, Array], sites: tuple[Site, ...]
) -> LaunchEstimate:
    """Return the record: weighted mean and spread of the rises, widened by what all of them leave out."""
    ago_s, where, weight = found
    lat, lon, _ = geodetic_from_ecef(where)
    lat0, lon0 = float(lat[0]), float(lon[0])
    flat = np.stack(east_north(lat0, lon0, lat, lon), axis=1)
    mean = weight @ flat
    spread = np.einsum("n,ni,nj->ij", weight, flat - mean, flat - mean)
    away_m, azimuth_deg = math.hypot(*mean), math.degrees(math.atan2(*mean))
    lat0, lon0 = (float(a) for a in destination(lat0, lon0, azimuth_deg, away_m))
    spread += _model(lat0, lon0, v, alt_m)
    ago = float(weight @ ago_s)
    late = math.sqrt(float(weight @ (ago_s - ago) ** 2) + MODEL_T_S**2 + (MODEL_T * ago) ** 2)
    values, vectors = np.linalg.eigh(spread)
    near = _beside(lat0, lon0, spread, sites)
    reason = f"found from {alt_m / 1e3:.1f} km at T{t_s:+.1f} s of the track's clock"
    if not near:
        reason += "; no known site lies there"
    return LaunchEstimate(
        known=True, lat_deg=lat0, lon_deg=lon0, t_s=t_s - ago, t_sigma_s=late,
        sigma_major_m=float(np.sqrt(values[1])), sigma_minor_m=float(np.sqrt(values[0])),
        axis_deg=float(np.degrees(np.arctan2(vectors[0, 1], vectors[1, 1])) % 180.0), from_t_s=t_s, from_alt_m=alt_m,
        sites=near, site=near[0].name if near else "UNKNOWN", reason=reason,
    )  # fmt: skip


def _model(lat_deg: float, lon_deg: float, v: Array, alt_m: float) -> Array:
    """Return the covariance (2, 2), east and north, of what a gravity turn leaves out."""
    lat, lon = math.radians(lat_deg), math.radians(lon_deg)
    east = -math.sin(lon) * v[0] + math.cos(lon) * v[1]
    north = -math.sin(lat) * (math.cos(lon) * v[0] + math.sin(lon) * v[1]) + math.cos(lat) * v[2]
    along = np.array([east, north]) / max(math.hypot(east, north), 1e-6)
    across = np.array([-along[1], along[0]])
    a2, c2 = _along_m(alt_m) ** 2 + MODEL_M**2, (MODEL_ACROSS * alt_m) ** 2 + MODEL_M**2
    return np.asarray(a2 * np.outer(along, along) + c2 * np.outer(across, across))


def _beside(lat_deg: float, lon_deg: float, spread: Array, sites: tuple[Site, ...]) -> tuple[SiteFit, ...]:
    """Return the sites that it may be, the most plausible first."""
    if not sites:
        return ()
    lat, lon = (np.array([getattr(site, name) for site in sites]) for name in ("lat_deg", "lon_deg"))
    distance_m, _ = range_azimuth(lat_deg, lon_deg, lat, lon)
    off = np.stack(east_north(lat_deg, lon_deg, lat, lon), axis=1)
    fits = []
    for site, d, e in zip(sites, distance_m, off, strict=True):
        chi2 = float(e @ np.linalg.solve(spread + np.eye(2) * site.sigma_m**2, e))
        fits.append(SiteFit(name=site.name, title=site.title, distance_m=float(d), p=math.exp(-0.5 * chi2)))
    return tuple(sorted((fit for fit in fits if fit.p >= _PLAUSIBLE), key=lambda fit: (-fit.p, fit.name)))


def _known(sites: Sequence[Site] | None) -> tuple[Site, ...]:
    """Return the sites to compare with."""
    return _shipped() if sites is None else tuple(sites)


@cache
def _shipped() -> tuple[Site, ...]:
    """Return all sites that come with the program."""
    return tuple(load_site(name) for name in site_names())


def _unknown(reason: str, from_t_s: float = math.nan, from_alt_m: float = math.nan) -> LaunchEstimate:
    """Return the record that says nothing, and why."""
    nan = math.nan
    return LaunchEstimate(
        known=False, lat_deg=nan, lon_deg=nan, t_s=nan, t_sigma_s=nan, sigma_major_m=nan, sigma_minor_m=nan,
        axis_deg=nan, from_t_s=float(from_t_s), from_alt_m=from_alt_m, sites=(), site="UNKNOWN", reason=reason,
    )  # fmt: skip
