"""Search for a layout: number of satellites, planes, node spacing, phase, height, within limits, for any statistic.

Naive layouts come first, then draws spread evenly over the limits, then ever closer looks round the best of each
number of satellites. What is tried depends on the question, the number of candidates and the seed alone: not on the
number of workers, on a cluster, or on how often it was interrupted.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from downrange.base import Array, InputError, iso
from downrange.coverage.layouts import Layout, MeanOrbit, orbit_of
from downrange.coverage.model import Points, Sensor
from downrange.coverage.search_hands import BLOCK_ROWS, Hands, hands
from downrange.coverage.search_limits import (
    SATELLITES,
    Limits,
    closer_rows,
    drawn_rows,
    layout_of,
    naive_rows,
    room_of,
    rounds,
)
from downrange.coverage.search_score import STATISTICS, Objective, Question, Statistic, ranks
from downrange.coverage.search_state import State, opened
from downrange.orbit import ElementSet

MOST_CANDIDATES = 10_000_000
Say = Callable[[int, int, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A layout and what it is worth, by the objective's looks.

    place:        when it was tried, counted from 0; naive: whether anybody would have tried it
    mean_wait_s:  of a request at a random moment to a point drawn by area; NaN with the rest where a satellite falls
    max_gap_s:    longest of any point, the ends of the span counted
    wait_s:       that the objective's percent of requests do not exceed
    looks_pday:   looks a day of a point
    share_never:  share of the area never seen
    """

    layout: Layout
    place: int
    naive: bool
    mean_wait_s: float
    max_gap_s: float
    wait_s: float
    looks_pday: float
    share_never: float

    def value(self, statistic: Statistic) -> float:
        """Return one of the statistics."""
        return {
            Statistic.MEAN_WAIT: self.mean_wait_s,
            Statistic.MAX_GAP: self.max_gap_s,
            Statistic.WAIT: self.wait_s,
            Statistic.LOOKS: self.looks_pday,
            Statistic.NEVER_SEEN: self.share_never,
        }[statistic]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """All that a search tried.

    rows, values: (m, …) the layouts as numbers and their statistics, in the order they were tried; naive ones first
    names:        of the naive layouts
    rank:         (m,) place in the order of the objective, 0 the best; NaN where a satellite falls or nothing is seen
    resumed:      how many were taken over from an earlier run
    """

    question: Question
    rows: Array
    values: Array
    names: tuple[str, ...]
    rank: Array
    seed: int
    resumed: int

    @property
    def satellites(self) -> np.ndarray:
        """Satellites of each layout, (m,)."""
        return self.rows[:, SATELLITES].astype(np.int64)

    @property
    def fallen(self) -> int:
        """How many layouts could not be flown for the days asked."""
        return int(np.isnan(self.values[:, 0]).sum())

    def tried(self, place: int) -> Tried:
        """Return one layout with its statistics."""
        naive = place < len(self.names)
        name = self.names[place] if naive else ""
        mean_wait_s, max_gap_s, wait_s, looks_pday, share_never = (float(x) for x in self.values[place])
        return Tried(
            layout=layout_of(self.rows[place], self.question.room, name=name),
            place=place,
            naive=naive,
            mean_wait_s=mean_wait_s,
            max_gap_s=max_gap_s,
            wait_s=wait_s,
            looks_pday=looks_pday,
            share_never=share_never,
        )

    def best(self, satellites: int | None = None, *, naive: bool = False) -> Tried | None:
        """Return the best layout, of so many satellites if given, among the naive ones if asked.

        None is UNKNOWN: none of them flies that long, or none ever sees a point by the objective's looks.
        """
        rank = self.rank.copy()
        if satellites is not None:
            rank[self.satellites != satellites] = np.nan
        if naive:
            rank[len(self.names) :] = np.nan
        return None if np.isnan(rank).all() else self.tried(int(np.nanargmin(rank)))

    def words(self) -> str:
        """Return what was searched and found, for a person."""
        question, best = self.question, self.best()
        asked = f"{len(self.rows):,} layouts over {question.days:g} days from {iso(question.start)}, seed {self.seed}"
        aim = question.objective.describe()
        fallen = f" {self.fallen:,} of them fall too soon." if self.fallen else ""
        if best is None:
            return f"{asked}: UNKNOWN which is best by {aim}: none of them ever sees a point.{fallen}"
        return f"{asked}: best by {aim} is {best.layout.name}.{fallen}"


