"""Osculating elements of a state and the state of elements. SI inside, degrees in the record.

Algorithms 9 (RV2COE) and 10 (COE2RV) of Vallado, "Fundamentals of Astrodynamics and Applications", 4th edition 2013.
Osculating means: the Kepler ellipse of this one instant, with the GM of `base.wgs84`. Nothing here is a mean
(SGP4) element; those come from `fit_tle`.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
from numpy.typing import ArrayLike

from downrange.base import Array, InputError, ModelError, gcrf_from_ecef, inertial_velocity, teme_from_ecef, utc, wgs84
from downrange.orbit.model import Elements, Frame

_ROUND = 1e-11  # below this eccentricity (or sine of inclination) the apse (or node) has no direction worth a name
_TURN = 2.0 * np.pi


def inertial_state(
    r_ecef_m: ArrayLike, v_ecef_mps: ArrayLike, moment: datetime, *, frame: Frame = Frame.TEME
) -> tuple[Array, Array]:
    """Return position [m] and velocity [m/s], each (3,), against the stars in the named frame.

    r_ecef_m, v_ecef_mps: (3,), velocity relative to the turning Earth
    """
    rotation = teme_from_ecef(moment) if frame is Frame.TEME else gcrf_from_ecef(moment)
    r, v = _vector(r_ecef_m, "position"), _vector(v_ecef_mps, "velocity")
    return rotation @ r, rotation @ inertial_velocity(r, v)


def ecef_state(r_m: ArrayLike, v_mps: ArrayLike, moment: datetime, *, frame: Frame) -> tuple[Array, Array]:
    """Return the Earth-fixed position [m] and the velocity relative to the Earth [m/s] of an inertial state."""
    rotation = teme_from_ecef(moment) if frame is Frame.TEME else gcrf_from_ecef(moment)
    r = rotation.T @ _vector(r_m, "position")
    against_stars = rotation.T @ _vector(v_mps, "velocity")
    return r, against_stars - inertial_velocity(r, np.zeros(3))


def elements_of(r_ecef_m: ArrayLike, v_ecef_mps: ArrayLike, moment: datetime, *, frame: Frame = Frame.TEME) -> Elements:
    """Return the osculating elements of an Earth-fixed state (velocity relative to the Earth) at a UTC moment."""
    r, v = inertial_state(r_ecef_m, v_ecef_mps, moment, frame=frame)
    return elements_from_inertial(r, v, moment, frame=frame)


def elements_from_inertial(
    r_m: ArrayLike, v_mps: ArrayLike, moment: datetime, *, frame: Frame, gm_m3ps2: float = wgs84.GM_M3PS2
) -> Elements:
    """Return the osculating elements of a state given against the stars; vectors (3,) in metres and m/s.

    A circle has no perigee: argp_deg is 0 and the mean anomaly counts from the node.
    An equatorial orbit has no node: raan_deg is 0 and the rest counts from the x axis.
    """
    r, v = _vector(r_m, "position"), _vector(v_mps, "velocity")
    radius, speed2 = float(np.linalg.norm(r)), float(v @ v)
    h = np.cross(r, v)
    if radius < 1.0 or float(np.linalg.norm(h)) < 1.0:
        raise ModelError("the state moves on a straight line through the Earth's centre: it has no orbital plane")
    energy = 0.5 * speed2 - gm_m3ps2 / radius
    if energy >= 0.0:
        raise ModelError(
            f"the state is not bound to the Earth ({speed2**0.5:.0f} m/s at {radius / 1e3:.0f} km from its centre); "
            "was a velocity in km/s or relative to another body given?"
        )
    e_vec = np.cross(v, h) / gm_m3ps2 - r / radius
    e = float(np.linalg.norm(e_vec))
    h_unit = h / np.linalg.norm(h)
    node = _node(h_unit)
    apse = e_vec / e if e > _ROUND else node
    true_anomaly = _angle(apse, r, h_unit)
    return Elements(
        a_m=-0.5 * gm_m3ps2 / energy,
        e=e if e > _ROUND else 0.0,
        inclination_deg=float(np.degrees(np.arctan2(np.hypot(h_unit[0], h_unit[1]), h_unit[2]))),
        raan_deg=float(np.degrees(np.arctan2(node[1], node[0]) % _TURN)),
        argp_deg=float(np.degrees(_angle(node, apse, h_unit))),
        mean_anomaly_deg=float(np.degrees(_mean_from_true(true_anomaly, e))),
        epoch=utc(moment, where="epoch"),
        frame=frame,
    )


def state_of(elements: Elements, *, gm_m3ps2: float = wgs84.GM_M3PS2) -> tuple[Array, Array]:
    """Return position [m] and velocity [m/s], each (3,), in the elements' own inertial frame at their epoch."""
    e, a = elements.e, elements.a_m
    anomaly = eccentric_anomaly(np.radians(elements.mean_anomaly_deg), e)
    c, s, root = np.cos(anomaly), np.sin(anomaly), np.sqrt(1.0 - e * e)
    p_axis, q_axis = _axes(elements)
    r = a * ((c - e) * p_axis + root * s * q_axis)
    rate = np.sqrt(gm_m3ps2 / a) / (1.0 - e * c)
    return r, rate * (-s * p_axis + root * c * q_axis)


