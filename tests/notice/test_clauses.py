from datetime import UTC, datetime

import pytest

from downrange.notice._phrases import Cancel, Issue, Mark, Part, Sign, Span
from downrange.notice._tokens import Cursor, tokens
from downrange.notice.phrases import phrases
from downrange.notice.windows import Times


def read(text):
    return phrases(Cursor(tokens(text)))


def first(text, kind):
    return next(item for item in read(text) if isinstance(item, kind))


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
    (period,) = first("AREA1:FM 0900 TO 1100 PSN", Times).periods
    assert (period.opens.minutes, period.closes.minutes, period.floats) == (540, 660, True)
    (period,) = first("FROM 2300 UTC-0100 UTC (NEXT DAY) DAILY", Times).periods
    assert (period.opens.minutes, period.closes.minutes, period.floats) == (1380, 60, True)


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


@pytest.mark.parametrize("text", ["AT 071530Z JAN", "AS OF 091200 UTC JAN 26", "ON 1200Z 10 JAN"])
def test_a_moment_is_no_window(text) -> None:
    (mark,) = read(text)
    assert mark.sign is Sign.MOMENT


@pytest.mark.parametrize(
    "text", ["071530Z", "1200Z 10 JAN", "1200 UTC", "0930-9999", "2604010900", "1200Z10 JAN", "1900 LOCAL"]
)
def test_a_time_that_opens_no_window_is_marked(text) -> None:
    signs = [item.sign for item in read(text) if isinstance(item, Mark)]
    assert (Sign.UNREAD_TIME in signs) is (text != "0930-9999")
    assert not [item for item in read(text) if isinstance(item, Times)]


@pytest.mark.parametrize("text", ["CHART 1234Z", "518 KHZ", "2187.5", "8000 METERS", "TEL 0123-0456", "IMO 9123456"])
def test_other_numbers_are_no_times(text) -> None:
    assert not [item for item in read(text) if isinstance(item, Mark) and item.sign is Sign.UNREAD_TIME]
