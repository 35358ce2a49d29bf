"""The flights of the families: a mass point with stages, steered to an orbit or by a table, all flights of a batch at once.

Plain numpy, because a batch is flown once for a table of figures and compiling would cost more than it saves. Inertial
axes that coincide with the Earth-fixed ones at lift-off; gravity with J2, exponential air, thrust. Masses never
appear: a stage is its speed gain, its exhaust speed and its first acceleration.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, ecef_from_geodetic, enu_axes, wgs84

Flags = NDArray[np.bool_]
TABLE, DIRECT, KICK = 0, 1, 2  # steered by a table; to insertion in one go; coasting to a last burn at the apogee
_GM: Final = wgs84.GM_M3PS2
_RHO0_KGPM3, _SCALE_M = 1.225, 7_200.0
_LOW_M = 20_000.0  # a body that falls below this has ended its flight
_LONGEST_S = 3_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """N vehicles with their plans; per stage (N, S), per flight (N,). Angles in radians.

    gain_mps, exhaust_mps, first_mps2: speed gain, exhaust speed and mean-thrust acceleration at ignition; a stage that is
                 not there gains nothing
    slope:       by how much thrust falls through the burn, as a share of its mean each way (solid propellant)
    gap_s:       from the burn-out below to the ignition
    vertical_s, pitch1, bend, pitch2: straight up, then pitch from 90 deg to pitch1 at the first burn-out along a power
                 `bend` of time; with TABLE the pitch goes on evenly to pitch2 at the last burn-out
    beta_kgpm2:  ballistic coefficient of the whole vehicle
    alt_m, climb_mps, sma_m: what steering aims at: height over the equatorial radius and climb at cut-off, and the
                 semi-major axis that cuts the last stage
    stop_perigee_m: a perigee (height over the equatorial radius) that cuts it as well; inf when none does
    fails_s:     when all thrust ends; inf when it does not
    """

    mode: NDArray[np.int64]
    gain_mps: Array
    exhaust_mps: Array
    first_mps2: Array
    slope: Array
    gap_s: Array
    vertical_s: Array
    pitch1: Array
    bend: Array
    pitch2: Array
    beta_kgpm2: Array
    lat_deg: Array
    lon_deg: Array
    azimuth_deg: Array
    alt_m: Array
    climb_mps: Array
    sma_m: Array
    stop_perigee_m: Array
    fails_s: Array

    @property
    def burn_s(self) -> Array:
        """Seconds from ignition to depletion, (N, S)."""
        burn: Array = -np.expm1(-self.gain_mps / self.exhaust_mps) * self.exhaust_mps / self.first_mps2
        return burn


class _Run:
    """Where all flights of a batch stand."""

    __slots__ = (
        "changes_s",
        "course",
        "ended",
        "lit",
        "lit_s",
        "out_s",
        "r",
        "ready_s",
        "stage",
        "switches",
        "t",
        "v",
    )

    def __init__(
        self,
        *,
        t: Array,
        r: Array,
        v: Array,
        course: Array,
        stage: NDArray[np.int64],
        lit: Flags,
        changes_s: Array,
        ready_s: Array,
        lit_s: Array,
        out_s: Array,
        ended: Flags,
        switches: list[tuple[Array, NDArray[np.int64], Flags, Flags]],
    ) -> None:
        self.t = t
        self.r = r
        self.v = v
        self.course = course  # level direction of each launch at its pad
        self.stage = stage
        self.lit = lit
        self.changes_s = changes_s  # when the burn or the gap ends
        self.ready_s = ready_s  # before this the next stage is not lit
        self.lit_s = lit_s  # when the stage was lit
        self.out_s = out_s  # when all thrust ended; inf before
        self.ended = ended
        self.switches = switches  # time, stage, lit now, which flights


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """What a batch flew: (K, N) rows of time, NaN once a flight has ended; burns of each; the end of all thrust.

    t_s (K, N), r_ecef_m, v_ecef_mps (K, N, 3), f_mps2 (K, N) thrust acceleration in the step after the row
    """

    t_s: Array
    r_ecef_m: Array
    v_ecef_mps: Array
    f_mps2: Array
    burns: tuple[tuple[tuple[float, float, int], ...], ...]
    out_s: Array


def fly_designs(design: Design, *, step_s: float, tail_s: float) -> Paths:
    """Fly all to tail_s after the end of thrust, or down to 20 km."""
    run = _start(design)
    rows: list[tuple[Array, Array, Array, Array]] = []
    while True:
        going = ~run.ended
        engines = _engines(design, run)
        f = _thrust(engines, run.t)
        t = np.where(going, run.t, np.nan)
        rows.append((t, run.r.copy(), run.v.copy(), f))
        if not going.any():
            break
        pitch = _pitch(design, run, f)
        h = _length(design, run, pitch, f, step_s, tail_s)
        _advance(design, run, engines, pitch, h)
        _switch(design, run)
        _end(run, tail_s)
    t_s, r, v, f_mps2 = (np.stack(column) for column in zip(*rows, strict=True))
    r_ecef_m, v_ecef_mps = _turned(t_s, r, v)
    return Paths(t_s=t_s, r_ecef_m=r_ecef_m, v_ecef_mps=v_ecef_mps, f_mps2=f_mps2, burns=_burns(run), out_s=run.out_s)


def _start(design: Design) -> _Run:
    """Return all flights on their pads with the first stage lit."""
    n = len(design.lat_deg)
    r = ecef_from_geodetic(design.lat_deg, design.lon_deg, np.zeros(n))
    zero, never = np.zeros(n), np.full(n, np.inf)
    run = _Run(
        t=zero.copy(),
        r=r,
        v=_carried(r),
        course=_course(design),
        stage=np.zeros(n, dtype=np.int64),
        lit=np.ones(n, dtype=np.bool_),
        changes_s=design.burn_s[:, 0].copy(),
        ready_s=zero.copy(),
        lit_s=zero.copy(),
        out_s=never,
        ended=np.zeros(n, dtype=np.bool_),
        switches=[],
    )
    run.switches.append((run.t.copy(), run.stage.copy(), run.lit.copy(), run.lit.copy()))
    return run


def _row(table: Array, stage: NDArray[np.int64]) -> Array:
    """Return (N,) of a value a stage."""
    value: Array = table[np.arange(stage.size), stage]
    return value


def _engines(design: Design, run: _Run) -> Array:
    """Return what the thrust of each flight needs in this step, (N, 5): ignition, burn, slope, acceleration, share burnt."""
    gain, exhaust = _row(design.gain_mps, run.stage), _row(design.exhaust_mps, run.stage)
    first = _row(design.first_mps2, run.stage)
    share = -np.expm1(-gain / exhaust)
    burn_s = np.maximum(share * exhaust / first, 1e-9)
    return np.stack([run.lit_s, burn_s, _row(design.slope, run.stage), np.where(run.lit, first, 0.0), share])


def _thrust(engines: Array, t: Array) -> Array:
    """Return the acceleration by thrust at t of the stages that burn."""
    lit_s, burn_s, slope, first, share = engines
    x = np.clip((t - lit_s) / burn_s, 0.0, 1.0)
    f: Array = first * (1.0 + slope * (1.0 - 2.0 * x)) / (1.0 - share * (x + slope * (x - x * x)))
    return f


def _norm(a: Array) -> Array:
    """Return the lengths of vectors (N, 3)."""
    size: Array = np.sqrt(np.einsum("ij,ij->i", a, a))
    return size


def _carried(r: Array) -> Array:
    """Return the velocity (..., 3) with which the turning Earth carries places along."""
    w = wgs84.OMEGA_RADPS
    return np.stack([-w * r[..., 1], w * r[..., 0], np.zeros(r.shape[:-1])], axis=-1)


def axes_of(r: Array, v: Array) -> tuple[Array, Array, Array, Array, Array]:
    """Return radius, unit up (N, 3), climb, level speed, and the unit vector of the level part of the velocity."""
    radius = _norm(r)
    up = r / radius[:, None]
    climb = np.einsum("ij,ij->i", v, up)
    flat = v - climb[:, None] * up
    level = _norm(flat)
    return radius, up, climb, level, flat / np.maximum(level, 1e-9)[:, None]


def _pitch(design: Design, run: _Run, f: Array) -> tuple[Array, Array]:
    """Return the pitch of thrust over the level now and its rate [rad/s]."""
    first = run.stage == 0
    last_s = design.burn_s.sum(axis=1) + design.gap_s.sum(axis=1)
    burn1_s = design.burn_s[:, 0]
    part = np.clip((run.t - design.vertical_s) / (burn1_s - design.vertical_s), 0.0, 1.0)
    drop = 0.5 * np.pi - design.pitch1
    pitch = 0.5 * np.pi - drop * part**design.bend
    later = np.clip((run.t + 1.0 - design.vertical_s) / (burn1_s - design.vertical_s), 0.0, 1.0)
    rate = -drop * (later**design.bend - part**design.bend)
    table = ~first & (design.mode == TABLE)
    slope = (design.pitch2 - design.pitch1) / np.maximum(last_s - burn1_s, 1.0)
    pitch = np.where(table, design.pitch1 + slope * (run.t - burn1_s), pitch)
    rate = np.where(table, slope, np.where(first, rate, 0.0))
    rows = np.flatnonzero(~first & (design.mode != TABLE) & run.lit & ~run.ended)
    if rows.size:
        pitch[rows] = _guided(design, run, rows, f[rows])
    return pitch, rate


def _guided(design: Design, run: _Run, rows: NDArray[np.int64], f: Array) -> Array:
    """Return the pitch that steers some flights to their orbits."""
    radius, _, climb, level, _ = axes_of(run.r[rows], run.v[rows])
    aim = wgs84.RE_M + design.alt_m[rows]
    speed = np.sqrt(np.maximum(_GM * (2.0 / aim - 1.0 / design.sma_m[rows]), 0.0))
    left_s = np.maximum(_to_go_s(design, run, rows, np.maximum(speed - level, 0.0) * 1.04), 1.0)
    weight = _GM / radius**2 - level**2 / radius
    lift = design.climb_mps[rows] - climb
    short = aim - radius - climb * left_s
    late = left_s < 12.0
    needed = np.where(late, lift / np.maximum(left_s, 4.0), 6.0 * short / left_s**2 - 2.0 * lift / left_s)
    sine = np.clip((needed + weight) / np.maximum(f, 1.0), -0.4, 0.85)
    kick = design.mode[rows] == KICK
    last = run.stage[rows] == _last(design)[rows]
    at_apogee = np.clip((-climb / left_s + 0.5 * weight) / np.maximum(f, 1.0), -0.4, 0.4)
    pitch = np.arcsin(np.where(kick & last, at_apogee, sine))
    toss = np.flatnonzero(kick & ~last)
    if toss.size:
        pitch[toss] = _tossed(design, run, rows[toss], radius[toss], climb[toss], level[toss], weight[toss])
    return pitch


def _last(design: Design) -> NDArray[np.int64]:
    """Return the number of each flight's last stage, from 0."""
    last: NDArray[np.int64] = (design.gain_mps > 0.0).sum(axis=1) - 1
    return last


