"""Ascent in three degrees of freedom: a table of phases flown by Runge-Kutta, one row of the table a phase.

Bare arithmetic in Earth-fixed axes, SI and radians. Everything that can be chosen arrives as numbers: phases, drag
table, air table, zonal harmonics. The columns of a phase are named below; `downrange.flight.timeline` writes them.
"""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

from downrange.earth import _kernel as earth

(
    DURATION_S,
    STEPS,
    MASS_KG,
    MDOT_KGPS,
    MDOT_RATE_KGPS2,
    THRUST_N,
    THRUST_RATE_NPS,
    BACK_M2,
    AREA_M2,
    STEER,
    PITCH0_RAD,
    PITCH1_RAD,
    AZIMUTH0_RAD,
    AZIMUTH1_RAD,
    TURN_RAD,
    TURN_RADPS,
    CLOCK_RAD,
    STOP_SMA_M,
    STAGE,
    FLOOR_M,
) = range(20)
COLUMNS = 20
COAST, VERTICAL, LINEAR, GRAVITY_TURN, LINEAR_TANGENT = range(5)
STATE = 8  # t, x, y, z, vx, vy, vz, mass
PATH = 15  # a state, thrust per mass (3), dynamic pressure, drag per mass (3)
_GAMMA = 1.4
_GM_M3PS2 = 3.986004418e14
_OMEGA_RADPS = 7.292115e-5


@numba.njit(cache=True, error_model="numpy")
def drag_coefficient(mach: float, drag: NDArray[np.float64]) -> float:
    """Return the drag coefficient, linear between rows (mach, cd), constant outside."""
    cd = drag[0, 1]
    for i in range(1, drag.shape[0]):
        if mach < drag[i, 0]:
            part = max(0.0, (mach - drag[i - 1, 0]) / (drag[i, 0] - drag[i - 1, 0]))
            return float(drag[i - 1, 1] + part * (drag[i, 1] - drag[i - 1, 1]))
        cd = drag[i, 1]
    return float(cd)


@numba.njit(cache=True, error_model="numpy")
def thrust_direction(
    mode: int,
    pitch_rad: float,
    azimuth_rad: float,
    px: float,
    py: float,
    ux: float,
    uy: float,
    uz: float,
    vx: float,
    vy: float,
    vz: float,
) -> tuple[float, float, float]:
    """Return the unit vector of thrust; (px, py) is the position off the axis, (ux, uy, uz) is local up."""
    if mode == VERTICAL:
        return ux, uy, uz
    if mode == GRAVITY_TURN:
        v = math.sqrt(vx * vx + vy * vy + vz * vz)
        if v == 0.0:
            return ux, uy, uz
        return vx / v, vy / v, vz / v
    p = math.sqrt(px * px + py * py)
    ex, ey = -py / p, px / p
    nx, ny, nz = -uz * ey, uz * ex, ux * ey - uy * ex
    cp, sp = math.cos(pitch_rad), math.sin(pitch_rad)
    e, n = cp * math.sin(azimuth_rad), cp * math.cos(azimuth_rad)
    return e * ex + n * nx + sp * ux, e * ey + n * ny + sp * uy, n * nz + sp * uz


@numba.njit(cache=True, error_model="numpy")
def turned(
    angle_rad: float, clock_rad: float, dx: float, dy: float, dz: float, ux: float, uy: float, uz: float
) -> tuple[float, float, float]:
    """Return the direction d turned by an angle toward the clock angle, which is 0 where d leaves local up behind.

    A thrust that points straight up has no such side; it is turned toward the north then.
    """
    s = dx * ux + dy * uy + dz * uz
    ax, ay, az = s * dx - ux, s * dy - uy, s * dz - uz
    n = math.sqrt(ax * ax + ay * ay + az * az)
    if n < 1e-6:
        ax, ay, az = -dz * dx, -dz * dy, 1.0 - dz * dz
        n = math.sqrt(ax * ax + ay * ay + az * az)
    ax, ay, az = ax / n, ay / n, az / n
    bx, by, bz = dy * az - dz * ay, dz * ax - dx * az, dx * ay - dy * ax
    c, k = math.cos(angle_rad), math.sin(angle_rad)
    wa, wb = k * math.cos(clock_rad), k * math.sin(clock_rad)
    return c * dx + wa * ax + wb * bx, c * dy + wa * ay + wb * by, c * dz + wa * az + wb * bz


