"""The layouts of one angle: digits packed together, or degrees, minutes and seconds kept apart.

packed  1234, 123456, 1234.5, 123456.7 (longitude with one more digit); a line may break inside
apart   12 34 56, 12-34.5, 12-34-56, 12:34:56, 12.34.56, 12°34'56", 12 DEG 34 MIN, 12.3456, 12
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final, NamedTuple

from downrange.notice._tokens import Cursor, Lead, Token, TokenKind

_DEGREE_MARKS: Final = "°º˚˙*?\ufffd"
_DAMAGED_MARKS: Final = "?\ufffd"
_MINUTE_MARKS: Final = "'’‘′´`"
_SECOND_MARKS: Final = '"“”″„'
_DEGREE_WORDS: Final = ("DEG", "DEGS", "DEGREE", "DEGREES", "D")
_MINUTE_WORDS: Final = ("MIN", "MINS", "MINUTE", "MINUTES", "M")
_SECOND_WORDS: Final = ("SEC", "SECS", "SECOND", "SECONDS")
_WORDS_OF: Final = {"N": "NORTH", "S": "SOUTH", "E": "EAST", "W": "WEST"}
_LETTER_OF: Final = {letter: letter for letter in "NSEW"} | {word: letter for letter, word in _WORDS_OF.items()}


class Layout(Enum):
    """How an angle is printed."""

    DEGREES = auto()
    DECIMAL = auto()
    MINUTES = auto()
    SECONDS = auto()


class Axis(NamedTuple):
    """One of the two angles: its name, hemisphere letters, digits of its degrees, its limit, and words before it."""

    name: str
    letters: str
    width: int
    limit_deg: int
    words: tuple[str, ...]


LATITUDE: Final = Axis("latitude", "NS", 2, 90, ("LAT", "LATITUDE", "LATITUDES"))
LONGITUDE: Final = Axis("longitude", "EW", 3, 180, ("LON", "LONG", "LONGITUDE", "LONGITUDES"))


class Fields(NamedTuple):
    """The parts of an angle as printed.

    degrees:  its digits
    decimals: how many stand behind the decimal point
    packed:   the digits stood together
    signed:   a sign of degrees stood behind the degrees
    remark:   what looks damaged, "" when nothing does
    """

    degrees: str
    fraction_deg: float
    minutes: float
    seconds: float
    layout: Layout
    decimals: int = 0
    packed: bool = False
    signed: bool = False
    remark: str = ""

    def value_deg(self) -> float:
        """Return the angle without its sign."""
        return int(self.degrees) + self.fraction_deg + self.minutes / 60.0 + self.seconds / 3600.0


def is_hemisphere(token: Token, axis: Axis) -> bool:
    """Say whether a token names a hemisphere of this axis."""
    return token.kind is TokenKind.LETTERS and _LETTER_OF.get(token.text, "-") in axis.letters


def hemisphere(cur: Cursor, axis: Axis) -> str:
    """Take the hemisphere here and return its letter, "" when there is none."""
    token = cur.peek()
    if not is_hemisphere(token, axis):
        return ""
    cur.at += 1
    return _LETTER_OF[token.text]


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


def _fraction(cur: Cursor, axis: Axis) -> str:
    """Take the decimals here, if any; after a line break only when a hemisphere letter follows them."""
    point = cur.peek()
    if point.text not in {".", ","}:
        return ""
    first = cur.peek(1)
    if first.kind is not TokenKind.DIGITS:
        return ""
    leads = (point.lead, first.lead)
    if Lead.BLANK in leads or (point.text == "," and Lead.BREAK in leads):
        return ""
    ahead, text = 2, first.text
    more = cur.peek(2)
    if more.kind is TokenKind.DIGITS and more.lead is Lead.BREAK and _ends_angle(cur, axis):
        ahead, text = 3, text + more.text
    if Lead.BREAK in leads and not (is_hemisphere(cur.peek(ahead), axis) or _ends_angle(cur, axis, ahead)):
        return ""
    cur.at += ahead
    return "." + text


def _ends_angle(cur: Cursor, axis: Axis, ahead: int = 3) -> bool:
    """Say whether a hemisphere or a mark of minutes stands there: of this axis, or of the longitude behind it."""
    token = cur.peek(ahead)
    if token.kind is TokenKind.MARK and token.text in _MINUTE_MARKS + _SECOND_MARKS:
        return True
    return is_hemisphere(token, axis) or (axis is LATITUDE and is_hemisphere(token, LONGITUDE))


def packed(cur: Cursor, axis: Axis, like: Fields | None, *, first: bool) -> Fields | None:
    """Read DDMM or DDMMSS (longitude DDDMM or DDDMMSS), preferring the layout of the latitude before it.

    first: the hemisphere stood before the digits, so that none need stand behind them
    """
    if cur.peek().kind is not TokenKind.DIGITS:
        return None
    short, long = axis.width + 2, axis.width + 4
    wanted = (short, long) if like is None else (long,) if like.layout is Layout.SECONDS else (short,)
    begin, text = cur.at, ""
    best: tuple[str, int] | None = None
    while cur.peek().kind is TokenKind.DIGITS and (not text or cur.peek().lead is Lead.BREAK):
        text += cur.take().text
        if len(text) in wanted and (not first or cur.at == begin + 1 or _may_end(cur)):
            best = (text, cur.at)
        if len(text) >= long:
            break
    if best is None:
        cur.at = begin
        return packed(cur, axis, None, first=first) if like is not None else None
    text, cur.at = best
    decimals = _fraction(cur, axis)
    degrees, minutes, seconds = text[: axis.width], text[axis.width : short], text[short:]
    count = max(0, len(decimals) - 1)
    if seconds:
        return Fields(degrees, 0.0, float(minutes), float(seconds + decimals), Layout.SECONDS, count, packed=True)
    return Fields(degrees, 0.0, float(minutes + decimals), 0.0, Layout.MINUTES, count, packed=True)


def _may_end(cur: Cursor) -> bool:
    """Say whether a packed number that was put together can end here: behind a blank no digits follow."""
    return not (cur.peek().kind is TokenKind.DIGITS and cur.peek().lead is Lead.BLANK)


def apart(cur: Cursor, axis: Axis, like: Fields | None) -> Fields | None:
    """Read degrees, minutes and seconds with blanks, dashes, points, colons, signs or words between them."""
    begin = cur.at
    degrees = _broken(cur, axis.width)
    if degrees is None:
        cur.at = begin
        degrees = _broken(cur, 3)
        if degrees is None or cur.peek().kind is not TokenKind.MARK:
            return None
    decimals = _fraction(cur, axis)
    if decimals:
        return _decimal(cur, axis, degrees, decimals)
    sign = _degree_sign(cur)
    dash = cur.mark("-:") is not None
    remark = "the sign of degrees is damaged" if sign is not None and sign.text in _DAMAGED_MARKS else ""
    minutes = _broken(cur, 2)
    if minutes is None:
        if dash:
            return None
        return Fields(degrees, 0.0, 0.0, 0.0, Layout.DEGREES, signed=sign is not None, remark=remark)
    return _minutes(cur, axis, like, Fields(degrees, 0.0, float(minutes), 0.0, Layout.MINUTES, 0, remark=remark,
                                            signed=sign is not None), dash=dash)  # fmt: skip


def _decimal(cur: Cursor, axis: Axis, degrees: str, decimals: str) -> Fields:
    """Read the rest of 12.3456 or 12.34.56, the decimals taken already."""
    if len(decimals) == 3:
        seconds = _fraction(cur, axis)
        if len(seconds) == 3:
            return Fields(degrees, 0.0, float(decimals[1:]), float(seconds[1:]), Layout.SECONDS)
    sign = _degree_sign(cur)
    return Fields(
        degrees, float("0" + decimals), 0.0, 0.0, Layout.DECIMAL, len(decimals) - 1, signed=sign is not None
    )  # fmt: skip


def _degree_sign(cur: Cursor) -> Token | None:
    """Take the sign of degrees, or the word; one that a wrong encoding doubled counts too."""
    text = cur.peek().text
    if text == "Â" and cur.peek(1).text in "°º":
        cur.take()
    found = cur.mark(_DEGREE_MARKS)
    if found is None and text == "D" and cur.peek(1).kind is TokenKind.DIGITS:
        return cur.word("D")
    return found or cur.word(*_DEGREE_WORDS[:-1])


def _minutes(cur: Cursor, axis: Axis, like: Fields | None, read: Fields, *, dash: bool) -> Fields:
    """Read what stands behind the minutes: their decimals, their sign, and the seconds."""
    decimals = _fraction(cur, axis)
    if decimals:
        read = read._replace(minutes=read.minutes + float("0" + decimals), decimals=len(decimals) - 1)
    if cur.mark(_SECOND_MARKS):
        read = read._replace(remark=read.remark or "minutes are printed with the sign of seconds")
        return read if decimals else _seconds_behind(cur, read)
    sign = cur.mark(_MINUTE_MARKS) or cur.word(*_MINUTE_WORDS[:-1])
    if sign is None and cur.peek(1).kind is TokenKind.DIGITS:
        sign = cur.word("M")
    if sign is not None and sign.kind is TokenKind.MARK and cur.mark(_MINUTE_MARKS):
        return read._replace(remark=read.remark or "minutes are printed with the sign of seconds")
    if decimals or (sign is None and like is not None and like.layout is not Layout.SECONDS):
        return read
    here = cur.at
    if dash or sign is not None:
        cur.mark("-:")
    seconds = _broken(cur, 2)
    if seconds is None or (dash and cur.at - here == 1 and not read.signed):
        cur.at = here
        return read
    decimals = _fraction(cur, axis)
    _take_second_sign(cur)
    return read._replace(
        seconds=float(seconds + decimals), layout=Layout.SECONDS, decimals=max(0, len(decimals) - 1)
    )  # fmt: skip


def _seconds_behind(cur: Cursor, read: Fields) -> Fields:
    """Take the seconds behind minutes that bear their sign, where they bear it too."""
    sign = cur.peek(1)
    if sign.kind is not TokenKind.MARK or sign.text not in _SECOND_MARKS:
        return read
    seconds = cur.digits(1, 2)
    if seconds is None:
        return read
    cur.mark(_SECOND_MARKS)
    return read._replace(seconds=float(seconds.text), layout=Layout.SECONDS)


def _take_second_sign(cur: Cursor) -> None:
    """Take the sign of seconds, or the word, if any."""
    if cur.mark(_SECOND_MARKS) is None and cur.word(*_SECOND_WORDS) is None and cur.mark(_MINUTE_MARKS):
        cur.mark(_MINUTE_MARKS)