def _left_mps(design: Design, run: _Run, rows: NDArray[np.int64], stage: int) -> tuple[Array, Array]:
    """Return the speed gain left in a stage, and its acceleration now or at ignition."""
    gain, exhaust = design.gain_mps[rows, stage], design.exhaust_mps[rows, stage]
    first, burn_s = design.first_mps2[rows, stage], design.burn_s[rows, stage]
    now = (run.stage[rows] == stage) & run.lit[rows]
    x = np.where(now, np.clip((run.t[rows] - run.lit_s[rows]) / np.maximum(burn_s, 1e-9), 0.0, 1.0), 0.0)
    mass = 1.0 + np.expm1(-gain / exhaust) * x
    left = np.where(run.stage[rows] > stage, 0.0, gain + exhaust * np.log(mass))
    return np.maximum(left, 0.0), first / mass


def _to_go_s(design: Design, run: _Run, rows: NDArray[np.int64], gain: Array) -> Array:
    """Return the seconds that so much speed takes with the stages and gaps left."""
    left_s, gain = np.zeros(rows.size), gain.copy()
    for stage in range(design.gain_mps.shape[1]):
        there, f = _left_mps(design, run, rows, stage)
        use = np.minimum(there, gain)
        wait = (run.stage[rows] < stage) & (use > 0.0)
        exhaust = design.exhaust_mps[rows, stage]
        left_s += np.where(wait, design.gap_s[rows, stage], 0.0) - np.expm1(-use / exhaust) * exhaust / f
        gain -= use
    return left_s


