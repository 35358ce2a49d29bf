"""One number as it leaves the room: value, low and high, unit, and the rule it was counted by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number with its spread and the rule it was counted by.

    value:     the number; None: UNKNOWN, never to be read as zero
    low, high: between what it may lie; None: UNKNOWN on that side, or not asked for
    unit:      its unit, "1" when it has none
    rule:      how it was counted and what low and high mean, for a person
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    unit: str
    rule: str
