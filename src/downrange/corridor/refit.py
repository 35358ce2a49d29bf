"""Fits in plenty: random starts, randomised facts, and what the record does and does not determine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from downrange.base import Array, ModelError, normals
from downrange.corridor.fit import Fit, orbit_columns, soft_columns, solve
from downrange.corridor.fit_model import Record, crowd_from, read_fits

SAME_CHI2 = 0.1
WORST_CHI2 = 120.0  # a randomised fit whose facts contradict each other worse than this is left out and counted
_SAY_EVERY = 16
LEARNT = 0.8  # a parameter whose spread stays above this share of its prior's was not determined by the record


@dataclass(frozen=True, slots=True, kw_only=True)
class Starts:
    """What random starts came to.

    best: the solution of the smallest chi2; chi2: of every start; simulations: of every start
    """

    best: Fit
    chi2: Array
    simulations: Array

    @property
    def agreeing(self) -> int:
        """How many starts reached the best chi2 within 0.1."""
        return int((self.chi2 <= self.best.chi2 + SAME_CHI2).sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter before and after the record: determined when the record narrowed it to below 0.8 of its prior."""

    name: str
    prior_mean: float
    prior_sigma: float
    best: float
    sigma: float
    determined: bool
    source: str


def from_starts(record: Record, *, starts: int = 10, seed: int = 1) -> Starts:
    """Fit from the prior means and from so many random starts drawn from the prior."""
    draws = normals(seed, starts, len(record.names))
    fits = [solve(record), *(solve(record, draw) for draw in draws)]
    best = min(fits, key=lambda fit: fit.chi2)
    return Starts(
        best=best,
        chi2=np.array([fit.chi2 for fit in fits[1:]]),
        simulations=np.array([fit.simulations for fit in fits[1:]]),
    )


def randomised(
    record: Record, *, fits: int, seed: int, say: Callable[[str], None] = lambda _: None
) -> tuple[Array, int]:
    """Return parameter rows (F, n) of fits to perturbed facts and prior means, and how many fits were left out.

    Each fact is moved by a normal number of its own sigmas, each prior mean likewise; sample i of a seed is the same
    however many are made.
    """
    columns = len(orbit_columns(record))
    draws = normals(seed, fits, columns + len(record.names))
    soft = soft_columns(record)
    facts = columns - soft
    rows = []
    for i, draw in enumerate(draws):
        if i and i % _SAY_EVERY == 0:
            say(f"{i} of {fits} randomised fits")
        shift = np.concatenate([draw[:facts], np.zeros(soft)])
        fit = solve(record, shift=shift, prior_shift=draw[columns:])
        if fit.chi2 <= WORST_CHI2:
            rows.append(fit.x)
    if not rows:
        raise ModelError(f"none of {fits} randomised fits of {record.name} came below chi2 {WORST_CHI2:g}")
    return np.array(rows), fits - len(rows)


def parameters(record: Record, fits: Array) -> tuple[Parameter, ...]:
    """Return each parameter with its spread over the fits (F, n); row 0 is the best fit."""
    spread = fits[1:].std(axis=0)
    return tuple(
        Parameter(
            name=name,
            prior_mean=float(record.mean[i]),
            prior_sigma=float(record.sigma[i]),
            best=float(fits[0, i]),
            sigma=float(spread[i]),
            determined=bool(spread[i] < LEARNT * record.sigma[i]),
            source=record.priors[name].source,
        )
        for i, name in enumerate(record.names)
    )


def fits_csv(record: Record, starts: Starts, rows: Array, seed: int) -> str:
    """Return the text of the file of fits: the best one first, then the randomised ones (F, n)."""
    counts = starts.simulations
    head = [
        f"# {record.title}: best fit (chi2 {starts.best.chi2:.3f}) and {len(rows)} randomised fits, seed {seed}",
        f"# {starts.agreeing} of {len(counts)} random starts came within {SAME_CHI2} of the best chi2, "
        f"in {counts.min()} to {counts.max()} simulations",
        "# fitted to public facts, not measured; written by: downrange corridor refit",
        ",".join(record.names),
    ]
    table = [",".join(f"{v:.9g}" for v in row) for row in np.vstack([starts.best.x, rows])]
    return "\n".join(head + table) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refit:
    """A record fitted again: what the starts came to, the fits (F + 1, n) with the best first, the two files."""

    starts: Starts
    fits: Array
    left_out: int
    fits_csv: str
    vehicle_toml: str


