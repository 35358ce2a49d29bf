"""Phrases with a length or a number in words: circles, arcs, and the announced number of points."""

from __future__ import annotations

from typing import Final

from downrange.base import units
from downrange.notice._phrases import Arc, Circle, Count
from downrange.notice._tokens import Cursor, TokenKind
from downrange.notice.coordinates import Vertex, position

_ONES: Final = (
    "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE", "TEN", "ELEVEN", "TWELVE", "THIRTEEN",
    "FOURTEEN", "FIFTEEN", "SIXTEEN", "SEVENTEEN", "EIGHTEEN", "NINETEEN",
)  # fmt: skip
_TENS: Final = ("TWENTY", "THIRTY", "FORTY", "FIFTY", "SIXTY", "SEVENTY", "EIGHTY", "NINETY")
NUMBERS: Final[dict[str, int]] = dict(zip((*_ONES, *_TENS), (*range(1, 20), *range(20, 100, 10)), strict=True))
_UNITS: Final = {
    **dict.fromkeys(("NM", "NMI", "MILE", "MILES"), units.NAUTICAL_MILE),
    **dict.fromkeys(("M", "METER", "METERS", "METRE", "METRES"), 1.0),
    **dict.fromkeys(("KM", "KMS", "KILOMETER", "KILOMETERS", "KILOMETRE", "KILOMETRES"), units.KILOMETRE),
}


def _number(cur: Cursor) -> float | None:
    """Take a number in digits or in words."""
    word = cur.word(*NUMBERS)
    if word is not None:
        value = NUMBERS[word.text]
        cur.mark("-")
        more = cur.word(*_ONES[:9]) if value >= 20 else None
        return float(value + (NUMBERS[more.text] if more is not None else 0))
    whole = cur.digits()
    if whole is None:
        return None
    if cur.peek().text == "." and cur.peek(1).kind is TokenKind.DIGITS:
        cur.take()
        return float(f"{whole.text}.{cur.take().text}")
    return float(whole.text)


def _length(cur: Cursor) -> float | None:
    """Take a length and return it in metres; miles at sea are nautical."""
    cur.word("A", "AN", "THE")
    number = _number(cur)
    if number is None:
        return None
    cur.mark("-")
    cur.word("NAUTICAL")
    unit = cur.word(*_UNITS)
    return None if unit is None else number * _UNITS[unit.text]


def _around(cur: Cursor) -> Vertex | None:
    """Read OF or CENTERED ON and the position behind it."""
    cur.word("CENTERED", "CENTRED", "CENTER", "CENTRE")
    if not (cur.word("OF", "ON", "FROM", "AT", "AROUND") or cur.peek(-1).text.startswith("CENT")):
        return None
    cur.word("PSN", "POSITION", "POINT")
    cur.mark(":")
    return position(cur)


def radius_first(cur: Cursor) -> Circle | None:
    """Read `15 NM RADIUS OF p`, `WITHIN 150 MILES OF p`, `RADIUS 5 NM CENTERED ON p`."""
    first, start = cur.at, cur.peek().start
    within = cur.word("WITHIN", "WI") is not None
    named = cur.word("RADIUS", "CIRCLE")
    if named is not None:
        _ = cur.words("WITH", "A", "RADIUS") or cur.words("WITH", "RADIUS") or cur.word("RADIUS")
        cur.word("OF")
    radius_m = _length(cur)
    if radius_m is not None and (cur.word("RADIUS", "CIRCLE", "RAD") or within or named):
        centre = _around(cur)
        if centre is not None:
            return Circle(radius_m=radius_m, centre=centre, start=start, stop=cur.peek(-1).stop)
    cur.at = first
    return None


def arc(cur: Cursor) -> Arc | None:
    """Read `CLOCKWISE ON A 30 NM ARC CENTERED ON p`."""
    first, start = cur.at, cur.peek().start
    way = cur.word("CLOCKWISE", "COUNTERCLOCKWISE", "ANTICLOCKWISE")
    if way is not None and cur.word("ON", "ALONG", "VIA"):
        radius_m = _length(cur)
        if radius_m is not None and cur.word("ARC"):
            centre = _around(cur)
            if centre is not None:
                clockwise = way.text == "CLOCKWISE"
                return Arc(clockwise=clockwise, radius_m=radius_m, centre=centre, start=start, stop=cur.peek(-1).stop)
    cur.at = first
    return None


def count(cur: Cursor) -> Count | None:
    """Read `FOUR-POINT CONNECTION RANGE`."""
    first, start = cur.at, cur.peek().start
    number = _number(cur)
    cur.mark("-")
    if number is not None and cur.word("POINT", "POINTS"):
        return Count(number=int(number), start=start, stop=cur.peek(-1).stop)
    cur.at = first
    return None
