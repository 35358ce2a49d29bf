"""Corridor: where the announced flight can go, and who lives under it.

In: announced areas, a launch site, a ground track, places; the public record of a vehicle.
Out: ranges and azimuths, the one plane that fits or its residuals, the dog-leg, places under the track; vehicles fitted
to the record, and the crowd of what may come down before and after a failure.
Start here: `one_plane`, `dog_leg`, `below`, `launch_hazards`, `from_starts`.
"""

from downrange.corridor.ascent import azimuth_for, inclination_of
from downrange.corridor.below import below
from downrange.corridor.checks import Check, checks, dog_leg_cost_mps
from downrange.corridor.dogleg import dog_leg
from downrange.corridor.falling import joined
from downrange.corridor.fit import Fit, solve
from downrange.corridor.fit_model import Record, load_fits, load_record
from downrange.corridor.geometry import one_plane, ranges
from downrange.corridor.hazard import Hazards, case_falls, launch_hazards, tracked_falls
from downrange.corridor.model import Area, AreaRange, Below, DogLeg, Leg, Named, Pad, PlaneFit, Target
from downrange.corridor.refit import Parameter, Refit, Starts, from_starts, parameters, randomised, refit, vehicle_toml

__all__ = [
    "Area",
    "AreaRange",
    "Below",
    "Check",
    "DogLeg",
    "Fit",
    "Hazards",
    "Leg",
    "Named",
    "Pad",
    "Parameter",
    "PlaneFit",
    "Record",
    "Refit",
    "Starts",
    "Target",
    "azimuth_for",
    "below",
    "case_falls",
    "checks",
    "dog_leg",
    "dog_leg_cost_mps",
    "from_starts",
    "inclination_of",
    "joined",
    "launch_hazards",
    "load_fits",
    "load_record",
    "one_plane",
    "parameters",
    "randomised",
    "ranges",
    "refit",
    "solve",
    "tracked_falls",
    "vehicle_toml",
]
