"""What a vehicle file may not say: each refusal names the file, the key and the cure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from downrange.base import InputError, Sourced
from downrange.base.units import STANDARD_GRAVITY
from downrange.flight.model import Plan, Vehicle
from downrange.flight.profile import Profile, profiles_of
from downrange.flight.vehicle_form import BurnsForm, DragForm, FileForm, PlanForm, ProgrammeForm, ThrottleForm

_MOST = 1e9
_LONGEST_S = 20_000.0
_MOST_BOOSTERS = 20
_MOST_ROWS = 200
_MAY_BE_ZERO = ("fairing_kg", "coast_s", "vertical_s", "kick_s", "fairing_s", "separation_s", "area_m2")
_BOUNDS = (
    ("thrust_sl_over_vac", (0.0, 1.0)),
    ("pitch_start_deg", (-89.0, 89.0)),
    ("pitch_end_deg", (-89.0, 89.0)),
    ("kick_deg", (0.0, 45.0)),
    ("_deg", (-360.0, 360.0)),
)


def check_vehicle(where: str, vehicle: Vehicle, plan: Plan, file: FileForm) -> None:
    """Refuse what cannot fly, naming the key; file: as it was read, vehicle and plan: what was made of it."""
    for key, figure in vehicle.figures:
        _check_figure(where, key, figure)
    if not file.stages:
        raise InputError(where=where, key="stages", seen="there is none", cure="give at least one [[stages]] table")
    if len(file.plan.uppers) != len(file.stages) - 1:
        raise InputError(
            where=where,
            key="plan.uppers",
            seen=f"{len(file.plan.uppers)} steerings for {len(file.stages)} stages",
            cure="give one [[plan.uppers]] table for each stage above the first, none (uppers = []) for a single stage",
        )
    _check_names(where, file)
    _check_drag(where, file.drag)
    _check_tables(where, vehicle, file.plan)
    profiles = profiles_of(plan, len(vehicle.stages))
    _check_time(where, vehicle, file.plan, profiles)
    _check_lift(where, vehicle, profiles[0])


def _check_names(where: str, file: FileForm) -> None:
    """Refuse two of one name, and strap-ons that are not there."""
    names = [stage.name for stage in file.stages] + [booster.name for booster in file.boosters]
    for s, name in enumerate(names):
        if name in names[:s]:
            cure = "rename one; falls are told by these names"
            key = f"stages[{s}].name" if s < len(file.stages) else f"boosters[{s - len(file.stages)}].name"
            raise InputError(where=where, key=key, seen=f"{name!r} stands twice", cure=cure)
    for b, booster in enumerate(file.boosters):
        if not 1 <= booster.count <= _MOST_BOOSTERS:
            cure = f"give 1 to {_MOST_BOOSTERS}, or leave the table out"
            raise InputError(where=where, key=f"boosters[{b}].count", seen=f"{booster.count}", cure=cure)


def _check_lift(where: str, vehicle: Vehicle, profile: Profile) -> None:
    """Refuse a vehicle that stays on its pad; profile: how its first stage burns."""
    first = vehicle.stages[0]
    weight_n = vehicle.liftoff_kg * STANDARD_GRAVITY
    lost = 1.0 - first.thrust_sl_over_vac
    thrust_n = first.thrust_vac_n * (float(profile.level(np.zeros(1))[0]) - lost)
    thrust_n += sum(b.count * b.thrust_vac_n * b.thrust_sl_over_vac for b in vehicle.boosters)
    if thrust_n <= weight_n:
        raise InputError(
            where=where,
            key="stages[0].thrust_vac_n",
            seen=f"thrust {thrust_n / 1e3:.4g} kN at sea level does not lift {weight_n / 1e3:.4g} kN",
            cure="check the masses (kg) and the thrust (N)",
        )


def _check_figure(where: str, key: str, figure: Sourced) -> None:
    """Refuse a value out of its bounds, and a spread that is none."""
    last = key.rsplit(".", 1)[-1]
    low, high = next((bounds for end, bounds in _BOUNDS if last.endswith(end)), (0.0, _MOST))
    zero = last.endswith("_deg") or last in _MAY_BE_ZERO
    if not low <= figure.value <= high or (figure.value == 0.0 and not zero):
        unit = "" if figure.unit == "1" else f" in {figure.unit}"
        sign = "a positive number" if low == 0.0 else f"a number from {low:g}"
        raise InputError(
            where=where,
            key=key,
            seen=f"value {figure.value:g} is not {sign} up to {high:g}",
            cure=f"give {last}{unit}; look for a sign or a unit mistyped",
        )
    if figure.sigma is not None and not 0.0 <= figure.sigma <= _MOST:
        cure = "give one standard deviation, 0 or more, or leave it out"
        raise InputError(where=where, key=f"{key}.sigma", seen=f"{figure.sigma:g}", cure=cure)


def _check_drag(where: str, drag: DragForm) -> None:
    """Refuse a drag table that cannot be read between its rows."""
    pairs = pairwise(drag.mach)
    if not drag.mach or len(drag.mach) != len(drag.cd) or not all(low < high for low, high in pairs):
        raise InputError(
            where=where, key="drag", seen="mach and cd do not pair up in rising order", cure="give as many cd as mach"
        )
    for name, values in (("mach", drag.mach), ("cd", drag.cd)):
        for i, value in enumerate(values):
            if not 0.0 <= value <= _MOST:
                raise InputError(where=where, key=f"drag.{name}[{i}]", seen=f"{value:g}", cure="give 0 or more")


def _check_time(where: str, vehicle: Vehicle, plan: PlanForm, profiles: Sequence[Profile]) -> None:
    """Refuse burns and coasts that no launch lasts; the flight is integrated second by second."""
    burns = [(f"stages[{s}]", stage.burn_s) for s, stage in enumerate(vehicle.stages)]
    burns += [
        (f"boosters[{b}]", one.propellant_kg * one.isp_vac_s * STANDARD_GRAVITY / one.thrust_vac_n)
        for b, one in enumerate(vehicle.boosters)
    ]
    spans = [(f"{key}.thrust_vac_n", "burns", span_s) for key, span_s in burns]
    spans += [(f"plan.uppers[{u}].coast_s", "coasts", upper.coast_s.value) for u, upper in enumerate(plan.uppers)]
    for key, verb, span_s in spans:
        if span_s > _LONGEST_S:
            cure = f"keep it below {_LONGEST_S:g} s; check propellant (kg), thrust (N), impulse (s)"
            what = "strap-on" if key.startswith("boosters") else "stage"
            raise InputError(where=where, key=key, seen=f"the {what} {verb} for {span_s:.4g} s", cure=cure)
    for s, (stage, profile) in enumerate(zip(vehicle.stages, profiles, strict=True)):
        span_s = float(profile.until_s(np.array([stage.burn_s]))[0])
        if span_s > _LONGEST_S:
            throttled = [f"plan.throttles[{i}].level" for i, table in enumerate(plan.throttles) if table.stage == s + 1]
            raise InputError(
                where=where,
                key=throttled[0] if throttled else "plan.burns",
                seen=f"stage {s + 1} is not empty after {_LONGEST_S:g} s",
                cure="end its throttle above 0, or give its last burn a length",
            )


def _check_tables(where: str, vehicle: Vehicle, plan: PlanForm) -> None:
    """Refuse tables of steering, throttle and burns that cannot be followed."""
    kinds: tuple[tuple[str, Sequence[ProgrammeForm | ThrottleForm | BurnsForm]], ...] = (
        ("programmes", plan.programmes),
        ("throttles", plan.throttles),
        ("burns", plan.burns),
    )
    for kind, tables in kinds:
        seen: set[int] = set()
        for i, table in enumerate(tables):
            key = f"plan.{kind}[{i}]"
            if not 1 <= table.stage <= len(vehicle.stages) or table.stage in seen:
                cure = f"give one table for a stage, 1 to {len(vehicle.stages)}"
                raise InputError(where=where, key=f"{key}.stage", seen=f"{table.stage}", cure=cure)
            if not table.source.strip():
                raise InputError(where=where, key=f"{key}.source", seen="no source", cure="name one, or say 'assumed'")
            seen.add(table.stage)
            _check_rows(where, key, table)
    for i, burns in enumerate(plan.burns):
        _check_burns(where, f"plan.burns[{i}]", burns)


def _check_rows(where: str, key: str, table: ProgrammeForm | ThrottleForm | BurnsForm) -> None:
    """Refuse lists of unequal length, values out of bounds, times that fall."""
    lists: dict[str, tuple[list[float], float, float]]
    if isinstance(table, ProgrammeForm):
        lists = {
            "t_s": (table.t_s, 0.0, _LONGEST_S),
            "pitch_deg": (table.pitch_deg, -90.0, 90.0),
            "azimuth_deg": (table.azimuth_deg, -360.0, 720.0),
        }
    elif isinstance(table, ThrottleForm):
        lists = {"t_s": (table.t_s, 0.0, _LONGEST_S), "level": (table.level, 0.0, 2.0)}
    else:
        lists = {"start_s": (table.start_s, 0.0, _LONGEST_S), "length_s": (table.length_s, 0.0, np.inf)}
    rows = {len(values) for values, _, _ in lists.values()}
    if len(rows) != 1 or not 1 <= max(rows) <= _MOST_ROWS:
        cure = f"give lists of one length, 1 to {_MOST_ROWS}"
        raise InputError(where=where, key=key, seen=f"lists of {sorted(rows)} numbers", cure=cure)
    for name, (values, low, high) in lists.items():
        for i, value in enumerate(values):
            if not low <= value <= high:
                cure = f"give {name} from {low:g} to {high:g}"
                raise InputError(where=where, key=f"{key}.{name}[{i}]", seen=f"{value:g}", cure=cure)
    name, times = next((n, v[0]) for n, v in lists.items() if n.endswith("t_s") or n == "start_s")
    steps = isinstance(table, ThrottleForm)
    if any(b < a or (b == a and not steps) for a, b in pairwise(times)):
        raise InputError(where=where, key=f"{key}.{name}", seen="times that do not rise", cure="put them in order")


def _check_burns(where: str, key: str, burns: BurnsForm) -> None:
    """Refuse burns that overlap, or a first one that is not the ignition."""
    if burns.start_s[0] != 0.0:
        cure = "start the first burn at 0; coast_s of the stage says when it is lit"
        raise InputError(where=where, key=f"{key}.start_s[0]", seen=f"{burns.start_s[0]:g}", cure=cure)
    for i, (start, length) in enumerate(zip(burns.start_s, burns.length_s, strict=True)):
        later = burns.start_s[i + 1] if i + 1 < len(burns.start_s) else np.inf
        if start + length > later or length == 0.0 or (length == np.inf and later < np.inf):
            cure = "let each burn end before the next begins; only the last may be inf, to depletion"
            raise InputError(where=where, key=f"{key}.length_s[{i}]", seen=f"{length:g}", cure=cure)
