"""Files of readings: simulated for a flight, turned from one form into another; and what is wrong with the sensors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from downrange.base import Array, InputError, write_text
from downrange.fall import fall_path
from downrange.flight import Flight, Outcome
from downrange.replay.doors import intake_about
from downrange.replay.single import Single, fly_single
from downrange.replay.tracking import tell_faults
from downrange.track import (
    Calibration,
    Intake,
    Reading,
    Sensor,
    SensorKind,
    as_toml,
    calibrate,
    calibrated,
    load_sensors,
    readings_of_body,
    simulate,
    write_csv,
    write_readings,
    write_tdm,
)

_COAST_S = 120  # so long the sensors go on watching what ended its burns
_WEIGHTLESS_KGPM2 = 1e9  # so heavy for its area that no air is felt
_WRITERS: dict[str, Callable[[Path, tuple[Reading, ...]], None]] = {
    ".jsonl": write_readings,
    ".json": write_readings,
    ".ndjson": write_readings,
    ".csv": write_csv,
    ".tdm": write_tdm,
    ".kvn": write_tdm,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensed:
    """What sensors say of a flight.

    failed_t_s: when powered flight ended by a failure; None as planned
    """

    flight: Flight
    failed_t_s: float | None
    sensors: tuple[Sensor, ...]
    readings: tuple[Reading, ...]


def sense(
    asked: Single, *, sensors: str, t0: datetime, seed: int, bodies: bool, say: Callable[[str], None] = lambda _: None
) -> Sensed:
    """Fly, and let sensors look: at the flight and at the fall or the coast after it.

    bodies: radars and cameras look at what it lets go, too
    """
    seen_by = load_sensors(sensors)
    flight = fly_single(asked, say=say).flight
    failed = flight.outcome is Outcome.FAILED
    readings = simulate(*_watched(flight), seen_by, t0, seed)
    others = flight.bodies[: len(flight.bodies) - failed] if bodies else ()
    eyes = tuple(one for one in seen_by if one.kind in {SensorKind.RADAR, SensorKind.OPTICAL})
    told = [*readings, *(one for body in others for one in readings_of_body(body, eyes, t0, seed))]
    if not told:
        seen = "no sensor ever sees the flight"
        raise InputError(where="--sensors", seen=seen, cure="name sensors that stand along its course")
    told.sort(key=lambda one: (one.received or one.t, one.t, one.sensor))
    end_s = float(flight.t_s[-1]) if failed else None
    return Sensed(flight=flight, failed_t_s=end_s, sensors=seen_by, readings=tuple(told))


def _watched(flight: Flight) -> tuple[Array, Array, Array]:
    """Return times, places and velocities of the flight, then of the fall of what failed, or of a coast."""
    if flight.outcome is Outcome.FAILED:
        last = flight.bodies[-1]
        after = fall_path(last.t_s, last.r_ecef_m, last.v_ecef_mps, last.beta_kgpm2)
    else:
        end = float(flight.t_s[-1]), flight.r_ecef_m[-1], flight.v_ecef_mps[-1]
        after = fall_path(*end, _WEIGHTLESS_KGPM2, rows=_COAST_S)
    t_s = np.concatenate([flight.t_s, after[0]])
    keep = np.concatenate([[True], t_s[1:] > np.maximum.accumulate(t_s)[:-1]])
    r = np.concatenate([flight.r_ecef_m, after[1]])
    v = np.concatenate([flight.v_ecef_mps, after[2]])
    return t_s[keep], r[keep], v[keep]


def check_form(path: Path, option: str = "--out") -> None:
    """Refuse a name of a file of readings whose ending says no form."""
    if path.suffix.lower() not in _WRITERS:
        seen = f"the name {path.name} says no form"
        raise InputError(where=option, seen=seen, cure="let it end in .jsonl, .csv or .tdm")


def write_as(path: Path, readings: tuple[Reading, ...]) -> None:
    """Write readings in the form that the file's name says, whole or not at all."""
    check_form(path)
    _WRITERS[path.suffix.lower()](path, readings)


def convert(
    source: Path,
    target: Path,
    *,
    sensors: str | None,
    t0: datetime | None,
    round_trip: tuple[str, ...] = (),
    strict: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> Intake:
    """Read one form and write another; what cannot be used is said and left out."""
    check_form(target, "OUT")
    if target.exists() and source.exists() and target.samefile(source):
        raise InputError(
            where="OUT", seen="the same file as IN", cure="give it another name; what is faulty is left out"
        )
    known = () if sensors is None else load_sensors(sensors)
    intake = intake_about(source, known, t0, round_trip)
    tell_faults(intake, source, strict=strict, say=say)
    write_as(target, intake.readings)
    return intake


def calibrate_file(
    path: Path, *, sensors: str, t0: datetime, out: Path | None, say: Callable[[str], None] = lambda _: None
) -> tuple[Intake, tuple[Sensor, ...], Calibration]:
    """Find what is wrong with the sensors; with out, keep them as a sensor file with the estimates put in.

    Sensors that said nothing stay out of the sums, and in the file as they were.
    """
    known = load_sensors(sensors)
    intake = intake_about(path, known, t0)
    tell_faults(intake, path, strict=False, say=say)
    heard = {reading.sensor for reading in intake.readings}
    spoke = tuple(sensor for sensor in known if sensor.name in heard)
    found = calibrate(intake.readings, spoke, t0)
    if not found.estimates:
        cure = "give sigma_bias_* or sigma_clock_s above 0 for what may be wrong with each"
        raise InputError(where=sensors, seen="every sensor is taken at its word", cure=cure)
    if out is not None:
        new = {sensor.name: sensor for sensor in calibrated(spoke, found)}
        kept = tuple(new.get(sensor.name, sensor) for sensor in known)
        write_text(out, as_toml(kept, title=f"{sensors}, calibrated with {path.name}"))
    return intake, spoke, found
