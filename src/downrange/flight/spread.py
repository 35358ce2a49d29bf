"""How flights of one vehicle differ from each other: masses, thrust, air, guidance; each group with its own draws."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import msgspec
import numpy as np

from downrange.base import Array, InputError, normals, read_toml, toml_names, toml_text
from downrange.flight.crowd import Crowd
from downrange.flight.vehicle_form import Figure

GROUPS = ("vehicle", "aerodynamics", "guidance", "air")
_STREAMS = {group: (1 + i) << 32 for i, group in enumerate(GROUPS)}
_SHIPPED = resources.files("downrange.flight") / "data" / "spreads"
_FORM = "compare with the shipped spread, assumed.toml"
_MOST = 0.5  # a part has to stay positive at every draw; 6 sigma of 0.5 is cut off below
_LEAST_FACTOR = 0.05


class _Vehicle(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    propellant: Figure
    dry: Figure
    thrust: Figure
    isp: Figure


class _Aerodynamics(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    area: Figure
    ln_beta: Figure


class _Guidance(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    kick: Figure
    pitch_deg: Figure
    azimuth_deg: Figure


class _Air(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    density: Figure


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    name: str
    title: str
    vehicle: _Vehicle
    aerodynamics: _Aerodynamics
    guidance: _Guidance
    air: _Air


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """One standard deviation of each, relative but where a unit stands; of ln_beta, of the logarithm.

    density: of the air, one factor for the whole flight and the falls; kick: of the angle of the first kick
    """

    name: str
    propellant: float
    dry: float
    thrust: float
    isp: float
    area: float
    ln_beta: float
    kick: float
    pitch_deg: float
    azimuth_deg: float
    density: float


def spread_names() -> tuple[str, ...]:
    """Return the names of the spreads that come with the package."""
    return toml_names(_SHIPPED)


def load_spread(name_or_path: str | Path) -> Spread:
    """Return a spread of a shipped name or of a TOML file; InputError names file, key and cure.

    >>> load_spread("assumed").thrust
    0.01
    """
    where, text = toml_text(name_or_path, folder=_SHIPPED, what="spread")
    file = read_toml(where, text, _File, missing=_FORM, wrong=_FORM)
    values: dict[str, float] = {}
    for group in GROUPS:
        table = getattr(file, group)
        for key in table.__struct_fields__:
            value = getattr(table, key).value
            most = 90.0 if key.endswith("_deg") else 2.0 if key.startswith("ln_") else _MOST
            if not 0.0 <= value <= most:
                cure = f"give one standard deviation, 0 to {most:g}"
                raise InputError(where=where, key=f"{group}.{key}", seen=f"{value:g}", cure=cure)
            values[key] = value
    return Spread(name=file.name, **values)


def air_factors(spread: Spread, seed: int, flights: int, *, first: int = 0, without: Collection[str] = ()) -> Array:
    """Return how many times as dense as its table the air of each flight is, (N,): for its ascent and for all its falls."""
    if "air" in without:
        return np.ones(flights)
    return _factors(spread.density, normals(seed ^ _STREAMS["air"], flights, 1, first=first)[:, 0])


def _factors(sigma: float, draw: Array) -> Array:
    """Return factors about 1 that stay above nothing."""
    return np.maximum(1.0 + sigma * draw, _LEAST_FACTOR)


def dispersed(crowd: Crowd, spread: Spread, seed: int, *, first: int = 0, without: Collection[str] = ()) -> Crowd:
    """Return the crowd with every flight a little different; flight i of a seed is always the same.

    without: GROUPS that are left as they are. A denser air is a larger area and lighter bodies, which it equals.
    """
    n, stages, kinds = len(crowd), crowd.stages, len(crowd.booster_count)

    def draws(group: str, count: int) -> Array:
        if group in without:
            return np.zeros((n, count))
        return normals(seed ^ _STREAMS[group], n, count, first=first)

    both = stages + kinds
    vehicle, aero = draws("vehicle", 4 * both), draws("aerodynamics", 3 + both)
    guidance, air = draws("guidance", 3), air_factors(spread, seed, n, first=first, without=without)
    parts = [
        _factors(sigma, vehicle[:, i * both : (i + 1) * both])
        for i, sigma in enumerate((spread.propellant, spread.dry, spread.thrust, spread.isp))
    ]
    own, strapped = [p[:, :stages] for p in parts], [p[:, stages:] for p in parts]
    beta = np.exp(spread.ln_beta * aero[:, 1:]) / air[:, None]
    area = _factors(spread.area, aero[:, 0]) * air
    return replace(
        crowd,
        propellant_kg=crowd.propellant_kg * own[0],
        dry_kg=crowd.dry_kg * own[1],
        thrust_vac_n=crowd.thrust_vac_n * own[2],
        isp_vac_s=crowd.isp_vac_s * own[3],
        booster_propellant_kg=crowd.booster_propellant_kg * strapped[0],
        booster_dry_kg=crowd.booster_dry_kg * strapped[1],
        booster_thrust_vac_n=crowd.booster_thrust_vac_n * strapped[2],
        booster_isp_vac_s=crowd.booster_isp_vac_s * strapped[3],
        area_m2=crowd.area_m2 * area,
        booster_area_m2=crowd.booster_area_m2 * area[:, None],
        fairing_beta_kgpm2=crowd.fairing_beta_kgpm2 * beta[:, 0],
        beta_stack_kgpm2=crowd.beta_stack_kgpm2 * beta[:, 1],
        beta_kgpm2=crowd.beta_kgpm2 * beta[:, 2 : 2 + stages],
        booster_beta_kgpm2=crowd.booster_beta_kgpm2 * beta[:, 2 + stages :],
        kick_deg=crowd.kick_deg * _factors(spread.kick, guidance[:, 0]),
        off_pitch_deg=crowd.off_pitch_deg + spread.pitch_deg * guidance[:, 1],
        off_azimuth_deg=crowd.off_azimuth_deg + spread.azimuth_deg * guidance[:, 2],
    )
