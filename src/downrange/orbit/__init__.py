"""Orbit: elements, element sets, passes, and whether anything reached orbit.

In: states of a flight or a track, two-line element sets, places.
Out: osculating and mean elements, passes with their light, yes/no/unknown, ephemeris files.
Start here: `elements_of`, `reached_orbit`, `passes`, `write_oem`.
"""

from downrange.orbit._io import OemFrame, oem_text, omm, read_tle, write_oem
from downrange.orbit.elements import (
    ecef_state,
    ecef_state_of,
    elements_from_inertial,
    elements_of,
    inertial_state,
    state_of,
)
from downrange.orbit.engine import engine
from downrange.orbit.fit import fit_tle, osculating_of
from downrange.orbit.model import Answer, ElementSet, Elements, Frame, Pass, Reached, TleFit, sgp4_problem
from downrange.orbit.passes import passes, positions
from downrange.orbit.reached import Rule, p_perigee_above, reached_orbit
from downrange.orbit.sets import element_set, mean_motion_revpday_of
from downrange.orbit.sun import in_sunlight, sun_direction, sun_elevation

__all__ = [
    "Answer",
    "ElementSet",
    "Elements",
    "Frame",
    "OemFrame",
    "Pass",
    "Reached",
    "Rule",
    "TleFit",
    "ecef_state",
    "ecef_state_of",
    "element_set",
    "elements_from_inertial",
    "elements_of",
    "engine",
    "fit_tle",
    "in_sunlight",
    "inertial_state",
    "mean_motion_revpday_of",
    "oem_text",
    "omm",
    "osculating_of",
    "p_perigee_above",
    "passes",
    "positions",
    "reached_orbit",
    "read_tle",
    "sgp4_problem",
    "state_of",
    "sun_direction",
    "sun_elevation",
    "write_oem",
]
