"""Element sets made from numbers, and what may not be asked of a list of them."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import ArrayLike

from downrange.base import InputError, ModelError, after, iso, since, units, utc
from downrange.orbit.model import GM_WGS72_M3PS2, ElementSet, sgp4_problem

_TURN_DEG = 360.0


def element_set(
    name: str,
    epoch: datetime,
    inclination_deg: float,
    raan_deg: float,
    e: float,
    argp_deg: float,
    mean_anomaly_deg: float,
    mean_motion_revpday: float,
    bstar: float = 0.0,
    number: int = 0,
    designator: str = "",
) -> ElementSet:
    """Return an element set of mean elements (SGP4, TEME, WGS72); no two lines needed.

    raan_deg, argp_deg, mean_anomaly_deg: any turn of them, taken into 0 to 360
    mean_motion_revpday:                  as printed in two lines (Kozai); `mean_motion_revpday_of` a semi-major axis
    bstar:                                drag term [1/Earth radii]

    >>> from datetime import UTC
    >>> found = element_set("A1", datetime(2024, 6, 1, tzinfo=UTC), 97.4, -36.0, 0.001, 90.0, 72.0, 15.21936487)
    >>> f"{found.raan_deg:.0f} deg, {found.perigee_alt_m / 1e3:.0f} km"
    '324 deg, 493 km'
    """
    return ElementSet(
        name=name,
        lines=None,
        number=operator.index(number),
        designator=designator,
        epoch=utc(epoch, where=name or "element set"),
        inclination_deg=float(inclination_deg),
        raan_deg=turned(raan_deg),
        e=float(e),
        argp_deg=turned(argp_deg),
        mean_anomaly_deg=turned(mean_anomaly_deg),
        mean_motion_revpday=float(mean_motion_revpday),
        bstar=float(bstar),
    )


def mean_motion_revpday_of(a_m: float) -> float:
    """Return the mean motion [rev/day] of a semi-major axis [m], by Kepler's third law with SGP4's GM.

    >>> f"{mean_motion_revpday_of(6_878_135.0):.5f}"
    '15.21938'
    """
    if not (math.isfinite(a_m) and a_m > 0.0):
        cure = "give metres from the Earth's centre"
        raise InputError(where="orbit", key="a_m", seen=f"{a_m}", cure=cure)
    return float(math.sqrt(GM_WGS72_M3PS2 / a_m**3) * units.DAY / (2.0 * math.pi))


def refuse_old(
    sets: Iterable[ElementSet],
    start: datetime,
    stop: datetime,
    max_age_days: float = 30.0,
    *,
    where: str = "element sets",
) -> None:
    """Refuse a span farther than so many days from the epoch of any set, where SGP4 only guesses; name the worst."""
    worst_days, worst = 0.0, None
    for found in sets:
        age_days = max(abs(since(found.epoch, start)), abs(since(found.epoch, stop))) / units.DAY
        if age_days > worst_days:
            worst_days, worst = age_days, found
    if worst is not None and not worst_days <= max_age_days:
        raise InputError(
            where=where,
            key=worst.label,
            seen=f"its epoch {iso(worst.epoch)} is {worst_days:.0f} days from the span {iso(start)} to {iso(stop)}",
            cure=f"take a set within {max_age_days:g} days, or raise max_age_days knowing that it guesses",
        )


def newest(sets: Iterable[ElementSet], before: datetime | None = None) -> tuple[ElementSet, ...]:
    """Return the latest set of each object, in the order in which the objects first stand.

    before: pass over sets with a later epoch than this; none when not given
    """
    latest: dict[int | str | ElementSet, ElementSet] = {}
    for found in sets:
        if before is not None and found.epoch > utc(before, where="before"):
            continue
        key = _object_key(found) or found
        if key not in latest or found.epoch > latest[key].epoch:
            latest[key] = found
    return tuple(latest.values())


def refuse_stopped(sets: Sequence[ElementSet], errors: ArrayLike, start: datetime, t_s: ArrayLike) -> None:
    """Refuse positions that SGP4 could not compute: say of which set, from when on and why.

    errors: (n, m) or, for one set, (m,), as `sgp4.api.SatrecArray.sgp4` returns them
    t_s:    (m,) seconds after start
    """
    table = np.atleast_2d(np.asarray(errors))
    if not table.any():
        return
    row, column = np.argwhere(table)[0]
    moment = after(start, float(np.asarray(t_s, dtype=float)[column]))
    found = sets[int(row)]
    count = int(np.count_nonzero(table.any(axis=1)))
    raise ModelError(
        f"{found.label}: SGP4 stops at {iso(moment)}: {sgp4_problem(int(table[row, column]))}. "
        f"Its elements are of {iso(found.epoch)}. "
        + (f"Sets that stop in this span: {count}. " if count > 1 else "")
        + "Is the set old, or the satellite down? Leave it out, or end the span earlier."
    )


def _object_key(found: ElementSet) -> int | str:
    """Return what tells one object from another: its number, or its name when it has none."""
    return found.number or found.name


def turned(angle_deg: float) -> float:
    """Return an angle in 0 to 360; one that is there already stays as it is, a NaN stays one.

    >>> turned(360.0), turned(-36.0), turned(1e-18 - 0.0)
    (360.0, 324.0, 1e-18)
    """
    angle = float(angle_deg)
    return angle if 0.0 <= angle <= _TURN_DEG or not math.isfinite(angle) else angle % _TURN_DEG
