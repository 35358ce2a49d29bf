"""Flight: one launch, or a crowd of them.

In: a vehicle, a site, a plan (or an orbit to aim at), a failure.
Out: the path with its events, every body let go, the state at insertion.
Start here: `load_vehicle_and_plan`, `fly`, `target`.
"""

from downrange.flight.crowd import KINDS, Crowd, Troubles, crowd_of, no_troubles, outlined_crowd, troubles_of
from downrange.flight.fly import Flown, event_at, failed_stack, fly, fly_crowd, stack_name
from downrange.flight.model import (
    Body,
    Booster,
    Burns,
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
from downrange.flight.targeting import Aim, Orbit, orbit_of, target
from downrange.flight.timeline import NEVER_S, Timeline, Times, timeline
from downrange.flight.vehicle import Figure, load_plan, load_vehicle, load_vehicle_and_plan, read_vehicle, vehicles

__all__ = [
    "KINDS",
    "NEVER_S",
    "Aim",
    "Body",
    "Booster",
    "Burns",
    "Crowd",
    "Event",
    "Failure",
    "FailureKind",
    "Figure",
    "Flight",
    "Flown",
    "Orbit",
    "Outcome",
    "Plan",
    "Programme",
    "Stage",
    "Steering",
    "Throttle",
    "Timeline",
    "Times",
    "Troubles",
    "Vehicle",
    "crowd_of",
    "event_at",
    "failed_stack",
    "fly",
    "fly_crowd",
    "load_plan",
    "load_vehicle",
    "load_vehicle_and_plan",
    "no_troubles",
    "orbit_of",
    "outlined_crowd",
    "read_vehicle",
    "stack_name",
    "target",
    "timeline",
    "troubles_of",
    "vehicles",
]
