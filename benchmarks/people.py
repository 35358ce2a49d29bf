"""What it costs to count the people of an area and to load the places, beside a plain loop over polygons.

Three areas: an ellipse of 150 x 40 km over western Korea, the same over Seoul, and a rough outline of 1,000 corners over the
middle of Korea. The peer is what one would write first with shapely and pyproj: each place that meets the area is intersected
with it, and the geodesic area of the piece decides how many of its people count. It has neither kinds of ground nor towns.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import time
from typing import Any

import numpy as np
import pyproj
import shapely
from _report import digits, options, say, tell

from downrange.base import normals
from downrange.earth import alert_places, people_in

SEED = 6
WANTED_MS = 5.0
WANTED_START_S, WANTED_START_MB = 0.5, 50.0
START = """
import json, resource, sys, time
import numba, shapely, pyproj, msgspec  # what the rest of a replay brings anyway
import downrange.earth as earth
def told():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
before, first = told(), time.process_time()
earth.alert_places()
places = time.process_time()
earth.people_in(shapely.box(126.9, 37.4, 127.1, 37.6))
counted = time.process_time()
small = told()
earth.places(earth.Level.TOWNSHIP)
print(json.dumps({"places_s": places - first, "first_count_s": counted - places, "memory_mb": small - before,
    "townships_s": time.process_time() - counted, "townships_mb": told() - small}))
"""


def outline(
    lat_deg: float, lon_deg: float, north_m: float, east_m: float, corners: int, rough: float
) -> shapely.Polygon:
    """Return an ellipse on the map, its radius rough by that share from corner to corner."""
    turn = np.linspace(0.0, 2.0 * math.pi, corners, endpoint=False)
    size = 1.0 + rough * normals(SEED, corners, 1)[:, 0]
    lat = lat_deg + size * north_m * np.cos(turn) / 111.2e3
    lon = lon_deg + size * east_m * np.sin(turn) / 111.2e3 / math.cos(math.radians(lat_deg))
    return shapely.Polygon(np.column_stack((lon, lat)))


AREAS = {
    "west_of_korea": outline(36.3, 126.6, 75e3, 20e3, 64, 0.0),
    "seoul": outline(37.55, 126.98, 20e3, 75e3, 64, 0.0),
    "thousand_corners": outline(36.2, 127.3, 60e3, 60e3, 1_000, 0.002),
}


def naive(area: shapely.Polygon) -> float:
    """Count as one would at first: place by place, geodesic areas of intersections."""
    geod = pyproj.Geod(ellps="WGS84")
    found = 0.0
    for place in alert_places():
        if place.geometry_lonlat.intersects(area):
            piece = place.geometry_lonlat.intersection(area)
            whole_m2 = abs(geod.geometry_area_perimeter(shapely.orient_polygons(place.geometry_lonlat))[0])
            piece_m2 = abs(geod.geometry_area_perimeter(shapely.orient_polygons(piece))[0])
            found += (place.people_best or 0) * piece_m2 / whole_m2
    return found


def milliseconds(work: Any, count: int) -> list[float]:  # noqa: ANN401 - a call
    """Return the CPU milliseconds of each of so many calls."""
    spent = []
    for _ in range(count):
        start = time.process_time()
        work()
        spent.append(1e3 * (time.process_time() - start))
    return spent


def start_up() -> dict[str, float]:
    """Return seconds and memory of a fresh process, compiled once before."""
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True)  # noqa: S603
    return {key: digits(value) for key, value in json.loads(done.stdout).items()}


def measured(count: int, *, peers: bool) -> dict[str, dict[str, Any]]:
    """Return what each area costs us, and the peer."""
    told: dict[str, dict[str, Any]] = {}
    for name, area in AREAS.items():
        people = people_in(area)
        spent = milliseconds(lambda area=area: people_in(area), count)
        row: dict[str, Any] = {
            "people": [round(value or 0.0) for value in (people.low, people.best, people.high)],
            "places": len(people.by_place),
            "p50_ms": digits(float(np.percentile(spent, 50))),
            "p99_ms": digits(float(np.percentile(spent, 99))),
        }
        if peers:
            row["peer_people"] = round(naive(area))
            row["peer_p50_ms"] = digits(float(np.percentile(milliseconds(lambda area=area: naive(area), 5), 50)))
            row["ratio"] = digits(row["peer_p50_ms"] / row["p50_ms"])
        told[name] = row
        say(
            f"{name:18s}{row['p50_ms']:8.2f} ms, p99 {row['p99_ms']:.2f}; {row['people'][1]:,} people in {row['places']} places"
        )
    return told


def main() -> None:
    """Measure and tell."""
    asked = options(__doc__)
    start = start_up()
    say(f"places {start['places_s']} s, first count {start['first_count_s']} s, {start['memory_mb']} MB")
    result: dict[str, Any] = {
        "areas": measured(20 if asked.tiny else 1_000, peers=asked.peers),
        "start": start,
        "wanted": {"p99_ms": WANTED_MS, "start_s": WANTED_START_S, "start_mb": WANTED_START_MB},
        "peer": {"what": "shapely and pyproj, place by place"} if asked.peers else {"absent": "switched off"},
    }
    tell("people", result, tiny=asked.tiny)


if __name__ == "__main__":
    main()
