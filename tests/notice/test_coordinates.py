import re

import pytest

from downrange.notice._tokens import Cursor, tokens
from downrange.notice.coordinates import nameless, position, stray

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


SYNTAXES = [
    "123456.0N 1234507.0E",
    "N123456.0E1234507.0",
    "123456N/1234507E",
    "123456N-1234507E",
    "123456N,1234507E",
    "12-34-56.0N 123-45-07.0E",
    "12–34.93N 123–45.12E",
    "12:34:56N 123:45:07E",
    "12.34.56N 123.45.07E",
    "12&deg;34'56\"N 123&#176;45&prime;07&Prime;E",
    "12&amp;deg;34.93'N 123&amp;deg;45.12'E",
    "12° 34' 56'' N, 123° 45' 07'' E",
    "N12°34'56\" E123°45'07\"",
    "12-34.93'N 123-45.12'E",
    "12°-34.93'N 123°-45.12'E",
    "12Â°34'56\"N 123Â°45'07\"E",
    "12.58222N 123.75194E",
    "12.58222° N, 123.75194° E",
    "N12.58222 E123.75194",
    "LAT 12-34.93N LONG 123-45.12E",
    "LAT: 12-34.93N LON: 123-45.12E",
    "LATITUDE 12 34 56 N AND LONGITUDE 123 45 07 E",
    "12 DEG 34 MIN 56 SEC N 123 DEG 45 MIN 7 SEC E",
    "12 degrees 34 minutes 56 seconds North latitude and 123 degrees 45 minutes 7 seconds East longitude",
    "12d34'56\"N 123d45'07\"E",
    "12-34,93N 123-45,12E",
    "12 - 34.93 N 123 - 45.12 E",
    "12-34.93 NORTH 123-45.12 EAST",
    "E1234507 N123456",
    "1234507E 123456N",
    "123-45.12E 12-34.93N",
    "LONG 123-45.12E, LAT 12-34.93N",
]
WORDS = {
    "N": ("N", "North", "NORTH"),
    "S": ("S", "South", "SOUTH"),
    "E": ("E", "East", "EAST"),
    "W": ("W", "West", "WEST"),
}


def mirrored(layout, north, east):
    """Put other hemispheres into a text, and leave the E of DEG and SEC alone."""
    for old, new in (("N", north), ("E", east)):
        for one, other in zip(WORDS[old], WORDS[new], strict=True):
            layout = re.sub(rf"(?<![A-Za-z]){one}(?![A-Za-z])", other, layout)
    return layout


@pytest.mark.parametrize(("north", "east", "up", "right"), HEMISPHERES)
@pytest.mark.parametrize("layout", SYNTAXES)
def test_other_syntaxes_in_every_hemisphere(layout, north, east, up, right) -> None:
    vertex, cur = read(mirrored(layout, north, east) + " - TO")
    assert vertex.place == pytest.approx((up * NORTH_EAST[0], right * NORTH_EAST[1]), abs=HUNDREDTH_DEG)
    assert (vertex.problem, vertex.remark, vertex.assumed) == ("", "", False)
    assert cur.peek().text == "-"


@pytest.mark.parametrize(
    ("text", "place", "assumed"),
    [
        ("12.3456, -123.4567", (12.3456, -123.4567), False),
        ("-12.3456 123.4567", (-12.3456, 123.4567), False),
        ("-12.345/-123.456", (-12.345, -123.456), False),
        ("LAT 12.5 LON -123.25", (12.5, -123.25), False),
        ("12.3456, 123.4567", (12.3456, 123.4567), True),
        ("60N 150E", (60.0, 150.0), False),
        ("S45 W170", (-45.0, -170.0), False),
        ("12°N 123°E", (12.0, 123.0), False),
        ("5-04.5N 8-03.0W", (5.075, -8.05), False),
    ],
)
def test_degrees_with_decimals_signs_and_without_minutes(text, place, assumed) -> None:
    vertex, _ = read(text)
    assert vertex.place == pytest.approx(place, abs=EXACT_DEG)
    assert vertex.assumed == assumed


@pytest.mark.parametrize(
    "text",
    [
        "118.125, 121.500",
        "12.5 - 45.3",
        "45.12, 121.50",
        "1.2.3456.7",
        "N12 W5",
        "W45 S12",
        "3E 4N",
        "12-34.5N, 13-00.0N",
        "123-45.6E, 12-34.5N 124-00.0E",
    ],
)
def test_frequencies_versions_routes_and_halves_are_no_positions(text) -> None:
    vertex, cur = read(text)
    assert vertex is None
    assert cur.at == 0


@pytest.mark.parametrize("text", ["90N", "9000N", "90-00.00N", "900000N", "900000N0000000E", "90N 000E"])
def test_the_pole_needs_no_longitude(text) -> None:
    vertex, _ = read(text)
    assert vertex.place == (90.0, 0.0)
    assert not vertex.problem


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("12345ON 1234507E", (12.58056, 123.75194)),
        ("N12345OE12345O7", (12.58056, 123.75194)),
        ("I23456N1234507E", (12.58222, 123.75194)),
        ("l23456S 1234507W", (-12.58222, -123.75194)),
        ("12-3O.5N 123-45.6E", (12.50833, 123.76)),
    ],
)
def test_letters_for_digits_are_read_and_remarked(text, place) -> None:
    vertex, _ = read(text)
    assert vertex.place == pytest.approx(place, abs=1e-5)
    assert "letters" in vertex.remark


@pytest.mark.parametrize(("text", "word"), [('12°34"N 123°45"E', "seconds"), ("12?34'N 123?45'E", "degrees")])
def test_damaged_signs_are_read_and_remarked(text, word) -> None:
    vertex, _ = read(text)
    assert vertex.place == pytest.approx((12 + 34 / 60, 123.75), abs=EXACT_DEG)
    assert word in vertex.remark


def test_exchanged_angles_are_no_place_and_say_so() -> None:
    vertex, _ = read("123-45.0N 012-30.0E")
    assert vertex.problem
    assert vertex.swapped
    assert not read("12-75.0N 012-30.0E")[0].swapped


def test_degrees_with_two_low_decimals_may_be_minutes() -> None:
    assert read("36.04N 124.30E")[0].minutes_like
    assert not read("36.64N 124.30E")[0].minutes_like
    assert not read("36.041N 124.301E")[0].minutes_like


@pytest.mark.parametrize("text", ["123456 1234507 -", "1234 12345", "12°34' -"])
def test_digits_without_their_letters_are_half_a_position(text) -> None:
    assert nameless(Cursor(tokens(text))).problem


@pytest.mark.parametrize("text", ["129956 1234507", "2104071500 2104071724", "0900 1100", "12 34"])
def test_other_pairs_of_numbers_are_none(text) -> None:
    assert nameless(Cursor(tokens(text))) is None
