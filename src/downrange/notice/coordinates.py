"""Positions: every way of writing a latitude and a longitude that the forms use.

packed   123456N1234507E, N1234E12345, with or without decimals at the end
dashed   12-34.56N 123-45.67W, 12-34-56N 123-45-07W
spaced   12 34 56 S 123 45 07 W, S 12 34 E 123 45
marked   12°34'56"N 123°45'07"W, also with typographic quotes and without hemispheres (press copies)

A line may break anywhere inside a position. The number of digits decides the layout. What is out of range is
reported in `problem`, never clamped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from downrange.notice._tokens import Cursor, Lead, Token, TokenKind

_DEGREE_MARKS: Final = "°º˚"
_MINUTE_MARKS: Final = "'’‘′´`"
_SECOND_MARKS: Final = '"“”″„'


class Axis(NamedTuple):
    """One of the two angles: its name, hemisphere letters, digits of its degrees, and its limit."""

    name: str
    letters: str
    width: int
    limit_deg: int


LATITUDE: Final = Axis("latitude", "NS", 2, 90)
LONGITUDE: Final = Axis("longitude", "EW", 3, 180)


class _Fields(NamedTuple):
    """The parts of an angle as printed, and whether degrees, minutes and seconds were all there."""

    degrees: str
    minutes: float
    seconds: float
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Angle:
    """A latitude or a longitude.

    value_deg: signed
    whole:     it had seconds
    assumed:   it had no hemisphere, north or east was assumed
    problem:   why it cannot be right, "" when it can
    start:     first character
    stop:      first character after it
    """

    value_deg: float
    whole: bool
    assumed: bool
    problem: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Vertex:
    """A position in the text.

    lat_deg:   north positive
    lon_deg:   east positive, in [-180, 180)
    assumed:   it had no hemispheres
    bracketed: it stood in brackets, as a repeated closing point may
    problem:   why it cannot be right, "" when it can
    start:     first character
    stop:      first character after it
    """

    lat_deg: float
    lon_deg: float
    assumed: bool = False
    bracketed: bool = False
    problem: str = ""
    start: int = 0
    stop: int = 0

    @property
    def place(self) -> tuple[float, float]:
        """Latitude and longitude, to compare positions."""
        return self.lat_deg, self.lon_deg


def _broken(cur: Cursor, width: int) -> str | None:
    """Take a number of at most so many digits, put together over a line break."""
    token = cur.digits()
    if token is None or len(token.text) > width:
        return None
    text = token.text
    while len(text) < width:
        more = cur.peek()
        if more.kind is not TokenKind.DIGITS or more.lead is not Lead.BREAK or len(text) + len(more.text) > width:
            break
        text += cur.take().text
    return text


def _fraction(cur: Cursor, letters: str) -> str:
    """Take the decimals here, if any; after a line break only when a hemisphere letter follows them."""
    if cur.peek().text not in {".", ","} or cur.peek(1).kind is not TokenKind.DIGITS:
        return ""
    if cur.peek().text == "," and cur.peek(1).lead is not Lead.GLUED:
        return ""
    ahead, text = 2, cur.peek(1).text
    if cur.peek(2).kind is TokenKind.DIGITS and cur.peek(2).lead is Lead.BREAK and _is_hemisphere(cur.peek(3), letters):
        ahead, text = 3, text + cur.peek(2).text
    glued = cur.peek().lead is Lead.GLUED and cur.peek(1).lead is Lead.GLUED
    if not glued and not _is_hemisphere(cur.peek(ahead), letters):
        return ""
    cur.at += ahead
    return "." + text


def _is_hemisphere(token: Token, letters: str) -> bool:
    return token.kind is TokenKind.LETTERS and len(token.text) == 1 and token.text in letters


def _packed(cur: Cursor, axis: Axis, whole: bool | None) -> _Fields | None:
    """Read DDMM or DDMMSS (longitude DDDMM or DDDMMSS), preferring the layout of the latitude before it."""
    short, long = axis.width + 2, axis.width + 4
    wanted = {None: (short, long), True: (long,), False: (short,)}[whole]
    first, text = cur.at, ""
    best: tuple[str, int] | None = None
    while cur.peek().kind is TokenKind.DIGITS and (not text or cur.peek().lead is Lead.BREAK):
        text += cur.take().text
        blank_after = cur.peek().kind is TokenKind.DIGITS and cur.peek().lead is Lead.BLANK
        if len(text) in wanted and not blank_after:
            best = (text, cur.at)
        if len(text) >= long:
            break
    if best is None:
        cur.at = first
        return _packed(cur, axis, None) if whole is not None else None
    text, cur.at = best
    decimals = _fraction(cur, axis.letters)
    degrees, minutes, seconds = text[: axis.width], text[axis.width : short], text[short:]
    if seconds:
        return _Fields(degrees, float(minutes), float(seconds + decimals), True)
    return _Fields(degrees, float(minutes + decimals), 0.0, False)


def _dashed(cur: Cursor, axis: Axis, whole: bool | None) -> _Fields | None:
    """Read DD-MM.mm, DD-MM-SS or DD-MM."""
    degrees = _broken(cur, 3)
    if degrees is None or cur.mark("-") is None:
        return None
    minutes = _broken(cur, 2)
    if minutes is None:
        return None
    decimals = _fraction(cur, axis.letters)
    if decimals or whole is False:
        return _Fields(degrees, float(minutes + decimals), 0.0, False)
    here = cur.at
    seconds = _broken(cur, 2) if cur.mark("-") else None
    if seconds is None:
        cur.at = here
        return _Fields(degrees, float(minutes), 0.0, False)
    return _Fields(degrees, float(minutes), float(seconds + _fraction(cur, axis.letters)), True)


def _marked(cur: Cursor, axis: Axis, whole: bool | None) -> _Fields | None:
    """Read DD°MM'SS" with whatever quotes the printer had."""
    degrees = _broken(cur, 3)
    if degrees is None or cur.mark(_DEGREE_MARKS) is None:
        return None
    minutes = _broken(cur, 2)
    if minutes is None:
        return _Fields(degrees, 0.0, 0.0, False)
    minutes += _fraction(cur, axis.letters)
    here = cur.at
    if cur.mark(_MINUTE_MARKS) is None or whole is False:
        return _Fields(degrees, float(minutes), 0.0, False)
    here = cur.at
    seconds = _broken(cur, 2)
    if seconds is None:
        cur.at = here
        return _Fields(degrees, float(minutes), 0.0, False)
    seconds += _fraction(cur, axis.letters)
    if cur.mark(_SECOND_MARKS) is None:
        cur.mark(_MINUTE_MARKS)
        cur.mark(_MINUTE_MARKS)
    return _Fields(degrees, float(minutes), float(seconds), True)


