"""Scenario S1 rebuilt from its definition, with plain numbers and nothing of the product but records."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from downrange.base import ecef_from_geodetic, enu_axes
from downrange.track import Reading, Sensor

T0 = datetime(2023, 5, 30, 21, 27, tzinfo=UTC)
_STEP_S = 0.02


def _authority(name: str) -> ModuleType:
    """Load a module of published numbers."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[1] / "authority" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


S1 = _authority("track_s1")
_GM, _RE = 3.986004418e14, 6_378_137.0


def _thrust(t: float, fails_at: float | None) -> float:
    """Return the thrust acceleration [m/s2]."""
    if fails_at is not None and t >= fails_at:
        return 0.0
    if t < 122.0:
        return 14.0 / (1.0 - t / 170.0)
    if 126.0 <= t < 310.0:
        return 9.0 / (1.0 - (t - 126.0) / 260.0)
    return 0.0


def _elevation(t: float) -> float:
    """Return the elevation of the thrust [rad]."""
    if t < 10.0:
        return 0.5 * math.pi
    if t < 126.0:
        return math.radians(90.0 - 55.0 * (t - 10.0) / 116.0)
    return math.radians(35.0 - 32.0 * (t - 126.0) / 184.0)


def _derivative(t: float, s: list[float], course: list[float], fails_at: float | None) -> list[float]:
    """Return velocity and acceleration: gravity with J2, rotation, thin air, thrust."""
    x, y, z, vx, vy, vz = s
    r2 = x * x + y * y + z * z
    r = math.sqrt(r2)
    k, b, c = _GM / (r2 * r), 1.5 * S1.J2 * _RE * _RE / r2, 5.0 * z * z / r2
    w = S1.OMEGA_RADPS
    ax = -k * x * (1.0 + b * (1.0 - c)) + 2.0 * w * vy + w * w * x
    ay = -k * y * (1.0 + b * (1.0 - c)) - 2.0 * w * vx + w * w * y
    az = -k * z * (1.0 + b * (3.0 - c))
    h = r - 6_369_000.0
    drag = 0.0
    if h < 130_000.0:
        speed = math.sqrt(vx * vx + vy * vy + vz * vz)
        drag = 0.5 * 1.225 * math.exp(-h / 7200.0) * speed / S1.BETA_KGPM2
    up = (x / r, y / r, z / r)
    along = sum(a * b for a, b in zip(course, up, strict=True))
    flat = [a - along * b for a, b in zip(course, up, strict=True)]
    size = math.sqrt(sum(a * a for a in flat))
    f, e = _thrust(t, fails_at), _elevation(t)
    tx, ty, tz = (f * (math.cos(e) * a / size + math.sin(e) * b) for a, b in zip(flat, up, strict=True))
    return [vx, vy, vz, ax + tx - drag * vx, ay + ty - drag * vy, az + tz - drag * vz]


@dataclass(frozen=True, kw_only=True)
class Truth:
    """A flight as arrays."""

    t_s: np.ndarray
    r_ecef_m: np.ndarray
    v_ecef_mps: np.ndarray


@cache
def truth(fails_at: float | None = None) -> Truth:
    """Fly S1 to 345 s by Runge-Kutta steps of 0.02 s."""
    lat, lon, alt = S1.PAD
    azimuth = math.radians(S1.AZIMUTH_DEG)
    course = list(enu_axes(lat, lon).T @ np.array([math.sin(azimuth), math.cos(azimuth), 0.0]))
    s = [*ecef_from_geodetic(lat, lon, alt), 0.0, 0.0, 0.0]
    rows = [s]
    n = round(345.0 / _STEP_S)
    for i in range(n):
        t, h = i * _STEP_S, _STEP_S
        # Stages of a step lie just inside it, so that a switch on its edge is not smeared.
        k1 = _derivative(t + 1e-9, s, course, fails_at)
        k2 = _derivative(t + h / 2, [a + h / 2 * b for a, b in zip(s, k1, strict=True)], course, fails_at)
        k3 = _derivative(t + h / 2, [a + h / 2 * b for a, b in zip(s, k2, strict=True)], course, fails_at)
        k4 = _derivative(t + h - 1e-9, [a + h * b for a, b in zip(s, k3, strict=True)], course, fails_at)
        s = [a + h / 6 * (b + 2 * c + 2 * d + e) for a, b, c, d, e in zip(s, k1, k2, k3, k4, strict=True)]
        rows.append(s)
    table = np.array(rows)
    return Truth(t_s=np.arange(n + 1) * _STEP_S, r_ecef_m=table[:, :3], v_ecef_mps=table[:, 3:])


ASCENT_BURNS = ((150.0, 330.0, 2), (450.0, 705.0, 3))


