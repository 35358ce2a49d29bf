"""Whether something that flew is down: it stands still on the ground, or where it must be is below the ground."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from downrange.base import Array, InputError, geodetic_from_ecef

_FLOWN_M = 1_000.0  # assumed: nothing that stands or rolls is so high above the ground
_STILL_MPS = 15.0  # assumed: a ship's deck in a gale, a stage on its parachute
_GROUND_SIGMA_M = 100.0  # the sea lies up to 110 m off the ellipsoid (EGM96: -107 to +85 m)


def landed(
    t_s: ArrayLike, r_ecef_m: ArrayLike, v_ecef_mps: ArrayLike, cov: ArrayLike, *, ground_m: float = 0.0
) -> Array:
    """Return the probability (n,) that the object is down at each instant, from what was known until then.

    t_s (n,) in order, r_ecef_m, v_ecef_mps (n, 3), cov (n, 6, 6): a track, or states carried on without readings
    ground_m: height of the ground over the ellipsoid where it comes down; the sea is within 110 m of 0

    It must have flown before: nothing on its pad is landed. NaN rows say nothing, and get NaN.
    """
    t, r, v, p = (np.asarray(a, dtype=float) for a in (t_s, r_ecef_m, v_ecef_mps, cov))
    n = t.size
    if t.shape != (n,) or r.shape != (n, 3) or v.shape != (n, 3) or p.shape != (n, 6, 6) or (np.diff(t) < 0.0).any():
        raise InputError(
            where="landed",
            seen=f"shapes {t.shape}, {r.shape}, {v.shape}, {p.shape}, or times that go backwards",
            cure="give times in order (n,), positions and velocities (n, 3), covariances (n, 6, 6)",
        )
    if n == 0:
        return np.empty(0)
    lat, lon, alt_m = geodetic_from_ecef(r)
    phi, lam = np.radians(lat), np.radians(lon)
    up = np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=1)
    height = alt_m - ground_m
    sigma_m = np.sqrt(np.maximum(np.einsum("ni,nij,nj->n", up, p[:, :3, :3], up), 0.0) + _GROUND_SIGMA_M**2)
    speed = np.linalg.norm(v, axis=1)
    sigma_mps = np.sqrt(np.maximum(np.einsum("nii->n", p[:, 3:, 3:]) / 3.0, 0.0) + 1.0)
    under = ndtr(-height / sigma_m)
    low = ndtr((3.0 * _GROUND_SIGMA_M - height) / sigma_m)
    still = ndtr((_STILL_MPS - speed) / sigma_mps)
    flown = np.maximum.accumulate(np.nan_to_num(ndtr((height - _FLOWN_M) / sigma_m)))
    return np.asarray(flown * np.maximum(under, low * still))