def _tossed(
    design: Design, run: _Run, rows: NDArray[np.int64], radius: Array, climb: Array, level: Array, weight: Array
) -> Array:
    """Return the pitch that, held to the burn-out before the last stage, throws a flight up to the height aimed at."""
    gain, last = np.zeros(rows.size), _last(design)[rows]
    left_s = np.zeros(rows.size)
    for stage in range(design.gain_mps.shape[1]):
        there, f = _left_mps(design, run, rows, stage)
        there = np.where(stage < last, there, 0.0)
        exhaust = design.exhaust_mps[rows, stage]
        gap_s = np.where((run.stage[rows] < stage) & (there > 0.0), design.gap_s[rows, stage], 0.0)
        left_s += gap_s - np.expm1(-there / exhaust) * exhaust / f
        gain += there
    low, high = np.full(rows.size, -0.3), np.full(rows.size, 1.2)
    aim = wgs84.RE_M + design.alt_m[rows]
    for _ in range(14):
        mid = 0.5 * (low + high)
        v_level = level + gain * np.cos(mid)
        # Weight falls as the level speed grows; its mean over the burn is near that of the two ends.
        mean_weight = 0.5 * (weight + _GM / radius**2 - v_level**2 / radius)
        v_up = climb + gain * np.sin(mid) - mean_weight * left_s
        there = radius + 0.5 * (climb + v_up) * left_s
        over = (apogee_m(there, v_up, v_level) > aim) & (v_up > 0.0)
        low, high = np.where(over, low, mid), np.where(over, mid, high)
    pitch: Array = 0.5 * (low + high)
    return pitch


