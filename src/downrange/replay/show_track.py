"""What the terminal shows of readings: what was read, what can be said when, where it left and comes down, what else flies."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from downrange.base import after, iso
from downrange.earth import range_azimuth
from downrange.replay.tables import Table, columns, number, place
from downrange.replay.tracking import Outlines
from downrange.replay.tracking_files import changes, finite, told_row
from downrange.track import Impact, ImpactRegion, Piece, Track, TrackEvent, Update, Verdict

if TYPE_CHECKING:
    from downrange.replay.tracking import Tracked
    from downrange.track import Fault, LaunchEstimate

Shown = tuple[tuple[Table, ...], dict[str, Any]]
_MOST_FAULTS = 1_000
_MANY = 0.2  # from this share of refused readings on a hint is given
_VAGUE_MPS = 200.0  # from this sigma on a speed of leaving is not told


def track_shown(done: Tracked) -> Shown:
    """Return what the readings say, for people and for programs."""
    tables = [_intake_table(done), _verdict_table(done), _end_table(done)]
    document: dict[str, Any] = {"t0": iso(done.t0), **intake_json(done.counts, done.intake.faults)}
    if done.track is not None:
        tables.append(_events_table(done.events))
        document["events"] = [_event_json(event) for event in done.events]
    if done.launch is not None:
        tables.append(_launch_table(done.launch))
        document["launch_point"] = _launch_json(done.launch)
    if done.pieces is not None:
        tables.append(_pieces_table(done.pieces))
        document["objects"] = [_piece_json(piece) for piece in done.pieces]
    if done.region is not None:
        tables.append(_region_table(done.region, done.outlines))
        document["impact_region"] = _region_json(done.region, done.outlines)
    document["updates"] = [told_row(update, done.t0) for update in done.updates]
    return tuple(tables), document


def intake_json(counts: dict[str, int | None], faults: tuple[Fault, ...]) -> dict[str, Any]:
    """Return the counts, and the faults one by one."""
    told = [{"where": f.where, "key": f.key, "seen": f.seen, "cure": f.cure} for f in faults[:_MOST_FAULTS]]
    return {"readings": counts, "faults": told}


def _intake_table(done: Tracked) -> Table:
    """Return how many lines there were and what became of them, sensor by sensor."""
    given = Counter(reading.sensor for reading in done.intake.readings)
    names = columns("sensor", "readings >", "taken by the track >", "refused as wild or of another object >")
    rows = []
    for name, count in sorted(given.items()):
        taken, refused = _taken(done.track, name)
        rows.append((name, number(count), taken, refused))
    counts = done.counts
    said = [
        f"{number(counts['lines'])} lines, {number(counts['used'])} readings used",
        faults_told(len(done.intake.faults)),
    ]
    if counts["duplicates"] is not None:
        said.append(f"{number(counts['duplicates'])} doubles dropped, {number(counts['refused'])} refused")
    said += [f"{number(done.aside)} of other objects"] if done.aside else []
    said += [f"{number(done.later)} later than now"] if done.later else []
    said += [f"{number(done.loose)} of a screen left out, for its clock is too unsure"] if done.loose else []
    why = " The first readings are spent on finding a start." if done.track is not None else ""
    if done.pieces is None and (counts["refused"] or 0) > _MANY * len(done.intake.readings):
        why += " MANY ARE REFUSED: if there may be other objects, as a spent stage, add --objects."
    return Table(title="Readings", columns=names, rows=tuple(rows), note=f"{', '.join(said)}.{why}")


def faults_told(count: int) -> str:
    """Return how many faults there were, in words."""
    return f"{number(count)} fault{'' if count == 1 else 's'}"


def _taken(track: Track | None, name: str) -> tuple[str, str]:
    """Return how many readings of a sensor the track took and refused."""
    if track is None:
        return "not counted", "not counted"
    mine = track.sensor == track.sensors.index(name)
    return number(int(track.used[mine].sum())), number(int((~track.used[mine]).sum()))


def _verdict_table(done: Tracked) -> Table:
    """Return the verdicts where they change."""
    rows = tuple(
        (
            f"{number(u.t_s, 1)}\n{after(done.t0, u.t_s):%H:%M:%S}",
            u.verdict.name,
            number(u.p, 3),
            _impact(u.impact),
            _with_sigma(u.perigee_m, u.perigee_sigma_m),
            f"{u.reason[:1].upper()}{u.reason[1:]}",
            _deciders(u),
        )
        for u in changes(done.updates)
    )
    names = columns(
        "time [s]\nUTC >", "verdict", "p >", "impact point\n1 sigma", "perigee\n[km] >", "why", "decided by readings"
    )
    note = f"{number(len(done.updates))} updates. Seconds count from {iso(done.t0)}. Impact points are without air."
    return Table(title="Verdicts, where they change", columns=names, rows=rows, note=note)


def _impact(impact: Impact) -> str:
    """Return an impact point with its ellipse in two lines."""
    if not math.isfinite(impact.lat_deg):
        return "none known"
    if not math.isfinite(impact.sigma_major_m):
        return f"{place(impact.lat_deg, impact.lon_deg, 2)}\nspread unknown"
    major, minor = (_km(value) for value in (impact.sigma_major_m, impact.sigma_minor_m))
    return f"{place(impact.lat_deg, impact.lon_deg, 2)}\n{major} x {minor} km, {number(impact.axis_deg)}°"


def _km(value_m: float) -> str:
    """Return kilometres with the digits that a spread deserves."""
    return number(value_m / 1e3, 0 if value_m >= 1e5 else 1 if value_m >= 1e3 else 2)


def _with_sigma(value_m: float, sigma_m: float) -> str:
    """Return a height in km with its sigma under it."""
    if not math.isfinite(value_m):
        return "unknown"
    return f"{number(value_m / 1e3)}\n± {_km(sigma_m)}"


def _deciders(update: Update) -> str:
    """Return which readings decided, by their numbers."""
    return (
        "\n".join(f"{one.sensor}\n{_span(one.first_seq, one.last_seq, one.count)}" for one in update.decided_by) or "-"
    )


def _span(first: int, last: int, count: int) -> str:
    """Return numbers of readings, and how many of those count."""
    return f"number {first}" if first == last else f"{first} to {last} ({count})"


def _end_table(done: Tracked) -> Table:
    """Return what is known at the end, one row a thing."""
    if not done.updates:
        return Table(title="At the end", columns=columns("what", "is"), rows=(("verdict", Verdict.UNKNOWN.name),))
    last = done.updates[-1]
    heard = next((u for u in reversed(done.updates) if u.read_s == 0.0 and u.verdict is not Verdict.UNKNOWN), last)
    rows = [("verdict", f"{last.verdict.name} with p={last.p:.3f} at T+{last.t_s:.1f} s: {last.reason}")]
    if heard is not last:
        rows.append(("last said by readings", f"{heard.verdict.name} with p={heard.p:.3f} at T+{heard.t_s:.1f} s"))
    if last.read_s > 0.0:
        rows.append(("newest reading", f"{last.read_s:.1f} s old" if math.isfinite(last.read_s) else "none"))
    rows += [
        ("perigee, apogee", " and ".join(_height(*pair) for pair in _heights(last))),
        ("inclination", _number_sigma(last.inclination_deg, last.inclination_sigma_deg, "deg", 2)),
        ("no engine burns", _chance(last.p_idle)),
        ("perigee above the limit", _chance(last.p_orbit)),
        ("no space launch", _chance(last.p_ballistic)),
    ]
    if done.bounds is not None:
        rows.append(("impact point outside the corridor", _outside(last)))
    if done.pieces is not None:
        rows.append(("broken up", _chance(last.p_broken)))
    if last.allowed_s > 0.0:
        rows.append(("silence allowed from here", f"{last.allowed_s:.1f} s, then UNKNOWN"))
    kept = tuple(row for row in rows if row[1] != "unknown")
    return Table(title="At the end", columns=columns("what", "is"), rows=kept)


def _heights(update: Update) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return perigee and apogee with their sigmas."""
    return (update.perigee_m, update.perigee_sigma_m), (update.apogee_m, update.apogee_sigma_m)


