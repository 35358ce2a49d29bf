"""What a notice is about: a sum of weights for each activity, with the words and figures that moved it.

Nothing is filtered out: each thing said or measured adds its weight to the log-odds of an activity. The words and their
weights are data (`data/about.toml`, all assumed); so are those that name a state (`data/nations.toml`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Final

from downrange.notice._evidence import Heard, Lore, Said, heard, lore
from downrange.notice._tokens import Token
from downrange.notice.model import About, Activity, Area, FlagCode, Notice, NoticeKind, NoticeWindow, Reason, Shape

_AIRSPACE: Final = frozenset({NoticeKind.NOTAM, NoticeKind.FDC, NoticeKind.CARF, NoticeKind.PRESS})
_DOMESTIC: Final = {NoticeKind.FDC: "US", NoticeKind.CARF: "US"}
_ACTIVITIES: Final = tuple(Activity)
_LOW_M: Final = 20_000.0
_SMALL_M: Final = 10_000.0
_SMALL_DEG: Final = 0.18  # of latitude: 20 km across
_SHORT: Final = timedelta(minutes=90)
_HOURS: Final = timedelta(hours=5)
_DAYS: Final = timedelta(days=3)
_AGAIN: Final = 0.5  # what a second thing said for the same activity counts, beside the first
_LEAST: Final = 0.1

_Moved = tuple[int, Reason]


def about(row: Sequence[Token], notice: Notice) -> About:
    """Say what a notice is about.

    row:    its tokens
    notice: what has been read from them

    >>> from downrange.notice import read
    >>> notice, = read("HYDROPAC 99/26(81). NORTH PACIFIC. 1. HAZARDOUS OPERATIONS, SPACE DEBRIS 0100Z TO 0200Z DAILY "
    ...                "03 AND 04 APR IN AREA BOUND BY 14-31.00N 174-41.00E, 14-50.00N 175-16.00E, 14-25.00N 175-30.00E.")
    >>> notice.about.activity, round(notice.about.confidence, 2), notice.about.nation
    (<Activity.REENTRY: 're-entry or debris'>, 1.0, '')
    """
    known = lore()
    said, states = heard(row, known)
    airspace = notice.kind in _AIRSPACE or any(one.said.whole for one in said)
    reasons = _from_words(said, airspace=airspace)
    reasons.extend(_from_figures(row, notice, known, airspace=airspace))
    scores = list(known.prior)
    for place, reason in reasons:
        scores[place] += reason.logodds
    p = _shares(scores)
    activity = _ACTIVITIES[p.index(max(p))]
    answers = any(one.said.answers for one in said)
    nation, why = ("", "") if answers else _nation(states, notice.kind, activity)
    moved = tuple(reason for _, reason in reasons)
    return About(activity=activity, p=p, reasons=moved, nation=nation, nation_reason=why)


def _from_words(said: Iterable[Heard], *, airspace: bool) -> list[_Moved]:
    """Weigh what is said: per activity the strongest whole, the next half, and so on, for words repeat each other."""
    once: dict[str, Heard] = {}
    for one in said:
        known = once.setdefault(one.said.what, one)
        if one.numbered and not known.numbered:
            once[one.said.what] = one
    groups: dict[int, list[tuple[float, Heard]]] = {}
    for one in once.values():
        moves = one.said.airspace if airspace else one.said.numbered if one.numbered else one.said.moves
        for place, weight in moves:
            groups.setdefault(place, []).append((weight, one))
    found: list[_Moved] = []
    for place, row in groups.items():
        if len(row) > 1:
            row.sort(key=_weight, reverse=True)
        share = 1.0
        for weight, one in row:
            if one.said.whole:
                found.append(_moved(place, weight, one.said, one.start, one.stop))
            elif share >= _LEAST:
                found.append(_moved(place, weight * share, one.said, one.start, one.stop))
                share *= _AGAIN
    return found


def _weight(item: tuple[float, Heard]) -> float:
    return item[0]


def _moved(place: int, weight: float, said: Said, start: int, stop: int) -> _Moved:
    """Return a reason with the place of its activity."""
    return place, Reason(activity=_ACTIVITIES[place], logodds=weight, message=said.what, start=start, stop=stop)


def _from_figures(row: Sequence[Token], notice: Notice, known: Lore, *, airspace: bool) -> Iterator[_Moved]:
    """Weigh the Q code, the limits of height, the windows and the areas."""
    for said, (start, stop) in _measured(row, notice, known, airspace=airspace):
        for place, weight in said.moves:
            yield _moved(place, weight, said, start, stop)


_Measured = tuple[Said, tuple[int, int]]


def _measured(row: Sequence[Token], notice: Notice, known: Lore, *, airspace: bool) -> Iterator[_Measured]:
    """Return what is measured and where it stands."""
    code, seen = notice.q_code, known.seen
    meaning = known.q_code.get(code[:3]) or known.q_code.get(code[:2])
    if meaning is not None:
        yield meaning, _word(row, code)
    limited = notice.kind is NoticeKind.NOTAM  # the United States end restrictions at FL180, where other rules begin
    if limited and notice.ceiling_m is not None and notice.ceiling_m < _LOW_M:
        yield seen["low_ceiling"], _word(row, "G")
    if airspace:
        name = _length(notice.windows)
        if name:
            yield seen[name], _word(row, "B")
    elif not notice.windows and not notice.flagged(FlagCode.WINDOW_UNREAD):
        yield seen["no_time_at_sea"], _whole(row)
    areas = [area for area in notice.areas if area.shape is not Shape.POINT]
    if not areas:
        yield seen["no_area" if airspace else "no_area_at_sea"], _whole(row)
        return
    place = (areas[0].start, areas[-1].stop)
    if airspace and len(areas) > 1:
        yield seen["several_areas"], place
    if airspace and all(area.shape is Shape.CIRCLE for area in areas):
        yield seen["only_circles"], place
    if all(_is_small(area) for area in areas):
        yield seen["small_area"], place


def _length(windows: Sequence[NoticeWindow]) -> str:
    """Return what the longest window counts as, "" for nothing."""
    longest = max((window.closes - window.opens for window in windows), default=_DAYS)
    if longest <= _HOURS:
        return "short_window" if longest <= _SHORT else "some_hours"
    return "many_days" if longest > _DAYS else ""


def _is_small(area: Area) -> bool:
    """Say whether an area lies within ten kilometres or so of a point."""
    if area.radius_m is not None:
        return area.shape is Shape.CIRCLE and area.radius_m < _SMALL_M
    lat, lon = area.lat_deg, area.lon_deg
    narrow = math.cos(math.radians(lat[0]))
    return max(lat) - min(lat) < _SMALL_DEG and (max(lon) - min(lon)) * narrow < _SMALL_DEG


def _whole(row: Sequence[Token]) -> tuple[int, int]:
    """Return the place of all tokens."""
    return (row[0].start, row[-1].stop) if row else (0, 0)


def _word(row: Sequence[Token], text: str) -> tuple[int, int]:
    """Return the place of a word, of a field's letter with what stands in it; of everything where it is not found."""
    field = len(text) == 1
    for place, token in enumerate(row):
        if token.text == text and (not field or (place + 2 < len(row) and row[place + 1].text == ")")):
            return token.start, row[place + 2 if field else place].stop
    return _whole(row)


def _shares(scores: Sequence[float]) -> tuple[float, ...]:
    """Turn log-odds into probabilities that add up to one."""
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    total = sum(powers)
    return tuple(power / total for power in powers)


def _nation(states: Sequence[Heard], kind: NoticeKind, activity: Activity) -> tuple[str, str]:
    """Return the state that acts and why this is certain; "" where two are named, none, or nothing of this kind."""
    if activity is Activity.OTHER:
        return "", ""
    codes = {one.said.nation for one in states}
    if len(codes) == 1:
        return states[0].said.nation, f"the text names it, at {states[0].start} to {states[0].stop}"
    if not codes and kind in _DOMESTIC:
        return _DOMESTIC[kind], f"{kind.upper()}: numbers of that state alone"
    return "", ""