def apogee_m(radius: Array, climb: Array, level: Array) -> Array:
    """Return the largest distance from the Earth's centre; inf on a way that does not come back."""
    sma, ecc = shape_of(radius, climb, level)
    far: Array = np.where(sma > 0.0, sma * (1.0 + ecc), np.inf)
    return far


def shape_of(radius: Array, climb: Array, level: Array) -> tuple[Array, Array]:
    """Return semi-major axis [m] and eccentricity of the two-body path."""
    sma = 1.0 / (2.0 / radius - (climb**2 + level**2) / _GM)
    ecc = np.sqrt(np.maximum(0.0, 1.0 - (radius * level) ** 2 / (_GM * sma)))
    return sma, ecc


def perigee_m(r: Array, v: Array) -> Array:
    """Return the perigee's height over the equatorial radius from inertial states (N, 3)."""
    radius, _, climb, level, _ = axes_of(r, v)
    sma, ecc = shape_of(radius, climb, level)
    low: Array = sma * (1.0 - ecc) - wgs84.RE_M
    return low


def _length(design: Design, run: _Run, pitch: tuple[Array, Array], f: Array, step_s: float, tail_s: float) -> Array:
    """Return each flight's step: no longer than step_s, ending on whatever happens next; 0 once it has ended."""
    limit = np.minimum(run.changes_s, design.fails_s) - run.t
    limit = np.where(np.isfinite(run.out_s), run.out_s + tail_s - run.t, limit)
    h = np.where(run.ended, 0.0, np.clip(limit, 0.0, step_s))
    last = run.stage == _last(design)
    _wait(design, run, h, last & ~run.lit & (design.mode == KICK) & ~run.ended & ~np.isfinite(run.out_s), step_s)
    rows = np.flatnonzero(last & run.lit & (design.mode != TABLE) & ~run.ended)
    if not rows.size:
        return h
    r, v = run.r[rows], run.v[rows]
    _, up, _, _, ahead = axes_of(r, v)
    angle = pitch[0][rows][:, None]
    push = f[rows][:, None] * (np.cos(angle) * ahead + np.sin(angle) * up)
    push -= _GM * up / np.sum(r * r, axis=1)[:, None]
    reached = _reached(design, rows, r, v, push, h[rows])
    rows, r, v, push = rows[reached], r[reached], v[reached], push[reached]
    low, high = np.zeros(rows.size), h[rows]
    for _ in range(20 if rows.size else 0):
        mid = 0.5 * (low + high)
        past = _reached(design, rows, r, v, push, mid)
        low, high = np.where(past, low, mid), np.where(past, mid, high)
    h[rows] = high
    run.changes_s[rows] = run.t[rows] + high
    return h


