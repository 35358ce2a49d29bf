"""Time phrases of warnings: periods joined by commas, AND or ALTERNATE, each put together from its elements.

Known orders: `time TO time`, `time TO time DAILY days`, `days, time TO time`, `date time TO date time`, days alone,
UNTIL or COMMENCING with one end only, days of the week, the Sun. What a period leaves open is said in its `vague`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from downrange.notice._calendar import Day, Days, Month
from downrange.notice._elements import Element, Kind, elements
from downrange.notice._tokens import Cursor, Lead, TokenKind
from downrange.notice._zones import Zone
from downrange.notice.model import Flag, FlagCode, Role

ALTERNATES: Final = ("ALTERNATE", "ALTERNATES", "ALTERNATIVE", "ALTERNATIVES", "BACKUP", "BACKUPS", "RESERVE")
_LONGEST_JOINT: Final = 8
_EDGES: Final = (Kind.CLOCK, Kind.SUN)
_LINKS: Final = (Kind.LINK, Kind.UNTIL)
_SMALL_DAY: Final = 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One end of a window as printed.

    day:     None when the phrase gives it elsewhere or not at all
    minutes: after midnight in the zone of the period; with a Sun, after its rising or setting
    sun:     SUNRISE, SUNSET or ""
    whole:   no time is printed: the beginning or the end of the day is meant
    """

    day: Day | None = None
    minutes: int = 0
    sun: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One window, or one that comes back on many days, as printed.

    role:   primary or alternate
    opens:  its first end, None when it is not printed
    closes: its second end, None when it is not printed
    days:   on which it opens, when it comes back; empty for a window between two dated ends
    week:   days of the week on which it opens, 0 for Monday
    limit:  the last day of one that comes back, when only that is printed
    except_: days on which it does not open
    hours:  of the day within a window of several days, in minutes after midnight
    zone:   of its times, None when none is printed
    vague:  what is left open, "" when nothing is
    notes:  flags about how it is written
    """

    role: Role
    opens: Edge | None
    closes: Edge | None
    days: tuple[Days, ...] = ()
    week: tuple[int, ...] = ()
    limit: Day | None = None
    except_: tuple[Days, ...] = ()
    hours: tuple[tuple[int, int], ...] = ()
    zone: Zone | None = None
    vague: str = ""
    notes: tuple[Flag, ...] = ()
    start: int = 0
    stop: int = 0

    @property
    def recurs(self) -> bool:
        """Whether it has no dated ends: its days stand elsewhere."""
        return not any(edge is not None and edge.day is not None for edge in (self.opens, self.closes))

    @property
    def floats(self) -> bool:
        """Whether it stands on no day at all."""
        return self.recurs and self.closes is not None and not (self.days or self.week or self.limit or self.hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """All periods of one time phrase."""

    periods: tuple[Period, ...]
    start: int
    stop: int


def times(cur: Cursor) -> Times | None:
    """Read a time phrase."""
    if not _may_begin(cur):
        return None
    first, start = cur.at, cur.peek().start
    role, periods = Role.PRIMARY, list[Period]()
    while not cur.done():
        here = cur.at
        role = _joint(cur, role)
        period = _period(cur, role) if _may_begin(cur) else None
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
    if token.kind is TokenKind.DIGITS:
        if after.lead is Lead.GLUED and after.text in {"N", "S", "E", "W", ".", ")", "°", "º", "'"}:
            return False
        return len(token.text) in {1, 2, 3, 4, 6}
    return token.kind is TokenKind.LETTERS


def _joint(cur: Cursor, role: Role) -> Role:
    """Take what stands between periods: a few words at most."""
    for _ in range(_LONGEST_JOINT):
        if cur.word(*ALTERNATES) or cur.words("BACK", "UP") or cur.words("BACK", "-", "UP"):
            role = Role.ALTERNATE
        elif cur.word("PRIMARY"):
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
            return replace(period, days=other.days, week=other.week, limit=other.limit, zone=zone)
        if other.opens is not None and other.opens.day is not None and not other.hours:
            return replace(period, days=(Days(first=other.opens.day, last=other.opens.day),), zone=zone)
    return replace(period, zone=zone) if zone is not period.zone else period


# ------------------------------------------------------------------------------------------ one period


class _Reader:
    """A row of elements and a place in it."""

    def __init__(self, row: list[Element]) -> None:
        self.row, self.at = row, 0
        self.zones: list[Zone] = []
        self.damaged: list[Element] = []
        self.next_day = False

    def kind(self, ahead: int = 0) -> Kind | None:
        """Return the kind of the element so many places ahead."""
        place = self.at + ahead
        return self.row[place].kind if place < len(self.row) else None

    def take(self, *kinds: Kind) -> Element | None:
        """Take the element here if it is of one of the kinds."""
        if self.kind() not in kinds:
            return None
        found = self.row[self.at]
        self.at += 1
        if found.zone is not None:
            self.zones.append(found.zone)
        if found.damaged:
            self.damaged.append(found)
        return found

    def skip(self, *kinds: Kind) -> None:
        """Read over elements of some kinds."""
        while self.take(*kinds):
            pass


def _period(cur: Cursor, role: Role) -> Period | None:
    """Read one period."""
    start = cur.peek().start
    row = elements(cur)
    if not any(element.kind in {*_EDGES, Kind.DAYS, Kind.OPEN} for element in row):
        return None
    reader = _Reader(row)
    period = _read(reader, role)
    if period is None or reader.at == 0:
        return None
    last = row[reader.at - 1]
    cur.at = last.after
    notes = [_damage(element) for element in reader.damaged]
    return replace(
        period, zone=_one_zone(reader.zones), vague=period.vague or _zone_trouble(reader.zones), notes=tuple(notes),
        start=start, stop=last.stop,
    )  # fmt: skip


def _damage(element: Element) -> Flag:
    message = f"letters stand for digits in {element.damaged!r}; read as {element.minutes // 60:02d}{element.minutes % 60:02d}"
    return Flag(code=FlagCode.TEXT_DAMAGED, start=element.start, stop=element.stop, message=message)


def _one_zone(zones: list[Zone]) -> Zone | None:
    return zones[0] if zones else None


def _zone_trouble(zones: list[Zone]) -> str:
    """Say why the zone of a period is not certain."""
    if any(zone.offset_min is None for zone in zones):
        return "local time: " + next(zone.name for zone in zones if zone.offset_min is None).lower()
    return "two time zones in one window" if len({zone.offset_min for zone in zones}) > 1 else ""


class _Frame:
    """What stands before the times of a period."""

    def __init__(self) -> None:
        self.daily = self.starts = self.between = False
        self.week: tuple[int, ...] = ()
        self.days: tuple[Days, ...] = ()
        self.until = False


def _frame(reader: _Reader) -> _Frame:
    """Read the words and days before the first time."""
    frame = _Frame()
    while True:
        if reader.take(Kind.DAILY):
            frame.daily = True
        elif reader.take(Kind.FROM):
            frame.starts = True
        elif reader.take(Kind.BETWEEN):
            frame.between = frame.starts = True
        elif found := reader.take(Kind.WEEK):
            frame.week = found.week
        elif reader.kind() is Kind.UNTIL and not frame.days:
            reader.take(Kind.UNTIL)
            frame.until = True
            return frame
        elif reader.kind() is Kind.DAYS and not frame.days:
            found = reader.take(Kind.DAYS)
            frame.days = found.row if found is not None else ()
        elif not (frame.days or frame.week or frame.daily) or not _lead_mark(reader):
            return frame


def _lead_mark(reader: _Reader) -> bool:
    """Read over a comma before a time."""
    if reader.kind() is Kind.COMMA and reader.kind(1) in {*_EDGES, Kind.FROM, Kind.BETWEEN, Kind.DAILY, Kind.DAYS}:
        reader.take(Kind.COMMA)
        return True
    return False


def _read(reader: _Reader, role: Role) -> Period | None:
    """Put a period together."""
    frame = _frame(reader)
    if frame.until:
        return _until_only(reader, role)
    opens = reader.take(*_EDGES)
    if opens is None:
        return _days_only(reader, frame, role)
    reader.skip(Kind.ZONE)
    early = _early_days(reader)
    length = reader.take(Kind.LENGTH)
    if length is not None:
        return _lengthy(reader, frame, role, opens, early, length)
    if not _link(reader, frame):
        return _start_only(reader, frame, role, opens, early)
    reader.skip(Kind.COMMA)
    later = reader.take(Kind.DAYS) if reader.kind() is Kind.DAYS else None
    reader.skip(Kind.COMMA) if later is not None and reader.kind(1) in _EDGES else None
    closes = reader.take(*_EDGES)
    if closes is None:
        return _open_end(reader, frame, role, opens, early, later)
    reader.next_day = reader.take(Kind.NEXT_DAY) is not None
    reader.skip(Kind.ZONE)
    if _is_dated(frame, opens, early, later):
        return _span(reader, frame, role, opens, early, closes, later)
    if later is not None:
        return None
    return _recurring(reader, frame, role, opens, closes)


def _early_days(reader: _Reader) -> Element | None:
    """Take the date between the first time and the link: `0000Z 01 MAR TO`."""
    ahead = 1 if reader.kind() is Kind.COMMA else 0
    if reader.kind(ahead) is Kind.DAYS and reader.kind(ahead + 1) in {*_LINKS, Kind.AND, Kind.LENGTH, None, Kind.OPEN}:
        element = reader.row[reader.at + ahead]
        if _single(element.row) is not None:
            reader.at += ahead
            return reader.take(Kind.DAYS)
    return None


def _single(row: tuple[Days, ...]) -> Day | None:
    """Return the day of a list that holds one day only."""
    return row[0].first if len(row) == 1 and row[0].first == row[0].last else None


def _link(reader: _Reader, frame: _Frame) -> bool:
    """Take the link between two times."""
    if reader.kind() is Kind.COMMA and reader.kind(1) in _LINKS:
        reader.take(Kind.COMMA)
    if reader.kind() is Kind.LINK and reader.kind(1) is Kind.OPEN:
        reader.take(Kind.LINK)
        return False
    if reader.take(*_LINKS):
        reader.skip(Kind.FROM)
        return True
    return frame.between and reader.take(Kind.AND) is not None


def _edge(element: Element, day: Day | None) -> Edge:
    """Return an end of a window."""
    return Edge(day=element.day or day, minutes=element.minutes, sun=element.name)


def _is_dated(frame: _Frame, opens: Element, early: Element | None, later: Element | None) -> bool:
    """Say whether the first time has a day of its own."""
    if opens.day is not None or early is not None:
        return True
    return later is not None and _single(frame.days) is not None


def _span(
    reader: _Reader,
    frame: _Frame,
    role: Role,
    opens: Element,
    early: Element | None,
    closes: Element,
    later: Element | None,
) -> Period:
    """Return a window between two dated times; the second may lean on the first."""
    first = _single(early.row) if early is not None else _single(frame.days)
    last = _single(later.row) if later is not None else None
    if last is None and closes.day is None:
        last = _closing_day(reader)
    period = Period(role=role, opens=_edge(opens, first), closes=_edge(closes, last))
    if reader.kind() is Kind.COMMA and reader.kind(1) is Kind.DAILY:
        reader.take(Kind.COMMA)
    return _with_hours(reader, period)


def _closing_day(reader: _Reader) -> Day | None:
    """Take the date behind the second time: `TO 2359Z 31 MAR`."""
    ahead = 1 if reader.kind() is Kind.COMMA else 0
    if (
        reader.kind(ahead) is not Kind.DAYS
        or reader.kind(ahead + 1) in _EDGES
        or (ahead and reader.kind(ahead + 1) is Kind.COMMA)
    ):
        return None
    found = _single(reader.row[reader.at + ahead].row)
    if found is not None:
        reader.at += ahead
        reader.take(Kind.DAYS)
        reader.skip(Kind.ZONE)
    return found


def _with_hours(reader: _Reader, period: Period) -> Period:
    """Add DAILY and the hours behind it to a window of several days: `... TO 152100 UTC APR EVERY DAY 0500-1800 UTC`."""
    here = reader.at
    week = reader.take(Kind.WEEK)
    daily = reader.take(Kind.DAILY)
    if daily is None and week is None:
        return period
    reader.skip(Kind.FROM, Kind.BETWEEN, Kind.COMMA)
    found: list[tuple[int, int]] = []
    while reader.kind() is Kind.CLOCK and reader.kind(1) in {Kind.LINK, Kind.AND} and reader.kind(2) is Kind.CLOCK:
        first, last = reader.row[reader.at], reader.row[reader.at + 2]
        if first.day is not None or last.day is not None:
            break
        reader.take(Kind.CLOCK)
        reader.at += 1
        reader.take(Kind.CLOCK)
        found.append((first.minutes, last.minutes))
        reader.skip(Kind.ZONE)
    if found:
        return replace(period, hours=tuple(found), week=() if week is None else week.week)
    reader.at = here
    reader.take(Kind.WEEK)
    reader.take(Kind.DAILY)
    if _is_slot(period):
        return _as_daily(period)
    return replace(period, week=() if week is None else week.week)


def _is_slot(period: Period) -> bool:
    """Say whether `221500Z TO 302100Z DAILY` can only mean a slot on each of these days: it lasts days and says DAILY."""
    opens, closes = period.opens, period.closes
    return (
        opens is not None and closes is not None and opens.day is not None and closes.day is not None
        and opens.day.number != closes.day.number and not opens.sun and not closes.sun
        and (opens.minutes, closes.minutes % _SMALL_DAY) != (0, 0)
        and closes.minutes - opens.minutes not in {1439, 1440}
    )  # fmt: skip


def _as_daily(period: Period) -> Period:
    """Return `221500Z TO 302100Z AUG DAILY` as 1500Z TO 2100Z on each day from the 22nd to the 30th."""
    opens, closes = period.opens, period.closes
    if opens is None or closes is None or opens.day is None or closes.day is None:
        return period
    row = (Days(first=opens.day, last=closes.day),)
    return replace(period, opens=replace(opens, day=None), closes=replace(closes, day=None), days=row)


def _recurring(reader: _Reader, frame: _Frame, role: Role, opens: Element, closes: Element) -> Period | None:
    """Return a window that opens on many days, its days before or behind its times."""
    days_, week, limit, except_ = list(frame.days), frame.week, None, list[Days]()
    vague, said = "", frame.daily or bool(frame.days) or bool(frame.week)
    if closes.day is not None:
        return Period(
            role=role,
            opens=_edge(opens, None),
            closes=_edge(closes, None),
            vague="" if opens.day else "the first day is not printed",
        )
    while True:
        here = reader.at
        reader.skip(Kind.COMMA, Kind.ZONE, Kind.NEXT_DAY)
        if reader.kind() is Kind.FROM and reader.kind(1) is Kind.DAILY:
            reader.take(Kind.FROM)
        if reader.take(Kind.DAILY):
            said = True
        elif found := reader.take(Kind.WEEK):
            week = found.week
        elif (found := reader.take(Kind.OPEN)) is not None:
            vague = found.name
        elif reader.kind() is Kind.EXCEPT and reader.kind(1) is Kind.DAYS:
            reader.take(Kind.EXCEPT)
            found = reader.take(Kind.DAYS)
            except_.extend(found.row if found is not None else ())
        elif (
            reader.kind() in {*_LINKS, Kind.FROM}
            and reader.kind(1) in {Kind.DAYS, Kind.CLOCK, Kind.WEEK, Kind.DAILY}
            and (said or week)
        ):
            limit = _limit(reader, days_, limit)
            if limit is None and reader.at == here:
                break
        elif _takes_days(reader, here, frame) and not days_:
            found = reader.take(Kind.DAYS)
            days_ = list(found.row if found is not None else ())
        else:
            reader.at = here
            break
        said = True
    zoned = bool(reader.zones)
    if not (said or frame.starts or zoned or days_ or _bare(opens, closes)):
        return None
    return Period(
        role=role, opens=_edge(opens, None), closes=_edge(closes, None), days=tuple(days_), week=week, limit=limit,
        except_=tuple(except_), vague=vague,
    )  # fmt: skip


def _bare(opens: Element, closes: Element) -> bool:
    """Say whether two bare numbers with a dash between them can only be hours."""
    return opens.stop - opens.start == 4 == closes.stop - closes.start and closes.start - opens.stop <= 3


def _takes_days(reader: _Reader, here: int, frame: _Frame) -> bool:
    """Say whether the days here belong to the times before them, not to times behind them."""
    if reader.kind() is not Kind.DAYS or frame.days:
        return False
    listed = reader.row[here].kind is Kind.COMMA if here < len(reader.row) else False
    after = reader.kind(1)
    if after in {Kind.FROM, Kind.BETWEEN} and reader.kind(2) in _EDGES:
        return not listed
    return not (listed and after in {*_EDGES, Kind.COMMA} and (after in _EDGES or reader.kind(2) in _EDGES))


def _limit(reader: _Reader, days_: list[Days], limit: Day | None) -> Day | None:
    """Take `UNTIL 31 DEC`, `FROM 12 JAN UNTIL 31 DEC` behind DAILY or days of the week."""
    if reader.kind() is Kind.FROM:
        reader.take(Kind.FROM)
        if reader.kind() is Kind.DAYS and not days_:
            found = reader.take(Kind.DAYS)
            days_.extend(found.row if found is not None else ())
        elif reader.kind() is Kind.CLOCK and (day := reader.row[reader.at].day) is not None and not days_:
            days_.append(Days(first=day, last=day))
            reader.take(Kind.CLOCK)
        else:
            reader.at -= 1
        return limit
    here = reader.at
    reader.take(*_LINKS)
    found = reader.take(Kind.DAYS, Kind.CLOCK)
    last = None if found is None else found.day or _single(found.row[:1])
    if found is None or last is None:
        reader.at = here
        return limit
    if len(found.row) > 1:
        days_.extend(found.row[1:])
        return last
    if len(days_) == 1 and days_[0].first == days_[0].last:
        days_[0] = Days(first=days_[0].first, last=last)
        return limit
    return last


def _until_only(reader: _Reader, role: Role) -> Period | None:
    """Return a window of which only the end is printed."""
    days_ = reader.take(Kind.DAYS)
    clock = reader.take(Kind.CLOCK)
    if days_ is None and clock is not None and clock.day is None:
        days_ = reader.take(Kind.DAYS)
    day = None if days_ is None else _single(days_.row)
    if clock is not None:
        day = clock.day or day
    if day is None:
        return None
    closes = (
        Edge(day=day, minutes=clock.minutes) if clock is not None else Edge(day=day, minutes=_SMALL_DAY, whole=True)
    )
    return _with_hours(reader, Period(role=role, opens=None, closes=closes))


def _days_only(reader: _Reader, frame: _Frame, role: Role) -> Period | None:
    """Return whole days: `12 JAN THRU 30 APR`; or no window at all where only words leave everything open."""
    open_end = reader.take(Kind.OPEN)
    if not frame.days:
        if open_end is None or not (frame.daily or frame.week or frame.starts or open_end.name.startswith("until")):
            return None
        return Period(role=role, opens=None, closes=None, week=frame.week, vague=open_end.name)
    named = any(days.first.month is not None or days.last.month is not None for days in frame.days)
    if not named and not (frame.starts or frame.daily):
        return None
    if open_end is None and reader.take(Kind.UNTIL):
        closes = reader.take(Kind.CLOCK)
        first = _single(frame.days)
        if first is not None and closes is not None and closes.day is not None:
            return Period(role=role, opens=Edge(day=first, whole=True), closes=_edge(closes, None))
        reader.at -= 1 if closes is None else 2
    first = _single(frame.days)
    if open_end is not None and first is not None:
        return Period(role=role, opens=Edge(day=first, whole=True), closes=None, vague=open_end.name)
    whole = (Edge(minutes=0, whole=True), Edge(minutes=_SMALL_DAY, whole=True))
    vague = "" if open_end is None else open_end.name
    return Period(role=role, opens=whole[0], closes=whole[1], days=frame.days, week=frame.week, vague=vague)


def _start_only(reader: _Reader, frame: _Frame, role: Role, opens: Element, early: Element | None) -> Period | None:
    """Return a window of which only the beginning is printed, behind a word such as COMMENCING."""
    day = _single(early.row) if early is not None else _single(frame.days)
    reader.skip(Kind.ZONE)
    open_end = reader.take(Kind.OPEN)
    if open_end is None and not (frame.starts and (opens.day is not None or day is not None)):
        return None
    vague = open_end.name if open_end is not None else ""
    return Period(role=role, opens=_edge(opens, day), closes=None, vague=vague)


def _open_end(
    reader: _Reader, frame: _Frame, role: Role, opens: Element, early: Element | None, later: Element | None
) -> Period | None:
    """Return a window that closes with a day, or whose end is left open."""
    day = opens.day or (_single(early.row) if early is not None else _single(frame.days))
    open_end = reader.take(Kind.OPEN)
    last = _single(later.row) if later is not None else None
    if open_end is not None:
        return Period(role=role, opens=_edge(opens, day), closes=None, vague=open_end.name)
    if last is None or day is None:
        return None
    return _with_hours(
        reader, Period(role=role, opens=_edge(opens, day), closes=Edge(day=last, minutes=_SMALL_DAY, whole=True))
    )


def _lengthy(
    reader: _Reader, frame: _Frame, role: Role, opens: Element, early: Element | None, length: Element
) -> Period | None:
    """Return `121200Z APR FOR 48 HOURS`."""
    day = opens.day or (_single(early.row) if early is not None else _single(frame.days))
    if day is None:
        return None
    edge = _edge(opens, day)
    return Period(role=role, opens=edge, closes=replace(edge, minutes=edge.minutes + length.minutes))


def typos(periods: tuple[Period, ...]) -> list[Month]:
    """Return the months of a phrase that are misspelt, once each."""
    days_: list[Day | None] = []
    for period in periods:
        days_ += [edge.day for edge in (period.opens, period.closes) if edge is not None]
        days_ += [day for days in (*period.days, *period.except_) for day in (days.first, days.last)]
        days_.append(period.limit)
    named = [day.month for day in days_ if day is not None and day.month is not None and day.month.typo]
    return list({name.start: name for name in named}.values())
