"""Expected casualties, and the chance that a person, a ship or an aircraft is hit: 14 CFR 450.101 and 417.107.

Every piece is taken to fall straight down, anywhere in its cell with the same chance; nobody is sheltered; what bounces,
slides, burns or explodes is not counted. These are the assumptions of a first estimate, not of a licence.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from downrange.base import Array, ModelError
from downrange.fall.grid import Cells
from downrange.fall.moments import mean_slowness
from downrange.fall.people import Population
from downrange.fall.tally import Counts, Tally
from downrange.fall.weights import Ensemble, refuse_strangers, summed

EC_LIMIT: Final = 1e-4  # 14 CFR 450.101(a)(1)(i): expected casualties of the public in a launch
PERSON_LIMIT: Final = 1e-6  # 450.101(a)(2)(i): probability of casualty of any one person
AIRCRAFT_LIMIT: Final = 1e-6  # 450.101(a)(3); 79 FR 42241
SHIP_LIMIT: Final = 1e-5  # 450.133(b); 79 FR 42241
CONDITIONAL_EC_LIMIT: Final = 1e-3  # 450.101(c), given one mode of failure; quoted from memory, look it up before use
PLANNED_SHARE: Final = 0.97  # 450.133(b): of the debris of normal events, to be contained

# Of a person seen from above, (0.6 m)^2: NASA-STD-8719.14C (2021), 4.7.4.2, equation 4.7-1, as others quote it.
PERSON_M2: Final = 0.36
SEVEN: Final = (
    7.0  # times the largest projected area, for inert pieces that bounce and slide: 14 CFR part 417 appendix C
)

_FEW = 10  # hits; below that the normal distribution says nothing
_Z95 = 1.959964


class AreaRule(StrEnum):
    """How large the area is in which one piece hurts whoever stands there."""

    PERSON = "person"  # (sqrt(person) + sqrt(piece))^2
    SEVEN = "seven"  # seven times the piece


class Target(StrEnum):
    """Who or what may be hit."""

    PERSON = "person"
    SHIP = "ship"
    AIRCRAFT = "aircraft"


LIMITS: Final = {Target.PERSON: PERSON_LIMIT, Target.SHIP: SHIP_LIMIT, Target.AIRCRAFT: AIRCRAFT_LIMIT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed:
    """How large the targets are. Every default but the person is assumed: a large cargo ship, a wide-body airliner.

    ship_m2: deck seen from above (300 m by 40 m); aircraft_top_m2, aircraft_front_m2: seen from above and from ahead;
    aircraft_mps: its speed. A falling piece meets the top, and the front sweeps aircraft_mps / (speed of the fall) times
    its area. The speed at the ground stands for that of the fall: higher up pieces fall faster, which hits less often.
    """

    rule: AreaRule = AreaRule.PERSON
    ship_m2: float = 12_000.0
    aircraft_top_m2: float = 800.0
    aircraft_front_m2: float = 150.0
    aircraft_mps: float = 250.0

    def __post_init__(self) -> None:
        """Refuse sizes below nothing."""
        for name in ("ship_m2", "aircraft_top_m2", "aircraft_front_m2", "aircraft_mps"):
            if not 0.0 <= getattr(self, name) < math.inf:
                raise ModelError(f"{name} is {getattr(self, name):g}: give 0 or more")


ASSUMED = Exposed()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeRisk:
    """Expected casualties given that a flight goes one way.

    ec: mean over its flights; standard_error: of the mean, at most; low, high: 95 % interval; hits: harmful impacts on
    inhabited cells; weighted: times the mode's probability
    """

    name: str
    p: float
    planned: bool
    flights: int
    hits: int
    ec: float
    standard_error: float
    low: float
    high: float
    weighted: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Casualties:
    """Expected casualties of a launch, by mode and in total.

    p_at_least_one: sum over modes of p (1 - exp(-ec)), an upper bound when the pieces of one flight fall together
    by_body: (name, weighted expected casualties); people: how many stand on the grid
    worst_p: highest probability that one person at a place where people are is hurt; the counts are not smoothed, so with
    few flights it is too high rather than too low; worst_lat_deg, worst_lon_deg: where, NaN when nobody is in danger
    """

    modes: tuple[ModeRisk, ...]
    by_body: tuple[tuple[str, float], ...]
    ec: float
    standard_error: float
    low: float
    high: float
    p_at_least_one: float
    people: float
    worst_p: float
    worst_lat_deg: float
    worst_lon_deg: float
    rule: AreaRule


def casualty_area_m2(area_m2: Array | float, rule: AreaRule = AreaRule.PERSON) -> Array:
    """Return the area in which a piece of the given projected area hurts a person.

    >>> f"{casualty_area_m2(1.0):.2f} {casualty_area_m2(1.0, AreaRule.SEVEN):.2f}"
    '2.56 7.00'
    """
    area = np.asarray(area_m2, dtype=float)
    return np.asarray((math.sqrt(PERSON_M2) + np.sqrt(area)) ** 2 if rule is AreaRule.PERSON else SEVEN * area)


def hit_areas(tally: Tally, ensemble: Ensemble, target: Target, exposed: Exposed = ASSUMED) -> Array:
    """Return (M, B): the area that one row of each body and mode makes dangerous to a target, all its pieces together."""
    shape = (len(tally.modes), len(tally.bodies))
    if target is Target.PERSON:
        area = np.broadcast_to(casualty_area_m2(ensemble.area_m2, exposed.rule), shape)
    elif target is Target.SHIP:
        area = np.broadcast_to((math.sqrt(exposed.ship_m2) + np.sqrt(ensemble.area_m2)) ** 2, shape)
    else:
        slow = np.array([[mean_slowness(tally, m, b) for b in range(shape[1])] for m in range(shape[0])])
        area = exposed.aircraft_top_m2 + exposed.aircraft_front_m2 * exposed.aircraft_mps * np.nan_to_num(slow)
    return np.asarray(area * ensemble.pieces)


def hit_probability(
    tally: Tally, ensemble: Ensemble, target: Target, exposed: Exposed = ASSUMED
) -> tuple[Cells, Array]:
    """Return (cells ascending, probability that a target in the cell is hit at least once), over all modes.

    Persons and ships: pieces that strike with HARMFUL_J or more; aircraft: every piece, for the aircraft's own speed does
    the harm. Within a mode the hits are taken as independent; modes exclude each other.
    """
    refuse_strangers(tally, ensemble)
    areas = hit_areas(tally, ensemble, target, exposed)
    parts = []
    for m, mode in enumerate(ensemble.modes):
        if mode.p == 0.0:
            continue
        rows = [(cells, areas[m, b] * picked(target, n, hard)) for b, cells, n, hard in _bodies(tally, m)]
        cells, mean = summed([row for row in rows if len(row[0])])
        hits = mean / tally.flights[m] / tally.grid.area_m2(cells)
        parts.append((cells, mode.p * -np.expm1(-hits)))
    cells, p = summed([part for part in parts if len(part[0])])
    return cells[p > 0.0], p[p > 0.0]


def picked(target: Target, counts: Counts, harmful: Counts) -> Counts:
    """Return which counts matter to a target."""
    return counts if target is Target.AIRCRAFT else harmful


def casualties(
    tally: Tally, ensemble: Ensemble, population: Population, *, rule: AreaRule = AreaRule.PERSON
) -> Casualties:
    """Return expected casualties: sum over modes, bodies and cells of p, pieces per area, casualty area and people.

    The standard error adds up those of the bodies of a mode as if they always erred together, and takes the rows of one
    flight as one: it is an upper bound. With fewer than ten hits the interval is that of the number of hits
    (Clopper-Pearson), each as bad as the worst that the largest body could do in the most crowded cell.
    """
    refuse_strangers(tally, ensemble)
    if population.grid != tally.grid:
        raise ModelError("the people stand on another grid than the impacts. Read them with the grid of the tally.")
    harm = casualty_area_m2(ensemble.area_m2, rule) * ensemble.pieces
    crowd = float(population.density_pm2(population.cells).max(initial=0.0))
    modes, by_body = [], np.zeros(len(tally.bodies))
    for m, mode in enumerate(ensemble.modes):
        risk, each = _mode_risk(tally, ensemble, population, m, harm, crowd)
        modes.append(risk)
        by_body += mode.p * each
    cells, p = hit_probability(tally, ensemble, Target.PERSON, Exposed(rule=rule))
    there = np.flatnonzero(population.density_pm2(cells) > 0.0)
    worst = there[np.argmax(p[there])] if len(there) else None
    lat, lon = tally.grid.centre(cells[worst]) if worst is not None else (math.nan, math.nan)
    ec = math.fsum(mode.weighted for mode in modes)
    return Casualties(
        modes=tuple(modes),
        by_body=tuple(zip(tally.bodies, by_body.tolist(), strict=True)),
        ec=ec,
        standard_error=_root(mode.p * mode.standard_error for mode in modes if mode.p),
        low=max(ec - _root(mode.p * (mode.ec - mode.low) for mode in modes if mode.p), 0.0),
        high=ec + _root(mode.p * (mode.high - mode.ec) for mode in modes if mode.p),
        p_at_least_one=math.fsum(mode.p * -math.expm1(-mode.ec) for mode in modes if mode.p),
        people=float(population.people.sum()),
        worst_p=float(p[worst]) if worst is not None else 0.0,
        worst_lat_deg=float(lat),
        worst_lon_deg=float(lon),
        rule=rule,
    )


def _mode_risk(
    tally: Tally, ensemble: Ensemble, population: Population, m: int, harm: Array, crowd: float
) -> tuple[ModeRisk, Array]:
    """Return the risk of one mode and the expected casualties by body, both given that mode; NaN when it never flew."""
    mode, flights = ensemble.modes[m], int(tally.flights[m])
    ec, error, hits = np.zeros(len(harm)), np.zeros(len(harm)), 0
    for b, cells, _, hard in _bodies(tally, m):
        each = harm[b] * population.density_pm2(cells)
        rows = max(int(tally.rows[m, b]), flights)
        mean, square = float(hard @ each) / rows, float(hard @ each**2) / rows
        ec[b] = mean * rows / flights
        error[b] = rows / flights * math.sqrt(max(square - mean**2, 0.0) / flights)
        hits += int(hard[each > 0.0].sum())
    total, spread = (float(part.sum()) if flights else math.nan for part in (ec, error))
    low, high = total - _Z95 * spread, total + _Z95 * spread
    if hits < _FEW and flights:
        from scipy.special import betaincinv

        rows = int(np.maximum(tally.rows[m], flights).sum())
        low = 0.0
        most = float(betaincinv(hits + 1, rows - hits, 0.975)) * rows / flights * float(harm.max()) * crowd
        high = max(most, total)
    risk = ModeRisk(
        name=mode.name,
        p=mode.p,
        planned=mode.planned,
        flights=flights,
        hits=hits,
        ec=total,
        standard_error=spread,
        low=max(low, 0.0),
        high=high,
        weighted=mode.p * total if mode.p else 0.0,
    )
    return risk, ec


def _bodies(tally: Tally, m: int) -> list[tuple[int, Cells, Counts, Counts]]:
    """Return (body, cells, impacts, harmful impacts) of a mode for each body that came down."""
    return [(b, *tally.of(m, b)) for b in range(len(tally.bodies)) if tally.landed[m, b]]


def _root(parts: Iterable[float]) -> float:
    """Return the root of the sum of squares."""
    return math.sqrt(math.fsum(part * part for part in parts))
