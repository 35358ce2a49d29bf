"""A short arc of readings of one object, and the state that fits them best.

The object is taken to fly under gravity, the Earth's rotation and an unknown specific force that starts from 0 +- 30
m/s2 on each axis and wanders as white jerk of 30 m2/s5 (the filter's own jump model). What the wandering does to the
readings is a covariance between them, so a long arc says no more than it can. Gauss-Newton; then the reading that
agrees least with the others is left out, again and again, until the rest agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, geodetic_from_ecef, wgs84

FORCE_MPS2: Final = 30.0
_JERK: Final = 30.0  # m2/s5
_TURNS: Final = 10
_STILL: Final = 1e-4  # a step this small against the spread (chi2) ends the iteration
_ALL_AGREE: Final = 3.72  # normal quantile of 0.9999: the arc as a whole
_ONE_AGREES: Final = 4.26  # of 0.99999: each reading against all others
_NEAR: Final = 1e5  # from the Earth's centre; a state on its way out of these bounds does not come back [m, m/s]
_FAR: Final = 1e9
_CHECKED: Final = 1e-4  # of a number's weight at least must remain after the fit, or the others say nothing about it
_GROSS: Final = 100.0  # sigmas, and
_BEND_MPS2: Final = 100.0  # the acceleration of a path taken for straight: beyond both a reading is nowhere near
_BENT: Final = 0.05  # of a large chi2 may be wrong, as the world is not straight
_AWAY: Final = 2.0  # added to the off-angle of a line of sight that looks away from the object

Owners = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arc:
    """k readings: seconds before the newest (negative), numbers (k, 12), variances (k, 12), and who looked from where.

    sensor: (k,) which; bias: (k, 12) variance of what is wrong with all its numbers alike
    place, own_mps: (k, 3) of the sensor, Earth-fixed; axes: (k, 3, 3), rows east, north, up
    """

    tau_s: Array
    z: Array
    var: Array
    sensor: Owners
    bias: Array
    place: Array
    own_mps: Array
    axes: Array

    def only(self, keep: NDArray[np.bool_]) -> Arc:
        """Return the arc with some readings left out."""
        return Arc(
            tau_s=self.tau_s[keep], z=self.z[keep], var=self.var[keep], sensor=self.sensor[keep],
            bias=self.bias[keep], place=self.place[keep],
            own_mps=self.own_mps[keep], axes=self.axes[keep],
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A state (9,) at the newest reading with its covariance, the readings kept (k,), and how well they agree.

    sure:  False where too little agrees to believe it, though nothing speaks against it
    score: minus twice the log-likelihood but for a constant, to compare two fits of the same readings
    """

    x: Array
    cov: Array
    kept: NDArray[np.bool_]
    chi2: float
    dof: int
    sure: bool
    score: float


def limit(dof: int, normal: float) -> float:
    """Return the chi2 that is exceeded as rarely as a normal number exceeds `normal` (Wilson and Hilferty 1931).

    >>> f"{limit(3, 3.72):.1f}"
    '21.8'
    """
    if dof < 1:
        return 0.0
    return float(dof * (1.0 - 2.0 / (9.0 * dof) + normal * np.sqrt(2.0 / (9.0 * dof))) ** 3)


def sight(z: Array, axes: Array) -> Array:
    """Return (k, 3, 3) unit vectors along the line of sight, towards growing azimuth, and towards growing elevation."""
    az, el = z[:, 1], z[:, 2]
    sa, ca, se, ce, none = np.sin(az), np.cos(az), np.sin(el), np.cos(el), np.zeros_like(az)
    local = np.array([[sa * ce, ca * ce, se], [ca, -sa, none], [-sa * se, -ca * se, ce]]).transpose(2, 0, 1)
    return local @ axes


