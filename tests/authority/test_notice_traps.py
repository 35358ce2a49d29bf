"""Traps that real notices of one launching state set, with the printed figures typed in by hand.

SOURCE: first stage zone of December 2012, allthingsnuclear.org ("North Korea gives location of splashdown zones"): rows
printed NW, NE, SW, SE. Zones of April 2009, busan.fnnews.com 200903130938538007, which prints some minutes with the sign of
seconds. First corners of February 2016, mbn.co.kr 2777511 (36-04 N 124-30 E, 33-16 N 124-11 E, 19-44 N 123-53 E), which
other papers turned into decimals ("36.04 degrees"); its window was 8 to 25 February, 2230 to 0330 UTC, amended on 6 February
to 7 to 14 February, expydoc.com/doc/7795166. November 2023: NAVAREA window from 21 Nov 1500 UTC, NOTAM B4525/23 from 22 Nov
0000 UTC, lift-off 21 Nov 1342:28 UTC (KCNA, gunosy.com/articles/a1ixX).
"""

import runpy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from downrange.notice import FlagCode, read
from downrange.replay import load_scenario

GOLDEN = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "notice_golden.py")))
SCENARIOS = Path(__file__).parents[2] / "src/downrange/replay/data/scenarios"

PRINTED_2012 = """First stage:
35° 44’06 “/ 124° 30’30”
35° 44’07 “/ 124° 54’23”
34° 58’36 “/ 124° 32’32 ”
34° 58’43” / 124° 56’11 ”
"""
PRINTED_2009 = """First stage
40° 41" 44" N, 135° 34' 45" E
40° 27' 22" N, 138° 30" 40" E
40° 16' 34" N, 138° 30' 22" E
40° 30' 52" N, 135° 34" 26" E
"""
TRUE_2009 = "40-41-44N 135-34-45E / 40-27-22N 138-30-40E / 40-16-34N 138-30-22E / 40-30-52N 135-34-26E"
CORNERS_2016 = (("36.04", "124.30"), ("33.16", "124.11"), ("19.44", "123.53"))
CASE_2023_11 = {"liftoff": datetime(2023, 11, 21, 13, 42, 28, tzinfo=UTC), "minutes_before": 77.5}
NOVEMBER_2023 = """211015Z NOV 23
NAVAREA XI (RESTATED).
1. HAZARDOUS OPERATIONS, ROCKET LAUNCHING
   211500Z NOV TO 301500Z NOV IN AREA BOUND BY
   14-54-10N 128-40-06E, 15-01-42N 129-24-03E, 11-26-49N 129-54-08E, 11-19-18N 129-10-50E.
"""


def one(text, **options):
    (notice,) = read(text, **options)
    return notice


def quoted(notice, text, code):
    return [text[flag.start : flag.stop] for flag in notice.flagged(code)]


def places(area):
    return list(zip(area.lat_deg, area.lon_deg, strict=True))


def spans(notice):
    return [(window.opens, window.closes) for window in notice.windows]


def test_rows_of_2012_make_a_bow_tie_and_the_order_proposed_does_not() -> None:
    notice = one(PRINTED_2012)
    (area,) = notice.areas
    assert {FlagCode.SELF_INTERSECTING, FlagCode.REORDERED} <= {flag.code for flag in area.flags}
    assert notice.flagged(FlagCode.PRESS_COPY)
    printed = GOLDEN.vertices(
        "35-44-06N 124-30-30E / 35-44-07N 124-54-23E / 34-58-36N 124-32-32E / 34-58-43N 124-56-11E"
    )
    assert GOLDEN.point_differences(printed, places(area)) == []  # both are kept: as printed, and as proposed
    proposed = list(zip(area.proposed_lat_deg, area.proposed_lon_deg, strict=True))
    assert {*proposed} == {*places(area)}
    assert proposed != places(area)
    assert area.geometry_lonlat().is_valid
    # 36 km by 84 km: the bow-tie would hold no more than half of it
    assert area.geometry_lonlat().area == pytest.approx(0.75 * 0.396, rel=0.02)


@pytest.mark.parametrize(("lat", "lon"), CORNERS_2016)
def test_minutes_printed_as_decimals_in_2016_are_kept_and_flagged(lat, lon) -> None:
    north, west, east = float(lat), float(lon), f"{float(lon) + 0.05:.2f}"
    south = f"{north - 1:.2f}"
    text = f"Zone: {lat}N {lon}E, {lat}N {east}E, {south}N {east}E, {south}N {lon}E"
    notice = one(text)
    (area,) = notice.areas
    assert places(area)[0] == pytest.approx((north, west))  # nothing is repaired in silence
    assert lat in "".join(quoted(notice, text, FlagCode.DECIMAL_MINUTES))


