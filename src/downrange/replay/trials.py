"""A policy tried over simulated launches: each is flown, followed, watched by the desk and scored, in parallel.

The result of a launch depends on its number and the set-up alone, not on how many are flown, by how many workers, or
in which order; so what was flown may be kept, and a run that was broken off goes on where it stopped.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import Final

from downrange.alert import Policy, Worth
from downrange.base import InputError
from downrange.corridor import launch_hazards
from downrange.earth import alert_places, places
from downrange.replay.outlook import Outlook, Sight, Stack
from downrange.replay.situations import watch_over
from downrange.replay.trials_fly import Flown, Range
from downrange.replay.trials_model import Setup, Trial, Watchkeeping
from downrange.replay.trials_score import Ground, passes_s, struck_by, watch_kept

MOST: Final = 100_000
OKINAWA: Final = "JP-47"
_HEARD_S: Final = 30.0  # no trial is heard sooner; the places that could be reached from then on are watched
_PASSED_M: Final = 50_000.0


class Bench:
    """All that the launches of one set-up share; built once in every process."""

    __slots__ = ("_outlooks", "ground", "range", "setup")

    def __init__(self, setup: Setup) -> None:
        """Load the vehicle, the sensors and the places, and draw the crowd that the desk reckons with."""
        self.setup = setup
        self.range = Range(setup.vehicle, setup.sensors, seed=setup.seed, period_s=setup.period_s)
        self.ground = Ground(places(), alert_places(setup.countries))
        hazards = launch_hazards(self.range.record, self.range.fits, runs=setup.runs, seed=setup.seed + 1)
        stack = Stack(
            name="a stack",
            beta_kgpm2=self.range.vehicle.beta_stack_kgpm2,
            releases=self.range.releases,
            runs=setup.runs,
            seed=setup.seed,
        )
        self._outlooks: dict[float, Outlook] = {}
        for variant in setup.variants:
            margin_m = variant.policy.margin_m
            if margin_m not in self._outlooks:
                eyes = _keenest([one.policy for one in setup.variants if one.policy.margin_m == margin_m])
                self._outlooks[margin_m] = Outlook(hazards, self.ground.leaves, eyes, stack, from_s=_HEARD_S)

    def trial(self, number: int) -> Trial:
        """Fly, follow, watch and score one launch."""
        flown = self.range.fly(number)
        sights = {m: Sight(outlook, flown.heard) for m, outlook in self._outlooks.items()} if len(flown.heard) else {}
        first = self.setup.variants[0].policy
        struck = struck_by(flown, self.ground, first)
        watches = []
        for variant in self.setup.variants:
            policy = variant.policy
            if policy.margin_m not in sights:
                watches.append(Watchkeeping(variant=variant.name, stays=(), messages=0))
                continue
            sight = sights[policy.margin_m]
            looks = watch_over(sight, policy)
            watches.append(watch_kept(looks, sight, flown, self.ground, struck, variant.name, policy))
        called_s, false_s = _calls(flown, first)
        return Trial(
            number=number,
            mode=flown.mode,
            ended_s=float(flown.flight.t_s[-1]),
            failed_s=flown.failed_s,
            orbit=flown.orbit,
            heard_s=float(flown.heard.t_s[0]) if len(flown.heard) else math.nan,
            called_s=called_s,
            false_s=false_s,
            passes_s=passes_s(flown, self.ground.by_code[OKINAWA], _PASSED_M),
            struck=struck,
            watches=tuple(watches),
        )


def fly_trials(
    setup: Setup,
    runs: int,
    *,
    workers: int = 1,
    kept: Mapping[int, Trial] | None = None,
    tell: Callable[[Trial], None] = lambda _: None,
) -> tuple[Trial, ...]:
    """Return launches 0 to runs - 1 in order.

    workers: processes; kept: trials flown before, which are not flown again; tell: is given each fresh one as it is done
    """
    if not 1 <= runs <= MOST or workers < 1:
        seen = f"runs {runs}, workers {workers}"
        raise InputError(where="trials", seen=seen, cure=f"give 1 to {MOST} runs and one worker or more")
    done = {number: trial for number, trial in (kept or {}).items() if number < runs}
    for trial in _flown(setup, [number for number in range(runs) if number not in done], workers):
        done[trial.number] = trial
        tell(trial)
    return tuple(done[number] for number in range(runs))


def _flown(setup: Setup, numbers: list[int], workers: int) -> Iterator[Trial]:
    """Yield launches in order, flown here or by workers."""
    if workers == 1 or len(numbers) < 2:
        bench = Bench(setup) if numbers else None
        for number in numbers:
            if bench is not None:
                yield bench.trial(number)
        return
    context = get_context("spawn")  # a fork would carry over the threads of the kernels
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(setup,))
    try:
        yield from pool.map(_trial, numbers)
    finally:  # whoever breaks off does not wait for the rest
        pool.shutdown(cancel_futures=True)


_bench: list[Bench] = []


def _begin(setup: Setup) -> None:
    """Build the bench of a worker, which ends with the process that asked for it, however that ended."""
    Thread(target=_end_with_parent, daemon=True).start()
    _bench[:] = [Bench(setup)]


def _end_with_parent() -> None:
    """Wait for the end of the process that asked, and end too."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _trial(number: int) -> Trial:
    """Fly one launch in a worker."""
    return _bench[0].trial(number)


def _keenest(policies: list[Policy]) -> Policy:
    """Return the policy that sees whatever any of them sees: places are told of from the lowest p_lift on."""
    return min(policies, key=lambda policy: policy.p_lift)


def _calls(flown: Flown, policy: Policy) -> tuple[float, float]:
    """Return when thrust was first called lost after it was, and before; NaN where it never was."""
    heard = flown.heard
    ended_s = math.inf if flown.orbit else float(flown.flight.t_s[-1])
    lost = [
        t_s
        for t_s, word, p in zip(heard.t_s.tolist(), heard.verdict, heard.p.tolist(), strict=True)
        if policy.worth(word, p) is Worth.FALLING
    ]
    return next((t for t in lost if t >= ended_s), math.nan), next((t for t in lost if t < ended_s), math.nan)
