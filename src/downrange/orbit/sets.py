"""Element sets made from numbers, and what may not be asked of a list of them."""

from __future__ import annotations

import math
from datetime import datetime

from downrange.base import InputError, units, utc
from downrange.orbit.model import GM_WGS72_M3PS2, ElementSet

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
        number=number,
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
    '15.21937'
    """
    if not (math.isfinite(a_m) and a_m > 0.0):
        cure = "give metres from the Earth's centre"
        raise InputError(where="orbit", key="a_m", seen=f"{a_m}", cure=cure)
    return float(math.sqrt(GM_WGS72_M3PS2 / a_m**3) * units.DAY / (2.0 * math.pi))


def turned(angle_deg: float) -> float:
    """Return an angle in 0 to 360; one that is there already stays as it is, a NaN stays one.

    >>> turned(360.0), turned(-36.0), turned(1e-18 - 0.0)
    (360.0, 324.0, 1e-18)
    """
    angle = float(angle_deg)
    return angle if 0.0 <= angle <= _TURN_DEG or not math.isfinite(angle) else angle % _TURN_DEG
