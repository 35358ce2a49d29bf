"""Doors for single commands: from a file or a name to what one room needs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np

from downrange.base import InputError, ecef_from_geodetic, iso, read_text, v_ecef_from_enu
from downrange.earth import load_site
from downrange.fall import Impacts, drop, read_fragments
from downrange.flight import fly, load_vehicle_and_plan
from downrange.orbit import ElementSet, read_tle
from downrange.track import Reading, Sensor, read_readings

_FAR_S = 86_400.0  # readings farther from the lift-off than this are of another day


def drop_fragments(path: Path) -> Impacts:
    """Drop every fragment of a CSV file; times count from the release. One row of impacts a fragment, in its order."""
    rows = np.array(read_fragments(path.name, read_text(path)), dtype=float).reshape(-1, 7)
    lat, lon = rows[:, 0], rows[:, 1]
    r_ecef_m = ecef_from_geodetic(lat, lon, rows[:, 2])
    v_ecef_mps = v_ecef_from_enu(rows[:, 3:6], lat, lon)
    return drop(np.zeros(len(rows)), r_ecef_m, v_ecef_mps, rows[:, 6])


def planned_burns(vehicle: str | None, site: str | None) -> tuple[tuple[float, float, int], ...]:
    """Return the burns (ignition, cut-off, stage) that a vehicle's programme plans; none without a vehicle."""
    if vehicle is None:
        return ()
    if site is None:
        raise InputError(where="--site", seen="missing", cure="name the site that the vehicle flies from")
    machine, plan = load_vehicle_and_plan(vehicle)
    return fly(machine, load_site(site), plan).burns


def first_elements(path: Path) -> ElementSet:
    """Return the first element set of a file."""
    return read_tle(read_text(path), where=path.name)[0]


def readings_about(path: Path, sensors: tuple[Sensor, ...], t0: datetime) -> tuple[Reading, ...]:
    """Return the readings of a file; refused where a line is wrong, or where they are of another day than the lift-off."""
    intake = read_readings(path, sensors=sensors, t0=t0)
    if intake.faults:
        fault = intake.faults[0]
        raise InputError(where=fault.where, key=fault.key, seen=fault.seen, cure=fault.cure)
    readings = intake.readings
    for reading in (readings[0], readings[-1]):
        if abs((reading.t - t0).total_seconds()) > _FAR_S:
            seen = f"a reading of {iso(reading.t)} for a lift-off at {iso(t0)}"
            cure = "check --t0 and its zone; readings lie within a day of the lift-off"
            raise InputError(where=path.name, key="t", seen=seen, cure=cure)
    return readings
