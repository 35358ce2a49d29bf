"""Corridor: where the announced flight can go, and who lives under it.

In: announced areas, a launch site, a ground track, places.
Out: ranges and azimuths, the one plane that fits or its residuals, the dog-leg, places under the track.
Start here: `one_plane`, `dog_leg`, `below`.
"""

from downrange.corridor.ascent import azimuth_for, inclination_of
from downrange.corridor.below import below
from downrange.corridor.dogleg import dog_leg
from downrange.corridor.geometry import one_plane, ranges
from downrange.corridor.model import Area, AreaRange, Below, DogLeg, Leg, Named, Pad, PlaneFit, Target

__all__ = [
    "Area",
    "AreaRange",
    "Below",
    "DogLeg",
    "Leg",
    "Named",
    "Pad",
    "PlaneFit",
    "Target",
    "azimuth_for",
    "below",
    "dog_leg",
    "inclination_of",
    "one_plane",
    "ranges",
]
