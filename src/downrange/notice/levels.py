"""Heights as fields F) and G) print them, or a text: SFC, FL180, 5000FT AMSL, 12000M AMSL, UNL; SFC-UNL."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from downrange.base.units import FOOT
from downrange.notice._tokens import Cursor, Lead, Token, TokenKind
from downrange.notice.model import Notice, NoticeKind

_GROUND: Final = frozenset({"SFC", "GND", "SURFACE", "GROUND", "SEA", "MSL"})
_ENDLESS: Final = frozenset({"UNL", "UNLTD", "UNLIM", "UNLIMITED", "UNLIMITTED", "UNLIMIT"})
_UNITS: Final = {
    "FT": FOOT, "FEET": FOOT, "FOOT": FOOT, "M": 1.0, "METRES": 1.0, "METERS": 1.0, "MTR": 1.0, "KM": 1000.0,
}  # fmt: skip
_FROM: Final = frozenset({"SFC", "GND", "SURFACE", "GROUND"})
_UP_TO: Final = frozenset({"-", "TO", "/", "UP"})
_TO_SHIPS: Final = frozenset({NoticeKind.NAVAREA, NoticeKind.HYDROPAC, NoticeKind.HYDROLANT, NoticeKind.HYDROARC})
_FLIGHT_LEVEL: Final = 100.0 * FOOT
_MOST_DIGITS: Final = 6


def height_m(cur: Cursor) -> float | None:
    """Read a height: 0 for the surface, infinite for UNL, None for what is no height.

    A flight level is taken as so many hundred feet, and a height over the ground as one over the sea.

    >>> from downrange.notice._tokens import tokens
    >>> [height_m(Cursor(tokens(text))) for text in ("SFC", "FL100", "6000M AMSL", "UNL", "SEE TEXT")]
    [0.0, 3048.0, 6000.0, inf, None]
    """
    token = cur.peek()
    if token.text in _GROUND:
        return 0.0
    if token.text in _ENDLESS:
        return math.inf
    if token.text == "FL":
        number = cur.peek(1)
        return float(number.text) * _FLIGHT_LEVEL if _is_number(number.text) else None
    if token.kind is TokenKind.DIGITS:
        return _with_unit(cur)
    return None


def with_limits(row: Sequence[Token], notice: Notice) -> Notice:
    """Return the notice with the limits its text prints, where it is no warning to ships and no field has them."""
    if notice.kind in _TO_SHIPS or notice.floor_m is not None or notice.ceiling_m is not None:
        return notice
    limits = limits_m(row)
    return notice if limits is None else replace(notice, floor_m=limits[0], ceiling_m=limits[1])


def limits_m(row: Sequence[Token]) -> tuple[float, float] | None:
    """Find lower and upper limit in a text without fields: the first `SFC-UNL`, `SFC-FL180` or `Surface to 18000 feet`.

    >>> from downrange.notice._tokens import tokens
    >>> limits_m(tokens("TO POINT OF ORIGIN SFC-FL100 EFFECTIVE 2604071500 UTC"))
    (0.0, 3048.0)
    """
    for place, token in enumerate(row):
        if token.text in _FROM and place + 2 < len(row) and row[place + 1].text in _UP_TO:
            upper = height_m(Cursor(row, place + 2, len(row)))
            if upper:
                return 0.0, upper
    return None


def _with_unit(cur: Cursor) -> float | None:
    """Read `5000FT`, `5,000 FT` or `12000M`; a number without a unit is no height."""
    first, digits = cur.at, cur.take().text
    while cur.peek().text == "," and cur.peek(1).kind is TokenKind.DIGITS and cur.peek(1).lead is Lead.GLUED:
        cur.at += 1
        digits += cur.take().text
    unit = _UNITS.get(cur.peek().text)
    cur.at = first
    return None if unit is None or not _is_number(digits) else float(digits) * unit


def _is_number(text: str) -> bool:
    """Say whether these are digits, and few enough for a height."""
    return text.isdigit() and text.isascii() and len(text) <= _MOST_DIGITS