@numba.njit(cache=True, error_model="numpy")
def steering(row: NDArray[np.float64], t_s: float) -> tuple[float, float]:
    """Return pitch and azimuth [rad] t_s seconds into a phase: linear, or linear in the tangent of the pitch."""
    part = t_s / row[DURATION_S]
    azimuth = row[AZIMUTH0_RAD] + part * (row[AZIMUTH1_RAD] - row[AZIMUTH0_RAD])
    if row[STEER] == LINEAR_TANGENT:
        tan0, tan1 = math.tan(row[PITCH0_RAD]), math.tan(row[PITCH1_RAD])
        return math.atan(tan0 + part * (tan1 - tan0)), azimuth
    return row[PITCH0_RAD] + part * (row[PITCH1_RAD] - row[PITCH0_RAD]), azimuth


@numba.njit(cache=True, error_model="numpy")
def mass_kg(row: NDArray[np.float64], t_s: float) -> float:
    """Return the mass t_s seconds into a phase."""
    return float(row[MASS_KG] - t_s * (row[MDOT_KGPS] + 0.5 * t_s * row[MDOT_RATE_KGPS2]))


@numba.njit(cache=True, error_model="numpy")
def specific_force(
    row: NDArray[np.float64],
    t_s: float,
    x: float,
    y: float,
    z: float,
    vx: float,
    vy: float,
    vz: float,
    air: NDArray[np.float64],
    drag: NDArray[np.float64],
    wind: NDArray[np.float64],
) -> tuple[float, float, float, float, float, float, float]:
    """Return thrust (3) and drag (3) per mass [m/s^2] and dynamic pressure [Pa], t_s seconds into the phase."""
    alt_m, ux, uy, uz = earth.height_and_up(x, y, z)
    rho = earth.density(alt_m, air)
    sound = earth.sound_speed(alt_m, air)
    wx, wy, wz = vx, vy, vz
    if wind.shape[0] > 0:
        east, north = earth.wind(alt_m, wind)
        p = math.sqrt(x * x + y * y)
        ex, ey = -y / p, x / p
        wx, wy = vx - east * ex + north * uz * ey, vy - east * ey - north * uz * ex
        wz = vz - north * (ux * ey - uy * ex)
    v2 = wx * wx + wy * wy + wz * wz
    v = math.sqrt(v2)
    q_pa = 0.5 * rho * v2
    mass = mass_kg(row, t_s)
    k = 0.0
    if v > 0.0:
        k = -q_pa * row[AREA_M2] * drag_coefficient(v / sound, drag) / (mass * v)
    mode = int(row[STEER])
    if mode == COAST:
        return 0.0, 0.0, 0.0, k * wx, k * wy, k * wz, q_pa
    pressure_pa = rho * sound * sound / _GAMMA
    thrust_n = max(0.0, row[THRUST_N] + row[THRUST_RATE_NPS] * t_s - row[BACK_M2] * pressure_pa)
    pitch, azimuth = steering(row, t_s)
    dx, dy, dz = thrust_direction(mode, pitch, azimuth, x, y, ux, uy, uz, vx, vy, vz)
    if row[TURN_RADPS] != 0.0:
        angle = row[TURN_RAD] + row[TURN_RADPS] * t_s
        dx, dy, dz = turned(angle, row[CLOCK_RAD], dx, dy, dz, ux, uy, uz)
    f = thrust_n / mass
    return f * dx, f * dy, f * dz, k * wx, k * wy, k * wz, q_pa


