"""What an ensemble says on the terminal and to programs: footprints, modes, risk, how well it is known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from downrange.fall import Look, Wanted, tally_footprint, time_quantile_s
from downrange.replay.risk import risk_shown
from downrange.replay.tables import Table, columns, number, place

if TYPE_CHECKING:
    from downrange.replay.ensemble_model import Flown
    from downrange.replay.show import Shown

_FEW = 3  # impacts; fewer have no ellipse


def ensemble_shown(flown: Flown) -> Shown:
    """Return footprints of everything that came down, the ways the flights went, regions and risk, and the number waited for."""
    tables, risk = risk_shown(flown.risk)
    feet = _feet(flown)
    shown = (_feet_table(feet), _modes_table(flown), *tables, _settled_table(flown))
    document = {
        "vehicle": flown.launch.vehicle.name,
        "site": flown.launch.site.name,
        "flights": flown.flights,
        "seed": flown.launch.seed,
        "stopped_because": flown.stopped_because,
        "resumed_from": flown.resumed_from,
        "settled": None if not flown.looks else _look(flown, flown.looks[-1]),
        "footprints": feet,
        "modes": [
            {"name": mode.name, "p": mode.p, "flights": int(count)}
            for mode, count in zip(flown.risk.ensemble.modes, flown.risk.tally.flights, strict=True)
        ],
        "risk": risk,
        "folder": str(flown.folder),
    }
    return shown, document


def _feet(flown: Flown) -> list[dict[str, Any]]:
    """Return the footprint of each body: of the planned flights where they let it go, else of those that failed."""
    tally, ensemble = flown.risk.tally, flown.risk.ensemble
    found = []
    for b, body in enumerate(tally.bodies):
        planned = [m for m, mode in enumerate(ensemble.modes) if mode.planned and tally.landed[m, b] >= _FEW]
        if not planned and tally.landed[:, b].sum() < _FEW:
            continue
        mode = ensemble.modes[planned[0]].name if planned else None
        foot = tally_footprint(tally, body, mode=mode)
        found.append(
            {
                "body": body,
                "of": mode or "all failures",
                "lat_deg": round(foot.lat_deg, 5),
                "lon_deg": round(foot.lon_deg, 5),
                "sigma_major_m": round(foot.sigma_major_m, 1),
                "sigma_minor_m": round(foot.sigma_minor_m, 1),
                "axis_deg": round(foot.axis_deg, 2),
                "t_s": round(foot.t_s, 1),
                "t_q99_s": round(time_quantile_s(tally, body, 0.99, mode=mode), 1),
                "impacts": foot.samples,
            }
        )
    return found


def _feet_table(feet: list[dict[str, Any]]) -> Table:
    """Return a row a body."""
    rows = tuple(
        (
            foot["body"],
            foot["of"],
            place(foot["lat_deg"], foot["lon_deg"], 2),
            f"{number(foot['sigma_major_m'] / 1e3, 1)} x {number(foot['sigma_minor_m'] / 1e3, 1)}",
            number(foot["axis_deg"]),
            number(foot["t_s"]),
            number(foot["t_q99_s"]),
            number(foot["impacts"]),
        )
        for foot in feet
    )
    names = columns(
        "body",
        "of flights",
        "mean place",
        "1-sigma [km] >",
        "long axis [deg] >",
        "mean time [s] >",
        "99 % down by [s] >",
        "impacts >",
    )
    return Table(title="What comes down", columns=names, rows=rows, note="Times are seconds after lift-off.")


def _modes_table(flown: Flown) -> Table:
    """Return a row a way to go."""
    pairs = zip(flown.risk.ensemble.modes, flown.risk.tally.flights, strict=True)
    rows = tuple((mode.name, number(mode.p, 4), number(int(count))) for mode, count in pairs)
    p = flown.launch.failures.p
    note = (
        f"Probability of failure {p.value:.3g} ({p.kind}: {p.source}). Every other flight fails, and is weighed by it."
    )
    return Table(
        title="How flights go", columns=columns("flight goes", "probability >", "flights >"), rows=rows, note=note
    )


def _settled_table(flown: Flown) -> Table:
    """Return how well the number is known."""
    area = flown.rule.wanted is Wanted.FOOTPRINT
    name = "area of the largest planned 1-sigma ellipse [km2]" if area else "expected casualties"
    rows = []
    if flown.looks:
        seen = flown.looks[-1]

        def told(value: float) -> str:
            return number(value * 1e-6, 1) if area else f"{value:.3g}"

        rows.append(
            (
                name,
                told(seen.value),
                f"{told(seen.low)} to {told(seen.high)}" if math.isfinite(seen.high) else "unknown",
                f"{seen.relative:.1%}" if math.isfinite(seen.relative) else "unknown",
                number(seen.flights),
            )
        )
    again = f" {number(flown.resumed_from)} of them were kept from before." if flown.resumed_from else ""
    note = f"{number(flown.flights)} flights; ended because {flown.stopped_because}.{again}"
    names = columns("number", "value >", "95 % interval >", "half of it >", "after flights >")
    return Table(title="How well it is known", columns=names, rows=tuple(rows), note=note)


def _look(flown: Flown, seen: Look) -> dict[str, Any]:
    """Return a look for programs, SI."""
    known = math.isfinite(seen.high)
    return {
        "number": str(flown.rule.wanted),
        "unit": "m2" if flown.rule.wanted is Wanted.FOOTPRINT else "1",
        "value": float(f"{seen.value:.7g}"),
        "interval_95": [float(f"{x:.7g}") for x in (seen.low, seen.high)] if known else None,
        "target": flown.rule.target,
        "flights": seen.flights,
    }
