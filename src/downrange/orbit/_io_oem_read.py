"""Orbit ephemeris messages (OEM) read: CCSDS 502.0-B-3, section 5, keyword = value and XML; kilometres."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from downrange.base import Array, InputError, iso, since, units
from downrange.orbit._io_oem import OemFrame, ccsds_moment
from downrange.orbit._io_text import CUT, data_text, xml_root
from downrange.orbit.ephemeris import Ephemeris

_ITRF: Final = re.compile(r"ITRF[-_ ]?(\d{2}|\d{4})?")
_FRAMES: Final = {"GCRF": OemFrame.GCRF, "ICRF": OemFrame.GCRF, "EME2000": OemFrame.GCRF, "TEME": OemFrame.TEME}
_NEEDED: Final = ("OBJECT_NAME", "OBJECT_ID", "CENTER_NAME", "REF_FRAME", "TIME_SYSTEM")
_COLUMNS: Final = ("X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT")
_UNITS: Final = dict(zip(_COLUMNS, ("km",) * 3 + ("km/s",) * 3, strict=True))
_LATE_S: Final = 1.0  # a last row so much before STOP_TIME means that rows are missing
_ROOM: Final = 60
_MARKS: Final = {"META_START": "META", "META_STOP": "", "COVARIANCE_START": "COVARIANCE", "COVARIANCE_STOP": ""}
_WANTED: Final = "an OEM in KVN or XML"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Segment:
    """One segment as it stands: metadata, and rows of (place, time, six numbers or more)."""

    place: str
    meta: dict[str, str]
    rows: list[tuple[str, list[str]]]


def read_oem(text: str, *, where: str = "ephemeris") -> tuple[Ephemeris, ...]:
    """Read a CCSDS orbit ephemeris message, one record for each segment.

    Frames: ITRF of any year, GCRF and ICRF, EME2000 (turned to GCRF by the frame bias, 0.8 m at 7000 km) and TEME;
    times in UTC. Accelerations and covariances are passed over.
    """
    start = data_text(text, where, _WANTED)
    if start[0] == "<":
        segments = list(_xml_segments(start, where))
    elif start.startswith(("CCSDS_OEM_VERS", "COMMENT")):
        segments = list(_kvn_segments(text, where))
    else:
        seen = f"no ephemeris; it starts with {start.partition(chr(10))[0].strip()[:_ROOM]!r}"
        raise InputError(
            where=where, seen=seen, cure=f"give {_WANTED}, and check whether the download was an error page"
        )
    if not segments:
        raise InputError(where=where, seen="no segment in it", cure=CUT)
    return tuple(_ephemeris(segment, where) for segment in segments)


def _kvn_segments(text: str, where: str) -> Iterator[_Segment]:
    """Yield the segments of a message in keyword = value notation."""
    segment: _Segment | None = None
    inside = ""  # META or COVARIANCE
    for n, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("COMMENT"):
            continue
        if line in _MARKS:
            inside = _MARKS[line]
            if line == "META_START":
                if segment is not None:
                    yield segment
                segment = _Segment(place=f"segment at line {n}", meta={}, rows=[])
        elif inside == "META" and segment is not None:
            key, value = _pair(line, n, where)
            segment.meta[key] = value
        elif not inside and segment is not None:
            segment.rows.append((f"line {n}", line.split()))
    if inside:
        raise InputError(where=where, key="the end", seen=f"no {inside}_STOP", cure=CUT)
    if segment is not None:
        yield segment


def _pair(line: str, n: int, where: str) -> tuple[str, str]:
    """Return the keyword and the value of a line."""
    key, equals, value = line.partition("=")
    if not equals:
        raise InputError(where=where, key=f"line {n}", seen=f"{line[:_ROOM]!r} without '='", cure=CUT)
    return key.strip(), value.strip()


def _xml_segments(text: str, where: str) -> Iterator[_Segment]:
    """Yield the segments of a message in XML, or of each message in an <ndm>."""
    root = xml_root(text, where)
    for k, part in enumerate(root.iter("{*}segment"), 1):
        if part.find("{*}data/{*}stateVector") is None:
            continue  # of another kind of message, beside it in an <ndm>
        meta = {_name(field): (field.text or "").strip() for field in part.iterfind("{*}metadata/{*}*")}
        rows = []
        for n, vector in enumerate(part.iterfind("{*}data/{*}stateVector"), 1):
            place = f"segment {k}, state {n}"
            values = {_name(field): (field.text or "").strip() for field in vector}
            for field in vector:
                unit = field.get("units")
                if unit is not None and unit.lower() != _UNITS.get(_name(field), unit.lower()):
                    cure = f"give it in {_UNITS[_name(field)]}, as the standard has it"
                    raise InputError(where=where, key=f"{place}: {_name(field)}", seen=f"in {unit}", cure=cure)
            rows.append((place, [values[key] for key in ("EPOCH", *_COLUMNS) if key in values]))
        yield _Segment(place=f"segment {k}", meta=meta, rows=rows)


def _ephemeris(segment: _Segment, where: str) -> Ephemeris:
    """Return the record of a segment that proves sound."""
    meta = segment.meta
    frame = _frame(segment, where)
    moments, states = _states(segment, where)
    t_s = np.array([since(moments[0], moment) for moment in moments])
    if (np.diff(t_s) <= 0.0).any():
        k = int(np.flatnonzero(np.diff(t_s) <= 0.0)[0]) + 1
        raise InputError(
            where=where, key=segment.rows[k][0], seen="a time not after the one before", cure="sort the rows by time"
        )
    _check_end(segment, moments[-1], where)
    r_m, v_mps = states[:, :3] * units.KILOMETRE, states[:, 3:] * units.KILOMETRE
    if meta["REF_FRAME"].upper() == "EME2000":
        r_m, v_mps = _without_bias(r_m), _without_bias(v_mps)
    return Ephemeris(
        object_name=meta["OBJECT_NAME"],
        object_id=meta["OBJECT_ID"],
        frame=frame,
        start=moments[0],
        t_s=t_s,
        r_m=r_m,
        v_mps=v_mps,
        source=f"{where}: {segment.place}, {meta['REF_FRAME']}",
    )


def _frame(segment: _Segment, where: str) -> OemFrame:
    """Return the frame, or say what about the metadata cannot be used."""
    for key in _NEEDED:
        if not segment.meta.get(key):
            raise InputError(where=where, key=f"{segment.place}: {key}", seen="missing", cure=f"give {key}")
    for key, wanted in (("CENTER_NAME", "EARTH"), ("TIME_SYSTEM", "UTC")):
        if segment.meta[key].upper() != wanted:
            cure = f"ask for the ephemeris with {key} = {wanted}"
            raise InputError(where=where, key=f"{segment.place}: {key}", seen=segment.meta[key], cure=cure)
    name = segment.meta["REF_FRAME"].upper()
    if _ITRF.fullmatch(name):
        return OemFrame.ITRF
    if name not in _FRAMES:
        cure = f"ask for it in ITRF or {', '.join(_FRAMES)}: another frame cannot be turned safely"
        raise InputError(where=where, key=f"{segment.place}: REF_FRAME", seen=segment.meta["REF_FRAME"], cure=cure)
    return _FRAMES[name]


def _states(segment: _Segment, where: str) -> tuple[list[datetime], Array]:
    """Return the times and the states [km, km/s], shape (n, 6)."""
    moments: list[datetime] = []
    states: list[list[float]] = []
    for place, row in segment.rows:
        if len(row) not in {7, 10}:
            seen = f"{len(row)} columns instead of a time, three of place and three of speed"
            raise InputError(where=where, key=place, seen=seen, cure=CUT)
        try:
            moments.append(ccsds_moment(row[0]))
            states.append([float(x) for x in row[1:7]])
        except ValueError:
            seen = f"{' '.join(row)[:_ROOM]!r} is no time with six numbers"
            raise InputError(where=where, key=place, seen=seen, cure="write UTC, km and km/s") from None
    if not states:
        raise InputError(where=where, key=segment.place, seen="no states", cure=CUT)
    table = np.array(states)
    bad = np.flatnonzero(~np.isfinite(table).all(axis=1))
    if bad.size:
        place = segment.rows[int(bad[0])][0]
        raise InputError(
            where=where, key=place, seen="a number that is none (NaN or infinite)", cure="leave the row out"
        )
    return moments, table


def _check_end(segment: _Segment, last: datetime, where: str) -> None:
    """Refuse rows that end before STOP_TIME says."""
    text = segment.meta.get("STOP_TIME")
    if not text:
        return
    try:
        stop = ccsds_moment(text)
    except ValueError:
        cure = "write UTC as 2023-11-21T13:44:28.500"
        raise InputError(where=where, key=f"{segment.place}: STOP_TIME", seen=repr(text), cure=cure) from None
    if since(last, stop) > _LATE_S:
        seen = f"the last state is of {iso(last)}, but STOP_TIME is {iso(stop)}"
        raise InputError(where=where, key=segment.place, seen=seen, cure=CUT)


def _without_bias(vectors: Array) -> Array:
    """Turn vectors from the mean equator of J2000 (EME2000) to GCRF."""
    import erfa

    bias, _, _ = erfa.bp06(2_451_545.0, 0.0)  # GCRF to the mean equator of J2000
    turned: Array = vectors @ bias
    return turned


def _name(field: object) -> str:
    """Return the name of an element without its namespace."""
    return str(getattr(field, "tag", "")).rpartition("}")[2]
