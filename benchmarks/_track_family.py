"""Ascents of invented vehicles, seen by invented radars: who is asked whether thrust was lost. Run by itself: nothing.

Nothing of the product's flight room is in them: stages, thrust, steering and radars are drawn from wide ranges, and all
flights of a family are flown at once by Runge-Kutta steps in Earth-fixed axes with J2, rotation and thin air. Flight i of
a seed is the same however many are drawn. All ranges are assumed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from downrange.base import ecef_from_geodetic, enu_axes
from downrange.track import Burn, Sensor
from downrange.track.families import FlightKind, Group, draw_family
from downrange.track.simulate import simulate

if TYPE_CHECKING:
    from typing import Protocol

    from downrange.base import Array
    from downrange.track import Reading

    class Launch(Protocol):
        """What a radar's place is drawn around."""

        @property
        def lat_deg(self) -> float:
            """Latitude of the pad."""

        @property
        def lon_deg(self) -> float:
            """Longitude of the pad."""

        @property
        def azimuth_deg(self) -> float:
            """Course over the ground."""


T0 = datetime(2026, 1, 1, tzinfo=UTC)
STEP_S = 0.1
_GM, _RE, _OMEGA, _J2 = 3.986004418e14, 6_378_137.0, 7.292115e-5, 1.08262668e-3
_FLOOR_M = -200.0
_SPACE_M, _DENSE_M = 80e3, 60e3


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One burn: when, how hard, and how the thrust behaves.

    t_ignition_s, t_cutoff_s: seconds after lift-off
    first_mps2, last_mps2:    thrust acceleration at its ends; it grows as mass burns off
    dip_from_s, dip_to_s, dip: throttled down between these times, to this part
    limit_mps2:               throttled so that it never exceeds this
    ripple, ripple_s:         slow wave of the thrust: share, period
    """

    t_ignition_s: float
    t_cutoff_s: float
    first_mps2: float
    last_mps2: float
    dip_from_s: float = 0.0
    dip_to_s: float = 0.0
    dip: float = 1.0
    limit_mps2: float = 1e3
    ripple: float = 0.0
    ripple_s: float = 20.0

    def thrust_mps2(self, t_s: float) -> float:
        """Return the thrust acceleration at a time."""
        if not self.t_ignition_s <= t_s < self.t_cutoff_s:
            return 0.0
        gone = (t_s - self.t_ignition_s) / (self.t_cutoff_s - self.t_ignition_s)
        f = self.first_mps2 / (1.0 - gone * (1.0 - self.first_mps2 / self.last_mps2))
        f *= 1.0 + self.ripple * math.sin(2.0 * math.pi * t_s / self.ripple_s)
        if self.dip_from_s <= t_s < self.dip_to_s:
            f *= self.dip
        return min(f, self.limit_mps2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """One launch: place, course, stages, steering.

    turn_s, kick_deg: start of the turn; elevation of the thrust at the end of the first burn
    end_deg:          elevation at the last cut-off
    wobble_deg, wobble_s: slow wave of the elevation
    weave_deg:        slow wave of the azimuth
    """

    lat_deg: float
    lon_deg: float
    azimuth_deg: float
    stages: tuple[Stage, ...]
    turn_s: float
    kick_deg: float
    end_deg: float
    wobble_deg: float
    wobble_s: float
    weave_deg: float
    beta_kgpm2: float

    def steering_rad(self, t_s: float) -> tuple[float, float]:
        """Return elevation and azimuth of the thrust."""
        first, last = self.stages[0].t_cutoff_s, self.stages[-1].t_cutoff_s
        wave = math.sin(2.0 * math.pi * t_s / self.wobble_s)
        if t_s < self.turn_s:
            return 0.5 * math.pi, math.radians(self.azimuth_deg)
        if t_s < first:
            el = 90.0 + (self.kick_deg - 90.0) * (t_s - self.turn_s) / (first - self.turn_s)
        else:
            el = self.kick_deg + (self.end_deg - self.kick_deg) * min(1.0, (t_s - first) / (last - first))
        return math.radians(el + self.wobble_deg * wave), math.radians(self.azimuth_deg + self.weave_deg * wave)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A flight, the radar that sees it, and what was planned.

    name: which draw it is; fails_at_s: when all thrust ended for good, None when it did not
    """

    name: str
    t_s: Array
    r_ecef_m: Array
    v_ecef_mps: Array
    burns: tuple[Burn, ...]
    radar: Sensor
    fails_at_s: float | None
    seed: int

    def readings(self) -> tuple[Reading, ...]:
        """Return what the radar says of it."""
        return simulate(self.t_s, self.r_ecef_m, self.v_ecef_mps, (self.radar,), T0, self.seed)

    def circumstances(self) -> str:
        """Say in a line what radar and which burns."""
        s = self.radar
        doppler = "no Doppler" if s.sigma_range_rate_mps is None else f"Doppler {s.sigma_range_rate_mps:.1f} m/s"
        burns = ", ".join(f"{b.t_ignition_s:.0f}-{b.t_cutoff_s:.0f} s" for b in self.burns)
        angle_mrad = 1e3 * math.radians(s.sigma_az_deg or 0.0)
        return f"{self.name}: {s.sigma_range_m:.0f} m, {angle_mrad:.2f} mrad, {doppler}; burns {burns}"


