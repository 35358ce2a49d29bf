"""What a search may choose, and which layouts it tries: naive ones, spread draws, and ever closer looks at the best.

A layout is one row of numbers, so that thousands are arrays: satellites, planes (0 for free slots), node spacing,
phase, spacing, height, inclination, local time of the node, then a node and an anomaly for each free satellite.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from downrange.base import Array, InputError, normals, uniforms
from downrange.coverage.layouts import (
    Layout,
    MeanOrbit,
    Pattern,
    free,
    laid_out,
    naive_patterns,
    node_at_local_time_deg,
    sun_synchronous_inclination_deg,
)

Span = tuple[float, float]
MOST = 64  # satellites in one layout of a search
SATELLITES, PLANES, NODES, PHASE, SPACING, HEIGHT, TILT, HOUR, FREE = range(9)
_WHERE = "limits"
_ROUNDS = (0.1, 0.03, 0.01, 0.003)  # how far refinement looks round the best, in shares of the limits
_DRAWN = 0.6  # share of the candidates that are spread over the limits, the rest looks closer
_BEST = 8  # how many of the best are looked round, for each number of satellites
_TURNS = frozenset({NODES, PHASE, SPACING})  # angles that close on themselves when the whole turn is allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Between which values a search may choose. A pair is (lowest, highest); None keeps what the reference has.

    satellites, planes: whole numbers; more planes than satellites are never tried
    node_spacing_deg:   between neighbouring planes
    phase_deg:          from the first satellite of a plane to that of the next
    spacing_deg:        between neighbours in a plane
    alt_m:              mean height, see `layouts`
    inclination_deg:    not with sun_synchronous, which takes it from the height
    node_local_h:       mean local time of the first node, only with sun_synchronous
    free_slots:         half of the draws give every satellite a node and an anomaly of its own
    """

    satellites: tuple[int, int] = (1, 6)
    planes: tuple[int, int] = (1, 6)
    node_spacing_deg: Span = (0.0, 180.0)
    phase_deg: Span = (0.0, 360.0)
    spacing_deg: Span = (0.0, 360.0)
    alt_m: Span | None = None
    inclination_deg: Span | None = None
    sun_synchronous: bool = False
    node_local_h: Span | None = None
    free_slots: bool = False

    def __post_init__(self) -> None:
        """Refuse limits between which nothing lies."""
        _whole(self.satellites, "satellites")
        _whole(self.planes, "planes")
        if self.planes[0] > self.satellites[1]:
            seen = f"{self.planes[0]} or more, for {self.satellites[1]} satellites at most"
            raise InputError(where=_WHERE, key="planes", seen=seen, cure="allow as many satellites, or fewer planes")
        for name, lowest, highest in _SPANS:
            _refuse_empty(getattr(self, name), name, lowest, highest)
        if self.sun_synchronous and self.inclination_deg is not None:
            cure = "leave one out: a sun-synchronous inclination follows from the height"
            raise InputError(where=_WHERE, key="inclination_deg", seen="given beside sun_synchronous", cure=cure)
        if self.node_local_h is not None and not self.sun_synchronous:
            cure = "set sun_synchronous, or leave it out: other nodes have no local time that stays"
            raise InputError(where=_WHERE, key="node_local_h", seen="given without sun_synchronous", cure=cure)


_SPANS = (
    ("node_spacing_deg", -360.0, 360.0),
    ("phase_deg", -360.0, 360.0),
    ("spacing_deg", -360.0, 360.0),
    ("alt_m", 0.0, 1e8),
    ("inclination_deg", 0.0, 180.0),
    ("node_local_h", 0.0, 24.0),
)


def _whole(pair: tuple[int, int], key: str) -> None:
    """Refuse a pair of counts that are none."""
    low, high = pair
    if int(low) != low or int(high) != high or not 1 <= low <= high <= MOST:
        cure = f"give whole numbers, (lowest, highest) of 1 to {MOST}"
        raise InputError(where=_WHERE, key=key, seen=f"{low} to {high}", cure=cure)


