"""The orbit that a flight reached: elements, an element set, passes, how long it lasts, what a catalogue says.

Only a replay that reached orbit loads this module.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from downrange.base import after
from downrange.flight import Flight
from downrange.orbit import (
    ASSUMED_BETA,
    CatalogueVerdict,
    ElementSet,
    catalogue_of,
    check,
    decay_of,
    elements_of,
    fit_tle,
    passes,
    read_tle,
)
from downrange.replay.model import Orbit, Watched
from downrange.replay.scenario import Scenario

# The satellite control centre in Pyongyang stands for the peninsula; position: thespacereview.com/article/4772/1
_OVER: Final = "Pyongyang (satellite control centre, 39.04° N 125.71° E)"
_OVER_LAT_DEG, _OVER_LON_DEG = 39.0425, 125.71
_OVER_DEG = 10.0  # lowest elevation that counts as a pass
_DAY_S = 86_400.0


def orbit_reached(scenario: Scenario, flight: Flight, watched: Watched) -> Orbit:
    """Return the orbit in which a flight ended, with the next day's passes."""
    r_ecef_m, v_ecef_mps = flight.r_ecef_m[-1], flight.v_ecef_mps[-1]
    epoch = after(scenario.liftoff.t0, float(flight.t_s[-1]))
    elements = elements_of(r_ecef_m, v_ecef_mps, epoch)
    found = fit_tle(r_ecef_m, v_ecef_mps, epoch)
    (element_set,) = read_tle("\n".join(found.lines), where="the fitted element set")
    return Orbit(
        elements=elements,
        element_set=replace(element_set, name=scenario.name),
        tle=found.lines,
        tracked=watched.decided,
        over=_OVER,
        passes=passes(
            found.satellite(),
            _OVER_LAT_DEG,
            _OVER_LON_DEG,
            epoch,
            after(epoch, _DAY_S),
            min_elevation_deg=_OVER_DEG,
        ),
        starts=epoch,
        lasts=decay_of(elements, beta=ASSUMED_BETA),
        catalogue=catalogued(scenario),
    )


def catalogued(scenario: Scenario) -> CatalogueVerdict | None:
    """Return what the scenario's own element sets say; None where it has none."""
    if not scenario.element_sets:
        return None
    from downrange.replay.catalogue_asked import launch_of

    catalogue = catalogue_of(sets_of(scenario), source="the scenario's element sets", whole=False)
    return check(catalogue, launch_of(scenario))


def sets_of(scenario: Scenario) -> tuple[ElementSet, ...]:
    """Read the scenario's element sets; a spoilt one is told with its place in the file."""
    return tuple(
        one
        for i, table in enumerate(scenario.element_sets)
        for one in read_tle("\n".join((table.name, *table.lines)), where=f"element_sets[{i}]")
    )