def draw_vehicle(rng: np.random.Generator) -> Vehicle:
    """Return a vehicle of two or three stages, liquid or solid in its ways."""
    stages, t = [], 0.0
    count = int(rng.integers(2, 4))
    for k in range(count):
        first = k == 0
        solid = rng.random() < 0.4
        long = rng.uniform(55.0, 100.0) if solid else rng.uniform(110.0, 180.0) if first else rng.uniform(120.0, 320.0)
        start = rng.uniform(12.5, 22.0) if first else rng.uniform(5.0, 16.0)
        end = start * rng.uniform(2.0, 3.6)
        dip = bool(rng.random() < 0.35) and first
        limited = rng.random() < 0.3
        dip_from = t + long * rng.uniform(0.3, 0.5)
        stages.append(
            Stage(
                t_ignition_s=t, t_cutoff_s=round(t + long, 1), first_mps2=start, last_mps2=end,
                dip_from_s=dip_from if dip else 0.0, dip_to_s=dip_from + rng.uniform(10.0, 30.0) if dip else 0.0,
                dip=rng.uniform(0.6, 0.85), limit_mps2=rng.uniform(25.0, 40.0) if limited else 1e3,
                ripple=rng.uniform(0.0, 0.03), ripple_s=rng.uniform(5.0, 40.0),
            )
        )  # fmt: skip
        gap = rng.uniform(2.0, 14.0) if k < count - 2 or rng.random() < 0.7 else rng.uniform(20.0, 120.0)
        t = round(t + long + gap, 1)
    return Vehicle(
        lat_deg=rng.uniform(-50.0, 62.0), lon_deg=rng.uniform(-180.0, 180.0), azimuth_deg=rng.uniform(0.0, 360.0),
        stages=tuple(stages), turn_s=rng.uniform(6.0, 16.0), kick_deg=rng.uniform(18.0, 45.0),
        end_deg=rng.uniform(-6.0, 8.0), wobble_deg=rng.uniform(0.0, 1.5), wobble_s=rng.uniform(15.0, 60.0),
        weave_deg=rng.uniform(0.0, 1.5), beta_kgpm2=float(np.exp(rng.uniform(np.log(8e3), np.log(6e4)))),
    )  # fmt: skip


def draw_radar(rng: np.random.Generator, vehicle: Launch, *, doppler: bool) -> Sensor:
    """Return a radar somewhere around the ground track, 20 to 500 km off it."""
    along, across = rng.uniform(-50e3, 900e3), rng.choice([-1.0, 1.0]) * rng.uniform(20e3, 500e3)
    course = math.radians(vehicle.azimuth_deg)
    north = along * math.cos(course) - across * math.sin(course)
    east = along * math.sin(course) + across * math.cos(course)
    lat = vehicle.lat_deg + math.degrees(north / _RE)
    lon = vehicle.lon_deg + math.degrees(east / (_RE * math.cos(math.radians(vehicle.lat_deg))))
    angle = math.degrees(float(np.exp(rng.uniform(np.log(2e-4), np.log(2e-3)))))
    return Sensor(
        name="radar", title="drawn", lat_deg=max(-89.0, min(89.0, lat)), lon_deg=(lon + 180.0) % 360.0 - 180.0,
        alt_m=50.0, sigma_range_m=float(np.exp(rng.uniform(np.log(8.0), np.log(80.0)))), sigma_az_deg=angle,
        sigma_el_deg=angle, sigma_range_rate_mps=float(rng.uniform(0.5, 3.0)) if doppler else None,
        max_range_m=1.2e6, min_elevation_deg=2.0, period_s=0.1, source="assumed: drawn from wide ranges",
    )  # fmt: skip


