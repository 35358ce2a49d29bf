"""Orbit ephemeris messages (OEM) written: CCSDS 502.0-B-3, section 5, in keyword = value notation; kilometres."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

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

YEARS = (1957, 2199)
"""Years in which an epoch of a satellite may lie."""


class OemFrame(StrEnum):
    """Frames an ephemeris can be written in, by their CCSDS names."""

    ITRF = "ITRF"
    GCRF = "GCRF"
    TEME = "TEME"


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
        f"CREATION_DATE = {ccsds_time(made)}",
        f"ORIGINATOR = {one_line(originator)}",
        "",
        "META_START",
        f"OBJECT_NAME = {one_line(object_name)}",
        f"OBJECT_ID = {one_line(object_id)}",
        "CENTER_NAME = EARTH",
        f"REF_FRAME = {frame.value}",
        "TIME_SYSTEM = UTC",
        f"START_TIME = {ccsds_time(moments[0])}",
        f"STOP_TIME = {ccsds_time(moments[-1])}",
        "META_STOP",
        "",
    ]
    if comment:
        head += [f"COMMENT {line}" for line in comment.splitlines() if line.strip()] + [""]
    rows = [
        f"{ccsds_time(moment)} "
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


def ccsds_time(moment: datetime) -> str:
    """Return a time as CCSDS writes it: ISO 8601 without the Z, which TIME_SYSTEM replaces."""
    return iso(moment, decimals=6).rstrip("Z")


def ccsds_moment(text: str) -> datetime:
    """Return a time as CCSDS writes it, by the date or the day of the year; ValueError where it is none of a satellite.

    >>> ccsds_moment("2020-064T10:34:41.4264").isoformat()
    '2020-03-04T10:34:41.426400+00:00'
    """
    if len(text) > 8 and text[8] == "T":
        whole, _, fraction = text.removesuffix("Z").partition(".")
        moment = datetime.strptime(f"{whole}.{fraction[:6]:0<6}+0000", "%Y-%jT%H:%M:%S.%f%z")
    else:
        moment = datetime.fromisoformat(text)
    if not YEARS[0] <= moment.year <= YEARS[1]:
        raise ValueError(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def one_line(text: str) -> str:
    """Refuse a value that would break the keyword = value form."""
    if not text.strip() or "\n" in text or not text.isascii():
        raise InputError(where="ephemeris", seen=f"{text!r} as a name", cure="give one line of plain ASCII")
    return text.strip()
