"""Formats of the track room: readings and updates as JSON lines. UTC with a Z, degrees and metres, nothing else."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from downrange.base import InputError, after, iso, parse_utc, read_text, write_text
from downrange.track.filter import check
from downrange.track.model import Reading, Update


class _Line(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One reading as it is written."""

    t: str
    sensor: str
    range_m: float | None = None
    az_deg: float | None = None
    el_deg: float | None = None
    range_rate_mps: float | None = None


_FIELDS = ("range_m", "az_deg", "el_deg", "range_rate_mps")
_DECODER = msgspec.json.Decoder(_Line)


def reading_of(line: str | bytes, *, where: str) -> Reading:
    """Read one JSON line; where names it in errors ("readings.jsonl: line 7").

    >>> reading_of('{"t": "2023-05-30T21:28:00Z", "sensor": "west-coast", "range_m": 191000}', where="doc").range_m
    191000.0
    """
    try:
        raw = _DECODER.decode(line)
    except msgspec.ValidationError as error:
        what, _, key = str(error).partition(" - at ")
        cure = f"give t, sensor and any of {', '.join(_FIELDS)}, numbers as numbers"
        raise InputError(where=where, key=key.strip("`"), seen=what, cure=cure) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        cure = "write one JSON object on each line; NaN is not JSON: leave the field out"
        raise InputError(where=where, seen=str(error), cure=cure) from None
    values = (raw.range_m, raw.az_deg, raw.el_deg, raw.range_rate_mps)
    check(values, where=where)
    try:
        moment = parse_utc(raw.t, where=f"{where}: t")
    except OverflowError:
        raise InputError(where=where, key="t", seen=raw.t, cure="check the year") from None
    return Reading(
        t=moment,
        sensor=raw.sensor,
        range_m=values[0],
        az_deg=values[1],
        el_deg=values[2],
        range_rate_mps=values[3],
    )


def read_readings(path: str | Path, *, max_gap_s: float = 3600.0, sensors: Sequence[str] = ()) -> tuple[Reading, ...]:
    """Read a file of JSON lines, in its order; empty lines and lines that begin with # are passed over.

    Readings may be late by up to max_gap_s; time that runs back or ahead by more is a wrong date, and refused.
    sensors: the names that readings may carry; any when empty
    """
    file = Path(path)
    out: list[Reading] = []
    for number, line in enumerate(read_text(file).removeprefix("\ufeff").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        where = f"{file.name}: line {number}"
        reading = reading_of(line, where=where)
        if sensors and reading.sensor not in sensors:
            seen = f"{reading.sensor!r} is not in the sensor file"
            cure = f"add it there, or name one of {', '.join(sensors)}"
            raise InputError(where=where, key="sensor", seen=seen, cure=cure)
        if out and abs((reading.t - out[-1].t).total_seconds()) > max_gap_s:
            raise InputError(
                where=where,
                key="t",
                seen=f"{iso(reading.t)}, after {iso(out[-1].t)} on the reading before",
                cure=f"check the date and the time zone; readings of one flight lie within {max_gap_s:g} s",
            )
        out.append(reading)
    return tuple(out)


def reading_line(reading: Reading) -> str:
    """Write one reading as a JSON line, without a line end; fields it does not have are left out.

    >>> from datetime import UTC
    >>> reading_line(Reading(t=datetime(2023, 5, 30, 21, 28, tzinfo=UTC), sensor="west-coast", range_m=191000.04))
    '{"t": "2023-05-30T21:28:00.000000Z", "sensor": "west-coast", "range_m": 191000.04}'
    """
    row: dict[str, object] = {"t": iso(reading.t, decimals=6), "sensor": reading.sensor}
    for name in _FIELDS:
        value: float | None = getattr(reading, name)
        if value is not None:
            row[name] = round(value, 3 if name.endswith(("_m", "_mps")) else 7)
    return json.dumps(row, ensure_ascii=False)


def write_readings(path: str | Path, readings: Iterable[Reading]) -> None:
    """Write readings as JSON lines, the file whole or not at all."""
    write_text(path, "".join(reading_line(reading) + "\n" for reading in readings))


def update_row(update: Update, t0: datetime) -> dict[str, object]:
    """Return one update as plain values for JSON; what is not a number there is null."""
    impact = update.impact
    return {
        "t": iso(after(t0, update.t_s), decimals=3),
        "t_s": _number(update.t_s),
        "age_s": _number(update.read_s),
        "r_ecef_m": [_number(value) for value in update.r_ecef_m],
        "v_ecef_mps": [_number(value) for value in update.v_ecef_mps],
        "sigma_r_m": [_number(value) for value in update.sigma_r_m],
        "sigma_v_mps": [_number(value) for value in update.sigma_v_mps],
        "impact": None
        if math.isnan(impact.lat_deg)
        else {
            "lat_deg": _number(impact.lat_deg, 6),
            "lon_deg": _number(impact.lon_deg, 6),
            "t": iso(after(t0, impact.t_s), decimals=1),
            "t_s": _number(impact.t_s),
            "t_sigma_s": _number(impact.t_sigma_s),
            "sigma_major_m": _number(impact.sigma_major_m),
            "sigma_minor_m": _number(impact.sigma_minor_m),
            "axis_deg": _number(impact.axis_deg),
        },
        "perigee_m": _number(update.perigee_m),
        "perigee_sigma_m": _number(update.perigee_sigma_m),
        "apogee_m": _number(update.apogee_m),
        "apogee_sigma_m": _number(update.apogee_sigma_m),
        "p_orbit": _number(update.p_orbit, 6),
        "p_idle": _number(update.p_idle, 6),
        "verdict": update.verdict.name,
        "p": _number(update.p, 6),
        "reason": update.reason,
    }


def write_updates(path: str | Path, updates: Sequence[Update], t0: datetime) -> None:
    """Write updates as JSON lines, the file whole or not at all."""
    rows = (json.dumps(update_row(update, t0), ensure_ascii=False, allow_nan=False) for update in updates)
    write_text(path, "".join(row + "\n" for row in rows))


def _number(value: float, decimals: int = 3) -> float | None:
    """Round, and turn what is not a number into null."""
    return round(value, decimals) if math.isfinite(value) else None
