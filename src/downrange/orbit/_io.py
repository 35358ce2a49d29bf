"""Forms of other people: two-line element sets, orbit mean-elements messages, CCSDS orbit ephemeris messages.

Kilometres live here and nowhere else in this room. OEM: CCSDS 502.0-B-3, section 5, in keyword = value notation.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from sgp4.api import Satrec
from sgp4.exporter import export_omm

from downrange.base import (
    Array,
    InputError,
    after,
    gcrf_from_ecef,
    inertial_velocity,
    iso,
    teme_from_ecef,
    units,
    utc,
    write_text,
)
from downrange.orbit._io_columns import checksum, figures_of
from downrange.orbit.model import ElementSet

_LINE = 69


class OemFrame(StrEnum):
    """Frames an ephemeris can be written in, by their CCSDS names."""

    ITRF = "ITRF"
    GCRF = "GCRF"
    TEME = "TEME"


def read_tle(text: str, *, where: str = "element sets") -> tuple[ElementSet, ...]:
    """Read two-line element sets, with or without name lines; each checksum is verified.

    Lines that start with # and empty lines are passed over.
    """
    found = [_element_set(name, pair, where) for name, pair in _pairs(text, where)]
    if not found:
        raise InputError(where=where, seen="no line that starts with '1 '", cure="give two-line element sets")
    return tuple(found)


def omm(found: ElementSet) -> dict[str, str | float | int]:
    """Return an element set under the keywords of a CCSDS orbit mean-elements message."""
    words = dict(export_omm(found.satellite(), found.name or "UNKNOWN")) if found.designator else {}
    base: dict[str, str | float | int] = {
        "OBJECT_NAME": found.name or "UNKNOWN",
        "OBJECT_ID": words.get("OBJECT_ID", "UNKNOWN"),
        "CENTER_NAME": "EARTH",
        "REF_FRAME": "TEME",
        "TIME_SYSTEM": "UTC",
        "MEAN_ELEMENT_THEORY": "SGP4",
        "EPOCH": iso(found.epoch, decimals=6).rstrip("Z"),
        "MEAN_MOTION": found.mean_motion_revpday,
        "ECCENTRICITY": found.e,
        "INCLINATION": found.inclination_deg,
        "RA_OF_ASC_NODE": found.raan_deg,
        "ARG_OF_PERICENTER": found.argp_deg,
        "MEAN_ANOMALY": found.mean_anomaly_deg,
        "NORAD_CAT_ID": found.number,
        "BSTAR": found.bstar,
    }
    return base


def oem_text(
    t_s: ArrayLike,
    r_ecef_m: ArrayLike,
    v_ecef_mps: ArrayLike,
    t0: datetime,
    *,
    object_name: str,
    object_id: str = "UNKNOWN",
    frame: OemFrame = OemFrame.ITRF,
    originator: str = "DOWNRANGE",
    created: datetime | None = None,
    comment: str = "",
) -> str:
    """Return a CCSDS orbit ephemeris message of Earth-fixed states.

    t_s:        (n,) seconds after t0, rising
    r_ecef_m:   (n, 3)
    v_ecef_mps: (n, 3) relative to the turning Earth, as ITRF wants it; turned to inertial velocity in GCRF and TEME
    object_id:  international designator as 2023-179A; UNKNOWN before there is one
    created:    CREATION_DATE; now when not given
    The turn to GCRF or TEME leaves out polar motion and UT1 - UTC: up to 0.4 km; ITRF is written as it came.
    """
    t, r, v = _states(t_s, r_ecef_m, v_ecef_mps)
    moments = [after(t0, x) for x in t]
    if frame is not OemFrame.ITRF:
        r, v = _inertial(moments, r, v, frame)
    made = utc(created, where="created") if created else datetime.now(UTC)
    head = [
        "CCSDS_OEM_VERS = 3.0",
        f"CREATION_DATE = {_ccsds_time(made)}",
        f"ORIGINATOR = {_one_line(originator)}",
        "",
        "META_START",
        f"OBJECT_NAME = {_one_line(object_name)}",
        f"OBJECT_ID = {_one_line(object_id)}",
        "CENTER_NAME = EARTH",
        f"REF_FRAME = {frame.value}",
        "TIME_SYSTEM = UTC",
        f"START_TIME = {_ccsds_time(moments[0])}",
        f"STOP_TIME = {_ccsds_time(moments[-1])}",
        "META_STOP",
        "",
    ]
    if comment:
        head += [f"COMMENT {line}" for line in comment.splitlines() if line.strip()] + [""]
    rows = [
        f"{_ccsds_time(moment)} "
        + " ".join(f"{x / units.KILOMETRE:.6f}" for x in where)
        + " "
        + " ".join(f"{x / units.KILOMETRE:.9f}" for x in speed)
        for moment, where, speed in zip(moments, r, v, strict=True)
    ]
    return "\n".join([*head, *rows, ""])


def write_oem(
    path: str | Path,
    t_s: ArrayLike,
    r_ecef_m: ArrayLike,
    v_ecef_mps: ArrayLike,
    t0: datetime,
    *,
    object_name: str,
    object_id: str = "UNKNOWN",
    frame: OemFrame = OemFrame.ITRF,
    created: datetime | None = None,
    comment: str = "",
) -> Path:
    """Write a CCSDS orbit ephemeris message (see `oem_text`) to a file, whole or not at all; return its path."""
    text = oem_text(
        t_s,
        r_ecef_m,
        v_ecef_mps,
        t0,
        object_name=object_name,
        object_id=object_id,
        frame=frame,
        created=created,
        comment=comment,
    )
    return write_text(path, text.encode("ascii", errors="replace").decode("ascii"))


def _states(t_s: ArrayLike, r_ecef_m: ArrayLike, v_ecef_mps: ArrayLike) -> tuple[Array, Array, Array]:
    """Return the three arrays, or say what is wrong with them."""
    t, r, v = (np.asarray(x, dtype=float) for x in (t_s, r_ecef_m, v_ecef_mps))
    same = t.ndim == 1 and t.size > 0 and r.shape == v.shape == (t.size, 3)
    if not same or not all(np.isfinite(x).all() for x in (t, r, v)) or (np.diff(t) <= 0.0).any():
        raise InputError(
            where="ephemeris",
            seen=f"times {t.shape}, positions {r.shape}, velocities {v.shape}",
            cure="give finite arrays (n,), (n, 3) and (n, 3) with rising times",
        )
    return t, r, v


def _inertial(moments: list[datetime], r: Array, v: Array, frame: OemFrame) -> tuple[Array, Array]:
    """Return the states against the stars, in the frame's axes."""
    turn = teme_from_ecef if frame is OemFrame.TEME else gcrf_from_ecef
    rotations = np.stack([turn(moment) for moment in moments])
    against = inertial_velocity(r, v)
    return np.einsum("nij,nj->ni", rotations, r), np.einsum("nij,nj->ni", rotations, against)


