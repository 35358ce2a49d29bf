"""Corridor: where the announced flight can go, and who lives under it.

In: announced areas (of a notice, or of a real launch), a launch site, a ground track, places; a vehicle's public record.
Out: ranges and azimuths, the one plane that fits or its residuals, the dog-leg, places under the track; vehicles fitted
to the record, and the crowd of what may come down before and after a failure; whom to warn and what to close.
Start here: `explain`, `one_plane`, `dog_leg`, `load_launch`, `below`, `launch_hazards`, `plan`, `from_starts`.
"""

from downrange.corridor._io_plan import closures_geojson, places_csv, plan_document
from downrange.corridor.ascent import azimuth_for, inclination_of
from downrange.corridor.attribute import Assignment, Attribution, LeftOut, attribute, leave_each_out
from downrange.corridor.below import below
from downrange.corridor.cases import Case, case_of, launch_case
from downrange.corridor.checks import Check, checks, dog_leg_cost_mps
from downrange.corridor.closures import Closure, Unit, closures
from downrange.corridor.dogleg import dog_leg
from downrange.corridor.explain import explain
from downrange.corridor.falling import joined
from downrange.corridor.fit import Fit, solve
from downrange.corridor.fit_model import Record, fitted_names, load_fits, load_record
from downrange.corridor.geometry import ranges
from downrange.corridor.ground import Ground, grounds
from downrange.corridor.hazard import Hazards, case_falls, launch_hazards, tracked_falls
from downrange.corridor.hidden import leave_one_out
from downrange.corridor.infer import FLIGHTS, FactCheck, Inference, infer
from downrange.corridor.launches import (
    Announced,
    AnnouncedArea,
    AreaKind,
    FallsThere,
    KnownOrbit,
    KnownTime,
    launch_names,
    load_launch,
)
from downrange.corridor.minutes import Hit, Minute, by_minute
from downrange.corridor.model import (
    Area,
    AreaPlane,
    AreaRange,
    Basis,
    Below,
    CourseFit,
    DogLeg,
    Explained,
    Hidden,
    Leg,
    Named,
    Pad,
    PlaneFit,
    Target,
    Verdict,
)
from downrange.corridor.outline import SOME_LOW_ORBIT, Aim, Outline, bodies_for, load_outline, outline_names, outlined
from downrange.corridor.plan import AreaPlan, Phase, PlacePlan, Plan, plan
from downrange.corridor.planes import one_plane, planes
from downrange.corridor.posterior import Quantity
from downrange.corridor.reach import Reach, reaches, unseen
from downrange.corridor.refit import Parameter, Refit, Starts, from_starts, parameters, randomised, refit, vehicle_toml
from downrange.corridor.rehearse import Rehearsal, rehearse
from downrange.corridor.tracks import Overflight, Strip, Tracks, overflights, people_below, tracks

__all__ = [
    "FLIGHTS",
    "SOME_LOW_ORBIT",
    "Aim",
    "Announced",
    "AnnouncedArea",
    "Area",
    "AreaKind",
    "AreaPlan",
    "AreaPlane",
    "AreaRange",
    "Assignment",
    "Attribution",
    "Basis",
    "Below",
    "Case",
    "Check",
    "Closure",
    "CourseFit",
    "DogLeg",
    "Explained",
    "FactCheck",
    "FallsThere",
    "Fit",
    "Ground",
    "Hazards",
    "Hidden",
    "Hit",
    "Inference",
    "KnownOrbit",
    "KnownTime",
    "LeftOut",
    "Leg",
    "Minute",
    "Named",
    "Outline",
    "Overflight",
    "Pad",
    "Parameter",
    "Phase",
    "PlacePlan",
    "Plan",
    "PlaneFit",
    "Quantity",
    "Reach",
    "Record",
    "Refit",
    "Rehearsal",
    "Starts",
    "Strip",
    "Target",
    "Tracks",
    "Unit",
    "Verdict",
    "attribute",
    "azimuth_for",
    "below",
    "bodies_for",
    "by_minute",
    "case_falls",
    "case_of",
    "checks",
    "closures",
    "closures_geojson",
    "dog_leg",
    "dog_leg_cost_mps",
    "explain",
    "fitted_names",
    "from_starts",
    "grounds",
    "inclination_of",
    "infer",
    "joined",
    "launch_case",
    "launch_hazards",
    "launch_names",
    "leave_each_out",
    "leave_one_out",
    "load_fits",
    "load_launch",
    "load_outline",
    "load_record",
    "one_plane",
    "outline_names",
    "outlined",
    "overflights",
    "parameters",
    "people_below",
    "places_csv",
    "plan",
    "plan_document",
    "planes",
    "randomised",
    "ranges",
    "reaches",
    "refit",
    "rehearse",
    "solve",
    "tracked_falls",
    "tracks",
    "unseen",
    "vehicle_toml",
]
