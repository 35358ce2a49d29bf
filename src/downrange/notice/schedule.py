"""Field D) of a NOTAM: the daily pieces inside the envelope of B) and C).

`DAILY 2334-0259` · `24-28 1100-2100` · `13 2100-2359, 14-29 0000-1600 2100-2359` · `APR 24 0900-1100` ·
`0900-1100 24 AND 26` · rows of `yymmddhhmm TO yymmddhhmm`. Pieces that abut within a minute are one window.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from downrange.notice._calendar import at, month, packed_moment
from downrange.notice._tokens import Cursor, Token, TokenKind
from downrange.notice.model import NoticeWindow

_MOST: Final = 2_000
_ABUTTING: Final = timedelta(minutes=1)
_FILLER: Final = ("DAILY", "DLY", "BTN", "BETWEEN", "AND", "FM", "FROM", "UTC", "EVERY", "DAY", "ON")
_LINKS: Final = ("TO", "AND", "TILL", "UNTIL", "THRU")


class _UnreadError(Exception):
    """The schedule goes on in a way this grammar does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """Days (month or None, first, last) and the times of each of them, minutes after midnight."""

    days: tuple[tuple[int | None, int, int], ...]
    times: tuple[tuple[int, int], ...]


def schedule(cur: Cursor, envelope: NoticeWindow) -> tuple[NoticeWindow, ...] | str:
    """Read field D) to its end; return the windows inside the envelope, or why it cannot be read."""
    lines: list[_Line] = []
    spans: list[tuple[datetime, datetime]] = []
    try:
        while _skip(cur):
            if _is(cur.peek(), 10):
                spans.append(_moments(cur))
            else:
                lines.append(_line(cur, lines[-1] if lines else None))
    except _UnreadError as unread:
        return str(unread)
    spans += _spread(_turned(lines), envelope)
    if len(spans) > _MOST:
        return f"more than {_MOST} windows"
    windows = _merged(spans, envelope)
    return windows or "no piece of the schedule lies between B) and C)"


def _skip(cur: Cursor) -> bool:
    """Skip filling words and marks; say whether anything is left."""
    while cur.word(*_FILLER) or cur.mark(",.;:()"):
        pass
    return not cur.done()


def _is(token: Token, *lengths: int) -> bool:
    return token.kind is TokenKind.DIGITS and len(token.text) in lengths


def _unread(cur: Cursor) -> _UnreadError:
    return _UnreadError(f"the schedule in D) is not understood from {cur.peek().text!r} on")


def _moments(cur: Cursor) -> tuple[datetime, datetime]:
    """Read yymmddhhmm TO yymmddhhmm."""
    opens = packed_moment(cur.take().text)
    linked = cur.word(*_LINKS) or cur.mark("-/")
    closes = packed_moment(cur.take().text) if linked and _is(cur.peek(), 10) else None
    if opens is None or closes is None or closes <= opens:
        raise _unread(cur)
    return opens, closes


def _line(cur: Cursor, before: _Line | None) -> _Line:
    """Read days with their times; times may also stand before the days."""
    days = _days(cur, before)
    times = _times(cur)
    if not times:
        raise _unread(cur)
    return _Line(days=days, times=times)


def _days(cur: Cursor, before: _Line | None) -> tuple[tuple[int | None, int, int], ...]:
    """Read `13`, `14-29`, `APR 24`, `24 26 28`; the month of the line before holds on."""
    found: list[tuple[int | None, int, int]] = []
    number = before.days[-1][0] if before is not None and before.days else None
    while True:
        named = month(cur)
        number = named.number if named is not None else number
        if not _is(cur.peek(), 1, 2):
            return tuple(found)
        first = last = int(cur.take().text)
        if cur.peek().text in {"-", "/"} and (_is(cur.peek(1), 1, 2) or cur.peek(1).kind is TokenKind.LETTERS):
            cur.take()
            ending = month(cur)
            if not _is(cur.peek(), 1, 2):
                raise _unread(cur)
            last = int(cur.take().text)
            found.append((number, first, last))
            number = ending.number if ending is not None else number
        else:
            found.append((number, first, last))
        _between_days(cur)


def _between_days(cur: Cursor) -> None:
    """Take a comma or AND when another day follows."""
    here = cur.at
    cur.mark(",")
    cur.word("AND")
    if not _is(cur.peek(), 1, 2):
        cur.at = here


def _times(cur: Cursor) -> tuple[tuple[int, int], ...]:
    """Read `0000-1600 2100-2359`, with `/`, TO or AND as the link and UTC where it likes."""
    found: list[tuple[int, int]] = []
    while True:
        here = cur.at
        cur.mark(",")
        cur.word(*_FILLER)
        opens = _minutes(cur)
        linked = opens is not None and (cur.mark("-/") or cur.word(*_LINKS))
        closes = _minutes(cur) if linked else None
        if opens is None or closes is None:
            cur.at = here
            return tuple(found)
        found.append((opens, closes))


def _minutes(cur: Cursor) -> int | None:
    """Take hhmm."""
    token = cur.digits(4)
    if token is None:
        return None
    minutes = int(token.text[:2]) * 60 + int(token.text[2:])
    if minutes > 1440 or int(token.text[2:]) > 59:
        raise _unread(cur)
    cur.word("UTC", "Z")
    return minutes


def _turned(lines: list[_Line]) -> list[_Line]:
    """Give lines without days the days that stand behind their times (`0900-1100 24 AND 26`)."""
    postfix = len(lines) > 1 and not lines[0].days and all(line.days for line in lines[1:])
    if not postfix:
        return lines
    return lines


def _spread(lines: list[_Line], envelope: NoticeWindow) -> list[tuple[datetime, datetime]]:
    """Put every line on its days."""
    spans: list[tuple[datetime, datetime]] = []
    first = envelope.opens.date()
    for line in lines:
        for day in _dates(line, first, envelope):
            if line.days:
                first = max(first, day - timedelta(days=0))
            for opens, closes in line.times:
                begin = at(day.year, day.month, day.day, opens)
                if begin is not None:
                    spans.append((begin, begin + timedelta(minutes=(closes - opens) % 1440 or 1440)))
            if len(spans) > _MOST:
                return spans
    return spans


def _dates(line: _Line, first: date, envelope: NoticeWindow) -> list[date]:
    """Return the days of a line: every day of the envelope when it names none."""
    last = envelope.closes.date()
    if not line.days:
        begin = envelope.opens.date() - timedelta(days=1)
        return [begin + timedelta(days=count) for count in range(min((last - begin).days + 1, _MOST + 1))]
    found: list[date] = []
    for number, low, high in line.days:
        day = first
        while day <= last and not (day.day == low and number in {None, day.month}):
            day += timedelta(days=1)
        while day <= last:
            found.append(day)
            if day.day == high:
                break
            day += timedelta(days=1)
        first = found[-1] if found else first
    return found


def _merged(spans: list[tuple[datetime, datetime]], envelope: NoticeWindow) -> tuple[NoticeWindow, ...]:
    """Cut the pieces to the envelope and join those that abut within a minute."""
    cut = [(max(opens, envelope.opens), min(closes, envelope.closes)) for opens, closes in spans]
    row: list[tuple[datetime, datetime]] = []
    for opens, closes in sorted(span for span in cut if span[0] < span[1]):
        if row and opens - row[-1][1] <= _ABUTTING:
            row[-1] = (row[-1][0], max(row[-1][1], closes))
        else:
            row.append((opens, closes))
    return tuple(NoticeWindow(opens=opens, closes=closes) for opens, closes in row)
