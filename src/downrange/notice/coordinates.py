"""Positions: every way of writing a latitude and a longitude that the forms use.

packed   123456N1234507E, N1234E12345, with or without decimals at the end
apart    12-34.56N 123-45.67W, 12-34-56N 123-45-07W, S 12 34 E 123 45, 12:34:56N, 12.34.56N
marked   12°34'56"N 123°45'07"W, also with typographic quotes, in words, and without hemispheres (press copies)
decimal  12.3456N 123.4567E, N12.3456 E123.4567; 12.3456, -123.4567 with three decimals or more

A line may break anywhere inside a position. The number of digits decides the layout. What is out of range is
reported in `problem`, never clamped; what was read although it looks damaged is reported in `remark`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from downrange.notice._layouts import (
    LATITUDE,
    LONGITUDE,
    Axis,
    Fields,
    Layout,
    apart,
    hemisphere,
    is_hemisphere,
    packed,
)
from downrange.notice._tokens import Cursor, Lead, Token, TokenKind

_DIGITS, _LETTERS, _GLUED = TokenKind.DIGITS, TokenKind.LETTERS, Lead.GLUED
_LOOKALIKE: Final = "letters stand in the place of digits: read as the digits they look like"
_BETWEEN: Final = ",/-;"
_NORTH_SOUTH, _EAST_WEST = frozenset("NS"), frozenset("EW")
_POINTS, _DASHES = frozenset(".,"), frozenset("-:")
_INSIDE: Final = frozenset(
    (*"NSEW.,-:°º˚˙*?\ufffdÂD", "NORTH", "SOUTH", "EAST", "WEST", "DEG", "DEGS", "DEGREE", "DEGREES")
)  # fmt: skip
_MINUTE_MARKS: Final = "'’‘′´`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Angle:
    """A latitude or a longitude.

    value_deg: signed
    fields:    its parts
    latitude:  whether it is a latitude
    assumed:   it had no hemisphere, north or east was assumed
    problem:   why it cannot be right, "" when it can
    remark:    what looks damaged, "" when nothing does
    start:     first character
    stop:      first character after it
    """

    value_deg: float
    fields: Fields
    latitude: bool
    assumed: bool
    problem: str
    remark: str
    start: int
    stop: int


class Vertex(NamedTuple):
    """A position in the text.

    lat_deg:      north positive
    lon_deg:      east positive, in [-180, 180)
    assumed:      it had no hemispheres
    bracketed:    it stood in brackets, as a repeated closing point may
    minutes_like: degrees with two decimals, both below .60: they may be minutes
    swapped:      it has a problem, and none with latitude and longitude exchanged
    problem:      why it cannot be right, "" when it can
    remark:       what looks damaged although it was read, "" when nothing does
    start:        first character
    stop:         first character after it
    """

    lat_deg: float
    lon_deg: float
    assumed: bool = False
    bracketed: bool = False
    minutes_like: bool = False
    swapped: bool = False
    problem: str = ""
    remark: str = ""
    start: int = 0
    stop: int = 0

    @property
    def place(self) -> tuple[float, float]:
        """Latitude and longitude, to compare positions."""
        return self.lat_deg, self.lon_deg


def _problem(fields: Fields, axis: Axis) -> str:
    """Say why the parts cannot be an angle on the Earth; "" when they can."""
    if len(fields.degrees) > axis.width:
        return f"{axis.name} with {len(fields.degrees)} digits of degrees"
    if fields.minutes >= 60.0:
        return f"{fields.minutes:g} minutes of {axis.name}"
    if fields.seconds >= 60.0:
        return f"{fields.seconds:g} seconds of {axis.name}"
    if fields.value_deg() > axis.limit_deg:
        return f"{axis.name} over {axis.limit_deg} degrees"
    return ""


def angle(cur: Cursor, axis: Axis, *, like: Fields | None = None, bare: bool = False) -> Angle | None:
    """Read one angle.

    like: the parts of the angle before it, where there was one
    bare: accept one with the sign of degrees and without hemisphere
    """
    begin = cur.at
    named = _named(cur, axis)
    before = hemisphere(cur, axis)
    inner = cur.at
    for wanted in (like, None) if like is not None else (None,):
        for together in (True, False):
            cur.at = inner
            fields = packed(cur, axis, wanted, first=bool(before)) if together else apart(cur, axis, wanted)
            if fields is None or _mere_name(fields, axis, before):
                continue
            letter = before or hemisphere(cur, axis)
            if letter or _bare(fields, bare=bare, named=named):
                cur.word(*axis.words)
                return _angle(cur, begin, axis, fields, letter)
    cur.at = begin
    return None


def _mere_name(fields: Fields, axis: Axis, before: str) -> bool:
    """Say whether a letter and a number are rather the name of a route: whole degrees, not all their digits there."""
    return bool(before) and fields.layout is Layout.DEGREES and not fields.signed and len(fields.degrees) != axis.width


def _named(cur: Cursor, axis: Axis) -> bool:
    """Take LAT or LONGITUDE and a mark behind it; say whether it stood there."""
    if cur.word(*axis.words) is None:
        return False
    cur.mark(":.=")
    return True


def _bare(fields: Fields, *, bare: bool, named: bool) -> bool:
    """Say whether an angle may go without hemisphere: degrees with their sign and minutes."""
    return (bare or named) and fields.signed and fields.layout in {Layout.MINUTES, Layout.SECONDS}


def _angle(cur: Cursor, begin: int, axis: Axis, fields: Fields, letter: str) -> Angle:
    """Put an angle together from its parts; the cursor stands behind it."""
    value = fields.value_deg()
    remark = fields.remark
    if any(cur.peek(place - cur.at).damaged for place in range(begin, cur.at)):
        remark = _LOOKALIKE
    return Angle(
        value_deg=-value if letter in {"S", "W"} else value,
        fields=fields,
        latitude=axis is LATITUDE,
        assumed=not letter,
        problem=_problem(fields, axis),
        remark=remark,
        start=cur.peek(begin - cur.at).start,
        stop=cur.peek(-1).stop,
    )


def _vertex(lat: Angle, lon: Angle) -> Vertex:
    """Put a position together from its angles, in whichever order they stand."""
    return Vertex(
        lat_deg=lat.value_deg,
        lon_deg=-180.0 if lon.value_deg == 180.0 else lon.value_deg,
        assumed=lat.assumed,
        minutes_like=_minutes_like(lat.fields) and _minutes_like(lon.fields),
        swapped=_swapped(lat.fields, lon.fields, lat.problem or lon.problem),
        problem=lat.problem or lon.problem,
        remark=lat.remark or lon.remark,
        start=min(lat.start, lon.start),
        stop=max(lat.stop, lon.stop),
    )


def _swapped(lat: Fields, lon: Fields, problem: str) -> bool:
    """Say whether a position that cannot be would be a place with its angles exchanged."""
    return bool(problem) and lat.value_deg() > 90.0 >= lon.value_deg() and not _problem(lat, LONGITUDE)


def _minutes_like(fields: Fields) -> bool:
    return fields.layout is Layout.DECIMAL and fields.decimals == 2 and fields.fraction_deg < 0.6


def position(cur: Cursor) -> Vertex | None:
    """Read one position, latitude first, or longitude first where that is unmistakable.

    >>> from downrange.notice._tokens import tokens
    >>> position(Cursor(tokens("59-42.60S 165-49.20E"))).place
    (-59.71, 165.82)
    """
    found = common(cur)
    if found is not None:
        return found
    token = cur.peek()
    if token.kind is TokenKind.END or (token.kind is _LETTERS and not _can_begin(token)):
        return None
    return _latitude_first(cur) or _longitude_first(cur) or signed(cur)


def may_begin(cur: Cursor) -> bool:
    """Say at a glance whether a number can begin a position, or half of one."""
    row = cur.tail(3)
    if len(row) < 2:
        return False
    first, after = row[0], row[1]
    if after.kind is _DIGITS:
        return len(first.text) <= 3 or after.lead is Lead.BREAK or len(after.text) == len(first.text) + 1
    if after.text not in _INSIDE:
        return False
    if after.text in _POINTS:
        return len(row) > 2 and row[2].kind is _DIGITS and Lead.BLANK not in {after.lead, row[2].lead}
    return after.text not in _DASHES or (len(first.text) <= 3 and len(row) > 2 and row[2].kind is _DIGITS)


def _can_begin(token: Token) -> bool:
    """Say whether a word can begin a position."""
    if token.text in LATITUDE.words or token.text in LONGITUDE.words:
        return True
    return is_hemisphere(token, LATITUDE) or is_hemisphere(token, LONGITUDE)


def _latitude_first(cur: Cursor) -> Vertex | None:
    """Read latitude and longitude; the pole needs no longitude."""
    begin = cur.at
    lat = angle(cur, LATITUDE, bare=True)
    if lat is None:
        return None
    behind = cur.at
    _between(cur)
    lon = angle(cur, LONGITUDE, like=lat.fields, bare=lat.assumed)
    if lon is not None and _agree(lat.fields, lon.fields):
        return _vertex(lat, lon)
    if abs(lat.value_deg) == 90.0 and not lat.assumed and not lat.problem:
        cur.at = behind
        return Vertex(lat_deg=lat.value_deg, lon_deg=0.0, remark=lat.remark, start=lat.start, stop=lat.stop)
    cur.at = begin
    return None


def _between(cur: Cursor) -> None:
    """Take what stands between latitude and longitude, if anything."""
    said = cur.peek(-1).text in LATITUDE.words or cur.peek(1).text in LONGITUDE.words
    cur.mark(_BETWEEN)
    if said:
        cur.word("AND", "BY")


def _agree(lat: Fields, lon: Fields) -> bool:
    """Say whether two angles can be one position: decimal degrees do not go with minutes, nor whole degrees with them."""
    rough = {Layout.DEGREES, Layout.DECIMAL}
    return (lat.layout in rough) == (lon.layout in rough)


def _longitude_first(cur: Cursor) -> Vertex | None:
    """Read longitude and latitude, when nothing but a blank stands between them and the next is another longitude."""
    begin = cur.at
    named = cur.peek().text in LONGITUDE.words
    lon = angle(cur, LONGITUDE)
    if lon is not None and lon.fields.layout is not Layout.DEGREES:
        joint = cur.mark(",/") if named else None
        close = joint is not None or cur.peek().lead is not Lead.BREAK
        lat = angle(cur, LATITUDE, like=lon.fields) if close else None
        if lat is not None and _agree(lat.fields, lon.fields):
            here = cur.at
            apart_from_next = cur.peek().kind is TokenKind.MARK or cur.peek().lead is Lead.BREAK
            another = angle(cur, LONGITUDE) is not None
            cur.at = here
            if named or apart_from_next or not another:
                return _vertex(lat, lon)
    cur.at = begin
    return None


# ------------------------------------------------------------------------------------------ the three common layouts


def common(cur: Cursor) -> Vertex | None:
    """Read the commonest layouts, which can be nothing else, without trying the others."""
    row = cur.tail(12)
    if len(row) < 4:
        return None
    first, second = row[0], row[1]
    if first.kind is _DIGITS:
        if second.kind is _LETTERS:
            return _quick_packed(cur, row)
        return _quick_dashed(cur, row) if second.text == "-" and len(row) >= 12 else None
    if first.kind is _LETTERS and second.kind is _DIGITS:
        return _quick_first(cur, row)
    return None


def _quick_packed(cur: Cursor, row: Sequence[Token]) -> Vertex | None:
    """Read 123456N1234507E."""
    lat, north, lon, east = row[:4]
    if not (
        len(lat.text) in {4, 6}
        and len(lon.text) == len(lat.text) + 1
        and north.text in {"N", "S"}
        and east.text in {"E", "W"}
        and lon.kind is _DIGITS
        and north.lead is _GLUED
        and east.lead is _GLUED
    ):
        return None
    cur.at += 4
    return _of_digits(lat, north, lon, east, row[0].start, east.stop)


def _quick_first(cur: Cursor, row: Sequence[Token]) -> Vertex | None:
    """Read N123456E1234507."""
    north, lat, east, lon = row[:4]
    if not (
        len(lat.text) in {4, 6}
        and len(lon.text) == len(lat.text) + 1
        and north.text in {"N", "S"}
        and east.text in {"E", "W"}
        and lon.kind is _DIGITS
        and lat.lead is _GLUED
        and lon.lead is _GLUED
    ):
        return None
    if len(row) > 4 and (row[4].text in {".", ","} or row[4].kind is _DIGITS):
        return None
    cur.at += 4
    return _of_digits(lat, north, lon, east, north.start, lon.stop)


def _of_digits(lat: Token, north: Token, lon: Token, east: Token, start: int, stop: int) -> Vertex:
    """Return the position of two packed numbers."""
    y, x = lat.text, lon.text
    lat_min, lat_s, lon_min, lon_s = int(y[2:4]), int(y[4:] or 0), int(x[3:5]), int(x[5:] or 0)
    lat_deg = int(y[:2]) + lat_min / 60.0 + lat_s / 3600.0
    lon_deg = int(x[:3]) + lon_min / 60.0 + lon_s / 3600.0
    sound = max(lat_min, lat_s, lon_min, lon_s) < 60 and lat_deg <= 90.0 and lon_deg <= 180.0
    if sound and not (lat.damaged or lon.damaged):
        return _sound(lat_deg, north.text, lon_deg, east.text, start, stop)
    layout = Layout.SECONDS if len(y) == 6 else Layout.MINUTES
    one = Fields(y[:2], 0.0, float(lat_min), float(lat_s), layout)
    other = Fields(x[:3], 0.0, float(lon_min), float(lon_s), layout)
    remark = _LOOKALIKE if lat.damaged or lon.damaged else ""
    return _of_fields(one, north.text, other, east.text, start, stop, remark)


def _sound(lat_deg: float, north: str, lon_deg: float, east: str, start: int, stop: int) -> Vertex:
    """Return a position that needs no remark."""
    lon_deg = -lon_deg if east == "W" else lon_deg
    return Vertex(
        -lat_deg if north == "S" else lat_deg, -180.0 if lon_deg == 180.0 else lon_deg, start=start, stop=stop
    )


def _of_fields(lat: Fields, north: str, lon: Fields, east: str, start: int, stop: int, remark: str) -> Vertex:
    """Return the position of the parts of two angles."""
    lat_deg, lon_deg = lat.value_deg(), lon.value_deg()
    lon_deg = -lon_deg if east == "W" else lon_deg
    problem = _problem(lat, LATITUDE) or _problem(lon, LONGITUDE)
    return Vertex(
        lat_deg=-lat_deg if north == "S" else lat_deg,
        lon_deg=-180.0 if lon_deg == 180.0 else lon_deg,
        swapped=_swapped(lat, lon, problem),
        problem=problem,
        remark=remark,
        start=start,
        stop=stop,
    )


def _quick_dashed(cur: Cursor, row: Sequence[Token]) -> Vertex | None:
    """Read 12-34.56N 123-45.67W on one line."""
    lat, dash, lat_min, point, lat_part, north, lon, dash_2, lon_min, point_2, lon_part, east = row
    if not (
        point.text == point_2.text == "."
        and dash_2.text == "-"
        and north.text in _NORTH_SOUTH
        and east.text in _EAST_WEST
        and _DIGITS is lat_min.kind is lat_part.kind is lon.kind is lon_min.kind is lon_part.kind
        and _GLUED is dash.lead is lat_min.lead is point.lead is lat_part.lead is north.lead
        and _GLUED is dash_2.lead is lon_min.lead is point_2.lead is lon_part.lead is east.lead
        and len(lat.text) <= 3 >= len(lon.text)
        and len(lat_min.text) <= 2 >= len(lon_min.text)
    ):
        return None
    cur.at += 12
    y, x = float(f"{lat_min.text}.{lat_part.text}"), float(f"{lon_min.text}.{lon_part.text}")
    lat_deg, lon_deg = int(lat.text) + y / 60.0, int(lon.text) + x / 60.0
    damaged = lat.damaged or lat_min.damaged or lat_part.damaged or lon.damaged or lon_min.damaged or lon_part.damaged
    sound = len(lat.text) <= 2 and y < 60.0 and x < 60.0 and lat_deg <= 90.0 and lon_deg <= 180.0
    if sound and not damaged:
        return _sound(lat_deg, north.text, lon_deg, east.text, lat.start, east.stop)
    one = Fields(lat.text, 0.0, y, 0.0, Layout.MINUTES)
    other = Fields(lon.text, 0.0, x, 0.0, Layout.MINUTES)
    return _of_fields(one, north.text, other, east.text, lat.start, east.stop, _LOOKALIKE if damaged else "")


# ------------------------------------------------------------------------------------------ signed decimals


def signed(cur: Cursor) -> Vertex | None:
    """Read 12.3456, -123.4567: three decimals at least where a sign or LAT stands, four where none does."""
    begin = cur.at
    named = _named(cur, LATITUDE)
    lat = _signed_number(cur)
    if lat is not None:
        cur.mark(",;/")
        named = _named(cur, LONGITUDE) or named
        lon = _signed_number(cur)
        fewest = 3 if named or lat[2] or (lon is not None and lon[2]) else 4
        if (
            lon is not None
            and min(lat[1], lon[1]) >= (1 if named else fewest)
            and abs(lat[0]) <= 90.0 >= abs(lon[0]) / 2.0
        ):
            return Vertex(
                lat_deg=lat[0],
                lon_deg=-180.0 if lon[0] == 180.0 else lon[0],
                assumed=not (lat[2] or lon[2]),
                start=cur.peek(begin - cur.at).start,
                stop=cur.peek(-1).stop,
            )
    cur.at = begin
    return None


def _signed_number(cur: Cursor) -> tuple[float, int, bool] | None:
    """Take a decimal number: its value, how many decimals, and whether it had a sign."""
    sign = cur.mark("-+")
    row = cur.tail(5)
    if len(row) < 3 or row[1].text != "." or row[0].kind is not _DIGITS or row[2].kind is not _DIGITS:
        return None
    if len(row[0].text) > 3 or row[1].lead is not _GLUED or row[2].lead is not _GLUED:
        return None
    after = row[3] if len(row) > 3 else None
    if after is not None and after.lead is _GLUED and (after.kind is _LETTERS or _goes_on(row)):
        return None
    cur.at += 3
    cur.mark("°º")
    value = float(f"{row[0].text}.{row[2].text}")
    minus = sign is not None and sign.text == "-"
    return -value if minus else value, len(row[2].text), sign is not None


def _goes_on(row: Sequence[Token]) -> bool:
    """Say whether a point and more digits follow: a version or an address, no number."""
    return row[3].text == "." and len(row) > 4 and row[4].kind is _DIGITS and row[4].lead is _GLUED


def stray(cur: Cursor) -> Angle | None:
    """Read half a position: a latitude or longitude alone, which something must have damaged."""
    begin = cur.at
    for axis in (LATITUDE, LONGITUDE):
        half = angle(cur, axis)
        if half is not None and cur.at - begin > 1 and half.fields.layout is not Layout.DEGREES:
            return half
        cur.at = begin
    return None


def nameless(cur: Cursor) -> Angle | None:
    """Read what has the digits of a position and lacks its letters, or has signs of degrees that lead nowhere."""
    row = cur.tail(4)
    if len(row) < 2 or row[0].kind is not _DIGITS:
        return None
    first, second = row[0], row[1]
    pair = second.kind is _DIGITS and len(first.text) in {4, 6} and len(second.text) == len(first.text) + 1
    if pair and not (_may_be(first.text, LATITUDE) and _may_be(second.text, LONGITUDE)):
        return None
    marked = len(row) > 3 and second.text in {"°", "º"} and row[2].kind is _DIGITS and row[3].text in _MINUTE_MARKS
    if not pair and not (marked and len(first.text) <= 3):
        return None
    cur.at += 2 if pair else 4
    fields = Fields(first.text[:2], 0.0, 0.0, 0.0, Layout.DEGREES)
    problem = "a position without its letters" if pair else "half a position"
    stop = cur.peek(-1).stop
    return Angle(
        value_deg=0.0, fields=fields, latitude=True, assumed=True, problem=problem, remark="", start=first.start, stop=stop
    )  # fmt: skip


def _may_be(digits: str, axis: Axis) -> bool:
    """Say whether digits can be degrees, minutes and seconds of this axis."""
    width = axis.width
    small = [int(digits[place : place + 2]) for place in range(width, len(digits), 2)]
    return int(digits[:width]) <= axis.limit_deg and all(part < 60 for part in small)
