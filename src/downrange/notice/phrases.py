"""The body of a notice as a row of phrases: positions, labels, circles, arcs, times, cancel lines, and mere words.

Each phrase is read by a small function that takes the cursor and gives a phrase or leaves the cursor alone.
A new dialect adds functions here; `areas.py` then puts the row together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto
from typing import Final

from downrange.base import units
from downrange.notice._calendar import at, clock, month, packed_moment, stamp, year
from downrange.notice._tokens import Cursor, Lead, Token, TokenKind
from downrange.notice.coordinates import Angle, Vertex, position, stray
from downrange.notice.windows import Times, times


class Sign(Enum):
    """Phrases that say one thing only."""

    ANNOUNCE = auto()
    CLOSE = auto()
    CUT = auto()
    AND = auto()
    FULL_STOP = auto()
    COMMA = auto()
    DASH = auto()
    VAGUE_TIME = auto()
    UNREAD_TIME = auto()
    WORD = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A phrase without content of its own."""

    sign: Sign
    text: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The letter or number of an area, a vertex or a paragraph; area: the word AREA stood before it."""

    text: str
    area: bool
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """A radius around a position."""

    radius_m: float
    centre: Vertex
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arc:
    """A circular side between the vertex before it and the vertex behind it."""

    clockwise: bool
    radius_m: float
    centre: Vertex
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """The number of vertices, in words."""

    number: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A window between two complete moments."""

    opens: datetime
    closes: datetime
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Times of the day, in minutes after midnight UTC, inside the windows given elsewhere."""

    opens_min: int
    closes_min: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """A cancel line: itself at a moment, or others by name; by: the name of who cancelled this one."""

    moment: datetime | None
    names: tuple[str, ...]
    by: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """A complete date-time group outside a window."""

    moment: datetime
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """PART x OF y."""

    number: int
    of: int
    start: int
    stop: int


Phrase = Vertex | Angle | Mark | Label | Circle | Arc | Count | Span | Hours | Cancel | Issue | Part | Times

_ONES: Final = (
    "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE", "TEN", "ELEVEN", "TWELVE", "THIRTEEN",
    "FOURTEEN", "FIFTEEN", "SIXTEEN", "SEVENTEEN", "EIGHTEEN", "NINETEEN",
)  # fmt: skip
_TENS: Final = ("TWENTY", "THIRTY", "FORTY", "FIFTY", "SIXTY", "SEVENTY", "EIGHTY", "NINETY")
_NUMBERS: Final[dict[str, int]] = dict(zip((*_ONES, *_TENS), (*range(1, 20), *range(20, 100, 10)), strict=True))
_UNITS: Final = {
    **dict.fromkeys(("NM", "NMI", "MILE", "MILES"), units.NAUTICAL_MILE),
    **dict.fromkeys(("M", "METER", "METERS", "METRE", "METRES"), 1.0),
    **dict.fromkeys(("KM", "KMS", "KILOMETER", "KILOMETERS", "KILOMETRE", "KILOMETRES"), units.KILOMETRE),
}
_LONGEST_REMARK: Final = 12
_SERIES: Final = ("NAVAREA", "HYDROPAC", "HYDROLANT", "HYDROARC")
_ANNOUNCED: Final = (
    ("BOUND", "BY"), ("BOUNDED", "BY"), ("DEFINED", "AS"), ("AREA", "BTN"), ("WI", ":"), ("WI", "AREA"), ("FLW", "AREA"),
    ("FOLLOWING", "AREA"), ("FOLLOWING", "AREAS"), ("IN", "AREA"), ("IN", "AREAS"), ("WI", "AN", "AREA"),
    ("WITHIN", "AN", "AREA"), ("LINE", "JOINING"), ("IMPACT", "AREA"), ("AREA", ":"), ("BOUNDED",), ("COORD", ":"),
)  # fmt: skip
_CLOSED: Final = (
    ("BACK", "TO", "START"), ("TO", "BEGINNING"), ("TO", "POINT", "OF", "ORIGIN"), ("TO", "THE", "POINT", "OF", "ORIGIN"),
    ("TO", "START"), ("TO", "POINT", "OF", "BEGINNING"),
)  # fmt: skip
_CUTS: Final = (
    ("ALTN", "RTE"), ("DCT",), ("RMK",), ("ATS", "RTE"), ("REROUTED",), ("NOT", "AVBL"), ("ACFT", "ON"),
)  # fmt: skip
_VAGUE: Final = (("INTERMITTENT",), ("TO", "BE", "DETERMINED"), ("EXACT", "TIME", "WILL"), ("TIME", "TBD"))


def phrases(cur: Cursor) -> list[Phrase]:
    """Read the rest of the cursor into phrases; what is no phrase becomes a word."""
    row: list[Phrase] = []
    bracket = False
    while not cur.done():
        token = cur.peek()
        if token.text in {"(", "["}:
            bracket = True
            cur.take()
            continue
        found = _READERS[token.kind](cur) or _plain(cur)
        if isinstance(found, Vertex) and bracket:
            found = replace(found, bracketed=True)
        if found is not None:
            row.append(found)
        bracket = False
    return row


def _plain(cur: Cursor) -> Mark | None:
    """Take one token as a word or a mark that matters; other marks are dropped."""
    token = cur.take()
    if token.text == "." and cur.peek().kind is TokenKind.DIGITS and cur.peek().lead is Lead.GLUED:
        return None
    sign = {".": Sign.FULL_STOP, ",": Sign.COMMA, "-": Sign.DASH, "AND": Sign.AND}.get(token.text, Sign.WORD)
    if sign is Sign.WORD and token.kind is TokenKind.MARK:
        return None
    return Mark(sign=sign, text=token.text, start=token.start, stop=token.stop)


def _digits(cur: Cursor) -> Phrase | None:
    """Read what can start with a number."""
    return (
        issue(cur) or times(cur) or label(cur) or moments(cur) or position(cur) or radius_first(cur) or unread(cur)
    )  # fmt: skip


def _letters(cur: Cursor) -> Phrase | None:
    """Read what can start with a word, looking at the word first."""
    token = cur.peek()
    if len(token.text) == 1:
        return label(cur) or (position(cur) or stray(cur) if token.text in "NSEW" else None)
    for reader in _BY_WORD.get(token.text, ()):
        found = reader(cur)
        if found is not None:
            return found
    return sign(cur) if token.text in _SIGNED else count(cur) if token.text in _NUMBERS else None


def _nothing(_: Cursor) -> Phrase | None:
    return None


def sign(cur: Cursor) -> Mark | None:
    """Read a set phrase."""
    start = cur.peek().start
    for kind, row in _SIGNED[cur.peek().text]:
        if cur.words(*row):
            return Mark(sign=kind, text=" ".join(row), start=start, stop=cur.peek(-1).stop)
    return None


def issue(cur: Cursor) -> Issue | None:
    """Read a complete date-time group that opens no window."""
    first = cur.at
    found = stamp(cur)
    if found is None or cur.peek().text in {"TO", "UNTIL", "THRU"}:
        cur.at = first
        return None
    return Issue(moment=found.moment, start=found.start, stop=found.stop)


def unread(cur: Cursor) -> Angle | Mark | None:
    """Read half a position, or a time that belongs to no window we know."""
    token = cur.peek()
    half = stray(cur)
    if half is not None:
        return half
    if len(token.text) in {4, 6} and cur.peek(1).text == "Z":
        cur.take()
        cur.take()
        return Mark(sign=Sign.UNREAD_TIME, text=token.text, start=token.start, stop=cur.peek(-1).stop)
    return None


def moments(cur: Cursor) -> Span | None:
    """Read yymmddhhmm UNTIL yymmddhhmm."""
    first, start = cur.at, cur.peek().start
    row: list[datetime] = []
    for _ in range(2):
        token = cur.digits(10)
        moment = packed_moment(token.text) if token is not None else None
        if moment is None:
            cur.at = first
            return None
        row.append(moment)
        if len(row) == 1:
            cur.word("UTC", "Z")
            _skip_brackets(cur)
            if not (cur.word("TO", "UNTIL", "TILL") or cur.mark("-")):
                cur.at = first
                return None
    cur.word("UTC", "Z")
    if row[1] <= row[0]:
        cur.at = first
        return None
    return Span(opens=row[0], closes=row[1], start=start, stop=cur.peek(-1).stop)


def hours(cur: Cursor) -> Hours | None:
    """Read `FM 0900 TO 1100` or `FROM 2300 UTC-0100 UTC (NEXT DAY) DAILY`: no day stands with them."""
    first, start = cur.at, cur.peek().start
    cur.take()
    opens = clock(cur, zulu=False)
    linked = opens is not None and (cur.word("TO", "AND", "UNTIL", "TILL") or cur.mark("-/"))
    closes = clock(cur, zulu=False) if linked else None
    if opens is None or closes is None or opens.day is not None or closes.day is not None:
        cur.at = first
        return None
    _skip_brackets(cur)
    cur.word("DAILY", "DLY")
    if cur.peek().kind is TokenKind.DIGITS and len(cur.peek().text) <= 2 and cur.peek(1).text not in {".", ")"}:
        cur.at = first
        return None
    stop = cur.peek(-1).stop
    return Hours(opens_min=opens.minutes, closes_min=closes.minutes, start=start, stop=stop)


def _skip_brackets(cur: Cursor) -> None:
    """Take a short remark in brackets: local time beside UTC."""
    here = cur.at
    if cur.mark("("):
        for _ in range(_LONGEST_REMARK):
            if cur.take().text == ")":
                return
    cur.at = here


def written_moments(cur: Cursor) -> Span | None:
    """Read `Beginning Date and Time : July 15, 2026 at 0643 UTC` and the line with `Ending` behind it."""
    first, start = cur.at, cur.peek().start
    opens = _written(cur, "BEGINNING")
    closes = _written(cur, "ENDING") if opens is not None else None
    if opens is None or closes is None or closes <= opens:
        cur.at = first
        return None
    return Span(opens=opens, closes=closes, start=start, stop=cur.peek(-1).stop)


def _written(cur: Cursor, word: str) -> datetime | None:
    """Read one date in English words."""
    if not cur.words(word, "DATE", "AND", "TIME"):
        return None
    cur.mark(":")
    named = month(cur)
    day = cur.digits(1, 2) if named is not None else None
    cur.mark(",")
    number = year(cur, 4) if day is not None else None
    cur.word("AT")
    time = clock(cur) if number is not None else None
    if named is None or day is None or number is None or time is None:
        return None
    return at(number, named.number, int(day.text), time.minutes)


def label(cur: Cursor) -> Label | None:
    """Read `A.`, `1.`, `B)`, `AREA1:` or `AREA 2:`."""
    first, start = cur.at, cur.peek().start
    area = cur.word("AREA") is not None
    token = cur.peek()
    letter = token.kind is TokenKind.LETTERS and len(token.text) == 1
    number = token.kind is TokenKind.DIGITS and len(token.text) <= 2
    if letter or number:
        cur.take()
        closed = cur.mark(":.-" if area else ".)")
        if closed is not None and (area or _stands_alone(cur, token, closed, number=number)):
            return Label(text=token.text.lstrip("0") or token.text, area=area, start=start, stop=closed.stop)
    cur.at = first
    return None


def _stands_alone(cur: Cursor, token: Token, closed: Token, *, number: bool) -> bool:
    """Say whether a letter or number with a point behind it can be a label: no initial, decimal or year."""
    if token.lead is Lead.GLUED or closed.lead is not Lead.GLUED:
        return False
    after, before = cur.peek(), cur.peek(-3)
    if not number:
        return not (after.lead is Lead.GLUED and after.kind is TokenKind.LETTERS)
    if after.lead is Lead.GLUED and after.kind is TokenKind.DIGITS:
        return False
    return token.lead is Lead.BREAK or before.text in {".", ":", ")", ";", ""}


def _number(cur: Cursor) -> float | None:
    """Take a number in digits or in words."""
    word = cur.word(*_NUMBERS)
    if word is not None:
        value = _NUMBERS[word.text]
        cur.mark("-")
        more = cur.word(*_ONES[:9]) if value >= 20 else None
        return float(value + (_NUMBERS[more.text] if more is not None else 0))
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


def series_name(cur: Cursor) -> str | None:
    """Read `NAVAREA IV 1165/22` or `HYDROPAC 1234/23` and return it in one spelling."""
    first = cur.at
    name = cur.word(*_SERIES)
    if name is None:
        return None
    row = [name.text]
    if name.text == "NAVAREA":
        cur.mark(":")
        region = cur.peek()
        if region.kind is not TokenKind.LETTERS or not set(region.text) <= set("IVX"):
            cur.at = first
            return None
        row.append(cur.take().text)
    cur.word("WARNING", "WARNINGS", "NR")
    if cur.peek().kind is TokenKind.DIGITS and cur.peek(1).text == "/" and cur.peek(2).kind is TokenKind.DIGITS:
        row.append(f"{cur.take().text}/{cur.peek(1).text}")
        cur.take()
        cur.take()
    return " ".join(row)


def cancel(cur: Cursor) -> Cancel | None:
    """Read `CANCEL THIS MSG ddhhmmZ MMM yy`, `CANCEL NAVAREA IV 1165/22` or `CANCELLED BY ...`."""
    first, start = cur.at, cur.peek().start
    by = cur.word("CANCELLED", "CANCELED") is not None
    if not by and cur.word("CANCEL", "CNL") is None:
        return None
    moment, names = None, list[str]()
    if cur.words("THIS", "MSG") or cur.words("THIS", "MESSAGE") or cur.words("THIS", "WARNING"):
        cur.word("AT")
        found = stamp(cur)
        moment = None if found is None else found.moment
    elif by:
        cur.word("BY")
    while moment is None:
        name = series_name(cur)
        if name is None:
            break
        names.append(name)
        cur.mark(",")
        cur.word("AND")
    if moment is None and not names:
        cur.at = first
        return None
    cancelled_by = names[0] if by and names else ""
    return Cancel(
        moment=moment, names=() if by else tuple(names), by=cancelled_by, start=start, stop=cur.peek(-1).stop
    )  # fmt: skip


def part(cur: Cursor) -> Part | None:
    """Read PART x OF y."""
    first, start = cur.at, cur.peek().start
    cur.take()
    number = cur.digits(1, 2)
    total = cur.digits(1, 2) if number is not None and cur.word("OF") else None
    if number is None or total is None:
        cur.at = first
        return None
    return Part(number=int(number.text), of=int(total.text), start=start, stop=total.stop)


def _signed() -> dict[str, list[tuple[Sign, tuple[str, ...]]]]:
    """Sort the set phrases by their first word, longest first."""
    found: dict[str, list[tuple[Sign, tuple[str, ...]]]] = {}
    groups = ((Sign.ANNOUNCE, _ANNOUNCED), (Sign.CLOSE, _CLOSED), (Sign.CUT, _CUTS), (Sign.VAGUE_TIME, _VAGUE))
    for kind, rows in groups:
        for row in rows:
            found.setdefault(row[0], []).append((kind, row))
    for entry in found.values():
        entry.sort(key=lambda item: -len(item[1]))
    return found


_SIGNED: Final = _signed()
_BY_WORD: Final[dict[str, tuple[Callable[[Cursor], Phrase | None], ...]]] = {
    "ALTERNATE": (times,),
    "FROM": (hours, times),
    "FM": (hours, times),
    "BTN": (hours,),
    "BETWEEN": (hours,),
    "AREA": (label,),
    "WITHIN": (radius_first,),
    "WI": (radius_first,),
    "RADIUS": (radius_first,),
    "CIRCLE": (radius_first,),
    "CLOCKWISE": (arc,),
    "COUNTERCLOCKWISE": (arc,),
    "ANTICLOCKWISE": (arc,),
    "CANCEL": (cancel,),
    "CNL": (cancel,),
    "CANCELLED": (cancel,),
    "CANCELED": (cancel,),
    "PART": (part,),
    "BEGINNING": (written_moments,),
}
_READERS: Final[dict[TokenKind, Callable[[Cursor], Phrase | None]]] = {
    TokenKind.DIGITS: _digits,
    TokenKind.LETTERS: _letters,
    TokenKind.MARK: _nothing,
    TokenKind.END: _nothing,
}