def search(
    limits: Limits,
    points: Points,
    sensor: Sensor,
    objective: Objective,
    *,
    reference: MeanOrbit | ElementSet,
    start: datetime,
    days: float = 30.0,
    candidates: int = 10_000,
    seed: int = 1,
    workers: int | None = 1,
    cluster: str | None = None,
    folder: str | Path | None = None,
    max_age_days: float = 30.0,
    say: Say | None = None,
) -> Found:
    """Return the layouts tried within limits, best to be asked of the result.

    reference:  the orbit of the first satellite, kept where the limits leave it; its epoch lies near the span
    candidates: how many layouts are tried beside the naive ones
    workers:    processes; None for one on each core that this process may use. A script that asks for more than one
                keeps its call under `if __name__ == "__main__"`, as each of them reads the script again
    cluster:    address of a Dask scheduler; workers are then its business
    folder:     where results are kept as they come, so that the same call goes on after an interrupt
    max_age_days: refuse a span farther than this from the reference's epoch, where SGP4 only guesses
    say:        told (done, wanted, best value so far, NaN while there is none) after each block
    """
    _refuse(candidates, workers, seed)
    orbit = reference if isinstance(reference, MeanOrbit) else orbit_of(reference)
    room = room_of(limits, orbit)
    question = Question(room=room, points=points, sensor=sensor, objective=objective, start=start, days=days)
    question.refuse_far(max_age_days)
    summary = question.summary() | {"candidates": f"{candidates}", "seed": f"{seed}"}
    with opened(folder, summary) as state, hands(question, workers or _cores(), cluster) as who:
        run = _Run(question, state, who, say)
        try:
            names = run.through(candidates, seed)
        except BaseException as problem:
            if folder is not None:
                problem.add_note(
                    f"{state.rows:,} layouts are kept in {folder}; the same search there goes on with them."
                )
            raise
    rows, values = run.all()
    rank = ranks(values, objective)
    return Found(question=question, rows=rows, values=values, names=names, rank=rank, seed=seed, resumed=state.resumed)


class _Run:
    """One search under way."""

    __slots__ = ("_all", "_best", "_hands", "_question", "_say", "_state", "_values", "_wanted")

    def __init__(self, question: Question, state: State, who: Hands, say: Say | None) -> None:
        self._question, self._state, self._hands, self._say = question, state, who, say
        self._wanted = 0
        self._all: list[Array] = []
        self._values: list[Array] = []
        self._best = np.full((1, len(STATISTICS)), np.nan)

    def all(self) -> tuple[Array, Array]:
        """Return the rows of all stages so far and their values."""
        return np.concatenate(self._all), np.concatenate(self._values)

    def through(self, candidates: int, seed: int) -> tuple[str, ...]:
        """Work all stages off, and return the names of the naive layouts, which come first."""
        room = self._question.room
        naive, names = naive_rows(room)
        drawn, *closer = rounds(room, candidates)
        self._wanted = len(naive) + drawn + sum(closer)
        self._stage(naive)
        self._stage(drawn_rows(room, drawn, seed))
        for number, count in enumerate(closer):
            if count:
                rows, values = self.all()
                score = ranks(values, self._question.objective)
                self._stage(closer_rows(room, rows, score, count, seed, number))
        return names

    def _stage(self, rows: Array) -> None:
        """Work the next stage off, less what an earlier run has done."""
        number, values = len(self._all), np.empty((len(rows), len(STATISTICS)))
        self._all.append(rows)
        self._values.append(values)
        missing = []
        for first in range(0, len(rows), BLOCK_ROWS):
            known = self._state.block(number, first)
            if known is None:
                missing.append(first)
                values[first : first + BLOCK_ROWS] = np.nan
            else:
                values[first : first + BLOCK_ROWS] = known
                self._compare(known)
        blocks = [rows[first : first + BLOCK_ROWS] for first in missing]
        for first, block in zip(missing, self._hands.values(blocks), strict=True):
            values[first : first + BLOCK_ROWS] = block
            self._state.add(number, first, block)
            self._compare(block)
            if self._say is not None:
                column = STATISTICS.index(self._question.objective.statistic)
                self._say(self._state.rows, self._wanted, float(self._best[0, column]))

    def _compare(self, block: Array) -> None:
        """Keep the best so far."""
        both = np.concatenate([self._best, block])
        rank = ranks(both, self._question.objective)
        if not np.isnan(rank).all():
            self._best = both[[int(np.nanargmin(rank))]]


def _refuse(candidates: int, workers: int | None, seed: int) -> None:
    """Refuse counts that are none."""
    for key, value, most in (
        ("candidates", candidates, MOST_CANDIDATES),
        ("workers", 1 if workers is None else workers, 1_024),
    ):
        if not 1 <= value <= most:
            raise InputError(where="search", key=key, seen=f"{value}", cure=f"give 1 to {most:,}")
    if not 0 <= seed < 2**63:
        raise InputError(where="search", key="seed", seen=f"{seed}", cure="give a whole number, 0 or more")


def _cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
