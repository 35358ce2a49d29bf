"""Windows that begin or end with the Sun, day by day at one place."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta


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
        moment += timedelta(minutes=minutes)
    last_name, last_minutes, end = closes
    if end is None:
        shift = timedelta(minutes=last_minutes)
        end = _event(lat_deg, lon_deg, last_name, moment - shift + timedelta(minutes=1)) + shift
    while end <= moment:
        end += timedelta(days=1)
    return moment, end


def _event(lat_deg: float, lon_deg: float, name: str, moment: datetime) -> datetime:
    """Return the next rising or setting, to the minute."""
    from downrange.earth import next_sunrise, next_sunset

    found = (next_sunrise if name == "SUNRISE" else next_sunset)(lat_deg, lon_deg, moment)
    if found is None:
        raise SunError(f"at {lat_deg:.1f}, {lon_deg:.1f} there is no {name.lower()} on {moment:%d %b %Y}")
    return (found + timedelta(seconds=30)).replace(second=0)