def fit(arc: Arc, guess: Array, *, spare: int) -> Fit | None:
    """Return the best state near a guess (9,), or None where the readings agree with none.

    spare: how many numbers must remain beyond the six that a state needs
    """
    kept = np.ones(arc.tau_s.size, dtype=np.bool_)
    if _hopeless(arc, guess):
        return None
    while np.count_nonzero(~kept) <= max(1, kept.size // 4):
        part = arc.only(kept)
        found = _settle(part, guess)  # from the guess each time: a wild reading drags the state far away
        if found is None:
            worst = _oddest(part, guess)
        else:
            x, cov, chi2, apart, least, size, volume = found
            dof = int(size.sum()) - 6
            checked = spare == 0 or (dof >= spare and least >= _CHECKED)
            fine = _agree(chi2, apart, size)
            if fine or not checked or _anyone(chi2, apart, size):
                score = chi2 + volume
                return Fit(x=x, cov=cov, kept=kept, chi2=chi2, dof=dof, sure=checked and fine, score=score)
            worst = int(np.argmax(apart / [limit(n, _ONE_AGREES) or np.inf for n in size.tolist()]))
        kept = kept.copy()
        kept[np.flatnonzero(kept)[worst]] = False
    return None


def _agree(chi2: float, apart: Array, size: Owners) -> bool:
    """Say whether all readings fit together, and each fits the others."""
    dof = int(size.sum()) - 6
    one = [limit(n, _ONE_AGREES) for n in size.tolist()]
    return dof == 0 or (chi2 <= limit(dof, _ALL_AGREE) and bool((apart <= one).all()))


def _anyone(chi2: float, apart: Array, size: Owners) -> bool:
    """Say whether the rest would agree without this reading as well as without that one: then none can be blamed."""
    dof = int(size.sum()) - 6
    rest = np.array([limit(dof - n, _ALL_AGREE) for n in size.tolist()]) + _BENT * chi2
    return int(np.count_nonzero(chi2 - apart <= rest)) > 1


def _hopeless(arc: Arc, x: Array) -> bool:
    """Say whether more readings than may be left out are nowhere near a guess that draws each series as a line."""
    y, h_r, h_v, var, owner, what, gain = _numbers(arc, x)
    var = var + gain**2 * arc.bias[owner, what]
    span = -float(arc.tau_s.min())
    bend = _BEND_MPS2 * span * (np.linalg.norm(h_r, axis=1) * span + np.linalg.norm(h_v, axis=1))
    far = np.abs(y) > _GROSS * np.sqrt(var) + bend
    return np.unique(owner[far]).size > max(1, arc.tau_s.size // 4)


def _oddest(arc: Arc, x: Array) -> int:
    """Return the reading that is farthest from what a state would have it say."""
    y, _, _, var, owner, what, gain = _numbers(arc, x)
    var = var + gain**2 * arc.bias[owner, what]
    return int(owner[np.argmax(y * y / var)])


_Settled = tuple[Array, Array, float, Array, float, Owners, float]


def _settle(arc: Arc, x: Array) -> _Settled | None:
    """Return the state that fits best, and how each reading fares; None if there is none."""
    force = np.zeros(9)
    force[6:] = FORCE_MPS2**-2
    for _ in range(_TURNS):
        y, h_r, h_v, var, owner, what, gain = _numbers(arc, x)
        tau = arc.tau_s[owner][:, None]
        h = np.hstack([h_r, h_r * tau + h_v, 0.5 * h_r * tau**2 + h_v * tau])
        try:
            low = np.linalg.cholesky(np.diag(var) + _wander(h_r, h_v, -tau[:, 0]) + _shared(arc, owner, what, gain))
            white_h, white_y = np.linalg.solve(low, h), np.linalg.solve(low, y)
            weight = white_h.T @ white_h + np.diag(force)
            cov = np.linalg.inv(weight)
        except np.linalg.LinAlgError:
            return None
        step = cov @ (white_h.T @ white_y - force * x)
        x = x + step
        if not (_NEAR < np.abs(x[:3]).max() < _FAR and np.abs(x[3:]).max() < _FAR):
            return None
        if step @ weight @ step < _STILL:
            break
    else:
        return None
    rest = white_y - white_h @ step
    back = np.linalg.inv(low)
    slack = back.T @ (np.eye(y.size) - white_h @ cov @ white_h.T) @ back
    chi2 = float(rest @ rest + (x * force) @ x)
    apart, size, least = _blame(back.T @ rest, slack, var, owner, arc.tau_s.size)
    volume = 2.0 * float(np.log(np.diag(low)).sum())
    return x, 0.5 * (cov + cov.T), chi2, apart, least, size, volume


def _blame(blame: Array, slack: Array, var: Array, owner: Owners, count: int) -> tuple[Array, Owners, float]:
    """Return by reading how much chi2 would fall without it and its count of numbers; and the least checked one.

    The fall is exact for correlated noise. Checked is what share of a number's weight the fit leaves to see its error.
    """
    apart, size, least = np.zeros(count), np.bincount(owner, minlength=count), 1.0
    root = np.sqrt(var)
    for i in np.flatnonzero(size):
        mine = np.flatnonzero(owner == i)
        part = slack[np.ix_(mine, mine)]
        apart[i] = blame[mine] @ np.linalg.pinv(part, hermitian=True) @ blame[mine]
        least = min(least, float(np.linalg.eigvalsh(part * np.outer(root[mine], root[mine]))[0]))
    return apart, size, least


def _wander(h_r: Array, h_v: Array, back_s: Array) -> Array:
    """Return the covariance (m, m) that white jerk puts into the numbers, as integrals over the common past."""
    s, t = back_s[:, None], back_s[None, :]
    m, d = np.minimum(s, t), np.abs(s - t)
    pp = (m**5 / 5.0 + d * m**4 / 2.0 + d * d * m**3 / 3.0) / 4.0
    vv = m**3 / 3.0 + d * m * m / 2.0
    near = (m**4 / 4.0 + d * m**3 / 3.0) / 2.0  # place of the later, velocity of the earlier
    far = (m**4 / 4.0 + 2.0 * d * m**3 / 3.0 + d * d * m * m / 2.0) / 2.0
    pv = -np.where(s <= t, near, far)
    both = (h_r @ h_v.T) * pv
    total: Array = _JERK * ((h_r @ h_r.T) * pp + (h_v @ h_v.T) * vv + both + both.T)
    return total


def _shared(arc: Arc, owner: Owners, what: Owners, gain: Array) -> Array:
    """Return the covariance (m, m) of what is wrong with all of a sensor's numbers alike."""
    who = arc.sensor[owner]
    alike = (who[:, None] == who[None, :]) & (what[:, None] == what[None, :])
    size = gain * np.sqrt(arc.bias[owner, what])
    shared: Array = np.where(alike, np.outer(size, size), 0.0)
    return shared


def _flown(x: Array, tau_s: Array) -> tuple[Array, Array]:
    """Return places and velocities (k, 3) at tau_s around a state, total acceleration constant."""
    r, v = x[:3], x[3:6]
    pull = -wgs84.GM_M3PS2 / np.linalg.norm(r) ** 3 * r
    turn = wgs84.OMEGA_RADPS * np.array(
        [2.0 * v[1] + wgs84.OMEGA_RADPS * r[0], -2.0 * v[0] + wgs84.OMEGA_RADPS * r[1], 0.0]
    )
    a, tau = pull + turn + x[6:], tau_s[:, None]
    return r + v * tau + 0.5 * a * tau**2, v + a * tau


Numbers = tuple[Array, Array, Array, Array, Owners, Owners, Array]


def _numbers(arc: Arc, x: Array) -> Numbers:
    """Return what each number says beyond the state x, its slopes by place and velocity, its variance and its reading.

    Last, its column among the twelve, and by how much it grows with an error of that one.
    """
    r, v = _flown(x, arc.tau_s)
    given = ~np.isnan(arc.z)
    fix, look = given[:, :3].all(axis=1), given[:, 1] & given[:, 2] & ~given[:, 0]
    seen = _Seen(arc=arc, r=r, v=v)
    parts = [
        seen.fixes(np.flatnonzero(fix)),
        seen.sights(np.flatnonzero(look)),
        seen.ranges(np.flatnonzero(given[:, 0] & ~fix)),
        seen.rates(np.flatnonzero(given[:, 3])),
        seen.vectors(np.flatnonzero(given[:, 4:7].all(axis=1)), 4, r),
        seen.vectors(np.flatnonzero(given[:, 7:10].all(axis=1)), 7, v),
        seen.heights(np.flatnonzero(given[:, 10])),
        seen.speeds(np.flatnonzero(given[:, 11])),
    ]
    y, h_r, h_v, var, owner, what, gain = (np.concatenate(column) for column in zip(*parts, strict=True))
    return y, h_r, h_v, var, owner, what, gain


def _plain(i: Owners, what: int) -> tuple[Owners, Array]:
    """Return the column of numbers that are taken as they are, and by how much they grow with its error."""
    return np.full(i.size, what), np.ones(i.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """An arc beside the places and velocities (k, 3) that a state gives for it."""

    arc: Arc
    r: Array
    v: Array

    def _line(self, i: Owners) -> tuple[Array, Array]:
        """Return the unit vectors towards the object, and its distances."""
        d = self.r[i] - self.arc.place[i]
        far = np.linalg.norm(d, axis=1)
        return d / far[:, None], far

    def fixes(self, i: Owners) -> Numbers:
        """Range, azimuth and elevation together: a place along three axes, good however far off the state is."""
        frame, rho = sight(self.arc.z[i], self.arc.axes[i]), self.arc.z[i, 0]
        off = self.arc.place[i] + rho[:, None] * frame[:, 0] - self.r[i]
        var = self.arc.var[i, :3].copy()
        var[:, 1] *= (rho * np.cos(self.arc.z[i, 2])) ** 2
        var[:, 2] *= rho**2
        y = np.einsum("kij,kj->ki", frame, off)
        gain = np.stack([np.ones_like(rho), rho * np.cos(self.arc.z[i, 2]), rho], axis=1).ravel()
        none, what = np.zeros((3 * i.size, 3)), np.tile([0, 1, 2], i.size)
        return y.ravel(), frame.reshape(-1, 3), none, var.ravel(), np.repeat(i, 3), what, gain

    def sights(self, i: Owners) -> Numbers:
        """Azimuth and elevation: the angles off the line of sight, without a seam at north or at the zenith."""
        frame = sight(self.arc.z[i], self.arc.axes[i])
        to, far = self._line(i)
        along = np.einsum("kj,kj->k", frame[:, 0], to)
        y = -np.einsum("kij,kj->ki", frame[:, 1:], to)
        y += np.where(along < 0.0, _AWAY, 0.0)[:, None]
        h = frame[:, 1:] - np.einsum("kij,kj->ki", frame[:, 1:], to)[:, :, None] * to[:, None, :]
        var = self.arc.var[i, 1:3].copy()
        var[:, 0] *= np.cos(self.arc.z[i, 2]) ** 2
        h = (h / far[:, None, None]).reshape(-1, 3)
        gain = np.stack([np.cos(self.arc.z[i, 2]), np.ones(i.size)], axis=1).ravel()
        none, what = np.zeros((2 * i.size, 3)), np.tile([1, 2], i.size)
        return y.ravel(), h, none, np.maximum(var, 1e-16).ravel(), np.repeat(i, 2), what, gain

    def ranges(self, i: Owners) -> Numbers:
        """Slant range."""
        to, far = self._line(i)
        return self.arc.z[i, 0] - far, to, np.zeros((i.size, 3)), self.arc.var[i, 0], i, *_plain(i, 0)

    def rates(self, i: Owners) -> Numbers:
        """Range-rate, relative to a sensor that may be moving."""
        to, far = self._line(i)
        v = self.v[i] - self.arc.own_mps[i]
        rate = np.einsum("kj,kj->k", to, v)
        across = (v - rate[:, None] * to) / far[:, None]
        return self.arc.z[i, 3] - rate, across, to, self.arc.var[i, 3], i, *_plain(i, 3)

    def vectors(self, i: Owners, first: int, said: Array) -> Numbers:
        """Place (first = 4) or velocity (7) along the Earth's axes."""
        y = self.arc.z[i, first : first + 3] - said[i]
        unit, none = np.tile(np.eye(3), (i.size, 1)), np.zeros((3 * i.size, 3))
        h_r, h_v = (unit, none) if first == 4 else (none, unit)
        what = np.tile([first, first + 1, first + 2], i.size)
        return (
            y.ravel(),
            h_r,
            h_v,
            self.arc.var[i, first : first + 3].ravel(),
            np.repeat(i, 3),
            what,
            np.ones(what.size),
        )

    def heights(self, i: Owners) -> Numbers:
        """Height over the ellipsoid."""
        lat, lon, alt = geodetic_from_ecef(self.r[i])
        lat, lon = np.radians(lat), np.radians(lon)
        up = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
        return self.arc.z[i, 10] - alt, up, np.zeros((i.size, 3)), self.arc.var[i, 10], i, *_plain(i, 10)

    def speeds(self, i: Owners) -> Numbers:
        """Speed relative to the Earth."""
        size = np.maximum(np.linalg.norm(self.v[i], axis=1), 1e-3)
        y = self.arc.z[i, 11] - size
        return y, np.zeros((i.size, 3)), self.v[i] / size[:, None], self.arc.var[i, 11], i, *_plain(i, 11)
