"""Other objects: a spent stage, halves of a fairing, fragments, in what the main object's track leaves over.

Readings that the main track did not take may be wild, or of another object. Where enough of them lie on one coasting
path while the main object is still followed, there is one. It is then followed by a coasting filter of its own, and
looked back along its path for when and how fast it left the main object, or another piece.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array
from downrange.track._pieces import Fixes, distances, fixes_of, sorted_fixes
from downrange.track.model import Reading, Sensor, Track
from downrange.track.others import Others
from downrange.track.pieces import Main, ObjectRules, Piece

_COASTS, _COASTS_S = 0.9, 2.0  # the main object coasts when p_idle was above this for so long
_KEEP_S, _KEPT = 2.0, 64  # a point to go back to is kept so often, and so many of them
_SAME_S = 1e-6  # readings of one sensor closer than this are of one look


def other_objects(
    readings: Sequence[Reading],
    sensors: Sequence[Sensor],
    t0: datetime,
    track: Track,
    *,
    rules: ObjectRules | None = None,
) -> tuple[Piece, ...]:
    """Return the objects beside the main one, in the order in which they were sure.

    readings: all of them, the main object's included. Those without a place (no range, or no angles) are passed over.
    What is said of a moment rests on readings up to it: `Piece.confirmed`, `Piece.leavings` with their known_t_s.
    """
    point = _Point(others=Others(sensors, rules))
    if track.t_s.size:
        _along(point, fixes_of(readings, sensors, t0), readings, sensors, track)
    return point.others.pieces()


class _Point:
    """How far the search has come: up to t_s, with what the sensors call the main object."""

    __slots__ = (
        "called",
        "others",
        "t_s",
    )

    def __init__(self, *, others: Others, t_s: float = -np.inf) -> None:
        self.others = others
        self.t_s = t_s
        self.called: dict[int, str | None] = {}


class Finder:
    """`other_objects` for readings that come one by one, in any order.

    It lags by the newest look, which may not be complete, so as to say the same in the end whatever the order.
    """

    __slots__ = ("_fixes", "_fresh", "_point", "_points", "_seen", "_sensors", "_t0")

    def __init__(self, sensors: Sequence[Sensor], t0: datetime, *, rules: ObjectRules | None = None) -> None:
        self._sensors, self._t0 = tuple(sensors), t0
        self._fresh = _Point(others=Others(self._sensors, rules))
        self._point, self._points = deepcopy(self._fresh), [deepcopy(self._fresh)]
        self._fixes = fixes_of((), self._sensors, t0)
        self._seen = 0

    def pieces(self, log: Sequence[Reading], track: Track) -> tuple[Piece, ...]:
        """Return the objects beside the main one; log: all readings so far, in order of arrival."""
        new = fixes_of(log[self._seen :], self._sensors, self._t0)
        new = new._replace(reading=new.reading + self._seen)
        self._seen = len(log)
        if new.t_s.size:
            self._fixes = sorted_fixes([self._fixes, new])
            if new.t_s[0] <= self._point.t_s:
                self._points = [point for point in self._points if point.t_s < new.t_s[0]] or [deepcopy(self._fresh)]
                self._point = deepcopy(self._points[-1])
        if track.t_s.size and self._fixes.t_s.size:
            rows = np.flatnonzero((self._fixes.t_s > self._point.t_s) & (self._fixes.t_s < self._fixes.t_s[-1]))
            _along(self._point, self._fixes.rows(rows), log, self._sensors, track)
            if self._point.t_s - self._points[-1].t_s >= _KEEP_S:
                self._points = [*self._points[-_KEPT:], deepcopy(self._point)]
        return self._point.others.pieces()


def _along(point: _Point, fixes: Fixes, readings: Sequence[Reading], sensors: Sequence[Sensor], track: Track) -> None:
    """Take look after look, and move the point on."""
    main_of = _Mains(track)
    for look in _looks(fixes):
        t_s, sensor = float(fixes.t_s[look[0]]), int(fixes.sensor[look[0]])
        point.t_s = t_s
        main, took = main_of.at(t_s, track.sensors.index(sensors[sensor].name))
        if main is None:
            continue
        mine = fixes.rows(look)
        names = [readings[i].object_id for i in mine.reading]
        own = _taken(mine, main, names, point.called.get(sensor)) if took else -1
        name = names[own] if own >= 0 else None
        point.called[sensor] = name or point.called.get(sensor)
        rest = np.delete(np.arange(look.size), own) if own >= 0 else np.arange(look.size)
        rows = mine.rows(rest)
        point.others.take(t_s, sensor, rows, [names[i] for i in rest], main, (name or True) if took else False)


def left_over(
    readings: Sequence[Reading], sensors: Sequence[Sensor], t0: datetime, track: Track
) -> tuple[Reading, ...]:
    """Return the readings with a place that the main track did not take."""
    fixes = fixes_of(readings, sensors, t0)
    main_of = _Mains(track)
    out: list[int] = []
    for look in _looks(fixes) if track.t_s.size else ():
        row = track.sensors.index(sensors[fixes.sensor[look[0]]].name)
        main, took = main_of.at(float(fixes.t_s[look[0]]), row)
        mine = fixes.rows(look)
        own = _taken(mine, main) if took and main is not None else -1
        out += [int(i) for k, i in enumerate(mine.reading) if k != own]
    return tuple(readings[i] for i in sorted(out))


def main_readings(
    readings: Sequence[Reading], sensors: Sequence[Sensor], t0: datetime, track: Track, pieces: Sequence[Piece]
) -> tuple[Reading, ...] | None:
    """Return the readings to follow instead where the track stayed with what coasts while a piece went on under power.

    None where the track follows the right one. What is known at `Piece.powered_t_s` takes away what was of another
    object from `Piece.first_t_s` up to then; after that the two are apart. Ask again with the new track: a later
    separation may have misled it too.
    """
    right = next((piece for piece in pieces if _goes_on(piece, track)), None)
    if right is None or right.powered_t_s is None:
        return None
    fixes = fixes_of(readings, sensors, t0)
    fixes = fixes.rows(np.flatnonzero((fixes.t_s >= right.first_t_s) & (fixes.t_s <= right.powered_t_s)))
    mine = set(right.readings)
    others = {i for piece in pieces if piece is not right for i in piece.readings} & set(fixes.reading.tolist())
    main_of = _Mains(track)
    for look in _looks(fixes):
        main, took = main_of.at(float(fixes.t_s[look[0]]), track.sensors.index(sensors[fixes.sensor[look[0]]].name))
        if main is not None and took:
            others.add(int(fixes.reading[look[_taken(fixes.rows(look), main)]]))
    return tuple(reading for i, reading in enumerate(readings) if i not in others - mine)


def _goes_on(piece: Piece, track: Track) -> bool:
    """Say whether a piece left the main object and burns while that one coasts."""
    if piece.powered_t_s is None or not piece.leavings or piece.leavings[-1].parent != 0:
        return False
    low, high = np.searchsorted(track.t_s, [piece.powered_t_s - _COASTS_S, piece.powered_t_s + 1e-6])
    return bool(high > low and np.median(track.p_idle[low:high]) > _COASTS)


def _looks(fixes: Fixes) -> Iterator[NDArray[np.int64]]:
    """Yield the rows of each look: one sensor, one instant."""
    new = (np.diff(fixes.t_s) > _SAME_S) | (np.diff(fixes.sensor) != 0)
    yield from np.split(np.arange(fixes.t_s.size), np.flatnonzero(new) + 1) if fixes.t_s.size else ()


def _taken(fixes: Fixes, main: Main, names: Sequence[str | None] = (), called: str | None = None) -> int:
    """Return which fix of a look is the one that the main track took: the nearest to its state after it.

    names: what the sensor calls each; called: what it called the main object before. Its word counts more.
    """
    if called in names and called is not None:
        return names.index(called)
    if fixes.t_s.size == 1:
        return 0
    chi2, _ = distances(main.x[None], main.p[None], fixes)
    return int(np.argmin(chi2[0]))


class _Mains:
    """Finds the main object's state at a moment in its track."""

    __slots__ = ("_last", "_track", "_x")

    def __init__(self, track: Track) -> None:
        self._track = track
        self._x: Array = np.concatenate([track.r_ecef_m, track.v_ecef_mps], axis=1)
        row = np.where(track.used, np.arange(track.t_s.size), -1)
        self._last = np.maximum.accumulate(row) if row.size else row

    def at(self, t_s: float, sensor: int) -> tuple[Main | None, bool]:
        """Return the state, and whether a reading of that sensor was taken at that very moment."""
        track = self._track
        i = int(np.searchsorted(track.t_s, t_s + _SAME_S, side="right")) - 1
        if i < 0:
            return None, False
        took, k = False, i
        while k >= 0 and track.t_s[k] >= t_s - _SAME_S and not took:
            took = bool(track.used[k]) and int(track.sensor[k]) == sensor
            k -= 1
        x = self._x[i].copy()
        x[:3] += x[3:] * (t_s - track.t_s[i])
        last = int(self._last[i])
        return Main(x=x, p=track.cov[i], read_t_s=float(track.t_s[last]) if last >= 0 else -np.inf), took
