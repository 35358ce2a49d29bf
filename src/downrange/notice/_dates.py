"""Days as notices write them: `06 THRU 15 MAR`, `19, 21 AND 24 APR`, `NOVEMBER 22`, `2023-08-24`, `Aug 24-31, 2026`."""

from __future__ import annotations

from typing import Final

from downrange.notice._calendar import Day, Days, Month, is_month, month, year
from downrange.notice._tokens import Cursor, Lead, Token, TokenKind

LINKS: Final = ("TO", "THRU", "THROUGH", "UNTIL", "TILL", "TIL")
_LONGEST_LIST: Final = 64
_JOINTS: Final = frozenset({",", "-", "/", "&", "AND", *LINKS})
_ORDINALS: Final = ("ST", "ND", "RD", "TH")
_COMPASS: Final = frozenset("NSEW")


def is_day(token: Token) -> bool:
    """Say whether a token can be a day of the month."""
    return token.kind is TokenKind.DIGITS and len(token.text) <= 2 and 1 <= int(token.text) <= 31


def dated(cur: Cursor) -> bool:
    """Say whether a list of days that ends in a month, or begins with one, stands here."""
    token = cur.peek()
    if token.kind is TokenKind.LETTERS:
        rocket = cur.peek(-1).text == "LONG"  # LONG MARCH 5
        return is_month(token.text) and is_day(cur.peek(1)) and not _positional(cur, 1) and not rocket
    return is_iso(cur) or (is_day(token) and _ends_in_month(cur))


def _ends_in_month(cur: Cursor) -> bool:
    """Say whether nothing but days and their joints stand before the next month."""
    for ahead in range(1, _LONGEST_LIST):
        token = cur.peek(ahead)
        if not (is_day(token) or token.text in _JOINTS or token.text in _ORDINALS):
            return _names_month(cur, ahead)
    return False


def _names_month(cur: Cursor, ahead: int) -> bool:
    """Say whether a month stands so many places ahead, right behind a day."""
    before = cur.peek(ahead - 1)
    if not (is_day(before) or before.text in _ORDINALS):
        return False
    here = cur.at
    cur.at += ahead
    found = month(cur)
    cur.at = here
    return found is not None


def days(cur: Cursor, *, bare: bool = False) -> tuple[Days, ...]:
    """Read a list of days as far as it goes.

    bare: numbers without a month are days, because the words before them say so
    """
    whole = dated(cur)
    if not whole and not (bare and is_day(cur.peek()) and not _positional(cur, 0)):
        return ()
    found: list[Days] = []
    leading: Month | None = None
    while True:
        here = cur.at
        if found and not _joint(cur, blank=whole):
            break
        if not _starts_day(cur, listed=bool(found)):
            cur.at = here
            break
        piece, leading = _range(cur, leading)
        found.append(piece)
        if whole and piece.last.month is not None and leading is None:
            whole = dated(cur) or _joined_dated(cur)
    return tuple(found)


def _joined_dated(cur: Cursor) -> bool:
    """Say whether another list with a month follows behind a comma or AND."""
    here = cur.at
    cur.mark(",")
    cur.word("AND")
    found = cur.at > here and dated(cur)
    cur.at = here
    return found


def _joint(cur: Cursor, *, blank: bool) -> bool:
    """Take what stands between two days; blank: nothing may stand there."""
    here = cur.at
    cur.mark(",/&")
    cur.word("AND")
    return cur.at > here or blank


def _starts_day(cur: Cursor, *, listed: bool) -> bool:
    """Say whether a day of a list stands here, not a label, a time or a position."""
    token, after = cur.peek(), cur.peek(1)
    if token.kind is TokenKind.LETTERS:
        return is_month(token.text) and is_day(after) and not _positional(cur, 1)
    if is_iso(cur):
        return True
    if not is_day(token) or _positional(cur, 0):
        return False
    glued = after.lead is Lead.GLUED and after.text in {"Z", ".", ")", ":"}
    return not (listed and glued)


