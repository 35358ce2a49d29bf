"""Randomness that is counted, not drawn: sample i of seed s is the same whatever the chunking."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from downrange.base import _kernel


@numba.njit(cache=True)
def _fill(seed: int, first: int, draws: int, normal: bool, out: NDArray[np.float64]) -> None:
    """Fill out[i, d] with the number of (seed, first + i, d)."""
    for i in range(out.shape[0]):
        for d in range(draws):
            if normal:
                out[i, d] = _kernel.standard_normal(seed, first + i, d)
            else:
                out[i, d] = _kernel.uniform(seed, first + i, d)


def normals(seed: int, samples: int, draws: int, *, first: int = 0) -> NDArray[np.float64]:
    """Return standard normal numbers, shape (samples, draws), that depend only on seed, sample and draw.

    >>> whole = normals(7, 10, 3)
    >>> bool((whole[4:] == normals(7, 6, 3, first=4)).all())
    True
    """
    out = np.empty((samples, draws))
    _fill(seed, first, draws, True, out)
    return out


def uniforms(seed: int, samples: int, draws: int, *, first: int = 0) -> NDArray[np.float64]:
    """Return numbers in (0, 1), shape (samples, draws), that depend only on seed, sample and draw."""
    out = np.empty((samples, draws))
    _fill(seed, first, draws, False, out)
    return out
