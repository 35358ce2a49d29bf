"""Flight: one launch, or a crowd of them.

In: a vehicle, a site, a plan (or an orbit to aim at), a failure.
Out: the path with its events, every body let go, the state at insertion.
Start here: `load_vehicle_and_plan`, `fly`, `target`.
"""

from downrange.flight.crowd import KINDS, Crowd, Troubles, crowd_of, no_troubles, outlined_crowd, troubles_of
from downrange.flight.failures import (
    PLANNED,
    FailureMode,
    Failures,
    draw_troubles,
    failure_names,
    load_failures,
    of_record,
)
from downrange.flight.fly import Flown, event_at, failed_stack, fly, fly_crowd, stack_name
from downrange.flight.insertion import IN_ORBIT_M, orbit_of
from downrange.flight.model import (
    Body,
    Booster,
    Burns,
    Device,
    Event,
    Failure,
    FailureKind,
    Flight,
    Outcome,
    Plan,
    Programme,
    Stage,
    Steering,
    Throttle,
    Vehicle,
)
from downrange.flight.record import FailureProbability, failure_probability
from downrange.flight.spread import GROUPS, Spread, air_factors, dispersed, load_spread, spread_names
from downrange.flight.targeting import Aim, Orbit, target
from downrange.flight.timeline import NEVER_S, Timeline, Times, timeline
from downrange.flight.vehicle import load_plan, load_vehicle, load_vehicle_and_plan, read_vehicle, vehicles
from downrange.flight.vehicle_form import Figure

__all__ = [
    "GROUPS",
    "IN_ORBIT_M",
    "KINDS",
    "NEVER_S",
    "PLANNED",
    "Aim",
    "Body",
    "Booster",
    "Burns",
    "Crowd",
    "Device",
    "Event",
    "Failure",
    "FailureKind",
    "FailureMode",
    "FailureProbability",
    "Failures",
    "Figure",
    "Flight",
    "Flown",
    "Orbit",
    "Outcome",
    "Plan",
    "Programme",
    "Spread",
    "Stage",
    "Steering",
    "Throttle",
    "Timeline",
    "Times",
    "Troubles",
    "Vehicle",
    "air_factors",
    "crowd_of",
    "dispersed",
    "draw_troubles",
    "event_at",
    "failed_stack",
    "failure_names",
    "failure_probability",
    "fly",
    "fly_crowd",
    "load_failures",
    "load_plan",
    "load_spread",
    "load_vehicle",
    "load_vehicle_and_plan",
    "no_troubles",
    "of_record",
    "orbit_of",
    "outlined_crowd",
    "read_vehicle",
    "spread_names",
    "stack_name",
    "target",
    "timeline",
    "troubles_of",
    "vehicles",
]
