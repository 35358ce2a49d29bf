"""Read a vehicle file: TOML in which every number names its parent."""

from __future__ import annotations

import math
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from downrange.base import InputError, Kind, Sourced, read_toml, toml_names, toml_table, toml_text
from downrange.flight.model import Plan, Stage, Steering, Vehicle

_UNITS = ("kg", "n", "s", "m2", "kgpm2", "deg")
_SHIPPED = resources.files("downrange.flight") / "data"
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


class _Plan(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    vertical_s: Figure
    kick_s: Figure
    kick_deg: Figure
    azimuth_deg: Figure
    fairing_s: Figure
    uppers: list[_Upper]


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    name: str
    title: str
    body: _Body
    drag: _Drag
    stages: list[_Stage]
    plan: _Plan


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
    return read_vehicle(text, where=where)


def read_vehicle(text: str, *, where: str) -> tuple[Vehicle, Plan]:
    """Return vehicle and programme of the text of a vehicle file; `where` names it in errors."""
    file = read_toml(where, text, _File, missing=_FORM, wrong=_FORM)
    figures = tuple(_figures("", toml_table(where, text)))
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
    )
    _check(where, vehicle, file)
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
    )


def _figures(key: str, node: Any) -> list[tuple[str, Sourced]]:  # noqa: ANN401 - any TOML value
    """Return every figure of a TOML tree with its dotted key."""
    if isinstance(node, dict) and "value" in node:
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
        return [row for name, child in node.items() for row in _figures(f"{key}.{name}".lstrip("."), child)]
    if isinstance(node, list):
        return [row for i, child in enumerate(node) for row in _figures(f"{key}[{i}]", child)]
    return []


def _check(where: str, vehicle: Vehicle, file: _File) -> None:
    """Refuse what cannot fly, naming the key."""
    may_be_zero = ("fairing_kg", "coast_s", "kick_deg", "vertical_s", "kick_s", "fairing_s")
    for key, figure in vehicle.figures:
        last = key.rsplit(".", 1)[-1]
        angle = last.endswith("_deg")
        low = -math.inf if angle else 0.0
        if (
            not math.isfinite(figure.value)
            or figure.value < low
            or (figure.value == 0.0 and not angle and last not in may_be_zero)
        ):
            raise InputError(
                where=where,
                key=key,
                seen=f"value {figure.value:g} is not a {'finite' if angle else 'positive'} number",
                cure=f"give {last} in {figure.unit} as a {'finite' if angle else 'positive'} number; was a sign or a unit mistyped?",
            )
    if len(file.plan.uppers) != len(file.stages) - 1:
        raise InputError(
            where=where,
            key="plan.uppers",
            seen=f"{len(file.plan.uppers)} steerings for {len(file.stages)} stages",
            cure="give one for each stage above the first",
        )
    if len(file.drag.mach) != len(file.drag.cd) or file.drag.mach != sorted(file.drag.mach) or not file.drag.mach:
        raise InputError(
            where=where, key="drag", seen="mach and cd do not pair up in rising order", cure="give as many cd as mach"
        )
    first = vehicle.stages[0]
    weight_n = vehicle.liftoff_kg * 9.80665
    thrust_n = first.thrust_vac_n * first.thrust_sl_over_vac
    if thrust_n <= weight_n:
        raise InputError(
            where=where,
            key="stages[0].thrust_vac_n",
            seen=f"thrust {thrust_n / 1e3:.0f} kN at sea level does not lift {weight_n / 1e3:.0f} kN",
            cure="check the masses (kg) and the thrust (N)",
        )
