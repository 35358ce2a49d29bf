"""What may go wrong: a catalogue of failures read from a file, and which of them meets each flight of a crowd."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, InputError, Kind, Sourced, read_toml, toml_names, toml_text, uniforms
from downrange.flight.crowd import KINDS, Crowd, Troubles, stages_that_can
from downrange.flight.model import SIZES, FailureKind
from downrange.flight.record import FailureProbability
from downrange.flight.vehicle_form import Figure

PLANNED = "as planned"
_GOLDEN = 0.6180339887498949  # steps of it, cut to their fractions, visit every share of an interval evenly
_STREAM = 6 << 32
_SHIPPED = resources.files("downrange.flight") / "data" / "failures"
_FORM = "compare with the shipped failures, assumed.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureMode:
    """One way to fail: what, in which stage (1 is the lowest), how large, and its share of all failures.

    size: lowest and highest, as SIZES says of the kind; leaves_pieces: whether it breaks up when powered flight ends
    """

    name: str
    kind: FailureKind
    stage: int
    share: float
    size: tuple[float, float]
    leaves_pieces: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """A catalogue for one vehicle; shares sum to 1. p: probability that a flight fails at all."""

    name: str
    p: Sourced
    modes: tuple[FailureMode, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all modes; the first is a flight as planned."""
        return (PLANNED, *(mode.name for mode in self.modes))

    @property
    def probabilities(self) -> tuple[float, ...]:
        """How likely each of `names` is."""
        return (1.0 - self.p.value, *(self.p.value * mode.share for mode in self.modes))

    @property
    def flights_for_all(self) -> int:
        """Flights after which each mode of any share was flown: n steps of the golden section leave no gap of 2 / n."""
        return math.ceil(2.0 * 2.0 / min(mode.share for mode in self.modes if mode.share > 0.0))


