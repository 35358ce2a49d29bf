"""Following other objects look by look, beside the main one."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, wgs84
from downrange.fall import impact_point
from downrange.track._leaving import Past, left
from downrange.track._pieces import Fixes, coasted, distances, matched, taken_in
from downrange.track.model import Sensor
from downrange.track.pieces import Leaving, Main, ObjectRules, Piece, State

Ints = NDArray[np.int64]
_PAST_EVERY_S = 0.2
_AGAIN_S: Final = (1.0, 3.0, 8.0, 20.0)  # so long after a piece was sure its leaving is looked for again
_WATCH_GAP_S = 2.0  # a sensor that misses the main object for longer has stopped watching it
_FAR_M, _FAST_MPS = 5e7, 15e3
_NEAR_M = 2_000.0  # assumed: what appears within this of the main object appears beside it
_BEND_S, _BEND_MOST_S, _BEND_EVERY_S, _BENDS = 2.0, 8.0, 0.5, 3  # power must show over so long, so many times in a row
_STRAIN_SHARE, _STRAINED = 0.2, 2.0  # how chi2 is averaged, and from where on an object does not just coast
_MOST_SCALE = 1e4  # of the noise: thrust that may change by several m/s2 every second
_TENTATIVE_S = 20.0  # a first sight that nothing followed is forgotten
_MOST = 64  # most objects followed at once, tentative ones included
_SAME, _OTHER = 0.25, 4.0  # how a sensor's own name for an object counts on chi2


class _Body:
    """One object, sure (number above 0) or not."""

    __slots__ = (
        "anchor",
        "appeared",
        "bend_due_s",
        "bends",
        "confirmed",
        "due_s",
        "ended",
        "first_t_s",
        "labels",
        "last_t_s",
        "leavings",
        "number",
        "p",
        "pairs",
        "powered_t_s",
        "readings",
        "recent",
        "scale",
        "sensors",
        "strain",
        "t_s",
        "x",
    )

    def __init__(
        self,
        *,
        x: Array,
        p: Array,
        t_s: float,
        first_t_s: float,
        last_t_s: float,
        recent: deque[bool],
        appeared: bool,
        sensors: set[int],
        labels: dict[int, str],
        readings: list[int],
    ) -> None:
        self.x = x
        self.p = p
        self.t_s = t_s
        self.first_t_s = first_t_s
        self.last_t_s = last_t_s
        self.recent = recent
        self.appeared = appeared
        self.pairs: int = 0
        self.number: int = 0
        self.scale: float = 1.0
        self.strain: float = 1.0
        self.ended: bool = False
        self.sensors = sensors
        self.labels = labels
        self.confirmed: State | None = None
        self.readings = readings
        self.leavings: list[Leaving] = []
        self.due_s: list[float] = []
        self.anchor: State | None = None
        self.bends: int = 0
        self.bend_due_s: float = 0.0
        self.powered_t_s: float | None = None

    def state(self) -> State:
        """Return its state after the last reading."""
        return State(t_s=self.t_s, r_ecef_m=self.x[:3].copy(), v_ecef_mps=self.x[3:].copy(), cov=self.p.copy())


class Others:
    """Takes look after look, in order of time, and knows the pieces so far."""

    __slots__ = ("_bodies", "_ended", "_labels", "_past", "_rules", "_sensors", "_taken", "_watch")

    def __init__(self, sensors: Sequence[Sensor], rules: ObjectRules | None = None) -> None:
        self._rules = rules or ObjectRules()
        self._sensors = tuple(sensor.name for sensor in sensors)
        self._bodies: list[_Body] = []
        self._ended: list[_Body] = []
        self._past: deque[tuple[float, Array, Array]] = deque()
        self._taken: dict[int, float] = {}  # when each sensor's reading was last taken for the main object
        self._watch: dict[int, float] = {}  # since when each sensor watches the main object
        self._labels: dict[int, str] = {}  # what each sensor calls the main object

    def take(
        self, t_s: float, sensor: int, fixes: Fixes, names: Sequence[str | None], main: Main, took: str | bool | None
    ) -> None:
        """Take one look of one sensor.

        fixes, names: what the main object left over, and what the sensor calls each
        main:  the main object then
        took:  whether the main track took a reading of this look; or what the sensor calls that one
        """
        self._remember(t_s, sensor, main, took)
        if not self._bodies and not fixes.t_s.size:
            return
        self._let_go(t_s)
        rest: Ints = np.arange(fixes.t_s.size)
        hit: list[_Body] = []
        if rest.size and self._bodies:
            self._move(t_s)
            for sure in (True, False):
                group = [body for body in self._bodies if (body.number > 0) is sure]
                rest = self._match(group, fixes, names, rest, sensor, hit)
        for body in self._bodies:
            self._count(body, t_s, sensor, any(body is one for one in hit))
        self._begin(t_s, sensor, fixes, names, rest, main)
        for body in hit:
            self._learn(body, t_s, main)

    def pieces(self) -> tuple[Piece, ...]:
        """Return the pieces that are or were sure, by number."""
        sure = [body for body in (*self._ended, *self._bodies) if body.number]
        return tuple(self._piece(body) for body in sorted(sure, key=lambda body: body.number))

    def _remember(self, t_s: float, sensor: int, main: Main, took: str | bool | None) -> None:
        """Note where the main object is and which sensor watches it."""
        if not self._past or t_s - self._past[-1][0] >= _PAST_EVERY_S:
            self._past.append((t_s, main.x, main.p))
            while self._past[-1][0] - self._past[0][0] > self._rules.back_s + self._rules.unseen_s:
                self._past.popleft()
        if took is None or took is False:
            return
        if t_s - self._taken.get(sensor, -np.inf) > _WATCH_GAP_S:
            self._watch[sensor] = t_s
        self._taken[sensor] = t_s
        if isinstance(took, str):
            self._labels[sensor] = took

    def _let_go(self, t_s: float) -> None:
        """Forget what was not seen for long, or not often enough to be anything."""
        rules, stay = self._rules, []
        for body in self._bodies:
            quiet = t_s - body.last_t_s
            if not _can_be(body.x):
                body.ended = True
                self._ended += [body] if body.number else []
            elif body.number and quiet > rules.unseen_s:
                body.ended = True
                self._ended.append(body)
            elif body.number or (quiet <= _TENTATIVE_S and body.recent.count(False) <= rules.of - rules.hits):
                stay.append(body)
        self._bodies = stay

    def _move(self, t_s: float) -> None:
        """Bring every object to the moment of the look."""
        for gap in {t_s - body.t_s for body in self._bodies}:
            late = [body for body in self._bodies if t_s - body.t_s == gap]
            if gap <= 0.0:
                continue
            x, p = coasted(
                np.stack([body.x for body in late]),
                np.stack([body.p for body in late]),
                gap,
                np.array([body.scale for body in late]),
            )
            for i, body in enumerate(late):
                body.x, body.p, body.t_s = x[i], p[i], t_s

    def _match(
        self, group: list[_Body], fixes: Fixes, names: Sequence[str | None], rest: Ints, sensor: int, hit: list[_Body]
    ) -> Ints:
        """Give each object of a group its reading; return the readings that remain."""
        if not group or not rest.size:
            return rest
        free = fixes.rows(rest)
        x, p = np.stack([body.x for body in group]), np.stack([body.p for body in group])
        chi2, cost = distances(x, p, free)
        for j, row in enumerate(rest):
            for i, body in enumerate(group):
                known = body.labels.get(sensor)
                if known is not None and names[row] is not None:
                    chi2[i, j] *= _SAME if known == names[row] else _OTHER
                    cost[i, j] += 0.0 if known == names[row] else 100.0
        pairs = matched(chi2, cost, self._rules.gate)
        if not pairs:
            return rest
        rows, columns = (np.array(part) for part in zip(*pairs, strict=True))
        x, p, strain = taken_in(x[rows], p[rows], free.rows(columns))
        for i, (row, column) in enumerate(pairs):
            body, name = group[row], names[rest[column]]
            body.x, body.p = x[i], p[i]
            body.readings.append(int(fixes.reading[rest[column]]))
            self._strain(body, float(strain[i]))
            if name is not None:
                body.labels[sensor] = name
            hit.append(body)
        return np.delete(rest, columns)

    def _strain(self, body: _Body, chi2: float) -> None:
        """Let an object that does not coast as supposed move more freely, and less so once it does."""
        body.strain += _STRAIN_SHARE * (chi2 - body.strain)
        if body.strain > _STRAINED:
            body.scale, body.strain = min(body.scale * 10.0, _MOST_SCALE), 1.0
        elif body.strain < 1.0:
            body.scale = max(1.0, body.scale * 0.97)

    def _count(self, body: _Body, t_s: float, sensor: int, was_hit: bool) -> None:
        """Count a look for or against an object."""
        if was_hit:
            body.recent.append(True)
            body.pairs += self._taken.get(sensor, -np.inf) > body.last_t_s
            body.last_t_s = t_s
            body.sensors.add(sensor)
        elif sensor in body.sensors and t_s > body.last_t_s:
            body.recent.append(False)
            if body.number and not any(list(body.recent)[-2:]):
                body.scale = min(body.scale * 10.0, _MOST_SCALE)

    def _begin(
        self, t_s: float, sensor: int, fixes: Fixes, names: Sequence[str | None], rest: Ints, main: Main
    ) -> None:
        """Start an object at each reading that nothing took."""
        rules = self._rules
        if t_s - main.read_t_s > rules.fresh_s:
            return
        for row in rest[: max(0, _MOST - len(self._bodies))]:
            name = names[row]
            if name is not None and name == self._labels.get(sensor):
                continue
            r, cov = fixes.r_ecef_m[row], fixes.cov[row]
            apart = float(np.linalg.norm(r - main.x[:3]))
            p = np.zeros((6, 6))
            p[:3, :3] = cov
            p[3:, 3:] = np.eye(3) * _speed_sigma(apart) ** 2
            self._bodies.append(
                _Body(
                    x=np.concatenate([r, main.x[3:]]),
                    p=p,
                    t_s=t_s,
                    first_t_s=t_s,
                    last_t_s=t_s,
                    recent=deque([True], maxlen=rules.of),
                    appeared=self._beside(t_s, sensor, apart, float(np.trace(cov + main.p[:3, :3]))),
                    sensors={sensor},
                    labels={} if name is None else {sensor: name},
                    readings=[int(fixes.reading[row])],
                )
            )

    def _beside(self, t_s: float, sensor: int, apart_m: float, spread_m2: float) -> bool:
        """Say whether something so far from the main object is new, for a sensor that has watched that one."""
        watched = t_s - self._taken.get(sensor, -np.inf) <= _WATCH_GAP_S
        long = t_s - self._watch.get(sensor, np.inf) >= self._rules.beside_s
        return bool(watched and long and apart_m < _NEAR_M + 3.0 * np.sqrt(spread_m2))

    def _learn(self, body: _Body, t_s: float, main: Main) -> None:
        """After a reading, see whether it is sure now, where it came from, whether it coasts."""
        if not body.number and self._is_sure(body, main):
            body.number = 1 + sum(one.number > 0 for one in (*self._ended, *self._bodies))
            body.confirmed = body.anchor = body.state()
            body.due_s = [t_s, *(t_s + later for later in _AGAIN_S)]
        if not body.number:
            return
        if body.due_s and t_s >= body.due_s[0] - 1e-9:
            body.due_s = [later for later in body.due_s if later > t_s + 1e-9]
            self._look_back(body, t_s)
        self._bend(body)

    def _is_sure(self, body: _Body, main: Main) -> bool:
        """Say whether a tentative object has been seen often enough, as something other than the main one."""
        rules = self._rules
        if body.recent.count(True) < rules.hits or body.last_t_s - body.first_t_s < rules.least_s:
            return False
        off = body.x - main.x
        away = float(np.linalg.norm(off[:3])) > rules.apart_m + 5.0 * float(np.sqrt(np.trace(body.p[:3, :3])))
        return body.pairs >= rules.hits - 1 or away

    def _look_back(self, body: _Body, t_s: float) -> None:
        """Look for what it left: the main object, or a piece far from that one."""
        self._move(t_s)
        past = Past(*(np.array(column) for column in zip(*self._past, strict=True)))
        main_x, _ = past.at(t_s)
        far = self._rules.apart_m
        others = [
            one
            for one in self._bodies
            if one.number and one.first_t_s < body.first_t_s and np.linalg.norm(one.x[:3] - main_x[:3]) > far
        ]
        family = [body, *(one for one in others if one is not body)]
        found = left(
            t_s,
            np.stack([one.x for one in family]),
            np.stack([one.p for one in family]),
            [one.number for one in family],
            body.first_t_s - (self._rules.hidden_s if body.appeared else self._rules.back_s),
            body.first_t_s,
            past,
            self._rules,
        )
        if found is not None:
            body.leavings.append(found)

    def _bend(self, body: _Body) -> None:
        """Compare its path with a coast from a few seconds ago: only an engine makes it faster."""
        then = body.anchor
        if then is None or body.powered_t_s is not None or body.t_s < body.bend_due_s:
            return
        gap, body.bend_due_s = body.t_s - then.t_s, body.t_s + _BEND_EVERY_S
        if gap < _BEND_S:
            return
        x, p = coasted(np.concatenate([then.r_ecef_m, then.v_ecef_mps])[None], then.cov[None], gap, np.ones(1))
        ahead = body.x[3:] / np.linalg.norm(body.x[3:])
        per = np.concatenate([0.5 * gap * gap * ahead, gap * ahead])
        weight = np.linalg.solve(p[0] + body.p, per)
        gain, sigma = float(weight @ (body.x - x[0]) / (weight @ per)), float(1.0 / np.sqrt(weight @ per))
        body.bends = body.bends + 1 if gain - 3.0 * sigma > self._rules.powered_mps2 else 0
        if body.bends >= _BENDS:
            body.powered_t_s = body.t_s
        if gap > _BEND_MOST_S:
            body.anchor, body.bends = body.state(), 0

    def _piece(self, body: _Body) -> Piece:
        """Return the record of a piece."""
        assert body.confirmed is not None  # noqa: S101  # for the type checker
        last = body.state()
        lat, lon, togo = impact_point(last.r_ecef_m, last.v_ecef_mps)
        return Piece(
            number=body.number,
            first_t_s=body.first_t_s,
            confirmed_t_s=body.confirmed.t_s,
            last_t_s=body.last_t_s,
            looks=len(body.readings),
            confirmed=body.confirmed,
            last=last,
            leavings=tuple(body.leavings),
            appeared=body.appeared,
            powered_t_s=body.powered_t_s,
            ended=body.ended,
            sensors=tuple(self._sensors[i] for i in sorted(body.sensors)),
            labels=tuple(sorted(set(body.labels.values()))),
            readings=tuple(body.readings),
            lat_deg=float(lat),
            lon_deg=float(lon),
            impact_t_s=last.t_s + float(togo),
        )


def _can_be(x: Array) -> bool:
    """Say whether a state is above the ground and slower than anything launched; a mistaken path ends else."""
    size = float(np.linalg.norm(x[:3]))
    return wgs84.RP_M - 20e3 < size < _FAR_M and float(np.linalg.norm(x[3:])) < _FAST_MPS


def _speed_sigma(apart_m: float) -> float:
    """Return one sigma [m/s] of the speed between the main object and what is now so far from it.

    A hundred metres a second at least; what thrust of 20 m/s2 brings about while it drives them so far apart at most.
    """
    return min(100.0 + float(np.sqrt(2.0 * 20.0 * apart_m)), 5_000.0)
