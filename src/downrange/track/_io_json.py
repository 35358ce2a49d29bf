"""One reading as a JSON line, and what JSON lines and CSV rows have in common: field names with their units in them.

A line says when (t, ISO 8601 with a zone; or t_s, seconds after lift-off), who (sensor) and any of
- radar and optical numbers: range_m, az_deg, el_deg, range_rate_mps;
- a place: r_ecef_m, with v_ecef_mps or without; or lat_deg, lon_deg and alt_m over the ellipsoid, with v_east_mps,
  v_north_mps and v_up_mps or without. The second form is turned into the first;
- what a broadcast shows: alt_m, speed_mps. Such a line need not name its sensor: it is "webcast".
received, object (or object_id) and seq may be added.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final

import msgspec

from downrange.base import InputError, after, ecef_from_geodetic, iso, parse_utc, v_ecef_from_enu
from downrange.track.checks import check_reading
from downrange.track.model import Reading, Vector

WEBCAST: Final = "webcast"
YEARS: Final = range(1940, 2200)  # outside them a date is a slip
NUMBERS: Final = ("range_m", "az_deg", "el_deg", "range_rate_mps", "r_ecef_m", "v_ecef_mps", "alt_m", "speed_mps")
_LONGEST_S: Final = 1e6
_GEODETIC: Final = ("lat_deg", "lon_deg", "alt_m")
_LOCAL: Final = ("v_east_mps", "v_north_mps", "v_up_mps")


class Line(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One reading as it is written."""

    t: str | None = None
    t_s: float | None = None
    sensor: str | None = None
    seq: int | None = None
    received: str | None = None
    object_name: str | None = msgspec.field(name="object", default=None)
    object_id: str | None = None
    range_m: float | None = None
    az_deg: float | None = None
    el_deg: float | None = None
    range_rate_mps: float | None = None
    r_ecef_m: Vector | None = None
    v_ecef_mps: Vector | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None
    alt_m: float | None = None
    v_east_mps: float | None = None
    v_north_mps: float | None = None
    v_up_mps: float | None = None
    speed_mps: float | None = None


_DECODER = msgspec.json.Decoder(Line)


def reading_of(line: str | bytes, *, where: str, t0: datetime | None = None, seq: int = 0) -> Reading:
    """Read one JSON line; where names it in errors ("readings.jsonl: line 7").

    t0:  lift-off, needed by lines that carry t_s
    seq: the reading's number where the line does not carry one

    >>> reading_of('{"t": "2023-05-30T21:28:00Z", "sensor": "west-coast", "range_m": 191000}', where="doc").range_m
    191000.0
    """
    try:
        raw = _DECODER.decode(line)
    except msgspec.ValidationError as error:
        what, _, key = str(error).partition(" - at ")
        cure = f"give t, sensor and any of {', '.join(NUMBERS)}, numbers as numbers"
        raise InputError(where=where, key=key.strip("`"), seen=what, cure=cure) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        cure = "write one JSON object on each line; NaN is not JSON: leave the field out"
        raise InputError(where=where, seen=str(error), cure=cure) from None
    return reading_from(raw, where=where, t0=t0, seq=seq)


def reading_from(raw: Line, *, where: str, t0: datetime | None, seq: int) -> Reading:
    """Turn a line as it is written into a reading, or say what is wrong with it."""
    r_ecef_m, v_ecef_mps = raw.r_ecef_m, raw.v_ecef_mps
    placed = raw.lat_deg is not None or raw.lon_deg is not None
    if placed:
        r_ecef_m, v_ecef_mps = _earth_fixed(raw, where)
    elif not (raw.v_east_mps is raw.v_north_mps is raw.v_up_mps is None):
        raise InputError(where=where, key="v_east_mps", seen="a velocity without a place", cure=_whole(_GEODETIC))
    reading = Reading(
        t=_moment(raw, where, t0),
        sensor=raw.sensor or _unnamed(raw, placed, where),
        seq=_count(raw.seq, seq, where),
        received=None if raw.received is None else _parsed(raw.received, f"{where}: received"),
        object_id=_object(raw, where),
        range_m=raw.range_m,
        az_deg=raw.az_deg,
        el_deg=raw.el_deg,
        range_rate_mps=raw.range_rate_mps,
        r_ecef_m=r_ecef_m,
        v_ecef_mps=v_ecef_mps,
        alt_m=None if placed else raw.alt_m,
        speed_mps=raw.speed_mps,
    )
    check_reading(reading, where=where)
    return reading