class _Mode(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    kind: FailureKind
    stages: list[int]
    share: Figure
    leaves: str
    size_low: Figure | None = None
    size_high: Figure | None = None


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    name: str
    title: str
    probability: Figure
    modes: list[_Mode]


def failure_names() -> tuple[str, ...]:
    """Return the names of the catalogues that come with the package."""
    return toml_names(_SHIPPED)


def load_failures(name_or_path: str | Path, stages: int) -> Failures:
    """Return a catalogue for a vehicle of so many stages.

    The share of an entry is divided evenly between its stages; what the vehicle cannot suffer is left out, and the rest
    shares its part. InputError names file, key and cure.

    >>> two = load_failures("assumed", 2)
    >>> round(sum(mode.share for mode in two.modes), 12), two.p.kind.value
    (1.0, 'assumed')
    """
    where, text = toml_text(name_or_path, folder=_SHIPPED, what="failures")
    file = read_toml(where, text, _File, missing=_FORM, wrong=_FORM)
    if not 0.0 <= file.probability.value <= 1.0:
        cure = "give a probability from 0 to 1"
        raise InputError(where=where, key="probability.value", seen=f"{file.probability.value:g}", cure=cure)
    modes = [m for i, entry in enumerate(file.modes) for m in _modes(where, f"modes[{i}]", entry, stages)]
    _refuse_twice(where, file.modes, stages)
    total = sum(mode.share for mode in modes)
    if not total > 0.0:
        seen = f"nothing that can go wrong with {stages} stage{'s' if stages > 1 else ''}"
        raise InputError(where=where, key="modes", seen=seen, cure="give at least one [[modes]] with a share above 0")
    p = Sourced(
        value=file.probability.value,
        unit="1",
        sigma=file.probability.sigma,
        kind=file.probability.kind,
        source=file.probability.source,
    )
    return Failures(name=file.name, p=p, modes=tuple(replace(mode, share=mode.share / total) for mode in modes))


def of_record(failures: Failures, record: FailureProbability) -> Failures:
    """Return the catalogue with the probability that a flight record gives."""
    p = Sourced(value=record.p, unit="1", sigma=None, kind=Kind.DERIVED, source=record.source)
    return replace(failures, p=p)


def draw_troubles(failures: Failures, crowd: Crowd, seed: int, *, first: int = 0) -> tuple[NDArray[np.int64], Troubles]:
    """Return the mode of each flight (index into `failures.names`) and what goes wrong with it.

    Flight i of a seed always meets the same. Every other flight fails, whatever the probability of it, because both
    sides want samples: weigh by `probabilities`. The modes take turns by their shares, so that a few hundred flights
    have met them all; moment, size and side are drawn.
    """
    n = len(crowd)
    number = first + np.arange(n)
    draw = uniforms(seed ^ _STREAM, n, 3, first=first)
    edges = np.cumsum([mode.share for mode in failures.modes])
    turn = (number // 2 * _GOLDEN) % 1.0
    which = np.minimum(np.searchsorted(edges, turn * edges[-1], side="right"), len(edges) - 1)
    fails = number % 2 == 1

    def column(values: list[float]) -> Array:
        picked: Array = np.array(values)[which]
        return picked

    stage = np.array([mode.stage - 1 for mode in failures.modes], dtype=np.int64)[which]
    kind = np.array([KINDS.index(mode.kind) for mode in failures.modes], dtype=np.int64)[which]
    has_moment = np.array([mode.kind.has_moment for mode in failures.modes])[which]
    low, high = column([mode.size[0] for mode in failures.modes]), column([mode.size[1] for mode in failures.modes])
    burn_s = crowd.burn_s[np.arange(n), stage]
    return np.where(fails, which + 1, 0), Troubles(
        kind=np.where(fails, kind, -1),
        stage=stage,
        after_s=np.where(has_moment, draw[:, 0] * burn_s, 0.0),
        size=low + draw[:, 1] * (high - low),
        clock_rad=2.0 * np.pi * draw[:, 2],
    )


def _modes(where: str, key: str, entry: _Mode, stages: int) -> list[FailureMode]:
    """Return the modes of one entry, one a stage that can suffer it."""
    if entry.leaves not in ("stack", "pieces"):
        raise InputError(where=where, key=f"{key}.leaves", seen=repr(entry.leaves), cure="write stack or pieces")
    if not entry.share.value >= 0.0:
        raise InputError(where=where, key=f"{key}.share", seen=f"{entry.share.value:g}", cure="give 0 or more")
    if not entry.stages or min(entry.stages) < 1:
        cure = "name stages from 1, the lowest"
        raise InputError(where=where, key=f"{key}.stages", seen=f"{entry.stages}", cure=cure)
    low, high = stages_that_can(entry.kind, stages)
    can = [s for s in dict.fromkeys(entry.stages) if low <= s <= high and not _never_leaves(entry.kind, s)]
    return [
        FailureMode(
            name=f"stage {s} {entry.kind.value}",
            kind=entry.kind,
            stage=s,
            share=entry.share.value / len(can),
            size=_size(where, key, entry),
            leaves_pieces=entry.leaves == "pieces",
        )
        for s in can
    ]


def _refuse_twice(where: str, entries: list[_Mode], stages: int) -> None:
    """Refuse a catalogue in which one thing goes wrong with one stage in two entries: results are told by their names."""
    seen: set[str] = set()
    for i, entry in enumerate(entries):
        names = [mode.name for mode in _modes(where, f"modes[{i}]", entry, stages)]
        twice = [name for name in names if name in seen]
        if twice:
            cure = "give each stage and kind once, with the sum of the shares"
            raise InputError(where=where, key=f"modes[{i}]", seen=f"{twice[0]} stands twice", cure=cure)
        seen.update(names)


def _never_leaves(kind: FailureKind, stage: int) -> bool:
    """Return whether nothing would leave the pad."""
    return kind is FailureKind.NO_IGNITION and stage == 1


def _size(where: str, key: str, entry: _Mode) -> tuple[float, float]:
    """Return the range of sizes of an entry, or refuse it."""
    given = [figure.value for figure in (entry.size_low, entry.size_high) if figure is not None]
    if entry.kind not in SIZES:
        if given:
            raise InputError(where=where, key=f"{key}.size_low", seen=f"{given[0]:g}", cure="this kind has no size")
        return 0.0, 0.0
    meaning, (low, high), usual = SIZES[entry.kind]
    low_size, high_size = given if len(given) == 2 else (usual, usual)
    if len(given) == 1 or not low <= low_size <= high_size <= high:
        cure = f"give size_low and size_high, {meaning}, {low:g} to {high:g}"
        raise InputError(where=where, key=f"{key}.size_low", seen=f"{given}", cure=cure)
    return low_size, high_size
