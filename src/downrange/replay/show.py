"""What the terminal shows of single rooms: their records as tables for people and as one document for programs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from downrange.replay.tables import Table, columns, number, place, signed

if TYPE_CHECKING:
    from downrange.corridor import AreaPlane, AreaRange, DogLeg, Explained
    from downrange.fall import Impacts
    from downrange.flight import Flight

Shown = tuple[tuple[Table, ...], dict[str, Any]]


def _r(value: float, digits: int) -> float | None:
    """Round for JSON; what is not a number is null."""
    return round(float(value), digits) + 0.0 if math.isfinite(value) else None


def corridor_shown(seen: Sequence[AreaRange], found: Explained) -> Shown:
    """Return areas from the pad, what each says alone, the plane or its residuals, the dog-leg, the verdict."""
    turning = found.plane.turning
    miss = dict(zip(found.plane.labels, zip(turning.residual_m, turning.tolerance_m, strict=True), strict=True))
    alone = {one.label: one for one in found.planes}
    tables = (
        _areas_table(seen, miss),
        _alone_table([alone[one.label] for one in seen], found.sentence),
        _legs_table(found.dog_leg),
    )
    return tables, _corridor_document(seen, found, miss, alone)


def _areas_table(seen: Sequence[AreaRange], miss: dict[str, tuple[float, float]]) -> Table:
    """Return how the areas lie from the pad, and by how much the best course misses them."""
    names = columns(
        "area",
        "near [km] >",
        "centre [km] >",
        "far [km] >",
        "azimuth [deg] >",
        "miss of the best course [km] >",
        "allowed [km] >",
    )
    rows = tuple(
        (
            one.label,
            number(one.near_m / 1e3),
            number(one.centre_m / 1e3),
            number(one.far_m / 1e3),
            number(one.azimuth_deg, 2),
            *(f(miss[one.label][i] / 1e3) if one.label in miss else "left out" for i, f in enumerate((signed, number))),
        )
        for one in seen
    )
    return Table(title="The areas from the pad", columns=names, rows=rows)


def _alone_table(alone: Sequence[AreaPlane], note: str) -> Table:
    """Return what each area alone says of the flight's plane."""
    names = columns(
        "area",
        "on the map [deg] >",
        "course on the turning Earth [deg] >",
        "low to high >",
        "inclination if kept [deg] >",
        "low to high >",
    )
    rows = tuple(
        (
            one.label,
            number(one.azimuth_mid_deg % 360.0, 1),
            number(one.course_mid_deg % 360.0, 1),
            f"{one.course_low_deg % 360.0:.1f} to {one.course_high_deg % 360.0:.1f}",
            number(one.inclination_mid_deg, 1),
            f"{one.inclination_low_deg:.1f} to {one.inclination_high_deg:.1f}",
        )
        if one.informs
        else (one.label, "any", "any", "any", "any", "any")
        for one in alone
    )
    return Table(title="What each area says alone", columns=names, rows=rows, note=note)


def _legs_table(legs: DogLeg) -> Table:
    """Return the legs and the turns between them."""
    rows = tuple(
        (
            f"{leg.start} to {leg.end}",
            number(leg.range_m / 1e3),
            number(leg.course_deg, 1),
            f"{signed(leg.turn_deg, 1)} ± {leg.turn_spread_deg:.1f}",
        )
        for leg in legs.legs
    )
    names = columns("leg", "length [km] >", "course [deg] >", "turn before it [deg] >")
    return Table(title="The legs", columns=names, rows=rows, note=legs.sentence)


def _corridor_document(
    seen: Sequence[AreaRange],
    found: Explained,
    miss: dict[str, tuple[float, float]],
    alone: dict[str, AreaPlane],
) -> dict[str, Any]:
    """Return the same for programs."""
    plane = found.plane
    return {
        "verdict": str(found.verdict),
        "single_plane": plane.accepted,
        "azimuth_deg": _r(plane.azimuth_deg, 3),
        "course_deg": _r(plane.turning.azimuth_deg, 3),
        "course_low_deg": _r(plane.turning.low_deg, 3),
        "course_high_deg": _r(plane.turning.high_deg, 3),
        "inclination_deg": _r(plane.inclination_deg, 3),
        "inclination_low_deg": _r(plane.inclination_low_deg, 3),
        "inclination_high_deg": _r(plane.inclination_high_deg, 3),
        "residual_m": {label: _r(m, 0) for label, (m, _) in miss.items()},
        "tolerance_m": {label: _r(m, 0) for label, (_, m) in miss.items()},
        "areas": [_area_document(one, alone[one.label]) for one in seen],
        "dog_leg": [
            {
                "start": leg.start,
                "end": leg.end,
                "range_m": _r(leg.range_m, 0),
                "course_deg": _r(leg.course_deg, 3),
                "turn_deg": _r(leg.turn_deg, 3),
                "turn_spread_deg": _r(leg.turn_spread_deg, 3),
            }
            for leg in found.dog_leg.legs
        ],
        "last_turn_deg": None if found.dog_leg.last_turn_deg is None else _r(found.dog_leg.last_turn_deg, 3),
        "sentence": found.sentence,
    }


