"""Fall: everything that comes down.

In: bodies let go (Earth-fixed state, ballistic coefficient), alone or in crowds.
Out: impacts, paths, footprints with their ellipses and times, the instantaneous impact point.
Start here: `drop`, `footprint`, `impact_point`, `read_fragments`.
"""

from downrange.fall._io import FRAGMENTS, IMPACTS, impacts_csv, read_fragments
from downrange.fall._io_tally import load_tally, save_tally
from downrange.fall.debris import DebrisClass, DebrisList, debris_names, draw_pieces, load_debris
from downrange.fall.drop import drop, fall_path, impact_point, states_at
from downrange.fall.footprint import footprint, holds, ring
from downrange.fall.grid import Cells, Grid, grid_of
from downrange.fall.model import Falls, Footprint, Impacts
from downrange.fall.moments import mean_speed_mps, tally_footprint, time_quantile_s
from downrange.fall.tally import HARMFUL_J, Tally, empty_tally, merged, same_tally, tally_of

__all__ = [
    "FRAGMENTS",
    "HARMFUL_J",
    "IMPACTS",
    "Cells",
    "DebrisClass",
    "DebrisList",
    "Falls",
    "Footprint",
    "Grid",
    "Impacts",
    "Tally",
    "debris_names",
    "draw_pieces",
    "drop",
    "empty_tally",
    "fall_path",
    "footprint",
    "grid_of",
    "holds",
    "impact_point",
    "impacts_csv",
    "load_debris",
    "load_tally",
    "mean_speed_mps",
    "merged",
    "read_fragments",
    "ring",
    "same_tally",
    "save_tally",
    "states_at",
    "tally_footprint",
    "tally_of",
    "time_quantile_s",
]
