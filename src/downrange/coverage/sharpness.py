"""How sharp a picture is: the modulation transfer of lens, pixel and motion, and the edge response that it leaves.

Formulas: diffraction of a round opening with a round obstacle (O'Neill, J. Opt. Soc. Am. 46, 285, 1956), a square
pixel, Gaussian jitter, smear along the track. No wavefront error and no sharpening: real pictures are no sharper.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from downrange.base import Array

_NODES: Final = 96  # Gauss-Legendre; the edge response is right to 5e-6 for ratios from 0.02 up, where the obstacle's kinks cost most


def diffraction_mtf(frequency: ArrayLike, obscuration: ArrayLike = 0.0) -> Array:
    """Return the transfer of a round opening.

    frequency:   over the cut-off, aperture / wavelength; 0 beyond 1
    obscuration: diameter of what stands in the middle of the opening, over its diameter

    >>> f"{float(diffraction_mtf(0.5)):.4f}"
    '0.3910'
    """
    rho, eta = np.broadcast_arrays(np.asarray(frequency, dtype=float), np.asarray(obscuration, dtype=float))
    outer = _disc(rho)
    inner = eta**2 * _disc(rho / np.where(eta > 0.0, eta, 1.0))
    passed: Array = (outer + np.where(eta > 0.0, inner + _crossed(rho, eta), 0.0)) / (1.0 - eta**2)
    return passed


def _disc(rho: Array) -> Array:
    """Return the transfer of a full disc."""
    x = np.clip(rho, 0.0, 1.0)
    out: Array = (np.arccos(x) - x * np.sqrt(1.0 - x**2)) * 2.0 / np.pi
    return out


def _crossed(rho: Array, eta: Array) -> Array:
    """Return what the opening and its obstacle take from each other."""
    near, far = (1.0 - eta) / 2.0, (1.0 + eta) / 2.0
    safe = np.where(eta > 0.0, eta, 0.5)
    phi = np.arccos(np.clip((1.0 + safe**2 - 4.0 * rho**2) / (2.0 * safe), -1.0, 1.0))
    lens = 2.0 * safe / np.pi * np.sin(phi) + (1.0 + safe**2) / np.pi * phi - 2.0 * safe**2
    slope = np.tan(phi / 2.0) * (1.0 + safe) / (1.0 - safe)
    lens -= 2.0 * (1.0 - safe**2) / np.pi * np.arctan(slope)
    out: Array = np.where(rho <= near, -2.0 * eta**2, np.where(rho < far, lens, 0.0))
    return out


def edge_response(
    sampling_q: ArrayLike,
    *,
    obscuration: ArrayLike = 0.0,
    jitter_pixels: ArrayLike = 0.0,
    smear_pixels: ArrayLike = 0.0,
) -> Array:
    """Return the relative edge response: how much of a step from dark to bright happens within one pixel.

    sampling_q:    wavelength x focal length / (aperture x pixel pitch)
    jitter_pixels: one standard deviation
    smear_pixels:  how far the picture moves, in the direction that is asked, while a line is exposed
    """
    q, eta, jitter, smear = (
        part[..., None]
        for part in np.broadcast_arrays(
            *(np.asarray(v, dtype=float) for v in (sampling_q, obscuration, jitter_pixels, smear_pixels))
        )
    )
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    share = (nodes + 1.0) / 2.0  # of the cut-off
    nu = share / q  # cycles a pixel
    mtf = diffraction_mtf(share, eta) * np.sinc(nu) * np.sinc(smear * nu)
    mtf *= np.exp(-2.0 * (np.pi * jitter * nu) ** 2)
    found: Array = np.sum(weights * mtf * np.sinc(nu) / q, axis=-1)
    return found


def both_ways(along: ArrayLike, across: ArrayLike) -> Array:
    """Return the edge response that GIQE-5 takes for two directions: the larger one counts once, the smaller twice."""
    a, b = np.asarray(along, dtype=float), np.asarray(across, dtype=float)
    out: Array = np.cbrt(np.maximum(a, b) * np.minimum(a, b) ** 2)
    return out