def _spaced(cur: Cursor, axis: Axis, whole: bool | None) -> _Fields | None:
    """Read DD MM SS or DD MM, with blanks or line breaks in between."""
    degrees = _broken(cur, axis.width)
    minutes = _broken(cur, 2) if degrees is not None else None
    if degrees is None or minutes is None:
        return None
    decimals = _fraction(cur, axis.letters)
    seconds = _broken(cur, 2) if whole is not False and not decimals else None
    if seconds is None:
        return _Fields(degrees, float(minutes + decimals), 0.0, False)
    return _Fields(degrees, float(minutes), float(seconds + _fraction(cur, axis.letters)), True)


_LAYOUTS: Final[tuple[Callable[[Cursor, Axis, bool | None], _Fields | None], ...]] = (
    _packed,
    _dashed,
    _marked,
    _spaced,
)


def _hemisphere(cur: Cursor, axis: Axis) -> str:
    """Take the hemisphere letter here, if any."""
    return cur.take().text if _is_hemisphere(cur.peek(), axis.letters) else ""


def _problem(fields: _Fields, axis: Axis) -> str:
    """Say why the parts cannot be an angle on the Earth; "" when they can."""
    if len(fields.degrees) > axis.width:
        return f"{axis.name} with {len(fields.degrees)} digits of degrees"
    if fields.minutes >= 60.0:
        return f"{fields.minutes:g} minutes of {axis.name}"
    if fields.seconds >= 60.0:
        return f"{fields.seconds:g} seconds of {axis.name}"
    if int(fields.degrees) + fields.minutes / 60.0 + fields.seconds / 3600.0 > axis.limit_deg:
        return f"{axis.name} over {axis.limit_deg} degrees"
    return ""


def angle(cur: Cursor, axis: Axis, *, whole: bool | None = None, bare: bool = False) -> Angle | None:
    """Read one angle.

    whole: whether the angle before it had seconds, where there was one
    bare:  accept a marked angle without hemisphere
    """
    first = cur.at
    before = _hemisphere(cur, axis)
    begin = cur.at
    for layout in _LAYOUTS:
        cur.at = begin
        fields = layout(cur, axis, whole)
        if fields is None:
            continue
        letter = before or _hemisphere(cur, axis)
        if not letter and not (bare and layout is _marked):
            continue
        value = int(fields.degrees) + fields.minutes / 60.0 + fields.seconds / 3600.0
        return Angle(
            value_deg=-value if letter in {"S", "W"} else value,
            whole=fields.whole,
            assumed=not letter,
            problem=_problem(fields, axis),
            start=cur.peek(first - cur.at).start,
            stop=cur.peek(-1).stop,
        )
    cur.at = first
    return None


def position(cur: Cursor) -> Vertex | None:
    """Read one position, latitude first.

    >>> from downrange.notice._tokens import tokens
    >>> position(Cursor(tokens("59-42.60S 165-49.20E"))).place
    (-59.71, 165.82)
    """
    first = cur.at
    lat = angle(cur, LATITUDE, bare=True)
    if lat is not None:
        if cur.peek().lead is not Lead.BREAK or cur.peek().text == "/":
            cur.mark(",/-")
        lon = angle(cur, LONGITUDE, whole=lat.whole, bare=lat.assumed)
        if lon is not None:
            return Vertex(
                lat_deg=lat.value_deg,
                lon_deg=(lon.value_deg + 180.0) % 360.0 - 180.0 if lon.value_deg == 180.0 else lon.value_deg,
                assumed=lat.assumed,
                problem=lat.problem or lon.problem,
                start=lat.start,
                stop=lon.stop,
            )
    cur.at = first
    return None


def stray(cur: Cursor) -> Angle | None:
    """Read half a position: a latitude or longitude alone, which something must have damaged."""
    first = cur.at
    for axis in (LATITUDE, LONGITUDE):
        half = angle(cur, axis)
        if half is not None and cur.at - first > 1:
            return half
        cur.at = first
    return None
