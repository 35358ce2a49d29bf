"""Cancel lines of all spellings, and the names of warnings in them."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from downrange.notice._calendar import Day, at, month_name
from downrange.notice._elements import Element, Kind, elements
from downrange.notice._phrases import Cancel
from downrange.notice._tokens import Cursor, Lead, TokenKind
from downrange.notice.model import Flag, FlagCode

_SERIES: Final = ("NAVAREA", "HYDROPAC", "HYDROLANT", "HYDROARC")
COASTAL: Final = (
    ("COASTAL", "NAVIGATIONAL", "WARNING"), ("COASTAL", "NAV", "WARNING"), ("COASTAL", "WARNING"), ("COASTAL", "WARNINGS"),
    ("AUSCOAST", "WARNING"), ("AUSCOAST",), ("NAVTEX", "WARNING"), ("NAVTEX",), ("NAVWARN",), ("NAV", "WARNING"),
    ("NAVIGATIONAL", "WARNING"), ("LOCAL", "WARNING"), ("WZ",), ("NAVWNG",), ("NWS",),
)  # fmt: skip
_FIRST_OF_COASTAL: Final = frozenset(row[0] for row in COASTAL)
_NUMBER_WORDS: Final = (
    "WARNING", "WARNINGS", "NAVIGATIONAL", "NAV", "MESSAGE", "MSG", "NR", "NO", "NUMBER", "SERIAL", "N", "W", "WNG",
)  # fmt: skip
_REGIONS: Final = {
    name: number
    for number, row in enumerate(
        (
            ("I", "ONE"), ("II", "TWO"), ("III", "THREE"), ("IV", "FOUR"), ("V", "FIVE"), ("VI", "SIX"), ("VII", "SEVEN"),
            ("VIII", "EIGHT"), ("IX", "NINE"), ("X", "TEN"), ("XI", "ELEVEN"), ("XII", "TWELVE"), ("XIII", "THIRTEEN"),
            ("XIV", "FOURTEEN"), ("XV", "FIFTEEN"), ("XVI", "SIXTEEN"), ("XVII",), ("XVIII",), ("XIX",), ("XX",), ("XXI",),
        )
    )
    for name in (*row, str(number + 1))
}  # fmt: skip
_ROMAN: Final = (
    "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII", "XVIII", "XIX", "XX",
    "XXI",
)  # fmt: skip
_SELF: Final = ("MSG", "MESSAGE", "WARNING", "WARNINGS", "NOTICE", "NAVAREA", "NAVTEX", "HYDROPAC", "HYDROLANT")
_FILLER: Final = ("AT", "ON", "AFTER", "WARNING", "MSG", "MESSAGE", "NAVAREA", "TIME", "DATE", "FROM", "UPON", "IS")
_MOST_NAMES: Final = 60
_MOST_TITLE_WORDS: Final = 8


class Name(NamedTuple):
    """The name of a warning in one spelling, and the year in its number, None when it has no number."""

    text: str
    series: str
    year: int | None


def series_name(cur: Cursor) -> str | None:
    """Read `NAVAREA IV 1165/22`, `HYDROPAC 1234/23` or `NAVAREA XI 23-0456` and return it in one spelling."""
    found = warning_name(cur)
    return None if found is None else found.text


def warning_name(cur: Cursor) -> Name | None:
    """Read the name of a warning of any coordinator."""
    first = cur.at
    name = _series(cur)
    if name is None:
        return None
    for _ in range(_MOST_TITLE_WORDS):
        if not (
            cur.word(*_NUMBER_WORDS)
            or (cur.at > first + 1 and cur.mark(":.") and cur.peek(-2).kind is TokenKind.LETTERS)
        ):
            break
    number, year = warning_number(cur)
    if not number and not name.startswith(_SERIES):
        name, number, year = _stationed(cur, name)
    if not number:
        while cur.at > first + 1 and cur.peek(-1).kind is TokenKind.MARK:
            cur.at -= 1
    return Name(text=f"{name} {number}".strip(), series=name, year=year)


def _stationed(cur: Cursor, name: str) -> tuple[str, str, int | None]:
    """Read the name of a coast station before the number: COASTAL WARNING ARKHANGELSK 123/26."""
    here = cur.at
    for words in range(1, 4):
        if cur.peek().kind is not TokenKind.LETTERS or cur.peek().lead is Lead.BREAK:
            break
        cur.take()
        number, year = warning_number(cur)
        if number:
            station = " ".join(cur.peek(-3 - ahead).text for ahead in range(words, 0, -1))
            return f"{name} {station}", number, year
    cur.at = here
    return name, "", None


def _series(cur: Cursor) -> str | None:
    """Read the words of a name up to its number."""
    token = cur.peek()
    if token.kind is not TokenKind.LETTERS:
        return None
    if token.text in _SERIES:
        return _navarea(cur) if token.text == "NAVAREA" else cur.take().text
    if token.text in _FIRST_OF_COASTAL:
        for row in COASTAL:
            if cur.words(*row):
                return " ".join(row)
    return None


def _navarea(cur: Cursor) -> str | None:
    """Read NAVAREA with its region, in Roman or Arabic figures or words."""
    first = cur.at
    cur.take()
    cur.mark(":-")
    region = cur.peek()
    number = _REGIONS.get(region.text)
    if number is None or (
        region.kind is TokenKind.DIGITS and cur.peek(1).text in {"/", "-"} and cur.peek(1).lead is Lead.GLUED
    ):
        cur.at = first
        return None
    cur.take()
    return f"NAVAREA {_ROMAN[number]}"


def warning_number(cur: Cursor) -> tuple[str, int | None]:
    """Read `1165/22`, `23-0456` or `0123`, and return it with its year."""
    number, mark, other = cur.peek(), cur.peek(1), cur.peek(2)
    if number.kind is not TokenKind.DIGITS or len(number.text) > 5 or other.kind is not TokenKind.DIGITS:
        return "", None
    tight = mark.lead is not Lead.BREAK and other.lead is not Lead.BREAK and len(other.text) <= 4
    if mark.text == "/" and tight and len(other.text) in {2, 4}:
        cur.at += 3
        return f"{number.text}/{other.text}", _year(other.text)
    if mark.text == "-" and tight and len(number.text) == 2 and len(other.text) >= 3 and mark.lead is Lead.GLUED:
        cur.at += 3
        return f"{number.text}-{other.text}", _year(number.text)
    return "", None


def _year(digits: str) -> int | None:
    value = int(digits)
    if len(digits) == 4:
        return value if 1950 <= value < 2100 else None
    return value + (1900 if value >= 57 else 2000)


def _names(cur: Cursor) -> tuple[str, ...]:
    """Read the names in a cancel line; numbers alone belong to the series before them."""
    found: list[str] = []
    series = ""
    while len(found) < _MOST_NAMES:
        here = cur.at
        if found:
            cur.mark(",&;")
            cur.word("AND")
        name = warning_name(cur)
        if name is not None:
            series = name.series
            found.append(name.text)
        else:
            number, _ = warning_number(cur) if cur.peek().lead is not Lead.GLUED else ("", None)
            if not number:
                cur.at = here
                break
            found.append(f"{series} {number}".strip())
        _skip_subregions(cur)
    return tuple(found)


def _skip_subregions(cur: Cursor) -> None:
    """Take `(11,26)` behind a name."""
    here = cur.at
    if cur.mark("("):
        for _ in range(40):
            taken = cur.take()
            if taken.text == ")":
                return
            if taken.kind is TokenKind.LETTERS and taken.text not in {"GEN"}:
                break
    cur.at = here


# ------------------------------------------------------------------------------------------ the lines


def cancel(cur: Cursor) -> Cancel | None:
    """Read `CANCEL THIS MSG ddhhmmZ MMM yy`, `CANCEL NAVAREA IV 1165/22` or `CANCELLED BY ...`."""
    first, start = cur.at, cur.peek().start
    by = cur.take().text in {"CANCELLED", "CANCELED"}
    own = _own(cur)
    if by and not own:
        return _cancelled(cur, first, start)
    while cur.word(*_FILLER) and not own:
        cur.at -= 1
        if warning_name(cur) is not None:
            cur.at = first + 1
            break
        cur.at += 1
    moment = _moment(cur)
    if moment is not None and (own or moment.day is not None):
        return _made(cur, start, moment)
    cur.at = first + 1
    names = () if own else _names(cur)
    if not names:
        cur.at = first
        return None
    return Cancel(moment=None, names=names, by="", start=start, stop=cur.peek(-1).stop)


def _own(cur: Cursor) -> bool:
    """Read over THIS MSG AT; say whether it stood here."""
    if not cur.word("THIS"):
        return False
    cur.word(*_SELF)
    while cur.word(*_FILLER, *_SELF):
        pass
    return True


def _cancelled(cur: Cursor, first: int, start: int) -> Cancel | None:
    """Read CANCELLED BY NAVAREA XII 657/2019; CANCELLED 031200 UTC JAN 26."""
    if cur.word("BY"):
        name = series_name(cur)
        if name is not None:
            return Cancel(moment=None, names=(), by=name, start=start, stop=cur.peek(-1).stop)
    elif cur.peek(-2).text in {"IS", "BE", "AUTOMATICALLY"}:
        while cur.word(*_FILLER):
            pass
        moment = _moment(cur)
        if moment is not None:
            return _made(cur, start, moment)
    cur.at = first
    return None


def cancels(cur: Cursor) -> Cancel | None:
    """Read `THIS MESSAGE CANCELS NAVAREA XI 123/26` from its verb on, `REPLACES ...`."""
    first, start = cur.at, cur.peek().start
    itself = cur.peek(-1).text in {"SELF", "-"} and "SELF" in {cur.peek(-1).text, cur.peek(-2).text}
    cur.take()
    if itself:
        cur.at = first
        return None
    names = _names(cur)
    if not names:
        cur.at = first
        return None
    return Cancel(moment=None, names=names, by="", start=start, stop=cur.peek(-1).stop)


def cancels_itself(cur: Cursor) -> Cancel | None:
    """Read `SELF CANCELLING 031200Z JAN 26`, `SELF-CANCEL 031200 UTC JAN`."""
    first, start = cur.at, cur.peek().start
    cur.take()
    cur.mark("-")
    if cur.word("CANCEL", "CANCELS", "CANCELLING", "CANCELING", "CANCELLED", "CANCELLATION", "CANX"):
        while cur.word(*_FILLER) or cur.mark(":"):
            pass
        moment = _moment(cur)
        if moment is not None:
            return _made(cur, start, moment)
    cur.at = first
    return None


class _When:
    """A moment of a cancel line: complete, or a day without its year."""

    def __init__(self, day: Day, minutes: int, element: Element) -> None:
        self.day, self.minutes, self.element = day, minutes, element


def _moment(cur: Cursor) -> _When | None:
    """Read the moment of a cancel line, in any order of day and time."""
    row = [one for one in elements(cur)[:3] if one.kind in {Kind.CLOCK, Kind.DAYS}]
    if not row:
        return None
    first = row[0]
    clock = next((one for one in row[:2] if one.kind is Kind.CLOCK), None)
    day = clock.day if clock is not None else None
    last = first
    if day is None:
        days = next((one for one in row[:2] if one.kind is Kind.DAYS), None)
        if days is None:
            return None
        day = days.row[0].first
        last = max(days, clock or days, key=lambda one: one.after)
    zone = clock.zone.offset_min if clock is not None and clock.zone is not None else 0
    if zone is None:
        return None
    cur.at = last.after
    minutes = 1440 if clock is None else clock.minutes - zone
    return _When(day, minutes, clock or first)


def _made(cur: Cursor, start: int, when: _When) -> Cancel | None:
    """Return the cancel line of a moment."""
    day, notes = when.day, list[Flag]()
    named = day.month
    if named is not None and named.typo:
        message = f"{named.typo!r} is no month; read as {month_name(named.number)}"
        notes.append(Flag(code=FlagCode.TYPO_MONTH, start=named.start, stop=named.stop, message=message))
    if when.element.damaged:
        message = f"letters stand for digits in {when.element.damaged!r}"
        element = when.element
        notes.append(Flag(code=FlagCode.TEXT_DAMAGED, start=element.start, stop=element.stop, message=message))
    moment: datetime | None = None
    if named is not None and day.year is not None:
        moment = at(day.year, named.number, day.number, when.minutes)
        day_ = None
    else:
        day_ = day if named is not None else None
    return Cancel(
        moment=moment, names=(), by="", start=start, stop=cur.peek(-1).stop, day=day_, minutes=when.minutes,
        notes=tuple(notes),
    )  # fmt: skip
