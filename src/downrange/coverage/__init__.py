"""Coverage: what satellites can see of the ground, how often, how late, and how well.

In: element sets, points or a region, a sensor or a camera.
Out: accesses, revisit figures, waits until somebody knows, layouts found by a search, what is recognisable in a picture.
Start here: `accesses`, `points_at`, `Sensor`; `revisit`, `search`, `see`.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from downrange.coverage.accesses import accesses
from downrange.coverage.indexed import PointIndex, index_of
from downrange.coverage.model import Accesses, Agility, Cone, Nadir, Points, Rectangle, Sensor, points_at
from downrange.coverage.paths import Paths, paths_of
from downrange.coverage.windows import needs_normal, windows

if TYPE_CHECKING:
    from downrange.coverage._io_accesses import write_accesses
    from downrange.coverage._io_files import check_form
    from downrange.coverage._io_points import PointFile, points_of, read_points
    from downrange.coverage._io_revisit import write_revisit
    from downrange.coverage.camera import Bounds, Camera, camera_names, load_camera, what_sampling_needs
    from downrange.coverage.claims import Claim, Holds, Part, claims
    from downrange.coverage.climatology import Climatology, climatology_names, load_climatology
    from downrange.coverage.cloud import Clouded, Sky, clouded
    from downrange.coverage.contacts import Contacts, contacts
    from downrange.coverage.daylight import Light, daylit, light_of, sun_elevations
    from downrange.coverage.figure import Figure
    from downrange.coverage.gaps import (
        PERCENTS,
        Gap,
        Gaps,
        Overlap,
        Pooled,
        Waits,
        gaps_of,
        pooled,
        share_within,
        waits_of,
    )
    from downrange.coverage.grids import MOST_POINTS, every, fibonacci, inside, lat_lon
    from downrange.coverage.latency import Downlink, Latency, latency
    from downrange.coverage.layouts import (
        Layout,
        MeanOrbit,
        Pattern,
        Slot,
        element_sets,
        free,
        laid_out,
        naive_patterns,
        orbit_of,
        same_plane,
        spread_planes,
        sun_synchronous,
        sun_synchronous_inclination_deg,
        walker_delta,
        walker_star,
    )
    from downrange.coverage.look import Look, look_down
    from downrange.coverage.pareto import Front, pareto, unbeaten
    from downrange.coverage.quality import Quality, diffraction_gsd_m, giqe5, niirs_words, quality, sampling_gsd_m
    from downrange.coverage.recognise import (
        CYCLES,
        DOING,
        Recognised,
        Subject,
        Task,
        johnson_gsd_m,
        likelihood_words,
        load_subjects,
        p_task,
        recognise,
        subject_files,
    )
    from downrange.coverage.regions import Region, load_region, region_names, region_of
    from downrange.coverage.resonance import Resonance, half_swath_deg, resonance_of
    from downrange.coverage.revisit import Revisit, revisit
    from downrange.coverage.scenario import (
        Arrangement,
        CoverageScenario,
        coverage_scenario_names,
        load_coverage_scenario,
        scenario_of,
    )
    from downrange.coverage.search import Found, Tried, search
    from downrange.coverage.search_limits import Limits
    from downrange.coverage.search_score import STATISTICS, Objective, Statistic
    from downrange.coverage.search_steady import Steady, lesson, steadiness, tracks_of
    from downrange.coverage.see import REACH_DEG, WITHIN_H, Often, Seen, SeenRow, What, see
    from downrange.coverage.stations import Station, load_stations, station_names

__all__ = [
    "CYCLES",
    "DOING",
    "MOST_POINTS",
    "PERCENTS",
    "REACH_DEG",
    "STATISTICS",
    "WITHIN_H",
    "Accesses",
    "Agility",
    "Arrangement",
    "Bounds",
    "Camera",
    "Claim",
    "Climatology",
    "Clouded",
    "Cone",
    "Contacts",
    "CoverageScenario",
    "Downlink",
    "Figure",
    "Found",
    "Front",
    "Gap",
    "Gaps",
    "Holds",
    "Latency",
    "Layout",
    "Light",
    "Limits",
    "Look",
    "MeanOrbit",
    "Nadir",
    "Objective",
    "Often",
    "Overlap",
    "Part",
    "Paths",
    "Pattern",
    "PointFile",
    "PointIndex",
    "Points",
    "Pooled",
    "Quality",
    "Recognised",
    "Rectangle",
    "Region",
    "Resonance",
    "Revisit",
    "Seen",
    "SeenRow",
    "Sensor",
    "Sky",
    "Slot",
    "Station",
    "Statistic",
    "Steady",
    "Subject",
    "Task",
    "Tried",
    "Waits",
    "What",
    "accesses",
    "camera_names",
    "check_form",
    "claims",
    "climatology_names",
    "clouded",
    "contacts",
    "coverage_scenario_names",
    "daylit",
    "diffraction_gsd_m",
    "element_sets",
    "every",
    "fibonacci",
    "free",
    "gaps_of",
    "giqe5",
    "half_swath_deg",
    "index_of",
    "inside",
    "johnson_gsd_m",
    "laid_out",
    "lat_lon",
    "latency",
    "lesson",
    "light_of",
    "likelihood_words",
    "load_camera",
    "load_climatology",
    "load_coverage_scenario",
    "load_region",
    "load_stations",
    "load_subjects",
    "look_down",
    "naive_patterns",
    "needs_normal",
    "niirs_words",
    "orbit_of",
    "p_task",
    "pareto",
    "paths_of",
    "points_at",
    "points_of",
    "pooled",
    "quality",
    "read_points",
    "recognise",
    "region_names",
    "region_of",
    "resonance_of",
    "revisit",
    "same_plane",
    "sampling_gsd_m",
    "scenario_of",
    "search",
    "see",
    "share_within",
    "spread_planes",
    "station_names",
    "steadiness",
    "subject_files",
    "sun_elevations",
    "sun_synchronous",
    "sun_synchronous_inclination_deg",
    "tracks_of",
    "unbeaten",
    "waits_of",
    "walker_delta",
    "walker_star",
    "what_sampling_needs",
    "windows",
    "write_accesses",
    "write_revisit",
]

_LATE = {
    "_io_accesses": ("write_accesses",),
    "_io_files": ("check_form",),
    "_io_points": (
        "PointFile",
        "points_of",
        "read_points",
    ),
    "_io_revisit": ("write_revisit",),
    "camera": (
        "Bounds",
        "Camera",
        "camera_names",
        "load_camera",
        "what_sampling_needs",
    ),
    "claims": (
        "Claim",
        "Holds",
        "Part",
        "claims",
    ),
    "climatology": (
        "Climatology",
        "climatology_names",
        "load_climatology",
    ),
    "cloud": (
        "Clouded",
        "Sky",
        "clouded",
    ),
    "contacts": (
        "Contacts",
        "contacts",
    ),
    "daylight": (
        "Light",
        "daylit",
        "light_of",
        "sun_elevations",
    ),
    "figure": ("Figure",),
    "gaps": (
        "PERCENTS",
        "Gap",
        "Gaps",
        "Overlap",
        "Pooled",
        "Waits",
        "gaps_of",
        "pooled",
        "share_within",
        "waits_of",
    ),
    "grids": (
        "MOST_POINTS",
        "every",
        "fibonacci",
        "inside",
        "lat_lon",
    ),
    "latency": (
        "Downlink",
        "Latency",
        "latency",
    ),
    "layouts": (
        "Layout",
        "MeanOrbit",
        "Pattern",
        "Slot",
        "element_sets",
        "free",
        "laid_out",
        "naive_patterns",
        "orbit_of",
        "same_plane",
        "spread_planes",
        "sun_synchronous",
        "sun_synchronous_inclination_deg",
        "walker_delta",
        "walker_star",
    ),
    "look": (
        "Look",
        "look_down",
    ),
    "pareto": (
        "Front",
        "pareto",
        "unbeaten",
    ),
    "quality": (
        "Quality",
        "diffraction_gsd_m",
        "giqe5",
        "niirs_words",
        "quality",
        "sampling_gsd_m",
    ),
    "recognise": (
        "CYCLES",
        "DOING",
        "Recognised",
        "Subject",
        "Task",
        "johnson_gsd_m",
        "likelihood_words",
        "load_subjects",
        "p_task",
        "recognise",
        "subject_files",
    ),
    "regions": (
        "Region",
        "load_region",
        "region_names",
        "region_of",
    ),
    "resonance": (
        "Resonance",
        "half_swath_deg",
        "resonance_of",
    ),
    "revisit": (
        "Revisit",
        "revisit",
    ),
    "scenario": (
        "Arrangement",
        "CoverageScenario",
        "coverage_scenario_names",
        "load_coverage_scenario",
        "scenario_of",
    ),
    "search": (
        "Found",
        "Tried",
        "search",
    ),
    "search_limits": ("Limits",),
    "search_score": (
        "STATISTICS",
        "Objective",
        "Statistic",
    ),
    "search_steady": (
        "Steady",
        "lesson",
        "steadiness",
        "tracks_of",
    ),
    "see": (
        "REACH_DEG",
        "WITHIN_H",
        "Often",
        "Seen",
        "SeenRow",
        "What",
        "see",
    ),
    "stations": (
        "Station",
        "load_stations",
        "station_names",
    ),
}
_MODULE_OF = {name: module for module, names in _LATE.items() for name in names}


def __getattr__(name: str) -> object:
    """Load what statistics, searches, cameras and files need when first asked for: bare accesses must not wait for it."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = getattr(import_module(f"downrange.coverage.{_MODULE_OF[name]}"), name)
    return globals()[name]


class _Room(ModuleType):
    """The room as a module whose function `revisit` stays visible when the module `revisit` in it is loaded."""

    def __setattr__(self, name: str, value: object) -> None:
        """Keep what the import of a submodule would put in the place of the function that it is named after."""
        if not (isinstance(value, ModuleType) and name in _MODULE_OF):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Room
