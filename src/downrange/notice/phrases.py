"""The body of a notice as a row of phrases: positions, labels, circles, arcs, times, cancel lines, and mere words.

Each phrase is read by a small function that takes the cursor and gives a phrase or leaves the cursor alone.
A new dialect adds functions here; `areas.py` then puts the row together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from downrange.notice._circles import arc, bearings, count, radius_first, trackline
from downrange.notice._clauses import TIME_WORDS, issue, moments, unread_time
from downrange.notice._labels import label
from downrange.notice._layouts import LATITUDE, LONGITUDE
from downrange.notice._lengths import NUMBERS
from downrange.notice._phrases import Mark, Phrase, Sign
from downrange.notice._signs import SIGNED, close, sign
from downrange.notice._tokens import Cursor, Lead, TokenKind
from downrange.notice.coordinates import Angle, Vertex, common, may_begin, nameless, position, stray
from downrange.notice.windows import times

_DIGITS, _LETTERS, _MARK, _GLUED = TokenKind.DIGITS, TokenKind.LETTERS, TokenKind.MARK, Lead.GLUED
_WORD, _FULL_STOP = Sign.WORD, Sign.FULL_STOP
_BRACKETS: Final = frozenset("([")
_OPENING: Final = frozenset("-+")  # a position can start with them
_MOST_WORDS: Final = 4
_OPEN_WORDS: Final = ("VOR", "VORTAC", "NDB", "DME", "TACAN", "OF", "AT", "PSN", "POSITION", "CENTERED", "CENTRED",
                      "ORIGIN", "POINT", "THEN", "THENCE", "VIA", "BY")  # fmt: skip


def phrases(cur: Cursor) -> list[Phrase]:
    """Read the rest of the cursor into phrases; what is no phrase becomes a word, of a long row of words the first."""
    row: list[Phrase] = []
    bracket = False
    words = 0
    first, body = cur.at, cur.tail(cur.stop)
    cur.steps += len(body)
    while cur.at < cur.stop:
        kind, text, start, stop, _, _, gap = body[cur.at - first]
        if kind is _LETTERS and text not in _KNOWN and len(text) > 1 and not gap:
            cur.at += 1
            words += 1
            bracket = False
            if words <= _MOST_WORDS:
                row.append(Mark(_WORD, text, start, stop))
            continue
        if gap:
            row.append(Mark(sign=Sign.GAP, text="", start=start, stop=start))
        if text in _BRACKETS:
            found: Phrase | None = label(cur) if text == "(" else None
            if found is None:
                bracket = True
                cur.take()
                continue
        elif kind is _MARK and text not in _OPENING:
            found = _plain(cur)
        else:
            found = _READERS[kind](cur) or _plain(cur)
        if bracket and isinstance(found, Vertex):
            found = found._replace(bracketed=True)
        if found is not None:
            row.append(found)
            words = 0
        bracket = False
    return row


def _plain(cur: Cursor) -> Mark | None:
    """Take one token as a word or a mark that matters; other marks are dropped."""
    token = cur.take()
    kind = _PLAIN.get(token.text, _WORD)
    if kind is _WORD:
        if token.kind is _MARK:
            return None
    elif kind is _FULL_STOP:
        after = cur.peek()
        if after.kind is _DIGITS and after.lead is _GLUED:
            return None
    return Mark(kind, token.text, token.start, token.stop)


def _digits(cur: Cursor) -> Phrase | None:
    """Read what can start with a number, first of all what can only be a position."""
    may_be_position = may_begin(cur)
    if may_be_position:
        found = position(cur) if cur.peek(1).text in _HEMISPHERES else common(cur)
        if found is not None:
            return found
    other: Phrase | None = issue(cur) or times(cur) or label(cur) or moments(cur)
    if other is not None:
        return other
    if may_be_position:
        other = position(cur) or radius_first(cur) or count(cur) or unread(cur)
    else:
        other = radius_first(cur) or count(cur) or unread_time(cur)
    return other


def _letters(cur: Cursor) -> Phrase | None:
    """Read what can start with a word, looking at the word first."""
    text = cur.peek().text
    if text in _HEMISPHERES or text in _OF_AXES:
        found = position(cur)
        if found is not None:
            return found
    for reader in _BY_WORD.get(text, ()):
        other = reader(cur)
        if other is not None:
            return other
    if len(text) == 1:
        return label(cur) or (stray(cur) if text in _HEMISPHERES else None)
    if text in SIGNED:
        return sign(cur)
    if text in NUMBERS or text == "HALF":
        return count(cur) or radius_first(cur)
    return None


def _marks(cur: Cursor) -> Phrase | None:
    """Read a position that starts with a sign."""
    if cur.peek().lead is _GLUED or cur.peek(1).kind is not _DIGITS:
        return None
    return position(cur)


def _nothing(_: Cursor) -> Phrase | None:
    return None


def unread(cur: Cursor) -> Angle | Mark | None:
    """Read half a position, or a time that belongs to no window we know."""
    return stray(cur) or nameless(cur) or unread_time(cur)


_PLAIN: Final = {
    ".": Sign.FULL_STOP,
    ",": Sign.COMMA,
    "-": Sign.DASH,
    ":": Sign.COLON,
    ";": Sign.SEMICOLON,
    "AND": Sign.AND,
}
_HEMISPHERES: Final = frozenset("NSEW")
_OF_AXES: Final = frozenset((*LATITUDE.words, *LONGITUDE.words))
_RADIUS: Final = (radius_first,)
_ARC: Final = (arc,)
_BEARING: Final = (bearings,)
_BY_WORD: Final[dict[str, tuple[Callable[[Cursor], Phrase | None], ...]]] = {
    **TIME_WORDS,
    "ALTERNATE": (times, sign),
    "FROM": (times, bearings),
    "BTN": (times, bearings),
    "BETWEEN": (times, bearings),
    "AREA": (label, sign),
    "ZONE": (label,),
    "WITHIN": (radius_first, sign),
    "WI": (radius_first, sign),
    "INSIDE": _RADIUS,
    "RADIUS": _RADIUS,
    "RAD": _RADIUS,
    "CIRCLE": _RADIUS,
    "R": _RADIUS,
    "TRACKLINE": (trackline,),
    "TRACKLINES": (trackline,),
    "TRACK": (trackline,),
    "ALONG": (arc, trackline),
    "CLOCKWISE": _ARC,
    "COUNTERCLOCKWISE": _ARC,
    "ANTICLOCKWISE": _ARC,
    "COUNTER": _ARC,
    "ANTI": _ARC,
    "CW": _ARC,
    "CCW": _ARC,
    "ACW": _ARC,
    "ARC": _ARC,
    "SECTOR": _BEARING,
    "BEARING": _BEARING,
    "BEARINGS": _BEARING,
    "RADIALS": _BEARING,
    "AZIMUTHS": _BEARING,
    "TO": (close,),
    "BACK": (close, times),
    "RETURN": (close,),
    "RETURNING": (close,),
}
_KNOWN: Final = frozenset((*_BY_WORD, *SIGNED, *NUMBERS, *_PLAIN, *_OF_AXES, *_OPEN_WORDS, "HALF"))
_READERS: Final[dict[TokenKind, Callable[[Cursor], Phrase | None]]] = {
    TokenKind.DIGITS: _digits,
    TokenKind.LETTERS: _letters,
    TokenKind.MARK: _marks,
    TokenKind.END: _nothing,
}
