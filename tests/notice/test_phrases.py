from datetime import UTC, datetime

import pytest

from downrange.notice._tokens import Cursor, tokens
from downrange.notice.coordinates import Vertex
from downrange.notice.phrases import Arc, Cancel, Circle, Count, Hours, Issue, Label, Mark, Part, Sign, Span, phrases
from downrange.notice.windows import Times

NAUTICAL_MILE_M = 1852.0


def read(text):
    return phrases(Cursor(tokens(text)))


def first(text, kind):
    return next(item for item in read(text) if isinstance(item, kind))


def signs(text):
    return [item.sign for item in read(text) if isinstance(item, Mark) and item.sign is not Sign.WORD]


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
    ("text", "label"),
    [
        ("A. 12-34.5N 123-45.6E", "A"),
        ("AREA: 2. 123456N1234507E", "2"),
        ("AREA1: x", "1"),
        ("AREA 2: x", "2"),
        ("\n1) x", "1"),
    ],
)
def test_labels(text, label) -> None:
    assert first(text, Label).text == label


@pytest.mark.parametrize(
    "text", ["U.S. COAST GUARD", "DNC 21, DNC 22.\nX", "APR 23.\nX", "3.5 NM", "RMK/1.ATC", "W-188."]
)
def test_initials_years_and_decimals_are_no_labels(text) -> None:
    assert not [item for item in read(text) if isinstance(item, Label)]


def test_brackets_mark_a_vertex() -> None:
    row = [item for item in read("123456N1234507E - (123456N1234507E)") if isinstance(item, Vertex)]
    assert [vertex.bracketed for vertex in row] == [False, True]


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("IN AREA BOUND BY", Sign.ANNOUNCE),
        ("BACK TO START", Sign.CLOSE),
        ("TO BEGINNING", Sign.CLOSE),
        ("TO THE POINT OF ORIGIN", Sign.CLOSE),
        ("ALTN RTE", Sign.CUT),
        ("INTERMITTENT", Sign.VAGUE_TIME),
        ("1200Z", Sign.UNREAD_TIME),
    ],
)
def test_set_phrases(text, sign) -> None:
    assert sign in signs(text)


def test_counts_in_words_and_digits() -> None:
    assert first("FOUR-POINT CONNECTION RANGE", Count).number == 4
    assert first("SIX POINT CONNECTION", Count).number == 6


@pytest.mark.parametrize(
    "text",
    [
        "EFFECTIVE 2104071500 UTC UNTIL 2104071724 UTC.",
        "2104071500-2104071724",
        "2104071500 UTC (1100 LOCAL 04/07/21) UNTIL 2104071724 UTC",
        "Beginning Date and Time : April 7, 2021 at 1500 UTC\nEnding Date and Time : April 7, 2021 at 1724 UTC",
    ],
)
def test_windows_between_complete_moments(text) -> None:
    span = first(text, Span)
    assert (span.opens, span.closes) == (datetime(2021, 4, 7, 15, tzinfo=UTC), datetime(2021, 4, 7, 17, 24, tzinfo=UTC))


def test_hours_of_the_day() -> None:
    hours = first("AREA1:FM 0900 TO 1100 PSN", Hours)
    assert (hours.opens_min, hours.closes_min) == (540, 660)
    assert first("FROM 2300 UTC-0100 UTC (NEXT DAY) DAILY", Hours).closes_min == 60


def test_cancel_lines() -> None:
    own = first("2. CANCEL THIS MSG 291600Z APR 23.", Cancel)
    assert own.moment == datetime(2023, 4, 29, 16, tzinfo=UTC)
    assert first("CANCEL NAVAREA IV 1165/22.", Cancel).names == ("NAVAREA IV 1165/22",)
    assert first("CANCEL HYDROPAC 12/23, HYDROPAC 13/23.", Cancel).names == ("HYDROPAC 12/23", "HYDROPAC 13/23")
    assert first("(Cancelled by NAVAREA XII 657/2019)", Cancel).by == "NAVAREA XII 657/2019"


def test_parts_times_and_issue() -> None:
    assert first("PART 1 OF 3", Part).of == 3
    assert first("SPACEX 0/23 070712Z APR 23.", Issue).moment == datetime(2023, 4, 7, 7, 12, tzinfo=UTC)
    assert len(first("1200Z TO 1330Z DAILY 13 THRU 30 APR", Times).periods) == 1


def test_every_phrase_stands_where_it_says() -> None:
    text = "A. WITHIN NINE MILES OF 33-40.72N 119-09.16W. CANCEL NAVAREA IV 1165/22."
    circle, cancel = first(text, Circle), first(text, Cancel)
    assert text[circle.start : circle.stop] == "WITHIN NINE MILES OF 33-40.72N 119-09.16W"
    assert text[cancel.start : cancel.stop] == "CANCEL NAVAREA IV 1165/22"
