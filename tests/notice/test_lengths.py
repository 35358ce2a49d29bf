import pytest

from downrange.notice._lengths import length, number
from downrange.notice._tokens import Cursor, tokens

NAUTICAL_MILE_M = 1852.0


def cursor(text):
    return Cursor(tokens(text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("15", 15.0),
        ("0.5", 0.5),
        (".5", 0.5),
        ("1/2", 0.5),
        ("1 1/2", 1.5),
        ("1,500", 1500.0),
        ("2,5", 2.5),
        ("NINE", 9.0),
        ("TWENTY-FIVE", 25.0),
        ("THIRTY FIVE", 35.0),
        ("FIVE HUNDRED", 500.0),
        ("ONE THOUSAND", 1000.0),
        ("HALF A", 0.5),
        ("ONE-HALF", 0.5),
        ("ONE QUARTER", 0.25),
        ("ONE AND A HALF", 1.5),
        ("TWO AND ONE HALF", 2.5),
    ],
)
def test_numbers_in_digits_in_words_and_in_fractions(text, value) -> None:
    assert number(cursor(text + " MILES")) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("15NM", 15 * NAUTICAL_MILE_M),
        ("15 NAUTICAL MILES", 15 * NAUTICAL_MILE_M),
        ("A MILE", None),
        ("ONE MILE", NAUTICAL_MILE_M),
        ("30 KM", 30e3),
        ("1000 METERS", 1000.0),
        ("500 YARDS", 457.2),
        ("1000 FEET", 304.8),
        ("2 STATUTE MILES", 3218.688),
        ("5 CABLES", 926.0),
        ("5 DEGREES", None),
        ("MILES", None),
    ],
)
def test_lengths_come_in_metres(text, metres) -> None:
    assert length(cursor(text)) == (None if metres is None else pytest.approx(metres))


def test_a_list_of_numbers_is_no_decimal() -> None:
    cur = cursor("120, 10 MILES")
    assert number(cur) == 120.0
    assert cur.peek().text == ","
