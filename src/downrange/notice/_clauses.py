"""Phrases about time that are no windows between two times: issue, complete moments, observations, parts, what is unread."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from downrange.notice._calendar import at, clock, month, packed_moment, stamp, year
from downrange.notice._cancels import cancel, cancels, cancels_itself
from downrange.notice._dates import LINKS, dated, days
from downrange.notice._elements import clock_element
from downrange.notice._phrases import Cancel, Issue, Mark, Part, Phrase, Sign, Span
from downrange.notice._tokens import Cursor, Lead, TokenKind
from downrange.notice.windows import times

_LONGEST_REMARK: Final = 12
_NOT_ISSUED: Final = frozenset({"AT", "ON", "SINCE", "AFTER", "BEFORE", "BY", "OF", "UNTIL"})
_ZONED: Final = frozenset({"Z", "UTC", "GMT", "LT", "LOCAL", "JST", "KST", "LMT", "HRS", "HOURS"})
_DASHES: Final = frozenset({"-", "/", "TO", "UNTIL"})
_DEVICES: Final = frozenset(
    ("TEL", "PHONE", "FAX", "PH", "FREQ", "CHART", "CHARTS", "NR", "NO", "VHF", "MMSI", "IMO", "CTC", "DNC", "TELEX", "BA", "FL")
)  # fmt: skip


def issue(cur: Cursor) -> Issue | None:
    """Read a complete date-time group that opens no window and is no time at which something was seen."""
    if cur.peek(1).kind is not TokenKind.LETTERS or cur.peek(-1).text in _NOT_ISSUED:
        return None
    first = cur.at
    found = stamp(cur)
    if found is None or cur.peek().text in LINKS or (cur.peek().text == "-" and cur.peek(1).kind is TokenKind.DIGITS):
        cur.at = first
        return None
    return Issue(moment=found.moment, start=found.start, stop=found.stop)


def moments(cur: Cursor) -> Span | None:
    """Read yymmddhhmm UNTIL yymmddhhmm, with UTC or a remark in brackets where it likes."""
    if len(cur.peek().text) not in {10, 12}:
        return None
    first, start = cur.at, cur.peek().start
    row: list[datetime] = []
    for _ in range(2):
        token = cur.digits(10, 12)
        moment = packed_moment(token.text) if token is not None else None
        if moment is None:
            break
        row.append(moment)
        cur.word("UTC", "Z")
        _skip_brackets(cur)
        if len(row) == 1 and not (cur.word("TO", "UNTIL", "TILL", "TIL", "THRU", "AND") or cur.mark("-/")):
            break
    if len(row) < 2 or row[1] <= row[0]:
        cur.at = first
        return None
    return Span(opens=row[0], closes=row[1], start=start, stop=cur.peek(-1).stop)


def written_moments(cur: Cursor) -> Span | None:
    """Read `Beginning Date and Time : July 15, 2026 at 0643 UTC` and the line with `Ending` behind it."""
    first, start = cur.at, cur.peek().start
    opens = _written(cur, "BEGINNING", "START")
    closes = _written(cur, "ENDING", "END") if opens is not None else None
    if opens is None or closes is None or closes <= opens:
        cur.at = first
        return None
    return Span(opens=opens, closes=closes, start=start, stop=cur.peek(-1).stop)


def _written(cur: Cursor, *words: str) -> datetime | None:
    """Read one date in English words."""
    if not (cur.word(*words) and cur.words("DATE", "AND", "TIME")):
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


def _skip_brackets(cur: Cursor) -> None:
    """Take a short remark in brackets: local time beside UTC."""
    here = cur.at
    if cur.mark("("):
        for _ in range(_LONGEST_REMARK):
            if cur.take().text == ")":
                return
    cur.at = here


def observed(cur: Cursor) -> Mark | None:
    """Read `AT 071530Z JAN`, `AS OF 071530Z JAN 26`: a moment at which something was seen or happens."""
    first, start = cur.at, cur.peek().start
    cur.take()
    cur.word("OF", "ABOUT")
    found = clock_element(cur)
    if found is None or found.zone is None or cur.peek().text in _DASHES:
        cur.at = first
        return None
    if found.day is None:
        number = cur.digits(1, 2)
        named = month(cur) if number is not None else None
        if number is not None and named is None:
            cur.at -= 1
        elif named is not None:
            year(cur, 2, 4)
    return Mark(sign=Sign.MOMENT, text=_words(cur, first), start=start, stop=cur.peek(-1).stop)


def _words(cur: Cursor, first: int) -> str:
    """Return the words from a place up to here."""
    return " ".join(cur.peek(place - cur.at).text for place in range(first, cur.at))


def unread_time(cur: Cursor) -> Mark | None:
    """Read a number that can only be a time and belongs to no window we know; each gets a flag."""
    token, after = cur.peek(), cur.peek(1)
    if token.kind is not TokenKind.DIGITS or cur.peek(-1).text in _DEVICES or not _like_time(cur):
        return None
    first = cur.at
    cur.take()
    if after.text in _ZONED or (after.lead is Lead.GLUED and after.text.startswith("Z")):
        cur.take()
        here = cur.at
        if len(days(cur) if dated(cur) else ()) > 1:
            cur.at = here
    return Mark(sign=Sign.UNREAD_TIME, text=_words(cur, first), start=token.start, stop=cur.peek(-1).stop)


def _like_time(cur: Cursor) -> bool:
    """Say whether a number looks like a time: a zone behind it, two of them with a dash, or yymmddhhmm."""
    token, after = cur.peek(), cur.peek(1)
    length = len(token.text)
    if length in {4, 6}:
        if after.text in _ZONED:
            return after.text not in {"HRS", "HOURS"} or _is_time(token.text)
        glued = after.lead is Lead.GLUED and after.text == "-" and cur.peek(2).lead is Lead.GLUED
        twin = cur.peek(2)
        return (
            glued
            and twin.kind is TokenKind.DIGITS
            and len(twin.text) == length
            and _is_time(token.text)
            and _is_time(twin.text)
        )
    return length == 10 and packed_moment(token.text) is not None and 10 <= int(token.text[:2]) < 60


def _is_time(digits: str) -> bool:
    """Say whether four or six digits can be hhmm or ddhhmm."""
    return int(digits[-4:-2]) <= 24 and int(digits[-2:]) < 60 and (len(digits) == 4 or 1 <= int(digits[:2]) <= 31)


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


_VAGUE: Final = (
    "INTERMITTENT", "INTERMITTENTLY", "SPORADIC", "PERIODICALLY", "OCCASIONAL", "TBD", "TBC",
    "TO BE DETERMINED", "TO BE ANNOUNCED", "TO BE ADVISED", "TO BE CONFIRMED", "EXACT TIME", "EXACT TIMES", "AT SHORT NOTICE",
    "ON SHORT NOTICE", "NO WINDOW", "BY NOTAM",
)  # fmt: skip


def vague(cur: Cursor) -> Mark | None:
    """Read words that leave the time open."""
    start = cur.peek().start
    for row in _VAGUE_ROWS.get(cur.peek().text, ()):
        if cur.words(*row):
            return Mark(sign=Sign.VAGUE_TIME, text=" ".join(row), start=start, stop=cur.peek(-1).stop)
    return None


_VAGUE_ROWS: Final[dict[str, list[tuple[str, ...]]]] = {}
for _text in _VAGUE:
    _VAGUE_ROWS.setdefault(_text.split()[0], []).append(tuple(_text.split()))

_Reader = Callable[[Cursor], Cancel | Issue | Mark | Part | Span | Phrase | None]
_OPENERS: Final = (
    "ALTERNATE", "ALTERNATES", "ALTERNATIVE", "ALTERNATIVES", "BACKUP", "BACKUPS", "BACK", "RESERVE",
    "BKUP",
    "PRI", "PRIMARY", "FROM", "FM", "BTN",
    "BETWEEN", "UNTIL", "TILL", "THRU", "DAILY", "DLY", "NIGHTLY", "EVERY", "EACH", "COMMENCING", "COMMENCE", "COMMENCES",
    "EFFECTIVE", "STARTING", "STARTS", "BEGINS", "WEF", "EFF", "SINCE", "AFTER", "SUNRISE", "SUNSET", "SR", "SS", "UFN", "UP",
    "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY", "MONDAYS", "TUESDAYS", "WEDNESDAYS",
    "THURSDAYS", "FRIDAYS", "SATURDAYS", "SUNDAYS", "WEEKDAYS", "WEEKENDS", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN",
    "JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER",
    "JAN", "FEB", "MAR", "APR", "JUN", "JUL", "AUG", "SEP", "SEPT", "OCT", "NOV", "DEC", "O", "OO", "I", "L",
)  # fmt: skip

TIME_WORDS: Final[dict[str, tuple[_Reader, ...]]] = (
    dict.fromkeys(_OPENERS, (times,))
    | dict.fromkeys(_VAGUE_ROWS, (vague,))
    | {
        "AT": (observed, vague),
        "AS": (observed,),
        "ON": (observed, vague),
    }
    | {"BEGINNING": (written_moments, times), "START": (written_moments,), "STARTING": (written_moments, times)}
    | dict.fromkeys(("CANCEL", "CNL", "CANCELLED", "CANCELED", "CNCL"), (cancel,))
    | dict.fromkeys(("CANCELS", "CANCELLING", "CANCELING", "REPLACES", "SUPERSEDES"), (cancels,))
    | {"SELF": (cancels_itself,), "PART": (part,)}
)
