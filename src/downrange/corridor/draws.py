"""The draws of an inference as work for a campaign.

A campaign counts in blocks of 1,000; here that is 1,000 tenths of a draw. So a block is 100 draws, about 8,500 flights:
fewer, and the last draws of a block, which are solved one flight at a time, would cost more than all others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

import downrange
from downrange.base import Array, normals
from downrange.corridor.fit import bounds, residuals
from downrange.corridor.fit_model import Record
from downrange.corridor.rto import Tangent, draw
from downrange.fall import blocks_of
from downrange.flight import Device

TENTHS: Final = 10
DRAW_FLIGHTS: Final = 85  # that a draw takes, about


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Weighted draws.

    u:          (N, n) in prior sigmas from the prior means
    log_weight: (N,), -inf where the equations were not solved
    outside:    how many were solved outside the bounds of the parameters; their weight is 0 too
    flights:    how many were flown for them
    """

    u: Array
    log_weight: Array
    outside: int
    flights: int


@dataclass(frozen=True, kw_only=True)
class Inferring:
    """Work for `downrange.fall.campaign`: draws from what a record makes of its prior, around one mode."""

    record: Record
    line: Tangent
    seed: int

    def values(self, u: Array) -> Array:
        """Return all residuals in sigmas, those of the prior last, (N, m)."""
        return values_of(self.record, u, device=Device.ALONE)

    @cached_property
    def _limits(self) -> tuple[Array, Array]:
        return bounds(self.record)

    def fingerprint(self) -> str:
        """Return a hash of everything that decides the draws."""
        digest = hashlib.sha256(downrange.__version__.encode())
        record = self.record
        plain = (record.name, record.names, record.fixed, record.drag, record.facts, record.soft, record.site.name)
        digest.update(msgspec.json.encode(plain))
        for numbers in (record.mean, record.sigma, record.ln_factor, self.line.mode, self.line.r):
            digest.update(np.ascontiguousarray(numbers).tobytes())
        digest.update(f"{self.seed} {record.site.lat_deg!r} {record.site.lon_deg!r} {record.site.alt_m!r}".encode())
        return digest.hexdigest()

    def summary(self) -> Mapping[str, str]:
        """Return the same in words."""
        return {
            "outline": self.record.name,
            "site": self.record.site.name,
            "facts": "; ".join(fact.name for fact in self.record.facts),
            "seed": str(self.seed),
            "version": downrange.__version__,
        }

    def run(self, first_flight: int, flights: int) -> Sequence[Sample]:
        """Return the draws of each block."""
        return [self._block(first, size) for first, size in blocks_of(first_flight, flights)]

    def _block(self, first_tenth: int, tenths: int) -> Sample:
        first, count = first_tenth // TENTHS, max(1, tenths // TENTHS)
        drawn = draw(self.values, self.line, normals(self.seed, count, len(self.record.names), first=first))
        low, high = self._limits
        inside = ((drawn.u >= low) & (drawn.u <= high)).all(axis=1)
        return Sample(
            u=drawn.u,
            log_weight=np.where(inside, drawn.log_weight, -np.inf),
            outside=int((drawn.solved & ~inside).sum()),
            flights=drawn.calls,
        )

    def merged(self, state: Sample, block: Sample) -> Sample:
        """Return the draws with those of one more block."""
        return Sample(
            u=np.concatenate([state.u, block.u]),
            log_weight=np.concatenate([state.log_weight, block.log_weight]),
            outside=state.outside + block.outside,
            flights=state.flights + block.flights,
        )

    def save(self, state: Sample, path: Path) -> None:
        """Write draws to a file."""
        np.savez(path, u=state.u, log_weight=state.log_weight, counts=np.array([state.outside, state.flights]))

    def load(self, path: Path) -> Sample:
        """Return what was saved."""
        with np.load(path) as kept:
            outside, flights = (int(count) for count in kept["counts"])
            return Sample(u=kept["u"], log_weight=kept["log_weight"], outside=outside, flights=flights)


def tenths_for(flights: int) -> int:
    """Return the count that a campaign needs for about so many flights."""
    return TENTHS * max(1, round(flights / DRAW_FLIGHTS))


def values_of(record: Record, u: Array, *, device: Device = Device.THREADS) -> Array:
    """Return facts, soft rules and priors in sigmas, (N, m), of rows u (N, n) in prior sigmas."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # vehicles far out may fly nowhere
        return np.concatenate([residuals(record, record.x_of(u), device=device), u], axis=1)
