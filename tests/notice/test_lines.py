"""More shapes of field D)."""

from datetime import UTC, datetime

import pytest

from downrange.notice._tokens import Cursor, tokens
from downrange.notice.model import FlagCode, NoticeWindow
from downrange.notice.schedule import schedule

SPRING = NoticeWindow(opens=datetime(2026, 4, 24, tzinfo=UTC), closes=datetime(2026, 5, 3, 23, 59, tzinfo=UTC))


def read(text, place=(10.0, 20.0)):
    found = schedule(Cursor(tokens(text)), SPRING, place=place)
    assert found.problem == ""
    return found


def short(windows):
    return " ".join(f"{window.opens:%d%H%M}-{window.closes:%d%H%M}" for window in windows)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0900-1100 24 AND 1200-1300 25", "240900-241100 251200-251300"),
        ("24 0900-26 1100", "240900-261100"),
        ("MON TUE 0900-1100", "270900-271100 280900-281100"),
        ("SAT 0900-1100, SUN 1000-1200", "250900-251100 261000-261200 020900-021100 031000-031200"),
        ("24-28 0900-1100 EXC 25 26", "240900-241100 270900-271100 280900-281100"),
        ("24-27 0900-1100 EXC SAT SUN", "240900-241100 270900-271100"),
        ("24/0900-1100, 25/1000-1200", "240900-241100 251000-251200"),
        ("APR 24: 0900-1100; APR 25: 1000-1200", "240900-241100 251000-251200"),
        ("24 APR-25 APR 0900-1100", "240900-241100 250900-251100"),
        ("24 APR 0900-1100 25 APR 1000-1200", "240900-241100 251000-251200"),
        ("24TH 0900-1100/1300-1500", "240900-241100 241300-241500"),
        ("2026 APR 24 0900-1100", "240900-241100"),
        ("24 09:00-11:00", "240900-241100"),
        ("24-25 H24", "240000-260000"),
        ("EXC SUN", "240000-260000 270000-030000"),
        ("1-2 MAY 0900-1100", "010900-011100 020900-021100"),
    ],
)
def test_shapes(text, expected) -> None:
    found = read(text)
    assert short(found.windows) == expected
    assert found.flags == ()


def test_a_misspelt_month_is_flagged() -> None:
    (flag,) = read("24 AQR 0900-1100").flags
    assert flag.code is FlagCode.TYPO_MONTH


@pytest.mark.parametrize(
    ("text", "opens_hour", "closes_hour"),
    [
        ("24 SR-SS", 4, 16),
        ("24 HJ", 4, 16),
        ("24 SR MINUS60-SS PLUS60", 3, 17),
        ("24 0900-SS", 9, 16),
        ("24 SS-SR", 16, 4),
    ],
)
def test_the_sun_at_the_area(text, opens_hour, closes_hour) -> None:
    found = read(text)
    (window,) = found.windows
    assert (window.opens.hour, window.closes.hour) == (opens_hour, closes_hour)
    assert [flag.code for flag in found.flags] == [FlagCode.WINDOW_FROM_SUN]


def test_polar_day_has_no_sunset() -> None:
    night = NoticeWindow(opens=datetime(2026, 6, 20, tzinfo=UTC), closes=datetime(2026, 6, 22, tzinfo=UTC))
    assert "no sunrise" in schedule(Cursor(tokens("SR-SS")), night, place=(80.0, 20.0)).problem
