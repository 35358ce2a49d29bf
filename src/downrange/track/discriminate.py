"""Is what rises a space launch or a sub-orbital flight? From the history of its state alone, only to decide whom to warn.

Nothing of a plan or a site is used. Two logistic models on what the state means (speed level and climbing as shares of
the circular speed, height, apogee if thrust ended now, speed missing to a circle there, pitch and size of thrust) were
fitted to families of simulated flights: one while engines burn, one while nothing does. An ascent that failed is a
space launch too; after its end of thrust only what came before tells it from a sub-orbital flight, so that goes into
the second model. Coefficients, seeds and figures: data/discriminator.toml, written by tools/fit_discriminator.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from downrange.base import Array, InputError, inertial_velocity, read_toml, toml_text, wgs84

_SHIPPED = resources.files("downrange.track") / "data"
_FORM = "write it anew with tools/fit_discriminator.py"
_GM: Final = wgs84.GM_M3PS2
_WINDOW_S = 10.0  # thrust's pitch is read from the change of velocity over so long
_LEAST_MPS2 = 3.0  # with less thrust than this anywhere in the window its pitch means nothing
_COAST_S = 8.0  # no thrust for so long is a coast, not the gap between two stages
_SPENT_S = 15.0  # and for so long is not followed by another stage soon; together with the hold a gap of 25 s
_FARTHEST_M = 4e7  # an apogee beyond this is as good as none
_MOST = 12.0  # log-odds no single look may exceed
_MOST_BURNING = float(np.log(0.9 / 0.1))  # assumed: what burns is never surer than this to be sub-orbital
THRUST_NAMES: Final = (
    "level",
    "climb",
    "ln_height",
    "ln_apogee",
    "missing_kmps",
    "ln_thrust",
    "pitch",
    "off_course",
    "thrust_rate",
    "thrust_peak",
)
COAST_NAMES: Final = ("level", "climb", "ln_height", "ln_apogee", "missing_kmps", "ln_coast", "before")


class Block(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Logistic models of the same numbers: (d,) names, means, sigmas, lowest and highest of tuning [sigmas], weights.

    weights: a row for each of several models, each fitted without some of the vehicle types: of 1, of each of the d
             numbers, and of their products in the order (0, 0), (0, 1), ... (d-1, d-1)
    """

    names: list[str]
    mean: list[float]
    sigma: list[float]
    low: list[float]
    high: list[float]
    weights: list[list[float]]


