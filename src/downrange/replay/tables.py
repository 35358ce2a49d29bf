"""Tables as the report and the terminal both print them: a title, columns with their units, rows of text."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from downrange.base import KST, utc


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its name with the unit, whether it holds numbers (set flush right), and whether its words stay whole."""

    name: str
    number: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table for people; every cell is text already, with the digits that matter.

    note: one sentence under it, or ""
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def columns(*names: str) -> tuple[Column, ...]:
    """Return columns; a name that ends in ">" is a column of numbers, one that ends in "!" is never broken over lines.

    >>> [column.number for column in columns("body", "height [km] >")]
    [False, True]
    """
    return tuple(Column(name=name.rstrip(">! "), number=name.endswith(">"), whole=name.endswith("!")) for name in names)


def number(value: float | None, digits: int = 0, *, unknown: str = "unknown") -> str:
    """Write a number with so many decimals and thin spaces between thousands; NaN and None are unknown.

    >>> number(1468410.2), number(float("nan"))
    ('1 468 410', 'unknown')
    """
    if value is None or not math.isfinite(value):
        return unknown
    rounded = round(value, digits) + 0.0
    return f"{rounded:,.{digits}f}".replace(",", " ")


def signed(value: float, digits: int = 0) -> str:
    """Write a number with its sign, and no sign for what rounds to zero.

    >>> signed(-0.2), signed(12.34, 1), signed(-3.0)
    ('0', '+12.3', '-3')
    """
    if not math.isfinite(value):
        return "unknown"
    rounded = round(value, digits) + 0.0
    return f"{rounded:+.{digits}f}" if rounded != 0.0 else f"{0.0:.{digits}f}"


def clock(moment: datetime, *, seconds: bool = True) -> str:
    """Write a moment in UTC with Korean and Japanese time beside it.

    >>> from datetime import UTC
    >>> clock(datetime(2023, 8, 23, 18, 50, 7, tzinfo=UTC))
    '18:50:07 UTC (03:50:07 KST, JST)'
    """
    form = "%H:%M:%S" if seconds else "%H:%M"
    return f"{utc(moment):{form}} UTC ({moment.astimezone(KST):{form}} KST, JST)"


def both_clocks(moment: datetime, *, seconds: bool = True) -> str:
    """Write a moment for a column headed "UTC (KST, JST)".

    >>> from datetime import UTC
    >>> both_clocks(datetime(2023, 8, 23, 18, 50, 7, tzinfo=UTC))
    '18:50:07 (03:50:07)'
    """
    form = "%H:%M:%S" if seconds else "%H:%M"
    return f"{utc(moment):{form}} ({moment.astimezone(KST):{form}})"


def place(lat_deg: float, lon_deg: float, digits: int = 3) -> str:
    """Write a place in degrees with its hemispheres.

    >>> place(-12.5, 129.25, 2)
    '12.50° S 129.25° E'
    """
    if not (math.isfinite(lat_deg) and math.isfinite(lon_deg)):
        return "unknown"
    south, west = lat_deg < 0.0, lon_deg < 0.0
    return f"{abs(lat_deg):.{digits}f}° {'S' if south else 'N'} {abs(lon_deg):.{digits}f}° {'W' if west else 'E'}"
