"""Workloads C2, C3 and a hundred satellites, their windows as arrays, and how alike two lists of windows are.

C2: five satellites at 500 km and 97.4 deg, seven days, 1,000 points over the Korean peninsula. C3: the same five, one day,
10,000 points spread evenly over the Earth. A point is seen within 35 deg of geocentric nadir. Run by itself: nothing.
"""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from _report import digits
from sgp4.api import WGS72, Satrec
from sgp4.exporter import export_tle

from downrange.base import units
from downrange.coverage import Cone, Nadir, Points, Sensor, accesses, points_at
from downrange.orbit import ElementSet, read_tle

if TYPE_CHECKING:
    from types import ModuleType

    from downrange.base import Array

START = datetime(2024, 6, 1, tzinfo=UTC)
JD = 2_460_462.5
OFF_NADIR_DEG = 35.0
C2_COUNT, C3_COUNT = 25_222, 44_034  # windows that tatc 3.6.0 finds
SAME_S, CLOSE_S = 1.0, 0.2  # how near edges must be to be of one window; how near they should be
TESTS = Path(__file__).parents[1] / "tests" / "coverage"
FIVE = """\
1 90001U 23001A   24153.00000000  .00000000  00000-0  10000-4 0    10
2 90001  97.4000   0.0000 0010000  90.0000   0.0000 15.21936487    19
1 90002U 23001A   24153.00000000  .00000000  00000-0  10000-4 0    11
2 90002  97.4000  36.0000 0010000  90.0000  72.0000 15.21936487    18
1 90003U 23001A   24153.00000000  .00000000  00000-0  10000-4 0    12
2 90003  97.4000  72.0000 0010000  90.0000 144.0000 15.21936487    19
1 90004U 23001A   24153.00000000  .00000000  00000-0  10000-4 0    13
2 90004  97.4000 108.0000 0010000  90.0000 216.0000 15.21936487    10
1 90005U 23001A   24153.00000000  .00000000  00000-0  10000-4 0    14
2 90005  97.4000 144.0000 0010000  90.0000 288.0000 15.21936487    10
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Satellites (as two-line element sets), points and days."""

    name: str
    text: str
    lat_deg: Array
    lon_deg: Array
    days: float

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The two lines of each satellite."""
        lines = self.text.splitlines()
        return list(zip(lines[::2], lines[1::2], strict=True))

    def some(self, every: int) -> Work:
        """Return the same with every so manyth point."""
        return Work(
            name=self.name,
            text=self.text,
            lat_deg=self.lat_deg[::every],
            lon_deg=self.lon_deg[::every],
            days=self.days,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Windows sorted by point, then start: point (k,), satellite (k,), start and end [s], (k,)."""

    point: Array
    satellite: Array
    start_s: Array
    end_s: Array


def found_of(point: Any, satellite: Any, start_s: Any, end_s: Any) -> Found:  # noqa: ANN401 - whatever makes an array
    """Return windows in order."""
    order = np.lexsort((np.asarray(start_s), np.asarray(point)))
    take = (np.asarray(column)[order] for column in (point, satellite, start_s, end_s))
    return Found(**dict(zip(("point", "satellite", "start_s", "end_s"), take, strict=True)))


def c2(days: float = 7.0) -> Work:
    """Return workload C2, or some days of it."""
    lat, lon = np.meshgrid(np.linspace(33.0, 43.0, 40), np.linspace(124.0, 131.0, 25), indexing="ij")
    return Work(name="c2", text=FIVE, lat_deg=lat.ravel(), lon_deg=lon.ravel(), days=days)


def c3(count: int = 10_000) -> Work:
    """Return workload C3, or with fewer points."""
    i = np.arange(count)
    lat = np.degrees(np.arcsin(1.0 - 2.0 * (i + 0.5) / count))
    lon = ((i + 0.5) * 180.0 * (3.0 - 5.0**0.5) + 180.0) % 360.0 - 180.0
    return Work(name="c3", text=FIVE, lat_deg=lat, lon_deg=lon, days=1.0)


def mixed(count: int) -> str:
    """Return satellites of 530 to 1,630 km and 20 to 100 deg: the first of the thousand of the propagation workload."""
    draw, lines = np.random.default_rng(1), []
    for i in range(count):
        a_km = 1.02 * 6378.135 + draw.uniform(400.0, 1500.0)
        e, inclination = draw.uniform(1e-4, 0.02), np.radians(draw.uniform(20.0, 100.0))
        node, perigee, anomaly = (draw.uniform(0.0, 2.0 * np.pi) for _ in range(3))
        bstar, rate = 1e-5 * draw.uniform(0.0, 5.0), 60.0 * (398600.8 / a_km**3) ** 0.5
        satellite = Satrec()
        epoch = JD - 2_433_281.5
        elements = (bstar, 0.0, 0.0, e, perigee, inclination, anomaly, rate, node)
        satellite.sgp4init(WGS72, "i", 10_000 + i, epoch, *elements)
        lines += export_tle(satellite)
    return "\n".join(lines) + "\n"


