import pytest

from downrange.notice._tokens import Cursor, tokens
from downrange.notice._zones import is_elsewhere, zone


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("UTC", 0), ("GMT", 0), ("JST", 540), ("(KST)", 540), ("UTC+9", 540), ("UTC+09:30", 570), ("GMT-4)", -240),
        ("(+9)", 540), ("+0900", 540), ("JAPAN STANDARD TIME", 540), ("MOSCOW TIME", 180), ("EDT", -240),
    ],
)  # fmt: skip
def test_certain_zones(text, minutes) -> None:
    assert zone(Cursor(tokens(text))).offset_min == minutes


@pytest.mark.parametrize("text", ["LOCAL TIME", "LT", "LOCAL MEAN TIME", "CST", "EST", "IST"])
def test_names_of_several_zones_are_not_certain(text) -> None:
    cur = Cursor(tokens(text))
    assert zone(cur).offset_min is None
    assert cur.done()


def test_a_dash_before_a_time_is_a_link() -> None:
    cur = Cursor(tokens("UTC-1100 UTC"))
    assert zone(cur).offset_min == 0
    assert cur.peek().text == "-"


@pytest.mark.parametrize("text", ["JAPAN SEA", "(NEXT DAY)", "+", "(+99)", "AREA", "12"])
def test_what_is_no_zone_is_left_alone(text) -> None:
    cur = Cursor(tokens(text))
    assert zone(cur) is None
    assert cur.at == 0


def test_zones_other_than_utc() -> None:
    assert is_elsewhere("JST")
    assert is_elsewhere("LOCAL")
    assert not is_elsewhere("UTC")
