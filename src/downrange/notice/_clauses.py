"""Phrases about the life of a notice: issue, cancel lines, windows between complete moments, hours, parts."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from downrange.notice._calendar import at, clock, month, packed_moment, stamp, year
from downrange.notice._phrases import Cancel, Hours, Issue, Part, Span
from downrange.notice._tokens import Cursor, TokenKind

_LONGEST_REMARK: Final = 12
_SERIES: Final = ("NAVAREA", "HYDROPAC", "HYDROLANT", "HYDROARC")


def issue(cur: Cursor) -> Issue | None:
    """Read a complete date-time group that opens no window."""
    first = cur.at
    found = stamp(cur)
    if found is None or cur.peek().text in {"TO", "UNTIL", "THRU"}:
        cur.at = first
        return None
    return Issue(moment=found.moment, start=found.start, stop=found.stop)


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
