"""Cut a row of tokens into records: one message each.

A message begins at a header that can be nothing else; behind ZCZC, NNNN, a remark or a ruled line; or, where a blank
line stands before it, at a header that has been shortened. What stands before a header is a record of its own only where
it has something to say.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final, NamedTuple

from downrange.notice._calendar import is_zulu, stamp
from downrange.notice._tokens import Cursor, Lead, Token, TokenKind
from downrange.notice.nga import nga_header
from downrange.notice.notam import notam_header, notam_name

_OPENERS: Final = frozenset({"NAVAREA", "HYDROPAC", "HYDROLANT", "HYDROARC"})
_SPEAKERS: Final = frozenset({"CANCEL", "CNL", "BY", "MSG", "MESSAGE", "AT"})  # a name behind them is somebody else's
_DOMESTIC: Final = frozenset({"FDC", "CARF"})
_WIRE: Final = frozenset({"ZCZC", "NNNN"})
_RULE: Final = re.compile(r"^(?:#|[ \t]*(?:-{4,}|={4,}|\*{4,}|_{4,}|~{4,})[ \t\r]*$)", re.MULTILINE)
_IN_HEADERS: Final = frozenset("/!)")
_LONGEST_TIME: Final = 6
_DIGITS, _MARK, _BREAK = TokenKind.DIGITS, TokenKind.MARK, Lead.BREAK
_JOINTS: Final = frozenset("/-.")
_LONGEST_ADDRESS: Final = 3
_LONGEST_TITLE: Final = 20


class Record(NamedTuple):
    """Where a message stands: its first token, the one behind its last, and whether it begins inside a line."""

    start: int
    stop: int
    inline: bool


def split(cur: Cursor, text: str) -> list[Record]:
    """Return the messages of a text in order, at least one."""
    found: list[Record] = []
    first, row = cur.at, cur.tail(cur.stop)
    ruled = _ruled(row, text)
    begin, inline, headed, fielded, soft = first, False, False, False, False
    for place in sorted(ruled.union(_may_start(row, text))):
        here, token = first + place, row[place]
        if here < cur.at:
            continue
        cur.at = here
        wire = token.text in _WIRE
        fresh = token.lead is Lead.BREAK and (here == begin or place in ruled or _blank_before(cur, token, text))
        starts = wire or _starts(cur, fresh=fresh, fielded=fielded)
        if starts or (place in ruled and _speaks(cur, Record(begin, here, inline))):
            closed = token.text == "NNNN" and here - begin > _LONGEST_ADDRESS
            _keep(found, cur, Record(begin, here, inline), headed=headed or closed, soft=soft)
            begin, headed, soft, fielded = here + wire, starts and not wire, not starts, False
            inline = here > first and not _begins_line(cur, here)
            _ = headed and (notam_header(cur) or nga_header(cur, strict=False))
        fielded = fielded or token.text == "Q"
    _keep(found, cur, Record(begin, cur.stop, inline), headed=headed, soft=soft)
    return found or [Record(cur.begin, cur.stop, inline=False)]


def _ruled(row: Sequence[Token], text: str) -> set[int]:
    """Return the places of the tokens that stand behind a remark or a ruled line, the first of all left out."""
    starts = [token.start for token in row]
    places = (bisect_left(starts, text.find("\n", match.end()) % (len(text) + 1)) for match in _RULE.finditer(text))
    return {place for place in places if 0 < place < len(row)}


def _may_start(row: Sequence[Token], text: str) -> list[int]:
    """Return where a header can stand: before a slash, at a series or time group, at `!`, Q), NNNN, below a blank line."""
    found: list[int] = []
    for here, token in enumerate(row):
        kind, word = token[0], token[1]
        if kind is _MARK:
            if word in _IN_HEADERS:
                found += _before_mark(row, here, word)
        elif kind is _DIGITS:
            if len(word) == _LONGEST_TIME and here + 1 < len(row) and is_zulu(row[here + 1]):
                found.append(here)
        elif word in _OPENERS or (token[4] is _BREAK and _may_open(row, here, token, text)):
            found.append(here)
    return sorted({here for here in found if here >= 0})


def _before_mark(row: Sequence[Token], here: int, mark: str) -> tuple[int, ...]:
    """Return where a header can stand that has this mark in it."""
    if mark == "/":
        return here - 2, here - 1
    if mark == "!":
        return (here,)
    return (here - 1,) if mark == ")" and here and row[here - 1].text == "Q" else ()


def _may_open(row: Sequence[Token], here: int, token: Token, text: str) -> bool:
    """Say whether the first word of a line stands below a blank one, or opens or closes a message on the wire."""
    return token.text in _WIRE or not here or text.count("\n", row[here - 1].stop, token.start) > 1


def _keep(found: list[Record], cur: Cursor, record: Record, *, headed: bool, soft: bool) -> None:
    """Keep a record; a title, or what the wire adds before a message, is none.

    soft: only a remark or a ruled line stands before it; what has nothing to say then belongs to the message before
    """
    if record.stop <= record.start:
        return
    if headed or _speaks(cur, record, alone=not soft):
        found.append(record)
    elif soft and found:
        found[-1] = found[-1]._replace(stop=record.stop)


def _speaks(cur: Cursor, record: Record, *, alone: bool = True) -> bool:
    """Say whether a text without a header is more than a title: it is long, names a position, or cancels something.

    alone: no message stands before it that a cancel line could belong to
    """
    if record.stop - record.start > _LONGEST_TITLE:
        return True
    inner = cur.part(record.start, record.stop)
    while not inner.done():
        token = inner.take()
        beside = inner.peek(-2).kind is TokenKind.DIGITS or inner.peek().kind is TokenKind.DIGITS
        if (token.text in {"N", "S", "E", "W"} and beside) or token.text in {"°", "º", "!"}:
            return True
        if alone and token.text in {"CANCEL", "CNL"}:
            return True
    return False


def _begins_line(cur: Cursor, here: int) -> bool:
    """Say whether a header is the first of its line, brackets, quotes and the number of a list left aside."""
    for place in range(here, here - 5, -1):
        token = cur.part(place, place + 1).peek()
        if token.lead is Lead.BREAK or place == cur.begin:
            return True
        before = cur.part(place - 1, place).peek()
        if before.kind is TokenKind.LETTERS or len(before.text) > 3:
            return False
    return False


def _blank_before(cur: Cursor, token: Token, text: str) -> bool:
    """Say whether a blank line stands before this token."""
    before = cur.peek(-1).stop if cur.at > cur.begin else 0
    return text.count("\n", before, token.start) > 1


def _starts(cur: Cursor, *, fresh: bool, fielded: bool) -> bool:
    """Say whether a message begins here.

    fresh:   a blank line or nothing stands before
    fielded: the message at hand has had its field Q)
    """
    here = cur.at
    token = cur.peek()
    if (token.kind is _DIGITS and len(token.text) == _LONGEST_TIME) or token.text in _OPENERS:
        found = cur.peek(-1).text not in _SPEAKERS and (
            nga_header(cur, strict=True) is not None or (fresh and _starts_warning(cur))
        )
    elif (token.kind is not TokenKind.MARK and cur.peek(1).text == "/") or cur.peek(2).text == "/":
        found = _starts_notam(cur, token, fresh=fresh)
    elif fresh and fielded and token.text == "Q" and cur.peek(1).text == ")":
        found = True
    else:
        found = is_bang(cur) or (fresh and token.kind is TokenKind.LETTERS and _starts_warning(cur))
    cur.at = here
    return found


def _starts_warning(cur: Cursor) -> bool:
    """Say whether a warning begins here by its bare name: not the line at its end that says who asked for it."""
    header = nga_header(cur, strict=False)
    if header is None or not header.name[-1:].isdigit():
        return False
    if stamp(cur) is None:
        return True
    cur.mark(".")
    return not cur.done() and cur.peek().lead is not Lead.BREAK


def _starts_notam(cur: Cursor, token: Token, *, fresh: bool) -> bool:
    """Say whether a NOTAM begins here: not the name behind NOTAMR, not the middle of a word."""
    before = cur.peek(-1)
    if token.lead is Lead.GLUED and (before.kind is not TokenKind.MARK or before.text in _JOINTS) and before.text:
        return False
    if notam_header(cur) is not None:
        return True
    if not fresh:
        return False
    if cur.word(*_DOMESTIC):
        return cur.digits() is not None and cur.mark("/") is not None
    return notam_name(cur) is not None and cur.peek(1).text == ")"


def is_bang(cur: Cursor) -> bool:
    """Say whether `!FDC` or `!CARF` stands here."""
    return cur.peek().text == "!" and cur.peek(1).kind is TokenKind.LETTERS and cur.peek(1).lead is Lead.GLUED
