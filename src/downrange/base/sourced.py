"""Values with a parent: number, unit, spread, source, and how much of it is guesswork."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from downrange.base.errors import InputError


class Kind(StrEnum):
    """How a number came to be."""

    MEASURED = "measured"
    PUBLISHED = "published"
    DERIVED = "derived"
    FITTED = "fitted"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """A number that leaves the program with all that it needs to be believed.

    value:  the number
    unit:   its unit, "1" when it has none
    sigma:  one standard deviation in the same unit; None when nobody stated one
    kind:   measured, published, derived, fitted or assumed
    source: where to look it up
    """

    value: float
    unit: str
    sigma: float | None = None
    kind: Kind
    source: str

    def __post_init__(self) -> None:
        """Refuse a number without a parent."""
        if not self.source.strip():
            raise InputError(
                where="value", key=self.unit, seen=f"{self.value:g} has no source", cure="name one, or say 'assumed'"
            )
