"""Time phrases of warnings, from the words to the windows."""

from datetime import UTC, datetime

import pytest

from downrange.notice._calendar import Anchor
from downrange.notice._tokens import Cursor, tokens
from downrange.notice.model import FlagCode, Role
from downrange.notice.windows import resolve, times

IN_MARCH = Anchor(issued=datetime(2026, 3, 10, 12, tzinfo=UTC))
LUZON_SEA = (20.0, 130.0)


def read(text, anchor=IN_MARCH, place=LUZON_SEA):
    cur = Cursor(tokens(text))
    phrase = times(cur)
    assert phrase is not None
    return resolve(phrase, anchor, place=place), cur


def short(windows):
    return " ".join(f"{window.opens:%m%d%H%M}-{window.closes:%m%d%H%M}" for window in windows)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("011200Z APR 26 TO 051200Z APR 26", "04011200-04051200"),
        ("151200Z MAR THRU 171200Z MAR", "03151200-03171200"),
        ("FROM 0600Z 12 MAR TO 0800Z 13 MAR", "03120600-03130800"),
        ("FROM 2300 UTC 19 APR TO 0100 UTC 20 APR 2026", "04192300-04200100"),
        ("FROM 0300 TO 0500 UTC ON 12 APR", "04120300-04120500"),
        ("190600 UTC TO 190900 UTC APR", "04190600-04190900"),
        ("180200 TO 181500 UTC APR", "04180200-04181500"),
        ("BETWEEN 142100 UTC AND 232100 UTC APR 26", "04142100-04232100"),
        ("EFFECTIVE 111200Z MAR UNTIL 151200Z MAR", "03111200-03151200"),
        ("12 THRU 13 MAR 0400 TO 1500 UTC", "03120400-03121500 03130400-03131500"),
        ("18 AND 19 MAR 0400 TO 1500 UTC", "03180400-03181500 03190400-03191500"),
        ("12 MAR 0300Z TO 1200Z", "03120300-03121200"),
        ("12 MARCH 2026 FROM 0700 TO 0800 UTC", "03120700-03120800"),
        ("0900-1000 UTC 12 MAR", "03120900-03121000"),
        ("2200Z 12 APR TO 0200Z", "04122200-04130200"),
        ("15 1200Z TO 20 1400Z MAR", "03151200-03201400"),
        ("01 APR 0000Z TO 30 APR 2359Z", "04010000-04302359"),
        ("120600ZMAR TO 120800ZMAR26", "03120600-03120800"),
        ("2026-03-12 0600 UTC TO 2026-03-12 0800 UTC", "03120600-03120800"),
        ("between 06:00 and 12:00 UTC on March 12, 2026", "03120600-03121200"),
        ("between 6:00 a.m. and 1:30 p.m. UTC on March 12, 2026", "03120600-03121330"),
        ("from March 12, 2026 at 0643 UTC (March 12, 2026 at 0243 EDT) To March 12, 2026 at 1135 UTC", "03120643-03121135"),
        ("121200Z APR FOR 48 HOURS", "04121200-04141200"),
        ("221500Z TO 232100Z MAR DAILY", "03221500-03222100 03231500-03232100"),
        ("2300Z TO 0900Z COMMENCING DAILY 12 TO 13 MAR", "03122300-03130900 03132300-03140900"),
        ("0800Z TO 1600Z DAILY 12 MAR UNTIL 13 MAR", "03120800-03121600 03130800-03131600"),
        ("2300Z-0100Z DAILY FROM 12 TO 13 MAR", "03122300-03130100 03132300-03140100"),
        ("FROM 12 MAR TO 13 MAR DAILY 0800 TO 1600 UTC", "03120800-03121600 03130800-03131600"),
        ("100000 UTC TO 112100 UTC APR EVERY DAY 0500 - 1800 UTC", "04100500-04101800 04110500-04111800"),
        ("0100Z TO 0200Z AND 0300Z TO 0400Z DAILY 12 APR", "04120100-04120200 04120300-04120400"),
        ("12 APR 0100Z TO 0200Z, 13 APR 0300Z TO 0400Z", "04120100-04120200 04130300-04130400"),
        ("0100Z TO 0200Z 12 APR, 0300Z TO 0400Z 13 APR", "04120100-04120200 04130300-04130400"),
        ("APR 24 0900-1100, 26 1000-1200", "04240900-04241100 04261000-04261200"),
        ("300600Z TO 300800Z, 310600Z TO 310800Z MAR AND 010600Z TO 010800Z APR", "03300600-03300800 03310600-03310800 04010600-04010800"),
        ("0001Z TO 2359Z DAILY 01 THRU 03 APR EXCEPT 02 APR", "04010001-04012359 04030001-04032359"),
        ("0800Z TO 1600Z MONDAY THRU FRIDAY 13 THRU 16 MAR", "03130800-03131600 03160800-03161600"),
        ("0800Z TO 1600Z EVERY SATURDAY 13 THRU 16 MAR", "03140800-03141600"),
        ("080100Z TO 080200Z MAR, 110100Z TO 110200Z MAR", "03080100-03080200 03110100-03110200"),
        ("310100Z TO 310200Z DEC, 010100Z TO 010200Z", "12310100-12310200 01010100-01010200"),
    ],
)  # fmt: skip
def test_orders_of_words(text, expected) -> None:
    resolved, cur = read(text)
    assert short(resolved.windows) == expected
    assert cur.done()
    assert {flag.code for flag in resolved.flags} <= {FlagCode.YEAR_INFERRED}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0900 TO 1700 JST 12 MAR", "03120000-03120800"),
        ("0900-1700 (KST) 12 MAR", "03120000-03120800"),
        ("0900 TO 1700 UTC+9 12 MAR", "03120000-03120800"),
        ("0900 TO 1700 JAPAN STANDARD TIME 12 MAR", "03120000-03120800"),
        ("from 0000 on November 22 to 0000 on December 1 (JST)", "11211500-11301500"),
    ],
)
def test_a_certain_zone_is_converted(text, expected) -> None:
    assert short(read(text)[0].windows) == expected