def reading_line(reading: Reading) -> str:
    """Write one reading as a JSON line, without a line end; fields it does not have are left out.

    Numbers are written in full: what is read back is the same to the last bit.

    >>> from datetime import UTC
    >>> reading_line(Reading(t=datetime(2023, 5, 30, 21, 28, tzinfo=UTC), sensor="west-coast", range_m=191000.04))
    '{"t": "2023-05-30T21:28:00.000000Z", "sensor": "west-coast", "range_m": 191000.04}'
    """
    row: dict[str, object] = {"t": iso(reading.t, decimals=6), "sensor": reading.sensor}
    if reading.seq:
        row["seq"] = reading.seq
    if reading.received is not None:
        row["received"] = iso(reading.received, decimals=6)
    if reading.object_id is not None:
        row["object"] = reading.object_id
    for name in NUMBERS:
        value = getattr(reading, name)
        if value is not None:
            row[name] = value
    return json.dumps(row, ensure_ascii=False, allow_nan=False)


def _moment(raw: Line, where: str, t0: datetime | None) -> datetime:
    """Return when it was measured, from t or from t_s."""
    if raw.t is not None:
        if raw.t_s is not None:
            raise InputError(where=where, key="t_s", seen="both t and t_s", cure="give one of them")
        return _parsed(raw.t, f"{where}: t")
    if raw.t_s is None:
        cure = "give t, as 2023-05-30T21:28:00Z, or t_s, seconds after lift-off"
        raise InputError(where=where, key="t", seen="missing", cure=cure)
    if t0 is None:
        cure = "give the time of lift-off (--t0), or write t instead"
        raise InputError(where=where, key="t_s", seen="seconds after a lift-off that nobody told", cure=cure)
    if not abs(raw.t_s) <= _LONGEST_S:
        cure = f"give seconds after lift-off, {_LONGEST_S:g} at most"
        raise InputError(where=where, key="t_s", seen=f"{raw.t_s:g}", cure=cure)
    return after(t0, raw.t_s)


def _parsed(text: str, where: str) -> datetime:
    """Read a moment of the years in which something can be launched."""
    try:
        moment = parse_utc(text, where=where)
    except OverflowError:
        moment = None
    if moment is None or moment.year not in YEARS:
        raise InputError(where=where, seen=text, cure="check the year")
    return moment


def _unnamed(raw: Line, placed: bool, where: str) -> str:
    """Name the sensor of a line that does not: only what a broadcast shows may come without."""
    others = (raw.range_m, raw.az_deg, raw.el_deg, raw.range_rate_mps, raw.r_ecef_m, raw.v_ecef_mps)
    if placed or any(value is not None for value in others):
        raise InputError(where=where, key="sensor", seen="missing", cure="name the sensor that says this")
    return WEBCAST


def _count(written: int | None, seq: int, where: str) -> int:
    """Return the reading's number: the one it carries, or else the one given."""
    if written is not None and written < 0:
        raise InputError(where=where, key="seq", seen=str(written), cure="count from 1, or leave it out")
    return seq if written is None else written


def _object(raw: Line, where: str) -> str | None:
    """Return the sensor's name for what it saw, under either of its keys."""
    if raw.object_name is not None and raw.object_id is not None and raw.object_name != raw.object_id:
        seen = f"{raw.object_name!r} and {raw.object_id!r}"
        raise InputError(where=where, key="object", seen=seen, cure="give object or object_id, not both")
    return raw.object_id if raw.object_name is None else raw.object_name


def _earth_fixed(raw: Line, where: str) -> tuple[Vector, Vector | None]:
    """Turn latitude, longitude, height and local velocity into Earth-fixed axes."""
    lat, lon, alt = raw.lat_deg, raw.lon_deg, raw.alt_m
    if raw.r_ecef_m is not None or raw.v_ecef_mps is not None:
        raise InputError(where=where, key="lat_deg", seen="two places", cure="give r_ecef_m or lat_deg, not both")
    if lat is None or lon is None or alt is None:
        raise InputError(where=where, key="lat_deg", seen="not a whole place", cure=_whole(_GEODETIC))
    for name, value, low, high in (("lat_deg", lat, -90.0, 90.0), ("lon_deg", lon, -180.0, 360.0)):
        if not low <= value <= high:
            cure = f"give degrees from {low:g} to {high:g}"
            raise InputError(where=where, key=name, seen=f"{value:g}", cure=cure)
    if not -500.0 <= alt <= 1e9:
        raise InputError(where=where, key="alt_m", seen=f"{alt:g}", cure="give metres over the ellipsoid")
    x, y, z = ecef_from_geodetic(lat, lon, alt).tolist()
    local = (raw.v_east_mps, raw.v_north_mps, raw.v_up_mps)
    if any(value is None for value in local):
        if any(value is not None for value in local):
            raise InputError(where=where, key="v_east_mps", seen="not a whole velocity", cure=_whole(_LOCAL))
        return (x, y, z), None
    vx, vy, vz = v_ecef_from_enu(local, lat, lon).tolist()  # type: ignore[arg-type]
    return (x, y, z), (vx, vy, vz)


def _whole(names: tuple[str, ...]) -> str:
    """Return the cure of a thing given in part."""
    return f"give all of {', '.join(names)}"
