"""How fast the tracker takes readings in: a whole record, and one at a time as they come. Run by itself: nothing."""

from __future__ import annotations

import gc
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from _report import cpu_s, digits
from _track_peers import Drive, peers, readings_enu
from _track_s1 import BURNS, FIRST_ROW, SETTLED, module, radar, readings, truth

from downrange.base import ecef_from_geodetic, enu_axes
from downrange.track import follow
from downrange.track._kernel import bank as kernel
from downrange.track.filter import Tuning, blank, kinds, model, new_bank, part
from downrange.track.live import Tracker
from downrange.track.rows import rows_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from downrange.base import Array

MUST_A_SECOND, MUST_P99_US, MUST_RATIO = 40_000.0, 50.0, 100.0
SEED = 100


def opening(seed: int) -> tuple[Array, Array]:
    """Return the start that every filter here is given, Earth-fixed: state (9,) and covariance (9, 9)."""
    x, p, _ = readings_enu(seed, 1)
    lat, lon, alt = module("conftest").S1.RADAR
    turn = np.kron(np.eye(3), enu_axes(lat, lon).T)
    x, p = turn @ x, turn @ p @ turn.T
    x[:3] += ecef_from_geodetic(lat, lon, alt)
    return x, p


def kernel_run(seed: int, count: int) -> tuple[float, Array]:
    """Return the CPU seconds of the filter itself over the readings as arrays, best of five, and its states (n, 6)."""
    rows, tune = rows_of(readings(seed), (radar(),), module("conftest").T0), Tuning()
    rest = slice(FIRST_ROW + 1, FIRST_ROW + 1 + count)
    ready, given = part(rows, rest, kinds(rows.t_s[rest], BURNS, tune)), model(tune)
    x, p = opening(seed)
    seconds, out = [], blank(count)
    for _ in range(6):
        bank, out = new_bank(x, p, float(rows.t_s[FIRST_ROW])), blank(count)
        seconds.append(cpu_s(partial(kernel.run, ready, bank, given, out)))
    return min(seconds[1:]), out.x[:, :6]


def record_run(seed: int) -> float:
    """Return the CPU seconds of `follow`, records of readings in, track out, best of five."""
    given, sensors = readings(seed), (radar(),)
    work = partial(follow, given, sensors, module("conftest").T0, burns=BURNS)
    work()
    return min(cpu_s(work) for _ in range(5))


def one_by_one(seed: int, count: int) -> Array:
    """Return the seconds of each update when the filter is called for each reading by itself."""
    rows, tune = rows_of(readings(seed), (radar(),), module("conftest").T0), Tuning()
    kind, given, out = kinds(rows.t_s, BURNS, tune), model(tune), blank(1)
    ready = [part(rows, slice(i, i + 1), kind[i : i + 1]) for i in range(FIRST_ROW + 1, FIRST_ROW + 1 + count)]
    x, p = opening(seed)
    seconds = np.empty(count)
    for _ in range(2):  # the first time does not count
        bank = new_bank(x, p, float(rows.t_s[FIRST_ROW]))
        for i, reading in enumerate(ready):
            since = time.process_time()
            kernel.run(reading, bank, given, out)
            seconds[i] = time.process_time() - since
    return seconds


def live_run(seed: int, count: int) -> Array:
    """Push readings one by one through the live door, which also judges after each: the seconds of each."""
    given = readings(seed)[: FIRST_ROW + 1 + count]
    seconds = np.empty(len(given))
    for _ in range(2):  # once before the clock counts
        door = Tracker((radar(),), module("conftest").T0, burns=BURNS)
        gc.collect()
        gc.disable()  # as a live service would between flights
        for i, reading in enumerate(given):
            since = time.process_time()
            door.push(reading)
            seconds[i] = time.process_time() - since
        gc.enable()
    return seconds[FIRST_ROW + 1 :]


def quietest(run: Callable[[int, int], Array], count: int) -> dict[str, float]:
    """Return middle and tail of an update in the round that other work on the machine disturbed least, of five."""
    return min((quantiles_us(run(SEED, count)) for _ in range(5)), key=lambda one: one["p99_us"])


def quantiles_us(seconds: Array) -> dict[str, float]:
    """Return middle and tail of the seconds of an update."""
    p50, p90, p99 = np.nanquantile(seconds, (0.5, 0.9, 0.99)) * 1e6
    return {"p50_us": digits(p50), "p90_us": digits(p90), "p99_us": digits(p99)}


def errors(x: Array) -> dict[str, float]:
    """Return the RMS errors of states (n, 6) after the settled ones; infinite where the filter broke down."""
    _, r, v = truth(first=FIRST_ROW + 1)
    miss = (x - np.concatenate([r, v], axis=1)[: len(x)])[SETTLED:]
    position, velocity = (float(np.sqrt((miss[:, a : a + 3] ** 2).sum(axis=1).mean())) for a in (0, 3))
    return {"rms_position_m": digits(position), "rms_velocity_mps": digits(velocity)}


def beside(side: Drive | str, live_us: float, single_us: float, filter_us: float) -> dict[str, Any] | str:
    """Return the entry of one peer: its latencies and errors, and how many times ours its median is."""
    if isinstance(side, str):
        return side
    theirs = quantiles_us(side.update_s)
    return {
        **theirs,
        **errors(side.x),
        "ratio_to_live": digits(theirs["p50_us"] / live_us),
        "ratio_to_one_a_call": digits(theirs["p50_us"] / single_us),
        "ratio_to_filter": digits(theirs["p50_us"] / filter_us),
        **({"broke": side.broke} if side.broke else {}),
    }


def speed(*, count: int, with_peers: bool) -> dict[str, Any]:
    """Return our rates and latencies, and those of others on the same readings, with errors and ratios."""
    filter_s, x = kernel_run(SEED, count)
    single, live = quietest(one_by_one, count), quietest(live_run, count)
    ours = {
        "updates_per_s_a_core": digits(count / filter_s),
        "must_per_s": MUST_A_SECOND,
        "filter_us": digits(1e6 * filter_s / count),
        "records_to_track_per_s": digits((module("conftest").S1.SAMPLES - FIRST_ROW - 1) / record_run(SEED)),
        "one_a_call": single | {"must_p99_us": MUST_P99_US},
        "live_with_verdict": live,
        **errors(x),
    }
    if not with_peers:
        others: dict[str, Any] = {"absent": "switched off"}
    else:
        others = {
            name: beside(side, live["p50_us"], single["p50_us"], 1e6 * filter_s / count)
            for name, side in peers(SEED, count).items()
        }
    return {"seed": SEED, "updates": count, "must_ratio": MUST_RATIO, "ours": ours, "peers": others}
