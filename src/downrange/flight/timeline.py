"""When everything of a flight happens, and the phases between, which the kernel flies.

Every moment at which something changes is a knot: a throttle, a row of a steering table, a burn-out, a separation, a
failure. The knots of each flight are sorted; the phases run from one to the next. So nothing has to be said about
which comes first, and a body let go at a knot is let go exactly there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array
from downrange.base.units import STANDARD_GRAVITY
from downrange.flight import _kernel as k
from downrange.flight.crowd import Crowd, Troubles, no_troubles
from downrange.flight.model import MOST_TURN_DEG, FailureKind

STEP_LOW_S = 1.0  # while stage 1 burns
STEP_HIGH_S = 3.0
STEP_TURN_S = 0.25  # while the thrust turns away
_SEA_LEVEL_PA = 101_325.0
NEVER_S = 1e9
_SAME_S = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """When what was planned and what fails happens, seconds after lift-off; NEVER_S for what does not.

    ignition, out, parted: (N, S) first ignition, last burn-out, separation; booster_out, booster_parted: (N, B)
    fairing: (N,); end: (N,) of powered flight; failed: (N,) of the failure
    burnt_s: (N, S) seconds at full thrust that each stage burns
    """

    ignition: Array
    out: Array
    parted: Array
    booster_out: Array
    booster_parted: Array
    fairing: Array
    end: Array
    failed: Array
    burnt_s: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The phases of a crowd and where its moments are in them.

    table: (N, P, COLUMNS) for the kernel; knot_s: (N, P) end of each phase; end_kg: (N,) what is left together at the end
    """

    times: Times
    table: Array
    knot_s: Array
    end_kg: Array

    @property
    def early(self) -> NDArray[np.bool_]:
        """Which flights ended before their last phase, (N,)."""
        return self.times.end < self.knot_s[:, -1]

    def ended(self, t_s: Array) -> Timeline:
        """Return the timeline of flights that ended at t_s (N,): what was to come later never comes."""
        early = t_s < self.times.end - _SAME_S
        if not early.any():
            return self
        times, end = self.times, np.where(early, t_s, self.times.end)

        def never(moment_s: Array) -> Array:
            by = end.reshape(-1, *(1,) * (moment_s.ndim - 1))
            return np.where(early.reshape(by.shape) & (moment_s > by), NEVER_S, moment_s)

        names = ("parted", "booster_parted", "fairing", "failed")
        return replace(self, times=replace(times, end=end, **{name: never(getattr(times, name)) for name in names}))

    def phase_ending(self, t_s: Array) -> NDArray[np.int64]:
        """Return the last phase that has ended by each of those knots, (N,)."""
        last: NDArray[np.int64] = (self.knot_s <= t_s[:, None]).sum(axis=1) - 1
        return last


