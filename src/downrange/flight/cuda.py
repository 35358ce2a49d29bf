"""Fly crowds on a CUDA device: one thread a flight, compiled from the very functions that the processor runs."""

from __future__ import annotations

import numpy as np
from numba import cuda

from downrange.base import Array
from downrange.base import cuda as device
from downrange.flight import _kernel as k


@cuda.jit
def fly_each(
    phases: Array,
    starts: Array,
    air: Array,
    drag: Array,
    winds: Array,
    wind_rows: int,
    zonals: Array,
    ends: Array,
    q_max: Array,
) -> None:
    """Do the loop of `_kernel.fly_few`, one flight a thread; winds have wind_rows rows that count."""
    i = cuda.grid(1)
    if i < phases.shape[0]:
        wind = winds[min(i, winds.shape[0] - 1), :wind_rows]
        _, q_max[i] = k.fly(phases[i], starts[i], air, drag, wind, zonals, ends[i], ends[i, :0])


def fly_many(
    table: Array, starts: Array, air: Array, drag: Array, winds: Array, zonals: Array, ends: Array, q_max_pa: Array
) -> None:
    """Do what `_kernel.fly_many` does on the device, in parts that fit into its memory."""
    device.need()
    air_there, drag_there, zonals_there = (cuda.to_device(np.ascontiguousarray(a)) for a in (air, drag, zonals))
    rows = winds.shape[1]
    if rows == 0:
        winds = np.zeros((1, 1, 8))  # nothing to send is no array there
    all_there = cuda.to_device(np.ascontiguousarray(winds)) if len(winds) == 1 else None
    each = 8 * (table[0].size + ends[0].size + starts.shape[1] + winds[0].size + 1) if len(table) else 1
    for a, b in device.chunks(len(table), each):
        table_there = cuda.to_device(np.ascontiguousarray(table[a:b]))
        starts_there = cuda.to_device(np.ascontiguousarray(starts[a:b]))
        theirs = np.ascontiguousarray(winds[min(a, len(winds) - 1) : b])
        winds_there = cuda.to_device(theirs) if all_there is None else all_there
        ends_there, q_there = cuda.device_array((b - a, *ends.shape[1:])), cuda.device_array(b - a)
        fly_each[device.blocks(b - a), device.THREADS](
            table_there,
            starts_there,
            air_there,
            drag_there,
            winds_there,
            rows,
            zonals_there,
            ends_there,
            q_there,
        )
        ends[a:b], q_max_pa[a:b] = ends_there.copy_to_host(), q_there.copy_to_host()
