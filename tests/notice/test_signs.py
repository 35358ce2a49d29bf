from itertools import pairwise

import pytest

from downrange.notice._phrases import Sign
from downrange.notice._signs import REGIONS, SIGNED, close, sign
from downrange.notice._tokens import Cursor, tokens


@pytest.mark.parametrize(
    "text",
    [
        "BACK TO START",
        "TO BEGINNING",
        "TO THE BEGINNING",
        "TO POINT OF ORIGIN",
        "TO THE POINT OF ORIGIN",
        "TO POINT OF BEGINNING",
        "TO ORIGIN",
        "BACK TO THE STARTING POINT",
        "RETURN TO STARTING POINT",
        "BACK TO ORIGIN",
        "TO THE FIRST POINT",
        "BACK TO POINT OF ORIGIN",
    ],
)
def test_ways_to_close_a_ring(text) -> None:
    cur = Cursor(tokens(text + " SFC"))
    assert close(cur).sign is Sign.CLOSE
    assert cur.peek().text == "SFC"


@pytest.mark.parametrize(
    "text", ["TO POINT 1234N", "TO 1234N", "TO FIXXX", "BACK IN SERVICE", "RETURN FLIGHTS", "TO THE NORTH"]
)
def test_ways_that_close_nothing(text) -> None:
    cur = Cursor(tokens(text))
    assert close(cur) is None
    assert cur.at == 0


def test_the_longest_phrase_wins() -> None:
    assert sign(Cursor(tokens("BOUNDED BY x"))).text == "BOUNDED BY"
    assert sign(Cursor(tokens("BOUNDED x"))).text == "BOUNDED"
    assert all(len(a[1]) >= len(b[1]) for rows in SIGNED.values() for a, b in pairwise(rows))


def test_every_sea_has_room() -> None:
    for south, north, west, east in REGIONS.values():
        assert -90.0 <= south < north <= 90.0
        assert -180.0 <= west <= 180.0
        assert -180.0 <= east <= 180.0
