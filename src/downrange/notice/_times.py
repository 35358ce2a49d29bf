"""Time phrases of warnings: periods joined by commas, AND or ALTERNATE."""

from __future__ import annotations

from typing import Final

from downrange.notice._calendar import Days
from downrange.notice._compose import compose
from downrange.notice._dates import dated
from downrange.notice._elements import before_clock
from downrange.notice._periods import Period, Times
from downrange.notice._tokens import Cursor, Lead, TokenKind
from downrange.notice.model import Role

ALTERNATES: Final = (
    "ALTERNATE",
    "ALTERNATES",
    "ALTERNATIVE",
    "ALTERNATIVES",
    "BACKUP",
    "BACKUPS",
    "RESERVE",
    "BKUP",
    "ALTN",
)
_LONGEST_JOINT: Final = 8
_NOT_BEHIND_TIMES: Final = frozenset({"N", "S", "E", "W", ".", ")", "°", "º", "'"})


def times(cur: Cursor) -> Times | None:
    """Read a time phrase."""
    if not _may_begin(cur):
        return None
    first, start = cur.at, cur.peek().start
    role, periods = Role.PRIMARY, list[Period]()
    while not cur.done():
        here = cur.at
        role = _joint(cur, role)
        period = compose(cur, role) if _may_begin(cur) else None
        if period is None:
            cur.at = here
            break
        periods.append(period)
    if not periods:
        cur.at = first
        return None
    return Times(periods=tuple(_shared(periods)), start=start, stop=cur.peek(-1).stop)


def _may_begin(cur: Cursor) -> bool:
    """Say at a glance whether no time phrase can begin here, as before a position."""
    token, after = cur.peek(), cur.peek(1)
    if token.kind is not TokenKind.DIGITS:
        return token.kind is TokenKind.LETTERS
    glued = after.lead is Lead.GLUED
    if glued and after.text in _NOT_BEHIND_TIMES:
        return False
    length = len(token.text)
    if length > 2:
        return length in {3, 4, 6}
    timed = after.text == ":" or before_clock(cur)
    return timed or (glued and after.kind is TokenKind.LETTERS) or dated(cur)


def _joint(cur: Cursor, role: Role) -> Role:
    """Take what stands between periods: a few words at most."""
    for _ in range(_LONGEST_JOINT):
        if cur.word(*ALTERNATES) or cur.words("BACK", "UP") or cur.words("BACK", "-", "UP"):
            role = Role.ALTERNATE
        elif cur.word("PRIMARY", "PRI"):
            role = Role.PRIMARY
        elif not (
            cur.mark(",;:&")
            or cur.word("AND", "OR", "THEN", "ALSO", "WITH", "WINDOW", "WINDOWS", "DATES", "DATE", "DAYS", "TIMES")
        ):
            break
    return role


def _shared(periods: list[Period]) -> list[Period]:
    """Give a period without days those of the next one in the list, else those of the one before."""
    row = periods[:]
    for here in range(len(row) - 2, -1, -1):
        row[here] = _with_days(row[here], row[here + 1])
    for here in range(1, len(row)):
        row[here] = _with_days(row[here], row[here - 1])
    return row


def _with_days(period: Period, other: Period) -> Period:
    """Return the period with the days and the zone of another where it has none."""
    zone = period.zone or other.zone
    bare = period.recurs and period.opens is not None and period.closes is not None
    if bare and not (period.days or period.week or period.limit or period.hours):
        if other.recurs and (other.days or other.week or other.limit):
            return period._replace(days=other.days, week=other.week, limit=other.limit, zone=zone)
        if other.opens is not None and other.opens.day is not None and not other.hours:
            return period._replace(days=(Days(first=other.opens.day, last=other.opens.day),), zone=zone)
    return period._replace(zone=zone) if zone is not period.zone else period
