"""Run a great many flights: in blocks, in bounded memory, on threads or a cluster, stopped and resumed at will.

Blocks are added up strictly in their order, so the result has the same bits whatever the number of threads, the size
of a span, the cluster, or how often it was interrupted (on processors of one kind, with the same libraries).
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar, cast

from downrange.base import InputError, ModelError
from downrange.fall.campaign_cluster import Cluster
from downrange.fall.campaign_state import Checkpoint, Store, UnwrittenError, opened, read_checkpoint
from downrange.fall.campaign_work import BLOCK_FLIGHTS, S, Work, blocks_of

__all__ = ["BLOCK_FLIGHTS", "COUNT_REACHED", "Checkpoint", "Done", "Work", "blocks_of", "campaign", "read_checkpoint"]

COUNT_REACHED = "the count was reached"
_TICK_S = 0.25  # how long to wait before looking at the clock again, and the least time between two reports
_AHEAD = 2  # spans under way for each thread: one runs, one is ready to be added

Stop = Callable[[S, int], str | None]
Progress = Callable[[int, int, S | None], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Generic[S]):
    """A campaign that ended.

    flights: how many are in the state; resumed_from: how many of them an earlier run had done
    """

    state: S
    flights: int
    stopped_because: str
    resumed_from: int


def campaign(
    work: Work[S],
    *,
    flights: int,
    folder: str | Path,
    threads: int | None = None,
    cluster: str | None = None,
    resume: bool = False,
    stop: Stop[S] | None = None,
    progress: Progress[S] | None = None,
    span_blocks: int = 1,
    checkpoint_every_s: float = 10.0,
    room_bytes: int = 0,
) -> Done[S]:
    """Do so many flights, or fewer where the rule stops them, and return what they add up to.

    threads:     None for every core that this process may use
    cluster:     address of a Dask scheduler; threads are then its business
    stop:        looked at after each block, in order, and where a run is resumed: the reason to stop, or None. It may
                 depend on nothing but the state and the flights in it, or the same run could end elsewhere.
    progress:    told (flights done, flights wanted, state) a few times a second
    span_blocks: blocks in one call of `work.run`
    room_bytes:  the most that one saved state may need on the disk, where that is known

    An interrupt or an error leaves with a note that says what is kept. A finished run is resumed with a larger count.
    """
    for option, value in (("--runs", flights), ("--threads", 1 if threads is None else threads), ("span", span_blocks)):
        if value < 1:
            raise InputError(where=option, seen=f"{value}", cure="give 1 or more")
    with opened(folder, work, flights, resume=resume, room_bytes=room_bytes) as store:
        run = _Run(work, flights, store, stop, progress, checkpoint_every_s)
        reason = run.begin()
        if reason is None:
            with _hands(work, threads, cluster) as hands:
                reason = run.through(hands, span_blocks)
        return run.done(reason)


S_co = TypeVar("S_co", covariant=True)


class _Hands(Protocol[S_co]):
    """Whoever runs spans of blocks; what stands for a span under way is their own business."""

    def window(self) -> int: ...
    def begin(self, first_flight: int, flights: int) -> Any: ...  # noqa: ANN401
    def ready(self, span: Any, timeout_s: float) -> bool: ...  # noqa: ANN401
    def take(self, span: Any) -> Sequence[S_co]: ...  # noqa: ANN401


class _Span:
    """What a thread was asked for; its answer comes through a queue of its own."""

    __slots__ = ("answer", "asked", "given")

    def __init__(self, first_flight: int, flights: int) -> None:
        self.asked = first_flight, flights
        self.given: tuple[Any, BaseException | None] | None = None
        self.answer: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()


class _Threads(Generic[S]):
    """Hands that are threads of this process.

    Only queues that are one step each for Python stand between them and the caller: an interrupt in the midst of
    concurrent.futures can leave one of its locks held, and the threads would wait for it forever.
    """

    def __init__(self, work: Work[S], threads: int) -> None:
        self._work = work
        self._asked: SimpleQueue[_Span | None] = SimpleQueue()
        self._threads = [Thread(target=self._serve, name=f"campaign_{k}", daemon=True) for k in range(threads)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(Empty):
            while True:
                self._asked.get_nowait()
        for _ in self._threads:
            self._asked.put(None)
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    def _serve(self) -> None:
        """Run spans until told to go."""
        while (span := self._asked.get()) is not None:
            try:
                span.answer.put((self._work.run(*span.asked), None))
            except BaseException as problem:  # noqa: BLE001 - raised again by who takes it
                span.answer.put((None, problem))

    def window(self) -> int:
        return _AHEAD * len(self._threads)

    def begin(self, first_flight: int, flights: int) -> _Span:
        span = _Span(first_flight, flights)
        self._asked.put(span)
        return span

    def ready(self, span: _Span, timeout_s: float) -> bool:
        if span.given is None:
            with suppress(Empty):
                span.given = span.answer.get(timeout=timeout_s)
        return span.given is not None

    def take(self, span: _Span) -> Sequence[S]:
        states, problem = span.given or span.answer.get()
        if problem is not None:
            raise problem
        return cast("Sequence[S]", states)


def _hands(work: Work[S], threads: int | None, cluster: str | None) -> AbstractContextManager[_Hands[S]]:
    """Return who will run the blocks."""
    if cluster is not None:
        return Cluster(work, cluster)
    if threads is None:
        threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return _Threads(work, threads)


class _Run(Generic[S]):
    """One campaign under way."""

    def __init__(
        self,
        work: Work[S],
        wanted: int,
        store: Store[S],
        stop: Stop[S] | None,
        progress: Progress[S] | None,
        every_s: float,
    ) -> None:
        self._work = work
        self._wanted = wanted
        self._store = store
        self._stop = stop
        self._progress = progress
        self._every_s = every_s
        self._saved_s = self._told_s = 0.0

    def begin(self) -> str | None:
        """Take up what is kept and claim the folder; return a reason when there is nothing left to do."""
        self._whole = self._kept = self._store.loaded()  # all flights, and those in whole blocks; set in one go
        self._resumed_from = self._kept[1]
        self._saved_s = time.monotonic()
        reason = self._reason()
        self._store.save(*self._kept, self._wanted, reason or "")
        self._tell(last=True)
        return reason

    def through(self, hands: _Hands[S], span_blocks: int) -> str:
        """Run what is left, keep it, and return why it ended; whatever happens, what is done is kept."""
        try:
            reason = self._all(hands, span_blocks)
            self._store.save(*self._kept, self._wanted, reason)
            self._tell(last=True)
        except BaseException as problem:
            self._keep(problem)
            raise
        return reason

    def done(self, reason: str) -> Done[S]:
        """Return the end."""
        state, flights = self._whole
        if state is None:
            raise ModelError("a campaign that ended before its first block")
        return Done(state=state, flights=flights, stopped_because=reason, resumed_from=self._resumed_from)

    def _all(self, hands: _Hands[S], span_blocks: int) -> str:
        """Keep all hands busy, and add up in order what they bring; there is never more than a window of it."""
        spans = self._spans(span_blocks)
        under_way: deque[tuple[int, int, Any]] = deque()
        while True:
            while len(under_way) < hands.window() and (span := next(spans, None)) is not None:
                under_way.append((*span, hands.begin(*span)))
            if hands.ready(under_way[0][2], _TICK_S):
                first, flights, future = under_way.popleft()
                reason = self._add(first, flights, hands.take(future))
                if reason is not None:
                    return reason
            self._look_at_the_clock()

    def _spans(self, span_blocks: int) -> Iterator[tuple[int, int]]:
        """Yield (first flight, flights) of every call that is left to make."""
        for first in range(self._kept[1], self._wanted, span_blocks * BLOCK_FLIGHTS):
            yield first, min(span_blocks * BLOCK_FLIGHTS, self._wanted - first)

    def _add(self, first: int, flights: int, states: Sequence[S]) -> str | None:
        """Add the blocks of one span; return a reason to stop."""
        blocks = list(blocks_of(first, flights))
        if len(states) != len(blocks):
            raise ModelError(f"{len(states)} states for {len(blocks)} blocks from flight {first}: one each is needed")
        for (start, size), block in zip(blocks, states, strict=True):
            before = self._whole[0]
            self._whole = (block if before is None else self._work.merged(before, block), start + size)
            if size == BLOCK_FLIGHTS:
                self._kept = self._whole
            reason = self._reason()
            if reason is not None:
                return reason
            self._look_at_the_clock()
        return None

    def _reason(self) -> str | None:
        """Return why to stop here, if so."""
        state, flights = self._whole
        reason = self._stop(state, flights) if self._stop is not None and state is not None else None
        return reason or (COUNT_REACHED if flights == self._wanted else None)

    def _look_at_the_clock(self) -> None:
        """Report and save when it is time."""
        self._tell()
        standing = self._store.standing
        saved = 0 if standing is None else standing.flights_done
        if self._kept[1] > saved and time.monotonic() - self._saved_s >= self._every_s:
            self._store.save(*self._kept, self._wanted)
            self._saved_s = time.monotonic()

    def _tell(self, *, last: bool = False) -> None:
        """Report progress, not too often."""
        now_s = time.monotonic()
        if self._progress is not None and (last or now_s - self._told_s >= _TICK_S):
            self._told_s = now_s
            self._progress(self._whole[1], self._wanted, self._whole[0])

    def _keep(self, problem: BaseException) -> None:
        """Save what is done before leaving, and note it on the problem."""
        if not isinstance(problem, UnwrittenError):
            self._store.save(*self._kept, self._wanted)
            kept = f"{self._kept[1]:,} flights are" if self._kept[1] else "no flight is"
            problem.add_note(f"{kept} kept in {self._store.folder}; go on with --resume.")
