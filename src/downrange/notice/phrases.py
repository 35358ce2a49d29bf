"""The body of a notice as a row of phrases: positions, labels, circles, arcs, times, cancel lines, and mere words.

Each phrase is read by a small function that takes the cursor and gives a phrase or leaves the cursor alone.
A new dialect adds functions here; `areas.py` then puts the row together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from downrange.notice._circles import NUMBERS, arc, count, radius_first
from downrange.notice._clauses import cancel, hours, issue, moments, part, written_moments
from downrange.notice._phrases import Label, Mark, Phrase, Sign
from downrange.notice._tokens import Cursor, Lead, Token, TokenKind
from downrange.notice.coordinates import Angle, Vertex, position, stray
from downrange.notice.windows import times

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
    return sign(cur) if token.text in _SIGNED else count(cur) if token.text in NUMBERS else None


def _nothing(_: Cursor) -> Phrase | None:
    return None


def sign(cur: Cursor) -> Mark | None:
    """Read a set phrase."""
    start = cur.peek().start
    for kind, row in _SIGNED[cur.peek().text]:
        if cur.words(*row):
            return Mark(sign=kind, text=" ".join(row), start=start, stop=cur.peek(-1).stop)
    return None


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
    glued = after.lead is Lead.GLUED
    if not number:
        return not (glued and after.kind is TokenKind.LETTERS) or _is_packed(after, cur.peek(1))
    if glued and after.kind is TokenKind.DIGITS and not _is_packed(cur.peek(1), after):
        return False
    return token.lead is Lead.BREAK or before.text in {".", ":", ")", ";", ""}


def _is_packed(letter: Token, number: Token) -> bool:
    """Say whether a hemisphere letter and a number beside it are a packed latitude."""
    return letter.text in {"N", "S"} and number.kind is TokenKind.DIGITS and len(number.text) in {4, 6}


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
