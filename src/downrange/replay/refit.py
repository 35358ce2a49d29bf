"""Fit a vehicle to its public record anew: the files, and what the terminal shows."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from downrange.replay.folder import check_folder, write_folder
from downrange.replay.tables import Table, columns

if TYPE_CHECKING:
    from downrange.corridor import Record, Refit
    from downrange.replay.show import Shown


def refit_record(
    record: Record, folder: Path, *, starts: int, fits: int, seed: int, say: Callable[[str], None] = lambda _: None
) -> Refit:
    """Fit a record and write NAME.toml (the vehicle) and NAME.fits.csv into a new folder, whole or not at all."""
    from downrange.corridor import refit

    check_folder(folder)
    say(f"{starts} starts and {fits} randomised fits, about a CPU-second each")
    found = refit(record, starts=starts, fits=fits, seed=seed, say=say)
    files = {f"{record.name}.toml": found.vehicle_toml, f"{record.name}.fits.csv": found.fits_csv}
    write_folder(folder, {name: text.encode() for name, text in files.items()})
    return found


def refit_shown(record: Record, found: Refit) -> Shown:
    """Return the facts beside the best fit, and each parameter before and after the record."""
    from downrange.corridor import checks, parameters

    def spread(sigma: float) -> str:
        return f"{sigma:.2f}" if math.isfinite(sigma) else "–"

    rows = checks(record, found.fits)
    told = parameters(record, found.fits)
    facts = Table(
        title="The best fit beside the public record",
        columns=columns("fact", "published", "fitted >", "1-sigma >", "unit", "limit", "holds"),
        rows=tuple(
            (c.fact, c.published, f"{c.value:.2f}", spread(c.sigma), c.unit, c.limit, "yes" if c.holds else "no")
            for c in rows
        ),
    )
    what = Table(
        title="What the record tells of each parameter",
        columns=columns("parameter", "prior >", "1-sigma >", "best fit >", "1-sigma after >", "is"),
        rows=tuple(
            (
                p.name,
                f"{p.prior_mean:.6g}",
                f"{p.prior_sigma:.3g}",
                f"{p.best:.6g}",
                f"{p.sigma:.3g}",
                "fitted" if p.determined else "assumed",
            )
            for p in told
        ),
        note=f"{found.starts.agreeing} of {len(found.starts.chi2)} random starts came within 0.1 of the best chi2 "
        f"{found.starts.best.chi2:.3f}, in at most {found.starts.simulations.max()} simulations each; "
        f"{len(found.fits) - 1} randomised fits kept, {found.left_out} left out.",
    )
    document = {
        "chi2": round(found.starts.best.chi2, 4),
        "starts": len(found.starts.chi2),
        "starts_agreeing": found.starts.agreeing,
        "simulations": [int(n) for n in found.starts.simulations],
        "facts": [{"fact": c.fact, "value": c.value, "unit": c.unit, "holds": c.holds} for c in rows],
        "parameters": [{"name": p.name, "best": p.best, "sigma": p.sigma, "fitted": p.determined} for p in told],
    }
    return (facts, what), document
