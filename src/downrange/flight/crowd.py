"""Crowds: many vehicles with their plans as arrays, and what goes wrong with each."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, InputError, ModelError, ecef_from_geodetic
from downrange.base.units import STANDARD_GRAVITY
from downrange.earth import Site
from downrange.flight.model import Failure, FailureKind, Plan, Programme, Vehicle
from downrange.flight.profile import Profile, profile_of, profiles_of

KINDS = tuple(FailureKind)
_SHARED = ("drag", "profiles", "programmes")  # what all flights of a crowd have in common


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """N vehicles with N plans. Per stage (N, S): masses, thrust, steering in degrees; per flight (N,): the rest.

    coast_s, pitch0_deg ... belong to the stages above the first; their first column is not used.
    lat_deg, lon_deg, alt_m: where each stands
    off_pitch_deg, off_azimuth_deg: by which steering is off its table; the pitch of the first stage's turn is not
    booster_*: (N, B) of one strap-on of each kind; booster_count (B,)
    drag, profiles, programmes: the same for all; one profile and one programme (or None) a stage
    """

    propellant_kg: Array
    dry_kg: Array
    thrust_vac_n: Array
    isp_vac_s: Array
    sl_over_vac: Array
    beta_kgpm2: Array
    separation_s: Array
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
    off_pitch_deg: Array
    off_azimuth_deg: Array
    booster_propellant_kg: Array
    booster_dry_kg: Array
    booster_thrust_vac_n: Array
    booster_isp_vac_s: Array
    booster_sl_over_vac: Array
    booster_beta_kgpm2: Array
    booster_separation_s: Array
    booster_area_m2: Array
    booster_count: Array
    drag: Array
    profiles: tuple[Profile, ...]
    programmes: tuple[Programme | None, ...]

    def __len__(self) -> int:
        """How many flights."""
        return len(self.payload_kg)

    @property
    def stages(self) -> int:
        """How many stages each vehicle has."""
        return int(self.propellant_kg.shape[1])

    @property
    def mdot_kgps(self) -> Array:
        """Propellant burnt a second at full thrust, (N, S)."""
        return self.thrust_vac_n / (self.isp_vac_s * STANDARD_GRAVITY)

    @property
    def full_s(self) -> Array:
        """Seconds at full thrust that the propellant lasts, (N, S)."""
        return self.propellant_kg / self.mdot_kgps

    @property
    def burn_s(self) -> Array:
        """Planned time from the first ignition of a stage to its last cut-off, (N, S)."""
        return np.stack([p.until_s(full) for p, full in zip(self.profiles, self.full_s.T, strict=True)], axis=1)

    @property
    def ignition_s(self) -> Array:
        """Planned first ignitions after lift-off, (N, S)."""
        busy = self.burn_s + self.separation_s
        ends = np.cumsum(busy + np.where(np.arange(self.stages) > 0, self.coast_s, 0.0), axis=1)
        ignitions: Array = ends - busy
        return ignitions

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Crowd:
        """Return the crowd of those rows (an index array or a mask)."""
        whole = (*_SHARED, "booster_count")
        return replace(self, **{f.name: getattr(self, f.name)[rows] for f in fields(self) if f.name not in whole})


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubles:
    """What goes wrong with each flight of a crowd, (N,) each.

    kind: index into KINDS, -1 when nothing does; stage: 0 is the lowest
    after_s: seconds after the stage's ignition; size, clock_rad: as in Failure
    """

    kind: NDArray[np.int64]
    stage: NDArray[np.int64]
    after_s: Array
    size: Array
    clock_rad: Array

    def has(self, *kinds: FailureKind) -> NDArray[np.bool_]:
        """Return which flights have one of those failures."""
        return np.isin(self.kind, [KINDS.index(kind) for kind in kinds])

    @property
    def ends(self) -> NDArray[np.bool_]:
        """Return which flights end with their failure."""
        return self.has(*(kind for kind in KINDS if kind.ends_flight))


def no_troubles(count: int) -> Troubles:
    """Return the troubles of flights without any."""
    none = np.zeros(count)
    return Troubles(
        kind=np.full(count, -1), stage=np.zeros(count, dtype=np.int64), after_s=none, size=none, clock_rad=none
    )


def troubles_of(crowd: Crowd, failure: Failure | None) -> Troubles:
    """Return one failure for every flight of a crowd; InputError when it cannot happen to all of them."""
    if failure is None:
        return no_troubles(len(crowd))
    stages, after = crowd.stages, failure.after_ignition_s
    lowest, highest = stages_that_can(failure.kind, stages)
    if not lowest <= failure.stage <= highest:
        if not 1 <= failure.stage <= stages:
            cure = f"name 1 to {stages}"
        else:
            cure = f"name a stage from {lowest} to {highest}" if lowest <= highest else "it has too few stages for it"
        raise InputError(where="failure", key="stage", seen=f"stage {failure.stage} of {stages}", cure=cure)
    burn_s = float(crowd.burn_s[:, failure.stage - 1].min())
    if not 0.0 <= after <= burn_s:
        raise InputError(
            where="failure",
            key="after_ignition_s",
            seen=f"{after:g} s after the ignition of stage {failure.stage}, which burns {burn_s:.0f} s",
            cure="name a moment inside the burn",
        )
    if failure.stage == 1 and after == 0.0 and failure.kind.ends_flight:
        raise InputError(
            where="failure",
            key="after_ignition_s",
            seen="stage 1 never burns, so nothing leaves the pad",
            cure="let it burn for a moment, as in stage1:early-shutdown@5",
        )
    n = len(crowd)
    return Troubles(
        kind=np.full(n, KINDS.index(failure.kind)),
        stage=np.full(n, failure.stage - 1),
        after_s=np.full(n, after),
        size=np.full(n, failure.size),
        clock_rad=np.full(n, np.radians(failure.clock_deg)),
    )


def stages_that_can(kind: FailureKind, stages: int) -> tuple[int, int]:
    """Return the lowest and the highest stage to which a failure can happen."""
    if kind is FailureKind.FAILED_SEPARATION:
        return 1, stages - 1
    if kind is FailureKind.FAIRING_STUCK:
        return 2, min(2, stages)
    return 1, stages


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

    def booster(name: str) -> Array:
        return np.tile([getattr(b, name) for b in vehicle.boosters], (count, 1)).astype(float)

    def one(value: float) -> Array:
        return np.full(count, float(value))

    programmes = {p.stage: p for p in plan.programmes}
    return Crowd(
        propellant_kg=stage("propellant_kg"),
        dry_kg=stage("dry_kg"),
        thrust_vac_n=stage("thrust_vac_n"),
        isp_vac_s=stage("isp_vac_s"),
        sl_over_vac=stage("thrust_sl_over_vac"),
        beta_kgpm2=stage("beta_kgpm2"),
        separation_s=stage("separation_s"),
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
        off_pitch_deg=one(0.0),
        off_azimuth_deg=one(0.0),
        booster_propellant_kg=booster("propellant_kg"),
        booster_dry_kg=booster("dry_kg"),
        booster_thrust_vac_n=booster("thrust_vac_n"),
        booster_isp_vac_s=booster("isp_vac_s"),
        booster_sl_over_vac=booster("thrust_sl_over_vac"),
        booster_beta_kgpm2=booster("beta_kgpm2"),
        booster_separation_s=booster("separation_s"),
        booster_area_m2=booster("area_m2"),
        booster_count=np.array([float(b.count) for b in vehicle.boosters]),
        drag=np.array(vehicle.drag, dtype=float),
        profiles=profiles_of(plan, len(vehicle.stages)),
        programmes=tuple(programmes.get(s) for s in range(1, len(vehicle.stages) + 1)),
    )


def outlined_crowd(**given: Array) -> Crowd:
    """Return a crowd of outlined vehicles: no strap-ons, throttling or tables, stages let go as they burn out."""
    n, stages = given["propellant_kg"].shape
    boosters: dict[str, Array] = {f.name: np.empty((n, 0)) for f in fields(Crowd) if f.name.startswith("booster_")}
    boosters |= {"booster_count": np.empty(0)}
    off = {name: np.zeros(n) for name in ("off_pitch_deg", "off_azimuth_deg")}
    return Crowd(
        **given,
        **boosters,
        **off,
        separation_s=np.zeros((n, stages)),
        profiles=(profile_of(None, None),) * stages,
        programmes=(None,) * stages,
    )


def starts_of(crowd: Crowd) -> Array:
    """Return the states at lift-off, (N, 7): t, position, velocity at rest on the turning Earth."""
    starts = np.zeros((len(crowd), 7))
    starts[:, 1:4] = ecef_from_geodetic(crowd.lat_deg, crowd.lon_deg, crowd.alt_m)
    return starts
