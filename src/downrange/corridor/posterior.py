"""What weighted flights say: quantiles, effective number, how far a place lies in the crowd, who fits and who does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from downrange.base import Array, uniforms, wgs84
from downrange.corridor.fit import Prediction
from downrange.corridor.fit_model import Record
from downrange.earth import destination, east_north, range_azimuth
from downrange.flight import orbit_of

LEVELS: Final = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One number before and after the notice: 5, 50 and 95 %.

    told: the notice has narrowed its 90 % interval to below 0.8 of the prior's
    """

    name: str
    unit: str
    prior: tuple[float, float, float]
    posterior: tuple[float, float, float]

    @property
    def told(self) -> bool:
        """Whether the notice narrowed it."""
        before, after = self.prior[2] - self.prior[0], self.posterior[2] - self.posterior[0]
        return bool(0.0 < after < 0.8 * before)  # a single flight has no width, and tells nothing


def normalised(log_weight: Array) -> Array:
    """Return weights (N,) that add up to 1, none above sqrt(N) times their mean; zeros when no row has any.

    A draw where the model folds can weigh as much as all others; cutting it there costs little and keeps the spread
    finite (Ionides 2008, J. Comput. Graph. Stat. 17(2), 295-311).
    """
    best = log_weight.max(initial=-np.inf)
    if not np.isfinite(best):
        return np.zeros_like(log_weight)
    weight = np.exp(log_weight - best)
    weight = np.minimum(weight, weight.mean() * np.sqrt(len(weight)))
    return np.asarray(weight / weight.sum())


def effective(weight: Array) -> float:
    """Return how many equal draws weigh as much: square of the sum over sum of squares."""
    square = float((weight * weight).sum())
    return float(weight.sum()) ** 2 / square if square > 0.0 else 0.0


def quantiles(values: Array, weight: Array, levels: ArrayLike = LEVELS) -> Array:
    """Return quantiles of weighted numbers (N,); rows that are no number are left out, NaN when none is left.

    The i-th of n equal rows stands at i / (n + 1), so that few rows give no interval that is too narrow; of unequal
    rows n is their effective number.

    >>> quantiles(np.array([1.0, 2.0, 3.0]), np.array([0.25, 0.5, 0.25]), [0.5]).tolist()
    [2.0]
    """
    good = np.isfinite(values) & (weight > 0.0)
    if not good.any():
        return np.full(np.shape(levels), np.nan)
    order = np.argsort(values[good])
    ranked, share = values[good][order], weight[good][order]
    middle = (np.cumsum(share) - 0.5 * share) / share.sum()
    n = effective(share)
    return np.asarray(np.interp(np.asarray(levels), 0.5 + (middle - 0.5) * n / (n + 1.0), ranked), dtype=float)


