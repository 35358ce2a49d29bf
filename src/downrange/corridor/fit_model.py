"""The public record of a launcher and the guesses about it, read from a TOML file, and what a set of guesses means."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from downrange.base import Array, InputError, Kind, read_toml, toml_text
from downrange.earth import Site, load_site
from downrange.flight import Crowd, Figure, outlined_crowd


class Prior(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What we guess about a number before looking at the record."""

    mean: float
    sigma: float
    source: str


class Fact(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One published datum about the flights, with the spread that we give it."""

    name: str
    kind: Literal["place", "axis", "time", "insertion"]
    limit: str
    source: str
    body: str = ""
    lat_deg: float = 0.0
    lon_deg: float = 0.0
    course_deg: float = 0.0
    sigma_m: float = 0.0
    sigma_along_m: float = 0.0
    sigma_across_m: float = 0.0
    t_s: float = 0.0
    sigma_s: float = 0.0
    perigee_alt_m: float = 0.0
    apogee_alt_m: float = 0.0
    inclination_deg: float = 0.0
    sigma_sma_m: float = 0.0
    sigma_r_m: float = 0.0
    sigma_radial_mps: float = 0.0
    sigma_inclination_deg: float = 0.0
    limit_m: float = 0.0
    limit_along_m: float = 0.0
    limit_low_s: float = 0.0
    limit_high_s: float = 0.0
    limit_deg: float = 0.0


class Soft(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Rules without which steering becomes absurd: attitude jumps at ignition, dynamic pressure."""

    jump_stage2_pitch_deg: float
    jump_stage2_azimuth_deg: float
    jump_stage3_pitch_deg: float
    jump_stage3_azimuth_deg: float
    q_limit_pa: float
    q_scale_pa: float
    source: str


class DragRows(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Drag coefficient against Mach number."""

    kind: Kind
    source: str
    mach: list[float]
    cd: list[float]


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    name: str
    title: str
    site: str
    fixed: dict[str, Figure]
    drag: DragRows
    facts: list[Fact]
    soft: Soft
    priors: dict[str, Prior]


_SHIPPED = resources.files("downrange.corridor") / "data"
_FORM = "compare with the shipped chollima-1.toml"
NAMES = [
    "liftoff_kg",
    "propellant2_kg",
    "propellant3_kg",
    "structure1",
    "structure2",
    "structure3",
    "thrust_sl1_n",
    "thrust_vac2_n",
    "thrust_vac3_n",
    "isp_vac1_s",
    "isp_vac2_s",
    "isp_vac3_s",
    "kick_deg",
    "azimuth1_deg",
    "pitch2_start_deg",
    "pitch2_end_deg",
    "pitch3_start_deg",
    "pitch3_end_deg",
    "azimuth2_start_deg",
    "azimuth2_end_deg",
    "azimuth3_start_deg",
    "azimuth3_end_deg",
    "coast_s",
    "ln_beta1",
    "ln_beta2",
    "ln_beta_fairing",
    "fairing_s",
]
FIXED = [
    "payload_kg",
    "fairing_kg",
    "thrust_sl_over_vac",
    "reference_area_m2",
    "beta_stack_kgpm2",
    "vertical_s",
    "kick_s",
    "gap_s",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A public record with its guesses: what `solve` fits.

    mean, sigma: (27,) of the priors, in the order of NAMES
    """

    name: str
    title: str
    site: Site
    fixed: dict[str, Figure]
    drag: DragRows
    facts: tuple[Fact, ...]
    soft: Soft
    priors: dict[str, Prior]
    mean: Array
    sigma: Array


def load_record(name_or_path: str | Path) -> Record:
    """Return the record of a shipped name (chollima-1) or of a TOML file; InputError names file, key and cure."""
    where, text = toml_text(name_or_path, folder=_SHIPPED, what="record")
    file = read_toml(where, text, _File, missing=_FORM, wrong=_FORM)
    for key, wanted in (("priors", NAMES), ("fixed", FIXED)):
        differ = set(getattr(file, key)) ^ set(wanted)
        if differ:
            raise InputError(
                where=where,
                key=key,
                seen=f"{', '.join(sorted(differ))} missing or unknown",
                cure=f"give exactly {', '.join(wanted)}",
            )
    return Record(
        name=file.name,
        title=file.title,
        site=load_site(file.site),
        fixed=file.fixed,
        drag=file.drag,
        facts=tuple(file.facts),
        soft=file.soft,
        priors=file.priors,
        mean=np.array([file.priors[n].mean for n in NAMES]),
        sigma=np.array([file.priors[n].sigma for n in NAMES]),
    )


def crowd_from(record: Record, x: Array) -> Crowd:
    """Return the crowd of vehicles and plans that parameter rows x (N, 27) describe.

    Stage 1 is the lift-off mass less everything above it, which closes the budget.
    """
    count = len(x)
    d = {name: x[:, i] for i, name in enumerate(NAMES)}
    f = {name: figure.value for name, figure in record.fixed.items()}
    dry2 = d["propellant2_kg"] * d["structure2"] / (1.0 - d["structure2"])
    dry3 = d["propellant3_kg"] * d["structure3"] / (1.0 - d["structure3"])
    stage1 = (
        d["liftoff_kg"] - d["propellant2_kg"] - dry2 - d["propellant3_kg"] - dry3 - f["fairing_kg"] - f["payload_kg"]
    )

    def stages(*columns: Array | float) -> Array:
        return np.stack([np.broadcast_to(np.asarray(c, dtype=float), (count,)) for c in columns], axis=1)

    def one(value: float) -> Array:
        return np.full(count, value)

    return outlined_crowd(
        propellant_kg=stages(stage1 * (1.0 - d["structure1"]), d["propellant2_kg"], d["propellant3_kg"]),
        dry_kg=stages(stage1 * d["structure1"], dry2, dry3),
        thrust_vac_n=stages(d["thrust_sl1_n"] / f["thrust_sl_over_vac"], d["thrust_vac2_n"], d["thrust_vac3_n"]),
        isp_vac_s=stages(d["isp_vac1_s"], d["isp_vac2_s"], d["isp_vac3_s"]),
        sl_over_vac=stages(f["thrust_sl_over_vac"], 1.0, 1.0),
        beta_kgpm2=stages(np.exp(d["ln_beta1"]), np.exp(d["ln_beta2"]), np.exp(d["ln_beta2"])),
        coast_s=stages(0.0, f["gap_s"], d["coast_s"]),
        pitch0_deg=stages(0.0, d["pitch2_start_deg"], d["pitch3_start_deg"]),
        pitch1_deg=stages(0.0, d["pitch2_end_deg"], d["pitch3_end_deg"]),
        azimuth0_deg=stages(0.0, d["azimuth2_start_deg"], d["azimuth3_start_deg"]),
        azimuth1_deg=stages(0.0, d["azimuth2_end_deg"], d["azimuth3_end_deg"]),
        payload_kg=one(f["payload_kg"]),
        fairing_kg=one(f["fairing_kg"]),
        fairing_beta_kgpm2=np.exp(d["ln_beta_fairing"]),
        beta_stack_kgpm2=one(f["beta_stack_kgpm2"]),
        area_m2=one(f["reference_area_m2"]),
        vertical_s=one(f["vertical_s"]),
        kick_s=one(f["kick_s"]),
        kick_deg=d["kick_deg"],
        azimuth_deg=d["azimuth1_deg"],
        fairing_s=d["fairing_s"],
        stop_sma_m=one(0.0),
        lat_deg=one(record.site.lat_deg),
        lon_deg=one(record.site.lon_deg),
        alt_m=one(record.site.alt_m),
        drag=np.array([record.drag.mach, record.drag.cd]).T,
    )


@cache
def load_fits(name: str) -> Array:
    """Return the shipped randomised fits of a record, (F, 27) in the order of NAMES; row 0 is the best fit."""
    file = resources.files("downrange.corridor").joinpath("data", f"{name}.fits.csv")
    if not file.is_file():
        raise InputError(
            where=f"{name}.fits.csv", seen="no fits are shipped for it", cure="run downrange corridor refit"
        )
    return read_fits(file.read_text(encoding="utf-8"), where=file.name)


def read_fits(text: str, *, where: str = "fits") -> Array:
    """Return the parameter rows (F, 27) of the text of a file of fits; InputError when it has other columns."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    if lines[0].split(",") != list(NAMES):
        raise InputError(where=where, seen="its columns are not the parameters", cure="run downrange corridor refit")
    rows = np.loadtxt(lines[1:], delimiter=",", ndmin=2)
    rows.setflags(write=False)
    return rows
