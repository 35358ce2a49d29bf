"""Orbit: elements, element sets, passes, and whether anything reached orbit.

In: states of a flight or a track, two-line element sets, places.
Out: osculating and mean elements, passes with their light, yes/no/unknown, ephemeris files.
Start here: `elements_of`, `reached_orbit`, `passes`, `write_oem`.
"""

from downrange.orbit.elements import (
    ecef_state,
    ecef_state_of,
    elements_from_inertial,
    elements_of,
    inertial_state,
    state_of,
)
from downrange.orbit.model import Answer, Elements, Frame, Pass, Reached, TleFit

__all__ = [
    "Answer",
    "Elements",
    "Frame",
    "Pass",
    "Reached",
    "TleFit",
    "ecef_state",
    "ecef_state_of",
    "elements_from_inertial",
    "elements_of",
    "inertial_state",
    "state_of",
]
