import subprocess
import sys

import pytest

from downrange.notice import FlagCode, read

RING_A = "10-00.0N 020-00.0W, 10-00.0N 021-00.0W, 09-00.0N 021-00.0W."
RING_B = "15-00.0N 030-00.0W, 15-00.0N 031-00.0W, 14-00.0N 031-00.0W."


def one(body):
    (notice,) = read(f"011200Z APR 26 HYDROPAC 12/26(81).\n{body}")
    return notice


def days(area):
    return [window.opens.day for window in area.windows]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"1. 060100Z TO 060200Z APR IN AREAS BOUND BY:\nA. {RING_A}\nB. {RING_B}", [[6], [6]]),
        (f"060100Z TO 060200Z APR IN AREAS BOUND BY:\nA. {RING_A}\nB. {RING_B}", [[6], [6]]),
        (f"1. IN AREAS:\nA. 060100Z TO 060200Z APR {RING_A}\nB. 070100Z TO 070200Z APR {RING_B}", [[6], [7]]),
        (
            f"1. 060100Z TO 060200Z APR IN AREA BOUND BY {RING_A}\n2. 080100Z TO 080200Z APR IN AREA BOUND BY {RING_B}",
            [[6], [8]],
        ),
        (f"1. 060100Z TO 060200Z APR:\nA. {RING_A}\nB. 090100Z TO 090200Z APR {RING_B}", [[6], [9]]),
    ],
)
def test_an_area_has_its_own_windows_or_those_above_it(body, expected) -> None:
    notice = one(body)
    assert [days(area) for area in notice.areas] == expected
    assert {window.opens.day for window in notice.windows} == {day for row in expected for day in row}


def test_flags_of_areas_are_flags_of_the_notice() -> None:
    notice = one(f"1. 060100Z TO 060200Z APR IN AREA BOUND BY {RING_A[:-1]},\n2. CANCEL THIS MSG 060300Z APR 26.")
    assert [flag.code for flag in notice.areas[0].flags] == [FlagCode.POSSIBLY_INCOMPLETE]
    assert set(notice.areas[0].flags) <= set(notice.flags)


def test_a_time_that_belongs_to_no_window_is_flagged() -> None:
    notice = one(f"1. AFTER 1200Z IN AREA BOUND BY {RING_A}")
    assert [flag.code for flag in notice.flags] == [FlagCode.WINDOW_UNREAD]


def test_the_room_loads_no_geometry_until_it_is_asked_to_draw() -> None:
    script = (
        "import sys, downrange.notice; print([name for name in ('shapely', 'pyproj', 'lxml') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
