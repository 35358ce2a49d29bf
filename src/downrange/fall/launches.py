"""The flights of an ensemble as work for a campaign: one exact tally a block."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np

import downrange
from downrange.fall._io_tally import load_tally, save_tally
from downrange.fall.campaign_work import blocks_of
from downrange.fall.ensemble import Landings, Launch, land
from downrange.fall.grid import Grid
from downrange.fall.tally import Tally, merged, tally_of
from downrange.flight import Device

CHUNK = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Launches:
    """Work for `downrange.fall.campaign`: flights of one launch, counted on a grid.

    chunk: how many flights are in memory at once; any number gives the same tallies
    """

    launch: Launch
    grid: Grid
    chunk: int = CHUNK
    device: Device = Device.ALONE

    def fingerprint(self) -> str:
        """Return a hash of everything that decides the result, this program's version among it."""
        digest = hashlib.sha256(downrange.__version__.encode())
        for part in _canonical((self.launch, self.grid, self._processor)):
            digest.update(part)
        return digest.hexdigest()

    def summary(self) -> Mapping[str, str]:
        """Return the same in words."""
        launch = self.launch
        return {
            "vehicle": launch.vehicle.name,
            "site": launch.site.name,
            "plan": hashlib.sha256(b"".join(_canonical(launch.plan))).hexdigest()[:12],
            "seed": str(launch.seed),
            "failures": f"{launch.failures.name}, p {launch.failures.p.value:g}",
            "debris": launch.debris.name,
            "spread": launch.spread.name,
            "wind": "still air" if launch.wind is None else launch.wind.name,
            "air": "US 1976" if launch.air is None else "another table",
            "without": ", ".join(launch.without) or "nothing",
            "cells": f"{self.grid.lat_rows} x {self.grid.lon_columns}",
            "processor": self._processor,
            "version": downrange.__version__,
        }

    @property
    def _processor(self) -> str:
        """What computes: the two differ in the last bits."""
        return "cuda" if self.device is Device.CUDA else "cpu"

    def run(self, first_flight: int, flights: int) -> Sequence[Tally]:
        """Fly so many flights and return the tally of each block."""
        blocks = list(blocks_of(first_flight, flights))
        parts: list[list[Tally]] = [[] for _ in blocks]
        size = blocks[0][1]
        for first in range(first_flight, first_flight + flights, self.chunk):
            count = min(self.chunk, first_flight + flights - first)
            landings = land(self.launch, first, count, device=self.device)
            for b in range((first - first_flight) // size, (first + count - 1 - first_flight) // size + 1):
                start, length = blocks[b]
                parts[b].append(self._counted(landings, start - first, start + length - first))
        return [self._sum(tallies) for tallies in parts]

    def _counted(self, landings: Landings, low: int, high: int) -> Tally:
        """Return the tally of flights low to high of a chunk."""
        mine = (landings.flight >= low) & (landings.flight < high)
        modes = self.launch.failures.names
        went = landings.mode[max(low, 0) : high]
        return tally_of(
            self.grid,
            modes,
            self.launch.bodies,
            np.bincount(went, minlength=len(modes)),
            mode=landings.mode[landings.flight[mine]],
            body=landings.body[mine],
            lat_deg=landings.lat_deg[mine],
            lon_deg=landings.lon_deg[mine],
            t_s=landings.t_s[mine],
            speed_mps=landings.speed_mps[mine],
            harmful=landings.harmful[mine],
        )

    def _sum(self, tallies: list[Tally]) -> Tally:
        """Return the sum of the parts of a block, which is exact in any order."""
        total = tallies[0]
        for tally in tallies[1:]:
            total = merged(total, tally)
        return total

    def merged(self, state: Tally, block: Tally) -> Tally:
        """Return the tally with one more block."""
        return merged(state, block)

    def save(self, state: Tally, path: Path) -> None:
        """Write a tally."""
        save_tally(path, state)

    def load(self, path: Path) -> Tally:
        """Read a tally."""
        return load_tally(path)


def _canonical(value: Any) -> Iterator[bytes]:  # noqa: ANN401 - any record
    """Yield a value as bytes that are the same on every machine, names of fields among them."""
    if is_dataclass(value):
        yield type(value).__name__.encode()
        for field in fields(value):
            yield field.name.encode()
            yield from _canonical(getattr(value, field.name))
    elif isinstance(value, np.ndarray):
        yield repr(value.shape).encode() + np.ascontiguousarray(value, dtype="<f8").tobytes()
    elif isinstance(value, (tuple, list)):
        yield b"("
        for item in value:
            yield from _canonical(item)
        yield b")"
    else:
        yield repr(value.value if isinstance(value, Enum) else value).encode()
