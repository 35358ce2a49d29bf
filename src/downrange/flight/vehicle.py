"""Read a vehicle file: TOML in which every number names its parent."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

from downrange.base import InputError, Kind, Sourced, read_toml, toml_names, toml_table, toml_text
from downrange.flight.model import Booster, Burns, Plan, Programme, Stage, Steering, Throttle, Vehicle
from downrange.flight.vehicle_checks import check_vehicle
from downrange.flight.vehicle_form import BoosterForm, FileForm, PlanForm, StageForm

_UNITS = ("kg", "n", "s", "m2", "kgpm2", "deg")
_SHIPPED = resources.files("downrange.flight") / "data"
_FORM = "write numbers as { value = 1.0, kind = 'assumed', source = 'why' }; kinds: " + ", ".join(Kind)


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
    file = read_toml(where, text, FileForm, missing=_FORM, wrong=_FORM)
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
    plan = _plan(file.plan)
    check_vehicle(where, vehicle, plan, file)
    return vehicle, plan


def _stage(s: StageForm) -> Stage:
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


def _booster(b: BoosterForm) -> Booster:
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


def _plan(p: PlanForm) -> Plan:
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
