"""Time: outside, aware UTC datetimes; inside, seconds after lift-off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from downrange.base.errors import InputError

KST = timezone(timedelta(hours=9), "KST")
JST = timezone(timedelta(hours=9), "JST")
_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
_JD_J2000 = 2_451_545.0


def utc(moment: datetime, *, where: str = "time") -> datetime:
    """Return the moment in UTC; a naive one is refused, because nobody can know what it means.

    >>> utc(datetime(2023, 8, 24, 3, 50, tzinfo=KST)).isoformat()
    '2023-08-23T18:50:00+00:00'
    """
    if moment.tzinfo is None:
        raise InputError(
            where=where,
            seen=f"{moment.isoformat()} has no time zone",
            cure="say which: Korean and Japanese reports are UTC+9, notices are usually UTC",
        )
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def parse_utc(text: str, *, where: str = "time") -> datetime:
    """Read an ISO 8601 time with a zone and return it in UTC.

    >>> parse_utc("2023-05-31T06:27+09:00").isoformat()
    '2023-05-30T21:27:00+00:00'
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            where=where, seen=f"{text!r} is not a time", cure="write ISO 8601 with a zone, as 2023-05-30T21:27:00Z"
        ) from None
    return utc(moment, where=where)


def iso(moment: datetime, *, decimals: int = 0) -> str:
    """Write a moment as ISO 8601 UTC with a Z, rounded (not cut) to so many decimals of a second.

    >>> iso(datetime(2023, 8, 24, 3, 50, 0, 600_000, tzinfo=KST))
    '2023-08-23T18:50:01Z'
    """
    step = 10**decimals
    moment = utc(moment)
    whole = round((moment - _J2000) / timedelta(seconds=1) * step)
    rounded = _J2000 + timedelta(seconds=whole // step)
    text = rounded.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{whole % step:0{decimals}d}Z" if decimals else f"{text}Z"


def after(t0: datetime, t_s: float) -> datetime:
    """Return the moment t_s seconds after t0, in UTC."""
    return utc(t0) + timedelta(seconds=float(t_s))


def since(t0: datetime, moment: datetime) -> float:
    """Return how many seconds after t0 the moment lies."""
    return (utc(moment) - utc(t0)).total_seconds()


def julian_pair(moment: datetime) -> tuple[float, float]:
    """Return the UTC Julian date as (midnight's date ending in .5, fraction of the day).

    >>> julian_pair(datetime(2000, 1, 1, 18, tzinfo=UTC))
    (2451544.5, 0.75)
    """
    moment = utc(moment)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    days = round((midnight - _J2000) / timedelta(days=1) + 0.5)
    return _JD_J2000 - 0.5 + days, (moment - midnight) / timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A half-open interval of UTC time.

    opens:  first moment inside
    closes: first moment after it
    """

    opens: datetime
    closes: datetime

    def __post_init__(self) -> None:
        """Refuse a window that closes before it opens."""
        if self.opens.tzinfo is UTC is self.closes.tzinfo and self.opens < self.closes:
            return
        if utc(self.closes, where="window closes") <= utc(self.opens, where="window opens"):
            raise InputError(
                where="window",
                seen=f"closes {iso(self.closes)} but opens {iso(self.opens)}",
                cure="check the month and the midnight crossing",
            )

    def holds(self, moment: datetime) -> bool:
        """Say whether the moment lies in the window."""
        return self.opens <= utc(moment) < self.closes
