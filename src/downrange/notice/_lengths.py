"""Lengths: numbers in digits, in words and in fractions, and the units that notices use. Miles at sea are nautical."""

from __future__ import annotations

from typing import Final

from downrange.base import units
from downrange.notice._tokens import Cursor, Lead, TokenKind

_ONES: Final = (
    "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE", "TEN", "ELEVEN", "TWELVE", "THIRTEEN",
    "FOURTEEN", "FIFTEEN", "SIXTEEN", "SEVENTEEN", "EIGHTEEN", "NINETEEN",
)  # fmt: skip
_TENS: Final = ("TWENTY", "THIRTY", "FORTY", "FIFTY", "SIXTY", "SEVENTY", "EIGHTY", "NINETY")
NUMBERS: Final[dict[str, int]] = dict(zip((*_ONES, *_TENS), (*range(1, 20), *range(20, 100, 10)), strict=True))
_GREAT: Final = {"HUNDRED": 100, "THOUSAND": 1000}
_PARTS: Final = {"HALF": 2, "THIRD": 3, "QUARTER": 4, "FOURTH": 4, "TENTH": 10, "TENTHS": 10}
_YARD_M: Final = 3.0 * units.FOOT
_STATUTE_MILE_M: Final = 5280.0 * units.FOOT  # the international mile of 5,280 feet
_CABLE_M: Final = units.NAUTICAL_MILE / 10.0  # a tenth of a nautical mile
_UNITS: Final = {
    **dict.fromkeys(("NM", "NMI", "NMS", "NMILE", "NMILES", "MILE", "MILES", "NAUT", "MN"), units.NAUTICAL_MILE),
    **dict.fromkeys(("M", "METER", "METERS", "METRE", "METRES", "MTR", "MTRS", "MTS"), 1.0),
    **dict.fromkeys(("KM", "KMS", "KILOMETER", "KILOMETERS", "KILOMETRE", "KILOMETRES"), units.KILOMETRE),
    **dict.fromkeys(("YD", "YDS", "YARD", "YARDS"), _YARD_M),
    **dict.fromkeys(("FT", "FEET", "FOOT"), units.FOOT),
    **dict.fromkeys(("CABLE", "CABLES"), _CABLE_M),
    "SM": _STATUTE_MILE_M,
}
_STARTS: Final = frozenset({*NUMBERS, *_PARTS, "A", "AN", "THE"})


def may_start(cur: Cursor) -> bool:
    """Say whether a length can stand here."""
    token = cur.peek()
    return token.kind is TokenKind.DIGITS or token.text in _STARTS or token.text == "."


def _spelled(cur: Cursor) -> float | None:
    """Take a number in words: NINE, TWENTY-FIVE, FIVE HUNDRED, ONE THOUSAND."""
    word = cur.word(*NUMBERS)
    if word is None:
        return None
    value = NUMBERS[word.text]
    cur.mark("-")
    more = cur.word(*_ONES[:9]) if value >= 20 else None
    value += NUMBERS[more.text] if more is not None else 0
    great = cur.word(*_GREAT)
    return float(value * (_GREAT[great.text] if great is not None else 1))


def _fraction(cur: Cursor) -> float | None:
    """Take HALF, ONE-HALF or ONE QUARTER, whose number stands before."""
    part = cur.word(*_PARTS)
    if part is None:
        return None
    cur.word("OF")
    cur.word("A", "AN")
    return 1.0 / _PARTS[part.text]


def number(cur: Cursor) -> float | None:
    """Take a number: 15, 0.5, .5, 1/2, 1 1/2, NINE, TWENTY-FIVE, FIVE HUNDRED, HALF, ONE AND A HALF."""
    part = _fraction(cur)
    if part is not None:
        return part
    spelled = _spelled(cur)
    if spelled is None:
        return _digits(cur)
    here = cur.at
    joined = cur.word("AND") is not None
    cur.word("A", "ONE")
    part = _fraction(cur)
    if part is None:
        cur.at = here
        return spelled
    return spelled + part if joined else spelled * part


def _digits(cur: Cursor) -> float | None:
    """Take a number in digits, with decimals or as a fraction."""
    if cur.peek().text == "." and cur.peek(1).kind is TokenKind.DIGITS:
        cur.take()
        return float("0." + cur.take().text)
    whole = cur.digits()
    if whole is None or len(whole.text) > 7:
        return None
    value = float(whole.text)
    mark, more = cur.peek().text, cur.peek(1)
    glued = cur.peek().lead is Lead.GLUED and more.lead is Lead.GLUED
    if glued and mark in {".", ","} and more.kind is TokenKind.DIGITS:
        cur.at += 2
        thousands = mark == "," and len(more.text) == 3
        return float(whole.text + more.text) if thousands else float(f"{whole.text}.{more.text}")
    if mark == "/" and more.kind is TokenKind.DIGITS and int(more.text) > 0:
        cur.at += 2
        return value / int(more.text)
    if cur.peek().kind is TokenKind.DIGITS and more.text == "/":
        here = cur.at
        part = _digits(cur)
        if part is not None and part < 1.0:
            return value + part
        cur.at = here
    return value


def length(cur: Cursor) -> float | None:
    """Take a length and return it in metres."""
    cur.word("A", "AN", "THE")
    value = number(cur)
    if value is None:
        return None
    cur.mark("-")
    cur.word("NAUTICAL", "NAUT", "SEA", "N")
    if cur.word("STATUTE"):
        return value * _STATUTE_MILE_M if cur.word("MILE", "MILES") else None
    unit = cur.word(*_UNITS)
    return None if unit is None else value * _UNITS[unit.text]
