"""Crowds: many vehicles with their plans as arrays, and the phases that the kernel flies."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from downrange.base import Array, ModelError, ecef_from_geodetic
from downrange.base.units import STANDARD_GRAVITY
from downrange.earth import ZONALS, Site, air_table
from downrange.flight import _kernel as k
from downrange.flight.model import Plan, Vehicle

STEP_LOW_S = 1.0
STEP_HIGH_S = 3.0
FEW = 64  # fewer flights than this are flown on one thread


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """N vehicles with N plans. Per stage (N, S): masses, thrust, steering in degrees; per flight (N,): the rest.

    coast_s, pitch0_deg ... belong to the stages above the first; their first column is not used.
    lat_deg, lon_deg, alt_m: where each stands
    """

    propellant_kg: Array
    dry_kg: Array
    thrust_vac_n: Array
    isp_vac_s: Array
    sl_over_vac: Array
    beta_kgpm2: Array
    coast_s: Array
    pitch0_deg: Array
    pitch1_deg: Array
    azimuth0_deg: Array
    azimuth1_deg: Array
    payload_kg: Array
    fairing_kg: Array
    fairing_beta_kgpm2: Array
    beta_stack_kgpm2: Array
    area_m2: Array
    vertical_s: Array
    kick_s: Array
    kick_deg: Array
    azimuth_deg: Array
    fairing_s: Array
    stop_sma_m: Array
    lat_deg: Array
    lon_deg: Array
    alt_m: Array
    drag: Array

    def __len__(self) -> int:
        """How many flights."""
        return len(self.payload_kg)

    @property
    def mdot_kgps(self) -> Array:
        """Propellant burnt a second, (N, S)."""
        return self.thrust_vac_n / (self.isp_vac_s * STANDARD_GRAVITY)

    @property
    def burn_s(self) -> Array:
        """Length of each burn to depletion, (N, S)."""
        return self.propellant_kg / self.mdot_kgps

    @property
    def ignition_s(self) -> Array:
        """Planned ignitions after lift-off, (N, S)."""
        ends = np.cumsum(self.burn_s + np.where(np.arange(self.burn_s.shape[1]) > 0, self.coast_s, 0.0), axis=1)
        ignitions: Array = ends - self.burn_s
        return ignitions

    def take(self, rows: Array) -> Crowd:
        """Return the crowd of those rows (an index array or a mask)."""
        picked = {f.name: getattr(self, f.name)[rows] for f in fields(self) if f.name != "drag"}
        return replace(self, **picked)


def crowd_of(vehicle: Vehicle, plan: Plan, site: Site, count: int = 1) -> Crowd:
    """Return `count` equal flights of one vehicle and plan from a site."""
    if len(plan.uppers) != len(vehicle.stages) - 1:
        raise ModelError(
            f"the plan steers {len(plan.uppers)} upper stages, {vehicle.name} has {len(vehicle.stages) - 1}"
        )

    def stage(name: str) -> Array:
        return np.tile([getattr(s, name) for s in vehicle.stages], (count, 1)).astype(float)

    def upper(pick: list[float]) -> Array:
        return np.tile([0.0, *pick], (count, 1))

    def one(value: float) -> Array:
        return np.full(count, float(value))

    return Crowd(
        propellant_kg=stage("propellant_kg"),
        dry_kg=stage("dry_kg"),
        thrust_vac_n=stage("thrust_vac_n"),
        isp_vac_s=stage("isp_vac_s"),
        sl_over_vac=stage("thrust_sl_over_vac"),
        beta_kgpm2=stage("beta_kgpm2"),
        coast_s=upper([u.coast_s for u in plan.uppers]),
        pitch0_deg=upper([u.pitch_deg[0] for u in plan.uppers]),
        pitch1_deg=upper([u.pitch_deg[1] for u in plan.uppers]),
        azimuth0_deg=upper([u.azimuth_deg[0] for u in plan.uppers]),
        azimuth1_deg=upper([u.azimuth_deg[1] for u in plan.uppers]),
        payload_kg=one(vehicle.payload_kg),
        fairing_kg=one(vehicle.fairing_kg),
        fairing_beta_kgpm2=one(vehicle.fairing_beta_kgpm2),
        beta_stack_kgpm2=one(vehicle.beta_stack_kgpm2),
        area_m2=one(vehicle.reference_area_m2),
        vertical_s=one(plan.vertical_s),
        kick_s=one(plan.kick_s),
        kick_deg=one(plan.kick_deg),
        azimuth_deg=one(plan.azimuth_deg),
        fairing_s=one(plan.fairing_s),
        stop_sma_m=one(plan.stop_sma_m),
        lat_deg=one(site.lat_deg),
        lon_deg=one(site.lon_deg),
        alt_m=one(site.alt_m),
        drag=np.array(vehicle.drag, dtype=float),
    )


def phase_table(crowd: Crowd, cut_s: Array | None = None) -> Array:
    """Return the phases of a crowd, (N, 3 + 3 (S - 1), COLUMNS): three of stage 1, then coast, burn, burn a stage.

    The second burn of a stage starts where the fairing goes. Everything after cut_s (N,) has no length.
    """
    n, stages = crowd.propellant_kg.shape
    table = np.zeros((n, 3 * stages, k.COLUMNS))
    table[:, :, k.AREA_M2] = crowd.area_m2[:, None]
    table[:, :, k.STAGE] = np.repeat(np.arange(1, stages + 1), 3)
    above = crowd.payload_kg + crowd.fairing_kg + (crowd.propellant_kg + crowd.dry_kg).sum(axis=1)
    _first_stage(crowd, table, above)
    for s in range(1, stages):
        above = above - crowd.propellant_kg[:, s - 1] - crowd.dry_kg[:, s - 1]
        if s == 2:
            above = above - crowd.fairing_kg
        _upper_stage(crowd, table, s, above)
    table[:, -3:, k.STOP_SMA_M] = np.where(table[:, -3:, k.STEER] != k.COAST, crowd.stop_sma_m[:, None], 0.0)
    starts = np.cumsum(table[:, :, k.DURATION_S], axis=1) - table[:, :, k.DURATION_S]
    if cut_s is not None:
        table[:, :, k.DURATION_S] = np.clip(cut_s[:, None] - starts, 0.0, table[:, :, k.DURATION_S])
    longest = np.where(np.arange(3 * stages) < 3, STEP_LOW_S, STEP_HIGH_S)
    table[:, :, k.STEPS] = np.ceil(table[:, :, k.DURATION_S] / longest - 1e-9)
    return table


def _first_stage(crowd: Crowd, table: Array, mass_kg: Array) -> None:
    """Write the vertical rise, the kick and the gravity turn."""
    mdot = crowd.mdot_kgps[:, 0]
    burn = crowd.burn_s[:, 0]
    vertical = np.minimum(crowd.vertical_s, burn)
    kick = np.minimum(crowd.kick_s, burn - vertical)
    lengths = [vertical, kick, burn - vertical - kick]
    burnt = np.zeros(len(crowd))
    for p, (length, mode) in enumerate(zip(lengths, (k.VERTICAL, k.FIXED, k.GRAVITY_TURN), strict=True)):
        row = table[:, p]
        row[:, k.DURATION_S], row[:, k.STEER] = length, mode
        row[:, k.MASS_KG], row[:, k.MDOT_KGPS] = mass_kg - mdot * burnt, mdot
        row[:, k.BURN_S], row[:, k.BURNT_S] = burn, burnt
        row[:, k.PITCH0_RAD] = np.radians(90.0 - crowd.kick_deg)
        row[:, k.AZIMUTH0_RAD] = np.radians(crowd.azimuth_deg)
        _engine(crowd, row, 0)
        burnt = burnt + length


def _upper_stage(crowd: Crowd, table: Array, s: int, mass_kg: Array) -> None:
    """Write the coast and the two parts of the burn of stage s (0 is the lowest)."""
    mdot, burn = crowd.mdot_kgps[:, s], crowd.burn_s[:, s]
    first = np.clip(crowd.fairing_s, 0.0, burn) if s == 1 else np.zeros(len(crowd))
    coast, before, after = table[:, 3 * s], table[:, 3 * s + 1], table[:, 3 * s + 2]
    coast[:, k.DURATION_S], coast[:, k.MASS_KG] = crowd.coast_s[:, s], mass_kg
    before[:, k.DURATION_S], before[:, k.MASS_KG] = first, mass_kg
    after[:, k.DURATION_S] = burn - first
    after[:, k.MASS_KG] = mass_kg - mdot * first - (crowd.fairing_kg if s == 1 else 0.0)
    after[:, k.BURNT_S] = first
    for row in (before, after):
        row[:, k.STEER], row[:, k.MDOT_KGPS], row[:, k.BURN_S] = k.LINEAR_TANGENT, mdot, burn
        row[:, k.PITCH0_RAD], row[:, k.PITCH1_RAD] = (
            np.radians(crowd.pitch0_deg[:, s]),
            np.radians(crowd.pitch1_deg[:, s]),
        )
        row[:, k.AZIMUTH0_RAD] = np.radians(crowd.azimuth0_deg[:, s])
        row[:, k.AZIMUTH1_RAD] = np.radians(crowd.azimuth1_deg[:, s])
        _engine(crowd, row, s)


def _engine(crowd: Crowd, row: Array, s: int) -> None:
    """Write thrust and the area on which the air presses back."""
    row[:, k.THRUST_N] = crowd.thrust_vac_n[:, s]
    row[:, k.BACK_M2] = crowd.thrust_vac_n[:, s] * (1.0 - crowd.sl_over_vac[:, s]) / 101_325.0


def starts_of(crowd: Crowd) -> Array:
    """Return the states at lift-off, (N, 7): t, position, velocity at rest on the turning Earth."""
    starts = np.zeros((len(crowd), 7))
    starts[:, 1:4] = ecef_from_geodetic(crowd.lat_deg, crowd.lon_deg, crowd.alt_m)
    return starts


def fly_crowd(crowd: Crowd, cut_s: Array | None = None) -> tuple[Array, Array]:
    """Fly a crowd; return states at the end of each phase (N, P, 8) and the largest dynamic pressure [Pa] (N,).

    A state is t, x, y, z, vx, vy, vz, mass: Earth-fixed, SI.
    """
    table = phase_table(crowd, cut_s)
    ends = np.empty((*table.shape[:2], k.STATE))
    q_max_pa = np.empty(len(table))
    kernel = k.fly_many if len(table) >= FEW else k.fly_few
    kernel(table, starts_of(crowd), air_table(), crowd.drag, ZONALS, ends, q_max_pa)
    return ends, q_max_pa