def _ccsds_time(moment: datetime) -> str:
    """Return a time as CCSDS writes it: ISO 8601 without the Z, which TIME_SYSTEM replaces."""
    return iso(moment, decimals=6).rstrip("Z")


def _one_line(text: str) -> str:
    """Refuse a value that would break the keyword = value form."""
    if not text.strip() or "\n" in text or not text.isascii():
        raise InputError(where="ephemeris", seen=f"{text!r} as a name", cure="give one line of plain ASCII")
    return text.strip()


def _pairs(text: str, where: str) -> Iterator[tuple[str, tuple[int, str, str]]]:
    """Yield (name, (number of the first line, line 1, line 2))."""
    lines = [(n, line.rstrip()) for n, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1)]
    lines = [(n, line) for n, line in lines if line.strip() and not line.startswith("#")]
    name = ""
    k = 0
    while k < len(lines):
        n, line = lines[k]
        if line.startswith("1 ") and len(line) >= _LINE - 7:
            if k + 1 >= len(lines) or not lines[k + 1][1].startswith("2 "):
                raise InputError(where=where, key=f"line {n}", seen="a first line without its second", cure="add it")
            yield name, (n, line, lines[k + 1][1])
            name, k = "", k + 2
        elif line.startswith("2 ") and len(line) >= _LINE - 7:
            raise InputError(where=where, key=f"line {n}", seen="a second line without its first", cure="add it")
        else:
            name, k = line.removeprefix("0 ").strip(), k + 1


def _element_set(name: str, pair: tuple[int, str, str], where: str) -> ElementSet:
    """Return the record of two lines that prove sound."""
    n, line1, line2 = pair
    for offset, line in enumerate((line1, line2)):
        _check_line(line, f"line {n + offset}", where)
    if line1[2:7] != line2[2:7]:
        seen = f"catalogue numbers {line1[2:7]} and {line2[2:7]}"
        raise InputError(where=where, key=f"line {n}", seen=seen, cure="pair each first line with its own second")
    _check_figures(line2, f"line {n + 1}", where)
    try:
        Satrec.twoline2rv(line1, line2)
    except ValueError as problem:
        seen = " ".join(str(problem).split())
        raise InputError(where=where, key=f"line {n}", seen=seen, cure="copy the element set again") from problem
    figures = figures_of(line1, line2)
    return ElementSet(
        name=name, lines=(line1, line2), **{k: v for k, v in figures._asdict().items() if k != "ephemeris_type"}
    )


def _check_figures(line2: str, key: str, where: str) -> None:
    """Refuse a second line whose columns hold no numbers, or none of an orbit; SGP4 would read zeros there."""
    for name, columns, low, high in (
        ("inclination", slice(8, 16), 0.0, 180.0),
        ("node", slice(17, 25), 0.0, 360.0),
        ("eccentricity", slice(26, 33), 0.0, 9_999_999.0),
        ("argument of perigee", slice(34, 42), 0.0, 360.0),
        ("mean anomaly", slice(43, 51), 0.0, 360.0),
        ("mean motion", slice(52, 63), 0.01, 18.0),
    ):
        try:
            good = low <= float(line2[columns]) <= high
        except ValueError:
            good = False
        if not good:
            cure = f"copy the element set again; columns {columns.start + 1} to {columns.stop} hold a number up to {high:g}"
            raise InputError(where=where, key=f"{key}: {name}", seen=repr(line2[columns]), cure=cure)


def _check_line(line: str, key: str, where: str) -> None:
    """Refuse a line of the wrong length, or whose checksum fails."""
    if len(line) != _LINE or not line[-1].isdigit():
        cure = "copy the element set again; columns count, and blanks may have been lost"
        raise InputError(where=where, key=key, seen=f"{len(line)} characters instead of {_LINE}", cure=cure)
    if checksum(line) != int(line[-1]):
        seen = f"the checksum is {line[-1]} but the line adds up to {checksum(line)}"
        raise InputError(where=where, key=key, seen=seen, cure="copy the element set again; a digit was changed")
