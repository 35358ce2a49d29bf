"""One period of a time phrase, put together from its elements.

Known orders: `time TO time`, `time TO time DAILY days`, `days, time TO time`, `date time TO date time`, days alone,
UNTIL or COMMENCING with one end only, days of the week, the Sun. What a period leaves open is said in its `vague`.
"""

from __future__ import annotations

from typing import Final

from downrange.notice._calendar import Day, Days
from downrange.notice._elements import BRACKET, Element, Kind, elements
from downrange.notice._periods import Edge, Period
from downrange.notice._tokens import Cursor
from downrange.notice._zones import Zone
from downrange.notice.model import Flag, FlagCode, Role

_EDGES: Final = (Kind.CLOCK, Kind.SUN)
_LINKS: Final = (Kind.LINK, Kind.UNTIL)
_TELLING: Final = (*_EDGES, Kind.DAYS, Kind.OPEN)
_SMALL_DAY: Final = 1440


class _Reader:
    """A row of elements and a place in it."""

    def __init__(self, row: list[Element]) -> None:
        self.row, self.at = row, 0
        self.zones: list[Zone] = []
        self.damaged: list[Element] = []

    def kind(self, ahead: int = 0) -> Kind | None:
        """Return the kind of the element so many places ahead."""
        place = self.at + ahead
        return self.row[place].kind if place < len(self.row) else None

    def take(self, *kinds: Kind) -> Element | None:
        """Take the element here if it is of one of the kinds."""
        if self.at >= len(self.row):
            return None
        found = self.row[self.at]
        if found.kind not in kinds:
            return None
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


def compose(cur: Cursor, role: Role) -> Period | None:
    """Read one period."""
    start = cur.peek().start
    row = elements(cur)
    if not any(element.kind in _TELLING for element in row):
        return None
    reader = _Reader(row)
    period = _read(reader, role)
    if period is None or reader.at == 0:
        return None
    if reader.at < len(row) and row[reader.at].name == BRACKET:
        reader.at += 1
    last = row[reader.at - 1]
    cur.at = last.after
    notes = [_damage(element) for element in reader.damaged]
    return period._replace(
        zone=_one_zone(reader.zones), vague=period.vague or _zone_trouble(reader.zones), notes=tuple(notes),
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
    if reader.kind() is Kind.COMMA and reader.kind(1) in (*_EDGES, Kind.FROM, Kind.BETWEEN, Kind.DAILY, Kind.DAYS):
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
        return _lengthy(frame, role, opens, early, length)
    if not _link(reader, frame):
        return _start_only(reader, frame, role, opens, early)
    return _linked(reader, frame, role, opens, early)


def _linked(reader: _Reader, frame: _Frame, role: Role, opens: Element, early: Element | None) -> Period | None:
    """Read on behind the link between two times."""
    reader.skip(Kind.COMMA)
    later = reader.take(Kind.DAYS)
    if later is not None and reader.kind(1) in _EDGES:
        reader.skip(Kind.COMMA)
    closes = reader.take(*_EDGES)
    if closes is None:
        return _open_end(reader, frame, role, opens, early, later)
    reader.skip(Kind.NEXT_DAY, Kind.ZONE)
    if _is_dated(frame, opens, early, later):
        return _span(reader, frame, role, opens, early, closes, later)
    return None if later is not None else _recurring(reader, frame, role, opens, closes)


def _early_days(reader: _Reader) -> Element | None:
    """Take the date between the first time and the link: `0000Z 01 MAR TO`."""
    ahead = 1 if reader.kind() is Kind.COMMA else 0
    if reader.kind(ahead) is Kind.DAYS and reader.kind(ahead + 1) in (*_LINKS, Kind.AND, Kind.LENGTH, None, Kind.OPEN):
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
        return period._replace(hours=tuple(found), week=() if week is None else week.week)
    reader.at = here
    reader.take(Kind.WEEK)
    reader.take(Kind.DAILY)
    if _is_slot(period):
        return _as_daily(period)
    return period._replace(week=() if week is None else week.week)


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
    return period._replace(opens=opens._replace(day=None), closes=closes._replace(day=None), days=row)


class _Tail:
    """What stands around the times of a window that comes back."""

    def __init__(self, frame: _Frame) -> None:
        self.days, self.week = list(frame.days), frame.week
        self.limit: Day | None = None
        self.except_: list[Days] = []
        self.vague = ""
        self.said = frame.daily or bool(frame.days) or bool(frame.week)

    def take(self, reader: _Reader, frame: _Frame) -> bool:
        """Take one more piece; say whether there was one."""
        here = reader.at
        reader.skip(Kind.COMMA, Kind.ZONE, Kind.NEXT_DAY)
        if reader.kind() is Kind.FROM and reader.kind(1) is Kind.DAILY:
            reader.take(Kind.FROM)
        if reader.take(Kind.DAILY):
            pass
        elif found := reader.take(Kind.WEEK):
            self.week = found.week
        elif (found := reader.take(Kind.OPEN)) is not None:
            self.vague = found.name
        elif not (self._take_exception(reader) or self._take_limit(reader) or self._take_days(reader, here, frame)):
            reader.at = here
            return False
        self.said = True
        return True

    def _take_exception(self, reader: _Reader) -> bool:
        if reader.kind() is not Kind.EXCEPT or reader.kind(1) is not Kind.DAYS:
            return False
        reader.take(Kind.EXCEPT)
        found = reader.take(Kind.DAYS)
        self.except_.extend(found.row if found is not None else ())
        return True

    def _take_limit(self, reader: _Reader) -> bool:
        after = reader.kind(1) in {Kind.DAYS, Kind.CLOCK, Kind.WEEK, Kind.DAILY}
        if reader.kind() not in {*_LINKS, Kind.FROM} or not after or not (self.said or self.week):
            return False
        here = reader.at
        self.limit = _limit(reader, self.days, self.limit)
        return reader.at > here

    def _take_days(self, reader: _Reader, here: int, frame: _Frame) -> bool:
        if self.days or not _takes_days(reader, here, frame):
            return False
        found = reader.take(Kind.DAYS)
        self.days = list(found.row if found is not None else ())
        return True


def _recurring(reader: _Reader, frame: _Frame, role: Role, opens: Element, closes: Element) -> Period | None:
    """Return a window that opens on many days, its days before or behind its times."""
    if closes.day is not None:
        vague = "" if opens.day else "the first day is not printed"
        return Period(role=role, opens=_edge(opens, None), closes=_edge(closes, None), vague=vague)
    tail = _Tail(frame)
    while tail.take(reader, frame):
        pass
    sunny = Kind.SUN in {opens.kind, closes.kind}
    if not (tail.said or frame.starts or reader.zones or sunny or _bare(opens, closes)):
        return None
    return Period(
        role=role, opens=_edge(opens, None), closes=_edge(closes, None), days=tuple(tail.days), week=tail.week,
        limit=tail.limit, except_=tuple(tail.except_), vague=tail.vague,
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


def _lengthy(frame: _Frame, role: Role, opens: Element, early: Element | None, length: Element) -> Period | None:
    """Return `121200Z APR FOR 48 HOURS`."""
    day = opens.day or (_single(early.row) if early is not None else _single(frame.days))
    if day is None:
        return None
    edge = _edge(opens, day)
    return Period(role=role, opens=edge, closes=edge._replace(minutes=edge.minutes + length.minutes))
