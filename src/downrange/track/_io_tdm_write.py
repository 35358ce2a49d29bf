"""Readings as a CCSDS tracking data message (TDM): one segment for each sensor and object.

SOURCE: CCSDS 503.0-B-2, Tracking Data Message.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from downrange.base import InputError, iso
from downrange.base.units import KILOMETRE
from downrange.track._io_tdm_terms import LIGHT_MPS
from downrange.track.model import Reading

_LONGEST_LINE: Final = 254
_FIELDS: Final = (
    ("range_m", "RANGE", KILOMETRE),
    ("az_deg", "ANGLE_1", 1.0),
    ("el_deg", "ANGLE_2", 1.0),
    ("range_rate_mps", "DOPPLER_INSTANTANEOUS", KILOMETRE),
)


def tdm_text(readings: Iterable[Reading], *, created: datetime, originator: str) -> str:
    """Write radar and optical readings as a message; places and broadcasts have no keyword there and are refused.

    Stamps are times of reception (TIMETAG_REF), ranges half of the way there and back. Read back, numbers are the
    same to 1e-6 m, 1e-9 deg and 1e-6 m/s, times to the microsecond. received and seq are not kept.
    """
    _plain_text(originator, "ORIGINATOR")
    out = ["CCSDS_TDM_VERS = 2.0", f"CREATION_DATE = {iso(created, decimals=3)}", f"ORIGINATOR = {originator}"]
    for (sensor, target, _), mine in _segments(readings).items():
        out += _segment(sensor, target, sorted(mine, key=lambda reading: reading.t))
    return "\n".join(out) + "\n"


def _segments(readings: Iterable[Reading]) -> dict[tuple[str, str | None, int], list[Reading]]:
    """Sort readings by sensor and object; one that comes twice needs a further segment, where no stamp may repeat."""
    seen: dict[tuple[str, str | None, datetime], int] = {}
    out: dict[tuple[str, str | None, int], list[Reading]] = {}
    for reading in readings:
        key = (reading.sensor, reading.object_id, reading.t)
        seen[key] = seen.get(key, -1) + 1
        out.setdefault((reading.sensor, reading.object_id, seen[key]), []).append(reading)
    return out


def _segment(sensor: str, target: str | None, readings: Sequence[Reading]) -> list[str]:
    """Return the lines of one segment."""
    listens = all(reading.range_m is None and reading.range_rate_mps is None for reading in readings)
    angles = any(reading.az_deg is not None or reading.el_deg is not None for reading in readings)
    out = [
        "META_START",
        "TIME_SYSTEM = UTC",
        f"PARTICIPANT_1 = {_plain_text(sensor, 'PARTICIPANT_1')}",
        f"PARTICIPANT_2 = {_plain_text(target or 'UNKNOWN', 'PARTICIPANT_2')}",
        "MODE = SEQUENTIAL",
        f"PATH = {'2,1' if listens else '1,2,1'}",
        "TIMETAG_REF = RECEIVE",
        *(() if listens else ("RANGE_UNITS = km",)),
        *(("ANGLE_TYPE = AZEL",) if angles else ()),
        "META_STOP",
        "DATA_START",
    ]
    for reading in readings:
        out += _data(reading)
    return [*out, "DATA_STOP"]


def _data(reading: Reading) -> list[str]:
    """Return the lines of one reading."""
    if reading.r_ecef_m is not None or reading.alt_m is not None or reading.speed_mps is not None:
        seen = f"a place or a broadcast of {reading.sensor!r} at {iso(reading.t)}"
        cure = "write JSON lines or CSV: a tracking data message has no keyword for it"
        raise InputError(where="tracking data message", seen=seen, cure=cure)
    stamp = _stamp(reading.t, (reading.range_m or 0.0) / LIGHT_MPS)
    values = ((key, getattr(reading, field), unit) for field, key, unit in _FIELDS)
    return [f"{key} = {stamp} {value / unit:.10f}" for key, value, unit in values if value is not None]


def _stamp(t: datetime, later_s: float) -> str:
    """Return the stamp of a moment and so much more, to the nanosecond."""
    moment = t.astimezone(UTC)
    rest_ns = moment.microsecond * 1000 + round(later_s * 1e9)
    moment = moment.replace(microsecond=0) + timedelta(seconds=rest_ns // 10**9)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest_ns % 10**9:09d}"


def _plain_text(text: str, key: str) -> str:
    """Return a name as the standard allows it, or say what it does not allow."""
    if not text.strip() or not text.isascii() or not text.isprintable() or len(text) > _LONGEST_LINE - 20:
        cure = "a tracking data message allows printable ASCII only: rename it"
        raise InputError(where="tracking data message", key=key, seen=repr(text[:40]), cure=cure)
    return text