def _positional(cur: Cursor, ahead: int) -> bool:
    """Say whether the number so many places ahead begins a position, such as 12-34.5N or 12 34 56N."""
    degrees, link, minutes, after = (cur.peek(ahead + step) for step in range(4))
    if link.lead is Lead.GLUED and link.text in {"°", "º", "˚", "'", "N", "S", "E", "W"}:
        return True
    if link.kind is TokenKind.DIGITS:
        return (
            len(link.text) == 2
            and minutes.kind is TokenKind.DIGITS
            and len(minutes.text) == 2
            and after.text in _COMPASS
        )
    if link.text != "-" or minutes.kind is not TokenKind.DIGITS:
        return False
    tail = cur.peek(ahead + 4)
    glued = after.lead is Lead.GLUED
    decimal = after.text in {".", ",", "-"} and tail.kind is TokenKind.DIGITS and tail.lead is Lead.GLUED
    return glued and (
        after.text in _COMPASS or (decimal and link.lead is Lead.GLUED and degrees.lead is not Lead.GLUED)
    )


def is_iso(cur: Cursor) -> bool:
    """Say whether 2026-04-12 or 2026/04/12 stands here."""
    number, link, middle = cur.peek(), cur.peek(1), cur.peek(2)
    if number.kind is not TokenKind.DIGITS or len(number.text) != 4 or link.text not in {"-", "/"}:
        return False
    plain = middle.kind is TokenKind.DIGITS and len(middle.text) == 2 and cur.peek(3).text == link.text
    return plain and 1950 <= int(number.text) < 2100 and is_day(cur.peek(4)) and 1 <= int(middle.text) <= 12


def _range(cur: Cursor, leading: Month | None) -> tuple[Days, Month | None]:
    """Read one day or a range of days, and the month that stands before its days, if one does."""
    first, leading = _day(cur, leading)
    here = cur.at
    linked = cur.word(*LINKS) or cur.mark("-")
    if linked is None or not _starts_day(cur, listed=False):
        cur.at = here
        return Days(first=first, last=first), leading
    last, leading = _day(cur, leading)
    return Days(first=first, last=last), leading


def _day(cur: Cursor, leading: Month | None) -> tuple[Day, Month | None]:
    """Read one day; a month before it holds for the next ones too."""
    if is_iso(cur):
        number, middle, last = cur.peek().text, cur.peek(2), cur.peek(4).text
        cur.at += 5
        named = Month(number=int(middle.text), typo="", start=middle.start, stop=middle.stop)
        return Day(number=int(last), month=named, year=int(number)), None
    before = month(cur) if cur.peek().kind is TokenKind.LETTERS else None
    leading = before or leading
    number_ = int(cur.take().text)
    cur.word(*_ORDINALS)
    if leading is not None:
        return Day(number=number_, month=leading, year=_year(cur, 4)), leading
    cur.word("OF")
    named_ = None if cur.peek().text in _JOINTS else month(cur)
    return Day(number=number_, month=named_, year=_year(cur, 2, 4) if named_ is not None else None), None


def _year(cur: Cursor, *lengths: int) -> int | None:
    """Take the year behind a day, a comma before it; 2000 TO 2100 is a time, and 26 before more days is a day."""
    here = cur.at
    comma = cur.mark(",'’")
    token, after = cur.peek(), cur.peek(1)
    if len(token.text) == 2:
        row = after.kind is TokenKind.DIGITS and len(after.text) < 3
        refused = (comma is not None and comma.text == ",") or after.text in _JOINTS or is_month(after.text) or row
    else:
        refused = _begins_hours(cur)
    found = None if refused else year(cur, *lengths)
    if found is None:
        cur.at = here
    return found


def _begins_hours(cur: Cursor) -> bool:
    """Say whether four digits are the first of two times, as in `2000 TO 2100`; a date behind the second says no."""
    link, twin = cur.peek(1), cur.peek(2)
    if link.text not in {*LINKS, "-", "/"} or twin.kind is not TokenKind.DIGITS or len(twin.text) != 4:
        return False
    return not any(is_day(cur.peek(ahead)) and is_month(cur.peek(ahead + 1).text) for ahead in (3, 4))
