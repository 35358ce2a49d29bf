"""The risk of a launch from the folder of its ensemble: as tables, as one document, as maps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from downrange.base import InputError, read_text
from downrange.fall import (
    CONDITIONAL_EC_LIMIT,
    EC_LIMIT,
    PERSON_LIMIT,
    Casualties,
    Ensemble,
    Exposed,
    Region,
    Tally,
    casualties,
    density_netcdf,
    load_tally,
    read_ensemble,
    read_people,
    region_title,
    regions_geojson,
    regions_kml,
    regions_of,
    with_p_failure,
)
from downrange.replay._json import json_text
from downrange.replay.tables import Table, columns, number, place

if TYPE_CHECKING:
    from downrange.replay.show import Shown

TALLY, ENSEMBLE = "tally.npz", "ensemble.json"
_ASSUMED = "Nobody is sheltered, and every piece falls straight down: a first estimate. Sizes of ships and aircraft are assumed."


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchRisk:
    """What an ensemble says about the danger of a launch.

    casualties: None when nobody said where people are; people: the name of the file that did, or ""
    """

    tally: Tally
    ensemble: Ensemble
    casualties: Casualties | None
    regions: tuple[Region, ...]
    exposed: Exposed
    people: str


def launch_risk(
    folder: Path, people: Path | None, *, p_failure: float | None = None, exposed: Exposed | None = None
) -> LaunchRisk:
    """Read the folder of an ensemble and a table of people, and return the risk.

    people: CSV lat_deg,lon_deg,people; p_failure: instead of the ensemble's own probability of failure
    """
    exposed = exposed or Exposed()
    ensemble = read_ensemble(str(folder / ENSEMBLE), read_text(folder / ENSEMBLE))
    if p_failure is not None:
        if not 0.0 <= p_failure <= 1.0:
            raise InputError(where="--p-failure", seen=f"{p_failure:g}", cure="give a probability, 0 to 1")
        ensemble = with_p_failure(ensemble, p_failure)
    tally = load_tally(folder / TALLY)
    names = tuple(mode.name for mode in ensemble.modes), tuple(body.name for body in ensemble.bodies)
    if (*names, ensemble.grid) != (tally.modes, tally.bodies, tally.grid):
        seen = f"its modes, bodies or grid are not those of {TALLY}: the two are of different ensembles"
        cure = "take both from one folder, or fly the ensemble anew"
        raise InputError(where=str(folder / ENSEMBLE), key="modes", seen=seen, cure=cure)
    hurt = None
    if people is not None:
        population = read_people(people.name, read_text(people), ensemble.grid)
        hurt = casualties(tally, ensemble, population, rule=exposed.rule)
    return LaunchRisk(
        tally=tally,
        ensemble=ensemble,
        casualties=hurt,
        regions=regions_of(tally, ensemble, exposed),
        exposed=exposed,
        people="" if people is None else people.name,
    )


def risk_shown(risk: LaunchRisk) -> Shown:
    """Return expected casualties by mode and in total, and the regions."""
    tables = [_regions_table(risk)]
    if risk.casualties is not None:
        tables = [_modes_table(risk.casualties), _limits_table(risk.casualties), *tables]
    return tuple(tables), _document(risk)


def risk_files(risk: LaunchRisk, *, title: str, created: datetime) -> dict[str, bytes]:
    """Return the maps, by file name: density (CF NetCDF), regions (GeoJSON, KML), and the document."""
    source = risk.ensemble.source
    files = {
        "regions.geojson": json_text(regions_geojson(risk.regions, source)).encode(),
        "regions.kml": regions_kml(risk.regions, title=title, source=source).encode(),
        "risk.json": json_text(_document(risk)).encode(),
    }
    if len(risk.tally.keys):
        files["density.nc"] = density_netcdf(risk.tally, risk.ensemble, title=title, created=created)
    return files


def _modes_table(hurt: Casualties) -> Table:
    """Return a row a mode."""
    rows = tuple(
        (
            mode.name,
            number(mode.p, 4),
            number(mode.flights),
            number(mode.hits),
            f"{_small(mode.ec)} ± {_small(mode.standard_error)}",
            f"{_small(mode.low)} to {_small(mode.high)}",
            _small(mode.weighted),
            "" if mode.planned else _against(mode.low, mode.high, CONDITIONAL_EC_LIMIT),
        )
        for mode in hurt.modes
    )
    names = columns(
        "flight goes",
        "probability >",
        "flights >",
        "hits among people >",
        "casualties if so >",
        "95 % interval >",
        "times probability >",
        f"{CONDITIONAL_EC_LIMIT:g} if so",
    )
    return Table(title="Expected casualties", columns=names, rows=rows, note=_ASSUMED)


def _limits_table(hurt: Casualties) -> Table:
    """Return the figures that have a limit."""
    where = place(hurt.worst_lat_deg, hurt.worst_lon_deg, 2) if hurt.worst_p > 0.0 else "nobody in danger"
    rows = (
        (
            "expected casualties, all flights",
            f"{_small(hurt.ec)} ({_small(hurt.low)} to {_small(hurt.high)})",
            f"{EC_LIMIT:g}",
            _against(hurt.low, hurt.high, EC_LIMIT),
        ),
        ("probability of one casualty or more", _small(hurt.p_at_least_one), "", ""),
        (
            f"probability of casualty of one person, worst place: {where}",
            _small(hurt.worst_p),
            f"{PERSON_LIMIT:g}",
            _against(hurt.worst_p, hurt.worst_p, PERSON_LIMIT),
        ),
    )
    note = f"{number(hurt.people)} people on the grid. Limits: 14 CFR 450.101. {_most(hurt)}"
    return Table(
        title="Against the limits", columns=columns("figure", "value >", "limit >", "verdict"), rows=rows, note=note
    )


def _most(hurt: Casualties) -> str:
    """Say which body brings most of the danger."""
    name, share = max(hurt.by_body, key=lambda pair: pair[1])
    return f"Most of it comes from {name}: {share / hurt.ec:.0%}." if hurt.ec > 0.0 else ""


def _regions_table(risk: LaunchRisk) -> Table:
    """Return a row a region."""
    rows = tuple(
        (
            region_title(region),
            number(region.area_m2 / 1e6) if not region.region_lonlat.is_empty else "nowhere",
            f"{region.reached:.1%}" if region.kind == "containment" else _small(region.reached),
            region.note,
        )
        for region in risk.regions
    )
    flights = int(risk.tally.flights.sum())
    note = f"{number(flights)} flights, seed {risk.ensemble.seed}. Reached: the share held, or the highest anywhere."
    return Table(title="Regions", columns=columns("region", "area [km2] >", "reached >", "note"), rows=rows, note=note)


def _document(risk: LaunchRisk) -> dict[str, Any]:
    """Return everything for programs."""
    hurt, exposed = risk.casualties, risk.exposed
    return {
        "flights": int(risk.tally.flights.sum()),
        "seed": risk.ensemble.seed,
        "source": risk.ensemble.source,
        "people": risk.people or None,
        "casualties": None if hurt is None else _casualties(hurt),
        "regions": [
            {
                "kind": region.kind,
                "body": region.body,
                "level": region.p,
                "reached": _plain(region.reached),
                "area_m2": _plain(region.area_m2),
                "note": region.note,
            }
            for region in risk.regions
        ],
        "assumed": {
            "casualty_area": str(exposed.rule),
            "ship_m2": exposed.ship_m2,
            "aircraft_top_m2": exposed.aircraft_top_m2,
            "aircraft_front_m2": exposed.aircraft_front_m2,
            "aircraft_mps": exposed.aircraft_mps,
            "note": _ASSUMED,
        },
    }


def _casualties(hurt: Casualties) -> dict[str, Any]:
    """Return expected casualties for programs."""
    return {
        "ec": _plain(hurt.ec),
        "standard_error": _plain(hurt.standard_error),
        "interval_95": [_plain(hurt.low), _plain(hurt.high)],
        "limit": EC_LIMIT,
        "verdict": _against(hurt.low, hurt.high, EC_LIMIT),
        "p_at_least_one": _plain(hurt.p_at_least_one),
        "people_on_grid": _plain(hurt.people),
        "worst_person": {
            "p": _plain(hurt.worst_p),
            "lat_deg": _plain(hurt.worst_lat_deg),
            "lon_deg": _plain(hurt.worst_lon_deg),
            "limit": PERSON_LIMIT,
        },
        "by_body": {name: _plain(ec) for name, ec in hurt.by_body},
        "modes": [
            {
                "name": mode.name,
                "p": mode.p,
                "planned": mode.planned,
                "flights": mode.flights,
                "hits": mode.hits,
                "ec": _plain(mode.ec),
                "standard_error": _plain(mode.standard_error),
                "interval_95": [_plain(mode.low), _plain(mode.high)],
                "weighted": _plain(mode.weighted),
            }
            for mode in hurt.modes
        ],
    }


def _against(low: float, high: float, limit: float) -> str:
    """Compare an interval with a limit."""
    if math.isnan(high):
        return "unknown"
    if high <= limit:
        return "within"
    return "over" if low > limit else "not decided: fly more"


def _small(value: float) -> str:
    """Write a probability or an expectation with two digits."""
    return "unknown" if math.isnan(value) else "0" if value == 0.0 else f"{value:.2g}"


def _plain(value: float) -> float | None:
    """Return seven digits for JSON; what is not a number is null."""
    return float(f"{value:.7g}") if math.isfinite(value) else None
