"""Coverage: what satellites can see of the ground, how often, how late, and how well.

In: element sets, points or a region, a sensor or a camera.
Out: accesses, revisit statistics, constellations found, what is recognisable.
Start here: `accesses`, `points_at`, `Sensor`.
"""

from downrange.coverage.accesses import accesses
from downrange.coverage.indexed import PointIndex, index_of
from downrange.coverage.model import Accesses, Agility, Cone, Nadir, Points, Rectangle, Sensor, points_at
from downrange.coverage.paths import Paths, paths_of
from downrange.coverage.windows import needs_normal, windows

__all__ = [
    "Accesses",
    "Agility",
    "Cone",
    "Nadir",
    "Paths",
    "PointIndex",
    "Points",
    "Rectangle",
    "Sensor",
    "accesses",
    "index_of",
    "needs_normal",
    "paths_of",
    "points_at",
    "windows",
]
