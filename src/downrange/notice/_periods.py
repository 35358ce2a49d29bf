"""What a time phrase says, before it is turned into moments: ends, periods, phrases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from downrange.notice._calendar import Day, Days, Month
from downrange.notice._zones import Zone
from downrange.notice.model import Flag, Role


class Edge(NamedTuple):
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


class Period(NamedTuple):
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
    def by_sun(self) -> bool:
        """Whether the Sun opens or closes it."""
        return any(edge is not None and edge.sun for edge in (self.opens, self.closes))

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


def typos(periods: tuple[Period, ...]) -> list[Month]:
    """Return the months of a phrase that are misspelt, once each."""
    days_: list[Day | None] = []
    for period in periods:
        days_ += [edge.day for edge in (period.opens, period.closes) if edge is not None]
        days_ += [day for days in (*period.days, *period.except_) for day in (days.first, days.last)]
        days_.append(period.limit)
    named = [day.month for day in days_ if day is not None and day.month is not None and day.month.typo]
    return list({name.start: name for name in named}.values())