def _wait(design: Design, run: _Run, h: Array, waits: Flags, step_s: float) -> None:
    """Let a last stage that waits for its apogee be lit half a burn before it."""
    rows = np.flatnonzero(waits)
    if not rows.size:
        return
    radius, _, climb, level, _ = axes_of(run.r[rows], run.v[rows])
    sma, ecc = shape_of(radius, climb, level)
    sma = np.maximum(sma, 1e6)
    eccentric = np.arctan2(radius * climb / np.sqrt(_GM * sma), 1.0 - radius / sma)
    rest_s = (np.pi - eccentric + ecc * np.sin(eccentric)) * np.sqrt(sma**3 / _GM)
    top = sma * (1.0 + ecc)
    speed = np.sqrt(np.maximum(_GM * (2.0 / top - 1.0 / design.sma_m[rows]), 0.0))
    missing = np.maximum(speed - np.sqrt(_GM * (1.0 - ecc) / top), 0.0)
    wait_s = np.where(climb > 0.0, rest_s - 0.5 * _to_go_s(design, run, rows, missing), 0.0)
    run.changes_s[rows] = np.maximum(run.t[rows] + wait_s, run.ready_s[rows])
    h[rows] = np.clip(np.minimum(run.changes_s, design.fails_s)[rows] - run.t[rows], 0.0, step_s)


def _reached(design: Design, rows: NDArray[np.int64], r: Array, v: Array, push: Array, h: Array) -> Flags:
    """Say which flights, h seconds on, have the energy or the perigee that cuts them."""
    ahead = v + push * h[:, None]
    place = r + (v + ahead) * 0.5 * h[:, None]
    radius, _, climb, level, _ = axes_of(place, ahead)
    sma, ecc = shape_of(radius, climb, level)
    low = sma * (1.0 - ecc) - wgs84.RE_M
    done: Flags = (sma >= design.sma_m[rows]) | (sma < 0.0) | (low >= design.stop_perigee_m[rows])
    return done


def _advance(design: Design, run: _Run, engines: Array, pitch: tuple[Array, Array], h: Array) -> None:
    """Take one classical Runge-Kutta step of h (N,) seconds; thrust keeps its pitch programme through it."""
    g = 0.5 * h

    def rate(into: Array, r: Array, v: Array) -> Array:
        return _acceleration(design, run, _thrust(engines, run.t + into), pitch[0] + pitch[1] * into, r, v)

    a1 = rate(np.zeros_like(h), run.r, run.v)
    half, whole = g[:, None], h[:, None]
    v2 = run.v + half * a1
    a2 = rate(g, run.r + half * run.v, v2)
    v3 = run.v + half * a2
    a3 = rate(g, run.r + half * v2, v3)
    v4 = run.v + whole * a3
    a4 = rate(h, run.r + whole * v3, v4)
    run.r = run.r + whole / 6.0 * (run.v + 2.0 * (v2 + v3) + v4)
    run.v = run.v + whole / 6.0 * (a1 + 2.0 * (a2 + a3) + a4)
    run.t = run.t + h


def _course(design: Design) -> Array:
    """Return the level direction of each launch at its pad, (N, 3)."""
    axes = enu_axes(design.lat_deg, design.lon_deg)
    azimuth = np.radians(design.azimuth_deg)
    course: Array = np.sin(azimuth)[:, None] * axes[:, 0] + np.cos(azimuth)[:, None] * axes[:, 1]
    return course