class Discriminator(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The fitted models and how their answers are used; figures: what the fit was made of and what it reached.

    scale:    by what log-odds are multiplied, so that what is claimed holds for vehicles that tuning did not have
    hold:     what is said is the least sure of so many looks, one a second
    settle_s: time constant of the smoothing while engines burn
    """

    title: str
    source: str
    scale: float
    hold: int
    settle_s: float
    thrust: Block
    coast: Block
    figures: dict[str, float]


@cache
def load_discriminator(name_or_path: str = "discriminator") -> Discriminator:
    """Read the fitted models: those of the package, or of a file by its path."""
    where, text = toml_text(name_or_path, folder=_SHIPPED, what="discriminator")
    found = read_toml(where, text, Discriminator, missing=_FORM, wrong=_FORM)
    for key, block, names in (("thrust", found.thrust, THRUST_NAMES), ("coast", found.coast, COAST_NAMES)):
        d = len(names)
        sizes = {len(block.mean), len(block.sigma), len(block.low), len(block.high)}
        widths = {len(row) for row in block.weights}
        if tuple(block.names) != names or sizes != {d} or widths != {terms(np.zeros((1, d))).shape[1]}:
            raise InputError(where=where, key=key, seen="not the numbers this version reads", cure=_FORM)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """One look a second at a flight, (k,) each; rows of numbers (k, d) as THRUST_NAMES and COAST_NAMES say.

    thrust:   for the model of burning engines; its coast numbers lack the last, which the sequence brings
    powered, coasting: when which model may speak; neither in the gap between stages, or on the way down
    spent:    nothing has burnt for longer than most gaps between stages last
    before:   (k,) row of the look ten seconds earlier
    """

    t_s: Array
    thrust: Array
    coast: Array
    powered: NDArray[np.bool_]
    coasting: NDArray[np.bool_]
    spent: NDArray[np.bool_]
    before: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """What a state means: shares of the circular speed, height, apogee, what is missing there; rates by gravity."""

    radius: Array
    level: Array
    climb: Array
    height_m: Array
    apogee_m: Array
    missing_mps: Array


def p_ballistic(
    t_s: ArrayLike,
    r_ecef_m: ArrayLike,
    v_ecef_mps: ArrayLike,
    f_mps2: ArrayLike,
    p_idle: ArrayLike,
    cov: ArrayLike,
    *,
    prior: float = 0.5,
    discriminator: Discriminator | None = None,
) -> Array:
    """Return the probability (n,) that a flight is sub-orbital by plan, after each state of a track.

    t_s (n,) rising, r_ecef_m, v_ecef_mps (n, 3), f_mps2 (n,) thrust, p_idle (n,) that no engine burns, cov (n, 6, 6)
    prior: the probability before anything is seen

    Causal: row i rests on rows up to i. It stays at the prior until ten seconds of looks agree, is pulled to it by the
    spread of the state and where the state lies outside what tuning had, and keeps its last word where neither
    model may speak.
    """
    t = np.asarray(t_s, dtype=float)
    r, v, p = (np.asarray(a, dtype=float) for a in (r_ecef_m, v_ecef_mps, cov))
    f, idle = np.asarray(f_mps2, dtype=float), np.asarray(p_idle, dtype=float)
    n = t.size
    if not 0.0 < prior < 1.0:
        raise InputError(where="p_ballistic", key="prior", seen=f"{prior:g}", cure="give a probability between 0 and 1")
    if r.shape != (n, 3) or v.shape != (n, 3) or f.shape != (n,) or idle.shape != (n,) or p.shape != (n, 6, 6):
        raise InputError(
            where="p_ballistic",
            seen=f"shapes {t.shape}, {r.shape}, {v.shape}, {f.shape}, {idle.shape}, {p.shape}",
            cure="give the arrays of one Track",
        )
    model = discriminator or load_discriminator()
    if n == 0:
        return np.empty(0)
    rows = beats(t)
    seen = looks(t[rows], r[rows], v[rows], f[rows], idle[rows])
    shrink = _spread(model.thrust, seen, (t[rows], r[rows], v[rows], f[rows], idle[rows]), p[rows])
    said = sequence(*speakers(model, seen, shrink), seen, scale=model.scale, hold=model.hold)
    odds = said + np.log(prior / (1.0 - prior))
    share: Array = 1.0 / (1.0 + np.exp(-odds))
    return share[np.searchsorted(rows, np.arange(n), side="right") - 1]


def beats(t_s: Array) -> NDArray[np.int64]:
    """Return the first row of each whole second."""
    rows: NDArray[np.int64] = np.unique(np.floor(t_s), return_index=True)[1].astype(np.int64)
    return np.sort(rows)


def looks(t_s: Array, r_ecef_m: Array, v_ecef_mps: Array, f_mps2: Array, p_idle: Array) -> Looks:
    """Return what a flight shows at its beats."""
    before = np.searchsorted(t_s, t_s - _WINDOW_S)
    way = _way(r_ecef_m, v_ecef_mps)
    span = t_s - t_s[before]
    idle_s = _since(t_s, p_idle > 0.5)
    least = np.array([f_mps2[a : i + 1].min() for i, a in enumerate(before)])
    heard = (span > 0.6 * _WINDOW_S) & (span < 1.6 * _WINDOW_S)
    coast = np.stack([*_common(way), np.log(np.maximum(idle_s, 1.0) / 10.0)], axis=1)
    return Looks(
        t_s=t_s,
        thrust=_thrust_rows(t_s, way, way, before, f_mps2),
        coast=coast,
        powered=heard & (least > _LEAST_MPS2) & (p_idle < 0.5),
        coasting=(idle_s >= _COAST_S) & (way.climb > 0.0),
        spent=idle_s >= _SPENT_S,
        before=before,
    )


def _way(r_ecef_m: Array, v_ecef_mps: Array) -> _Way:
    """Return what states mean."""
    v = inertial_velocity(r_ecef_m, v_ecef_mps)
    radius = np.linalg.norm(r_ecef_m, axis=1)
    up = r_ecef_m / radius[:, None]
    climb = np.einsum("ij,ij->i", v, up)
    level = np.linalg.norm(v - climb[:, None] * up, axis=1)
    ground = wgs84.RE_M - (wgs84.RE_M - wgs84.RP_M) * up[:, 2] ** 2
    sma = 1.0 / (2.0 / radius - (climb**2 + level**2) / _GM)
    ecc = np.sqrt(np.maximum(0.0, 1.0 - (radius * level) ** 2 / (_GM * sma)))
    top = np.where(sma > 0.0, np.minimum(sma * (1.0 + ecc), _FARTHEST_M), _FARTHEST_M)
    missing = np.sqrt(_GM / top) - level * radius / top
    return _Way(
        radius=radius,
        level=level,
        climb=climb,
        height_m=radius - ground,
        apogee_m=top - wgs84.RE_M,
        missing_mps=missing,
    )


def _common(way: _Way) -> tuple[Array, ...]:
    """Return the numbers that both models read."""
    circle = np.sqrt(_GM / way.radius)
    height, apogee = (np.log(np.maximum(a, low) / 1e5) for a, low in ((way.height_m, 1e3), (way.apogee_m, 1e4)))
    return way.level / circle, way.climb / circle, height, apogee, way.missing_mps / 1e3


def _thrust_rows(t_s: Array, way: _Way, past: _Way, before: NDArray[np.int64], f_mps2: Array) -> Array:
    """Return the numbers (k, 10) of the thrust model; `past` is where `way` was at the rows `before`."""
    dt = np.maximum(t_s - t_s[before], 1e-3)
    old = [a[before] for a in (past.radius, past.level, past.climb)]
    turn = 0.5 * (way.climb * way.level / way.radius + old[2] * old[1] / old[0])
    weight = 0.5 * (_GM / way.radius**2 - way.level**2 / way.radius + _GM / old[0] ** 2 - old[1] ** 2 / old[0])
    along, upward = (way.level - old[1]) / dt + turn, (way.climb - old[2]) / dt + weight
    pitch, course = np.arctan2(upward, along), np.arctan2(way.climb, way.level)
    thrust = np.log(np.maximum(f_mps2, 1.0) / 10.0)
    rate = (f_mps2 - f_mps2[before]) / dt
    peak = np.maximum.accumulate(f_mps2) / 10.0
    return np.stack([*_common(way), thrust, pitch, pitch - course, rate, peak], axis=1)


def _since(t_s: Array, on: NDArray[np.bool_]) -> Array:
    """Return for how long `on` has held without a break [s], 0 where it does not."""
    out, start = np.zeros(t_s.size), np.nan
    for i in range(t_s.size):
        start = np.nan if not on[i] else (t_s[i] if np.isnan(start) else start)
        out[i] = 0.0 if np.isnan(start) else t_s[i] - start
    return out


def terms(z: Array) -> Array:
    """Return 1, the numbers and their products (k, 1 + d + d (d + 1) / 2)."""
    d = z.shape[1]
    left, right = np.triu_indices(d)
    return np.concatenate([np.ones((len(z), 1)), z, z[:, left] * z[:, right]], axis=1)


def log_odds(block: Block, rows: Array) -> Array:
    """Return the log-odds (k,) of rows of numbers.

    Pulled to 0 where the models, each of which lacks some vehicle types, differ, and outside what tuning had.
    """
    z = (rows - np.array(block.mean)) / np.array(block.sigma)
    outside = np.maximum(np.maximum(np.array(block.low) - z, z - np.array(block.high)), 0.0)
    each = np.clip(terms(np.clip(z, -4.0, 4.0)) @ np.array(block.weights).T, -_MOST, _MOST)
    pulled: Array = each.mean(axis=1) * shrunk(each.var(axis=1)) * np.exp(-0.5 * (outside**2).sum(axis=1))
    return pulled


def shrunk(variance: Array) -> Array:
    """Return the factor on log-odds whose own spread has this variance.

    The mean of a logistic over a normal spread of its log-odds with variance s2 is near that of log-odds shrunk by
    1 / sqrt(1 + pi s2 / 8) (MacKay, Neural Computation 4(5), 1992, 720-736).
    """
    factor: Array = 1.0 / np.sqrt(1.0 + 0.125 * np.pi * variance)
    return factor


def _spread(block: Block, seen: Looks, state: tuple[Array, Array, Array, Array, Array], cov: Array) -> Array:
    """Return by what the spread of the state shrinks the log-odds of the thrust model, (k,) in (0, 1]."""
    t_s, r, v, f, _ = state
    past = _way(r, v)
    slope = np.empty((t_s.size, 6))
    step = np.sqrt(np.maximum(np.einsum("kii->ki", cov), 1e-6))
    for axis in range(6):
        ends = []
        for sign in (1.0, -1.0):
            moved_r, moved_v = r.copy(), v.copy()
            (moved_r if axis < 3 else moved_v)[:, axis % 3] += sign * step[:, axis]
            ends.append(log_odds(block, _thrust_rows(t_s, _way(moved_r, moved_v), past, seen.before, f)))
        slope[:, axis] = (ends[0] - ends[1]) / (2.0 * step[:, axis])
    return shrunk(np.maximum(np.einsum("ki,kij,kj->k", slope, cov, slope), 0.0))


def smoothed(odds: Array, seen: Looks, settle_s: float) -> Array:
    """Return the log-odds of the thrust model settling while engines burn, kept while they do not."""
    out, now, last_s = np.zeros(odds.size), 0.0, seen.t_s[0] if odds.size else 0.0
    for i in range(odds.size):
        if seen.powered[i]:
            now += (1.0 - np.exp(-max(seen.t_s[i] - last_s, 1.0) / settle_s)) * (odds[i] - now)
        last_s = seen.t_s[i]
        out[i] = now
    return out


def speakers(model: Discriminator, seen: Looks, shrink: Array) -> tuple[Array, Array]:
    """Return the log-odds (k,) of the two models, smoothed while engines burn, before scale and prior."""
    burning = smoothed(log_odds(model.thrust, seen.thrust) * shrink, seen, model.settle_s)
    return burning, log_odds(model.coast, np.concatenate([seen.coast, burning[:, None]], axis=1))


def sequence(burning: Array, drifting: Array, seen: Looks, *, scale: float, hold: int) -> Array:
    """Return the log-odds (k,) that are said: the least sure of the last looks, 0 if they differ in sign.

    What still burns, or has just burnt out, may have a stage left for orbit: until it has coasted for a while the
    probability of a sub-orbital flight does not go over 0.9.
    """
    now, last, was_coasting = np.zeros(burning.size), 0.0, False
    for i in range(burning.size):
        if seen.coasting[i]:
            last, was_coasting = scale * drifting[i], True
            last = last if seen.spent[i] else min(last, _MOST_BURNING)
        elif seen.powered[i] or not was_coasting:
            last, was_coasting = min(scale * burning[i], _MOST_BURNING), False
        now[i] = last
    return held(now, hold)


def held(odds: Array, hold: int) -> Array:
    """Return the least sure of the last `hold` values: 0 before there are so many, and where their signs differ.

    >>> held(np.array([1.0, 3.0, 2.0, 4.0, -1.0]), 2).tolist()
    [0.0, 1.0, 2.0, 2.0, 0.0]
    """
    out = np.zeros(odds.size)
    for i in range(hold - 1, odds.size):
        window = odds[i - hold + 1 : i + 1]
        out[i] = max(window.min(), 0.0) + min(window.max(), 0.0)
    return out
