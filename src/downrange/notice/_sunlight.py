"""Windows that begin or end with the Sun, day by day at one place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final

_Event = Callable[[float, float, datetime], datetime | None]
_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)
_HALF_MINUTE: Final = timedelta(seconds=30)


class SunError(Exception):
    """The Sun does not rise or set there on that day."""


def midnight(day: date) -> datetime:
    """Return 0000 UTC of a day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def sun_span(
    lat_deg: float,
    lon_deg: float,
    day: date,
    opens: tuple[str, int, datetime | None],
    closes: tuple[str, int, datetime | None],
) -> tuple[datetime, datetime]:
    """Return a window of a UTC day between two ends; the second is the first of its kind after the opening.

    opens, closes: SUNRISE or SUNSET and minutes after it, or "" and the moment
    """
    name, minutes, moment = opens
    if moment is None:
        moment = _event(lat_deg, lon_deg, name, midnight(day))
        moment = moment + timedelta(minutes=minutes) if minutes else moment
    last_name, last_minutes, end = closes
    if end is None:
        shift = timedelta(minutes=last_minutes)
        end = _event(lat_deg, lon_deg, last_name, moment - shift + _MINUTE) + shift
    while end <= moment:
        end += _DAY
    return moment, end


def _event(lat_deg: float, lon_deg: float, name: str, moment: datetime) -> datetime:
    """Return the next rising or setting, to the minute."""
    next_sunrise, next_sunset = _events()
    found = (next_sunrise if name == "SUNRISE" else next_sunset)(lat_deg, lon_deg, moment)
    if found is None:
        raise SunError(f"at {lat_deg:.1f}, {lon_deg:.1f} there is no {name.lower()} on {moment:%d %b %Y}")
    return (found + _HALF_MINUTE).replace(second=0)


@cache
def _events() -> tuple[_Event, _Event]:
    """Return what finds the next rising and the next setting; few texts need it, and it loads slowly."""
    from downrange.earth import next_sunrise, next_sunset

    return next_sunrise, next_sunset
