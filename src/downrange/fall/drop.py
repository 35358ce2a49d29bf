"""Let bodies go and see where they come down, with air, on the turning ellipsoid."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from downrange.base import Array, ModelError, geodetic_from_ecef
from downrange.earth import ZONALS, air_table
from downrange.fall import _crowd
from downrange.fall import _kernel as k
from downrange.fall.model import Impacts
from downrange.flight import Device

# Largest error a step may make. With this the impact of every ballistic coefficient from 10 to 5000 kg/m^2 is
# within 1 m of a reference at 1e-9 m (tests/fall/test_drop.py).
TOLERANCE_M = 1e-3
LIMIT_S = 7_200.0
HANDFUL = 16  # fewer bodies than this fall one by one, by what is compiled sooner and gives the same bits
FEW = 64  # fewer bodies than this fall on one thread


def states_at(
    r_ecef_m: ArrayLike,
    v_ecef_mps: ArrayLike,
    beta_kgpm2: ArrayLike,
    *,
    alt_m: float = 0.0,
    tolerance_m: float = TOLERANCE_M,
    air: Array | None = None,
    winds: Array | None = None,
    wind_of: ArrayLike | None = None,
    device: Device = Device.THREADS,
) -> Array:
    """Return (seconds to go, x, y, z, vx, vy, vz) where each body comes down through a height; NaN where never.

    r_ecef_m, v_ecef_mps: (n, 3), velocity relative to the Earth; beta_kgpm2: (n,), positive
    air:     table of the air, as of `downrange.earth.air_table`, which it is when none is given
    winds:   tables of the wind (m, k, 8), rows of coefficients every kilometre; none: still air
    wind_of: (n,) which of them each body falls through; the first when not given
    device:  who computes
    """
    r = np.atleast_2d(np.asarray(r_ecef_m, dtype=float))
    v = np.atleast_2d(np.asarray(v_ecef_mps, dtype=float))
    beta = np.broadcast_to(np.asarray(beta_kgpm2, dtype=float), (len(r),)).copy()
    if np.any(beta <= 0.0):
        raise ModelError(f"a ballistic coefficient of {beta.min():g} kg/m2: it must be positive, mass over drag area")
    out = np.full((len(r), 7), np.nan)
    flying = np.isfinite(r).all(axis=1) & np.isfinite(v).all(axis=1) & np.isfinite(beta)
    states = np.ascontiguousarray(np.hstack([r, v])[flying])
    down = np.empty((len(states), 7))
    tables, which = _winds(winds, wind_of, len(r))
    air = air_table() if air is None else air
    kernel = _kernel_of(device, len(states))
    kernel(
        states,
        beta[flying],
        air,
        ZONALS,
        tables,
        which[flying],
        tolerance_m,
        tolerance_m / 10.0,
        alt_m,
        LIMIT_S,
        down,
    )
    down[np.isnan(down[:, 0])] = np.nan
    out[flying] = down
    return out


def _kernel_of(device: Device, bodies: int) -> Callable[..., None]:
    """Return the kernel that drops so many."""
    if device is Device.CUDA:
        from downrange.fall.cuda import fall_many

        return fall_many
    if bodies < HANDFUL:
        one_by_one: Callable[..., None] = k.fall_each
        return one_by_one
    kernel: Callable[..., None] = _crowd.fall_few if device is Device.ALONE or bodies < FEW else _crowd.fall_many
    return kernel


def _winds(winds: Array | None, wind_of: ArrayLike | None, count: int) -> tuple[Array, NDArray[np.int64]]:
    """Return tables (m, k, 8) and which of them each of so many bodies falls through, checked."""
    tables = np.zeros((0, 0, 8)) if winds is None else np.ascontiguousarray(winds, dtype=float)
    if tables.ndim != 3 or tables.shape[2] != 8:
        raise ModelError(f"winds of shape {tables.shape}: they are tables (m, k, 8), one of (k, 8) is wind[None]")
    if not np.isfinite(tables).all():
        raise ModelError("a wind that is no number: look for a gap in the profile that it was made of")
    which = np.broadcast_to(np.asarray(0 if wind_of is None else wind_of, dtype=np.int64), (count,)).copy()
    if count and len(tables) and not 0 <= which.min() <= which.max() < len(tables):
        raise ModelError(f"wind {which.min()} to {which.max()} of {len(tables)} tables: they count from 0")
    return tables, which


def drop(
    t_s: ArrayLike,
    r_ecef_m: ArrayLike,
    v_ecef_mps: ArrayLike,
    beta_kgpm2: ArrayLike,
    *,
    tolerance_m: float = TOLERANCE_M,
    air: Array | None = None,
    winds: Array | None = None,
    wind_of: ArrayLike | None = None,
    device: Device = Device.THREADS,
) -> Impacts:
    """Drop bodies let go at t_s (n,) and return where they meet the ellipsoid.

    A body still up after two hours (one in orbit) has NaN in every column. Air, winds and device are as of `states_at`.

    >>> from downrange.base import ecef_from_geodetic
    >>> hit = drop([100.0], ecef_from_geodetic([36.0], [124.0], [1000.0]), [[0.0, 0.0, 0.0]], [1e6])
    >>> f"{hit.lat_deg[0]:.4f} {hit.t_s[0]:.1f} s"
    '36.0000 114.3 s'
    """
    down = states_at(
        r_ecef_m,
        v_ecef_mps,
        beta_kgpm2,
        tolerance_m=tolerance_m,
        air=air,
        winds=winds,
        wind_of=wind_of,
        device=device,
    )
    lat_deg, lon_deg, _ = geodetic_from_ecef(down[:, 1:4])
    speed = np.linalg.norm(down[:, 4:7], axis=1)
    return Impacts(lat_deg=lat_deg, lon_deg=lon_deg, t_s=np.asarray(t_s, dtype=float) + down[:, 0], speed_mps=speed)


def fall_path(
    t_s: float,
    r_ecef_m: ArrayLike,
    v_ecef_mps: ArrayLike,
    beta_kgpm2: float,
    *,
    every_s: float = 1.0,
    rows: int = 7_200,
    air: Array | None = None,
    wind: Array | None = None,
) -> tuple[Array, Array, Array]:
    """Return (t_s (n,), r_ecef_m (n, 3), v_ecef_mps (n, 3)) of a falling body until just below the ground.

    air: as of `states_at`; wind: one table (k, 8), none for still air
    """
    r, v = np.asarray(r_ecef_m, dtype=float), np.asarray(v_ecef_mps, dtype=float)
    if not (np.isfinite(r).all() and np.isfinite(v).all() and 0.0 < beta_kgpm2 < np.inf):
        raise ModelError(
            f"a fall from a place, velocity or ballistic coefficient ({beta_kgpm2:g} kg/m2) that is no number"
        )
    tables, which = _winds(None if wind is None else np.asarray(wind)[None], None, 1)
    out = np.empty((rows, 7))
    used = k.path(
        r[0],
        r[1],
        r[2],
        v[0],
        v[1],
        v[2],
        float(beta_kgpm2),
        air_table() if air is None else air,
        ZONALS,
        tables,
        int(which[0]),
        TOLERANCE_M,
        TOLERANCE_M / 10.0,
        every_s,
        out,
    )
    out = out[:used]
    return t_s + out[:, 0], out[:, 1:4], out[:, 4:7]


def impact_point(r_ecef_m: ArrayLike, v_ecef_mps: ArrayLike) -> tuple[Array, Array, Array]:
    """Return latitude [deg], longitude [deg] and time to go [s] of the airless impact; NaN for an orbit.

    r_ecef_m, v_ecef_mps: (..., 3), velocity relative to the Earth. Two-body, ellipsoid; J2 moves it by up to 0.8 km.
    """
    r, v = np.broadcast_arrays(np.asarray(r_ecef_m, dtype=float), np.asarray(v_ecef_mps, dtype=float))
    states = np.ascontiguousarray(np.concatenate([r, v], axis=-1).reshape(-1, 6))
    out = np.empty((len(states), 3))
    k.impact_points(states, out)
    shape = r.shape[:-1]
    lon_deg = (np.degrees(out[:, 1]) + 180.0) % 360.0 - 180.0
    return np.degrees(out[:, 0]).reshape(shape), lon_deg.reshape(shape), out[:, 2].reshape(shape)
