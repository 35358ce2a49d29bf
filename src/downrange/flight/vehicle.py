"""Read a vehicle file: TOML in which every number names its parent."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from downrange.base import InputError, Kind, Sourced, read_toml, toml_names, toml_table, toml_text
from downrange.base.units import STANDARD_GRAVITY
from downrange.flight.model import Booster, Burns, Plan, Programme, Stage, Steering, Throttle, Vehicle

_UNITS = ("kg", "n", "s", "m2", "kgpm2", "deg")
_SHIPPED = resources.files("downrange.flight") / "data"
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
_FORM = "write numbers as { value = 1.0, kind = 'assumed', source = 'why' }; kinds: " + ", ".join(Kind)


class Figure(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A number of a file and its parent."""

    value: float
    kind: Kind
    source: str
    sigma: float | None = None


class _Stage(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    name: str
    propellant_kg: Figure
    dry_kg: Figure
    thrust_vac_n: Figure
    isp_vac_s: Figure
    thrust_sl_over_vac: Figure
    beta_kgpm2: Figure
    separation_s: Figure | None = None


class _Booster(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
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


class _Body(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    payload_kg: Figure
    fairing_kg: Figure
    fairing_beta_kgpm2: Figure
    reference_area_m2: Figure
    beta_stack_kgpm2: Figure


class _Drag(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    kind: Kind
    source: str
    mach: list[float]
    cd: list[float]


class _Upper(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    coast_s: Figure
    pitch_start_deg: Figure
    pitch_end_deg: Figure
    azimuth_start_deg: Figure
    azimuth_end_deg: Figure


class _Programme(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    stage: int
    kind: Kind
    source: str
    t_s: list[float]
    pitch_deg: list[float]
    azimuth_deg: list[float]


class _Throttle(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    stage: int
    kind: Kind
    source: str
    t_s: list[float]
    level: list[float]


class _Burns(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    stage: int
    kind: Kind
    source: str
    start_s: list[float]
    length_s: list[float]


class _Plan(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    vertical_s: Figure
    kick_s: Figure
    kick_deg: Figure
    azimuth_deg: Figure
    fairing_s: Figure
    uppers: list[_Upper]
    programmes: list[_Programme] = []
    throttles: list[_Throttle] = []
    burns: list[_Burns] = []


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    name: str
    title: str
    body: _Body
    drag: _Drag
    stages: list[_Stage]
    plan: _Plan
    boosters: list[_Booster] = []


def vehicles() -> tuple[str, ...]:
    """Return the names of the vehicles that come with the package."""
    return toml_names(_SHIPPED)


def load_vehicle(name_or_path: str | Path) -> Vehicle:
    """Return the vehicle of a shipped name or of a TOML file of your own; InputError names file, key and cure."""
    return load_vehicle_and_plan(name_or_path)[0]


def load_plan(name_or_path: str | Path) -> Plan:
    """Return the programme that the vehicle file holds."""
    return load_vehicle_and_plan(name_or_path)[1]


def load_vehicle_and_plan(name_or_path: str | Path) -> tuple[Vehicle, Plan]:
    """Read a vehicle file once for both: what flies, and the programme that it flies."""
    where, text = toml_text(name_or_path, folder=_SHIPPED, what="vehicle")
    return read_vehicle(text.removeprefix("\ufeff"), where=where)


def read_vehicle(text: str, *, where: str) -> tuple[Vehicle, Plan]:
    """Return vehicle and programme of the text of a vehicle file; `where` names it in errors."""
    file = read_toml(where, text, _File, missing=_FORM, wrong=_FORM)
    figures = tuple(_figures(where, "", toml_table(where, text)))
    vehicle = Vehicle(
        name=file.name,
        title=file.title,
        stages=tuple(_stage(s) for s in file.stages),
        fairing_kg=file.body.fairing_kg.value,
        fairing_beta_kgpm2=file.body.fairing_beta_kgpm2.value,
        payload_kg=file.body.payload_kg.value,
        reference_area_m2=file.body.reference_area_m2.value,
        drag=tuple(zip(file.drag.mach, file.drag.cd, strict=False)),
        beta_stack_kgpm2=file.body.beta_stack_kgpm2.value,
        figures=figures,
        boosters=tuple(_booster(b) for b in file.boosters),
    )
    _check(where, vehicle, file)
    _check_tables(where, vehicle, file.plan)
    return vehicle, _plan(file.plan)


def _stage(s: _Stage) -> Stage:
    return Stage(
        name=s.name,
        propellant_kg=s.propellant_kg.value,
        dry_kg=s.dry_kg.value,
        thrust_vac_n=s.thrust_vac_n.value,
        isp_vac_s=s.isp_vac_s.value,
        thrust_sl_over_vac=s.thrust_sl_over_vac.value,
        beta_kgpm2=s.beta_kgpm2.value,
        separation_s=0.0 if s.separation_s is None else s.separation_s.value,
    )


def _booster(b: _Booster) -> Booster:
    return Booster(
        name=b.name,
        count=b.count,
        propellant_kg=b.propellant_kg.value,
        dry_kg=b.dry_kg.value,
        thrust_vac_n=b.thrust_vac_n.value,
        isp_vac_s=b.isp_vac_s.value,
        thrust_sl_over_vac=b.thrust_sl_over_vac.value,
        beta_kgpm2=b.beta_kgpm2.value,
        separation_s=b.separation_s.value,
        area_m2=b.area_m2.value,
    )


def _plan(p: _Plan) -> Plan:
    return Plan(
        vertical_s=p.vertical_s.value,
        kick_s=p.kick_s.value,
        kick_deg=p.kick_deg.value,
        azimuth_deg=p.azimuth_deg.value,
        fairing_s=p.fairing_s.value,
        uppers=tuple(
            Steering(
                coast_s=u.coast_s.value,
                pitch_deg=(u.pitch_start_deg.value, u.pitch_end_deg.value),
                azimuth_deg=(u.azimuth_start_deg.value, u.azimuth_end_deg.value),
            )
            for u in p.uppers
        ),
        programmes=tuple(
            Programme(stage=g.stage, t_s=tuple(g.t_s), pitch_deg=tuple(g.pitch_deg), azimuth_deg=tuple(g.azimuth_deg))
            for g in p.programmes
        ),
        throttles=tuple(Throttle(stage=t.stage, t_s=tuple(t.t_s), level=tuple(t.level)) for t in p.throttles),
        burns=tuple(Burns(stage=b.stage, start_s=tuple(b.start_s), length_s=tuple(b.length_s)) for b in p.burns),
    )


def _figures(where: str, key: str, node: Any) -> list[tuple[str, Sourced]]:  # noqa: ANN401 - any TOML value
    """Return every figure of a TOML tree with its dotted key."""
    if isinstance(node, dict) and "value" in node:
        if not node["source"].strip():
            raise InputError(where=where, key=f"{key}.source", seen="no source", cure="name one, or say 'assumed'")
        last = key.rsplit("_", 1)[-1]
        unit = last if last in _UNITS else "1"
        return [
            (
                key,
                Sourced(
                    value=node["value"],
                    unit=unit,
                    sigma=node.get("sigma"),
                    kind=Kind(node["kind"]),
                    source=node["source"],
                ),
            )
        ]
    if isinstance(node, dict):
        return [row for name, child in node.items() for row in _figures(where, f"{key}.{name}".lstrip("."), child)]
    if isinstance(node, list):
        return [row for i, child in enumerate(node) for row in _figures(where, f"{key}[{i}]", child)]
    return []


def _check(where: str, vehicle: Vehicle, file: _File) -> None:
    """Refuse what cannot fly, naming the key."""
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
    _check_drag(where, file.drag)
    _check_time(where, vehicle, file.plan)
    _check_lift(where, vehicle, file.plan)


def _check_lift(where: str, vehicle: Vehicle, plan: _Plan) -> None:
    """Refuse a vehicle that stays on its pad."""
    first = vehicle.stages[0]
    weight_n = vehicle.liftoff_kg * STANDARD_GRAVITY
    level = next((t.level[0] for t in plan.throttles if t.stage == 1 and t.level), 1.0)
    thrust_n = level * first.thrust_vac_n * first.thrust_sl_over_vac
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


def _check_drag(where: str, drag: _Drag) -> None:
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


def _check_time(where: str, vehicle: Vehicle, plan: _Plan) -> None:
    """Refuse burns and coasts that no launch lasts; the flight is integrated second by second."""
    spans = [(f"stages[{s}].thrust_vac_n", "burns", stage.burn_s) for s, stage in enumerate(vehicle.stages)]
    spans += [(f"plan.uppers[{u}].coast_s", "coasts", upper.coast_s.value) for u, upper in enumerate(plan.uppers)]
    for key, verb, span_s in spans:
        if span_s > _LONGEST_S:
            cure = f"keep it below {_LONGEST_S:g} s; check propellant (kg), thrust (N), impulse (s)"
            raise InputError(where=where, key=key, seen=f"the stage {verb} for {span_s:.4g} s", cure=cure)


def _check_tables(where: str, vehicle: Vehicle, plan: _Plan) -> None:
    """Refuse tables of steering, throttle and burns that cannot be followed."""
    kinds: tuple[tuple[str, Sequence[_Programme | _Throttle | _Burns]], ...] = (
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


def _check_rows(where: str, key: str, table: _Programme | _Throttle | _Burns) -> None:
    """Refuse lists of unequal length, values out of bounds, times that fall."""
    lists: dict[str, tuple[list[float], float, float]]
    if isinstance(table, _Programme):
        lists = {
            "t_s": (table.t_s, 0.0, _LONGEST_S),
            "pitch_deg": (table.pitch_deg, -90.0, 90.0),
            "azimuth_deg": (table.azimuth_deg, -360.0, 720.0),
        }
    elif isinstance(table, _Throttle):
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
    steps = isinstance(table, _Throttle)
    if any(b < a or (b == a and not steps) for a, b in pairwise(times)):
        raise InputError(where=where, key=f"{key}.{name}", seen="times that do not rise", cure="put them in order")


def _check_burns(where: str, key: str, burns: _Burns) -> None:
    """Refuse burns that overlap, or a first one that is not the ignition."""
    if burns.start_s[0] != 0.0:
        cure = "start the first burn at 0; coast_s of the stage says when it is lit"
        raise InputError(where=where, key=f"{key}.start_s[0]", seen=f"{burns.start_s[0]:g}", cure=cure)
    for i, (start, length) in enumerate(zip(burns.start_s, burns.length_s, strict=True)):
        later = burns.start_s[i + 1] if i + 1 < len(burns.start_s) else np.inf
        if start + length > later or length == 0.0 or (length == np.inf and later < np.inf):
            cure = "let each burn end before the next begins; only the last may be inf, to depletion"
            raise InputError(where=where, key=f"{key}.length_s[{i}]", seen=f"{length:g}", cure=cure)
