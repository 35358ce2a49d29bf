"""Traffic files: AIS sentences, aircraft state vectors as JSON or CSV; the latest of each craft, the rest counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from downrange.base import iso, read_text, utc
from downrange.track._io_aircraft import from_csv, from_json
from downrange.track._io_ais import from_ais
from downrange.track.model import Fault
from downrange.track.traffic import Craft


def read_traffic(
    path: str | Path, *, now: datetime, untimed: datetime | None = None
) -> tuple[tuple[Craft, ...], tuple[Fault, ...]]:
    """Read a file of ships or aircraft: the latest of each, in order of id, and what could not be used.

    AIS: one NMEA sentence a line (AIVDM or AIVDO), with a tag block, or a time before or after it; needs the extra
    'ais'. Aircraft: the JSON of OpenSky's REST API, or CSV with the names of its columns.
    now:     positions of more than a minute later are faults: a clock is wrong
    untimed: when sentences without a time came in; without it their positions have no time, and so say nothing
    """
    text = read_text(path)
    start = text.lstrip()
    where = str(path)
    if start.startswith("{"):
        crafts, faults = from_json(text, where)
    elif "icao24" in start.split("\n", 1)[0].lower():
        crafts, faults = from_csv(text, where)
    else:
        crafts, faults = from_ais(text.split("\n"), where, untimed=untimed)
    good, wrong = _in_time(crafts, utc(now))
    return latest(good), (*faults, *wrong)


def _in_time(crafts: Iterable[Craft], now: datetime) -> tuple[list[Craft], list[Fault]]:
    """Part the crafts from those of the future."""
    good: list[Craft] = []
    wrong: list[Fault] = []
    for craft in crafts:
        if craft.t is not None and (craft.t - now).total_seconds() > 60.0:
            cure = f"it is later than now, {iso(now)}: check the clock, and that times are UTC"
            wrong.append(Fault(where=craft.source, key="time", seen=iso(craft.t), cure=cure))
        else:
            good.append(craft)
    return good, wrong


def latest(crafts: Iterable[Craft]) -> tuple[Craft, ...]:
    """Return the newest position of each craft, under the newest name that it gave; of equally old ones the last.

    One without a position or a time gives way to any with both.
    """
    best: dict[tuple[str, str], Craft] = {}
    names: dict[tuple[str, str], str] = {}
    for craft in crafts:
        key = (craft.kind, craft.id)
        if craft.name:
            names[key] = craft.name
        if key not in best or _rank(craft) >= _rank(best[key]):
            best[key] = craft
    return tuple(
        craft if craft.name or key not in names else replace(craft, name=names[key])
        for key, craft in sorted(best.items())
    )


def _rank(craft: Craft) -> tuple[bool, float]:
    """Return what makes one record of a craft better than another."""
    placed = craft.lat_deg is not None and craft.t is not None
    return placed, craft.t.timestamp() if craft.t else float("-inf")
