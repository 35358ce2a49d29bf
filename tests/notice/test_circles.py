import pytest

from downrange.notice._phrases import Arc, Bearings, Circle, Count, Reach
from downrange.notice._tokens import Cursor, tokens
from downrange.notice.coordinates import Vertex
from downrange.notice.phrases import phrases

NAUTICAL_MILE_M = 1852.0


def read(text):
    return phrases(Cursor(tokens(text)))


def first(text, kind):
    return next(item for item in read(text) if isinstance(item, kind))


@pytest.mark.parametrize(
    ("text", "radius_m"),
    [
        ("WITHIN 150 MILES OF 37-35.15N 045-40.37W", 150 * NAUTICAL_MILE_M),
        ("WITHIN NINE MILES OF 37-35.15N 045-40.37W", 9 * NAUTICAL_MILE_M),
        ("WITHIN TWENTY-FIVE MILES OF 37-35.15N 045-40.37W", 25 * NAUTICAL_MILE_M),
        ("WITHIN 1000 METERS OF 37-35.15N 045-40.37W", 1000.0),
        ("15NM RADIUS OF 405242N1190233W", 15 * NAUTICAL_MILE_M),
        ("WI 0.5NM RADIUS OF 512846N 0001745W", 0.5 * NAUTICAL_MILE_M),
        ("CIRCLE RADIUS 30 KM CENTRED ON 353406N1283006E", 30e3),
        ("CIRCLE WITH RADIUS OF 5 NM CENTERED ON 353406N1283006E", 5 * NAUTICAL_MILE_M),
        ("WI A 30 NM RADIUS OF PSN 353406N1283006E", 30 * NAUTICAL_MILE_M),
        ("RADIUS 15NM CENTRED ON 353406N1283006E", 15 * NAUTICAL_MILE_M),
        ("RADIUS 15 NAUTICAL MILES CENTERED AT 353406N1283006E", 15 * NAUTICAL_MILE_M),
        ("5NM RADIUS 353406N1283006E", 5 * NAUTICAL_MILE_M),
        ("WI 5NM OF 353406N1283006E", 5 * NAUTICAL_MILE_M),
        ("WI RADIUS 5NM FM POINT 353406N1283006E", 5 * NAUTICAL_MILE_M),
        ("WITHIN ONE-HALF MILE OF 353406N1283006E", 926.0),
        ("WITHIN FIVE HUNDRED YARDS OF 353406N1283006E", 457.2),
    ],
)
def test_circles(text, radius_m) -> None:
    row = read("IN AREA " + text + ".")
    circle = next(item for item in row if isinstance(item, Circle))
    assert circle.radius_m == pytest.approx(radius_m)
    assert not any(isinstance(item, Vertex) for item in row)


@pytest.mark.parametrize(
    "text", ["WITHIN 15 MILES OF TRACKLINE 37-35.15N 045-40.37W", "15 NM NORTH OF 37-35.15N 045-40.37W"]
)
def test_other_distances_are_no_circles(text) -> None:
    assert not any(isinstance(item, Circle) for item in read(text))


def test_an_arc_keeps_its_definition() -> None:
    arc = first("THEN CLOCKWISE ON A 30 NM ARC CENTERED ON 283703N0803647W (OMN147048.7) TO", Arc)
    assert (arc.clockwise, arc.radius_m) == (True, 30 * NAUTICAL_MILE_M)
    assert arc.centre.lat_deg == pytest.approx(28 + 37 / 60 + 3 / 3600)


@pytest.mark.parametrize(
    ("text", "clockwise"),
    [
        ("COUNTER-CLOCKWISE ALONG A 60 NM ARC CENTERED ON 1234N12345E", False),
        ("ANTICLOCKWISE BY THE ARC OF A CIRCLE RADIUS 60NM CENTRED ON 1234N12345E", False),
        ("ALONG THE CLOCKWISE ARC OF A CIRCLE RADIUS 60NM CENTRED AT 1234N12345E", True),
        ("ARC OF 60 NM RADIUS CENTERED ON 1234N12345E CLOCKWISE TO", True),
        ("ALONG ARC RADIUS 60NM CENTRED ON 1234N12345E TO", None),
    ],
)
def test_arcs_in_other_words(text, clockwise) -> None:
    arc = first("THENCE " + text, Arc)
    assert (arc.clockwise, arc.radius_m) == (clockwise, 60 * NAUTICAL_MILE_M)


@pytest.mark.parametrize(
    ("text", "half_m", "many"),
    [
        ("WITHIN 5 MILES OF A LINE JOINING", 5 * NAUTICAL_MILE_M, True),
        ("2.5NM EITHER SIDE OF", 2.5 * NAUTICAL_MILE_M, True),
        ("10 KM WIDE ALONG A LINE BETWEEN", 5e3, True),
        ("ALONG TRACKLINE", 0.0, True),
    ],
)
def test_bands(text, half_m, many) -> None:
    reach = first(text + " 1234N12345E", Reach)
    assert (reach.line, reach.radius_m, reach.many) == (True, pytest.approx(half_m), many)


def test_bearings_of_a_sector() -> None:
    for text in ("BETWEEN BEARINGS 045 AND 120", "SECTOR 045 TO 120 DEGREES", "BTN RADIALS 045° AND 120°"):
        sector = first(text, Bearings)
        assert (sector.first_deg, sector.last_deg) == (45.0, 120.0)
    assert not any(isinstance(item, Bearings) for item in read("BEARING 400 TO 500"))


def test_counts_in_words_and_digits() -> None:
    assert first("FOUR-POINT CONNECTION RANGE", Count).number == 4
    assert first("SIX POINT CONNECTION", Count).number == 6
