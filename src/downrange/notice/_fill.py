"""Dates for days that are printed without month or year: both run backward from the next one printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from downrange.notice._calendar import Anchor, Day, Month, at, infer_year
from downrange.notice._periods import Period
from downrange.notice.model import NoticeWindow

_OUT_OF_ORDER_DAYS: Final = 10
_HALF_YEAR: Final = timedelta(days=180)
_LONGEST_SEARCH: Final = 62


@dataclass(slots=True, kw_only=True, frozen=True)
class Dated:
    """A period with the dates of its days.

    opens, closes, limit: dates of its ends and of its last day, None where it has none
    days, except_:        first and last date of each range
    problem:              why a day has no date, "" when all have
    """

    period: Period
    opens: date | None = None
    closes: date | None = None
    days: tuple[tuple[date, date], ...] = ()
    except_: tuple[tuple[date, date], ...] = ()
    limit: date | None = None
    problem: str = ""


@dataclass(slots=True, kw_only=True, frozen=True)
class Filled:
    """All periods of a phrase with their dates; no_year, no_month: what had to be inferred."""

    rows: tuple[Dated, ...]
    no_year: bool
    no_month: bool


class _NoDateError(Exception):
    """A day cannot be given a date."""


class _Back:
    """The walk from the last printed day to the first."""

    def __init__(self, anchor: Anchor, envelope: Sequence[NoticeWindow], hints: Sequence[Day]) -> None:
        self.anchor, self.envelope, self.hints = anchor, envelope, hints
        self.later: date | None = None
        self.past = True
        self.no_year = self.no_month = False

    def day(self, day: Day, *, strict: bool) -> date:
        """Return the date of a day that comes before the last one asked for.

        strict: it must come before; else a list may be out of order by a few days
        """
        found = self._with_month(day, day.month) if day.month is not None else self._without_month(day, strict=strict)
        self.later = found
        return found

    def _with_month(self, day: Day, month: Month) -> date:
        if day.year is not None:
            return _date(day.year, month.number, day.number)
        if self.later is not None:
            found = _date(self.later.year, month.number, day.number)
            return _date(found.year - 1, found.month, found.day) if found - self.later > _HALF_YEAR else found
        hint = next((one for one in reversed(self.hints) if one.year is not None and one.month is not None), None)
        if hint is not None and hint.year is not None and hint.month is not None:
            return _date(hint.year + (month.number < hint.month.number), month.number, day.number)
        self.no_year = True
        number = infer_year(month.number, day.number, self.anchor, past=self.past)
        if number is None and at(2024, month.number, day.number) is not None:
            raise _NoDateError("no year: the text has neither issue time nor cancel line nor number")
        return _date(number or 2025, month.number, day.number)

    def _without_month(self, day: Day, *, strict: bool) -> date:
        if self.later is not None:
            late = day.number - self.later.day
            month_, year_ = self.later.month, self.later.year
            if late > (0 if strict else _OUT_OF_ORDER_DAYS):
                month_, year_ = (month_ - 1, year_) if month_ > 1 else (12, year_ - 1)
            return _date(year_, month_, day.number)
        hint = next((one for one in reversed(self.hints) if one.month is not None), None)
        if hint is not None and hint.month is not None:
            after = _after(day.number, hint, hint.month)
            return self._with_month(after, after.month or hint.month)
        self.no_year = self.no_month = True
        return self._nearest(day.number)

    def _nearest(self, number: int) -> date:
        """Return the last date with this number in the envelope or before the cancel line, or the first after issue."""
        if self.envelope:
            limit = self.envelope[-1].closes.date()
            row = [limit - timedelta(days=step) for step in range(_LONGEST_SEARCH)]
        elif self.anchor.cancels is not None:
            row = [self.anchor.cancels.date() - timedelta(days=step) for step in range(_LONGEST_SEARCH)]
        elif self.anchor.issued is not None:
            row = [self.anchor.issued.date() + timedelta(days=step) for step in range(_LONGEST_SEARCH)]
        else:
            raise _NoDateError("no month stands with these days")
        found = next((day for day in row if day.day == number), None)
        if found is None:
            raise _NoDateError("the calendar has no such day")
        return found


def _after(number: int, hint: Day, month: Month) -> Day:
    """Return a day in the month of the one printed before it, or in the next one."""
    if number >= hint.number:
        return Day(number=number, month=month, year=hint.year)
    year_ = hint.year if hint.year is None or month.number < 12 else hint.year + 1
    return Day(number=number, month=month._replace(number=month.number % 12 + 1), year=year_)


def _date(year_: int, month_: int, number: int) -> date:
    moment = at(year_, month_, number)
    if moment is None:
        raise _NoDateError("the calendar has no such day")
    return moment.date()


def filled(periods: Sequence[Period], anchor: Anchor, envelope: Sequence[NoticeWindow]) -> Filled:
    """Give every day of a phrase its date."""
    back = _Back(anchor, envelope, _printed(periods))
    rows: list[Dated] = []
    for period in reversed(periods):
        try:
            rows.append(_dated(period, back))
        except _NoDateError as reason:
            rows.append(Dated(period=period, problem=str(reason)))
    return Filled(rows=tuple(reversed(rows)), no_year=back.no_year, no_month=back.no_month)


def _printed(periods: Sequence[Period]) -> list[Day]:
    """Return the days that a phrase prints with ends and ranges, in order."""
    row: list[Day] = []
    for period in periods:
        row += [edge.day for edge in (period.opens, period.closes) if edge is not None and edge.day is not None]
        row += [day for days in period.days for day in (days.first, days.last)]
    return row


def _dated(period: Period, back: _Back) -> Dated:
    """Give the days of one period their dates, the last one first."""
    except_: list[tuple[date, date]] = []
    for part in reversed(period.except_):
        last = back.day(part.last, strict=False)
        except_.append((back.day(part.first, strict=True) if part.first != part.last else last, last))
    if except_:
        back.later = None if any(part.last.month is not None for part in period.days) else back.later
    days: list[tuple[date, date]] = []
    for part in reversed(period.days):
        last = back.day(part.last, strict=bool(days))
        days.append((back.day(part.first, strict=True) if part.first != part.last else last, last))
    back.past = period.opens is not None and period.limit is None
    limit = _edge_date(period.limit, back, strict=bool(days))
    closes = _edge_date(period.closes.day if period.closes is not None else None, back, strict=False)
    opens = _edge_date(period.opens.day if period.opens is not None else None, back, strict=closes is not None)
    return Dated(
        period=period, opens=opens, closes=closes, days=tuple(reversed(days)), except_=tuple(except_), limit=limit
    )  # fmt: skip


def _edge_date(day: Day | None, back: _Back, *, strict: bool) -> date | None:
    return None if day is None else back.day(day, strict=strict)


def first_moment(anchor: Anchor, envelope: Sequence[NoticeWindow]) -> datetime | None:
    """Return when a window without a printed beginning opens: with its notice."""
    return envelope[0].opens if envelope else anchor.issued


def last_moment(anchor: Anchor, envelope: Sequence[NoticeWindow]) -> datetime | None:
    """Return when a window without a printed end closes: with its notice."""
    return envelope[-1].closes if envelope else anchor.cancels
