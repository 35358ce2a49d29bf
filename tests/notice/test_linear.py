"""The work of the reader grows with the length of the text and no faster, whatever the text repeats.

Work is counted, not timed: how often the parser looked at a token, and how many calls the interpreter made, those of
regular expressions and other compiled functions among them.
"""

import sys

import pytest
from fuzz_notice import STEPS_A_TOKEN, invented

from downrange.notice import NoticeError
from downrange.notice._tokens import Cursor, tokens
from downrange.notice.read import read_tokens

FAMILIES = {
    "digits without end": "1234567890",
    "long numbers": "1234567890" * 10 + " ",
    "single digits": "1 ",
    "six digits": "123456 ",
    "letters without end": "ABCDEFGHIJ",
    "words": "ABCDEFGH ",
    "the letter N": "N ",
    "brackets open": "(",
    "brackets close": ")",
    "brackets": "()",
    "labels": "A. ",
    "numbered": "\n1. ",
    "dates": "120304Z TO 120405Z MAR, ",
    "days": "DAILY 12 THRU 13 ",
    "day list": "12, ",
    "weekdays": "WEDNESDAY THRU SATURDAY UNTIL 12 MAR ",
    "bands": "WITHIN 5 MILES OF A LINE JOINING ",
    "bands with places": "WITHIN 5 MILES OF A LINE JOINING 12-34.50N 123-45.60W, 12-40.00N 124-00.00W. ",
    "circles": "WITHIN NINE MILES OF 12-34.50N 123-45.60W. ",
    "arcs": "CLOCKWISE ON A 30 NM ARC CENTERED ON 123456N1234507W TO ",
    "positions": "12-34.50N 123-45.60W, ",
    "halves of positions": "12-34.50N ",
    "signs": "12°34'",
    "dashes": "-",
    "slashes": "A/",
    "headers": "B1234/26 NOTAMN ",
    "messages": "010203Z MAR 26 NAVAREA IV 12/26. ",
    "wire marks": "NNNN\nZCZC ",
    "Q lines": "Q) ",
    "fields": "A) B) C) D) E) ",
    "replacements": "NOTAMR A1234/26 ",
    "cancels": "CANCEL THIS MSG 010203Z MAR 26. ",
    "bangs": "!FDC ",
    "entities": "&apos;",
    "remarks": "# \nN\n",
    "tags": "<b>",
    "blank lines": "A\n\n",
    "look-alikes": "O1O1 ",
}
SHORT, MIDDLE, LONG = 4_000, 10_000, 16_000
VERY_LONG = 1_000_000
CHEAP = ("digits without end", "letters without end", "brackets open", "words", "positions")
GROWTH = 1.15  # work a character at the longer length may be so much larger than at the shorter


def repeated(piece, length):
    return piece * (length // len(piece))


def steps(text):
    """Return how often the parser looked at a token."""
    cur = Cursor(tokens(text))
    try:
        read_tokens(cur, text, "", None)
    except NoticeError:
        assert cur.steps >= 0
    return cur.steps


def work(text):
    """Return how often the parser looked at a token, and how many calls the interpreter made meanwhile."""
    count = 0

    def seen(_frame, event, _arg):
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        looks = steps(text)
    finally:
        sys.setprofile(before)
    return looks, count


@pytest.mark.parametrize("family", FAMILIES)
def test_looks_and_calls_grow_with_the_length_and_no_faster(family) -> None:
    short, long = (repeated(FAMILIES[family], length) for length in (SHORT, LONG))
    work(short[:1_000])  # what is prepared once
    (_, few), (looks, many) = work(short), work(long)
    assert many / len(long) <= GROWTH * few / len(short)
    assert looks <= STEPS_A_TOKEN * len(tokens(long))


@pytest.mark.parametrize("family", [*CHEAP, "notices"])
def test_looks_grow_with_the_length_up_to_a_million_characters(family) -> None:
    piece = FAMILIES.get(family) or "\n\n".join(invented()) + "\n\n"
    short, long = (repeated(piece, max(length, len(piece))) for length in (MIDDLE, VERY_LONG))
    assert steps(long) / len(long) <= GROWTH * steps(short) / len(short)
