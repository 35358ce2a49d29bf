from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from downrange.notice import Activity, launches, proposals, read, read_file
from downrange.notice.merge import SAME_AREA

RING = "14-31.0N 174-41.0E, 14-50.0N 175-16.0E, 14-25.0N 175-30.0E, 14-06.0N 174-55.0E"
FAR = "34-40.0N 121-26.0W, 34-40.0N 120-54.0W, 34-46.0N 120-37.0W, 34-57.0N 120-37.0W"
HALF = "14-31.0N 174-41.0E, 14-50.0N 175-16.0E, 14-06.0N 174-55.0E"
HOURS = "0631Z TO {end}Z DAILY 19 AND 20 APR"
EARLY, LATE = HOURS.format(end="1337"), HOURS.format(end="1437")


def warning(number=7, ring=RING, hours=EARLY, what="ROCKET LAUNCHING", series="HYDROPAC", more=""):
    return read(
        f"14135{number % 10}Z APR 26 {series} {number}/26(81). 1. HAZARDOUS OPERATIONS, {what} {hours} IN AREA BOUND BY {ring}. {more}"
    )


def notam(name="B9/26", ring="1431N17441E-1450N17516E-1425N17530E-1406N17455E", hours="0631-1437", e="ROCKET LAUNCH"):
    return read(
        f"{name} NOTAMN Q) KZAK/QRDCA/IV/BO/W/000/999/ A) KZAK B) 2604190631 C) 2604201437 D) {hours} "
        f"E) {e} WI: {ring} F) SFC G) UNL"
    )


def minutes(windows):
    return sum((one.closes - one.opens for one in windows), timedelta(0)) / timedelta(minutes=1)


def test_notices_of_two_agencies_about_one_area_and_time_are_one_launch() -> None:
    (launch,) = launches((*warning(), *notam()))
    assert launch.name == "HYDROPAC 7/26 + B9/26"
    assert [notice.source_id for notice in launch.notices] == ["HYDROPAC 7/26", "B9/26"]
    (area,) = launch.areas
    assert [name for name, _ in area.drawn] == ["HYDROPAC 7/26", "B9/26"]
    assert area.overlap == pytest.approx(1.0)


def test_an_hour_more_at_the_end_is_kept_for_caution_and_shown() -> None:
    (launch,) = launches((*warning(7), *warning(8, hours=LATE)))
    assert minutes(launch.windows) == 2 * (8 * 60 + 6)
    assert minutes(launch.common_windows) == 2 * (7 * 60 + 6)
    (area,) = launch.areas
    assert minutes(area.disputed) == 2 * 60
    assert [one.opens.hour for one in area.disputed] == [13, 13]
    (told,) = launch.disagreements
    assert told.what == "window of area 1"
    assert dict(told.says)["HYDROPAC 8/26"] == "2026-04-19 0631Z to 2026-04-20 1437Z (2 windows)"


def test_words_neither_join_nor_part() -> None:
    same_words = (*warning(7), *warning(8, ring=FAR))
    assert len(launches(same_words)) == 2
    (launch,) = launches((*warning(7), *warning(8, what="SPACE DEBRIS")))
    (told,) = launch.disagreements
    assert told.what == "activity"
    assert launch.about.activity in {Activity.LAUNCH, Activity.REENTRY}


def test_one_area_inside_another_is_the_same_launch_and_the_extents_are_told() -> None:
    (launch,) = launches((*warning(7), *warning(8, ring=HALF)))
    assert launch.areas[0].overlap < SAME_AREA
    assert [told.what for told in launch.disagreements] == ["extent of area 1"]
    assert launch.areas[0].union_lonlat().area > launch.areas[0].common_lonlat().area > 0.0


def test_three_drawings_two_of_which_only_touch_hang_together_by_the_third() -> None:
    west, whole, east = (
        "59-03S 131-00W, 63-09S 131-00W, 62-41S 163-00E, 62-12S 163-00E, 59-43S 165-49E",
        "59-43S 165-49E, 57-29S 126-01W, 60-23S 122-05W, 62-33S 162-34E",
        "62-12S 163-00E, 62-41S 163-00E, 62-33S 162-34E",
    )
    (launch,) = launches([one for number, ring in enumerate((west, whole, east)) for one in warning(number, ring)])
    assert len(launch.areas[0].drawn) == 3
    assert launch.areas[0].common_lonlat().area == pytest.approx(0.0, abs=0.1)
    assert launch.areas[0].union_lonlat().is_valid