def test_decimals_that_cannot_be_minutes_are_left_alone() -> None:
    notice = one("Zone: 36.71N 124.30E, 36.71N 124.88E, 35.92N 124.88E, 35.92N 124.30E")
    assert not notice.flagged(FlagCode.DECIMAL_MINUTES)
    assert len(notice.areas) == 1


def test_minutes_printed_with_the_sign_of_seconds_in_2009_are_read_and_flagged() -> None:
    notice = one(PRINTED_2009)
    (area,) = notice.areas
    assert GOLDEN.point_differences(GOLDEN.vertices(TRUE_2009), places(area)) == []
    assert '41" 44"' in "".join(quoted(notice, PRINTED_2009, FlagCode.TEXT_DAMAGED))


def test_a_figure_with_the_sign_of_seconds_alone_is_minutes_and_flagged() -> None:
    text = "41°04″N 130°12″E / 41°04″N 131°40″E / 40°20″N 131°41″E / 40°20″N 130°11″E"
    notice = one(text)
    (area,) = notice.areas
    wanted = GOLDEN.vertices("41-04N 130-12E / 41-04N 131-40E / 40-20N 131-41E / 40-20N 130-11E")
    assert GOLDEN.point_differences(wanted, places(area)) == []
    assert "04″" in "".join(quoted(notice, text, FlagCode.TEXT_DAMAGED))


def test_the_launch_of_november_2023_came_before_every_window() -> None:
    notice = one(NOVEMBER_2023)
    ((opens, _),) = spans(notice)
    assert (opens - CASE_2023_11["liftoff"]) / timedelta(minutes=1) == pytest.approx(
        CASE_2023_11["minutes_before"], abs=0.1
    )
    assert not any(window.holds(CASE_2023_11["liftoff"]) for window in notice.windows)
    assert not notice.flagged(FlagCode.WINDOW_CONFLICT)


def test_a_lift_off_before_the_window_is_replayed_like_any_other(tmp_path) -> None:
    """A window is what was announced, not a gate."""
    text = (SCENARIOS / "2023-08-24.toml").read_text(encoding="utf-8")
    early = text.replace("t0 = 2023-08-23T18:50:00Z", "t0 = 2023-08-23T13:42:28Z")
    early = early.replace("moment = 2023-08-23T18:5", "moment = 2023-08-23T13:4")
    path = tmp_path / "early.toml"
    path.write_text(early, encoding="utf-8")
    scenario = load_scenario(str(path))
    windows = [window for told in scenario.notices for notice in read(told.text) for window in notice.windows]
    assert windows
    assert scenario.liftoff.t0 < min(window.opens for window in windows)


def test_one_area_announced_with_two_windows_keeps_both() -> None:
    navarea = one(NOVEMBER_2023)
    notam = one(
        "B4525/23 NOTAMN\nQ) RPHI/QRALW/IV/NBO/W /000/999/1311N12917E114\nA) RPHI B) 2311220000 C) 2311302359\n"
        "E) SPECIAL OPS (AEROSPACE FLT ACT) WILL TAKE PLACE WI:\n145410N 1284006E -\n150142N 1292403E -\n"
        "112649N 1295408E -\n111918N 1291050E -\n145410N 1284006E.\nF) SFC G) UNL"
    )
    assert GOLDEN.point_differences(places(navarea.areas[0]), places(notam.areas[0])) == []
    assert spans(navarea) == [(GOLDEN.moment("2023-11-21T15:00"), GOLDEN.moment("2023-11-30T15:00"))]
    assert spans(notam) == [(GOLDEN.moment("2023-11-22T00:00"), GOLDEN.moment("2023-11-30T23:59"))]


def amended(number, issued, first, last, cancels=""):
    return (
        f"{issued} FEB 16\nNAVAREA XI {number}/16.\n1. HAZARDOUS OPERATIONS, ROCKET LAUNCHING\n"
        f"   2230Z TO 0330Z DAILY {first} THRU {last} FEB IN AREA BOUND BY\n"
        f"   36-04.0N 124-30.0E, 36-04.0N 124-54.0E, 35-19.0N 124-54.0E, 35-19.0N 124-30.0E.\n{cancels}"
    )


def test_the_window_of_2016_is_amended_by_a_second_notice() -> None:
    """Numbers and three of the corners are invented; dates and hours are those of 2016."""
    first = one(amended("70", "021500Z", "07", "24"))
    second = one(amended("81", "061200Z", "06", "13", "2. CANCEL NAVAREA XI 70/16.\n"))
    assert second.cancels == (first.source_id,)
    assert places(first.areas[0]) == places(second.areas[0])
    assert spans(first)[0][0] == GOLDEN.moment("2016-02-07T22:30")
    assert spans(first)[-1][1] == GOLDEN.moment("2016-02-25T03:30")
    assert spans(second)[0][0] == GOLDEN.moment("2016-02-06T22:30")
    assert spans(second)[-1][1] == GOLDEN.moment("2016-02-14T03:30")
    assert (len(first.windows), len(second.windows)) == (18, 8)
