import pytest

from downrange.notice._tokens import Cursor, tokens
from downrange.notice.coordinates import position, stray

SECOND_DEG = 1 / 3600
HUNDREDTH_DEG = 0.01 / 60
EXACT_DEG = 1e-12

NORTH_EAST = (12 + 34 / 60 + 56 / 3600, 123 + 45 / 60 + 7 / 3600)
LAYOUTS = [
    "N123456E1234507",
    "123456N1234507E",
    "123456N 1234507E",
    "12 34 56N 123 45 07E",
    "12 34 56 N 123 45 07 E",
    "N12 34 56 E123 45 07",
    "N 12 34 56 E 123 45 07",
    "12-34-56N 123-45-07E",
    "12-34.93N 123-45.12E",
    "12º34'56\"N 123º45'07\"E",
    "12° 34’56 “N / 123° 45’07”E",
]
HEMISPHERES = [("N", "E", 1, 1), ("N", "W", 1, -1), ("S", "E", -1, 1), ("S", "W", -1, -1)]


def read(text):
    cur = Cursor(tokens(text))
    return position(cur), cur


def turned(text, north, east):
    return text.replace("N", "#").replace("E", east).replace("#", north)


@pytest.mark.parametrize(("north", "east", "up", "right"), HEMISPHERES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_in_every_hemisphere(layout, north, east, up, right) -> None:
    vertex, cur = read(turned(layout, north, east) + " - TO")
    assert vertex.place == pytest.approx((up * NORTH_EAST[0], right * NORTH_EAST[1]), abs=HUNDREDTH_DEG)
    assert not vertex.problem
    assert cur.peek().text == "-"


@pytest.mark.parametrize(
    "layout", ["N1234E12345", "1234N12345E", "S 12 34 E 123 45", "12 34S 123 45E", "12-34N 123-45E"]
)
def test_layouts_without_seconds(layout) -> None:
    vertex, _ = read(layout)
    assert (abs(vertex.lat_deg), vertex.lon_deg) == pytest.approx((12 + 34 / 60, 123.75), abs=EXACT_DEG)


@pytest.mark.parametrize("layout", [text for text in LAYOUTS if not any(mark in text for mark in '"”º°')])
def test_a_line_may_break_anywhere_inside(layout) -> None:
    whole, _ = read(layout + " - S000000W0000000")
    for place in range(1, len(layout)):
        broken, _ = read(layout[:place] + "\n" + layout[place:] + " - S000000W0000000")
        assert broken is not None, place
        assert broken.place == pytest.approx(whole.place, abs=EXACT_DEG), place


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("126056N1234507E", "60 minutes of latitude"),
        ("123460N1234507E", "60 seconds of latitude"),
        ("913456N1234507E", "latitude over 90 degrees"),
        ("123456N1804507E", "longitude over 180 degrees"),
        ("12-34.5N 123-75.0E", "75 minutes of longitude"),
        ("123-34.5N 123-45.0E", "latitude with 3 digits of degrees"),
        ("900001N0000000E", "latitude over 90 degrees"),
    ],
)
def test_what_cannot_be_is_named_and_not_clamped(text, problem) -> None:
    vertex, _ = read(text)
    assert vertex.problem == problem


def test_the_limits_themselves_are_places() -> None:
    assert read("900000S1800000E")[0].place == (-90.0, -180.0)
    assert read("900000S1800000E")[0].problem == ""


@pytest.mark.parametrize(
    "text",
    [
        "OMN141034.4) TO",
        "2104071500-2104071724",
        "201100Z TO 201500Z APR",
        "FL180",
        "1234567N1234507E",
        "12-34.5N AND",
        "188 (W-188)",
    ],
)
def test_other_numbers_are_no_positions(text) -> None:
    vertex, cur = read(text)
    assert vertex is None
    assert cur.at == 0


def test_a_press_copy_without_hemispheres_says_so() -> None:
    vertex, _ = read("35° 44’06 “/ 124° 30’30”")
    assert vertex.assumed
    assert vertex.place == pytest.approx((35.735, 124.508333), abs=SECOND_DEG)


def test_half_a_position_is_found() -> None:
    cur = Cursor(tokens("1234507E - 123456N1234507E"))
    assert position(cur) is None
    assert stray(cur).value_deg == pytest.approx(NORTH_EAST[1], abs=EXACT_DEG)