def ecef_state_of(elements: Elements) -> tuple[Array, Array]:
    """Return the Earth-fixed state, velocity relative to the Earth, of elements at their epoch."""
    r, v = state_of(elements)
    return ecef_state(r, v, elements.epoch, frame=elements.frame)


def eccentric_anomaly(mean_anomaly_rad: float, e: float) -> float:
    """Solve Kepler's equation [rad] for 0 <= e < 1; Newton's method, which bisection guards."""
    mean = float(mean_anomaly_rad) % _TURN
    low, high = mean - e, mean + e
    x = min(max(mean + e * np.sin(mean), low), high)
    for _ in range(60):
        miss = x - e * np.sin(x) - mean
        low, high = (low, x) if miss > 0.0 else (x, high)
        step = x - miss / (1.0 - e * np.cos(x))
        new = step if low <= step <= high else 0.5 * (low + high)
        if abs(new - x) < 1e-15 * (1.0 + abs(new)):
            return float(new)
        x = new
    return float(x)


def _mean_from_true(true_anomaly_rad: float, e: float) -> float:
    """Return the mean anomaly [rad] in [0, 2 pi)."""
    s, c = np.sin(true_anomaly_rad), np.cos(true_anomaly_rad)
    eccentric = np.arctan2(np.sqrt(1.0 - e * e) * s, e + c)
    return float((eccentric - e * np.sin(eccentric)) % _TURN)


def _node(h_unit: Array) -> Array:
    """Return the unit vector to the ascending node; the x axis when there is none."""
    if np.hypot(h_unit[0], h_unit[1]) < _ROUND:
        return np.array([1.0, 0.0, 0.0])
    node = np.array([-h_unit[1], h_unit[0], 0.0])
    return np.asarray(node / np.linalg.norm(node))


def _angle(start: Array, end: Array, h_unit: Array) -> float:
    """Return the angle [rad] in [0, 2 pi) from one direction to another, about h in the sense of motion."""
    return float(np.arctan2(h_unit @ np.cross(start, end), start @ end) % _TURN)


def _axes(elements: Elements) -> tuple[Array, Array]:
    """Return the unit vectors to perigee and, 90 deg on, along the motion there."""
    i, o, w = (np.radians(x) for x in (elements.inclination_deg, elements.raan_deg, elements.argp_deg))
    ci, si, co, so, cw, sw = np.cos(i), np.sin(i), np.cos(o), np.sin(o), np.cos(w), np.sin(w)
    p_axis = np.array([co * cw - so * sw * ci, so * cw + co * sw * ci, sw * si])
    q_axis = np.array([-co * sw - so * cw * ci, -so * sw + co * cw * ci, cw * si])
    return p_axis, q_axis


def _vector(values: ArrayLike, what: str) -> Array:
    """Return three finite numbers, or say what was given instead."""
    vector = np.asarray(values, dtype=float)
    if vector.shape != (3,) or not np.isfinite(vector).all():
        raise InputError(
            where="orbit state",
            key=what,
            seen=f"an array of shape {vector.shape} with {int(np.isfinite(vector).sum())} finite numbers",
            cure="give one position (3,) in metres and one velocity (3,) in m/s",
        )
    return vector
