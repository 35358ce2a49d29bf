"""Accesses as tatc and Orekit find them: five satellites, the Korean peninsula for a week, the whole Earth for a day.

Five satellites at 500 km and 97.4 deg; a point is seen within 35 deg of geocentric nadir, above the horizon.

SOURCE tatc: tatc 3.6.0 (BSD-3-Clause), `collect_observations` with `Instrument(field_of_regard=70, nadir_reference="geocentric",
min_access_time=0)`, run on Python 3.11 with skyfield 1.55. Its Earth turns by skyfield (nutation, UT1), ours by the mean
sidereal time of 1982 with UT1 = UTC: edges differ by a millisecond, by hundredths of a second where a window of two seconds
grazes, and by 0.203 s in the one of 0.3 s.
SOURCE Orekit: orekit-jpype 13.1.9.0 (Orekit 13.1.9, Apache-2.0), `FieldOfViewDetector` and `ElevationDetector` in a
`BooleanDetector`, looking every 3 s, with that same sidereal time as its Earth rotation. Looking every 30 s it loses the two
windows marked so. Other fields, three days, points 0, 333, 512 and 999, the first two satellites, every 5 s: `NadirPointing`
for the ellipsoid's normal; `LofOffset(LVLH_CCSDS)` with a `CircularFieldOfView` or a `DoubleDihedraFieldOfView` about a line of
sight that is rolled to the right and then pitched ahead; `ElevationDetector` alone.
"""

from datetime import UTC, datetime
from functools import cache

import numpy as np
import pytest

from downrange.coverage import Cone, Nadir, Rectangle, Sensor, accesses, points_at
from downrange.orbit import read_tle

START = datetime(2024, 6, 1, tzinfo=UTC)
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
# (point, satellite, start, end), seconds after START; points latitude by latitude, and along the Fibonacci spiral
TATC_C2 = (
    (20, 0, 425161.6052, 425163.4774),
    (269, 3, 279722.9942, 279801.1856),
    (293, 1, 520593.4364, 520678.3246),
    (359, 0, 254760.8619, 254801.2431),
    (464, 4, 592699.6883, 592789.7769),
    (657, 1, 520703.2683, 520703.5663),  # the shortest
    (735, 0, 387015.3332, 387080.5720),
    (850, 2, 146165.6332, 146167.3027),
    (900, 4, 460529.6878, 460531.0181),
    (937, 1, 567617.1178, 567718.2058),  # the longest
    (991, 3, 279850.7967, 279905.7592),
)
TATC_C3 = (
    (13, 2, 9074.0171, 9098.8196),
    (18, 0, 0.0000, 28.4713),
    (24, 4, 86368.7778, 86400.0000),
    (28, 0, 16978.6752, 17071.7285),
    (471, 2, 83263.5558, 83351.6109),
    (1675, 2, 42428.3770, 42429.6416),
    (2804, 4, 39906.0728, 39907.3003),
    (2989, 2, 53481.9758, 53483.3238),
    (3892, 0, 86399.9412, 86400.0000),
    (5133, 2, 16162.7051, 16246.8962),
    (9246, 3, 68043.2140, 68149.3997),
    (9596, 0, 71301.2576, 71403.0196),
    (9783, 1, 41697.1849, 41762.7585),
    (9958, 3, 5049.4757, 5157.9993),
    (9987, 3, 84623.0119, 84651.7212),
)
OREKIT_C2 = (
    (210, 0, 125841.6200, 125848.0484),  # the shortest of 504 at 20 points
    (421, 1, 567737.0492, 567745.9747),
    (473, 4, 545653.3642, 545676.1608),  # lost at 30 s
    (631, 0, 40512.4966, 40607.6175),
    (631, 1, 567669.4547, 567768.4106),
    (684, 3, 326831.4658, 326846.0426),
    (684, 1, 567658.4139, 567759.3927),  # the longest
    (736, 0, 40490.5937, 40590.9937),
    (789, 1, 3755.2958, 3778.6337),  # lost at 30 s
    (789, 1, 520671.4622, 520761.7990),
    (946, 3, 65460.2301, 65552.7110),
    (946, 0, 557429.1704, 557474.2184),
    (999, 2, 184436.1999, 184449.2869),
)
OREKIT_FIELDS = {
    "geodetic": (
        Sensor(field=Cone(half_angle_deg=30.0), nadir=Nadir.GEODETIC),
        18,
        (
            (0, 1, 3624.0979, 3688.1809),
            (0, 0, 254691.8992, 254773.7620),
            (333, 1, 135999.3112, 136070.3778),
            (512, 0, 40534.5606, 40614.9662),
            (512, 1, 221199.4724, 221253.3139),
            (999, 0, 125679.8235, 125746.7178),
        ),
    ),
    "aimed": (
        Sensor(field=Cone(half_angle_deg=12.0, roll_deg=20.0, pitch_deg=-10.0)),
        8,
        (
            (0, 0, 40660.2958, 40688.0785),
            (333, 1, 3702.4815, 3726.9953),
            (333, 1, 221258.3146, 221282.5247),
            (333, 0, 254785.9272, 254803.1396),
            (512, 1, 3725.8582, 3756.1068),
            (512, 1, 221223.1485, 221256.0228),
            (999, 1, 89011.6510, 89043.9942),
            (999, 0, 125709.8132, 125742.3645),
        ),
    ),
    "oblong": (
        Sensor(field=Rectangle(along_deg=8.0, across_deg=20.0, roll_deg=-15.0, pitch_deg=12.0)),
        14,
        (
            (0, 1, 3626.9590, 3649.2952),
            (0, 0, 254708.0244, 254728.0337),
            (333, 1, 88891.0247, 88915.2013),
            (512, 0, 40549.8847, 40570.5299),
            (512, 1, 135978.4621, 136000.7295),
            (999, 0, 78772.7577, 78796.5662),
            (999, 1, 174204.9966, 174227.1763),
        ),
    ),
    "elevation": (
        Sensor(field=Cone(half_angle_deg=90.0), min_elevation_deg=25.0),
        43,
        (
            (0, 1, 3537.0208, 3775.4668),
            (0, 0, 254611.1539, 254854.7849),
            (333, 1, 174089.8001, 174209.5496),
            (512, 0, 125684.2394, 125907.0312),
            (999, 0, 40373.0021, 40609.3916),
            (999, 0, 210838.6064, 211025.0210),
        ),
    ),
}
ROUNDED_S = 0.00005  # as the tables above print
A_MILLISECOND, TATC_FRAMES_S, TATC_GRAZING_S = 0.001, 0.02, 0.21


