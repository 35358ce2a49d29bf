from datetime import UTC, datetime

import pytest

from downrange.notice._tokens import Cursor, tokens
from downrange.notice.model import NoticeWindow
from downrange.notice.schedule import daily, schedule

SPRING = NoticeWindow(opens=datetime(2026, 4, 28, tzinfo=UTC), closes=datetime(2026, 5, 3, 23, 59, tzinfo=UTC))


def read(text, envelope=SPRING, place=None):
    found = schedule(Cursor(tokens(text)), envelope, place=place)
    if found.problem:
        return found.problem
    return [f"{window.opens:%m%d%H%M}-{window.closes:%m%d%H%M}" for window in found.windows]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "29 2100-2359, 30-01 0000-0400 2100-2359, 02 0000-0400",
            ["04292100-04300400", "04302100-05010400", "05012100-05020400"],
        ),
        ("29-02 2200-0200", ["04292200-04300200", "04302200-05010200", "05012200-05020200", "05022200-05030200"]),
        ("APR 29 0900-1100, MAY 02 1000-1200", ["04290900-04291100", "05021000-05021200"]),
        ("APR 29-MAY 01 0900-1100", ["04290900-04291100", "04300900-04301100", "05010900-05011100"]),
        ("0900-1100 29 AND 01", ["04290900-04291100", "05010900-05011100"]),
        ("2604290100 TO 2604290200, 2605010100-2605010200", ["04290100-04290200", "05010100-05010200"]),
        ("29 30 H24", ["04290000-05010000"]),
        ("30 0900 UTC TO 1100 UTC", ["04300900-04301100"]),
    ],
)
def test_days_and_times(text, expected) -> None:
    assert read(text) == expected


@pytest.mark.parametrize("text", ["DAILY 0900-1100", "DLY 0900/1100", "0900-1100", "BTN 0900UTC - 1100UTC"])
def test_bare_times_are_daily(text) -> None:
    assert read(text) == [f"{day}0900-{day}1100" for day in ("0428", "0429", "0430", "0501", "0502", "0503")]


def test_pieces_are_cut_to_the_envelope() -> None:
    opens, closes = datetime(2026, 7, 23, 23, 34, tzinfo=UTC), datetime(2026, 7, 25, 0, 30, tzinfo=UTC)
    assert read("DAILY 2334-0259", NoticeWindow(opens=opens, closes=closes)) == [
        "07232334-07240259",
        "07242334-07250030",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SR-SS", "names the Sun, and the text no place"),
        ("HOL 0900-1100", "not understood from 'HOL'"),
        ("DLY 9N", "not understood from 'N'"),
        ("29 AXX 0900-1100", "not understood"),
        ("14 0900-1100", "day 14 of D) does not lie between B) and C)"),
        ("29-45 0900-1100", "not understood"),
        ("0960-1100", "not understood"),
        ("2604290200 TO 2604290100", "not understood"),
        ("2603010100 TO 2603010200", "no piece"),
    ],
)
def test_what_is_not_understood_is_said(text, reason) -> None:
    assert reason in read(text)


def test_a_schedule_of_decades_is_not_unrolled() -> None:
    long = NoticeWindow(opens=datetime(2000, 1, 1, tzinfo=UTC), closes=datetime(2099, 1, 1, tzinfo=UTC))
    assert read("DAILY 0900-1000", long) == "more than 2000 windows"


def test_hours_from_elsewhere_fall_inside_the_windows() -> None:
    pieces = daily(9 * 60, 11 * 60, [SPRING])
    assert len(pieces) == 6
    assert all(SPRING.opens <= piece.opens < piece.closes <= SPRING.closes for piece in pieces)