@dataclass(frozen=True, slots=True, kw_only=True)
class Burning:
    """How each stage of a crowd really burns, its troubles taken in; partial and decays: who has which, (N,)."""

    crowd: Crowd
    troubles: Troubles
    partial: NDArray[np.bool_]
    decays: NDArray[np.bool_]

    def _moment(self, s: int, kind: NDArray[np.bool_], shape: tuple[int, ...]) -> Array:
        """Return when a kind of trouble comes to stage s, after its ignition, shaped to be set against (N, ...)."""
        mine = kind & (self.troubles.stage == s)
        return np.where(mine, self.troubles.after_s, NEVER_S).reshape(-1, *shape)

    def nozzles(self, s: int, t_s: Array) -> Array:
        """Return the share of the nozzles of stage s that work: what is lost to partial thrust is lost whole."""
        return np.where(t_s > self._moment(s, self.partial, (1,)), self.troubles.size[:, None], 1.0)

    def level(self, s: int, t_s: Array) -> Array:
        """Return the share of full thrust of stage s, t_s (N, P) after its ignition."""
        profile, size = self.crowd.profiles[s], self.troubles.size[:, None]
        decay = self._moment(s, self.decays, (1,))
        level = self.nozzles(s, t_s) * profile.level(np.minimum(t_s, decay))
        with np.errstate(divide="ignore", invalid="ignore"):
            fading = np.clip(1.0 - (t_s - decay) / size, 0.0, 1.0)
        return np.where(t_s > decay, level * fading, level)

    def burnt_s(self, s: int, t_s: Array) -> Array:
        """Return the seconds at full thrust that stage s burnt in t_s (N, P), were it not depleted."""
        profile, size = self.crowd.profiles[s], self.troubles.size[:, None]
        partial, decay = self._moment(s, self.partial, (1,)), self._moment(s, self.decays, (1,))
        burnt = profile.burnt_s(np.minimum(np.minimum(t_s, partial), decay))
        if self.partial.any():
            rest = profile.burnt_s(np.maximum(t_s, partial)) - profile.burnt_s(partial)
            burnt = burnt + np.where(t_s > partial, size * rest, 0.0)
        if self.decays.any():
            into = np.clip(t_s - decay, 0.0, np.maximum(size, 1e-9))
            with np.errstate(divide="ignore", invalid="ignore"):
                tail = profile.level(decay) * into * (1.0 - 0.5 * into / size)
            burnt = burnt + np.where(t_s > decay, tail, 0.0)
        return burnt

    def until_s(self, s: int) -> Array:
        """Return how long stage s burns from its ignition to its last cut-off, (N,)."""
        profile, full = self.crowd.profiles[s], self.crowd.full_s[:, s]
        partial = self._moment(s, self.partial, ())
        before = profile.burnt_s(partial)
        share = np.where(partial < NEVER_S, self.troubles.size, 1.0)
        return profile.until_s(np.where(full > before, before + (full - before) / share, full))


def burning_of(crowd: Crowd, troubles: Troubles) -> Burning:
    """Return how a crowd burns with its troubles."""
    partial, decays = troubles.has(FailureKind.PARTIAL_THRUST), troubles.has(FailureKind.THRUST_DECAY)
    return Burning(crowd=crowd, troubles=troubles, partial=partial, decays=decays)


def times_of(crowd: Crowd, troubles: Troubles) -> Times:
    """Return when everything happens."""
    n, stages = crowd.propellant_kg.shape
    burning = burning_of(crowd, troubles)
    ignition, out, parted, burnt = (np.empty((n, stages)) for _ in range(4))
    stuck = troubles.has(FailureKind.FAILED_SEPARATION)
    t_s = np.zeros(n)
    for s in range(stages):
        ignition[:, s] = t_s + (crowd.coast_s[:, s] if s else 0.0)
        out[:, s] = ignition[:, s] + burning.until_s(s)
        t_s = out[:, s] + crowd.separation_s[:, s]
        parted[:, s] = t_s
        burnt[:, s] = np.minimum(burning.burnt_s(s, (out[:, s] - ignition[:, s])[:, None])[:, 0], crowd.full_s[:, s])
    at = np.arange(n), troubles.stage
    failed = np.where(troubles.kind >= 0, ignition[at] + troubles.after_s, NEVER_S)
    failed = np.where(stuck, parted[at], failed)
    end = np.where(troubles.ends, np.minimum(failed + _lasts_s(troubles), out[at]), out[:, -1])
    last = np.where(troubles.ends, troubles.stage, stages - 1)
    parted = np.where(np.arange(stages) < last[:, None], parted, NEVER_S)
    above = np.arange(n), np.minimum(troubles.stage + 1, stages - 1)
    parted[at] = np.where(stuck, parted[above], parted[at])  # it goes with the stage that it hangs on
    shroud, fairing = troubles.has(FailureKind.FAIRING_STUCK), _fairing_s(crowd, ignition, out)
    booster_out = crowd.booster_propellant_kg * crowd.booster_isp_vac_s / crowd.booster_thrust_vac_n * STANDARD_GRAVITY
    booster_parted = np.minimum(booster_out + crowd.booster_separation_s, parted[:, :1])
    return Times(
        ignition=ignition,
        out=out,
        parted=parted,
        booster_out=booster_out,
        booster_parted=np.where(booster_parted < end[:, None], booster_parted, NEVER_S),
        fairing=np.where(shroud | (troubles.ends & (fairing >= end)), NEVER_S, fairing),
        end=end,
        failed=np.where(shroud, fairing, failed),
        burnt_s=burnt,
    )


