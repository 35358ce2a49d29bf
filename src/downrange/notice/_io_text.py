"""Areas and windows as text again: NOTAM and navigational warning, in the words that `read` understands.

Nautical miles, two-digit years and hemisphere letters stand only here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from downrange.base import InputError, units, utc
from downrange.notice._calendar import month_name
from downrange.notice.model import Activity, Area, Notice, NoticeKind, NoticeWindow, Role, Shape

_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MOST_NUMBERED: Final = 99
_DAY: Final = timedelta(days=1)
_FEWEST_DAYS: Final = 3
_ABUTTING: Final = timedelta(minutes=1)
_LOWEST_FLIGHT_LEVEL: Final = 180  # lower heights are printed in feet
_DRAFT_FIR: Final = "XXXX"
_SUBJECTS: Final = {
    Activity.LAUNCH: "HAZARDOUS OPERATIONS, ROCKET LAUNCHING",
    Activity.REENTRY: "HAZARDOUS OPERATIONS, SPACE DEBRIS",
    Activity.MISSILE: "MISSILE OPERATIONS",
    Activity.OTHER: "HAZARDOUS OPERATIONS",
}
_DANGERS: Final = {
    Activity.LAUNCH: "TEMPO DANGER AREA",
    Activity.REENTRY: "TEMPO DANGER AREA, SPACE DEBRIS",
    Activity.MISSILE: "TEMPO DANGER AREA, MISSILE FIRING",
    Activity.OTHER: "TEMPO DANGER AREA",
}


# ------------------------------------------------------------------------------------------ positions and lengths


def dms(value_deg: float, letters: str, width: int) -> str:
    """Write an angle as DDMMSS with its letter, to the nearest second.

    >>> dms(14.902778, "NS", 2), dms(-128.668333, "EW", 3)
    ('145410N', '1284006W')
    """
    seconds = round(abs(value_deg) * 3600.0)
    letter = letters[0] if value_deg >= 0.0 else letters[1]
    return f"{seconds // 3600:0{width}d}{seconds // 60 % 60:02d}{seconds % 60:02d}{letter}"


def decimal_minutes(value_deg: float, letters: str, width: int) -> str:
    """Write an angle as DD-MM.mm with its letter, to the nearest hundredth of a minute.

    >>> decimal_minutes(-59.71, "NS", 2), decimal_minutes(165.82, "EW", 3)
    ('59-42.60S', '165-49.20E')
    """
    hundredths = round(abs(value_deg) * 6000.0)
    letter = letters[0] if value_deg >= 0.0 else letters[1]
    return f"{hundredths // 6000:0{width}d}-{hundredths // 100 % 60:02d}.{hundredths % 100:02d}{letter}"


def length(radius_m: float) -> str:
    """Write a length: in metres when it is whole metres and no round number of nautical miles.

    >>> length(27780.0), length(1000.0), length(926.0)
    ('15 NM', '1000 METERS', '0.5 NM')
    """
    miles = radius_m / units.NAUTICAL_MILE
    if abs(miles * 100.0 - round(miles * 100.0)) > 1e-6 and abs(radius_m - round(radius_m)) < 1e-6:
        return f"{round(radius_m)} METERS"
    return f"{miles:.9f}".rstrip("0").rstrip(".") + " NM"


def _around(area: Area) -> str:
    """Return the words before the centre of a circle or the line of a band, "" for a ring."""
    if area.radius_m is None:
        return ""
    line = "A LINE JOINING " if area.shape is Shape.BAND else ""
    return f"WITHIN {length(area.radius_m)} OF {line}"


def _level(height_m: float) -> str:
    """Write a limit of height."""
    if height_m <= 0.0:
        return "SFC"
    if math.isinf(height_m):
        return "UNL"
    hundreds = height_m / (100.0 * units.FOOT)
    if abs(hundreds - round(hundreds)) < 1e-6:
        return f"FL{round(hundreds):03d}" if hundreds >= _LOWEST_FLIGHT_LEVEL else f"{round(hundreds) * 100}FT AMSL"
    return f"{height_m:.0f}M AMSL"


# ------------------------------------------------------------------------------------------ times


def _limits(windows: Sequence[NoticeWindow], name: str) -> tuple[datetime, datetime]:
    """Return the first opening and the last closing."""
    if not windows:
        raise InputError(where=name, key="windows", seen="no window to write", cure="give at least one window")
    return min(utc(window.opens) for window in windows), max(utc(window.closes) for window in windows)


def _group(moment: datetime) -> str:
    moment = utc(moment)
    return f"{moment:%d%H%M}Z {month_name(moment.month)}"


def _spoken(windows: Sequence[NoticeWindow], *, year: bool = False) -> str:
    """Return the windows in words, primary ones first; with years where windows overlap, for days then run back."""
    year = year or any(later.opens < sooner.closes for sooner, later in pairwise(windows))
    parts: list[str] = []
    for role in Role:
        rows = [_run(run, year=year) for run in _runs([window for window in windows if window.role is role])]
        if rows:
            parts.append(("ALTERNATE " if role is Role.ALTERNATE else "") + ", ".join(rows))
    return ", ".join(parts)


def _runs(windows: Sequence[NoticeWindow]) -> list[list[NoticeWindow]]:
    """Return windows that come back every day at the same hours together, others alone; a pair is not worth it."""
    runs: list[list[NoticeWindow]] = []
    for window in windows:
        last = runs[-1][-1] if runs else None
        if last is not None and window.opens - last.opens == _DAY == window.closes - last.closes and _short(window):
            runs[-1].append(window)
        else:
            runs.append([window])
    return [part for run in runs for part in ([run] if len(run) >= _FEWEST_DAYS else [[one] for one in run])]


def _short(window: NoticeWindow) -> bool:
    """Say whether the hours of the day alone tell how long a window is."""
    return window.closes - window.opens < _DAY


def _run(run: Sequence[NoticeWindow], *, year: bool) -> str:
    """Return a window, or one that comes back every day."""
    if len(run) == 1:
        return _pair(run[0], year=year)
    first, last = utc(run[0].opens), utc(run[-1].opens)
    days = f"{first:%d} {month_name(first.month)} THRU {last:%d} {month_name(last.month)}"
    return f"{first:%H%M}Z TO {utc(run[0].closes):%H%M}Z DAILY {days}" + (f" {last:%Y}" if year else "")


def _pair(window: NoticeWindow, *, year: bool) -> str:
    """Return both ends of a window; with both years where the months alone would be read as days apart."""
    opens, closes = utc(window.opens), utc(window.closes)
    long = closes.year > opens.year and closes.month >= opens.month
    first = f" {opens:%Y}" if long else ""
    return f"{_group(opens)}{first} TO {_group(closes)}" + (f" {closes:%Y}" if year or long else "")


def _own(areas: Sequence[Area], windows: Sequence[NoticeWindow]) -> bool:
    """Say whether some area has windows of its own."""
    return any(area.windows and area.windows != tuple(windows) for area in areas)


def _all_windows(areas: Sequence[Area], windows: Sequence[NoticeWindow]) -> list[NoticeWindow]:
    """Return the windows of a notice and of its areas."""
    return [*windows, *(window for area in areas for window in area.windows)]


def _unclaimed(areas: Sequence[Area], windows: Sequence[NoticeWindow]) -> tuple[NoticeWindow, ...]:
    """Return the windows of a notice in which no area is active."""
    claimed = {window for area in areas for window in area.windows or windows}
    return tuple(window for window in windows if window not in claimed)


def _refuse(areas: Sequence[Area], name: str, most: int) -> None:
    """Refuse what the text forms cannot say."""
    points = sum(area.shape is Shape.POINT for area in areas)
    if points > 1:
        seen = f"{points} single positions, which would be read as the corners of one area"
        raise InputError(where=name, key="areas", seen=seen, cure="write one notice for each position")
    if len(areas) > most:
        seen = f"{len(areas)} areas, but only {most} labels"
        raise InputError(where=name, key="areas", seen=seen, cure="write several notices")


# ------------------------------------------------------------------------------------------ NOTAM


def to_notam(
    areas: Sequence[Area],
    windows: Sequence[NoticeWindow],
    *,
    name: str,
    fir: str,
    q_code: str = "QRDCA",
    floor_m: float | None = 0.0,
    ceiling_m: float | None = math.inf,
    activity: Activity = Activity.LAUNCH,
) -> str:
    """Write areas and windows as a NOTAM: positions to the second, times to the minute.

    Several windows are rows in D). Alternates, windows that touch, and areas with windows of their own stand in words
    in E), because D) cannot say them. A limit of height that is None is left out.
    """
    _refuse(areas, name, _MOST_NUMBERED)
    everything = _all_windows(areas, windows)
    first, last = _limits(everything, name)
    lines = [
        f"{name} NOTAMN",
        f"Q) {fir}/{q_code or 'QXXXX'}/IV/BO/W/000/999/",
        f"A) {fir} B) {first:%y%m%d%H%M} C) {last:%y%m%d%H%M}",
    ]
    in_words = _own(areas, windows) or not _fit_rows(everything)
    if not in_words and len(windows) > 1:
        lines.append(f"D) {_schedule(windows)}")
    rest = _unclaimed(areas, windows) if in_words else ()
    lines.append(f"E) {_DANGERS[activity]} {_spoken(rest, year=True)}." if rest else f"E) {_DANGERS[activity]} WI:")
    for number, area in enumerate(areas, 1):
        head = f"AREA{number}: " if len(areas) > 1 or rest else ""
        times = f"{_spoken(area.windows or windows, year=True)} " if in_words else ""
        lines.append(head + times + _drawn(area, wi=bool(times)))
    levels = [
        f"{field}) {_level(height)}" for field, height in (("F", floor_m), ("G", ceiling_m)) if height is not None
    ]
    return "\n".join([*lines, " ".join(levels), ""]) if levels else "\n".join([*lines, ""])


def _schedule(windows: Sequence[NoticeWindow]) -> str:
    """Write field D): the hours where they are the same every day from B) to C), else rows."""
    if len(_runs(windows)) == 1:
        return f"DAILY {utc(windows[0].opens):%H%M}-{utc(windows[0].closes):%H%M}"
    return ", ".join(
        f"{utc(window.opens):%y%m%d%H%M} TO {utc(window.closes):%y%m%d%H%M}" for window in windows
    )  # fmt: skip


def _drawn(area: Area, *, wi: bool) -> str:
    """Write the positions of an area with what stands before them; a ring is closed."""
    points = [f"{dms(lat, 'NS', 2)} {dms(lon, 'EW', 3)}" for lat, lon in zip(area.lat_deg, area.lon_deg, strict=True)]
    closing = points[:1] if area.shape is Shape.POLYGON else []
    return f"{_around(area) or ('WI ' if wi else '')}{' - '.join([*points, *closing])}."


def _fit_rows(windows: Sequence[NoticeWindow]) -> bool:
    """Say whether D) can say these windows: all primary, none touching the next."""
    row = sorted(windows, key=lambda window: window.opens)
    apart = all(later.opens - sooner.closes > _ABUTTING for sooner, later in pairwise(dict.fromkeys(row)))
    return apart and all(window.role is Role.PRIMARY for window in windows)


def as_notam(notice: Notice, *, name: str = "", fir: str = "") -> str:
    """Write a notice as a NOTAM.

    name: its number; if not given, the notice's own when it is a NOTAM, else 0000 of the year: a draft
    fir:  if not given, the notice's first region, else XXXX
    """
    first, _ = _limits(_all_windows(notice.areas, notice.windows), notice.source_id or notice.source or "notice")
    own = notice.source_id if notice.kind is NoticeKind.NOTAM else ""
    return to_notam(
        notice.areas,
        notice.windows,
        name=name or own or f"0000/{first:%y}",
        fir=fir or (notice.firs[0] if notice.firs else _DRAFT_FIR),
        q_code=notice.q_code,
        floor_m=notice.floor_m,
        ceiling_m=notice.ceiling_m,
        activity=notice.about.activity,
    )


# ------------------------------------------------------------------------------------------ navigational warning


def to_navarea(
    areas: Sequence[Area],
    windows: Sequence[NoticeWindow],
    *,
    name: str,
    issued: datetime | None,
    self_cancel: datetime | None = None,
    activity: Activity = Activity.LAUNCH,
) -> str:
    """Write areas and windows as a navigational warning: positions to a hundredth of a minute, no year in the windows.

    Areas with windows of their own say them behind their letter. The message cancels itself at self_cancel; one hour
    after its last window if that is not given, or too early.
    """
    _refuse(areas, name, len(_LETTERS))
    _, last = _limits(_all_windows(areas, windows), name)
    cancels = utc(self_cancel or last, where=f"{name}: self_cancel")
    cancels = cancels if self_cancel and cancels >= last else last + timedelta(hours=1)
    lines = [] if issued is None else [f"{_group(utc(issued, where=f'{name}: issued'))} {utc(issued):%y}"]
    lines += [f"{name}.", f"1. {_SUBJECTS[activity]}"]
    own = _own(areas, windows)
    rest = _unclaimed(areas, windows) if own else windows
    if rest:
        lines.append(f"   {_spoken(rest)}{'.' if own else ''}")
    plain = not own and all(area.shape is Shape.POLYGON for area in areas)
    lettered = len(areas) > 1 or (own and rest)
    if lettered:
        lines.append("   IN AREAS BOUND BY:" if plain else "   IN AREAS:")
    elif areas:
        lines.append(f"   {_opening(areas[0], windows, own=own)}")
    for letter, area in zip(_LETTERS, areas, strict=False):
        opening = "" if plain else f"{_opening(area, windows, own=own)} "
        head = f"{letter}. {opening}" if lettered else ""
        points = [
            f"{decimal_minutes(lat, 'NS', 2)} {decimal_minutes(lon, 'EW', 3)}"
            for lat, lon in zip(area.lat_deg, area.lon_deg, strict=True)
        ]
        lines.append(f"   {head}{', '.join(points)}.")
    return "\n".join(
        [*(line for line in lines if line.strip()), f"2. CANCEL THIS MSG {_group(cancels)} {cancels:%y}.", ""]
    )


def _opening(area: Area, windows: Sequence[NoticeWindow], *, own: bool) -> str:
    """Return what stands before the positions of an area."""
    times = f"{_spoken(area.windows or windows)} " if own else ""
    return f"{times}AT" if area.shape is Shape.POINT else f"{times}IN AREA {_around(area).rstrip() or 'BOUND BY'}"


def as_navarea(notice: Notice, *, name: str = "", issued: datetime | None = None) -> str:
    """Write a notice as a navigational warning.

    name:   series and number; if not given, the notice's own when it is a warning, else DRAFT
    issued: if not given, the notice's own issue time; without one no issue time is printed
    """
    _limits(_all_windows(notice.areas, notice.windows), notice.source_id or notice.source or "notice")
    warning = notice.kind in {NoticeKind.NAVAREA, NoticeKind.HYDROPAC, NoticeKind.HYDROLANT, NoticeKind.HYDROARC}
    return to_navarea(
        notice.areas,
        notice.windows,
        name=name or (notice.source_id if warning else "") or "DRAFT",
        issued=issued or notice.issued,
        self_cancel=notice.self_cancel,
        activity=notice.about.activity,
    )
