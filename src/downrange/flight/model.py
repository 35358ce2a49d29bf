"""Records of the flight room: the vehicle, its plan, what may fail, and one flight."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from downrange.base import Array, InputError, Sourced
from downrange.base.units import STANDARD_GRAVITY


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage, as it burns and as it falls.

    propellant_kg, dry_kg: masses; dry includes what is thrown away with the stage
    thrust_vac_n, isp_vac_s: in vacuum
    thrust_sl_over_vac: thrust at sea level over thrust in vacuum, 1 for a stage that never burns low
    beta_kgpm2: ballistic coefficient of the empty stage on its way down
    """

    name: str
    propellant_kg: float
    dry_kg: float
    thrust_vac_n: float
    isp_vac_s: float
    thrust_sl_over_vac: float
    beta_kgpm2: float

    @property
    def burn_s(self) -> float:
        """Seconds from ignition to depletion."""
        return self.propellant_kg * self.isp_vac_s * STANDARD_GRAVITY / self.thrust_vac_n


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """A launcher: stages from the ground up, a fairing, a payload.

    reference_area_m2, drag: drag area and rows (Mach, drag coefficient) of the whole vehicle
    beta_stack_kgpm2: ballistic coefficient of what is left in one piece after a failure
    figures: every number of the file with its parent, by key
    """

    name: str
    title: str
    stages: tuple[Stage, ...]
    fairing_kg: float
    fairing_beta_kgpm2: float
    payload_kg: float
    reference_area_m2: float
    drag: tuple[tuple[float, float], ...]
    beta_stack_kgpm2: float
    figures: tuple[tuple[str, Sourced], ...]

    @property
    def liftoff_kg(self) -> float:
        """Mass on the pad."""
        return self.payload_kg + self.fairing_kg + sum(s.propellant_kg + s.dry_kg for s in self.stages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Steering:
    """How an upper stage is steered: tangent of the pitch and azimuth run linearly through its burn.

    coast_s: from the separation below to ignition
    pitch_deg, azimuth_deg: (at ignition, at depletion), above the local horizontal and clockwise from north
    """

    coast_s: float
    pitch_deg: tuple[float, float]
    azimuth_deg: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The programme of one flight.

    vertical_s, kick_s, kick_deg, azimuth_deg: straight up; then held off the vertical by kick_deg on azimuth_deg;
        then the first stage turns with gravity to depletion
    fairing_s: the fairing goes so long after the second ignition
    uppers: one steering a stage above the first
    stop_sma_m: the last stage is cut at this semi-major axis; 0 burns it to depletion
    """

    vertical_s: float
    kick_s: float
    kick_deg: float
    azimuth_deg: float
    fairing_s: float
    uppers: tuple[Steering, ...]
    stop_sma_m: float = 0.0


class FailureKind(StrEnum):
    """What goes wrong."""

    NO_IGNITION = "no-ignition"
    EARLY_SHUTDOWN = "early-shutdown"
    BREAK_UP = "break-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One failure: the kind, the stage (1 is the lowest) and, but for no ignition, seconds after its ignition."""

    kind: FailureKind
    stage: int
    after_ignition_s: float = 0.0

    @classmethod
    def parse(cls, text: str) -> Failure:
        """Read a failure as typed on the command line.

        >>> Failure.parse("stage3:early-shutdown@12.5").after_ignition_s
        12.5
        """
        head, _, tail = text.partition(":")
        kind, _, after = tail.partition("@")
        try:
            found = cls(
                kind=FailureKind(kind), stage=int(head.removeprefix("stage")), after_ignition_s=float(after or 0)
            )
        except ValueError:
            found = None
        if found is None or (after and found.kind is FailureKind.NO_IGNITION):
            raise InputError(
                where="--fail",
                seen=f"{text!r} is not a failure",
                cure="write stage2:no-ignition, stage1:early-shutdown@60 or stage3:break-up@10 (seconds after ignition, none without one)",
            )
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happens at one moment of a flight; speed relative to the Earth and to the stars."""

    name: str
    t_s: float
    lat_deg: float
    lon_deg: float
    alt_m: float
    speed_mps: float
    v_inertial_mps: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Something let go: where and how fast (Earth-fixed), its ballistic coefficient and mass."""

    name: str
    t_s: float
    r_ecef_m: Array
    v_ecef_mps: Array
    beta_kgpm2: float
    mass_kg: float


class Outcome(StrEnum):
    """How powered flight ended."""

    BURNED_OUT = "last stage burned out or cut off as planned"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """One flight from lift-off to the end of powered flight; rows of n moments.

    t_s (n,), r_ecef_m (n, 3), v_ecef_mps (n, 3) relative to the Earth, f_ecef_mps2 (n, 3) thrust per mass,
    mass_kg (n,), q_pa (n,) dynamic pressure
    burns: (ignition, cut-off, stage) of each planned burn [s]
    """

    t_s: Array
    r_ecef_m: Array
    v_ecef_mps: Array
    f_ecef_mps2: Array
    mass_kg: Array
    q_pa: Array
    events: tuple[Event, ...]
    bodies: tuple[Body, ...]
    burns: tuple[tuple[float, float, int], ...]
    outcome: Outcome

    def event(self, name: str) -> Event:
        """Return the event of that name; KeyError when the flight did not come so far."""
        for event in self.events:
            if event.name == name:
                return event
        raise KeyError(name)