@pytest.mark.parametrize(
    "text",
    [
        "1900 LOCAL TO 2100 LOCAL DAILY 12 MAR",
        "0700 TO 1900 LT 12 MAR",
        "0900 TO 1700 CST 12 MAR",
        "0900 JST TO 1000Z 12 MAR",
    ],
)
def test_an_uncertain_zone_gives_no_window(text) -> None:
    resolved, _ = read(text)
    assert resolved.windows == ()
    assert [flag.code for flag in resolved.flags] == [FlagCode.WINDOW_UNREAD]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("UNTIL 151200Z APR", "03101200-04151200"),
        ("UNTIL 30 APR", "03101200-05010000"),
        ("12 THRU 30 APR", "04120000-05010000"),
        ("Aug 24-31, 2026", "08240000-09010000"),
        ("121200Z MAR TO 15 MAR", "03121200-03160000"),
        ("COMMENCING 111200Z MAR", ""),
        ("0600Z TO 0800Z DAILY UNTIL FURTHER NOTICE", ""),
        ("MONDAY THRU FRIDAY 0800Z TO 1600Z", ""),
    ],
)
def test_what_is_left_open_is_said(text, expected) -> None:
    resolved, _ = read(text)
    assert short(resolved.windows) == expected
    assert FlagCode.WINDOW_OPEN in {flag.code for flag in resolved.flags}


def test_the_cancel_line_closes_what_is_left_open() -> None:
    anchor = Anchor(issued=IN_MARCH.issued, cancels=datetime(2026, 3, 13, 12, tzinfo=UTC))
    assert short(read("COMMENCING 111200Z MAR", anchor)[0].windows) == "03111200-03131200"
    daily = read("0600Z TO 0800Z DAILY UNTIL FURTHER NOTICE", anchor)[0].windows
    assert [window.opens.day for window in daily] == [10, 11, 12, 13]


def test_the_sun_of_a_place_closes_a_window() -> None:
    resolved, _ = read("0530Z TO SUNSET WEDNESDAY THRU SATURDAY UNTIL 14 MAR")
    assert [window.opens.day for window in resolved.windows] == [11, 12, 13, 14]
    assert all(window.closes.hour == 9 for window in resolved.windows)
    assert {flag.code for flag in resolved.flags} == {FlagCode.WINDOW_FROM_SUN, FlagCode.YEAR_INFERRED}


def test_letters_for_digits_are_read_and_flagged() -> None:
    text = "15O6OOZ TO 150800Z N0V"
    resolved, _ = read(text)
    assert short(resolved.windows) == "11150600-11150800"
    flags = {flag.code: text[flag.start : flag.stop] for flag in resolved.flags}
    assert flags[FlagCode.TEXT_DAMAGED] == "15O6OOZ"
    assert flags[FlagCode.TYPO_MONTH] == "N0V"


def test_roles_last_until_the_next_one_is_named() -> None:
    resolved, _ = read("PRIMARY: 120600Z TO 120800Z MAR, BACKUP DATES: 130600Z TO 130800Z MAR, 140600Z TO 140800Z MAR")
    assert [window.role for window in resolved.windows] == [Role.PRIMARY, Role.ALTERNATE, Role.ALTERNATE]


@pytest.mark.parametrize(
    "text",
    [
        "12-34.50N 045-12.30W", "1000N02000E", "2000-3000 METERS", "1 OF 3", "4321", "12 NM", "0900", "16 ON VHF", "DEPTH",
        "MARCH SHIP", "SUN", "AT 1200Z", "12 34 56N 123 45 07E",
    ],
)  # fmt: skip
def test_what_is_no_time_is_left_alone(text) -> None:
    cur = Cursor(tokens(text))
    assert times(cur) is None
    assert cur.at == 0


def test_a_phrase_of_a_thousand_periods_takes_steps_in_proportion() -> None:
    steps = []
    for count in (100, 1000):
        cur = Cursor(tokens("120600Z TO 120800Z MAR, " * count))
        assert len(times(cur).periods) == count
        steps.append(cur.steps)
    assert steps[1] < 11 * steps[0]
