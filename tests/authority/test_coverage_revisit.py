"""How often Malligyong-1 and copies of it see the Korean peninsula: a table made with other code, to the digits printed.

SOURCE element set: NORAD 58400 (2023-179A), epoch 24159.97159215, from the public catalogue.
SOURCE table: made beforehand by a separate program from the same element set and the definitions repeated here:
200 points (every fifth of 40 latitudes from 33 to 43 N by 25 longitudes from 124 to 131 E, latitude-major), 30 days
from 2024-06-01T00:00Z, geocentric off-nadir angle, horizon masked, no cloud. A look is the middle of a window, both
ends of the span count as looks, mean wait is sum(gap^2) / (2 sum(gap)) over all points. By day means the sun more than
10 deg high at the middle of the window. "same": one plane, mean anomaly 360/n apart; "raan": node and mean anomaly
180/n apart each. Sensors and points are illustrative; nothing is known of the real one's.
"""

from datetime import UTC, datetime

import numpy as np
import pytest

from downrange.base import units
from downrange.coverage import Cone, Sensor, accesses, points_at
from downrange.coverage.daylight import daylit
from downrange.coverage.gaps import gaps_of, pooled
from downrange.orbit import element_set, read_tle

MALLIGYONG = """
1 58400U 23179A   24159.97159215  .00006581  00000+0  30025-3 0  9991
2 58400  97.4051  46.9797 0001572 158.6830 201.4471 15.20948569 30329
"""
START, DAYS = datetime(2024, 6, 1, tzinfo=UTC), 30.0
LAYOUTS = ("1", "3 same", "3 raan", "5 same", "5 raan")
# looks a day and point, longest gap [h], mean wait [h]; then the same by day; as printed
TABLE = {
    10.0: (
        ".20 720 115 .10 720 200",
        ".54 109 28 .27 120 47",
        ".55 526 34 .37 609 53",
        ".98 720 80 .49 720 173",
        ".98 624 25 .52 720 57",
    ),
    20.0: (
        ".36 120 37.6 .18 720 71",
        "1.09 61 13.7 .54 72 24",
        "1.10 80 14.8 .73 89 21",
        "1.83 24 7.0 .93 697 26",
        "1.85 44 8.1 .99 111 17",
    ),
    35.0: (
        ".70 83 22.8 .35 120 42.6",
        "2.16 13.1 6.0 1.08 24 11.9",
        "2.14 28 7.2 1.43 37 11.2",
        "3.54 12.8 5.8 1.76 24 11.7",
        "3.52 17.6 4.0 1.90 50 9.3",
    ),
    45.0: (
        "1.06 60 14.2 .53 96 29.8",
        "3.16 13.0 5.7 1.58 24 11.7",
        "3.16 20.5 4.9 2.12 24 8.3",
        "5.34 12.5 5.5 2.68 24 11.5",
        "5.33 13.1 2.6 2.90 27 6.7",
    ),
}
MEAN_WINDOW_S = {10.0: 20, 20.0: 42, 35.0: 80, 45.0: 116}


def copies(layout):
    """Return the element sets of a layout, the real one first."""
    (real,) = read_tle(MALLIGYONG)
    count, _, kind = layout.partition(" ")
    node_deg, along_deg = (180.0, 180.0) if kind == "raan" else (0.0, 360.0)
    return [
        element_set(
            f"copy {i}",
            real.epoch,
            real.inclination_deg,
            (real.raan_deg + i * node_deg / int(count)) % 360.0,
            real.e,
            real.argp_deg,
            (real.mean_anomaly_deg + i * along_deg / int(count)) % 360.0,
            real.mean_motion_revpday,
            bstar=real.bstar,
        )
        for i in range(int(count))
    ]


def peninsula():
    lat_deg, lon_deg = np.meshgrid(np.linspace(33.0, 43.0, 40), np.linspace(124.0, 131.0, 25), indexing="ij")
    return points_at(lat_deg.ravel()[::5], lon_deg.ravel()[::5])


@pytest.fixture(scope="module")
def every_layout():
    """Return the windows of each layout under each angle."""
    points = peninsula()
    return {
        (angle_deg, layout): accesses(copies(layout), points, Sensor(field=Cone(half_angle_deg=angle_deg)), START, DAYS)
        for angle_deg in TABLE
        for layout in LAYOUTS
    }


def row(seen):
    """Return (looks a day and point, longest gap [h], mean wait [h])."""
    points = len(seen.points)
    together = pooled(gaps_of(seen.point, seen.start_s, seen.end_s, points=points, span_s=seen.span_s))
    return together.looks_pday, together.max_gap_s / units.HOUR, together.mean_wait_s / units.HOUR


def off_by(text, value):
    """Return how far a value lies from a printed one, in units of its last digit; 2190 looks in 6000 are .365 a day."""
    return abs(value - float(text)) * 10.0 ** len(text.partition(".")[2])


@pytest.mark.parametrize("angle_deg", TABLE)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_table_is_met_to_the_digits_printed(every_layout, angle_deg, layout):
    printed = TABLE[angle_deg][LAYOUTS.index(layout)].split()
    seen = every_layout[angle_deg, layout]
    found = [*row(seen), *row(daylit(seen, min_sun_deg=10.0))]
    assert max(off_by(text, value) for text, value in zip(printed, found, strict=True)) <= 0.5 + 1e-9


@pytest.mark.parametrize("angle_deg", TABLE)
def test_windows_last_as_long_as_printed(every_layout, angle_deg):
    seen = every_layout[angle_deg, "1"]
    assert float((seen.end_s - seen.start_s).mean()) == pytest.approx(MEAN_WINDOW_S[angle_deg], abs=0.5)
