"""What the benchmarks of falls share: the workloads, our side, and their sides. Run by itself: nothing.

W1, whole: numpy.random.default_rng(1), n = 1000, drawn in this order, each one vector of n: height uniform(60e3, 200e3) m,
geodetic latitude uniform(30, 42) deg, longitude uniform(118, 128) deg, Earth-fixed speed uniform(2000, 4000) m/s,
flight-path angle uniform(-5, 45) deg, azimuth uniform(150, 220) deg, beta 10^uniform(1, log10 2000) kg/m2. Gravity with
J2 = 1.08262668e-3, WGS84, no wind; ends at height 0. Air of W1e: 1.225 exp(-h/7200), h not below -5000 m. Air of W1u:
US 1976 below 86 km, above it straight lines of the logarithm through HIGH_KGPM3; sampled every kilometre from -4 to 1002 km and
joined by SciPy's CubicSpline of the logarithm.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numba
import numpy as np
from _report import digits
from scipy.interpolate import CubicSpline

from downrange.base import Array, ecef_from_geodetic, v_ecef_from_enu
from downrange.earth import us76_below_86km
from downrange.earth.atmosphere import spline_table
from downrange.fall import _crowd

if TYPE_CHECKING:
    from collections.abc import Callable

GM, RE, F, J2, OMEGA = 3.986004418e14, 6378137.0, 1.0 / 298.257223563, 1.08262668e-3, 7.292115e-5
RP, E2 = RE * (1.0 - F), F * (2.0 - F)
EP2 = E2 / (1.0 - E2)
ZONALS, STILL = np.array([J2, 0.0, 0.0]), np.zeros((0, 0, 8))
REFERENCE_TOL_M = 1e-9
NO_TABLE = np.zeros((4, 0))
# Workload W1u above 86 km: km, kg/m3.
HIGH_KM = (86, 90, 95, 100, 110, 120, 130, 140, 150, 160, 180, 200, 250, 300, 400, 500, 1000)
# fmt: off
HIGH_KGPM3 = np.array([
    6.958e-6, 3.416e-6, 1.393e-6, 5.604e-7, 9.708e-8, 2.222e-8, 8.152e-9, 3.831e-9, 2.076e-9, 1.233e-9, 5.194e-10,
    2.541e-10, 6.073e-11, 1.916e-11, 2.803e-12, 5.215e-13, 3.561e-15,
])
# fmt: on


def workload() -> tuple[Array, Array]:
    """Return the states (1000, 6) and ballistic coefficients (1000,) of W1."""
    r, n = np.random.default_rng(1), 1000
    alt_m, lat_deg, lon_deg = r.uniform(60e3, 200e3, n), r.uniform(30, 42, n), r.uniform(118, 128, n)
    speed_mps = r.uniform(2000, 4000, n)
    climb, azimuth = np.radians(r.uniform(-5, 45, n)), np.radians(r.uniform(150, 220, n))
    beta_kgpm2 = 10.0 ** r.uniform(math.log10(10), math.log10(2000), n)
    enu = np.stack([np.cos(climb) * np.sin(azimuth), np.cos(climb) * np.cos(azimuth), np.sin(climb)], axis=1)
    v_ecef_mps = v_ecef_from_enu(enu * speed_mps[:, None], lat_deg, lon_deg)
    return np.hstack([ecef_from_geodetic(lat_deg, lon_deg, alt_m), v_ecef_mps]), beta_kgpm2


KNOTS_M = np.concatenate([np.arange(-5_000.0, 86_000.0, 250.0), np.arange(86_000.0, 1_000_001.0, 1_000.0)])


def exponential_air() -> Array:
    """Return the air of W1e as the table that the kernels read."""
    return spline_table(KNOTS_M, math.log(1.225) - KNOTS_M / 7200.0)


def ln_layered() -> CubicSpline:
    """Return the logarithm of the density of W1u as its definition has it."""
    alt_m = np.arange(-4e3, 1_002.5e3, 1e3)
    low = us76_below_86km(np.minimum(alt_m, 86e3))[2]
    return CubicSpline(alt_m, np.where(alt_m < 86e3, np.log(low), np.interp(alt_m / 1e3, HIGH_KM, np.log(HIGH_KGPM3))))


def layered_air() -> Array:
    """Return the air of W1u as the table that the kernels read."""
    return spline_table(KNOTS_M, ln_layered()(np.maximum(KNOTS_M, -4e3)))


def ours(states: Array, beta: Array, air: Array, tol_m: float) -> Array:
    """Return seconds and impact state (n, 7) by the kernel of the fall room."""
    out, which = np.empty((len(states), 7)), np.zeros(len(states), dtype=np.int64)
    _crowd.fall_many(states, beta, air, ZONALS, STILL, which, tol_m, tol_m / 10.0, 0.0, 7_200.0, out)
    return out


def _height(x: float, y: float, z: float) -> float:
    """Return the height over the ellipsoid, written apart from ours."""
    p = math.sqrt(x * x + y * y)
    tu = z * RE / (p * RP)
    cu = 1.0 / math.sqrt(1.0 + tu * tu)
    tl = (z + EP2 * RP * (tu * cu) ** 3) / (p - E2 * RE * cu**3)
    cl = 1.0 / math.sqrt(1.0 + tl * tl)
    return p * cl + z * tl * cl - RE * math.sqrt(1.0 - E2 * (tl * cl) ** 2)


def _rates(h: float, s: Array, beta: float, ln: Array) -> tuple[float, float, float, float, float, float]:
    """Return the right-hand side at a height; ln: (4, n) coefficients of a spline every kilometre, n = 0 for W1e."""
    x, y, z, vx, vy, vz = s[0], s[1], s[2], s[3], s[4], s[5]
    if ln.shape[1] == 0:
        rho = 1.225 * math.exp(-max(h, -5000.0) / 7200.0)
    else:
        part = min(max((h + 4000.0) / 1000.0, 0.0), ln.shape[1] - 1e-9)
        i = int(part)
        d = (part - i) * 1000.0
        rho = math.exp(((ln[0, i] * d + ln[1, i]) * d + ln[2, i]) * d + ln[3, i])
    r2 = x * x + y * y + z * z
    g = -GM / (r2 * math.sqrt(r2))
    q = 1.5 * J2 * RE * RE / r2
    w = 5.0 * z * z / r2
    d = -0.5 * rho * math.sqrt(vx * vx + vy * vy + vz * vz) / beta
    level = g * (1.0 + q * (1.0 - w)) + OMEGA * OMEGA
    return (
        vx,
        vy,
        vz,
        level * x + 2.0 * OMEGA * vy + d * vx,
        level * y - 2.0 * OMEGA * vx + d * vy,
        g * (1.0 + q * (3.0 - w)) * z + d * vz,
    )


class Ground:
    """The event that ends a flight of `solve_ivp`."""

    terminal = True
    direction = -1.0

    def __init__(self, function: Callable[..., float]) -> None:
        self.function = function

    def __call__(self, t: float, s: Array, beta: float, ln: Array) -> float:
        """Return the height."""
        return self.function(t, s, beta, ln)


def right_hand_side(*, compiled: bool) -> tuple[Callable[..., Any], Ground]:
    """Return rates and event for SciPy, as Python or compiled by numba."""
    jit = numba.njit(error_model="numpy") if compiled else lambda function: function
    height, rates = jit(_height), jit(_rates)

    @jit
    def whole(_t: float, s: Array, beta: float, ln: Array) -> tuple[float, float, float, float, float, float]:
        return rates(height(s[0], s[1], s[2]), s, beta, ln)

    @jit
    def ground(_t: float, s: Array, _beta: float, _ln: Array) -> float:
        return height(s[0], s[1], s[2])

    return whole, Ground(ground)


def scipy_falls(
    states: Array,
    beta: Array,
    ln: Array,
    sides: tuple[Callable[..., Any], Ground],
    tolerance: tuple[float, float],
    method: str = "DOP853",
) -> Array:
    """Return seconds and impact state (n, 7) by SciPy; tolerance: its rtol and atol."""
    from scipy.integrate import solve_ivp

    rtol, atol = tolerance
    out = np.empty((len(states), 7))
    for i, (state, b) in enumerate(zip(states, beta, strict=True)):
        done = solve_ivp(sides[0], (0.0, 7_200.0), state, method, events=sides[1], args=(b, ln), rtol=rtol, atol=atol)
        out[i, 0], out[i, 1:] = done.t[-1], done.y[:, -1]
    return out


class Heyoka:
    """W1e by heyoka: Taylor series of its own just-in-time compiler, tolerance 1e-15, the ground a terminal event.

    Looser tolerances are unsafe with drag: at 1e-9 an impact was 26 km off.
    """

    def __init__(self) -> None:
        import heyoka as hy

        x, y, z, vx, vy, vz = hy.make_vars("x", "y", "z", "vx", "vy", "vz")
        r2 = x**2 + y**2 + z**2
        p = hy.sqrt(x**2 + y**2)
        tu = z * RE / (p * RP)
        cu = 1.0 / hy.sqrt(1.0 + tu**2)
        tl = (z + EP2 * RP * (tu * cu) ** 3) / (p - E2 * RE * cu**3)
        cl = 1.0 / hy.sqrt(1.0 + tl**2)
        h = p * cl + z * tl * cl - RE * hy.sqrt(1.0 - E2 * (tl * cl) ** 2)
        g, q, w = -GM * r2 ** (-1.5), 1.5 * J2 * RE * RE / r2, 5.0 * z**2 / r2
        d = -0.5 * 1.225 * hy.exp(-h / 7200.0) * hy.sqrt(vx**2 + vy**2 + vz**2) / hy.par[0]
        level = g * (1.0 + q * (1.0 - w)) + OMEGA * OMEGA
        equations = [
            (x, vx),
            (y, vy),
            (z, vz),
            (vx, level * x + 2.0 * OMEGA * vy + d * vx),
            (vy, level * y - 2.0 * OMEGA * vx + d * vy),
            (vz, g * (1.0 + q * (3.0 - w)) * z + d * vz),
        ]
        ground = hy.t_event(h, direction=hy.event_direction.negative)
        self.flight = hy.taylor_adaptive(
            equations, [RE, 1.0, 1.0, 0.0, 0.0, 0.0], tol=1e-15, t_events=[ground], pars=[1.0]
        )

    def falls(self, states: Array, beta: Array) -> Array:
        """Return seconds and impact state (n, 7)."""
        out = np.empty((len(states), 7))
        for i, (state, b) in enumerate(zip(states, beta, strict=True)):
            self.flight.time = 0.0
            self.flight.state[:] = state
            self.flight.pars[0] = b
            self.flight.reset_cooldowns()
            self.flight.propagate_until(7_200.0)
            out[i, 0], out[i, 1:] = self.flight.time, self.flight.state
        return out


def miss(down: Array, reference: Array) -> dict[str, float]:
    """Return how far impacts are from the reference, in metres."""
    m = np.linalg.norm(down[:, 1:4] - reference[: len(down), 1:4], axis=1)
    return {"max_error_m": digits(float(m.max()), 2), "median_error_m": digits(float(np.median(m)), 2)}
