"""Who is inside the announced areas: from files of ships and aircraft and a notice to tables for the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from downrange.base import InputError, iso
from downrange.notice import Shape, read_file, require_areas
from downrange.replay.tables import Table, columns, number, place
from downrange.replay.tracking import tell_faults_of
from downrange.track import Craft, CraftKind, Fault, Inside, Presence, read_traffic, who_is_inside, zones_of

if TYPE_CHECKING:
    from downrange.replay.show import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Who is inside, who will be, and of whom nobody can say.

    at, horizon_s: the moment asked about, and how far ahead
    crafts:  all of them, the newest position of each; faults: what could not be read
    areas:   how many the notice announces; active: how many of them are so at the moment, or give no time
    inside:  craft by craft and area by area; who is in no row is outside
    """

    at: datetime
    horizon_s: float
    crafts: tuple[Craft, ...]
    faults: tuple[Fault, ...]
    areas: int
    active: int
    inside: tuple[Inside, ...]


def traffic_inside(
    files: Sequence[Path],
    notices: Sequence[Path],
    *,
    at: datetime,
    horizon_s: float = 0.0,
    received: datetime | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Traffic:
    """Read ships, aircraft and notices; what cannot be read of the former is said and counted.

    received: when AIS sentences without a time came in
    """
    zones = [
        zone
        for path in notices
        for notice in read_file(path)
        for zone in zones_of(require_areas(notice))
        if zone.area.shape is not Shape.POINT
    ]
    if not zones:
        raise InputError(where="--notice", seen="missing", cure="give a text file with the announced areas")
    read = [read_traffic(path, now=at, untimed=received) for path in files]
    crafts = tuple(craft for found, _ in read for craft in found)
    faults = tuple(fault for _, found in read for fault in found)
    if not crafts:
        raise _nobody(", ".join(path.name for path in files), faults)
    tell_faults_of(faults, say=say)
    windows = [zone.area.windows for zone in zones]
    active = sum(not some or any(window.opens <= at < window.closes for window in some) for some in windows)
    return Traffic(
        at=at,
        horizon_s=horizon_s,
        crafts=crafts,
        faults=faults,
        areas=len(zones),
        active=active,
        inside=who_is_inside(crafts, zones, at=at, horizon_s=horizon_s),
    )


def _nobody(names: str, faults: tuple[Fault, ...]) -> InputError:
    """Return the error for files without a craft: the kind of fault that they have most."""
    if not faults:
        return InputError(
            where=names, seen="no craft", cure="give AIS sentences, or aircraft state vectors as JSON or CSV"
        )
    [(most, _)] = Counter(fault.key for fault in faults).most_common(1)
    fault = next(fault for fault in faults if fault.key == most)
    seen = f"{fault.seen} (of {len(faults)} faults; no craft at all can be used)"
    return InputError(where=fault.where, key=fault.key, seen=seen, cure=fault.cure)


def traffic_shown(found: Traffic) -> Shown:
    """Return who is inside, for people and for programs."""
    rows = tuple(_row(one, found.at) for one in found.inside)
    names = columns("is", "who", "area", "position", "age [s] >", "height [m] >", "to the edge [km] >", "why")
    table = Table(title=f"In the announced areas at {iso(found.at)}", columns=names, rows=rows, note=_note(found))
    return (table,), _document(found)


def _row(one: Inside, at: datetime) -> tuple[str, ...]:
    """Return one craft and one area as text."""
    craft = one.craft
    placed = craft.lat_deg is not None and craft.lon_deg is not None
    return (
        str(one.presence),
        f"{craft.name or '-'}\n{craft.kind} {craft.id}",
        "any" if one.zone is None else one.zone.name,
        place(craft.lat_deg or 0.0, craft.lon_deg or 0.0, 2) if placed else "unknown",
        number(craft.age_s(at)),
        "sea" if craft.kind is CraftKind.SHIP else number(craft.alt_m),
        "unknown" if one.distance_m is None else number(one.distance_m / 1e3, 1),
        one.reason,
    )


def _note(found: Traffic) -> str:
    """Return what was looked at: nobody in the table does not mean that all is clear."""
    kinds = Counter(craft.kind for craft in found.crafts)
    seen = " and ".join(
        f"{number(count)} {kind}{'s' if count > 1 and kind is CraftKind.SHIP else ''}" for kind, count in kinds.items()
    )
    ahead = f", looking {found.horizon_s:.0f} s ahead" if found.horizon_s else ""
    n = len(found.faults)
    faults = f" {n} message{'s' * (n > 1)} could not be used." if n else ""
    none = "" if found.inside else " Nobody of these is inside; who does not report is not seen."
    return f"{found.active} of {found.areas} areas active{ahead}; {seen} heard.{faults}{none}"


def _document(found: Traffic) -> dict[str, Any]:
    """Return the same for programs."""
    by = Counter(one.presence for one in found.inside)
    return {
        "at": iso(found.at),
        "horizon_s": found.horizon_s,
        "areas": found.areas,
        "active": found.active,
        "crafts": len(found.crafts),
        "faults": [{"where": f.where, "key": f.key, "seen": f.seen, "cure": f.cure} for f in found.faults],
        **{str(presence): by[presence] for presence in Presence},
        "rows": [
            {
                "presence": str(one.presence),
                "id": one.craft.id,
                "name": one.craft.name,
                "kind": str(one.craft.kind),
                "area": None if one.zone is None else one.zone.name,
                "active": one.active,
                "lat_deg": one.craft.lat_deg,
                "lon_deg": one.craft.lon_deg,
                "alt_m": one.craft.alt_m,
                "t": None if one.craft.t is None else iso(one.craft.t),
                "age_s": one.craft.age_s(found.at),
                "distance_m": None if one.distance_m is None else round(one.distance_m, 1),
                "enters_s": None if one.enters_s is None else round(one.enters_s, 1),
                "reason": one.reason,
                "source": one.craft.source,
            }
            for one in found.inside
        ],
    }
