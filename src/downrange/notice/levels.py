"""Heights as fields F) and G) print them: SFC, FL180, 5000FT AMSL, 12000M AMSL, UNL."""

from __future__ import annotations

import math
from typing import Final

from downrange.base.units import FOOT
from downrange.notice._tokens import Cursor, Lead, TokenKind

_GROUND: Final = frozenset({"SFC", "GND", "SURFACE", "GROUND", "SEA", "MSL"})
_ENDLESS: Final = frozenset({"UNL", "UNLTD", "UNLIM", "UNLIMITED", "UNLIMITTED", "UNLIMIT"})
_UNITS: Final = {
    "FT": FOOT, "FEET": FOOT, "FOOT": FOOT, "M": 1.0, "METRES": 1.0, "METERS": 1.0, "MTR": 1.0, "KM": 1000.0,
}  # fmt: skip
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
