"""The form of a vehicle file: its tables and keys."""

from __future__ import annotations

import msgspec

from downrange.base import Kind


class Figure(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A number of a file and its parent."""

    value: float
    kind: Kind
    source: str
    sigma: float | None = None


class StageForm(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One [[stages]] table."""

    name: str
    propellant_kg: Figure
    dry_kg: Figure
    thrust_vac_n: Figure
    isp_vac_s: Figure
    thrust_sl_over_vac: Figure
    beta_kgpm2: Figure
    separation_s: Figure | None = None


class BoosterForm(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One [[boosters]] table; figures of one strap-on."""

    name: str
    count: int
    propellant_kg: Figure
    dry_kg: Figure
    thrust_vac_n: Figure
    isp_vac_s: Figure
    thrust_sl_over_vac: Figure
    beta_kgpm2: Figure
    separation_s: Figure
    area_m2: Figure


class BodyForm(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The [body] table: what is not a stage."""

    payload_kg: Figure
    fairing_kg: Figure
    fairing_beta_kgpm2: Figure
    reference_area_m2: Figure
    beta_stack_kgpm2: Figure


class DragForm(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The [drag] table."""

    kind: Kind
    source: str
    mach: list[float]
    cd: list[float]


class UpperForm(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One [[plan.uppers]] table."""

    coast_s: Figure
    pitch_start_deg: Figure
    pitch_end_deg: Figure
    azimuth_start_deg: Figure
    azimuth_end_deg: Figure


class ProgrammeForm(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One [[plan.programmes]] table."""

    stage: int
    kind: Kind
    source: str
    t_s: list[float]
    pitch_deg: list[float]
    azimuth_deg: list[float]


class ThrottleForm(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One [[plan.throttles]] table."""

    stage: int
    kind: Kind
    source: str
    t_s: list[float]
    level: list[float]


class BurnsForm(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One [[plan.burns]] table."""

    stage: int
    kind: Kind
    source: str
    start_s: list[float]
    length_s: list[float]


class PlanForm(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The [plan] table."""

    vertical_s: Figure
    kick_s: Figure
    kick_deg: Figure
    azimuth_deg: Figure
    fairing_s: Figure
    uppers: list[UpperForm]
    programmes: list[ProgrammeForm] = []
    throttles: list[ThrottleForm] = []
    burns: list[BurnsForm] = []


class FileForm(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A whole file."""

    name: str
    title: str
    body: BodyForm
    drag: DragForm
    stages: list[StageForm]
    plan: PlanForm
    boosters: list[BoosterForm] = []
