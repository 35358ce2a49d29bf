"""The start of a track from the first few readings of any sensors, without knowing the launch site.

Ways, in the order in which they are tried when a reading comes in:
- a full fix (range, azimuth and elevation, or a reported place): an arc of the same sensor's fixes, at least a second
  long, or of any length where velocity is reported as well;
- anything less: the sights, ranges and heights of all sensors together, where two sensors see it, or one sees it and
  another says how far or how high it is, or three say how far.
An arc is believed when its readings agree with one flown path (chi2) after at most a quarter of them are left out, and
the state is possible: above ground, below 12 km/s, and known to 50 km and 1 km/s.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, geodetic_from_ecef
from downrange.track._start_arc import Arc, Fit, fit
from downrange.track._start_guess import guesses

_BASELINE_S: Final = 1.0  # an arc without reported velocity is at least this long
_USUAL_S: Final = 10.0  # and not longer than this, when that is enough readings
_PATIENCE_S: Final = 60.0  # older readings are forgotten
_CLOSEST_S: Final = 0.02  # of readings closer than this only the first is kept
_ROWS: Final = 30  # of one sensor are enough
_ROWS_TOGETHER: Final = 60
_EAGER: Final = 8  # failures before the next try is put off
_DEEPEST_M: Final = -5e3
_FASTEST_MPS: Final = 12e3
_VAGUEST_M: Final = 50e3
_VAGUEST_MPS: Final = 1e3
_SAME_M: Final = 1e3  # two fits this near are one
_CLEARLY: Final = 20.0  # chi2 by which one of two possible places must beat the other


class _Kind(IntEnum):
    """What a reading says of the place, and in how many numbers."""

    NOTHING = 0
    RANGE = 1
    SIGHT = 2
    FIX = 3
    HEIGHT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where a track starts.

    row, t_s: the last reading spent on it, and its time
    x:        (9,) place [m], velocity [m/s] and specific force [m/s2], Earth-fixed axes
    cov:      (9, 9) its covariance
    rows:     the readings that agree with it
    refused:  those of its arc that do not
    chi2, dof: how well they agree
    """

    row: int
    t_s: float
    x: Array
    cov: Array
    rows: tuple[int, ...]
    refused: tuple[int, ...]
    chi2: float
    dof: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One reading kept in mind."""

    row: int
    t_s: float
    z: Array
    sensor: int
    place: Array
    axes: Array
    numbers: int
    fast: bool


def initiate(
    t_s: Array,
    z: Array,
    sensor: NDArray[np.int64],
    place_ecef_m: Array,
    axes: Array,
    variances: Array,
    *,
    bias_variances: Array | None = None,
    spare: int = 3,
) -> Start | None:
    """Return the earliest start of a track in n readings, or None.

    t_s:          (n,) times, ascending
    z:            (n, 12) range, azimuth, elevation, range-rate, place (3), velocity (3), height, speed; NaN where not
                  given; biases taken off
    sensor:       (n,) row in variances
    place_ecef_m, axes: (n, 3), (n, 3, 3) where the sensor was then, and its local axes (rows east, north, up)
    variances:    (m, 12) of the noise of each sensor's numbers
    bias_variances: (m, 12) of what is wrong with all of a sensor's numbers alike, 0 or NaN for nothing; none for no
                  such errors. Then it is part of the covariance, and sensors that disagree by as much can still agree.
    spare:        how many numbers beyond the six of a state must agree before it is believed; 0 believes two fixes,
                  or one report of place and velocity, wild or not
    """
    opening = Opening(variances, bias_variances=bias_variances, spare=spare)
    for row, (t, s) in enumerate(zip(t_s.tolist(), sensor.tolist(), strict=True)):
        start = opening.offer(row, t, z[row], s, place_ecef_m[row], axes[row])
        if start is not None:
            return start
    return None


class Opening:
    """The search for a start, one reading at a time in order of time; bounded in memory and in work per reading."""

    def __init__(self, variances: Array, *, bias_variances: Array | None = None, spare: int = 3) -> None:
        """Begin with nothing; see `initiate` for the arguments."""
        self._var = variances
        self._bias = np.zeros_like(variances) if bias_variances is None else np.nan_to_num(bias_variances)
        self._spare = spare
        self._past: dict[tuple[int, int], deque[_Row]] = {}
        self._failed: dict[int, int] = {}
        self._wait: dict[int, int] = {}

    def offer(self, row: int, t_s: float, z: Array, sensor: int, place: Array, axes: Array) -> Start | None:
        """Take in one reading; return the start that it makes possible."""
        kind, numbers, fast = _kind(z.tolist())
        if kind == _Kind.NOTHING:
            return None
        past = self._past.setdefault((sensor, kind), deque())
        if past and t_s - past[-1].t_s < _CLOSEST_S:
            return None
        past.append(_Row(row=row, t_s=t_s, z=z, sensor=sensor, place=place, axes=axes, numbers=numbers, fast=fast))
        while t_s - past[0].t_s > _PATIENCE_S:
            past.popleft()
        alone = kind == _Kind.FIX
        if not (self._fixed(past, t_s) if alone else self._seen(t_s)):
            return None
        key = sensor if alone else -1
        if self._wait.get(key, 0) > 0:
            self._wait[key] -= 1
            return None
        start = _attempt(self._arc(past, t_s) if alone else self._together(t_s), self._var, self._bias, self._spare)
        if start is None:
            self._failed[key] = self._failed.get(key, 0) + 1
            self._wait[key] = max(0, self._failed[key] - _EAGER)
        return start

    def _fixed(self, past: deque[_Row], t_s: float) -> bool:
        """Say whether one sensor's fixes may be enough."""
        return past[-1].fast or t_s - past[0].t_s >= _BASELINE_S - 1e-6

    def _seen(self, t_s: float) -> bool:
        """Say whether the sensors together may be enough."""
        ready = [0] * len(_Kind)
        both: set[int] = set()
        for (sensor, kind), past in self._past.items():
            if t_s - past[-1].t_s <= _PATIENCE_S and past[-1].t_s - past[0].t_s >= _BASELINE_S - 1e-6:
                ready[kind] += 1
                if kind in {_Kind.SIGHT, _Kind.RANGE, _Kind.HEIGHT}:
                    both.add(sensor)
        sights, others = ready[_Kind.SIGHT], ready[_Kind.RANGE] + ready[_Kind.HEIGHT]
        return sights > 1 or (sights == 1 and others > 0 and len(both) > 1) or ready[_Kind.RANGE] > 2

    def _arc(self, past: deque[_Row], t_s: float) -> list[_Row]:
        """Return one sensor's fixes, as few seconds of them as will do."""
        out: list[_Row] = []
        numbers = 0
        for row in reversed(past):
            age = t_s - row.t_s
            enough = numbers - 6 >= self._spare and (out[-1].fast or t_s - out[-1].t_s >= _BASELINE_S - 1e-6)
            if age > _USUAL_S and enough:
                break
            out.append(row)
            numbers += row.numbers
        return _thin(out[::-1], _ROWS)

    def _together(self, t_s: float) -> list[_Row]:
        """Return what all sensors said in the usual time, or longer ago where one said too little in it."""
        out: list[_Row] = []
        series = [
            past for (_, kind), past in self._past.items() if kind != _Kind.FIX and t_s - past[-1].t_s <= _PATIENCE_S
        ]
        for past in series:
            mine = [row for row in past if t_s - row.t_s <= _USUAL_S]
            if len(mine) < 3 or mine[-1].t_s - mine[0].t_s < _BASELINE_S - 1e-6:
                mine = [row for row in past if t_s - row.t_s <= _PATIENCE_S]
            out += _thin(mine, max(6, _ROWS_TOGETHER // len(series)))
        return sorted(out, key=lambda row: row.row)


def _kind(z: list[float]) -> tuple[_Kind, int, bool]:
    """Return what a reading says of the place, how many numbers of it count, and whether velocity is among them."""
    given = [value == value for value in z]  # noqa: PLR0124 - NaN is not itself, and isnan is four times slower
    extra = given[3] + given[11]
    if given[4] and given[5] and given[6]:
        fast = given[7] and given[8] and given[9]
        return _Kind.FIX, 3 + 3 * fast + given[10] + extra, fast
    if given[0]:
        full = given[1] and given[2]
        return (_Kind.FIX, 3 + extra, False) if full else (_Kind.RANGE, 1 + extra, False)
    if given[1] and given[2]:
        return _Kind.SIGHT, 2 + extra, False
    return (_Kind.HEIGHT, 1 + extra, False) if given[10] else (_Kind.NOTHING, 0, False)


def _thin(rows: list[_Row], most: int) -> list[_Row]:
    """Return at most so many rows, evenly, with the last."""
    if len(rows) <= most:
        return rows
    return [rows[i] for i in np.linspace(0, len(rows) - 1, most).round().astype(np.int64).tolist()]


def _attempt(rows: list[_Row], variances: Array, biases: Array, spare: int) -> Start | None:
    """Return the start that these readings make, if they make one."""
    if sum(row.numbers for row in rows) - 6 < spare:
        return None
    sensor = np.array([row.sensor for row in rows])
    t_s = np.array([row.t_s for row in rows])
    place = np.stack([row.place for row in rows])
    arc = Arc(
        tau_s=t_s - t_s[-1], z=np.stack([row.z for row in rows]), var=variances[sensor], sensor=sensor,
        bias=biases[sensor], place=place,
        own_mps=_moving(t_s, place, sensor), axes=np.stack([row.axes for row in rows]),
    )  # fmt: skip
    best = _best(arc, spare)
    if best is None:
        return None
    return Start(
        row=rows[-1].row,
        t_s=rows[-1].t_s,
        x=best.x,
        cov=best.cov,
        rows=tuple(row.row for row, kept in zip(rows, best.kept, strict=True) if kept),
        refused=tuple(row.row for row, kept in zip(rows, best.kept, strict=True) if not kept),
        chi2=best.chi2,
        dof=best.dof,
    )


def _moving(t_s: Array, place: Array, sensor: NDArray[np.int64]) -> Array:
    """Return each reading's sensor's velocity (k, 3), from where it stood at the ends of the arc."""
    own = np.zeros_like(place)
    for s in np.unique(sensor):
        mine = np.flatnonzero(sensor == s)
        span = t_s[mine[-1]] - t_s[mine[0]]
        if span > 0.0:
            own[mine] = (place[mine[-1]] - place[mine[0]]) / span
    return own


def _best(arc: Arc, spare: int) -> Fit | None:
    """Return the one possible state; None where there is none, or another that cannot be told from it yet."""
    fits = [found for found in (fit(arc, x, spare=spare) for x in guesses(arc)) if found is not None]
    good = [found for found in fits if found.sure and _sane(found)]
    if not good:
        return None
    best = min(good, key=lambda found: found.chi2)
    same = arc.only(best.kept)
    again = guesses(same)
    if len(again) > 1 and not all(_worse(fit(same, x, spare=0), x, best, again) for x in again):
        return None
    return best if _known(best) else None


def _worse(rival: Fit | None, begun: Array, best: Fit, guessed: list[Array]) -> bool:
    """Say whether the best fit has nothing to fear from another of the same readings.

    A sight meets a sphere twice, and three spheres meet twice. The other place must fit clearly worse; and where a fit
    begun there ends at the best one all the same, the two are too near each other for either to be believed.
    """
    far = float(np.linalg.norm(guessed[0][:3] - guessed[1][:3]))
    if rival is None or not _sane(rival):
        return True
    if float(np.linalg.norm(rival.x[:3] - best.x[:3])) <= _SAME_M:
        return float(np.linalg.norm(begun[:3] - best.x[:3])) <= 0.5 * far
    return rival.score - best.score >= _CLEARLY


def _sane(found: Fit) -> bool:
    """Say whether a flying thing can be so."""
    alt_m = float(geodetic_from_ecef(found.x[:3])[2])
    return alt_m > _DEEPEST_M and float(np.linalg.norm(found.x[3:6])) < _FASTEST_MPS


def _known(found: Fit) -> bool:
    """Say whether enough is known of it for a filter that takes the world to be straight."""
    return (
        float(np.linalg.eigvalsh(found.cov[:3, :3])[-1]) < _VAGUEST_M**2
        and float(np.linalg.eigvalsh(found.cov[3:6, 3:6])[-1]) < _VAGUEST_MPS**2
    )
