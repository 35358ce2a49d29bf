from datetime import UTC, datetime

import pytest

from downrange.notice._calendar import Anchor, clock, infer_year, month, packed_moment, stamp
from downrange.notice._tokens import Cursor, tokens


def over(text):
    return Cursor(tokens(text))


@pytest.mark.parametrize(
    ("text", "number", "typo"),
    [("APR", 4, ""), ("SEPTEMBER", 9, ""), ("SEPT", 9, ""), ("SEB", 9, "SEB"), ("JUM", 6, "JUM"), ("NOW", 11, "NOW")],
)
def test_months_and_their_typing_errors(text, number, typo) -> None:
    named = month(over(text))
    assert (named.number, named.typo) == (number, typo)


@pytest.mark.parametrize("text", ["SUN", "TO", "AREA", "AND", "12", "THE"])
def test_other_words_are_no_months(text) -> None:
    assert month(over(text)) is None


@pytest.mark.parametrize("text", ["2500Z", "1260Z", "2401Z", "1200", "12Z", "990Z"])
def test_impossible_clocks_are_refused(text) -> None:
    assert clock(over(text)) is None


def test_midnight_may_be_called_2400() -> None:
    assert clock(over("312400Z")).minutes == 1440
    assert packed_moment("2312312400") == datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("digits", ["2302290000", "2313010000", "2301012500", "230101000", "2301010099"])
def test_impossible_packed_moments_are_refused(digits) -> None:
    assert packed_moment(digits) is None


@pytest.mark.parametrize("text", ["150759Z APR 2023", "150759Z APR 23", "150759Z\nAPR\n23."])
def test_a_date_time_group(text) -> None:
    assert stamp(over(text)).moment == datetime(2023, 4, 15, 7, 59, tzinfo=UTC)


def test_a_window_is_no_date_time_group() -> None:
    assert stamp(over("131104Z TO 301246Z APR")) is None
    assert stamp(over("311104Z FEB 23")) is None


ISSUED = datetime(2025, 12, 28, tzinfo=UTC)
CANCELS = datetime(2026, 1, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("anchor", "month_", "day", "year"),
    [
        (Anchor(issued=ISSUED), 12, 30, 2025),
        (Anchor(issued=ISSUED), 1, 3, 2026),
        (Anchor(cancels=CANCELS), 1, 3, 2026),
        (Anchor(cancels=CANCELS), 12, 30, 2025),
        (Anchor(year=2026), 1, 3, 2026),
        (Anchor(received=ISSUED), 1, 3, 2026),
        (Anchor(received=CANCELS), 12, 30, 2025),
        (Anchor(issued=ISSUED), 2, 29, 2028),
        (Anchor(received=ISSUED), 2, 30, None),
        (Anchor(), 1, 3, None),
    ],
)
def test_the_year_rolls_at_new_year(anchor, month_, day, year) -> None:
    assert infer_year(month_, day, anchor) == year
