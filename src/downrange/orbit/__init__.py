"""Orbit: elements, element sets, passes, and whether anything reached orbit.

In: states of a flight or a track, element sets, catalogues, places.
Out: osculating and mean elements, passes with their light, yes/no/unknown, ephemeris files.
Start here: `elements_of`, `reached_orbit`, `check`, `passes`, `write_oem`.
"""

from downrange.orbit._io_elements import load_elements, read_elements
from downrange.orbit._io_launch import load_launch, read_launch
from downrange.orbit._io_oem import OemFrame, oem_text, write_oem
from downrange.orbit._io_oem_read import read_oem
from downrange.orbit._io_omm import omm
from downrange.orbit._io_omm_write import OmmForm, omm_text
from downrange.orbit._io_tle import read_tle, tle_text
from downrange.orbit.activity import Activity, activity_air
from downrange.orbit.catalogue import Catalogue, CatalogueObject, catalogue_of, read_first_seen
from downrange.orbit.check import check, joined
from downrange.orbit.decay import Decay, Lasts, decay_of
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
from downrange.orbit.insertion import Insertion, after_insertion
from downrange.orbit.launched import Candidate, CatalogueVerdict, CheckRule, Evidence, Injection, Joined, Launch, Listed
from downrange.orbit.model import Answer, Elements, ElementSet, Frame, Pass, Reached, TleFit, sgp4_problem
from downrange.orbit.passes import passes, positions
from downrange.orbit.plane import (
    node_deg,
    node_rate_degpday,
    off_plane_deg,
    plane_sigma_deg,
    share_of_planes,
    southbound,
)
from downrange.orbit.propagate import ASSUMED_BETA, Beta, Crossing, Ending, Propagated, State, propagate
from downrange.orbit.reached import Rule, p_perigee_above, reached_orbit
from downrange.orbit.sequence import (
    Anchor,
    LaunchNumber,
    Numbers,
    known_number,
    launch_number,
    load_anchors,
    numbers_at,
)
from downrange.orbit.sets import (
    element_set,
    mean_motion_revpday_of,
    newest,
    refuse_old,
    refuse_stopped,
)
from downrange.orbit.sun import in_sunlight, sun_direction, sun_elevation

__all__ = [
    "ASSUMED_BETA",
    "Activity",
    "Anchor",
    "Answer",
    "Beta",
    "Candidate",
    "Catalogue",
    "CatalogueObject",
    "CatalogueVerdict",
    "CheckRule",
    "Crossing",
    "Decay",
    "ElementSet",
    "Elements",
    "Ending",
    "Ephemeris",
    "Evidence",
    "Frame",
    "Injection",
    "Insertion",
    "Joined",
    "Lasts",
    "Launch",
    "LaunchNumber",
    "Listed",
    "Numbers",
    "OemFrame",
    "OmmForm",
    "Pass",
    "Propagated",
    "Reached",
    "Rule",
    "State",
    "TleFit",
    "activity_air",
    "after_insertion",
    "catalogue_of",
    "check",
    "decay_of",
    "ecef_state",
    "ecef_state_of",
    "element_set",
    "elements_from_inertial",
    "elements_of",
    "engine",
    "fit_tle",
    "in_sunlight",
    "inertial_state",
    "joined",
    "known_number",
    "launch_number",
    "load_anchors",
    "load_elements",
    "load_launch",
    "mean_motion_revpday_of",
    "newest",
    "node_deg",
    "node_rate_degpday",
    "numbers_at",
    "oem_text",
    "off_plane_deg",
    "omm",
    "omm_text",
    "osculating_of",
    "p_perigee_above",
    "passes",
    "plane_sigma_deg",
    "positions",
    "propagate",
    "reached_orbit",
    "read_elements",
    "read_first_seen",
    "read_launch",
    "read_oem",
    "read_tle",
    "refuse_old",
    "refuse_stopped",
    "sgp4_problem",
    "share_of_planes",
    "southbound",
    "state_of",
    "sun_direction",
    "sun_elevation",
    "tle_text",
    "write_oem",
]
