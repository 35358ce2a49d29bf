from datetime import UTC, datetime

import pytest

from downrange.notice._calendar import Anchor
from downrange.notice._tokens import Cursor, tokens
from downrange.notice.model import FlagCode, Role
from downrange.notice.windows import in_order, resolve, times

IN_DECEMBER = Anchor(issued=datetime(2025, 12, 20, tzinfo=UTC))


def read(text, anchor=IN_DECEMBER):
    cur = Cursor(tokens(text))
    phrase = times(cur)
    return resolve(phrase, anchor), cur


def short(windows):
    return [f"{window.opens:%y%m%d%H%M}-{window.closes:%y%m%d%H%M}" for window in windows]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("310200Z TO 310400Z DEC IN", ["2512310200-2512310400"]),
        ("312200Z TO 010200Z JAN IN", ["2512312200-2601010200"]),
        ("312200Z DEC TO 010200Z JAN IN", ["2512312200-2601010200"]),
        (
            "2200Z TO 0200Z DAILY 30 DEC THRU 01 JAN IN",
            ["2512302200-2512310200", "2512312200-2601010200", "2601012200-2601020200"],
        ),
        (
            "0100Z TO 0200Z DAILY 31 DEC, 02 AND 04 JAN IN",
            ["2512310100-2512310200", "2601020100-2601020200", "2601040100-2601040200"],
        ),
        ("0100Z TO 0200Z 24 DEC IN", ["2512240100-2512240200"]),
        (
            "240100Z TO 240200Z, 310100Z TO 310200Z AND 020100Z TO 020200Z JAN",
            ["2512240100-2512240200", "2512310100-2512310200", "2601020100-2601020200"],
        ),
        ("FROM 240100 UTC TO 240200 UTC DEC 2027 IN", ["2712240100-2712240200"]),
        ("0000Z TO 0000Z DAILY 24 AND 25 DEC IN", ["2512240000-2512250000", "2512250000-2512260000"]),
    ],
)
def test_phrases_over_month_and_year_ends(text, expected) -> None:
    resolved, _ = read(text)
    assert short(resolved.windows) == expected


def test_a_printed_year_is_not_called_inferred() -> None:
    assert read("FROM 240100 UTC TO 240200 UTC DEC 2027 IN")[0].flags == ()
    assert [flag.code for flag in read("240100Z TO 240200Z DEC IN")[0].flags] == [FlagCode.YEAR_INFERRED]


def test_alternates_stay_apart() -> None:
    resolved, cur = read(
        "240100Z TO 240200Z DEC, ALTERNATE 250100Z TO 250200Z AND 0100Z TO 0300Z DAILY 26 THRU 27 DEC IN AREA"
    )
    assert [window.role for window in resolved.windows] == [Role.PRIMARY] + 3 * [Role.ALTERNATE]
    assert cur.peek().text == "IN"


def test_a_misspelt_month_is_flagged_where_it_stands() -> None:
    text = "240100Z TO 240200Z DEK IN"
    resolved, _ = read(text)
    flag = next(flag for flag in resolved.flags if flag.code is FlagCode.TYPO_MONTH)
    assert text[flag.start : flag.stop] == "DEK"
    assert "DEC" in flag.message


@pytest.mark.parametrize(
    ("text", "anchor", "code"),
    [
        ("0530Z TO SUNSET DAILY 24 THRU 26 DEC", IN_DECEMBER, FlagCode.WINDOW_OPEN),
        ("0530Z TO 0600Z EVERY WEDNESDAY THRU SATURDAY", IN_DECEMBER, FlagCode.WINDOW_OPEN),
        ("0530Z TO 0600Z IN AREA", IN_DECEMBER, FlagCode.WINDOW_UNREAD),
        ("310530Z TO 310600Z NOV", IN_DECEMBER, FlagCode.WINDOW_UNREAD),
        ("240600Z TO 240530Z DEC", IN_DECEMBER, FlagCode.WINDOW_UNREAD),
        ("240500Z TO 240530Z DEC", Anchor(), FlagCode.YEAR_UNKNOWN),
        ("240500Z TO 240530Z", Anchor(), FlagCode.WINDOW_UNREAD),
    ],
)
def test_what_gives_no_moment_gives_a_flag(text, anchor, code) -> None:
    resolved, _ = read(text, anchor)
    assert resolved.windows == ()
    assert [flag.code for flag in resolved.flags] == [code]


def test_no_phrase_leaves_the_cursor_alone() -> None:
    cur = Cursor(tokens("ALTERNATE AREA"))
    assert times(cur) is None
    assert cur.at == 0


def test_the_list_is_in_order_and_without_doubles() -> None:
    resolved, _ = read("250100Z TO 250200Z DEC, ALTERNATE 240100Z TO 240200Z DEC")
    assert short(in_order([*resolved.windows, *resolved.windows])) == ["2512240100-2512240200", "2512250100-2512250200"]
