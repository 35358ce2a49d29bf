"""What may come down, and where: the crowd of a launch before it fails, after it fails, and as one case of failure.

Every flight of a crowd is another randomised fit of the vehicle from another point of the pad's uncertainty. Draws
are counted: flight i of a seed is the same whatever the number of flights. What may go wrong is a catalogue of
`downrange.flight`, what a stack breaks into a list of `downrange.fall`; the ones that come with the program are assumed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, InputError, ModelError, normals, uniforms
from downrange.corridor.falling import (
    LN_BETA_STACK,
    falls_of,
    joined,
    piece_falls,
    planned_falls,
    rows_of,
    scaled,
    stack_falls,
)
from downrange.corridor.fit_model import Record, crowd_from
from downrange.earth import destination
from downrange.fall import DebrisList, Falls, load_debris
from downrange.flight import (
    KINDS,
    Crowd,
    Failure,
    FailureKind,
    Failures,
    Troubles,
    draw_troubles,
    failed_stack,
    fly_crowd,
    load_failures,
)

ASSUMED_FAILURES: Final = "assumed"
ASSUMED_DEBRIS: Final = "assumed-launcher"
STACK: Final = "a stack"
IMPAIRED: Final = "{} of an impaired flight"
FAILING_EACH: Final = 4  # failing flights for each planned one: they are spread over all moments and kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazards:
    """The crowd of a launch seen before it flies.

    planned: falls of what is let go as planned; let_go_s: (n,) when each row is; planned_flight: (n,) by which flight
    failing: falls of what a failure leaves; case: (m,) the failing flight each row is of: rows of one come down together
    case_p: (c,) probability of each failing flight; case_stage: (c,) stage that failed, 1 is the lowest
    case_ends_s: (c,) when its powered flight ends, until when it may still look as planned
    case_flies_on: (c,) whether it flies on impaired, with less thrust or too heavy, until its propellant is spent
    p_failure: that a flight fails at all; flights: planned ones
    """

    planned: Falls
    let_go_s: Array
    planned_flight: NDArray[np.int64]
    flights: int
    failing: Falls
    case: NDArray[np.int64]
    case_p: Array
    case_stage: NDArray[np.int64]
    case_ends_s: Array
    case_flies_on: NDArray[np.bool_]
    p_failure: float

    @property
    def fails_s(self) -> Array:
        """When the powered flight of each failing row ends, (m,)."""
        ends: Array = self.case_ends_s[self.case]
        return ends

    def p_failed_by(self, t_s: float) -> float:
        """Return the probability that powered flight has ended in failure t_s seconds after lift-off."""
        return float(self.case_p[self.case_ends_s <= t_s].sum())

    def ahead(self, t_s: float) -> Falls:
        """Return what may come down of a vehicle still flying as planned t_s seconds after lift-off.

        Flights that would have failed by now are out; what is left is as likely as it has become by not failing.
        """
        left = 1.0 - self.p_failed_by(t_s)
        return joined(self.planned, scaled(rows_of(self.failing, self.fails_s > t_s), 1.0 / left))

    def let_go(self, t_s: float) -> Falls:
        """Return the falls of what had been let go as planned by t_s seconds after lift-off."""
        return rows_of(self.planned, self.let_go_s <= t_s)


def launch_hazards(
    record: Record,
    fits: Array,
    *,
    runs: int,
    seed: int,
    failures: Failures | None = None,
    debris: DebrisList | None = None,
) -> Hazards:
    """Return the crowd of `runs` planned flights of the vehicles of fits (F, 27), and four times as many failing ones.

    failures, debris: what may go wrong and what a stack breaks into; those that come with the program when not given
    """
    if runs < 1:
        raise InputError(where="corridor", key="runs", seen=f"{runs}", cure="ask for one planned flight or more")
    planned = dispersed(record, fits, runs, seed)
    rows, let_go_s, flight = planned_falls(planned, fly_crowd(planned))
    failing = dispersed(record, fits, 2 * FAILING_EACH * runs, seed + 1)
    failures = load_failures(ASSUMED_FAILURES, failing.stages) if failures is None else failures
    mode, troubles = draw_troubles(failures, failing, seed + 1)
    fails = np.flatnonzero(mode > 0)  # every other one
    failing, troubles, mode = failing.take(fails), _taken(troubles, fails), mode[fails]
    breaks = np.array([m.leaves_pieces for m in failures.modes])[mode - 1]
    debris = load_debris(ASSUMED_DEBRIS) if debris is None else debris
    falls, case, ends_s = _failing_falls(failing, troubles, breaks, debris, seed + 1)
    p_failure = failures.p.value
    return Hazards(
        planned=rows,
        let_go_s=let_go_s,
        planned_flight=flight,
        flights=runs,
        failing=scaled(falls, p_failure),
        case=case,
        case_p=np.full(len(fails), p_failure / len(fails)),
        case_stage=troubles.stage + 1,
        case_ends_s=ends_s,
        case_flies_on=~troubles.ends,
        p_failure=p_failure,
    )


def _failing_falls(
    crowd: Crowd, troubles: Troubles, breaks: NDArray[np.bool_], debris: DebrisList, seed: int
) -> tuple[Falls, NDArray[np.int64], Array]:
    """Return what flights that fail leave behind, the flight of each row, and when powered flight ends, (N,)."""
    flown = fly_crowd(crowd, troubles)
    times = flown.line.times
    whole = np.flatnonzero(~breaks)
    stack = rows_of(stack_falls(STACK, flown.last, crowd.beta_stack_kgpm2, seed), ~breaks)  # drawn for all, by number
    pieces, of = piece_falls(debris, flown.last, seed + 1, np.flatnonzero(breaks))
    later, _, by = planned_falls(crowd, flown, since_s=np.minimum(times.failed, times.end), name=IMPAIRED)
    return joined(stack, pieces, later), np.concatenate([whole, of, by]), times.end


def case_falls(
    record: Record,
    fits: Array,
    *,
    runs: int,
    seed: int,
    failure: Failure | None = None,
    after_s: tuple[float, float] | None = None,
    debris: DebrisList | None = None,
) -> Falls:
    """Return the falls of `runs` flights that all go the same way: as planned, or with one failure.

    after_s: the failure comes evenly between these seconds after the stage's ignition, instead of at its own moment
    """
    crowd = dispersed(record, fits, runs, seed)
    if failure is None:
        return planned_falls(crowd, fly_crowd(crowd))[0]
    low, high = after_s or (failure.after_ignition_s, failure.after_ignition_s)
    if failure.kind is FailureKind.NO_IGNITION:
        low = high = 0.0
    into = low + (high - low) * uniforms(seed, runs, 8)[:, 7]
    flown = fly_crowd(crowd, _one_trouble(crowd, failure, into))
    done = planned_falls(crowd, flown)[0]
    if failure.kind is FailureKind.BREAK_UP:
        debris = load_debris(ASSUMED_DEBRIS) if debris is None else debris
        return joined(done, piece_falls(debris, flown.last, seed)[0])
    name = failed_stack(crowd.stages, failure)
    return joined(done, stack_falls(name, flown.last, crowd.beta_stack_kgpm2, seed))


def _one_trouble(crowd: Crowd, failure: Failure, after_s: Array) -> Troubles:
    """Return one kind of failure for each flight, at its moment within the burn."""
    n, stage = len(crowd), failure.stage - 1
    return Troubles(
        kind=np.full(n, KINDS.index(failure.kind)),
        stage=np.full(n, stage),
        after_s=np.minimum(after_s, crowd.burn_s[:, stage]),
        size=np.full(n, failure.size),
        clock_rad=np.zeros(n),
    )


def _taken(troubles: Troubles, rows: NDArray[np.int64]) -> Troubles:
    """Return the troubles of some flights."""
    return Troubles(
        kind=troubles.kind[rows],
        stage=troubles.stage[rows],
        after_s=troubles.after_s[rows],
        size=troubles.size[rows],
        clock_rad=troubles.clock_rad[rows],
    )


def tracked_falls(
    t_s: float, state_ecef: Array, covariance: Array, beta_kgpm2: float, *, body: str, runs: int, seed: int
) -> Falls:
    """Return the falls of a body seen to coast: draws from its tracked state and of its ballistic coefficient.

    state_ecef: (6,) position [m] and velocity relative to the Earth [m/s]; covariance: (6, 6)
    """
    draws = normals(seed, runs, 7)
    states = np.column_stack([np.full(runs, t_s), state_ecef + draws[:, :6] @ _root(covariance).T])
    return falls_of(body, states, beta_kgpm2 * np.exp(LN_BETA_STACK * draws[:, 6]), np.full(runs, 1.0 / runs))


def dispersed(record: Record, fits: Array, runs: int, seed: int) -> Crowd:
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


def _root(covariance: Array) -> Array:
    """Return a square root of a covariance that may have lost a little of its positiveness."""
    values, vectors = np.linalg.eigh(0.5 * (covariance + covariance.T))
    root: Array = vectors * np.sqrt(np.maximum(values, 0.0))
    return root
