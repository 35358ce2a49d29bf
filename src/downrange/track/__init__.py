"""Track: from what sensors say to what can be said of the flight.

In: readings (radar, camera, position reports, broadcast) and the sensors that made them; ships and aircraft.
Out: the track with covariance, impact point, orbit figures, other objects, and a verdict with its probability and reason.
Start here: `load_sensors`, `read_readings`, `simulate`; `follow`, `assess`, or `Tracker` for readings as they come.
"""

from downrange.track._io import (
    read_readings,
    reading_line,
    reading_of,
    update_row,
    write_csv,
    write_readings,
    write_tdm,
    write_updates,
)
from downrange.track._io_traffic import read_traffic
from downrange.track.assess import Assessor, assess, decided, first
from downrange.track.bounds import Bounds, bounds_along, bounds_of
from downrange.track.break_up import BreakUp, p_broken_up
from downrange.track.calibrate import Agreement, Calibration, Estimate, calibrate, calibrated
from downrange.track.events import EventKind, TrackEvent, events_of
from downrange.track.families import FlightKind, Flights, Group, Path, draw_family, radar_near
from downrange.track.filter import Tuning, follow
from downrange.track.impact import BetaPrior, ImpactRegion, impact_ensemble
from downrange.track.launch_point import LaunchEstimate, launch_point
from downrange.track.live import Tracker
from downrange.track.model import (
    Burn,
    Decider,
    Fault,
    Impact,
    Intake,
    Reading,
    Sensor,
    SensorKind,
    Track,
    Update,
    Verdict,
)
from downrange.track.objects import main_readings, other_objects
from downrange.track.pieces import Piece
from downrange.track.sensors import as_toml, load_sensors, sensor_files
from downrange.track.simulate import readings_of_body, readings_of_flight, simulate
from downrange.track.smooth import smooth
from downrange.track.traffic import Craft, CraftKind, Inside, Presence, who_is_inside, zones_of
from downrange.track.verdict import Rules
from downrange.track.webcast import webcast_updates

__all__ = [
    "Agreement",
    "Assessor",
    "BetaPrior",
    "Bounds",
    "BreakUp",
    "Burn",
    "Calibration",
    "Craft",
    "CraftKind",
    "Decider",
    "Estimate",
    "EventKind",
    "Fault",
    "FlightKind",
    "Flights",
    "Group",
    "Impact",
    "ImpactRegion",
    "Inside",
    "Intake",
    "LaunchEstimate",
    "Path",
    "Piece",
    "Presence",
    "Reading",
    "Rules",
    "Sensor",
    "SensorKind",
    "Track",
    "TrackEvent",
    "Tracker",
    "Tuning",
    "Update",
    "Verdict",
    "as_toml",
    "assess",
    "bounds_along",
    "bounds_of",
    "calibrate",
    "calibrated",
    "decided",
    "draw_family",
    "events_of",
    "first",
    "follow",
    "impact_ensemble",
    "launch_point",
    "load_sensors",
    "main_readings",
    "other_objects",
    "p_broken_up",
    "radar_near",
    "read_readings",
    "read_traffic",
    "reading_line",
    "reading_of",
    "readings_of_body",
    "readings_of_flight",
    "sensor_files",
    "simulate",
    "smooth",
    "update_row",
    "webcast_updates",
    "who_is_inside",
    "write_csv",
    "write_readings",
    "write_tdm",
    "write_updates",
    "zones_of",
]
