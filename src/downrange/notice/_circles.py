"""Phrases with a length or a number in words: circles, bands, arcs, sectors, and the announced number of points."""

from __future__ import annotations

from typing import Final

from downrange.notice._lengths import length, may_start, number
from downrange.notice._phrases import Arc, Bearings, Circle, Count, Reach
from downrange.notice._tokens import Cursor, TokenKind
from downrange.notice.coordinates import Vertex, position

_LINES: Final = (
    "LINE", "LINES", "TRACKLINE", "TRACKLINES", "TRACK", "TRACKS", "CENTERLINE", "CENTRELINE", "ROUTE", "AXIS",
)  # fmt: skip
_JOINS: Final = ("JOINING", "BETWEEN", "BTN", "CONNECTING", "FROM", "DEFINED", "BOUND", "BOUNDED", "BY", "THE", "POINTS",
                 "POSITIONS", "FOLLOWING", "COORDINATES", "THROUGH", "ALONG", "OF", "A")  # fmt: skip
_AROUND: Final = ("OF", "ON", "FROM", "FM", "AT", "AROUND", "ARND")
_PLACE: Final = ("PSN", "POSITION", "POINT", "POSN", "PT", "COORDINATES", "COORD", "THE", "FOLLOWING")
_ROUND: Final = ("RADIUS", "CIRCLE", "RAD", "RADII")
_WAYS: Final = {
    "CLOCKWISE": True, "CW": True, "COUNTERCLOCKWISE": False, "ANTICLOCKWISE": False, "CCW": False, "ACW": False,
}  # fmt: skip
_OF_ARC: Final = ("ON", "ALONG", "VIA", "BY", "THE", "AN", "A", "OF", "CIRCLE", "CIRCULAR", "WITH", "RADIUS", "IN",
                  "DIRECTION", "ROUTE", "FOLLOWING", "RAD", "DME")  # fmt: skip
_BEARINGS: Final = ("BEARING", "BEARINGS", "AZIMUTH", "AZIMUTHS", "RADIAL", "RADIALS", "RDL")
_LONGEST_ARC: Final = 14
_LONGEST_JOIN: Final = 5


def _around(cur: Cursor) -> Vertex | None:
    """Read OF or CENTERED ON and the position behind it."""
    centred = cur.word("CENTERED", "CENTRED", "CENTER", "CENTRE", "CNTR", "CENTRING") is not None
    if cur.word(*_AROUND) is None and not centred:
        return None
    for _ in range(3):
        cur.word(*_PLACE)
    cur.mark(":")
    return position(cur)


def _named(cur: Cursor) -> bool:
    """Take RADIUS, CIRCLE WITH A RADIUS OF and the like."""
    if cur.word(*_ROUND) is None:
        if cur.peek().text != "R" or cur.peek(1).kind is TokenKind.LETTERS:
            return False
        cur.take()
    if not (cur.words("WITH", "A", "RADIUS") or cur.words("WITH", "RADIUS") or cur.words("OF", "RADIUS")):
        cur.word(*_ROUND)
    cur.word("OF", "IS")
    cur.mark(":=-")
    return True


def radius_first(cur: Cursor) -> Circle | Reach | None:
    """Read `15 NM RADIUS OF p`, `WITHIN 150 MILES OF p`, `RADIUS 5 NM CENTERED ON p`, `5 NM EITHER SIDE OF LINE`.

    Without a position behind it, a radius belongs to the position before it or to those that follow.
    """
    first, start = cur.at, cur.peek().start
    within = cur.word("WITHIN", "WI", "INSIDE") is not None
    cur.word("A")
    named = _named(cur)
    radius_m = length(cur) if may_start(cur) else None
    if radius_m is not None:
        band = _band(cur, radius_m, start)
        if band is not None:
            return band
        named = cur.word("RADIUS", "CIRCLE", "RAD") is not None or named
        if named:
            cur.word("CIRCLE")
        if named or within:
            found = _circle(cur, radius_m, start, named=named)
            if found is not None:
                return found
    cur.at = first
    return None


def _circle(cur: Cursor, radius_m: float, start: int, *, named: bool) -> Circle | Reach | None:
    """Read the centre behind a radius; without one the radius stands for itself."""
    here = cur.at
    centre = _around(cur) or (position(cur) if named else None)
    if centre is not None:
        return Circle(radius_m=radius_m, centre=centre, start=start, stop=cur.peek(-1).stop)
    cur.at = here
    of = cur.word(*_AROUND) is not None
    if of:
        for _ in range(3):
            cur.word(*_PLACE, "POSITIONS", "POINTS", "EACH")
    many = of and (cur.mark(":") is not None or cur.peek().lead > 1)
    if not (named or many):
        return None
    stop = cur.peek(-1).stop
    return Reach(radius_m=radius_m, line=False, many=many, trailing=named and not of, start=start, stop=stop)


