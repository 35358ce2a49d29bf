"""What the pictures of an ensemble show, from its record."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from downrange.base import Array
from downrange.fall import Region, Target, expected_pieces
from downrange.replay.ensemble_model import Flown, ground_track, mean_wind
from downrange.replay.ensemble_pictures import (
    Cells,
    Convergence,
    LaunchPoint,
    TimeBins,
    Zone,
    convergence_picture,
    footprint_picture,
    times_picture,
)
from downrange.replay.figures import Drawn
from downrange.replay.flight_pictures import downs_of, flight_pictures
from downrange.replay.single import launch_title, plain

_KM2 = 1e6
_BIN_S = 60
_KINDS = {Target.SHIP: "ships", Target.AIRCRAFT: "aircraft", Target.PERSON: "person"}


def ensemble_drawn(flown: Flown) -> tuple[Drawn, ...]:
    """Return footprint, convergence and times of an ensemble, and the pictures of its planned flight."""
    launch = flown.launch
    title = launch_title(launch.vehicle, launch.site)
    count = f"{flown.flights:,}".replace(",", "\N{NO-BREAK SPACE}")
    note = f"{count} flights, seed {launch.seed}; probability of failure {launch.failures.p.value:.2g} ({launch.failures.p.kind})."
    blows = mean_wind(launch)
    drawn = [
        *flight_pictures(
            flown.flight,
            title=title,
            site_name=plain(launch.site.title),
            downs=downs_of(flown.flight, air=launch.air, wind=blows if len(blows) else None),
            drag_ecef_mps2=flown.flight.drag_ecef_mps2,
        )
    ]
    cells = _cells(flown)
    if len(cells.lat_deg):
        pad = LaunchPoint(name=plain(launch.site.title), lat_deg=launch.site.lat_deg, lon_deg=launch.site.lon_deg)
        zones = _zones(flown.risk.regions)
        drawn.append(footprint_picture(cells, zones, title=title, pad=pad, track=ground_track(flown.flight), note=note))
    bins = _bins(flown)
    if bins:
        drawn.append(times_picture(bins, title=title))
    known = [one for one in flown.looks if math.isfinite(one.high)]
    if known:
        drawn.append(convergence_picture(_convergence(flown), title=title))
    return tuple(drawn)


def _cells(flown: Flown) -> Cells:
    """Return the expected pieces per square kilometre, all modes and bodies."""
    grid = flown.risk.ensemble.grid
    cells, pieces = expected_pieces(flown.risk.tally, flown.risk.ensemble)
    lat, lon = grid.centre(cells)
    return Cells(
        lat_deg=lat,
        lon_deg=lon,
        density_pkm2=pieces / (grid.area_m2(cells) / _KM2),
        cell_lat_deg=grid.lat_step_deg,
        cell_lon_deg=grid.lon_step_deg,
    )


def _zones(regions: Sequence[Region]) -> tuple[Zone, ...]:
    """Return the outlines to draw."""
    zones = []
    for region in regions:
        kind = next((name for target, name in _KINDS.items() if region.kind == str(target)), "containment")
        label = f"{region.p:.0%} of {region.body}" if region.body else f"{region.kind} hit above {region.p:g}"
        zones.append(Zone(kind=kind, label=label, geometry_lonlat=region.region_lonlat))  # type: ignore[arg-type]
    return tuple(zones)


def _bins(flown: Flown) -> tuple[TimeBins, ...]:
    """Return when each body comes down, in minutes, weighed by the probability of the modes."""
    tally, ensemble = flown.risk.tally, flown.risk.ensemble
    found = []
    for b, body in enumerate(ensemble.bodies):
        seconds: list[Array] = []
        weights: list[Array] = []
        for m, mode in enumerate(ensemble.modes):
            at, counts = tally.seconds_of(m, b)
            seconds.append(at.astype(float))
            weights.append(counts * mode.p * body.pieces / max(int(tally.flights[m]), 1))
        when, weight = np.concatenate(seconds), np.concatenate(weights)
        if weight.sum() > 0.0:
            last = int(when.max() // _BIN_S) + 1
            edges: Array = np.arange(float(last + 1)) * _BIN_S
            found.append(TimeBins(body=body.name, edges_s=edges, expected=np.histogram(when, edges, weights=weight)[0]))
    return tuple(found)


def _convergence(flown: Flown) -> Convergence:
    """Return how the number settled."""
    looks = [one for one in flown.looks if math.isfinite(one.high)]
    area = flown.rule.wanted == "footprint"
    scale = 1e-6 if area else 1.0
    stopped = flown.flights if flown.rule.target is not None else None
    return Convergence(
        flights=np.array([float(one.flights) for one in looks]),
        value=scale * np.array([one.value for one in looks]),
        low=scale * np.array([one.low for one in looks]),
        high=scale * np.array([one.high for one in looks]),
        quantity="area of the largest planned 1-sigma ellipse" if area else "expected casualties",
        unit="km²" if area else "",
        target=flown.rule.target,
        stopped=stopped,
    )