def fly(vehicles: list[Vehicle], fails_at_s: list[float | None], end_s: float) -> tuple[Array, Array, Array]:
    """Return times (n,), places and velocities (n, k, 3) of k flights; below ground they have no meaning."""
    k = len(vehicles)
    lat, lon = [v.lat_deg for v in vehicles], [v.lon_deg for v in vehicles]
    axes, r = enu_axes(lat, lon), ecef_from_geodetic(lat, lon, [30.0] * k)
    beta, v = np.array([x.beta_kgpm2 for x in vehicles]), np.zeros((k, 3))
    n = round(end_s / STEP_S)
    out_r, out_v = np.empty((n + 1, k, 3)), np.empty((n + 1, k, 3))
    out_r[0], out_v[0] = r, v
    for i in range(n):
        t, h = i * STEP_S, STEP_S
        k1 = _rate(r, v, _push(vehicles, axes, fails_at_s, t + 1e-6, r), beta)
        k2 = _rate(r + h / 2 * k1[0], v + h / 2 * k1[1], _push(vehicles, axes, fails_at_s, t + h / 2, r), beta)
        k3 = _rate(r + h / 2 * k2[0], v + h / 2 * k2[1], _push(vehicles, axes, fails_at_s, t + h / 2, r), beta)
        k4 = _rate(r + h * k3[0], v + h * k3[1], _push(vehicles, axes, fails_at_s, t + h - 1e-6, r), beta)
        r = r + h / 6 * (k1[0] + 2 * k2[0] + 2 * k3[0] + k4[0])
        v = v + h / 6 * (k1[1] + 2 * k2[1] + 2 * k3[1] + k4[1])
        out_r[i + 1], out_v[i + 1] = r, v
    return np.arange(n + 1) * STEP_S, out_r, out_v


def _push(vehicles: list[Vehicle], axes: Array, fails_at_s: list[float | None], t_s: float, r: Array) -> Array:
    """Return the thrust accelerations (k, 3): elevation over the local horizon, azimuth of the pad carried along."""
    f = np.empty((len(vehicles), 3))
    for i, (vehicle, end) in enumerate(zip(vehicles, fails_at_s, strict=True)):
        f[i] = 0.0 if end is not None and t_s >= end else sum(s.thrust_mps2(t_s) for s in vehicle.stages)
        el, az = vehicle.steering_rad(t_s)
        f[i] *= (math.cos(el) * math.sin(az), math.cos(el) * math.cos(az), math.sin(el))
    up = r / np.linalg.norm(r, axis=1, keepdims=True)
    north = axes[:, 1] - np.sum(axes[:, 1] * up, axis=1, keepdims=True) * up
    north /= np.linalg.norm(north, axis=1, keepdims=True)
    east = np.cross(north, up)
    pushed: Array = f[:, :1] * east + f[:, 1:2] * north + f[:, 2:] * up
    return pushed


def _rate(r: Array, v: Array, push: Array, beta: Array) -> tuple[Array, Array]:
    """Return velocity and acceleration: gravity with J2, rotation, drag of an exponential air."""
    size = np.linalg.norm(r, axis=1)
    pull, b, c = _GM / size**3, 1.5 * _J2 * (_RE / size) ** 2, 5.0 * (r[:, 2] / size) ** 2
    h = np.maximum(size - 6_369_000.0, _FLOOR_M)
    rho = np.where(h < 130e3, 1.225 * np.exp(-h / 7200.0), 0.0)
    drag = 0.5 * rho * np.linalg.norm(v, axis=1) / beta
    a = (
        push
        - drag[:, None] * v
        - pull[:, None] * r * np.stack([1.0 + b * (1.0 - c), 1.0 + b * (1.0 - c), 1.0 + b * (3.0 - c)], axis=1)
    )
    a[:, 0] += 2.0 * _OMEGA * v[:, 1] + _OMEGA**2 * r[:, 0]
    a[:, 1] += -2.0 * _OMEGA * v[:, 0] + _OMEGA**2 * r[:, 1]
    return v, a