@numba.njit(cache=True, error_model="numpy")
def acceleration(
    row: NDArray[np.float64],
    t_s: float,
    x: float,
    y: float,
    z: float,
    vx: float,
    vy: float,
    vz: float,
    air: NDArray[np.float64],
    drag: NDArray[np.float64],
    wind: NDArray[np.float64],
    zonals: NDArray[np.float64],
) -> tuple[float, float, float]:
    """Return the acceleration seen from the turning Earth [m/s^2]."""
    gx, gy, gz = earth.pull(x, y, z, vx, vy, zonals[0], zonals[1], zonals[2])
    fx, fy, fz, dx, dy, dz, _ = specific_force(row, t_s, x, y, z, vx, vy, vz, air, drag, wind)
    return gx + fx + dx, gy + fy + dy, gz + fz + dz


@numba.njit(cache=True, error_model="numpy")
def rk4(
    row: NDArray[np.float64],
    t_s: float,
    h: float,
    x: float,
    y: float,
    z: float,
    vx: float,
    vy: float,
    vz: float,
    a1x: float,
    a1y: float,
    a1z: float,
    air: NDArray[np.float64],
    drag: NDArray[np.float64],
    wind: NDArray[np.float64],
    zonals: NDArray[np.float64],
) -> tuple[float, float, float, float, float, float]:
    """Return position and velocity one classical Runge-Kutta step of h seconds later; a1 is the acceleration now."""
    g = 0.5 * h
    bx, by, bz = vx + g * a1x, vy + g * a1y, vz + g * a1z
    a2x, a2y, a2z = acceleration(row, t_s + g, x + g * vx, y + g * vy, z + g * vz, bx, by, bz, air, drag, wind, zonals)
    cx, cy, cz = vx + g * a2x, vy + g * a2y, vz + g * a2z
    a3x, a3y, a3z = acceleration(row, t_s + g, x + g * bx, y + g * by, z + g * bz, cx, cy, cz, air, drag, wind, zonals)
    ex, ey, ez = vx + h * a3x, vy + h * a3y, vz + h * a3z
    a4x, a4y, a4z = acceleration(row, t_s + h, x + h * cx, y + h * cy, z + h * cz, ex, ey, ez, air, drag, wind, zonals)
    s = h / 6.0
    return (
        x + s * (vx + 2.0 * (bx + cx) + ex),
        y + s * (vy + 2.0 * (by + cy) + ey),
        z + s * (vz + 2.0 * (bz + cz) + ez),
        vx + s * (a1x + 2.0 * (a2x + a3x) + a4x),
        vy + s * (a1y + 2.0 * (a2y + a3y) + a4y),
        vz + s * (a1z + 2.0 * (a2z + a3z) + a4z),
    )


@numba.njit(cache=True, error_model="numpy")
def advance(
    row: NDArray[np.float64],
    t_s: float,
    h: float,
    state: NDArray[np.float64],
    air: NDArray[np.float64],
    drag: NDArray[np.float64],
    wind: NDArray[np.float64],
    zonals: NDArray[np.float64],
) -> tuple[float, float, float, float, float, float]:
    """Return position and velocity one step of h seconds after a state (6,)."""
    x, y, z, vx, vy, vz = state[0], state[1], state[2], state[3], state[4], state[5]
    ax, ay, az = acceleration(row, t_s, x, y, z, vx, vy, vz, air, drag, wind, zonals)
    return rk4(row, t_s, h, x, y, z, vx, vy, vz, ax, ay, az, air, drag, wind, zonals)


@numba.njit(cache=True, error_model="numpy")
def semi_major_axis(x: float, y: float, z: float, vx: float, vy: float, vz: float) -> float:
    """Return the two-body semi-major axis [m] of an Earth-fixed state; inf or negative when it escapes."""
    wx, wy = vx - _OMEGA_RADPS * y, vy + _OMEGA_RADPS * x
    r = math.sqrt(x * x + y * y + z * z)
    return 1.0 / (2.0 / r - (wx * wx + wy * wy + vz * vz) / _GM_M3PS2)


