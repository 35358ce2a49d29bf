"""Mean elements for SGP4 from one osculating state, by fixed-point iteration.

The state fixes six numbers and SGP4 has six, so the fit goes through the state; what it cannot know is the drag
term, which is given, and the slow part of the motion that one instant does not show: a state good to 100 m gives a
mean motion good to some 1e-4 of a revolution a day. Counted in equinoctial form, so that circles make no trouble.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
from numpy.typing import ArrayLike
from sgp4.api import WGS72, Satrec
from sgp4.exporter import export_tle

from downrange.base import Array, InputError, ModelError, julian_pair, units
from downrange.orbit.elements import elements_from_inertial, inertial_state
from downrange.orbit.model import GM_WGS72_M3PS2, Elements, Frame, TleFit, epoch_of, sgp4_problem

_TURN = 2.0 * np.pi
_STEPS = 60
_CLOSE_M = 1e-4
_USELESS_M = 100.0
_LOWEST_ALT_M = 80e3  # assumed: SGP4's own air model knows nothing lower
_EPOCH_ZERO_JD = 2_433_281.5  # 1949 December 31 00:00 UT, from which sgp4init counts days
_DAY_ROUND = 8  # digits of a day in two lines


def fit_tle(
    r_ecef_m: ArrayLike,
    v_ecef_mps: ArrayLike,
    moment: datetime,
    *,
    number: int = 99_999,
    designator: str = "",
    bstar: float = 0.0,
) -> TleFit:
    """Return the SGP4 element set that passes through an Earth-fixed state (velocity relative to the Earth).

    The state is that of `moment`; the epoch is the nearest hundred-millionth of a day, up to 0.4 ms away, and the
    state is moved there along its own motion.
    number:     catalogue number to write; 99999 is nobody's
    designator: international designator to write, as 23179A
    bstar:      drag term [1/Earth radii]; one state cannot show it
    """
    if not 0 < number <= 339_999:
        raise InputError(where="orbit", key="number", seen=f"{number}", cure="give a catalogue number, 1 to 339999")
    r, v = inertial_state(r_ecef_m, v_ecef_mps, moment, frame=Frame.TEME)
    if len(designator) > 8 or not designator.isascii():
        cure = "write two digits of the year, three of the launch and a letter, as 23179A"
        raise InputError(where="orbit", key="designator", seen=repr(designator), cure=cure)
    day, fraction = julian_pair(moment)
    epoch = round(fraction, _DAY_ROUND)
    r = r + v * (epoch - fraction) * units.DAY
    shape = elements_from_inertial(r, v, moment, frame=Frame.TEME)
    if shape.perigee_alt_m < _LOWEST_ALT_M:
        raise ModelError(
            f"the perigee is {shape.perigee_alt_m / 1e3:.0f} km: this body falls within a revolution, and SGP4 is no "
            "model of a fall. Was the state taken before cut-off?"
        )
    found, steps = _iterate(r, v, moment, (day, epoch), number, bstar)
    found.intldesg = designator
    lines = export_tle(found)
    near_r, near_v = _epoch_state(found)
    rounded_r, _ = _epoch_state(Satrec.twoline2rv(*lines))
    return TleFit(
        lines=(lines[0], lines[1]),
        residual_m=float(np.linalg.norm(near_r - r)),
        residual_mps=float(np.linalg.norm(near_v - v)),
        rounded_m=float(np.linalg.norm(rounded_r - r)),
        steps=steps,
    )


def osculating_of(satellite: Satrec) -> Elements:
    """Return the osculating elements (TEME) of an SGP4 satellite at its own epoch."""
    r, v = _epoch_state(satellite)
    return elements_from_inertial(r, v, epoch_of(satellite), frame=Frame.TEME)


def _iterate(
    r: Array, v: Array, moment: datetime, epoch: tuple[float, float], number: int, bstar: float
) -> tuple[Satrec, int]:
    """Move the mean elements by what SGP4 misses the state by, until it does not."""
    target = _equinoctial(r, v, moment)
    mean = target.copy()
    best_m, best, steps = np.inf, Satrec(), 0
    while steps < _STEPS and best_m > _CLOSE_M:
        steps += 1
        found = _satellite(mean, epoch, number, bstar)
        got_r, got_v = _epoch_state(found)
        miss_m = float(np.linalg.norm(got_r - r) + np.linalg.norm(got_v - v) * 1e3)
        if miss_m < best_m:
            best_m, best = miss_m, found
        change = target - _equinoctial(got_r, got_v, moment)
        change[5] = (change[5] + np.pi) % _TURN - np.pi
        mean = mean + change
    if best_m > _USELESS_M:
        raise ModelError(
            f"no SGP4 element set passes through this state (nearest: {best_m:.0f} m); "
            "its orbit is too low, too eccentric or equatorial"
        )
    return best, steps


def _equinoctial(r: Array, v: Array, moment: datetime) -> Array:
    """Return (a, h, k, p, q, mean longitude) of an inertial state, with SGP4's GM."""
    kepler = elements_from_inertial(r, v, moment, frame=Frame.TEME, gm_m3ps2=GM_WGS72_M3PS2)
    i, o, w, m = np.radians([kepler.inclination_deg, kepler.raan_deg, kepler.argp_deg, kepler.mean_anomaly_deg])
    tilt = np.tan(0.5 * i)
    apse = o + w
    return np.array(
        [
            kepler.a_m,
            kepler.e * np.sin(apse),
            kepler.e * np.cos(apse),
            tilt * np.sin(o),
            tilt * np.cos(o),
            (apse + m) % _TURN,
        ]
    )


def _satellite(mean: Array, epoch: tuple[float, float], number: int, bstar: float) -> Satrec:
    """Return the SGP4 satellite of equinoctial mean elements."""
    a_m, h, k, p, q, longitude = (float(x) for x in mean)
    node, apse = np.arctan2(p, q), np.arctan2(h, k)
    found = Satrec()
    found.sgp4init(
        WGS72,
        "i",
        number,
        epoch[0] + epoch[1] - _EPOCH_ZERO_JD,
        bstar,
        0.0,
        0.0,
        float(np.hypot(h, k)),
        float((apse - node) % _TURN),
        float(2.0 * np.arctan(np.hypot(p, q))),
        float((longitude - apse) % _TURN),
        float(np.sqrt(GM_WGS72_M3PS2 / a_m**3) * 60.0),
        float(node % _TURN),
    )
    return found


def _epoch_state(satellite: Satrec) -> tuple[Array, Array]:
    """Return the TEME state [m, m/s] of an SGP4 satellite at its epoch."""
    error, r_km, v_kmps = satellite.sgp4_tsince(0.0)
    if error:
        raise ModelError(
            f"satellite {satellite.satnum}: SGP4 refuses its elements at their epoch: {sgp4_problem(error)}. "
            "Was the mean motion mistyped, or is it down?"
        )
    return np.array(r_km) * 1e3, np.array(v_kmps) * 1e3
