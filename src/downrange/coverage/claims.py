"""What was said of the satellites in 2023, held against the figures: yes, no, depends, or unknown.

Three claims: that three to five of them would give near-real-time surveillance of the peninsula; that one might detect
large troop movements; that it might detect warships and aircraft. Each is cut into parts that can be counted, each
part with its rule. A claim is no when a part that it cannot do without is no; yes when all parts are yes; unknown when
all parts that it cannot do without are unknown; else it depends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from downrange.base import InputError, units
from downrange.coverage.recognise import DOING, Task, likelihood_words
from downrange.coverage.see import WITHIN_H, Seen, SeenRow, What

NEAR_REAL_TIME_S: Final = 1.0 * units.HOUR  # assumed: nobody has said what the word means; an hour is generous
A_DAY_S: Final = 1.0 * units.DAY  # assumed: a clear look within a day is soon enough for what stays a day
SATELLITES: Final = (3, 4, 5)  # of the claim
ON_THE_ROAD_H: Final = (3.0, 12.0)  # how long a column is on the road; assumed: a morning's move to a day's
HALF: Final = 0.5


class Holds(StrEnum):
    """Whether a claim holds."""

    YES = "yes"
    NO = "no"
    DEPENDS = "depends"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One countable part of a claim.

    question:  what is asked
    holds:     the answer
    figures:   what was counted, with its range
    rule:      how the figures make the answer
    essential: the claim cannot do without it
    """

    question: str
    holds: Holds
    figures: str
    rule: str
    essential: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One claim and its answer.

    name:  as typed
    claim: in our words
    holds: the answer
    parts: what it rests on
    """

    name: str
    claim: str
    holds: Holds
    parts: tuple[Part, ...]


def claims(seen: Seen, *, near_real_time_s: float = NEAR_REAL_TIME_S) -> tuple[Claim, ...]:
    """Return the three claims, answered from what is seen.

    near_real_time_s: how long a mean wait may be to be called so
    """
    if not near_real_time_s > 0.0:
        seen_s = f"{near_real_time_s:g} s"
        raise InputError(
            where="claims", key="near_real_time_s", seen=seen_s, cure="give seconds above 0; an hour is 3600"
        )
    return (
        _claim(
            "near-real-time",
            "three to five satellites would give near-real-time surveillance of the region",
            _near_real_time(seen, near_real_time_s),
        ),
        _claim("troop-movements", "a satellite might detect large troop movements", _troop_movements(seen)),
        _claim("warships-and-aircraft", "a satellite might detect warships and aircraft", _ships_and_aircraft(seen)),
    )


def together(parts: Sequence[Part]) -> Holds:
    """Return the answer that parts make together.

    >>> part = lambda holds: Part(question="", holds=holds, figures="", rule="")
    >>> together([part(Holds.YES), part(Holds.UNKNOWN)]).value
    'depends'
    """
    needed = [part.holds for part in parts if part.essential]
    if Holds.NO in needed:
        return Holds.NO
    if all(part.holds is Holds.YES for part in parts):
        return Holds.YES
    return Holds.UNKNOWN if needed and set(needed) == {Holds.UNKNOWN} else Holds.DEPENDS


def _claim(name: str, claim: str, parts: Sequence[Part]) -> Claim:
    """Return a claim with the answer of its parts."""
    return Claim(name=name, claim=claim, holds=together(parts), parts=tuple(parts))


def _near_real_time(seen: Seen, limit_s: float) -> list[Part]:
    """Return the parts of the claim about three to five satellites."""
    rows = [row for row in seen.rows if row.satellites in SATELLITES]
    limit = _hours(limit_s)
    return [
        _timed(f"a look within {limit} on average, by day or night?", rows, "mean_wait_s", limit_s),
        _timed(f"a look by day within {limit} on average?", rows, "daylit_mean_wait_s", limit_s),
        _timed(f"known on the ground within {limit} on average?", rows, "know_mean_s", limit_s),
        _cloud(seen, rows, limit_s, essential=bool(seen.cloud)),
    ]


def _timed(question: str, rows: Sequence[SeenRow], figure: str, limit_s: float, *, essential: bool = True) -> Part:
    """Return whether a mean wait stays within a limit in every layout and at every reach."""
    rule = (
        f"yes when the longest mean wait of all layouts and reaches is within {_hours(limit_s)} (assumed), "
        "no when even the shortest is not"
    )
    found = [row.bounds(figure) for row in rows]
    known = [bounds for bounds in found if bounds is not None]
    if not known:
        said = "no figure: so many satellites were not asked for, or no ground station or climatology was given"
        return Part(question=question, holds=Holds.UNKNOWN, figures=said, rule=rule, essential=essential)
    low, high = min(bounds[0] for bounds in known), max(bounds[1] for bounds in known)
    within = high <= limit_s and len(known) == len(found)
    holds = Holds.YES if within else Holds.NO if low > limit_s else Holds.DEPENDS
    said = f"{_hours(low)} to {_hours(high)} over {len(known)} layouts of {_numbers(rows)} satellites"
    return Part(question=question, holds=holds, figures=said, rule=rule, essential=essential)


def _cloud(seen: Seen, rows: Sequence[SeenRow], limit_s: float, *, essential: bool = False) -> Part:
    """Return whether a clear look by day comes within a limit."""
    question = f"under cloud, a clear look by day within {_hours(limit_s)} on average?"
    if seen.cloud:
        return _timed(question, rows, "clear_mean_wait_s", limit_s, essential=essential)
    said = "no climatology was given; cloud can only make every wait longer"
    rule = "UNKNOWN until a climatology is given"
    return Part(question=question, holds=Holds.UNKNOWN, figures=said, rule=rule, essential=essential)


def _troop_movements(seen: Seen) -> list[Part]:
    """Return the parts of the claim about troop movements."""
    return [
        _probable(seen, "vehicle-column", Task.DETECT),
        _caught(seen),
        Part(
            question="that it moves, and where to?",
            holds=Holds.UNKNOWN,
            figures="one picture shows a column, not its movement; the next look comes after the waits above",
            rule="it takes two looks at the same column while it is on the road; which column is which is not modelled",
        ),
        _cloud(seen, _fewest(seen), A_DAY_S),
    ]


def _caught(seen: Seen) -> Part:
    """Return whether a daylit look falls into the hours that a column is on the road."""
    short_h, long_h = ON_THE_ROAD_H
    first, last = WITHIN_H.index(short_h), WITHIN_H.index(long_h)
    rows = _fewest(seen)
    low = min(min(row.near.within[first], row.far.within[first]) for row in rows)
    high = max(max(row.near.within[last], row.far.within[last]) for row in rows)
    most = max(max(row.near.within[last], row.far.within[last]) for row in seen.rows)
    few, many = rows[0].satellites, max(row.satellites for row in seen.rows)
    said = (
        f"{likelihood_words(low, high)} with {few}; {likelihood_words(most, most)} at best with up to {many} satellites"
    )
    rule = (
        f"share of moments from which a daylit look comes within {short_h:g} to {long_h:g} h on the road (assumed): "
        "yes when the least share is half or more, no when the greatest is below half"
    )
    holds = Holds.YES if low >= HALF else Holds.NO if high < HALF else Holds.DEPENDS
    return Part(
        question=f"is it looked at by {few} while it is on the road?",
        holds=holds,
        figures=said,
        rule=rule,
        essential=False,
    )


def _ships_and_aircraft(seen: Seen) -> list[Part]:
    """Return the parts of the claim about warships and aircraft."""
    parts = [_probable(seen, name, Task.DETECT) for name in ("large-ship", "aircraft")]
    parts += [_probable(seen, name, Task.RECOGNISE, essential=False) for name in ("large-ship", "aircraft")]
    parts.append(_cloud(seen, _fewest(seen), A_DAY_S))
    return parts


def _probable(seen: Seen, subject: str, task: Task, *, essential: bool = True) -> Part:
    """Return whether half of the observers or more would do it, over everything that is not known."""
    rule = "Johnson's criteria in one look by day in clear air: yes when the least probability is half or more, no when the greatest is below half"
    found = next((one for one in seen.what if one.subject.name == subject and one.task is task), None)
    if found is None:
        said = f"the subjects have no {subject!r}"
        question = f"{subject}: {DOING[task]}?"
        return Part(question=question, holds=Holds.UNKNOWN, figures=said, rule=rule, essential=essential)
    question = f"{found.subject.title}: {DOING[task]}?"
    said = (
        f"{likelihood_words(found.p_low, found.p_high)}; needs {found.down.needed_gsd_m:.2g} m, has {_resolution(seen)}"
    )
    return Part(question=question, holds=_likely(found), figures=said, rule=rule, essential=essential)


def _likely(what: What) -> Holds:
    """Return whether a task succeeds more often than not."""
    if what.p_high is None:
        return Holds.UNKNOWN
    if what.p_high < HALF:
        return Holds.NO
    if what.p_low is None:
        return Holds.UNKNOWN
    return Holds.YES if what.p_low >= HALF else Holds.DEPENDS


def _resolution(seen: Seen) -> str:
    """Return the resolution on the ground over straight down and aside."""
    if seen.down.finest_m is None:
        return "UNKNOWN"
    if seen.aside.coarsest_m is None:
        return f"{seen.down.finest_m:.2g} m at best"
    return f"{seen.down.finest_m:.2g} to {seen.aside.coarsest_m:.2g} m"


def _fewest(seen: Seen) -> list[SeenRow]:
    """Return the rows of the smallest number of satellites."""
    least = min(row.satellites for row in seen.rows)
    return [row for row in seen.rows if row.satellites == least]


def _numbers(rows: Sequence[SeenRow]) -> str:
    """Return the numbers of satellites of rows, in words."""
    counts = sorted({row.satellites for row in rows})
    return f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"


def _hours(wait_s: float) -> str:
    """Return a wait as people read it."""
    return f"{wait_s / units.HOUR:.3g} h"