def _lasts_s(troubles: Troubles) -> Array:
    """Return how long powered flight goes on after a failure that ends it."""
    size = np.maximum(troubles.size, 1e-9)
    lasts = np.where(troubles.has(FailureKind.THRUST_DECAY), size, 0.0)
    return np.where(troubles.has(FailureKind.MALFUNCTION_TURN), MOST_TURN_DEG / size, lasts)


def _fairing_s(crowd: Crowd, ignition: Array, out: Array) -> Array:
    """Return when the fairing is to go: so long after the second ignition, within that burn; never where there is none."""
    if crowd.stages < 2:
        return np.full(len(crowd), NEVER_S)
    planned = ignition[:, 1] + np.clip(crowd.fairing_s, 0.0, (out - ignition)[:, 1])
    return np.where(crowd.fairing_kg > 0.0, planned, NEVER_S)


def timeline(crowd: Crowd, troubles: Troubles | None = None, *, ground: bool = True) -> Timeline:
    """Return the phases of a crowd, whatever goes wrong with each of its flights.

    ground: a flight that comes down ends on the ellipsoid, or just below a pad that lies deeper; without, it goes on
        below it, which a solver on its way to a better programme wants: a slope, not a cliff
    """
    troubles = no_troubles(len(crowd)) if troubles is None else troubles
    times = times_of(crowd, troubles)
    knots = np.sort(np.minimum(np.stack(_knots(crowd, times), axis=1), times.end[:, None]), axis=1)
    begin = np.concatenate([np.zeros((len(crowd), 1)), knots[:, :-1]], axis=1)
    table = np.zeros((*knots.shape, k.COLUMNS))
    table[:, :, k.DURATION_S] = knots - begin
    _masses(crowd, troubles, times, table, begin, knots)
    _forces(crowd, troubles, times, table, begin, knots)
    _turns(troubles, times, table, begin, knots)
    table[:, :, k.FLOOR_M] = np.minimum(0.0, crowd.alt_m - 1.0)[:, None] if ground else -NEVER_S
    longest = np.where(table[:, :, k.STAGE] == 1, STEP_LOW_S, STEP_HIGH_S)
    longest = np.where(table[:, :, k.TURN_RADPS] != 0.0, STEP_TURN_S, longest)
    table[:, :, k.STEPS] = np.ceil(table[:, :, k.DURATION_S] / longest - 1e-9)
    return Timeline(times=times, table=table, knot_s=knots, end_kg=_mass_kg(crowd, troubles, times, times.end))


def _knots(crowd: Crowd, times: Times) -> list[Array]:
    """Return every moment at which something may change, (N,) each."""
    vertical = np.minimum(crowd.vertical_s, times.out[:, 0])
    knots = [vertical, np.minimum(vertical + crowd.kick_s, times.out[:, 0]), times.fairing, times.failed, times.end]
    for s, profile in enumerate(crowd.profiles):
        knots += [times.ignition[:, s], times.out[:, s], times.parted[:, s]]
        programme = crowd.programmes[s]
        inner = profile.nodes_s + ([] if programme is None else [t for t in programme.t_s if t > 0.0])
        knots += [np.minimum(times.ignition[:, s] + t, times.out[:, s]) for t in inner]
        if s > 0 and programme is None:  # a weakened stage burns on after its steering ends
            knots += [np.minimum(times.ignition[:, s] + crowd.burn_s[:, s], times.out[:, s])]
    for b in range(len(crowd.booster_count)):
        knots += [times.booster_out[:, b], times.booster_parted[:, b]]
    return knots


