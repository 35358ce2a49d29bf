"""When an ensemble has flown enough: a number, its confidence interval, and the rule to stop."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from downrange.base import InputError
from downrange.fall.moments import tally_footprint
from downrange.fall.people import Population
from downrange.fall.risk import casualties
from downrange.fall.tally import Tally
from downrange.fall.weights import Ensemble

Z_95 = 1.959963984540054
_LOOK = 1.05  # flights between two looks grow by this, so that a million flights are looked at some 140 times
_FEWEST = 5_000  # no rule stops before: an interval from few flights is itself uncertain


class Wanted(StrEnum):
    """The number that a rule waits for."""

    CASUALTIES = "casualties"
    FOOTPRINT = "footprint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Stop when half of the 95 % interval is no more than `target` of the value; None: never."""

    wanted: Wanted
    target: float | None

    @classmethod
    def parse(cls, text: str) -> Rule:
        """Read a rule as typed.

        >>> Rule.parse("footprint:2%").target
        0.02
        """
        name, _, share = text.partition(":")
        try:
            target = float(share.removesuffix("%")) / (100.0 if share.endswith("%") else 1.0)
            rule = cls(wanted=Wanted(name), target=target)
        except ValueError:
            cure = "write casualties:5% or footprint:2%, half the 95 % interval as a share of the value"
            raise InputError(where="--until", seen=f"{text!r}", cure=cure) from None
        if not 0.0 < target < 1.0:
            raise InputError(where="--until", seen=f"{text!r}", cure="give a share above 0 and below 100 %")
        return rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The number after so many flights, with its 95 % interval."""

    flights: int
    value: float
    low: float
    high: float

    @property
    def relative(self) -> float:
        """Half of the interval as a share of the value; inf where it says nothing."""
        half = 0.5 * (self.high - self.low)
        return half / self.value if self.value > 0.0 and math.isfinite(half) else math.inf


def is_look(flights: int, block: int) -> bool:
    """Return whether the tally is looked at after so many flights; the last block before does not matter.

    >>> [n for n in range(1000, 9000, 1000) if is_look(n, 1000)]
    [1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000]
    """

    def count(n: int) -> int:
        return math.floor(math.log(max(n, 1)) / math.log(_LOOK))

    return count(flights) != count(flights - block)


def look(rule: Rule, tally: Tally, ensemble: Ensemble, population: Population | None) -> Look:
    """Return the number that a rule waits for.

    casualties: expected casualties of the launch. footprint: area of the largest 1-sigma ellipse [m^2] of the bodies let
    go as planned, whose interval follows from the count alone (each variance is known to a part sqrt(2 / n)).
    """
    flights = int(tally.flights.sum())
    if rule.wanted is Wanted.CASUALTIES:
        if population is None:
            cure = "say where people are with --people, or wait for footprint"
            raise InputError(where="--until", seen="casualties, and nobody said where people are", cure=cure)
        if any(mode.p > 0.0 and not count for mode, count in zip(ensemble.modes, tally.flights, strict=True)):
            return Look(flights=flights, value=0.0, low=0.0, high=math.inf)  # a rare way to fail is still to come
        hurt = casualties(tally, ensemble, population)
        return Look(flights=flights, value=hurt.ec, low=hurt.low, high=hurt.high)
    return _footprint(tally, ensemble, flights)


def _footprint(tally: Tally, ensemble: Ensemble, flights: int) -> Look:
    """Return the area of the largest planned footprint."""
    best = Look(flights=flights, value=0.0, low=0.0, high=math.inf)
    for m, mode in enumerate(ensemble.modes):
        for b, body in enumerate(tally.bodies):
            landed = int(tally.landed[m, b])
            if not mode.planned or landed < 3 or landed < 0.5 * tally.flights[m]:
                continue
            foot = tally_footprint(tally, body, mode=mode.name)
            area = math.pi * foot.sigma_major_m * foot.sigma_minor_m
            half = area * Z_95 / math.sqrt(landed - 1)
            if area > best.value:
                best = Look(flights=flights, value=area, low=area - half, high=area + half)
    return best


def verdict(rule: Rule, seen: Look) -> str | None:
    """Return why to stop, in words, or None."""
    if rule.target is None or seen.flights < _FEWEST or seen.relative > rule.target:
        return None
    return f"{rule.wanted} known to ±{seen.relative:.2%} (95 %), wanted ±{rule.target:.2%}"