@numba.njit(cache=True, error_model="numpy")
def reached(x: float, y: float, z: float, vx: float, vy: float, vz: float, stop_m: float) -> bool:
    """Return whether the semi-major axis is stop_m or more; never for a stop_m of 0."""
    if stop_m <= 0.0:
        return False
    sma = semi_major_axis(x, y, z, vx, vy, vz)
    return sma >= stop_m or sma < 0.0


@numba.njit(cache=True, error_model="numpy")
def grounded(x: float, y: float, z: float, vx: float, vy: float, vz: float, floor_m: float) -> bool:
    """Return whether a body on its way down is at floor_m or below."""
    return x * vx + y * vy + z * vz < 0.0 and earth.height_and_up(x, y, z)[0] <= floor_m


@numba.njit(cache=True, error_model="numpy")
def fly(
    phases: NDArray[np.float64],
    start: NDArray[np.float64],
    air: NDArray[np.float64],
    drag: NDArray[np.float64],
    wind: NDArray[np.float64],
    zonals: NDArray[np.float64],
    ends: NDArray[np.float64],
    path: NDArray[np.float64],
) -> tuple[int, float]:
    """Fly the phases from `start` (t, r, v); fill ends[p] and, when it has rows, path; return rows, largest q [Pa].

    A vehicle that comes down to the floor of its phase ends there; one that reaches its orbit ends too.

    phases: (P, COLUMNS); start: (7,); ends: (P, STATE) state at the end of each phase; path: (M, PATH), M = 0
    when nobody wants it.
    """
    t, x, y, z = start[0], start[1], start[2], start[3]
    vx, vy, vz = start[4], start[5], start[6]
    rows, q_max, mass, over = 0, 0.0, phases[0, MASS_KG], False
    for p in range(phases.shape[0]):
        row = phases[p]
        steps = 0 if over else int(row[STEPS])
        h = row[DURATION_S] / max(steps, 1)
        into = 0.0
        stop = row[STOP_SMA_M]
        for i in range(steps):
            into = i * h
            fx, fy, fz, gx, gy, gz, q = specific_force(row, into, x, y, z, vx, vy, vz, air, drag, wind)
            q_max = max(q_max, q)
            if rows < path.shape[0]:
                record(path[rows], t + into, x, y, z, vx, vy, vz, mass_kg(row, into), fx, fy, fz, q, gx, gy, gz)
                rows += 1
            ax, ay, az = earth.pull(x, y, z, vx, vy, zonals[0], zonals[1], zonals[2])
            ax, ay, az = ax + fx + gx, ay + fy + gy, az + fz + gz
            nx, ny, nz, nvx, nvy, nvz = rk4(row, into, h, x, y, z, vx, vy, vz, ax, ay, az, air, drag, wind, zonals)
            into += h
            over = grounded(nx, ny, nz, nvx, nvy, nvz, row[FLOOR_M]) or reached(nx, ny, nz, nvx, nvy, nvz, stop)
            if over:
                into -= h
                h = cut(row, into, h, x, y, z, vx, vy, vz, ax, ay, az, air, drag, wind, zonals, stop)
                x, y, z, vx, vy, vz = rk4(row, into, h, x, y, z, vx, vy, vz, ax, ay, az, air, drag, wind, zonals)
                into += h
                break
            x, y, z, vx, vy, vz = nx, ny, nz, nvx, nvy, nvz
        t += into
        if steps > 0:
            mass = mass_kg(row, into)
        end = ends[p]
        end[0], end[1], end[2], end[3], end[4], end[5], end[6], end[7] = t, x, y, z, vx, vy, vz, mass
        if rows < path.shape[0] and steps > 0:
            fx, fy, fz, gx, gy, gz, q = specific_force(row, into, x, y, z, vx, vy, vz, air, drag, wind)
            record(path[rows], t, x, y, z, vx, vy, vz, mass, fx, fy, fz, q, gx, gy, gz)
            rows += 1
    return rows, q_max


