"""Field D) of a NOTAM: the daily pieces inside the envelope of B) and C).

`DAILY 2334-0259` · `24-28 1100-2100` · `13 2100-2359, 14-29 0000-1600 2100-2359` · `APR 24 0900-1100` ·
`0900-1100 24 AND 26` · rows of `yymmddhhmm TO yymmddhhmm`. Pieces that abut within a minute are one window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from downrange.notice._calendar import Month, month, packed_moment
from downrange.notice._tokens import Cursor, Token, TokenKind
from downrange.notice.model import NoticeWindow

_MOST: Final = 2_000
_LONGEST_MONTH: Final = 31
_LONGEST_SEARCH: Final = 800
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
    days_last = _days_last(cur)
    try:
        while _skip(cur):
            if _is(cur.peek(), 10):
                spans.append(_moments(cur))
            else:
                lines.append(_line(cur, lines[-1] if lines else None, days_last=days_last))
        spans += _spread(lines, envelope)
    except _UnreadError as unread:
        return str(unread)
    if len(spans) > _MOST:
        return f"more than {_MOST} windows"
    windows = _merged(spans, envelope)
    return windows or "no piece of the schedule lies between B) and C)"


def daily(opens_min: int, closes_min: int, windows: Sequence[NoticeWindow]) -> tuple[NoticeWindow, ...]:
    """Return the daily pieces between two minutes of the day that lie inside the windows."""
    line = _Line(days=(), times=((opens_min, closes_min),))
    return tuple(piece for window in windows for piece in _merged(_spread([line], window), window))


def _days_last(cur: Cursor) -> bool:
    """Say whether days stand behind their times, as in `0900-1100 24 AND 26`: it begins with a time and has days."""
    first = cur.at
    _skip(cur)
    begins = _is(cur.peek(), 4)
    days = False
    while begins and not cur.done():
        days = _is(cur.take(), 1, 2) or days
    cur.at = first
    return begins and days


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


def _line(cur: Cursor, before: _Line | None, *, days_last: bool) -> _Line:
    """Read days with their times, in the order in which this schedule prints them."""
    days = () if days_last else _days(cur, before)
    times = _times(cur)
    if days_last:
        days = _days(cur, before)
    if not times or (days_last and not days):
        raise _unread(cur)
    return _Line(days=days, times=times)


def _days(cur: Cursor, before: _Line | None) -> tuple[tuple[int | None, int, int], ...]:
    """Read `13`, `14-29`, `APR 24`, `24 26 28`; the month of the line before holds on."""
    found: list[tuple[int | None, int, int]] = []
    number = before.days[-1][0] if before is not None and before.days else None
    while True:
        named = _month(cur)
        number = named.number if named is not None else number
        if not _is(cur.peek(), 1, 2):
            return tuple(found)
        first = last = int(cur.take().text)
        if cur.peek().text in {"-", "/"} and (_is(cur.peek(1), 1, 2) or cur.peek(1).kind is TokenKind.LETTERS):
            cur.take()
            ending = _month(cur)
            if not _is(cur.peek(), 1, 2):
                raise _unread(cur)
            last = int(cur.take().text)
            if last > _LONGEST_MONTH:
                raise _unread(cur)
            found.append((number, first, last))
            number = ending.number if ending is not None else number
        else:
            found.append((number, first, last))
        _between_days(cur)


def _month(cur: Cursor) -> Month | None:
    """Take a month; a misspelt one ends the reading, B) and C) are then the safer answer."""
    here = cur.at
    named = month(cur)
    if named is not None and named.typo:
        cur.at = here
        raise _unread(cur)
    return named


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
        if cur.words("H", "24"):
            found.append((0, 1440))
            continue
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


def _spread(lines: Sequence[_Line], envelope: NoticeWindow) -> list[tuple[datetime, datetime]]:
    """Put every line on its days; days without a month come in order from B) on."""
    spans: list[tuple[datetime, datetime]] = []
    first = envelope.opens.date()
    for line in lines:
        days = _named_dates(line, first, envelope) if line.days else _every_date(envelope)
        first = days[-1] if line.days else first
        for day in days:
            midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
            for opens, closes in line.times:
                begin = midnight + timedelta(minutes=opens)
                spans.append((begin, begin + timedelta(minutes=(closes - opens) % 1440 or 1440)))
        if len(spans) > _MOST:
            break
    return spans


def _every_date(envelope: NoticeWindow) -> list[date]:
    """Return every day of the envelope, and the one before: its piece may cross midnight."""
    begin = envelope.opens.date() - timedelta(days=1)
    days = min((envelope.closes.date() - begin).days + 1, _MOST + 1)
    return [begin + timedelta(days=count) for count in range(days)]


def _named_dates(line: _Line, first: date, envelope: NoticeWindow) -> list[date]:
    """Return the days that a line names."""
    found: list[date] = []
    for number, low, high in line.days:
        day = _next(low, number, first, envelope) or _next(low, number, envelope.opens.date(), envelope)
        if day is None:
            raise _UnreadError(f"day {low} of D) does not lie between B) and C)")
        found.append(day)
        while day.day != high:
            day += timedelta(days=1)
            if day > envelope.closes.date():
                raise _UnreadError(f"day {high} of D) does not lie between B) and C)")
            found.append(day)
        first = day
    return found


def _next(number: int, month_: int | None, first: date, envelope: NoticeWindow) -> date | None:
    """Return the first date from `first` on with this day of the month, inside the envelope."""
    day, last = first, envelope.closes.date()
    for _ in range(_LONGEST_SEARCH):
        if day > last:
            return None
        if day.day == number and month_ in {None, day.month}:
            return day
        day += timedelta(days=1)
    return None


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
