"""What a count means: how likely each way a flight goes, how many pieces each simulated body stands for, how large they are."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from downrange.base import Array, InputError, ModelError
from downrange.fall.grid import Cells, Grid
from downrange.fall.tally import Tally

_SUM_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """One way a flight can go.

    p: its probability; planned: whether it is the flight as planned, whose impacts are meant to happen
    """

    name: str
    p: float
    planned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """One kind of falling body.

    pieces: how many real pieces one simulated row stands for; area_m2: largest projected area of one piece
    """

    name: str
    pieces: float
    area_m2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ensemble:
    """What a tally was made from: modes and bodies in the order of its names, and where its numbers come from."""

    modes: tuple[Mode, ...]
    bodies: tuple[Body, ...]
    grid: Grid
    flights: int
    seed: int
    source: str

    def __post_init__(self) -> None:
        """Refuse probabilities that are none and bodies that cannot be."""
        if not self.modes or not self.bodies:
            raise ModelError("an ensemble without modes or without bodies: give at least one of each")
        for mode in self.modes:
            if not 0.0 <= mode.p <= 1.0:
                raise ModelError(f"mode {mode.name!r}: a probability of {mode.p:g}: give 0 to 1")
        total = math.fsum(mode.p for mode in self.modes)
        if abs(total - 1.0) > _SUM_TOLERANCE:
            raise ModelError(
                f"the probabilities of the modes sum to {total:.9g}, not to 1. Is the planned flight left out?"
            )
        for body in self.bodies:
            if not (0.0 <= body.pieces < math.inf and 0.0 <= body.area_m2 < math.inf):
                raise ModelError(f"body {body.name!r}: {body.pieces:g} pieces of {body.area_m2:g} m2: give 0 or more")

    @property
    def pieces(self) -> Array:
        """Pieces that one row of each body stands for, (B,)."""
        return np.array([body.pieces for body in self.bodies])

    @property
    def area_m2(self) -> Array:
        """Largest projected area of a piece of each body, (B,)."""
        return np.array([body.area_m2 for body in self.bodies])


def with_p_failure(ensemble: Ensemble, p: float) -> Ensemble:
    """Return the ensemble with another probability of failure; planned modes share the rest, all in their old proportions."""
    if not 0.0 <= p <= 1.0:
        raise ModelError(f"a probability of failure of {p:g}: give 0 to 1")
    before = {kind: math.fsum(mode.p for mode in ensemble.modes if mode.planned is kind) for kind in (True, False)}
    after = {True: 1.0 - p, False: p}
    for kind, name in ((True, "planned"), (False, "failing")):
        if after[kind] > 0.0 and before[kind] == 0.0:
            raise ModelError(
                f"no {name} mode has a probability to scale to {after[kind]:g}. Does ensemble.json mark one?"
            )
    modes = tuple(
        replace(mode, p=mode.p * after[mode.planned] / (before[mode.planned] or 1.0)) for mode in ensemble.modes
    )
    return replace(ensemble, modes=modes, source=f"{ensemble.source}; weighed anew, with p = {p:.3g}")


def refuse_strangers(tally: Tally, ensemble: Ensemble) -> None:
    """Refuse a tally that another ensemble made, or one in which a mode of some probability was never flown."""
    names = tuple(mode.name for mode in ensemble.modes), tuple(body.name for body in ensemble.bodies)
    if (tally.modes, tally.bodies) != names or tally.grid != ensemble.grid:
        raise ModelError(
            f"a tally of modes {', '.join(tally.modes)} and bodies {', '.join(tally.bodies)}, and an ensemble of "
            f"{', '.join(names[0])} and {', '.join(names[1])}, or their grids, do not belong together"
        )
    for mode, flights in zip(ensemble.modes, tally.flights, strict=True):
        if mode.p > 0.0 and not flights:
            raise ModelError(
                f"mode {mode.name!r} has probability {mode.p:g} but no flight went that way. Fly more of them."
            )


def expected_pieces(
    tally: Tally, ensemble: Ensemble, *, body: str | None = None, mode: str | None = None, harmful: bool = False
) -> tuple[Cells, Array]:
    """Return (cells ascending, pieces expected in each): of one body or all, given one mode or over all by their probability.

    harmful: only those that strike with HARMFUL_J or more
    """
    refuse_strangers(tally, ensemble)
    parts = [
        (cells, (1.0 if mode else one.p) * ensemble.bodies[b].pieces * (hard if harmful else counts) / tally.flights[m])
        for m, one in enumerate(ensemble.modes)
        if mode in (None, one.name) and tally.flights[m]
        for b, name in enumerate(tally.bodies)
        if body in (None, name)
        for cells, counts, hard in [tally.of(m, b)]
    ]
    return summed([part for part in parts if len(part[0])])


def summed(parts: list[tuple[Cells, Array]]) -> tuple[Cells, Array]:
    """Return values on cells added up: (cells ascending, sums)."""
    if not parts:
        return np.empty(0, np.int64), np.empty(0)
    cells, at = np.unique(np.concatenate([part[0] for part in parts]), return_inverse=True)
    sums = np.bincount(at, weights=np.concatenate([part[1] for part in parts]), minlength=len(cells))
    return cells, np.asarray(sums, dtype=float)


# ------------------------------------------------------------------------------------------ ensemble.json


class _Mode(msgspec.Struct, frozen=True):
    name: str
    p: float
    planned: bool = False


class _Body(msgspec.Struct, frozen=True):
    name: str
    pieces: float
    area_m2: float


class _Grid(msgspec.Struct, frozen=True):
    lat_rows: int
    lon_columns: int


class _File(msgspec.Struct, frozen=True):
    modes: list[_Mode]
    bodies: list[_Body]
    grid: _Grid
    flights: int
    seed: int
    source: str


def read_ensemble(where: str, text: str) -> Ensemble:
    """Read ensemble.json; keys that it does not need are left for others."""
    try:
        file = msgspec.json.decode(text, type=_File)
        return Ensemble(
            modes=tuple(Mode(name=m.name, p=m.p, planned=m.planned) for m in file.modes),
            bodies=tuple(Body(name=b.name, pieces=b.pieces, area_m2=b.area_m2) for b in file.bodies),
            grid=Grid(lat_rows=file.grid.lat_rows, lon_columns=file.grid.lon_columns),
            flights=file.flights,
            seed=file.seed,
            source=file.source,
        )
    except (msgspec.MsgspecError, ModelError) as problem:
        seen, _, key = str(problem).replace("`", "").partition(" - at $")
        absent = re.fullmatch(r"Object missing required field (\w+)", seen)
        key = f"{key}.{absent.group(1)}" if absent else key
        seen = "missing" if absent else seen.rstrip(".")
        raise InputError(
            where=where, key=key.lstrip("."), seen=seen, cure="correct it, or run the ensemble again"
        ) from None


def ensemble_text(ensemble: Ensemble) -> str:
    """Return an ensemble as the text of ensemble.json."""
    document = {
        "modes": [{"name": m.name, "p": m.p, "planned": m.planned} for m in ensemble.modes],
        "bodies": [{"name": b.name, "pieces": b.pieces, "area_m2": b.area_m2} for b in ensemble.bodies],
        "grid": {"lat_rows": ensemble.grid.lat_rows, "lon_columns": ensemble.grid.lon_columns},
        "flights": ensemble.flights,
        "seed": ensemble.seed,
        "source": ensemble.source,
    }
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
