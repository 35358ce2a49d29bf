"""Fields B), C) and D) of a NOTAM: the windows that they give, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from downrange.notice._calendar import at, month, packed_moment
from downrange.notice._tokens import Cursor, Lead, TokenKind
from downrange.notice.model import Flag, FlagCode, NoticeWindow
from downrange.notice.schedule import schedule

_SEPARATORS: Final = "/-:.,"
_ESTIMATES: Final = ("EST", "ESTIMATED")
_ENDLESS: Final = ("PERM", "PERMANENT", "UFN")
_FILLER: Final = ("FROM", "FM", "TO", "UTC", "Z", "TIL", "TILL")
_AT_ONCE: Final = ("WIE", "NOW", "IMMEDIATE")
_SUN: Final = frozenset({"SR", "SS", "SUNRISE", "SUNSET", "HJ", "HN"})
_LONGEST: Final = 24
_LOOKALIKES: Final = str.maketrans("OIL", "011")

Place = tuple[float, float] | None


class _Read(NamedTuple):
    """What B) or C) holds: a moment, the word behind or instead of it, and whether letters stood for digits."""

    moment: datetime | None
    word: str
    damaged: bool


def field_windows(
    inside: Mapping[str, Cursor], place: Callable[[], Place], *, cancelling: bool = False
) -> tuple[tuple[NoticeWindow, ...], list[Flag]]:
    """Return the windows of B), C) and D), and what is wrong with them.

    place:      where the Sun rises and sets, asked for only where D) names it
    cancelling: the notice only cancels another one; it needs no C)
    """
    if "B" not in inside and "C" not in inside:
        return (), [Flag(code=FlagCode.WINDOW_OPEN, start=0, stop=0, message="this copy has neither B) nor C)")]
    start, stop = span(inside.get("B"), inside.get("C"))
    flags: list[Flag] = []

    def remark(code: FlagCode, message: str) -> None:
        flags.append(Flag(code=code, start=start, stop=stop, message=message))

    first, last = _both(inside.get("B"), inside.get("C"))
    if first.damaged or last.damaged:
        remark(FlagCode.TEXT_DAMAGED, "letters stand for digits in B) or C): read as digits")
    if first.moment is None or last.moment is None:
        which, word = ("B)", first.word) if first.moment is None else ("C)", last.word)
        said = f" ({word})" if word else ""
        left_open = word in _ENDLESS or word in _AT_ONCE or (cancelling and which == "C)")
        remark(FlagCode.WINDOW_OPEN if left_open else FlagCode.WINDOW_UNREAD, f"{which} holds no moment{said}")
        return (), flags
    if last.moment <= first.moment:
        remark(FlagCode.WINDOW_CONFLICT, "C) does not come after B)")
        return (), flags
    if last.word in _ESTIMATES:
        remark(FlagCode.WINDOW_OPEN, "the end is an estimate")
    envelope = NoticeWindow(opens=first.moment, closes=last.moment)
    if "D" not in inside or inside["D"].done():
        return (envelope,), flags
    return _scheduled(inside["D"], envelope, place, flags)


def _scheduled(
    cur: Cursor, envelope: NoticeWindow, place: Callable[[], Place], flags: list[Flag]
) -> tuple[tuple[NoticeWindow, ...], list[Flag]]:
    """Put D) into the envelope; where it cannot be read the envelope stays."""
    pieces = schedule(cur, envelope, place=place() if _names_sun(cur) else None)
    start, stop = span(cur)
    about_all = FlagCode.WINDOW_FROM_SUN
    flags += [replace(flag, start=start, stop=stop) if flag.code is about_all else flag for flag in pieces.flags]
    if pieces.problem:
        flags.append(Flag(code=FlagCode.WINDOW_UNREAD, start=start, stop=stop, message=pieces.problem))
        return (envelope,), flags
    return pieces.windows, flags


def _names_sun(cur: Cursor) -> bool:
    return any(cur.peek(ahead).text in _SUN for ahead in range(cur.stop - cur.at))


def span(*fields: Cursor | None) -> tuple[int, int]:
    """Return where fields stand in the text, their letters included."""
    present = [field for field in fields if field is not None]
    ends = [field.part(field.stop - 1, field.stop).peek().stop for field in present]
    return min(field.peek(field.begin - field.at - 2).start for field in present), max(ends)


def _both(first: Cursor | None, last: Cursor | None) -> tuple[_Read, _Read]:
    """Read B) and C); both may stand in B) with a dash between them."""
    begin, end = _field(first), _field(last)
    if end.moment is None and first is not None and end.word in {"", "missing"}:
        first.mark("-/")
        rest = _field(first)
        if rest.moment is not None:
            return begin, rest
    return begin, end


def _field(cur: Cursor | None) -> _Read:
    """Read the moment of B) or C); blanks, line breaks and marks may stand inside it."""
    if cur is None:
        return _Read(None, "missing", damaged=False)
    while cur.word(*_FILLER) or cur.mark(":"):
        pass
    here = cur.at
    moment = _spelt(cur)
    damaged = False
    if moment is None:
        cur.at = here
        digits, damaged = _digits(cur)
        moment = packed_moment(digits)
    while cur.word(*_FILLER) or cur.mark("(."):
        pass
    word = cur.word(*_ESTIMATES, *_ENDLESS, *_AT_ONCE)
    return _Read(moment, "" if word is None else word.text, damaged)


def _digits(cur: Cursor) -> tuple[str, bool]:
    """Take the digits of yymmddhhmm or yyyymmddhhmm; letters that look like digits may stand among them."""
    digits, damaged = "", False
    for _ in range(_LONGEST):
        token = cur.peek()
        plain = token.text.translate(_LOOKALIKES)
        alike = token.kind is TokenKind.LETTERS and plain.isdecimal() and (
            token.lead is Lead.GLUED or cur.peek(1).lead is Lead.GLUED
        )  # fmt: skip
        if token.kind is TokenKind.DIGITS or alike:
            if len(digits) + len(plain) > 12 or (len(digits) == 10 and not digits.startswith("20")):
                break
            if len(digits) == 10 and packed_moment(digits) is not None and len(plain) != 2:
                break
            digits += plain
            damaged = damaged or alike
        elif not (token.kind is TokenKind.MARK and token.text in _SEPARATORS and digits and len(digits) < 10):
            break
        cur.take()
    return digits, damaged


def _spelt(cur: Cursor) -> datetime | None:
    """Read a moment with the month in letters: `22 NOV 2023 00:00`, `2023 Nov 22 00:00`, `NOV 22 00:00 2023`."""
    named, minutes, day, year_ = None, None, None, None
    for _ in range(_LONGEST):
        token = cur.peek()
        if token.kind is TokenKind.LETTERS and named is None:
            named = month(cur)
            if named is None:
                break
        elif token.kind is TokenKind.DIGITS and len(token.text) <= 2 and cur.peek(1).text == ":":
            minutes = int(token.text) * 60 + int(cur.peek(2).text if cur.peek(2).text.isdecimal() else 99)
            cur.at += 3
        elif token.kind is TokenKind.DIGITS and len(token.text) == 4 and year_ is None and token.text.startswith("20"):
            year_ = int(cur.take().text)
        elif token.kind is TokenKind.DIGITS and len(token.text) == 4 and minutes is None:
            minutes = int(token.text[:2]) * 60 + int(cur.take().text[2:])
        elif token.kind is TokenKind.DIGITS and len(token.text) <= 2 and day is None:
            day = int(cur.take().text)
        elif not (token.kind is TokenKind.MARK and cur.mark(_SEPARATORS)):
            break
    if named is None or named.typo or day is None or year_ is None or minutes is None or minutes > 1440:
        return None
    return at(year_, named.number, day, minutes)
