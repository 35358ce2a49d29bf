"""Fall: everything that comes down.

In: bodies let go (Earth-fixed state, ballistic coefficient), alone or in crowds.
Out: impacts, paths, footprints with their ellipses and times, the instantaneous impact point.
Start here: `drop`, `footprint`, `impact_point`, `read_fragments`.
"""

from downrange.fall._io import FRAGMENTS, IMPACTS, impacts_csv, read_fragments
from downrange.fall.drop import drop, fall_path, impact_point, states_at
from downrange.fall.footprint import footprint, holds, ring
from downrange.fall.model import Falls, Footprint, Impacts

__all__ = [
    "FRAGMENTS",
    "IMPACTS",
    "Falls",
    "Footprint",
    "Impacts",
    "drop",
    "fall_path",
    "footprint",
    "holds",
    "impact_point",
    "impacts_csv",
    "read_fragments",
    "ring",
    "states_at",
]