def _height(value_m: float, sigma_m: float) -> str:
    """Return a height in one line."""
    return _number_sigma(value_m / 1e3, sigma_m / 1e3, "km", 1)


def _number_sigma(value: float, sigma: float, unit: str, digits: int) -> str:
    """Return a number with its sigma and unit."""
    if not math.isfinite(value):
        return "unknown"
    return f"{number(value, digits)} ± {number(sigma, digits)} {unit}"


def _chance(p: float) -> str:
    """Return a probability; the last digits are not claimed."""
    return f"p={p:.3f}" if math.isfinite(p) else "unknown"


def _outside(update: Update) -> str:
    """Return how far the impact point is off the announced corridor."""
    if not math.isfinite(update.outside_m):
        return "no impact point to compare"
    side = "outside" if update.outside_m > 0.0 else "inside"
    chance = f", outside with {_chance(update.p_outside)}" if math.isfinite(update.p_outside) else ""
    return f"{number(abs(update.outside_m) / 1e3)} km {side}{chance}"


def _events_table(events: tuple[TrackEvent, ...]) -> Table:
    """Return what happened, when, and when that was noticed."""
    rows = tuple(
        (
            str(event.kind),
            f"{number(event.t_s, 1)} ± {number(event.sigma_s, 1)}",
            number(event.noticed_t_s, 1),
            number(event.p, 3),
            number(event.alt_m / 1e3, 1),
            number(event.speed_mps),
            event.what,
        )
        for event in events
    )
    names = columns("event", "time [s] >", "noticed [s] >", "p >", "height [km] >", "speed [m/s] >", "what")
    return Table(title="What happened", columns=names, rows=rows, note="" if rows else "Nothing was noticed.")


