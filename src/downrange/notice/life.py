"""What holds at a moment: which notices are in force, replaced, cancelled or expired, and why. Every version is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from downrange.base import iso, utc
from downrange.notice._tokens import tokens
from downrange.notice.model import Area, FlagCode, Notice, NoticeKind, NoticeWindow
from downrange.notice.summary import told_shape, told_windows

_ROMAN: Final = (
    "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII", "XVIII",
    "XIX", "XX", "XXI",
)  # fmt: skip
_FILLING: Final = frozenset({"WARNING", "WARNINGS", "NR", "NO", "NUMBER", "MSG"})
# ICAO Doc 7910: two letters name a state, one where a state has the whole letter; two states share Z with China.
_ONE_LETTER: Final = frozenset("CKUYZ")
_TWO_LETTERS: Final = frozenset({"ZK", "ZM"})
_ENDLESS: Final = frozenset({FlagCode.WINDOW_OPEN, FlagCode.WINDOW_UNREAD, FlagCode.YEAR_UNKNOWN})
_HEADER_TOKENS: Final = 12
_STEPS_A_DEGREE: Final = 1_000
_EARLIEST: Final = datetime(1, 1, 1, tzinfo=UTC)


class State(StrEnum):
    """Where a notice stands in its life."""

    IN_FORCE = "in force"
    PENDING = "not issued yet"
    REPLACED = "replaced"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a notice says otherwise than the one it replaces.

    what: "dates" when the hours of the day stay, "hours" when the dates stay, "windows", "areas", "limits of height"
    old:  what the old one says
    new:  what the new one says
    """

    what: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one notice stands.

    notice:  as read, whatever its state
    state:   in force, not issued yet, replaced, cancelled or expired
    reason:  why, in one sentence
    by:      name of the notice that ended it, else ""
    since:   when the state began, None where nothing says
    active:  its areas with a window open at the moment asked for, while it is in force
    changes: what it says otherwise than the notices it replaces, where they are here
    """

    notice: Notice
    state: State
    reason: str
    by: str = ""
    since: datetime | None = None
    active: tuple[Area, ...] = ()
    changes: tuple[Change, ...] = ()


def normal_name(name: str) -> str:
    """Return the name of a notice in the one form in which names are compared.

    >>> normal_name("Navarea 4 warning nr 0165/2022"), normal_name("B 0045/26"), normal_name("HYDROPAC 7/26.")
    ('NAVAREA IV 165/22', 'B45/26', 'HYDROPAC 7/26')
    """
    left, slash, year = _year_last(name.upper().strip(" .()")).rpartition("/")
    if not slash:
        return " ".join(name.upper().split())
    letters = left.rstrip("0123456789")
    number = left[len(letters) :].lstrip("0") or "0"
    words = [word for word in (word.strip(".,:") for word in letters.split()) if word and word not in _FILLING]
    for place, word in enumerate(words):
        if place and words[0] == "NAVAREA" and word.isdecimal() and 0 < int(word) <= len(_ROMAN):
            words[place] = _ROMAN[int(word) - 1]
    head = " ".join(words)
    return f"{head}{'' if len(head) <= 1 else ' '}{number}/{year.strip()[-2:]}"


def _year_last(name: str) -> str:
    """Turn `NAVAREA XI 26-0111` into `NAVAREA XI 0111/26`."""
    head, dash, number = name.rpartition("-")
    year = head[-2:]
    if not dash or "/" in name or not (number.isdecimal() and year.isdecimal()) or head[-3:-2].isdecimal():
        return name
    return f"{head[:-2]}{number}/{year}"


def life(notices: Iterable[Notice], at: datetime | None = None) -> tuple[Standing, ...]:
    """Return where each notice stands, in the order given.

    at: the moment asked for; without one nothing expires, and only what the notices say of each other counts

    A notice that names another as replaced or cancelled ends it at its own issue time, at once where it prints none.
    A cancel time ends a notice; without one it ends with its last window, unless a window is open or was not read.
    Numbers of NOTAM are given out by each state anew: they name the same notice only within one state.

    >>> from downrange.notice import read
    >>> rows = "B{}/26 NOTAM{} A) RPHI B) 26040{}0000 C) 26040{}2359 E) WITHIN 5 NM OF 1000N02000E"
    >>> old, new = life(read(rows.format(1, "N", 1, 2) + chr(10) + rows.format(2, "R B1/26", 3, 4)))
    >>> old.state.value, old.reason, new.changes[0].what
    ('replaced', 'replaced by B2/26', 'dates')
    """
    row = tuple(notices)
    moment = None if at is None else utc(at, where="at")
    by_name = _by_name(row)
    enders = _enders(row, by_name)
    return tuple(_standing(row, place, enders.get(place, ()), by_name, moment) for place in range(len(row)))


_Places = dict[int, list[int]]
_Names = dict[str, list[int]]


def _key(notice: Notice) -> str:
    return normal_name(notice.source_id)


def _states(notice: Notice) -> set[str]:
    """Return the states whose regions a NOTAM names."""
    return {fir[:2] if fir[:2] in _TWO_LETTERS or fir[0] not in _ONE_LETTER else fir[0] for fir in notice.firs if fir}


def _same_office(one: Notice, other: Notice) -> bool:
    """Say whether two notices can know each other by number."""
    if NoticeKind.NOTAM not in {one.kind, other.kind}:
        return True
    first, second = _states(one), _states(other)
    return one.kind is other.kind and (not first or not second or bool(first & second))


def _by_name(row: Sequence[Notice]) -> _Names:
    """Return the places of the notices of each name."""
    by_name: _Names = {}
    for place, notice in enumerate(row):
        if notice.source_id:
            by_name.setdefault(_key(notice), []).append(place)
    return by_name


def _enders(row: Sequence[Notice], by_name: _Names) -> _Places:
    """Return, by place, the places of the notices that replace or cancel each one."""
    found: _Places = {}
    for place, notice in enumerate(row):
        for name in dict.fromkeys(normal_name(name) for name in notice.cancels):
            for ended in by_name.get(name, ()):
                if ended != place and _same_office(notice, row[ended]) and not _before(notice, row[ended]):
                    found.setdefault(ended, []).append(place)
    return found


def _before(one: Notice, other: Notice) -> bool:
    return one.issued is not None and other.issued is not None and one.issued < other.issued


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """One thing that ends a notice; moment None: at once."""

    state: State
    moment: datetime | None
    reason: str
    by: str


def _standing(
    row: Sequence[Notice], place: int, enders: Sequence[int], by_name: _Names, moment: datetime | None
) -> Standing:
    """Return where one notice stands."""
    notice = row[place]
    changes = _changes(row, place, by_name)
    if moment is not None and notice.issued is not None and notice.issued > moment:
        reason = f"issued {iso(notice.issued)}"
        return Standing(notice=notice, state=State.PENDING, reason=reason, since=notice.issued, changes=changes)
    ends = [*_ended(row, notice, enders), *_expiry(notice, moment)]
    past = [end for end in ends if end.moment is None or moment is None or end.moment <= moment]
    if past:
        end = min(past, key=lambda one: one.moment or _EARLIEST)
        return Standing(
            notice=notice, state=end.state, reason=end.reason, by=end.by, since=end.moment, changes=changes
        )  # fmt: skip
    active = tuple(
        area for area in notice.areas if moment is not None and any(window.holds(moment) for window in area.windows)
    )
    reason = _why_in_force(notice, ends, by_name)
    return Standing(
        notice=notice, state=State.IN_FORCE, reason=reason, since=notice.issued, active=active, changes=changes
    )


def _ended(row: Sequence[Notice], notice: Notice, enders: Sequence[int]) -> list[_End]:
    """Return what others do to a notice."""
    ends: list[_End] = []
    for place in enders:
        other = row[place]
        state = State.CANCELLED if _only_cancels(other) else State.REPLACED
        ends.append(
            _End(state=state, moment=other.issued, reason=f"{state} by {other.source_id}", by=other.source_id)
        )  # fmt: skip
    if notice.cancelled_by and normal_name(notice.cancelled_by) not in {normal_name(end.by) for end in ends}:
        reason = f"marked as cancelled by {notice.cancelled_by}"
        ends.append(_End(state=State.CANCELLED, moment=None, reason=reason, by=notice.cancelled_by))
    return ends


def _only_cancels(notice: Notice) -> bool:
    """Say whether a notice puts nothing in the place of what it ends."""
    if notice.kind is NoticeKind.NOTAM:
        head = {token.text for token in tokens(notice.text[:200])[:_HEADER_TOKENS]}
        if head & {"NOTAMC", "NOTAMR"}:
            return "NOTAMC" in head
    return not notice.areas


def _expiry(notice: Notice, moment: datetime | None) -> list[_End]:
    """Return when a notice ends by itself."""
    if moment is None:
        return []
    if notice.self_cancel is not None:
        reason = f"it cancels itself {iso(notice.self_cancel)}"
        return [_End(state=State.EXPIRED, moment=notice.self_cancel, reason=reason, by="")]
    if not notice.windows or any(flag.code in _ENDLESS for flag in notice.flags):
        return []
    last = max(window.closes for window in notice.windows)
    return [_End(state=State.EXPIRED, moment=last, reason=f"its last window closes {iso(last)}", by="")]


def _why_in_force(notice: Notice, ends: Sequence[_End], here: _Names) -> str:
    """Say what holds for a notice in force: what it ends, and what will end it."""
    told = [f"names {name}" + ("" if normal_name(name) in here else ", not among these") for name in notice.cancels]
    told += [end.reason for end in sorted(ends, key=lambda one: one.moment or _EARLIEST)]
    return "; ".join(told) or "nothing in it says when it ends"


# ------------------------------------------------------------------------------------------ what has changed


def _changes(row: Sequence[Notice], place: int, by_name: _Names) -> tuple[Change, ...]:
    """Return what a notice says otherwise than those it replaces."""
    notice = row[place]
    names = {normal_name(name) for name in notice.cancels}
    if not names or _only_cancels(notice):
        return ()
    places = [other for name in sorted(names) for other in by_name.get(name, ()) if other != place]
    olds = [row[other] for other in places if _same_office(notice, row[other])]
    return tuple(change for old in olds for change in changes(old, notice))


def changes(old: Notice, new: Notice) -> tuple[Change, ...]:
    """Return what the new version of a notice says otherwise than the old one."""
    found: list[Change] = []
    if set(old.windows) != set(new.windows):
        what = _what_moved(old.windows, new.windows)
        found.append(Change(what=what, old=told_windows(old.windows), new=told_windows(new.windows)))
    if {_drawn(area) for area in old.areas} != {_drawn(area) for area in new.areas}:
        found.append(Change(what="areas", old=_told_areas(old), new=_told_areas(new)))
    heights = (old.floor_m, old.ceiling_m), (new.floor_m, new.ceiling_m)
    if heights[0] != heights[1]:
        found.append(Change(what="limits of height", old=_told_heights(*heights[0]), new=_told_heights(*heights[1])))
    return tuple(found)


def _what_moved(old: Sequence[NoticeWindow], new: Sequence[NoticeWindow]) -> str:
    """Say whether only the dates or only the hours are others."""
    if not old or not new:
        return "windows"
    hours = [{(utc(one.opens).time(), one.closes - one.opens) for one in windows} for windows in (old, new)]
    dates = [{utc(one.opens).date() for one in windows} for windows in (old, new)]
    if hours[0] == hours[1]:
        return "dates"
    return "hours" if dates[0] == dates[1] else "windows"


def _drawn(area: Area) -> tuple[object, ...]:
    """Return what two drawings of one area have in common, whatever their first vertex and direction."""
    places = zip(area.lat_deg, area.lon_deg, strict=True)
    points = frozenset((round(lat * _STEPS_A_DEGREE), round(lon * _STEPS_A_DEGREE)) for lat, lon in places)
    return area.shape, None if area.radius_m is None else round(area.radius_m), points


def _told_areas(notice: Notice) -> str:
    return "; ".join(f"{area.label}: {told_shape(area)}" for area in notice.areas) or "none"


def _told_heights(floor_m: float | None, ceiling_m: float | None) -> str:
    return " to ".join("not said" if height is None else f"{height:,.0f} m" for height in (floor_m, ceiling_m))
