"""Blocks of a campaign on a Dask cluster. A worker that dies loses nothing: its blocks are run again elsewhere."""

from __future__ import annotations

import asyncio
import logging
import pickle
import time
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future, wait
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Any, Generic, Self, cast

from downrange.base import InputError
from downrange.fall.campaign_work import S, Work

CONNECT_S = 5.0
PATIENCE_S = 60.0
"""How long a campaign waits for a worker where none is left."""

_LOOK_S = 1.0
_CALL_OFF_S = 2.0
_LOUD = ("distributed.client", "distributed.batched")  # they print traces of what is said here in a sentence
_AHEAD = 3  # spans under way for each thread of a worker: one runs, one waits there, one is on its way back
_WHERE = "--cluster"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An InputError on its way back from a worker: the exception itself cannot be pickled."""

    where: str
    key: str
    seen: str
    cure: str


class Cluster(Generic[S]):
    """Hands that are the workers of a Dask cluster."""

    def __init__(self, work: Work[S], address: str, *, patience_s: float = PATIENCE_S) -> None:
        self._work = work
        self._address = address
        self._patience_s = patience_s
        self._threads = 0
        self._under_way: dict[Future[Any], Any] = {}
        self._levels: dict[str, int] = {}
        self._looked_s = self._seen_s = 0.0

    def __enter__(self) -> Self:
        """Connect, find workers, and hand the work over once."""
        self._client = _connect(self._address)
        self._levels = {name: logging.getLogger(name).level for name in _LOUD}
        for name in _LOUD:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            self._await_a_worker()
            self._fingerprint = self._work.fingerprint()
            self._payload = self._sent()
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Call off what is still under way there."""
        self._leave()

    def _leave(self) -> None:
        """Call spans off, so that nobody waits for them, and close."""
        under_way = dict(self._under_way)
        try:
            with suppress(OSError, CancelledError, TimeoutError):  # a scheduler that goes away just now
                if under_way and self._client.status == "running":
                    self._client.cancel(list(under_way.values()), force=True)
                wait(under_way, _CALL_OFF_S)
                self._client.close()
        finally:
            for name, level in self._levels.items():
                logging.getLogger(name).setLevel(level)

    def window(self) -> int:
        """Return how many spans may be under way."""
        return max(_AHEAD * self._threads, _AHEAD)

    def begin(self, first_flight: int, flights: int) -> Future[Any]:
        """Hand one span to whoever is free; what it brings is fetched as soon as it is there."""
        span = self._client.submit(_span, self._payload, self._fingerprint, first_flight, flights, pure=False)
        fetched = asyncio.run_coroutine_threadsafe(
            self._client.gather(span, asynchronous=True), self._client.loop.asyncio_loop
        )
        self._under_way[fetched] = span
        fetched.add_done_callback(lambda done: self._under_way.pop(done, None))
        return fetched

    def ready(self, span: Future[Any], timeout_s: float) -> bool:
        """Wait for a span no longer than so; refuse to wait for ever where no worker is left."""
        if self._client.status != "running":  # should it come back, it would know nothing of this campaign
            raise self._lost()
        if time.monotonic() - self._looked_s > _LOOK_S:
            self._look()
            if time.monotonic() - self._seen_s > self._patience_s:
                raise self._nobody(f"has had no worker for {self._patience_s:g} s")
        return bool(wait([span], timeout_s).done)

    def take(self, span: Future[Any]) -> Sequence[S]:
        """Return the states of a span that is ready."""
        from distributed import KilledWorker
        from distributed.comm import CommClosedError

        try:
            states = span.result()
        except KilledWorker as problem:
            raise InputError(
                where=_WHERE,
                key=self._address,
                seen=f"every worker that took the same flights died ({problem.allowed_failures + 1} in all)",
                cure="read their logs (another installation and too little memory are usual), then go on with --resume",
            ) from None
        except (CancelledError, CommClosedError):
            raise self._lost() from None
        except ImportError as problem:
            raise InputError(
                where=_WHERE,
                key=self._address,
                seen=f"a worker cannot load the work ({problem})",
                cure="install the same downrange for the workers as here",
            ) from None
        if isinstance(states, Refused):
            raise InputError(where=states.where, key=states.key, seen=states.seen, cure=states.cure)
        return cast("Sequence[S]", states)

    def _await_a_worker(self) -> None:
        """Wait a moment for the first worker."""
        self._seen_s = time.monotonic()
        self._look()
        while not self._threads:
            if time.monotonic() - self._seen_s > CONNECT_S:
                raise self._nobody("has no worker")
            time.sleep(0.1)
            self._look()

    def _sent(self) -> Any:  # noqa: ANN401 - distributed.Future
        """Send the work once: as the result of a task, which is made again where the worker that held it died.

        Scattered data is not: it dies with the last worker that holds it.
        """
        import cloudpickle
        import dask

        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"}):
            return self._client.submit(bytes, cloudpickle.dumps(self._work), pure=False)

    def _look(self) -> None:
        """Count the threads of all workers."""
        try:
            self._threads = sum(self._client.nthreads().values())
        except (OSError, AttributeError):
            raise self._lost() from None
        self._looked_s = time.monotonic()
        if self._threads:
            self._seen_s = self._looked_s

    def _nobody(self, what: str) -> InputError:
        """Return the error for a scheduler without workers."""
        return InputError(
            where=_WHERE,
            key=self._address,
            seen=f"the scheduler {what}",
            cure=f"start some (dask worker {self._address}), then run it again",
        )

    def _lost(self) -> InputError:
        """Return the error for a scheduler that went away."""
        return InputError(
            where=_WHERE,
            key=self._address,
            seen="the connection to the scheduler was lost",
            cure="see that it runs (dask scheduler), then go on with --resume",
        )


def _connect(address: str) -> Any:  # noqa: ANN401 - distributed.Client
    """Return a client of a cluster, or say in seconds why there is none."""
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise InputError(
            where=_WHERE, seen="Dask is not installed here", cure="install it: pip install 'downrange[cluster]'"
        ) from None
    client: Any = Client.__new__(Client)  # in hand before it connects: one that fails must be closed here and now,
    try:  # because closed by the garbage collector it can block the start of the next one
        client.__init__(address, timeout=CONNECT_S, set_as_default=False)
    except BaseException as problem:
        client.close()
        if not isinstance(problem, OSError | ValueError | TypeError):
            raise
        raise InputError(
            where=_WHERE,
            key=address,
            seen=f"no Dask scheduler answers there ({problem})",
            cure="start one (dask scheduler) and give the address that it prints, as tcp://host:8786",
        ) from None
    return client


def _span(payload: bytes, fingerprint: str, first_flight: int, flights: int) -> Sequence[object] | Refused:
    """Run some blocks, on a worker."""
    try:
        return list(_work(payload, fingerprint).run(first_flight, flights))
    except InputError as problem:
        return Refused(where=problem.where, key=problem.key, seen=problem.seen, cure=problem.cure)


@lru_cache(maxsize=2)
def _work(payload: bytes, fingerprint: str) -> Work[object]:
    """Return the work, unpacked once in a process, or refuse where this process would compute something else."""
    work = cast("Work[object]", pickle.loads(payload))  # noqa: S301 - our own bytes; Dask runs what its clients send
    if work.fingerprint() != fingerprint:
        raise InputError(
            where=_WHERE,
            seen="a worker has another version of downrange or of its data",
            cure="install the same version for the workers as here",
        )
    return work
