"""Who works a search off: this process, more of them, or the workers of a Dask cluster. All give the same bits."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TYPE_CHECKING, Protocol, cast

from downrange.base import Array, InputError
from downrange.coverage.search_score import Bench, Question

if TYPE_CHECKING:
    from downrange.fall import Work

BLOCK_ROWS = 16
"""Layouts in one piece of work: what a kill may lose, times the hands."""

_AHEAD = 3  # blocks under way for each worker: one runs, one waits, one is on its way back
_TICK_S = 0.25


class Hands(Protocol):
    """Whoever works blocks of rows off, and brings their values in the same order."""

    def values(self, blocks: Sequence[Array]) -> Iterator[Array]:
        """Yield the values of each block of rows, in order."""
        ...


@contextmanager
def hands(question: Question, workers: int, cluster: str | None) -> Iterator[Hands]:
    """Return who does the work, until the end of the context; processes are stopped there."""
    if cluster is not None:
        yield _Elsewhere(question, cluster)
    elif workers == 1:
        yield _Here(question)
    else:
        context = get_context("spawn")  # a fork would carry over the threads of the kernels
        pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(question,))
        try:
            yield _Processes(pool, workers)
        finally:  # whoever breaks off does not wait for the rest
            pool.shutdown(cancel_futures=True)


class _Here:
    """The process that asks."""

    __slots__ = ("_bench",)

    def __init__(self, question: Question) -> None:
        self._bench = Bench(question)

    def values(self, blocks: Sequence[Array]) -> Iterator[Array]:
        """Yield the values of each block, in order."""
        return (self._bench.run(rows) for rows in blocks)


class _Processes:
    """Processes on this machine: SGP4 keeps the lock of the interpreter, so that threads would wait for each other."""

    __slots__ = ("_pool", "_workers")

    def __init__(self, pool: ProcessPoolExecutor, workers: int) -> None:
        self._pool = pool
        self._workers = workers

    def values(self, blocks: Sequence[Array]) -> Iterator[Array]:
        """Yield the values of each block, in order; a few are under way at any time."""
        waiting = iter(blocks)
        try:
            under_way = deque(self._pool.submit(_run, rows) for rows in islice(waiting, _AHEAD * self._workers))
            while under_way:
                done = under_way.popleft().result()
                under_way.extend(self._pool.submit(_run, rows) for rows in islice(waiting, 1))
                yield done
        except BrokenProcessPool:
            raise InputError(
                where="search",
                key="workers",
                seen="a process at work ended, or could not begin",
                cure="see whether memory ran out; in a script, keep the call under `if __name__ == '__main__'`; or take "
                "one worker",
            ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Work for a cluster: the blocks of one stage."""

    question: Question
    blocks: tuple[Array, ...]

    def fingerprint(self) -> str:
        """Return a hash of what decides the result."""
        return self.question.fingerprint()

    def run(self, first: int, count: int) -> list[Array]:
        """Return the values of so many blocks."""
        bench = Bench(self.question)
        return [bench.run(rows) for rows in self.blocks[first : first + count]]


class _Elsewhere:
    """The workers of a Dask cluster. One that dies loses nothing: its blocks are run again by another."""

    __slots__ = ("_address", "_question")

    def __init__(self, question: Question, address: str) -> None:
        self._question = question
        self._address = address

    def values(self, blocks: Sequence[Array]) -> Iterator[Array]:
        """Yield the values of each block, in order."""
        if not blocks:
            return
        from downrange.fall import Cluster  # a search here must not wait for it to load

        rows = _Rows(question=self._question, blocks=tuple(blocks))
        work = cast("Work[Array]", rows)  # a cluster asks for its fingerprint and runs it, nothing else
        with Cluster(work, self._address) as cluster:
            under_way = deque(cluster.begin(k, 1) for k in range(min(cluster.window(), len(blocks))))
            begun = len(under_way)
            while under_way:
                if not cluster.ready(under_way[0], _TICK_S):
                    continue
                (done,) = cluster.take(under_way.popleft())
                if begun < len(blocks):
                    under_way.append(cluster.begin(begun, 1))
                    begun += 1
                yield done


_bench: list[Bench] = []


def _begin(question: Question) -> None:
    """Begin a worker, which ends with the process that asked for it, however that ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a person's interrupt is the parent's to answer
    Thread(target=_end_with_parent, daemon=True).start()
    _bench[:] = [Bench(question)]


def _end_with_parent() -> None:
    """Wait for the end of the process that asked, and end too."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _run(rows: Array) -> Array:
    """Return the values of rows, in a worker."""
    return _bench[0].run(rows)