def _event_json(event: TrackEvent) -> dict[str, Any]:
    """Return one event for programs."""
    keys = ("t_s", "sigma_s", "noticed_t_s", "alt_m", "speed_mps")
    numbers = {key: finite(getattr(event, key)) for key in keys}
    return {"kind": str(event.kind), **numbers, "p": finite(event.p, 6), "what": event.what}


def _launch_table(found: LaunchEstimate) -> Table:
    """Return where and when it left the ground, and the nearest known sites."""
    names = columns("what", "place", "time [s] >", "1 sigma; how far off", "so far by chance >")
    rows: list[tuple[str, ...]] = []
    if found.known:
        ellipse = f"{_km(found.sigma_major_m)} x {_km(found.sigma_minor_m)} km at {number(found.axis_deg)}°"
        when = f"{number(found.t_s, 1)} ± {number(found.t_sigma_s, 1)}"
        rows.append(("estimate", place(found.lat_deg, found.lon_deg, 2), when, ellipse, ""))
        rows += [(one.title, "", "", f"{_km(one.distance_m)} km off", f"{one.p:.0%}") for one in found.sites[:3]]
    return Table(
        title="Where it left the ground",
        columns=names,
        rows=tuple(rows),
        note=f"{found.reason[:1].upper()}{found.reason[1:]}.",
    )


def _launch_json(found: LaunchEstimate) -> dict[str, Any]:
    """Return the same for programs."""
    keys = ("t_s", "t_sigma_s", "sigma_major_m", "sigma_minor_m", "axis_deg")
    return {
        "known": found.known,
        "lat_deg": finite(found.lat_deg, 6),
        "lon_deg": finite(found.lon_deg, 6),
        **{key: finite(getattr(found, key)) for key in keys},
        "site": found.site,
        "sites": [{"name": s.name, "distance_m": finite(s.distance_m), "p": finite(s.p, 4)} for s in found.sites],
        "reason": found.reason,
    }


def _pieces_table(pieces: tuple[Piece, ...]) -> Table:
    """Return the objects beside the main one."""
    rows = tuple(
        (
            str(piece.number),
            ", ".join(piece.labels) or "-",
            f"{number(piece.first_t_s, 1)} to {number(piece.last_t_s, 1)}",
            number(piece.looks),
            _left(piece),
            "from " + number(piece.powered_t_s, 1) if piece.powered_t_s is not None else "no",
            f"{place(piece.lat_deg, piece.lon_deg, 2)}\nat {number(piece.impact_t_s)} s"
            if math.isfinite(piece.lat_deg)
            else "none known",
        )
        for piece in pieces
    )
    names = columns(
        "object >", "called", "seen [s] >", "readings >", "left", "under power [s]", "impact point without air"
    )
    note = "" if rows else "None was seen beside the main one."
    return Table(title="Other objects", columns=names, rows=rows, note=note)


