"""Doors for single commands: from a file or a name to what one room needs."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from downrange.base import InputError, ecef_from_geodetic, v_ecef_from_enu
from downrange.earth import load_site
from downrange.fall import Impacts, drop
from downrange.flight import Flight, fly, load_vehicle_and_plan
from downrange.orbit import ElementSet, read_tle

FRAGMENTS = "lat_deg,lon_deg,alt_m,v_east_mps,v_north_mps,v_up_mps,beta_kgpm2"


def read_fragments(where: str, text: str) -> list[list[float]]:
    r"""Read fragments CSV: the header as in FRAGMENTS, then one fragment a line.

    >>> read_fragments("a.csv", FRAGMENTS + "\n36.1,123.5,1000,0,0,0,200\n")
    [[36.1, 123.5, 1000.0, 0.0, 0.0, 0.0, 200.0]]
    """
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not lines or lines[0].replace(" ", "") != FRAGMENTS:
        seen = repr(lines[0]) if lines else "an empty file"
        raise InputError(where=where, key="line 1", seen=seen, cure=f"begin with {FRAGMENTS}")
    rows = []
    for i, line in enumerate(lines[1:], start=2):
        cells = line.split(",")
        try:
            row = [float(cell) for cell in cells]
        except ValueError:
            row = []
        if len(row) != 7 or not all(math.isfinite(x) for x in row) or row[6] <= 0.0 or abs(row[0]) > 90.0:
            cure = "give seven numbers, latitude first, with a positive ballistic coefficient last"
            raise InputError(where=where, key=f"line {i}", seen=repr(line), cure=cure)
        rows.append(row)
    return rows


def drop_fragments(path: Path) -> Impacts:
    """Drop every fragment of a CSV file; times count from the release. One row of impacts a fragment, in its order."""
    rows = np.array(read_fragments(path.name, _text(path)), dtype=float).reshape(-1, 7)
    lat, lon = rows[:, 0], rows[:, 1]
    r_ecef_m = ecef_from_geodetic(lat, lon, rows[:, 2])
    v_ecef_mps = v_ecef_from_enu(rows[:, 3:6], lat, lon)
    return drop(np.zeros(len(rows)), r_ecef_m, v_ecef_mps, rows[:, 6])


def impacts_csv(falls: Impacts) -> str:
    """Return impacts as CSV in the order of the fragments; an empty field is not known."""
    rows = zip(falls.lat_deg, falls.lon_deg, falls.t_s, falls.speed_mps, strict=True)
    lines = [
        ",".join("" if math.isnan(x) else f"{x:.{d}f}" for x, d in zip(row, (6, 6, 2, 2), strict=True)) for row in rows
    ]
    return "\n".join(["lat_deg,lon_deg,t_s,speed_mps", *lines]) + "\n"


def drop_bodies(flight: Flight) -> Impacts:
    """Drop every body that a flight let go, in its order; times count from lift-off."""
    t_s = np.array([body.t_s for body in flight.bodies])
    r_ecef_m = np.array([body.r_ecef_m for body in flight.bodies]).reshape(-1, 3)
    v_ecef_mps = np.array([body.v_ecef_mps for body in flight.bodies]).reshape(-1, 3)
    return drop(t_s, r_ecef_m, v_ecef_mps, np.array([body.beta_kgpm2 for body in flight.bodies]))


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
    return read_tle(_text(path), where=path.name)[0]


def _text(path: Path) -> str:
    """Read a text file, or say why not."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        seen = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8 text"
        raise InputError(where=str(path), seen=f"cannot be read: {seen}", cure="check the path") from None
