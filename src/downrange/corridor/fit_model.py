"""The public record of a launcher and the guesses about it, read from a TOML file, and what a set of guesses means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import chain
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from downrange.base import Array, InputError, Kind, read_toml, toml_text
from downrange.earth import Site, load_site
from downrange.flight import Crowd, Figure, outlined_crowd


class Prior(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What we guess about a number before looking at the record: mean and sigma, or a median and a factor each way."""

    mean: float
    source: str
    sigma: float = 0.0
    factor: float = 1.0


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


_SHIPPED = resources.files("downrange.corridor") / "data"
_FITS = ".fits.csv"
_FORM = "compare with the shipped chollima-1.toml"
FIXED = (
    "payload_kg",
    "fairing_kg",
    "thrust_sl_over_vac",
    "reference_area_m2",
    "beta_stack_kgpm2",
    "vertical_s",
    "kick_s",
    "gap_s",
)


def names_of(stages: int) -> tuple[str, ...]:
    """Return the parameters of a vehicle of two stages or more, in the order of the columns of its fits.

    The coast, where there is one, comes before the last of three stages or more; the gap before every other.
    """
    uppers = range(2, stages + 1)
    every = range(1, stages + 1)
    return (
        "liftoff_kg",
        *(f"propellant{n}_kg" for n in uppers),
        *(f"structure{n}" for n in every),
        "thrust_sl1_n",
        *(f"thrust_vac{n}_n" for n in uppers),
        *(f"isp_vac{n}_s" for n in every),
        "kick_deg",
        "azimuth1_deg",
        *(f"pitch{n}_{end}_deg" for n in uppers for end in ("start", "end")),
        *(f"azimuth{n}_{end}_deg" for n in uppers for end in ("start", "end")),
        *(("coast_s",) if stages > 2 else ()),
        "ln_beta1",
        "ln_beta2",
        "ln_beta_fairing",
        "fairing_s",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A public record with its guesses: what `solve` fits and `infer` weighs.

    stages: how many
    names:  (n,) the parameters with a prior, in the order of `names_of`, then of FIXED
    mean:   (n,) prior means, or medians of those whose logarithm is guessed
    sigma:  (n,) prior sigmas; of a logarithm, the sigma near the median
    ln_factor: (n,) sigma of the logarithm where that is what is guessed, else 0
    """

    name: str
    title: str
    site: Site
    stages: int
    names: tuple[str, ...]
    fixed: dict[str, Figure]
    drag: DragRows
    facts: tuple[Fact, ...]
    soft: Soft
    priors: dict[str, Prior]
    mean: Array
    sigma: Array
    ln_factor: Array

    def x_of(self, u: Array) -> Array:
        """Return parameters (..., n) of prior sigmas from the prior means (..., n)."""
        return np.where(self.ln_factor > 0.0, self.mean * np.exp(self.ln_factor * u), self.mean + self.sigma * u)

    def u_of(self, x: Array) -> Array:
        """Return prior sigmas from the prior means (..., n) of parameters (..., n)."""
        with np.errstate(invalid="ignore", divide="ignore"):
            logs = np.log(x / self.mean) / np.where(self.ln_factor > 0.0, self.ln_factor, 1.0)
        return np.where(self.ln_factor > 0.0, logs, (x - self.mean) / self.sigma)

    def column(self, name: str, x: Array) -> Array:
        """Return one parameter of rows x (N, n), (N,): drawn where it has a prior, else the fixed figure."""
        if name in self.names:
            return x[:, self.names.index(name)]
        return np.full(len(x), self.fixed[name].value)


def record_of(
    *,
    name: str,
    title: str,
    site: Site,
    fixed: dict[str, Figure],
    drag: DragRows,
    facts: tuple[Fact, ...],
    soft: Soft,
    priors: dict[str, Prior],
    where: str,
) -> Record:
    """Return a record; InputError when the parameters are not exactly those of a vehicle of some number of stages."""
    stages = sum(key.startswith("propellant") for key in (*priors, *fixed)) + 1
    known = (*names_of(max(stages, 2)), *FIXED)
    twice = sorted(set(priors) & set(fixed))
    differ = sorted((set(priors) | set(fixed)) ^ set(known))
    if twice or differ:
        raise InputError(
            where=where,
            key="priors" if set(twice or differ) - set(FIXED) else "fixed",
            seen=f"{', '.join(twice or differ)} {'in both' if twice else 'missing or unknown'}",
            cure=f"for {max(stages, 2)} stages give each in one of the two tables: {', '.join(known)}",
        )
    for key, prior in priors.items():
        if (
            (prior.sigma > 0.0) == (prior.factor > 1.0)
            or prior.sigma < 0.0
            or (prior.factor > 1.0 and prior.mean <= 0.0)
        ):
            cure = "give a sigma above 0, or a factor above 1 with a positive mean"
            raise InputError(where=where, key=f"priors.{key}", seen="no spread, or two", cure=cure)
    names = tuple(key for key in known if key in priors)
    mean = np.array([priors[key].mean for key in names])
    ln_factor = np.array([np.log(priors[key].factor) for key in names])
    sigma = np.array([priors[key].sigma for key in names])
    return Record(
        name=name,
        title=title,
        site=site,
        stages=stages,
        names=names,
        fixed=fixed,
        drag=drag,
        facts=facts,
        soft=soft,
        priors=priors,
        mean=mean,
        sigma=np.where(ln_factor > 0.0, mean * ln_factor, sigma),
        ln_factor=ln_factor,
    )


class RecordFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A file as it stands: a record, or an outline, which has neither site nor facts.

    azimuths: "given" as they are, or "from areas": counted from the direction in which the pad sees the nearest area
    """

    name: str
    title: str
    fixed: dict[str, Figure]
    drag: DragRows
    soft: Soft
    priors: dict[str, Prior]
    site: str = ""
    facts: list[Fact] = []
    azimuths: Literal["given", "from areas"] = "given"


def read_record_file(name_or_path: str | Path) -> tuple[str, RecordFile]:
    """Return where a shipped or a given file stands, and what it says."""
    where, text = toml_text(name_or_path, folder=_SHIPPED, what="record")
    return where, read_toml(where, text, RecordFile, missing=_FORM, wrong=_FORM)


def load_record(name_or_path: str | Path) -> Record:
    """Return the record of a shipped name (chollima-1) or of a TOML file; InputError names file, key and cure."""
    where, file = read_record_file(name_or_path)
    if not file.site or not file.facts:
        cure = "give a file with a site and facts; an outline is for corridor fit --vehicle"
        raise InputError(where=where, key="site" if file.facts else "facts", seen="is an outline", cure=cure)
    return record_of(
        name=file.name,
        title=file.title,
        site=load_site(file.site),
        fixed=file.fixed,
        drag=file.drag,
        facts=tuple(file.facts),
        soft=file.soft,
        priors=file.priors,
        where=where,
    )


def crowd_from(record: Record, x: Array) -> Crowd:
    """Return the crowd of vehicles and plans that parameter rows x (N, n) describe.

    Stage 1 is the lift-off mass less everything above it, which closes the budget.
    """
    count, stages = len(x), record.stages

    def d(name: str) -> Array:
        return record.column(name, x)

    def row(first: Array | float, *above: Array | float) -> Array:
        """Return (N, S) of a value a stage."""
        return np.stack([np.broadcast_to(np.asarray(c, dtype=float), (count,)) for c in (first, *above)], axis=1)

    def uppers(form: str) -> list[Array]:
        return [d(form.format(n)) for n in range(2, stages + 1)]

    propellant = uppers("propellant{}_kg")
    dry = [kg * share / (1.0 - share) for kg, share in zip(propellant, uppers("structure{}"), strict=True)]
    stage1 = d("liftoff_kg")
    for part in (*chain.from_iterable(zip(propellant, dry, strict=True)), d("fairing_kg"), d("payload_kg")):
        stage1 = stage1 - part
    gaps: list[Array | float] = [d("gap_s")] * (stages - 1)
    if stages > 2:
        gaps[-1] = d("coast_s")
    return outlined_crowd(
        propellant_kg=row(stage1 * (1.0 - d("structure1")), *propellant),
        dry_kg=row(stage1 * d("structure1"), *dry),
        thrust_vac_n=row(d("thrust_sl1_n") / d("thrust_sl_over_vac"), *uppers("thrust_vac{}_n")),
        isp_vac_s=row(d("isp_vac1_s"), *uppers("isp_vac{}_s")),
        sl_over_vac=row(d("thrust_sl_over_vac"), *[1.0] * (stages - 1)),
        beta_kgpm2=row(np.exp(d("ln_beta1")), *[np.exp(d("ln_beta2"))] * (stages - 1)),
        coast_s=row(0.0, *gaps),
        pitch0_deg=row(0.0, *uppers("pitch{}_start_deg")),
        pitch1_deg=row(0.0, *uppers("pitch{}_end_deg")),
        azimuth0_deg=row(0.0, *uppers("azimuth{}_start_deg")),
        azimuth1_deg=row(0.0, *uppers("azimuth{}_end_deg")),
        payload_kg=d("payload_kg"),
        fairing_kg=d("fairing_kg"),
        fairing_beta_kgpm2=np.exp(d("ln_beta_fairing")),
        beta_stack_kgpm2=d("beta_stack_kgpm2"),
        area_m2=d("reference_area_m2"),
        vertical_s=d("vertical_s"),
        kick_s=d("kick_s"),
        kick_deg=d("kick_deg"),
        azimuth_deg=d("azimuth1_deg"),
        fairing_s=d("fairing_s"),
        stop_sma_m=np.zeros(count),
        lat_deg=np.full(count, record.site.lat_deg),
        lon_deg=np.full(count, record.site.lon_deg),
        alt_m=np.full(count, record.site.alt_m),
        drag=np.array([record.drag.mach, record.drag.cd]).T,
    )


def fitted_names() -> tuple[str, ...]:
    """Return the names of the records with shipped fits."""
    return tuple(sorted(file.name.removesuffix(_FITS) for file in _SHIPPED.iterdir() if file.name.endswith(_FITS)))


@cache
def load_fits(name: str) -> Array:
    """Return the shipped randomised fits of a record, (F, n) in the order of its names; row 0 is the best fit."""
    file = resources.files("downrange.corridor").joinpath("data", f"{name}.fits.csv")
    if not file.is_file():
        raise InputError(
            where=f"{name}.fits.csv", seen="no fits are shipped for it", cure="run downrange corridor refit"
        )
    return read_fits(file.read_text(encoding="utf-8"), where=file.name)


def read_fits(text: str, *, names: Sequence[str] = names_of(3), where: str = "fits") -> Array:
    """Return the parameter rows (F, n) of the text of a file of fits; InputError when it has other columns."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    if not lines or lines[0].split(",") != list(names):
        raise InputError(where=where, seen="its columns are not the parameters", cure="run downrange corridor refit")
    rows = np.loadtxt(lines[1:], delimiter=",", ndmin=2)
    rows.setflags(write=False)
    return rows
