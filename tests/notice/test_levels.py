import math

import pytest

from downrange.notice import read
from downrange.notice._tokens import Cursor, tokens
from downrange.notice.levels import height_m, limits_m

RING = "1000N02000E-1000N02100E-0900N02100E-1000N02000E"


@pytest.mark.parametrize(
    ("text", "height"),
    [
        ("SFC", 0.0),
        ("GND", 0.0),
        ("GND/SFC", 0.0),
        ("UNL", math.inf),
        ("UNLTD", math.inf),
        ("FL180", 5486.4),
        ("FL 180", 5486.4),
        ("5000FT AMSL", 1524.0),
        ("5,000 FT AGL", 1524.0),
        ("12000M AMSL", 12000.0),
        ("15 KM", 15000.0),
    ],
)
def test_a_height_comes_in_metres(text, height) -> None:
    assert height_m(Cursor(tokens(text))) == pytest.approx(height, abs=1e-9)


@pytest.mark.parametrize("text", ["", "5000", "SEE TEXT", "FL", "FLXXX", "99999999999 FT", "1,", "(ASF)"])
def test_what_is_no_height_gives_none(text) -> None:
    assert height_m(Cursor(tokens(text))) is None


def test_reading_a_height_does_not_move_the_cursor() -> None:
    cur = Cursor(tokens("5,000 FT"))
    height_m(cur)
    assert cur.at == 0


def test_a_notam_gives_both_limits_and_says_when_it_has_none() -> None:
    head = "B1/26 NOTAMN Q) RPHI/QRALW/IV/NBO/W/000/999/0940N02040E060 A) RPHI B) 2604010000 C) 2604022359"
    (notice,) = read(f"{head} E) {RING} F) FL100 G) UNL")
    assert (notice.floor_m, notice.ceiling_m) == (pytest.approx(3048.0), math.inf)
    (notice,) = read(f"{head} E) {RING}")
    assert (notice.floor_m, notice.ceiling_m) == (None, None)


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("TO POINT OF ORIGIN SFC-UNL 2603212245-2603220051", (0.0, math.inf)),
        ("SURFACE TO AIR FIRING SFC-FL180 EFFECTIVE", (0.0, 5486.4)),
        ("Altitude: Surface to 18000 feet. Authority", (0.0, 5486.4)),
        ("VERTICAL LIMITS:GND/12000M AMSL", (0.0, 12000.0)),
        ("GND/SFC", None),
        ("SFC", None),
        ("SFC-", None),
        ("A PILE OF SURFACE TO SEE", None),
    ],
)
def test_a_text_without_fields_may_print_its_limits(text, limits) -> None:
    found = limits_m(tokens(text)[:-1])
    assert found == (None if limits is None else pytest.approx(limits))


def test_limits_in_the_text_count_only_without_fields_and_not_at_sea() -> None:
    (restriction,) = read(f"!FDC 6/1234 ZJX FL..AIRSPACE WI AN AREA DEFINED AS {RING} SFC-FL100")
    assert (restriction.floor_m, restriction.ceiling_m) == (0.0, pytest.approx(3048.0))
    (fielded,) = read(f"B1/26 NOTAMN Q) RPHI/QRALW A) RPHI E) {RING} SFC-FL100 F) SFC G) UNL")
    assert fielded.ceiling_m == math.inf
    (warning,) = read(f"HYDROPAC 1/26(81). AREA BOUND BY {RING} SURFACE TO 5000 FEET.")
    assert (warning.floor_m, warning.ceiling_m) == (None, None)
