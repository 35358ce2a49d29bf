"""Accesses against a look every second and every top between, by code that shares nothing with the room (brute_force.py).

Orbits, points and sensors of every kind are drawn. Most points are moved to where they are seen for a twentieth of a
second to three, or missed by as little.
"""

import importlib.util
import math
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sgp4.api import WGS72, Satrec
from sgp4.exporter import export_tle

from downrange.coverage import Agility, Cone, Nadir, Rectangle, Sensor, accesses, points_at
from downrange.orbit import read_tle

START = datetime(2024, 6, 1, tzinfo=UTC)
JD = 2_460_462.5
CASES = 500
EDGE_S, SHARP_EDGE_S = 0.010, 0.001  # what `accesses` promises: anywhere, and where a window does not graze its limit
SHARP_RADPS = 2e-4  # steeper than this the margin goes through zero where a window does not graze
GRAZED_S = (0.05, 3.0)
SHORT_S = 1.0


def _brute():
    spec = importlib.util.spec_from_file_location(
        "tests_coverage_brute_force", Path(__file__).parent / "brute_force.py"
    )
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded  # records with slots look their module up
    spec.loader.exec_module(loaded)
    return loaded


BRUTE = _brute()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One satellite, one point, one sensor, from whole seconds after START on for some seconds."""

    lines: tuple[str, str]
    point: tuple[float, float, float]
    eye: object
    begin_s: float
    span_s: float

    def brute(self):
        """Return the windows of the reference, seconds after begin_s."""
        view = BRUTE.View(Satrec.twoline2rv(*self.lines), JD, self.point, self.eye)
        return BRUTE.windows(view, self.begin_s, self.span_s)

    def ours(self):
        (one,) = read_tle("\n".join(self.lines))
        start = START + timedelta(seconds=self.begin_s)
        return accesses([one], points_at(*self.point), sensor_of(self.eye), start, self.span_s / 86_400.0)


def sensor_of(eye):
    """Return our words for what an eye is."""
    turn = {"roll_deg": eye.roll, "pitch_deg": eye.pitch}
    if len(eye.half) == 1:
        field = Cone(half_angle_deg=eye.half[0], **turn)
    else:
        field = Rectangle(along_deg=eye.half[0], across_deg=eye.half[1], **turn)
    return Sensor(
        field=field,
        nadir=Nadir.GEODETIC if eye.geodetic else Nadir.GEOCENTRIC,
        agility=None if eye.agile is None else Agility(roll_deg=eye.agile[0], pitch_deg=eye.agile[1]),
        min_elevation_deg=eye.min_elevation,
        min_sun_elevation_deg=eye.min_sun,
    )


def lines_of(a_km, e, angles_deg):
    """Return two lines; angles: inclination, node, perigee, mean anomaly at START."""
    satellite = Satrec()
    inclination, node, perigee, anomaly = np.radians(angles_deg)
    rate = 60.0 * math.sqrt(398_600.8 / a_km**3)
    elements = (1e-5, 0.0, 0.0, e, perigee, inclination, anomaly, rate, node)
    satellite.sgp4init(WGS72, "i", 90_001, JD - 2_433_281.5, *elements)
    return tuple(export_tle(satellite))


def drawn_orbit(draw):
    """Return (semi-major axis [km], eccentricity, angles): low orbits mostly, and every other kind."""
    turns = list(draw.uniform(0.0, 360.0, 3))
    tilt = math.degrees(math.acos(draw.uniform(-1.0, 1.0)))
    low_km = 6_378.135 + draw.uniform(200.0, 2_000.0)
    e, oval_e = draw.uniform(0.0, 0.002), draw.uniform(0.005, 0.3)
    orbits = {
        "low": (low_km, e, [tilt, *turns]),
        "polar": (low_km, e, [draw.uniform(88.0, 100.0), *turns]),
        "oval": (low_km / (1.0 - oval_e), oval_e, [tilt, *turns]),
        "molniya": (26_554.0, draw.uniform(0.5, 0.74), [63.4, turns[0], 270.0, turns[2]]),
        "transfer": (24_400.0, draw.uniform(0.70, 0.72), [draw.uniform(0.0, 60.0), *turns]),
        "high": (draw.uniform(9_000.0, 42_000.0), draw.uniform(0.0, 0.05), [tilt, *turns]),
        "still": (42_164.0, draw.uniform(0.0, 0.01), [draw.uniform(0.0, 15.0), *turns]),
    }
    return orbits[str(draw.choice(list(orbits), p=[0.4, 0.1, 0.15, 0.1, 0.05, 0.1, 0.1]))]


def drawn_eye(draw, kind, highest_deg):
    """Return an eye of a kind; highest_deg: how far off nadir the limb is."""
    half = draw.uniform(0.05, 1.1) * min(highest_deg, 62.0)
    common = {
        "geodetic": bool(draw.integers(2)),
        "min_elevation": float(draw.choice([0.0, 0.0, draw.uniform(0.0, 30.0)])),
    }
    lean = {"roll": draw.uniform(-0.6, 0.6) * highest_deg, "pitch": draw.uniform(-0.4, 0.4) * highest_deg}
    oblong = (draw.uniform(0.1, 0.6) * highest_deg, draw.uniform(0.1, 0.6) * highest_deg)
    small = (0.3 * oblong[0], 0.3 * oblong[1])
    agile = {"agile": (draw.uniform(0.0, 0.5) * highest_deg, draw.uniform(0.0, 0.5) * highest_deg)}
    eyes = {
        "cone": {"half": (half,)},
        "horizon": {"half": (90.0,)},
        "aimed": {"half": (0.5 * half,), **lean},
        "oblong": {"half": oblong},
        "aimed oblong": {"half": oblong, **lean},
        "agile": {"half": (0.3 * half,), **agile},
        "agile aimed": {"half": small, **agile, **lean},
    }
    return BRUTE.Eye(**eyes[kind], **common)


KINDS = ("cone", "cone", "cone", "horizon", "horizon", "aimed", "oblong", "aimed oblong", "agile", "agile aimed")


def moved(place_of, margin_of, aim):
    """Return the point on a line over the ground whose largest margin is `aim`; None where the line has none.

    place_of: share of the line -> point; margin_of: point -> largest margin while the satellite goes by
    """
    shares = np.linspace(0.0, 1.0, 13)
    best = [margin_of(place_of(share)) - aim for share in shares]
    turn = np.flatnonzero((np.array(best[:-1]) > 0.0) & (np.array(best[1:]) <= 0.0))
    if not turn.size:
        return None
    inside, outside = shares[turn[-1]], shares[turn[-1] + 1]
    for _ in range(45):
        middle = 0.5 * (inside + outside)
        inside, outside = (middle, outside) if margin_of(place_of(middle)) > aim else (inside, middle)
    return place_of(inside)


class Flyby:
    """A satellite around the middle of a span, every tenth of a second: the ground below, and margins there."""

    def __init__(self, satellite, eye, middle_s, half_s):
        self.satellite, self.eye = satellite, eye
        self.t_s = middle_s + np.linspace(-half_s, half_s, 1_201)
        self.r, self.v = BRUTE.orbit(satellite, JD, self.t_s)
        self.hung = BRUTE.axes(self.r, self.v, geodetic=eye.geodetic)
        self.foot = self.aimed_at()

    def aimed_at(self):
        """Return the direction of the ground that the field's axis meets at the middle; the foot where it meets none."""
        r, (ahead, right, down) = self.r[:, 600], self.hung[:, :, 600]
        roll, pitch = math.radians(self.eye.roll), math.radians(self.eye.pitch)
        rolled = math.cos(roll) * down + math.sin(roll) * right
        sight = math.cos(pitch) * rolled + math.sin(pitch) * ahead
        depth, height = -float(sight @ r), float(np.linalg.norm(r))
        inside = depth**2 - height**2 + 6.37e6**2
        found = r + sight * (depth - math.sqrt(inside)) if inside > 0.0 and depth > 0.0 else r
        return found / np.linalg.norm(found)

    def ground(self, angle, alt_m, azimuth):
        """Return the point so far [rad] from where the field's axis meets the ground, in an azimuth from the motion."""
        ahead = self.v[:, 600] - self.foot * (self.foot @ self.v[:, 600])
        ahead /= np.linalg.norm(ahead)
        right = np.cross(ahead, self.foot)
        aside = math.cos(azimuth) * ahead + math.sin(azimuth) * right
        way = math.cos(angle) * self.foot + math.sin(angle) * aside
        lat = math.degrees(math.atan2(way[2], math.hypot(way[0], way[1])))
        return lat, math.degrees(math.atan2(way[1], way[0])), alt_m

    def largest(self, point):
        """Return the largest margin, by a parabola through the three largest."""
        view = BRUTE.View(self.satellite, JD, point, self.eye)
        f = view.margin_of(self.r, self.hung, self.t_s)
        k = int(np.clip(np.argmax(f), 1, f.size - 2))
        a, b, c = f[k - 1], f[k], f[k + 1]
        bend = a - 2.0 * b + c
        return b - (c - a) ** 2 / (8.0 * bend) if bend < 0.0 else max(a, b, c)

    def top_s(self, point):
        """Return when the margin is largest."""
        view = BRUTE.View(self.satellite, JD, point, self.eye)
        return float(self.t_s[np.argmax(view.margin_of(self.r, self.hung, self.t_s))])

    def bend(self, point):
        """Return -f'' of the margin at its top [rad/s^2]."""
        view = BRUTE.View(self.satellite, JD, point, self.eye)
        f = view.margin_of(self.r, self.hung, self.t_s)
        k = int(np.clip(np.argmax(f), 1, f.size - 2))
        return max(1e-12, -(f[k - 1] - 2.0 * f[k] + f[k + 1]) / (self.t_s[1] - self.t_s[0]) ** 2)


