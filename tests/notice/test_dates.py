import pytest

from downrange.notice._dates import dated, days
from downrange.notice._tokens import Cursor, tokens


def written(text, *, bare=False):
    row = days(Cursor(tokens(text)), bare=bare)
    ends = [(part.first, part.last) if part.first != part.last else (part.first,) for part in row]
    return [
        "-".join(f"{day.number}.{day.month.number if day.month else ''}.{day.year or ''}" for day in pair)
        for pair in ends
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("06 THRU 15 MAR", ["6..-15.3."]),
        ("14 APR THRU 07 MAY", ["14.4.-7.5."]),
        ("19, 21 AND 24 APR", ["19..", "21..", "24.4."]),
        ("24 26 28 APR", ["24..", "26..", "28.4."]),
        ("24-26, 28 APR 2026", ["24..-26..", "28.4.2026"]),
        ("30 DEC THRU 01 JAN", ["30.12.-1.1."]),
        ("NOVEMBER 22", ["22.11."]),
        ("Aug 24-31, 2026", ["24.8.-31.8.2026"]),
        ("March 12th, 2026", ["12.3.2026"]),
        ("2026-04-12", ["12.4.2026"]),
        ("12 MAR 26 IN", ["12.3.2026"]),
        ("12 MAR 2000 TO 2100 UTC", ["12.3."]),
        ("12 MAR 2026 - 1400Z 13 MAR 2026", ["12.3.2026"]),
        ("12 MAR, 1000N02000E", ["12.3."]),
        ("12-34.50N 045-12.30W", []),
        ("12 34 56N 123 45 07E", []),
        ("12 MILES", []),
        ("32 MAR", []),
    ],
)
def test_lists_of_days(text, expected) -> None:
    assert written(text) == expected


def test_numbers_alone_are_days_only_where_words_say_so() -> None:
    assert written("12, 14 AND 16 IN") == []
    assert written("12, 14 AND 16 IN", bare=True) == ["12..", "14..", "16.."]
    assert written("12-30.5N", bare=True) == []


def test_a_glance_does_not_move_the_cursor() -> None:
    cur = Cursor(tokens("12, 14 AND 16 APR"))
    assert dated(cur)
    assert cur.at == 0
