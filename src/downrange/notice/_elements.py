"""The elements of a time phrase: clocks, days, links, DAILY, days of the week, and what leaves the end open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import Final, NamedTuple

from downrange.notice._calendar import Day, Days, is_month, month, year
from downrange.notice._dates import LINKS, dated, days, is_day, is_iso
from downrange.notice._tokens import Cursor, Lead, Token, TokenKind
from downrange.notice._zones import Zone, is_elsewhere, zone

_SUN: Final = {"SUNRISE": "SUNRISE", "SUNSET": "SUNSET", "SR": "SUNRISE", "SS": "SUNSET", "DAWN": "", "DUSK": ""}
_DAILY: Final = ("DAILY", "DLY", "NIGHTLY", "EVERYDAY")
_WEEK: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_WEEKDAYS: Final = {name: number for number, name in enumerate(_WEEK)} | {
    name: number
    for number, row in enumerate(
        ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
    )
    for name in (row, row + "S")
} | {"TUES": 1, "THUR": 3, "THURS": 3}  # fmt: skip
_GROUPS: Final = {"WEEKDAYS": (0, 1, 2, 3, 4), "WEEKENDS": (5, 6), "WEEKEND": (5, 6), "WEEKDAY": (0, 1, 2, 3, 4)}
_FROM: Final = (
    "FROM", "FM", "COMMENCING", "COMMENCE", "COMMENCES", "EFFECTIVE", "STARTING", "STARTS", "BEGINNING", "BEGINS", "WEF", "EFF",
    "AFTER", "SINCE",
)  # fmt: skip
_UNIT_WORDS: Final = (
    "N S E W M FT FEET METERS METRES METER METRE NM MILES MILE KM AMSL AGL KHZ MHZ MB FATHOMS FATHOM TONS DWT GT HPA KT KTS KG "
    "YARDS YDS CABLES POSITIONS"
)
_UNITS: Final = frozenset(_UNIT_WORDS.split())
_NOT_TIME_WORDS: Final = (
    "TEL PHONE FAX PH FREQ FREQUENCY FL CHART CHARTS NR NO NUMBER VHF MMSI IMO TELEX CTC EMAIL DNC PAGE NP PUB INMARSAT"
)
_NOT_TIMES: Final = frozenset(_NOT_TIME_WORDS.split())
_FILLERS: Final = ("ON", "AT", "DURING", "THE", "ALSO", "BY", "APPROXIMATELY", "ABOUT")
_LONGEST: Final = 24


class Kind(Enum):
    """What an element is."""

    CLOCK = auto()
    SUN = auto()
    DAYS = auto()
    LINK = auto()
    UNTIL = auto()
    AND = auto()
    COMMA = auto()
    FROM = auto()
    BETWEEN = auto()
    DAILY = auto()
    WEEK = auto()
    OPEN = auto()
    LENGTH = auto()
    ZONE = auto()
    NEXT_DAY = auto()
    EXCEPT = auto()


_LOOSE: Final = (Kind.COMMA, Kind.AND, Kind.FROM, Kind.BETWEEN, Kind.LINK, Kind.UNTIL)
BRACKET: Final = "in brackets"
_ONCE: Final = (
    Kind.FROM, Kind.BETWEEN, Kind.LINK, Kind.UNTIL, Kind.AND, Kind.DAILY, Kind.EXCEPT, Kind.COMMA, Kind.WEEK,
)  # fmt: skip


class Element(NamedTuple):
    """One element, and where the cursor stands behind it.

    day:      of a clock: the day that belongs to it
    minutes:  of a clock after midnight; of a length; of the Sun: minutes after its rising or setting
    name:     of the Sun: SUNRISE or SUNSET; of an open end: its words
    row:      of days
    week:     of days of the week: 0 for Monday
    damaged:  of a clock: what was printed, when letters stand in it
    """

    kind: Kind
    start: int
    stop: int
    after: int
    day: Day | None = None
    minutes: int = 0
    name: str = ""
    row: tuple[Days, ...] = ()
    week: tuple[int, ...] = ()
    zone: Zone | None = None
    damaged: str = ""


def elements(cur: Cursor) -> list[Element]:
    """Read elements as far as they go, at most two dozen; the cursor does not move."""
    first = cur.at
    row: list[Element] = []
    while len(row) < _LONGEST:
        found = _element(cur, row)
        if found is None or (row and found.kind in _ONCE and found.kind is row[-1].kind):
            break
        row.append(found)
    cur.at = first
    while row and row[-1].kind in _LOOSE and row[-1].name != BRACKET:
        row.pop()
    return row


def _element(cur: Cursor, row: list[Element]) -> Element | None:
    """Read the next element."""
    if row and row[-1].kind is not Kind.COMMA:
        _fillers(cur)
    token = cur.peek()
    if token.kind is TokenKind.DIGITS:
        return (is_iso(cur) and _days(cur, row)) or clock_element(cur, row) or _days(cur, row)
    if token.kind is TokenKind.LETTERS:
        return _word(cur, row)
    if token.kind is TokenKind.MARK:
        return _mark(cur, row)
    return None


def _fillers(cur: Cursor) -> None:
    """Read over ON, AT, THE and their like, and over brackets around UTC times."""
    while cur.word(*_FILLERS):
        pass


def _made(cur: Cursor, kind: Kind, token: Token, **values: object) -> Element:
    """Return an element from a token to where the cursor stands."""
    return Element(kind=kind, start=token.start, stop=cur.peek(-1).stop, after=cur.at, **values)  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------ clocks


def clock_element(cur: Cursor, row: list[Element] | None = None) -> Element | None:
    """Read hhmm, ddhhmm, hh:mm, with its zone, and the month and year behind a ddhhmm."""
    first, token = cur.at, cur.peek()
    if cur.peek(-1).text in _NOT_TIMES:
        return None
    read = _packed(cur) or _colon(cur) or _damaged(cur)
    if read is None:
        cur.at = first
        return None
    digits, damaged = read
    hours, minutes = int(digits[-4:-2]), int(digits[-2:])
    number = int(digits[:2]) if len(digits) == 6 else None
    if hours * 60 + minutes > 1440 or minutes > 59 or (number is not None and not 1 <= number <= 31):
        cur.at = first
        return None
    cur.word("HRS", "HOURS", "HR", "H")
    named = zone(cur)
    cur.word("HRS", "HOURS", "HR")
    after = cur.peek()
    if named is None and (
        after.text in _UNITS or (after.lead is Lead.GLUED and after.text in {".", "°", "º", "˚", "'", "/"})
    ):
        cur.at = first
        return None
    if number is None and named is not None and row and row[-1].kind is Kind.DAYS:
        number = _bare_day(row[-1])
    day = None if number is None else _day_of(cur, number)
    return _made(
        cur, Kind.CLOCK, token, day=day, minutes=hours * 60 + minutes, zone=named or zone(cur), damaged=damaged
    )


def _packed(cur: Cursor) -> tuple[str, str] | None:
    """Take four or six digits."""
    token = cur.peek()
    if token.kind is TokenKind.DIGITS and len(token.text) in {4, 6}:
        return cur.take().text, ""
    return None


def _colon(cur: Cursor) -> tuple[str, str] | None:
    """Take `6:43`, `06:43`, `6:43 a.m.`."""
    hours, colon, minutes = cur.peek(), cur.peek(1), cur.peek(2)
    if hours.kind is not TokenKind.DIGITS or len(hours.text) > 2 or colon.text != ":" or colon.lead is not Lead.GLUED:
        return None
    if minutes.kind is not TokenKind.DIGITS or len(minutes.text) != 2 or minutes.lead is not Lead.GLUED:
        return None
    cur.at += 3
    hour = int(hours.text)
    half = (
        cur.word("AM", "PM")
        or (cur.words("A", ".", "M", ".") and cur.peek(-4))
        or (cur.words("P", ".", "M", ".") and cur.peek(-4))
    )
    if half is not None:
        hour = hour % 12 + (12 if half.text[0] == "P" else 0)
    return f"{hour:02d}{minutes.text}", ""


def _damaged(cur: Cursor) -> tuple[str, str] | None:
    """Take a time group in which letters stand for digits, `15O6OOZ`; a Z or UTC must stand behind it."""
    text, ahead = "", 0
    while ahead < 6 and len(text) < 9:
        token = cur.peek(ahead)
        if token.kind not in {TokenKind.DIGITS, TokenKind.LETTERS} or (ahead and token.lead is not Lead.GLUED):
            break
        text += token.text
        ahead += 1
    for tail in ("Z", "UTC"):
        if text.endswith(tail) and len(text) - len(tail) in {4, 6}:
            text, plain = text[: -len(tail)], True
            break
    else:
        plain = False
    if not plain and (len(text) not in {4, 6} or cur.peek(ahead).text not in {"Z", "UTC"}):
        return None
    digits = text.translate(_ALIKE)
    if not digits.isdecimal() or text.isalpha() or digits == text:
        return None
    cur.at += ahead
    return digits, text


_ALIKE: Final = str.maketrans("OQIL", "0011")


def _bare_day(element: Element) -> int | None:
    """Return the day of `20 1400Z MAR`, whose month stands behind the clock."""
    day = element.row[0].last
    return day.number if len(element.row) == 1 and element.row[0].first == day and day.month is None else None


def _day_of(cur: Cursor, number: int) -> Day:
    """Take the month and the year behind ddhhmm."""
    named = month(cur) if cur.peek().text not in LINKS else None
    if named is None and cur.peek().text == "," and is_month(cur.peek(1).text):
        cur.take()
        named = month(cur)
    return Day(number=number, month=named, year=_year(cur) if named is not None else None)


def _year(cur: Cursor) -> int | None:
    token, after = cur.peek(), cur.peek(1)
    day_or_time = (
        after.text in {"-", *LINKS, ","}
        and cur.peek(2).kind is TokenKind.DIGITS
        and is_day(token)
        and len(cur.peek(2).text) < 4
    )
    if len(token.text) == 2 and (
        day_or_time or is_month(after.text) or (after.kind is TokenKind.DIGITS and len(after.text) < 3)
    ):
        return None
    return year(cur, 2, 4)


# ------------------------------------------------------------------------------------------ days and words


def _days(cur: Cursor, row: list[Element]) -> Element | None:
    """Read days; without a month only where the words before them promise days."""
    token = cur.peek()
    promised = bool(row) and row[-1].kind in {Kind.DAILY, Kind.FROM, Kind.WEEK, Kind.EXCEPT}
    timed = bool(row) and row[-1].kind in {Kind.CLOCK, Kind.SUN} and cur.peek(-1).text in {"ON", "DAILY"}
    found = days(cur, bare=promised or timed or before_clock(cur))
    return _made(cur, Kind.DAYS, token, row=found) if found else None


def before_clock(cur: Cursor) -> bool:
    """Say whether days stand right before a time, as in `15 1200Z`, `26 1000-1200` and `25-28 1000-1200`."""
    ahead = 0
    while ahead < _LONGEST and is_day(cur.peek(ahead)):
        ahead += 1
        if cur.peek(ahead).text in {"-", ",", "AND"} and is_day(cur.peek(ahead + 1)):
            ahead += 1
    token, after, twin = cur.peek(ahead), cur.peek(ahead + 1), cur.peek(ahead + 2)
    if not ahead or token.kind is not TokenKind.DIGITS or len(token.text) != 4:
        return False
    paired = after.text in {"-", "TO"} and twin.kind is TokenKind.DIGITS and len(twin.text) == 4
    return after.text in {"Z", "UTC"} or (paired and int(token.text) <= 2400 and int(twin.text) <= 2400)


def _word(cur: Cursor, row: list[Element]) -> Element | None:
    """Read an element that is a word."""
    token = cur.peek()
    kind = _SIMPLE.get(token.text)
    if kind is not None:
        if token.text in {"THRU", "THROUGH"} and (not row or row[-1].kind is Kind.DAILY):
            kind = Kind.UNTIL
        cur.take()
        return _made(cur, kind, token)
    reader = _BY_WORD.get(token.text)
    if reader is not None:
        return reader(cur, row)
    if dated(cur):
        return _days(cur, row)
    return clock_element(cur, row) if token.text[0] in "OIL" and len(token.text) < 3 else _zone(cur, row)


def _noon(cur: Cursor, _: list[Element]) -> Element:
    """Read NOON or MIDNIGHT."""
    token = cur.take()
    return _made(cur, Kind.CLOCK, token, minutes=720 if token.text == "NOON" else 0, zone=zone(cur))


_SIMPLE: Final = (
    dict.fromkeys(("TO", "THRU", "THROUGH"), Kind.LINK)
    | dict.fromkeys(_DAILY, Kind.DAILY)
    | dict.fromkeys(_FROM, Kind.FROM)
    | dict.fromkeys(("BETWEEN", "BTN", "BTW", "BTWN"), Kind.BETWEEN)
    | dict.fromkeys(("EXC", "EXCEPT", "EXCLUDING"), Kind.EXCEPT)
    | {"AND": Kind.AND}
)


def _zone(cur: Cursor, row: list[Element]) -> Element | None:
    """Read a zone that stands apart from its clock."""
    token = cur.peek()
    found = zone(cur) if row else None
    return None if found is None else _made(cur, Kind.ZONE, token, zone=found)


def _sun(cur: Cursor, row: list[Element]) -> Element | None:
    """Read SUNRISE or SUNSET with its shift in minutes; SR and SS only beside a link."""
    token = cur.take()
    if not _SUN[token.text]:
        return _made(cur, Kind.OPEN, token, name=token.text.lower())
    minutes = 0
    here = cur.at
    sign = cur.word("PLUS", "MINUS") or cur.mark("+-")
    digits = cur.digits(1, 2, 3) if sign is not None else None
    if sign is not None and digits is not None:
        minutes = int(digits.text) * (-1 if sign.text in {"MINUS", "-"} else 1)
        cur.word("MIN", "MINS", "MINUTES")
    else:
        cur.at = here
    if len(token.text) == 2 and not (row or cur.peek().text in {"-", "TO", "/"}):
        return None
    return _made(cur, Kind.SUN, token, name=_SUN[token.text], minutes=minutes)


def _week(cur: Cursor, _: list[Element]) -> Element:
    """Read days of the week; a name before a date only decorates it."""
    token = cur.peek()
    found = week_days(cur)
    return _made(cur, Kind.WEEK, token, week=found)


def week_days(cur: Cursor) -> tuple[int, ...]:
    """Read days of the week, 0 for Monday: a list, or a range such as MON-FRI."""
    found: list[int] = []
    while len(found) < _LONGEST and (cur.peek().text in _WEEKDAYS or cur.peek().text in _GROUPS):
        name = cur.take().text
        first = _WEEKDAYS.get(name)
        found.extend(_GROUPS.get(name, ()) if first is None else (first,))
        here = cur.at
        linked = first is not None and (cur.word("THRU", "THROUGH", "TO") or cur.mark("-"))
        last = _WEEKDAYS.get(cur.peek().text) if linked else None
        if first is not None and last is not None:
            cur.take()
            found.extend((first + step) % 7 for step in range(1, (last - first) % 7 + 1))
            here = cur.at
        cur.at = here
        cur.mark(",/&")
        cur.word("AND")
        if cur.peek().text not in _WEEKDAYS and cur.peek().text not in _GROUPS:
            cur.at = here
            break
    return tuple(sorted(set(found)))


def _until(cur: Cursor, _: list[Element]) -> Element | None:
    """Read UNTIL, UNTIL FURTHER NOTICE, UFN, FOR 5 DAYS."""
    token = cur.peek()
    if token.text == "UFN" or cur.words("UNTIL", "FURTHER") or cur.words("UNTIL", "UFN"):
        cur.word("UFN", "NOTICE", "NOTIFICATION", "ADVICE")
        return _made(cur, Kind.OPEN, token, name="until further notice")
    if token.text == "FOR":
        return _length(cur)
    if token.text == "UP" and not cur.words("UP", "TO"):
        return None
    if token.text != "UP":
        cur.take()
    if cur.word("COMPLETION", "COMPLETED", "CANCELLED", "CANCELED"):
        return _made(cur, Kind.OPEN, token, name="until completion")
    return _made(cur, Kind.UNTIL, token)


def _length(cur: Cursor) -> Element | None:
    """Read FOR 5 DAYS."""
    first, token = cur.at, cur.take()
    cur.word("APPROXIMATELY", "ABOUT", "UP")
    number = cur.digits(1, 2, 3)
    unit = cur.word("DAY", "DAYS", "HOUR", "HOURS", "HRS", "MINUTES", "WEEKS", "WEEK") if number is not None else None
    if number is None or unit is None:
        cur.at = first
        return None
    length = {"D": 1440, "H": 60, "M": 1, "W": 10080}[unit.text[0]]
    return _made(cur, Kind.LENGTH, token, minutes=int(number.text) * length)


def _every(cur: Cursor, row: list[Element]) -> Element | None:
    """Read EVERY DAY, EACH DAY, EVERY WEDNESDAY."""
    first, token = cur.at, cur.take()
    if cur.word("DAY", "NIGHT"):
        return _made(cur, Kind.DAILY, token)
    if cur.peek().text in _WEEKDAYS or cur.peek().text in _GROUPS:
        return _week(cur, row)
    cur.at = first
    return None


def _mark(cur: Cursor, row: list[Element]) -> Element | None:
    """Read a comma, a dash, or a remark in brackets."""
    token = cur.peek()
    if token.text in {"-", "–", "—", "/"} and row:
        cur.take()
        return _made(cur, Kind.LINK, token)
    if token.text in {",", ";", ":"} and row:
        cur.take()
        return _made(cur, Kind.COMMA, token)
    return _bracket(cur) if token.text in {"(", "["} and row else None


def _bracket(cur: Cursor) -> Element | None:
    """Read (NEXT DAY), (JST), and read over other short remarks such as the same time in another zone."""
    first, token = cur.at, cur.peek()
    found = zone(cur)
    if found is not None:
        return _made(cur, Kind.ZONE, token, zone=found)
    cur.take()
    kind = Kind.NEXT_DAY if cur.words("NEXT", "DAY") or cur.words("FOLLOWING", "DAY") else None
    kind = Kind.DAILY if kind is None and cur.word(*_DAILY) else kind
    elsewhere, plain = kind is not None, True
    for _ in range(_LONGEST):
        taken = cur.take()
        if taken.text in {")", "]"} and (elsewhere or plain):
            return _made(cur, kind or Kind.COMMA, token, name="" if kind else BRACKET)
        if taken.kind is TokenKind.END or taken.text in {"(", ")", "]"}:
            break
        elsewhere = elsewhere or is_elsewhere(taken.text)
        plain = plain and taken.kind is TokenKind.LETTERS and taken.text not in _NOT_PLAIN
    cur.at = first
    return None


_NOT_PLAIN: Final = frozenset(
    {*_SUN, *_DAILY, "UNTIL", "UFN", "ALTERNATE", "NOON", "TBD", "TBC", "DETERMINED", "CANCELLED"}
)
_BY_WORD: Final[Mapping[str, Callable[[Cursor, list[Element]], Element | None]]] = (
    dict.fromkeys(_SUN, _sun)
    | dict.fromkeys((*_WEEKDAYS, *_GROUPS), _week)
    | dict.fromkeys(("UNTIL", "TILL", "TIL", "UP", "UFN", "FOR"), _until)
    | dict.fromkeys(("EVERY", "EACH"), _every)
    | dict.fromkeys(("NOON", "MIDNIGHT"), _noon)
)
