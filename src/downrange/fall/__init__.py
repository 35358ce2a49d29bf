"""Fall: everything that comes down.

In: bodies let go (Earth-fixed state, ballistic coefficient), alone or in crowds.
Out: impacts, paths, footprints with their ellipses and times, the instantaneous impact point; of an ensemble its tally,
expected casualties, hazard regions and maps.
Start here: `drop`, `footprint`, `impact_point`, `read_fragments`; `tally_of`, `casualties`, `regions_of`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from downrange.fall._io import FRAGMENTS, IMPACTS, impacts_csv, read_fragments
from downrange.fall.apogee import apogee

# campaign is both a module and a function in it: imported late, the one would hide the other
from downrange.fall.campaign import BLOCK_FLIGHTS, Done, Work, blocks_of, campaign
from downrange.fall.drop import drop, fall_path, impact_point, states_at
from downrange.fall.footprint import footprint, holds, ring
from downrange.fall.model import Falls, Footprint, Impacts

if TYPE_CHECKING:
    from downrange.fall._io_maps import density_netcdf, region_title, regions_geojson, regions_kml, write_density
    from downrange.fall._io_tally import load_tally, save_tally
    from downrange.fall.campaign_cluster import Cluster
    from downrange.fall.contour import Region, containment, hazard_regions, region_above, regions_of
    from downrange.fall.debris import DebrisClass, DebrisList, debris_names, draw_pieces, load_debris
    from downrange.fall.dwell import dwell_cells, dwell_inside, impact_points, trace_speed_mps
    from downrange.fall.ensemble import Landings, Launch, described, land
    from downrange.fall.grid import Cells, Grid, grid_of
    from downrange.fall.launches import Launches
    from downrange.fall.moments import mean_speed_mps, tally_footprint, time_quantile_s
    from downrange.fall.people import PEOPLE, Population, read_people
    from downrange.fall.risk import (
        AIRCRAFT_LIMIT,
        CONDITIONAL_EC_LIMIT,
        EC_LIMIT,
        LIMITS,
        PERSON_LIMIT,
        SHIP_LIMIT,
        AreaRule,
        Casualties,
        Exposed,
        ModeRisk,
        Target,
        casualties,
        casualty_area_m2,
        hit_probability,
    )
    from downrange.fall.settling import Look, Rule, Wanted, is_look, look, verdict
    from downrange.fall.smooth import smoothed
    from downrange.fall.tally import HARMFUL_J, Tally, empty_tally, merged, same_tally, tally_of
    from downrange.fall.weights import (
        Body,
        Ensemble,
        Mode,
        ensemble_text,
        expected_pieces,
        read_ensemble,
        with_p_failure,
    )
    from downrange.fall.window import Window, window_of

__all__ = [
    "AIRCRAFT_LIMIT",
    "BLOCK_FLIGHTS",
    "CONDITIONAL_EC_LIMIT",
    "EC_LIMIT",
    "FRAGMENTS",
    "HARMFUL_J",
    "IMPACTS",
    "LIMITS",
    "PEOPLE",
    "PERSON_LIMIT",
    "SHIP_LIMIT",
    "AreaRule",
    "Body",
    "Casualties",
    "Cells",
    "Cluster",
    "DebrisClass",
    "DebrisList",
    "Done",
    "Ensemble",
    "Exposed",
    "Falls",
    "Footprint",
    "Grid",
    "Impacts",
    "Landings",
    "Launch",
    "Launches",
    "Look",
    "Mode",
    "ModeRisk",
    "Population",
    "Region",
    "Rule",
    "Tally",
    "Target",
    "Wanted",
    "Window",
    "Work",
    "apogee",
    "blocks_of",
    "campaign",
    "casualties",
    "casualty_area_m2",
    "containment",
    "debris_names",
    "density_netcdf",
    "described",
    "draw_pieces",
    "drop",
    "dwell_cells",
    "dwell_inside",
    "empty_tally",
    "ensemble_text",
    "expected_pieces",
    "fall_path",
    "footprint",
    "grid_of",
    "hazard_regions",
    "hit_probability",
    "holds",
    "impact_point",
    "impact_points",
    "impacts_csv",
    "is_look",
    "land",
    "load_debris",
    "load_tally",
    "look",
    "mean_speed_mps",
    "merged",
    "read_ensemble",
    "read_fragments",
    "read_people",
    "region_above",
    "region_title",
    "regions_geojson",
    "regions_kml",
    "regions_of",
    "ring",
    "same_tally",
    "save_tally",
    "smoothed",
    "states_at",
    "tally_footprint",
    "tally_of",
    "time_quantile_s",
    "trace_speed_mps",
    "verdict",
    "window_of",
    "with_p_failure",
    "write_density",
]

_LATE = {
    "campaign_cluster": ("Cluster",),
    "_io_maps": (
        "density_netcdf",
        "region_title",
        "regions_geojson",
        "regions_kml",
        "write_density",
    ),
    "_io_tally": (
        "load_tally",
        "save_tally",
    ),
    "contour": (
        "Region",
        "containment",
        "hazard_regions",
        "region_above",
        "regions_of",
    ),
    "debris": (
        "DebrisClass",
        "DebrisList",
        "debris_names",
        "draw_pieces",
        "load_debris",
    ),
    "dwell": (
        "dwell_cells",
        "dwell_inside",
        "impact_points",
        "trace_speed_mps",
    ),
    "ensemble": (
        "Landings",
        "Launch",
        "described",
        "land",
    ),
    "grid": (
        "Cells",
        "Grid",
        "grid_of",
    ),
    "launches": ("Launches",),
    "moments": (
        "mean_speed_mps",
        "tally_footprint",
        "time_quantile_s",
    ),
    "people": (
        "PEOPLE",
        "Population",
        "read_people",
    ),
    "risk": (
        "AIRCRAFT_LIMIT",
        "CONDITIONAL_EC_LIMIT",
        "EC_LIMIT",
        "LIMITS",
        "PERSON_LIMIT",
        "SHIP_LIMIT",
        "AreaRule",
        "Casualties",
        "Exposed",
        "ModeRisk",
        "Target",
        "casualties",
        "casualty_area_m2",
        "hit_probability",
    ),
    "settling": (
        "Look",
        "Rule",
        "Wanted",
        "is_look",
        "look",
        "verdict",
    ),
    "smooth": ("smoothed",),
    "tally": (
        "HARMFUL_J",
        "Tally",
        "empty_tally",
        "merged",
        "same_tally",
        "tally_of",
    ),
    "weights": (
        "Body",
        "Ensemble",
        "Mode",
        "ensemble_text",
        "expected_pieces",
        "read_ensemble",
        "with_p_failure",
    ),
    "window": (
        "Window",
        "window_of",
    ),
}
_MODULE_OF = {name: module for module, names in _LATE.items() for name in names}


def __getattr__(name: str) -> object:
    """Load what ensembles, maps and risk need when first asked for: a single flight must not wait for it."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = getattr(import_module(f"downrange.fall.{_MODULE_OF[name]}"), name)
    return globals()[name]
