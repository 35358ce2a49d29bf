"""Flight: one launch, or a crowd of them.

In: a vehicle, a site, a plan (or an orbit to aim at), a failure.
Out: the path with its events, every body let go, the state at insertion.
Start here: `load_vehicle_and_plan`, `fly`, `target`.
"""

from downrange.flight.crowd import Crowd, crowd_of, fly_crowd, phase_table
from downrange.flight.fly import cut_s, event_at, failed_stack, fly
from downrange.flight.model import (
    Body,
    Event,
    Failure,
    FailureKind,
    Flight,
    Outcome,
    Plan,
    Stage,
    Steering,
    Vehicle,
)
from downrange.flight.targeting import Aim, Orbit, orbit_of, target
from downrange.flight.vehicle import Figure, load_plan, load_vehicle, load_vehicle_and_plan, read_vehicle, vehicles

__all__ = [
    "Aim",
    "Body",
    "Crowd",
    "Event",
    "Failure",
    "FailureKind",
    "Figure",
    "Flight",
    "Orbit",
    "Outcome",
    "Plan",
    "Stage",
    "Steering",
    "Vehicle",
    "crowd_of",
    "cut_s",
    "event_at",
    "failed_stack",
    "fly",
    "fly_crowd",
    "load_plan",
    "load_vehicle",
    "load_vehicle_and_plan",
    "orbit_of",
    "phase_table",
    "read_vehicle",
    "target",
    "vehicles",
]