@cache
def ascent(fails_at: float | None = None) -> Truth:
    """Return a two-burn ascent to a circular orbit of 500 km at T+705 s near 20 N 126 E, made by flying it backwards.

    Thrust lies along the velocity: 9 to 30 m/s2 in the first burn (T+150 to 330 s), 5 to 11 in the second (T+450 to
    705 s). A failure keeps the flight up to then and coasts from there.
    """
    at = ecef_from_geodetic(20.0, 126.2, 500_000.0)
    east, north, _ = enu_axes(20.0, 126.2)
    speed = math.sqrt(_GM / float(np.linalg.norm(at)))
    inertial = speed * (math.sin(math.radians(188.0)) * east + math.cos(math.radians(188.0)) * north)
    v = inertial - np.cross([0.0, 0.0, S1.OMEGA_RADPS], at)

    def rate(t: float, s: np.ndarray, dead: bool) -> np.ndarray:
        f = 0.0
        if not dead:
            f = 9.0 / (1.0 - (t - 150.0) / 257.0) if 150.0 < t < 330.0 else f
            f = 5.0 / (1.0 - (t - 450.0) / 468.0) if 450.0 < t < 705.0 else f
        a = np.array(_derivative(1e6, list(s), [0.0, 0.0, 1.0], None))
        a[3:] += f * s[3:] / np.linalg.norm(s[3:])
        return a

    def step(t: float, s: np.ndarray, h: float, dead: bool = False) -> np.ndarray:
        k1 = rate(t + 1e-9 * h, s, dead)
        k2 = rate(t + h / 2, s + h / 2 * k1, dead)
        k3 = rate(t + h / 2, s + h / 2 * k2, dead)
        k4 = rate(t + h * (1.0 - 1e-9), s + h * k3, dead)
        return s + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)

    h, end = 0.5, np.concatenate([at, v])
    back = [end]
    for i in range(1410, 300, -1):
        back.append(step(i * h, back[-1], -h))
    rows = back[::-1]
    if fails_at is not None:
        rows = rows[: round(fails_at / h) - 300 + 1]
    while len(rows) < 1201:
        rows.append(step((len(rows) - 1 + 300) * h, rows[-1], h, fails_at is not None))
    table = np.array(rows)
    return Truth(t_s=150.0 + h * np.arange(len(rows)), r_ecef_m=table[:, :3], v_ecef_mps=table[:, 3:])


@pytest.fixture(scope="session")
def s1() -> ModuleType:
    return S1


@pytest.fixture(scope="session")
def fly() -> Callable[[float | None], Truth]:
    return truth


@pytest.fixture(scope="session")
def radar() -> Sensor:
    lat, lon, alt = S1.RADAR
    return Sensor(
        name="radar", title="the radar of S1", lat_deg=lat, lon_deg=lon, alt_m=alt, sigma_range_m=S1.SIGMA[0],
        sigma_az_deg=math.degrees(S1.SIGMA[1]), sigma_el_deg=math.degrees(S1.SIGMA[2]), max_range_m=1e7,
        min_elevation_deg=0.0, period_s=0.1, start_s=40.0, source="S1",
    )  # fmt: skip


def polar(r_ecef_m: np.ndarray) -> np.ndarray:
    """Return range [m], azimuth and elevation [rad] seen from S1's radar."""
    lat, lon, alt = S1.RADAR
    e, n, u = ((r_ecef_m - ecef_from_geodetic(lat, lon, alt)) @ enu_axes(lat, lon).T).T
    return np.stack([np.sqrt(e * e + n * n + u * u), np.arctan2(e, n), np.arctan2(u, np.hypot(e, n))], axis=1)


@cache
def s1_readings(seed: int, fails_at: float | None = None) -> tuple[Reading, ...]:
    """Return the 3011 readings of S1 with the noise its definition prescribes."""
    noise = np.random.default_rng(seed).normal(size=(S1.SAMPLES, 3)) * np.array(S1.SIGMA)
    rows = 2000 + 5 * np.arange(S1.SAMPLES)
    z = polar(truth(fails_at).r_ecef_m[rows]) + noise
    return tuple(
        Reading(
            t=T0 + timedelta(seconds=40.0 + 0.1 * i),
            sensor="radar",
            range_m=rho,
            az_deg=math.degrees(az),
            el_deg=math.degrees(el),
        )
        for i, (rho, az, el) in enumerate(z.tolist())
    )


@pytest.fixture(scope="session")
def readings_of() -> Callable[..., tuple[Reading, ...]]:
    return s1_readings


@pytest.fixture(scope="session")
def polar_of() -> Callable[[np.ndarray], np.ndarray]:
    return polar


@pytest.fixture(scope="session")
def climb() -> Callable[[float | None], Truth]:
    return ascent


@pytest.fixture(scope="session")
def climb_burns() -> tuple[tuple[float, float, int], ...]:
    return ASCENT_BURNS


@pytest.fixture(scope="session")
def t0() -> datetime:
    return T0