def _band(cur: Cursor, half_m: float, start: int) -> Reach | None:
    """Read what makes a length the half-width of a band: EITHER SIDE OF, OF A LINE JOINING, WIDE."""
    here = cur.at
    cur.word("ON")
    sides = cur.word("EITHER", "EACH", "BOTH") is not None and cur.word("SIDE", "SIDES") is not None
    wide = not sides and cur.word("WIDE", "WIDTH") is not None
    for _ in range(_LONGEST_JOIN):
        if not cur.word("OF", "A", "AN", "THE", "ALONG", "CENTERED", "CENTRED", "ON", "CORRIDOR", "BAND", "FOLLOWING"):
            break
    line = cur.word(*_LINES) is not None
    if not line and not sides:
        cur.at = here
        return None
    joined(cur)
    radius_m = half_m / 2.0 if wide else half_m
    return Reach(radius_m=radius_m, line=True, many=True, trailing=False, start=start, stop=cur.peek(-1).stop)


def joined(cur: Cursor) -> None:
    """Take JOINING, BETWEEN, DEFINED BY THE FOLLOWING POINTS and the like."""
    for _ in range(_LONGEST_JOIN):
        if not cur.word(*_JOINS):
            break
    cur.mark(":")


def trackline(cur: Cursor) -> Reach | None:
    """Read TRACKLINE or ALONG A LINE: positions make a line, whose width is not told."""
    first, start = cur.at, cur.peek().start
    along = cur.word("ALONG") is not None
    cur.word("A", "THE")
    if cur.word(*(_LINES if along else ("TRACKLINE", "TRACKLINES"))) is None and not cur.words("TRACK", "LINE"):
        cur.at = first
        return None
    joined(cur)
    return Reach(radius_m=0.0, line=True, many=True, trailing=False, start=start, stop=cur.peek(-1).stop)


def _way(cur: Cursor) -> bool | None:
    """Take CLOCKWISE or one of its opposites, as one word or two."""
    word = cur.word(*_WAYS)
    if word is not None:
        return _WAYS[word.text]
    here = cur.at
    if cur.word("COUNTER", "ANTI"):
        cur.mark("-")
        if cur.word("CLOCKWISE"):
            return False
    cur.at = here
    return None


def arc(cur: Cursor) -> Arc | None:
    """Read `CLOCKWISE ON A 30 NM ARC CENTERED ON p`, `ARC OF A CIRCLE RADIUS 5 NM CENTRED ON p CLOCKWISE`."""
    first, start = cur.at, cur.peek().start
    way, radius_m, said = None, None, False
    for _ in range(_LONGEST_ARC):
        found = _way(cur) if way is None else None
        if found is not None:
            way = found
        elif cur.word("ARC"):
            said = True
        elif radius_m is None and cur.peek().text not in {"A", "AN", "THE"} and may_start(cur):
            radius_m = length(cur)
            if radius_m is None:
                break
        elif not cur.word(*_OF_ARC):
            break
    centre = _around(cur) or (position(cur) if said and radius_m is not None else None)
    if centre is None or not (said or (way is not None and radius_m is not None)):
        cur.at = first
        return None
    way = _way(cur) if way is None else way
    return Arc(clockwise=way, radius_m=radius_m, centre=centre, start=start, stop=cur.peek(-1).stop)


def bearings(cur: Cursor) -> Bearings | None:
    """Read `BETWEEN BEARINGS 045 AND 120`, `SECTOR 045 TO 120 DEGREES`, `BTN RDL 045 AND RDL 120`."""
    first, start = cur.at, cur.peek().start
    for _ in range(3):
        cur.word("BETWEEN", "BTN", "FROM", "SECTOR", "TRUE")
    sector = cur.peek(-1).text == "SECTOR" or cur.peek(-2).text == "SECTOR"
    if cur.word(*_BEARINGS) is None and not (sector and cur.at > first):
        cur.at = first
        return None
    row = (_bearing(cur), _bearing(cur, linked=True))
    if row[0] is None or row[1] is None:
        cur.at = first
        return None
    return Bearings(first_deg=row[0], last_deg=row[1], start=start, stop=cur.peek(-1).stop)


def _bearing(cur: Cursor, *, linked: bool = False) -> float | None:
    """Take one bearing of up to three digits, and what stands before the second."""
    if linked and not (cur.word("TO", "AND", "THROUGH", "CLOCKWISE") or cur.mark("-/")):
        return None
    cur.word("TO")
    cur.word("BEARING", "AZIMUTH", "RADIAL", "RDL")
    value = number(cur) if cur.peek().kind is TokenKind.DIGITS and len(cur.peek().text) <= 3 else None
    cur.mark("°º")
    cur.word("DEG", "DEGREES", "DEGREE")
    cur.word("T", "TRUE")
    return value if value is not None and value <= 360.0 else None


def count(cur: Cursor) -> Count | None:
    """Read `FOUR-POINT CONNECTION RANGE`."""
    first, start = cur.at, cur.peek().start
    value = number(cur)
    cur.mark("-")
    if value is not None and cur.word("POINT", "POINTS"):
        return Count(number=int(value), start=start, stop=cur.peek(-1).stop)
    cur.at = first
    return None