@numba.njit(cache=True, error_model="numpy")
def record(
    out: NDArray[np.float64],
    t: float,
    x: float,
    y: float,
    z: float,
    vx: float,
    vy: float,
    vz: float,
    mass: float,
    fx: float,
    fy: float,
    fz: float,
    q: float,
    gx: float,
    gy: float,
    gz: float,
) -> None:
    """Write one row of the path."""
    out[0], out[1], out[2], out[3], out[4], out[5], out[6], out[7] = t, x, y, z, vx, vy, vz, mass
    out[8], out[9], out[10], out[11], out[12], out[13], out[14] = fx, fy, fz, q, gx, gy, gz


@numba.njit(cache=True, error_model="numpy")
def cut(
    row: NDArray[np.float64],
    t_s: float,
    h: float,
    x: float,
    y: float,
    z: float,
    vx: float,
    vy: float,
    vz: float,
    ax: float,
    ay: float,
    az: float,
    air: NDArray[np.float64],
    drag: NDArray[np.float64],
    wind: NDArray[np.float64],
    zonals: NDArray[np.float64],
    stop_m: float,
) -> float:
    """Return how far into the step [s] the orbit is reached, or the ground; bisection to nanoseconds."""
    low, high = 0.0, h
    for _ in range(30):
        mid = 0.5 * (low + high)
        a, b, c, d, e, f = rk4(row, t_s, mid, x, y, z, vx, vy, vz, ax, ay, az, air, drag, wind, zonals)
        if grounded(a, b, c, d, e, f, row[FLOOR_M]) or reached(a, b, c, d, e, f, stop_m):
            high = mid
        else:
            low = mid
    return 0.5 * (low + high)


@numba.njit(cache=True, error_model="numpy", nogil=True)
def fly_few(
    phases: NDArray[np.float64],
    starts: NDArray[np.float64],
    air: NDArray[np.float64],
    drag: NDArray[np.float64],
    winds: NDArray[np.float64],
    zonals: NDArray[np.float64],
    ends: NDArray[np.float64],
    q_max: NDArray[np.float64],
) -> None:
    """Do what fly_many does on this thread alone: below a few dozen flights waking others costs more than it saves.

    Fly (N, P, COLUMNS) phases from (N, 7) starts; fill ends (N, P, STATE) and q_max (N,). winds (M, K, 8): one for
    all (M = 1) or one each (M = N); no rows (K = 0) for still air.
    """
    nobody = np.empty((0, PATH))
    for i in range(phases.shape[0]):
        wind = winds[min(i, winds.shape[0] - 1)]
        _, q_max[i] = fly(phases[i], starts[i], air, drag, wind, zonals, ends[i], nobody)


@numba.njit(cache=True, parallel=True, error_model="numpy")
def fly_many(
    phases: NDArray[np.float64],
    starts: NDArray[np.float64],
    air: NDArray[np.float64],
    drag: NDArray[np.float64],
    winds: NDArray[np.float64],
    zonals: NDArray[np.float64],
    ends: NDArray[np.float64],
    q_max: NDArray[np.float64],
) -> None:
    """Fly (N, P, COLUMNS) phases from (N, 7) starts; fill ends (N, P, STATE) and q_max (N,); winds as in fly_few."""
    for i in numba.prange(phases.shape[0]):
        w = min(i, winds.shape[0] - 1)
        fly_few(
            phases[i : i + 1],
            starts[i : i + 1],
            air,
            drag,
            winds[w : w + 1],
            zonals,
            ends[i : i + 1],
            q_max[i : i + 1],
        )
