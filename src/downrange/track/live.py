"""A track that grows reading by reading, whatever the order in which they come in.

After every reading it stands where `follow` and `assess` over all readings so far would stand, to the last bit: a
reading that comes late takes it back to a point kept before that reading, and from there over the same ground again.
So a restart from the log of readings finds the same verdicts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array
from downrange.track._kernel import bank as _bank
from downrange.track.assess import Assessor, nothing_known
from downrange.track.bounds import Bounds
from downrange.track.consider import consider_cov
from downrange.track.filter import Tuning, as_track, blank, kinds, model, new_bank, part, sound
from downrange.track.initiate import Opening
from downrange.track.model import Burn, Reading, Sensor, Track, Update
from downrange.track.objects import Finder
from downrange.track.pieces import Piece
from downrange.track.rows import Ints, Rows, arranged, bias_variances, comparable, row_of, too_late, variances
from downrange.track.verdict import Rules

_EVERY, _KEPT = 64, 64  # a point to go back to is kept every so many readings, and so many of them
_FIRST_ROOM = 1024
_Kind = TypeVar("_Kind", bound=np.generic)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """Where the filter and the judge stood before row `row`."""

    row: int
    bank: _bank.Bank
    assessor: Assessor


class Tracker:
    """Takes readings as they come; see `follow` and `assess` for the arguments.

    objects: also look for other objects beside the main one, and for a break-up

    log: the readings taken so far, in order of arrival; duplicates: how many of them said nothing new
    """

    def __init__(
        self,
        sensors: Sequence[Sensor],
        t0: datetime,
        *,
        burns: Sequence[Burn | tuple[float, float, int]] = (),
        tuning: Tuning | None = None,
        rules: Rules | None = None,
        bounds: Bounds | None = None,
        expected: Sequence[tuple[float, int]] = (),
        objects: bool = False,
        seed: int = 0,
    ) -> None:
        self._sensors, self._t0, self._burns = tuple(sensors), t0, tuple(burns)
        self._names = {sensor.name: i for i, sensor in enumerate(self._sensors)}
        self._late = too_late(self._sensors)
        self._tuning = tuning or Tuning()
        self._model, self._objects = model(self._tuning), objects
        self._fresh = Assessor(burns, rules=rules, bounds=bounds, expected=expected, seed=seed)
        self._assessor = self._fresh.copy()
        self._finder = Finder(self._sensors, t0)
        self._raw: list[tuple[float, ...]] = []  # sorted, without doubles
        self._keys: list[tuple[float, ...]] = []
        self._opening = self._search()
        self._start: int | None = None  # the row that the start used last
        self._bank: _bank.Bank | None = None
        self._out = blank(_FIRST_ROOM)
        self._t_s: Array = np.zeros(_FIRST_ROOM)
        self._cov: Array = np.zeros((_FIRST_ROOM, 6, 6))
        self._sensor: Ints = np.zeros(_FIRST_ROOM, dtype=np.int64)
        self._seq: Ints = np.zeros(_FIRST_ROOM, dtype=np.int64)
        self._track: Track | None = None
        self._points: list[_Point] = []
        self.log: list[Reading] = []
        self.duplicates = 0

    def push(self, reading: Reading) -> Update | None:
        """Take one reading; return what there is to say now, or None while no track has started.

        Raises InputError for a reading of no known sensor, or with impossible numbers; nothing is changed then.
        """
        row = row_of(reading, self._names, self._sensors, self._t0, number=len(self.log) + 1)
        if reading.sensor in self._late:
            self.log.append(reading)
            return self.latest
        key = comparable(row)
        at = bisect_left(self._keys, key[:14])
        self.log.append(reading)
        if at < len(self._keys) and self._keys[at][:14] == key[:14]:
            self.duplicates += 1
            return self.latest
        self._raw.insert(at, row)
        self._keys.insert(at, key)
        self._go(at)
        return self.latest

    @property
    def track(self) -> Track | None:
        """The track so far; None before it started."""
        return self._track

    @property
    def updates(self) -> tuple[Update, ...]:
        """What `assess` would say of all readings so far."""
        return () if self._track is None else (*self._assessor.updates, *self._assessor.newest(self._track))

    @property
    def latest(self) -> Update | None:
        """What there is to say after the newest reading."""
        if self._track is None:
            return None
        return next(iter(self._assessor.newest(self._track)), None) or self._assessor.updates[-1]

    def at(self, t_s: float) -> Update:
        """Return what is to be said at t_s, a time not before the newest reading, though nothing more was heard."""
        if self._track is None:
            return nothing_known(t_s)
        silent = self._assessor.silence(self._track, t_s)
        return silent[-1] if silent else (self.latest or nothing_known(t_s))

    def _search(self) -> Opening:
        """Return a search for a start that has seen nothing."""
        return Opening(variances(self._sensors), bias_variances=bias_variances(self._sensors))

    def _go(self, at: int) -> None:
        """Take the rows from `at` on into the track, going back first where they are not the newest."""
        newest = at == len(self._raw) - 1
        alone = newest and (at == 0 or self._raw[at][:2] != self._raw[at - 1][:2])
        if self._start is None or at <= self._start:
            self._begin(anew=not newest)
        elif alone:
            self._run(at)
        else:
            self._run(self._back(at))

    def _begin(self, *, anew: bool) -> None:
        """Look for a start, over all rows where one was put between others."""
        first = len(self._raw) - 1
        if anew:
            self._opening, first = self._search(), 0
        rows = arranged(self._raw[first:], self._sensors)
        for i in range(rows.t_s.size):
            k = rows.place[i]
            start = self._opening.offer(
                first + i, float(rows.t_s[i]), rows.z[i], int(rows.sensor[i]), rows.sites[k, :3], rows.axes[k]
            )
            if start is not None:
                self._start = start.row
                self._bank = new_bank(start.x, start.cov, start.t_s)
                self._assessor = self._fresh.copy()
                self._points = [_Point(row=start.row + 1, bank=_copy(self._bank), assessor=self._fresh.copy())]
                if start.row + 1 < len(self._raw):
                    self._run(start.row + 1)
                return
        self._start = self._bank = self._track = None

    def _back(self, at: int) -> int:
        """Stand again where it stood before the look that row `at` belongs to; return the row to go on from."""
        while at > 0 and self._raw[at][:2] == self._raw[at - 1][:2]:
            at -= 1
        keep = [point for point in self._points if point.row <= at]
        if not keep:  # later than any point kept
            self._begin(anew=True)
            return len(self._raw)
        self._points, point = keep, keep[-1]
        self._bank, self._assessor = _copy(point.bank), point.assessor.copy()
        return point.row

    def _run(self, first: int) -> None:
        """Filter and judge the rows from `first` on."""
        while first < len(self._raw) and self._bank is not None and self._start is not None:
            last = min(first + _EVERY, len(self._raw))
            while last < len(self._raw) and self._raw[last][:2] == self._raw[last - 1][:2]:
                last += 1
            rows = arranged(self._raw[first:last], self._sensors)
            start = self._start + 1
            self._room(last - start)
            out = _some(self._out, slice(first - start, last - start))
            out.used[:] = False
            kind = kinds(rows.t_s, self._burns, self._tuning)
            _bank.run(part(rows, slice(None), kind), self._bank, self._model, out)
            sound(rows.t_s, out.x)
            self._write(rows, first - start, last - start)
            self._tell(last - start)
            if last - self._points[-1].row >= _EVERY:
                self._points.append(_Point(row=last, bank=_copy(self._bank), assessor=self._assessor.copy()))
                del self._points[1:-_KEPT]
            first = last

    def _room(self, count: int) -> None:
        """Make room for so many answers."""
        while self._t_s.size < count:
            out = self._out
            self._out = _bank.Out(
                x=_longer(out.x), p=_longer(out.p), mu=_longer(out.mu), idle=_longer(out.idle),
                since=_longer(out.since), spread=_longer(out.spread), used=_longer(out.used),
            )  # fmt: skip
            self._t_s, self._cov = _longer(self._t_s), _longer(self._cov)
            self._sensor, self._seq = _longer(self._sensor), _longer(self._seq)

    def _write(self, rows: Rows, first: int, last: int) -> None:
        """Note times, sensors and covariances of answers first to last."""
        self._t_s[first:last], self._sensor[first:last], self._seq[first:last] = rows.t_s, rows.sensor, rows.seq
        x = self._out.x[:last]
        self._cov[first:last] = self._out.p[first:last] + consider_cov(
            self._t_s[:last], x[:, :3], x[:, 3:6], x[:, 6:], self._sensor[:last], self._sensors, at=slice(first, last)
        )

    def _tell(self, last: int) -> None:
        """Judge the answers up to `last` that are not judged yet."""
        out = _some(self._out, slice(last))
        self._track = as_track(
            self._t_s[:last], self._sensor[:last], self._seq[:last], out, self._cov[:last], self._t0, self._sensors,
            doubles=self.duplicates,
        )  # fmt: skip
        pieces: tuple[Piece, ...] = ()
        if self._objects and not out.used.all():
            pieces = self._finder.pieces(self.log, self._track)
        self._assessor.advance(self._track, pieces)


def _some(out: _bank.Out, rows: slice) -> _bank.Out:
    """Return a slice of the answers, as views."""
    return _bank.Out(
        x=out.x[rows],
        p=out.p[rows],
        mu=out.mu[rows],
        idle=out.idle[rows],
        since=out.since[rows],
        spread=out.spread[rows],
        used=out.used[rows],
    )


def _longer(array: NDArray[_Kind]) -> NDArray[_Kind]:
    """Return an array with twice the rows, the old ones first."""
    return np.concatenate([array, np.zeros_like(array)])


def _copy(bank: _bank.Bank) -> _bank.Bank:
    """Return a bank that goes its own way from here."""
    return _bank.Bank(*(array.copy() for array in bank))