def _acceleration(design: Design, run: _Run, f: Array, pitch: Array, r: Array, v: Array) -> Array:
    """Return gravity with J2, drag and thrust f of inertial states (N, 3)."""
    radius, up, _, _, ahead = axes_of(r, v)
    flat = run.course - np.einsum("ij,ij->i", run.course, up)[:, None] * up
    flat /= _norm(flat)[:, None]
    ahead = np.where((run.stage == 0)[:, None], flat, ahead)
    push = (f * np.cos(pitch))[:, None] * ahead + (f * np.sin(pitch))[:, None] * up
    k = _GM / radius**3
    b = 1.5 * wgs84.J2 * (wgs84.RE_M / radius) ** 2
    c = 5.0 * (r[:, 2] / radius) ** 2
    pull = -r * k[:, None] * (1.0 + b * (1.0 - c))[:, None]
    pull[:, 2] -= 2.0 * k * b * r[:, 2]
    wind = v - _carried(r)
    # Height over a sphere that touches the ellipsoid near each latitude: good enough for exponential air.
    ground = wgs84.RE_M - (wgs84.RE_M - wgs84.RP_M) * up[:, 2] ** 2
    rho = _RHO0_KGPM3 * np.exp(-np.maximum(radius - ground, 0.0) / _SCALE_M)
    drag = 0.5 * rho * _norm(wind) / design.beta_kgpm2
    total: Array = pull + push - drag[:, None] * wind
    return total


def _switch(design: Design, run: _Run) -> None:
    """Let burns and gaps end that are over."""
    fails = ~run.ended & (run.t >= design.fails_s - 1e-9) & ~np.isfinite(run.out_s)
    due = ~run.ended & (run.t >= run.changes_s - 1e-9) & ~np.isfinite(run.out_s) & ~fails
    over = due & run.lit & (run.stage == _last(design))
    lights = due & ~run.lit
    parts = due & run.lit & ~over
    run.lit = (run.lit | lights) & ~(fails | over | parts)
    run.stage = np.where(parts, run.stage + 1, run.stage)
    run.out_s = np.where(fails | over, run.t, run.out_s)
    run.lit_s = np.where(lights, run.t, run.lit_s)
    run.ready_s = np.where(parts, run.t + _row(design.gap_s, run.stage), run.ready_s)
    run.changes_s = np.where(parts, run.ready_s, run.changes_s)
    run.changes_s = np.where(lights, run.t + _row(design.burn_s, run.stage), run.changes_s)
    changed = fails | over | lights | parts
    if changed.any():
        run.switches.append((run.t.copy(), run.stage.copy(), run.lit.copy(), changed))


def _end(run: _Run, tail_s: float) -> None:
    """Note which flights are over: the tail is flown, they came down, or they took too long."""
    radius, _, climb, _, _ = axes_of(run.r, run.v)
    low = (climb < 0.0) & (radius < wgs84.RE_M + _LOW_M)
    run.ended = run.ended | (run.t >= run.out_s + tail_s - 1e-9) | low | (run.t >= _LONGEST_S)


def _turned(t_s: Array, r: Array, v: Array) -> tuple[Array, Array]:
    """Return Earth-fixed positions and velocities of inertial ones (K, N, 3)."""
    v_turning = v - _carried(r)
    c, s = np.cos(wgs84.OMEGA_RADPS * t_s), np.sin(wgs84.OMEGA_RADPS * t_s)

    def turn(a: Array) -> Array:
        return np.stack([c * a[..., 0] + s * a[..., 1], c * a[..., 1] - s * a[..., 0], a[..., 2]], axis=-1)

    return turn(r), turn(v_turning)


def _burns(run: _Run) -> tuple[tuple[tuple[float, float, int], ...], ...]:
    """Return each flight's burns as flown: ignition, cut-off, stage from 1."""
    n = run.t.size
    found: list[list[tuple[float, float, int]]] = [[] for _ in range(n)]
    since: list[tuple[float, int] | None] = [None] * n
    for t, stage, lit, changed in run.switches:
        for i in np.flatnonzero(changed).tolist():
            before = since[i]
            if before is not None:
                found[i].append((before[0], float(t[i]), before[1]))
                since[i] = None
            if lit[i]:
                since[i] = float(t[i]), int(stage[i]) + 1
    for i, last in enumerate(since):
        if last is not None:  # still burning when it came down
            found[i].append((last[0], float(run.t[i]), last[1]))
    return tuple(tuple(burns) for burns in found)
