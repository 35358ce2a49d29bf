"""Numbers as typed on the command line: ranges and lists."""

from __future__ import annotations

import math


def span_of(text: str, option: str) -> tuple[float, float]:
    """Return (lowest, highest) of a range as typed: LOW..HIGH, or one number for both.

    >>> span_of("10..45", "--reach-deg"), span_of("35", "--reach-deg")
    ((10.0, 45.0), (35.0, 35.0))
    """
    from downrange.base import InputError

    low, _, high = text.partition("..")
    try:
        ends = float(low), float(high or low)
    except ValueError:
        ends = (math.nan, math.nan)
    if not (math.isfinite(ends[0]) and ends[0] <= ends[1] < math.inf):
        raise InputError(where=option, seen=repr(text), cure="give one number, or a range as 10..45")
    return ends


def whole_span_of(text: str, option: str) -> tuple[int, int]:
    """Return (lowest, highest) of a range of whole numbers, 1 or more.

    >>> whole_span_of("1..6", "--satellites")
    (1, 6)
    """
    from downrange.base import InputError

    low, high = span_of(text, option)
    if low % 1.0 or high % 1.0 or not 1.0 <= low <= high <= 1e6:
        raise InputError(where=option, seen=repr(text), cure="give whole numbers, 1 or more, as 5 or 1..6")
    return int(low), int(high)


def counts_of(text: str, option: str) -> tuple[int, ...]:
    """Return whole numbers as typed: one, a range, or a list of these.

    >>> counts_of("1,3..5", "--satellites")
    (1, 3, 4, 5)
    """
    from downrange.base import InputError

    found: set[int] = set()
    for word in text.split(","):
        low, high = whole_span_of(word.strip(), option)
        if high > 1_000:
            raise InputError(where=option, seen=repr(text), cure="give fewer")
        found |= set(range(low, high + 1))
    return tuple(sorted(found))
