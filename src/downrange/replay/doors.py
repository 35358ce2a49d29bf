"""Doors for single commands: from a file or a name to what one room needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from downrange.base import InputError, ecef_from_geodetic, iso, read_text, v_ecef_from_enu
from downrange.earth import load_site
from downrange.fall import Impacts, drop, read_fragments
from downrange.flight import fly, load_vehicle_and_plan
from downrange.track import Intake, Sensor, read_readings

_FAR_S = 86_400.0  # readings farther from the lift-off than this are of another day
_HALVES = 2


def drop_fragments(path: Path) -> Impacts:
    """Drop every fragment of a CSV file; times count from the release. One row of impacts a fragment, in its order."""
    rows = np.array(read_fragments(path.name, read_text(path)), dtype=float).reshape(-1, 7)
    lat, lon = rows[:, 0], rows[:, 1]
    r_ecef_m = ecef_from_geodetic(lat, lon, rows[:, 2])
    v_ecef_mps = v_ecef_from_enu(rows[:, 3:6], lat, lon)
    return drop(np.zeros(len(rows)), r_ecef_m, v_ecef_mps, rows[:, 6])


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """What a vehicle's programme plans.

    burns:       ignition, cut-off, stage
    expected:    when how many halves of a fairing leave
    beta_kgpm2:  ballistic coefficient of what is left in one piece after a failure; None without a vehicle
    """

    burns: tuple[tuple[float, float, int], ...] = ()
    expected: tuple[tuple[float, int], ...] = ()
    beta_kgpm2: float | None = None


def programme_of(vehicle: str | None, site: str | None) -> Programme:
    """Return what a vehicle's programme plans; nothing without a vehicle."""
    if vehicle is None:
        return Programme()
    if site is None:
        raise InputError(where="--site", seen="missing", cure="name the site that the vehicle flies from")
    machine, plan = load_vehicle_and_plan(vehicle)
    flight = fly(machine, load_site(site), plan)
    fairings = tuple((body.t_s, _HALVES) for body in flight.bodies if "fairing" in body.name)
    return Programme(burns=flight.burns, expected=fairings, beta_kgpm2=machine.beta_stack_kgpm2)


def intake_about(
    path: Path, sensors: tuple[Sensor, ...], t0: datetime | None, round_trip: tuple[str, ...] = ()
) -> Intake:
    """Return the readings of a file and its faults; refused where they are of another day than the lift-off."""
    unknown = sorted(set(round_trip) - {sensor.name for sensor in sensors})
    if unknown:
        known = ", ".join(sensor.name for sensor in sensors) or "none without --sensors"
        raise InputError(where="--round-trip", seen=f"no sensor {unknown[0]!r}", cure=f"name some of {known}")
    intake = read_readings(path, sensors=sensors, t0=t0, round_trip=round_trip)
    if t0 is None:
        return intake
    for reading in (intake.readings[0], intake.readings[-1]):
        if abs((reading.t - t0).total_seconds()) > _FAR_S:
            seen = f"a reading of {iso(reading.t)} for a lift-off at {iso(t0)}"
            cure = "check --t0 and its zone; readings lie within a day of the lift-off"
            raise InputError(where=path.name, key="t", seen=seen, cure=cure)
    return intake
