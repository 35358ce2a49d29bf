"""Where it would come down if thrust ended now: draws of the state, of what it weighs against the air, and of the air."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike
from shapely.geometry.base import BaseGeometry

from downrange.base import Array, InputError, geodetic_from_ecef, normals
from downrange.earth import east_north
from downrange.fall import DebrisList, draw_pieces, drop, footprint
from downrange.flight import Device
from downrange.track.contour import outline_lonlat

# Impacts are good to metres with this, against hundreds of metres of spread; it saves a third of the time.
_TOLERANCE_M = 0.1
_STREAM = 1 << 40  # these draws are nobody else's
_NEIGHBOURS = 8  # the crowd's share of neighbours in drag that shape a member's kernel is one in so many
_LEAST_NEIGHBOURS = 12
_FLOOR_M = 30.0  # assumed: no kernel is narrower, so that a crowd on a line still covers the ground beside it
_CONTENTS = (0.5, 0.9, 0.99)
_MOST_MEMBERS = 5_000
_95 = 1.959964


@dataclass(frozen=True, slots=True, kw_only=True)
class BetaPrior:
    """What is thought of the drag of something that falls, before anything is known of it.

    low_kgpm2, high_kgpm2: ballistic coefficients that hold 95 % of a lognormal: mass over drag coefficient times area
    air_sigma: one sigma of the logarithm of the day's air density over that of the table
    source: where the figures come from, or "assumed"
    """

    low_kgpm2: float = 50.0
    high_kgpm2: float = 2_000.0
    air_sigma: float = 0.05
    source: str = "assumed: from broadside panels to a stage end-on; the air of the day as in the spread of flights"

    def __post_init__(self) -> None:
        """Refuse bounds that are none."""
        if not 0.0 < self.low_kgpm2 <= self.high_kgpm2 < math.inf or not 0.0 <= self.air_sigma <= 1.0:
            raise InputError(
                where="ballistic coefficients",
                seen=f"{self.low_kgpm2:g} to {self.high_kgpm2:g} kg/m2, air {self.air_sigma:g}",
                cure="give two positive coefficients in kg/m2, the lower first, and a sigma of the air from 0 to 1",
            )

    @classmethod
    def about(cls, beta_kgpm2: float, *, ln_sigma: float, air_sigma: float = 0.05, source: str) -> BetaPrior:
        """Return the prior of a known body, such as a vehicle's stack after a failure, tumbling as it may.

        >>> prior = BetaPrior.about(3_000.0, ln_sigma=0.5, source="vehicle file")
        >>> f"{prior.low_kgpm2:.0f} to {prior.high_kgpm2:.0f} kg/m2"
        '1126 to 7993 kg/m2'
        """
        wide = math.exp(_95 * ln_sigma)
        return cls(low_kgpm2=beta_kgpm2 / wide, high_kgpm2=beta_kgpm2 * wide, air_sigma=air_sigma, source=source)

    def draws(self, normal: Array) -> Array:
        """Return the coefficients (n,) that standard normal numbers stand for; the air is not in them."""
        low, high = math.log(self.low_kgpm2), math.log(self.high_kgpm2)
        return np.asarray(np.exp(0.5 * (low + high) + (high - low) / (2.0 * _95) * normal))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactRegion:
    """A crowd of possible impacts, and how densely they lie. Arrays have one row a member, NaN where it stays up.

    t_s:              the instant of the state, seconds after lift-off
    lat_deg, lon_deg, impact_t_s: where and when each comes down
    beta_kgpm2:       its ballistic coefficient, in the air of the table
    p_stays_up:       share still up two hours later: in orbit, or nearly so
    mean_lat_deg, mean_lon_deg, mean_t_s: NaN when none comes down
    sigma_major_m, sigma_minor_m, axis_deg: one-sigma ellipse of the crowd, azimuth of its long axis
    early_s, late_s:  5 % come down before the one, 5 % after the other
    flat_m, spread_m2: (k, 2), (k, 2, 2) those that come down, east and north of the mean, and each one's kernel
    density:          (k,) density of all others at each of them
    source:           of the drag
    """

    t_s: float
    lat_deg: Array
    lon_deg: Array
    impact_t_s: Array
    beta_kgpm2: Array
    p_stays_up: float
    mean_lat_deg: float
    mean_lon_deg: float
    mean_t_s: float
    sigma_major_m: float
    sigma_minor_m: float
    axis_deg: float
    early_s: float
    late_s: float
    flat_m: Array
    spread_m2: Array
    density: Array
    source: str

    def content(self, lat_deg: ArrayLike, lon_deg: ArrayLike) -> Array:
        """Return the probability of the smallest region that reaches each point: 0.9 is on the edge of the 90 % region.

        Of the impacts of things that come down at all; 1 everywhere when none does. Because a point is ranked among
        the members, each by the density of the others, the 90 % region holds 90 % of the truths whenever the state's
        covariance and the drag are right, whatever the shape of the crowd.
        """
        lat, lon = np.broadcast_arrays(np.asarray(lat_deg, dtype=float), np.asarray(lon_deg, dtype=float))
        if not self.density.size:
            return np.ones(lat.shape)
        east, north = east_north(self.mean_lat_deg, self.mean_lon_deg, lat.ravel(), lon.ravel())
        here = density_at(np.stack([east, north], axis=1), self.flat_m, self.spread_m2)
        denser = self.density.size - np.searchsorted(np.sort(self.density), here, side="right")
        return np.asarray((denser + 0.5) / (self.density.size + 1.0)).reshape(lat.shape)

    def contains(self, lat_deg: float, lon_deg: float, p: float = 0.9) -> bool:
        """Say whether a point lies in the smallest region that holds so much of the crowd."""
        return bool(self.content(lat_deg, lon_deg) <= p)

    def outline_lonlat(self, p: float = 0.9) -> BaseGeometry:
        """Return the smallest region that holds so much of the crowd, longitude first; empty when none comes down.

        It is cut at 180 degrees. It bends with the crowd, and can have several parts.
        """
        if not self.density.size:
            return shapely.MultiPolygon()
        level = float(np.quantile(self.density, 1.0 - p))
        return outline_lonlat(
            lambda flat_m: density_at(flat_m, self.flat_m, self.spread_m2),
            level,
            self.flat_m,
            float(np.sqrt(self.spread_m2[:, [0, 1], [0, 1]].max())),
            (self.mean_lat_deg, self.mean_lon_deg),
        )

    def outlines(self) -> tuple[tuple[float, BaseGeometry], ...]:
        """Return the regions of 50, 90 and 99 %."""
        return tuple((p, self.outline_lonlat(p)) for p in _CONTENTS)


def impact_ensemble(
    r_ecef_m: ArrayLike,
    v_ecef_mps: ArrayLike,
    cov: ArrayLike,
    *,
    t_s: float,
    drag: BetaPrior | DebrisList | None = None,
    members: int = 200,
    seed: int = 0,
    air: Array | None = None,
    winds: Array | None = None,
    device: Device = Device.ALONE,
) -> ImpactRegion:
    """Return where a thing of this state (3,), (3,) and covariance (6, 6) may come down without thrust, with air and J2.

    drag:  a prior of one body's ballistic coefficient; or a debris list, for something that broke up: its classes take
           turns and every piece is thrown off as the list says; None: `BetaPrior()`
    air:   table of the air, None for the standard one
    winds: tables (m, k, 8) of the wind as of `fall.drop`, which the members take in turns; None: still air
    Member i of a seed has always the same luck, so regions of successive instants move smoothly.
    """
    x, p = _checked(r_ecef_m, v_ecef_mps, cov, members)
    luck = normals(seed ^ _STREAM, members, 8)
    states = x + luck[:, :6] @ _root(p)
    prior = BetaPrior() if drag is None else drag
    if isinstance(prior, BetaPrior):
        beta = prior.draws(luck[:, 6])
        beta, source = beta * np.exp(-prior.air_sigma * luck[:, 7]), prior.source
    else:
        beta, thrown, source = *_pieces(prior, seed, members), f"debris list {prior.name}"
        states[:, 3:] += thrown
    lat, lon, when = _down(states, beta, air, winds, device)
    return _region(t_s, (lat, lon, when + t_s), beta, source)


def _checked(r_ecef_m: ArrayLike, v_ecef_mps: ArrayLike, cov: ArrayLike, members: int) -> tuple[Array, Array]:
    """Return state (6,) and covariance (6, 6), or say what is wrong with them."""
    x = np.concatenate([np.asarray(r_ecef_m, dtype=float), np.asarray(v_ecef_mps, dtype=float)])
    p = np.asarray(cov, dtype=float)
    if x.shape != (6,) or p.shape != (6, 6) or not (np.isfinite(x).all() and np.isfinite(p).all()):
        raise InputError(
            where="impact ensemble",
            seen=f"a state of shape {x.shape} and a covariance of shape {p.shape}, or a number in them that is none",
            cure="give one state: position (3,), velocity (3,), covariance (6, 6), Earth-fixed, SI",
        )
    if not 20 <= members <= _MOST_MEMBERS:
        raise InputError(
            where="impact ensemble", key="members", seen=f"{members}", cure=f"take 20 to {_MOST_MEMBERS:,}"
        )
    return x, p


def _root(p: Array) -> Array:
    """Return the symmetric square root of a covariance; what rounding made negative counts as nothing."""
    size = np.sqrt(np.maximum(np.diag(p), 1e-12))
    values, vectors = np.linalg.eigh(p / np.outer(size, size))
    root: Array = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T * size
    return root


def _pieces(debris: DebrisList, seed: int, members: int) -> tuple[Array, Array]:
    """Return the coefficients (n,) and the velocities thrown off with (n, 3) of pieces, the classes in turns."""
    count = -(-members // len(debris.classes))
    _, dv_mps, beta_kgpm2 = draw_pieces(debris, seed, count)
    return beta_kgpm2.reshape(-1)[:members], dv_mps.reshape(-1, 3)[:members]


def _down(
    states: Array, beta: Array, air: Array | None, winds: Array | None, device: Device
) -> tuple[Array, Array, Array]:
    """Return latitude, longitude and seconds to go; what is below the ground already is down where it is, now."""
    hit = drop(
        np.zeros(len(states)),
        states[:, :3],
        states[:, 3:],
        beta,
        tolerance_m=_TOLERANCE_M,
        air=air,
        winds=winds,
        wind_of=None if winds is None or not len(winds) else np.arange(len(states)) % len(winds),
        device=device,
    )
    lat, lon, alt_m = geodetic_from_ecef(states[:, :3])
    under = alt_m <= 0.0
    return np.where(under, lat, hit.lat_deg), np.where(under, lon, hit.lon_deg), np.where(under, 0.0, hit.t_s)


def _region(t_s: float, impacts: tuple[Array, Array, Array], beta: Array, source: str) -> ImpactRegion:
    """Return the record of a crowd."""
    lat, lon, when = impacts
    down = np.isfinite(lat)
    nan = math.nan
    middle = (nan, nan, nan, nan, nan, nan)
    flat, spread, density = np.empty((0, 2)), np.empty((0, 2, 2)), np.empty(0)
    early = late = nan
    if down.sum() > _LEAST_NEIGHBOURS:
        foot = footprint(lat, lon, when, "impact")
        middle = (foot.lat_deg, foot.lon_deg, foot.t_s, foot.sigma_major_m, foot.sigma_minor_m, foot.axis_deg)
        early, late = (float(q) for q in np.quantile(when[down], (0.05, 0.95)))
        flat = np.stack(east_north(foot.lat_deg, foot.lon_deg, lat[down], lon[down]), axis=1)
        spread = kernels(flat, beta[down])
        density = density_at(flat, flat, spread, without_self=True)
    return ImpactRegion(
        t_s=t_s, lat_deg=lat, lon_deg=lon, impact_t_s=when, beta_kgpm2=beta, p_stays_up=float(1.0 - down.mean()),
        mean_lat_deg=middle[0], mean_lon_deg=middle[1], mean_t_s=middle[2], sigma_major_m=middle[3],
        sigma_minor_m=middle[4], axis_deg=middle[5], early_s=early, late_s=late, flat_m=flat, spread_m2=spread,
        density=density, source=source,
    )  # fmt: skip


def kernels(flat_m: Array, beta_kgpm2: Array) -> Array:
    """Return the covariance (n, 2, 2) of each member's kernel: that of its neighbours in drag, made narrower.

    Members of like drag lie together on the bent line that drag draws on the ground, spread by what is not known of
    the state: a kernel of their shape bends with the line. Its size follows Silverman's rule for their number.
    """
    n = len(flat_m)
    k = min(n, max(_LEAST_NEIGHBOURS, n // _NEIGHBOURS))
    order = np.argsort(beta_kgpm2, kind="stable")
    rank = np.clip(np.arange(n) - k // 2, 0, n - k)
    near = flat_m[order][rank[:, None] + np.arange(k)]
    near = near - near.mean(axis=1, keepdims=True)
    spread = np.einsum("nki,nkj->nij", near, near) / (k - 1)
    out: Array = np.empty_like(spread)
    out[order] = spread * k ** (-1.0 / 3.0) + np.eye(2) * _FLOOR_M**2
    return out


def density_at(points_m: Array, flat_m: Array, spread_m2: Array, *, without_self: bool = False) -> Array:
    """Return the density [1/m2] of a mixture of normals (n) at points (m, 2); without_self: the points are its members."""
    a, b, d = spread_m2[:, 0, 0], spread_m2[:, 0, 1], spread_m2[:, 1, 1]
    det = a * d - b * b
    scale = 1.0 / (2.0 * math.pi * np.sqrt(det) * len(flat_m))
    out = np.empty(len(points_m))
    step = max(1, 1_000_000 // len(flat_m))
    for i in range(0, len(points_m), step):
        part = points_m[i : i + step]
        x, y = part[:, None, 0] - flat_m[None, :, 0], part[:, None, 1] - flat_m[None, :, 1]
        each = scale * np.exp(-0.5 * (d * x * x - 2.0 * b * x * y + a * y * y) / det)
        if without_self:
            rows = np.arange(len(part))
            each[rows, i + rows] = 0.0
        out[i : i + step] = each.sum(axis=1)
    return out