def peninsula():
    """Return latitudes and longitudes of 1,000 points, latitude by latitude."""
    return np.meshgrid(np.linspace(33.0, 43.0, 40), np.linspace(124.0, 131.0, 25), indexing="ij")


@cache
def found(name):
    """Return the accesses of a workload."""
    if name == "c2":
        (lat, lon), days = peninsula(), 7.0
    else:
        i = np.arange(10_000)
        lat, days = np.degrees(np.arcsin(1.0 - 2.0 * (i + 0.5) / 10_000)), 1.0
        lon = ((i + 0.5) * 180.0 * (3.0 - 5.0**0.5) + 180.0) % 360.0 - 180.0
    sensor = Sensor(field=Cone(half_angle_deg=35.0), nadir=Nadir.GEOCENTRIC)
    return accesses(read_tle(FIVE), points_at(lat.ravel(), lon.ravel()), sensor, START, days)


def apart_s(seen, row):
    """Return how far our edges are from a peer's window: the nearest window of that point and satellite."""
    point, satellite, start_s, end_s = row
    mine = np.flatnonzero((seen.point == point) & (seen.satellite == satellite))
    return np.abs(np.stack([seen.start_s[mine] - start_s, seen.end_s[mine] - end_s])).max(axis=0).min()


@pytest.mark.parametrize(("name", "windows", "summed_s"), [("c2", 25_222, 1_998_192.4), ("c3", 44_034, 3_559_401.8)])
def test_as_many_windows_as_tatc_and_as_long(name, windows, summed_s):
    seen = found(name)
    assert len(seen) == windows
    assert float(np.sum(seen.end_s - seen.start_s)) == pytest.approx(summed_s, abs=1e-4 * windows)


def test_as_many_windows_of_each_satellite_as_tatc():
    assert np.bincount(found("c2").satellite).tolist() == [4937, 5950, 4143, 4173, 6019]
    assert np.bincount(found("c3").satellite).tolist() == [8790, 8808, 8809, 8818, 8809]


@pytest.mark.parametrize("row", TATC_C2, ids=str)
def test_edges_of_tatc_over_the_peninsula(row):
    assert apart_s(found("c2"), row) < (TATC_GRAZING_S if row[3] - row[2] < 5.0 else TATC_FRAMES_S)


@pytest.mark.parametrize("row", TATC_C3, ids=str)
def test_edges_of_tatc_over_the_earth(row):
    assert apart_s(found("c3"), row) < (TATC_GRAZING_S if row[3] - row[2] < 5.0 else TATC_FRAMES_S)


@pytest.mark.parametrize("row", OREKIT_C2, ids=str)
def test_edges_of_orekit(row):
    assert apart_s(found("c2"), row) < A_MILLISECOND + ROUNDED_S


@pytest.mark.parametrize("name", OREKIT_FIELDS)
def test_other_fields_of_orekit(name):
    sensor, windows, rows = OREKIT_FIELDS[name]
    lat, lon = peninsula()
    seen = accesses(read_tle(FIVE)[:2], points_at(lat.ravel(), lon.ravel()), sensor, START, 3.0)
    assert np.count_nonzero(np.isin(seen.point, [0, 333, 512, 999])) == windows
    for row in rows:
        assert apart_s(seen, row) < A_MILLISECOND + ROUNDED_S


def test_what_the_ends_of_the_day_cut_is_said_to_be_open():
    seen = found("c3")
    for row in TATC_C3:
        mine = (seen.point == row[0]) & (seen.satellite == row[1]) & (np.abs(seen.start_s - row[2]) < 1.0)
        assert seen.open_start[mine].tolist() == [row[2] == 0.0]
        assert seen.open_end[mine].tolist() == [row[3] == 86_400.0]