def alike(count: int) -> str:
    """Return satellites like the five of C2, spread over planes and along them."""
    lines = []
    for i in range(count):
        satellite = Satrec()
        angles = np.radians([90.0, 97.4, 72.0 * i % 360.0, 360.0 / count * i])
        elements = (1e-5, 0.0, 0.0, 0.001, *angles[:3], 15.21936487 * 2.0 * np.pi / 1440.0, angles[3])
        satellite.sgp4init(WGS72, "i", 20_000 + i, JD - 2_433_281.5, *elements)
        lines += export_tle(satellite)
    return "\n".join(lines) + "\n"


def sensor() -> Sensor:
    """Return the criterion of C2 and C3."""
    return Sensor(field=Cone(half_angle_deg=OFF_NADIR_DEG), nadir=Nadir.GEOCENTRIC)


@cache
def read(text: str) -> tuple[ElementSet, ...]:
    """Return element sets, read once."""
    return tuple(read_tle(text))


def points(work: Work) -> Points:
    """Return a workload's points."""
    return points_at(work.lat_deg, work.lon_deg)


def ours(work: Work, threads: int | None = None) -> Found:
    """Return our windows of a workload."""
    seen = accesses(read(work.text), points(work), sensor(), START, work.days, threads=threads)
    return Found(point=seen.point, satellite=seen.satellite, start_s=seen.start_s, end_s=seen.end_s)


def likeness(mine: Found, theirs: Found) -> dict[str, Any]:
    """Return how many windows both have, how many of them within `CLOSE_S` at both ends, and how far the edges are apart."""
    rows_of: dict[tuple[int, int], list[int]] = {}
    for row, one in enumerate(zip(mine.point.tolist(), mine.satellite.tolist(), strict=True)):
        rows_of.setdefault(one, []).append(row)
    edges: list[float] = []
    for row, one in enumerate(zip(theirs.point.tolist(), theirs.satellite.tolist(), strict=True)):
        left = rows_of.get(one, [])
        apart = [max(abs(mine.start_s[k] - theirs.start_s[row]), abs(mine.end_s[k] - theirs.end_s[row])) for k in left]
        if apart and min(apart) <= SAME_S:
            edges.append(float(min(apart)))
            left.pop(int(np.argmin(apart)))
    return {
        "theirs": int(theirs.point.size),
        "in_both": len(edges),
        "lost": int(theirs.point.size) - len(edges),
        "added": int(mine.point.size) - len(edges),
        f"within_{CLOSE_S}_s": sum(edge <= CLOSE_S for edge in edges),
        "edge_median_s": digits(float(np.median(edges))) if edges else None,
        "edge_worst_s": digits(max(edges)) if edges else None,
    }


@cache
def reference() -> ModuleType:
    """Load the brute force of the tests, which are no package."""
    spec = importlib.util.spec_from_file_location("tests_coverage_brute_force", TESTS / "brute_force.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(TESTS)
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded  # records with slots look their module up
    spec.loader.exec_module(loaded)
    return loaded


def brute_force(work: Work, step_s: float = 1.0) -> Found:
    """Return the windows by looking every second and cutting in halves, with nothing that the coverage room has."""
    brute = reference()
    eye, rows = brute.Eye(half=(OFF_NADIR_DEG,)), []
    t = np.append(np.arange(0.0, work.days * units.DAY, step_s), work.days * units.DAY)
    for s, pair in enumerate(work.pairs):
        satellite = Satrec.twoline2rv(*pair)
        r, v = brute.orbit(satellite, JD, t)
        hung = brute.axes(r, v, geodetic=False)
        for p, (lat, lon) in enumerate(zip(work.lat_deg, work.lon_deg, strict=True)):
            view = brute.View(satellite, JD, (lat, lon, 0.0), eye)
            for run in brute.above_horizon(view, r):
                seen = brute.windows_in(view, t[run], view.margin_of(r[:, run], hung[:, :, run], t[run]))
                rows += [(p, s, *edges) for edges in zip(seen.start_s, seen.end_s, strict=True)]
    table = np.array(rows).reshape(-1, 4)
    return found_of(table[:, 0].astype(int), table[:, 1].astype(int), table[:, 2], table[:, 3])