def grazing(draw, flyby, line):
    """Return a point on a line that is seen, or missed, by as little as GRAZED_S says; None where the line has no edge."""
    found = moved(line, flyby.largest, 0.0)
    if found is None:
        return None
    near = Flyby(flyby.satellite, flyby.eye, flyby.top_s(found), 30.0)
    seen_s = math.exp(draw.uniform(*np.log(GRAZED_S)))
    aim = float(draw.choice([1.0, 1.0, -1.0])) * near.bend(found) * seen_s**2 / 8.0
    return moved(line, near.largest, aim) or found


def drawn_case(seed):
    """Return a case: three in four graze, or try to."""
    draw = np.random.default_rng(seed)
    a_km, e, angles = drawn_orbit(draw)
    lines = lines_of(a_km, e, angles)
    satellite = Satrec.twoline2rv(*lines)
    half_s = float(np.clip(round(0.1 * 2.0 * math.pi * math.sqrt(a_km**3 / 398_600.4)), 400, 2_500))
    middle_s = float(draw.integers(3_000, 86_400))
    r, _ = BRUTE.orbit(satellite, JD, np.array([middle_s]))
    limb_deg = math.degrees(math.asin(min(0.99, 6_360e3 / float(np.linalg.norm(r)))))
    eye = drawn_eye(draw, KINDS[seed % len(KINDS)], limb_deg)
    flyby = Flyby(satellite, eye, middle_s, half_s)
    alt_m = float(draw.choice([0.0, draw.uniform(-400.0, 9_000.0)]))
    azimuth = draw.choice([0.5, 0.5, -0.5, -0.5, draw.uniform(-1.0, 1.0)]) * math.pi
    reach = math.radians(90.0 - limb_deg)
    point = flyby.ground(draw.uniform(0.0, 1.0) * reach, alt_m, azimuth)
    if draw.random() < 0.75:
        point = grazing(draw, flyby, lambda share: flyby.ground(1.05 * share * reach, alt_m, azimuth)) or point
    elif draw.random() < 0.3:
        point = (float(draw.choice([90.0, -90.0, 0.0, 89.99])), float(draw.choice([180.0, -180.0, 0.0])), alt_m)
    if draw.random() < 0.15:
        _, up = BRUTE.place(*point)
        sun = up @ BRUTE.sunward(JD, np.array([flyby.top_s(point)]))[:, 0]
        eye = replace(eye, min_sun=math.degrees(math.asin(sun)) + draw.uniform(-0.1, 0.1))
    late_s = float(draw.choice([0.0, 0.0, 0.0, half_s]))  # the span may begin in the middle of a pass
    begin_s = middle_s - half_s + late_s
    return Case(lines=lines, point=point, eye=eye, begin_s=begin_s, span_s=2.0 * half_s - late_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What came of a case: windows of the reference, faults in words, the worst edges [s]."""

    brute: object
    faults: tuple[str, ...]
    edge_s: float
    sharp_edge_s: float


def compared(case):
    """Return what two answers to a case differ in; what lasts less than two edges may be off may be there or not."""
    brute, ours = case.brute(), case.ours()
    theirs = merged(list(zip(brute.start_s, brute.end_s, brute.steep, strict=True)))
    mine = merged([(a, b, None) for a, b in zip(ours.start_s, ours.end_s, strict=True)])
    faults, edge_s, sharp_s = [], 0.0, 0.0
    for start, end, steep in theirs:
        met = [row for row in mine if row[0] < end + EDGE_S and row[1] > start - EDGE_S]
        if len(met) != 1:
            if end - start > 2.0 * EDGE_S:
                faults.append(f"{len(met)} of ours for the window {start:.4f} to {end:.4f}")
            continue
        mine.remove(met[0])
        for mine_s, true_s, slope in zip(met[0], (start, end), steep, strict=False):
            apart = abs(mine_s - true_s)
            edge_s = max(edge_s, apart)
            if slope > SHARP_RADPS:
                sharp_s = max(sharp_s, apart)
            if apart > (SHARP_EDGE_S if slope > SHARP_RADPS else EDGE_S):
                faults.append(f"edge at {true_s:.4f} of {start:.4f} to {end:.4f} is {apart:.4f} s off")
    faults += [f"added {a:.4f} to {b:.4f}" for a, b, _ in mine if b - a > 2.0 * EDGE_S]
    faults += [f"open flags: {row}" for row in flags(case, ours)]
    return Compared(brute=brute, faults=tuple(faults), edge_s=edge_s, sharp_edge_s=sharp_s)


def merged(rows):
    """Return windows (from, to, steepness at both) with gaps shorter than EDGE_S closed."""
    out = []
    for start, end, steep in rows:
        if out and start - out[-1][1] <= EDGE_S:
            first, _, before = out.pop()
            out.append((first, end, None if steep is None else (before[0], steep[1])))
        else:
            out.append((start, end, steep))
    return out


def flags(case, ours):
    """Say which windows are called open where they are not, or the other way round."""
    begins = [(row, True) for row in range(len(ours)) if ours.open_start[row] != (ours.start_s[row] == 0.0)]
    ends = [(row, False) for row in range(len(ours)) if ours.open_end[row] != (ours.end_s[row] == ours.span_s)]
    return begins + ends


@pytest.mark.parametrize("kind", list(dict.fromkeys(KINDS)))
def test_drawn_cases_of_every_kind(kind):
    seeds = [seed for seed in range(CASES) if KINDS[seed % len(KINDS)] == kind]
    results = {seed: compared(drawn_case(seed)) for seed in seeds}
    assert {seed: found.faults for seed, found in results.items() if found.faults} == {}
    lasts = np.concatenate([found.brute.end_s - found.brute.start_s for found in results.values()])
    assert np.count_nonzero(lasts < SHORT_S) >= len(seeds) / 20, "the cases graze"
    assert np.count_nonzero([not found.brute.start_s.size for found in results.values()]) >= len(seeds) / 10, "or miss"


def test_thirty_points_and_a_day_of_three_orbits():
    draw = np.random.default_rng(30)
    lat, lon = draw.uniform(33.0, 43.0, 30), draw.uniform(124.0, 131.0, 30)
    angles = ([97.4, 0.0, 90.0, 0.0], [97.4, 72.0, 90.0, 144.0], [41.0, 200.0, 0.0, 10.0])
    pairs = [lines_of(a_km, 0.001, turn) for a_km, turn in zip((6_878.0, 6_890.0, 6_930.0), angles, strict=True)]
    sets = [read_tle("\n".join(pair))[0] for pair in pairs]
    seen = accesses(sets, points_at(lat, lon), sensor_of(BRUTE.Eye(half=(35.0,))), START, 1.0)
    t_s = np.arange(-1.0, 86_402.0)
    windows, edge_s = 0, 0.0
    for s, pair in enumerate(pairs):
        satellite = Satrec.twoline2rv(*pair)
        r, v = BRUTE.orbit(satellite, JD, t_s)
        hung = BRUTE.axes(r, v, geodetic=False)
        for p, place in enumerate(zip(lat, lon, strict=True)):
            view = BRUTE.View(satellite, JD, (*place, 0.0), BRUTE.Eye(half=(35.0,)))
            runs = [
                BRUTE.windows_in(view, t_s[run], view.margin_of(r[:, run], hung[:, :, run], t_s[run]))
                for run in BRUTE.above_horizon(view, r)
            ]
            mine = (seen.satellite == s) & (seen.point == p)
            assert np.count_nonzero(mine) == sum(run.start_s.size for run in runs), (s, p)
            for name in ("start_s", "end_s"):
                true = np.clip(np.concatenate([getattr(run, name) for run in runs]), 0.0, 86_400.0)
                edge_s = max([edge_s, *np.abs(getattr(seen, name)[mine] - true)])
            windows += np.count_nonzero(mine)
    assert windows == len(seen) > 80
    assert edge_s < SHARP_EDGE_S
