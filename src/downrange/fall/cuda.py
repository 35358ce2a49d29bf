"""Drop bodies on a CUDA device: one thread a body, compiled from the very functions that the processor runs."""

from __future__ import annotations

import numpy as np
from numba import cuda
from numpy.typing import NDArray

from downrange.base import Array
from downrange.base import cuda as device
from downrange.fall import _kernel as k


@cuda.jit
def fall_each(
    states: Array,
    beta: Array,
    air: Array,
    zonals: Array,
    winds: Array,
    tables: int,
    wind_of: NDArray[np.int64],
    tol_m: float,
    tol_mps: float,
    ground_m: float,
    limit_s: float,
    out: Array,
) -> None:
    """Do the loop of `_kernel.fall_few`, one body a thread; of the tables of wind so many count."""
    i = cuda.grid(1)
    if i < states.shape[0]:
        s, o = states[i], out[i]
        o[0], o[1], o[2], o[3], o[4], o[5], o[6] = k.fall(
            s[0],
            s[1],
            s[2],
            s[3],
            s[4],
            s[5],
            beta[i],
            air,
            zonals,
            winds[:tables],
            wind_of[i],
            tol_m,
            tol_mps,
            ground_m,
            limit_s,
        )


def fall_many(
    states: Array,
    beta: Array,
    air: Array,
    zonals: Array,
    winds: Array,
    wind_of: NDArray[np.int64],
    tol_m: float,
    tol_mps: float,
    ground_m: float,
    limit_s: float,
    out: Array,
) -> None:
    """Do what `_kernel.fall_many` does on the device, in parts that fit into its memory; all winds are there at once."""
    device.need()
    tables = len(winds) if winds.shape[1] > 0 else 0
    if tables == 0:
        winds = np.zeros((1, 1, 8))  # nothing to send is no array there
    air_there, zonals_there, winds_there = (cuda.to_device(np.ascontiguousarray(a)) for a in (air, zonals, winds))
    for a, b in device.chunks(len(states), 8 * (states.shape[1] + out.shape[1] + 2)):
        states_there, beta_there, wind_of_there = (
            cuda.to_device(np.ascontiguousarray(part)) for part in (states[a:b], beta[a:b], wind_of[a:b])
        )
        out_there = cuda.device_array((b - a, out.shape[1]))
        fall_each[device.blocks(b - a), device.THREADS](
            states_there,
            beta_there,
            air_there,
            zonals_there,
            winds_there,
            tables,
            wind_of_there,
            float(tol_m),
            float(tol_mps),
            float(ground_m),
            float(limit_s),
            out_there,
        )
        out[a:b] = out_there.copy_to_host()
