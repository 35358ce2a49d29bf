"""What a campaign asks of the work it runs: blocks, and states that add up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

S = TypeVar("S")

BLOCK_FLIGHTS = 1_000
"""A block is the unit of work, of adding up, of a checkpoint and of a cluster's task."""


class Work(Protocol[S]):
    """Something to do a million times, in blocks. S is what is known after some flights; a block's result is one too.

    It is used by several threads at once, or pickled and used by other processes.
    """

    def fingerprint(self) -> str:
        """Return a hash of everything that decides the result; how many flights and when to stop do not belong to it."""
        ...

    def summary(self) -> Mapping[str, str]:
        """Return the same in words, name by name, so that a person can be told what differs."""
        ...

    def run(self, first_flight: int, flights: int) -> Sequence[S]:
        """Do so many flights from a first one, a multiple of 1,000, and return one state for each of `blocks_of` them."""
        ...

    def merged(self, state: S, block: S) -> S:
        """Return the state with one more block; both arguments stay as they are."""
        ...

    def save(self, state: S, path: Path) -> None:
        """Write a state to exactly this path (it ends in .npz), or raise OSError or InputError."""
        ...

    def load(self, path: Path) -> S:
        """Return what was saved, to the last bit."""
        ...


def blocks_of(first_flight: int, flights: int) -> Iterator[tuple[int, int]]:
    """Yield (first flight, flights) of each block; only the last may be shorter.

    >>> list(blocks_of(3000, 2500))
    [(3000, 1000), (4000, 1000), (5000, 500)]
    """
    end = first_flight + flights
    while first_flight < end:
        yield first_flight, min(BLOCK_FLIGHTS, end - first_flight)
        first_flight += BLOCK_FLIGHTS