def refit(
    record: Record,
    *,
    starts: int = 10,
    fits: int = 128,
    seed: int = 2023,
    say: Callable[[str], None] = lambda _: None,
) -> Refit:
    """Fit a record from random starts and to randomised facts; takes about a CPU-second a fit.

    say: called with a line now and then
    """
    found = from_starts(record, starts=starts)
    say(f"{found.agreeing} of {starts} starts within {SAME_CHI2} of chi2 {found.best.chi2:.3f}")
    rows, left_out = randomised(record, fits=fits, seed=seed, say=say)
    text = fits_csv(record, found, rows, seed)
    every = np.vstack([found.best.x, rows])
    return Refit(
        starts=found,
        fits=every,
        left_out=left_out,
        fits_csv=text,
        vehicle_toml=vehicle_toml(record, read_fits(text, names=record.names)),
    )


def vehicle_toml(record: Record, fits: Array) -> str:
    """Return the text of the vehicle file of the best fit, every figure with its spread over the fits and its kind."""
    crowd = crowd_from(record, fits)
    told = {p.name: p.determined for p in parameters(record, fits)}

    def figure(key: str, values: Array, told_by: tuple[str, ...]) -> str:
        fitted = any(told.get(name, False) for name in told_by)  # a fixed figure was not fitted
        kind = "fitted" if fitted else "assumed"
        how = "fit to the public record" if fitted else "prior, which the record does not narrow"
        names = ", ".join(told_by)
        return f'{key} = {{ value = {values[0]:.8g}, sigma = {values[1:].std():.3g}, kind = "{kind}", source = "{how} ({names})" }}'

    def fixed(key: str, name: str) -> str:
        if name in record.names:
            return figure(key, record.column(name, fits), (name,))
        f = record.fixed[name]
        return f'{key} = {{ value = {f.value:.8g}, kind = "{f.kind}", source = "{f.source}" }}'

    lines = [
        f"# {record.title}.",
        "# An outline: nothing but the payload and the diameter was published with certainty. Written by: downrange corridor refit",
        f'name = "{record.name}"',
        f'title = "{record.title.split(":")[0]} (outline, fitted to the public record)"',
        "",
        "[body]",
        fixed("payload_kg", "payload_kg"),
        fixed("fairing_kg", "fairing_kg"),
        figure("fairing_beta_kgpm2", crowd.fairing_beta_kgpm2, ("ln_beta_fairing",)),
        fixed("reference_area_m2", "reference_area_m2"),
        fixed("beta_stack_kgpm2", "beta_stack_kgpm2"),
        "",
        "[drag]",
        f'kind = "{record.drag.kind}"',
        f'source = "{record.drag.source}"',
        f"mach = {record.drag.mach}",
        f"cd = {record.drag.cd}",
    ]
    for s in range(record.stages):
        n = s + 1
        mass = ("liftoff_kg", "structure1") if s == 0 else (f"propellant{n}_kg", f"structure{n}")
        lines += [
            "",
            "[[stages]]",
            f'name = "stage {n}"',
            figure("propellant_kg", crowd.propellant_kg[:, s], mass),
            figure("dry_kg", crowd.dry_kg[:, s], mass),
            figure("thrust_vac_n", crowd.thrust_vac_n[:, s], ("thrust_sl1_n",) if s == 0 else (f"thrust_vac{n}_n",)),
            figure("isp_vac_s", crowd.isp_vac_s[:, s], (f"isp_vac{n}_s",)),
            fixed("thrust_sl_over_vac", "thrust_sl_over_vac")
            if s == 0
            else 'thrust_sl_over_vac = { value = 1.0, kind = "assumed", source = "burns above the air" }',
            figure("beta_kgpm2", crowd.beta_kgpm2[:, s], ("ln_beta1",) if s == 0 else ("ln_beta2",)),
        ]
    lines += ["", "[plan]", fixed("vertical_s", "vertical_s"), fixed("kick_s", "kick_s")]
    lines += [
        figure("kick_deg", crowd.kick_deg, ("kick_deg",)),
        figure("azimuth_deg", crowd.azimuth_deg, ("azimuth1_deg",)),
        figure("fairing_s", crowd.fairing_s, ("fairing_s",)),
    ]
    for s in range(1, record.stages):
        n = s + 1
        lines += [
            "",
            "[[plan.uppers]]",
            figure("coast_s", crowd.coast_s[:, s], ("coast_s",))
            if 1 < s == record.stages - 1
            else fixed("coast_s", "gap_s"),
            figure("pitch_start_deg", crowd.pitch0_deg[:, s], (f"pitch{n}_start_deg",)),
            figure("pitch_end_deg", crowd.pitch1_deg[:, s], (f"pitch{n}_end_deg",)),
            figure("azimuth_start_deg", crowd.azimuth0_deg[:, s], (f"azimuth{n}_start_deg",)),
            figure("azimuth_end_deg", crowd.azimuth1_deg[:, s], (f"azimuth{n}_end_deg",)),
        ]
    return "\n".join(lines) + "\n"