def _mass_kg(crowd: Crowd, troubles: Troubles, times: Times, t_s: Array, gone_by: Array | None = None) -> Array:
    """Return what flies together at t_s, (N, P) or (N,); what parts before gone_by (t_s when not given) has gone."""
    flat = t_s.ndim == 1
    t_s = t_s[:, None] if flat else t_s
    gone_by = t_s if gone_by is None else gone_by
    mass = np.broadcast_to((crowd.payload_kg + crowd.fairing_kg)[:, None], t_s.shape).copy()
    mass -= np.where(times.fairing[:, None] <= gone_by, crowd.fairing_kg[:, None], 0.0)
    burning = burning_of(crowd, troubles)
    for s in range(crowd.stages):
        into = np.clip(t_s - times.ignition[:, s, None], 0.0, (times.out - times.ignition)[:, s, None])
        burnt = np.minimum(burning.burnt_s(s, into), times.burnt_s[:, s, None]) * crowd.mdot_kgps[:, s, None]
        there = crowd.dry_kg[:, s, None] + crowd.propellant_kg[:, s, None] - burnt
        mass += np.where(times.parted[:, s, None] <= gone_by, 0.0, there)
    for b, count in enumerate(crowd.booster_count):
        part = np.clip(t_s / times.booster_out[:, b, None], 0.0, 1.0)
        there = crowd.booster_dry_kg[:, b, None] + crowd.booster_propellant_kg[:, b, None] * (1.0 - part)
        mass += np.where(times.booster_parted[:, b, None] <= gone_by, 0.0, count * there)
    return mass[:, 0] if flat else mass


def _masses(crowd: Crowd, troubles: Troubles, times: Times, table: Array, begin: Array, knots: Array) -> None:
    """Write the mass at the start of each phase, the area, and to which stage it belongs."""
    middle = 0.5 * (begin + knots)
    table[:, :, k.MASS_KG] = _mass_kg(crowd, troubles, times, begin, middle)
    stage = np.ones(middle.shape)
    for s in range(1, crowd.stages):
        stage += (times.out + crowd.separation_s)[:, s - 1, None] <= middle
    table[:, :, k.STAGE] = stage
    area = np.broadcast_to(crowd.area_m2[:, None], middle.shape).copy()
    for b, count in enumerate(crowd.booster_count):
        area += np.where(middle < times.booster_parted[:, b, None], count * crowd.booster_area_m2[:, b, None], 0.0)
    table[:, :, k.AREA_M2] = area


def _forces(crowd: Crowd, troubles: Troubles, times: Times, table: Array, begin: Array, knots: Array) -> None:
    """Write thrust, flow and steering of each phase."""
    middle, length = 0.5 * (begin + knots), knots - begin
    burning = burning_of(crowd, troubles)
    for s in range(crowd.stages):
        u, u0, u1 = (t - times.ignition[:, s, None] for t in (middle, begin, knots))
        level = burning.level(s, u)
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = np.where(
                length > 0.0, (burning.level(s, u + 0.25 * length) - level) / np.maximum(0.25 * length, 1e-300), 0.0
            )
        lit = (u > 0.0) & (middle < times.out[:, s, None]) & (level > 0.0) & (length > 0.0)
        start = level - 0.5 * rate * length
        thrust, mdot = crowd.thrust_vac_n[:, s, None], crowd.mdot_kgps[:, s, None]
        back = thrust * (1.0 - crowd.sl_over_vac[:, s, None]) / _SEA_LEVEL_PA
        for column, value in (
            (k.THRUST_N, thrust * start),
            (k.THRUST_RATE_NPS, thrust * rate),
            (k.MDOT_KGPS, mdot * start),
            (k.MDOT_RATE_KGPS2, mdot * rate),
            (k.BACK_M2, back * burning.nozzles(s, u)),  # the air presses on a throttled nozzle as on a full one
        ):
            table[:, :, column] += np.where(lit, value, 0.0)
        _steer(crowd, s, table, lit, (u, u0, u1))
        if s == crowd.stages - 1:
            table[:, :, k.STOP_SMA_M] = np.where(lit, crowd.stop_sma_m[:, None], 0.0)
    for b, count in enumerate(crowd.booster_count):
        lit = middle < np.minimum(times.booster_out[:, b, None], times.booster_parted[:, b, None])
        thrust = count * crowd.booster_thrust_vac_n[:, b, None]
        mdot = count * (crowd.booster_propellant_kg / times.booster_out)[:, b, None]
        table[:, :, k.THRUST_N] += np.where(lit, thrust, 0.0)
        table[:, :, k.MDOT_KGPS] += np.where(lit, mdot, 0.0)
        table[:, :, k.BACK_M2] += np.where(
            lit, thrust * (1.0 - crowd.booster_sl_over_vac[:, b, None]) / _SEA_LEVEL_PA, 0.0
        )


