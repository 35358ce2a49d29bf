"""Orbit: elements, element sets, passes, and whether anything reached orbit.

In: states of a flight or a track, two-line element sets, places.
Out: osculating and mean elements, passes with their light, yes/no/unknown, ephemeris files.
Start here: `elements_of`, `reached_orbit`, `passes`, `write_oem`.
"""

from downrange.orbit._io_elements import load_elements, read_elements
from downrange.orbit._io_oem import OemFrame, oem_text, write_oem
from downrange.orbit._io_oem_read import read_oem
from downrange.orbit._io_omm import omm
from downrange.orbit._io_omm_write import OmmForm, omm_text
from downrange.orbit._io_tle import read_tle, tle_text
from downrange.orbit.elements import (
    ecef_state,
    ecef_state_of,
    elements_from_inertial,
    elements_of,
    inertial_state,
    state_of,
)
from downrange.orbit.engine import engine
from downrange.orbit.ephemeris import Ephemeris
from downrange.orbit.fit import fit_tle, osculating_of
from downrange.orbit.model import Answer, Elements, ElementSet, Frame, Pass, Reached, TleFit, sgp4_problem
from downrange.orbit.passes import passes, positions
from downrange.orbit.reached import Rule, p_perigee_above, reached_orbit
from downrange.orbit.sets import (
    element_set,
    mean_motion_revpday_of,
    newest,
    refuse_old,
    refuse_stopped,
    refuse_twins,
)
from downrange.orbit.sun import in_sunlight, sun_direction, sun_elevation

__all__ = [
    "Answer",
    "ElementSet",
    "Elements",
    "Ephemeris",
    "Frame",
    "OemFrame",
    "OmmForm",
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
    "load_elements",
    "mean_motion_revpday_of",
    "newest",
    "oem_text",
    "omm",
    "omm_text",
    "osculating_of",
    "p_perigee_above",
    "passes",
    "positions",
    "reached_orbit",
    "read_elements",
    "read_oem",
    "read_tle",
    "refuse_old",
    "refuse_stopped",
    "refuse_twins",
    "sgp4_problem",
    "state_of",
    "sun_direction",
    "sun_elevation",
    "tle_text",
    "write_oem",
]
