from datetime import timedelta

from downrange.notice import launches, proposals, read

RING = "14-31.0N 174-41.0E, 14-50.0N 175-16.0E, 14-25.0N 175-30.0E, 14-06.0N 174-55.0E"
FAR = "34-40.0N 121-26.0W, 34-40.0N 120-54.0W, 34-46.0N 120-37.0W, 34-57.0N 120-37.0W"
HOURS = "0631Z TO {end}Z DAILY 19 AND 20 APR"
EARLY, LATE = HOURS.format(end="1337"), HOURS.format(end="1437")


def warning(number=7, ring=RING, hours=EARLY, what="ROCKET LAUNCHING", series="HYDROPAC", more=""):
    return read(
        f"14135{number % 10}Z APR 26 {series} {number}/26(81). 1. HAZARDOUS OPERATIONS, {what} {hours} IN AREA BOUND BY {ring}. {more}"
    )


def minutes(windows):
    return sum((one.closes - one.opens for one in windows), timedelta(0)) / timedelta(minutes=1)


def test_windows_that_do_not_meet_make_two_launches_and_a_proposal() -> None:
    found = launches((*warning(7), *warning(8, hours=EARLY.replace("19 AND 20", "27 AND 28"))))
    assert len(found) == 2
    (pair,) = proposals(found)
    assert (pair.first, pair.second) == ("HYDROPAC 7/26", "HYDROPAC 8/26")
    assert pair.why == "the same area, 7 days later: an amendment or another attempt"


def test_a_launch_split_by_region_is_proposed_with_the_difference_of_its_windows() -> None:
    found = launches((*warning(7), *warning(8, ring=FAR, hours=LATE)))
    assert len(found) == 2
    (pair,) = proposals(found)
    assert pair.why.startswith("windows alike (88 % in common), areas ")
    assert minutes(pair.disputed) == 2 * 60
    assert minutes(pair.common_windows) == 2 * (7 * 60 + 6)


def test_far_areas_with_windows_that_only_meet_are_not_proposed() -> None:
    found = launches((*warning(7), *warning(8, ring=FAR, hours="0631Z TO 1400Z DAILY 10 THRU 29 APR")))
    assert len(found) == 2
    assert proposals(found) == ()
    near = RING.replace("14-", "20-")
    (pair,) = proposals(launches((*warning(7), *warning(8, ring=near, hours="0631Z TO 1400Z DAILY 10 THRU 29 APR"))))
    assert "the shorter windows lie in the longer ones (100 %)" in pair.why


def test_nothing_is_proposed_of_nothing() -> None:
    assert proposals(()) == ()
    assert proposals(launches(warning(7))) == ()