def cases(seed: int, count: int, *, failing: bool = False, doppler_share: float = 0.5) -> list[Case]:
    """Return so many draws of a family, less those that are no launch: that sink back into the air under power, or never leave it.

    Failing ones lose all thrust somewhere in a burn, 12 s after its ignition or later.
    """
    drawn = []
    for i in range(count):
        rng = np.random.default_rng([seed, i])
        vehicle = draw_vehicle(rng)
        radar = draw_radar(rng, vehicle, doppler=bool(rng.random() < doppler_share))
        lossy = [s for s in vehicle.stages if s.t_cutoff_s > 90.0]
        stage = lossy[int(rng.integers(len(lossy)))]
        low = max(stage.t_ignition_s + 12.0, 70.0)
        loss = round(float(rng.uniform(low, max(low + 0.1, stage.t_cutoff_s - 15.0))), 1)
        drawn.append((vehicle, radar, loss if failing else None))
    end_s = max(vehicle.stages[-1].t_cutoff_s for vehicle, _, _ in drawn) + 30.0
    t, r, v = fly([x[0] for x in drawn], [x[2] for x in drawn], end_s)
    out = []
    for i, (vehicle, radar, loss) in enumerate(drawn):
        over = t <= (vehicle.stages[-1].t_cutoff_s + 30.0 if loss is None else loss + 60.0)
        below = np.linalg.norm(r[:, i], axis=1) < np.linalg.norm(r[0, i]) - 5e3
        over &= np.cumsum(below) == 0
        if not _rises(t[over], r[over, i], v[over, i], vehicle.stages[0].t_cutoff_s, loss):
            continue
        burns = tuple(Burn(s.t_ignition_s, s.t_cutoff_s, k + 1) for k, s in enumerate(vehicle.stages))
        case = Case(
            name=f"{seed}/{i}", t_s=t[over], r_ecef_m=r[over, i], v_ecef_mps=v[over, i], burns=burns, radar=radar,
            fails_at_s=loss, seed=seed * 1000 + i,
        )  # fmt: skip
        out.append(case)
    return out


def _rises(t_s: Array, r: Array, v: Array, first_cutoff_s: float, loss_s: float | None) -> bool:
    """Say whether a flight goes to space, as far as it goes before its loss."""
    height = np.linalg.norm(r, axis=1) - np.linalg.norm(r[0])
    sinks = (height < _DENSE_M) & (np.sum(r * v, axis=1) < 0.0) & (t_s > first_cutoff_s)
    if loss_s is not None:
        return not bool(sinks[t_s < loss_s].any())
    return not bool(sinks.any()) and bool(height[-1] > _SPACE_M)


def product_cases(seed: int, first: int, count: int, *, failing: bool = False, test: bool = True) -> list[Case]:
    """Return flights of the product's own families, which were made by others than this judge, seen by drawn radars."""
    kind, group = FlightKind.FAILED if failing else FlightKind.ORBITAL, Group.TEST if test else Group.TUNING
    out = []
    for path in draw_family(kind, seed, first, count, group=group, tail_s=60.0):
        rng = np.random.default_rng([seed, path.number, 7])
        case = Case(
            name=f"{path.vehicle} {seed}/{path.number}", t_s=path.t_s, r_ecef_m=path.r_ecef_m,
            v_ecef_mps=path.v_ecef_mps, burns=path.planned, radar=draw_radar(rng, path, doppler=bool(rng.random() < 0.5)),
            fails_at_s=path.cutoff_s if failing else None, seed=seed * 100_000 + path.number,
        )  # fmt: skip
        out.append(case)
    return out
