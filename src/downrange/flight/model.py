"""Records of the flight room: the vehicle, its plan, what may fail, and one flight."""

from __future__ import annotations

import math
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
    separation_s: from its last burn-out until it is let go
    """

    name: str
    propellant_kg: float
    dry_kg: float
    thrust_vac_n: float
    isp_vac_s: float
    thrust_sl_over_vac: float
    beta_kgpm2: float
    separation_s: float = 0.0

    @property
    def burn_s(self) -> float:
        """Seconds from ignition to depletion at full thrust."""
        return self.propellant_kg * self.isp_vac_s * STANDARD_GRAVITY / self.thrust_vac_n


@dataclass(frozen=True, slots=True, kw_only=True)
class Booster:
    """Strap-ons of one kind: lit at lift-off with stage 1, burnt to depletion, let go separation_s later.

    count: how many; masses, thrust and area_m2 (added to the drag area while it is there) are of one
    """

    name: str
    count: int
    propellant_kg: float
    dry_kg: float
    thrust_vac_n: float
    isp_vac_s: float
    thrust_sl_over_vac: float
    beta_kgpm2: float
    separation_s: float
    area_m2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """A launcher: stages from the ground up, a fairing, a payload.

    reference_area_m2, drag: drag area and rows (Mach, drag coefficient) of the whole vehicle
    beta_stack_kgpm2: ballistic coefficient of what is left in one piece after a failure
    figures: every number of the file with its parent, by key
    boosters: strap-ons beside stage 1
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
    boosters: tuple[Booster, ...] = ()

    @property
    def liftoff_kg(self) -> float:
        """Mass on the pad."""
        strapped = sum(b.count * (b.propellant_kg + b.dry_kg) for b in self.boosters)
        return self.payload_kg + self.fairing_kg + strapped + sum(s.propellant_kg + s.dry_kg for s in self.stages)


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
class Programme:
    """Steering of one stage as a table: pitch and azimuth, linear in time between its rows, constant beyond them.

    stage: 1 is the lowest; t_s: seconds after the stage's first ignition, rising
    pitch_deg, azimuth_deg: above the local horizontal and clockwise from north
    """

    stage: int
    t_s: tuple[float, ...]
    pitch_deg: tuple[float, ...]
    azimuth_deg: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """Share of full thrust of one stage, linear between rows, constant beyond them; a time that stands twice is a step.

    stage: 1 is the lowest; t_s: seconds after the stage's first ignition, not falling
    """

    stage: int
    t_s: tuple[float, ...]
    level: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Burns:
    """Several burns of one stage: when each starts after the first ignition, and how long it lasts; inf: to depletion."""

    stage: int
    start_s: tuple[float, ...]
    length_s: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The programme of one flight.

    vertical_s, kick_s, kick_deg, azimuth_deg: straight up; then held off the vertical by kick_deg on azimuth_deg;
        then the first stage turns with gravity to depletion
    fairing_s: the fairing goes so long after the second ignition
    uppers: one steering a stage above the first
    stop_sma_m: the last stage is cut at this semi-major axis; 0 burns it to depletion
    programmes: steering by table, in place of the above, for the stages that have one
    throttles, burns: for the stages that are throttled or lit more than once
    """

    vertical_s: float
    kick_s: float
    kick_deg: float
    azimuth_deg: float
    fairing_s: float
    uppers: tuple[Steering, ...]
    stop_sma_m: float = 0.0
    programmes: tuple[Programme, ...] = ()
    throttles: tuple[Throttle, ...] = ()
    burns: tuple[Burns, ...] = ()


class FailureKind(StrEnum):
    """What goes wrong."""

    NO_IGNITION = "no-ignition"
    EARLY_SHUTDOWN = "early-shutdown"
    THRUST_DECAY = "thrust-decay"
    PARTIAL_THRUST = "partial-thrust"
    FAILED_SEPARATION = "failed-separation"
    FAIRING_STUCK = "fairing-stuck"
    MALFUNCTION_TURN = "malfunction-turn"
    BREAK_UP = "break-up"

    @property
    def ends_flight(self) -> bool:
        """Whether powered flight ends with it; otherwise the vehicle flies on as well as it can."""
        return self not in _FLIES_ON

    @property
    def has_moment(self) -> bool:
        """Whether it comes at a moment of a burn, which has to be given."""
        return self not in (FailureKind.NO_IGNITION, FailureKind.FAILED_SEPARATION, FailureKind.FAIRING_STUCK)


_FLIES_ON = (FailureKind.PARTIAL_THRUST, FailureKind.FAILED_SEPARATION, FailureKind.FAIRING_STUCK)
# What the size of a failure is, its bounds, and the size when none is given, which is assumed.
SIZES = {
    FailureKind.THRUST_DECAY: ("seconds until no thrust is left", (0.01, 1_000.0), 10.0),
    FailureKind.PARTIAL_THRUST: ("share of thrust that is left", (0.01, 1.0), 0.5),
    FailureKind.MALFUNCTION_TURN: ("degrees a second that the thrust turns away", (0.1, 180.0), 10.0),
}
MOST_TURN_DEG = 90.0  # assumed: a vehicle that has turned so far off its course is gone
_FORM = (
    "write stage2:no-ignition, stage1:early-shutdown@60, stage1:thrust-decay@60/10, stage2:partial-thrust@30/0.6, "
    "stage1:malfunction-turn@40/15, stage1:failed-separation, stage2:fairing-stuck or stage3:break-up@10 "
    "(@ seconds after ignition, / size)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One failure: the kind, the stage (1 is the lowest) and, where it has one, seconds after its ignition and size.

    size: what SIZES says of the kind
    clock_deg: side toward which thrust turns, seen along it: 0 away from local up, 90 to the left of that
    """

    kind: FailureKind
    stage: int
    after_ignition_s: float = 0.0
    size: float = 0.0
    clock_deg: float = 0.0

    @classmethod
    def parse(cls, text: str) -> Failure:
        """Read a failure as typed on the command line.

        >>> Failure.parse("stage3:early-shutdown@12.5").after_ignition_s
        12.5
        >>> Failure.parse("stage1:malfunction-turn@40/15").size
        15.0
        """
        head, _, tail = text.partition(":")
        kind, _, rest = tail.partition("@")
        after, _, size = rest.partition("/")
        try:
            what = FailureKind(kind)
            stage, after_s = int(head.removeprefix("stage")), float(after or 0)
            amount = float(size) if size else SIZES[what][2] if what in SIZES else 0.0
        except ValueError:
            raise InputError(where="--fail", seen=f"{text!r} is not a failure", cure=_FORM) from None
        if (after and not what.has_moment) or (size and what not in SIZES) or not math.isfinite(after_s):
            raise InputError(where="--fail", seen=f"{text!r} is not a failure", cure=_FORM)
        if what in SIZES:
            meaning, (low, high), _ = SIZES[what]
            if not low <= amount <= high:
                raise InputError(
                    where="--fail", key="size", seen=f"{amount:g}", cure=f"give the {meaning}, {low:g} to {high:g}"
                )
        return cls(kind=what, stage=stage, after_ignition_s=after_s, size=amount)


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


class Device(StrEnum):
    """Who computes: all threads; this thread alone, without the interpreter's lock; a CUDA device."""

    THREADS = "threads"
    ALONE = "one thread"
    CUDA = "cuda"


class Outcome(StrEnum):
    """How powered flight ended."""

    BURNED_OUT = "last stage burned out or cut off as planned"
    IMPAIRED = "flew on after a failure, to its last cut-off"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """One flight from lift-off to the end of powered flight; rows of n moments.

    t_s (n,), r_ecef_m (n, 3), v_ecef_mps (n, 3) relative to the Earth, f_ecef_mps2 (n, 3) thrust per mass,
    drag_ecef_mps2 (n, 3) drag per mass, mass_kg (n,), q_pa (n,) dynamic pressure
    burns: (ignition, cut-off, stage) of each planned burn [s]
    """

    t_s: Array
    r_ecef_m: Array
    v_ecef_mps: Array
    f_ecef_mps2: Array
    drag_ecef_mps2: Array
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