def test_ordinary_messages_are_no_launches_and_join_none() -> None:
    rig = read("141350Z APR 26 HYDROPAC 30/26(81). DRILLING RIG ON STATION 14-30N 175-00E. BERTH 500 METERS REQUESTED.")
    cable = warning(31, what="CABLE OPERATIONS BY M/V EXAMPLE", ring=HALF)
    (launch,) = launches((*warning(7), *rig, *cable))
    assert [notice.source_id for notice in launch.notices] == ["HYDROPAC 7/26"]
    assert launches((*rig, *cable)) == ()


def test_a_closure_that_says_nothing_joins_the_launch_whose_area_it_draws() -> None:
    (launch,) = launches((*warning(7), *notam(e="AIRSPACE CLSD", hours="0631-1337")))
    assert len(launch.notices) == 2


def test_replaced_notices_stay_with_the_launch_of_their_successor() -> None:
    rows = (*warning(6), *warning(7, more="2. CANCEL HYDROPAC 6/26."), *warning(8, more="2. CANCEL HYDROPAC 7/26."))
    (launch,) = launches(rows)
    assert [notice.source_id for notice in launch.notices] == ["HYDROPAC 8/26"]
    assert {notice.source_id for notice in launch.former} == {"HYDROPAC 6/26", "HYDROPAC 7/26"}


def test_only_what_holds_at_the_moment() -> None:
    rows = (*warning(7), *warning(8, hours=EARLY.replace("19 AND 20", "27 AND 28")))
    (late,) = launches(rows, at=datetime(2026, 4, 22, tzinfo=UTC))
    assert late.name == "HYDROPAC 8/26"


def test_areas_that_only_one_source_draws_are_told() -> None:
    both = read(
        f"141358Z APR 26 HYDROPAC 8/26(81). 1. ROCKET LAUNCHING {EARLY} IN AREAS BOUND BY: A. {RING}. B. {FAR}."
    )
    (launch,) = launches((*warning(7), *both))
    assert [area.label for area in launch.areas] == ["1", "B"]
    (told,) = launch.disagreements
    assert told.what == "area B"
    assert dict(told.says) == {"HYDROPAC 8/26": "draws it", "HYDROPAC 7/26": "does not draw it"}


def test_heights_that_differ_are_told() -> None:
    (low,) = read(
        "B8/26 NOTAMN Q) KZAK/QRDCA/IV/BO/W/000/999/ A) KZAK B) 2604190631 C) 2604201437 D) 0631-1437 E) ROCKET LAUNCH WI: "
        "1431N17441E-1450N17516E-1425N17530E-1406N17455E F) SFC G) FL600"
    )
    (launch,) = launches((*notam(), low))
    (told,) = launch.disagreements
    assert told.what == "limits of height"
    assert dict(told.says) == {"B9/26": "0 m to unlimited", "B8/26": "0 m to 18,288 m"}


def test_a_copy_is_a_source_but_its_name_stands_once() -> None:
    (launch,) = launches((*warning(7), *warning(7)))
    assert launch.name == "HYDROPAC 7/26"
    assert len(launch.notices) == 2
    assert launch.disagreements == ()


def test_many_notices_are_merged_without_comparing_all_pairs() -> None:
    rows = [
        one
        for number in range(150)
        for one in warning(
            number,
            f"{10 + number % 30}-31.0N 174-41.0E, {10 + number % 30}-50.0N 175-16.0E, {10 + number % 30}-25.0N 175-30.0E",
        )
    ]
    found = launches(rows)
    assert len(found) == 30
    assert all(len(launch.notices) == 5 for launch in found)


SHARED = Path(__file__).parents[2] / "../shared/notices"


def real(*names):
    return [one for name in names for one in read_file(SHARED / f"{name}.txt")]


@pytest.mark.skipif(not SHARED.is_dir(), reason="no ../shared/notices beside the checkout: whole texts are not ours")
def test_real_twins_are_joined_or_proposed() -> None:
    (launch,) = launches(real("nga_HYDROLANT_759_2023", "nga_HYDROLANT_763_2023"))
    assert [len(area.drawn) for area in launch.areas] == [2] * 5
    assert min(area.overlap for area in launch.areas) > 0.94
    (launch,) = launches(real("notam_AU_F2572_26", "notam_NZ_B3661_26", "notam_NAVAREA_XIV_189_26"))
    assert len(launch.areas[0].drawn) == 3
    (pair,) = proposals(launches(real("nga_NAVAREA_XII_210_2023", "nga_HYDROPAC_1243_2023")))
    assert minutes(pair.disputed) == 2 * 60
    north = launches(real("notam_NO_A2410_26", "notam_NO_A2411_26", "notam_RU_Q3528_26"))
    assert [launch.name for launch in north] == ["A2410/26", "A2411/26", "Q3528/26"]
    assert len(proposals(north)) == 3