def _area_document(one: AreaRange, alone: AreaPlane) -> dict[str, Any]:
    """Return one area for programs; courses and inclinations are null where the area shows none."""
    shown = ("course", "inclination", "own_inclination")
    angles = [f"{name}_{part}_deg" for name in shown for part in ("low", "mid", "high")]
    return {
        "label": one.label,
        "azimuth_deg": _r(one.azimuth_deg, 3),
        "near_m": _r(one.near_m, 0),
        "centre_m": _r(one.centre_m, 0),
        "far_m": _r(one.far_m, 0),
        **{name: _r(getattr(alone, name), 3) if alone.informs else None for name in angles},
    }


def flight_shown(flight: Flight, falls: Impacts, apogees: Sequence[tuple[float, float]]) -> Shown:
    """Return the events of a flight and where its bodies fall; apogees: (t_s, altitude [m]) of each fall."""
    rows = tuple(
        (
            e.name,
            number(e.t_s, 1),
            number(e.alt_m / 1e3, 1),
            place(e.lat_deg, e.lon_deg, 2),
            number(e.speed_mps),
            number(e.v_inertial_mps),
        )
        for e in flight.events
    )
    names = columns("event", "time [s] >", "altitude [km] >", "place", "speed [m/s] >", "inertial speed [m/s] >")
    events = Table(
        title="Events", columns=names, rows=rows, note=f"Outcome: {flight.outcome}. Speed is relative to the Earth."
    )
    downs = tuple(
        (
            body.name,
            number(body.t_s, 0),
            f"{number(apogees[i][1] / 1e3, 1)} at {number(apogees[i][0], 0)}",
            number(falls.t_s[i], 0),
            place(float(falls.lat_deg[i]), float(falls.lon_deg[i]), 2),
            number(falls.speed_mps[i]),
            number(body.beta_kgpm2),
        )
        for i, body in enumerate(flight.bodies)
    )
    fallen = Table(
        title="What falls",
        columns=columns(
            "body",
            "let go [s] >",
            "apogee [km] at [s] >",
            "impact [s] >",
            "place",
            "speed [m/s] >",
            "ballistic coefficient [kg/m2] >",
        ),
        rows=downs,
    )
    document = {
        "events": [
            {
                "name": e.name,
                "t_s": _r(e.t_s, 2),
                "alt_m": _r(e.alt_m, 0),
                "lat_deg": _r(e.lat_deg, 5),
                "lon_deg": _r(e.lon_deg, 5),
                "speed_mps": _r(e.speed_mps, 1),
                "v_inertial_mps": _r(e.v_inertial_mps, 1),
            }
            for e in flight.events
        ],
        "falls": [
            {
                "body": body.name,
                "let_go_s": _r(body.t_s, 2),
                "mass_kg": _r(body.mass_kg, 1),
                "apogee_t_s": _r(apogees[i][0], 2),
                "apogee_alt_m": _r(apogees[i][1], 1),
                "lat_deg": _r(falls.lat_deg[i], 5),
                "lon_deg": _r(falls.lon_deg[i], 5),
                "t_s": _r(falls.t_s[i], 1),
                "speed_mps": _r(falls.speed_mps[i], 1),
            }
            for i, body in enumerate(flight.bodies)
        ],
        "outcome": str(flight.outcome),
    }
    return (events, fallen), document


def impacts_shown(falls: Impacts) -> Shown:
    """Return impacts in the order of the fragments."""
    count = range(len(falls.lat_deg))
    rows = tuple(
        (
            str(i + 1),
            place(float(falls.lat_deg[i]), float(falls.lon_deg[i]), 4),
            number(falls.t_s[i], 1),
            number(falls.speed_mps[i], 1),
        )
        for i in count
    )
    table = Table(
        title="Impacts",
        columns=columns("row", "place", "time to fall [s] >", "speed [m/s] >"),
        rows=rows,
        note="unknown: never comes down within two hours.",
    )
    document = {
        "impacts": [
            {
                "lat_deg": _r(falls.lat_deg[i], 6),
                "lon_deg": _r(falls.lon_deg[i], 6),
                "t_s": _r(falls.t_s[i], 2),
                "speed_mps": _r(falls.speed_mps[i], 2),
            }
            for i in count
        ]
    }
    return (table,), document
