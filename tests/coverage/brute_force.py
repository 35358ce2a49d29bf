"""An answer to compare accesses with: slow, plain, and made of nothing that the coverage room has.

SGP4 every second, the mean sidereal time of 1982, WGS84, angles by arc tangents; every change of sign is cut in halves down
to a microsecond of the true function, and every top or dip between samples is looked into. Only numpy and sgp4.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from sgp4.api import Satrec

JD_2000 = 2_451_545.0
RE_M, FLATTENING = 6_378_137.0, 1.0 / 298.257223563
E2 = FLATTENING * (2.0 - FLATTENING)
OMEGA_RADPS = 7.292115146706979e-5  # rate of that sidereal time, as published with it
STEP_S = 0.05  # either way: truncation and rounding both stay below 1e-7 m/s
GOLDEN = 0.5 * (np.sqrt(5.0) - 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Eye:
    """What a satellite can see; angles in degrees. `half` is of a cone, or (along, across) of a rectangle."""

    half: tuple[float, ...]
    roll: float = 0.0
    pitch: float = 0.0
    geodetic: bool = False
    agile: tuple[float, float] | None = None
    min_elevation: float = 0.0
    min_sun: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """Windows in order: start, end [s], and the steepness of the margin at both [rad/s]."""

    start_s: np.ndarray = field(default_factory=lambda: np.empty(0))
    end_s: np.ndarray = field(default_factory=lambda: np.empty(0))
    steep: np.ndarray = field(default_factory=lambda: np.empty((0, 2)))


def sidereal(jd: float, t_s: np.ndarray) -> np.ndarray:
    """Return the mean sidereal time [rad] so many seconds after a Julian date, UT1 = UTC.

    Published as one sum of seconds with 876,600 hours times T; that is a turn a day, whose whole days are left out here,
    or the sum would be good to a tenth of a microsecond only: 0.4 mm at geostationary height.
    """
    t = (jd - JD_2000 + t_s / 86_400.0) / 36_525.0
    turns_s = (jd - JD_2000) % 1.0 * 86_400.0 + t_s
    seconds = 67_310.54841 + turns_s + 8_640_184.812866 * t + 0.093104 * t**2 - 6.2e-6 * t**3
    return np.radians(seconds % 86_400.0 / 240.0)


def turned(vector: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Return vectors (3, n) of TEME in Earth-fixed axes."""
    c, s = np.cos(angle), np.sin(angle)
    return np.stack([c * vector[0] + s * vector[1], c * vector[1] - s * vector[0], vector[2]])


def teme(satellite: Satrec, jd: float, t_s: np.ndarray) -> np.ndarray:
    """Return SGP4's positions [m], (3, n)."""
    error, r_km, _ = satellite.sgp4_array(np.full(t_s.shape, jd), t_s / 86_400.0)
    assert not error.any(), error[error > 0][0]
    return 1e3 * r_km.T


