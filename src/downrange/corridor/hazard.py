"""What may come down, and where: the crowd of a launch before it fails, after it fails, and as one case of failure.

Every flight of a crowd is another randomised fit of the vehicle from another point of the pad's uncertainty. Draws
are counted: flight i of a seed is the same whatever the number of flights.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, ModelError, normals, uniforms, v_ecef_from_enu
from downrange.base import geodetic_from_ecef as geodetic
from downrange.corridor.fit_model import Record, crowd_from
from downrange.earth import destination
from downrange.fall import Falls, drop
from downrange.flight import KINDS, NEVER_S, Crowd, Failure, FailureKind, Flown, Troubles, failed_stack, fly_crowd

# Assumed, all of it: no public record tells how a launcher of this kind fails. A first flight is as likely to fail as
# not; half of the failures break the vehicle up; thrust ends at a moment spread evenly over the burns, after a turn.
P_FAILURE = 0.5
P_BREAK_UP = 0.5
TURN_MPS = 50.0  # 1 sigma, each axis: velocity gained off the plan before thrust ends
LN_BETA_STACK = 0.6  # spread of the ballistic coefficient of a stack, of its logarithm


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """One class of fragments of a break-up: median ballistic coefficient, its spread, velocity imparted.

    ln_sigma: of the logarithm; imparted_mps: 97 % of the pieces get less, in any direction
    """

    name: str
    beta_kgpm2: float
    ln_sigma: float
    imparted_mps: float


PIECES = (
    Pieces(name="heavy pieces", beta_kgpm2=1_000.0, ln_sigma=0.4, imparted_mps=30.0),
    Pieces(name="middling pieces", beta_kgpm2=200.0, ln_sigma=0.4, imparted_mps=90.0),
    Pieces(name="light pieces", beta_kgpm2=40.0, ln_sigma=0.4, imparted_mps=150.0),
)
_MAXWELL_97 = 2.991  # largest imparted velocity over sigma per axis: square root of the 97th percentile of chi2(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazards:
    """The crowd of a launch seen before it flies.

    planned: falls of what is let go as planned; let_go_s: (n,) when each row is
    failing: falls of what a failure would leave; fails_s: (m,) when each row's vehicle fails
    """

    planned: Falls
    let_go_s: Array
    failing: Falls
    fails_s: Array

    def ahead(self, t_s: float) -> Falls:
        """Return what may come down of a vehicle still flying as planned t_s seconds after lift-off.

        Flights that would have failed by now are out; what is left is as likely as it has become by not failing.
        """
        later = self.fails_s > t_s
        before = float(self.failing.p[~later].sum() / max(self.failing.p.sum(), 1e-300)) * P_FAILURE
        return joined(self.planned, _scaled(_rows(self.failing, later), 1.0 / (1.0 - before)))

    def let_go(self, t_s: float) -> Falls:
        """Return the falls of what had been let go as planned by t_s seconds after lift-off."""
        return _rows(self.planned, self.let_go_s <= t_s)


def launch_hazards(record: Record, fits: Array, *, runs: int, seed: int) -> Hazards:
    """Return the crowd of `runs` planned and `runs` failing flights of the vehicles of fits (F, 27)."""
    planned = _dispersed(record, fits, runs, seed)
    rows, let_go_s = _planned_falls(planned, fly_crowd(planned))
    failing, fails_s = _failing_falls(record, fits, runs, seed + 1)
    return Hazards(planned=rows, let_go_s=let_go_s, failing=failing, fails_s=fails_s)


def case_falls(
    record: Record,
    fits: Array,
    *,
    runs: int,
    seed: int,
    failure: Failure | None = None,
    after_s: tuple[float, float] | None = None,
) -> Falls:
    """Return the falls of `runs` flights that all go the same way: as planned, or with one failure.

    after_s: the failure comes evenly between these seconds after the stage's ignition, instead of at its own moment
    """
    crowd = _dispersed(record, fits, runs, seed)
    if failure is None:
        return _planned_falls(crowd, fly_crowd(crowd))[0]
    low, high = after_s or (failure.after_ignition_s, failure.after_ignition_s)
    if failure.kind is FailureKind.NO_IGNITION:
        low = high = 0.0
    into = low + (high - low) * uniforms(seed, runs, 8)[:, 7]
    stage = np.full(runs, failure.stage - 1)
    flown = fly_crowd(crowd, _failing(crowd, failure.kind, stage, into, failure.size))
    done = _planned_falls(crowd, flown)[0]
    if failure.kind is FailureKind.BREAK_UP:
        pieces = [_piece_falls(piece, flown.last, seed + 2 + i) for i, piece in enumerate(PIECES)]
        return joined(done, *pieces)
    name = failed_stack(crowd.stages, failure)
    return joined(done, _stack_falls(name, flown.last, crowd.beta_stack_kgpm2, seed))


def _failing(crowd: Crowd, kind: FailureKind, stage: NDArray[np.int64], after_s: Array, size: float) -> Troubles:
    """Return one kind of failure for each flight, in its stage (0 is the lowest) and at its moment within the burn."""
    n = len(crowd)
    return Troubles(
        kind=np.full(n, KINDS.index(kind)),
        stage=stage,
        after_s=np.minimum(after_s, crowd.burn_s[np.arange(n), stage]),
        size=np.full(n, size),
        clock_rad=np.zeros(n),
    )


def tracked_falls(
    t_s: float, state_ecef: Array, covariance: Array, beta_kgpm2: float, *, body: str, runs: int, seed: int
) -> Falls:
    """Return the falls of a body seen to coast: draws from its tracked state and of its ballistic coefficient.

    state_ecef: (6,) position [m] and velocity relative to the Earth [m/s]; covariance: (6, 6)
    """
    draws = normals(seed, runs, 7)
    states = state_ecef + draws[:, :6] @ _root(covariance).T
    beta = beta_kgpm2 * np.exp(LN_BETA_STACK * draws[:, 6])
    return _falls(body, np.full(runs, t_s), states[:, :3], states[:, 3:], beta, np.full(runs, 1.0 / runs))


def _dispersed(record: Record, fits: Array, runs: int, seed: int) -> Crowd:
    """Return a crowd of vehicles drawn from the randomised fits (rows 1 on), each from its own point of the pad."""
    if len(fits) < 2:
        raise ModelError(f"{record.name} has no randomised fits: run downrange corridor refit")
    picked = 1 + (uniforms(seed, runs, 1)[:, 0] * (len(fits) - 1)).astype(np.int64)
    crowd = crowd_from(record, fits[picked])
    pad = normals(seed, runs, 2) * record.site.sigma_m
    lat, lon = destination(
        np.full(runs, record.site.lat_deg),
        np.full(runs, record.site.lon_deg),
        np.degrees(np.arctan2(pad[:, 0], pad[:, 1])),
        np.hypot(pad[:, 0], pad[:, 1]),
    )
    return replace(crowd, lat_deg=np.asarray(lat), lon_deg=np.asarray(lon))


def _planned_falls(crowd: Crowd, flown: Flown) -> tuple[Falls, Array]:
    """Return the falls of the stages and the fairing that were let go as planned, and when each row was."""
    times = flown.line.times
    releases = [
        (f"stage {s}", flown.parted(s), crowd.beta_kgpm2[:, s - 1], times.parted[:, s - 1])
        for s in range(1, crowd.stages)
    ]
    releases.insert(1, ("fairing", flown.fairing(), crowd.fairing_beta_kgpm2, times.fairing))
    falls, let_go = [], []
    for name, state, beta, planned_s in releases:
        gone = planned_s < NEVER_S
        if gone.any():
            weight = np.full(int(gone.sum()), 1.0 / len(crowd))
            falls.append(_falls(name, state[gone, 0], state[gone, 1:4], state[gone, 4:7], beta[gone], weight))
            let_go.append(state[gone, 0])
    if not falls:
        return _nothing(), np.empty(0)
    return joined(*falls), np.concatenate(let_go)


def _failing_falls(record: Record, fits: Array, runs: int, seed: int) -> tuple[Falls, Array]:
    """Return what flights that fail at a random moment of a burn leave behind, and when each fails."""
    crowd = _dispersed(record, fits, runs, seed)
    when = uniforms(seed, runs, 8)[:, 7]
    burn_s = crowd.burn_s
    into = when * burn_s.sum(axis=1)
    before = np.cumsum(burn_s, axis=1) - burn_s
    stage = (into[:, None] >= before).sum(axis=1) - 1
    after_s = into - before[np.arange(runs), stage]
    flown = fly_crowd(crowd, _failing(crowd, FailureKind.EARLY_SHUTDOWN, stage, after_s, 0.0))
    state = flown.last.copy()
    lat, lon, _ = geodetic(state[:, 1:4])
    state[:, 4:7] += v_ecef_from_enu(normals(seed, runs, 16)[:, 13:16] * TURN_MPS, lat, lon)
    parts = [_scaled(_stack_falls("a stack", state, crowd.beta_stack_kgpm2, seed), P_FAILURE * (1.0 - P_BREAK_UP))]
    parts += [_scaled(_piece_falls(p, state, seed + 2 + i), P_FAILURE * P_BREAK_UP) for i, p in enumerate(PIECES)]
    return joined(*parts), np.tile(flown.line.times.failed, len(parts))


def _stack_falls(name: str, state: Array, beta_kgpm2: Array, seed: int) -> Falls:
    """Return the falls of what stays in one piece."""
    beta = beta_kgpm2 * np.exp(LN_BETA_STACK * normals(seed, len(state), 8)[:, 7])
    return _falls(name, state[:, 0], state[:, 1:4], state[:, 4:7], beta, np.full(len(state), 1.0 / len(state)))


def _piece_falls(piece: Pieces, state: Array, seed: int) -> Falls:
    """Return the falls of one piece of a class for each break-up."""
    draws = normals(seed, len(state), 12)[:, 8:12]
    v = state[:, 4:7] + draws[:, :3] * (piece.imparted_mps / _MAXWELL_97)
    beta = piece.beta_kgpm2 * np.exp(piece.ln_sigma * draws[:, 3])
    return _falls(piece.name, state[:, 0], state[:, 1:4], v, beta, np.full(len(state), 1.0 / len(state)))


_SOURCE = "crowd of randomised fits to the public record; failures assumed"


def _falls(name: str, t_s: Array, r: Array, v: Array, beta: Array, p: Array) -> Falls:
    """Drop one body in many versions; rows that never come down have NaN and no probability."""
    hit = drop(t_s, r, v, beta)
    down = np.isfinite(hit.lat_deg)
    return Falls(
        lat_deg=np.where(down, hit.lat_deg, np.nan),
        lon_deg=np.where(down, hit.lon_deg, np.nan),
        t_s=np.where(down, hit.t_s, np.nan),
        p=np.where(down, p, 0.0),
        body_index=np.zeros(len(down), dtype=np.int64),
        bodies=(name,),
        source=_SOURCE,
    )


def _nothing() -> Falls:
    empty = np.empty(0)
    return Falls(
        lat_deg=empty,
        lon_deg=empty,
        t_s=empty,
        p=empty,
        body_index=np.empty(0, dtype=np.int64),
        bodies=(),
        source=_SOURCE,
    )


def _scaled(falls: Falls, by: float) -> Falls:
    return replace(falls, p=falls.p * by)


def _rows(falls: Falls, keep: NDArray[np.bool_]) -> Falls:
    return replace(
        falls,
        lat_deg=falls.lat_deg[keep],
        lon_deg=falls.lon_deg[keep],
        t_s=falls.t_s[keep],
        p=falls.p[keep],
        body_index=falls.body_index[keep],
    )


def joined(*parts: Falls) -> Falls:
    """Return several crowds of falls as one; bodies of one name share an index."""
    names = tuple(dict.fromkeys(name for part in parts for name in part.bodies))
    index = [np.array([names.index(b) for b in part.bodies], dtype=np.int64)[part.body_index] for part in parts]
    return Falls(
        lat_deg=np.concatenate([part.lat_deg for part in parts]),
        lon_deg=np.concatenate([part.lon_deg for part in parts]),
        t_s=np.concatenate([part.t_s for part in parts]),
        p=np.concatenate([part.p for part in parts]),
        body_index=np.concatenate(index),
        bodies=names,
        source=parts[0].source,
    )


def _root(covariance: Array) -> Array:
    """Return a square root of a covariance that may have lost a little of its positiveness."""
    values, vectors = np.linalg.eigh(0.5 * (covariance + covariance.T))
    root: Array = vectors * np.sqrt(np.maximum(values, 0.0))
    return root
