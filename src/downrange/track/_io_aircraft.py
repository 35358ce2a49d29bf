"""Aircraft state vectors as OpenSky gives them: rows of its REST API (JSON), or CSV with the names of its columns.

Units there: degrees, metres, metres a second, seconds since 1970. Order of a row's fields: the REST API's own page,
opensky-network.github.io/opensky-api/rest.html.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from downrange.base import InputError
from downrange.track.model import Fault
from downrange.track.traffic import Craft, CraftKind

_FIELDS: Final = (
    "icao24", "callsign", "origin_country", "time_position", "last_contact", "longitude", "latitude", "baro_altitude",
    "on_ground", "velocity", "true_track", "vertical_rate", "sensors", "geo_altitude",
)  # fmt: skip
_ALIASES: Final = {
    "lat": "latitude", "lon": "longitude", "heading": "true_track", "vertrate": "vertical_rate",
    "onground": "on_ground", "baroaltitude": "baro_altitude", "geoaltitude": "geo_altitude",
    "lastposupdate": "time_position", "lastcontact": "last_contact",
}  # fmt: skip
_LIMITS: Final = {
    "time_position": (0.0, 4e9),
    "longitude": (-180.0, 180.0),
    "latitude": (-90.0, 90.0),
    "baro_altitude": (-1e3, 1e5),
    "geo_altitude": (-1e3, 1e5),
    "velocity": (0.0, 1e3),
    "true_track": (0.0, 360.0),
    "vertical_rate": (-500.0, 500.0),
}


def from_json(text: str, where: str) -> tuple[list[Craft], list[Fault]]:
    """Read {"time": ..., "states": [[icao24, callsign, ...], ...]}; states may be null."""
    form = 'give OpenSky\'s form: {"time": 1458564121, "states": [["3c6444", "DLH9LF  ", ...], ...]}'
    try:
        document = msgspec.json.decode(text)
    except msgspec.DecodeError as problem:
        raise InputError(where=where, seen=f"not JSON: {problem}", cure=form) from None
    states = document.get("states", 0)
    if states is not None and not isinstance(states, list):
        raise InputError(where=where, key="states", seen="no list" if states else "missing", cure=form)
    crafts: list[Craft] = []
    faults: list[Fault] = []
    for count, state in enumerate(states or [], start=1):
        place = f"{where}, state {count}"
        if not isinstance(state, list) or len(state) < 11:
            faults.append(Fault(where=place, key="state", seen=repr(state)[:60], cure="give 17 fields or more"))
        else:
            _keep(dict(zip(_FIELDS, state, strict=False)), place, crafts, faults)
    return crafts, faults


def from_csv(text: str, where: str) -> tuple[list[Craft], list[Fault]]:
    """Read a table whose head names OpenSky's columns, of its REST API or of its history; others are passed over."""
    table = csv.DictReader(io.StringIO(text.lstrip()))
    head = {name: _ALIASES.get(name.strip().lower(), name.strip().lower()) for name in table.fieldnames or ()}
    lacks = {"icao24", "latitude", "longitude", "time_position"} - set(head.values())
    if "time" in head.values():
        lacks -= {"time_position"}
    if lacks:
        raise InputError(
            where=where, key=", ".join(sorted(lacks)), seen="no such column", cure="name the columns as OpenSky does"
        )
    crafts: list[Craft] = []
    faults: list[Fault] = []
    for row in table:
        record = {head[key]: value.strip() or None for key, value in row.items() if key in head and value is not None}
        if record.get("time_position") is None and "time_position" not in head.values():
            record["time_position"] = record.get("time")
        _keep(record, f"{where}, line {table.line_num}", crafts, faults)
    return crafts, faults


def _keep(record: Mapping[str, Any], where: str, crafts: list[Craft], faults: list[Fault]) -> None:
    """Add the record's craft, or the fault that keeps it out."""
    try:
        crafts.append(_craft(record, where))
    except InputError as problem:
        faults.append(Fault(where=where, key=problem.key or "", seen=problem.seen, cure=problem.cure))


def _craft(record: Mapping[str, Any], where: str) -> Craft:
    """Return the craft of one record; heights over the ellipsoid come before heights by pressure."""
    name = record.get("icao24")
    if not isinstance(name, str) or not name.strip():
        raise InputError(where=where, key="icao24", seen=repr(name), cure="give the aircraft's 24-bit address in hex")
    value = {key: _number(record.get(key), key, where) for key in _LIMITS}
    lat, lon, t_unix_s = value["latitude"], value["longitude"], value["time_position"]
    placed = lat is not None and lon is not None
    geo, baro = value["geo_altitude"], value["baro_altitude"]
    height = "" if geo is not None or baro is None else ", height by pressure"
    return Craft(
        id=name.strip().lower(),
        name=str(record.get("callsign") or "").strip(),
        kind=CraftKind.AIRCRAFT,
        t=None if t_unix_s is None else datetime.fromtimestamp(t_unix_s, UTC),
        lat_deg=lat if placed else None,
        lon_deg=(lon + 180.0) % 360.0 - 180.0 if placed and lon is not None else None,
        alt_m=baro if geo is None else geo,
        on_ground=_yes(record.get("on_ground"), where),
        speed_mps=value["velocity"],
        course_deg=value["true_track"],
        climb_mps=value["vertical_rate"],
        source=f"{where}: aircraft state{height}",
    )


def _number(seen: object, key: str, where: str) -> float | None:
    """Return a number within its limits, None for none."""
    if seen is None:
        return None
    low, high = _LIMITS[key]
    try:
        value = float(seen) if isinstance(seen, str | int | float) and not isinstance(seen, bool) else math.nan
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise InputError(where=where, key=key, seen=repr(seen), cure=f"give a number from {low:g} to {high:g}, or none")
    return value


def _yes(seen: object, where: str) -> bool:
    """Return a yes or no, written in either way."""
    text = str(seen).lower()
    if text not in {"true", "false", "1", "0", "none"}:
        raise InputError(where=where, key="on_ground", seen=repr(seen), cure="give true or false")
    return text in {"true", "1"}