def _refuse_empty(pair: Span | None, key: str, lowest: float, highest: float) -> None:
    """Refuse a span that is empty or out of the question."""
    if pair is None:
        return
    low, high = pair
    if not (math.isfinite(low) and math.isfinite(high) and lowest <= low <= high <= highest):
        cure = f"give (lowest, highest) between {lowest:g} and {highest:g}"
        raise InputError(where=_WHERE, key=key, seen=f"{low:g} to {high:g}", cure=cure)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The layouts that limits allow round a reference orbit.

    low, high: (width,) the limits, column by column of a row
    """

    limits: Limits
    reference: MeanOrbit
    low: Array
    high: Array

    @property
    def width(self) -> int:
        """Numbers in a row."""
        return int(self.low.size)

    @property
    def counts(self) -> range:
        """The numbers of satellites allowed."""
        return range(self.limits.satellites[0], self.limits.satellites[1] + 1)


def room_of(limits: Limits, reference: MeanOrbit) -> Room:
    """Return the room for layouts, or refuse heights at which none of them could fly."""
    most = limits.satellites[1]
    low, high = np.zeros(FREE + 2 * most), np.zeros(FREE + 2 * most)
    given: dict[int, Span | None] = {
        SATELLITES: limits.satellites,
        PLANES: limits.planes,
        NODES: limits.node_spacing_deg,
        PHASE: limits.phase_deg,
        SPACING: limits.spacing_deg,
        HEIGHT: limits.alt_m or (reference.alt_m, reference.alt_m),
        TILT: limits.inclination_deg or (reference.inclination_deg, reference.inclination_deg),
        HOUR: limits.node_local_h or (math.nan, math.nan),
    }
    for column, span in given.items():
        low[column], high[column] = span or (math.nan, math.nan)
    high[FREE:] = 360.0
    for alt_m in (low[HEIGHT], high[HEIGHT]):
        replace(reference, alt_m=float(alt_m))  # refuses
        if limits.sun_synchronous:
            sun_synchronous_inclination_deg(float(alt_m), reference.e)
    return Room(limits=limits, reference=reference, low=low, high=high)


def layout_of(row: Array, room: Room, *, name: str = "") -> Layout:
    """Return the layout of a row."""
    limits, count = room.limits, int(row[SATELLITES])
    alt_m, tilt_deg, raan_deg = float(row[HEIGHT]), float(row[TILT]), room.reference.raan_deg
    if limits.sun_synchronous:
        tilt_deg = sun_synchronous_inclination_deg(alt_m, room.reference.e)
    if not math.isnan(row[HOUR]):
        raan_deg = node_at_local_time_deg(float(row[HOUR]), room.reference.epoch)
    orbit = room.reference
    if (alt_m, tilt_deg, raan_deg) != (orbit.alt_m, orbit.inclination_deg, orbit.raan_deg):
        source = f"{orbit.source}, moved by the search"
        orbit = replace(orbit, alt_m=alt_m, inclination_deg=tilt_deg, raan_deg=raan_deg, source=source)
    if int(row[PLANES]) == 0:
        offsets = row[FREE : FREE + 2 * count].reshape(count, 2)
        return free(orbit, tuple((float(node), float(anomaly)) for node, anomaly in offsets), name=name)
    planes = int(row[PLANES])
    found = Pattern(
        name=name or _named(row, count, planes),
        satellites=count,
        planes=planes,
        node_spacing_deg=float(row[NODES]),
        phase_deg=float(row[PHASE]),
        spacing_deg=float(row[SPACING]),
    )
    return laid_out(orbit, found)


def _named(row: Array, count: int, planes: int) -> str:
    """Return a name that tells what was chosen, and nothing that does not matter."""
    if count == 1:
        return "one satellite"
    spacing = f"spacing {row[SPACING]:.4g} deg" if planes < count else ""
    if planes == 1:
        return f"{count} in one plane, {spacing}"
    told = [f"nodes {row[NODES]:.4g} deg", f"phase {row[PHASE]:.4g} deg", spacing]
    return f"{count} in {planes} planes, " + ", ".join(part for part in told if part)


def naive_rows(room: Room) -> tuple[Array, tuple[str, ...]]:
    """Return the naive layouts of every allowed number of satellites and their names, at the reference's height.

    They are there to compare with, so they are tried even where they lie outside the limits on planes and angles; the
    height nearest to the reference's that is allowed is theirs.
    """
    rows, names = [], []
    fixed = 0.5 * (room.low + room.high)
    fixed[HEIGHT] = np.clip(room.reference.alt_m, room.low[HEIGHT], room.high[HEIGHT])
    fixed[TILT] = np.clip(room.reference.inclination_deg, room.low[TILT], room.high[TILT])
    for count in room.counts:
        for found in naive_patterns(count):
            row = fixed.copy()
            row[SATELLITES], row[PLANES], row[FREE:] = count, found.planes, 0.0
            row[NODES:HEIGHT] = found.node_spacing_deg, found.phase_deg, found.spacing_deg
            rows.append(row)
            names.append(found.name)
    return np.array(rows), tuple(names)


def rounds(room: Room, candidates: int) -> tuple[int, ...]:
    """Return how many candidates the draws and each round of closer looks have; they add up to what was asked.

    None, where there is nothing to choose: one satellite, and its orbit given.
    """
    if room.counts == range(1, 2) and not _choice(room):
        return (0,)
    closer = int(candidates * (1.0 - _DRAWN)) // len(_ROUNDS) if candidates >= 10 * len(room.counts) else 0
    return (candidates - closer * len(_ROUNDS), *[closer] * len(_ROUNDS))


def drawn_rows(room: Room, candidates: int, seed: int) -> Array:
    """Return layouts spread evenly over the limits: the additive recurrence R_d, shifted by the seed.

    Roberts, "The Unreasonable Effectiveness of Quasirandom Sequences", 2018: x_i = frac(shift + i a_k), a_k = g^-k,
    where g is the root of x^(d+1) = x + 1. Point i does not depend on how many are drawn.
    """
    counts = _shared(room, candidates)
    shift = uniforms(seed, 1, FREE)[0]
    golden = _root(FREE)
    steps = golden ** -np.arange(1.0, FREE + 1.0)
    index = _places(counts)
    part = (shift + index[:, None] * steps) % 1.0
    rows = np.zeros((candidates, room.width))
    rows[:, :FREE] = room.low[:FREE] + part * (room.high - room.low)[:FREE]
    rows[:, SATELLITES] = counts
    lowest = np.minimum(room.limits.planes[0], counts)
    highest = np.minimum(room.limits.planes[1], counts)
    rows[:, PLANES] = lowest + np.floor(part[:, PLANES] * (highest - lowest + 1))
    if room.limits.free_slots:
        freed = part[:, SATELLITES] < 0.5
        rows[freed, PLANES] = 0.0
        rows[:, FREE + 2 :] = 360.0 * uniforms(seed, candidates, room.width, first=1)[:, FREE + 2 :]
    return rows


def closer_rows(room: Room, rows: Array, score: Array, candidates: int, seed: int, number: int) -> Array:
    """Return layouts near the best ones so far, for each number of satellites; `number` counts the rounds from 0.

    rows, score: all that was tried so far, the lowest score is the best; a NaN cannot be flown
    """
    counts = _shared(room, candidates)
    noise = normals(seed, candidates, room.width, first=(number + 1) * 100_000_000)
    out = np.empty((candidates, room.width))
    place = _places(counts)
    for count in np.unique(counts):
        best = _leaders(room, rows, score, int(count))
        mine = np.flatnonzero(counts == count)
        out[mine] = rows[best[place[mine] % best.size]]
    structured = out[:, PLANES] > 0
    scale = _ROUNDS[number] * (room.high - room.low)
    moved = out + noise * np.where(np.isnan(scale), 0.0, scale)
    moved[:, [SATELLITES, PLANES]] = out[:, [SATELLITES, PLANES]]
    moved[structured, FREE:] = 0.0
    moved[:, FREE : FREE + 2] = 0.0  # the first satellite stays at the reference
    moved[~structured, NODES:HEIGHT] = 0.0
    for column in range(NODES, FREE):
        where = structured if column in _TURNS else slice(None)
        moved[where, column] = _folded(moved[where, column], room.low[column], room.high[column], column)
    moved[:, FREE:] %= 360.0
    return moved


def _leaders(room: Room, rows: Array, score: Array, count: int) -> np.ndarray:
    """Return the places of the best layouts with so many satellites, best first; ties in the order they were tried.

    Naive layouts with more planes than are allowed do not count; their angles are brought into the limits afterwards.
    """
    planes = rows[:, PLANES]
    allowed = (planes == 0) | ((planes >= min(room.limits.planes[0], count)) & (planes <= room.limits.planes[1]))
    mine = np.flatnonzero((rows[:, SATELLITES] == count) & allowed)
    flown = mine[~np.isnan(score[mine])]
    chosen = flown if flown.size else mine
    return chosen[np.argsort(score[chosen], kind="stable")][:_BEST]


def _folded(values: Array, low: float, high: float, column: int) -> Array:
    """Return values brought back between two limits: round the circle where it is whole, else mirrored at the ends."""
    wide = high - low
    if math.isnan(low) or wide == 0.0:
        return np.full_like(values, low)
    if column in _TURNS and wide >= 360.0:
        return low + (values - low) % 360.0
    part = (values - low) % (2.0 * wide)
    return low + np.minimum(part, 2.0 * wide - part)


def _shared(room: Room, candidates: int) -> np.ndarray:
    """Return a number of satellites for each candidate: in turn, leaving out one satellite where nothing is to choose."""
    counts = [count for count in room.counts if count > 1 or _choice(room)] or list(room.counts)
    return np.resize(np.array(counts), candidates)


def _choice(room: Room) -> bool:
    """Return whether a single satellite has anything to choose."""
    wide = (room.high - room.low)[[HEIGHT, TILT, HOUR]]
    return bool((wide[~np.isnan(wide)] > 0.0).any())


def _places(counts: np.ndarray) -> np.ndarray:
    """Return how many candidates with the same number of satellites come before each."""
    different = int(np.unique(counts).size)
    return np.arange(counts.size) // different


def _root(dimensions: int) -> float:
    """Return the positive root of x^(d+1) = x + 1."""
    x = 1.5
    for _ in range(60):
        x = (1.0 + x) ** (1.0 / (dimensions + 1.0))
    return x