def picked(weight: Array, count: int, *, seed: int) -> NDArray[np.intp]:
    """Return rows (count,) drawn by weight, evenly spaced in the sum of weights: each as often as its weight says."""
    start = float(uniforms(seed, 1, 1)[0, 0])
    rows = np.searchsorted(np.cumsum(weight), (np.arange(count) + start) / count * weight.sum())
    return np.asarray(np.minimum(rows, len(weight) - 1), dtype=np.intp)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Middle of weighted places, and one standard deviation along and across their long axis [m]."""

    lat_deg: float
    lon_deg: float
    long_m: float
    short_m: float


def flat_spread(lat_deg: Array, lon_deg: Array, weight: Array) -> Spread:
    """Return middle and spread of weighted places, on a flat map around their middle."""
    good = np.isfinite(lat_deg) & (weight > 0.0)
    share = weight[good] / weight[good].sum()
    first = int(np.argmax(share))
    at = float(lat_deg[good][first]), float(lon_deg[good][first])
    for _ in range(2):  # the second map is around the middle itself
        flat = np.column_stack(east_north(*at, lat_deg[good], lon_deg[good]))
        east, north = share @ flat
        lat, lon = destination(*at, float(np.degrees(np.arctan2(east, north))), float(np.hypot(east, north)))
        at = float(lat), float(lon)
    off = np.column_stack(east_north(*at, lat_deg[good], lon_deg[good]))
    sizes = np.linalg.eigvalsh((off * share[:, None]).T @ off)
    short_m, long_m = np.sqrt(np.maximum(sizes, 0.0))
    return Spread(lat_deg=at[0], lon_deg=at[1], long_m=float(long_m), short_m=float(short_m))


def sector(range_m: Array, azimuth_deg: Array, weight: Array, share: float = 0.9) -> tuple[float, float, float, float]:
    """Return (nearest, farthest, leftmost, rightmost) range [m] and azimuth [deg] between which a share falls.

    Range and azimuth hold the square root of the share each, as if they had nothing to do with each other.
    """
    half = 0.5 * (1.0 - np.sqrt(share))
    middle = float(azimuth_deg[np.argmax(weight)])
    off = (azimuth_deg - middle + 180.0) % 360.0 - 180.0
    near, far = quantiles(range_m, weight, [half, 1.0 - half])
    left, right = quantiles(off, weight, [half, 1.0 - half])
    return float(near), float(far), middle + float(left), middle + float(right)


def credible_level(lat_deg: Array, lon_deg: Array, weight: Array, at_lat_deg: float, at_lon_deg: float) -> float:
    """Return the probability of all places nearer to the crowd's middle than a place is, 0 in the middle, 1 far out.

    Nearer by the crowd's own spread: ellipses of the weighted covariance on a flat map around the place.
    """
    good = np.isfinite(lat_deg) & (weight > 0.0)
    flat = np.column_stack(east_north(at_lat_deg, at_lon_deg, lat_deg[good], lon_deg[good]))
    share = weight[good] / weight[good].sum()
    middle = share @ flat
    off = flat - middle
    covariance = (off * share[:, None]).T @ off
    inverse = np.linalg.pinv(covariance)
    own = float(middle @ inverse @ middle)  # the place is the map's origin
    return min(1.0, float(share[np.einsum("ki,ij,kj->k", off, inverse, off) < own].sum()))


def quantities(
    record: Record, prior_x: Array, prior: Prediction, x: Array, after: Prediction, weight: Array
) -> tuple[Quantity, ...]:
    """Return parameters, burn times, orbit and falls before the notice (equal rows) and after it (weighted rows)."""
    even = np.full(len(prior_x), 1.0 / len(prior_x))
    before, behind = columns_of(record, prior_x, prior), columns_of(record, x, after)
    return tuple(
        Quantity(
            name=name,
            unit=unit,
            prior=_three(before[name, unit], even),
            posterior=_three(values, weight),
        )
        for (name, unit), values in behind.items()
    )


def _three(values: Array, weight: Array) -> tuple[float, float, float]:
    low, middle, high = quantiles(values, weight)
    return float(low), float(middle), float(high)


def columns_of(record: Record, x: Array, p: Prediction) -> dict[tuple[str, str], Array]:
    """Return every number of interest by name and unit, (N,) each."""
    found: dict[tuple[str, str], Array] = {}
    for name in record.names:
        found[_named(name)] = record.column(name, x)
    crowd = p.crowd
    for n in range(record.stages):
        found[f"stage {n + 1} propellant", "kg"] = crowd.propellant_kg[:, n]
        found[f"stage {n + 1} dry mass", "kg"] = crowd.dry_kg[:, n]
        found[f"stage {n + 1} burn", "s"] = crowd.burn_s[:, n]
    perigee, apogee, inclination = orbit_of(p.flown.last)
    radius = np.linalg.norm(p.flown.last[:, 1:4], axis=1)
    found["insertion time", "s"] = p.flown.last[:, 0]
    found["insertion height", "m"] = radius - wgs84.RE_M
    found["perigee", "m"] = perigee
    found["apogee", "m"] = apogee
    found["inclination", "deg"] = inclination
    site, ahead_deg = record.site, float(record.column("azimuth1_deg", record.mean[None])[0])
    for body, (lat, lon, t_s) in p.place.items():
        range_m, azimuth = range_azimuth(np.full_like(lat, site.lat_deg), np.full_like(lat, site.lon_deg), lat, lon)
        found[f"{body} fall: latitude", "deg"] = lat
        found[f"{body} fall: longitude", "deg"] = _around(lon, site.lon_deg)
        found[f"{body} fall: range", "m"] = range_m
        found[f"{body} fall: azimuth", "deg"] = _around(azimuth, ahead_deg)
        found[f"{body} fall: time", "s"] = t_s
    return found


def _around(angle_deg: Array, middle_deg: float) -> Array:
    """Return angles within half a turn of a middle, so that a crowd on both sides of the date line or north is one."""
    return middle_deg + (angle_deg - middle_deg + 180.0) % 360.0 - 180.0


_UNITS: Final = {"kg": "kg", "n": "N", "s": "s", "deg": "deg", "m2": "m2", "m": "m", "kgpm2": "kg/m2"}


def _named(name: str) -> tuple[str, str]:
    """Return a parameter's name and unit apart.

    >>> _named("isp_vac2_s"), _named("structure1")
    (('isp vac2', 's'), ('structure1', ''))
    """
    head, _, tail = name.rpartition("_")
    if head and tail in _UNITS:
        return head.replace("_", " "), _UNITS[tail]
    return name.replace("_", " "), ""
