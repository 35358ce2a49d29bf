"""Read a vehicle file: TOML in which every number names its parent."""

from __future__ import annotations

import difflib
import math
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from downrange.base import InputError, Kind, Sourced
from downrange.flight.model import Plan, Stage, Steering, Vehicle

_UNITS = ("kg", "n", "s", "m2", "kgpm2", "deg")


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
    folder = resources.files("downrange.flight").joinpath("data")
    return tuple(sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")))


def load_vehicle(name_or_path: str | Path) -> Vehicle:
    """Return the vehicle of a shipped name or of a TOML file of your own; InputError names file, key and cure."""
    return load_vehicle_and_plan(name_or_path)[0]


def load_plan(name_or_path: str | Path) -> Plan:
    """Return the programme that the vehicle file holds."""
    return load_vehicle_and_plan(name_or_path)[1]


def load_vehicle_and_plan(name_or_path: str | Path) -> tuple[Vehicle, Plan]:
    """Read a vehicle file once for both: what flies, and the programme that it flies."""
    where, text = _text(name_or_path)
    return read_vehicle(text, where=where)


def read_vehicle(text: str, *, where: str) -> tuple[Vehicle, Plan]:
    """Return vehicle and programme of the text of a vehicle file; `where` names it in errors."""
    try:
        raw = msgspec.toml.decode(text.encode())
        file = msgspec.convert(raw, _File)
    except msgspec.ValidationError as error:
        raise InputError(where=where, seen=str(error), cure=_cure(str(error))) from None
    except msgspec.DecodeError as error:
        raise InputError(where=where, seen=f"not TOML: {error}", cure="check quotes and brackets there") from None
    figures = tuple(_figures("", raw))
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


def _text(name_or_path: str | Path) -> tuple[str, str]:
    """Return (name for messages, content) of a shipped or own file."""
    path = Path(name_or_path)
    if path.suffix == ".toml":
        try:
            return path.name, path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(where=str(path), seen=f"cannot be read ({error})", cure="check the path") from None
    if str(name_or_path) not in vehicles():
        raise InputError(
            where="vehicle",
            seen=f"no vehicle is called {str(name_or_path)!r}",
            cure=f"use one of {', '.join(vehicles())}, or give the path of a .toml file",
        )
    file = resources.files("downrange.flight").joinpath("data", f"{name_or_path}.toml")
    return f"{name_or_path}.toml", file.read_text(encoding="utf-8")


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


def _cure(message: str) -> str:
    """Return what to do about a message of the decoder; for a typo, the nearest known key."""
    if "unknown field" in message:
        wrong = message.split("`")[1]
        known = {f for c in (_File, _Body, _Drag, _Stage, _Plan, _Upper, Figure) for f in c.__struct_fields__}
        near = difflib.get_close_matches(wrong, sorted(known), n=1)
        return f"did you mean {near[0]!r}?" if near else "remove that key"
    if "missing required field" in message:
        return "add it, as { value = 1.0, kind = 'assumed', source = 'why' }"
    return "write numbers as { value = 1.0, kind = 'assumed', source = 'why' }; kinds: " + ", ".join(Kind)
