"""Records of other objects: when left-over readings are one, what a piece is, what was known of where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from downrange.base import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectRules:
    """When left-over readings are an object. All figures are assumed, then checked on simulated flights.

    hits, of:      so many of so many looks of the sensors that see it must fit one coasting path
    least_s:       and span at least this long
    gate:          chi2 (three or four numbers) beyond which a reading does not belong
    fresh_s:       the main track must have taken a reading this recently, else what is left over may be the main object
    apart_m:       an object never seen in one look with the main one must be so far from it; so must a piece be that
                   another one may have left
    unseen_s:      an object not seen for so long is let go
    back_s:        how far back its leaving is sought
    hidden_s:      the same for an object that appeared beside the main one: so long the two may have looked like one
    eject_mps:     one sigma of each component of the speed it may leave with
    beside_s:      it appeared beside the main object when a sensor that saw it had watched that one for so long
    powered_mps2:  a piece whose path bends by more than this, where there is hardly any air, is under power
    """

    hits: int = 4
    of: int = 6
    least_s: float = 0.25
    gate: float = 20.0
    fresh_s: float = 1.0
    apart_m: float = 5_000.0
    unseen_s: float = 30.0
    back_s: float = 120.0
    hidden_s: float = 40.0
    eject_mps: float = 30.0
    beside_s: float = 5.0
    powered_mps2: float = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """What was known at one moment of where a piece came from.

    known_t_s:  when this was known
    parent:     what it left: 0 the main object, else the number of a piece
    t_s, sigma_s: when it left
    speed_mps, speed_sigma_mps: how fast it moved relative to its parent then; sigma of the vector's length, so that a
                speed below it says little
    distance_m: how far from its parent its path passes then
    """

    known_t_s: float
    parent: int
    t_s: float
    sigma_s: float
    speed_mps: float
    speed_sigma_mps: float
    distance_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """State of a piece after a reading: Earth-fixed place [m], velocity [m/s] and their covariance (6, 6)."""

    t_s: float
    r_ecef_m: Array
    v_ecef_mps: Array
    cov: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One object beside the main one.

    number:      1 for the first that was sure, and so on
    first_t_s:   its first reading
    confirmed_t_s: when it was sure
    last_t_s:    its last reading
    looks:       how many readings were its own
    confirmed, last: its state when it was sure, and after its last reading
    leavings:    what was known of where it came from, in order of time; the last one is the best
    appeared:    it appeared beside the main object while a sensor watched that one: it is new.
                 False: it may only have come into view
    powered_t_s: since when its path is known to bend as only an engine bends it; None: it coasts
    ended:       no longer seen
    sensors:     those that saw it
    labels:      what the sensors call it
    readings:    which readings are its own: their places in what was given, from 0
    lat_deg, lon_deg, impact_t_s: where and when it meets the ground without air, from its last state; NaN: in orbit
    """

    number: int
    first_t_s: float
    confirmed_t_s: float
    last_t_s: float
    looks: int
    confirmed: State
    last: State
    leavings: tuple[Leaving, ...]
    appeared: bool
    powered_t_s: float | None
    ended: bool
    sensors: tuple[str, ...]
    labels: tuple[str, ...]
    readings: tuple[int, ...]
    lat_deg: float
    lon_deg: float
    impact_t_s: float


class Main(NamedTuple):
    """The main object at the moment of a look: state (6,), covariance (6, 6), when it last took a reading."""

    x: Array
    p: Array
    read_t_s: float