def _steer(crowd: Crowd, s: int, table: Array, lit: NDArray[np.bool_], at: tuple[Array, Array, Array]) -> None:
    """Write the steering of the phases that stage s burns in; at: their middle, begin, end after its ignition."""
    u, u0, u1 = at
    programme = crowd.programmes[s]
    if programme is not None:
        pitches = [np.interp(t, programme.t_s, programme.pitch_deg) for t in (u0, u1)]
        azimuths = [np.interp(t, programme.t_s, programme.azimuth_deg) for t in (u0, u1)]
        mode = np.full(u.shape, k.LINEAR)
        off = crowd.off_pitch_deg[:, None]
    elif s == 0:
        pitches = [np.broadcast_to(90.0 - crowd.kick_deg[:, None], u.shape)] * 2
        azimuths = [np.broadcast_to(crowd.azimuth_deg[:, None], u.shape)] * 2
        kicked = (crowd.vertical_s + crowd.kick_s)[:, None]
        mode = np.where(u < crowd.vertical_s[:, None], k.VERTICAL, np.where(u < kicked, k.LINEAR, k.GRAVITY_TURN))
        off = np.zeros((len(crowd), 1))
    else:
        parts = [np.clip(t / np.maximum(crowd.burn_s[:, s, None], 1e-9), 0.0, 1.0) for t in (u0, u1)]
        tan0, tan1 = (np.tan(np.radians(p[:, s, None])) for p in (crowd.pitch0_deg, crowd.pitch1_deg))
        pitches = [np.degrees(np.arctan(tan0 + part * (tan1 - tan0))) for part in parts]
        turn = crowd.azimuth1_deg[:, s, None] - crowd.azimuth0_deg[:, s, None]
        azimuths = [crowd.azimuth0_deg[:, s, None] + part * turn for part in parts]
        mode = np.full(u.shape, k.LINEAR_TANGENT)
        off = crowd.off_pitch_deg[:, None]
    columns = (k.PITCH0_RAD, k.PITCH1_RAD, k.AZIMUTH0_RAD, k.AZIMUTH1_RAD)
    offsets = (off, off, crowd.off_azimuth_deg[:, None], crowd.off_azimuth_deg[:, None])
    for column, degrees, more in zip(columns, [*pitches, *azimuths], offsets, strict=True):
        table[:, :, column] = np.where(lit, np.radians(degrees + more), table[:, :, column])
    table[:, :, k.STEER] = np.where(lit, mode, table[:, :, k.STEER])


def _turns(troubles: Troubles, times: Times, table: Array, begin: Array, knots: Array) -> None:
    """Write how thrust turns away in a malfunction turn."""
    turning = troubles.has(FailureKind.MALFUNCTION_TURN)[:, None] & (0.5 * (begin + knots) > times.failed[:, None])
    rate = np.radians(troubles.size)[:, None]
    table[:, :, k.TURN_RADPS] = np.where(turning, rate, 0.0)
    table[:, :, k.TURN_RAD] = np.where(turning, rate * (begin - times.failed[:, None]), 0.0)
    table[:, :, k.CLOCK_RAD] = np.where(turning, troubles.clock_rad[:, None], 0.0)