def orbit(satellite: Satrec, jd: float, t_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return positions [m] and velocities against the stars [m/s] in Earth-fixed axes, (3, n).

    The velocity is how SGP4's positions move. SGP4's own velocity leaves out small terms of that.
    """
    angle = sidereal(jd, t_s)
    later, before = teme(satellite, jd, t_s + STEP_S), teme(satellite, jd, t_s - STEP_S)
    return turned(teme(satellite, jd, t_s), angle), turned((later - before) / (2.0 * STEP_S), angle)


def place(lat_deg: float, lon_deg: float, alt_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Return a point on the ground [m] and the way up there."""
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    n = RE_M / np.sqrt(1.0 - E2 * np.sin(lat) ** 2)
    return up * (n + alt_m) - np.array([0.0, 0.0, n * E2 * np.sin(lat)]), up


def upward(r_m: np.ndarray) -> np.ndarray:
    """Return the normal of the ellipsoid under a satellite, (3, n), by iteration over the latitude."""
    p = np.hypot(r_m[0], r_m[1])
    lat = np.arctan2(r_m[2], p * (1.0 - E2))
    for _ in range(7):  # each is 150 times nearer
        n = RE_M / np.sqrt(1.0 - E2 * np.sin(lat) ** 2)
        lat = np.arctan2(r_m[2] + n * E2 * np.sin(lat), p)
    lon = np.arctan2(r_m[1], r_m[0])
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def sunward(jd: float, t_s: np.ndarray) -> np.ndarray:
    """Return the way to the sun, Earth-fixed, (3, n): Astronomical Almanac, page C5."""
    days = jd - JD_2000 + t_s / 86_400.0
    g = np.radians(357.528 + 0.9856003 * days)
    far = np.radians(280.460 + 0.9856474 * days + 1.915 * np.sin(g) + 0.020 * np.sin(2.0 * g))
    tilt = np.radians(23.439 - 0.0000004 * days)
    way = np.stack([np.cos(far), np.cos(tilt) * np.sin(far), np.sin(tilt) * np.sin(far)])
    return turned(way, sidereal(jd, t_s))


def axes(r: np.ndarray, v: np.ndarray, *, geodetic: bool) -> np.ndarray:
    """Return the satellite's axes (3, 3, n): ahead, right of the motion, down."""
    down = -upward(r) if geodetic else -r / np.sqrt(np.sum(r * r, axis=0))
    ahead = v - down * np.sum(v * down, axis=0)
    ahead /= np.sqrt(np.sum(ahead * ahead, axis=0))
    x, y, z = down
    return np.stack(
        [ahead, [y * ahead[2] - z * ahead[1], z * ahead[0] - x * ahead[2], x * ahead[1] - y * ahead[0]], down]
    )


class View:
    """One satellite, one point, one eye: the margin by which the one can see the other [rad]."""

    def __init__(self, satellite: Satrec, jd: float, point: tuple[float, float, float], eye: Eye) -> None:
        self.satellite, self.jd, self.eye = satellite, jd, eye
        self.point, self.up = place(*point)

    def margin(self, t_s: np.ndarray) -> np.ndarray:
        """Return the smallest margin at each time; above zero it is seen."""
        r, v = orbit(self.satellite, self.jd, t_s)
        return self.margin_of(r, axes(r, v, geodetic=self.eye.geodetic), t_s)

    def margin_of(self, r: np.ndarray, hung: np.ndarray, t_s: np.ndarray) -> np.ndarray:
        """Return the same where the satellite's positions and axes are known."""
        d = r - self.point[:, None]
        far = np.sqrt(np.sum(d * d, axis=0))
        least = np.arcsin(np.clip(self.up @ d / far, -1.0, 1.0)) - np.radians(self.eye.min_elevation)
        if self.eye.min_sun is not None:
            sun = np.arcsin(np.clip(self.up @ sunward(self.jd, t_s), -1.0, 1.0))
            least = np.minimum(least, sun - np.radians(self.eye.min_sun))
        return np.minimum(least, self.aimed(-np.sum(hung * d, axis=1)))

    def aimed(self, look: np.ndarray) -> np.ndarray:
        """Return the margin where `look` is given as ahead, to the right, down: rolled first, then pitched."""
        eye = self.eye
        (ahead, right, down), roll, pitch = look, np.radians(eye.roll), np.radians(eye.pitch)
        right, down = np.cos(roll) * right - np.sin(roll) * down, np.cos(roll) * down + np.sin(roll) * right
        if eye.agile is not None:  # turned in roll, then in pitch: the latter is the angle out of the plane across
            along, across = (eye.half * 2)[:2]
            of_roll, of_pitch = np.arctan2(right, down), np.arctan2(ahead, np.hypot(right, down)) - pitch
            most_roll, most_pitch = (np.radians(a + b) for a, b in zip((across, along), eye.agile, strict=True))
            return np.minimum(most_roll - np.abs(of_roll), most_pitch - np.abs(of_pitch))
        ahead, down = np.cos(pitch) * ahead - np.sin(pitch) * down, np.cos(pitch) * down + np.sin(pitch) * ahead
        if len(eye.half) == 1:
            return np.radians(eye.half[0]) - np.arctan2(np.hypot(ahead, right), down)
        along, across = np.radians(eye.half)
        return np.minimum(along - np.abs(np.arctan2(ahead, down)), across - np.abs(np.arctan2(right, down)))


def above_horizon(view: View, r: np.ndarray) -> list[np.ndarray]:
    """Return the runs of samples of positions (3, n) that may be above a point's horizon, found without an angle."""
    r_point = float(np.linalg.norm(view.point))
    lowest = r_point - 0.0034 * (np.linalg.norm(r, axis=0) + r_point)  # the plumb line leans 0.0034 rad at most
    near = np.flatnonzero(view.point @ r > r_point * lowest)
    runs = np.split(near, np.flatnonzero(np.diff(near) > 1) + 1)
    return [run for run in runs if run.size > 2]


def halved(view: View, inside: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """Return the times between pairs where the margin goes through zero, to a microsecond."""
    inside, outside = inside.copy(), outside.copy()
    while inside.size and np.abs(inside - outside).max() > 1e-6:
        middle = 0.5 * (inside + outside)
        seen = view.margin(middle) > 0.0
        inside, outside = np.where(seen, middle, inside), np.where(seen, outside, middle)
    return 0.5 * (inside + outside)


def extreme(view: View, low: np.ndarray, high: np.ndarray, sign: float) -> np.ndarray:
    """Return the times of the tops (sign 1) or dips (-1) between pairs, by golden section to a tenth of a millisecond."""
    low, high = low.copy(), high.copy()
    while low.size and (high - low).max() > 1e-4:
        a, b = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        left = sign * view.margin(a) > sign * view.margin(b)
        low, high = np.where(left, low, a), np.where(left, b, high)
    return 0.5 * (low + high)


def windows(view: View, begin_s: float, span_s: float, step_s: float = 1.0) -> Windows:
    """Return all windows of a span, in seconds after its begin: looked for a little beyond its ends, then cut there."""
    t = np.append(np.arange(-step_s, span_s, step_s), [span_s, span_s + step_s])
    found = windows_in(view, begin_s + t, view.margin(begin_s + t))
    start, end = found.start_s - begin_s, found.end_s - begin_s
    keep = (end > 0.0) & (start < span_s)
    return Windows(start_s=np.maximum(start[keep], 0.0), end_s=np.minimum(end[keep], span_s), steep=found.steep[keep])


def windows_in(view: View, t: np.ndarray, f: np.ndarray, near_rad: float = 0.02) -> Windows:
    """Return all windows where the margin was sampled: tops and dips within `near_rad` of zero are looked into."""
    middle, before, after = f[1:-1], f[:-2], f[2:]
    top = np.flatnonzero((middle >= before) & (middle >= after) & (middle <= 0.0) & (middle > -near_rad)) + 1
    dip = np.flatnonzero((middle <= before) & (middle <= after) & (middle > 0.0) & (middle < near_rad)) + 1
    more = np.append(extreme(view, t[top - 1], t[top + 1], 1.0), extreme(view, t[dip - 1], t[dip + 1], -1.0))
    if more.size:
        t, f = np.append(t, more), np.append(f, view.margin(more))
        order = np.argsort(t, kind="stable")
        t, f = t[order], f[order]
    seen = f > 0.0
    rise, fall = np.flatnonzero(~seen[:-1] & seen[1:]), np.flatnonzero(seen[:-1] & ~seen[1:])
    opens, closes = halved(view, t[rise + 1], t[rise]), halved(view, t[fall], t[fall + 1])
    start = np.append(t[:1], opens) if seen[0] else opens
    end = np.append(closes, t[-1]) if seen[-1] else closes
    both = np.stack([start, end], axis=-1)
    steep = (view.margin(both.ravel() + 1e-3) - view.margin(both.ravel() - 1e-3)) / 2e-3 if both.size else np.empty(0)
    return Windows(start_s=start, end_s=end, steep=np.abs(steep).reshape(-1, 2))
