"""International designators: which number a launch of a given moment can have had.

Numbers are given in the order of launches, so launches of the same year whose number and time are known bound that of
another. Between two of them the others are taken to be spread evenly.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources

import msgspec

from downrange.base import InputError, iso, read_toml, since, units, utc

_YEAR_ZERO = 57  # two-digit years from here are of the last century, as in element sets
_PRINTED = re.compile(r"^(?:(\d{4})-|(\d{2}))(\d{3})([A-Z]{0,3})$")
_RATE_PDAY = (
    0.57  # assumed for every year: some 210 orbital launches in 2023 (nasaspaceflight.com/tag/roscosmos/page/2)
)
_RATE_DOUBT = 0.2  # assumed: how far off that rate may be, as a fraction of it
_TAILS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class LaunchNumber:
    """The number of a launch in its year, as 2023-179; objects of one launch share it."""

    year: int
    number: int

    def __str__(self) -> str:
        """Write it as catalogues do."""
        return f"{self.year}-{self.number:03d}"


def launch_number(designator: str) -> LaunchNumber | None:
    """Return the launch of a designator as element sets or messages print it; None where it is none.

    >>> str(launch_number("23179A")), str(launch_number("1998-067A")), launch_number("")
    ('2023-179', '1998-067', None)
    """
    found = _PRINTED.match(designator.strip().upper())
    if found is None:
        return None
    long, short, number, _ = found.groups()
    year = int(long) if long else int(short) + (1900 if int(short) >= _YEAR_ZERO else 2000)
    return LaunchNumber(year=year, number=int(number))


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A launch whose number and moment are known, with the source of both."""

    launch: LaunchNumber
    at: datetime
    what: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Which numbers a launch can have, each with its probability; they add up to 1.

    year:    of all of them
    first:   the number that the first probability is of
    p:       probability of first, first + 1 and so on; () where none is left between two known launches
    source:  between which known launches it lies, or what was assumed
    bounded: known launches bound it on both sides; nothing else is possible
    """

    year: int
    first: int
    p: tuple[float, ...]
    source: str
    bounded: bool = False

    def p_of(self, launch: LaunchNumber) -> float:
        """Return the probability of one number; 0 outside."""
        k = launch.number - self.first
        return self.p[k] if launch.year == self.year and 0 <= k < len(self.p) else 0.0

    def __str__(self) -> str:
        """Write the numbers from the first to the last."""
        if not self.p:
            return "none"
        last = LaunchNumber(year=self.year, number=self.first + len(self.p) - 1)
        first = LaunchNumber(year=self.year, number=self.first)
        return str(first) if len(self.p) == 1 else f"{first} to {last}"


class _Launch(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    number: str
    at: datetime
    what: str
    source: str


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    launch: tuple[_Launch, ...]


def load_anchors() -> tuple[Anchor, ...]:
    """Return the known launches that come with the program, in their order.

    >>> str(load_anchors()[0].launch)
    '2023-071'
    """
    name = "designators.toml"
    text = (resources.files("downrange.orbit") / "data" / name).read_text(encoding="utf-8")
    rows = read_toml(name, text, _File, missing="write number, at, what and source").launch
    found = []
    for row in rows:
        launch = launch_number(row.number)
        if launch is None:
            raise InputError(where=name, key="number", seen=repr(row.number), cure="write it as 2023-179")
        found.append(Anchor(launch=launch, at=utc(row.at, where=name), what=row.what, source=row.source))
    return tuple(sorted(found, key=lambda anchor: anchor.at))


def known_number(designator: str, source: str, *, possible: Numbers | None = None) -> Numbers:
    """Return the numbers of a launch whose number is told: that one; the letters of a piece are left out.

    possible: what `numbers_at` says of its moment; a number that it rules out is refused
    """
    found = launch_number(designator)
    if found is None:
        raise InputError(where="designator", seen=repr(designator), cure="write it as 2023-179")
    if possible is not None and not _can_be(found, possible):
        seen = f"{found} for a launch that can have {possible} ({possible.source})"
        raise InputError(where="designator", seen=seen, cure="check the number, or leave it out")
    return Numbers(year=found.year, first=found.number, p=(1.0,), source=source, bounded=True)


def _can_be(found: LaunchNumber, possible: Numbers) -> bool:
    """Say whether a launch can have a number; where only a rate was assumed, half to twice as many may have flown."""
    last = possible.first + len(possible.p) - 1
    slack = (0, 0) if possible.bounded else (possible.first // 2 + 20, last + 20)
    return found.year == possible.year and possible.first - slack[0] <= found.number <= last + slack[1]


def numbers_at(moment: datetime, anchors: Sequence[Anchor] | None = None) -> Numbers:
    """Return which numbers a launch at a moment can have, from the nearest known launches of its year.

    anchors: those that come with the program where not given

    >>> found = numbers_at(datetime(2023, 11, 21, 13, 42, 28, tzinfo=UTC))
    >>> print(found, f"{found.p_of(launch_number('23179A')):.2f}")
    2023-175 to 2023-179 0.58
    """
    at = utc(moment, where="launch")
    same = [anchor for anchor in (load_anchors() if anchors is None else anchors) if anchor.launch.year == at.year]
    before = max((anchor for anchor in same if anchor.at <= at), key=lambda anchor: anchor.at, default=None)
    after = min((anchor for anchor in same if anchor.at > at), key=lambda anchor: anchor.at, default=None)
    begins = datetime(at.year, 1, 1, tzinfo=UTC) if before is None else before.at
    low = 0 if before is None else before.launch.number
    spent = since(begins, at)
    left = f"after {before.launch} ({before.what}, {iso(before.at)})" if before else f"after the first day of {at.year}"
    if after is not None:
        free = after.launch.number - low - 1
        if free < 0:
            seen = f"{after.launch} of {iso(after.at)} {left}"
            raise InputError(where="known launches", seen=seen, cure="check both: numbers rise with the time of launch")
        p = _binomial(free - 1, spent / since(begins, after.at)) if free else ()
        right = f"before {after.launch} ({after.what}, {iso(after.at)})"
        return Numbers(year=at.year, first=low + 1, p=p, source=f"{left}, {right}", bounded=True)
    more = _RATE_PDAY * spent / units.DAY
    first, p = _normal(more, math.sqrt(more + (_RATE_DOUBT * more) ** 2 + 1.0))
    words = f"{left}, with {_RATE_PDAY:g} launches a day (assumed)"
    return Numbers(year=at.year, first=low + 1 + first, p=p, source=words)


def _binomial(count: int, share: float) -> tuple[float, ...]:
    """Return the probabilities of 0 to count."""
    return tuple(math.comb(count, k) * share**k * (1.0 - share) ** (count - k) for k in range(count + 1))


def _normal(mean: float, sigma: float) -> tuple[int, tuple[float, ...]]:
    """Return a first count, 0 or more, and the probabilities of it and those after, cut at three sigma."""
    first = max(0, math.floor(mean - _TAILS * sigma))
    weights = [math.exp(-0.5 * ((k - mean) / sigma) ** 2) for k in range(first, math.ceil(mean + _TAILS * sigma) + 1)]
    return first, tuple(weight / sum(weights) for weight in weights)
