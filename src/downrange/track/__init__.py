"""Track: from what sensors say to what can be said of the flight.

In: readings (range, azimuth, elevation, range-rate) and the sensors that made them.
Out: the track with covariance, impact point, perigee, and a verdict with its probability and reason.
Start here: `load_sensors`, `simulate`, `follow`, `assess`.
"""

from downrange.track._io import read_readings, reading_line, reading_of, update_row, write_readings, write_updates
from downrange.track.assess import assess, decided, first
from downrange.track.filter import Tuning, follow
from downrange.track.model import Burn, Impact, Reading, Sensor, Track, Update, Verdict
from downrange.track.sensors import load_sensors, sensor_files
from downrange.track.simulate import simulate
from downrange.track.verdict import Rules

__all__ = [
    "Burn",
    "Impact",
    "Reading",
    "Rules",
    "Sensor",
    "Track",
    "Tuning",
    "Update",
    "Verdict",
    "assess",
    "decided",
    "first",
    "follow",
    "load_sensors",
    "read_readings",
    "reading_line",
    "reading_of",
    "sensor_files",
    "simulate",
    "update_row",
    "write_readings",
    "write_updates",
]