def _left(piece: Piece) -> str:
    """Return when, what and how fast a piece left."""
    if not piece.leavings:
        return "not known"
    last = piece.leavings[-1]
    parent = "the main object" if last.parent == 0 else f"object {last.parent}"
    speed = f"{last.speed_mps:.0f} ± {last.speed_sigma_mps:.0f} m/s"
    how = "how fast is not known" if last.speed_sigma_mps > _VAGUE_MPS else f"by {speed}"
    return f"{parent} at {last.t_s:.1f} ± {last.sigma_s:.1f} s\n{how}"


def _piece_json(piece: Piece) -> dict[str, Any]:
    """Return one object for programs."""
    left = piece.leavings[-1] if piece.leavings else None
    return {
        "number": piece.number,
        "labels": list(piece.labels),
        "sensors": list(piece.sensors),
        "first_t_s": finite(piece.first_t_s),
        "confirmed_t_s": finite(piece.confirmed_t_s),
        "last_t_s": finite(piece.last_t_s),
        "looks": piece.looks,
        "appeared": piece.appeared,
        "powered_t_s": None if piece.powered_t_s is None else finite(piece.powered_t_s),
        "left": None
        if left is None
        else {
            "parent": left.parent,
            "t_s": finite(left.t_s),
            "sigma_s": finite(left.sigma_s),
            "speed_mps": finite(left.speed_mps),
            "speed_sigma_mps": finite(left.speed_sigma_mps),
        },
        "impact": None
        if not math.isfinite(piece.lat_deg)
        else {
            "lat_deg": finite(piece.lat_deg, 6),
            "lon_deg": finite(piece.lon_deg, 6),
            "t_s": finite(piece.impact_t_s),
        },
    }


def _region_table(region: ImpactRegion, outlines: Outlines) -> Table:
    """Return the smallest regions that hold half and nine tenths of where it may come down."""
    rows = []
    for p, shape in outlines:
        if shape.is_empty:
            continue
        west, south, east, north = shape.bounds
        rows.append((f"{p:.0%}", _km2(region, shape), f"{place(south, west, 2)} to {place(north, east, 2)}"))
    note = f"From the state at T+{region.t_s:.1f} s, with air; drag: {region.source}."
    if math.isfinite(region.mean_t_s):
        note = (
            f"Middle {place(region.mean_lat_deg, region.mean_lon_deg, 2)}; nine in ten come down from "
            f"T+{region.early_s:.0f} s to T+{region.late_s:.0f} s. {note}"
        )
    if region.p_stays_up > 0.0:
        note += f" {region.p_stays_up:.0%} stay up for two hours."
    names = columns("holds >", "area [km2] >", "corners south-west and north-east")
    return Table(title="Where it comes down, with drag", columns=names, rows=tuple(rows), note=note)


def _km2(region: ImpactRegion, shape: BaseGeometry) -> str:
    """Return the area of a region, small enough to be flat."""
    lat_deg = region.mean_lat_deg
    north_m = float(range_azimuth(lat_deg - 0.5, 0.0, lat_deg + 0.5, 0.0)[0])
    east_m = float(range_azimuth(lat_deg, -0.5, lat_deg, 0.5)[0])
    area = float(shape.area) * north_m * east_m / 1e6
    return number(area, 0 if area >= 10.0 else 1)


def _region_json(region: ImpactRegion, outlines: Outlines) -> dict[str, Any]:
    """Return the same for programs, with the outlines as GeoJSON geometries."""
    keys = ("t_s", "mean_t_s", "sigma_major_m", "sigma_minor_m", "axis_deg", "early_s", "late_s")
    return {
        **{key: finite(getattr(region, key)) for key in keys},
        "mean_lat_deg": finite(region.mean_lat_deg, 6),
        "mean_lon_deg": finite(region.mean_lon_deg, 6),
        "p_stays_up": finite(region.p_stays_up, 4),
        "drag": region.source,
        "outlines": [{"p": p, "geometry": mapping(shape)} for p, shape in outlines],
    }
